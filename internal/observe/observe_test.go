package observe

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/db/dbtest"
	"ballast/internal/fault"
	"ballast/internal/pack"
	"ballast/internal/period"
	"ballast/internal/registry"
	"ballast/internal/scope"
	"ballast/internal/sheet"
	"ballast/uscc"
)

var (
	ctx   = context.Background()
	city  = scope.City("测试")
	year  = period.OfYear(2025)
	tina  = audit.Actor{ID: "user:tina", Name: "税务甲", Via: "test"}
	ulf   = audit.Actor{ID: "user:ulf", Name: "税务乙", Via: "test"}
	boss  = audit.Actor{ID: "user:boss", Name: "工信局", Via: "test"}
	taxes = scope.Departments("本部门", "tax")
)

// house is the room on one engine with three firms.
type house struct {
	*Observe
	t     *testing.T
	now   *time.Time
	firms []int64
}

func code(n int) string {
	c, err := uscc.Make('9', '1', "360300", fmt.Sprintf("%08d", n))
	if err != nil {
		panic(err)
	}
	return c
}

var firmNames = []string{"萍乡市甲电瓷有限公司", "萍乡市乙机械有限公司", "萍乡市丙花炮有限公司"}

func newHouse(t testing.TB, d *db.DB, w *db.Writer, names []string) house {
	t.Helper()
	p, err := pack.Load(os.DirFS("../../packs/pingxiang"))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	pen := audit.NewPen(w, func() time.Time { now = now.Add(time.Second); return now })
	reg := registry.New(registry.RulesOf(p))
	o, err := New(Config{Pack: p, Registry: reg, DB: d, Pen: pen, UndoDays: 30, SealKey: []byte("test key")})
	if err != nil {
		t.Fatal(err)
	}
	h := house{Observe: o, now: &now}
	entries := make([]registry.Entry, len(names))
	for i, n := range names {
		entries[i] = registry.Entry{Code: code(i + 1), Profile: registry.Profile{Name: n, District: "360302"}}
	}
	err = pen.Do(ctx, audit.Act{Actor: boss, Verb: registry.VerbRegister, Subject: "enterprise:0"}, func(tx *audit.Tx) (err error) {
		h.firms, err = reg.Enterprises().RegisterAll(ctx, tx, entries)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, dep := range []string{"tax", "land", "statistics", "labour"} {
		for _, y := range []int{2024, 2025} {
			err := o.Windows().Set(ctx, boss, Window{Department: dep, Period: period.OfYear(y), Opens: day("2025-01-01"), Closes: day("2026-05-31")})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return h
}

func each(t *testing.T, f func(t *testing.T, h house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		h := newHouse(t, d, w, firmNames)
		h.t = t
		f(t, h)
	})
}

func day(s string) period.Day {
	d, err := period.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

// file is a hand-in of the tax office for 2025.
func (h house) file(name, content string) Upload {
	return Upload{Actor: tina, Scope: taxes, Department: "tax", Period: year, Name: name, File: strings.NewReader(content), Size: int64(len(content)), Now: *h.now}
}

func (h house) upload(u Upload) Receipt {
	h.t.Helper()
	r, err := h.Upload(ctx, u)
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func (h house) act(actor audit.Actor, b Batch, v Verb) (Batch, error) {
	return h.Act(ctx, Step{Actor: actor, Scope: taxes, Batch: b.ID, Version: b.Version, Verb: v, Reason: "测试"})
}

func (h house) approve(b Batch) Batch {
	h.t.Helper()
	for _, s := range []struct {
		actor audit.Actor
		verb  Verb
	}{{tina, Submit}, {ulf, Approve}} {
		var err error
		if b, err = h.act(s.actor, b, s.verb); err != nil {
			h.t.Fatal(err)
		}
	}
	return b
}

// tax returns the tax of each firm for 2025 that holds now, NaN where missing.
func (h house) tax() []float64 {
	h.t.Helper()
	c, err := h.Read().Columns(ctx, h.DB, city, Query{Period: year, IDs: h.firms, Items: []string{"tax"}})
	if err != nil {
		h.t.Fatal(err)
	}
	return c.Value[0]
}

func same(a []float64, b ...float64) bool {
	for i := range a {
		if a[i] != b[i] && !(math.IsNaN(a[i]) && math.IsNaN(b[i])) {
			return false
		}
	}
	return len(a) == len(b)
}

var nan = math.NaN()

func csv(rows ...string) string {
	return "统一社会信用代码,企业名称,评价税收（万元）\n" + strings.Join(rows, "\n") + "\n"
}

func row(n int, value string) string {
	return code(n) + "," + firmNames[n-1] + "," + value
}

func findings(h house, b Batch) []Finding {
	fs, err := h.Drafts().Findings(ctx, h.DB, taxes, b.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	return fs
}

func TestFromFileToValue(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		r := h.upload(h.file("税收.csv", csv(row(1, "\"1,234.5\""), row(2, "５０元"), row(3, "—"))))
		if r.Duplicate || r.Batch.State != Draft || r.Batch.Rows != 3 || r.Batch.Values != 2 || r.Batch.Errors != 0 {
			t.Fatalf("receipt %+v, findings %v", r.Batch, findings(h, r.Batch))
		}
		if got := h.tax(); !same(got, nan, nan, nan) {
			t.Errorf("a draft holds already: %v", got)
		}
		b := h.approve(r.Batch)
		// 1,234.5 万元 as it stands; 50 元 is 0.005 万元; a dash is no zero.
		if got := h.tax(); !same(got, 1234.5, 0.005, nan) {
			t.Errorf("tax %v, want [1234.5 0.005 missing]", got)
		}
		c, err := h.Read().Columns(ctx, h.DB, city, Query{Period: year, IDs: h.firms, Items: []string{"tax", "land_mu"}})
		if err != nil || c.Missing[0][2] != Blank || c.Missing[1][0] != NotReported {
			t.Errorf("missing %v %v", c.Missing, err)
		}
		id, ok := c.Source(0, 1)
		if !ok {
			t.Fatal("no source")
		}
		trace, err := h.Read().Lineage(ctx, h.DB, taxes, id)
		if err != nil {
			t.Fatal(err)
		}
		if trace.Address != "C3" || trace.Cell.Original != "５０元" || trace.Batch.Uploader != "税务甲" || trace.Batch.Approver != "税务乙" || trace.Batch.ApprovedAt.IsZero() || trace.Enterprise != h.firms[1] {
			t.Errorf("lineage %+v", trace)
		}
		if back, err := ParseValueID(id.String()); err != nil || back != id {
			t.Errorf("value id %s reads back %v %v", id, back, err)
		}
		_ = b
	})
}

func TestSameFileTwiceIsOneBatch(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		content := csv(row(1, "100"))
		first := h.upload(h.file("税收.csv", content))
		again := h.upload(h.file("改了名的.csv", content))
		if !again.Duplicate || again.Batch.ID != first.Batch.ID {
			t.Errorf("second upload: %+v", again)
		}
		b := h.approve(first.Batch)
		if third := h.upload(h.file("税收.csv", content)); !third.Duplicate {
			t.Error("an approved file was taken again")
		}
		if _, err := h.act(boss, b, Undo); err != nil {
			t.Fatal(err)
		}
		if fourth := h.upload(h.file("税收.csv", content)); fourth.Duplicate {
			t.Error("an undone file cannot be handed in again")
		}
	})
}

func TestEveryFindingOfEveryCell(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		prev := h.file("上年.csv", csv(row(1, "100")))
		prev.Period = period.OfYear(2024)
		h.approve(h.upload(prev).Batch)
		r := h.upload(h.file("税收.csv", csv(
			row(1, "1000"),   // 10 times last year: more than 5
			row(2, "abc"),    // no number
			row(2, "7"),      // the firm again
			row(3, "600000"), // above 500,000
			"9136030000000001XX,不存在的某某企业,5", // nobody
			",萍*某公司,5", // masked
		)))
		want := []struct {
			row      int
			severity Severity
			text     string
		}{
			{2, Warning, "是上期的 10.00 倍"}, {3, Error, "评价税收："}, {4, Error, "与第 3 行重复"}, {5, Error, "不在-100000至500000万元之内"}, {6, Error, "企业对不上"}, {7, Error, "认不出企业"},
		}
		fs := findings(h, r.Batch)
		for _, w := range want {
			found := false
			for _, f := range fs {
				found = found || f.Row == w.row && f.Severity == w.severity && strings.Contains(f.Message, w.text)
			}
			if !found {
				t.Errorf("row %d: no %s with %q", w.row, w.severity, w.text)
			}
		}
		if len(fs) != len(want) || r.Batch.Errors != 5 || r.Batch.Warnings != 1 || r.Batch.Unmatched != 2 {
			t.Errorf("%d findings, batch %d errors %d warnings %d unmatched: %v", len(fs), r.Batch.Errors, r.Batch.Warnings, r.Batch.Unmatched, fs)
		}
		if _, err := h.act(tina, r.Batch, Submit); !fault.Is(err, fault.Conflict) {
			t.Errorf("a batch with errors was submitted: %v", err)
		}
		// The same workbook comes back marked.
		var out bytes.Buffer
		if err := h.Read().Marked(ctx, h.DB, taxes, r.Batch.ID, &out); err != nil {
			t.Fatal(err)
		}
		book, err := sheet.Open(ctx, "x", bytes.NewReader(out.Bytes()), int64(out.Len()), sheet.Limits{})
		if err != nil || book.Format() != sheet.XLSX {
			t.Errorf("marked workbook: %v", err)
		}
	})
}

func TestCrossCheckSeesOtherDepartments(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.approve(h.upload(h.file("税收.csv", csv(row(1, "500")))).Batch)
		content := "2025年工业统计\n单位：万元\n单位名称,营业收入\n" + firmNames[0] + ",400\n"
		u := h.file("统计.csv", content)
		u.Department, u.Scope = "statistics", scope.Departments("", "statistics")
		r := h.upload(u)
		fs, err := h.Drafts().Findings(ctx, h.DB, u.Scope, r.Batch.ID)
		if err != nil || len(fs) != 1 || !strings.Contains(fs[0].Message, "税收大于营业收入") || !strings.Contains(fs[0].Message, "评价税收=500") {
			t.Errorf("findings %v %v", fs, err)
		}
		// Another department does not see the batch.
		if fs, err := h.Drafts().Findings(ctx, h.DB, taxes, r.Batch.ID); err != nil || len(fs) != 0 {
			t.Errorf("the tax office sees %v %v", fs, err)
		}
	})
}

func TestFourEyesAndStaleVersions(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		b := h.upload(h.file("税收.csv", csv(row(1, "100")))).Batch
		if _, err := h.act(ulf, b, Approve); !fault.Is(err, fault.Conflict) {
			t.Errorf("a draft was approved: %v", err)
		}
		b, err := h.act(tina, b, Submit)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.act(tina, b, Approve); !fault.Is(err, fault.Denied) {
			t.Errorf("one person handed in and approved: %v", err)
		}
		stale := b
		stale.Version--
		if _, err := h.act(ulf, stale, Approve); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale approval: %v", err)
		}
		if _, err := h.Act(ctx, Step{Actor: ulf, Scope: scope.Departments("", "land"), Batch: b.ID, Version: b.Version, Verb: Approve}); !fault.Is(err, fault.NotFound) {
			t.Errorf("another department approved: %v", err)
		}
		// Two approvers at once: exactly one wins.
		errs := make(chan error, 2)
		for _, who := range []audit.Actor{ulf, boss} {
			go func() { _, err := h.act(who, b, Approve); errs <- err }()
		}
		e1, e2 := <-errs, <-errs
		if (e1 == nil) == (e2 == nil) {
			t.Errorf("two approvals at once: %v and %v", e1, e2)
		}
		if e1 == nil {
			e1 = e2
		}
		if !fault.Is(e1, fault.Conflict) {
			t.Errorf("the loser is told %v", e1)
		}
		if got := h.tax(); !same(got, 100, nan, nan) {
			t.Errorf("tax %v", got)
		}
	})
}

func TestUndoBringsBackWhatHeld(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.approve(h.upload(h.file("一.csv", csv(row(1, "100"), row(2, "200")))).Batch)
		then := *h.now
		b2 := h.approve(h.upload(h.file("二.csv", csv(row(1, "111"), row(2, ""), row(3, "333")))).Batch)
		if got := h.tax(); !same(got, 111, 200, 333) { // an empty cell takes nothing away
			t.Errorf("after the second batch %v", got)
		}
		c, err := h.Read().Columns(ctx, h.DB, city, Query{Period: year, At: then, IDs: h.firms, Items: []string{"tax"}})
		if err != nil || !same(c.Value[0], 100, 200, nan) {
			t.Errorf("as of before it %v %v", c.Value, err)
		}
		between := *h.now
		if _, err := h.Act(ctx, Step{Actor: boss, Scope: city, Batch: b2.ID, Version: b2.Version, Verb: Undo}); !fault.Is(err, fault.Invalid) {
			t.Errorf("undone without a reason: %v", err)
		}
		if _, err := h.act(boss, b2, Undo); err != nil {
			t.Fatal(err)
		}
		if got := h.tax(); !same(got, 100, 200, nan) {
			t.Errorf("after undoing %v", got)
		}
		c, err = h.Read().Columns(ctx, h.DB, city, Query{Period: year, At: between, IDs: h.firms, Items: []string{"tax"}})
		if err != nil || !same(c.Value[0], 111, 200, 333) {
			t.Errorf("as of while it held %v %v", c.Value, err)
		}
		b3 := h.approve(h.upload(h.file("三.csv", csv(row(1, "9")))).Batch)
		*h.now = h.now.AddDate(0, 0, 31)
		if _, err := h.act(boss, b3, Undo); !fault.Is(err, fault.Conflict) {
			t.Errorf("undone after 31 days: %v", err)
		}
	})
}

func TestScopesOfValues(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.approve(h.upload(h.file("税收.csv", csv(row(1, "100"), row(2, "200")))).Batch)
		for _, c := range []struct {
			name string
			s    scope.Scope
			want []float64
		}{
			{"empty", scope.Scope{}, []float64{nan, nan, nan}},
			{"own department", taxes, []float64{100, 200, nan}},
			{"other department", scope.Departments("", "land"), []float64{nan, nan, nan}},
			{"district", scope.Districts("", "360302"), []float64{100, 200, nan}},
			{"other district", scope.Districts("", "360313"), []float64{nan, nan, nan}},
			{"own firm", scope.Enterprises("", h.firms[1]), []float64{nan, 200, nan}},
		} {
			x, err := h.Read().Columns(ctx, h.DB, c.s, Query{Period: year, IDs: h.firms, Items: []string{"tax"}})
			if err != nil || !same(x.Value[0], c.want...) {
				t.Errorf("%s sees %v %v, want %v", c.name, x.Value, err, c.want)
			}
		}
	})
}

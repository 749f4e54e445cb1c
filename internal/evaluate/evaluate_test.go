package evaluate_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"ballast/internal/access"
	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/db/dbtest"
	"ballast/internal/evaluate"
	"ballast/internal/evaluate/scheme"
	"ballast/internal/fault"
	"ballast/internal/pack"
	"ballast/internal/period"
	"ballast/internal/scope"
)

var (
	officer  = person(1, access.BureauOfficer)
	lead     = person(2, access.BureauLead)
	district = person(3, access.DistrictOfficer)
	firm     = person(4, access.EnterpriseUser)
	city     = scope.City("全市")
)

func person(id int64, role access.Role) access.Person {
	return access.Person{User: access.User{ID: id, Name: role.Label(), Role: role, District: "360323", Enterprise: 5}}
}

func cityPack(t testing.TB) *pack.Pack {
	t.Helper()
	p, err := pack.Load(os.DirFS("../../packs/pingxiang"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// twenty is a year of twenty above-scale firms. Every figure of firm k is (21−k)
// times firm 20's and land, energy, staff are equal, so firm k is k-th on every
// indicator but rd_ratio, where all are equal. One utility is left ungraded.
func twenty(year int) *evaluate.Snapshot {
	s := &evaluate.Snapshot{Year: year, Input: scheme.Input{Year: year}}
	f := scheme.Facts{Values: map[string][]float64{}, Texts: map[string][]string{}, Flags: map[string][]scheme.Flag{}, Labels: map[string][]bool{}}
	put := func(key string, v float64) { f.Values[key] = append(f.Values[key], v) }
	for k := 1; k <= 21; k++ {
		size := float64(21 - k)
		if k == 21 {
			size = 30
		}
		s.Enterprise = append(s.Enterprise, int64(k))
		s.Name = append(s.Name, fmt.Sprintf("示例%02d号有限公司", k))
		f.Keys = append(f.Keys, fmt.Sprintf("CODE%02d", k))
		for _, key := range []string{"tax", "value_added", "revenue", "rd_cost"} {
			put(key, 100*size)
		}
		for _, key := range []string{"land_mu", "energy_tce", "emission_t", "staff", "power_wkwh"} {
			put(key, 10)
		}
		place, industry := "360323", "3834"
		if k%2 == 0 {
			place = "360302"
		}
		if k == 21 {
			industry = "4417"
		}
		f.Texts["district"] = append(f.Texts["district"], place)
		f.Texts["industry"] = append(f.Texts["industry"], industry)
		f.Texts["industry_division"] = append(f.Texts["industry_division"], industry[:2])
		f.Texts["production_since"] = append(f.Texts["production_since"], "2001-01-01")
		f.Flags["above_scale"] = append(f.Flags["above_scale"], scheme.Yes)
	}
	s.Input.Facts = f
	return s
}

type house struct {
	*evaluate.Evaluate
	t   *testing.T
	ctx context.Context
	d   *db.DB
}

func each(t *testing.T, f func(h house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		now := time.Date(2026, 7, 12, 1, 0, 0, 0, time.UTC)
		f(house{evaluate.New(d, audit.NewPen(w, func() time.Time { return now }), cityPack(t)), t, context.Background(), d})
	})
}

func (h house) must(r evaluate.Round, err error) evaluate.Round {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func (h house) frozen() evaluate.Round {
	h.t.Helper()
	r := h.must(h.Open(h.ctx, officer, 2025, "pingxiang-four-heroes", "above"))
	return h.must(h.Freeze(h.ctx, officer, step(r), twenty(2025)))
}

func (h house) compute(r evaluate.Round, mode evaluate.Mode) (evaluate.Round, evaluate.Run) {
	h.t.Helper()
	run, err := h.Compute(h.ctx, officer, evaluate.Request{Step: step(r), Mode: mode}, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.must(h.Round(h.ctx, r.ID)), run
}

func step(r evaluate.Round) evaluate.Step { return evaluate.Step{Round: r.ID, Version: r.Version} }

func (h house) refused(kind fault.Kind, words string, err error) {
	h.t.Helper()
	if msg, hint := fault.Public(err); !fault.Is(err, kind) || !strings.Contains(msg+hint, words) {
		h.t.Errorf("got %v, want %s with “%s”", err, kind, words)
	}
}

func day(s string) period.Day {
	d, err := period.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

// The whole life of a round, with what is refused on the way.
func TestRoundFromOpenToFinalised(t *testing.T) {
	each(t, func(h house) {
		r := h.must(h.Open(h.ctx, officer, 2025, "pingxiang-four-heroes", "above"))
		_, err := h.Open(h.ctx, officer, 2025, "pingxiang-four-heroes", "above")
		h.refused(fault.Conflict, "已经建了", err)
		_, err = h.Open(h.ctx, officer, 2019, "pingxiang-four-heroes", "above")
		h.refused(fault.Invalid, "2019", err)
		_, err = h.Compute(h.ctx, officer, evaluate.Request{Step: step(r), Mode: evaluate.Trial}, nil)
		h.refused(fault.Conflict, "冻结数据", err)
		r = h.must(h.Freeze(h.ctx, officer, step(r), twenty(2025)))
		stale := step(r)
		r, run := h.compute(r, evaluate.Binding)
		_, err = h.Compute(h.ctx, officer, evaluate.Request{Step: stale, Mode: evaluate.Trial}, nil)
		h.refused(fault.Conflict, "刚被别人改动", err)

		// 20 ranked firms at 20/65/95 % make 4, 9, 6 and 1.
		got := map[string]int{}
		for _, b := range run.Summary.Bands {
			got[b.Key] = b.Count
		}
		if got["A"] != 4 || got["B"] != 9 || got["C"] != 6 || got["D"] != 1 || run.Summary.Ranked != 20 || run.Summary.Population != 21 {
			h.t.Errorf("bands %v, %+v", got, run.Summary)
		}
		_, err = h.Publish(h.ctx, lead, step(r), day("2026-07-13"), 5)
		h.refused(fault.Conflict, "核对通过", err)
		r = h.must(h.Reconcile(h.ctx, officer, step(r), run.ID))
		_, err = h.Publish(h.ctx, officer, step(r), day("2026-07-13"), 5)
		h.refused(fault.Denied, "公示", err)
		// Monday 13 July and five working days: Friday 17 July.
		r = h.must(h.Publish(h.ctx, lead, step(r), day("2026-07-13"), 5))
		if r.PublishFrom != "2026-07-13" || r.PublishUntil != "2026-07-17" {
			h.t.Errorf("window %s to %s", r.PublishFrom, r.PublishUntil)
		}
		_, err = h.Compute(h.ctx, officer, evaluate.Request{Step: step(r), Mode: evaluate.Binding}, nil)
		h.refused(fault.Invalid, "复核决定", err)
		_, err = h.Finalise(h.ctx, lead, step(r), day("2026-07-17"))
		h.refused(fault.Conflict, "期满才能定稿", err)
		r = h.must(h.Finalise(h.ctx, lead, step(r), day("2026-07-18")))
		if r.State != evaluate.Finalised {
			h.t.Errorf("state %s", r.State)
		}
		_, err = h.Thaw(h.ctx, officer, evaluate.Step{Round: r.ID, Version: r.Version, Reason: "试试"})
		h.refused(fault.Conflict, "不能再改动", err)
		hist, err := h.History(h.ctx, city, 1)
		if err != nil || len(hist) != 1 || hist[0].Band != "A" || hist[0].Year != 2025 || hist[0].Rank != 1 {
			h.t.Errorf("history %+v, %v", hist, err)
		}
		if rep, err := audit.Verify(h.ctx, h.d); err != nil || !rep.Intact || rep.Entries != 6 {
			h.t.Errorf("journal %+v, %v", rep, err)
		}
	})
}

func TestEveryMoveNeedsItsPermission(t *testing.T) {
	each(t, func(h house) {
		_, err := h.Open(h.ctx, lead, 2025, "pingxiang-four-heroes", "above")
		h.refused(fault.Denied, "新建评价轮次", err)
		r := h.must(h.Open(h.ctx, officer, 2025, "pingxiang-four-heroes", "above"))
		for _, who := range []access.Person{lead, district, firm, {}} {
			_, err := h.Freeze(h.ctx, who, step(r), twenty(2025))
			if !fault.Is(err, fault.Denied) && !fault.Is(err, fault.Internal) { // nobody cannot even sign
				h.t.Errorf("%s froze: %v", who.Name, err)
			}
		}
	})
}

// Stages of one firm, by hand. The benchmark of tax_per_mu is the mean of
// 100(21−k)/10 over k = 1…20, that is 10 × 10.5 = 105; firm 11 has 100, so it
// scores 25 × 100/105. Firm 1 has 200: 25 × 200/105 is over the cap of 1.5 × 25.
func TestStagesAreKept(t *testing.T) {
	each(t, func(h house) {
		_, run := h.compute(h.frozen(), evaluate.Trial)
		get := func(id int64) evaluate.Score {
			p, err := h.Scores(h.ctx, city, run.ID, evaluate.ScoreFilter{Enterprises: []int64{id}})
			if err != nil || p.Total != 1 {
				h.t.Fatal(p, err)
			}
			return p.Scores[0]
		}
		s := get(11)
		for name, want := range map[string]float64{
			"raw.tax": 1000, "value.tax_per_mu": 100, "benchmark.tax_per_mu": 105, "score.tax_per_mu": 25 * 100.0 / 105, "score.rd_ratio": 20,
		} {
			if got := s.Number(run.Columns, name); math.Abs(got-want) > 1e-12*want {
				h.t.Errorf("%s = %v, want %v", name, got, want)
			}
		}
		top := get(1)
		if top.Number(run.Columns, "score.tax_per_mu") != 37.5 || top.Text(run.Columns, "state.tax_per_mu") != "封顶" {
			h.t.Errorf("cap: %v %q", top.Number(run.Columns, "score.tax_per_mu"), top.Text(run.Columns, "state.tax_per_mu"))
		}
		utility := get(21)
		if utility.Graded || utility.Rank != 0 || utility.Band != "T" || !strings.Contains(utility.Reason, "公用事业") {
			h.t.Errorf("utility %+v", utility)
		}
		if !math.IsNaN(top.Number(run.Columns, "no.such")) || top.Text(run.Columns, "no.such") != "" {
			h.t.Error("an unknown stage has a value")
		}
	})
}

func TestScoresKeepToScope(t *testing.T) {
	each(t, func(h house) {
		_, run := h.compute(h.frozen(), evaluate.Binding)
		for _, c := range []struct {
			s    scope.Scope
			want int
		}{
			{city, 21}, {scope.Districts("县区", "360302"), 10}, {scope.Enterprises("本企业", 7), 1},
			{scope.Departments("部门", "tax"), 0}, {scope.Scope{}, 0},
		} {
			p, err := h.Scores(h.ctx, c.s, run.ID, evaluate.ScoreFilter{})
			if err != nil || p.Total != c.want || len(p.Scores) != c.want {
				h.t.Errorf("%s: %d rows, %v; want %d", c.s.Why(), p.Total, err, c.want)
			}
		}
		if x, err := h.Distribution(h.ctx, scope.Scope{}, run.ID, "district"); err != nil || len(x) != 0 {
			h.t.Error("an empty scope counted bands", x, err)
		}
		_, err := h.Sheet(h.ctx, scope.Enterprises("本企业", 5), run.ID, 5, false)
		h.refused(fault.NotFound, "还没有公示", err)
		_, err = h.Sheet(h.ctx, scope.Enterprises("本企业", 5), run.ID, 6, true)
		h.refused(fault.NotFound, "查看范围", err)
		sheet, err := h.Sheet(h.ctx, scope.Enterprises("本企业", 5), run.ID, 5, true)
		// Firm 5 is the first of B; the line of A is firm 4's total.
		four, err2 := h.Scores(h.ctx, city, run.ID, evaluate.ScoreFilter{Enterprises: []int64{4}})
		if err != nil || err2 != nil || sheet.Next != "A" || sheet.Line != four.Scores[0].Total || sheet.Of != 20 {
			h.t.Errorf("%+v, %v %v", sheet, err, err2)
		}
	})
}

func TestListOrderAndPages(t *testing.T) {
	each(t, func(h house) {
		_, run := h.compute(h.frozen(), evaluate.Trial)
		ranks := func(f evaluate.ScoreFilter) (out []int) {
			p, err := h.Scores(h.ctx, city, run.ID, f)
			if err != nil {
				h.t.Fatal(err)
			}
			for _, s := range p.Scores {
				out = append(out, s.Rank)
			}
			return out
		}
		if got := ranks(evaluate.ScoreFilter{Limit: 3, Offset: 18}); !slices.Equal(got, []int{19, 20, 0}) {
			h.t.Errorf("last page %v: firms without a rank come last", got)
		}
		if got := ranks(evaluate.ScoreFilter{Sort: "total", Desc: true, Band: "B", Limit: 2}); !slices.Equal(got, []int{5, 6}) {
			h.t.Errorf("best of B %v", got)
		}
		_, err := h.Scores(h.ctx, city, run.ID, evaluate.ScoreFilter{Sort: "name; DROP TABLE score"})
		h.refused(fault.Invalid, "排序", err)
	})
}

func TestManualAdjustmentCountsFromTheNextRun(t *testing.T) {
	each(t, func(h house) {
		r, first := h.compute(h.frozen(), evaluate.Binding)
		h.refused(fault.Invalid, "依据文件", h.Adjust(h.ctx, officer, evaluate.Adjustment{Round: r.ID, Enterprise: 20, Band: "C", Reason: "链上关键企业"}))
		a := evaluate.Adjustment{Round: r.ID, Enterprise: 20, Band: "C", Reason: "链上关键企业", Document: "会议纪要〔2026〕3号"}
		h.refused(fault.Denied, "计算评价结果", h.Adjust(h.ctx, district, a))
		if err := h.Adjust(h.ctx, officer, a); err != nil {
			h.t.Fatal(err)
		}
		r, second := h.compute(r, evaluate.Binding)
		c, err := h.Compare(h.ctx, city, first.ID, second.ID)
		if err != nil || len(c.Changed) != 1 || c.Changed[0].Enterprise != 20 || c.Changed[0].BandA != "D" || c.Changed[0].BandB != "C" {
			h.t.Fatalf("%+v, %v", c.Changed, err)
		}
		if !second.Summary.Reconciles() || second.ResultDigest == first.ResultDigest {
			h.t.Error("the adjusted run must reconcile and have a digest of its own")
		}
		p, err := h.Scores(h.ctx, city, second.ID, evaluate.ScoreFilter{Enterprises: []int64{20}})
		if err != nil || p.Scores[0].BandFirst != "D" || !strings.Contains(p.Scores[0].Reason, "会议纪要〔2026〕3号") {
			h.t.Errorf("%+v, %v", p.Scores, err)
		}
		a.Band = "Z"
		if err := h.Adjust(h.ctx, officer, a); err != nil {
			h.t.Fatal(err)
		}
		_, err = h.Compute(h.ctx, officer, evaluate.Request{Step: step(r), Mode: evaluate.Trial}, nil)
		h.refused(fault.Conflict, "不是本办法的档次", err)
	})
}

// A trial may change the rules, a binding run may not.
func TestTuningIsForTrials(t *testing.T) {
	each(t, func(h house) {
		r, plain := h.compute(h.frozen(), evaluate.Trial)
		tuned := evaluate.Request{Step: step(r), Mode: evaluate.Trial, Note: "A 档放到 30 %", Tuning: pack.Tuning{UpTo: map[string]float64{"A": 30}}}
		run, err := h.Compute(h.ctx, officer, tuned, nil)
		if err != nil || run.Summary.Bands[0].Count != 6 || plain.Summary.Bands[0].Count != 4 {
			h.t.Errorf("%+v, %v", run.Summary.Bands, err)
		}
		tuned.Mode = evaluate.Binding
		_, err = h.Compute(h.ctx, officer, tuned, nil)
		h.refused(fault.Invalid, "不能改动规则", err)
		r = h.must(h.Round(h.ctx, r.ID))
		_, err = h.Reconcile(h.ctx, officer, step(r), run.ID)
		h.refused(fault.Conflict, "试算结果", err)
	})
}

// The same snapshot and pack give the same bytes, through the stored text too.
func TestSnapshotRoundTripAndDigest(t *testing.T) {
	s := twenty(2025)
	s.Input.Values["tax"][3] = math.NaN()
	s.Input.WorstYears = make([]float64, 21)
	text, err := s.Text()
	if err != nil {
		t.Fatal(err)
	}
	back, err := evaluate.ReadSnapshot(text)
	if err != nil {
		t.Fatal(err)
	}
	again, err := back.Text()
	if err != nil || string(again) != string(text) {
		t.Fatalf("the text changed on the way: %v", err)
	}
	if !math.IsNaN(back.Input.Values["tax"][3]) || back.Input.Values["tax"][4] != 1600 {
		t.Error("values changed")
	}
	if _, err := evaluate.ReadSnapshot([]byte(`{"format":"x"}`)); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
	s.Input.Values["tax"][0] = math.Inf(1)
	if _, err := s.Text(); err == nil {
		t.Error("an infinite value was frozen")
	}
	var digests []string
	each(t, func(h house) {
		_, run := h.compute(h.frozen(), evaluate.Binding)
		digests = append(digests, run.ResultDigest)
	})
	if len(digests) == 2 && digests[0] != digests[1] {
		t.Error("the engines of the database changed a result")
	}
}

func TestEveryStateIsReachable(t *testing.T) {
	reached := map[evaluate.State]bool{evaluate.Open: true}
	for range evaluate.Moves {
		for _, m := range evaluate.Moves {
			if reached[m.From] {
				reached[m.To] = true
			}
			if _, ok := access.Find(access.Permission(m.Permission)); !ok {
				t.Errorf("%s needs a permission nobody has: %s", m.Label, m.Permission)
			}
		}
	}
	for _, s := range []evaluate.State{evaluate.Frozen, evaluate.Computed, evaluate.Reconciled, evaluate.Published, evaluate.Finalised} {
		if !reached[s] {
			t.Errorf("%s cannot be reached", s.Label())
		}
	}
}

package observe

import (
	"bytes"
	"strings"
	"testing"

	"ballast/internal/audit"
	"ballast/internal/fault"
	"ballast/internal/registry"
	"ballast/internal/scope"
	"ballast/internal/sheet"
)

var firmUser = audit.Actor{ID: "user:firm", Name: "甲电瓷", Via: "test"}

func TestConfirmAndObject(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.approve(h.upload(h.file("税收.csv", csv(row(1, "100"), row(2, "200")))).Batch)
		own := scope.Enterprises("本企业", h.firms[0])
		read := func() Value {
			vs, err := h.Read().Values(ctx, h.DB, own, h.firms[0], year)
			if err != nil || len(vs) != 1 {
				t.Fatalf("values %v %v", vs, err)
			}
			return vs[0]
		}
		if n, err := h.Answers().Confirm(ctx, firmUser, own, h.firms[0], year); err != nil || n != 1 {
			t.Errorf("confirmed %d %v", n, err)
		}
		if v := read(); v.Answer.State != Confirmed {
			t.Errorf("state %q", v.Answer.State)
		}
		if _, err := h.Answers().Object(ctx, firmUser, own, Objection{Value: read().ID}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an objection without a reason: %v", err)
		}
		id, err := h.Answers().Object(ctx, firmUser, own, Objection{read().ID, "少算了12月入库的税", "112万元"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Answers().Object(ctx, firmUser, own, Objection{read().ID, "再来一次", ""}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second objection: %v", err)
		}
		if xs, err := h.Answers().List(ctx, h.DB, taxes, Open, 10); err != nil || len(xs) != 1 || xs[0].ID != id {
			t.Errorf("the department's list %v %v", xs, err)
		}
		if xs, err := h.Answers().List(ctx, h.DB, scope.Departments("", "land"), Open, 10); err != nil || len(xs) != 0 {
			t.Errorf("another department's list %v %v", xs, err)
		}
		if _, err := h.Answers().Rule(ctx, tina, taxes, Ruling{id, true, "许多", "核实无误"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a correction that is no number: %v", err)
		}
		batch, err := h.Answers().Rule(ctx, tina, taxes, Ruling{id, true, "1,120,000元", "核实无误"})
		if err != nil {
			t.Fatal(err)
		}
		if got := h.tax(); !same(got, 100, 200, nan) {
			t.Errorf("a correction holds before its approval: %v", got)
		}
		b, err := h.Read().Batch(ctx, h.DB, taxes, batch)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.act(tina, b, Approve); !fault.Is(err, fault.Denied) {
			t.Errorf("who ruled approved: %v", err)
		}
		if b, err = h.act(ulf, b, Approve); err != nil {
			t.Fatal(err)
		}
		if got := h.tax(); !same(got, 112, 200, nan) { // 1,120,000 元 = 112 万元
			t.Errorf("after the correction %v", got)
		}
		v := read()
		if v.Answer.State != Corrected || v.Cell.Original != "1,120,000元" {
			t.Errorf("after the correction %+v", v)
		}
		if trace, err := h.Read().Lineage(ctx, h.DB, own, v.ID); err != nil || !strings.Contains(trace.Source(), "少算了12月") {
			t.Errorf("source %q %v", trace.Source(), err)
		}
		if _, err := h.act(boss, b, Undo); err != nil {
			t.Fatal(err)
		}
		if got := h.tax(); !same(got, 100, 200, nan) {
			t.Errorf("after undoing the correction %v", got)
		}
	})
}

func TestDraftsArePutRight(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		b := h.upload(h.file("税收.csv", csv(row(1, "abc"), row(2, "200"), row(2, "7"), ",萍乡丙花炮厂,300"))).Batch
		rows, err := h.Drafts().Rows(ctx, h.DB, taxes, b.ID)
		if err != nil || len(rows) != 4 || b.Errors != 3 || b.Unmatched != 1 {
			t.Fatalf("rows %v %v, %d errors %d unmatched", rows, err, b.Errors, b.Unmatched)
		}
		edit := func() Edit {
			now, err := h.Read().Batch(ctx, h.DB, taxes, b.ID)
			if err != nil {
				t.Fatal(err)
			}
			return Edit{tina, taxes, b.ID, now.Version, "电话核实"}
		}
		if err := h.Drafts().Amend(ctx, edit(), rows[0].ID, "tax", "12,000元"); err != nil {
			t.Fatal(err)
		}
		stale := edit()
		stale.Version--
		if err := h.Drafts().Drop(ctx, stale, rows[2].ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale edit: %v", err)
		}
		if err := h.Drafts().Drop(ctx, edit(), rows[2].ID); err != nil {
			t.Fatal(err)
		}
		waiting, err := h.Registry.Matches().Pending(ctx, h.DB, taxes, 10)
		if err != nil || len(waiting) != 1 || waiting[0].Row != 5 || waiting[0].File != "税收.csv" {
			t.Fatalf("queue %+v %v", waiting, err)
		}
		err = h.Pen.Do(ctx, audit.Act{Actor: boss, Verb: registry.VerbDecide, Subject: "match:1"}, func(tx *audit.Tx) error {
			return h.Registry.Matches().Decide(ctx, tx, waiting[0].ID, h.firms[2], boss.ID, "老厂名")
		})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := h.Drafts().Rematch(ctx, edit()); err != nil || n != 1 {
			t.Fatalf("rematched %d %v", n, err)
		}
		now, err := h.Read().Batch(ctx, h.DB, taxes, b.ID)
		if err != nil || now.Errors != 0 || now.Unmatched != 0 {
			t.Errorf("%d errors %d unmatched: %v", now.Errors, now.Unmatched, findings(h, now))
		}
		h.approve(now)
		if got := h.tax(); !same(got, 1.2, 200, 300) {
			t.Errorf("tax %v, want [1.2 200 300]", got)
		}
	})
}

func TestRefusals(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		good := csv(row(1, "100"))
		for _, c := range []struct {
			name string
			edit func(u *Upload)
			kind fault.Kind
			want string
		}{
			{"future period", func(u *Upload) { u.Period = year.Next() }, fault.Invalid, "还没有结束"},
			{"foreign department", func(u *Upload) { u.Scope = scope.Departments("", "land") }, fault.Denied, "不能替"},
			{"unknown department", func(u *Upload) { u.Department = "moon" }, fault.Invalid, "没有部门"},
			{"no window", func(u *Upload) { u.Period = year.Prev().Prev() }, fault.Conflict, "还没有开放"},
			{"window closed", func(u *Upload) { u.Now = u.Now.AddDate(1, 0, 0) }, fault.Conflict, "截止"},
			{"no items", func(u *Upload) { u.Department, u.Scope = "emergency", city }, fault.Invalid, "没有按年度报送的数据项"},
		} {
			u := h.file("税收.csv", good)
			c.edit(&u)
			_, err := h.Upload(ctx, u)
			if message, _ := fault.Public(err); !fault.Is(err, c.kind) || !strings.Contains(message, c.want) {
				t.Errorf("%s: %v, want %q", c.name, err, c.want)
			}
		}
		for name, content := range map[string]string{
			"empty": "", "text": "今天天气很好\n", "wrong columns": "甲,乙\n1,2\n", "no firm": "评价税收（万元）,用电量\n3,4\n", "a picture": "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
			"zip": "PK\x03\x04garbage", "only head": "企业名称,评价税收（万元）\n",
		} {
			if _, err := h.Upload(ctx, h.file("坏文件", content)); err == nil || fault.KindOf(err) == fault.Internal {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, table := range []string{"observe_batch", "observe_file", "observe_row", "observe_finding"} {
			var n int
			if err := h.DB.QueryRow(ctx, `SELECT COUNT(*) FROM `+table).Scan(&n); err != nil || n != 0 {
				t.Errorf("%s has %d rows after refusals %v", table, n, err)
			}
		}
	})
}

func TestMappingIsRemembered(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		content := "纳税人识别号,入库数（万元）,备注\n" + code(1) + ",55,无\n"
		if _, err := h.Upload(ctx, h.file("税收.csv", content)); !fault.Is(err, fault.Invalid) {
			t.Errorf("an unknown head was guessed: %v", err)
		}
		u := h.file("税收.csv", content)
		u.Mapping = map[string]string{"入库数（万元）": "tax", "备注": TargetIgnore}
		h.approve(h.upload(u).Batch)
		next := "纳税人识别号,入库数（万元）\n" + code(2) + ",66\n" // the next file needs no help
		h.approve(h.upload(h.file("税收二.csv", next)).Batch)
		if got := h.tax(); !same(got, 55, 66, nan) {
			t.Errorf("tax %v", got)
		}
	})
}

func TestUnitsAndPeriodsOfHeads(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		land := scope.Departments("", "land")
		u := h.file("用地.csv", "企业名称,用地面积（平方米）,2024年用地面积（亩）\n"+firmNames[0]+",10000,14\n")
		u.Department, u.Scope = "land", land
		r := h.upload(u)
		fs, err := h.Drafts().Findings(ctx, h.DB, land, r.Batch.ID)
		if err != nil || len(fs) != 1 || !strings.Contains(fs[0].Message, "2024年的数，不是2025年的") {
			t.Errorf("findings %v %v", fs, err)
		}
		rows, err := h.Drafts().Rows(ctx, h.DB, land, r.Batch.ID)
		if err != nil || rows[0].Cells[0].Num != 15 { // 10,000 m² is 15 亩
			t.Errorf("cells %v %v", rows, err)
		}
		u = h.file("用地.csv", "企业名称,用地面积（万元）\n"+firmNames[0]+",5\n")
		u.Department, u.Scope = "land", land
		if _, err := h.Upload(ctx, u); !fault.Is(err, fault.Invalid) {
			t.Errorf("land in 万元: %v", err)
		}
	})
}

func TestBoardAndTemplate(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		prev := h.file("上年.csv", csv(row(1, "100")))
		prev.Period = year.Prev()
		h.approve(h.upload(prev).Batch)
		h.approve(h.upload(h.file("一.csv", csv(row(1, "110")))).Batch)
		h.upload(h.file("二.csv", csv(row(2, "200"))))
		lines, err := h.Read().Board(ctx, h.DB, taxes, year, h.firms)
		if err != nil || len(lines) != 1 || lines[0].Approved != 1 || lines[0].Received != 1 || len(lines[0].Missing) != 1 || lines[0].Missing[0] != h.firms[2] {
			t.Errorf("board %+v %v", lines, err)
		}
		var out bytes.Buffer
		form := Form{Department: "tax", Period: year, Firms: []Firm{{h.firms[0], code(1), firmNames[0]}, {h.firms[1], code(2), firmNames[1]}}}
		if err := h.Read().Template(ctx, h.DB, taxes, form, &out); err != nil {
			t.Fatal(err)
		}
		book, err := sheet.Open(ctx, "模板.xlsx", bytes.NewReader(out.Bytes()), int64(out.Len()), sheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if dep, p, err := h.Returned(ctx, book); err != nil || dep != "tax" || p != year {
			t.Errorf("seal %s %s %v", dep, p, err)
		}
		tables, err := book.Tables(ctx, 0)
		if err != nil || len(tables) != 1 {
			t.Fatalf("tables %v %v", tables, err)
		}
		var got []string
		for r, err := range book.TableRows(ctx, tables[0]) {
			if err != nil {
				t.Fatal(err)
			}
			if r.Kind == sheet.Data {
				got = append(got, r.At(1).String()+"|"+r.At(2).String()+"|"+r.At(3).String())
			}
		}
		if len(got) != 2 || got[0] != firmNames[0]+"||100" || got[1] != firmNames[1]+"||" {
			t.Errorf("template rows %q", got)
		}
	})
}

func TestMergedRecordsCountForTheSurvivor(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.approve(h.upload(h.file("一.csv", csv(row(1, "100"), row(2, "200")))).Batch)
		do := func(f func(tx *audit.Tx) error) {
			if err := h.Pen.Do(ctx, audit.Act{Actor: boss, Verb: registry.VerbMerge, Subject: "enterprise:1"}, f); err != nil {
				t.Fatal(err)
			}
		}
		var m int64
		do(func(tx *audit.Tx) (err error) {
			m, err = h.Registry.Enterprises().Merge(ctx, tx, h.firms[0], h.firms[2], boss.ID, "同一家")
			return err
		})
		if got := h.tax(); !same(got, nan, 200, 100) {
			t.Errorf("after the merge %v", got)
		}
		do(func(tx *audit.Tx) error { return h.Registry.Enterprises().Unmerge(ctx, tx, m, boss.ID) })
		if got := h.tax(); !same(got, 100, 200, nan) {
			t.Errorf("after undoing it %v", got)
		}
	})
}

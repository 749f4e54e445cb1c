package demo

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"ballast/internal/audit"
	"ballast/internal/demo/desk"
	"ballast/internal/demo/town"
	"ballast/internal/fault"
	"ballast/internal/observe"
	"ballast/internal/period"
	"ballast/internal/registry"
	"ballast/internal/scope"
)

// handIn plays one year's collection: seven departments hand in, the officer
// decides doubtful firms, returns what is wrong, a second person approves.
func (d *City) handIn(ctx context.Context, year, percent, span int) error {
	first, err := desk.Write(d.town, year, false)
	if err != nil {
		return err
	}
	fixed, err := desk.Write(d.town, year, true)
	if err != nil {
		return err
	}
	p := period.OfYear(year)
	for i, f := range first {
		d.setClock(time.Date(year+1, 4, 1+2*i, 1, 0, 0, 0, time.UTC))
		d.step(percent+1+(span-4)*i/len(first), fmt.Sprintf("%d 年：导入%s", year, f.Name))
		w := observe.Window{Department: f.Department, Period: p, Opens: day(year+1, 3, 1), Closes: day(year+1, 5, 31)}
		if err := d.observe.Windows().Set(ctx, d.officer.Actor("demo"), w); err != nil {
			return err
		}
		if err := d.file(ctx, p, f, fixed[i]); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
}

var wholeCity = scope.City("演示搭建")

// file takes one spreadsheet from upload to approval.
func (d *City) file(ctx context.Context, p period.Period, f, fixed desk.File) error {
	b, err := d.upload(ctx, p, f)
	if err != nil {
		return err
	}
	if wrong := count(f.Faults, desk.WrongUnit); wrong > 0 {
		if b, err = d.move(ctx, b, observe.Withdraw, fmt.Sprintf("%d 行单位写错，退回重报", wrong)); err != nil {
			return err
		}
		d.note("%s：%d 行把平方米写成亩，退回后重报", f.Name, wrong)
		f = fixed
		if b, err = d.upload(ctx, p, f); err != nil {
			return err
		}
	}
	if b, err = d.match(ctx, b, f); err != nil {
		return err
	}
	if b.Errors > 0 {
		return d.explain(ctx, b)
	}
	if b, err = d.move(ctx, b, observe.Submit, ""); err != nil {
		return err
	}
	_, err = d.move(ctx, b, observe.Approve, "")
	return err
}

func count(faults []desk.Fault, kind desk.Kind) int {
	n := 0
	for _, f := range faults {
		if f.Kind == kind {
			n++
		}
	}
	return n
}

func (d *City) upload(ctx context.Context, p period.Period, f desk.File) (observe.Batch, error) {
	r, err := d.observe.Upload(ctx, observe.Upload{
		Actor: d.officer.Actor("demo"), Scope: wholeCity, Department: f.Department, Period: p, Name: f.Name,
		File: bytes.NewReader(f.Data), Size: int64(len(f.Data)), Now: d.now(),
	})
	if err == nil {
		d.note("%s：%d 行 %d 个数，错误 %d、提示 %d、待匹配 %d", f.Name, r.Batch.Rows, r.Batch.Values, r.Batch.Errors, r.Batch.Warnings, r.Batch.Unmatched)
	}
	return r.Batch, err
}

// move lets the officer act, and the second officer where four eyes are needed.
func (d *City) move(ctx context.Context, b observe.Batch, v observe.Verb, reason string) (observe.Batch, error) {
	who := d.officer
	if v == observe.Approve || v == observe.Return {
		who = d.second
	}
	return d.observe.Act(ctx, observe.Step{Actor: who.Actor("demo"), Scope: wholeCity, Batch: b.ID, Version: b.Version, Verb: v, Reason: reason, WithoutUnmatched: true})
}

// match decides the rows whose firm the importer left to a person. The officer
// knows the town, so each decision is the true one.
func (d *City) match(ctx context.Context, b observe.Batch, f desk.File) (observe.Batch, error) {
	if b.Unmatched == 0 {
		return b, nil
	}
	truth := map[int]*town.Firm{}
	for _, x := range f.Faults {
		truth[x.Row] = x.Firm
	}
	rows, err := d.observe.Drafts().Rows(ctx, d.cfg.DB, wholeCity, b.ID)
	if err != nil {
		return b, err
	}
	decided := map[int64]bool{}
	act := d.act(registry.VerbDecide, fmt.Sprint("batch:", b.ID))
	err = d.pen.Do(ctx, act, func(tx *audit.Tx) error {
		for _, r := range rows {
			if r.Queue == 0 || r.Enterprise != 0 || decided[r.Queue] {
				continue
			}
			firm, reason := int64(0), "不是本市登记的工业企业"
			if t := truth[r.Number]; t != nil {
				firm, reason = d.firms[t.ID], "与企业电话核实"
			}
			decided[r.Queue] = true
			if err := d.registry.Matches().Decide(ctx, tx, r.Queue, firm, d.officer.Name, reason); err != nil && !fault.Is(err, fault.Conflict) {
				return err
			}
		}
		tx.Note("decided", len(decided))
		return nil
	})
	if err != nil {
		return b, err
	}
	settled, err := d.observe.Drafts().Rematch(ctx, observe.Edit{Actor: d.officer.Actor("demo"), Scope: wholeCity, Batch: b.ID, Version: b.Version, Reason: "待匹配已裁定"})
	if err != nil {
		return b, err
	}
	d.note("%s：人工裁定 %d 户，重新匹配上 %d 行", f.Name, len(decided), settled)
	return d.observe.Read().Batch(ctx, d.cfg.DB, wholeCity, b.ID)
}

// explain turns the errors left in a batch into one fault: the story has no
// answer to them, so the build must stop and say where.
func (d *City) explain(ctx context.Context, b observe.Batch) error {
	fs, err := d.observe.Drafts().Findings(ctx, d.cfg.DB, wholeCity, b.ID)
	if err != nil {
		return err
	}
	for _, f := range fs {
		if f.Severity == observe.Error {
			return fault.New(fault.Internal, "演示文件“%s”还有 %d 处错误，第一处在第 %d 行：%s", b.FileName, b.Errors, f.Row, f.Message)
		}
	}
	return fault.New(fault.Internal, "演示文件“%s”还有 %d 处错误", b.FileName, b.Errors)
}

package observe

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/fault"
	"ballast/internal/pack"
	"ballast/internal/registry"
	"ballast/internal/scope"
	"ballast/internal/sheet"
)

// Drafts are hand-ins that are not submitted yet. They may still be put right
// here; what the file said stays in the file.
type Drafts struct{ o *Observe }

// Edit says which draft a person changes and which version he saw.
type Edit struct {
	Actor   audit.Actor
	Scope   scope.Scope
	Batch   int64
	Version int
	Reason  string
}

// Rematch looks again for the firms of rows that had none, after people have
// decided in the match queue, checks the rows found, and returns how many
// settled.
func (d Drafts) Rematch(ctx context.Context, e Edit) (int, error) {
	settled := 0
	err := d.edit(ctx, e, "rematch", func(tx *audit.Tx, w *workshop) error {
		rows, err := db.List(ctx, tx, `SELECT `+stagedColumns+` FROM observe_row r WHERE r.batch_id = $1 AND r.enterprise_id = 0 AND r.verdict <> 'dropped' AND r.verdict <> 'ignored' ORDER BY r.id`, []any{e.Batch}, scanRow)
		if err != nil {
			return err
		}
		claims := make([]registry.Claim, len(rows))
		for i, r := range rows {
			claims[i] = registry.Claim{Code: r.Code, Name: r.Name}
		}
		res, err := d.o.Registry.Matches().Resolve(ctx, tx, claims)
		if err != nil {
			return err
		}
		for i := range rows {
			if !res[i].Verdict.Settled() {
				continue
			}
			settled++
			rows[i].Enterprise, rows[i].Verdict = res[i].Enterprise, string(res[i].Verdict)
			if err := w.recheck(ctx, &rows[i], res[i]); err != nil {
				return err
			}
		}
		tx.Note("settled", settled)
		return nil
	})
	return settled, err
}

// Amend puts one cell of a draft right: text is read as if it stood in the file,
// in the column's unit unless it names its own.
func (d Drafts) Amend(ctx context.Context, e Edit, row int64, item, text string) error {
	if e.Reason == "" {
		return fault.New(fault.Invalid, "请写明修改的理由")
	}
	return d.edit(ctx, e, "amend", func(tx *audit.Tx, w *workshop) error {
		r, err := w.row(ctx, row)
		if err != nil {
			return err
		}
		k := slices.Index(w.batch.Layout.Items, item)
		place, ok := w.batch.Layout.place(r.Table, item)
		if k < 0 || !ok {
			return fault.New(fault.Invalid, "这一行没有数据项“%s”", item)
		}
		cell, err := readCell(sheet.Cell{Kind: sheet.Text, Text: text}, w.items[k], place.Unit)
		if err != nil {
			return err
		}
		cell.Original = fmt.Sprintf("%s（报送原值 %s）", text, origin(r.Cells[k]))
		r.Cells[k] = cell
		tx.Note("cell", fmt.Sprintf("%s!%s%d", r.Sheet, sheet.ColumnName(place.Col), r.Number))
		return w.recheck(ctx, &r, registry.Resolution{Verdict: registry.Verdict(r.Verdict), Enterprise: r.Enterprise})
	})
}

func origin(c Cell) string {
	if c.Original != "" {
		return c.Original
	}
	return c.String()
}

// Drop takes one row out of a draft, such as the wrong one of two of a firm.
func (d Drafts) Drop(ctx context.Context, e Edit, row int64) error {
	if e.Reason == "" {
		return fault.New(fault.Invalid, "请写明去掉这一行的理由")
	}
	return d.edit(ctx, e, "drop", func(tx *audit.Tx, w *workshop) error {
		r, err := w.row(ctx, row)
		if err != nil {
			return err
		}
		firm := r.Enterprise
		r.Enterprise, r.Verdict = 0, dropped
		tx.Note("row", fmt.Sprintf("%s!%d", r.Sheet, r.Number))
		if err := w.recheck(ctx, &r, registry.Resolution{Verdict: dropped}); err != nil {
			return err
		}
		return w.others(ctx, firm, r.Table)
	})
}

// edit runs one change of a draft and brings its counts and version up to date.
func (d Drafts) edit(ctx context.Context, e Edit, verb string, f func(tx *audit.Tx, w *workshop) error) error {
	act := audit.Act{Actor: e.Actor, Verb: "observe." + verb, Subject: fmt.Sprintf("batch:%d", e.Batch), Reason: e.Reason}
	return d.o.Pen.Do(ctx, act, func(tx *audit.Tx) error {
		b, err := loadBatch(ctx, tx, e.Batch)
		switch {
		case err != nil:
			return err
		case !e.Scope.Allows(scope.Row{Department: b.Department}):
			return fault.New(fault.NotFound, "没有第 %d 批报送", b.ID)
		case b.State != Draft:
			return fault.New(fault.Conflict, "这一批现在是“%s”，不能修改", b.State.Chinese())
		case b.Version != e.Version:
			return fault.New(fault.Conflict, "这一批在您查看之后有了变化").WithHint("请刷新页面，看过最新内容再操作。")
		}
		w := &workshop{o: d.o, tx: tx, batch: &b}
		for _, key := range b.Layout.Items {
			item, ok := d.o.Pack.Items().Find(key)
			if !ok {
				return fault.New(fault.Conflict, "数据包里已没有数据项“%s”", key).WithHint("请重新上传文件。")
			}
			w.items = append(w.items, item)
		}
		w.checker = newChecker(d.o, w.items, &b.Layout)
		if err := f(tx, w); err != nil {
			return err
		}
		return w.recount(ctx)
	})
}

// workshop is a draft being changed.
type workshop struct {
	o       *Observe
	tx      *audit.Tx
	batch   *Batch
	items   []pack.Item
	checker *checker
}

func (w *workshop) row(ctx context.Context, id int64) (Row, error) {
	r, err := scanRow(w.tx.QueryRow(ctx, `SELECT `+stagedColumns+` FROM observe_row r WHERE r.id = $1 AND r.batch_id = $2`, id, w.batch.ID))
	if fault.Is(err, fault.NotFound) {
		err = fault.Wrap(fault.NotFound, err, "这一批里没有这一行")
	}
	return r, err
}

// recheck stores a changed row and finds everything about it anew.
func (w *workshop) recheck(ctx context.Context, r *Row, res registry.Resolution) error {
	_, err := w.tx.Exec(ctx, `UPDATE observe_row SET enterprise_id = $1, verdict = $2, cells = $3 WHERE id = $4`, r.Enterprise, r.Verdict, encodeCells(nil, r.Cells), r.ID)
	if err != nil {
		return err
	}
	if _, err := w.tx.Exec(ctx, `DELETE FROM observe_finding WHERE batch_id = $1 AND sheet_no = $2 AND row_no = $3`, w.batch.ID, r.SheetNo, r.Number); err != nil {
		return err
	}
	if r.Verdict == dropped {
		return nil
	}
	found := []Finding{}
	if registry.Verdict(r.Verdict).Settled() {
		found = append(found, about(r, res, 0)...)
	} else {
		found = append(found, Finding{r.SheetNo, r.Sheet, r.Number, 0, Error, "", "企业对不上，请在匹配队列中裁定。"})
	}
	if res.Verdict != registry.Ignored {
		around, err := w.around(ctx, r.Enterprise)
		if err != nil {
			return err
		}
		more, err := w.checker.row(r, around.before[r.Enterprise], around.current[r.Enterprise])
		if err != nil {
			return err
		}
		found = append(found, more...)
	}
	twice, err := w.twice(ctx, r)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, f := range append(found, twice...) {
		rows = append(rows, findingValues(w.batch.ID, f))
	}
	return w.tx.Insert(ctx, "observe_finding", findingCols, rows, "")
}

func (w *workshop) around(ctx context.Context, firm int64) (neighbours, error) {
	current, err := approvedValues(ctx, w.tx, w.batch.Period, []int64{firm})
	if err != nil {
		return neighbours{}, err
	}
	prev, err := approvedValues(ctx, w.tx, before(w.batch.Period), []int64{firm})
	return neighbours{prev, current}, err
}

// twice finds an earlier row of the same firm in the same table.
func (w *workshop) twice(ctx context.Context, r *Row) ([]Finding, error) {
	if r.Enterprise == 0 {
		return nil, nil
	}
	rows, err := db.List(ctx, w.tx, `SELECT `+stagedColumns+` FROM observe_row r WHERE r.batch_id = $1 AND r.enterprise_id = $2 AND r.table_no = $3 AND r.id <> $4 ORDER BY r.id`,
		[]any{w.batch.ID, r.Enterprise, r.Table, r.ID}, scanRow)
	if err != nil {
		return nil, err
	}
	for _, other := range rows {
		if fingerprint(other.Cells) != fingerprint(r.Cells) {
			return []Finding{{r.SheetNo, r.Sheet, r.Number, 0, Error, "", fmt.Sprintf("这家企业与第 %d 行重复，数值不同。请只保留一行后重新上传，或去掉其中一行。", other.Number)}}, nil
		}
	}
	return nil, nil
}

// others checks the remaining rows of a firm again after one was dropped.
func (w *workshop) others(ctx context.Context, firm int64, table int) error {
	if firm == 0 {
		return nil
	}
	rows, err := db.List(ctx, w.tx, `SELECT `+stagedColumns+` FROM observe_row r WHERE r.batch_id = $1 AND r.enterprise_id = $2 AND r.table_no = $3 ORDER BY r.id`, []any{w.batch.ID, firm, table}, scanRow)
	for i := range rows {
		if err == nil {
			err = w.recheck(ctx, &rows[i], registry.Resolution{Verdict: registry.Verdict(rows[i].Verdict), Enterprise: firm})
		}
	}
	return err
}

// recount brings the batch's counts up to date and its version one up.
func (w *workshop) recount(ctx context.Context) error {
	var errs, warnings, unmatched int
	err := w.tx.QueryRow(ctx, `SELECT COALESCE(SUM(CASE WHEN severity = 'error' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN severity = 'error' THEN 0 ELSE 1 END), 0) FROM observe_finding WHERE batch_id = $1`, w.batch.ID).Scan(&errs, &warnings)
	if err != nil {
		return err
	}
	err = w.tx.QueryRow(ctx, `SELECT COUNT(*) FROM observe_row WHERE batch_id = $1 AND enterprise_id = 0 AND verdict <> 'dropped' AND verdict <> 'ignored'`, w.batch.ID).Scan(&unmatched)
	if err != nil {
		return err
	}
	_, err = w.tx.Exec(ctx, `UPDATE observe_batch SET errors = $1, warnings = $2, unmatched = $3, version = version + 1 WHERE id = $4`, errs, warnings, unmatched, w.batch.ID)
	return err
}

// Rows returns staged rows of a batch in the order of the file. only narrows to
// rows with a verdict; "" all.
func (d Drafts) Rows(ctx context.Context, q db.Queryer, s scope.Scope, batch int64, only ...registry.Verdict) ([]Row, error) {
	var a db.Args
	query := `SELECT ` + stagedColumns + ` FROM observe_row r JOIN observe_batch b ON b.id = r.batch_id WHERE r.batch_id = ` + a.Add(batch) + ` AND ` + s.Where(&a, scope.Columns{Department: "b.department"})
	if len(only) > 0 {
		words := make([]string, len(only))
		for i, v := range only {
			words[i] = strings.TrimSpace(string(v))
		}
		query += ` AND r.verdict IN ` + a.List(anys(words)...)
	}
	return db.List(ctx, q, query+` ORDER BY r.id`, a.Values(), scanRow)
}

// Findings returns everything found in a batch, in the order of the file.
func (d Drafts) Findings(ctx context.Context, q db.Queryer, s scope.Scope, batch int64) ([]Finding, error) {
	var a db.Args
	query := `SELECT f.sheet_no, f.sheet, f.row_no, f.col_no, f.severity, f.item, f.message FROM observe_finding f JOIN observe_batch b ON b.id = f.batch_id
		WHERE f.batch_id = ` + a.Add(batch) + ` AND ` + s.Where(&a, scope.Columns{Department: "b.department"}) + ` ORDER BY f.sheet_no, f.row_no, f.col_no, f.id`
	return db.List(ctx, q, query, a.Values(), func(s db.Scanner) (Finding, error) {
		var f Finding
		err := s.Scan(&f.SheetNo, &f.Sheet, &f.Row, &f.Col, &f.Severity, &f.Item, &f.Message)
		return f, err
	})
}

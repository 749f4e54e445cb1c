package observe

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"ballast/internal/db"
	"ballast/internal/fault"
	"ballast/internal/pack"
	"ballast/internal/period"
	"ballast/internal/scope"
	"ballast/internal/sheet"
)

// Line is one item on the board of departments × items.
type Line struct {
	Item     pack.Item
	Expected int     // firms of which it is expected
	Received int     // with a value in a draft or a batch waiting for approval, and none approved
	Approved int     // with an approved value
	Missing  []int64 // firms with neither, in the order of expected
}

// Board returns how complete a period is: one line per item whose department the
// scope sees, in the order of the pack, over the firms expected to be reported.
func (r Read) Board(ctx context.Context, q db.Queryer, s scope.Scope, p period.Period, expected []int64) ([]Line, error) {
	var items []string
	var lines []Line
	for i := range r.o.Pack.Items().All() {
		if i.Period == p.Kind() && s.Allows(scope.Row{Department: i.Source}) {
			items = append(items, i.Key)
			lines = append(lines, Line{Item: i, Expected: len(expected)})
		}
	}
	have, err := r.Columns(ctx, q, s, Query{Period: p, IDs: expected, Items: items})
	if err != nil {
		return nil, err
	}
	waiting, err := r.waiting(ctx, q, s, p)
	if err != nil {
		return nil, err
	}
	for n := range lines {
		for i, id := range expected {
			switch {
			case have.Missing[n][i] == Present:
				lines[n].Approved++
			case waiting[ValueID{id, items[n]}]:
				lines[n].Received++
			default:
				lines[n].Missing = append(lines[n].Missing, id)
			}
		}
	}
	return lines, nil
}

// waiting returns which firms have which items in batches not yet approved; the
// keys are firm and item.
func (r Read) waiting(ctx context.Context, q db.Queryer, s scope.Scope, p period.Period) (map[ValueID]bool, error) {
	layouts, err := r.layouts(ctx, q, p)
	if err != nil {
		return nil, err
	}
	out := map[ValueID]bool{}
	var a db.Args
	query := `SELECT b.id, r.enterprise_id, r.cells FROM observe_row r JOIN observe_batch b ON b.id = r.batch_id
		WHERE b.period = ` + a.Add(p.String()) + ` AND b.state IN ('draft', 'submitted') AND r.enterprise_id <> 0 AND ` + s.Where(&a, scope.Columns{Department: "b.department"})
	err = db.Each(ctx, q, query, a.Values(), func(s db.Scanner) error {
		var batch, firm int64
		var packed []byte
		if err := s.Scan(&batch, &firm, &packed); err != nil {
			return err
		}
		cells, err := decodeCells(packed)
		for k, c := range cells {
			if k < len(layouts[batch]) && c.holds() {
				out[ValueID{firm, layouts[batch][k]}] = true
			}
		}
		return err
	})
	return out, err
}

// Batches returns the batches of a period that the scope sees by department,
// newest first; the zero Period gives those of all periods.
func (r Read) Batches(ctx context.Context, q db.Queryer, s scope.Scope, p period.Period, limit int) ([]Batch, error) {
	var a db.Args
	query := `SELECT ` + batchColumns + ` FROM observe_batch b WHERE ` + s.Where(&a, scope.Columns{Department: "b.department"})
	if !p.IsZero() {
		query += ` AND b.period = ` + a.Add(p.String())
	}
	return db.List(ctx, q, query+` ORDER BY b.id DESC LIMIT `+a.Add(max(1, min(limit, 1000))), a.Values(), scanBatch)
}

// Batch returns one batch that the scope sees by department.
func (r Read) Batch(ctx context.Context, q db.Queryer, s scope.Scope, id int64) (Batch, error) {
	b, err := loadBatch(ctx, q, id)
	if err == nil && !s.Allows(scope.Row{Department: b.Department}) {
		err = fault.New(fault.NotFound, "没有第 %d 批报送", id)
	}
	return b, err
}

// File returns the file of a batch as it came.
func (r Read) File(ctx context.Context, q db.Queryer, s scope.Scope, id int64) (name string, raw []byte, err error) {
	b, err := r.Batch(ctx, q, s, id)
	if err != nil {
		return "", nil, err
	}
	err = q.QueryRow(ctx, `SELECT bytes FROM observe_file WHERE hash = $1`, b.FileHash).Scan(&raw)
	if fault.Is(err, fault.NotFound) {
		err = fault.Wrap(fault.NotFound, err, "这一批没有文件")
	}
	return b.FileName, raw, err
}

// Marked writes the workbook of a batch with its cells coloured and commented by
// what was found.
func (r Read) Marked(ctx context.Context, q db.Queryer, s scope.Scope, id int64, w io.Writer) error {
	name, raw, err := r.File(ctx, q, s, id)
	if err != nil {
		return err
	}
	book, err := sheet.Open(ctx, name, bytes.NewReader(raw), int64(len(raw)), sheet.Limits{})
	if err != nil {
		return err
	}
	found, err := r.o.Drafts().Findings(ctx, q, s, id)
	if err != nil {
		return err
	}
	marks := make([]sheet.Finding, 0, len(found))
	for _, f := range found {
		m := sheet.Finding{Sheet: max(f.SheetNo, 0), Row: max(f.Row, 1), Col: f.Col, Severity: sheet.Warning, Message: f.Message}
		if f.Severity == Error {
			m.Severity = sheet.Mistaken
		}
		marks = append(marks, m)
	}
	return sheet.WriteMarked(ctx, w, book, marks)
}

// Form says for whom a template is made.
type Form struct {
	Department string
	Period     period.Period
	Firms      []Firm // in the order of the rows
}

// Firm is one row of a form.
type Firm struct {
	ID   int64
	Code string
	Name string
}

// Template writes the form of a department for a period: a row per firm, a
// column per item to fill in, and beside each the value of the period before,
// locked, for comparison. Stocks (land, heads) are filled in with it already.
func (r Read) Template(ctx context.Context, q db.Queryer, s scope.Scope, f Form, w io.Writer) error {
	dep, ok := r.o.Pack.City().Department(f.Department)
	if !ok || !s.Allows(scope.Row{Department: f.Department}) {
		return fault.New(fault.NotFound, "没有部门“%s”，或不由您报送", f.Department)
	}
	items := r.o.itemsOf(f.Department, f.Period.Kind())
	if len(items) == 0 {
		return fault.New(fault.Invalid, "%s没有按%s报送的数据项", dep.Name, f.Period.Kind().Chinese())
	}
	t := sheet.Template{
		Seal:  sheet.Seal{ID: "observe/" + f.Department, Meta: map[string]string{"department": f.Department, "period": f.Period.String(), "pack": r.o.Pack.Digest()}},
		Key:   r.o.SealKey,
		Sheet: "填报表", Title: f.Period.Chinese() + dep.Short + "企业数据填报表",
		Notes:  []string{"只填白色格；灰色格是上期数，供核对。没有数据请留空，不要填 0。"},
		Fields: []sheet.Field{{Head: "统一社会信用代码", Kind: sheet.AsText, Locked: true}, {Head: "企业名称", Kind: sheet.AsText, Locked: true}},
	}
	last := before(f.Period)
	query := Query{Period: last}
	for _, firm := range f.Firms {
		query.IDs = append(query.IDs, firm.ID)
	}
	for _, i := range items {
		query.Items = append(query.Items, i.Key)
		kind := sheet.AsText
		if i.Type.Numeric() {
			kind = sheet.AsNumber
		}
		field := sheet.Field{Head: i.Name, Unit: i.Unit, Kind: kind, Help: i.Basis}
		if i.Type == pack.Flag {
			field.Choices = []string{"是", "否"}
		}
		t.Fields = append(t.Fields, field, sheet.Field{Head: last.Chinese() + i.Name, Unit: i.Unit, Kind: kind, Locked: true})
	}
	prev, err := r.Columns(ctx, q, s, query)
	if err != nil {
		return err
	}
	for n, firm := range f.Firms {
		row := []any{firm.Code, firm.Name}
		for k, i := range items {
			old := prev.any(k, n, i)
			fill := old
			if i.Flow {
				fill = nil
			}
			row = append(row, fill, old)
		}
		t.Rows = append(t.Rows, row)
	}
	return sheet.WriteTemplate(ctx, w, t)
}

// any returns a value as a spreadsheet takes it, nil where it is missing.
func (c *Columns) any(item, firm int, i pack.Item) any {
	switch {
	case c.Missing[item][firm] != Present:
		return nil
	case c.Text[item] != nil:
		return c.Text[item][firm]
	case i.Type == pack.Flag:
		return map[bool]string{true: "是", false: "否"}[c.Value[item][firm] != 0]
	}
	return c.Value[item][firm]
}

// Returned reads the seal of a form that comes back: which department and period
// it was made for. A workbook that is no form of ours is a fault of kind NotFound.
func (o *Observe) Returned(ctx context.Context, b *sheet.Book) (department string, p period.Period, err error) {
	seal, err := sheet.ReadSeal(ctx, b, o.SealKey)
	if err != nil {
		return "", period.Period{}, err
	}
	p, err = period.Parse(seal.Meta["period"])
	if err != nil {
		return "", p, fault.Wrap(fault.Invalid, err, "模板的报送期读不出来")
	}
	if seal.ID != fmt.Sprintf("observe/%s", seal.Meta["department"]) {
		return "", p, fault.New(fault.Invalid, "这不是数据填报的模板")
	}
	return seal.Meta["department"], p, nil
}

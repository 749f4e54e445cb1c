package sheet

import (
	"context"
	"iter"
	"strings"

	"ballast/internal/fault"
)

// Table is one table found on a sheet. Its fields up to Columns are known when
// its first row is read, the rest when it has ended.
type Table struct {
	Sheet      int    // index of the sheet
	SheetName  string // "" for a CSV file
	Index      int    // position among the tables of the sheet, from 0
	Title      string // without the unit
	Preamble   []Line // everything above the header that belongs to it
	Unit       string // of the whole table as written: 亿元 from "(亿元)" in the title or "单位：亿元"; "" when none is given
	UnitAt     Ref    // where the unit is written
	Period     Period // of the whole table, from its title or preamble
	Headers    []int  // row numbers of the header
	Columns    []Column
	FirstRow   int // first and last row that is not header or preamble
	LastRow    int
	DataRows   int // rows of kind Data
	TotalRows  int
	Notes      []Line // text below the data
	headTexts  [][]string
	sharedHead bool // it stands under the header of the table before
}

// Line is a line of text around a table.
type Line struct {
	Row  int
	Text string // the cells of the row, joined by two spaces
	// Key and Value are the halves of "指标：地区生产总值(亿元)"; both are
	// empty when the line has no colon near its beginning.
	Key, Value string
}

// Column is one column of a table.
type Column struct {
	Index  int      // on the sheet, from 0: use it with Row.At and Book.Ref
	Path   []string // heads from top to bottom, merged heads repeated; empty when the column has none
	Head   string   // Path joined by "/", as people see it
	Name   string   // Head without unit and period; equal to Head when nothing would remain
	Unit   string   // as written in the head, else the table's
	Period Period   // named in the head: "2025年" or "2025年税收（万元）"
}

// Label returns the head, or the letter of a column that has none.
func (c Column) Label() string {
	if c.Head != "" {
		return c.Head
	}
	return ColumnName(c.Index) + "列"
}

// Tables reads a sheet once and returns its tables, without their rows. A sheet
// with nothing that can be a table gives none.
func (b *Book) Tables(ctx context.Context, sheet int) ([]*Table, error) {
	var out []*Table
	err := b.Scan(ctx, sheet, func(t *Table, _ Row) error {
		if len(out) == 0 || out[len(out)-1] != t {
			out = append(out, t)
		}
		return nil
	})
	return out, err
}

// Scan reads a sheet once and calls fn for every row of every table, in order.
// Rows of all kinds are passed, so that nothing disappears unseen; only blank
// rows, headers and preambles are not. An error from fn ends the pass and is
// returned. A table without rows is passed once with Row.Number 0.
func (b *Book) Scan(ctx context.Context, sheet int, fn func(*Table, Row) error) error {
	if err := b.check(sheet); err != nil {
		return err
	}
	d := &detector{book: b, sheet: sheet, sheetName: b.sheetName(sheet), sink: fn}
	if err := b.each(ctx, sheet, d.feed); err != nil {
		return err
	}
	return d.finish()
}

// TableRows streams the rows of one table that [Book.Tables] found. It reads
// the sheet again up to the table's end. Breaking off the loop is allowed.
func (b *Book) TableRows(ctx context.Context, t *Table) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		stopped := false
		err := b.Scan(ctx, t.Sheet, func(found *Table, r Row) error {
			if found.Index > t.Index {
				return errStop
			}
			if found.Index == t.Index && r.Number > 0 && !yield(r, nil) {
				stopped = true
				return errStop
			}
			return nil
		})
		if err != nil && err != errStop && !stopped {
			yield(Row{}, err)
		}
	}
}

// Column returns the column with the given label or name. It fails with a
// fault of kind NotFound that lists the columns there are.
func (t *Table) Column(name string) (Column, error) {
	for _, c := range t.Columns {
		if c.Head == name || c.Name == name || c.Label() == name {
			return c, nil
		}
	}
	labels := make([]string, 0, len(t.Columns))
	for _, c := range t.Columns {
		labels = append(labels, c.Label())
	}
	return Column{}, fault.New(fault.NotFound, "表中没有“%s”这一列。", name).
		WithHint("表中的列：%s", clip(strings.Join(labels, "、"), 200))
}

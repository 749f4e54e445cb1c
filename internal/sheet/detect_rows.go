package sheet

import "slices"

// inside judges the first row of the queue as part of the current table, or
// ends the table.
func (d *detector) inside() error {
	r := d.queue[0]
	if d.newTableAhead() {
		return d.end()
	}
	if d.notes {
		if effective(r) == 1 || noteLike(r) {
			return d.popAs(Note)
		}
		return d.end()
	}
	if t := d.blockLabel(r); t != nil {
		return d.divide(t)
	}
	if effective(r) == 1 && len(d.table.Columns) > 1 {
		return d.popAs(d.lonely(r))
	}
	switch {
	case noteLike(r):
		return d.popAs(Note)
	case d.repeatsHeader(r):
		return d.popAs(Header)
	case totalLike(r):
		return d.popAs(Total)
	}
	return d.popAs(Data)
}

// lonely judges a row with one written cell.
func (d *detector) lonely(r Row) RowKind {
	c, col := onlyCell(r)
	gap := r.Number - d.last - 1
	switch {
	case c.Kind != Text:
		return Data
	case noteLike(r):
		return Note
	case totalLike(r):
		return Total
	case gap > 0 && !d.dataFollows():
		return Note
	case sectionLike(r, col):
		return Section
	case gap > 0 || len([]rune(c.Text)) > 60:
		if d.dataFollows() {
			return Section
		}
		return Note
	}
	return Data
}

// dataFollows reports whether a row of several cells comes next.
func (d *detector) dataFollows() bool {
	for _, r := range d.queue[1:min(len(d.queue), 4)] {
		if noteLike(r) {
			return false
		}
		if effective(r) > 1 {
			return true
		}
	}
	return false
}

// newTableAhead reports whether a further table begins at the first row of the
// queue: a header, with or without title lines before it, that is set off by a
// blank row or a title and does not look like a row of the current table.
func (d *detector) newTableAhead() bool {
	gap := d.queue[0].Number > d.last+1 && d.last > 0
	for k := 0; k < min(6, len(d.queue)); k++ {
		r := d.queue[k]
		if k > 0 && r.Number > d.queue[k-1].Number+1 {
			gap = true
		}
		if d.headerAt(k) > 0 {
			return (gap || k > 0) && !d.repeatsHeader(r) && d.foreign(r, k > 0 && gap)
		}
		if effective(r) > 1 && !preambleLike(r) || noteLike(r) && !d.notes {
			return false
		}
	}
	return false
}

// foreign reports whether a head-like row cannot be data of the current table:
// it writes text where the table has had numbers. In a table without numbers
// only a title behind a blank row tells.
func (d *detector) foreign(r Row, titled bool) bool {
	if len(d.numeric) == 0 {
		return titled || d.notes
	}
	clash := 0
	for col := range d.numeric {
		c := r.At(col)
		if c.Kind == Text && !IsBlankMark(c.Text) {
			clash++
		}
		if _, year := yearNumber(c); year && c.Kind == Number {
			clash++
		}
	}
	return clash > 0 || d.notes || titled && !overlaps(r, d.numeric)
}

// overlaps reports whether the row writes in any of the columns.
func overlaps(r Row, cols map[int]int) bool {
	for col := range cols {
		if r.At(col).Kind != Blank {
			return true
		}
	}
	return false
}

// repeatsHeader reports whether the row is a header row printed again.
func (d *detector) repeatsHeader(r Row) bool {
	have := texts(r)
	if len(have) < 2 {
		return false
	}
	for _, h := range d.table.headTexts {
		if slices.Equal(h, have) {
			return true
		}
	}
	return false
}

// blockLabel recognises tables that are stacked under one header and told apart
// by a label beside them: a text with a unit, merged down over the rows it is
// about, in a column without a head. It returns the table that begins here.
func (d *detector) blockLabel(r Row) *Table {
	if len(d.table.Headers) == 0 {
		return nil
	}
	for col, c := range r.Cells {
		if c.Kind != Text || c.Merged || !d.label[col] {
			continue
		}
		name, unit := cutUnit(c.Text)
		if unit == "" || name == "" || !d.mergedBelow(col, c.Text) {
			continue
		}
		old := d.table
		t := &Table{
			Sheet: old.Sheet, SheetName: old.SheetName, Preamble: old.Preamble, Headers: old.Headers, headTexts: old.headTexts,
			Title: name, Unit: unit, UnitAt: d.book.Ref(d.sheet, r.Number, col), Period: old.Period,
		}
		if p := findYear(name); !p.IsZero() {
			t.Period = p
		}
		for _, k := range old.Columns {
			if len(k.Path) > 0 && (k.Unit == "" || k.Unit == old.Unit) {
				k.Unit = unit
			}
			t.Columns = append(t.Columns, k)
		}
		return t
	}
	return nil
}

// mergedBelow reports whether the next row repeats the text as a merged copy.
func (d *detector) mergedBelow(col int, text string) bool {
	if len(d.queue) < 2 {
		return false
	}
	c := d.queue[1].At(col)
	return c.Merged && c.Text == text
}

// divide makes t the current table and judges its first row. A table that has
// no rows yet gives way to it.
func (d *detector) divide(t *Table) error {
	if d.passed {
		if err := d.end(); err != nil {
			return err
		}
		t.Index, t.sharedHead = d.tables, true
		d.tables++
	} else {
		t.Index = d.table.Index
	}
	d.adopt(t)
	return d.popAs(Data)
}

// popAs passes the first row on as the given kind.
func (d *detector) popAs(kind RowKind) error {
	r := d.queue[0]
	d.pop(1)
	return d.pass(r, kind)
}

// pass counts a row and gives it to the sink.
func (d *detector) pass(r Row, kind RowKind) error {
	t := d.table
	r.Kind = kind
	if t.FirstRow == 0 {
		t.FirstRow = r.Number
	}
	t.LastRow = r.Number
	switch kind {
	case Data:
		t.DataRows++
		d.countNumbers(r)
	case Total:
		t.TotalRows++
	case Note:
		d.notes = true
		if len(t.Notes) < maxLines {
			t.Notes = append(t.Notes, newLine(r))
		}
	}
	d.passed = true
	return d.sink(t, r)
}

// countNumbers learns which columns hold numbers. The first rows decide; a
// million more would only repeat them.
func (d *detector) countNumbers(r Row) {
	if d.table.DataRows > 200 {
		return
	}
	for col, c := range r.Cells {
		if !c.Merged && plainNumber(c) {
			d.numeric[col]++
		}
	}
}

// end closes the current table. What follows is judged anew.
func (d *detector) end() error {
	t := d.table
	d.table, d.notes = nil, false
	if t == nil || d.passed {
		return nil
	}
	d.passed = true
	return d.sink(t, Row{})
}

package sheet

import (
	"slices"
	"strings"
)

// lookAhead is how many written rows the detector sees beyond the one it
// judges. A title, its remarks and three levels of heads need about eight.
const lookAhead = 16

// maxHeaderRows bounds the header; statistical forms have up to three levels of
// heads, a row of units and a row of numbers.
const maxHeaderRows = 6

// maxLines bounds the text kept around a table.
const maxLines = 200

// detector turns a stream of rows into tables. It never holds more than
// lookAhead rows: a sheet of a million rows costs no more than one of twenty.
type detector struct {
	book      *Book
	sheet     int
	sheetName string
	sink      func(*Table, Row) error

	queue    []Row
	done     bool // no more rows will come
	preamble []Row
	table    *Table
	tables   int
	passed   bool         // the current table has been passed to the sink
	last     int          // number of the row judged before
	notes    bool         // the current table is in its notes
	numeric  map[int]int  // numbers seen by column of the current table
	label    map[int]bool // columns of the current table without a head
}

func (d *detector) feed(r Row) error {
	if r.blank() {
		return nil
	}
	d.queue = append(d.queue, r)
	for len(d.queue) > lookAhead {
		if err := d.step(); err != nil {
			return err
		}
	}
	return nil
}

func (d *detector) finish() error {
	d.done = true
	for len(d.queue) > 0 {
		if err := d.step(); err != nil {
			return err
		}
	}
	if d.tables == 0 && d.table == nil {
		if err := d.singleColumn(); err != nil {
			return err
		}
	}
	return d.end()
}

// step judges the first row of the queue and removes at least one row.
func (d *detector) step() error {
	if d.table == nil {
		return d.outside()
	}
	return d.inside()
}

func (d *detector) pop(n int) {
	d.last = d.queue[n-1].Number
	d.queue = slices.Delete(d.queue, 0, n)
}

// outside looks for the beginning of a table.
func (d *detector) outside() error {
	if n := d.headerAt(0); n > 0 {
		return d.begin(n)
	}
	if d.headless() {
		return d.begin(0)
	}
	if len(d.preamble) >= maxLines {
		d.preamble = slices.Delete(d.preamble, 0, 1)
	}
	d.preamble = append(d.preamble, d.queue[0])
	d.pop(1)
	return nil
}

// headerAt returns how many rows of header begin at queue[i], 0 for none. A
// header shows text in most of the columns that the rows below use.
func (d *detector) headerAt(i int) int {
	if i >= len(d.queue) || !headLike(d.queue[i]) || preambleLike(d.queue[i]) {
		return 0
	}
	depth := d.headerDepth(i)
	width, rows := 0, 0
	for k := i + depth; k < len(d.queue) && rows < 6; k++ {
		if noteLike(d.queue[k]) {
			break
		}
		if effective(d.queue[k]) < 2 {
			continue // a section label, or a firm of which only the name is known
		}
		width, rows = max(width, covered(d.queue[k])), rows+1
	}
	seen := 0
	for k := i; k < i+depth; k++ {
		seen = max(seen, covered(d.queue[k]))
	}
	if rows == 0 {
		if seen >= 3 && d.onlyNotesFollow(i+depth) {
			return depth // an empty form
		}
		return 0
	}
	if covered(d.queue[i])*10 < width*6 || depth == 1 && seen*10 < width*6 {
		return 0
	}
	return depth
}

// onlyNotesFollow reports whether nothing that could be data comes after i.
func (d *detector) onlyNotesFollow(i int) bool {
	for ; i < len(d.queue); i++ {
		if effective(d.queue[i]) > 1 && !noteLike(d.queue[i]) {
			return false
		}
	}
	return true
}

// headerDepth counts the rows that belong to the header which begins at
// queue[i]: as far as merged heads reach down, as long as merged or blank heads
// are divided below, and rows of units and column numbers.
func (d *detector) headerDepth(i int) int {
	depth := 1
	for depth < maxHeaderRows && i+depth < len(d.queue) {
		next, above := d.queue[i+depth], d.queue[i+depth-1]
		if next.Number != above.Number+1 {
			break
		}
		if unitRowLike(next) || indexRowLike(next) {
			depth++
			continue
		}
		if !headLike(next) && !(effective(next) == 1 && mergedFromAbove(next)) || preambleLike(next) && effective(next) > 1 {
			break
		}
		if !divides(above, next) {
			break
		}
		depth++
	}
	return depth
}

// mergedFromAbove reports whether some cell of the row continues a head that
// is merged downwards.
func mergedFromAbove(r Row) bool {
	for _, c := range r.Cells {
		if c.Merged && c.Kind != Blank {
			return true
		}
	}
	return false
}

// divides reports whether the row below splits heads of the row above: it
// writes under a head that is merged to the right, or where the row above is
// blank; or heads merged downwards run through it.
func divides(above, below Row) bool {
	under := false
	for col, c := range below.Cells {
		if c.Kind == Blank {
			continue
		}
		if c.Merged {
			if a := above.At(col); a.Kind != Blank && a.Text == c.Text {
				under = true // a head merged downwards
			}
			continue
		}
		a, right := above.At(col), above.At(col+1)
		if a.Merged || right.Merged && right.Kind != Blank && right.Text == a.Text {
			under = true
			continue
		}
		if a.Kind == Blank && col > 0 && gapHead(above, col) {
			under = true
		}
	}
	return under
}

// gapHead reports whether a blank head has a head on its left.
func gapHead(above Row, col int) bool {
	for i := col - 1; i >= 0; i-- {
		if c := above.At(i); c.Kind != Blank {
			return true
		}
	}
	return false
}

// headless reports whether data begin here without any header: this row and
// the two behind it hold numbers or codes in several columns, and no header
// comes within sight.
func (d *detector) headless() bool {
	for i := range min(3, len(d.queue)) {
		if !dataLike(d.queue[i]) {
			return false
		}
	}
	for i := 1; i < min(8, len(d.queue)); i++ {
		if d.headerAt(i) > 0 {
			return false
		}
	}
	return len(d.queue) >= 2 || d.done
}

// dataLike reports whether a row of several cells holds a number or a code.
func dataLike(r Row) bool {
	if effective(r) < 2 || preambleLike(r) || noteLike(r) {
		return false
	}
	for _, c := range r.Cells {
		if c.Kind == Blank || c.Merged {
			continue
		}
		if plainNumber(c) || c.Kind == Text && codeLike.MatchString(foldUnit(c.Text)) {
			return true
		}
	}
	return false
}

// begin opens a table whose header is the first n rows of the queue.
func (d *detector) begin(n int) error {
	headers := slices.Clone(d.queue[:n])
	if k := len(d.preamble) - 1; k >= 0 && n > 0 && upperHead(d.preamble[k], headers[0]) {
		headers = slices.Insert(headers, 0, d.preamble[k])
		d.preamble = d.preamble[:k]
	}
	t := d.newTable()
	d.readPreamble(t, d.preamble)
	d.preamble = nil
	var heads []Row
	for _, h := range headers {
		t.Headers = append(t.Headers, h.Number)
		t.headTexts = append(t.headTexts, texts(h))
		if !indexRowLike(h) {
			heads = append(heads, h)
		}
	}
	t.Columns = columns(heads, d.queue[n:min(len(d.queue), n+lookAhead-2)], t.Unit)
	d.adopt(t)
	if n > 0 {
		d.pop(n)
	}
	return nil
}

// upperHead reports whether the row directly above a header is a further level
// of heads with wide gaps.
func upperHead(r, below Row) bool {
	return r.Number == below.Number-1 && headLike(r) && !preambleLike(r)
}

func (d *detector) newTable() *Table {
	t := &Table{Sheet: d.sheet, SheetName: d.sheetName, Index: d.tables}
	d.tables++
	return t
}

// adopt makes t the current table.
func (d *detector) adopt(t *Table) {
	d.table, d.passed, d.notes = t, false, false
	d.numeric, d.label = make(map[int]int), make(map[int]bool)
	for _, c := range t.Columns {
		d.label[c.Index] = len(c.Path) == 0
	}
}

// readPreamble takes title, unit and period out of the lines above the header.
func (d *detector) readPreamble(t *Table, rows []Row) {
	titleAt := -1
	for _, r := range rows {
		line := newLine(r)
		t.Preamble = append(t.Preamble, line)
		for col, c := range r.Cells {
			if c.Kind != Text || c.Merged || !strings.Contains(c.Text, "单位") {
				continue
			}
			if _, unit := cutUnit(c.Text); unit != "" {
				t.Unit, t.UnitAt = unit, d.book.Ref(d.sheet, r.Number, col)
			}
		}
		text, found := titleText(r, line)
		if text == "" || !found && titleAt >= 0 {
			continue
		}
		if found || t.Title == "" {
			t.Title, titleAt = text, r.Number
		}
	}
	if t.Title != "" {
		name, unit := cutUnit(t.Title)
		t.Title = name
		if unit != "" && t.Unit == "" {
			t.Unit, t.UnitAt = unit, d.titleRef(rows, titleAt)
		}
	}
	for _, l := range append([]Line{{Text: t.Title}}, t.Preamble...) {
		if t.Period.IsZero() {
			t.Period = findYear(l.Text)
		}
	}
}

func (d *detector) titleRef(rows []Row, number int) Ref {
	for _, r := range rows {
		if r.Number == number {
			_, col := onlyCell(r)
			return d.book.Ref(d.sheet, number, col)
		}
	}
	return Ref{}
}

// titleText returns what a line says the table is about: the value of 指标, or
// a line of one cell without a key. certain is true for the former.
func titleText(r Row, line Line) (text string, certain bool) {
	switch line.Key {
	case "指标", "指标名称", "表名", "标题", "报表名称":
		return line.Value, true
	case "":
		if c, _ := onlyCell(r); effective(r) <= 2 && c.Kind == Text && !strings.Contains(c.Text, "单位") {
			return cleanHead(c), false
		}
	}
	return "", false
}

func newLine(r Row) Line {
	l := Line{Row: r.Number, Text: rowText(r)}
	if m := keyValue.FindStringSubmatch(l.Text); m != nil {
		l.Key, l.Value = strings.TrimSpace(m[1]), strings.TrimSpace(m[2])
	}
	return l
}

func texts(r Row) []string {
	var out []string
	for _, c := range r.Cells {
		if c.Kind != Blank && !c.Merged {
			out = append(out, cleanHead(c))
		}
	}
	return out
}

// singleColumn makes a table of a sheet that holds nothing but one list.
func (d *detector) singleColumn() error {
	if len(d.preamble) < 2 || len(d.preamble) >= maxLines {
		return nil
	}
	for _, r := range d.preamble {
		if effective(r) != 1 || noteLike(r) {
			return nil
		}
	}
	rows := d.preamble
	d.preamble = nil
	d.queue = rows
	if headText(firstCell(rows[0])) {
		if err := d.begin(1); err != nil {
			return err
		}
	} else if err := d.begin(0); err != nil {
		return err
	}
	for _, r := range d.queue {
		if err := d.pass(r, Data); err != nil {
			return err
		}
	}
	d.queue = nil
	return nil
}

func firstCell(r Row) Cell {
	c, _ := onlyCell(r)
	return c
}

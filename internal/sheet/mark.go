package sheet

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"sort"
	"strings"

	"ballast/internal/fault"
)

// Severity says how grave a finding is.
type Severity uint8

// The severities.
const (
	Warning  Severity = iota + 1 // to be looked at; yellow
	Mistaken                     // cannot be accepted; red
)

// String returns the Chinese word shown in the list of findings.
func (s Severity) String() string {
	switch s {
	case Warning:
		return "提醒"
	case Mistaken:
		return "错误"
	}
	return ""
}

// Finding is something to tell about one cell.
type Finding struct {
	Sheet    int // index of the sheet
	Row      int // from 1
	Col      int // from 0
	Severity Severity
	Message  string // Chinese
}

// maxComments bounds the comments on one sheet: spreadsheet programs grow slow
// with thousands of them. Cells beyond are coloured and listed all the same.
const maxComments = 2000

// markAuthor signs our comments, so that a workbook that comes back corrected
// loses them.
const markAuthor = "压舱石校验"

// WriteMarked writes the workbook of b again with every cell that has findings
// coloured and commented, and with a last sheet 校验结果 that lists all of them.
// Everything else in an xlsx stays byte for byte as it was, since only the
// parts concerned are rewritten, as a stream; marks of an earlier pass are
// taken off. A csv or an old xls comes back as an xlsx copy of its values.
// b stays usable.
func WriteMarked(ctx context.Context, w io.Writer, b *Book, findings []Finding) error {
	x, ok := b.src.(*xlsx)
	if !ok || x.stylesAt == "" {
		copied, err := copyBook(ctx, b)
		if err != nil {
			return err
		}
		x = copied.src.(*xlsx)
		b = copied
	}
	m := &marker{x: x, ctx: ctx, zw: zip.NewWriter(w), clones: make(map[cloneKey]int), replaced: make(map[string][]byte), written: make(map[string]bool)}
	if err := m.plan(b, findings); err != nil {
		return err
	}
	if err := m.run(); err != nil {
		return x.damaged(err)
	}
	return internal(m.zw.Close())
}

// marker is one marked copy being written.
type marker struct {
	x        *xlsx
	ctx      context.Context
	zw       *zip.Writer
	styles   styleSheet
	todo     []sheetMarks // by sheet
	listed   []Finding    // all findings, in order
	clones   map[cloneKey]int
	replaced map[string][]byte // small parts rewritten in memory, by path
	types    []string          // additions to the content types
	written  map[string]bool   // part keys written already
}

// sheetMarks are the findings of one sheet by cell.
type sheetMarks struct {
	rows  []int // ascending
	cells map[int][]cellMark
}

type cellMark struct {
	col      int
	severity Severity
	message  string
}

// cloneKey names a cell format with one of our colours; severity 0 is the
// format without any.
type cloneKey struct {
	base     int
	severity Severity
}

// plan sorts the findings into sheets, rows and cells. A finding inside a
// merged range goes to its first cell, the only one that shows.
func (m *marker) plan(b *Book, findings []Finding) error {
	m.listed = append([]Finding(nil), findings...)
	sort.SliceStable(m.listed, func(i, j int) bool {
		a, c := m.listed[i], m.listed[j]
		if a.Sheet != c.Sheet {
			return a.Sheet < c.Sheet
		}
		if a.Row != c.Row {
			return a.Row < c.Row
		}
		return a.Col < c.Col
	})
	m.todo = make([]sheetMarks, len(m.x.info))
	for i := 0; i < len(m.listed); {
		sheet := m.listed[i].Sheet
		j := i
		for j < len(m.listed) && m.listed[j].Sheet == sheet {
			j++
		}
		if err := b.check(sheet); err != nil {
			return err
		}
		merges, err := b.Merges(m.ctx, sheet)
		if err != nil {
			return err
		}
		marks, err := groupMarks(m.listed[i:j], merges)
		if err != nil {
			return err
		}
		m.todo[sheet] = marks
		i = j
	}
	return nil
}

func groupMarks(findings []Finding, merges []Range) (sheetMarks, error) {
	out := sheetMarks{cells: make(map[int][]cellMark)}
	home := newHome(merges)
	for _, f := range findings {
		if f.Row < 1 || f.Row > maxRows || f.Col < 0 || f.Col >= maxColumns {
			return out, fault.New(fault.Internal, "校验结果指向不存在的单元格（第 %d 行第 %d 列）。", f.Row, f.Col+1)
		}
		row, col := home.of(f.Row, f.Col)
		out.add(row, cellMark{col, f.Severity, f.Message})
	}
	for row, marks := range out.cells {
		out.rows = append(out.rows, row)
		sort.SliceStable(marks, func(i, j int) bool { return marks[i].col < marks[j].col })
	}
	sort.Ints(out.rows)
	return out, nil
}

// add joins the messages of one cell.
func (s *sheetMarks) add(row int, c cellMark) {
	marks := s.cells[row]
	for i := range marks {
		if marks[i].col == c.col {
			marks[i].severity = max(marks[i].severity, c.severity)
			marks[i].message += "\n" + c.message
			return
		}
	}
	s.cells[row] = append(marks, c)
}

// home finds the first cell of the merged range around a cell, for rows asked
// in ascending order.
type home struct {
	todo, active []Range
}

func newHome(merges []Range) *home {
	h := &home{todo: append([]Range(nil), merges...)}
	sort.SliceStable(h.todo, func(i, j int) bool { return h.todo[i].FirstRow < h.todo[j].FirstRow })
	return h
}

func (h *home) of(row, col int) (int, int) {
	for len(h.todo) > 0 && h.todo[0].FirstRow <= row {
		h.active = append(h.active, h.todo[0])
		h.todo = h.todo[1:]
	}
	live := h.active[:0]
	firstRow, firstCol := row, col
	for _, g := range h.active {
		if g.LastRow < row {
			continue
		}
		live = append(live, g)
		if col >= g.FirstCol && col <= g.LastCol {
			firstRow, firstCol = g.FirstRow, g.FirstCol
		}
	}
	h.active = live
	return firstRow, firstCol
}

// run writes the parts: sheets as streams, small parts from memory, the rest
// copied without unpacking.
func (m *marker) run() error {
	raw, err := m.read(m.x.stylesAt)
	if err != nil {
		return err
	}
	if m.styles, err = parseStyleSheet(raw); err != nil {
		return err
	}
	for i := range m.todo {
		if m.x.info[i].Name == resultSheet {
			continue
		}
		if err := m.sheet(i); err != nil {
			return err
		}
	}
	if err := m.resultSheet(); err != nil {
		return err
	}
	if m.replaced[m.x.stylesAt], err = m.styles.with(m.clones); err != nil {
		return err
	}
	if err := m.contentTypes(); err != nil {
		return err
	}
	return m.rest()
}

// read returns a small part whole.
func (m *marker) read(part string) ([]byte, error) {
	if b, ok := m.replaced[part]; ok {
		return b, nil
	}
	rc, err := m.x.open(part)
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	const limit = 64 << 20
	b, err := io.ReadAll(io.LimitReader(rc, limit+1))
	if err == nil && len(b) > limit {
		err = errXMLToken
	}
	return b, err
}

// create opens a part for writing.
func (m *marker) create(part string) (io.Writer, error) {
	m.written[partKey(part)] = true
	return m.zw.Create(part)
}

// rest writes the parts rewritten in memory and copies all others.
func (m *marker) rest() error {
	names := make([]string, 0, len(m.replaced))
	for name := range m.replaced {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		w, err := m.create(name)
		if err != nil {
			return err
		}
		if _, err := w.Write(m.replaced[name]); err != nil {
			return err
		}
	}
	for _, f := range m.x.zr.File {
		key := partKey(f.Name)
		if m.written[key] || strings.HasSuffix(key, "/") || m.x.parts[key] != f {
			continue
		}
		if err := m.ctx.Err(); err != nil {
			return err
		}
		if err := m.zw.Copy(f); err != nil {
			return err
		}
	}
	return nil
}

// contentTypes declares the parts that were added.
func (m *marker) contentTypes() error {
	const part = "[Content_Types].xml"
	raw, err := m.read(part)
	if err != nil {
		return err
	}
	var add strings.Builder
	if !bytes.Contains(bytes.ToLower(raw), []byte(`extension="vml"`)) {
		add.WriteString(`<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>`)
	}
	for _, t := range m.types {
		add.WriteString(t)
	}
	out, err := insertBefore(raw, "Types", add.String())
	if err != nil {
		return err
	}
	m.replaced[part] = out
	return nil
}

// insertBefore puts text before the end tag of the named element, the last of
// that name.
func insertBefore(raw []byte, element, text string) ([]byte, error) {
	end := bytes.LastIndex(raw, []byte(element+">"))
	if end < 0 {
		if i := bytes.LastIndex(raw, []byte("/>")); i >= 0 && bytes.Contains(raw, []byte("<"+element)) {
			return append(append(bytes.Clone(raw[:i]), (">"+text)...), ("</" + element + ">")...), nil
		}
		return nil, errXMLSyntax
	}
	at := bytes.LastIndexByte(raw[:end], '<')
	if at < 0 {
		return nil, errXMLSyntax
	}
	out := append(bytes.Clone(raw[:at]), text...)
	return append(out, raw[at:]...), nil
}

// copyBook writes the values of a csv or xls as an xlsx and opens that.
func copyBook(ctx context.Context, b *Book) (*Book, error) {
	var buf bytes.Buffer
	if err := writeCopy(ctx, &buf, b); err != nil {
		return nil, err
	}
	out, err := Open(ctx, b.name, bytes.NewReader(buf.Bytes()), int64(buf.Len()), Limits{FileBytes: 1 << 40})
	if err != nil {
		return nil, err
	}
	if x, ok := out.src.(*xlsx); !ok || x.stylesAt == "" {
		return nil, internal(errors.New("sheet: the copy has no styles"))
	}
	return out, nil
}

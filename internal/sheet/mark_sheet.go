package sheet

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// sheet rewrites one sheet with its comments, or leaves it to be copied when it
// has nothing to mark and nothing to take off.
func (m *marker) sheet(i int) error {
	marks := m.todo[i]
	notes, err := m.notes(i, marks)
	if err != nil {
		return err
	}
	if len(marks.rows) == 0 && !notes.changed && !m.styles.marked() {
		return nil
	}
	rc, err := m.x.open(m.x.paths[i])
	if err != nil {
		return err
	}
	defer rc.Close()
	w, err := m.create(m.x.paths[i])
	if err != nil {
		return err
	}
	bw := bufio.NewWriterSize(w, 64<<10)
	p := &sheetPatch{m: m, marks: marks, w: bw, s: newXMLScanner(rc, m.x.maxToken()), vml: notes.changed}
	p.s.tap = bw
	if err := p.run(); err != nil {
		return err
	}
	if err := bw.Flush(); err != nil {
		return err
	}
	if !notes.changed {
		return nil
	}
	return m.writeNotes(i, notes)
}

// sheetPatch copies a sheet part token by token and changes the formats of
// marked cells, inserts cells and rows where a marked one is not written, and
// ties in the drawing of the comments.
type sheetPatch struct {
	m      *marker
	marks  sheetMarks
	w      *bufio.Writer
	s      *xmlScanner
	vml    bool // the drawing of comments is to be tied in
	tied   bool
	prefix string // of the main vocabulary, "x:" or ""
	strict bool
	next   int // position in marks.rows
	last   int // row before
	owed   bool
}

// behindDrawing are the elements that follow legacyDrawing in a worksheet
// (ECMA-376 part 1 §18.3.1.99).
var behindDrawing = map[string]bool{
	"legacyDrawingHF": true, "drawingHF": true, "picture": true, "oleObjects": true, "controls": true,
	"webPublishItems": true, "tableParts": true, "extLst": true, "AlternateContent": true,
}

func (p *sheetPatch) run() error {
	for n := 0; ; n++ {
		if n%4096 == 0 {
			if err := p.m.ctx.Err(); err != nil {
				return err
			}
		}
		switch err := p.s.next(); err {
		case nil:
		case io.EOF:
			return nil
		default:
			return err
		}
		if err := p.token(); err != nil {
			return err
		}
	}
}

func (p *sheetPatch) token() error {
	s := p.s
	switch {
	case s.token == xmlStart && s.depth == 1:
		p.root()
	case s.token == xmlStart && s.depth == 2 && string(s.name) == "sheetData" && s.selfClose:
		return p.emptyData()
	case s.token == xmlStart && s.depth == 3 && string(s.name) == "row":
		return p.row()
	case s.token == xmlEnd && s.depth == 1 && string(s.name) == "sheetData" && len(s.raw) > 0:
		p.newRows(maxRows + 1)
	case s.token == xmlStart && s.depth == 2 && string(s.name) == "legacyDrawing" && p.vml:
		p.tie()
		p.owed = !s.selfClose
		return nil
	case s.token == xmlEnd && p.owed && string(s.name) == "legacyDrawing":
		p.owed = false
		return nil
	case s.token == xmlStart && s.depth == 2 && behindDrawing[string(s.name)]:
		p.tie()
	case s.token == xmlEnd && s.depth == 0:
		p.tie()
	}
	_, err := p.w.Write(s.raw)
	return err
}

// root learns prefix and vocabulary from the first tag.
func (p *sheetPatch) root() {
	tag := p.s.raw[1:]
	end := bytes.IndexAny(tag, " \t\r\n/>")
	if i := bytes.IndexByte(tag[:max(end, 0)], ':'); i >= 0 {
		p.prefix = string(tag[:i+1])
	}
	p.strict = bytes.Contains(p.s.raw, []byte("purl.oclc.org"))
}

// tie writes the element that shows the comments, once.
func (p *sheetPatch) tie() {
	if !p.vml || p.tied {
		return
	}
	p.tied = true
	fmt.Fprintf(p.w, `<%slegacyDrawing xmlns:r="%s" r:id="%s"/>`, p.prefix, relationNamespace(p.strict), relVML)
}

// emptyData opens a sheetData that had no rows.
func (p *sheetPatch) emptyData() error {
	if len(p.marks.rows) == 0 {
		_, err := p.w.Write(p.s.raw)
		return err
	}
	fmt.Fprintf(p.w, "<%ssheetData>", p.prefix)
	p.newRows(maxRows + 1)
	_, err := fmt.Fprintf(p.w, "</%ssheetData>", p.prefix)
	return err
}

// newRows writes rows that are marked but not in the file, up to before.
func (p *sheetPatch) newRows(before int) {
	for p.next < len(p.marks.rows) && p.marks.rows[p.next] < before {
		row := p.marks.rows[p.next]
		p.next++
		fmt.Fprintf(p.w, `<%srow r="%d">`, p.prefix, row)
		for _, c := range p.marks.cells[row] {
			p.newCell(row, c)
		}
		fmt.Fprintf(p.w, `</%srow>`, p.prefix)
	}
}

func (p *sheetPatch) newCell(row int, c cellMark) {
	fmt.Fprintf(p.w, `<%sc r="%s%d" s="%d"/>`, p.prefix, ColumnName(c.col), row, p.m.clone(0, c.severity))
}

// row copies one row.
func (p *sheetPatch) row() error {
	s := p.s
	number := s.attrInt("r", p.last+1)
	p.last = number
	p.newRows(number)
	var marks []cellMark
	if p.next < len(p.marks.rows) && p.marks.rows[p.next] == number {
		marks = p.marks.cells[number]
		p.next++
	}
	if s.selfClose {
		if len(marks) == 0 {
			_, err := p.w.Write(s.raw)
			return err
		}
		p.w.Write(bytes.TrimSuffix(cutAttr(s.raw, "spans"), []byte("/>")))
		p.w.WriteByte('>')
		for _, c := range marks {
			p.newCell(number, c)
		}
		_, err := fmt.Fprintf(p.w, "</%srow>", p.prefix)
		return err
	}
	if len(marks) > 0 {
		p.w.Write(cutAttr(s.raw, "spans"))
	} else {
		p.w.Write(s.raw)
	}
	return p.cells(number, marks)
}

// cells copies the cells of a row up to its end tag.
func (p *sheetPatch) cells(number int, marks []cellMark) error {
	s, col := p.s, -1
	depth := s.depth
	for {
		if err := s.next(); err != nil {
			return unexpected(err)
		}
		if s.token == xmlStart && s.depth == depth+1 && string(s.name) == "c" {
			if c, _, ok := parseAddress(s.attr("r")); ok {
				col = c
			} else {
				col++
			}
			for len(marks) > 0 && marks[0].col < col {
				p.newCell(number, marks[0])
				marks = marks[1:]
			}
			severity := Severity(0)
			if len(marks) > 0 && marks[0].col == col {
				severity = marks[0].severity
				marks = marks[1:]
			}
			p.cellTag(severity)
			continue
		}
		if s.token == xmlEnd && s.depth < depth {
			for _, c := range marks {
				p.newCell(number, c)
			}
			_, err := p.w.Write(s.raw)
			return err
		}
		if _, err := p.w.Write(s.raw); err != nil {
			return err
		}
	}
}

// cellTag writes the start tag of a cell with its new format.
func (p *sheetPatch) cellTag(severity Severity) {
	s := p.s
	style := s.attrInt("s", 0)
	if severity == 0 && !p.m.styles.ours(style) {
		p.w.Write(s.raw)
		return
	}
	id := p.m.clone(style, severity)
	tag := cutAttr(s.raw, "s")
	end := []byte(">")
	if bytes.HasSuffix(tag, []byte("/>")) {
		end = []byte("/>")
	}
	p.w.Write(bytes.TrimSuffix(tag, end))
	p.w.WriteString(` s="` + strconv.Itoa(id) + `"`)
	p.w.Write(end)
}

// clone returns the number of the format base in our colour.
func (m *marker) clone(base int, severity Severity) int {
	if base < 0 || base >= len(m.styles.xfs) {
		base = 0
	}
	key := cloneKey{base, severity}
	id, ok := m.clones[key]
	if !ok {
		id = len(m.styles.xfs) + len(m.clones)
		m.clones[key] = id
	}
	return id
}

// cutAttr returns a tag without one of its attributes. The tag is not changed.
func cutAttr(tag []byte, name string) []byte {
	for from := 0; ; {
		i := bytes.Index(tag[from:], []byte(name+"="))
		if i < 0 {
			return tag
		}
		i += from
		if i > 0 && isXMLSpace(tag[i-1]) && !insideQuotes(tag[:i]) {
			rest := tag[i+len(name)+1:]
			if len(rest) > 1 {
				if end := bytes.IndexByte(rest[1:], rest[0]); end >= 0 {
					return append(bytes.Clone(tag[:i-1]), rest[end+2:]...)
				}
			}
		}
		from = i + 1
	}
}

func insideQuotes(b []byte) bool {
	var quote byte
	for _, c := range b {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		}
	}
	return quote != 0
}

func relationNamespace(strict bool) string {
	if strict {
		return "http://purl.oclc.org/ooxml/officeDocument/relationships"
	}
	return "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
}

// xmlEscape escapes text for elements and attributes and drops what XML cannot
// hold.
func xmlEscape(s string) string {
	return xmlEscaper.Replace(cleanText(s))
}

var xmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\r", "&#13;")

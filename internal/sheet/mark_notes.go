package sheet

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"sort"
	"strings"
)

// Relation numbers of the parts we add.
const (
	relVML     = "rIdBallastNotes"
	relComment = "rIdBallastComments"
	relResult  = "rIdBallastResult"
)

// note is one comment of a sheet.
type note struct {
	row, col int
	author   string
	text     string
}

// sheetNotes are the comments a sheet shall have.
type sheetNotes struct {
	list    []note
	part    string // existing comments part, "" for none
	changed bool
}

// notes merges the comments of the file with those of the findings. Comments
// of an earlier pass go.
func (m *marker) notes(i int, marks sheetMarks) (sheetNotes, error) {
	var out sheetNotes
	rels, err := m.x.relations(m.x.paths[i])
	if err != nil {
		return out, err
	}
	for _, r := range rels {
		if r.kind == "comments" && m.x.parts[partKey(r.target)] != nil {
			out.part = r.target
		}
	}
	if out.part != "" {
		old, err := m.readNotes(out.part)
		if err != nil {
			return out, err
		}
		for _, n := range old {
			if n.author == markAuthor {
				out.changed = true
				continue
			}
			out.list = append(out.list, n)
		}
	}
	at := make(map[[2]int]int, len(out.list))
	for k, n := range out.list {
		at[[2]int{n.row, n.col}] = k
	}
	added := 0
	for _, row := range marks.rows {
		for _, c := range marks.cells[row] {
			if added++; added > maxComments {
				break
			}
			out.changed = true
			text := c.severity.String() + "：" + c.message
			if k, ok := at[[2]int{row, c.col}]; ok {
				out.list[k].text = text + "\n" + out.list[k].text
				out.list[k].author = markAuthor
				continue
			}
			out.list = append(out.list, note{row, c.col, markAuthor, text})
		}
	}
	sort.SliceStable(out.list, func(a, b int) bool {
		if out.list[a].row != out.list[b].row {
			return out.list[a].row < out.list[b].row
		}
		return out.list[a].col < out.list[b].col
	})
	return out, nil
}

// readNotes reads a comments part; formatting inside a comment is given up.
func (m *marker) readNotes(part string) ([]note, error) {
	raw, err := m.read(part)
	if err != nil {
		return nil, err
	}
	s := newXMLScanner(bytes.NewReader(raw), m.x.maxToken())
	var authors []string
	var out []note
	inAuthor, inText, phonetic := false, false, false
	for {
		err := s.next()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		name := string(s.name)
		switch s.token {
		case xmlStart:
			switch name {
			case "author":
				authors = append(authors, "")
				inAuthor = true
			case "comment":
				col, row, ok := parseAddress(s.attr("ref"))
				n := note{row: row, col: col}
				if k := s.attrInt("authorId", -1); k >= 0 && k < len(authors) {
					n.author = authors[k]
				}
				if !ok {
					n.row = 0
				}
				out = append(out, n)
			case "rPh":
				phonetic = true
			case "t":
				inText = !phonetic
			}
		case xmlText:
			switch {
			case inAuthor:
				authors[len(authors)-1] += string(s.content())
			case inText && len(out) > 0:
				out[len(out)-1].text += string(s.content())
			}
		case xmlEnd:
			switch name {
			case "author":
				inAuthor = false
			case "t":
				inText = false
			case "rPh":
				phonetic = false
			case "comment":
				if out[len(out)-1].row == 0 {
					out = out[:len(out)-1]
				}
			}
		}
	}
}

// writeNotes writes the comments, their drawing and the relations to both.
func (m *marker) writeNotes(i int, n sheetNotes) error {
	sheet := m.x.paths[i]
	dir := path.Dir(path.Dir(sheet))
	vml := fmt.Sprintf("%s/drawings/vmlDrawingBallast%d.vml", dir, i+1)
	if n.part == "" {
		n.part = fmt.Sprintf("%s/commentsBallast%d.xml", dir, i+1)
		if m.x.parts[partKey(n.part)] == nil {
			m.types = append(m.types, fmt.Sprintf(`<Override PartName="/%s" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"/>`, n.part))
		}
		if err := m.relate(sheet, relComment, "comments", n.part); err != nil {
			return err
		}
	}
	if err := m.relate(sheet, relVML, "vmlDrawing", vml); err != nil {
		return err
	}
	m.replaced[n.part] = commentsPart(n.list)
	m.replaced[vml] = vmlPart(n.list, i+1)
	return nil
}

// relate adds a relation to a part, unless it is there.
func (m *marker) relate(part, id, kind, target string) error {
	dir, file := path.Split(part)
	rels := dir + "_rels/" + file + ".rels"
	raw := []byte(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>`)
	if m.x.parts[partKey(rels)] != nil || m.replaced[rels] != nil {
		var err error
		if raw, err = m.read(rels); err != nil {
			return err
		}
	}
	if bytes.Contains(raw, []byte(`"`+id+`"`)) {
		return nil
	}
	out, err := insertBefore(raw, "Relationships", fmt.Sprintf(`<Relationship Id="%s" Type="%s/%s" Target="/%s"/>`, id, relationNamespace(false), kind, target))
	if err != nil {
		return err
	}
	m.replaced[rels] = out
	return nil
}

func commentsPart(list []note) []byte {
	var b bytes.Buffer
	index := make(map[string]int)
	var authors []string
	for _, n := range list {
		if _, ok := index[n.author]; !ok {
			index[n.author] = len(authors)
			authors = append(authors, n.author)
		}
	}
	b.WriteString(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n")
	b.WriteString(`<comments xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><authors>`)
	for _, a := range authors {
		b.WriteString("<author>" + xmlEscape(a) + "</author>")
	}
	b.WriteString("</authors><commentList>")
	for _, n := range list {
		fmt.Fprintf(&b, `<comment ref="%s%d" authorId="%d"><text><t xml:space="preserve">%s</t></text></comment>`,
			ColumnName(n.col), n.row, index[n.author], xmlEscape(clip(n.text, 2000)))
	}
	b.WriteString("</commentList></comments>")
	return b.Bytes()
}

// vmlPart draws the boxes in which comments show. Without it a spreadsheet
// program repairs the file.
func vmlPart(list []note, block int) []byte {
	var b bytes.Buffer
	b.WriteString(`<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">`)
	fmt.Fprintf(&b, `<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="%d"/></o:shapelayout>`, block)
	b.WriteString(`<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>`)
	for i, n := range list {
		lines := 1 + strings.Count(n.text, "\n") + len([]rune(n.text))/14
		fmt.Fprintf(&b, `<v:shape id="_x0000_s%d" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:2pt;width:190pt;height:%dpt;z-index:%d;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">`,
			block*1024+1+i, min(20+15*lines, 300), i+1)
		b.WriteString(`<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>`)
		fmt.Fprintf(&b, `<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>%d, 15, %d, 2, %d, 15, %d, 4</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>%d</x:Row><x:Column>%d</x:Column></x:ClientData></v:shape>`,
			n.col+1, max(n.row-2, 0), n.col+4, n.row+min(lines, 15), n.row-1, n.col)
	}
	b.WriteString("</xml>")
	return b.Bytes()
}

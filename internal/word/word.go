package word

import (
	"archive/zip"
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"time"

	"ballast/internal/fault"
)

// Document is one official paper. Empty fields leave their line out.
type Document struct {
	Title     string  // 标题, centred
	Number    string  // 发文字号, for example 萍工信字〔2026〕12号
	Addressee string  // 主送机关, flush left with a colon
	Body      []Block // 正文
	Signer    string  // 发文机关署名
	Date      string  // 成文日期, Arabic digits: 2026年7月13日
	Landscape bool    // wide tables
}

// Block is one piece of the body: [Heading], [Para], [Note] or [Table].
type Block interface{ write(w *writer) }

// Heading is a head of level 1 (黑体, 一、) or 2 (楷体, （一）); the numbering is part
// of the text.
type Heading struct {
	Level int
	Text  string
}

// Para is a paragraph indented by two characters.
type Para string

// Note is a small unindented line: sources, units, 测算 and 模板 labels.
type Note string

// Align places the text of a table column.
type Align string

// The alignments.
const (
	Left   Align = "left"
	Centre Align = "center"
	Right  Align = "right"
)

// Column describes one table column; Width is a share, relative to the others.
type Column struct {
	Head  string
	Width int
	Align Align
}

// Table is a ruled table whose head repeats on every page.
type Table struct {
	Caption string
	Columns []Column
	Rows    [][]string
}

// Sizes in half points and lengths in twentieths of a point (twips).
const (
	sizeTitle = 44    // 二号
	sizeBody  = 32    // 三号
	sizeTable = 21    // 五号
	sizeNote  = 18    // 小五
	pageW     = 11906 // 210 mm
	pageH     = 16838 // 297 mm
)

const (
	fontTitle = "方正小标宋简体"
	fontBody  = "仿宋_GB2312"
	fontHead1 = "黑体"
	fontHead2 = "楷体_GB2312"
)

// Write writes the document as a .docx file.
func (d *Document) Write(out io.Writer) error {
	z := zip.NewWriter(out)
	for _, part := range []struct{ name, text string }{
		{"[Content_Types].xml", contentTypes},
		{"_rels/.rels", rootRels},
		{"word/_rels/document.xml.rels", documentRels},
		{"word/styles.xml", styles},
		{"word/footer1.xml", footer},
		{"word/document.xml", d.documentXML()},
	} {
		// A fixed time keeps equal documents equal to the byte.
		f, err := z.CreateHeader(&zip.FileHeader{Name: part.name, Method: zip.Deflate, Modified: time.Unix(315532800, 0).UTC()})
		if err == nil {
			_, err = io.WriteString(f, part.text)
		}
		if err != nil {
			return fault.Wrap(fault.Unavailable, err, "Word 文件没有写成")
		}
	}
	if err := z.Close(); err != nil {
		return fault.Wrap(fault.Unavailable, err, "Word 文件没有写成")
	}
	return nil
}

// twips turns millimetres into twentieths of a point: 1 mm is 1440/25.4 of them.
func twips(mm float64) int { return int(mm * 1440 / 25.4) }

// typeArea returns the width between the margins in twips.
func (d *Document) typeArea() int {
	if d.Landscape {
		return twips(225)
	}
	return twips(156)
}

func (d *Document) documentXML() string {
	w := &writer{width: d.typeArea()}
	w.raw(xml.Header + `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:body>`)
	if d.Title != "" {
		w.para(paraStyle{font: fontTitle, size: sizeTitle, align: Centre, line: 700}, d.Title)
	}
	if d.Number != "" {
		w.para(paraStyle{font: fontBody, size: sizeBody, align: Centre, line: 560}, d.Number)
	}
	if d.Addressee != "" {
		w.para(paraStyle{font: fontBody, size: sizeBody, line: 560}, strings.TrimRight(d.Addressee, "：:")+"：")
	}
	for _, b := range d.Body {
		b.write(w)
	}
	if d.Signer != "" {
		w.para(paraStyle{font: fontBody, size: sizeBody, align: Right, line: 560, before: 560}, d.Signer)
	}
	if d.Date != "" {
		w.para(paraStyle{font: fontBody, size: sizeBody, align: Right, line: 560}, d.Date)
	}
	w.section(d.Landscape)
	w.raw(`</w:body></w:document>`)
	return w.b.String()
}

func (h Heading) write(w *writer) {
	font := fontHead1
	if h.Level > 1 {
		font = fontHead2
	}
	w.para(paraStyle{font: font, size: sizeBody, indent: true, line: 560, keep: true}, h.Text)
}

func (p Para) write(w *writer) {
	w.para(paraStyle{font: fontBody, size: sizeBody, indent: true, line: 560, align: "both"}, string(p))
}

func (n Note) write(w *writer) {
	w.para(paraStyle{font: fontBody, size: sizeNote}, string(n))
}

func (t Table) write(w *writer) {
	if t.Caption != "" {
		w.para(paraStyle{font: fontHead1, size: sizeTable, align: Centre, before: 120, keep: true}, t.Caption)
	}
	total := 0
	for _, c := range t.Columns {
		total += max(1, c.Width)
	}
	widths := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		widths[i] = w.width * max(1, c.Width) / max(1, total)
	}
	w.raw(`<w:tbl><w:tblPr><w:tblW w:w="` + strconv.Itoa(w.width) + `" w:type="dxa"/><w:tblBorders>`)
	for _, side := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
		w.raw(`<w:` + side + ` w:val="single" w:sz="4" w:space="0" w:color="000000"/>`)
	}
	w.raw(`</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>`)
	for _, n := range widths {
		w.raw(`<w:gridCol w:w="` + strconv.Itoa(n) + `"/>`)
	}
	w.raw(`</w:tblGrid>`)
	heads := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		heads[i] = c.Head
	}
	w.row(t.Columns, widths, heads, true)
	for _, r := range t.Rows {
		w.row(t.Columns, widths, r, false)
	}
	w.raw(`</w:tbl>`)
	w.para(paraStyle{font: fontBody, size: sizeNote}, "") // a table must be followed by a paragraph
}

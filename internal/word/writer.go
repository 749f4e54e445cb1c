package word

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// writer puts WordprocessingML (ISO/IEC 29500) together.
type writer struct {
	b     strings.Builder
	width int // type area in twips
}

func (w *writer) raw(s string) { w.b.WriteString(s) }

func (w *writer) text(s string) {
	// EscapeText replaces what XML cannot hold by U+FFFD, so any name prints.
	_ = xml.EscapeText(&w.b, []byte(s)) // a strings.Builder never fails
}

type paraStyle struct {
	font         string
	size         int
	align        Align
	indent       bool // two characters
	keep         bool // with the next paragraph
	line, before int  // twips; line 0 is single spacing
}

// para writes one paragraph; line breaks in text stay line breaks.
func (w *writer) para(s paraStyle, text string) {
	w.raw(`<w:p><w:pPr>`)
	if s.keep {
		w.raw(`<w:keepNext/>`)
	}
	w.raw(`<w:spacing w:before="` + strconv.Itoa(s.before) + `" w:after="0"`)
	if s.line > 0 {
		w.raw(` w:line="` + strconv.Itoa(s.line) + `" w:lineRule="exact"`)
	} else {
		w.raw(` w:line="240" w:lineRule="auto"`)
	}
	w.raw(`/>`)
	if s.indent {
		w.raw(`<w:ind w:firstLineChars="200" w:firstLine="` + strconv.Itoa(s.size*20) + `"/>`)
	}
	if s.align != "" {
		w.raw(`<w:jc w:val="` + string(s.align) + `"/>`)
	}
	w.raw(`</w:pPr>`)
	if text != "" {
		w.run(s.font, s.size, text)
	}
	w.raw(`</w:p>`)
}

func (w *writer) run(font string, size int, text string) {
	n := strconv.Itoa(size)
	w.raw(`<w:r><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="` + font + `" w:cs="Times New Roman"/><w:sz w:val="` + n + `"/><w:szCs w:val="` + n + `"/></w:rPr>`)
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			w.raw(`<w:br/>`)
		}
		w.raw(`<w:t xml:space="preserve">`)
		w.text(line)
		w.raw(`</w:t>`)
	}
	w.raw(`</w:r>`)
}

// row writes one table row. Missing cells are blank, extra cells are left out.
func (w *writer) row(cols []Column, widths []int, cells []string, head bool) {
	w.raw(`<w:tr><w:trPr><w:cantSplit/>`)
	if head {
		w.raw(`<w:tblHeader/>`)
	}
	w.raw(`</w:trPr>`)
	for i, c := range cols {
		w.raw(`<w:tc><w:tcPr><w:tcW w:w="` + strconv.Itoa(widths[i]) + `" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>`)
		style := paraStyle{font: fontBody, size: sizeTable, align: c.Align}
		if head {
			style.font, style.align = fontHead1, Centre
		}
		cell := ""
		if i < len(cells) {
			cell = cells[i]
		}
		w.para(style, cell)
		w.raw(`</w:tc>`)
	}
	w.raw(`</w:tr>`)
}

func (w *writer) section(landscape bool) {
	w.raw(`<w:sectPr><w:footerReference w:type="default" r:id="rId2"/>`)
	if landscape {
		w.raw(`<w:pgSz w:w="` + strconv.Itoa(pageH) + `" w:h="` + strconv.Itoa(pageW) + `" w:orient="landscape"/>`)
	} else {
		w.raw(`<w:pgSz w:w="` + strconv.Itoa(pageW) + `" w:h="` + strconv.Itoa(pageH) + `"/>`)
	}
	top, left, right, bottom := 37.0, 28.0, 26.0, 35.0
	if landscape { // the page is turned, the binding stays at the long edge's head
		top, left, right, bottom = 28, 35, 37, 26
	}
	twip := func(v float64) string { return strconv.Itoa(twips(v)) }
	w.raw(`<w:pgMar w:top="` + twip(top) + `" w:right="` + twip(right) + `" w:bottom="` + twip(bottom) + `" w:left="` + twip(left) +
		`" w:header="851" w:footer="1418" w:gutter="0"/></w:sectPr>`)
}

const (
	contentTypes = xml.Header + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/></Types>`

	rootRels = xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`

	documentRels = xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer" Target="footer1.xml"/></Relationships>`

	styles = xml.Header + `<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="` + fontBody + `" w:cs="Times New Roman"/><w:sz w:val="32"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style></w:styles>`

	// The page number stands between dashes, 四号, as GB/T 9704 §7.5 has it.
	footer = xml.Header + `<w:ftr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:rPr><w:rFonts w:eastAsia="宋体"/><w:sz w:val="28"/></w:rPr><w:t xml:space="preserve">— </w:t></w:r><w:r><w:rPr><w:sz w:val="28"/></w:rPr><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:rPr><w:sz w:val="28"/></w:rPr><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r><w:r><w:rPr><w:sz w:val="28"/></w:rPr><w:fldChar w:fldCharType="end"/></w:r><w:r><w:rPr><w:rFonts w:eastAsia="宋体"/><w:sz w:val="28"/></w:rPr><w:t xml:space="preserve"> —</w:t></w:r></w:p></w:ftr>`
)

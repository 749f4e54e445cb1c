package sheet

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// resultSheet writes the list of all findings as the last sheet, over the list
// of an earlier pass when there is one.
func (m *marker) resultSheet() error {
	part := ""
	for i, s := range m.x.info {
		if s.Name == resultSheet {
			part = m.x.paths[i]
		}
	}
	if part == "" {
		part = path.Dir(m.x.main) + "/worksheets/sheetBallast.xml"
		if err := m.declareResult(part); err != nil {
			return err
		}
	}
	w, err := m.create(part)
	if err != nil {
		return err
	}
	bw := bufio.NewWriterSize(w, 64<<10)
	m.writeResult(bw)
	return bw.Flush()
}

// declareResult enters a new sheet in the workbook.
func (m *marker) declareResult(part string) error {
	raw, err := m.read(m.x.main)
	if err != nil {
		return err
	}
	s := newXMLScanner(bytes.NewReader(raw), m.x.maxToken())
	id, prefix := 0, ""
	for {
		err := s.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if s.token == xmlStart && string(s.name) == "sheet" {
			id = max(id, s.attrInt("sheetId", 0))
		}
		if s.token == xmlStart && s.depth == 1 {
			if i := bytes.IndexByte(s.raw, ':'); i > 0 && i < bytes.IndexAny(s.raw, " >") {
				prefix = string(s.raw[1 : i+1])
			}
		}
	}
	strict := bytes.Contains(raw, []byte("purl.oclc.org"))
	entry := fmt.Sprintf(`<%ssheet xmlns:r="%s" name="%s" sheetId="%d" r:id="%s"/>`, prefix, relationNamespace(strict), resultSheet, id+1, relResult)
	out, err := insertBefore(raw, prefix+"sheets", entry)
	if err != nil {
		return err
	}
	m.replaced[m.x.main] = out
	m.types = append(m.types, fmt.Sprintf(`<Override PartName="/%s" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`, part))
	return m.relate(m.x.main, relResult, "worksheet", part)
}

// maxLinks bounds the links from the list to the cells; the format allows
// 65,530 on a sheet.
const maxLinks = 20_000

func (m *marker) writeResult(w *bufio.Writer) {
	w.WriteString(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n")
	w.WriteString(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>`)
	w.WriteString(`<cols><col min="1" max="1" width="8" customWidth="1"/><col min="2" max="2" width="20" customWidth="1"/><col min="3" max="4" width="10" customWidth="1"/><col min="5" max="5" width="80" customWidth="1"/></cols><sheetData>`)
	texts := func(row int, cells ...string) {
		fmt.Fprintf(w, `<row r="%d">`, row)
		for i, c := range cells {
			fmt.Fprintf(w, `<c r="%s%d" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, ColumnName(i), row, xmlEscape(c))
		}
		w.WriteString("</row>")
	}
	texts(1, "序号", "工作表", "单元格", "级别", "问题")
	shown := m.listed[:min(len(m.listed), sheetRowLimit-2)]
	for i, f := range shown {
		texts(i+2, strconv.Itoa(i+1), m.x.info[f.Sheet].Name, Ref{Row: f.Row, Col: f.Col}.Address(), f.Severity.String(), f.Message)
	}
	if len(shown) == 0 {
		texts(2, "", "", "", "", "没有发现问题。")
	}
	w.WriteString("</sheetData>")
	if len(shown) > 0 {
		w.WriteString("<hyperlinks>")
		for i, f := range shown[:min(len(shown), maxLinks)] {
			place := "'" + strings.ReplaceAll(m.x.info[f.Sheet].Name, "'", "''") + "'!" + Ref{Row: f.Row, Col: f.Col}.Address()
			fmt.Fprintf(w, `<hyperlink ref="C%d" location="%s"/>`, i+2, xmlEscape(place))
		}
		w.WriteString("</hyperlinks>")
	}
	w.WriteString("</worksheet>")
}

// writeCopy writes the values of all sheets of b as an xlsx, rows and columns
// in place.
func writeCopy(ctx context.Context, w io.Writer, b *Book) error {
	f := excelize.NewFile()
	defer f.Close()
	used := make(map[string]bool)
	for _, s := range b.src.sheets() {
		name := uniqueName(safeSheetName(s.Name), used)
		if s.Index == 0 {
			if err := f.SetSheetName("Sheet1", name); err != nil {
				return internal(err)
			}
		} else if _, err := f.NewSheet(name); err != nil {
			return internal(err)
		}
		sw, err := f.NewStreamWriter(name)
		if err != nil {
			return internal(err)
		}
		if err := copySheet(ctx, sw, b, s.Index); err != nil {
			return err
		}
		if s.Hidden && s.Index > 0 {
			if err := f.SetSheetVisible(name, false); err != nil {
				return internal(err)
			}
		}
	}
	return internal(f.Write(w))
}

func uniqueName(name string, used map[string]bool) string {
	if name == "" {
		name = "数据"
	}
	out := name
	for n := 2; used[strings.ToLower(out)]; n++ {
		out = fmt.Sprintf("%s(%d)", name, n)
	}
	used[strings.ToLower(out)] = true
	return out
}

func copySheet(ctx context.Context, sw *excelize.StreamWriter, b *Book, sheet int) error {
	err := b.each(ctx, sheet, func(r Row) error {
		values := make([]any, len(r.Cells))
		for i, c := range r.Cells {
			if !c.Merged {
				values[i] = copyValue(c)
			}
		}
		return internal(sw.SetRow(fmt.Sprintf("A%d", r.Number), values))
	})
	if err != nil {
		return err
	}
	merges, err := b.Merges(ctx, sheet)
	if err != nil {
		return err
	}
	for _, g := range merges {
		if err := sw.MergeCell(ColumnName(g.FirstCol)+strconv.Itoa(g.FirstRow), ColumnName(g.LastCol)+strconv.Itoa(g.LastRow)); err != nil {
			return internal(err)
		}
	}
	return internal(sw.Flush())
}

// copyValue keeps numbers as numbers. A text of a CSV becomes one only when it
// is written in the plainest way and short enough to lose nothing.
func copyValue(c Cell) any {
	switch c.Kind {
	case Blank:
		return nil
	case Number, Bool:
		return c.Num
	case Text:
		if len(c.Text) <= 15 && formatFloatText(c.Text) {
			if v, err := strconv.ParseFloat(c.Text, 64); err == nil {
				return v
			}
		}
	}
	return cleanText(c.Text)
}

// formatFloatText reports whether s is what formatFloat would write.
func formatFloatText(s string) bool {
	v, err := strconv.ParseFloat(s, 64)
	return err == nil && formatFloat(v) == s
}

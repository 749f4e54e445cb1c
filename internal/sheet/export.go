package sheet

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"ballast/internal/fault"

	"github.com/xuri/excelize/v2"
)

// FieldKind says how the values of a column are written.
type FieldKind uint8

// The kinds of column.
const (
	AsText    FieldKind = iota // codes, phone and account numbers, names: never turned into a number
	AsNumber                   // full precision, in the general format, which shows as much as fits
	AsDate                     // a true date, shown as 2026-11-24
	AsPercent                  // a number of percent (12.5), shown with two decimals; the unit belongs into the head
)

// Field is one column of an export or a template.
type Field struct {
	Head     string
	Unit     string // written behind the head in brackets
	Kind     FieldKind
	Width    float64  // in characters; 0 for a width that fits the head
	Choices  []string // drop-down list, in templates
	Locked   bool     // shaded in templates: known to the office, not to be changed
	Required bool     // marked with * in templates
	Help     string   // shown when a cell of the column is chosen, in templates
}

// head returns the text of the column's head.
func (f Field) head() string {
	if f.Unit == "" {
		return f.Head
	}
	return f.Head + "（" + f.Unit + "）"
}

func (f Field) width() float64 {
	if f.Width > 0 {
		return min(f.Width, 120)
	}
	w := 0
	for _, r := range f.head() {
		if w++; wideRune(r) {
			w++
		}
	}
	return float64(min(max(w+3, 10), 40))
}

// Export describes a sheet to write.
type Export struct {
	Sheet  string   // name of the sheet, "数据" when empty
	Title  string   // a line above the header; "" for none
	Notes  []string // lines below the title, such as source and date
	Fields []Field
	NoMark bool // CSV only: leave out the byte-order mark, for machines
}

// sheetRowLimit is the last row that may be written on one sheet; readers of
// other programs stop at 1,048,576.
const sheetRowLimit = 1_048_575

// WriteTable streams rows into a workbook: header frozen and filtered, codes as
// text, dates as dates, numbers in full precision. Values may be string, bool,
// int, int64, float64, time.Time or nil for none. More rows than a sheet holds
// go on to further sheets. Text is stored as text, never as a formula. Rows
// are pulled one at a time; an error among them ends the export.
func WriteTable(ctx context.Context, w io.Writer, e Export, rows iter.Seq2[[]any, error]) error {
	f := excelize.NewFile()
	defer f.Close()
	x := &exporter{f: f, e: e}
	if err := x.prepare(); err != nil {
		return err
	}
	if err := x.open(); err != nil {
		return err
	}
	n := 0
	for values, err := range rows {
		if err != nil {
			return err
		}
		if n++; n%ctxEvery == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if err := x.write(values); err != nil {
			return err
		}
	}
	if err := x.close(); err != nil {
		return err
	}
	return internal(f.Write(w))
}

// internal wraps an error of the writing library; none of them is the user's.
func internal(err error) error {
	if err == nil {
		return nil
	}
	return fault.Wrap(fault.Internal, err, "写出表格时出错。")
}

// exporter is one workbook being written.
type exporter struct {
	f      *excelize.File
	e      Export
	sw     *excelize.StreamWriter
	sheets int
	row    int // last row written on the current sheet
	header int // row of the header
	styles map[FieldKind]int
	head   int
	title  int
	buf    []any
}

func (x *exporter) prepare() error {
	if x.e.Sheet = safeSheetName(x.e.Sheet); x.e.Sheet == "" {
		x.e.Sheet = "数据"
	}
	x.styles = make(map[FieldKind]int)
	for kind, format := range map[FieldKind]string{AsText: "@", AsNumber: "General", AsDate: "yyyy-mm-dd", AsPercent: "0.00"} {
		id, err := x.f.NewStyle(&excelize.Style{CustomNumFmt: &format})
		if err != nil {
			return internal(err)
		}
		x.styles[kind] = id
	}
	var err error
	if x.head, err = x.f.NewStyle(headStyle()); err != nil {
		return internal(err)
	}
	x.title, err = x.f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true, Size: 14}, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center"}})
	return internal(err)
}

func headStyle() *excelize.Style {
	return &excelize.Style{
		Font:      &excelize.Font{Bold: true},
		Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DCE6F1"}},
		Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true},
		Border: []excelize.Border{
			{Type: "left", Color: "BFBFBF", Style: 1}, {Type: "right", Color: "BFBFBF", Style: 1},
			{Type: "top", Color: "BFBFBF", Style: 1}, {Type: "bottom", Color: "BFBFBF", Style: 1},
		},
	}
}

// open begins a sheet with title, notes and header.
func (x *exporter) open() error {
	name := x.e.Sheet
	if x.sheets++; x.sheets == 1 {
		if err := x.f.SetSheetName("Sheet1", name); err != nil {
			return internal(err)
		}
	} else {
		name = fmt.Sprintf("%s(%d)", name, x.sheets)
		if _, err := x.f.NewSheet(name); err != nil {
			return internal(err)
		}
	}
	sw, err := x.f.NewStreamWriter(name)
	if err != nil {
		return internal(err)
	}
	x.sw, x.row = sw, 0
	for i, f := range x.e.Fields {
		if err := sw.SetColWidth(i+1, i+1, f.width()); err != nil {
			return internal(err)
		}
	}
	x.header = 1 + len(x.e.Notes)
	if x.e.Title != "" {
		x.header++
	}
	corner, err := excelize.CoordinatesToCellName(1, x.header+1)
	if err != nil {
		return internal(err)
	}
	if err := sw.SetPanes(&excelize.Panes{Freeze: true, YSplit: x.header, TopLeftCell: corner, ActivePane: "bottomLeft"}); err != nil {
		return internal(err)
	}
	return x.top()
}

// top writes the lines above the data.
func (x *exporter) top() error {
	if x.e.Title != "" {
		x.row++
		if err := x.sw.SetRow("A1", []any{excelize.Cell{StyleID: x.title, Value: x.e.Title}}, excelize.RowOpts{Height: 28}); err != nil {
			return internal(err)
		}
		if n := len(x.e.Fields); n > 1 {
			if err := x.sw.MergeCell("A1", ColumnName(n-1)+"1"); err != nil {
				return internal(err)
			}
		}
	}
	for _, note := range x.e.Notes {
		x.row++
		if err := x.sw.SetRow(fmt.Sprintf("A%d", x.row), []any{note}); err != nil {
			return internal(err)
		}
	}
	x.row++
	heads := make([]any, len(x.e.Fields))
	for i, f := range x.e.Fields {
		heads[i] = excelize.Cell{StyleID: x.head, Value: f.head()}
	}
	return internal(x.sw.SetRow(fmt.Sprintf("A%d", x.row), heads))
}

// write writes one data row.
func (x *exporter) write(values []any) error {
	if x.row >= sheetRowLimit {
		if err := x.close(); err != nil {
			return err
		}
		if err := x.open(); err != nil {
			return err
		}
	}
	x.row++
	x.buf = x.buf[:0]
	for i, v := range values {
		if i >= len(x.e.Fields) {
			break
		}
		c, err := exportCell(v)
		if err != nil {
			return err
		}
		x.buf = append(x.buf, excelize.Cell{StyleID: x.styles[x.e.Fields[i].Kind], Value: c})
	}
	return internal(x.sw.SetRow(fmt.Sprintf("A%d", x.row), x.buf))
}

// close ends the current sheet. The filter covers what was written.
func (x *exporter) close() error {
	if n := len(x.e.Fields); n > 0 && x.row > x.header {
		name := x.sw.Sheet
		if err := x.f.AutoFilter(name, fmt.Sprintf("A%d:%s%d", x.header, ColumnName(n-1), x.row), nil); err != nil {
			return internal(err)
		}
	}
	return internal(x.sw.Flush())
}

// exportCell makes a value safe to store: no control characters, no NaN, no
// text beyond the limit of the format.
func exportCell(v any) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		return cleanText(v), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, nil
		}
		return v, nil
	case time.Time:
		if v.IsZero() {
			return nil, nil
		}
		return v, nil
	case int, int64, bool:
		return v, nil
	}
	return nil, fault.New(fault.Internal, "写出表格时遇到不支持的值类型 %T。", v)
}

// cellTextLimit is the longest text a cell of the format holds, in characters.
const cellTextLimit = 32_767

// cleanText drops what XML cannot hold and cuts what a cell cannot hold.
func cleanText(s string) string {
	clean := utf8.ValidString(s) && len(s) <= cellTextLimit
	for i := 0; clean && i < len(s); i++ {
		clean = s[i] >= 0x20 || s[i] == '\n' || s[i] == '\t'
	}
	if clean {
		return s
	}
	s = strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
	if r := []rune(s); len(r) > cellTextLimit {
		s = string(r[:cellTextLimit-1]) + "…"
	}
	return s
}

// safeSheetName keeps a name within the rules of the format: 31 characters,
// none of : \ / ? * [ ] and no quote at the ends.
func safeSheetName(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) || r < 0x20 {
			return '_'
		}
		return r
	}, strings.Trim(s, "' "))
	if r := []rune(s); len(r) > 26 { // room for "(12)"
		s = string(r[:26])
	}
	return s
}

// WriteCSV streams rows as RFC 4180 CSV with CRLF line ends, in UTF-8, with a
// byte-order mark unless e.NoMark is set. Title and notes are left out: a CSV
// begins with its heads. A text that a spreadsheet program would run as a
// formula (it begins with = + - @, a tab or a line end) is written behind an
// apostrophe; numbers, negative ones too, are left alone.
func WriteCSV(ctx context.Context, w io.Writer, e Export, rows iter.Seq2[[]any, error]) error {
	bw := bufio.NewWriterSize(w, 64<<10)
	if !e.NoMark {
		bw.WriteString("\ufeff")
	}
	for i, f := range e.Fields {
		if i > 0 {
			bw.WriteByte(',')
		}
		writeCSVField(bw, guardFormula(f.head()))
	}
	bw.WriteString("\r\n")
	n := 0
	for values, err := range rows {
		if err != nil {
			return err
		}
		if n++; n%ctxEvery == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		for i, v := range values {
			if i > 0 {
				bw.WriteByte(',')
			}
			text, err := csvText(v)
			if err != nil {
				return err
			}
			writeCSVField(bw, text)
		}
		if _, err := bw.WriteString("\r\n"); err != nil {
			return internal(err)
		}
	}
	return internal(bw.Flush())
}

func csvText(v any) (string, error) {
	c, err := exportCell(v)
	if err != nil {
		return "", err
	}
	switch c := c.(type) {
	case nil:
		return "", nil
	case string:
		return guardFormula(c), nil
	case float64:
		return formatFloat(c), nil
	case time.Time:
		if c.Equal(time.Date(c.Year(), c.Month(), c.Day(), 0, 0, 0, 0, c.Location())) {
			return c.Format("2006-01-02"), nil
		}
		return c.Format("2006-01-02 15:04:05"), nil
	}
	return fmt.Sprint(c), nil
}

// guardFormula neutralises a text that would be run.
func guardFormula(s string) string {
	if len(s) < 2 {
		return s
	}
	switch s[0] {
	case '=', '+', '-', '@', '\t', '\r', '\n':
	default:
		if !strings.HasPrefix(s, "＝") && !strings.HasPrefix(s, "＋") && !strings.HasPrefix(s, "－") && !strings.HasPrefix(s, "＠") {
			return s
		}
	}
	if v, err := ParseNumber(s); err == nil && (v.Blank || s[0] != '=' && plainDigits(s)) {
		return s
	}
	return "'" + s
}

// plainDigits reports whether s is a number in plain notation.
func plainDigits(s string) bool {
	for _, r := range s {
		if (r < '0' || r > '9') && !strings.ContainsRune("+-.,% eE", r) {
			return false
		}
	}
	return true
}

func writeCSVField(bw *bufio.Writer, s string) {
	if !strings.ContainsAny(s, ",\"\r\n;\t") && s == strings.TrimSpace(s) {
		bw.WriteString(s)
		return
	}
	bw.WriteByte('"')
	bw.WriteString(strings.ReplaceAll(s, `"`, `""`))
	bw.WriteByte('"')
}

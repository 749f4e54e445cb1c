package sheet

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Kind says what a cell holds.
type Kind uint8

// The kinds of cell. The zero value is Blank.
const (
	Blank  Kind = iota
	Text        // text as it stands, trimmed of outer white space
	Number      // a number the program that wrote the file stored as one
	Bool        // TRUE is Num 1
	Date        // a number shown as a date or time; Text is ISO, as precise as the cell shows it
	Wrong       // an error value (#DIV/0!) or a formula that was never computed; Text names it
)

// Cell is one cell of a row. CSV files have only Text and Blank cells: what
// looks like a number there is read by [ParseNumber], as in any text cell.
type Cell struct {
	Kind    Kind
	Percent bool // a Number shown as a percentage: Num 0.125 is seen as 12.5%
	Merged  bool // a copy: the value stands in the first cell of the merged range
	Text    string
	Num     float64
}

// String returns the value as a person would type it: the text, the shortest
// decimal form of the number, "" for a blank.
func (c Cell) String() string {
	switch c.Kind {
	case Number:
		if c.Percent {
			return formatFloat(shiftDecimal(c.Num, 2)) + "%"
		}
		return formatFloat(c.Num)
	case Bool:
		if c.Num != 0 {
			return "TRUE"
		}
		return "FALSE"
	}
	return c.Text
}

// Lossy reports whether the cell is a number too long to be stored exactly:
// a code of 16 digits or more that was typed into a number cell has lost its
// last digits, and the file no longer knows them.
func (c Cell) Lossy() bool {
	return c.Kind == Number && math.Abs(c.Num) >= 1e15 && c.Num == math.Trunc(c.Num)
}

// formatFloat writes the shortest decimal that reads back as v, without an
// exponent for the sizes people write.
func formatFloat(v float64) string {
	if a := math.Abs(v); a != 0 && (a < 1e-9 || a >= 1e21) {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// shiftDecimal returns v · 10^n as decimal notation would give it: 0.07 shifted
// by 2 is 7, where 0.07*100 is 7.000000000000001.
func shiftDecimal(v float64, n int) float64 {
	s := strconv.FormatFloat(v, 'e', -1, 64)
	i := strings.IndexByte(s, 'e')
	if i < 0 {
		return v // NaN and Inf have no digits to shift
	}
	exp, err := strconv.Atoi(s[i+1:])
	if err != nil {
		return v
	}
	out, err := strconv.ParseFloat(s[:i]+"e"+strconv.Itoa(exp+n), 64)
	if err != nil {
		return v
	}
	return out
}

// Row is one row of a sheet. Cells are indexed by the column on the sheet,
// counted from 0; trailing blanks may be missing, so read through [Row.At].
type Row struct {
	Number int // as the spreadsheet program shows it, from 1
	Kind   RowKind
	Hidden bool // hidden by a filter or by hand; its values are read all the same
	Cells  []Cell
}

// At returns the cell of column col, a blank when the row is shorter.
func (r Row) At(col int) Cell {
	if col < 0 || col >= len(r.Cells) {
		return Cell{}
	}
	return r.Cells[col]
}

// blank reports whether nothing is written in the row.
func (r Row) blank() bool {
	for i := range r.Cells {
		if r.Cells[i].Kind != Blank {
			return false
		}
	}
	return true
}

// RowKind is the part a row plays in a table. Rows straight from a sheet are
// Data.
type RowKind uint8

// The parts.
const (
	Data    RowKind = iota
	Total           // 合计, 总计, 小计: kept and marked, never to be added to the data
	Section         // a label over the following rows, such as 一、安源区
	Header          // the header repeated on a further printed page
	Note            // text under the data: 注, 数据来源, 填表人
)

// String returns the Chinese name of the part.
func (k RowKind) String() string {
	switch k {
	case Data:
		return "数据"
	case Total:
		return "合计"
	case Section:
		return "分组"
	case Header:
		return "表头"
	case Note:
		return "附注"
	}
	return ""
}

// Range is a rectangle of cells; rows count from 1, columns from 0, both ends
// belong to it.
type Range struct {
	FirstRow, FirstCol, LastRow, LastCol int
}

// Ref names one cell of one file: the lineage of a value.
type Ref struct {
	File  string
	Sheet string
	Row   int // from 1
	Col   int // from 0
}

// Address returns the cell's name within its sheet, such as "C12".
func (r Ref) Address() string { return ColumnName(r.Col) + strconv.Itoa(r.Row) }

// String returns the name people are shown: 文件“税务.xlsx”工作表“2025”C12.
func (r Ref) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "文件“%s”", r.File)
	if r.Sheet != "" {
		fmt.Fprintf(&b, "工作表“%s”", r.Sheet)
	}
	b.WriteString(r.Address())
	return b.String()
}

// ColumnName returns the letters of a column counted from 0: 0 is A, 26 is AA.
func ColumnName(col int) string {
	if col < 0 {
		return "?"
	}
	var buf [8]byte
	i := len(buf)
	for col >= 0 && i > 0 {
		i--
		buf[i] = byte('A' + col%26)
		col = col/26 - 1
	}
	return string(buf[i:])
}

// parseAddress reads "BC23" as column 54 (from 0) and row 23. ok is false for
// anything else. Dollar signs are skipped.
func parseAddress(s []byte) (col, row int, ok bool) {
	i := 0
	for ; i < len(s); i++ {
		b := s[i]
		switch {
		case b == '$':
		case b >= 'A' && b <= 'Z':
			col = col*26 + int(b-'A') + 1
		case b >= 'a' && b <= 'z':
			col = col*26 + int(b-'a') + 1
		default:
			goto digits
		}
		if col > maxColumns {
			return 0, 0, false
		}
	}
digits:
	letters := col > 0
	for ; i < len(s); i++ {
		b := s[i]
		if b == '$' && row == 0 {
			continue
		}
		if b < '0' || b > '9' {
			return 0, 0, false
		}
		if row = row*10 + int(b-'0'); row > maxRows {
			return 0, 0, false
		}
	}
	return col - 1, row, letters && row > 0
}

// parseRange reads "A1:C3" or "A1".
func parseRange(s []byte) (Range, bool) {
	first, last := s, s
	for i, b := range s {
		if b == ':' {
			first, last = s[:i], s[i+1:]
			break
		}
	}
	c1, r1, ok1 := parseAddress(first)
	c2, r2, ok2 := parseAddress(last)
	if !ok1 || !ok2 {
		return Range{}, false
	}
	return Range{min(r1, r2), min(c1, c2), max(r1, r2), max(c1, c2)}, true
}

// The size of a sheet in the xlsx format.
const (
	maxRows    = 1 << 20
	maxColumns = 1 << 14
)

// precision is how much of a date a cell shows.
type precision uint8

const (
	showsNothing precision = iota // not a date format
	showsYear
	showsMonth
	showsDay
	showsTime // clock time without a date
	showsStamp
)

// dateCell turns a serial day number into a Date cell. Serials outside the
// calendar of the format stay numbers.
func dateCell(serial float64, p precision, base1904 bool) Cell {
	if serial < 0 || serial >= 2958466 || math.IsNaN(serial) { // 9999-12-31
		return Cell{Kind: Number, Num: serial}
	}
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if base1904 {
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	} else if serial < 60 && serial >= 1 {
		serial++ // the format believes in 1900-02-29
	}
	days := math.Floor(serial)
	t := epoch.AddDate(0, 0, int(days)).Add(time.Duration(math.Round((serial-days)*86400)) * time.Second)
	c := Cell{Kind: Date, Num: serial}
	switch p {
	case showsYear:
		c.Text = t.Format("2006")
	case showsMonth:
		c.Text = t.Format("2006-01")
	case showsTime:
		c.Text = t.Format("15:04:05")
	case showsStamp:
		c.Text = t.Format("2006-01-02 15:04:05")
	default:
		c.Text = t.Format("2006-01-02")
	}
	return c
}

// formatShows reads a number format code: what part of a date it shows, and
// whether it shows a percentage. Quoted text, escapes, colours and locales do
// not count; elapsed hours [h] do.
func formatShows(code string) (p precision, percent bool) {
	var year, month, day, clock bool
	if i := strings.IndexByte(code, ';'); i >= 0 {
		code = code[:i] // the first section is for positive numbers
	}
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '"':
			for i++; i < len(code) && code[i] != '"'; i++ {
			}
		case '\\', '_', '*':
			i++
		case '[':
			if i+1 < len(code) && strings.ContainsRune("hHmMsS", rune(code[i+1])) {
				clock = true
			}
			for i++; i < len(code) && code[i] != ']'; i++ {
			}
		case '%':
			percent = true
		case 'y', 'Y', 'e', 'E':
			if code[i]|0x20 == 'e' && i+1 < len(code) && (code[i+1] == '+' || code[i+1] == '-') {
				return showsNothing, percent // scientific notation
			}
			year = true
		case 'm', 'M':
			month = true
		case 'd', 'D':
			day = true
		case 'h', 'H', 's', 'S':
			clock = true
		case 'G', 'g':
			if strings.HasPrefix(strings.ToLower(code[i:]), "general") {
				i += len("general") - 1
			}
		}
	}
	return shown(year, month, day, clock), percent
}

func shown(year, month, day, clock bool) precision {
	switch {
	case clock && (year || day):
		return showsStamp
	case clock:
		return showsTime
	case day:
		return showsDay
	case month:
		return showsMonth
	case year:
		return showsYear
	}
	return showsNothing
}

// builtinFormat answers formatShows for the numbered formats that no file
// spells out, the East Asian ones (27–36, 50–58) included.
func builtinFormat(id int) (p precision, percent bool) {
	switch {
	case id == 9 || id == 10:
		return showsNothing, true
	case id == 14 || id == 15 || id == 16 || id == 30 || id == 31 || id == 28 || id == 29 || id == 27 || id == 36 || id == 50 || id == 51 || id == 53 || id == 54 || id == 56 || id == 57 || id == 58:
		if id == 27 || id == 36 || id == 50 || id == 57 { // yyyy"年"m"月"
			return showsMonth, false
		}
		return showsDay, false
	case id == 17 || id == 55 || id == 52: // mmm-yy
		return showsMonth, false
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id >= 45 && id <= 47:
		return showsTime, false
	case id == 22:
		return showsStamp, false
	}
	return showsNothing, false
}

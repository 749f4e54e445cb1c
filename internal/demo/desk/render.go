package desk

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// render returns the file's bytes and the row number of the first data row.
func (t *table) render() (data []byte, first int, err error) {
	first = len(t.preamble) + len(t.head) + 1
	if t.format == "xlsx" {
		data, err = t.xlsx()
		return data, first, err
	}
	data, err = t.csv()
	return data, first, err
}

func (t *table) csv() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	for _, line := range t.lines() {
		if err := w.Write(line); err != nil {
			return nil, err
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return nil, err
	}
	switch t.format {
	case "csv-gbk":
		return simplifiedchinese.GBK.NewEncoder().Bytes(b.Bytes())
	case "csv-utf16":
		out := []byte{0xFF, 0xFE}
		for _, u := range utf16.Encode([]rune(b.String())) {
			out = binary.LittleEndian.AppendUint16(out, u)
		}
		return out, nil
	}
	return b.Bytes(), nil
}

// lines is the whole sheet as text.
func (t *table) lines() [][]string {
	var out [][]string
	for _, p := range t.preamble {
		out = append(out, []string{p})
	}
	out = append(out, t.head...)
	for _, r := range t.rows {
		out = append(out, r.cells)
	}
	if t.total != nil {
		out = append(out, t.total)
	}
	for _, n := range t.notes {
		out = append(out, []string{n})
	}
	return out
}

func (t *table) xlsx() ([]byte, error) {
	x := excelize.NewFile()
	defer x.Close()
	sw, err := x.NewStreamWriter("Sheet1")
	if err != nil {
		return nil, err
	}
	width := len(t.head[0])
	for i, line := range t.lines() {
		cells := make([]any, len(line))
		for j, s := range line {
			cells[j] = cellValue(s)
		}
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return nil, err
		}
		if err := sw.SetRow(at, cells); err != nil {
			return nil, err
		}
	}
	for _, m := range t.merges(width) {
		if err := sw.MergeCell(m[0], m[1]); err != nil {
			return nil, err
		}
	}
	if err := sw.Flush(); err != nil {
		return nil, err
	}
	if t.hidden {
		if _, err := x.NewSheet("旧表勿用"); err != nil {
			return nil, err
		}
		if err := x.SetCellStr("旧表勿用", "A1", "去年底稿，数字未核"); err != nil {
			return nil, err
		}
		if err := x.SetSheetVisible("旧表勿用", false); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// merges lists the merged cells: the title over the whole width, and each
// upper head over the blanks to its right.
func (t *table) merges(width int) [][2]string {
	var out [][2]string
	name := func(col, row int) string {
		s, _ := excelize.CoordinatesToCellName(col, row) // both are positive
		return s
	}
	for i, p := range t.preamble {
		if p != "" {
			out = append(out, [2]string{name(1, i+1), name(width, i+1)})
		}
	}
	if len(t.head) < 2 {
		return out
	}
	row := len(t.preamble) + 1
	upper := t.head[0]
	for i := 0; i < len(upper); {
		j := i + 1
		for j < len(upper) && upper[j] == "" {
			j++
		}
		if j-i > 1 {
			out = append(out, [2]string{name(i+1, row), name(j, row)})
		}
		i = j
	}
	return out
}

// cellValue writes plain numbers as numbers and everything else, codes and
// grouped numbers among it, as text.
func cellValue(s string) any {
	if s == "" {
		return nil
	}
	if len(s) < 16 && (s[0] != '0' || strings.HasPrefix(s, "0.") || s == "0") {
		if f, err := strconv.ParseFloat(s, 64); err == nil && !strings.ContainsAny(s, "eExXnNiI") {
			return f
		}
	}
	return s
}

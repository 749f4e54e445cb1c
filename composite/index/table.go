package index

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"ballast/composite"
)

// maxCSV is the largest table read, in bytes.
const maxCSV = 1 << 30

// table is a CSV file in memory with the place of every cell.
type table struct {
	file   string
	header []string
	rows   [][]string
	col    map[string]int
}

// readTable reads a CSV file with a header row: UTF-8, with or without a byte
// order mark, LF or CRLF.
func readTable(path string) (*table, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, Problems{{File: path, Message: "打不开这个文件"}}
	}
	if st.Size() > maxCSV {
		return nil, Problems{{File: path, Message: "文件超过 1 GB"}}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, Problems{{File: path, Message: "读不了这个文件"}}
	}
	rd := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))))
	recs, err := rd.ReadAll()
	var pe *csv.ParseError
	if errors.As(err, &pe) {
		return nil, Problems{{path, pe.Line, pe.Column, "不是合规的 CSV：列数与表头不同，或引号不成对"}}
	} else if err != nil {
		return nil, Problems{{File: path, Message: "不是合规的 CSV"}}
	}
	if len(recs) == 0 {
		return nil, Problems{{File: path, Message: "表是空的"}}
	}
	t := &table{file: path, header: recs[0], rows: recs[1:], col: map[string]int{}}
	var ps Problems
	for i, h := range t.header {
		if _, dup := t.col[h]; dup {
			ps = append(ps, Problem{path, 1, i + 1, fmt.Sprintf("列名“%s”重复", h)})
		}
		t.col[h] = i
	}
	if len(ps) > 0 {
		return nil, ps
	}
	return t, nil
}

// cell returns the text of a cell; an absent column reads as empty.
func (t *table) cell(row int, col string) string {
	k, ok := t.col[col]
	if !ok {
		return ""
	}
	return strings.TrimSpace(t.rows[row][k])
}

// place is where a cell lies: line counting the header as 1, column from 1.
func (t *table) place(row int, col, format string, args ...any) Problem {
	return Problem{t.file, row + 2, t.col[col] + 1, fmt.Sprintf(format, args...)}
}

// missingWord reports the spellings of a missing value.
func missingWord(s string) bool {
	switch s {
	case "", "NA", "NaN", "N/A", "null", "—", "-":
		return true
	}
	return false
}

// numbers reads a numeric column.
func (t *table) numbers(col string) ([]float64, Problems) {
	out := make([]float64, len(t.rows))
	var ps Problems
	for i := range t.rows {
		s := t.cell(i, col)
		if missingWord(s) {
			out[i] = math.NaN()
			continue
		}
		v, err := strconv.ParseFloat(s, 64)
		switch {
		case err != nil || math.IsNaN(v):
			ps = append(ps, t.place(i, col, "“%s”的值“%s”不是数", col, s))
		case math.IsInf(v, 0):
			ps = append(ps, t.place(i, col, "“%s”的值是无穷大，请改为缺失", col))
		}
		out[i] = v
	}
	return out, ps
}

// texts reads a text column.
func (t *table) texts(col string) []string {
	out := make([]string, len(t.rows))
	for i := range t.rows {
		out[i] = t.cell(i, col)
	}
	return out
}

// formatNumber writes a number in the form of the reference files: 17
// significant digits, empty for missing.
func formatNumber(v float64) string {
	switch {
	case math.IsNaN(v):
		return ""
	case math.IsInf(v, 1):
		return "Inf"
	case math.IsInf(v, -1):
		return "-Inf"
	case v == 0:
		return "0" // never -0
	}
	return strconv.FormatFloat(v, 'g', 17, 64)
}

func formatBool(b bool) string { return strings.ToUpper(strconv.FormatBool(b)) }

// sheet is a table being written.
type sheet struct {
	name string
	rows [][]string
}

func newSheet(name string, header ...string) *sheet {
	return &sheet{name: name, rows: [][]string{header}}
}

func (s *sheet) add(cells ...string) { s.rows = append(s.rows, cells) }

// write puts the sheet into dir, first under another name, so that a reader
// never sees half a file.
func (s *sheet) write(dir string) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(s.rows); err != nil {
		return fmt.Errorf("index: encode %s: %w", s.name, err)
	}
	path := filepath.Join(dir, s.name+".csv")
	if err := os.WriteFile(path+".tmp", b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("index: write %s: %w", path, err)
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		return fmt.Errorf("index: write %s: %w", path, err)
	}
	return nil
}

// columnsSheet writes frame columns keyed by unit code.
func columnsSheet(name string, f *composite.Frame, cols []string) *sheet {
	s := newSheet(name, append([]string{"uCode"}, cols...)...)
	for i, unit := range f.Keys {
		row := []string{unit}
		for _, c := range cols {
			col, _ := f.Column(c)
			row = append(row, formatNumber(col.Values[i]))
		}
		s.add(row...)
	}
	return s
}

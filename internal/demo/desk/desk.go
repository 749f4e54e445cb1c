package desk

import (
	"fmt"

	"ballast/internal/demo/town"
)

// Kind says what is wrong with a row, or that it is merely ugly.
type Kind string

// The faults a file may carry. A BadCode, NoCode or OldName row can be matched by
// a person; a WrongUnit row must be sent again; a SentTwice row is harmless.
const (
	BadCode   Kind = "bad_code"
	NoCode    Kind = "no_code"
	OldName   Kind = "old_name"
	WrongUnit Kind = "wrong_unit"
	SentTwice Kind = "sent_twice"
	Stranger  Kind = "stranger" // a firm the registry does not hold
)

// Fault is one thing wrong in a file. Row counts from 1 as a spreadsheet shows it.
type Fault struct {
	Row  int
	Kind Kind
	Firm *town.Firm // whose row it is; nil for a Stranger
}

// File is one spreadsheet a department sends.
type File struct {
	Department string // key
	Year       int
	Name       string // with extension
	Data       []byte
	Faults     []Fault
}

// table is a file before it is rendered.
type table struct {
	department, name, format string
	year                     int
	preamble                 []string
	head                     [][]string // one or two levels; "" continues the cell to the left
	rows                     []row
	total                    []string
	notes                    []string
	hidden                   bool // adds a hidden sheet with last year's scribbles
}

type row struct {
	cells []string
	firm  *town.Firm
	kind  Kind
}

// Write returns the seven departments' files of a year, in the order they come
// in. With corrected set, the rows in a wrong unit are right and nothing else
// changes: it is what the department sends when the officer returns the file.
func Write(c *town.City, year int, corrected bool) ([]File, error) {
	var files []File
	for _, make := range []func(*town.City, int, bool) table{tax, statistics, power, land, environment, science, staff} {
		t := make(c, year, corrected)
		data, first, err := t.render()
		if err != nil {
			return nil, fmt.Errorf("desk: %s: %w", t.name, err)
		}
		f := File{Department: t.department, Year: year, Name: t.name, Data: data}
		for i, r := range t.rows {
			if r.kind != "" {
				f.Faults = append(f.Faults, Fault{first + i, r.kind, r.firm})
			}
		}
		files = append(files, f)
	}
	return files, nil
}

// Roster returns the yearly list of firms (企业名录) from which the bureau keeps its
// registry: the one clean file, because the bureau writes it.
func Roster(c *town.City, year int) (File, error) {
	t := table{department: "industry", year: year, format: "xlsx", name: fmt.Sprintf("%d年工业企业名录.xlsx", year),
		preamble: []string{fmt.Sprintf("%d年萍乡市工业企业名录（演示数据）", year)},
		head:     [][]string{{"统一社会信用代码", "企业名称", "行政区划代码", "行业代码", "成立年份", "是否规上", "产业链", "新动能", "园区"}}}
	for _, f := range c.Firms {
		if !f.Exists(year) {
			continue
		}
		scale := "否"
		if f.AboveScale(year) {
			scale = "是"
		}
		t.rows = append(t.rows, row{cells: []string{f.Code, f.Name, f.District, f.Class, fmt.Sprint(f.Founded), scale, f.Chain, f.Engine, f.Park}, firm: f})
	}
	data, _, err := t.render()
	return File{Department: t.department, Year: year, Name: t.name, Data: data}, err
}

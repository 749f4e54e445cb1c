package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ballast/internal/fault"
)

// List describes one list of rows of type T: what can be searched, filtered,
// sorted, chosen and exported. It is a literal table beside the page that shows
// it:
//
//	var firms = web.List[firmRow]{
//		ID: "firms", Unit: "家", Search: "名称、代码、拼音首字母",
//		Columns: []web.Column[firmRow]{
//			{Key: "name", Title: "企业", Sort: true, Fixed: true, Cell: func(r firmRow) web.Cell {
//				return web.Cell{Text: r.Name, Href: "/enterprises/" + r.Code}
//			}},
//		},
//		Sort: "name",
//	}
//
// A page parses the address with Query, asks its room for one page of rows, and
// shows View with {{template "list" .List}}. The whole state is in the address,
// so a list can be bookmarked, sent to a colleague and gone back to.
type List[T any] struct {
	ID      string // of the element; letters, digits and "-"
	Unit    string // counts rows: 家, 条, 件
	Search  string // placeholder of the search box; empty hides it
	Columns []Column[T]
	Filters []Filter
	Sort    string // key of the column sorted by at first, "-" before it for falling
	PerPage int    // rows on a page at first; 0 means 50
	Export  string // path that answers the same query as a workbook; empty hides the button
	Empty   string // sentence when no row matches; has a default
}

// Column is one column of a list.
type Column[T any] struct {
	Key    string // in the address and to the room; never shown
	Title  string
	Unit   string // shown under the title and put into the exported head
	Number bool   // right-aligned, tabular figures
	Sort   bool   // the room can sort by Key
	Hidden bool   // only shown when chosen
	Fixed  bool   // cannot be left out
	Cell   func(T) Cell
}

// Cell is what one place of a list shows.
type Cell struct {
	Text  string
	Href  string   // the text is a link
	Note  string   // small line below: source, date, former name
	Grade string   // a grade letter, shown as a badge
	Lamp  string   // "green", "amber", "red" or "grey", always beside a text
	Tone  string   // "up" (red), "down" (green), "bad", "muted"
	Bar   *float64 // a share of 0–1 drawn as a bar
	Value any      // what goes into the workbook; nil means Text
}

// Missing is the cell of a value that is not there.
func Missing() Cell { return Cell{Text: none, Tone: "muted", Value: ""} }

// NumberCell shows a number and exports it in full precision; nil is missing.
func NumberCell(v *float64, decimals int) Cell {
	if v == nil {
		return Missing()
	}
	return Cell{Text: Number(*v, decimals), Value: *v}
}

// Filter is one choice above the list.
type Filter struct {
	Key     string
	Label   string
	Options []Option // without the "all" entry, which the component adds
}

// ListQuery is what the address asks of a list. Every part has been checked
// against the list: Sort is a sortable key, filter values are among the options.
type ListQuery struct {
	Search  string            // trimmed; at most 100 characters
	Filter  map[string]string // only filters that are set
	Sort    string            // column key; empty when the list has no order of its own
	Desc    bool
	Page    int      // from 1
	PerPage int      // 20, 50, 100 or 200
	Columns []string // keys shown, in the list's order
}

// Offset is the number of rows before the page.
func (q ListQuery) Offset() int { return (q.Page - 1) * q.PerPage }

// maxPage bounds OFFSET: nobody leafs that far, and a crawler must not.
const maxPage = 100_000

var pageSizes = []int{20, 50, 100, 200}

// Query reads the address. A sort key, filter value or number that is not the
// list's own is Invalid: an old bookmark says so instead of showing other rows.
func (l List[T]) Query(v url.Values) (ListQuery, error) {
	q := ListQuery{Filter: map[string]string{}, Page: 1, PerPage: l.perPage()}
	q.Search = strings.TrimSpace(v.Get("q"))
	if len([]rune(q.Search)) > 100 {
		return q, fault.New(fault.Invalid, "搜索词最多 100 个字").WithHint("请缩短后再搜。")
	}
	for _, f := range l.Filters {
		val := v.Get(f.Key)
		if val == "" {
			continue
		}
		if !slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == val }) {
			return q, l.invalid("“%s”没有这个选项", f.Label)
		}
		q.Filter[f.Key] = val
	}
	sort := v.Get("sort")
	if sort == "" {
		sort = l.Sort
	}
	q.Sort, q.Desc = strings.TrimPrefix(sort, "-"), strings.HasPrefix(sort, "-")
	if q.Sort != "" && !slices.ContainsFunc(l.Columns, func(c Column[T]) bool { return c.Key == q.Sort && c.Sort }) {
		return q, l.invalid("不能按这一列排序")
	}
	var err error
	if q.Page, err = number(v.Get("page"), 1, maxPage, 1); err != nil {
		return q, l.invalid("页码不对")
	}
	if q.PerPage, err = number(v.Get("per"), 1, 200, q.PerPage); err != nil || !slices.Contains(pageSizes, q.PerPage) {
		return q, l.invalid("每页行数不对")
	}
	chosen := v["col"]
	for _, c := range l.Columns {
		if c.Fixed || len(chosen) == 0 && !c.Hidden || slices.Contains(chosen, c.Key) {
			q.Columns = append(q.Columns, c.Key)
		}
	}
	return q, nil
}

func (l List[T]) perPage() int {
	if l.PerPage == 0 {
		return 50
	}
	return l.PerPage
}

func (l List[T]) invalid(format string, args ...any) error {
	return fault.New(fault.Invalid, format, args...).WithHint("地址可能已过时，请从菜单重新打开这个列表。")
}

func number(s string, low, high, absent int) (int, error) {
	if s == "" {
		return absent, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < low || n > high {
		return 0, fault.New(fault.Invalid, "数字不对")
	}
	return n, nil
}

// shown returns the columns of a query.
func (l List[T]) shown(q ListQuery) []Column[T] {
	var out []Column[T]
	for _, c := range l.Columns {
		if slices.Contains(q.Columns, c.Key) {
			out = append(out, c)
		}
	}
	return out
}

// Head returns the exported head of the columns shown, units in brackets.
func (l List[T]) Head(q ListQuery) []string {
	var out []string
	for _, c := range l.shown(q) {
		title := c.Title
		if c.Unit != "" {
			title += "（" + c.Unit + "）"
		}
		out = append(out, title)
	}
	return out
}

// Values returns the exported row of the columns shown: numbers in full
// precision, codes as text.
func (l List[T]) Values(q ListQuery, row T) []any {
	var out []any
	for _, c := range l.shown(q) {
		cell := c.Cell(row)
		switch {
		case cell.Value != nil:
			out = append(out, cell.Value)
		case cell.Text == "" && cell.Grade != "":
			out = append(out, cell.Grade)
		default:
			out = append(out, cell.Text)
		}
	}
	return out
}

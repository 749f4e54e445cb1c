package web

import (
	"net/url"
	"slices"
	"strconv"
)

// ListView is a list ready for the template "list".
type ListView struct {
	ID, Path, Unit    string
	Search            string // what was searched
	SearchPlaceholder string // empty hides the box
	Filters           []FilterView
	Choices           []ColumnChoice
	Heads             []ListHead
	Rows              [][]ListCell
	Total, From, To   int
	Pages             []PageLink
	Prev, Next        string // addresses; empty at the ends
	Sizes             []Option
	PerPage           string
	Sort              string // as in the address, kept while filtering
	Export            string
	Clear             string // address without search and filters; empty when neither is set
	Empty             string
}

// FilterView is a filter with its present choice.
type FilterView struct {
	Filter
	Value string
}

// ColumnChoice is a tick in the choice of columns.
type ColumnChoice struct {
	Key, Title   string
	Shown, Fixed bool
}

// ListHead is a column head.
type ListHead struct {
	Title, Unit string
	Number      bool
	Href        string // sorts by this column; empty when it cannot be sorted by
	Sorted      string // "ascending", "descending" or ""
}

// ListCell is a cell with its column's alignment.
type ListCell struct {
	Cell
	Number bool
	Head   string // the column's title, for the phone layout
}

// PageLink is one number of the pager; an empty Href is a gap or the page itself.
type PageLink struct {
	Text, Href string
	Current    bool
}

// View puts one page of rows into the list. path is the page's own path and
// total the number of all matching rows.
func (l List[T]) View(path string, q ListQuery, rows []T, total int) ListView {
	v := ListView{
		ID: l.ID, Path: path, Unit: l.Unit, Search: q.Search, SearchPlaceholder: l.Search,
		Total: total, PerPage: strconv.Itoa(q.PerPage), Sort: sortParam(q.Sort, q.Desc), Empty: l.Empty,
	}
	if v.Empty == "" {
		v.Empty = "没有符合条件的记录。"
	}
	if len(rows) > 0 {
		v.From, v.To = q.Offset()+1, q.Offset()+len(rows)
	}
	for _, f := range l.Filters {
		v.Filters = append(v.Filters, FilterView{f, q.Filter[f.Key]})
	}
	for _, c := range l.Columns {
		v.Choices = append(v.Choices, ColumnChoice{c.Key, c.Title, slices.Contains(q.Columns, c.Key), c.Fixed})
	}
	cols := l.shown(q)
	for _, c := range cols {
		v.Heads = append(v.Heads, l.head(path, q, c))
	}
	for _, r := range rows {
		cells := make([]ListCell, len(cols))
		for i, c := range cols {
			cells[i] = ListCell{c.Cell(r), c.Number, c.Title}
		}
		v.Rows = append(v.Rows, cells)
	}
	for _, n := range pageSizes {
		v.Sizes = append(v.Sizes, Option{strconv.Itoa(n), strconv.Itoa(n)})
	}
	if l.Export != "" {
		v.Export = l.href(l.Export, q)
	}
	if q.Search != "" || len(q.Filter) > 0 {
		clear := q
		clear.Search, clear.Filter, clear.Page = "", nil, 1
		v.Clear = l.href(path, clear)
	}
	l.pager(&v, path, q)
	return v
}

func (l List[T]) head(path string, q ListQuery, c Column[T]) ListHead {
	h := ListHead{Title: c.Title, Unit: c.Unit, Number: c.Number}
	if !c.Sort {
		return h
	}
	next := q
	next.Page, next.Sort = 1, c.Key
	// Numbers are asked for largest first; words from the start of the alphabet.
	next.Desc = c.Number
	if q.Sort == c.Key {
		next.Desc = !q.Desc
		h.Sorted = "ascending"
		if q.Desc {
			h.Sorted = "descending"
		}
	}
	h.Href = l.href(path, next)
	return h
}

// pager links to the first and last page and two on each side of the present one.
func (l List[T]) pager(v *ListView, path string, q ListQuery) {
	last := min(max(1, (v.Total+q.PerPage-1)/q.PerPage), maxPage)
	at := func(n int) string {
		p := q
		p.Page = n
		return l.href(path, p)
	}
	if q.Page > 1 {
		v.Prev = at(min(q.Page-1, last))
	}
	if q.Page < last {
		v.Next = at(q.Page + 1)
	}
	if last == 1 {
		return
	}
	prev := 0
	for _, n := range pageNumbers(q.Page, last) {
		if n != prev+1 {
			v.Pages = append(v.Pages, PageLink{Text: "…"})
		}
		link := PageLink{Text: strconv.Itoa(n), Current: n == q.Page}
		if !link.Current {
			link.Href = at(n)
		}
		v.Pages = append(v.Pages, link)
		prev = n
	}
}

// pageNumbers returns 1, last and two on each side of page, rising, each once.
func pageNumbers(page, last int) []int {
	out := []int{1}
	for n := max(2, page-2); n <= min(last-1, page+2); n++ {
		out = append(out, n)
	}
	if last > 1 {
		out = append(out, last)
	}
	return out
}

func sortParam(key string, desc bool) string {
	if desc && key != "" {
		return "-" + key
	}
	return key
}

// href writes the address of a query, leaving out what is as at first, so that
// addresses stay short enough to send.
func (l List[T]) href(path string, q ListQuery) string {
	v := url.Values{}
	set := func(key, val, first string) {
		if val != first {
			v.Set(key, val)
		}
	}
	set("q", q.Search, "")
	for k, val := range q.Filter {
		set(k, val, "")
	}
	set("sort", sortParam(q.Sort, q.Desc), l.Sort)
	set("page", strconv.Itoa(q.Page), "1")
	set("per", strconv.Itoa(q.PerPage), strconv.Itoa(l.perPage()))
	var first []string
	for _, c := range l.Columns {
		if c.Fixed || !c.Hidden {
			first = append(first, c.Key)
		}
	}
	if !slices.Equal(first, q.Columns) {
		for _, k := range q.Columns {
			v.Add("col", k)
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

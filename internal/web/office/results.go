package office

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"

	"ballast/internal/evaluate"
	"ballast/internal/fault"
	"ballast/internal/registry"
	"ballast/internal/sheet"
	"ballast/internal/web"
)

// resultsPage is one run: its table and how bands are spread.
type resultsPage struct {
	web.Base
	Round   evaluate.Round
	Run     evaluate.Run
	Number  string
	Why     string
	List    web.ListView
	Spreads []web.Chart
}

func (*resultsPage) Template() string { return "results.html" }

// loadRun reads the round and the run of the address; a run of another round is
// no page.
func (o *office) loadRun(a *web.Ask) (evaluate.Round, evaluate.Run, error) {
	r, err := o.loadRound(a)
	if err != nil {
		return r, evaluate.Run{}, err
	}
	id, err := a.ID("run")
	if err != nil {
		return r, evaluate.Run{}, err
	}
	run, err := o.Evaluate.Run(a.Context(), id)
	if err == nil && run.Round != r.ID {
		err = fault.New(fault.NotFound, "这一轮没有这次计算")
	}
	return r, run, err
}

func runPath(run evaluate.Run) string { return fmt.Sprintf("/rounds/%d/runs/%d", run.Round, run.ID) }

// scoreList describes the table of a run; its dimensions come from the run.
func (o *office) scoreList(run evaluate.Run) web.List[evaluate.Score] {
	bands := []web.Option{}
	for _, b := range run.Summary.Bands {
		bands = append(bands, web.Option{Value: b.Key, Label: b.Key + " " + b.Name})
	}
	list := web.List[evaluate.Score]{
		ID: "scores", Unit: "家", Sort: "rank", Export: runPath(run) + "/scores.xlsx", Search: "名称、代码、拼音首字母",
		Filters: []web.Filter{{Key: "district", Label: "县区", Options: o.districts()}, {Key: "band", Label: "档次", Options: bands}},
		Columns: []web.Column[evaluate.Score]{
			{Key: "rank", Title: "名次", Number: true, Sort: true, Cell: func(s evaluate.Score) web.Cell { return rankCell(s.Rank) }},
			{Key: "name", Title: "企业", Sort: true, Fixed: true, Cell: func(s evaluate.Score) web.Cell {
				return web.Cell{Text: s.Name, Href: fmt.Sprintf("/scores/%d/%d", s.Run, s.Enterprise), Note: s.Reason, Value: s.Name}
			}},
			{Key: "code", Title: "统一社会信用代码", Hidden: true, Cell: func(s evaluate.Score) web.Cell { return web.Cell{Text: s.Code} }},
			{Key: "district", Title: "县区", Sort: true, Cell: func(s evaluate.Score) web.Cell { return web.Cell{Text: o.place(s.District)} }},
			{Key: "industry", Title: "行业", Sort: true, Hidden: true, Cell: func(s evaluate.Score) web.Cell { return web.Cell{Text: industry(s.Industry)} }},
			{Key: "band", Title: "档次", Sort: true, Cell: bandCell},
			{Key: "total", Title: "总分", Number: true, Sort: true, Cell: func(s evaluate.Score) web.Cell { return points(s.Total) }},
			{Key: "rank_district", Title: "县区名次", Number: true, Sort: true, Hidden: true, Cell: func(s evaluate.Score) web.Cell { return rankCell(s.RankDistrict) }},
		},
	}
	for _, c := range run.Columns {
		if strings.HasPrefix(c.Name, "dimension.") || strings.HasPrefix(c.Name, "score.") || c.Name == "adjustment" {
			list.Columns = append(list.Columns, web.Column[evaluate.Score]{
				Key: c.Name, Title: c.Title, Unit: c.Unit, Number: true, Hidden: strings.HasPrefix(c.Name, "score."),
				Cell: func(s evaluate.Score) web.Cell { return points(s.Number(run.Columns, c.Name)) },
			})
		}
	}
	return list
}

// points shows a score with the four decimals of the printed sheets.
func points(v float64) web.Cell {
	if math.IsNaN(v) {
		return web.Missing()
	}
	return web.Cell{Text: web.Number(v, 4), Value: v}
}

func rankCell(n int) web.Cell {
	if n == 0 {
		return web.Missing()
	}
	return web.Cell{Text: web.Int(n), Value: n}
}

// bandCell is a badge for a grade and words for who has none.
func bandCell(s evaluate.Score) web.Cell {
	if s.Graded {
		return web.Cell{Grade: s.Band, Value: s.Band}
	}
	return web.Cell{Text: s.Band, Tone: "muted", Value: s.Band}
}

// scores asks evaluate for what the address asks. A search goes to the registry
// first, which knows former names and initials.
func (o *office) scores(a *web.Ask, run evaluate.Run, q web.ListQuery, all bool) (evaluate.Page, error) {
	f := evaluate.ScoreFilter{District: q.Filter["district"], Band: q.Filter["band"], Sort: q.Sort, Desc: q.Desc}
	if !all {
		f.Limit, f.Offset = q.PerPage, q.Offset()
	}
	if q.Search != "" {
		ids, err := o.Registry.Enterprises().IDs(a.Context(), o.DB, a.Scope(), registry.Filter{Day: o.today(), Text: q.Search})
		if err != nil || len(ids) == 0 {
			return evaluate.Page{}, err
		}
		f.Enterprises = ids
	}
	return o.Evaluate.Scores(a.Context(), a.Scope(), run.ID, f)
}

func (o *office) showResults(a *web.Ask) error {
	r, run, err := o.loadRun(a)
	if err != nil {
		return err
	}
	list := o.scoreList(run)
	q, err := list.Query(a.URL.Query())
	if err != nil {
		return err
	}
	page, err := o.scores(a, run, q, false)
	if err != nil {
		return err
	}
	p := &resultsPage{Base: web.Base{Title: "评价结果 " + run.Number(r), Crumbs: crumbsOf(r)}, Round: r, Run: run, Number: run.Number(r), Why: a.Scope().Why(),
		List: list.View(runPath(run), q, page.Scores, page.Total)}
	for _, by := range []string{"district", "industry"} {
		cells, err := o.Evaluate.Distribution(a.Context(), a.Scope(), run.ID, by)
		if err != nil {
			return err
		}
		p.Spreads = append(p.Spreads, o.spread(by, run, cells))
	}
	return a.Show(p)
}

// spread draws how many firms of each group have which band.
func (o *office) spread(by string, run evaluate.Run, cells []evaluate.Cross) web.Chart {
	c := web.Chart{ID: "by-" + by, Title: "各县区的档次", Kind: "bar", Unit: "家"}
	if by == "industry" {
		c.Title = "各行业大类的档次"
	}
	var groups []string
	for _, x := range cells {
		if !slices.Contains(groups, x.Group) {
			groups = append(groups, x.Group)
		}
	}
	for _, g := range groups {
		if by == "industry" {
			c.Labels = append(c.Labels, strings.TrimPrefix(industry(g), g+" "))
		} else {
			c.Labels = append(c.Labels, o.place(g))
		}
	}
	for _, b := range run.Summary.Bands {
		s := web.Series{Name: b.Key + " 档", Values: make([]*float64, len(groups))}
		for i, g := range groups {
			n := 0.0
			for _, x := range cells {
				if x.Group == g && x.Band == b.Key {
					n = float64(x.Count)
				}
			}
			s.Values[i] = web.Value(n)
		}
		c.Series = append(c.Series, s)
	}
	return c
}

func (o *office) exportResults(a *web.Ask) error {
	r, run, err := o.loadRun(a)
	if err != nil {
		return err
	}
	list := o.scoreList(run)
	q, err := list.Query(a.URL.Query())
	if err != nil {
		return err
	}
	page, err := o.scores(a, run, q, true)
	if err != nil {
		return err
	}
	rows := iter.Seq2[[]any, error](func(yield func([]any, error) bool) {
		for _, s := range page.Scores {
			if !yield(list.Values(q, s), nil) {
				return
			}
		}
	})
	return o.export(a, book{name: "评价结果" + run.Number(r), title: r.Name + "评价结果（运行 " + run.Number(r) + "，" + run.Mode.Label() + "）",
		subject: fmt.Sprint("run:", run.ID), fields: fieldsOf(list, q), rows: rows, count: len(page.Scores)})
}

// fieldsOf turns the columns shown into columns of a workbook.
func fieldsOf[T any](list web.List[T], q web.ListQuery) []sheet.Field {
	var out []sheet.Field
	for _, c := range list.Columns {
		if !slices.Contains(q.Columns, c.Key) {
			continue
		}
		f := sheet.Field{Head: c.Title, Unit: c.Unit}
		if c.Number {
			f.Kind = sheet.AsNumber
		}
		out = append(out, f)
	}
	return out
}

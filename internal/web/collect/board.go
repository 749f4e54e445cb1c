package collect

import (
	"fmt"

	"ballast/internal/access"
	"ballast/internal/fault"
	"ballast/internal/observe"
	"ballast/internal/pack"
	"ballast/internal/period"
	"ballast/internal/registry"
	"ballast/internal/scope"
	"ballast/internal/web"
)

// boardPage is departments × items of one period.
type boardPage struct {
	web.Base
	Period   web.Field
	Of       period.Period
	Expected int
	Blocks   []block
	Done     int // values approved
	Wanted   int // values expected
	May      may
	Window   web.Field // department of the window form
	Opens    web.Field
	Closes   web.Field
	Failure  string
}

func (*boardPage) Template() string { return "board.html" }

// Share is how much of the period is in, 0 to 1.
func (b *boardPage) Share() float64 {
	if b.Wanted == 0 {
		return 0
	}
	return float64(b.Done) / float64(b.Wanted)
}

// Percent is Share in whole percent, rounded down so that 100 means complete.
func (b *boardPage) Percent() int { return int(b.Share() * 100) }

// may is what the person can do from a page.
type may struct{ Upload, Window bool }

// block is the lines of one department.
type block struct {
	Department pack.Department
	Lines      []boardLine
	Window     windowState
	Batches    int
	Waiting    int // batches that wait for approval
}

// boardLine is one item of a department.
type boardLine struct {
	observe.Line
	Share float64 // approved of expected
}

// windowState is a window as of today.
type windowState struct {
	Lamp, Text, Note string
	Open             bool
	Set              bool
}

func (p *Pages) showBoard(a *web.Ask) error {
	v := a.URL.Query()
	when, err := p.period(v.Get("period"))
	if err != nil {
		return err
	}
	page, err := p.board(a, when)
	if err != nil {
		return err
	}
	return a.Show(page)
}

// expected is the firms a period asks values of: those in operation on its last
// day that the person may see the identity of.
func (p *Pages) expected(when period.Period) registry.Filter {
	return registry.Filter{Day: when.End(), Status: registry.Operating}
}

func (p *Pages) board(a *web.Ask, when period.Period) (*boardPage, error) {
	ctx, s := a.Context(), a.Scope()
	ids, err := p.Registry.Enterprises().IDs(ctx, p.DB, s, p.expected(when))
	if err != nil {
		return nil, err
	}
	lines, err := p.Observe.Read().Board(ctx, p.DB, s, when, ids)
	if err != nil {
		return nil, err
	}
	windows, err := p.Observe.Windows().List(ctx, p.DB, when)
	if err != nil {
		return nil, err
	}
	batches, err := p.Observe.Read().Batches(ctx, p.DB, s, when, 1000)
	if err != nil {
		return nil, err
	}
	page := &boardPage{
		Base: web.Base{Title: "数据归集"}, Period: p.periodField(when), Of: when, Expected: len(ids),
		May:    may{a.Person.Can(access.ObserveUpload), a.Person.Can(access.ObserveWindow)},
		Window: p.departmentField(s, ""),
		Opens:  web.Field{Name: "opens", Label: "开放日", Type: "date", Required: true, Value: p.today().String()},
		Closes: web.Field{Name: "closes", Label: "截止日（当天仍可报送）", Type: "date", Required: true, Value: p.today().Add(14).String()},
	}
	page.Window.Required = false
	page.Window.Options = append([]web.Option{{Value: "", Label: "所有报送部门"}}, page.Window.Options...)
	for _, d := range p.departments(s) {
		b := block{Department: d, Window: p.windowOf(windows, d.Key)}
		for _, l := range lines {
			if l.Item.Source == d.Key {
				b.Lines = append(b.Lines, boardLine{l, share(l.Approved, l.Expected)})
				page.Done, page.Wanted = page.Done+l.Approved, page.Wanted+l.Expected
			}
		}
		for _, x := range batches {
			if x.Department == d.Key && x.State != observe.Withdrawn {
				b.Batches++
				if x.State == observe.Submitted {
					b.Waiting++
				}
			}
		}
		if len(b.Lines) > 0 {
			page.Blocks = append(page.Blocks, b)
		}
	}
	return page, nil
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// windowOf tells of one department's window how it stands today.
func (p *Pages) windowOf(all []observe.Window, department string) windowState {
	today := p.today()
	for _, w := range all {
		if w.Department != department {
			continue
		}
		span := w.Opens.String() + " 至 " + w.Closes.String()
		left := w.Closes.Sub(today)
		switch {
		case today.Before(w.Opens):
			return windowState{Lamp: "grey", Text: fmt.Sprintf("%d 天后开放", w.Opens.Sub(today)), Note: span, Set: true}
		case left < 0:
			return windowState{Lamp: "grey", Text: "已截止", Note: span, Set: true}
		case left == 0:
			return windowState{Lamp: "red", Text: "今天截止", Note: span, Open: true, Set: true}
		case left <= 3:
			return windowState{Lamp: "amber", Text: fmt.Sprintf("剩 %d 天", left), Note: span, Open: true, Set: true}
		}
		return windowState{Lamp: "green", Text: fmt.Sprintf("剩 %d 天", left), Note: span, Open: true, Set: true}
	}
	return windowState{Lamp: "grey", Text: "未开放"}
}

// setWindow opens, moves or closes windows: of one department or of all that
// hand in for the period.
func (p *Pages) setWindow(a *web.Ask) error {
	if err := a.Parse(); err != nil {
		return err
	}
	when, err := p.period(a.PostFormValue("period"))
	if err != nil {
		return err
	}
	opens, err1 := period.ParseDay(a.PostFormValue("opens"))
	closes, err2 := period.ParseDay(a.PostFormValue("closes"))
	if a.PostFormValue("close") != "" { // closed from today on
		closes = p.today().Add(-1)
		opens, err1, err2 = closes, nil, nil
	}
	if err1 != nil || err2 != nil {
		return fault.New(fault.Invalid, "开放日或截止日没有填对").WithHint("请写成 2026-07-01 这样的日期。")
	}
	only := a.PostFormValue("department")
	n := 0
	for _, d := range p.departments(a.Scope()) {
		if only != "" && only != d.Key {
			continue
		}
		w := observe.Window{Department: d.Key, Period: when, Opens: opens, Closes: closes}
		if err := p.Observe.Windows().Set(a.Context(), a.Person.Actor(via), w); err != nil {
			return err
		}
		n++
	}
	if n == 0 {
		return fault.New(fault.Invalid, "没有部门“%s”", only)
	}
	return a.Done(link("/collect", "period", when.String()), fmt.Sprintf("已设定 %d 个部门%s的报送窗口：%s 至 %s。", n, when.Chinese(), opens, closes))
}

// missingFirms is the list of firms without a value of an item.
var missingFirms = web.List[registry.Enterprise]{
	ID: "missing", Unit: "家", Empty: "没有缺报的企业。",
	Columns: []web.Column[registry.Enterprise]{
		{Key: "name", Title: "企业", Fixed: true, Cell: func(e registry.Enterprise) web.Cell { return web.Cell{Text: e.Name} }},
		{Key: "code", Title: "统一社会信用代码", Cell: func(e registry.Enterprise) web.Cell { return web.Cell{Text: web.Dash(e.Code)} }},
	},
}

type missingPage struct {
	web.Base
	List web.ListView
}

func (*missingPage) Template() string { return "plain.html" }

// showMissing lists the firms of which an item is neither approved nor waiting.
func (p *Pages) showMissing(a *web.Ask) error {
	when, err := p.period(a.PathValue("period"))
	if err != nil {
		return err
	}
	item, ok := p.Pack.Items().Find(a.PathValue("item"))
	if !ok || !a.Scope().Allows(scope.Row{Department: item.Source}) {
		return fault.New(fault.NotFound, "没有这个数据项，或不归您查看")
	}
	q, err := missingFirms.Query(a.URL.Query())
	if err != nil {
		return err
	}
	ctx, s := a.Context(), a.Scope()
	ids, err := p.Registry.Enterprises().IDs(ctx, p.DB, s, p.expected(when))
	if err != nil {
		return err
	}
	lines, err := p.Observe.Read().Board(ctx, p.DB, s, when, ids)
	if err != nil {
		return err
	}
	var lacking []int64
	for _, l := range lines {
		if l.Item.Key == item.Key {
			lacking = l.Missing
		}
	}
	part := lacking[min(q.Offset(), len(lacking)):min(q.Offset()+q.PerPage, len(lacking))]
	known, err := p.names(ctx, s, when.End(), part)
	if err != nil {
		return err
	}
	rows := make([]registry.Enterprise, 0, len(part))
	for _, id := range part {
		rows = append(rows, known[id])
	}
	return a.Show(&missingPage{
		Base: web.Base{Title: when.Chinese() + "缺" + item.Name + "的企业", Crumbs: []web.Crumb{{Title: "数据归集", Path: link("/collect", "period", when.String())}}},
		List: missingFirms.View(a.URL.Path, q, rows, len(lacking)),
	})
}

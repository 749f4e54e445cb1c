package office

import (
	"iter"

	"ballast/internal/pack"
	"ballast/internal/registry"
	"ballast/internal/web"
)

// firmsPage is the list of the firms a person may see.
type firmsPage struct {
	web.Base
	Why  string
	List web.ListView
}

func (*firmsPage) Template() string { return "firms.html" }

// firmList describes the list; its filters come from the pack.
func (o *office) firmList() web.List[registry.Enterprise] {
	text := func(f func(registry.Enterprise) string) func(registry.Enterprise) web.Cell {
		return func(e registry.Enterprise) web.Cell {
			if s := f(e); s != "" {
				return web.Cell{Text: s}
			}
			return web.Missing()
		}
	}
	var statuses []web.Option
	for _, s := range []registry.Status{registry.Operating, registry.Suspended, registry.Deregistered} {
		statuses = append(statuses, web.Option{Value: string(s), Label: s.Chinese()})
	}
	return web.List[registry.Enterprise]{
		ID: "firms", Unit: "家", Search: "名称、代码、拼音首字母", Sort: "name", Export: "/enterprises.xlsx",
		Empty: "范围内没有符合条件的企业。",
		Filters: []web.Filter{
			{Key: "district", Label: "县区", Options: o.districts()},
			{Key: "above", Label: "规上", Options: []web.Option{{Value: "yes", Label: "规上"}, {Value: "no", Label: "规下或未知"}}},
			{Key: "chain", Label: "产业链", Options: o.chains(pack.KeyChain)},
			{Key: "status", Label: "状态", Options: statuses},
		},
		Columns: []web.Column[registry.Enterprise]{
			{Key: "name", Title: "企业", Sort: true, Fixed: true, Cell: func(e registry.Enterprise) web.Cell {
				return web.Cell{Text: e.Name, Href: firmPath(e.ID)}
			}},
			{Key: "code", Title: "统一社会信用代码", Sort: true, Cell: text(func(e registry.Enterprise) string { return e.Code })},
			{Key: "district", Title: "县区", Sort: true, Cell: text(func(e registry.Enterprise) string { return o.place(e.District) })},
			{Key: "town", Title: "镇街", Hidden: true, Cell: text(func(e registry.Enterprise) string { return e.Town })},
			{Key: "industry", Title: "行业", Sort: true, Cell: text(func(e registry.Enterprise) string { return industry(e.Industry) })},
			{Key: "status", Title: "状态", Sort: true, Cell: statusCell},
			{Key: "established", Title: "成立日期", Sort: true, Cell: text(func(e registry.Enterprise) string { return e.Established.String() })},
			{Key: "production", Title: "投产日期", Hidden: true, Cell: text(func(e registry.Enterprise) string { return e.ProductionSince.String() })},
			{Key: "address", Title: "地址", Hidden: true, Cell: text(func(e registry.Enterprise) string { return e.Address })},
		},
	}
}

func statusCell(e registry.Enterprise) web.Cell {
	lamps := map[registry.Status]string{registry.Operating: "green", registry.Suspended: "amber", registry.Deregistered: "grey"}
	return web.Cell{Text: e.Status.Chinese(), Lamp: lamps[e.Status]}
}

func (o *office) chains(kind pack.ChainKind) []web.Option {
	var out []web.Option
	for c := range o.Pack.Chains().All() {
		if c.Kind == kind {
			out = append(out, web.Option{Value: c.Key, Label: c.Name})
		}
	}
	return out
}

// firmFilter turns the address into the registry's question.
func (o *office) firmFilter(q web.ListQuery) registry.Filter {
	f := registry.Filter{
		Day: o.today(), Text: q.Search, District: q.Filter["district"], Chain: q.Filter["chain"], Status: registry.Status(q.Filter["status"]),
		Sort: q.Sort, Desc: q.Desc, Offset: q.Offset(), Limit: q.PerPage,
	}
	if v := q.Filter["above"]; v != "" {
		above := v == "yes"
		f.Above = &above
	}
	return f
}

func (o *office) showFirms(a *web.Ask) error {
	list := o.firmList()
	q, err := list.Query(a.URL.Query())
	if err != nil {
		return err
	}
	page, err := o.Registry.Enterprises().List(a.Context(), o.DB, a.Scope(), o.firmFilter(q))
	if err != nil {
		return err
	}
	return a.Show(&firmsPage{Base: web.Base{Title: "一企一档"}, Why: a.Scope().Why(), List: list.View("/enterprises", q, page.Firms, page.Total)})
}

// exportStep is how many firms an export reads at a time.
const exportStep = 1000

func (o *office) exportFirms(a *web.Ask) error {
	list := o.firmList()
	q, err := list.Query(a.URL.Query())
	if err != nil {
		return err
	}
	f := o.firmFilter(q)
	f.Offset, f.Limit = 0, exportStep
	first, err := o.Registry.Enterprises().List(a.Context(), o.DB, a.Scope(), f)
	if err != nil {
		return err
	}
	rows := iter.Seq2[[]any, error](func(yield func([]any, error) bool) {
		for page := first; len(page.Firms) > 0; {
			for _, e := range page.Firms {
				if !yield(list.Values(q, e), nil) {
					return
				}
			}
			if f.Offset += exportStep; f.Offset >= first.Total {
				return
			}
			if page, err = o.Registry.Enterprises().List(a.Context(), o.DB, a.Scope(), f); err != nil {
				yield(nil, err)
				return
			}
		}
	})
	return o.export(a, book{name: "企业名单", title: o.city.Name + "企业名单", subject: "list:enterprises", fields: fieldsOf(list, q), rows: rows, count: first.Total})
}

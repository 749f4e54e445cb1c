package office

import (
	"fmt"
	"slices"

	"ballast/internal/access"
	"ballast/internal/evaluate"
	"ballast/internal/fault"
	"ballast/internal/registry"
	"ballast/internal/web"
)

// firmPage is everything known about one firm (一企一档).
type firmPage struct {
	web.Base
	Firm     registry.Enterprise
	Why      string
	On       string
	Place    string
	Industry string
	Lamp     string
	Names    []string
	Years    []yearLine
	Values   []valueLine
	ValuesOf string // the year of Values
	Members  []memberLine
	Labels   []labelLine
	Land     string // "" when nothing is registered
	Parcels  []parcelLine
	Leases   []leaseLine
	Meters   []registry.MeterLink
	Grades   []gradeLine // nil when the person may not see scores
	Scores   bool
	History  []registry.Profiled
	Merged   []registry.Enterprise
}

func (*firmPage) Template() string { return "firm.html" }

type (
	yearLine   struct{ Year, Above, People, Revenue, Size string }
	memberLine struct{ Kind, Name, Role, Span string }
	labelLine  struct {
		Name, Span, Document, Issuer, Evidence string
		Valid                                  bool
	}
	parcelLine struct{ Code, Kind, Area, Floor, Title, State, Span string }
	leaseLine  struct{ Side, Area, Floor, Contract, Span string }
	gradeLine  struct {
		Year        int
		Band, Total string
		Rank        int
		Href        string
	}
)

func firmPath(id int64) string { return fmt.Sprintf("/enterprises/%d", id) }

// span writes when a fact holds; Until is the first day it no longer does.
func span(s registry.Span) string {
	from, until := s.From.String(), "至今"
	if from == "" {
		from = "起始未知"
	}
	if !s.Until.IsZero() {
		until = "至 " + s.Until.Add(-1).String()
	}
	return from + " " + until
}

func (o *office) showOwnFirm(a *web.Ask) error {
	if a.Person.Enterprise == 0 {
		return fault.New(fault.NotFound, "您的账号没有对应的企业").WithHint("请从“一企一档”里打开企业。")
	}
	return o.firm(a, a.Person.Enterprise)
}

func (o *office) showFirm(a *web.Ask) error {
	id, err := a.ID("id")
	if err != nil {
		return err
	}
	return o.firm(a, id)
}

func (o *office) firm(a *web.Ask, id int64) error {
	ctx, day := a.Context(), o.today()
	f, err := o.Registry.Enterprises().File(ctx, o.DB, a.Scope(), id, day)
	if err != nil {
		return err
	}
	p := &firmPage{
		Base: web.Base{Title: f.Name}, Firm: f.Enterprise, Why: a.Scope().Why(), On: day.String(),
		Place: o.place(f.District), Industry: industry(f.Industry), Lamp: statusCell(f.Enterprise).Lamp, History: f.History, Merged: f.Merged,
		Scores: a.Person.Can(access.RoundScoreRead),
	}
	if a.Person.Can(access.Search) {
		p.Crumbs = []web.Crumb{{Title: "一企一档", Path: "/enterprises"}}
	}
	o.fillLinks(p, f)
	if err := o.fillValues(a, p, id); err != nil {
		return err
	}
	use, err := o.Registry.Land().UseOf(ctx, o.DB, a.Scope(), id, day)
	if err != nil {
		return err
	}
	o.fillLand(p, use)
	if p.Meters, err = o.Registry.Meters().Of(ctx, o.DB, a.Scope(), id, day); err != nil {
		return err
	}
	if p.Scores {
		grades, err := o.Evaluate.History(ctx, a.Scope(), id)
		if err != nil {
			return err
		}
		p.Grades = gradeLines(grades)
	}
	return a.Show(p)
}

// gradeLines lays grades out oldest first, as design shows them.
func gradeLines(grades []evaluate.Grade) []gradeLine {
	var out []gradeLine
	for _, g := range slices.Backward(grades) {
		out = append(out, gradeLine{g.Year, g.Band, web.Number(g.Total, 4), g.Rank, fmt.Sprintf("/scores/%d/%d", g.Run, g.Enterprise)})
	}
	return out
}

func (o *office) fillLinks(p *firmPage, f registry.File) {
	for _, n := range f.Names {
		kind := map[registry.NameKind]string{registry.Former: "曾用名", registry.Short: "简称", registry.LegalName: "登记名称"}[n.Kind]
		if n.Name != f.Name {
			p.Names = append(p.Names, kind+"："+n.Name)
		}
	}
	sizes := map[string]string{"large": "大型", "medium": "中型", "small": "小型", registry.SmallestSize: "微型"}
	for _, y := range f.Years {
		l := yearLine{Year: fmt.Sprint(y.Year), Above: "规下", People: "—", Revenue: "—", Size: web.Dash(sizes[y.Size])}
		if y.Above {
			l.Above = "规上"
		}
		if y.People >= 0 {
			l.People = web.Int(y.People)
		}
		if y.Revenue >= 0 {
			l.Revenue = web.Number(float64(y.Revenue)/1e6, 2) // 分 to 万元
		}
		p.Years = append(p.Years, l)
	}
	kinds := map[registry.MembershipKind]string{registry.Chain: "产业链", registry.Engine: "新动能", registry.Park: "园区"}
	for _, m := range f.Memberships {
		name := m.Key
		if c, ok := o.Pack.Chains().Find(m.Key); ok {
			name = c.Name
		}
		p.Members = append(p.Members, memberLine{kinds[m.Kind], name, web.Dash(m.Role), span(m.Span)})
	}
	for _, l := range f.Labels {
		name := l.Key
		if d, ok := o.Pack.Labels().Find(l.Key); ok {
			name = d.Name
		}
		p.Labels = append(p.Labels, labelLine{name, span(l.Span), web.Dash(l.Document), web.Dash(l.Issuer), web.Dash(l.Evidence), l.Covers(o.today())})
	}
}

func (o *office) fillLand(p *firmPage, use registry.Use) {
	// No record is not zero land.
	if len(use.Tenures)+len(use.RentedIn)+len(use.RentedOut) > 0 {
		p.Land = use.Area(registry.RulesOf(o.Pack).Land).String()
	}
	parcels := map[int64]registry.Parcel{}
	for _, x := range use.Parcels {
		parcels[x.ID] = x
	}
	kinds := map[registry.TenureKind]string{registry.Titled: "证载", registry.Untitled: "实际使用未办证"}
	for _, t := range use.Tenures {
		x := parcels[t.Parcel]
		p.Parcels = append(p.Parcels, parcelLine{x.Code, kinds[t.Kind], t.Area.String(), floor(t.Floor), web.Dash(x.Title), x.State.Chinese(), span(t.Span)})
	}
	for side, leases := range map[string][]registry.Lease{"租入": use.RentedIn, "租出": use.RentedOut} {
		for _, l := range leases {
			p.Leases = append(p.Leases, leaseLine{side, l.Area.String(), floor(l.Floor), web.Dash(l.Contract), span(l.Span)})
		}
	}
	slices.SortStableFunc(p.Leases, func(x, y leaseLine) int { return len(x.Side) - len(y.Side) })
}

// floor writes a floor area in square metres.
func floor(a registry.Area) string {
	if !a.Known() {
		return "—"
	}
	return web.Number(a.SquareMetres(), 2) + " ㎡"
}

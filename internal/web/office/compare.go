package office

import (
	"strconv"

	"ballast/internal/evaluate"
	"ballast/internal/fault"
	"ballast/internal/web"
)

// comparePage sets two runs of a round side by side.
type comparePage struct {
	web.Base
	Round   evaluate.Round
	A, B    string
	C       evaluate.Comparison
	Changed []changeLine
	More    int // changed firms that are not listed
	Why     string
}

func (*comparePage) Template() string { return "compare.html" }

type changeLine struct {
	Name, Place, Href    string
	BandA, BandB         string
	RankA, RankB, Places string
	Points               string
}

// listed is how many changed firms the page shows.
const listed = 500

func (o *office) showCompare(a *web.Ask) error {
	r, err := o.loadRound(a)
	if err != nil {
		return err
	}
	left, errA := strconv.ParseInt(a.URL.Query().Get("a"), 10, 64)
	right, errB := strconv.ParseInt(a.URL.Query().Get("b"), 10, 64)
	if errA != nil || errB != nil {
		return fault.New(fault.Invalid, "请选要比较的两次计算").WithHint("请从轮次页面选择。")
	}
	c, err := o.Evaluate.Compare(a.Context(), a.Scope(), left, right)
	if err != nil {
		return err
	}
	if c.A.Round != r.ID {
		return fault.New(fault.NotFound, "这一轮没有这次计算")
	}
	p := &comparePage{Base: web.Base{Title: "两次计算比较", Crumbs: crumbsOf(r)}, Round: r, A: c.A.Number(r), B: c.B.Number(r), C: c, Why: a.Scope().Why()}
	p.More = max(0, len(c.Changed)-listed)
	for _, x := range c.Changed[:min(len(c.Changed), listed)] {
		l := changeLine{Name: x.Name, Place: o.place(x.District), BandA: x.BandA, BandB: x.BandB, RankA: rankCell(x.RankA).Text, RankB: rankCell(x.RankB).Text,
			Href: "/scores/" + strconv.FormatInt(right, 10) + "/" + strconv.FormatInt(x.Enterprise, 10), Places: "—", Points: web.Signed(x.TotalB-x.TotalA, 4)}
		if x.RankA > 0 && x.RankB > 0 {
			l.Places = web.Signed(float64(x.RankA-x.RankB), 0)
		}
		p.Changed = append(p.Changed, l)
	}
	return a.Show(p)
}

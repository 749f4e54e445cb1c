package office

import (
	"fmt"
	"strconv"
	"strings"

	"ballast/internal/access"
	"ballast/internal/fault"
	"ballast/internal/web"
)

// roundsPage lists the rounds and opens new ones.
type roundsPage struct {
	web.Base
	Rounds       []roundLine
	MayOpen      bool
	Year, Scheme web.Field
}

func (*roundsPage) Template() string { return "rounds.html" }

type roundLine struct {
	ID                          int64
	Year                        int
	Name, State, Window, Change string
}

func roundPath(id int64) string { return fmt.Sprintf("/rounds/%d", id) }

func (o *office) showRounds(a *web.Ask) error {
	p, err := o.roundsPage(a)
	if err != nil {
		return err
	}
	return a.Show(p)
}

func (o *office) roundsPage(a *web.Ask) (*roundsPage, error) {
	rounds, err := o.Evaluate.Rounds(a.Context())
	if err != nil {
		return nil, err
	}
	p := &roundsPage{Base: web.Base{Title: "综合评价"}, MayOpen: a.Person.Can(access.RoundOpen)}
	for _, r := range rounds {
		p.Rounds = append(p.Rounds, roundLine{r.ID, r.Year, r.Name, r.State.Label(), window(r), web.Instant(r.ChangedAt)})
	}
	p.Year = web.Field{Name: "year", Label: "评价年度", Type: "number", Required: true, Value: strconv.Itoa(o.today().Year() - 1), Help: "数据所属的年度"}
	p.Scheme = web.Field{Name: "scheme", Label: "评价办法和对象", Type: "select", Required: true}
	for s := range o.Pack.Schemes().All() {
		for _, pop := range s.Populations {
			p.Scheme.Options = append(p.Scheme.Options, web.Option{Value: s.ID + "/" + pop.Key, Label: s.Name + " · " + pop.Name})
		}
	}
	return p, nil
}

func (o *office) openRound(a *web.Ask) error {
	if err := a.Parse(); err != nil {
		return err
	}
	year, err := strconv.Atoi(a.PostFormValue("year"))
	if err == nil {
		id, population, _ := strings.Cut(a.PostFormValue("scheme"), "/")
		r, err := o.Evaluate.Open(a.Context(), a.Person, year, id, population)
		if err == nil {
			return a.Done(roundPath(r.ID), "已新建“"+r.Name+"”。")
		}
		if !fault.Is(err, fault.Invalid) {
			return err
		}
		return o.refuseRound(a, err)
	}
	return o.refuseRound(a, fault.New(fault.Invalid, "评价年度应是四位数字"))
}

// refuseRound shows the form again with the reason beside the year.
func (o *office) refuseRound(a *web.Ask, why error) error {
	p, err := o.roundsPage(a)
	if err != nil {
		return err
	}
	p.Year.Value = a.PostFormValue("year")
	p.Year.Error, _ = fault.Public(why)
	p.Scheme.Value = a.PostFormValue("scheme")
	return a.ShowStatus(422, p)
}

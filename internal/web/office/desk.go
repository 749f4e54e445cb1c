package office

import (
	"ballast/internal/access"
	"ballast/internal/evaluate"
	"ballast/internal/registry"
	"ballast/internal/web"
)

// deskPage is where an officer's day begins: what each round waits for.
type deskPage struct {
	web.Base
	Rounds []deskRound
	Firms  int
	Why    string
}

func (*deskPage) Template() string { return "desk.html" }

// deskRound is a round with what this person may do next.
type deskRound struct {
	ID          int64
	Name, State string
	Window      string
	Next        []string // labels of the moves open to this person
}

func (o *office) showDesk(a *web.Ask) error {
	rounds, err := o.Evaluate.Rounds(a.Context())
	if err != nil {
		return err
	}
	firms, err := o.Registry.Enterprises().List(a.Context(), o.DB, a.Scope(), registry.Filter{Day: o.today(), Limit: 1})
	if err != nil {
		return err
	}
	p := &deskPage{Base: web.Base{Title: "我的工作台"}, Firms: firms.Total, Why: a.Scope().Why()}
	for _, r := range rounds {
		d := deskRound{ID: r.ID, Name: r.Name, State: r.State.Label(), Window: window(r)}
		for _, m := range evaluate.Moves {
			if m.From == r.State && a.Person.Can(access.Permission(m.Permission)) {
				d.Next = append(d.Next, m.Label)
			}
		}
		p.Rounds = append(p.Rounds, d)
	}
	return a.Show(p)
}

// window says when a round's results are open to objections.
func window(r evaluate.Round) string {
	if r.PublishFrom == "" {
		return ""
	}
	return "公示期 " + r.PublishFrom + " 至 " + r.PublishUntil
}

package office

import (
	"fmt"

	"ballast/internal/access"
	"ballast/internal/evaluate"
	"ballast/internal/pack"
	"ballast/internal/web"
)

// roundPage is one round: where it stands, its runs, and what may be done now.
type roundPage struct {
	web.Base
	Round      evaluate.Round
	State      string
	Window     string
	Unratified bool // the scheme is a template that the bureau has not confirmed
	Scheme     string
	Runs       []runLine
	Latest     *evaluate.Run // the run that counts, else the newest
	LatestNo   string
	May        map[string]bool // verb → this person may do it now
	CanFreeze  bool            // somebody gathers the data
	MayCompare bool
	Notice     bool
	Cites      bool // a computation must cite a decision
	Bands      []tuneField
	Weights    []tuneField
	Today      string
}

func (*roundPage) Template() string { return "round.html" }

type runLine struct {
	ID                                int64
	Number, Mode, Note, Cites, By, At string
	Digest                            string
	Bands                             []evaluate.BandCount
	Passed, Counts, CanSign           bool
}

// tuneField is one number of a scheme that a trial may change.
type tuneField struct {
	Name, Label, Now string
}

// loadRound reads the round of the address.
func (o *office) loadRound(a *web.Ask) (evaluate.Round, error) {
	id, err := a.ID("id")
	if err != nil {
		return evaluate.Round{}, err
	}
	return o.Evaluate.Round(a.Context(), id)
}

func crumbsOf(r evaluate.Round) []web.Crumb {
	return []web.Crumb{{Title: "综合评价", Path: "/rounds"}, {Title: r.Name, Path: roundPath(r.ID)}}
}

func (o *office) showRound(a *web.Ask) error {
	r, err := o.loadRound(a)
	if err != nil {
		return err
	}
	runs, err := o.Evaluate.Runs(a.Context(), r.ID)
	if err != nil {
		return err
	}
	p := &roundPage{
		Base: web.Base{Title: r.Name, Crumbs: crumbsOf(r)[:1]}, Round: r, State: r.State.Label(), Window: window(r),
		May: map[string]bool{}, CanFreeze: o.Gatherer != nil, MayCompare: a.Person.Can(access.RoundCompare) && len(runs) > 1,
		Cites: r.State == evaluate.Published, Today: o.today().String(),
	}
	p.Notice = r.BindingRun != 0 && a.Scope().WholeCity() && a.Person.Can(access.Export)
	for _, m := range evaluate.Moves {
		if m.From == r.State && a.Person.Can(access.Permission(m.Permission)) {
			p.May[string(m.Verb)] = true
		}
	}
	o.fillRuns(p, runs)
	if s, ok := o.Pack.Schemes().Find(r.Scheme); ok {
		p.Scheme, p.Unratified = s.Name+" 第 "+s.Version+" 版", s.Status == pack.Template
		if pop, ok := s.Population(r.Population); ok {
			o.fillTuning(p, pop)
		}
	}
	return a.Show(p)
}

func (o *office) fillRuns(p *roundPage, runs []evaluate.Run) {
	for i, run := range runs {
		l := runLine{
			ID: run.ID, Number: run.Number(p.Round), Mode: run.Mode.Label(), Note: run.Note, Cites: run.Cites, By: run.CreatedBy,
			At: web.Instant(run.CreatedAt), Digest: run.ResultDigest, Bands: run.Summary.Bands, Passed: run.Summary.Reconciles(), Counts: run.ID == p.Round.BindingRun,
		}
		l.CanSign = p.May[string(evaluate.Reconcile)] && run.Mode == evaluate.Binding && run.DataDigest == p.Round.DataDigest && l.Passed
		if l.Counts || p.Latest == nil && p.Round.BindingRun == 0 {
			p.Latest, p.LatestNo = &runs[i], l.Number
		}
		p.Runs = append(p.Runs, l)
	}
}

// fillTuning offers the shares of all grades but the last and every weight.
func (o *office) fillTuning(p *roundPage, pop pack.Population) {
	if pop.Bands.Kind == pack.ByShare {
		for i, g := range pop.Bands.Grades {
			if i < len(pop.Bands.Grades)-1 {
				p.Bands = append(p.Bands, tuneField{"upto-" + g.Key, g.Key + " 档累计到前", fmt.Sprintf("%g", g.UpTo.Value)})
			}
		}
	}
	for _, x := range pop.Indicators {
		name := x.Indicator
		if d, ok := o.Pack.Indicators().Find(x.Indicator); ok {
			name = d.Name
		}
		p.Weights = append(p.Weights, tuneField{"weight-" + x.Indicator, name, fmt.Sprintf("%g", x.Weight)})
	}
}

package office

import (
	"context"
	"fmt"
	"math"
	"strings"

	"ballast/internal/access"
	"ballast/internal/evaluate"
	"ballast/internal/evaluate/scheme"
	"ballast/internal/fault"
	"ballast/internal/pack"
	"ballast/internal/web"
)

// scorePage is the score sheet (评分单) of one firm in one run.
type scorePage struct {
	web.Base
	Firm       string
	FirmPath   string
	Sheet      evaluate.Sheet
	Number     string // of the run
	Window     string
	Rule       string
	Unratified bool
	Place      string
	Ranks      []web.Option // dimension and rank
	Lines      []scoreLine
	Extra      []extraLine // additions and deductions
	Explained  bool        // weights and formulas are those the run was computed with
	Next       []nextLine
	About      bool // the distance is an approximation
	History    []gradeLine
}

func (*scorePage) Template() string { return "score.html" }

type scoreLine struct {
	Name, Formula            string
	Value, Unit, Why         string
	Benchmark, BenchmarkNote string
	Weight, Score, State     string
	Share                    *float64
	Sources                  []string
}

type (
	extraLine struct{ Name, Points, Reason string }
	nextLine  struct {
		Name, To, By string
		Items        []string
	}
)

func (o *office) showScore(a *web.Ask) error {
	run, err := a.ID("run")
	if err != nil {
		return err
	}
	firm, err := a.ID("enterprise")
	if err != nil {
		return err
	}
	// Whoever reads rounds sees results before they are published.
	sh, err := o.Evaluate.Sheet(a.Context(), a.Scope(), run, firm, a.Person.Can(access.RoundRead))
	if err != nil {
		return err
	}
	return o.score(a, sh)
}

// showOwnScore shows a firm's people their newest published sheet.
func (o *office) showOwnScore(a *web.Ask) error {
	if a.Person.Enterprise == 0 {
		return fault.New(fault.NotFound, "您的账号没有对应的企业").WithHint("请从“综合评价”里打开企业的评分单。")
	}
	rounds, err := o.Evaluate.Rounds(a.Context())
	if err != nil {
		return err
	}
	for _, r := range rounds {
		if r.BindingRun == 0 {
			continue
		}
		sh, err := o.Evaluate.Sheet(a.Context(), a.Scope(), r.BindingRun, a.Person.Enterprise, false)
		switch {
		case err == nil:
			return o.score(a, sh)
		case !fault.Is(err, fault.NotFound):
			return err
		}
	}
	return fault.New(fault.NotFound, "还没有公示过贵企业的评价结果").WithHint("公示以后，这里显示总分、档次和每一项的算法。")
}

func (o *office) score(a *web.Ask, sh evaluate.Sheet) error {
	p := &scorePage{
		Base: web.Base{Title: fmt.Sprintf("%d 年度综合评价", sh.Round.Year)}, Firm: sh.Score.Name, FirmPath: firmPath(sh.Score.Enterprise),
		Sheet: sh, Number: sh.Run.Number(sh.Round), Window: window(sh.Round), Place: o.place(sh.Score.District), History: gradeLines(sh.History),
	}
	if a.Person.Can(access.RoundRead) {
		p.Crumbs = append(crumbsOf(sh.Round), web.Crumb{Title: p.Number, Path: runPath(sh.Run)})
	}
	if s, ok := o.Pack.Schemes().Find(sh.Round.Scheme); ok && sh.Run.PackDigest == o.Pack.Digest() {
		p.Title = fmt.Sprintf("%d 年度%s", sh.Round.Year, s.Name)
		p.Rule, p.Unratified = s.Name+" 第 "+s.Version+" 版", s.Status == pack.Template
	}
	for _, c := range sh.Run.Columns {
		if key, ok := strings.CutPrefix(c.Name, "dimension_rank."); ok {
			n := sh.Score.Number(sh.Run.Columns, "dimension_rank."+key)
			if n > 0 { // false for NaN
				p.Ranks = append(p.Ranks, web.Option{Label: strings.TrimSuffix(c.Title, "名次"), Value: web.Number(n, 0)})
			}
		}
	}
	x, err := o.explain(a.Context(), sh)
	if err != nil {
		return err
	}
	if x != nil {
		o.fillExplained(p, x)
	} else {
		fillStages(p)
	}
	return a.Show(p)
}

// explain computes the run of a sheet once more and lays out one firm. It returns
// nil when the rules or data at hand are not those of the run, or do not give its
// total, as after a tuned trial: then nothing but the run's own numbers is shown.
func (o *office) explain(ctx context.Context, sh evaluate.Sheet) (*scheme.Explanation, error) {
	if sh.Run.PackDigest != o.Pack.Digest() {
		return nil, nil
	}
	r, err := o.again(ctx, sh)
	if r == nil || err != nil {
		return nil, err
	}
	x, err := r.Explain(sh.Score.Code)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil || x.Total != sh.Score.Total {
		return nil, err
	}
	return x, nil
}

// again returns the result over the run's snapshot, keeping the last one: sheets
// are read one after another after a publication.
func (o *office) again(ctx context.Context, sh evaluate.Sheet) (*scheme.Result, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.kept == sh.Run.Snapshot && o.scheme == sh.Round.Scheme {
		return o.result, nil
	}
	id, snap, err := o.Evaluate.Frozen(ctx, sh.Round.ID)
	if err != nil || id != sh.Run.Snapshot {
		return nil, err
	}
	plan, err := scheme.Compile(o.Pack, sh.Round.Scheme)
	if err != nil {
		return nil, err
	}
	in := snap.Input
	in.Workers = 2
	r, err := plan.Run(ctx, in)
	if err != nil {
		return nil, err
	}
	o.kept, o.scheme, o.result = id, sh.Round.Scheme, r
	return r, nil
}

func (o *office) fillExplained(p *scorePage, x *scheme.Explanation) {
	p.Explained = true
	for _, l := range x.Lines {
		digits := o.digits(l.Indicator)
		s := scoreLine{
			Name: l.Name, Formula: l.Formula, Value: web.Number(l.Value, digits), Unit: l.Unit, Why: l.Why, Benchmark: web.Number(l.Benchmark, digits),
			BenchmarkNote: l.BenchmarkText, Weight: web.Number(l.Weight, 0), Score: web.Number(l.Score, 4), State: l.State.Chinese(),
		}
		if l.Weight != math.Trunc(l.Weight) {
			s.Weight = web.Number(l.Weight, 2)
		}
		if l.Weight > 0 && !math.IsNaN(l.Score) {
			s.Share = web.Value(l.Score / l.Weight)
		}
		for _, r := range l.Raw {
			text := r.Name + " " + web.Number(r.Value, 2) + r.Unit
			if r.Source != "" {
				text += "（" + r.Source + strings.TrimSuffix(" "+r.Basis, " ") + "）"
			}
			s.Sources = append(s.Sources, text)
		}
		p.Lines = append(p.Lines, s)
	}
	for _, e := range x.Adjustments {
		p.Extra = append(p.Extra, extraLine{e.Name, web.Signed(e.Points, 4), e.Reason})
	}
	if x.Next == nil {
		return
	}
	p.About = x.Next.Approximate
	for _, c := range x.Next.Changes {
		n := nextLine{Name: c.Name, To: web.Number(c.To, o.digits(c.Indicator)) + " " + c.Unit, By: percent(c.From, c.To)}
		for _, it := range c.Items {
			n.Items = append(n.Items, it.Name+"由 "+web.Number(it.From, 2)+" 到 "+web.Number(it.To, 2)+" "+it.Unit)
		}
		p.Next = append(p.Next, n)
	}
}

// digits is how many decimals the pack shows an indicator with.
func (o *office) digits(indicator string) int {
	if d, ok := o.Pack.Indicators().Find(indicator); ok {
		return d.Digits
	}
	return 2
}

// percent writes a relative change, empty when there is nothing to relate it to.
func percent(from, to float64) string {
	if from == 0 || math.IsNaN(from) {
		return ""
	}
	return web.Signed(100*(to-from)/math.Abs(from), 0) + "%"
}

// fillStages shows the run's own numbers alone.
func fillStages(p *scorePage) {
	cols, s := p.Sheet.Run.Columns, p.Sheet.Score
	for _, c := range cols {
		key, ok := strings.CutPrefix(c.Name, "value.")
		if !ok {
			continue
		}
		p.Lines = append(p.Lines, scoreLine{
			Name: c.Title, Unit: c.Unit, Value: web.Number(s.Number(cols, c.Name), 4), Benchmark: web.Number(s.Number(cols, "benchmark."+key), 4),
			Weight: "—", Score: web.Number(s.Number(cols, "score."+key), 4), State: s.Text(cols, "state."+key),
		})
	}
	for _, c := range cols {
		if strings.HasPrefix(c.Name, "adjustment.") {
			if v := s.Number(cols, c.Name); v != 0 && !math.IsNaN(v) {
				p.Extra = append(p.Extra, extraLine{c.Title, web.Signed(v, 4), ""})
			}
		}
	}
}

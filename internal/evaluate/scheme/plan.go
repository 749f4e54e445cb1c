package scheme

import (
	"fmt"
	"regexp"

	"ballast/internal/fault"
	"ballast/internal/pack"
	"ballast/internal/period"
	"ballast/internal/rule"
)

// Plan is a compiled scheme. It is immutable and may serve many goroutines.
type Plan struct {
	pack   *pack.Pack
	scheme pack.Scheme

	formulaSchema, factSchema, gradedSchema *rule.Schema

	used        map[string]bool // fields of any condition, amount or move
	order       []string        // indicators in the order their formulas need
	populations []population
}

// population is one population with its programs.
type population struct {
	pack.Population
	member    *rule.Program
	groups    []*rule.Program
	notGraded []*rule.Program
	adjust    []adjustment
	moves     []*rule.Program // nil where a label decides
}

type adjustment struct {
	when, amount *rule.Program // when is nil where a label decides or nothing does
}

// Compile prepares a scheme of a pack. A loaded pack has passed the lint rules,
// so errors here are fault.NotFound for an unknown scheme and faults of the
// scheme made by tuning.
func Compile(p *pack.Pack, schemeID string) (*Plan, error) {
	s, ok := p.Schemes().Find(schemeID)
	if !ok {
		return nil, fault.New(fault.NotFound, "数据包里没有评价办法“%s”", schemeID)
	}
	return CompileScheme(p, s)
}

// CompileScheme prepares a scheme that is not the pack's own: one changed by a
// pack.Tuning for a what-if run.
func CompileScheme(p *pack.Pack, s pack.Scheme) (_ *Plan, err error) {
	defer fault.In(&err, "scheme.Compile(%s)", s.ID)
	plan := &Plan{pack: p, scheme: s, order: p.FormulaOrder(), used: map[string]bool{}}
	for stage, to := range map[pack.Stage]**rule.Schema{pack.StageFormula: &plan.formulaSchema, pack.StageFacts: &plan.factSchema, pack.StageGraded: &plan.gradedSchema} {
		if *to, err = p.Schema(stage); err != nil {
			return nil, err
		}
	}
	for _, q := range s.Populations {
		c, err := plan.population(q)
		if err != nil {
			return nil, err
		}
		plan.populations = append(plan.populations, c)
	}
	return plan, nil
}

// Scheme returns the scheme the plan was made from.
func (p *Plan) Scheme() pack.Scheme { return p.scheme }

// compiler compiles expressions until the first fault.
type compiler struct {
	used map[string]bool // the fields of what was compiled
	err  error
}

func (c *compiler) program(schema *rule.Schema, e pack.Expr, want rule.Type) *rule.Program {
	if c.err != nil || e.IsZero() {
		return nil
	}
	var p *rule.Program
	if p, c.err = rule.Compile(schema, e.Text, want); c.err != nil {
		c.err = fmt.Errorf("%s: %w", e.At, c.err)
		return nil
	}
	for _, name := range p.Fields() {
		c.used[name] = true
	}
	return p
}

func (p *Plan) population(q pack.Population) (population, error) {
	out := population{Population: q}
	c := compiler{used: p.used}
	out.member = c.program(p.factSchema, q.Member, rule.Bool)
	for _, g := range q.Groups {
		out.groups = append(out.groups, c.program(p.factSchema, g.When, rule.Bool))
	}
	for _, n := range q.NotGraded {
		out.notGraded = append(out.notGraded, c.program(p.factSchema, n.When, rule.Bool))
	}
	for _, a := range q.Adjustments {
		out.adjust = append(out.adjust, adjustment{c.program(p.factSchema, a.When, rule.Bool), c.program(p.factSchema, a.Amount, rule.Number)})
	}
	for _, m := range q.Moves {
		out.moves = append(out.moves, c.program(p.gradedSchema, m.When, rule.Bool))
	}
	if out.member == nil && c.err == nil {
		c.err = fault.New(fault.Invalid, "评价对象“%s”没有写归类条件", q.Name)
	}
	return out, c.err
}

// formulas returns the programs of the formulas in force on a day, by
// indicator, in the order they must run.
func (p *Plan) formulas(on period.Day) ([]formula, error) {
	var out []formula
	for _, key := range p.order {
		ind, _ := p.pack.Indicators().Find(key)
		f, ok := ind.FormulaOn(on)
		if !ok {
			continue // not defined yet in that year: missing for everyone
		}
		program, err := rule.Compile(p.formulaSchema, f.Expr.Text, rule.Number)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Expr.At, err)
		}
		out = append(out, formula{indicator: ind, text: f.Expr.Text, program: program})
	}
	return out, nil
}

// formula is one indicator's formula in force.
type formula struct {
	indicator pack.Indicator
	text      string
	program   *rule.Program
}

var plainQuotient = regexp.MustCompile(`^\s*([a-z][a-z0-9_]*)\s*/\s*([a-z][a-z0-9_]*)\s*$`)

// parts returns the two items of a formula that is a plain quotient.
func (f formula) parts() (num, den string, ok bool) {
	m := plainQuotient.FindStringSubmatch(f.text)
	if m == nil {
		return "", "", false
	}
	return m[1], m[2], true
}

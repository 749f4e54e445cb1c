package scheme

import (
	"ballast/internal/pack"
	"ballast/internal/rule"
)

// Result is one computed round. It is read-only.
type Result struct {
	Year        int
	SchemeID    string
	PackDigest  string
	Keys        []string // entity codes, as in the input
	Populations []PopulationResult
	Report      Report

	// Population is, per row, the index into Populations; NoPopulation for an
	// entity that belongs to none.
	Population []int8

	plan     *Plan
	facts    *Facts
	values   *values
	formulas []formula
	position []int32 // per row: its place among the rows of its population
}

// NoPopulation marks an entity that no population takes.
const NoPopulation = -1

// Value returns the column of an item or an indicator for all rows; NaN is
// missing.
func (r *Result) Value(key string) ([]float64, bool) {
	c, ok := r.values.columns[key]
	return c, ok
}

// WhyMissing says in Chinese why an item or indicator has no value in a row, ""
// when it has one.
func (r *Result) WhyMissing(key string, row int) string {
	if c := r.values.columns[key]; c != nil && c[row] == c[row] {
		return ""
	}
	if c := r.values.reasons[key]; c != nil {
		return r.plan.formulaSchema.Explain(c.Value(row).Why)
	}
	return "没有报送"
}

// MissingCounts returns how many rows have no value of an indicator, by reason.
func (r *Result) MissingCounts(indicator string) []rule.Count { return r.values.counts[indicator] }

// CapState says whether a bound or a missing policy made a score.
type CapState uint8

// The states of a score.
const (
	Plain   CapState = iota // the formula's own score
	Capped                  // cut down to the cap
	Floored                 // lifted to the floor
	Filled                  // the value is missing; the policy gave the score
	Absent                  // the value is missing and so is the score
)

// Chinese returns what a score sheet prints: "", 封顶, 保底, 按缺失规则, 缺失.
func (s CapState) Chinese() string {
	return [...]string{"", "封顶", "保底", "按缺失规则", "缺失"}[s]
}

// PopulationResult is one population of a result. Its columns have one row an
// entity of Rows, in the same order; an entity that is neither graded nor
// scored has missing figures.
type PopulationResult struct {
	Key  string
	Name string
	Rows []int32 // rows of the input, in the order of their codes

	Class []int16  // index into the population's not-graded classes, NoClass for none
	Group []string // the scheme's own group, "" none

	Scores     map[string][]float64 // points by indicator
	States     map[string][]CapState
	Benchmarks map[string][]float64 // by indicator, NaN where the method has none
	Dimensions map[string][]float64 // points by dimension

	Subtotal    []float64
	Adjustments map[string][]float64 // points by adjustment, before the bounds of sums
	Adjustment  []float64            // the sum that counts
	Total       []float64
	Pending     []bool // no total, because a value is missing that the rule does not replace

	Rank           []int32 // in the population, 1 best; 0 none
	DistrictRank   []int32 // in population and district; nil without the attribute district
	GroupRank      []int32 // where grades are cut; nil when that is the population
	DimensionRanks map[string][]int32

	GradeBefore []int8 // position in the population's grades before moves, NoGrade for none
	Grade       []int8 // after moves
	Moves       []Moved
	WorstYears  []int32 // consecutive years of the worst grade, this round included

	Cuts []Cut

	population *population
	scoring    *scoring
	own        bool    // the totals, ranks and cuts are composite's own
	slot       []int32 // per member: row of the composite frame, -1 when outside
}

// Cut is where the grades of one ranked group end.
type Cut struct {
	Group string // value of the banding attribute, "" the whole population
	N     int    // of how many the shares were taken
	Last  []int  // last rank of each grade; nil for grades by value
	// Total is the lowest total of each grade before moves, NaN when it is empty.
	Total []float64
}

// GradeName returns the key of a grade's position, "" for NoGrade.
func (p *PopulationResult) GradeName(grade int8) string {
	if grade == NoGrade {
		return ""
	}
	return p.population.Bands.Grades[grade].Key
}

// NotGraded returns the class of member i.
func (p *PopulationResult) NotGraded(i int) (pack.NotGraded, bool) {
	if p.Class[i] == NoClass {
		return pack.NotGraded{}, false
	}
	return p.population.NotGraded[p.Class[i]], true
}

// PolicyGrade returns the grade whose policy applies to member i: its own, or
// the one its class names; "" none.
func (p *PopulationResult) PolicyGrade(i int) string {
	if c, ok := p.NotGraded(i); ok {
		return c.PolicyGrade
	}
	return p.GradeName(p.Grade[i])
}

// Printed returns what a list prints as the result of member i: the grade, the
// class, 不评级 or 待定.
func (p *PopulationResult) Printed(i int) string {
	if c, ok := p.NotGraded(i); ok {
		if c.Class != "" {
			return c.Class
		}
		return pack.Ungraded
	}
	if p.Grade[i] == NoGrade {
		return pack.Undecided
	}
	return p.GradeName(p.Grade[i])
}

// Rules returns the rules the population was computed by.
func (p *PopulationResult) Rules() pack.Population { return p.population.Population }

// Find returns the population and the position in it of an entity code.
func (r *Result) Find(code string) (*PopulationResult, int, bool) {
	for row, key := range r.Keys {
		if key == code {
			return r.At(row)
		}
	}
	return nil, 0, false
}

// At returns the population and the position in it of a row of the input.
func (r *Result) At(row int) (*PopulationResult, int, bool) {
	k := r.Population[row]
	if k == NoPopulation {
		return nil, 0, false
	}
	return &r.Populations[k], int(r.position[row]), true
}

// spread places a column of the composite frame into the members' order;
// members outside get the missing value. When every member is inside the two
// orders are one, and the column itself is returned.
func spread[T any](slot []int32, in []T, missing T) []T {
	if len(in) == len(slot) {
		return in
	}
	out := make([]T, len(slot))
	for i, j := range slot {
		out[i] = missing
		if j >= 0 && in != nil {
			out[i] = in[j]
		}
	}
	return out
}

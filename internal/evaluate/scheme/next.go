package scheme

import (
	"math"

	"ballast/internal/fault"
	"ballast/internal/pack"
)

var inf = math.Inf(1)

// Next is what separates an entity from the next better grade. It is an
// estimate (测算): everything else is held as it is, other entities, benchmarks
// and moves included.
type Next struct {
	Grade     string
	Places    int     // places to move up where grades are cut; 0 for grades by value
	Points    float64 // points to gain, NaN for grades by value
	Threshold float64 // the total to exceed, or the figure to reach
	// Approximate is set when the scheme rounds or bounds totals: the threshold
	// is then that of the totals before.
	Approximate bool
	Changes     []Change // each alone is enough; the smallest relative change first
}

// Change is one indicator that alone would do it.
type Change struct {
	Indicator, Name, Unit string
	From, To              float64
	Relative              float64 // |To − From| ÷ |From|
	Items                 []ItemChange
}

// ItemChange is a raw item that alone would bring the indicator there: more tax
// on the same land, or less land for the same tax.
type ItemChange struct {
	Item, Name, Unit string
	From, To         float64
}

// next finds the way to the next better grade before moves.
func (r *Result) next(q *PopulationResult, i int) (*Next, error) {
	if q.GradeBefore[i] <= 0 {
		return nil, nil
	}
	if q.population.Bands.Kind == pack.ByValue {
		return r.nextByValue(q, i), nil
	}
	step, err := q.scoring.result.NextBand(int(q.slot[i]))
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "不能测算到上一档的差距")
	}
	if step == nil {
		return nil, nil
	}
	out := &Next{Grade: step.Band, Places: step.Places, Points: step.Points, Threshold: step.Threshold, Approximate: !q.own}
	for _, c := range step.Changes {
		if !c.Reachable {
			continue
		}
		v := r.plan.indicatorOf(c.Key)
		out.Changes = append(out.Changes, Change{c.Key, v.Name, v.Unit, c.From, c.To, c.Relative, r.itemChanges(c.Key, int(q.Rows[i]), c.To)})
	}
	return out, nil
}

// nextByValue reads the bound of the next better grade.
func (r *Result) nextByValue(q *PopulationResult, i int) *Next {
	b := q.population.Bands
	better := q.GradeBefore[i] - 1
	bound := b.Grades[better].UpTo.Value
	out := &Next{Grade: b.Grades[better].Key, Points: nan, Threshold: bound}
	if b.Of == "total" {
		return out
	}
	v := r.plan.indicatorOf(b.Of)
	row := int(q.Rows[i])
	from := at(r.values.columns[b.Of], int32(row))
	out.Changes = []Change{{v.Key, v.Name, v.Unit, from, bound, math.Abs(bound-from) / math.Abs(from), r.itemChanges(b.Of, row, bound)}}
	return out
}

// itemChanges solves a plain quotient for each of its two items.
func (r *Result) itemChanges(indicator string, row int, to float64) []ItemChange {
	for _, f := range r.formulas {
		if f.indicator.Key != indicator {
			continue
		}
		num, den, ok := f.parts()
		if !ok {
			return nil
		}
		top, bottom := r.raw(num, row), r.raw(den, row)
		var out []ItemChange
		if want := to * bottom.Value; want == want && !math.IsInf(want, 0) {
			out = append(out, ItemChange{num, top.Name, top.Unit, top.Value, want})
		}
		if want := top.Value / to; want > 0 && !math.IsInf(want, 0) {
			out = append(out, ItemChange{den, bottom.Name, bottom.Unit, bottom.Value, want})
		}
		return out
	}
	return nil
}

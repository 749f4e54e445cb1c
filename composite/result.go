package composite

import (
	"math"
	"slices"
)

// missing is the missing value.
var missing = math.NaN()

// Frame returns the frame the result was computed from.
func (r *Result) Frame() *Frame { return r.frame }

// Engine returns the engine that computed the result.
func (r *Result) Engine() *Engine { return r.engine }

// Total returns the totals that were ranked, adjustments included.
func (r *Result) Total() []float64 { return r.total }

// Order returns the rows that took a rank, best first.
func (r *Result) Order() []int32 { return r.order }

// slotOf finds an indicator.
func (r *Result) slotOf(key string) (int, bool) {
	i, ok := r.engine.tree.index[key]
	if !ok || r.engine.slot[i] < 0 {
		return 0, false
	}
	return r.engine.slot[i], true
}

// Value returns the column an indicator was scored from, with reasons; false
// for an unknown key. A ratio column is the result's own, others the frame's.
func (r *Result) Value(key string) (Column, bool) {
	i, ok := r.slotOf(key)
	if !ok {
		return Column{}, false
	}
	out := Column{Values: r.values[i]}
	for row, v := range out.Values {
		if v != v {
			if out.Why == nil {
				out.Why = make([]Reason, len(out.Values))
			}
			out.Why[row] = r.why(i, row)
		}
	}
	return out, true
}

// Score returns the score column of an indicator, missing values filled by its
// policy, computing it when it was not kept.
func (r *Result) Score(key string) ([]float64, bool) {
	i, ok := r.slotOf(key)
	if !ok {
		return nil, false
	}
	if r.scores[i] != nil {
		return r.scores[i], true
	}
	out := make([]float64, r.frame.n)
	r.scoreRows(out, i, 0)
	return out, true
}

// Node returns the column of an aggregate.
func (r *Result) Node(key string) ([]float64, bool) {
	i, ok := r.engine.tree.index[key]
	if !ok || len(r.engine.tree.children[i]) == 0 {
		return nil, false
	}
	return r.nodes[i], true
}

// Fit returns the fitted score function of an indicator.
func (r *Result) Fit(key string) (*Fit, bool) {
	i, ok := r.slotOf(key)
	if !ok {
		return nil, false
	}
	return r.fits[i], true
}

// Label returns the band label of a row, empty when it has none.
func (r *Result) Label(row int) string {
	if r.Band == nil || r.Band[row] == NoBand {
		return ""
	}
	return r.engine.scheme.Quota.Bands[r.Band[row]].Label
}

// why says why the value of indicator i is missing in a row.
func (r *Result) why(i, row int) Reason {
	in := &r.engine.scheme.Indicators[i]
	if v := r.values[i][row]; v == v {
		return Present
	}
	f := r.frame
	if in.Value != "" {
		c := f.cols[in.Value]
		if why := c.Reason(row); why != Present {
			return why
		}
	} else {
		num, den := f.cols[in.Num], f.cols[in.Den]
		if q := num.Values[row] / den.Values[row]; !(den.Values[row] > 0) || q-q != 0 {
			return ratioReason(num, den, row)
		}
	}
	// The value itself exists, so the unit's own past is what fails.
	return ratioReason(Column{Values: []float64{1}}, Column{Values: []float64{f.cols[in.Norm.Benchmark.Of].Values[row]}}, 0)
}

// Counts returns, per group and band, how many units got it; the last entry of
// each row counts the units without a band.
func (r *Result) Counts() [][]int {
	groups := 1
	if r.within != nil {
		groups = len(r.within.Names)
	}
	nb := len(r.engine.scheme.Quota.Bands)
	out := make([][]int, groups)
	for g := range out {
		out[g] = make([]int, nb+1)
	}
	for row := range r.frame.n {
		g, b := 0, nb
		if r.within != nil {
			g = int(r.within.Code[row])
		}
		if r.Band != nil && r.Band[row] != NoBand {
			b = int(r.Band[row])
		}
		out[g][b]++
	}
	return out
}

// Groups returns the names that Counts, Cuts and Sizes are indexed by.
func (r *Result) Groups() []string {
	if r.within == nil {
		return []string{""}
	}
	return slices.Clone(r.within.Names)
}

package composite

import (
	"cmp"
	"math"
	"slices"
)

// Change is what one indicator alone would have to become.
type Change struct {
	Key, Name string
	From, To  float64 // value now (NaN when missing) and needed
	Score     float64 // score needed
	// Relative is |To-From|/|From|, +Inf when From is zero or missing: what the
	// list is ordered by.
	Relative  float64
	Reachable bool // false: not by this indicator alone, even at its best score
}

// Step is the way to the next better band.
type Step struct {
	Band      string  // the band aimed at
	Places    int     // places to move up inside the group
	Points    float64 // points of the total to gain
	Threshold float64 // the total that must be exceeded
	Changes   []Change
}

// NextBand says what lifts one unit into the next better band: each indicator
// alone, cheapest relative change first, everything else held as it is —
// other units, benchmarks and ranges included. For arithmetic trees the needed
// score is closed form; other means are solved by bisection. It returns nil
// for a unit that is in the best band or has none.
func (r *Result) NextBand(row int) (*Step, error) {
	switch {
	case row < 0 || row >= r.frame.n:
		return nil, faultf(BadInput, "", "没有第 %d 行", row+1)
	case r.engine.table:
		return nil, faultf(BadDomain, "", "科普兰法不支持单项改进测算")
	case r.Band == nil || r.Band[row] == NoBand || r.Band[row] == 0:
		return nil, nil
	}
	group := r.groupOf(row)
	target := int(r.Band[row]) - 1
	for target > 0 && r.Cuts[group][target] == r.cutBelow(group, target) { // an empty band
		target--
	}
	cut := r.Cuts[group][target]
	if cut == 0 {
		return nil, nil
	}
	rival, place := r.atPlace(group, cut, row)
	s := &Step{Band: r.engine.scheme.Quota.Bands[target].Label, Places: place - cut,
		Threshold: r.total[rival], Points: r.total[rival] - r.total[row]}
	if s.Places <= 0 { // a tie at the cut was dealt down: the rival is an equal
		s.Places = 1
	}
	for i := range r.engine.scheme.Indicators {
		s.Changes = append(s.Changes, r.change(i, row, s.Threshold))
	}
	slices.SortStableFunc(s.Changes, func(a, b Change) int {
		if a.Reachable != b.Reachable {
			if a.Reachable {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.Relative, b.Relative)
	})
	return s, nil
}

func (r *Result) cutBelow(group, band int) int {
	if band == 0 {
		return 0
	}
	return r.Cuts[group][band-1]
}

// atPlace returns the unit at a place of a group and the place of row.
func (r *Result) atPlace(group, want, row int) (rival int32, place int) {
	ranked := r.lookups().ranked[group]
	for i, o := range ranked {
		if int(o) == row {
			place = i + 1
		}
	}
	return ranked[min(want, len(ranked))-1], place
}

// change finds what indicator i alone must score for the total to exceed t.
func (r *Result) change(i, row int, t float64) Change {
	in := &r.engine.scheme.Indicators[i]
	c := Change{Key: in.Key, Name: in.title(), From: r.values[i][row], To: missing, Score: missing, Relative: math.Inf(1)}
	curve := r.fits[i].Curve(row)
	with := r.rowTotal(row, i)
	y, ok := needScore(with, r.scoreOf(i, row), t, curve)
	if !ok {
		return c
	}
	// The needed value is rounded; step towards the better end until the total
	// really exceeds the threshold.
	better := curve.worst() * -1
	for step := 0; step < 64; step++ {
		x, ok := curve.Worth(y)
		if ok && step > 0 {
			x = math.Nextafter(x, better)
		}
		if !ok || math.IsInf(x, 0) {
			return c
		}
		if got := curve.At(x); with(got) > t {
			c.To, c.Score, c.Reachable = x, got, true
			if c.From == c.From && c.From != 0 {
				c.Relative = math.Abs(c.To-c.From) / math.Abs(c.From)
			}
			return c
		}
		y += math.Ldexp(math.Max(math.Abs(y), 1e-300), step-53)
		if y > curve.hi {
			y = curve.hi
		}
	}
	return c
}

// needScore solves with(y) > t for the lowest y the curve can give.
func needScore(with func(float64) float64, now, t float64, curve *Curve) (float64, bool) {
	if now != now {
		now = 0
	}
	hi := curve.hi
	if math.IsInf(hi, 1) {
		hi = max(1, 2*math.Abs(now))
		for k := 0; k < 200 && !(with(hi) > t); k++ {
			hi *= 2
		}
	}
	if !(with(hi) > t) {
		return 0, false
	}
	base := with(now)
	// Closed form when the total is a straight line of this score.
	if slope := (with(hi) - base) / (hi - now); hi > now && slope > 0 {
		y := now + (t-base)/slope
		if mid := with(y); math.Abs(mid-t) <= 1e-9*max(1, math.Abs(t)) {
			return y, true
		}
	}
	lo := now
	for range 200 {
		mid := lo + (hi-lo)/2
		if mid == lo || mid == hi {
			break
		}
		if with(mid) > t {
			hi = mid
		} else {
			lo = mid
		}
	}
	return hi, true
}

// rowTotal returns the total of one row as a function of the score of
// indicator i.
func (r *Result) rowTotal(row, i int) func(y float64) float64 {
	e := r.engine
	value := make([]float64, e.tree.Len())
	for k := range e.scheme.Indicators {
		value[e.leaf[k]] = r.scoreOf(k, row)
	}
	gathers := make([]*gather, len(e.steps))
	for k, s := range e.steps {
		gathers[k] = newGather(e.tree, s.node)
	}
	return func(y float64) float64 {
		value[e.leaf[i]] = y
		for k, s := range e.steps {
			kids := make([][]float64, len(s.kids))
			for j, c := range s.kids {
				kids[j] = value[c : c+1]
			}
			v, why := gathers[k].row(kids, 0)
			if why != Present {
				v = missing
			}
			value[s.node] = v
		}
		out := []float64{value[e.root]}
		if len(e.scheme.Adjust) > 0 {
			adjustOne(out, e.scheme.Adjust, r.frame, row)
		}
		return out[0]
	}
}

// adjustOne applies the adjustments to one total.
func adjustOne(out []float64, adjust []Adjust, f *Frame, row int) {
	adjustRows(out, adjust, f, row)
}

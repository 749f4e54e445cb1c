package composite

import (
	"math"
)

// State says how a score came about.
type State uint8

// The states of a score.
const (
	Scored  State = iota
	Capped        // at the upper bound of its score function
	Floored       // at the lower bound
	Filled        // missing, scored by the missing policy
	LeftOut       // missing, takes no part
)

var stateNames = [...]string{"按值计分", "封顶", "保底", "缺失补分", "缺失不计"}

// String returns the Chinese wording.
func (s State) String() string { return stateNames[s] }

// Part is one indicator's part in a total.
type Part struct {
	Key, Name    string
	Num, Den     float64 // NaN when the indicator is a plain column
	Value        float64
	Why          Reason
	Benchmark    float64 // NaN when the method has none
	Score        float64
	State        State
	Share        float64 // points of the total per point of score, missing siblings considered
	Contribution float64
	Rank         int // by value among the units with one, better first, equals share; 0 without a value
	RankWithin   int // the same inside Scheme.Within
	Of, OfWithin int // how many units have a value
}

// Line is an adjustment of the total.
type Line struct {
	Column string
	Points float64
}

// Explanation is everything behind one unit's place.
type Explanation struct {
	Row    int
	Unit   string
	Parts  []Part
	Lines  []Line
	Nodes  []NodeValue
	Total  float64
	Rank   int32
	Within int32 // rank inside the group; 0 without groups
	Size   int   // n of the group
	Label  string
}

// NodeValue is one aggregate of the unit.
type NodeValue struct {
	Key, Name string
	Value     float64
	Share     float64 // of the node in the root
}

// Explain takes one unit's total apart. The contributions of the indicators
// and the points of the adjustments, added in their order, give the total
// exactly, to the last bit. For a geometric mean the parts are shares by
// w·ln x, for harmonic and power means by w·x^p. Copeland scores compare every
// pair and cannot be taken apart.
func (r *Result) Explain(row int) (*Explanation, error) {
	if row < 0 || row >= r.frame.n {
		return nil, faultf(BadInput, "", "没有第 %d 行", row+1)
	}
	if r.engine.table {
		return nil, faultf(BadDomain, "", "科普兰净胜数由逐对比较得出，不能分解为各指标的贡献")
	}
	x := &Explanation{Row: row, Unit: r.frame.unit(row), Total: r.total[row], Rank: r.Rank[row], Label: r.Label(row)}
	if r.within != nil {
		x.Within = r.GroupRank[row]
	}
	if g := r.groupOf(row); g < len(r.Sizes) {
		x.Size = r.Sizes[g]
	}
	shares := r.sharesOf(row)
	for i := range r.engine.scheme.Indicators {
		x.Parts = append(x.Parts, r.part(i, row, shares[r.engine.leaf[i]]))
	}
	for _, s := range r.engine.steps {
		nd := r.engine.tree.nodes[s.node]
		x.Nodes = append(x.Nodes, NodeValue{nd.Key, nd.Name, r.nodes[s.node][row], shares[s.node]})
	}
	x.adjustments(r)
	x.settle()
	return x, nil
}

// groupOf returns the index of a row's group.
func (r *Result) groupOf(row int) int {
	if r.within == nil {
		return 0
	}
	return int(r.within.Code[row])
}

// scoreOf returns the score of indicator i in one row.
func (r *Result) scoreOf(i, row int) float64 {
	y := r.fits[i].Curve(row).At(r.values[i][row])
	if y != y {
		y = r.fill(i, row)
	}
	return y
}

// sharesOf returns, by node, the points of the root one point of the node is
// worth for this row; for means that are not arithmetic, contribution/value.
func (r *Result) sharesOf(row int) []float64 {
	e := r.engine
	share := make([]float64, e.tree.Len())
	share[e.root] = 1
	value := func(c int) float64 {
		if slot := e.slot[c]; slot >= 0 {
			return r.scoreOf(slot, row)
		}
		return r.nodes[c][row]
	}
	for k := len(e.steps) - 1; k >= 0; k-- {
		s := &e.steps[k]
		nd := e.tree.nodes[s.node]
		var sum, present float64
		for j, c := range s.kids {
			if v := value(c); v == v {
				sum += partOf(nd, s.weight[j], v)
				present += s.weight[j]
			}
		}
		if nd.Absent == ZeroAbsent {
			present = s.total
		}
		y := r.nodes[s.node][row]
		for j, c := range s.kids {
			v := value(c)
			switch {
			case y != y || v != v:
			case nd.Func == "sum":
				share[c] = share[s.node] * s.weight[j]
			case nd.Func == "amean":
				share[c] = share[s.node] * (s.weight[j] / present)
			case sum != 0:
				share[c] = share[s.node] * (y * (partOf(nd, s.weight[j], v) / sum) / v)
			}
		}
	}
	return share
}

// partOf is a child's summand inside the mean of its node.
func partOf(nd Node, w, v float64) float64 {
	switch nd.Func {
	case "gmean":
		return w * math.Log(v)
	case "hmean":
		return w / v
	case "genmean":
		return w * math.Pow(v, nd.Power)
	}
	return w * v
}

// part fills one indicator's line.
func (r *Result) part(i, row int, share float64) Part {
	in := &r.engine.scheme.Indicators[i]
	p := Part{Key: in.Key, Name: in.title(), Num: missing, Den: missing, Value: r.values[i][row], Why: r.why(i, row),
		Benchmark: r.fits[i].Benchmark(row), Score: r.scoreOf(i, row), Share: share}
	if in.Value == "" {
		p.Num, p.Den = r.frame.cols[in.Num].Values[row], r.frame.cols[in.Den].Values[row]
	}
	curve := r.fits[i].Curve(row)
	switch {
	case p.Score != p.Score:
		p.State = LeftOut
	case p.Value != p.Value:
		p.State = Filled
	case p.Score == curve.hi && curve.form != formConstant:
		p.State = Capped
	case p.Score == curve.lo && curve.form != formConstant:
		p.State = Floored
	}
	if p.Score == p.Score {
		p.Contribution = p.Share * p.Score
	}
	r.placeValue(i, row, &p)
	return p
}

// placeValue counts who has a better value, over everyone and in the group.
func (r *Result) placeValue(i, row int, p *Part) {
	x := r.values[i]
	if p.Value != p.Value {
		return
	}
	sign := float64(r.engine.scheme.Indicators[i].Direction)
	mine := sign * p.Value
	p.Rank, p.RankWithin = 1, 1
	if r.within == nil {
		p.Rank, p.Of = countBetter(x, sign, mine)
		p.RankWithin, p.OfWithin = p.Rank, p.Of
		return
	}
	// No branch per unit: a comparison of two random firms is a coin toss.
	g := r.within.Code[row]
	var better, all, betterIn, allIn int
	for j, v := range x {
		in, has, up := 0, 0, 0
		if r.within.Code[j] == g {
			in = 1
		}
		if v == v {
			has = 1
		}
		if sign*v > mine {
			up = 1
		}
		better += up
		all += has
		betterIn += up & in
		allIn += has & in
	}
	p.Rank, p.Of, p.RankWithin, p.OfWithin = better+1, all, betterIn+1, allIn
}

func countBetter(x []float64, sign, mine float64) (rank, of int) {
	for _, v := range x {
		if sign*v > mine {
			rank++
		}
		if v == v {
			of++
		}
	}
	return rank + 1, of
}

// adjustments adds the lines of bonus and deduction columns.
func (x *Explanation) adjustments(r *Result) {
	running := r.nodes[r.engine.root][x.Row]
	for _, a := range r.engine.scheme.Adjust {
		v := r.frame.cols[a.Column].Values[x.Row]
		if v != v {
			v = 0
			if a.Factor {
				v = 1
			}
		}
		next := running + v
		if a.Factor {
			next = running * v
		}
		x.Lines = append(x.Lines, Line{a.Column, next - running})
		running = next
	}
}

// settle gives the rounding remainder to the largest part until the parts, added
// in order, make the total to the last bit.
func (x *Explanation) settle() {
	if x.Total != x.Total || len(x.Parts) == 0 {
		return
	}
	best := 0
	for k, p := range x.Parts {
		if math.Abs(p.Contribution) > math.Abs(x.Parts[best].Contribution) {
			best = k
		}
	}
	for range 100 {
		d := x.Total - x.Sum()
		if d == 0 {
			return
		}
		c := &x.Parts[best].Contribution
		if *c+d == *c { // smaller than its last bit: one step, and the others shift
			d = math.Nextafter(*c, *c+math.Copysign(1, d)) - *c
		}
		*c += d
		if x.Sum() != x.Total {
			x.nudgeLast()
		}
	}
}

// nudgeLast closes a gap of a last bit with the smallest part that can.
func (x *Explanation) nudgeLast() {
	for k := len(x.Parts) - 1; k >= 0; k-- {
		p := &x.Parts[k]
		if p.Contribution == 0 {
			continue
		}
		old := p.Contribution
		p.Contribution += x.Total - x.Sum()
		if x.Sum() == x.Total {
			return
		}
		p.Contribution = old
	}
}

// Sum adds contributions and adjustments in their order.
func (x *Explanation) Sum() float64 {
	var s float64
	for _, p := range x.Parts {
		s += p.Contribution
	}
	for _, l := range x.Lines {
		s += l.Points
	}
	return s
}

package composite

import (
	"math"
	"sync"
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

// Explain takes one unit's total apart. The points of the adjustments and then
// the contributions of the indicators, added in their order, give the total
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
		return w * log(v)
	case "hmean":
		return w / v
	case "genmean":
		return w * pow(v, nd.Power)
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
	if p.Value != p.Value {
		return
	}
	x := r.values[i]
	look := r.lookups()
	sign := float64(r.engine.scheme.Indicators[i].Direction)
	mine := sign * p.Value
	// No branch per unit: a comparison of two random firms is a coin toss.
	better := 0
	for _, v := range x {
		up := 0
		if sign*v > mine {
			up = 1
		}
		better += up
	}
	g := r.groupOf(row)
	p.Rank, p.Of = better+1, look.allPresent[i]
	p.RankWithin, p.OfWithin = p.Rank, p.Of
	if r.within == nil {
		return
	}
	better = 0
	for _, j := range look.members[g] {
		up := 0
		if sign*x[j] > mine {
			up = 1
		}
		better += up
	}
	p.RankWithin, p.OfWithin = better+1, look.present[i][g]
}

// lookups are indexes that explanations need and evaluations do not; they are
// built by the first explanation of a result.
type lookups struct {
	once       sync.Once
	members    [][]int32 // per group: its rows, ascending; nil without groups
	ranked     [][]int32 // per group: its ranked rows, best first
	present    [][]int   // per indicator and group: units with a value
	allPresent []int
}

func (r *Result) lookups() *lookups {
	l := r.look
	l.once.Do(func() {
		l.ranked = [][]int32{r.order}
		groups := 1
		if r.within != nil {
			groups = len(r.within.Names)
			l.members, l.ranked = make([][]int32, groups), make([][]int32, groups)
			for row, g := range r.within.Code {
				l.members[g] = append(l.members[g], int32(row))
			}
			for _, row := range r.order {
				g := r.within.Code[row]
				l.ranked[g] = append(l.ranked[g], row)
			}
		}
		l.present, l.allPresent = make([][]int, len(r.values)), make([]int, len(r.values))
		for i, x := range r.values {
			l.present[i] = make([]int, groups)
			for row, v := range x {
				if v == v {
					l.present[i][r.groupOf(row)]++
					l.allPresent[i]++
				}
			}
		}
	})
	return l
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

// settle gives the rounding remainder to one part, the last that can take it,
// so that the lines and parts, added in order, make the total to the last bit.
func (x *Explanation) settle() {
	if x.Total != x.Total {
		return
	}
	for k := len(x.Parts) - 1; k >= 0; k-- {
		if x.Sum() == x.Total {
			return
		}
		p := &x.Parts[k]
		if p.Contribution == 0 {
			continue
		}
		old := p.Contribution
		p.Contribution += x.Total - x.Sum()
		// Rounding may leave a last bit: a few steps of the part's own last bit
		// move the sum through every neighbour of the total.
		for range 8 {
			s := x.Sum()
			if s == x.Total {
				return
			}
			p.Contribution = math.Nextafter(p.Contribution, math.Inf(int(math.Copysign(1, x.Total-s))))
		}
		if x.Sum() != x.Total {
			p.Contribution = old
		}
	}
}

// Sum adds the adjustments and then the contributions, in their order.
func (x *Explanation) Sum() float64 {
	var s float64
	for _, l := range x.Lines {
		s += l.Points
	}
	for _, p := range x.Parts {
		s += p.Contribution
	}
	return s
}

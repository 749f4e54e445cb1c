package composite

import (
	"cmp"
	"math"
)

// Indicator is one leaf of a scheme: where its value comes from, how it scores,
// and what a missing value scores.
type Indicator struct {
	Key    string
	Name   string
	Parent string
	Weight float64

	// Value is the frame column that holds the value; or Num and Den name the
	// two columns whose ratio it is.
	Value    string
	Num, Den string

	Direction Direction
	Norm      Norm
	Missing   Missing
}

// Adjust adds a frame column to the total before ranking: bonus points,
// deductions, or a factor. A missing cell adjusts nothing.
type Adjust struct {
	Column string
	Factor bool // multiply by the column instead of adding it
}

// Scheme is a whole evaluation as data: indicators, the tree above them,
// adjustments of the total, ranking and bands.
type Scheme struct {
	Indicators []Indicator
	Nodes      []Node // aggregates only
	Adjust     []Adjust
	Ranking    Ranking
	// Within is the group column in which group ranks are taken and bands are
	// dealt; empty means over everyone.
	Within string
	// Quota deals the bands; without bands no unit gets one.
	Quota Quota
	// KeepScores stores the score column of every indicator in the result (8
	// bytes per unit and indicator); otherwise scores are recomputed on demand.
	KeepScores bool
}

// Engine is a compiled scheme. It is immutable and may serve many goroutines.
type Engine struct {
	scheme Scheme
	tree   *Tree
	root   int
	leaf   []int  // node index of each indicator
	slot   []int  // node index -> indicator index, or -1
	steps  []step // aggregates, children before parents
	open   []bool // node may be missing
	share  []float64
	table  bool // some node needs whole columns (Copeland)
}

// step is one aggregate ready to run.
type step struct {
	node   int
	kids   []int
	weight []float64
	total  float64
	linear bool    // amean or sum whose children are never missing
	scale  float64 // 1/total for amean, 1 for sum
}

// Compile checks a scheme by itself and prepares it. All faults are returned
// at once as [Errors].
func Compile(s Scheme) (*Engine, error) {
	var es Errors
	if len(s.Indicators) == 0 {
		es.add(BadSpec, "", "方案没有指标")
		return nil, es
	}
	e := &Engine{scheme: s}
	nodes := make([]Node, 0, len(s.Indicators)+len(s.Nodes))
	for _, in := range s.Indicators {
		nodes = append(nodes, Node{Key: in.Key, Name: in.Name, Parent: in.Parent, Weight: in.Weight})
		in.check(&es)
	}
	nodes = append(nodes, s.Nodes...)
	if len(s.Quota.Bands) > 0 {
		es.join(s.Quota.Check())
	}
	tree, err := NewTree(nodes)
	es.join(err)
	if len(es) > 0 {
		return nil, es
	}
	e.tree = tree
	es.join(e.plan())
	if len(es) > 0 {
		return nil, es
	}
	return e, nil
}

// check reports the faults of one indicator.
func (in Indicator) check(es *Errors) {
	switch {
	case in.Value == "" && (in.Num == "" || in.Den == ""):
		es.add(BadSpec, in.Key, "应指明数据列，或分子与分母两列")
	case in.Value != "" && (in.Num != "" || in.Den != ""):
		es.add(BadSpec, in.Key, "数据列与分子分母只能写一种")
	}
	es.join(in.Norm.Check(in.Key, in.Direction))
	if in.Norm.Benchmark.Source == BenchWeighted && in.Value != "" && in.Norm.Benchmark.Weight == "" {
		es.add(BadSpec, in.Key, "加权平均基准值需要权数列")
	}
	m := in.Missing
	if m.Policy > MissingFail {
		es.add(BadSpec, in.Key, "缺失处理方式 %d 不存在", m.Policy)
	}
	if (m.Policy == MissingMean || m.Policy == MissingMedian) && in.Norm.Within != "" && m.Within != in.Norm.Within {
		es.add(BadSpec, in.Key, "按组计分的指标，缺失也应按同一分组“%s”取均值或中位数", in.Norm.Within)
	}
	if math.IsNaN(m.Value) || math.IsInf(m.Value, 0) {
		es.add(BadSpec, in.Key, "缺失补分 %g 不是有限数", m.Value)
	}
}

// plan fixes the order of work.
func (e *Engine) plan() error {
	t := e.tree
	rootKey, err := t.Root()
	if err != nil {
		return err
	}
	var es Errors
	e.root = t.index[rootKey]
	e.slot = make([]int, t.Len())
	e.open = make([]bool, t.Len())
	for i := range e.slot {
		e.slot[i] = -1
	}
	for k, in := range e.scheme.Indicators {
		i := t.index[in.Key]
		if len(t.children[i]) > 0 {
			es.add(BadSpec, in.Key, "指标下面不能再有指标")
		}
		e.leaf = append(e.leaf, i)
		e.slot[i] = k
		e.open[i] = in.Missing.Policy == KeepMissing
	}
	for i := range t.nodes {
		if len(t.children[i]) == 0 && e.slot[i] < 0 {
			es.add(BadSpec, t.nodes[i].Key, "维度下面没有指标")
		}
	}
	if len(es) > 0 {
		return es
	}
	for _, i := range t.up {
		e.steps = append(e.steps, e.newStep(i))
	}
	return e.sharePoints()
}

func (e *Engine) newStep(i int) step {
	t := e.tree
	nd := t.nodes[i]
	s := step{node: i, kids: t.children[i], scale: 1}
	openKid := false
	for _, c := range s.kids {
		s.weight = append(s.weight, t.nodes[c].Weight)
		s.total += t.nodes[c].Weight
		openKid = openKid || e.open[c]
	}
	if nd.Func == "amean" {
		s.scale = 1 / s.total
	}
	arithmetic := nd.Func == "amean" || nd.Func == "sum"
	s.linear = arithmetic && !openKid
	e.open[i] = openKid && nd.Absent != ZeroAbsent
	e.table = e.table || nd.Func == "copeland"
	return s
}

// sharePoints computes, for arithmetic trees, how many points of the total one
// point of each indicator's score is worth.
func (e *Engine) sharePoints() error {
	t := e.tree
	e.share = make([]float64, t.Len())
	e.share[e.root] = 1
	for k := len(e.steps) - 1; k >= 0; k-- {
		s := &e.steps[k]
		arithmetic := t.nodes[s.node].Func == "amean" || t.nodes[s.node].Func == "sum"
		for j, c := range s.kids {
			e.share[c] = math.NaN()
			if arithmetic {
				e.share[c] = e.share[s.node] * s.weight[j] * s.scale
			}
		}
	}
	var es Errors
	for k, in := range e.scheme.Indicators {
		sh := e.share[e.leaf[k]]
		if in.Missing.Policy == MissingPoints && !(sh > 0) {
			es.add(BadSpec, in.Key, "缺失扣分只适用于权重大于零的算术合成")
		}
	}
	return es.orNil()
}

// Tree returns the hierarchy.
func (e *Engine) Tree() *Tree { return e.tree }

// Scheme returns what was compiled.
func (e *Engine) Scheme() Scheme { return e.scheme }

// Share returns how many points of the total one point of the score of an
// indicator or node is worth when nothing is missing; NaN below a node that is
// not arithmetic, false for an unknown key.
func (e *Engine) Share(key string) (float64, bool) {
	i, ok := e.tree.index[key]
	if !ok {
		return 0, false
	}
	return e.share[i], true
}

// title is the name for people.
func (in Indicator) title() string { return cmp.Or(in.Name, in.Key) }

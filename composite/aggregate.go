package composite

import (
	"iter"
	"maps"
	"math"
)

// MaxCopeland is the largest number of units Copeland outranking accepts: it
// compares every pair (4 s at this size on one core).
const MaxCopeland = 20000

// aggregateMethods are the functions a node may use.
var aggregateMethods = []Method{
	{Name: "amean", Kind: KindAggregate, Doc: "加权算术平均 Σwx/Σw", Source: "OECD/JRC Handbook 2008 §6; COINr a_amean", mean: meanArithmetic},
	{Name: "sum", Kind: KindAggregate, Doc: "加权求和 Σwx，权重即分值", Source: "各地亩均评价办法：总分为各项得分之和", mean: meanSum},
	{Name: "gmean", Kind: KindAggregate, Doc: "加权几何平均 exp(Σw·ln x/Σw)，各值须大于零", Source: "OECD/JRC Handbook 2008 §6; COINr a_gmean", mean: meanGeometric},
	{Name: "hmean", Kind: KindAggregate, Doc: "加权调和平均 Σw/Σ(w/x)，各值须大于零", Source: "COINr a_hmean（其负值缺陷不取）", mean: meanHarmonic},
	{Name: "genmean", Kind: KindAggregate, Parameters: []Parameter{{"power", "必填", "指数，不为 0"}},
		Doc: "加权幂平均 (Σwx^p/Σw)^(1/p)，各值须大于零", Source: "COINr a_genmean（其缺失缺陷不取）", mean: meanPower},
	{Name: "copeland", Kind: KindAggregate,
		Doc: "科普兰净胜数：对每一对单位比较所占权重，胜过的单位数减去不及的单位数", Source: "OECD/JRC Handbook 2008 §6; COINr a_copeland"},
}

// operands is one row of children handed to a mean.
type operands struct {
	x, w  []float64 // present children and their weights
	wsum  float64
	power float64
}

// meanFunc aggregates the present children of one unit; ok is false outside the
// function's domain.
type meanFunc func(o operands) (y float64, ok bool)

func meanArithmetic(o operands) (float64, bool) {
	s, _ := meanSum(o)
	return s / o.wsum, true
}

func meanSum(o operands) (float64, bool) {
	var s float64
	for i, x := range o.x {
		s += float64(o.w[i] * x)
	}
	return s, true
}

func meanGeometric(o operands) (float64, bool) {
	var s float64
	for i, x := range o.x {
		if !(x > 0) {
			return 0, false
		}
		s += float64(o.w[i] * log(x))
	}
	return exp(s / o.wsum), true
}

func meanHarmonic(o operands) (float64, bool) {
	var s float64
	for i, x := range o.x {
		if !(x > 0) {
			return 0, false
		}
		s += o.w[i] / x
	}
	return o.wsum / s, true
}

func meanPower(o operands) (float64, bool) {
	var s float64
	for i, x := range o.x {
		if !(x > 0) {
			return 0, false
		}
		s += float64(o.w[i] * pow(x, o.power))
	}
	return pow(s/o.wsum, 1/o.power), true
}

// Aggregate computes every aggregate of the tree from the indicator columns, by
// key. A value outside a mean's domain (zero or below for the geometric,
// harmonic and power mean) is an error that names node and indicator: leaving
// it out would reward the worst.
func (t *Tree) Aggregate(leaves map[string]Column) (map[string]Column, error) {
	cols := make([]*Column, len(t.nodes))
	n := -1
	var es Errors
	for i, nd := range t.nodes {
		if len(t.children[i]) > 0 {
			continue
		}
		c, ok := leaves[nd.Key]
		if !ok {
			es.add(BadInput, nd.Key, "缺少该指标的数据列")
			continue
		}
		if n >= 0 && len(c.Values) != n {
			es.add(BadInput, nd.Key, "应有 %d 行，实有 %d 行", n, len(c.Values))
		}
		n = len(c.Values)
		cols[i] = &c
	}
	if len(es) > 0 {
		return nil, es
	}
	out := make(map[string]Column, len(t.up))
	for _, i := range t.up {
		c, err := t.aggregateNode(i, cols, n)
		if err != nil {
			return nil, err
		}
		cols[i] = c
		out[t.nodes[i].Key] = *c
	}
	return out, nil
}

func (t *Tree) aggregateNode(i int, cols []*Column, n int) (*Column, error) {
	if t.nodes[i].Func == "copeland" {
		return t.copeland(i, cols, n)
	}
	out := &Column{Values: make([]float64, n)}
	kids := make([][]float64, len(t.children[i]))
	for k, c := range t.children[i] {
		kids[k] = cols[c].Values
	}
	g := newGather(t, i)
	for row := range n {
		y, why := g.row(kids, row)
		switch why {
		case Present:
			out.Values[row] = y
		case OutOfDomain:
			return nil, t.domainError(i, kids, row)
		default:
			out.setMissing(row, why)
		}
	}
	return out, nil
}

// domainError names the child whose value the mean cannot take.
func (t *Tree) domainError(i int, kids [][]float64, row int) error {
	nd := t.nodes[i]
	for k, c := range t.children[i] {
		if v := kids[k][row]; v <= 0 || (v != v && nd.Absent == ZeroAbsent) {
			return faultf(BadDomain, nd.Key, "%s 要求各值大于零，第 %d 行的下级 %s 为 %g", nd.Func, row+1, t.nodes[c].Key, v).
				hint("标准化时把下限设为 1，或改用算术平均")
		}
	}
	return faultf(BadDomain, nd.Key, "%s 的结果不是有限数（第 %d 行）", nd.Func, row+1)
}

// gather collects the present children of one unit at a time.
type gather struct {
	node   Node
	mean   meanFunc
	weight []float64
	total  float64
	x, w   []float64
}

func newGather(t *Tree, i int) *gather {
	m, _ := FindMethod(t.nodes[i].Func, KindAggregate)
	k := len(t.children[i])
	g := &gather{node: t.nodes[i], mean: m.mean, weight: make([]float64, k), x: make([]float64, k), w: make([]float64, k)}
	for j, c := range t.children[i] {
		g.weight[j] = t.nodes[c].Weight
		g.total += g.weight[j]
	}
	return g
}

// row aggregates one unit. Any reason but Present means there is no value.
func (g *gather) row(kids [][]float64, row int) (float64, Reason) {
	m, present := 0, 0
	var wsum float64
	for k, c := range kids {
		v := c[row]
		if v != v {
			if g.node.Absent != ZeroAbsent {
				continue
			}
			v = 0
		} else {
			present++
		}
		g.x[m], g.w[m] = v, g.weight[k]
		wsum += g.weight[k]
		m++
	}
	switch {
	case present == 0 || !(wsum > 0):
		return 0, MissingInput
	case present < len(kids) && g.node.Absent == AnyAbsent:
		return 0, MissingInput
	case float64(present) < g.node.MinShare*float64(len(kids)) && !nearlyShare(present, len(kids), g.node.MinShare):
		return 0, TooFewChildren
	}
	y, ok := g.mean(operands{g.x[:m], g.w[:m], wsum, g.node.Power})
	if !ok || y-y != 0 {
		return 0, OutOfDomain
	}
	return y, Present
}

// nearlyShare lets exactly 2 of 3 pass a threshold written as 2/3 or 0.667: a
// share given to three digits means the fraction it was rounded from.
func nearlyShare(present, all int, share float64) bool {
	return math.Abs(float64(present)/float64(all)-share) < 5e-4
}

// mapKeys yields the keys of a map.
func mapKeys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

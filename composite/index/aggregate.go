package index

import (
	"ballast/composite"

	"gopkg.in/yaml.v3"
)

// aggregate climbs the tree.
type aggregate struct {
	byLevel  []string // function per level from 2 on; the last holds above
	shares   []float64
	power    float64
	absent   composite.Absent
	nodes    []nodeRule
	weights  int // step of a weight set, -1 for the meta weights
	override map[string]float64
}

// nodeRule overrides one node.
type nodeRule struct {
	key   string
	at    *yaml.Node
	apply func(nd *composite.Node)
}

var absents = map[string]composite.Absent{"drop": composite.DropAbsent, "any": composite.AnyAbsent, "zero": composite.ZeroAbsent}

func parseAggregate(f *fields, c *parsing) operation {
	op := aggregate{weights: -1}
	op.byLevel = f.texts("function")
	if len(op.byLevel) == 0 {
		op.byLevel = []string{"amean"}
	}
	for i, name := range op.byLevel {
		if m, ok := composite.FindMethod(name, composite.KindAggregate); ok {
			op.byLevel[i] = m.Name
		} else {
			c.rep.at(f.keys["function"], "没有名为“%s”的合成方法", name)
		}
	}
	op.power = f.number("power", 0)
	op.shares = f.numbers("min_share")
	op.absent = absents[f.choice("absent", "drop", "drop", "any", "zero")]
	for _, e := range f.entries("nodes") {
		op.nodes = append(op.nodes, parseNodeRule(e, c))
	}
	if id := f.text("weights", ""); id != "" {
		op.weights = c.stepRef(f.keys["weights"], id)
		if op.weights >= 0 && c.steps[op.weights].kind != "weight" {
			c.rep.at(f.keys["weights"], "步骤“%s”不是 weight 步骤", id)
			op.weights = -1
		}
	}
	return op
}

func parseNodeRule(e entry, c *parsing) nodeRule {
	f := newFields(c.rep, e.node)
	name, power := f.text("function", ""), f.number("power", 0)
	if name != "" {
		m, ok := composite.FindMethod(name, composite.KindAggregate)
		if !ok {
			c.rep.at(f.keys["function"], "没有名为“%s”的合成方法", name)
			m = &composite.Method{}
		}
		name = m.Name
	}
	share := f.number("min_share", 0)
	absent := absents[f.choice("absent", "drop", "drop", "any", "zero")]
	f.finish()
	return nodeRule{e.key, e.at, func(nd *composite.Node) {
		if name != "" {
			nd.Func = name
		}
		if f.keys["power"] != nil {
			nd.Power = power
		}
		if f.keys["min_share"] != nil {
			nd.MinShare = share
		}
		if f.keys["absent"] != nil {
			nd.Absent = absent
		}
	}}
}

// tree returns the hierarchy with the functions and weights of this step.
func (op aggregate) tree(x *execution, base *composite.Tree) (*composite.Tree, error) {
	nodes := base.Nodes()
	at := map[string]int{}
	for i := range nodes {
		at[nodes[i].Key] = i
		l := base.Level(nodes[i].Key)
		if l < 2 {
			continue
		}
		nodes[i].Func = op.byLevel[min(l-2, len(op.byLevel)-1)]
		nodes[i].Power, nodes[i].Absent = op.power, op.absent
		if len(op.shares) > 0 {
			nodes[i].MinShare = op.shares[min(l-2, len(op.shares)-1)]
		}
	}
	var ps Problems
	for _, r := range op.nodes {
		i, ok := at[r.key]
		if !ok || base.Level(r.key) < 2 {
			ps = append(ps, Problem{x.spec.File, r.at.Line, r.at.Column, "没有名为“" + r.key + "”的合成节点"})
			continue
		}
		r.apply(&nodes[i])
	}
	if len(ps) > 0 {
		return nil, ps
	}
	t, err := composite.NewTree(nodes)
	if err != nil {
		return nil, err
	}
	if op.weights >= 0 {
		if t, err = t.WithWeights(x.done[op.weights].data.weights); err != nil {
			return nil, err
		}
	}
	if op.override != nil {
		return t.WithWeights(op.override)
	}
	return t, nil
}

// compute aggregates without writing.
func (op aggregate) compute(x *execution, in *data) (*data, error) {
	t, err := op.tree(x, x.in.tree)
	if err != nil {
		return nil, err
	}
	leaves := map[string]composite.Column{}
	for _, code := range x.in.indicators {
		leaves[code], _ = in.frame.Column(code)
	}
	agg, err := t.Aggregate(leaves)
	if err != nil {
		return nil, err
	}
	f, err := in.frame.With(t.Aggregates(), agg)
	if err != nil {
		return nil, err
	}
	d := *in
	d.frame, d.tree, d.aggs = f, t, t.Aggregates()
	return &d, nil
}

func (op aggregate) run(x *execution, s *step, in *data) (*outcome, error) {
	d, err := op.compute(x, in)
	if err != nil {
		return nil, err
	}
	return &outcome{data: d, sheets: []*sheet{columnsSheet(s.as, d.frame, d.aggs)}}, nil
}

package index

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"ballast/composite"

	"gopkg.in/yaml.v3"
)

// maxReps bounds the replications of one step.
const maxReps = 1_000_000

// sensitivity rebuilds the index many times with some choices changed:
// uncertainty draws every factor anew for each replication, sobol follows a
// variance-based plan. A table of parameters replays any run without a
// generator.
type sensitivity struct {
	sobol     bool
	factors   []factor
	n         int
	seed      uint64
	bootstrap int
	params    *table
	sets      []weightSet
	node      string
	chain     []int // steps from the raw data to the aggregation
}

// factor is one uncertain choice.
type factor struct {
	name   string
	step   int
	values []value
	sets   bool // chooses among weight sets
}

// value is one possible choice: the step's operation with it.
type value struct {
	name string
	op   operation
}

// weightSet is one set of weights by node.
type weightSet struct {
	name    string
	weights map[string]float64
}

func parseSensitivity(f *fields, c *parsing) operation {
	op := &sensitivity{sobol: f.choice("mode", "uncertainty", "uncertainty", "sobol") == "sobol", node: f.text("node", "")}
	op.n, op.bootstrap = f.whole("n", 0), f.whole("bootstrap", 1000)
	op.seed = uint64(f.whole("seed", 1))
	target := c.latest(aggregated)
	if id := f.text("aggregate", ""); id != "" {
		target = c.stepRef(f.keys["aggregate"], id)
	}
	if target < 0 || c.steps[target].kind != "aggregate" {
		c.rep.at(f.node, "sensitivity 之前要有 aggregate 步骤")
		f.take("factors")
		f.take("params")
		return op
	}
	for i := target; i >= 0; i = c.steps[i].input {
		op.chain = append(op.chain, i)
	}
	slices.Reverse(op.chain)
	for _, e := range f.entries("factors") {
		op.readFactor(e, c)
	}
	if len(op.factors) == 0 {
		c.rep.at(f.node, "缺少“factors”：要写出哪些选择不确定")
	}
	if p := f.text("params", ""); p != "" {
		op.readParams(f.keys["params"], pathIn(c.dir, p), c)
	} else if op.n < 1 || op.n > maxReps {
		c.rep.at(f.node, "要有 params（参数表）或 n（次数，1 到 %d）", maxReps)
	}
	if op.n < 2 && op.sobol {
		c.rep.at(f.node, "mode: sobol 需要 n（基本样本行数，不小于 2）")
	}
	return op
}

// readFactor reads one factor: values of a parameter of a step, whole settings
// of a step, or weight sets.
func (op *sensitivity) readFactor(e entry, c *parsing) {
	f := newFields(c.rep, e.node)
	defer f.finish()
	fa := factor{name: e.key, step: -1}
	file, noise := f.text("weights_file", ""), f.number("weight_noise", 0)
	levels := f.numbers("levels")
	count := f.whole("sets", 100)
	step, parameter := f.text("step", ""), f.text("parameter", "")
	values := f.take("values")
	switch {
	case file != "" || noise > 0:
		fa.sets, fa.step = true, op.chain[len(op.chain)-1]
		if len(op.sets) > 0 {
			c.rep.at(e.at, "权重因素只能有一个")
		}
		if file != "" {
			op.sets = readSets(f.keys["weights_file"], pathIn(c.dir, file), c)
		} else if noise >= 1 || count < 1 {
			c.rep.at(e.at, "weight_noise 应小于 1，sets 应不小于 1")
		} else {
			op.sets = []weightSet{{name: fmt.Sprint(count), weights: map[string]float64{"": noise}}}
			for _, l := range levels {
				op.sets[0].weights[fmt.Sprint(int(l))] = 1
			}
		}
	case step != "" && values != nil:
		if fa.step = c.stepRef(f.keys["step"], step); fa.step < 0 {
			return
		}
		if !slices.Contains(op.chain, fa.step) {
			c.rep.at(f.keys["step"], "步骤“%s”不在合成所经的步骤中，改它没有作用", step)
			return
		}
		fa.values = readValues(c, c.steps[fa.step], parameter, values)
	default:
		c.rep.at(e.at, "因素“%s”要写 step 与 values，或 weights_file，或 weight_noise", e.key)
		return
	}
	op.factors = append(op.factors, fa)
}

// readValues makes one operation per value.
func readValues(c *parsing, s *step, parameter string, values *yaml.Node) []value {
	var out []value
	add := func(name string, over *yaml.Node) {
		node := merged(s.node, over)
		if parameter == "" { // a whole new setting: only the frame of the step stays
			node = merged(&yaml.Node{Kind: yaml.MappingNode, Line: over.Line, Column: over.Column}, over)
		}
		k, _ := findKind(s.kind)
		f := newFields(c.rep, node)
		for _, common := range []string{"step", "id", "as", "input"} {
			f.take(common)
		}
		op := k.parse(f, c)
		f.finish()
		out = append(out, value{name, op})
	}
	switch {
	case parameter != "" && values.Kind == yaml.SequenceNode:
		for _, v := range values.Content {
			key := &yaml.Node{Kind: yaml.ScalarNode, Value: parameter, Line: v.Line, Column: v.Column}
			add(v.Value, &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{key, v}, Line: v.Line, Column: v.Column})
		}
	case parameter == "" && values.Kind == yaml.MappingNode:
		for i := 0; i < len(values.Content); i += 2 {
			add(values.Content[i].Value, values.Content[i+1])
		}
	default:
		c.rep.at(values, "有 parameter 时 values 是一列值，没有时是“名称: 整套设置”")
	}
	if len(out) == 0 {
		c.rep.at(values, "values 是空的")
	}
	return out
}

func pathIn(dir, p string) string {
	if len(p) > 0 && p[0] == '/' {
		return p
	}
	return dir + "/" + p
}

// readSets reads wset, iCode, Weight rows.
func readSets(n *yaml.Node, path string, c *parsing) []weightSet {
	t, err := readTable(path)
	if err != nil {
		c.rep.at(n, "%s", err.Error())
		return nil
	}
	for _, need := range []string{"wset", "iCode", "Weight"} {
		if _, ok := t.col[need]; !ok {
			c.rep.at(n, "权重表缺少“%s”列", need)
			return nil
		}
	}
	w, bad := t.numbers("Weight")
	c.rep.problems = append(c.rep.problems, bad...)
	var out []weightSet
	for i := range t.rows {
		name := t.cell(i, "wset")
		k := slices.IndexFunc(out, func(s weightSet) bool { return s.name == name })
		if k < 0 {
			k = len(out)
			out = append(out, weightSet{name, map[string]float64{}})
		}
		out[k].weights[t.cell(i, "iCode")] = w[i]
	}
	return out
}

func (op *sensitivity) readParams(n *yaml.Node, path string, c *parsing) {
	t, err := readTable(path)
	if err != nil {
		c.rep.at(n, "%s", err.Error())
		return
	}
	op.params = t
	for _, fa := range op.factors {
		if _, ok := t.col[fa.name]; !ok {
			c.rep.at(n, "参数表缺少因素“%s”的列", fa.name)
		}
	}
}

func (op *sensitivity) run(x *execution, s *step, in *data) (*outcome, error) {
	if err := op.drawSets(x); err != nil {
		return nil, err
	}
	plan, err := op.plan()
	if err != nil {
		return nil, err
	}
	st, err := newStudyRun(op, x, s)
	if err != nil {
		return nil, err
	}
	for i, row := range plan {
		if err := x.ctx.Err(); err != nil {
			return nil, err
		}
		if err := st.replicate(i, row); err != nil {
			return nil, fmt.Errorf("第 %d 次重算（%s）：%w", i+1, op.describe(row), err)
		}
	}
	return st.finish(op)
}

// drawSets draws the noisy weight sets when none were read: each weight of the
// chosen levels times a factor in [1-noise, 1+noise).
func (op *sensitivity) drawSets(x *execution) error {
	if len(op.sets) != 1 {
		return nil
	}
	noise, drawn := op.sets[0].weights[""]
	if !drawn {
		return nil
	}
	levels := op.sets[0].weights
	count, _ := strconv.Atoi(op.sets[0].name)
	nodes := x.in.tree.Nodes()
	op.sets = nil
	for k := range count {
		u := composite.Draws(op.seed^0x5E75, uint64(k), len(nodes))
		w := map[string]float64{}
		for i, nd := range nodes {
			w[nd.Key] = nd.Weight
			if _, chosen := levels[fmt.Sprint(x.in.tree.Level(nd.Key))]; chosen || len(levels) == 1 {
				w[nd.Key] = nd.Weight * (1 - noise + float64(2*noise*u[i]))
			}
		}
		op.sets = append(op.sets, weightSet{itoa(k + 1), w})
	}
	return nil
}

// plan returns, per replication, the choice of every factor.
func (op *sensitivity) plan() ([][]int, error) {
	if op.params != nil {
		return op.planFromTable()
	}
	var units [][]float64
	if op.sobol {
		d, err := composite.NewSobolDesign(op.n, len(op.factors), op.seed)
		if err != nil {
			return nil, err
		}
		units = d.Rows
	} else {
		for i := range op.n {
			units = append(units, composite.Draws(op.seed, uint64(i), len(op.factors)))
		}
	}
	out := make([][]int, len(units))
	for i, u := range units {
		for k, fa := range op.factors {
			out[i] = append(out[i], int(math.Floor(u[k]*float64(op.choices(fa)))))
		}
	}
	return out, nil
}

func (op *sensitivity) choices(fa factor) int {
	if fa.sets {
		return len(op.sets)
	}
	return len(fa.values)
}

func (op *sensitivity) choiceName(k, choice int) string {
	if op.factors[k].sets {
		return op.sets[choice].name
	}
	return op.factors[k].values[choice].name
}

func (op *sensitivity) planFromTable() ([][]int, error) {
	var ps Problems
	out := make([][]int, len(op.params.rows))
	for i := range op.params.rows {
		for k, fa := range op.factors {
			want := op.params.cell(i, fa.name)
			found := -1
			for j := range op.choices(fa) {
				if op.choiceName(k, j) == want {
					found = j
				}
			}
			if found < 0 {
				ps = append(ps, op.params.place(i, fa.name, "因素“%s”没有名为“%s”的取值", fa.name, want))
			}
			out[i] = append(out[i], found)
		}
	}
	if len(ps) > 0 {
		return nil, ps
	}
	return out, nil
}

func (op *sensitivity) describe(row []int) string {
	text := ""
	for k, choice := range row {
		if k > 0 {
			text += "，"
		}
		text += op.factors[k].name + "=" + op.choiceName(k, choice)
	}
	return text
}

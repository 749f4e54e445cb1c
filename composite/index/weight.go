package index

import (
	"maps"
	"slices"

	"ballast/composite"

	"gopkg.in/yaml.v3"
)

// weight finds a weight set. Only the weights directly above the indicators
// are found from data; higher levels keep the meta weights.
type weight struct {
	method  string
	scope   string
	cap     float64
	maxCR   float64
	given   map[string]float64
	squared bool
	judge   map[string][][]float64
}

func parseWeight(f *fields, c *parsing) operation {
	op := weight{given: map[string]float64{}, judge: map[string][][]float64{}}
	op.method = f.choice("method", "given", "given", "equal", "entropy", "critic", "pca", "ahp")
	op.scope = f.choice("scope", "group", "group", "all")
	op.cap = f.number("cap", 0)
	op.maxCR = f.number("max_cr", 0.1)
	op.squared = f.choice("loadings", "squared", "squared", "plain") == "squared"
	for _, e := range f.entries("weights") {
		v, err := parseNumber(e.node.Value)
		if err != nil || v < 0 {
			c.rep.at(e.node, "“%s”的权重应是不小于零的数", e.key)
		}
		op.given[e.key] = v
	}
	if len(op.given) > 0 && op.method != "given" {
		c.rep.at(f.names["weights"], "只有 method: given 才用 weights")
	}
	for _, e := range f.entries("matrices") {
		op.judge[e.key] = parseMatrix(e.node, c)
	}
	if (len(op.judge) > 0) != (op.method == "ahp") {
		c.rep.at(f.node, "method: ahp 与 matrices（各节点的判断矩阵）应同时给出")
	}
	return op
}

func parseMatrix(n *yaml.Node, c *parsing) [][]float64 {
	var out [][]float64
	if n.Kind != yaml.SequenceNode {
		c.rep.at(n, "判断矩阵应写成行的列表")
		return nil
	}
	for _, row := range n.Content {
		var r []float64
		for _, cell := range row.Content {
			v, err := parseNumber(cell.Value)
			if err != nil {
				c.rep.at(cell, "判断值“%s”不是数", cell.Value)
			}
			r = append(r, v)
		}
		out = append(out, r)
	}
	return out
}

func (op weight) run(x *execution, s *step, in *data) (*outcome, error) {
	found := map[string]float64{}
	detail := newSheet(s.as + "_details")
	var warnings []composite.Warning
	var err error
	switch op.method {
	case "given":
		found = maps.Clone(op.given)
		detail = nil
	case "equal":
		for _, nd := range in.tree.Nodes() {
			found[nd.Key] = 1
		}
		detail = nil
	case "ahp":
		warnings, err = op.ahp(in, found, detail)
	default:
		warnings, err = op.fromData(in, found, detail)
	}
	if err != nil {
		return nil, err
	}
	tree, err := in.tree.WithWeights(found)
	if err != nil {
		return nil, err
	}
	d := *in
	d.weights = found
	out := &outcome{data: &d, sheets: []*sheet{weightSheet(s.as, tree)}, warnings: warnings}
	if detail != nil {
		out.sheets = append(out.sheets, detail)
	}
	return out, nil
}

// weightSheet lists every node's weight and its weight in the whole.
func weightSheet(name string, t *composite.Tree) *sheet {
	sh := newSheet(name, "iCode", "Level", "Weight", "EffWeight")
	eff := t.EffectiveWeights()
	for _, key := range append(t.Leaves(), t.Aggregates()...) {
		nd, _ := t.Node(key)
		sh.add(key, itoa(t.Level(key)), formatNumber(nd.Weight), formatNumber(eff[key]))
	}
	return sh
}

// groups returns the nodes directly above indicators, with those indicators.
func groups(t *composite.Tree) (keys []string, kids map[string][]string) {
	kids = map[string][]string{}
	for _, g := range t.Aggregates() {
		for _, c := range t.Children(g) {
			if t.Level(c) == 1 {
				kids[g] = append(kids[g], c)
			}
		}
		if len(kids[g]) > 0 {
			keys = append(keys, g)
		}
	}
	return keys, kids
}

// matrix gathers columns of a frame.
func matrix(f *composite.Frame, names []string) composite.Matrix {
	m := composite.Matrix{Names: names}
	for _, n := range names {
		c, _ := f.Column(n)
		m.Columns = append(m.Columns, c.Values)
	}
	return m
}

// fromData runs entropy, CRITIC or PCA inside each group, or over all.
func (op weight) fromData(in *data, found map[string]float64, detail *sheet) ([]composite.Warning, error) {
	keys, kids := groups(in.tree)
	if op.scope == "all" && op.method != "pca" {
		keys, kids = []string{""}, map[string][]string{"": in.tree.Leaves()}
	}
	var warnings []composite.Warning
	var es composite.Errors
	for _, g := range keys {
		w, err := op.oneGroup(g, matrix(in.frame, kids[g]), found, detail)
		if err != nil {
			es = collect(es, err)
		}
		warnings = append(warnings, w...)
	}
	if len(es) > 0 {
		return nil, es
	}
	return warnings, nil
}

func (op weight) oneGroup(g string, m composite.Matrix, found map[string]float64, detail *sheet) ([]composite.Warning, error) {
	var warnings []composite.Warning
	switch op.method {
	case "entropy":
		detail.rows[0] = []string{"Group", "iCode", "entropy", "divergence", "weight", "zeros", "divergence_without_zeros"}
		ws, err := composite.EntropyWeights(m, op.cap)
		if err != nil {
			return nil, err
		}
		for _, w := range ws {
			found[w.Key] = w.Weight
			detail.add(g, w.Key, formatNumber(w.Entropy), formatNumber(w.Divergence), formatNumber(w.Weight), itoa(w.Zeros), formatNumber(w.WithoutZeros))
			if w.Zeros > 0 && w.WithoutZeros < w.Divergence/2 {
				warnings = append(warnings, composite.Warning{Indicator: w.Key, Group: g, Message: "熵权主要由零值造成，请先标准化到正区间或设 cap"})
			}
		}
	case "critic":
		detail.rows[0] = []string{"Group", "iCode", "sd", "info", "weight"}
		ws, err := composite.CriticWeights(m)
		if err != nil {
			return nil, err
		}
		for _, w := range ws {
			found[w.Key] = w.Weight
			detail.add(g, w.Key, formatNumber(w.SD), formatNumber(w.Info), formatNumber(w.Weight))
		}
	case "pca":
		detail.rows[0] = []string{"Group", "iCode", "PC1_loading", "w_squared"}
		p, err := composite.Principal(m)
		if err != nil {
			return nil, err
		}
		w := p.Squared
		if !op.squared {
			if w, err = p.SumWeights(); err != nil {
				return nil, err
			}
		}
		for k, code := range p.Names {
			found[code] = w[k]
			detail.add(g, code, formatNumber(p.Loadings[k]), formatNumber(p.Squared[k]))
		}
		for _, code := range p.Mixed {
			warnings = append(warnings, composite.Warning{Indicator: code, Group: g, Message: "第一主成分载荷为负，与同组多数指标方向相反"})
		}
	}
	return warnings, nil
}

// ahp sets the weights of the children of each node that has a matrix.
func (op weight) ahp(in *data, found map[string]float64, detail *sheet) ([]composite.Warning, error) {
	detail.rows[0] = []string{"Node", "iCode", "eigenvector_weight", "row_geometric_mean_weight", "lambda_max", "CI", "RI", "CR"}
	var es composite.Errors
	for _, g := range slices.Sorted(maps.Keys(op.judge)) {
		kids := in.tree.Children(g)
		if len(kids) != len(op.judge[g]) {
			es = append(es, &composite.Error{Code: composite.BadSpec, Indicator: g, Message: "判断矩阵为 " + itoa(len(op.judge[g])) + " 阶，下级有 " + itoa(len(kids)) + " 个"})
			continue
		}
		a, err := composite.Judge(op.judge[g])
		if err != nil {
			es = collect(es, err)
			continue
		}
		if !a.Acceptable(op.maxCR) {
			es = append(es, &composite.Error{Code: composite.BadSpec, Indicator: g,
				Message: "判断矩阵不一致：CR=" + formatNumber(a.CR) + " 不小于 " + formatNumber(op.maxCR),
				Hint:    "最不一致的是 " + kids[a.WorstRow] + " 对 " + kids[a.WorstCol] + "，按权重应约为 " + formatNumber(a.Implied)})
			continue
		}
		for k, code := range kids {
			found[code] = a.Weights[k]
			detail.add(g, code, formatNumber(a.Weights[k]), formatNumber(a.GeometricMean[k]), formatNumber(a.LambdaMax), formatNumber(a.CI), formatNumber(a.RI), formatNumber(a.CR))
		}
	}
	if len(es) > 0 {
		return nil, es
	}
	return nil, nil
}

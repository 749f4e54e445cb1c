package index

import (
	"slices"

	"ballast/composite"
)

// stats describes every indicator.
type stats struct{ lim composite.StatsLimits }

func parseStats(f *fields, c *parsing) operation {
	d := composite.DefaultStatsLimits()
	return stats{composite.StatsLimits{Avail: f.number("avail", d.Avail), NonZero: f.number("nonzero", d.NonZero), Unique: f.number("unique", d.Unique), Skew: f.number("skew", d.Skew), Kurt: f.number("kurt", d.Kurt)}}
}

func (op stats) run(x *execution, s *step, in *data) (*outcome, error) {
	sh := newSheet(s.as, "iCode", "Min", "Max", "Mean", "Median", "Std", "Skew", "Kurt", "N.Avail", "N.NonZero", "N.Unique", "N.Same",
		"Frc.Avail", "Frc.NonZero", "Frc.Unique", "Frc.Same", "Flag.Avail", "Flag.NonZero", "Flag.Unique", "Flag.SkewKurt")
	flag := func(bad bool, word string) string {
		if bad {
			return word
		}
		return "ok"
	}
	for _, code := range x.in.indicators {
		c, _ := in.frame.Column(code)
		d := composite.Describe(code, c.Values, op.lim)
		row := []string{code}
		for _, v := range []float64{d.Min, d.Max, d.Mean, d.Median, d.Std, d.Skew, d.Kurt} {
			row = append(row, formatNumber(v))
		}
		row = append(row, itoa(d.Avail), itoa(d.NonZero), itoa(d.Unique), itoa(d.Same))
		for _, v := range []float64{d.FrcAvail, d.FrcNonZero, d.FrcUnique, d.FrcSame} {
			row = append(row, formatNumber(v))
		}
		sh.add(append(row, flag(d.LowAvail, "LOW"), flag(d.LowNonZero, "LOW"), flag(d.LowUnique, "LOW"), flag(d.OutlierSuspect, "OUT"))...)
	}
	return &outcome{sheets: []*sheet{sh}}, nil
}

// correlate writes correlation matrices and the flagged pairs of each group.
type correlate struct {
	kinds     []string
	rows      string
	high, low float64
}

func parseCorrelate(f *fields, c *parsing) operation {
	op := correlate{kinds: f.texts("method"), rows: f.choice("rows", "indicators", "indicators", "aggregates"), high: f.number("high", 0.9), low: f.number("low", -0.4)}
	if len(op.kinds) == 0 {
		op.kinds = []string{"pearson"}
	}
	for _, k := range op.kinds {
		if !slices.Contains([]string{"pearson", "spearman", "kendall"}, k) {
			c.rep.at(f.keys["method"], "没有名为“%s”的相关系数，可用：pearson、spearman、kendall", k)
		}
	}
	return op
}

func (op correlate) run(x *execution, s *step, in *data) (*outcome, error) {
	rows := in.columns(x, op.rows)
	if len(rows) == 0 {
		return nil, &composite.Error{Code: composite.BadSpec, Message: "还没有合成结果", Hint: "rows: aggregates 要以 aggregate 步骤为 input"}
	}
	cols := matrix(in.frame, x.in.indicators)
	out := &outcome{}
	flags := newSheet(s.as+"_flags", "Method", "Group", "Ind1", "Ind2", "Corr")
	for _, k := range op.kinds {
		r, err := composite.CorrelationMatrix(composite.Correlation(k), matrix(in.frame, rows), cols)
		if err != nil {
			return nil, err
		}
		sh := newSheet(s.as+"_"+k, append([]string{"iCode"}, x.in.indicators...)...)
		for i, name := range rows {
			line := []string{name}
			for _, v := range r[i] {
				line = append(line, formatNumber(v))
			}
			sh.add(line...)
		}
		out.sheets = append(out.sheets, sh)
		keys, kids := groups(x.in.tree)
		for _, g := range keys {
			pairs, err := composite.FlagPairs(composite.Correlation(k), g, matrix(in.frame, kids[g]), composite.CorrLimits{Low: op.low, High: op.high})
			if err != nil {
				return nil, err
			}
			for _, p := range pairs {
				flags.add(k, g, p.A, p.B, formatNumber(p.R))
			}
		}
	}
	out.sheets = append(out.sheets, flags)
	return out, nil
}

// alpha is Cronbach's alpha per group.
type alpha struct{}

func parseAlpha(*fields, *parsing) operation { return alpha{} }

func (alpha) run(x *execution, s *step, in *data) (*outcome, error) {
	sh := newSheet(s.as, "Group", "Alpha")
	keys, kids := groups(x.in.tree)
	for _, g := range keys {
		v, err := composite.Cronbach(matrix(in.frame, kids[g]))
		if err != nil {
			return nil, err
		}
		sh.add(g, formatNumber(v))
	}
	return &outcome{sheets: []*sheet{sh}}, nil
}

// pca writes loadings and eigenvalues per group.
type pca struct{}

func parsePCA(*fields, *parsing) operation { return pca{} }

func (pca) run(x *execution, s *step, in *data) (*outcome, error) {
	load := newSheet(s.as, "Group", "iCode", "PC1_loading", "w_loading_sum1", "w_squared")
	eig := newSheet(s.as+"_eigenvalues", "Group", "PC", "Eigenvalue", "VarShare")
	out := &outcome{sheets: []*sheet{load, eig}}
	keys, kids := groups(x.in.tree)
	for _, g := range keys {
		if len(kids[g]) < 2 {
			continue
		}
		p, err := composite.Principal(matrix(in.frame, kids[g]))
		if err != nil {
			return nil, err
		}
		if _, err := p.SumWeights(); err != nil { // shown all the same: it is a table, not a weight set
			out.warnings = append(out.warnings, composite.Warning{Group: g, Message: err.Error()})
		}
		sum, _ := composite.Sum(p.Loadings)
		for k, code := range p.Names {
			load.add(g, code, formatNumber(p.Loadings[k]), formatNumber(p.Loadings[k]/sum), formatNumber(p.Squared[k]))
		}
		for k, v := range p.Eigenvalues {
			eig.add(g, itoa(k+1), formatNumber(v), formatNumber(p.Share[k]))
		}
	}
	return out, nil
}

// remove recomputes the index without one element at a time.
type remove struct {
	level int
	agg   int
}

func parseRemove(f *fields, c *parsing) operation {
	op := remove{level: f.whole("level", 2), agg: -1}
	if id := f.text("aggregate", ""); id != "" {
		op.agg = c.stepRef(f.keys["aggregate"], id)
	} else {
		op.agg = c.latest(aggregated)
	}
	if op.agg < 0 || c.steps[op.agg].kind != "aggregate" {
		c.rep.at(f.node, "remove 之前要有 aggregate 步骤")
	}
	return op
}

func (op remove) run(x *execution, s *step, in *data) (*outcome, error) {
	d := x.done[op.agg].data
	leaves := map[string]composite.Column{}
	for _, code := range x.in.indicators {
		leaves[code], _ = d.frame.Column(code)
	}
	got, err := d.tree.RemoveOne(leaves, op.level)
	if err != nil {
		return nil, err
	}
	scores := newSheet(s.as+"_scores", "uCode")
	for _, unit := range d.frame.Keys {
		scores.add(unit)
	}
	shift := newSheet(s.as+"_meanabsrankdiff", "iCode", "MeanAbsRankDiff")
	out := &outcome{sheets: []*sheet{scores, shift}}
	for _, r := range got {
		key := r.Key
		if key == "" {
			key = "Nominal"
		}
		if r.Index == nil {
			out.warnings = append(out.warnings, composite.Warning{Indicator: key, Message: r.Why})
			continue
		}
		scores.rows[0] = append(scores.rows[0], key)
		for i, v := range r.Index {
			scores.rows[i+1] = append(scores.rows[i+1], formatNumber(v))
		}
		shift.add(key, formatNumber(r.MeanRankShift))
	}
	return out, nil
}

// profile lists strengths and weaknesses of some units.
type profile struct {
	units   []string
	top     int
	discard bool
}

func parseProfile(f *fields, c *parsing) operation {
	op := profile{f.texts("units"), f.whole("top", 3), f.flag("discard_worst", true)}
	if len(op.units) == 0 {
		c.rep.at(f.node, "缺少“units”：要写出单位代码")
	}
	if op.top < 1 {
		c.rep.at(f.keys["top"], "“top”应不小于 1")
	}
	return op
}

func (op profile) run(x *execution, s *step, in *data) (*outcome, error) {
	// Equal ranks are listed by the name of the parent, then in meta order.
	names := slices.Clone(x.in.indicators)
	parent := func(code string) string { nd, _ := x.in.tree.Node(code); return nd.Parent }
	slices.SortStableFunc(names, func(a, b string) int { return compareText(parent(a), parent(b)) })
	m := matrix(in.frame, names)
	out := &outcome{}
	for _, unit := range op.units {
		row := slices.Index(in.frame.Keys, unit)
		if row < 0 {
			return nil, &composite.Error{Code: composite.BadSpec, Unit: unit, Message: "没有这个单位"}
		}
		strong, weak, err := composite.StrengthsWeaknesses(m, row, op.top, op.discard)
		if err != nil {
			return nil, err
		}
		sh := newSheet(s.as+"_"+unit, "Kind", "Code", "Name", "Pillar", "Rank", "Value", "Unit")
		for i, st := range append(slices.Clone(strong), weak...) {
			what := "strength"
			if i >= len(strong) {
				what = "weakness"
			}
			mt := x.in.meta[st.Key]
			sh.add(what, st.Key, mt.name, parent(st.Key), itoa(int(st.Rank)), formatNumber(st.Value), mt.unit)
		}
		out.sheets = append(out.sheets, sh)
	}
	return out, nil
}

// compareText orders by bytes.
func compareText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// compare sets the ranks of two aggregations side by side.
type compare struct {
	with int
	node string
}

func parseCompare(f *fields, c *parsing) operation {
	op := compare{node: f.text("node", ""), with: c.stepRef(f.keys["with"], f.required("with"))}
	if op.with >= 0 && c.steps[op.with].kind != "aggregate" {
		c.rep.at(f.keys["with"], "只能与 aggregate 步骤比较")
	}
	return op
}

func (op compare) run(x *execution, s *step, in *data) (*outcome, error) {
	before, err := side(x.done[op.with].data, op.node)
	if err != nil {
		return nil, err
	}
	after, err := side(in, op.node)
	if err != nil {
		return nil, err
	}
	c, err := composite.Compare(before, after, nil)
	if err != nil {
		return nil, err
	}
	sh := newSheet(s.as, "uCode", "before", "after", "Diff", "Abs.diff")
	for _, m := range c.Moves {
		d := int(m.Places())
		sh.add(m.Unit, itoa(int(m.RankBefore)), itoa(int(m.Rank)), itoa(d), itoa(max(d, -d)))
	}
	return &outcome{sheets: []*sheet{sh}}, nil
}

// side ranks one node of an aggregation.
func side(d *data, node string) (composite.Side, error) {
	if node == "" {
		root, err := d.tree.Root()
		if err != nil {
			return composite.Side{}, err
		}
		node = root
	}
	col, ok := d.frame.Column(node)
	if !ok || !slices.Contains(d.aggs, node) {
		return composite.Side{}, &composite.Error{Code: composite.BadSpec, Indicator: node, Message: "没有这一合成节点"}
	}
	r, err := composite.Ranks(col.Values, composite.Ranking{}, d.frame)
	return composite.Side{Units: d.frame.Keys, Total: col.Values, Rank: r}, err
}

// mcdm ranks units by a decision method, straight from the prepared data.
type mcdm struct {
	method  string
	norm    composite.TopsisNorm
	v       float64
	weights int
}

func parseMCDM(f *fields, c *parsing) operation {
	op := mcdm{method: f.choice("method", "topsis", "topsis", "saw", "wpm", "vikor"), v: f.number("v", 0.5), weights: -1}
	op.norm = composite.TopsisNorm(f.choice("norm", "vector", "vector", "minmax", "sum", "max"))
	if id := f.text("weights", ""); id != "" {
		op.weights = c.stepRef(f.keys["weights"], id)
	}
	return op
}

func (op mcdm) run(x *execution, s *step, in *data) (*outcome, error) {
	tree := x.in.tree
	if op.weights >= 0 {
		t, err := tree.WithWeights(x.done[op.weights].data.weights)
		if err != nil {
			return nil, err
		}
		tree = t
	}
	eff := tree.EffectiveWeights()
	d := composite.Decision{Matrix: matrix(in.frame, x.in.indicators)}
	for _, code := range x.in.indicators {
		dir := x.in.meta[code].direction
		if in.directed {
			dir = composite.Higher
		}
		d.Directions, d.Weights = append(d.Directions, dir), append(d.Weights, eff[code])
	}
	names, cols, lower, err := op.solve(d)
	if err != nil {
		return nil, err
	}
	r, err := composite.Ranks(cols[len(cols)-1], composite.Ranking{Lower: lower}, in.frame)
	if err != nil {
		return nil, err
	}
	sh := newSheet(s.as, append(append([]string{"uCode"}, names...), "rank")...)
	for i, unit := range in.frame.Keys {
		row := []string{unit}
		for _, c := range cols {
			row = append(row, formatNumber(c[i]))
		}
		sh.add(append(row, itoa(int(r[i])))...)
	}
	return &outcome{sheets: []*sheet{sh}}, nil
}

// solve returns named columns, the last of which is ranked.
func (op mcdm) solve(d composite.Decision) (names []string, cols [][]float64, lower bool, err error) {
	switch op.method {
	case "topsis":
		c, err := composite.Topsis(d, op.norm)
		if err != nil {
			return nil, nil, false, err
		}
		return []string{"d_plus", "d_minus", "closeness"}, [][]float64{c.Plus, c.Minus, c.Closeness}, false, nil
	case "vikor":
		c, err := composite.Vikor(d, op.v)
		if err != nil {
			return nil, nil, false, err
		}
		return []string{"S", "R", "Q"}, [][]float64{c.S, c.R, c.Q}, true, nil
	case "saw":
		v, err := composite.SAW(d)
		return []string{"saw"}, [][]float64{v}, false, err
	}
	v, err := composite.WPM(d)
	return []string{"wpm"}, [][]float64{v}, false, err
}

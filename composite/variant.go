package composite

// variantBase is one starting point of the replications with everything that
// no replication changes.
type variantBase struct {
	base    *Result
	scores  [][]float64 // per indicator, for those no replication rescales; nil otherwise
	dirty   []bool      // node changes between replications
	noise   []float64   // per indicator
	weights map[string]float64
	loose   []bool // per step: the children's weights are perturbed
}

// prepare finds out which nodes move and computes once what does not.
func (m MonteCarlo) prepare(r *Result) *variantBase {
	e := r.engine
	b := &variantBase{base: r, dirty: make([]bool, e.tree.Len()), weights: map[string]float64{},
		scores: make([][]float64, len(e.scheme.Indicators)), noise: make([]float64, len(e.scheme.Indicators)), loose: make([]bool, len(e.steps))}
	for _, nd := range e.tree.nodes {
		b.weights[nd.Key] = nd.Weight
	}
	for i, in := range e.scheme.Indicators {
		b.noise[i] = m.Noise
		if p, ok := m.NoiseOf[in.Key]; ok {
			b.noise[i] = p
		}
		b.dirty[e.leaf[i]] = b.noise[i] > 0 || (m.Benchmarks > 0 && methodNeedsBenchmark(in.Norm.Method))
	}
	varied := m.variedSteps(e)
	for k := range e.steps {
		s := &e.steps[k]
		b.loose[k] = varied[k]
		d := varied[k]
		for _, c := range s.kids {
			d = d || b.dirty[c]
		}
		b.dirty[s.node] = d
		if !d {
			continue
		}
		for _, c := range s.kids {
			if slot := e.slot[c]; slot >= 0 && !b.dirty[c] && b.scores[slot] == nil {
				b.scores[slot], _ = r.Score(e.scheme.Indicators[slot].Key)
			}
		}
	}
	return b
}

// variedSteps marks the steps whose weights change. A Draw function is asked for
// every replication beforehand (it is pure) to see which weights it touches.
func (m MonteCarlo) variedSteps(e *Engine) []bool {
	out := make([]bool, len(e.steps))
	for k := range e.steps {
		key := e.tree.nodes[e.steps[k].node].Key
		below := m.WeightsBelow == nil
		for _, w := range m.WeightsBelow {
			below = below || w == key
		}
		out[k] = m.Weights > 0 && m.Draw == nil && below
	}
	if m.Draw == nil {
		return out
	}
	for rep := range m.Reps {
		w := map[string]float64{}
		for _, nd := range e.tree.nodes {
			w[nd.Key] = nd.Weight
		}
		m.Draw(rep, w)
		for k := range e.steps {
			for j, c := range e.steps[k].kids {
				out[k] = out[k] || w[e.tree.nodes[c].Key] != e.steps[k].weight[j]
			}
		}
	}
	return out
}

// variant is one goroutine's working copy of a starting point.
type variant struct {
	vb    *variantBase
	res   *Result // shallow: own steps, fits and scratch, shared values
	eng   *Engine
	total []float64
	nodes [][]float64 // block buffers of dirty aggregates
	wb    workbench
	noisy []float64
	order []int32
	band  []uint8
	deal  dealer
	rank  *ranker
	names map[string]float64
}

func newVariant(vb *variantBase) (*variant, error) {
	r := vb.base
	e := *r.engine
	e.steps = append([]step(nil), r.engine.steps...)
	for k := range e.steps {
		e.steps[k].weight = append([]float64(nil), e.steps[k].weight...)
	}
	v := &variant{vb: vb, eng: &e, total: make([]float64, r.frame.n), names: map[string]float64{}}
	v.res = &Result{engine: &e, frame: r.frame, values: r.values, fills: r.fills, fillBy: r.fillBy,
		fits: append([]*Fit(nil), r.fits...), scores: make([][]float64, len(r.values)), nodes: make([][]float64, len(r.nodes))}
	v.res.equip(&v.wb)
	if e.scheme.KeepScores { // equip leaves room to the result then; a variant keeps none
		for i := range v.wb.score {
			v.wb.score[i] = make([]float64, blockRows)
		}
	}
	v.nodes = make([][]float64, len(r.nodes))
	for _, s := range e.steps {
		if vb.dirty[s.node] {
			v.nodes[s.node] = make([]float64, blockRows)
		}
	}
	v.noisy = make([]float64, blockRows)
	var err error
	if v.rank, err = newRanker(e.scheme.Ranking, r.frame, r.frame.n); err != nil {
		return nil, err
	}
	v.deal.init(e.scheme.Quota, r.within, r.frame.n)
	v.deal.size(r.frame, r.within, r.frame.n)
	v.band = make([]uint8, r.frame.n)
	return v, nil
}

// replicate runs one replication into a tally.
func (m MonteCarlo) replicate(rep int, starts []*variantBase, t *tally) error {
	rng := newStream(m.Seed, uint64(rep))
	vb := starts[0]
	if len(starts) > 1 {
		vb = starts[rng.pick(len(starts))]
	}
	v := t.variants[vb]
	if v == nil {
		var err error
		if v, err = newVariant(vb); err != nil {
			return err
		}
		t.variants[vb] = v
	}
	if err := v.reweigh(m, rep, &rng); err != nil {
		return err
	}
	v.rescale(m, &rng)
	if err := v.climbAll(&rng); err != nil {
		return err
	}
	v.order = v.rank.order(v.total, 1)
	nb := len(v.eng.scheme.Quota.Bands)
	if nb > 0 {
		v.deal.deal(v.rank, v.order, v.band)
	}
	t.add(v, nb)
	return nil
}

// reweigh sets the weights of this replication.
func (v *variant) reweigh(m MonteCarlo, rep int, rng *stream) error {
	nominal := v.vb.base.engine.steps
	tree := v.eng.tree
	if m.Draw != nil {
		for k, w := range v.vb.weights {
			v.names[k] = w
		}
		m.Draw(rep, v.names)
	}
	for k := range v.eng.steps {
		s := &v.eng.steps[k]
		if !v.vb.loose[k] {
			continue
		}
		var sum float64
		for j, c := range s.kids {
			if m.Draw != nil {
				s.weight[j] = v.names[tree.nodes[c].Key]
			} else {
				s.weight[j] = nominal[k].weight[j] * rng.factor(m.Weights)
			}
			if !(s.weight[j] >= 0) {
				return faultf(BadSpec, tree.nodes[c].Key, "第 %d 次模拟的权重 %g 不是不小于零的数", rep+1, s.weight[j])
			}
			sum += s.weight[j]
		}
		if !(sum > 0) {
			return faultf(BadSpec, tree.nodes[s.node].Key, "第 %d 次模拟的权重之和为零", rep+1)
		}
		s.total = sum
		if m.Draw == nil { // points of a sum must still add up to the same full mark
			for j := range s.weight {
				s.weight[j] *= nominal[k].total / sum
			}
			s.total = nominal[k].total
		}
		if v.wb.gath[k] != nil {
			copy(v.wb.gath[k].weight, s.weight)
			v.wb.gath[k].total = s.total
		}
	}
	return nil
}

// rescale moves the benchmarks of this replication.
func (v *variant) rescale(m MonteCarlo, rng *stream) {
	if m.Benchmarks == 0 {
		return
	}
	for i, in := range v.eng.scheme.Indicators {
		if !methodNeedsBenchmark(in.Norm.Method) {
			continue
		}
		base := v.vb.base.fits[i]
		fit := *base
		fit.Curves = append(fit.Curves[:0:0], base.Curves...)
		for g := range fit.Curves {
			fit.Curves[g].scaleBenchmark(rng.factor(m.Benchmarks))
		}
		v.res.fits[i] = &fit
	}
}

// scaleBenchmark multiplies the benchmark inside a ratio or inverse curve.
func (c *Curve) scaleBenchmark(f float64) {
	switch c.form {
	case formReciprocal:
		c.x0 *= f
	case formLinear:
		c.x0, c.dx = c.x0*f, c.dx*f
	}
}

// climbAll computes the totals of this replication, block by block.
func (v *variant) climbAll(rng *stream) error {
	e, base := v.eng, v.vb.base
	n := base.frame.n
	for from := 0; from < n; from += blockRows {
		to := min(n, from+blockRows)
		for i := range base.values {
			v.scoreBlock(i, from, to, rng)
		}
		for k := range e.steps {
			s := &e.steps[k]
			if !v.vb.dirty[s.node] {
				continue
			}
			if err := v.climb(k, from, to); err != nil {
				return err
			}
		}
		v.finish(from, to)
	}
	return nil
}

// scoreBlock leaves the scores of indicator i where climb looks for them.
func (v *variant) scoreBlock(i, from, to int, rng *stream) {
	vb := v.vb
	if !vb.dirty[v.eng.leaf[i]] {
		if vb.scores[i] != nil {
			v.wb.score[i] = vb.scores[i][from:to]
		}
		return
	}
	dst := v.wb.score[i][:to-from]
	if vb.noise[i] == 0 {
		v.res.scoreRows(dst, i, from)
		return
	}
	p := vb.noise[i]
	for j, x := range v.res.values[i][from:to] {
		f := rng.factor(p)
		y := v.res.fits[i].Curve(from + j).At(x * f)
		if y != y {
			y = v.res.fill(i, from+j)
		}
		dst[j] = y
	}
}

// climb computes step k for a block.
func (v *variant) climb(k, from, to int) error {
	e := v.eng
	s := &e.steps[k]
	kids := v.wb.kids[:len(s.kids)]
	for j, c := range s.kids {
		switch slot := e.slot[c]; {
		case slot >= 0:
			kids[j] = v.wb.score[slot][:to-from]
		case v.vb.dirty[c]:
			kids[j] = v.nodes[c][:to-from]
		default:
			kids[j] = v.vb.base.nodes[c][from:to]
		}
	}
	dst := v.nodes[s.node][:to-from]
	if s.linear {
		weighted(dst, kids, s.weight)
		if e.tree.nodes[s.node].Func == "amean" && s.total != 1 {
			for i := range dst {
				dst[i] /= s.total
			}
		}
		return nil
	}
	g := v.wb.gath[k]
	for i := range dst {
		y, why := g.row(kids, i)
		switch why {
		case Present:
			dst[i] = y
		case OutOfDomain:
			return e.tree.domainError(s.node, kids, i)
		default:
			dst[i] = missing
		}
	}
	return nil
}

// finish writes the totals of a block.
func (v *variant) finish(from, to int) {
	e := v.eng
	out := v.total[from:to]
	switch slot := e.slot[e.root]; {
	case slot >= 0 && v.vb.dirty[e.root]:
		copy(out, v.wb.score[slot][:to-from])
	case v.vb.dirty[e.root]:
		copy(out, v.nodes[e.root][:to-from])
	default:
		copy(out, v.vb.base.nodes[e.root][from:to])
	}
	adjustRows(out, e.scheme.Adjust, v.vb.base.frame, from)
}

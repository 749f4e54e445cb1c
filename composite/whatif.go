package composite

import (
	"reflect"
	"slices"
)

// Rerun evaluates the frame of an earlier result under this engine, computing
// only what the two schemes do not share: a changed weight keeps every score, a
// changed benchmark keeps every ratio, a changed quota keeps every total. The
// numbers are those of a full [Engine.Run], bit for bit. The new result shares
// columns with base, which must not be reused as memory while it lives.
//
// opt.Reuse may be any earlier result other than base; its memory is taken.
func (e *Engine) Rerun(base *Result, opt RunOptions) (*Result, error) {
	if opt.Reuse == base || e.table || !sameInputs(e, base.engine) {
		return e.Run(base.frame, RunOptions{Workers: opt.Workers})
	}
	workers := max(1, opt.Workers)
	r := opt.Reuse
	if r == nil {
		r = &Result{}
	}
	if r.engine != e {
		*r = Result{Rank: r.Rank, GroupRank: r.GroupRank, Band: r.Band, bufs: r.bufs, totalBuf: r.totalBuf, rank: r.rank, benches: r.benches}
		if len(e.scheme.Indicators) != len(base.values) {
			r.benches = nil
		}
	}
	r.engine, r.frame, r.within, r.Warnings = e, base.frame, nil, nil
	if err := r.inherit(base, workers); err != nil {
		return nil, err
	}
	r.benches = nil // buffers are shaped by steps and kept scores
	if err := r.score(workers); err != nil {
		return nil, err
	}
	if err := r.place(workers); err != nil {
		return nil, err
	}
	return r, nil
}

// sameInputs reports whether both engines read the same values for the same
// indicators in the same order.
func sameInputs(a, b *Engine) bool {
	return slices.EqualFunc(a.scheme.Indicators, b.scheme.Indicators, func(x, y Indicator) bool {
		return x.Key == y.Key && x.Value == y.Value && x.Num == y.Num && x.Den == y.Den &&
			x.ownBenchmark() == y.ownBenchmark() && (!x.ownBenchmark() || x.Norm.Benchmark.Of == y.Norm.Benchmark.Of)
	})
}

// inherit takes over from base what has not changed and marks the rest dirty.
func (r *Result) inherit(base *Result, workers int) error {
	e, f := r.engine, r.frame
	k := len(e.scheme.Indicators)
	r.values, r.sums = base.values, base.sums
	r.fits, r.fills, r.fillBy = resize(r.fits, k), resize(r.fills, k), resize(r.fillBy, k)
	r.scores = make([][]float64, k)
	r.nodes, r.bufs = resize(r.nodes, e.tree.Len()), resize(r.bufs, e.tree.Len())
	r.dirty = make([]bool, e.tree.Len())
	var es Errors
	for i := range e.scheme.Indicators {
		now, was := &e.scheme.Indicators[i], &base.engine.scheme.Indicators[i]
		if reflect.DeepEqual(now.Norm, was.Norm) && now.Direction == was.Direction && now.Missing == was.Missing &&
			(now.Missing.Policy != MissingPoints || e.share[e.leaf[i]] == base.engine.share[base.engine.leaf[i]]) {
			r.fits[i], r.fills[i], r.fillBy[i] = base.fits[i], base.fills[i], base.fillBy[i]
			r.scores[i] = base.scores[i]
			r.Warnings = append(r.Warnings, base.fits[i].Warnings...)
			continue
		}
		r.dirty[e.leaf[i]] = true
		if now.meanOnly() && !was.meanOnly() {
			r.sums = nil // the block sums lack this indicator
		}
	}
	if r.sums == nil {
		r.sumAgain(workers)
	}
	for i := range e.scheme.Indicators {
		if r.dirty[e.leaf[i]] {
			w, err := r.fitOne(i)
			es.join(err)
			r.Warnings = append(r.Warnings, w...)
		}
	}
	if len(es) > 0 {
		return es
	}
	r.spread(base)
	for i := range e.scheme.Indicators {
		if e.scheme.KeepScores && (r.scores[i] == nil || r.dirty[e.leaf[i]]) {
			r.scores[i], r.dirty[e.leaf[i]] = make([]float64, f.n), true
		}
	}
	r.bindTotal()
	for _, a := range e.scheme.Adjust {
		_, err := f.column(a.Column, "")
		es.join(err)
	}
	g, err := f.group(e.scheme.Within, "")
	es.join(err)
	r.within = g
	r.Rank = resize(r.Rank, f.n)
	return es.orNil()
}

// sumAgain fills block sums that base did not need.
func (r *Result) sumAgain(workers int) {
	k := len(r.engine.scheme.Indicators)
	n := r.frame.n
	r.sums = make([]blockSum, (n+blockRows-1)/blockRows*k)
	eachBlock(n, workers, func(_, b, from, to int) {
		for i, in := range r.engine.scheme.Indicators {
			if in.meanOnly() {
				rd := reader{dst: r.values[i], sum: true}
				r.sums[b*k+i] = rd.block(from, to)
			}
		}
	})
}

// spread decides, children first, which aggregates must be computed. Dirty
// aggregates need the scores of all their indicators, so those turn dirty too
// unless kept.
func (r *Result) spread(base *Result) {
	e, be := r.engine, base.engine
	for k := range e.steps {
		s := &e.steps[k]
		key := e.tree.nodes[s.node].Key
		was, ok := be.stepOf(key)
		dirty := !ok || !sameStep(e, s, be, was)
		for _, c := range s.kids {
			dirty = dirty || r.dirty[c]
		}
		r.dirty[s.node] = dirty
		if !dirty {
			r.nodes[s.node] = base.nodes[was.node]
			continue
		}
		r.own(s.node)
		for _, c := range s.kids {
			if slot := e.slot[c]; slot >= 0 && r.scores[slot] == nil {
				r.dirty[c] = true
			}
		}
	}
	if slot := e.slot[e.root]; slot >= 0 {
		r.own(e.root)
		r.dirty[e.root] = true
	}
}

// stepOf finds the aggregate of a key.
func (e *Engine) stepOf(key string) (*step, bool) {
	i, ok := e.tree.index[key]
	if !ok {
		return nil, false
	}
	for k := range e.steps {
		if e.steps[k].node == i {
			return &e.steps[k], true
		}
	}
	return nil, false
}

// sameStep reports whether two aggregates compute the same from the same.
func sameStep(a *Engine, s *step, b *Engine, t *step) bool {
	x, y := a.tree.nodes[s.node], b.tree.nodes[t.node]
	if x.Func != y.Func || x.Power != y.Power || x.Absent != y.Absent || x.MinShare != y.MinShare || len(s.kids) != len(t.kids) {
		return false
	}
	for j := range s.kids {
		if s.weight[j] != t.weight[j] || a.tree.nodes[s.kids[j]].Key != b.tree.nodes[t.kids[j]].Key || a.open[s.kids[j]] != b.open[t.kids[j]] {
			return false
		}
	}
	return true
}

package composite

import (
	"math"
	"sync"
)

// RunOptions are the settings of one run that never change its numbers.
type RunOptions struct {
	// Workers is the number of goroutines; 0 or 1 means the caller's only.
	Workers int
	// Reuse is an earlier result of the same engine whose memory may be
	// overwritten: with it a run of the same size allocates nothing per unit.
	Reuse *Result
}

// Result is one evaluation: every stage as a column. It belongs to the frame
// it was computed from and is read-only.
type Result struct {
	Rank      []int32 // over everyone by the ranking rule; 0 = none
	GroupRank []int32 // inside Scheme.Within; nil without it
	Band      []uint8 // index into Quota.Bands, NoBand = none; nil without a quota
	Cuts      [][]int // per group: the last rank of each band
	Sizes     []int   // per group: n the cuts were taken of
	Uneven    []Shortfall
	Warnings  []Warning

	engine   *Engine
	frame    *Frame
	values   [][]float64 // per indicator: the value scored (a ratio, or the frame's own column)
	owned    [][]float64 // buffers behind values
	scores   [][]float64 // per indicator, when kept
	nodes    [][]float64 // per node index, aggregates only
	bufs     [][]float64 // the memory behind nodes that this result owns
	dirty    []bool      // node must be computed; clean ones are another result's
	total    []float64   // the root after adjustments
	totalBuf []float64
	fits     []*Fit
	fills    [][]float64
	fillBy   []*Group
	within   *Group
	order    []int32 // graded rows, best first
	rank     *ranker
	deal     dealer
	sums     []blockSum
	look     *lookups
	// benches and readers are scratch.
	benches []workbench
	readers []reader
}

// blockSum is the partial sum of one indicator over one block.
type blockSum struct {
	sum acc
	n   int
}

// Run evaluates a frame.
func (e *Engine) Run(f *Frame, opt RunOptions) (*Result, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	r := opt.Reuse
	if r == nil || r.engine != e {
		r = &Result{engine: e}
	}
	r.frame, r.Warnings = f, nil
	workers := max(1, opt.Workers)
	if err := r.bind(); err != nil {
		return nil, err
	}
	r.readValues(workers)
	if err := r.fitAll(workers); err != nil {
		return nil, err
	}
	if err := r.score(workers); err != nil {
		return nil, err
	}
	if err := r.place(workers); err != nil {
		return nil, err
	}
	return r, nil
}

// pristine is the work list of a full run: every step of the tree.
func (e *Engine) pristine() []bool {
	out := make([]bool, e.tree.Len())
	for i := range out {
		out[i] = true
	}
	return out
}

// bind finds the columns and makes room.
func (r *Result) bind() error {
	e, f := r.engine, r.frame
	k := len(e.scheme.Indicators)
	r.values, r.fits = resize(r.values, k), resize(r.fits, k)
	r.fills, r.fillBy = resize(r.fills, k), resize(r.fillBy, k)
	r.owned, r.scores = resize(r.owned, k), resize(r.scores, k)
	r.nodes, r.bufs = resize(r.nodes, e.tree.Len()), resize(r.bufs, e.tree.Len())
	r.dirty = e.pristine()
	var es Errors
	for i, in := range e.scheme.Indicators {
		names := []string{in.Value}
		if in.Value == "" {
			names = []string{in.Num, in.Den}
		}
		if in.ownBenchmark() {
			names = append(names, in.Norm.Benchmark.Of)
		}
		for _, name := range names {
			if _, err := f.column(name, in.Key); err != nil {
				es.join(err)
			}
		}
		if in.Value == "" || in.ownBenchmark() {
			r.owned[i] = resize(r.owned[i], f.n)
		}
		if e.scheme.KeepScores {
			r.scores[i] = resize(r.scores[i], f.n)
		}
	}
	for _, s := range e.steps {
		r.own(s.node)
	}
	for _, a := range e.scheme.Adjust {
		if _, err := f.column(a.Column, ""); err != nil {
			es.join(err)
		}
	}
	r.own(e.root)
	r.bindTotal()
	g, err := f.group(e.scheme.Within, "")
	es.join(err)
	r.within = g
	return es.orNil()
}

// own gives node i a column of this result's own.
func (r *Result) own(i int) {
	r.bufs[i] = resize(r.bufs[i], r.frame.n)
	r.nodes[i] = r.bufs[i]
}

// bindTotal points total at the root, or at its own column when adjusted.
func (r *Result) bindTotal() {
	r.total = r.nodes[r.engine.root]
	if len(r.engine.scheme.Adjust) > 0 {
		r.totalBuf = resize(r.totalBuf, r.frame.n)
		r.total = r.totalBuf
	}
}

// ownBenchmark reports whether values are held against the unit's own past.
func (in Indicator) ownBenchmark() bool {
	return in.Norm.Benchmark.Source == BenchOwn && methodNeedsBenchmark(in.Norm.Method)
}

// resize returns a slice of length n, reusing s when it can.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// meanOnly reports whether the fused block sums suffice to fit indicator in.
func (in Indicator) meanOnly() bool {
	b := in.Norm.Benchmark
	return methodNeedsBenchmark(in.Norm.Method) && b.Source == BenchMean && b.Of == "" &&
		in.Norm.Within == "" && !in.Norm.GradedOnly
}

// readValues computes the ratios, and the sums of plain means on the way.
func (r *Result) readValues(workers int) {
	e := r.engine
	n := r.frame.n
	blocks := (n + blockRows - 1) / blockRows
	k := len(e.scheme.Indicators)
	r.sums = resize(r.sums, blocks*k)
	r.readers = resize(r.readers, k)
	readers := r.readers
	for i, in := range e.scheme.Indicators {
		readers[i] = r.newReader(i, in)
		r.values[i] = readers[i].dst
	}
	eachBlock(n, workers, func(_, b, from, to int) {
		for i := range readers {
			r.sums[b*k+i] = readers[i].block(from, to)
		}
	})
}

// reader reads one indicator.
type reader struct {
	num, den, own, dst []float64
	sum                bool
}

func (r *Result) newReader(i int, in Indicator) reader {
	rd := reader{sum: in.meanOnly(), dst: r.owned[i]}
	if in.Value != "" {
		rd.num = r.frame.cols[in.Value].Values
	} else {
		rd.num, rd.den = r.frame.cols[in.Num].Values, r.frame.cols[in.Den].Values
	}
	if in.ownBenchmark() {
		rd.own = r.frame.cols[in.Norm.Benchmark.Of].Values
	}
	if rd.den == nil && rd.own == nil {
		rd.dst = rd.num
	}
	return rd
}

func (rd *reader) block(from, to int) blockSum {
	switch {
	case rd.den != nil && rd.own == nil && rd.sum:
		return ratioSum(rd.dst[from:to], rd.num[from:to], rd.den[from:to])
	case rd.den != nil:
		ratioInto(rd.dst[from:to], rd.num[from:to], rd.den[from:to])
		if rd.own != nil {
			ratioInto(rd.dst[from:to], rd.dst[from:to], rd.own[from:to])
		}
	case rd.own != nil:
		ratioInto(rd.dst[from:to], rd.num[from:to], rd.own[from:to])
	}
	if !rd.sum {
		return blockSum{}
	}
	var s blockSum
	for _, v := range rd.dst[from:to] {
		if v == v {
			s.sum.add(v)
			s.n++
		}
	}
	return s
}

// ratioSum is ratioInto with the sum of the present results.
func ratioSum(dst, num, den []float64) blockSum {
	dst, den = dst[:len(num)], den[:len(num)]
	var a acc
	n := 0
	for i, v := range num {
		d := den[i]
		q := v / d
		if !(d > 0) || q-q != 0 {
			dst[i] = math.NaN()
			continue
		}
		dst[i] = q
		n++
		t := a.s + q
		b := t - a.s
		a.c += (a.s - (t - b)) + (q - b)
		a.s = t
	}
	return blockSum{a, n}
}

// eachBlock runs f over the fixed row blocks, contiguous ranges of blocks per worker.
func eachBlock(n, workers int, f func(w, b, from, to int)) {
	blocks := (n + blockRows - 1) / blockRows
	parallelChunks(blocks, min(workers, max(1, blocks)), func(w, lo, hi int) {
		for b := lo; b < hi; b++ {
			f(w, b, b*blockRows, min(n, (b+1)*blockRows))
		}
	})
}

// fitAll fits every indicator and its missing fills, indicators in parallel.
func (r *Result) fitAll(workers int) error {
	e := r.engine
	k := len(e.scheme.Indicators)
	errs := make([]error, k)
	warns := make([][]Warning, k)
	var wg sync.WaitGroup
	next := make(chan int, k)
	for i := range k {
		next <- i
	}
	close(next)
	for range min(workers, k) {
		wg.Go(func() {
			for i := range next {
				warns[i], errs[i] = r.fitOne(i)
			}
		})
	}
	wg.Wait()
	var es Errors
	for i := range k {
		es.join(errs[i])
		r.Warnings = append(r.Warnings, warns[i]...)
	}
	return es.orNil()
}

func (r *Result) fitOne(i int) ([]Warning, error) {
	in := &r.engine.scheme.Indicators[i]
	s, spreads, err := r.sampleOf(i)
	if err != nil {
		return nil, err
	}
	if spreads == nil {
		r.fits[i], err = in.Norm.fit(in.Key, in.Direction, s)
	} else {
		r.fits[i], err = in.Norm.fitSpreads(in.Key, in.Direction, s, spreads)
	}
	if err != nil {
		return nil, err
	}
	warns := r.fits[i].Warnings
	fc := fillCase{key: in.Key, x: r.values[i], fit: r.fits[i], share: r.engine.share[r.engine.leaf[i]]}
	if fc.group, err = r.frame.group(in.Missing.Within, in.Key); err != nil {
		return nil, err
	}
	if in.Missing.GradedOnly {
		fc.skip = r.frame.Ungraded
	}
	r.fillBy[i] = fc.group
	if in.Missing.Policy == MissingFail {
		if err := r.refuseMissing(i); err != nil {
			return nil, err
		}
	}
	fills, more, err := in.Missing.fills(fc)
	r.fills[i] = fills
	return append(warns, more...), err
}

// sampleOf returns what indicator i is fitted on, with ready spreads when the
// block sums suffice.
func (r *Result) sampleOf(i int) (sample, []spread, error) {
	in := &r.engine.scheme.Indicators[i]
	f := r.frame
	if in.meanOnly() {
		sp := newSpread()
		k := len(r.engine.scheme.Indicators)
		for b := i; b < len(r.sums); b += k {
			sp.sum.merge(r.sums[b].sum)
			sp.n += r.sums[b].n
		}
		return sample{x: r.values[i], keys: f.Keys}, []spread{sp}, nil
	}
	s := sample{x: r.values[i], keys: f.Keys}
	b := in.Norm.Benchmark
	if b.Of != "" && b.Source != BenchOwn {
		c, err := f.column(b.Of, in.Key)
		if err != nil {
			return s, nil, err
		}
		s.x = c.Values
	}
	g, err := f.group(in.Norm.Within, in.Key)
	if err != nil {
		return s, nil, err
	}
	s.group = g
	if in.Norm.GradedOnly {
		s.skip = f.Ungraded
	}
	if b.Source == BenchWeighted {
		err = r.weighParts(&s, in)
	}
	return s, nil, err
}

// weighParts gives a sample the numerator and denominator of Σ/Σ.
func (r *Result) weighParts(s *sample, in *Indicator) error {
	if in.Value == "" && in.Norm.Benchmark.Weight == "" {
		s.num, s.den = r.frame.cols[in.Num].Values, r.frame.cols[in.Den].Values
		return nil
	}
	w, err := r.frame.column(in.Norm.Benchmark.Weight, in.Key)
	if err != nil {
		return err
	}
	s.den = w.Values
	s.num = make([]float64, len(s.x))
	for i, v := range s.x {
		s.num[i] = v * w.Values[i]
	}
	return nil
}

// refuseMissing names up to five units without a value.
func (r *Result) refuseMissing(i int) error {
	in := r.engine.scheme.Indicators[i]
	var es Errors
	total := countMissing(r.values[i])
	for row, v := range r.values[i] {
		if v == v || len(es) == 5 {
			continue
		}
		es = append(es, &Error{Code: Unfilled, Indicator: in.Key, Unit: r.frame.unit(row),
			Message: in.title() + "缺失：" + r.why(i, row).String()})
	}
	if total > len(es) {
		es.add(Unfilled, in.Key, "另有 %d 个单位缺失", total-len(es))
	}
	return es.orNil()
}

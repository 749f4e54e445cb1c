package composite

import (
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"
)

// MonteCarlo asks how firm an evaluation is: it repeats it with what is
// uncertain changed at random, and counts. Every replication is a function of
// Seed and its number alone, so it can be repeated by itself and the outcome
// does not depend on Workers.
type MonteCarlo struct {
	Reps    int
	Seed    uint64
	Workers int

	// Weights multiplies each weight by a factor in [1-Weights, 1+Weights);
	// siblings then keep their common sum. WeightsBelow limits this to the
	// children of some nodes; nil means every node.
	Weights      float64
	WeightsBelow []string
	// Draw, when set, chooses the weights instead: it is given the replication
	// and the nominal weights by key and changes what it likes. It must be a
	// pure function of the replication.
	Draw func(rep int, weights map[string]float64)

	// Benchmarks multiplies every benchmark by a factor in [1-Benchmarks, 1+Benchmarks).
	Benchmarks float64
	// Noise multiplies every value of an indicator by its own factor in
	// [1-Noise, 1+Noise): errors of the data. NoiseOf overrides it by key.
	Noise   float64
	NoiseOf map[string]float64
	// Alternatives are other results of the same frame (another cap, missing
	// policy, normalisation or aggregation); each replication starts from one of
	// base and these, all equally likely.
	Alternatives []*Result

	// Progress, when set, is called with the number of finished replications.
	Progress func(done int)
}

// Stability is the outcome of a Monte Carlo run.
type Stability struct {
	Reps  int
	Bands []string // labels; the index of Counts
	// Counts holds, per unit and band, in how many replications the unit got
	// the band: Counts[unit*len(Bands)+band].
	Counts           []uint32
	MinRank, MaxRank []int32   // over everyone
	MeanRank         []float64 // over everyone
	// Unstable counts the units that left their nominal band at least once.
	Unstable int
	nominal  []uint8
}

// Probability returns the share of replications in which a unit got a band.
func (s *Stability) Probability(row, band int) float64 {
	return float64(s.Counts[row*len(s.Bands)+band]) / float64(s.Reps)
}

// Keeps returns the share of replications in which a unit kept its nominal
// band; 1 for a unit without a band.
func (s *Stability) Keeps(row int) float64 {
	if s.nominal[row] == NoBand {
		return 1
	}
	return s.Probability(row, int(s.nominal[row]))
}

// Run repeats the evaluation of base. It stops early with ctx's error.
func (m MonteCarlo) Run(ctx context.Context, base *Result) (*Stability, error) {
	if err := m.check(base); err != nil {
		return nil, err
	}
	starts := make([]*variantBase, 0, 1+len(m.Alternatives))
	for _, r := range append([]*Result{base}, m.Alternatives...) {
		starts = append(starts, m.prepare(r))
	}
	out := newStability(m, base)
	workers := max(1, min(m.Workers, m.Reps))
	parts := make([]*tally, workers)
	var next, done atomic.Int64
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			parts[w] = newTally(out)
			for errs[w] == nil {
				rep := int(next.Add(1) - 1)
				if rep >= m.Reps || ctx.Err() != nil {
					return
				}
				errs[w] = m.replicate(rep, starts, parts[w])
				if n := done.Add(1); m.Progress != nil {
					m.Progress(int(n))
				}
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	out.collect(parts)
	return out, nil
}

func (m MonteCarlo) check(base *Result) error {
	var es Errors
	if m.Reps < 1 {
		es.add(BadSpec, "", "模拟次数 %d 应不小于 1", m.Reps)
	}
	for _, p := range []struct {
		name string
		v    float64
	}{{"权重", m.Weights}, {"基准值", m.Benchmarks}, {"数据误差", m.Noise}} {
		if !(p.v >= 0 && p.v < 1) {
			es.add(BadSpec, "", "%s的扰动幅度 %g 应在 0 与 1 之间", p.name, p.v)
		}
	}
	for _, key := range slices.Sorted(mapKeys(m.NoiseOf)) {
		if _, ok := base.slotOf(key); !ok {
			es.add(BadSpec, key, "数据误差所指的指标不存在")
		}
	}
	for _, key := range m.WeightsBelow {
		if _, ok := base.engine.stepOf(key); !ok {
			es.add(BadSpec, key, "权重扰动所指的节点不存在")
		}
	}
	for _, r := range append([]*Result{base}, m.Alternatives...) {
		if r.frame != base.frame {
			es.add(BadSpec, "", "备选方案必须是同一数据表的结果")
		}
		if r.engine.table {
			es.add(BadSpec, "", "科普兰法逐对比较，不支持随机模拟")
		}
		if len(r.engine.scheme.Quota.Bands) != len(base.engine.scheme.Quota.Bands) {
			es.add(BadSpec, "", "备选方案的档数不同")
		}
	}
	return es.orNil()
}

func newStability(m MonteCarlo, base *Result) *Stability {
	n := base.frame.n
	out := &Stability{Reps: m.Reps, MinRank: make([]int32, n), MaxRank: make([]int32, n), MeanRank: make([]float64, n)}
	for _, b := range base.engine.scheme.Quota.Bands {
		out.Bands = append(out.Bands, b.Label)
	}
	out.Counts = make([]uint32, n*len(out.Bands))
	out.nominal = base.Band
	if out.nominal == nil {
		out.nominal = make([]uint8, n)
		for i := range out.nominal {
			out.nominal[i] = NoBand
		}
	}
	return out
}

// tally is one goroutine's count.
type tally struct {
	counts   []uint32
	min, max []int32
	sum      []int64
	variants map[*variantBase]*variant
}

func newTally(s *Stability) *tally {
	n := len(s.MinRank)
	t := &tally{counts: make([]uint32, len(s.Counts)), min: make([]int32, n), max: make([]int32, n),
		sum: make([]int64, n), variants: map[*variantBase]*variant{}}
	for i := range t.min {
		t.min[i] = math.MaxInt32
	}
	return t
}

// add counts one replication.
func (t *tally) add(v *variant, nb int) {
	for i, row := range v.order {
		r := int32(i + 1)
		t.min[row], t.max[row] = min(t.min[row], r), max(t.max[row], r)
		t.sum[row] += int64(r)
	}
	if nb == 0 {
		return
	}
	for row, b := range v.band {
		if b != NoBand {
			t.counts[row*nb+int(b)]++
		}
	}
}

// collect sums the goroutines' integers: their order does not matter.
func (s *Stability) collect(parts []*tally) {
	for i := range s.MinRank {
		lo, hi, sum := int32(math.MaxInt32), int32(0), int64(0)
		for _, p := range parts {
			lo, hi, sum = min(lo, p.min[i]), max(hi, p.max[i]), sum+p.sum[i]
		}
		if hi == 0 {
			lo = 0
		}
		s.MinRank[i], s.MaxRank[i], s.MeanRank[i] = lo, hi, float64(sum)/float64(s.Reps)
	}
	for _, p := range parts {
		for i, c := range p.counts {
			s.Counts[i] += c
		}
	}
	for row, b := range s.nominal {
		if b != NoBand && s.Counts[row*len(s.Bands)+int(b)] < uint32(s.Reps) {
			s.Unstable++
		}
	}
}

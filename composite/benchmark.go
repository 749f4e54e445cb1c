package composite

import (
	"math"
	"slices"
)

// Source says where a benchmark comes from.
type Source uint8

// The sources. BenchNone is for methods that need none.
const (
	BenchNone     Source = iota
	BenchConstant        // the number Value, or Table by group
	BenchMean            // mean of the present values
	BenchPositive        // mean of max(x, 0): losses do not pull the yardstick below zero
	BenchMax             // the largest value
	BenchMin             // the smallest value
	BenchWeighted        // Σ numerator / Σ denominator: the mean of the whole, not of the firms
	BenchQuantile        // quantile Q, linear interpolation (type 7); Q = 0.5 is the median
	BenchOwn             // the unit's own value of the previous period, column Of
)

// Benchmark is the yardstick of a ratio score. It must come out finite and
// above zero: with a mean of -0.0042 the firm with the largest loss would score
// best, so such a benchmark is refused, naming indicator and group.
type Benchmark struct {
	Source Source
	Value  float64 // BenchConstant
	// Table gives a constant per group of Norm.Within, for instance the
	// previous year's county means. A group without an entry is an error.
	Table map[string]float64
	Times float64 // multiplies the result; 0 means 1
	Q     float64 // BenchQuantile
	// Of is the frame column the benchmark is taken over; empty means the
	// indicator itself. Last year's column makes "2 × last year's mean" a rule.
	Of string
	// Weight is the denominator column of BenchWeighted when the indicator is a
	// plain column: Σ x·w / Σ w. An indicator with Num and Den uses these.
	Weight string
}

// spread is what fitting needs to know of one group.
type spread struct {
	n        int
	sum, pos acc
	min, max float64
	num, den acc
	sorted   []float64 // only when asked for
	sd       float64   // only when asked for
}

func newSpread() spread { return spread{min: math.Inf(1), max: math.Inf(-1)} }

// visit adds one present value.
func (s *spread) visit(v float64) {
	s.n++
	s.sum.add(v)
	s.pos.add(max(v, 0))
	s.min = min(s.min, v)
	s.max = max(s.max, v)
}

func (s *spread) mean() float64 { return s.sum.value() / float64(s.n) }

// sample is a column together with the population it is fitted on.
type sample struct {
	x        []float64
	num, den []float64 // BenchWeighted; nil otherwise
	group    *Group
	skip     []bool // rows outside the fitted population
	keys     []string
}

// spreads gathers one spread per group, or a single one. wantSorted and wantSD
// ask for the costly parts.
func (s sample) spreads(wantSorted, wantSD bool) []spread {
	k := 1
	if s.group != nil {
		k = len(s.group.Names)
	}
	out := make([]spread, k)
	for i := range out {
		out[i] = newSpread()
	}
	s.each(func(g, row int, v float64) {
		o := &out[g]
		o.visit(v)
		if s.num != nil && s.num[row] == s.num[row] && s.den[row] == s.den[row] {
			o.num.add(s.num[row])
			o.den.add(s.den[row])
		}
		if wantSorted {
			o.sorted = append(o.sorted, v)
		}
	})
	if wantSD {
		s.deviations(out)
	}
	for i := range out {
		slices.Sort(out[i].sorted)
	}
	return out
}

// deviations fills the sample standard deviations (n-1).
func (s sample) deviations(out []spread) {
	squares := make([]acc, len(out))
	means := make([]float64, len(out))
	for i := range out {
		means[i] = out[i].mean()
	}
	s.each(func(g, _ int, v float64) {
		d := v - means[g]
		squares[g].add(float64(d * d))
	})
	for i := range out {
		out[i].sd = math.Sqrt(squares[i].value() / float64(out[i].n-1))
	}
}

// each visits the present values of the fitted population.
func (s sample) each(visit func(g, row int, v float64)) {
	for i, v := range s.x {
		if v != v || (s.skip != nil && s.skip[i]) {
			continue
		}
		g := 0
		if s.group != nil {
			g = int(s.group.Code[i])
		}
		visit(g, i, v)
	}
}

// wants says which costly parts the source needs.
func (b Benchmark) wantsSorted() bool { return b.Source == BenchQuantile }

// of computes the benchmark of one group and refuses what cannot be one.
func (b Benchmark) of(s *spread, indicator, group string) (float64, error) {
	v := math.NaN()
	switch b.Source {
	case BenchConstant:
		v = b.Value
		if b.Table != nil {
			t, ok := b.Table[group]
			if !ok {
				return v, faultf(BadBenchmark, indicator, "基准值表中没有这个分组").in(group)
			}
			v = t
		}
	case BenchOwn:
		return 1, nil
	default:
		if s.n == 0 {
			return v, faultf(BadBenchmark, indicator, "没有任何有效值，无法得出基准值").in(group)
		}
		v = b.computed(s)
	}
	if b.Times != 0 {
		v *= b.Times
	}
	if !(v > 0) || math.IsInf(v, 1) {
		return v, faultf(BadBenchmark, indicator, "基准值 %g 不大于零，不能作除数", v).in(group).
			hint("可改用 max(x,0) 的平均值、中位数或固定基准值")
	}
	return v, nil
}

func (b Benchmark) computed(s *spread) float64 {
	n := float64(s.n)
	switch b.Source {
	case BenchMean:
		return s.sum.value() / n
	case BenchPositive:
		return s.pos.value() / n
	case BenchMax:
		return s.max
	case BenchMin:
		return s.min
	case BenchWeighted:
		return s.num.value() / s.den.value()
	case BenchQuantile:
		return quantileSorted(s.sorted, b.Q)
	}
	return math.NaN()
}

// quantileSorted is the type 7 quantile of ascending values.
func quantileSorted(x []float64, q float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	h := float64(q * float64(len(x)-1)) // rounded, so that h − i is the same everywhere
	i := int(math.Floor(h))
	if i >= len(x)-1 {
		return x[len(x)-1]
	}
	return x[i] + float64((h-float64(i))*(x[i+1]-x[i]))
}

// check reports faults of the benchmark's own parameters.
func (b Benchmark) check(indicator string, es *Errors) {
	switch b.Source {
	case BenchNone:
		es.add(BadSpec, indicator, "此方法需要基准值来源")
	case BenchConstant:
		if b.Table == nil && !(b.Value > 0 && !math.IsInf(b.Value, 1)) {
			es.add(BadBenchmark, indicator, "固定基准值 %g 不大于零", b.Value)
		}
	case BenchQuantile:
		if !(b.Q >= 0 && b.Q <= 1) {
			es.add(BadSpec, indicator, "分位数 %g 应在 0 与 1 之间", b.Q)
		}
	case BenchOwn:
		if b.Of == "" {
			es.add(BadSpec, indicator, "以本单位上期值为基准时必须指明上期数据列")
		}
	}
	if b.Times < 0 || math.IsNaN(b.Times) || math.IsInf(b.Times, 0) {
		es.add(BadSpec, indicator, "基准倍数 %g 应大于零", b.Times)
	}
}

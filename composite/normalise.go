package composite

import (
	"cmp"
	"math"
	"slices"
)

// Direction says which way is better.
type Direction int8

// The directions.
const (
	Higher Direction = 1
	Lower  Direction = -1
)

// Limit is an optional bound.
type Limit struct {
	Value float64
	Set   bool
}

// At returns a set limit.
func At(v float64) Limit { return Limit{v, true} }

// or returns the limit, or d when it is not set.
func (l Limit) or(d float64) float64 {
	if l.Set {
		return l.Value
	}
	return d
}

// Flat says what a column without spread scores where a method needs a range.
type Flat uint8

// The policies for a constant column. Each is reported as a warning.
const (
	FlatNeutral Flat = iota // the middle of the output range (the mean of a z-score)
	FlatFull                // the top of the output range
	FlatFail                // an error
)

// Norm turns the values of one indicator into scores. Method is a row of
// [Methods] of kind "normalise" or "score"; the other fields are its parameters
// and are ignored by methods that do not name them. Zero values mean the
// method's documented defaults.
type Norm struct {
	Method string

	Lo, Hi   Limit   // output range
	Mean, SD Limit   // zscore: target mean and standard deviation
	From, To Limit   // input range of scaled and goalposts, in the indicator's unit
	Target   Limit   // dist2targ, in the indicator's unit
	Ref      string  // dist2ref: unit code of the reference unit
	Full     Limit   // score at the benchmark
	Cap      Limit   // upper bound of the ratio x/benchmark, or of the distance
	Floor    Limit   // lower bound of the ratio
	Base     float64 // steps: score below the first step
	Points   []Point // steps, points
	Flat     Flat

	Benchmark Benchmark
	// Within is the group column inside which range, mean and benchmark are
	// taken; empty means over everyone.
	Within string
	// GradedOnly leaves ungraded units out of range, mean and benchmark.
	GradedOnly bool
}

// Fit is a fitted Norm: one curve per group.
type Fit struct {
	Indicator  string
	Curves     []Curve
	Benchmarks []float64 // per group; NaN where the method has none
	Groups     []string  // group names, or one empty name
	Warnings   []Warning
	code       []int32 // nil when there is one curve
}

// Curve returns the score function of row i.
func (f *Fit) Curve(i int) *Curve {
	if f.code == nil {
		return &f.Curves[0]
	}
	return &f.Curves[f.code[i]]
}

// Benchmark returns the benchmark that row i is held against.
func (f *Fit) Benchmark(i int) float64 {
	if f.code == nil {
		return f.Benchmarks[0]
	}
	return f.Benchmarks[f.code[i]]
}

// Apply scores a whole column; missing stays missing with its reason.
func (f *Fit) Apply(c Column) Column {
	out := Column{Values: make([]float64, len(c.Values)), Why: slices.Clone(c.Why)}
	for i, v := range c.Values {
		y := f.Curve(i).At(v)
		out.Values[i] = y
		if y != y && v == v {
			out.setMissing(i, OutOfDomain)
		}
	}
	return out
}

// Normalise fits n to a column and applies it.
func Normalise(name string, c Column, dir Direction, n Norm) (Column, *Fit, error) {
	f := NewFrame(len(c.Values))
	if err := f.Add(name, c); err != nil {
		return Column{}, nil, err
	}
	return NormaliseIn(f, name, dir, n)
}

// NormaliseIn is [Normalise] for a column of a frame, with the frame's groups,
// unit codes and ungraded marks.
func NormaliseIn(f *Frame, name string, dir Direction, n Norm) (Column, *Fit, error) {
	if err := n.Check(name, dir); err != nil {
		return Column{}, nil, err
	}
	s, err := f.sample(name, n)
	if err != nil {
		return Column{}, nil, err
	}
	fit, err := n.fit(name, dir, s)
	if err != nil {
		return Column{}, nil, err
	}
	c, err := f.column(name, name)
	if err != nil {
		return Column{}, nil, err
	}
	if n.Benchmark.Source == BenchOwn && methodNeedsBenchmark(n.Method) {
		prev, err := f.column(n.Benchmark.Of, name)
		if err != nil {
			return Column{}, nil, err
		}
		c = Ratio(c, prev)
	}
	return fit.Apply(c), fit, nil
}

// sample gathers what n is fitted on.
func (f *Frame) sample(name string, n Norm) (sample, error) {
	s := sample{keys: f.Keys}
	of := cmp.Or(n.Benchmark.Of, name)
	if n.Benchmark.Source == BenchOwn {
		of = name
	}
	c, err := f.column(of, name)
	if err != nil {
		return s, err
	}
	s.x = c.Values
	if s.group, err = f.group(n.Within, name); err != nil {
		return s, err
	}
	if n.GradedOnly {
		s.skip = f.Ungraded
	}
	if n.Benchmark.Source == BenchWeighted {
		if n.Benchmark.Weight == "" {
			return s, faultf(BadSpec, name, "加权平均基准值需要权数列")
		}
		w, err := f.column(n.Benchmark.Weight, name)
		if err != nil {
			return s, err
		}
		s.den = w.Values
		s.num = make([]float64, len(s.x))
		for i, v := range s.x {
			s.num[i] = v * w.Values[i]
		}
	}
	return s, nil
}

// Check reports every fault of the parameters.
func (n Norm) Check(indicator string, dir Direction) error {
	var es Errors
	m, ok := FindMethod(n.Method, KindNormalise, KindScore)
	if !ok {
		es.add(BadSpec, indicator, "没有名为“%s”的标准化或评分方法", n.Method)
		return es
	}
	n.Method = m.Name
	if dir != Higher && dir != Lower {
		es.add(BadSpec, indicator, "指标方向 %d 应为 1（越高越好）或 -1（越低越好）", dir)
	}
	if m.fitter.benchmark {
		n.Benchmark.check(indicator, &es)
	}
	if n.Cap.Set && n.Floor.Set && n.Cap.Value < n.Floor.Value {
		es.add(BadSpec, indicator, "封顶 %g 低于保底 %g", n.Cap.Value, n.Floor.Value)
	}
	if m.fitter.check != nil {
		m.fitter.check(n, indicator, dir, &es)
	}
	return es.orNil()
}

// fitter is the computing half of a normalisation method.
type fitter struct {
	curve     func(n Norm, c fitCase) (Curve, error)
	check     func(n Norm, indicator string, dir Direction, es *Errors)
	benchmark bool // needs a benchmark
	sorted    bool // needs the sorted values
	sd        bool // needs the standard deviation
}

// fitCase is one group of one indicator about to be fitted.
type fitCase struct {
	indicator, group string
	sign             float64
	s                *spread
	bench            float64
	ref              float64 // value of the reference unit
	warn             func(string)
}

func methodNeedsBenchmark(name string) bool {
	m, ok := FindMethod(name, KindNormalise, KindScore)
	return ok && m.fitter.benchmark
}

// fit computes the curves. The Norm must have passed Check.
func (n Norm) fit(indicator string, dir Direction, s sample) (*Fit, error) {
	m, _ := FindMethod(n.Method, KindNormalise, KindScore)
	spreads := s.spreads(m.fitter.sorted || (m.fitter.benchmark && n.Benchmark.wantsSorted()), m.fitter.sd)
	return n.fitSpreads(indicator, dir, s, spreads)
}

func (n Norm) fitSpreads(indicator string, dir Direction, s sample, spreads []spread) (*Fit, error) {
	m, _ := FindMethod(n.Method, KindNormalise, KindScore)
	out := &Fit{Indicator: indicator, Groups: []string{""}}
	if s.group != nil {
		out.Groups, out.code = s.group.Names, s.group.Code
	}
	ref, err := n.reference(indicator, s)
	if err != nil {
		return nil, err
	}
	var es Errors
	for g := range spreads {
		c := fitCase{indicator: indicator, group: out.Groups[g], sign: float64(dir), s: &spreads[g], ref: ref, bench: math.NaN()}
		c.warn = func(msg string) {
			out.Warnings = append(out.Warnings, Warning{indicator, c.group, msg})
		}
		if m.fitter.benchmark {
			if c.bench, err = n.Benchmark.of(c.s, indicator, c.group); err != nil {
				es.join(err)
				continue
			}
		} else if c.s.n == 0 && m.Name != "none" {
			es = append(es, faultf(BadInput, indicator, "没有任何有效值").in(c.group))
			continue
		}
		curve, err := m.fitter.curve(n, c)
		es.join(err)
		out.Curves = append(out.Curves, curve)
		out.Benchmarks = append(out.Benchmarks, c.bench)
	}
	return out, es.orNil()
}

// reference finds the value of the reference unit.
func (n Norm) reference(indicator string, s sample) (float64, error) {
	if n.Ref == "" {
		return math.NaN(), nil
	}
	i := slices.Index(s.keys, n.Ref)
	if i < 0 {
		return 0, faultf(BadSpec, indicator, "没有代码为“%s”的参照单位", n.Ref)
	}
	if math.IsNaN(s.x[i]) {
		return 0, &Error{Code: BadInput, Indicator: indicator, Unit: n.Ref, Message: "参照单位缺少该指标的值"}
	}
	return s.x[i], nil
}

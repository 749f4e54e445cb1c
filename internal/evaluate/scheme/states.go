package scheme

import (
	"ballast/composite"
	"ballast/internal/pack"
)

// states says for every frame row how an indicator's score came about.
func (s *scoring) states(x pack.Scored, points []float64) []CapState {
	out := make([]CapState, len(points))
	b := bounds{x: x, lower: s.plan.indicatorOf(x.Indicator).Direction == pack.Lower}
	c, _ := s.frame.Column(x.Indicator)
	b.fit, _ = s.result.Fit(x.Indicator)
	top, bottom := float64(x.Cap.Value*x.Weight), float64(x.Floor.Value*x.Weight)
	for j, v := range points {
		switch {
		case v != v:
			out[j] = Absent
		case c.Values[j] != c.Values[j]:
			out[j] = Filled
		case x.Cap.Set && v >= top && b.above(c.Values[j], j):
			out[j] = Capped
		case x.Floor.Set && v <= bottom && b.below(c.Values[j], j):
			out[j] = Floored
		}
	}
	return out
}

// bounds tells a value beyond the cap or the floor from one exactly at it.
type bounds struct {
	x     pack.Scored
	lower bool
	fit   *composite.Fit
}

func (b *bounds) above(value float64, row int) bool {
	m, ok := b.multiple(value, row)
	return !ok || m > b.x.Cap.Value
}

func (b *bounds) below(value float64, row int) bool {
	m, ok := b.multiple(value, row)
	return !ok || m < b.x.Floor.Value
}

// multiple returns the score of a value in multiples of the weight before any
// bound; false when the method has no benchmark or the value none (nothing
// used up where lower is better).
func (b *bounds) multiple(value float64, row int) (float64, bool) {
	bench := b.fit.Benchmark(row)
	switch {
	case bench != bench:
		return 0, false
	case b.x.Method == pack.InverseMean:
		return (2 - value/bench) / 2, true
	case b.lower:
		return bench / value, value > 0
	}
	return value / bench, true
}

package scheme

import (
	"ballast/composite"
	"ballast/internal/rule"
)

// gradedFrame is the frame of move conditions. It is built when the first
// condition asks, because most moves are driven by labels alone.
type gradedFrame struct {
	plan   *Plan
	facts  *Facts
	values *values
	round  round
	total  []float64 // of the population's frame rows
	place  []int32
	frame  *rule.Frame
}

// with returns the frame with the grades as they stand.
func (g *gradedFrame) with(s *scoring, grade []int8) (*rule.Frame, error) {
	n := len(g.facts.Keys)
	if g.frame == nil {
		frame, err := g.plan.factFrame(g.plan.gradedSchema, g.facts, g.values, g.round)
		if err != nil {
			return nil, err
		}
		if err := s.m.setGroups(frame); err != nil {
			return nil, err
		}
		total, place := make([]float64, n), make([]float64, n)
		for i := range n {
			total[i], place[i] = nan, nan
		}
		for j, i := range s.inside {
			row := s.m.rows[i]
			total[row] = g.total[j]
			if g.place[j] > 0 {
				place[row] = float64(g.place[j])
			}
		}
		if err := frame.SetNumbers("total", total, nil); err != nil {
			return nil, err
		}
		if err := frame.SetNumbers("place", place, nil); err != nil {
			return nil, err
		}
		g.frame = frame
	}
	names := make([]string, len(s.m.Bands.Grades))
	for k, b := range s.m.Bands.Grades {
		names[k] = b.Key
	}
	codes := make([]int32, n)
	for i := range codes {
		codes[i] = -1
	}
	for j, i := range s.inside {
		codes[s.m.rows[i]] = int32(grade[j])
	}
	return g.frame, g.frame.SetDict("grade", names, codes)
}

// reasonOf turns the rule engine's cause of a missing value into composite's.
func reasonOf(c *rule.Column, row int32) composite.Reason {
	if c == nil {
		return composite.NotReported
	}
	switch c.Value(int(row)).Why.Cause {
	case rule.MissingField:
		return composite.MissingInput
	case rule.DivideByZero:
		return composite.ZeroDenominator
	}
	return composite.OutOfDomain
}

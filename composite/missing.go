package composite

import "math"

// Policy says what a missing indicator scores.
type Policy uint8

// The policies. The zero value leaves the score missing; the node above decides
// by its [Absent] rule (drop and reweight by default).
const (
	KeepMissing      Policy = iota
	MissingZero             // scores zero
	MissingMeanScore        // the mean score of the group (a published Zhejiang rule for emissions)
	MissingMean             // what the group's mean value would score
	MissingMedian           // what the group's median value would score
	MissingScore            // the score Value
	MissingPoints           // Value points of the total, for instance -3; arithmetic trees only
	MissingFail             // an error that names the units
)

// Missing is the policy of one indicator.
type Missing struct {
	Policy Policy
	Value  float64 // MissingScore, MissingPoints
	// Within is the group column of the mean policies; empty means everyone. A
	// group without any value falls back on everyone, with a warning.
	Within string
	// GradedOnly leaves ungraded units out of the means.
	GradedOnly bool
}

// fills returns the score that stands for a missing value, per group of
// m.Within (a single one when that is empty); NaN keeps it missing.
func (m Missing) fills(fc fillCase) ([]float64, []Warning, error) {
	k := 1
	if fc.group != nil {
		k = len(fc.group.Names)
	}
	out := make([]float64, k)
	constant := math.NaN()
	switch m.Policy {
	case MissingZero:
		constant = 0
	case MissingScore:
		constant = m.Value
	case MissingPoints:
		constant = m.Value / fc.share
	case MissingMeanScore, MissingMean, MissingMedian:
		return m.groupFills(fc, out)
	}
	for i := range out {
		out[i] = constant
	}
	return out, nil, nil
}

// fillCase is one indicator whose fills are wanted.
type fillCase struct {
	key   string
	x     []float64
	fit   *Fit
	group *Group
	skip  []bool
	share float64 // points of the total per point of score
}

func (m Missing) groupFills(fc fillCase, out []float64) ([]float64, []Warning, error) {
	if countMissing(fc.x) == 0 {
		return out, nil, nil
	}
	s := sample{x: fc.x, group: fc.group, skip: fc.skip}
	whole := sample{x: fc.x, skip: fc.skip}
	if m.Policy == MissingMeanScore {
		scores := make([]float64, len(fc.x))
		for i, v := range fc.x {
			scores[i] = fc.fit.Curve(i).At(v)
		}
		s.x, whole.x = scores, scores
	}
	median := m.Policy == MissingMedian
	all := whole.spreads(median, false)[0]
	if all.n == 0 {
		return nil, nil, faultf(BadInput, fc.key, "没有任何有效值，无法按均值补分")
	}
	var warnings []Warning
	for g, sp := range s.spreads(median, false) {
		if sp.n == 0 && fc.group != nil {
			warnings = append(warnings, Warning{fc.key, fc.group.Names[g], "该组没有任何有效值，缺失按全体补分"})
			sp = all
		}
		v := sp.mean()
		if median {
			v = quantileSorted(sp.sorted, 0.5)
		}
		if m.Policy != MissingMeanScore {
			v = m.scoreOf(fc, g, v)
		}
		out[g] = v
	}
	return out, warnings, nil
}

// scoreOf scores a stand-in value. Compile has made sure that a fit with groups
// has the groups of the policy.
func (m Missing) scoreOf(fc fillCase, g int, v float64) float64 {
	if fc.fit.code == nil {
		return fc.fit.Curves[0].At(v)
	}
	return fc.fit.Curves[g].At(v)
}

func countMissing(x []float64) int {
	n := 0
	for _, v := range x {
		if v != v {
			n++
		}
	}
	return n
}

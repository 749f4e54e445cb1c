package composite

import "math"

// Removed is the index without one element.
type Removed struct {
	Key   string // the element whose weight was set to zero; empty for the nominal index
	Index []float64
	// MeanRankShift is the mean |rank - nominal rank|.
	MeanRankShift float64
	Why           string // Chinese; set, and Index nil, when the element cannot be removed
}

// RemoveOne recomputes the root once for each element of a level with the
// weight of the element set to zero. The nominal index comes first. An only
// child cannot be removed; it is reported with the reason.
func (t *Tree) RemoveOne(leaves map[string]Column, level int) ([]Removed, error) {
	root, err := t.Root()
	if err != nil {
		return nil, err
	}
	nominal, err := t.Aggregate(leaves)
	if err != nil {
		return nil, err
	}
	base := nominal[root].Values
	ranks, err := Ranks(base, Ranking{}, nil)
	if err != nil {
		return nil, err
	}
	out := []Removed{{Index: base}}
	for _, nd := range t.nodes {
		if t.Level(nd.Key) != level || nd.Key == root {
			continue
		}
		cut, err := t.WithWeights(map[string]float64{nd.Key: 0})
		if err != nil {
			out = append(out, Removed{Key: nd.Key, MeanRankShift: math.NaN(), Why: "去掉后上级没有权重"})
			continue
		}
		agg, err := cut.Aggregate(leaves)
		if err != nil {
			return nil, err
		}
		r, err := Ranks(agg[root].Values, Ranking{}, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, Removed{Key: nd.Key, Index: agg[root].Values, MeanRankShift: MeanRankShift(r, ranks)})
	}
	return out, nil
}

// MeanRankShift returns the mean |a - b| over units ranked in both.
func MeanRankShift(a, b []int32) float64 {
	var sum, n int64
	for i := range a {
		if a[i] == 0 || b[i] == 0 {
			continue
		}
		d := int64(a[i]) - int64(b[i])
		sum += max(d, -d)
		n++
	}
	if n == 0 {
		return math.NaN()
	}
	return float64(sum) / float64(n)
}

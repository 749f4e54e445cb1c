package composite

import (
	"cmp"
	"slices"
)

// Move is one unit in two results.
type Move struct {
	Unit             string
	Before, After    float64 // totals
	RankBefore, Rank int32   // 0 = none
	BandBefore, Band string
}

// Places is how many places the unit rose; negative when it fell, 0 when one
// of the ranks is missing.
func (m Move) Places() int32 {
	if m.RankBefore == 0 || m.Rank == 0 {
		return 0
	}
	return m.RankBefore - m.Rank
}

// Comparison sets two results side by side.
type Comparison struct {
	Moves           []Move // units in both, by after-rank, then unit
	OnlyBefore, New []string
	// Bands labels the rows (before) and columns (after) of Migration; the last
	// label, empty, is "no band".
	Bands     []string
	Migration [][]int
	Winners   int // units in a better band
	Losers    int // units in a worse band
}

// Side is one of two results to compare: keyed by unit code, so that the
// populations may differ.
type Side struct {
	Units []string
	Total []float64
	Rank  []int32
	Band  []string // may be nil
}

// Side returns a result as one side of a comparison.
func (r *Result) Side() Side {
	s := Side{Total: r.total, Rank: r.Rank}
	for i := range r.frame.n {
		s.Units = append(s.Units, r.frame.unit(i))
		s.Band = append(s.Band, r.Label(i))
	}
	return s
}

// Compare matches two results by unit code. bands lists the labels best first;
// labels of neither list are an error.
func Compare(before, after Side, bands []string) (*Comparison, error) {
	out := &Comparison{Bands: append(slices.Clone(bands), "")}
	out.Migration = make([][]int, len(out.Bands))
	for i := range out.Migration {
		out.Migration[i] = make([]int, len(out.Bands))
	}
	index := make(map[string]int, len(before.Units))
	for i, u := range before.Units {
		if _, dup := index[u]; dup {
			return nil, &Error{Code: BadInput, Unit: u, Message: "单位代码重复"}
		}
		index[u] = i
	}
	for i, u := range after.Units {
		j, ok := index[u]
		if !ok {
			out.New = append(out.New, u)
			continue
		}
		delete(index, u)
		m := Move{Unit: u, Before: before.Total[j], After: after.Total[i], RankBefore: before.Rank[j], Rank: after.Rank[i]}
		if before.Band != nil && after.Band != nil {
			m.BandBefore, m.Band = before.Band[j], after.Band[i]
			if err := out.migrate(m); err != nil {
				return nil, err
			}
		}
		out.Moves = append(out.Moves, m)
	}
	for u := range index {
		out.OnlyBefore = append(out.OnlyBefore, u)
	}
	slices.Sort(out.OnlyBefore)
	slices.SortFunc(out.Moves, func(a, b Move) int {
		return cmp.Or(cmp.Compare(uint32(a.Rank-1), uint32(b.Rank-1)), cmp.Compare(a.Unit, b.Unit))
	})
	return out, nil
}

func (c *Comparison) migrate(m Move) error {
	i, j := slices.Index(c.Bands, m.BandBefore), slices.Index(c.Bands, m.Band)
	if i < 0 || j < 0 {
		return &Error{Code: BadInput, Unit: m.Unit, Message: "档次“" + m.BandBefore + "”或“" + m.Band + "”不在档次表中"}
	}
	c.Migration[i][j]++
	none := len(c.Bands) - 1
	switch {
	case i == none || j == none || i == j:
	case j < i:
		c.Winners++
	default:
		c.Losers++
	}
	return nil
}

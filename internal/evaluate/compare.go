package evaluate

import (
	"context"
	"math"
	"slices"

	"ballast/internal/fault"
	"ballast/internal/scope"
)

// Comparison sets two runs of one round side by side (两次运行比较).
type Comparison struct {
	A, B    Run
	Bands   []string // in order, best first, then what else occurs
	Moved   [][]int  // Moved[i][j]: firms of band i in A and band j in B
	Changed []Change // firms whose band differs, by size of the change in rank
	Only    []Change // firms in one of the two only
}

// Change is one firm in both runs.
type Change struct {
	Enterprise     int64
	Code, Name     string
	District       string
	BandA, BandB   string // "" when absent
	RankA, RankB   int
	TotalA, TotalB float64
}

// Compare sets two runs of one round side by side inside the scope.
func (e *Evaluate) Compare(ctx context.Context, s scope.Scope, a, b int64) (Comparison, error) {
	var c Comparison
	var err error
	if c.A, err = loadRun(ctx, e.db, a); err != nil {
		return c, err
	}
	if c.B, err = loadRun(ctx, e.db, b); err != nil {
		return c, err
	}
	if c.A.Round != c.B.Round {
		return c, fault.New(fault.Invalid, "只能比较同一轮的两次计算")
	}
	left, err := listScores(ctx, e.db, s, a, ScoreFilter{})
	if err != nil {
		return c, err
	}
	right, err := listScores(ctx, e.db, s, b, ScoreFilter{})
	if err != nil {
		return c, err
	}
	c.compare(left, right)
	return c, nil
}

func (c *Comparison) compare(left, right []Score) {
	for _, b := range c.A.Summary.Bands {
		c.Bands = append(c.Bands, b.Key)
	}
	band := func(key string) int {
		i := slices.Index(c.Bands, key)
		if i < 0 {
			i = len(c.Bands)
			c.Bands = append(c.Bands, key)
		}
		return i
	}
	for _, s := range slices.Concat(left, right) {
		band(s.Band)
	}
	c.Moved = make([][]int, len(c.Bands))
	for i := range c.Moved {
		c.Moved[i] = make([]int, len(c.Bands))
	}
	other := make(map[int64]Score, len(right))
	for _, s := range right {
		other[s.Enterprise] = s
	}
	for _, s := range left {
		ch := Change{s.Enterprise, s.Code, s.Name, s.District, s.Band, "", s.Rank, 0, s.Total, math.NaN()}
		t, ok := other[s.Enterprise]
		if !ok {
			c.Only = append(c.Only, ch)
			continue
		}
		delete(other, s.Enterprise)
		ch.BandB, ch.RankB, ch.TotalB = t.Band, t.Rank, t.Total
		c.Moved[band(s.Band)][band(t.Band)]++
		if s.Band != t.Band {
			c.Changed = append(c.Changed, ch)
		}
	}
	for _, t := range right {
		if _, left := other[t.Enterprise]; left {
			c.Only = append(c.Only, Change{t.Enterprise, t.Code, t.Name, t.District, "", t.Band, 0, t.Rank, math.NaN(), t.Total})
		}
	}
	slices.SortStableFunc(c.Changed, func(x, y Change) int { return abs(y.RankA-y.RankB) - abs(x.RankA-x.RankB) })
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

package composite

import (
	"cmp"
	"slices"
)

// Standing is one indicator of a unit by its rank.
type Standing struct {
	Key   string
	Rank  int32
	Value float64
}

// StrengthsWeaknesses returns the top best and worst indicators of a row by
// its rank among all units (competition, higher is better: give normalised
// columns). An indicator in which the unit shares the worst rank is left out
// first when discardWorst is set, as COINr does: a rank that half the units
// share says little. Equal ranks keep the column order. Weaknesses come best
// first.
func StrengthsWeaknesses(m Matrix, row, top int, discardWorst bool) (strong, weak []Standing, err error) {
	if err := m.check(false); err != nil {
		return nil, nil, err
	}
	if row < 0 || row >= m.rows() || top < 1 {
		return nil, nil, faultf(BadSpec, "", "没有第 %d 行，或个数 %d 不对", row+1, top)
	}
	var all []Standing
	for k, c := range m.Columns {
		if c[row] != c[row] {
			continue
		}
		s := Standing{Key: m.Names[k], Rank: 1, Value: c[row]}
		worst := true
		for _, v := range c {
			if v > c[row] {
				s.Rank++
			}
			worst = worst && !(v < c[row])
		}
		if worst && discardWorst {
			continue
		}
		all = append(all, s)
	}
	slices.SortStableFunc(all, func(a, b Standing) int { return cmp.Compare(a.Rank, b.Rank) })
	n := min(top, len(all))
	return all[:n], all[len(all)-n:], nil
}

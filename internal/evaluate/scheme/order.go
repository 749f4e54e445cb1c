package scheme

import (
	"cmp"
	"slices"
)

// byCode returns the members of a population in the order of their codes.
func (r *Result) byCode(q *PopulationResult) []int {
	order := make([]int, len(q.Rows))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(r.Keys[q.Rows[a]], r.Keys[q.Rows[b]]) })
	return order
}

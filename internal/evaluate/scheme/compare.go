package scheme

import (
	"slices"
	"strings"

	"ballast/composite"
)

// Difference is one entity whose result differs between two runs.
type Difference struct {
	Code     string
	From, To Standing
}

// Standing is an entity's result in one run; the zero Standing is an entity
// that is not in the run or in no population.
type Standing struct {
	Population string
	Printed    string // grade, class, 不评级, 待定
	Total      float64
	Rank       int
}

// Comparison is two runs held side by side.
type Comparison struct {
	Same        int          // entities with the same population, grade, total and rank
	Differences []Difference // by code
	// Moves counts entities by printed result in the first and in the second
	// run, those that kept theirs included; "" is outside.
	Moves map[[2]string]int
}

// Compare holds two runs side by side, entity by entity.
func Compare(a, b *Result) Comparison {
	out := Comparison{Moves: map[[2]string]int{}}
	before, after := a.standings(), b.standings()
	codes := make([]string, 0, len(before))
	for code := range before {
		codes = append(codes, code)
	}
	for code := range after {
		if _, ok := before[code]; !ok {
			codes = append(codes, code)
		}
	}
	slices.SortFunc(codes, strings.Compare)
	for _, code := range codes {
		from, to := before[code], after[code]
		out.Moves[[2]string{from.Printed, to.Printed}]++
		if from.same(to) {
			out.Same++
			continue
		}
		out.Differences = append(out.Differences, Difference{code, from, to})
	}
	return out
}

// same treats two missing totals as equal.
func (s Standing) same(o Standing) bool {
	if s.Total != s.Total && o.Total != o.Total {
		s.Total, o.Total = 0, 0
	}
	return s == o
}

func (r *Result) standings() map[string]Standing {
	out := make(map[string]Standing, len(r.Keys))
	for k := range r.Populations {
		q := &r.Populations[k]
		for i, row := range q.Rows {
			out[r.Keys[row]] = Standing{q.Key, q.Printed(i), q.Total[i], int(q.Rank[i])}
		}
	}
	return out
}

// Composite returns the run behind a population's totals, for stability studies
// on it, and for each member its row there, -1 for one outside. It is nil when
// nobody was scored.
func (q *PopulationResult) Composite() (*composite.Result, []int32) {
	if q.scoring == nil {
		return nil, q.slot
	}
	return q.scoring.result, q.slot
}

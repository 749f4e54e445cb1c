package composite

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Ties says how equal values are numbered.
type Ties uint8

// The three ways of numbering. Whatever the way, a missing value takes rank 0.
const (
	Competition Ties = iota // 1 2 2 4: equals share the smallest number
	Dense                   // 1 2 2 3: no number is left out
	Ordinal                 // 1 2 3 4: every unit its own; the unit code settles the last tie
)

// TieKey is a further column that decides between equal values.
type TieKey struct {
	Column string
	Lower  bool // the lower value wins
}

// Ranking says how a column becomes ranks. The zero value is competition
// ranking of the unrounded values.
type Ranking struct {
	Ties Ties
	// Decimals rounds values half away from zero before comparing; 0 means do
	// not round. Ranks made from rounded scores must be asked for.
	Decimals int
	// Keys decide between equal values, in order. What they decide is no tie.
	Keys []TieKey
	// Lower ranks the lowest value first.
	Lower bool
}

// Ranks numbers the values, 1 = best, by the rule. Keys are columns of f;
// f may be nil when there are none. Ungraded and missing rows take 0.
func Ranks(values []float64, rule Ranking, f *Frame) ([]int32, error) {
	r, err := newRanker(rule, f, len(values))
	if err != nil {
		return nil, err
	}
	out := make([]int32, len(values))
	r.whole(r.order(values, 1), out)
	return out, nil
}

// RanksWithin numbers the values inside each group.
func RanksWithin(values []float64, rule Ranking, f *Frame, g Group) ([]int32, error) {
	if len(g.Code) != len(values) {
		return nil, faultf(BadInput, "", "分组应有 %d 行，实有 %d 行", len(values), len(g.Code))
	}
	r, err := newRanker(rule, f, len(values))
	if err != nil {
		return nil, err
	}
	out := make([]int32, len(values))
	r.within(r.order(values, 1), &g, out)
	return out, nil
}

// ranker carries the scratch of repeated rankings.
type ranker struct {
	rule     Ranking
	keys     [][]float64
	units    []string
	rows     []int32 // graded rows; nil means all
	sort     sorter
	rounded  []float64
	values   []float64 // what the last order compared
	counters []groupCount
	missing  bool
}

// groupCount is the running state of one group while ranks are dealt out.
type groupCount struct {
	seen, rank int32
	last       int32 // row of the previous unit, -1 at first
}

func newRanker(rule Ranking, f *Frame, n int) (*ranker, error) {
	r := &ranker{rule: rule}
	if f == nil {
		if len(rule.Keys) > 0 {
			return nil, faultf(BadSpec, "", "名次的次序指标需要数据表")
		}
		return r, nil
	}
	if f.n != n {
		return nil, faultf(BadInput, "", "应有 %d 行，实有 %d 行", f.n, n)
	}
	r.units = f.Keys
	for _, k := range rule.Keys {
		c, err := f.column(k.Column, k.Column)
		if err != nil {
			return nil, err
		}
		r.keys = append(r.keys, c.Values)
	}
	if f.Ungraded != nil {
		r.rows = make([]int32, 0, n)
		for i, u := range f.Ungraded {
			if !u {
				r.rows = append(r.rows, int32(i))
			}
		}
	}
	return r, nil
}

// order returns the graded rows with a value, best first. The slice belongs to
// the ranker and holds until the next call.
func (r *ranker) order(values []float64, workers int) []int32 {
	r.values = r.prepare(values)
	order := r.sort.sortDesc(r.values, r.rows, workers)
	for len(order) > 0 && math.IsNaN(r.values[order[len(order)-1]]) {
		order = order[:len(order)-1]
	}
	if len(r.keys) > 0 || r.units != nil {
		r.settleTies(order)
	}
	return order
}

// prepare applies rounding and direction.
func (r *ranker) prepare(values []float64) []float64 {
	if r.rule.Decimals == 0 && !r.rule.Lower {
		return values
	}
	if cap(r.rounded) < len(values) {
		r.rounded = make([]float64, len(values))
	}
	out := r.rounded[:len(values)]
	for i, v := range values {
		if r.rule.Decimals != 0 {
			v = roundTo(v, r.rule.Decimals)
		}
		if r.rule.Lower {
			v = -v
		}
		out[i] = v
	}
	return out
}

// roundTo rounds half away from zero to d decimals.
func roundTo(v float64, d int) float64 {
	p := math.Pow10(d)
	return math.Round(v*p) / p
}

// settleTies reorders runs of equal values by the keys and then by unit code.
func (r *ranker) settleTies(order []int32) {
	for i := 0; i < len(order); {
		j := i + 1
		for j < len(order) && r.values[order[j]] == r.values[order[i]] {
			j++
		}
		if j-i > 1 {
			slices.SortStableFunc(order[i:j], func(a, b int32) int {
				if c := r.compareKeys(a, b); c != 0 {
					return c
				}
				if r.units != nil {
					return strings.Compare(r.units[a], r.units[b])
				}
				return cmp.Compare(a, b)
			})
		}
		i = j
	}
}

// compareKeys compares two rows by the tie keys; missing keys lose.
func (r *ranker) compareKeys(a, b int32) int {
	for k, col := range r.keys {
		x, y := col[a], col[b]
		switch {
		case x == y || (x != x && y != y):
			continue
		case x != x:
			return 1
		case y != y:
			return -1
		case (x > y) != r.rule.Keys[k].Lower:
			return -1
		default:
			return 1
		}
	}
	return 0
}

// tied reports whether two rows are equal in value and in every key.
func (r *ranker) tied(a, b int32) bool {
	return r.values[a] == r.values[b] && r.compareKeys(a, b) == 0
}

// whole deals ranks over all rows of the order.
func (r *ranker) whole(order []int32, out []int32) {
	if len(order) < len(out) {
		clear(out)
	}
	if r.rule.Ties == Ordinal {
		for i, row := range order {
			out[row] = int32(i + 1)
		}
		return
	}
	g := groupCount{last: -1}
	for _, row := range order {
		out[row] = r.next(&g, row)
	}
}

// within deals ranks inside each group, walking the common order once.
func (r *ranker) within(order []int32, g *Group, out []int32) {
	if len(order) < len(out) {
		clear(out)
	}
	if cap(r.counters) < len(g.Names) {
		r.counters = make([]groupCount, len(g.Names))
	}
	counters := r.counters[:len(g.Names)]
	for i := range counters {
		counters[i] = groupCount{last: -1}
	}
	if r.rule.Ties == Ordinal {
		for _, row := range order {
			c := &counters[g.Code[row]]
			c.seen++
			out[row] = c.seen
		}
		return
	}
	for _, row := range order {
		out[row] = r.next(&counters[g.Code[row]], row)
	}
}

// next returns the rank of the next unit of a group.
func (r *ranker) next(g *groupCount, row int32) int32 {
	g.seen++
	if g.last < 0 || !r.tied(g.last, row) {
		if r.rule.Ties == Competition {
			g.rank = g.seen
		} else {
			g.rank++
		}
	}
	if r.rule.Ties == Ordinal {
		g.rank = g.seen
	}
	g.last = row
	return g.rank
}

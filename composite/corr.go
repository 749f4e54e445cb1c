package composite

import (
	"cmp"
	"math"
	"slices"
)

// Correlation names a coefficient.
type Correlation string

// The coefficients, all on the rows where both values are present.
const (
	Pearson  Correlation = "pearson"
	Spearman Correlation = "spearman" // Pearson of mean ranks
	Kendall  Correlation = "kendall"  // tau-b
)

// Correlate returns the coefficient of two columns, NaN when one of them does
// not vary or fewer than two rows are complete.
func Correlate(kind Correlation, x, y []float64) (float64, error) {
	if len(x) != len(y) {
		return 0, faultf(BadInput, "", "两列长度不同：%d 与 %d", len(x), len(y))
	}
	a, b := complete(x, y)
	if len(a) < 2 {
		return math.NaN(), nil
	}
	switch kind {
	case Pearson:
		return pearson(a, b), nil
	case Spearman:
		return pearson(MeanRanks(a), MeanRanks(b)), nil
	case Kendall:
		return kendall(a, b), nil
	}
	return 0, faultf(BadSpec, "", "没有名为“%s”的相关系数", kind)
}

// CorrelationMatrix returns the coefficient of every column of x with every
// column of y.
func CorrelationMatrix(kind Correlation, x, y Matrix) ([][]float64, error) {
	out := make([][]float64, len(x.Columns))
	for i, a := range x.Columns {
		out[i] = make([]float64, len(y.Columns))
		for j, b := range y.Columns {
			r, err := Correlate(kind, a, b)
			if err != nil {
				return nil, err
			}
			out[i][j] = r
		}
	}
	return out, nil
}

// complete returns the rows in which both are present.
func complete(x, y []float64) (a, b []float64) {
	for i, v := range x {
		if w := y[i]; v == v && w == w {
			a, b = append(a, v), append(b, w)
		}
	}
	return a, b
}

func pearson(x, y []float64) float64 {
	mx, my := Mean(x), Mean(y)
	var sxy, sxx, syy acc
	for i, v := range x {
		a, b := v-mx, y[i]-my
		sxy.add(float64(a * b))
		sxx.add(float64(a * a))
		syy.add(float64(b * b))
	}
	r := sxy.value() / math.Sqrt(sxx.value()*syy.value())
	return max(-1, min(1, r))
}

// MeanRanks returns ascending ranks from 1, equal values sharing their mean rank.
func MeanRanks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(x[a], x[b]) })
	out := make([]float64, len(x))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && x[order[j]] == x[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			out[k] = float64(i+j+1) / 2
		}
		i = j
	}
	return out
}

// kendall is tau-b by Knight's method: sort by x then y, count the exchanges a
// merge sort by y needs.
func kendall(x, y []float64) float64 {
	n := len(x)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(x[a], x[b]), cmp.Compare(y[a], y[b])) })
	ys := make([]float64, n)
	for i, k := range order {
		ys[i] = y[k]
	}
	tiedX := tiedPairs(n, func(i int) bool { return x[order[i]] == x[order[i-1]] })
	both := tiedPairs(n, func(i int) bool { return x[order[i]] == x[order[i-1]] && ys[i] == ys[i-1] })
	swaps := mergeCount(ys, make([]float64, n))
	tiedY := tiedPairs(n, func(i int) bool { return ys[i] == ys[i-1] })
	all := int64(n) * int64(n-1) / 2
	s := float64(all - tiedX - tiedY + both - 2*swaps)
	return s / math.Sqrt(float64(all-tiedX)*float64(all-tiedY))
}

// tiedPairs counts pairs inside runs of neighbours that are equal.
func tiedPairs(n int, equal func(i int) bool) int64 {
	var total, run int64 = 0, 1
	for i := 1; i <= n; i++ {
		if i < n && equal(i) {
			run++
			continue
		}
		total += run * (run - 1) / 2
		run = 1
	}
	return total
}

// mergeCount sorts x and returns the number of inversions.
func mergeCount(x, tmp []float64) int64 {
	if len(x) < 2 {
		return 0
	}
	m := len(x) / 2
	count := mergeCount(x[:m], tmp[:m]) + mergeCount(x[m:], tmp[m:])
	i, j, k := 0, m, 0
	for i < m && j < len(x) {
		if x[j] < x[i] {
			tmp[k] = x[j]
			j++
			count += int64(m - i)
		} else {
			tmp[k] = x[i]
			i++
		}
		k++
	}
	k += copy(tmp[k:], x[i:m])
	copy(tmp[k:], x[j:])
	copy(x, tmp)
	return count
}

// Cronbach returns alpha = k/(k-1)·(1 - trace(C)/sum(C)) with C the covariance
// matrix on complete rows: how far a group of indicators measures one thing.
// NaN below two columns or without spread.
func Cronbach(m Matrix) (float64, error) {
	if err := m.check(false); err != nil {
		return 0, err
	}
	k := len(m.Columns)
	full := m.completeRows()
	if k < 2 || full.rows() < 2 {
		return math.NaN(), nil
	}
	total := make([]float64, full.rows())
	var trace float64
	for _, c := range full.Columns {
		trace += variance(c)
		for i, v := range c {
			total[i] += v
		}
	}
	return float64(k) / float64(k-1) * (1 - trace/variance(total)), nil
}

// completeRows drops rows with a missing value.
func (m Matrix) completeRows() Matrix {
	out := Matrix{Names: m.Names, Columns: make([][]float64, len(m.Columns))}
	for i := range m.rows() {
		ok := true
		for _, c := range m.Columns {
			ok = ok && c[i] == c[i]
		}
		if !ok {
			continue
		}
		for k, c := range m.Columns {
			out.Columns[k] = append(out.Columns[k], c[i])
		}
	}
	return out
}

func variance(x []float64) float64 {
	s := StdDev(x)
	return s * s
}

// CorrFlag is a pair of indicators of one group that are nearly the same, or
// that pull against each other.
type CorrFlag struct {
	Group, A, B string
	R           float64
}

// CorrLimits are the bounds beyond which a pair is flagged.
type CorrLimits struct{ Low, High float64 }

// FlagPairs lists the pairs of columns of one group whose coefficient, rounded
// to three digits, lies outside the limits.
func FlagPairs(kind Correlation, group string, m Matrix, lim CorrLimits) ([]CorrFlag, error) {
	r, err := CorrelationMatrix(kind, m, m)
	if err != nil {
		return nil, err
	}
	var out []CorrFlag
	for i := range r {
		for j := i + 1; j < len(r); j++ {
			if v := roundTo(r[i][j], 3); v > lim.High || v < lim.Low {
				out = append(out, CorrFlag{group, m.Names[i], m.Names[j], v})
			}
		}
	}
	return out, nil
}

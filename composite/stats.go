package composite

import (
	"math"
	"slices"
)

// Quantile returns the type 7 quantile (linear interpolation) of the present
// values, NaN when there is none.
func Quantile(x []float64, q float64) float64 { return quantileSorted(sortedPresent(x, 1), q) }

// Median returns the median of the present values, NaN when there is none.
func Median(x []float64) float64 { return Quantile(x, 0.5) }

// StdDev returns the sample standard deviation (n-1) of the present values,
// NaN below two of them.
func StdDev(x []float64) float64 {
	m := Mean(x)
	var s acc
	n := 0
	for _, v := range x {
		if v == v {
			d := v - m
			s.add(float64(d * d))
			n++
		}
	}
	if n < 2 {
		return math.NaN()
	}
	return math.Sqrt(s.value() / float64(n-1))
}

// centralPower returns Σ(x-mean)^2, ^3, ^4 and n.
func centralPower(x []float64) (s2, s3, s4 float64, n int) {
	m := Mean(x)
	var a2, a3, a4 acc
	for _, v := range x {
		if v == v {
			d := v - m
			q := float64(d * d)
			a2.add(q)
			a3.add(float64(q * d))
			a4.add(float64(q * q))
			n++
		}
	}
	return a2.value(), a3.value(), a4.value(), n
}

// SkewKurt returns the sample-adjusted skewness and excess kurtosis (as a
// spreadsheet's SKEW and KURT): skew = √n·S3/S2^1.5 · √(n(n-1))/(n-2),
// kurt = ((n+1)(r-3)+6)(n-1)/((n-2)(n-3)) with r = n·S4/S2². NaN below four
// values or without spread.
func SkewKurt(x []float64) (skew, kurt float64) {
	s2, s3, s4, count := centralPower(x)
	if count < 4 || !(s2 > 0) {
		return math.NaN(), math.NaN()
	}
	n := float64(count)
	skew = math.Sqrt(n) * s3 / float64(s2*math.Sqrt(s2)) * math.Sqrt(n*(n-1)) / (n - 2)
	r := n * s4 / (s2 * s2)
	kurt = (float64((n+1)*(r-3)) + 6) * (n - 1) / ((n - 2) * (n - 3))
	return skew, kurt
}

// Stats describes one column. Fractions are of all rows, missing ones included.
type Stats struct {
	Key                                             string
	Min, Max, Mean, Median, Std, Skew, Kurt         float64
	Avail, NonZero, Unique, Same                    int // Same: how often the commonest value occurs
	FrcAvail, FrcNonZero, FrcUnique, FrcSame        float64
	LowAvail, LowNonZero, LowUnique, OutlierSuspect bool
}

// StatsLimits are the thresholds of the flags in [Stats].
type StatsLimits struct{ Avail, NonZero, Unique, Skew, Kurt float64 }

// DefaultStatsLimits are the thresholds of COINr and the COIN Tool.
func DefaultStatsLimits() StatsLimits { return StatsLimits{0.65, 0.5, 0.5, 2, 3.5} }

// Describe computes the statistics of one column.
func Describe(key string, x []float64, lim StatsLimits) Stats {
	sorted := sortedPresent(x, 1)
	s := Stats{Key: key, Avail: len(sorted), Mean: Mean(x), Std: StdDev(x), Median: quantileSorted(sorted, 0.5)}
	s.Min, s.Max = math.NaN(), math.NaN()
	if len(sorted) > 0 {
		s.Min, s.Max = sorted[0], sorted[len(sorted)-1]
	}
	s.Skew, s.Kurt = SkewKurt(x)
	for i := 0; i < len(sorted); {
		j := i
		for j < len(sorted) && sorted[j] == sorted[i] {
			j++
		}
		s.Unique++
		s.Same = max(s.Same, j-i)
		if sorted[i] != 0 {
			s.NonZero += j - i
		}
		i = j
	}
	n := float64(len(x))
	s.FrcAvail, s.FrcNonZero = float64(s.Avail)/n, float64(s.NonZero)/n
	s.FrcUnique, s.FrcSame = float64(s.Unique)/n, float64(s.Same)/n
	s.LowAvail, s.LowNonZero = s.FrcAvail < lim.Avail, s.FrcNonZero < lim.NonZero
	s.LowUnique = s.FrcUnique < lim.Unique
	s.OutlierSuspect = math.Abs(s.Skew) > lim.Skew && s.Kurt > lim.Kurt
	return s
}

// Matrix is named columns of equal length: what the methods that look at
// several indicators at once take. Columns are matched by name, never by place.
type Matrix struct {
	Names   []string
	Columns [][]float64
}

// rows returns the number of units.
func (m Matrix) rows() int {
	if len(m.Columns) == 0 {
		return 0
	}
	return len(m.Columns[0])
}

// check demands equal lengths, and no missing value when full is set.
func (m Matrix) check(full bool) error {
	var es Errors
	if len(m.Names) != len(m.Columns) || len(m.Names) == 0 {
		es.add(BadInput, "", "列名 %d 个，数据列 %d 个", len(m.Names), len(m.Columns))
		return es
	}
	for k, c := range m.Columns {
		if len(c) != m.rows() {
			es.add(BadInput, m.Names[k], "应有 %d 行，实有 %d 行", m.rows(), len(c))
			continue
		}
		for i, v := range c {
			if math.IsInf(v, 0) || (full && v != v) {
				es.add(BadInput, m.Names[k], "第 %d 行没有有限的值", i+1)
				break
			}
		}
	}
	return es.orNil()
}

// pick returns the columns of some names, in their order.
func (m Matrix) pick(names []string) Matrix {
	out := Matrix{Names: names}
	for _, n := range names {
		out.Columns = append(out.Columns, m.Columns[slices.Index(m.Names, n)])
	}
	return out
}

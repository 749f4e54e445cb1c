package composite

import "math"

// blockRows is the fixed length of the row blocks every parallel pass works in.
// Partial results belong to blocks, not to goroutines, so their number never
// changes a bit of the result. 2048 rows of 16 columns stay inside a 256 KiB cache.
const blockRows = 2048

// acc is a compensated sum (Neumaier in branch-free two-sum form). Its result is
// the correctly rounded sum in all but contrived cases, which is why the order
// of rows does not show in a mean.
type acc struct{ s, c float64 }

// add adds v.
func (a *acc) add(v float64) {
	t := a.s + v
	b := t - a.s
	a.c += (a.s - (t - b)) + (v - b)
	a.s = t
}

// merge adds another accumulator.
func (a *acc) merge(o acc) {
	a.add(o.s)
	a.c += o.c
}

// value returns the rounded sum.
func (a acc) value() float64 { return a.s + a.c }

// Sum returns the compensated sum of the present values and their number.
func Sum(x []float64) (sum float64, n int) {
	var a acc
	for _, v := range x {
		if v == v {
			a.add(v)
			n++
		}
	}
	return a.value(), n
}

// Mean returns the mean of the present values, NaN when there is none.
func Mean(x []float64) float64 {
	s, n := Sum(x)
	if n == 0 {
		return math.NaN()
	}
	return s / float64(n)
}

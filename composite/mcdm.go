package composite

import "math"

// Decision is a problem of choosing among units by several criteria: the
// matrix, which way each criterion is better, and its weight. It is a second
// opinion beside the index, so nothing may be missing.
type Decision struct {
	Matrix     Matrix
	Directions []Direction
	Weights    []float64 // shares of their sum are used
}

// check reports all faults.
func (d Decision) check() error {
	var es Errors
	es.join(d.Matrix.check(true))
	k := len(d.Matrix.Columns)
	if len(d.Directions) != k || len(d.Weights) != k {
		es.add(BadInput, "", "准则 %d 个，方向 %d 个，权重 %d 个", k, len(d.Directions), len(d.Weights))
		return es
	}
	var sum float64
	for i, w := range d.Weights {
		if !(w >= 0) || math.IsInf(w, 1) {
			es.add(BadSpec, d.Matrix.Names[i], "权重 %g 应为不小于零的数", w)
		}
		sum += w
		if dir := d.Directions[i]; dir != Higher && dir != Lower {
			es.add(BadSpec, d.Matrix.Names[i], "方向 %d 应为 1 或 -1", dir)
		}
	}
	if !(sum > 0) {
		es.add(BadSpec, "", "权重之和为零")
	}
	return es.orNil()
}

// shares returns the weights divided by their sum.
func (d Decision) shares() []float64 {
	sum, _ := Sum(d.Weights)
	out := make([]float64, len(d.Weights))
	for i, w := range d.Weights {
		out[i] = w / sum
	}
	return out
}

// TopsisNorm names the normalisation inside TOPSIS.
type TopsisNorm string

// The four normalisations.
const (
	TopsisVector TopsisNorm = "vector" // x/√Σx²
	TopsisMinMax TopsisNorm = "minmax" // to 0..1, better is larger
	TopsisSum    TopsisNorm = "sum"    // x/Σx
	TopsisMax    TopsisNorm = "max"    // x/max
)

// Closeness is the outcome of TOPSIS.
type Closeness struct {
	Plus, Minus []float64 // Euclidean distance from the best and the worst point
	Closeness   []float64 // Minus/(Plus+Minus); 0.5 when all units are alike
}

// Topsis ranks by closeness to the ideal point (Hwang & Yoon 1981).
func Topsis(d Decision, norm TopsisNorm) (*Closeness, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	n := d.Matrix.rows()
	plus, minus := make([]acc, n), make([]acc, n)
	for k, w := range d.shares() {
		v, sign, err := d.topsisColumn(k, norm)
		if err != nil {
			return nil, err
		}
		best, worst := math.Inf(-1), math.Inf(1)
		for i := range v {
			v[i] *= w * sign
			best, worst = max(best, v[i]), min(worst, v[i])
		}
		for i, x := range v {
			a, b := best-x, x-worst
			plus[i].add(float64(a * a))
			minus[i].add(float64(b * b))
		}
	}
	out := &Closeness{make([]float64, n), make([]float64, n), make([]float64, n)}
	for i := range n {
		p, m := math.Sqrt(plus[i].value()), math.Sqrt(minus[i].value())
		out.Plus[i], out.Minus[i], out.Closeness[i] = p, m, 0.5
		if p+m > 0 {
			out.Closeness[i] = m / (p + m)
		}
	}
	return out, nil
}

// topsisColumn returns a normalised copy and the sign that makes larger better.
func (d Decision) topsisColumn(k int, norm TopsisNorm) ([]float64, float64, error) {
	x := append([]float64(nil), d.Matrix.Columns[k]...)
	key := d.Matrix.Names[k]
	var div float64
	switch norm {
	case TopsisMinMax:
		return d.unitRange(k), 1, nil
	case TopsisVector:
		var s acc
		for _, v := range x {
			s.add(float64(v * v))
		}
		div = math.Sqrt(s.value())
	case TopsisSum:
		div, _ = Sum(x)
	case TopsisMax:
		div = math.Inf(-1)
		for _, v := range x {
			div = max(div, v)
		}
	default:
		return nil, 0, faultf(BadSpec, key, "没有名为“%s”的 TOPSIS 归一化", norm)
	}
	if !(div > 0) {
		return nil, 0, faultf(BadDomain, key, "归一化的分母 %g 不大于零", div).hint("请改用极差归一化")
	}
	for i := range x {
		x[i] /= div
	}
	return x, float64(d.Directions[k]), nil
}

// unitRange returns column k on 0..1 with better larger; a column without
// spread is 0 for everyone and so decides nothing.
func (d Decision) unitRange(k int) []float64 {
	sp := sample{x: d.Matrix.Columns[k]}.spreads(false, false)[0]
	out := make([]float64, len(d.Matrix.Columns[k]))
	if sp.max == sp.min {
		return out
	}
	for i, v := range d.Matrix.Columns[k] {
		if d.Directions[k] == Lower {
			out[i] = (sp.max - v) / (sp.max - sp.min)
		} else {
			out[i] = (v - sp.min) / (sp.max - sp.min)
		}
	}
	return out
}

// SAW is simple additive weighting on min–max values.
func SAW(d Decision) ([]float64, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	sums := make([]acc, d.Matrix.rows())
	for k, w := range d.shares() {
		for i, v := range d.unitRange(k) {
			sums[i].add(float64(w * v))
		}
	}
	return values(sums), nil
}

// WPM is the weighted product of x/max, min/x where lower is better. Every
// value must be above zero.
func WPM(d Decision) ([]float64, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	sums := make([]acc, d.Matrix.rows())
	for k, w := range d.shares() {
		x := d.Matrix.Columns[k]
		sp := sample{x: x}.spreads(false, false)[0]
		if !(sp.min > 0) {
			return nil, faultf(BadDomain, d.Matrix.Names[k], "加权乘积法要求各值大于零，最小值为 %g", sp.min)
		}
		for i, v := range x {
			r := v / sp.max
			if d.Directions[k] == Lower {
				r = sp.min / v
			}
			sums[i].add(float64(w * log(r)))
		}
	}
	out := values(sums)
	for i, v := range out {
		out[i] = exp(v)
	}
	return out, nil
}

func values(sums []acc) []float64 {
	out := make([]float64, len(sums))
	for i, s := range sums {
		out[i] = s.value()
	}
	return out
}

// Compromise is the outcome of VIKOR; lower is better in all three.
type Compromise struct {
	S []float64 // group utility: weighted distance from the best
	R []float64 // individual regret: the largest single distance
	Q []float64 // v·S + (1-v)·R, each on 0..1
}

// Vikor ranks by compromise (Opricovic 1998); v weighs the group against the
// worst single criterion, usually 0.5.
func Vikor(d Decision, v float64) (*Compromise, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	if !(v >= 0 && v <= 1) {
		return nil, faultf(BadSpec, "", "VIKOR 的 v=%g 应在 0 与 1 之间", v)
	}
	n := d.Matrix.rows()
	sums := make([]acc, n)
	out := &Compromise{R: make([]float64, n), Q: make([]float64, n)}
	for k, w := range d.shares() {
		flat := true
		u := d.unitRange(k)
		for _, x := range u {
			flat = flat && x == 0
		}
		if flat {
			continue
		}
		for i, x := range u {
			g := w * (1 - x)
			sums[i].add(g)
			out.R[i] = max(out.R[i], g)
		}
	}
	out.S = values(sums)
	s, r := sample{x: out.S}.spreads(false, false)[0], sample{x: out.R}.spreads(false, false)[0]
	for i := range n {
		out.Q[i] = float64(v*share(out.S[i], s)) + float64((1-v)*share(out.R[i], r))
	}
	return out, nil
}

// share places a value between the extremes; 0 when there is no spread.
func share(x float64, s spread) float64 {
	if s.max == s.min {
		return 0
	}
	return (x - s.min) / (s.max - s.min)
}

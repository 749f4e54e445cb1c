package composite

import "math"

// The standard library's exponential and logarithm are written in assembly on
// some processors and fused on others, so their last digit differs. These two
// are the FreeBSD msun algorithms (e_exp.c, e_log.c; error below one unit in the
// last place) with every product rounded, so they give the same bits everywhere.

const (
	ln2Hi = 6.93147180369123816490e-01
	ln2Lo = 1.90821492927058770002e-10
)

// exp returns e**x.
func exp(x float64) float64 {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 1):
		return x
	case x > 7.09782712893383973096e+02:
		return math.Inf(1)
	case x < -7.45133219101941108420e+02:
		return 0
	}
	k := 0
	if x < 0 {
		k = int(float64(math.Log2E*x) - 0.5)
	} else {
		k = int(float64(math.Log2E*x) + 0.5)
	}
	hi := x - float64(float64(k)*ln2Hi)
	lo := float64(float64(k) * ln2Lo)
	r := hi - lo
	t := float64(r * r)
	p := 4.13813679705723846039e-08
	for _, c := range [...]float64{-1.65339022054652515390e-06, 6.61375632143793436117e-05, -2.77777777770155933842e-03, 1.66666666666666019037e-01} {
		p = c + float64(t*p)
	}
	c := r - float64(t*p)
	y := 1 - ((lo - float64(r*c)/(2-c)) - hi)
	return math.Ldexp(y, k)
}

// log returns the natural logarithm of x; NaN below zero.
func log(x float64) float64 {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 1):
		return x
	case x < 0:
		return math.NaN()
	case x == 0:
		return math.Inf(-1)
	}
	f1, ki := math.Frexp(x)
	if f1 < math.Sqrt2/2 {
		f1 *= 2
		ki--
	}
	f, k := f1-1, float64(ki)
	s := f / (2 + f)
	s2 := float64(s * s)
	s4 := float64(s2 * s2)
	t1 := 1.479819860511658591e-01
	for _, c := range [...]float64{1.818357216161805012e-01, 2.857142874366239149e-01, 6.666666666666735130e-01} {
		t1 = c + float64(s4*t1)
	}
	t1 = float64(s2 * t1)
	t2 := 1.531383769920937332e-01
	for _, c := range [...]float64{2.222219843214978396e-01, 3.999999999940941908e-01} {
		t2 = c + float64(s4*t2)
	}
	t2 = float64(s4 * t2)
	r := t1 + t2
	half := float64(0.5 * f * f)
	return float64(k*ln2Hi) - ((half - (float64(s*(half+r)) + float64(k*ln2Lo))) - f)
}

// pow returns x**p for x > 0, and 0**p for x = 0; NaN below zero.
func pow(x, p float64) float64 {
	switch {
	case p == 0:
		return 1
	case p == 1:
		return x
	case x == 0 && p > 0:
		return 0
	case x == 0:
		return math.Inf(1)
	}
	return exp(float64(p * log(x)))
}

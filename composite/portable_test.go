package composite

import (
	"math"
	"testing"
)

// The portable functions against the standard library's over their range: a few
// units in the last place at most (pow multiplies the logarithm's error).
func TestPortableFunctions(t *testing.T) {
	near := func(name string, x, got, want, ulps float64) {
		t.Helper()
		if got == want || math.IsNaN(got) && math.IsNaN(want) {
			return
		}
		if !(math.Abs(got-want) <= ulps*math.Abs(want)*0x1p-52+5e-324) {
			t.Errorf("%s(%v) = %v, want %v", name, x, got, want)
		}
	}
	for i := -7400; i <= 7090; i++ {
		x := float64(i) / 10.01
		near("exp", x, exp(x), math.Exp(x), 2)
	}
	for i := range 4000 {
		x := math.Ldexp(1+float64(i)/4001, i%2000-1000)
		near("log", x, log(x), math.Log(x), 2)
		if i%2000 > 900 && i%2000 < 1100 {
			near("pow", x, pow(x, 0.5), math.Pow(x, 0.5), 200)
		}
	}
	for _, x := range []float64{0, -1, math.Inf(1), math.NaN(), 1} {
		near("log", x, log(x), math.Log(x), 2)
		near("exp", x, exp(x), math.Exp(x), 2)
	}
	// ln(2^-1074) = -1074 ln 2; the assembly of amd64 gives -709.09 for it.
	near("log", 5e-324, log(5e-324), -1074*math.Ln2, 2)
}

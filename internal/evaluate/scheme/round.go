package scheme

import (
	"math"
	"strconv"
	"strings"

	"ballast/internal/pack"
)

// roundTo rounds as a person with a pocket calculator does. Arithmetic on
// doubles leaves a trace in the sixteenth digit (13.33 ÷ 20 × 100 is a hair
// below 66.65); it is removed at the twelfth significant digit before the half
// is looked at, so that a tie on paper is a tie here.
func roundTo(x float64, r pack.Rounding) float64 {
	if !r.On || x != x || math.IsInf(x, 0) {
		return x
	}
	x, _ = strconv.ParseFloat(strconv.FormatFloat(x, 'e', 11, 64), 64)
	shifted := shift(math.Abs(x), r.Digits)
	whole := math.Floor(shifted)
	rest := shifted - whole
	up := false
	switch r.Mode {
	case pack.HalfUp:
		up = rest >= 0.5
	case pack.HalfEven:
		up = rest > 0.5 || rest == 0.5 && math.Mod(whole, 2) == 1
	case pack.Floor:
		up = rest > 0 && x < 0
	case pack.Ceil:
		up = rest > 0 && x > 0
	}
	if up {
		whole++
	}
	return math.Copysign(shift(whole, -r.Digits), x)
}

// shift multiplies by a power of ten in decimal: the shortest decimal form of x
// with its point moved, read back.
func shift(x float64, digits int) float64 {
	if x == 0 {
		return 0
	}
	text := strconv.FormatFloat(x, 'e', -1, 64)
	mantissa, power, _ := strings.Cut(text, "e")
	exponent, _ := strconv.Atoi(power)
	out, _ := strconv.ParseFloat(mantissa+"e"+strconv.Itoa(exponent+digits), 64)
	return out
}

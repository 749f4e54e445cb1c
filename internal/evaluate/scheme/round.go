package scheme

import (
	"math"
	"strconv"
	"strings"

	"ballast/internal/pack"
)

// roundTo rounds by the decimal form a person sees: 1.005 to two places is 1.01
// by half_up, although the nearest double lies below it.
func roundTo(x float64, r pack.Rounding) float64 {
	if !r.On || x != x || math.IsInf(x, 0) {
		return x
	}
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

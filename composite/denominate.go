package composite

import "math"

// Ratio divides numerator by denominator. A denominator at or below zero gives
// a missing value with the reason [ZeroDenominator], never an infinity; a
// missing part gives [MissingInput], or the numerator's own reason.
func Ratio(num, den Column) Column {
	out := Column{Values: make([]float64, len(num.Values))}
	ratioInto(out.Values, num.Values, den.Values)
	for i, v := range out.Values {
		if v != v {
			out.setMissing(i, ratioReason(num, den, i))
		}
	}
	return out
}

// ratioReason says why the ratio of row i is missing.
func ratioReason(num, den Column, i int) Reason {
	switch d := den.Values[i]; {
	case d != d:
		if r := den.Reason(i); r != NotReported {
			return r
		}
		return MissingInput
	case d <= 0:
		return ZeroDenominator
	}
	if r := num.Reason(i); r != Present {
		return r
	}
	return OutOfDomain // the quotient overflowed
}

// ratioInto is the plain kernel of Ratio.
func ratioInto(dst, num, den []float64) {
	dst, den = dst[:len(num)], den[:len(num)]
	for i, v := range num {
		d := den[i]
		q := v / d
		if !(d > 0) || q-q != 0 {
			q = math.NaN()
		}
		dst[i] = q
	}
}

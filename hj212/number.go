package hj212

import "strconv"

// Number is a value of the data area: the text as it was sent and, when the
// text is a decimal number, its value. Nothing is rounded or replaced.
type Number struct {
	Text  []byte  // view into the message, see Message for its lifetime
	Value float64 // valid only if OK
	OK    bool    // Text is a decimal number
}

// pow10 holds the powers of ten that are exact in a float64.
var pow10 = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// maxExact is the largest integer below which every integer is a float64.
const maxExact = 1 << 53

// parseNumber reads a plain decimal ([+-]digits[.digits]). A mantissa below
// 2^53 over an exact power of ten is correctly rounded by one division; longer
// numbers and exponents go to strconv. Hexadecimal, "NaN" and "Inf" are text.
func parseNumber(b []byte) (float64, bool) {
	i, neg := 0, false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		neg = b[0] == '-'
		i = 1
	}
	var mant uint64
	digits, frac, point := 0, 0, false
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c >= '0' && c <= '9':
			if digits++; digits > 18 {
				return parseLongNumber(b)
			}
			mant = mant*10 + uint64(c-'0')
			if point {
				frac++
			}
		case c == '.' && !point:
			point = true
		case (c == 'e' || c == 'E') && digits > 0:
			return parseLongNumber(b)
		default:
			return 0, false
		}
	}
	if digits == 0 {
		return 0, false
	}
	if mant > maxExact {
		return parseLongNumber(b)
	}
	v := float64(mant) / pow10[frac]
	if neg {
		v = -v
	}
	return v, true
}

// parseLongNumber is the slow, exact path. The text is checked first because
// strconv also accepts underscores, hexadecimal and names.
func parseLongNumber(b []byte) (float64, bool) {
	if len(b) > 64 {
		return 0, false
	}
	for _, c := range b {
		if (c < '0' || c > '9') && c != '+' && c != '-' && c != '.' && c != 'e' && c != 'E' {
			return 0, false
		}
	}
	v, err := strconv.ParseFloat(string(b), 64)
	if err != nil {
		return 0, false
	}
	return v, true
}

// parseDigits reads an unsigned decimal of at most max digits.
func parseDigits(b []byte, max int) (int, bool) {
	if len(b) == 0 || len(b) > max {
		return 0, false
	}
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// allDigits reports whether b has exactly n digits and nothing else.
func allDigits(b []byte, n int) bool {
	if len(b) != n {
		return false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

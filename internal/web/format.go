package web

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// none is how a missing value looks: blank is not zero, and an empty cell would
// not say which of the two it is.
const none = "—"

// Number writes v with the given number of decimals, rounded half away from zero
// at presentation only, with a thousands separator and a true minus sign. NaN and
// infinities, which stand for missing, give "—".
func Number(v float64, decimals int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return none
	}
	// The shortest decimal text of v is what a person would have typed; rounding
	// that text makes 2.675 into 2.68, which the binary value alone would not.
	text := roundText(strconv.FormatFloat(math.Abs(v), 'f', -1, 64), decimals)
	out := group(text)
	if v < 0 && strings.Trim(text, "0.") != "" {
		out = "−" + out
	}
	return out
}

// roundText rounds a plain decimal text half up to the given decimals.
func roundText(s string, decimals int) string {
	whole, frac, _ := strings.Cut(s, ".")
	if len(frac) <= decimals {
		if decimals == 0 {
			return whole
		}
		return whole + "." + frac + strings.Repeat("0", decimals-len(frac))
	}
	digits := []byte(whole + frac[:decimals])
	if frac[decimals] >= '5' {
		i := len(digits) - 1
		for ; i >= 0 && digits[i] == '9'; i-- {
			digits[i] = '0'
		}
		if i < 0 {
			digits = append([]byte{'1'}, digits...)
		} else {
			digits[i]++
		}
	}
	if decimals == 0 {
		return string(digits)
	}
	cut := len(digits) - decimals
	return string(digits[:cut]) + "." + string(digits[cut:])
}

// group puts a comma between thousands of five digits and more: 1267.05 stays as
// official papers write it.
func group(s string) string {
	whole, frac, hasFrac := strings.Cut(s, ".")
	if len(whole) > 4 {
		var b strings.Builder
		for i, c := range whole {
			if i > 0 && (len(whole)-i)%3 == 0 {
				b.WriteByte(',')
			}
			b.WriteRune(c)
		}
		whole = b.String()
	}
	if hasFrac {
		return whole + "." + frac
	}
	return whole
}

// Signed is Number with a plus sign before a rise: "+6.0".
func Signed(v float64, decimals int) string {
	s := Number(v, decimals)
	if v > 0 && strings.Trim(s, "0.,") != "" && s != none {
		return "+" + s
	}
	return s
}

// Int writes a count.
func Int[T ~int | ~int64](n T) string { return Number(float64(n), 0) }

// Money writes an amount in 分 as 元 with two decimals, exactly.
func Money(fen int64) string {
	sign := ""
	u := uint64(fen)
	if fen < 0 {
		sign, u = "−", -u
	}
	cents := u % 100
	return sign + group(strconv.FormatUint(u/100, 10)) + "." + string([]byte{byte('0' + cents/10), byte('0' + cents%10)})
}

// Bytes writes a size: "20 MB".
func Bytes[T ~int | ~int64](n T) string {
	switch v := float64(n); {
	case v >= 1<<30:
		return Number(v/(1<<30), 1) + " GB"
	case v >= 1<<20:
		return Number(v/(1<<20), 0) + " MB"
	case v >= 1<<10:
		return Number(v/(1<<10), 0) + " KB"
	}
	return strconv.FormatInt(int64(n), 10) + " 字节"
}

// Date writes the day in China: 2026-11-23. The zero time is "—".
func Date(t time.Time) string {
	if t.IsZero() {
		return none
	}
	return t.In(zone).Format("2006-01-02")
}

// Instant writes day and minute in China: 2026-11-23 09:05. The zero time is "—".
func Instant(t time.Time) string {
	if t.IsZero() {
		return none
	}
	return t.In(zone).Format("2006-01-02 15:04")
}

// Clock writes the time of day in China: 09:05:07.
func Clock(t time.Time) string {
	if t.IsZero() {
		return none
	}
	return t.In(zone).Format("15:04:05")
}

// Dash returns s, or "—" when it is empty.
func Dash(s string) string {
	if s == "" {
		return none
	}
	return s
}

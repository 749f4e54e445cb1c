package rule

import (
	"math"
	"strconv"
	"strings"
)

// The numeric functions. They receive numbers that are not missing; a result
// that is not finite is made missing (NotFinite) by the caller. Only functions
// whose result is exactly defined by IEEE 754 or built from such are here:
// logarithms and powers differ in the last bit between processors.

func fnMin(a *args) (float64, Cause) {
	m := a.num[0]
	for _, x := range a.num[1:] {
		m = min(m, x)
	}
	return m, None
}

func fnMax(a *args) (float64, Cause) {
	m := a.num[0]
	for _, x := range a.num[1:] {
		m = max(m, x)
	}
	return m, None
}

func fnSum(a *args) (float64, Cause) {
	s := a.num[0]
	for _, x := range a.num[1:] {
		s += x
	}
	return s, None
}

func fnAvg(a *args) (float64, Cause) {
	s, _ := fnSum(a)
	return s / float64(len(a.num)), None
}

func fnAbs(a *args) (float64, Cause)   { return math.Abs(a.num[0]), None }
func fnFloor(a *args) (float64, Cause) { return math.Floor(a.num[0]), None }
func fnCeil(a *args) (float64, Cause)  { return math.Ceil(a.num[0]), None }

func fnSqrt(a *args) (float64, Cause) {
	if a.num[0] < 0 {
		return 0, OutOfDomain
	}
	return math.Sqrt(a.num[0]), None
}

func fnClamp(a *args) (float64, Cause) {
	x, low, high := a.num[0], a.num[1], a.num[2]
	if low > high {
		return 0, OutOfDomain
	}
	return min(max(x, low), high), None
}

func fnBetween(a *args) bool { return a.num[1] <= a.num[0] && a.num[0] <= a.num[2] }

func fnGrowth(a *args) (float64, Cause) {
	now, before := a.num[0], a.num[1]
	switch {
	case before == 0:
		return 0, DivideByZero
	case before < 0:
		return 0, OutOfDomain
	}
	return now/before - 1, None
}

func fnCount(a *args) (float64, Cause) {
	n := 0.0
	for _, b := range a.flag {
		if b {
			n++
		}
	}
	return n, None
}

// stepIndex returns how many bounds x has reached (over: passed). Bounds are
// ascending, lists are short.
func stepIndex(x float64, bounds []float64, over bool) int {
	i := 0
	for i < len(bounds) && (x > bounds[i] || !over && x == bounds[i]) {
		i++
	}
	return i
}

func fnStep(a *args) (float64, Cause) {
	return a.lists[1][stepIndex(a.num[0], a.lists[0], false)], None
}

func fnStepOver(a *args) (float64, Cause) {
	return a.lists[1][stepIndex(a.num[0], a.lists[0], true)], None
}

func fnBand(a *args) int     { return stepIndex(a.num[0], a.lists[0], false) }
func fnBandOver(a *args) int { return stepIndex(a.num[0], a.lists[0], true) }

// rounding is a way to drop decimals.
type rounding uint8

const (
	halfUp rounding = iota
	halfEven
	awayFromZero
	towardsZero
	downwards
	upwards
)

// roundings are the names of the ways in formulas; there is no default.
var roundings = map[string]rounding{
	"half_up": halfUp, "half_even": halfEven, "up": awayFromZero,
	"down": towardsZero, "floor": downwards, "ceil": upwards,
}

// fnRound rounds a.num[0] to a.num[1] decimals.
func fnRound(a *args) (float64, Cause) {
	return roundDecimal(a.num[0], int(a.num[1]), a.round), None
}

// pow10 are exact in float64.
var pow10 = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12}

// roundDecimal rounds the shortest decimal text of x, the number people see, so
// that 1.005 gives 1.01 though the float64 lies a little below. The fast path
// decides when x is so far from a tie and from a whole unit that the error of
// one multiplication cannot matter; a whole number below 2^53 over a power of
// ten is then the float64 nearest to the decimal, by the rule of IEEE division.
func roundDecimal(x float64, digits int, mode rounding) float64 {
	y := float64(math.Abs(x) * pow10[digits]) // explicit: no fused multiply-subtract below
	if y < 1e8 {
		whole := math.Floor(y)
		frac := y - whole
		if frac > 1e-6 && frac < 1-1e-6 && math.Abs(frac-0.5) > 1e-6 {
			if roundsAway(mode, x < 0, frac > 0.5, false, false) {
				whole++
			}
			return signed(whole/pow10[digits], x < 0)
		}
	}
	return roundText(x, digits, mode)
}

// roundsAway says whether dropping a non-zero remainder moves the magnitude up.
func roundsAway(mode rounding, negative, aboveHalf, tie, odd bool) bool {
	switch mode {
	case halfUp:
		return aboveHalf || tie
	case halfEven:
		return aboveHalf || tie && odd
	case awayFromZero:
		return true
	case downwards:
		return negative
	case upwards:
		return !negative
	}
	return false // towardsZero
}

// signed returns v with the sign, but never a negative zero.
func signed(v float64, negative bool) float64 {
	if negative && v != 0 {
		return -v
	}
	return v
}

// roundText is roundDecimal on the decimal text itself.
func roundText(x float64, digits int, mode rounding) float64 {
	text := strconv.FormatFloat(math.Abs(x), 'f', -1, 64)
	dot := strings.IndexByte(text, '.')
	if dot < 0 || len(text)-dot-1 <= digits {
		return signed(math.Abs(x), x < 0)
	}
	kept, dropped := text[:dot]+text[dot+1:dot+1+digits], text[dot+1+digits:]
	rest := strings.TrimRight(dropped, "0")
	if rest == "" {
		return signed(math.Abs(x), x < 0)
	}
	tie := rest == "5"
	aboveHalf := !tie && rest[0] >= '5'
	odd := (kept[len(kept)-1]-'0')%2 == 1
	if roundsAway(mode, x < 0, aboveHalf, tie, odd) {
		kept = increment(kept)
	}
	// The text is digits only, at most some 330 of them: ParseFloat cannot fail.
	v, _ := strconv.ParseFloat(kept+"e-"+strconv.Itoa(digits), 64)
	return signed(v, x < 0)
}

// increment adds one to a string of decimal digits.
func increment(digits string) string {
	b := []byte(digits)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] != '9' {
			b[i]++
			return string(b)
		}
		b[i] = '0'
	}
	return "1" + string(b)
}

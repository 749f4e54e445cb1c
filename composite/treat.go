package composite

import (
	"math"
)

// TreatMethod is what to do about the outliers of one indicator.
type TreatMethod string

// The treatments; the last five are plain transforms that always act.
const (
	TreatAuto   TreatMethod = "auto"       // winsorise while the check fails, then the COIN Tool log
	TreatWin    TreatMethod = "winsorise"  // winsorise Points levels even when the check passes
	TreatNone   TreatMethod = "none"       // leave alone
	TreatLog    TreatMethod = "log"        // ln x
	TreatLogCT  TreatMethod = "log_ct"     // ln(x - min + 0.01(max-min))
	TreatLogOne TreatMethod = "log_plus_1" // ln(x - min + 1)
	TreatLogGII TreatMethod = "log_gii"    // ln((max-1)(x-min)/(max-min) + 1), max > 1
	TreatBoxCox TreatMethod = "boxcox"     // (x^λ - 1)/λ, ln x at λ = 0
)

// WinCount says what the limit of winsorised points counts.
type WinCount uint8

// The meanings of the limit. Equal extremes are always clipped together.
const (
	// CountPoints goes on while fewer points than the limit sit at the clipped
	// ends: the last step may overshoot when extremes are tied (COINr's rule).
	CountPoints WinCount = iota
	// CountStrict makes no step that would exceed the limit.
	CountStrict
	// CountLevels counts clipping steps, however many points each moves.
	CountLevels
)

// Treat is the outlier rule of one indicator, on its raw orientation.
type Treat struct {
	Method TreatMethod
	// Limit of winsorised points; see Count. 0 means 5. For TreatWin it is the
	// number of levels clipped at the heavier end.
	Limit  int
	Count  WinCount
	Skew   float64 // passes when |skew| < Skew …; 0 means 2
	Kurt   float64 // … or kurt < Kurt; 0 means 3.5
	Lambda float64 // TreatBoxCox
}

// Mark says what happened to one cell.
type Mark uint8

// The marks of a treated cell.
const (
	Untouched Mark = iota
	WinHigh        // clipped from above
	WinLow         // clipped from below
	Transformed
)

// String returns the code used in tables.
func (m Mark) String() string { return [...]string{"", "winhi", "winlo", "log"}[m] }

// SkewCheck is the outlier check at one moment.
type SkewCheck struct {
	Pass       bool
	Skew, Kurt float64
}

// Treated is the outcome for one indicator.
type Treated struct {
	Key         string
	Values      []float64
	Before      SkewCheck
	Winsorised  int        // points at the clipped ends after the last step
	AfterWin    *SkewCheck // nil when nothing was winsorised
	AfterLog    *SkewCheck // nil when no transform was applied
	Marks       []Mark
	Changed     int // cells whose value differs from the input
	Unsolved    bool
	Transformed TreatMethod // the transform applied, or empty
}

// Apply treats one column. It refuses a forced treatment that changes nothing,
// a transform outside its domain, and a limit below one.
func (t Treat) Apply(key string, x []float64) (*Treated, error) {
	t.defaults()
	if t.Limit < 1 {
		return nil, faultf(BadSpec, key, "缩尾点数上限 %d 应不小于 1", t.Limit)
	}
	out := &Treated{Key: key, Values: append([]float64(nil), x...), Marks: make([]Mark, len(x)), Before: t.check(x)}
	var err error
	switch t.Method {
	case TreatNone:
	case TreatAuto:
		err = t.auto(out, x)
	case TreatWin:
		for range t.Limit {
			out.clip()
		}
		after := t.check(out.Values)
		out.AfterWin = &after
	default:
		err = t.transform(out, x)
	}
	if err != nil {
		return nil, err
	}
	for i, v := range out.Values {
		if v != x[i] && v == v {
			out.Changed++
		}
	}
	if t.Method != TreatAuto && t.Method != TreatNone && out.Changed == 0 {
		return nil, faultf(NoEffect, key, "指定的处理“%s”没有改变任何值", t.Method).hint("请删去这一条指定，或改用其他方法")
	}
	return out, nil
}

func (t *Treat) defaults() {
	if t.Method == "" {
		t.Method = TreatAuto
	}
	if t.Limit == 0 {
		t.Limit = 5
		if t.Method == TreatWin {
			t.Limit = 1
		}
	}
	if t.Skew == 0 {
		t.Skew = 2
	}
	if t.Kurt == 0 {
		t.Kurt = 3.5
	}
}

// check tests a column. A column without spread or with fewer than four values
// has no shape to mend and passes.
func (t Treat) check(x []float64) SkewCheck {
	s, k := SkewKurt(x)
	return SkewCheck{Pass: s != s || math.Abs(s) < t.Skew || k < t.Kurt, Skew: s, Kurt: k}
}

// auto is the reference rule: winsorise while the check fails and the limit
// allows; when that does not do it, forget the winsorisation and take the log
// of the original, kept even when the check still fails.
func (t Treat) auto(out *Treated, x []float64) error {
	now := out.Before
	for levels := 0; !now.Pass && t.mayClip(out, levels); levels++ {
		out.clip()
		now = t.check(out.Values)
		out.AfterWin = &now
	}
	if now.Pass {
		return nil
	}
	t.Method = TreatLogCT
	return t.transform(out, x)
}

// mayClip reports whether the limit allows one more step.
func (t Treat) mayClip(out *Treated, levels int) bool {
	switch t.Count {
	case CountLevels:
		return levels < t.Limit
	case CountStrict:
		probe := Treated{Values: append([]float64(nil), out.Values...), Marks: append([]Mark(nil), out.Marks...)}
		probe.clip()
		return probe.Winsorised <= t.Limit
	}
	return out.Winsorised < t.Limit
}

// clip moves all values equal to the extreme of the heavier end to the next
// value inside, and counts the points that now sit at the clipped ends.
func (t *Treated) clip() {
	skew, _ := SkewKurt(t.Values)
	mark, sign := WinHigh, 1.0
	if skew < 0 {
		mark, sign = WinLow, -1
	}
	top, next := math.Inf(-1), math.Inf(-1)
	for _, v := range t.Values {
		switch v *= sign; {
		case v > top:
			top, next = v, top
		case v < top && v > next:
			next = v
		}
	}
	if math.IsInf(next, -1) {
		return // one value only: nothing inside
	}
	for i, v := range t.Values {
		if v == sign*top {
			t.Values[i], t.Marks[i] = sign*next, mark
		}
	}
	t.Winsorised = 0
	for _, m := range t.Marks {
		if m == WinHigh || m == WinLow {
			t.Winsorised++
		}
	}
}

// transform applies the log forms and Box-Cox to the original column.
func (t Treat) transform(out *Treated, x []float64) error {
	sorted := sortedPresent(x, 1)
	if len(sorted) == 0 {
		return faultf(BadInput, out.Key, "没有任何有效值")
	}
	lo, hi := sorted[0], sorted[len(sorted)-1]
	f, need := t.formula(lo, hi)
	switch {
	case f == nil:
		return faultf(BadSpec, out.Key, "没有名为“%s”的离群值处理方法", t.Method)
	case need != "":
		return faultf(BadDomain, out.Key, "%s 变换要求%s（最小值 %g，最大值 %g）", t.Method, need, lo, hi)
	}
	for i, v := range x {
		out.Marks[i] = Untouched
		if v == v {
			out.Values[i], out.Marks[i] = f(v), Transformed
		}
	}
	out.Transformed = t.Method
	after := t.check(out.Values)
	out.AfterLog, out.Unsolved = &after, !after.Pass
	return nil
}

// formula returns the transform and, when the column is outside its domain,
// what it demands.
func (t Treat) formula(lo, hi float64) (f func(float64) float64, need string) {
	if lo == hi && t.Method != TreatLog && t.Method != TreatBoxCox {
		need = "各值不全相同"
	}
	switch t.Method {
	case TreatLog:
		f = math.Log
		if lo <= 0 {
			need = "各值大于零"
		}
	case TreatLogCT:
		shift := 0.01 * (hi - lo)
		f = func(v float64) float64 { return log(v - lo + shift) }
	case TreatLogOne:
		f = func(v float64) float64 { return log(v - lo + 1) }
	case TreatLogGII:
		f = func(v float64) float64 { return log(float64((hi-1)*(v-lo)/(hi-lo)) + 1) }
		if hi <= 1 {
			need = "最大值大于 1，否则方向会颠倒"
		}
	case TreatBoxCox:
		l := t.Lambda
		f = func(v float64) float64 { return (pow(v, l) - 1) / l }
		if l == 0 {
			f = math.Log
		}
		if lo <= 0 {
			need = "各值大于零"
		}
	}
	return f, need
}

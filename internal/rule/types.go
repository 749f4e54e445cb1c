package rule

import (
	"math"
	"sort"
	"strconv"
)

// Type is the type of a field, of an expression and of a result. There are
// three; a date is a String written as 2026-11-24.
type Type uint8

// The types. Any is no type of a value: as the wanted type of [Compile] it
// means that whatever the expression yields is welcome.
const (
	Any    Type = iota
	Number      // a float64, never NaN and never infinite
	Bool
	String
)

// String returns the Chinese name of t, as used in messages.
func (t Type) String() string {
	switch t {
	case Number:
		return "数字"
	case Bool:
		return "真假值"
	case String:
		return "文字"
	}
	return "任意类型"
}

// Value is one cell: a field of a row or the result of a rule. The zero Value
// is missing without a type, which every field accepts as "not known".
type Value struct {
	Type    Type
	Num     float64
	Bool    bool
	Str     string
	Missing bool
	Why     Reason // set by the engine when Missing; ignored on input
}

// Num returns a Number. NaN and the infinities are missing: no department can
// have meant them.
func Num(x float64) Value {
	return Value{Type: Number, Num: x, Missing: !finite(x)}
}

// Flag returns a Bool.
func Flag(b bool) Value { return Value{Type: Bool, Bool: b} }

// Text returns a String.
func Text(s string) Value { return Value{Type: String, Str: s} }

// Absent returns a missing value of type t.
func Absent(t Type) Value { return Value{Type: t, Missing: true} }

// String formats v for people: numbers in their shortest exact form, 是/否, and
// — for missing (a blank is never a zero).
func (v Value) String() string {
	switch {
	case v.Missing || v.Type == Any:
		return "—"
	case v.Type == Number:
		return strconv.FormatFloat(v.Num, 'f', -1, 64)
	case v.Type == Bool && v.Bool:
		return "是"
	case v.Type == Bool:
		return "否"
	}
	return v.Str
}

// Row gives the values of one enterprise by field name. Only names listed by
// [Program.Fields] are asked for; a value with Missing set, or the zero Value,
// is missing.
type Row interface {
	Field(name string) Value
}

// Values is a Row kept in a map. An absent key is missing.
type Values map[string]Value

// Field implements [Row].
func (m Values) Field(name string) Value { return m[name] }

// Cause says why a result is missing.
type Cause uint8

// The causes. The zero Cause is None: nothing is missing.
const (
	None         Cause = iota
	MissingField       // the field named in Reason.Field has no value
	DivideByZero       // a divisor is 0; Reason.Field names it when it is a plain field
	OutOfDomain        // a function has no answer here: sqrt(-1), growth over a negative base
	NotFinite          // the arithmetic left the range of float64
	BadDate            // a text that should be a date is none
)

// causeCount is one more than the greatest cause.
const causeCount = int(BadDate) + 1

// Reason is a cause and, where there is one, the field behind it. Where several
// parts of an expression are missing the reason is that of the first in
// reading order which matters for the result.
type Reason struct {
	Cause Cause
	Field string
}

// String returns the reason in Chinese with the field's code name. For labels
// use [Schema.Explain].
func (r Reason) String() string { return r.text(r.Field) }

// text words r with the given label in place of the field name.
func (r Reason) text(label string) string {
	switch r.Cause {
	case None:
		return ""
	case MissingField:
		return "缺“" + label + "”"
	case DivideByZero:
		if label != "" {
			return "“" + label + "”为零，不能作除数"
		}
		return "除数为零"
	case OutOfDomain:
		return "数值不在函数允许的范围内"
	case NotFinite:
		return "计算结果超出数值范围"
	case BadDate:
		return "日期无法识别"
	}
	return "原因不明"
}

// Count is the number of rows that are missing for one reason.
type Count struct {
	Reason Reason
	Rows   int
}

// A code is a Reason packed into 32 bits: cause in the top byte, field index + 1
// below (0: no field). Code 0 is "not missing". Packed codes depend on the
// schema and never leave the package.
type code uint32

const codeFieldBits = 24

// maxFields keeps a field index within the low bits of a code.
const maxFields = 1<<codeFieldBits - 2

func newCode(c Cause, field int) code { return code(c)<<codeFieldBits | code(field+1) }

// noField is the field index of a reason that names no field.
const noField = -1

// Missing numbers travel inside float64 columns as quiet NaNs whose low 32 bits
// hold the code. Arithmetic never relies on the processor to carry them: each
// kernel sees a result that is not finite and then looks at its operands.
const boxBits = 0x7FF8_0000_0000_0000

func box(c code) float64 { return math.Float64frombits(boxBits | uint64(c)) }

// unbox returns the code of a number: 0 for every number that is not NaN.
func unbox(x float64) code {
	if x == x {
		return 0
	}
	return code(math.Float64bits(x))
}

// finite reports whether x is neither NaN nor infinite.
func finite(x float64) bool { return x-x == 0 }

// sortCounts orders counts by rows descending, then by reason, so that reports
// do not depend on map order.
func sortCounts(counts []Count) {
	sort.Slice(counts, func(i, j int) bool {
		a, b := counts[i], counts[j]
		if a.Rows != b.Rows {
			return a.Rows > b.Rows
		}
		if a.Reason.Cause != b.Reason.Cause {
			return a.Reason.Cause < b.Reason.Cause
		}
		return a.Reason.Field < b.Reason.Field
	})
}

package composite

import (
	"fmt"
	"strings"
)

// Code names the sort of an [Error]; programs switch on it, people read Message.
type Code string

// The codes of this package.
const (
	BadSpec      Code = "bad_spec"      // the scheme, tree or parameter is wrong in itself
	BadInput     Code = "bad_input"     // a column is absent, of the wrong length, or not finite
	BadBenchmark Code = "bad_benchmark" // a benchmark is absent, not finite, or not above zero
	NoSpread     Code = "no_spread"     // all values are equal where the method needs a range
	BadDomain    Code = "bad_domain"    // a value lies outside the method's domain
	Unfilled     Code = "unfilled"      // a missing value met the policy "fail"
	TooBig       Code = "too_big"       // over a stated limit of size
	NoEffect     Code = "no_effect"     // an override that would change nothing
)

// Error is one located fault of a scheme or its data. Message and Hint are
// Chinese sentences fit for any user; the other fields say where it is.
type Error struct {
	Code      Code
	Indicator string // key of the indicator or node, may be empty
	Group     string // name of the group, may be empty
	Unit      string // code of the unit (row), may be empty
	Message   string
	Hint      string
}

// Error gives the place, the sentence and the hint in one line.
func (e *Error) Error() string {
	var b strings.Builder
	for _, part := range []struct{ label, value string }{
		{"指标", e.Indicator}, {"分组", e.Group}, {"单位", e.Unit},
	} {
		if part.value != "" {
			b.WriteString(part.label + " " + part.value + "：")
		}
	}
	b.WriteString(e.Message)
	if e.Hint != "" {
		b.WriteString("（" + e.Hint + "）")
	}
	return b.String()
}

// Errors is every fault found, in a stable order, so that an author mends all
// of them at once.
type Errors []*Error

// Error lists the faults one per line.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find a single [Error].
func (es Errors) Unwrap() []error {
	out := make([]error, len(es))
	for i, e := range es {
		out[i] = e
	}
	return out
}

// orNil turns an empty list into a nil error.
func (es Errors) orNil() error {
	if len(es) == 0 {
		return nil
	}
	return es
}

// add appends a fault located at an indicator or node.
func (es *Errors) add(code Code, indicator, format string, args ...any) {
	*es = append(*es, faultf(code, indicator, format, args...))
}

// faultf builds one fault.
func faultf(code Code, indicator, format string, args ...any) *Error {
	return &Error{Code: code, Indicator: indicator, Message: fmt.Sprintf(format, args...)}
}

// in locates e in a group.
func (e *Error) in(group string) *Error { e.Group = group; return e }

// hint adds what to do.
func (e *Error) hint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// join appends err, flattening lists.
func (es *Errors) join(err error) {
	switch e := err.(type) {
	case nil:
	case Errors:
		*es = append(*es, e...)
	case *Error:
		*es = append(*es, e)
	default:
		*es = append(*es, &Error{Code: BadInput, Message: err.Error()})
	}
}

// Warning is something the run did that its reader must know of: a constant
// column scored as neutral, a group too small for its own mean, a quota that a
// tie left unfilled.
type Warning struct {
	Indicator, Group string
	Message          string // Chinese
}

// String gives the place and the sentence.
func (w Warning) String() string {
	return (&Error{Indicator: w.Indicator, Group: w.Group, Message: w.Message}).Error()
}

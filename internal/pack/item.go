package pack

import (
	"slices"
	"strings"

	"ballast/internal/period"
)

// ValueType is the type of a raw value.
type ValueType uint8

// The value types.
const (
	Number  ValueType = iota // any finite number
	Integer                  // a whole number: heads, patents
	Text
	Date
	Flag // yes or no
)

var valueWords = []string{"number", "integer", "text", "date", "flag"}

// String returns the word used in packs.
func (v ValueType) String() string { return valueWords[v] }

// Numeric reports whether values are numbers.
func (v ValueType) Numeric() bool { return v == Number || v == Integer }

// Item is a raw figure that a department hands in for each firm and period.
type Item struct {
	Key    string
	Name   string
	Unit   string // of numbers; "" for texts, dates and flags
	Type   ValueType
	Source string // key of the department that owns it: one source per datum
	Period period.Kind
	Basis  string // what the number means where names alone mislead: 等价值, 当量值, 年平均
	Flow   bool   // adds up over time (tax, output); false for a stock (land, heads)
	Checks []Check
	At     Pos
	Provenance
}

func (i Item) key() string   { return i.Key }
func (i Item) clone() Item   { i.Checks = slices.Clone(i.Checks); return i }
func (i Item) place() Pos    { return i.At }
func (i Item) label() string { return i.Name }

// Severity says what a failed check does.
type Severity uint8

// The severities.
const (
	Stop Severity = iota // the value cannot be approved
	Warn                 // a person must look and may confirm
)

var severityWords = []string{"error", "warning"}

// String returns error or warning.
func (s Severity) String() string { return severityWords[s] }

// CheckKind is the sort of a check.
type CheckKind uint8

// The kinds of check.
const (
	Range    CheckKind = iota // Min ≤ value ≤ Max
	Cross                     // Rule holds over the same firm's values of the period
	Change                    // Min ≤ value ÷ value of the previous period ≤ Max
	Required                  // the value is there
)

var checkWords = []string{"range", "cross", "change", "required"}

// String returns the word used in packs.
func (k CheckKind) String() string { return checkWords[k] }

// Check is one rule a raw value is held against before approval.
type Check struct {
	Kind     CheckKind
	Min, Max Limit
	Rule     Expr // of a Cross check: true when the values are in order
	Severity Severity
	Message  string // what is wrong, for the person who handed it in
	At       Pos
}

func readIndicators(p *Pack, o *object) {
	o.each("attributes", func(o *object) { p.attributes.add(readAttribute(p, o)) })
	o.each("items", func(o *object) { p.items.add(readItem(p, o)) })
	o.each("indicators", func(o *object) { p.indicators.add(readIndicator(p, o)) })
}

func periodWords() []string {
	words := make([]string, 0, 5)
	for k := period.Year; k <= period.Cumulative; k++ {
		words = append(words, k.String())
	}
	return words
}

func readPeriod(o *object) period.Kind {
	return period.Year + period.Kind(o.choiceOr("period", 0, periodWords()))
}

var flowWords = []string{"stock", "flow"}

func readItem(p *Pack, o *object) Item {
	i := Item{
		Key: o.key("key"), Name: o.text("name"), Type: ValueType(o.choiceOr("type", 0, valueWords)),
		Source: o.key("source"), Period: readPeriod(o), Basis: o.textOr("basis", ""), At: o.pos(),
		Flow: o.choiceOr("kind", 1, flowWords) == 1,
	}
	if i.Type.Numeric() {
		i.Unit = o.text("unit")
	}
	o.each("checks", func(o *object) {
		c := Check{Kind: CheckKind(o.choice("kind", checkWords)), At: o.pos()}
		switch c.Kind {
		case Cross:
			c.Rule, c.Message = o.expr("rule"), o.text("message")
		case Range, Change:
			c.Min, c.Max = o.limitOr("min"), o.limitOr("max")
			c.Message = o.textOr("message", "")
		case Required:
			c.Message = o.textOr("message", "")
		}
		c.Severity = Severity(o.choice("severity", severityWords))
		i.Checks = append(i.Checks, c)
	})
	i.Provenance = o.provenance(p.whole)
	return i
}

// Additive reports whether the values of several firms may be added and one
// firm's split: totals may, intensities and ratios (万元/亩, 比值) may not.
func (i Item) Additive() bool {
	if !i.Type.Numeric() || strings.Contains(i.Unit, "/") {
		return false
	}
	return baseUnits[i.Unit].measure != ""
}

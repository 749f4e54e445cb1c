package pack

import (
	"ballast/internal/period"
	"strings"
	"unicode/utf8"
)

// Expr is a CEL expression of a rule with the place where it is written. The
// zero Expr is absent.
type Expr struct {
	Text string
	At   Pos

	shift  int  // characters between At and the first of Text: an opening quote
	block  bool // written as a block, beginning on the line after At
	indent int  // of a block's lines
}

// IsZero reports whether there is no expression.
func (e Expr) IsZero() bool { return e.Text == "" }

// Locate turns a place inside Text (line and column from 1) into a place in the
// file. Inside a folded or escaped text it is the nearest place that is sure.
func (e Expr) Locate(line, col int) Pos {
	p := e.At
	switch {
	case e.block:
		p.Line, p.Col = p.Line+line, e.indent+col
	case line == 1 && !strings.Contains(e.Text, "\n"):
		p.Col += e.shift + col - 1
	}
	return p
}

// indentOf counts the blanks before the first visible line after n.
func (s *source) indentOf(n int) int {
	for i := n + 1; i <= len(s.lines); i++ {
		text := s.line(i)
		if trimmed := strings.TrimLeft(text, " "); trimmed != "" {
			return utf8.RuneCountInString(text) - utf8.RuneCountInString(trimmed)
		}
	}
	return 0
}

// Limit is a bound that may be absent; in a pack its absence is written none.
type Limit struct {
	Set   bool
	Value float64
}

// Status says whose rule it is.
type Status uint8

// The states of a rule. The zero Status is Template: nothing becomes a city's
// rule by leaving a word out.
const (
	Template  Status = iota // 模板，待主管部门确认: no public source gives it, or only other places do
	Published               // a public document says so; Reference names it
	Confirmed               // the city's competent department confirmed it
	Foreign                 // another place's rule, shipped to learn from and to test with
)

var statusWords = []string{"template", "published", "confirmed", "example"}

// String returns the word used in packs.
func (s Status) String() string { return statusWords[s] }

// Chinese returns the label a page shows.
func (s Status) Chinese() string {
	return [...]string{"模板，待主管部门确认", "依据公开文件", "主管部门已确认", "外地规则示例"}[s]
}

// Provenance says where a value or rule comes from and when it holds.
type Provenance struct {
	Status    Status
	Reference string     // document, standard or data source
	Note      string     // what a reader must know before relying on it
	From      period.Day // first day it holds; zero: always
	Until     period.Day // last day it holds; zero: no end
}

// On reports whether the rule holds on a day.
func (p Provenance) On(d period.Day) bool {
	return (p.From.IsZero() || !d.Before(p.From)) && (p.Until.IsZero() || !d.After(p.Until))
}

// provenance reads status, reference, note, from and until. A reference is
// required; a status is optional and falls back to that of the whole pack.
func (o *object) provenance(whole Status) Provenance {
	p := Provenance{
		Status:    Status(o.choiceOr("status", int(whole), statusWords)),
		Reference: o.text("reference"),
		Note:      o.textOr("note", ""),
		From:      o.dayOr("from"),
		Until:     o.dayOr("until"),
	}
	if !p.From.IsZero() && !p.Until.IsZero() && p.Until.Before(p.From) {
		o.src.failAt("yaml", o.values["until"], "截止日期 %s 早于起始日期 %s", p.Until, p.From)
	}
	return p
}

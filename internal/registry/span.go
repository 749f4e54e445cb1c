package registry

import (
	"ballast/internal/fault"
	"ballast/internal/period"
)

// Span is when a fact holds: from a day up to, not including, another. A zero
// From means since ever, a zero Until no end is known. Half-open spans join
// without gap or overlap; an official's "至12月31日" is Until 1 January.
type Span struct {
	From, Until period.Day
}

// forever is how a zero Until is stored, so that one comparison serves all rows.
const forever = "9999-12-31"

// Covers reports whether the fact holds on the day.
func (s Span) Covers(d period.Day) bool {
	return !d.Before(s.From) && (s.Until.IsZero() || d.Before(s.Until))
}

// Validate refuses a span that holds on no day.
func (s Span) Validate() error {
	if !s.Until.IsZero() && !s.From.Before(s.Until) {
		return fault.New(fault.Invalid, "终止日期 %s 不晚于起始日期 %s", s.Until, s.From).
			WithHint("终止日期是不再有效的第一天，应晚于起始日期。")
	}
	return nil
}

func (s Span) from() string { return s.From.String() }

func (s Span) until() string {
	if s.Until.IsZero() {
		return forever
	}
	return s.Until.String()
}

// readSpan is the inverse of from and until. Days in the database were written
// by this package; one it cannot read is a zero day.
func readSpan(from, until string) Span { return Span{readDay(from), readDay(until)} }

func readDay(s string) period.Day {
	if s == "" || s == forever {
		return period.Day{}
	}
	d, err := period.ParseDay(s)
	if err != nil {
		return period.Day{}
	}
	return d
}

// on returns an SQL condition that a row's span covers a day. The day is put in
// as a literal: its text is digits and dashes whatever the caller does, and the
// condition can then stand where parameters are counted already.
func on(alias string, d period.Day) string {
	day := d.String()
	return alias + ".valid_from <= '" + day + "' AND " + alias + ".valid_to > '" + day + "'"
}

package period

import (
	"fmt"
	"time"

	"ballast/internal/fault"
)

// Day is a civil date without a zone. The zero Day is no date at all; every
// other Day is valid. Days compare with ==.
type Day struct {
	year  int16
	month uint8
	day   uint8
}

// NewDay returns the date, or a fault.Invalid when there is no such date
// (2025-02-29) or the year lies outside 1900–2999.
func NewDay(year int, month time.Month, day int) (Day, error) {
	if year < 1900 || year > 2999 {
		return Day{}, fault.New(fault.Invalid, "日期 %d-%02d-%02d 的年份不在 1900—2999 之间", year, month, day)
	}
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if t.Year() != year || t.Month() != month || t.Day() != day {
		return Day{}, fault.New(fault.Invalid, "没有 %d-%02d-%02d 这一天", year, month, day)
	}
	return fromTime(t), nil
}

// ParseDay reads the form 2025-07-01 and nothing else.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Day{}, fault.Wrap(fault.Invalid, err, "“%s”不是日期", s).WithHint("请写成 2025-07-01 的样子")
	}
	return NewDay(t.Year(), t.Month(), t.Day())
}

// DayOf returns the civil date of an instant in the given zone.
func DayOf(t time.Time, zone *time.Location) Day { return fromTime(t.In(zone)) }

func fromTime(t time.Time) Day {
	return Day{int16(t.Year()), uint8(t.Month()), uint8(t.Day())}
}

// utc is midnight UTC of the day; used for arithmetic only.
func (d Day) utc() time.Time {
	return time.Date(int(d.year), time.Month(d.month), int(d.day), 0, 0, 0, 0, time.UTC)
}

// IsZero reports whether d is no date.
func (d Day) IsZero() bool { return d == Day{} }

// Year returns the calendar year, 0 for the zero Day.
func (d Day) Year() int { return int(d.year) }

// Month returns the month, 0 for the zero Day.
func (d Day) Month() time.Month { return time.Month(d.month) }

// Date returns the day of the month, 0 for the zero Day.
func (d Day) Date() int { return int(d.day) }

// Weekday returns the day of the week.
func (d Day) Weekday() time.Weekday { return d.utc().Weekday() }

// Start returns the first instant of the day in the given zone.
func (d Day) Start(zone *time.Location) time.Time {
	return time.Date(int(d.year), time.Month(d.month), int(d.day), 0, 0, 0, 0, zone)
}

// End returns the last second of the day in the given zone: a thing due on a
// day may still be done in that second.
func (d Day) End(zone *time.Location) time.Time {
	return time.Date(int(d.year), time.Month(d.month), int(d.day), 23, 59, 59, 0, zone)
}

// Add returns the day n days later; n may be negative.
func (d Day) Add(n int) Day { return fromTime(d.utc().AddDate(0, 0, n)) }

// AddMonths returns the day n months later; a day that the target month does
// not have becomes its last day (01-31 + 1 month = 02-28).
func (d Day) AddMonths(n int) Day {
	first := time.Date(int(d.year), time.Month(d.month), 1, 0, 0, 0, 0, time.UTC).AddDate(0, n, 0)
	last := first.AddDate(0, 1, -1).Day()
	return fromTime(first.AddDate(0, 0, min(int(d.day), last)-1))
}

// Sub returns the number of days from e to d: negative when d is earlier.
func (d Day) Sub(e Day) int { return int(d.utc().Sub(e.utc()) / (24 * time.Hour)) }

// Compare returns -1, 0 or +1 as d is before, equal to or after e.
func (d Day) Compare(e Day) int { return int(sign(d.ordinal() - e.ordinal())) }

// Before reports whether d is earlier than e.
func (d Day) Before(e Day) bool { return d.ordinal() < e.ordinal() }

// After reports whether d is later than e.
func (d Day) After(e Day) bool { return d.ordinal() > e.ordinal() }

func (d Day) ordinal() int32 { return int32(d.year)*10000 + int32(d.month)*100 + int32(d.day) }

// String returns 2025-07-01, or "" for the zero Day.
func (d Day) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day)
}

// Chinese returns 2025年7月1日, or "" for the zero Day.
func (d Day) Chinese() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d年%d月%d日", d.year, d.month, d.day)
}

// MarshalText implements encoding.TextMarshaler with the form of String.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the form of String; empty text gives the zero Day.
func (d *Day) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Day{}
		return nil
	}
	v, err := ParseDay(string(b))
	if err == nil {
		*d = v
	}
	return err
}

func sign[T int | int32](x T) T {
	switch {
	case x < 0:
		return -1
	case x > 0:
		return 1
	}
	return 0
}

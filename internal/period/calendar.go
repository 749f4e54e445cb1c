package period

import (
	"slices"
	"time"

	"ballast/internal/fault"
)

// Mark is one dated fact of a yearly notice: a day off, or a weekend day on
// which people work to make up for one.
type Mark struct {
	Day  Day
	Name string // the feast, as the notice says: 春节; a make-up day may carry the next feast's name
	Off  bool   // true: 放假; false: 上班
}

// Notice is the State Council's holiday arrangement for one year.
type Notice struct {
	Year      int
	Reference string // document number or address
	Marks     []Mark // may include days of the neighbouring years
}

// Fallback says what to assume about a year that has no notice yet.
type Fallback uint8

// The fallbacks a pack may state.
const (
	NoFallback   Fallback = iota // unknown stays unknown
	WeekendsOnly                 // Monday to Friday count as workdays; answers are provisional
)

// Calendar answers which days are workdays. It is immutable and safe for use by
// many goroutines.
type Calendar struct {
	announced map[int]string // year → reference
	marks     map[Day]Mark
	fallback  Fallback
}

// NewCalendar builds a calendar from the notices of the announced years. Two
// notices for one year, two different statements about one day, or a mark more
// than a year away from its notice are faults. A workday named on an ordinary
// Monday is not: the 2020 notice says so of 3 February, after the extension.
func NewCalendar(notices []Notice) (*Calendar, error) {
	c := &Calendar{announced: map[int]string{}, marks: map[Day]Mark{}}
	for _, n := range notices {
		if _, dup := c.announced[n.Year]; dup {
			return nil, fault.New(fault.Invalid, "%d 年的放假安排写了两次", n.Year)
		}
		c.announced[n.Year] = n.Reference
		for _, m := range n.Marks {
			if err := c.mark(n.Year, m); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

func (c *Calendar) mark(year int, m Mark) error {
	if d := m.Day.Year() - year; m.Day.IsZero() || d < -1 || d > 1 {
		return fault.New(fault.Invalid, "%d 年的放假安排里有 %s，相差超过一年", year, m.Day)
	}
	if old, dup := c.marks[m.Day]; dup && old.Off != m.Off {
		return fault.New(fault.Invalid, "%s 既写了放假又写了上班", m.Day)
	}
	c.marks[m.Day] = m
	return nil
}

func weekend(d Day) bool {
	w := d.Weekday()
	return w == time.Saturday || w == time.Sunday
}

// WithFallback returns the same calendar with a stated assumption about years
// without a notice.
func (c *Calendar) WithFallback(f Fallback) *Calendar {
	v := *c
	v.fallback = f
	return &v
}

// Years returns the announced years in order.
func (c *Calendar) Years() []int {
	years := make([]int, 0, len(c.announced))
	for y := range c.announced {
		years = append(years, y)
	}
	slices.Sort(years)
	return years
}

// Announced reports whether the year has a notice, and its reference.
func (c *Calendar) Announced(year int) (reference string, ok bool) {
	reference, ok = c.announced[year]
	return reference, ok
}

// IsWorkday reports whether people work on the day. known is false when the
// year has no notice and nothing dated is stated about the day; workday is then
// what the fallback assumes, or false.
func (c *Calendar) IsWorkday(d Day) (workday, known bool) {
	if m, ok := c.marks[d]; ok {
		return !m.Off, true
	}
	if _, ok := c.announced[d.Year()]; ok {
		return !weekend(d), true
	}
	return c.fallback == WeekendsOnly && !weekend(d), false
}

// Name returns the feast a day off or a make-up workday belongs to, "" for an
// ordinary day.
func (c *Calendar) Name(d Day) string { return c.marks[d].Name }

// Deadline is a day counted in working days.
type Deadline struct {
	Day         Day
	Provisional bool // true when a year without a notice was counted by the fallback
}

// maxWorkdays bounds a count: ten years of working days is a typing error.
const maxWorkdays = 2600

// AddWorkdays returns the n-th workday after from. The day itself is not
// counted (期间开始之日不计算在内); n = 0 gives from itself when it is a
// workday, else the next workday. It fails with fault.Unavailable when it meets
// a year without a notice and no fallback is stated, and with fault.Invalid for
// n outside 0–2600 or the zero day.
func (c *Calendar) AddWorkdays(from Day, n int) (Deadline, error) {
	if n < 0 || n > maxWorkdays {
		return Deadline{}, fault.New(fault.Invalid, "工作日数 %d 不在 0—%d 之间", n, maxWorkdays)
	}
	if from.IsZero() {
		return Deadline{}, fault.New(fault.Invalid, "没有起算日期")
	}
	var out Deadline
	day, left := from, n
	if n == 0 {
		day, left = from.Add(-1), 1
	}
	for left > 0 {
		day = day.Add(1)
		workday, known := c.IsWorkday(day)
		if !known {
			if c.fallback == NoFallback {
				return Deadline{}, unknownYear(day.Year())
			}
			out.Provisional = true
		}
		if workday {
			left--
		}
	}
	out.Day = day
	return out, nil
}

// Workdays is a number of working days between two days.
type Workdays struct {
	N           int
	Provisional bool // as in Deadline
}

// WorkdaysBetween counts the workdays after from up to and including to, so
// that AddWorkdays(from, n) and WorkdaysBetween(from, that day) agree. When to
// is before from the count is negative: workdays after to up to from. Errors are
// those of AddWorkdays.
func (c *Calendar) WorkdaysBetween(from, to Day) (Workdays, error) {
	if from.IsZero() || to.IsZero() {
		return Workdays{}, fault.New(fault.Invalid, "没有起止日期")
	}
	if to.Before(from) {
		w, err := c.WorkdaysBetween(to, from)
		w.N = -w.N
		return w, err
	}
	if to.Sub(from) > 366*20 {
		return Workdays{}, fault.New(fault.Invalid, "%s 到 %s 超过二十年", from, to)
	}
	var out Workdays
	for day := from.Add(1); !day.After(to); day = day.Add(1) {
		workday, known := c.IsWorkday(day)
		if !known {
			if c.fallback == NoFallback {
				return Workdays{}, unknownYear(day.Year())
			}
			out.Provisional = true
		}
		if workday {
			out.N++
		}
	}
	return out, nil
}

func unknownYear(year int) error {
	return fault.New(fault.Unavailable, "%d 年的放假调休安排尚未公布，不能按工作日计算", year).
		WithHint("公布后在数据包的 calendar 目录里加一个文件；或由数据包声明暂按周末推算")
}

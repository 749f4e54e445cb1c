package rule

import "strings"

// The functions on texts and dates.

func fnStarts(a *args) bool {
	for _, prefix := range a.text[1:] {
		if strings.HasPrefix(a.text[0], prefix) {
			return true
		}
	}
	return false
}

// date is a day of the Gregorian calendar.
type date struct{ year, month, day int }

// parseDate reads exactly YYYY-MM-DD of an existing day.
func parseDate(s string) (date, bool) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return date{}, false
	}
	number := func(from, to int) int {
		n := 0
		for _, c := range []byte(s[from:to]) {
			if c < '0' || c > '9' {
				return -1
			}
			n = n*10 + int(c-'0')
		}
		return n
	}
	d := date{number(0, 4), number(5, 7), number(8, 10)}
	if d.year < 1 || d.month < 1 || d.month > 12 || d.day < 1 || d.day > daysIn(d.year, d.month) {
		return date{}, false
	}
	return d, true
}

// daysIn returns the length of a month.
func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && year%100 != 0 || year%400 == 0 {
			return 29
		}
		return 28
	}
	return 31
}

// number counts days from a fixed day, with years starting in March so that the
// leap day comes last.
func (d date) number() int {
	y, m := d.year, d.month
	if m <= 2 {
		y--
		m += 12
	}
	return 365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + d.day
}

// monthsUntil counts the full months from d to e.
func (d date) monthsUntil(e date) int {
	if e.number() < d.number() {
		return -e.monthsUntil(d)
	}
	n := (e.year-d.year)*12 + e.month - d.month
	if e.day < d.day {
		n--
	}
	return n
}

// dates parses the first two texts.
func (a *args) dates() (from, to date, cause Cause) {
	from, ok1 := parseDate(a.text[0])
	to, ok2 := parseDate(a.text[1])
	if !ok1 || !ok2 {
		return from, to, BadDate
	}
	return from, to, None
}

func fnDays(a *args) (float64, Cause) {
	from, to, cause := a.dates()
	return float64(to.number() - from.number()), cause
}

func fnMonths(a *args) (float64, Cause) {
	from, to, cause := a.dates()
	if cause != None {
		return 0, cause
	}
	return float64(from.monthsUntil(to)), None
}

func fnYears(a *args) (float64, Cause) {
	from, to, cause := a.dates()
	if cause != None {
		return 0, cause
	}
	return float64(from.monthsUntil(to) / 12), None
}

func fnYear(a *args) (float64, Cause) {
	d, ok := parseDate(a.text[0])
	if !ok {
		return 0, BadDate
	}
	return float64(d.year), None
}

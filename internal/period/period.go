package period

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"ballast/internal/fault"
)

// Kind is the length of a period.
type Kind uint8

// The kinds of period. The zero Kind belongs to the zero Period only.
const (
	Year       Kind = iota + 1
	Half            // half-year, index 1–2
	Quarter         // index 1–4
	Month           // index 1–12
	Cumulative      // January up to and including the month of the index, 累计
)

// kinds is the one table of what a kind is called and how many a year has.
var kinds = [...]struct {
	key, chinese string
	count        int
}{
	Year:       {"year", "年度", 1},
	Half:       {"half", "半年", 2},
	Quarter:    {"quarter", "季度", 4},
	Month:      {"month", "月度", 12},
	Cumulative: {"cumulative", "累计", 12},
}

// String returns the key used in packs: year, half, quarter, month, cumulative.
func (k Kind) String() string {
	if k < Year || k > Cumulative {
		return ""
	}
	return kinds[k].key
}

// Chinese returns 年度, 半年, 季度, 月度 or 累计.
func (k Kind) Chinese() string {
	if k < Year || k > Cumulative {
		return ""
	}
	return kinds[k].chinese
}

// ParseKind reads the key of a kind.
func ParseKind(s string) (Kind, error) {
	for k := Year; k <= Cumulative; k++ {
		if kinds[k].key == s {
			return k, nil
		}
	}
	return 0, fault.New(fault.Invalid, "“%s”不是期别", s).WithHint("期别只有 year、half、quarter、month、cumulative")
}

// Period is a stretch of time a figure belongs to. Periods compare with ==;
// the zero Period is no period.
type Period struct {
	year  int16
	kind  Kind
	index uint8
}

// New returns the index-th period of its kind in a year (index 1 for a year).
func New(kind Kind, year, index int) (Period, error) {
	if kind < Year || kind > Cumulative {
		return Period{}, fault.New(fault.Invalid, "没有这种期别")
	}
	if year < 1900 || year > 2999 {
		return Period{}, fault.New(fault.Invalid, "年份 %d 不在 1900—2999 之间", year)
	}
	if index < 1 || index > kinds[kind].count {
		return Period{}, fault.New(fault.Invalid, "%d 年没有第 %d 个%s", year, index, kinds[kind].chinese)
	}
	return Period{int16(year), kind, uint8(index)}, nil
}

// OfYear returns the calendar year as a period; years outside 1900–2999 give
// the zero Period.
func OfYear(year int) Period {
	p, _ := New(Year, year, 1)
	return p
}

// Of returns the period of a kind that a day falls in.
func Of(kind Kind, d Day) (Period, error) {
	index := 1
	switch kind {
	case Half:
		index = (int(d.month)-1)/6 + 1
	case Quarter:
		index = (int(d.month)-1)/3 + 1
	case Month, Cumulative:
		index = int(d.month)
	}
	return New(kind, d.Year(), index)
}

// IsZero reports whether p is no period.
func (p Period) IsZero() bool { return p == Period{} }

// Kind returns the kind, 0 for the zero Period.
func (p Period) Kind() Kind { return p.kind }

// Year returns the year, 0 for the zero Period.
func (p Period) Year() int { return int(p.year) }

// Index returns the position within the year, from 1.
func (p Period) Index() int { return int(p.index) }

// Start returns the first day.
func (p Period) Start() Day {
	return Day{p.year, uint8(p.firstMonth()), 1}
}

// End returns the last day.
func (p Period) End() Day {
	last := time.Date(int(p.year), time.Month(p.lastMonth())+1, 0, 0, 0, 0, 0, time.UTC)
	return fromTime(last)
}

// Contains reports whether a day lies in the period.
func (p Period) Contains(d Day) bool {
	return !p.IsZero() && !d.Before(p.Start()) && !d.After(p.End())
}

// Months returns how many months the period spans.
func (p Period) Months() int { return p.lastMonth() - p.firstMonth() + 1 }

func (p Period) firstMonth() int {
	switch p.kind {
	case Half:
		return int(p.index)*6 - 5
	case Quarter:
		return int(p.index)*3 - 2
	case Month:
		return int(p.index)
	}
	return 1
}

func (p Period) lastMonth() int {
	switch p.kind {
	case Half:
		return int(p.index) * 6
	case Quarter:
		return int(p.index) * 3
	case Month, Cumulative:
		return int(p.index)
	}
	return 12
}

// Add returns the period n steps later of the same kind; n may be negative. A
// cumulative period steps by one month and restarts each January.
func (p Period) Add(n int) Period {
	count := kinds[p.kind].count
	if p.IsZero() || count == 0 {
		return Period{}
	}
	steps := int(p.year)*count + int(p.index) - 1 + n
	return Period{int16(steps / count), p.kind, uint8(steps%count + 1)}
}

// Prev returns the period before (上期; for a month, the base of 环比).
func (p Period) Prev() Period { return p.Add(-1) }

// Next returns the period after.
func (p Period) Next() Period { return p.Add(1) }

// LastYear returns the same period of the year before (同期; the base of 同比).
func (p Period) LastYear() Period {
	if p.IsZero() {
		return Period{}
	}
	p.year--
	return p
}

// Compare orders by end, then by start, so that a quarter follows its last
// month; it returns 0 only for equal stretches of time.
func (p Period) Compare(q Period) int {
	if c := p.End().Compare(q.End()); c != 0 {
		return c
	}
	return -p.Start().Compare(q.Start())
}

// String returns the stored form: 2025, 2025H1, 2025Q3, 2025-07, 2025-01/10.
func (p Period) String() string {
	switch p.kind {
	case Year:
		return fmt.Sprintf("%04d", p.year)
	case Half:
		return fmt.Sprintf("%04dH%d", p.year, p.index)
	case Quarter:
		return fmt.Sprintf("%04dQ%d", p.year, p.index)
	case Month:
		return fmt.Sprintf("%04d-%02d", p.year, p.index)
	case Cumulative:
		return fmt.Sprintf("%04d-01/%02d", p.year, p.index)
	}
	return ""
}

var quarterNames = [...]string{"", "一", "二", "三", "四"}

// Chinese returns 2025年, 2025年上半年, 2025年三季度, 2025年7月 or 2025年1—10月.
func (p Period) Chinese() string {
	switch p.kind {
	case Year:
		return fmt.Sprintf("%d年", p.year)
	case Half:
		return fmt.Sprintf("%d年%s半年", p.year, [...]string{"", "上", "下"}[p.index])
	case Quarter:
		return fmt.Sprintf("%d年%s季度", p.year, quarterNames[p.index])
	case Month:
		return fmt.Sprintf("%d年%d月", p.year, p.index)
	case Cumulative:
		if p.index == 1 {
			return fmt.Sprintf("%d年1月累计", p.year)
		}
		return fmt.Sprintf("%d年1—%d月", p.year, p.index)
	}
	return ""
}

// MarshalText implements encoding.TextMarshaler with the form of String.
func (p Period) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the form of String; empty text gives the zero Period.
func (p *Period) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*p = Period{}
		return nil
	}
	v, err := Parse(string(b))
	if err == nil {
		*p = v
	}
	return err
}

// Parse reads a period in the stored form or as officials write it: 2025年,
// 2025年度, 2025年上半年, 2025年三季度, 2025年第3季度, 2025年7月, 2025年1—10月,
// 2025年1-10月; full-width digits and inner blanks are accepted.
func Parse(s string) (Period, error) {
	text := fold(s)
	p, ok := parseStored(text)
	if !ok {
		p, ok = parseChinese(text)
	}
	if !ok {
		return Period{}, fault.New(fault.Invalid, "“%s”不是认识的期间", s).
			WithHint("请写成 2025年、2025年三季度、2025年7月、2025年1—10月，或 2025、2025Q3、2025-07、2025-01/10")
	}
	return p, nil
}

// fold turns full-width forms and the many dashes into ASCII and drops blanks.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			r -= '！' - '!'
		case r == '—' || r == '–' || r == '‐' || r == '−' || r == '至':
			r = '-'
		}
		if r == ' ' || r == '\u3000' || r == '\t' || r == '\u00a0' {
			return -1
		}
		return r
	}, s)
}

func parseStored(s string) (Period, bool) {
	if len(s) < 4 {
		return Period{}, false
	}
	year, rest := s[:4], s[4:]
	switch {
	case rest == "":
		return build(Year, year, "1")
	case len(rest) == 2 && rest[0] == 'H':
		return build(Half, year, rest[1:])
	case len(rest) == 2 && rest[0] == 'Q':
		return build(Quarter, year, rest[1:])
	case len(rest) == 3 && rest[0] == '-':
		return build(Month, year, rest[1:])
	case len(rest) == 6 && strings.HasPrefix(rest, "-01/"):
		return build(Cumulative, year, rest[4:])
	}
	return Period{}, false
}

// chineseForms is every spelling after "2025年"; %d is the number or 一二三四.
var chineseForms = []struct {
	kind          Kind
	prefix, after string
}{
	{Month, "", "月"}, {Month, "", "月份"}, {Cumulative, "1-", "月"}, {Cumulative, "1-", "月份"}, {Cumulative, "1-", "月累计"}, {Cumulative, "1月-", "月"},
	{Quarter, "", "季度"}, {Quarter, "第", "季度"}, {Quarter, "", "季"}, {Half, "", "半年"}, {Cumulative, "", "月累计"},
}

var chineseNumbers = strings.NewReplacer("一", "1", "二", "2", "三", "3", "四", "4", "上", "1", "下", "2")

func parseChinese(s string) (Period, bool) {
	year, rest, found := strings.Cut(s, "年")
	if !found || len(year) != 4 {
		return Period{}, false
	}
	if rest == "" || rest == "度" || rest == "全年" {
		return build(Year, year, "1")
	}
	rest = strings.TrimPrefix(rest, "度")
	for _, f := range chineseForms {
		number, ok := strings.CutPrefix(rest, f.prefix)
		if !ok {
			continue
		}
		if number, ok = strings.CutSuffix(number, f.after); !ok {
			continue
		}
		if f.kind == Quarter || f.kind == Half {
			number = chineseNumbers.Replace(number)
		}
		if p, ok := build(f.kind, year, number); ok {
			return p, true
		}
	}
	return Period{}, false
}

func build(kind Kind, year, index string) (Period, bool) {
	y, ok1 := digits(year)
	i, ok2 := digits(index)
	if !ok1 || !ok2 {
		return Period{}, false
	}
	p, err := New(kind, y, i)
	return p, err == nil
}

// digits reads up to four ASCII digits; strconv alone would take a sign.
func digits(s string) (int, bool) {
	if s == "" || len(s) > 4 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

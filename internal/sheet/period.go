package sheet

import (
	"fmt"
	"strings"

	"ballast/internal/fault"
)

// Period is the time a column or a table speaks of, as a spreadsheet names it:
// whole months of one year. The zero value is "not given".
type Period struct {
	Year int // 0 when the text names none, as in "1—10月": the context gives it
	// From and To are months, 1 to 12, both belonging to it: 1–12 is the year,
	// 1–3 the first quarter, 1–10 the running total to October, 5–5 May.
	From, To int
	Day      int // day of the month for a point in time such as 2025年12月31日, else 0
}

// IsZero reports whether no period was given.
func (p Period) IsZero() bool { return p == Period{} }

// String returns the period as an office writes it: 2025年, 2025年一季度,
// 2025年5月, 2025年1—10月.
func (p Period) String() string {
	if p.IsZero() {
		return ""
	}
	year := ""
	if p.Year != 0 {
		year = fmt.Sprintf("%d年", p.Year)
	}
	switch {
	case p.Day != 0:
		return fmt.Sprintf("%s%d月%d日", year, p.To, p.Day)
	case p.From == 1 && p.To == 12:
		if year == "" {
			return "全年"
		}
		return year
	case p.From == p.To:
		return fmt.Sprintf("%s%d月", year, p.From)
	case p.From%3 == 1 && p.To == p.From+2:
		return year + string([]rune("一二三四")[p.From/3]) + "季度"
	case p.From == 1 && p.To == 6 && year != "":
		return year + "上半年"
	case p.From == 7 && p.To == 12:
		return year + "下半年"
	}
	return fmt.Sprintf("%s%d—%d月", year, p.From, p.To)
}

// ParsePeriod reads a period as people write it: 2025年, 2025年度, 2025,
// 二〇二五年, 2025年1月, 2025-01, 2025/1, 202501, 一季度, 2025年第2季度, 2025Q3,
// 上半年, 1—10月, 2025年1-10月累计, 2025年末, 2025-12-31. A text that is no period
// is a fault of kind Invalid.
func ParsePeriod(s string) (Period, error) {
	if p, ok := parsePeriod(s); ok {
		return p, nil
	}
	return Period{}, fault.New(fault.Invalid, "“%s”不是时期。", clip(s, 30)).
		WithHint("请写成 2025年、2025年1月、2025年一季度 或 2025年1—10月。")
}

// CellPeriod is ParsePeriod on a cell: a date shown as a month is that month, a
// number between 1900 and 2100 is a year.
func CellPeriod(c Cell) (Period, error) {
	switch c.Kind {
	case Number:
		if c.Num == float64(int(c.Num)) && !c.Percent {
			return ParsePeriod(formatFloat(c.Num))
		}
	case Text, Date:
		return ParsePeriod(c.Text)
	}
	return Period{}, fault.New(fault.Invalid, "“%s”不是时期。", clip(c.String(), 30))
}

func validYear(y int) bool { return y >= 1900 && y <= 2100 }

func parsePeriod(s string) (Period, bool) {
	t := foldPeriod(s)
	if t == "" || len(t) > 60 {
		return Period{}, false
	}
	year, rest := cutYear(t)
	if year != 0 && !validYear(year) {
		return Period{}, false
	}
	for _, tail := range []string{"累计", "合计", "数据", "实际", "数"} {
		if year != 0 || tail == "累计" {
			rest = strings.TrimSuffix(rest, tail)
		}
	}
	if rest == "" {
		return Period{Year: year, From: 1, To: 12}, year != 0
	}
	if from, to, ok := namedMonths(rest, year != 0); ok {
		return Period{Year: year, From: from, To: to}, true
	}
	from, to, day, ok := months(rest)
	return Period{Year: year, From: from, To: to, Day: day}, ok
}

// foldPeriod folds widths, dashes and Chinese digits of a year.
func foldPeriod(s string) string {
	t := strings.Map(func(r rune) rune {
		switch r {
		case '—', '–', '－', '~', '～', '―', '─', '至', '到', '‐', '−', '一':
			if r == '一' {
				return r
			}
			return '-'
		case '〇', '○', '零':
			return '0'
		}
		if isOuterSpace(r) {
			return -1
		}
		return r
	}, strings.ToLower(foldWidth(s)))
	t = strings.ReplaceAll(t, "--", "-")
	if i := strings.Index(t, "年"); i > 0 && strings.ContainsAny(t[:i], "一二三四五六七八九") {
		t = strings.NewReplacer("一", "1", "二", "2", "三", "3", "四", "4", "五", "5", "六", "6", "七", "7", "八", "8", "九", "9").Replace(t[:i]) + t[i:]
	}
	return t
}

// cutYear takes a leading year of four digits. "202501" is a year and a month.
func cutYear(t string) (year int, rest string) {
	if len(t) < 4 {
		return 0, t
	}
	for i := range 4 {
		if t[i] < '0' || t[i] > '9' {
			return 0, t
		}
	}
	year = int(t[0]-'0')*1000 + int(t[1]-'0')*100 + int(t[2]-'0')*10 + int(t[3]-'0')
	rest = t[4:]
	for _, sep := range []string{"年度", "年", "-", "/", "."} {
		if r, ok := strings.CutPrefix(rest, sep); ok && (r != "" || strings.HasPrefix(sep, "年")) {
			return year, r
		}
	}
	return year, rest
}

// namedMonths reads quarters, halves and points of the year.
func namedMonths(t string, hasYear bool) (from, to int, ok bool) {
	switch t {
	case "全年", "年度":
		return 1, 12, hasYear || t == "全年"
	case "末", "底", "年末", "年底":
		return 12, 12, hasYear
	case "初", "年初":
		return 1, 1, hasYear
	case "上半年":
		return 1, 6, true
	case "下半年":
		return 7, 12, true
	case "前三季度", "前3季度":
		return 1, 9, true
	case "前两季度", "前二季度":
		return 1, 6, true
	}
	q := t
	if r, found := strings.CutPrefix(q, "q"); found {
		q = r
	} else if r, found := strings.CutSuffix(q, "季度"); found {
		q = strings.TrimPrefix(r, "第")
	} else if r, found := strings.CutSuffix(q, "季"); found {
		q = strings.TrimPrefix(r, "第")
	} else {
		return 0, 0, false
	}
	for i, names := range [4]string{"1一", "2二", "3三", "4四"} {
		if q != "" && strings.Contains(names, q) && len([]rune(q)) == 1 {
			return 3*i + 1, 3*i + 3, true
		}
	}
	return 0, 0, false
}

// months reads "5月", "05", "1-10月", "1月-10月", "12月31日", "12-31".
func months(t string) (from, to, day int, ok bool) {
	a, rest := cutInt(t)
	if a < 1 || a > 12 {
		return 0, 0, 0, false
	}
	hadMonth := strings.HasPrefix(rest, "月")
	rest = strings.TrimPrefix(strings.TrimPrefix(rest, "月"), "份")
	if rest == "" {
		return a, a, 0, true
	}
	if hadMonth {
		if d, r := cutInt(rest); d >= 1 && d <= 31 && (r == "日" || r == "号") {
			return a, a, d, true
		}
		if strings.Trim(rest, "末底") == "" {
			return a, a, 0, true
		}
	}
	sep := rest[0]
	if sep != '-' && sep != '/' && sep != '.' {
		return 0, 0, 0, false
	}
	b, tail := cutInt(rest[1:])
	switch {
	case tail == "月" || tail == "月份":
		return a, b, 0, sep == '-' && b >= a && b <= 12
	case (tail == "" || strings.HasPrefix(tail, "00:00")) && !hadMonth:
		return a, a, b, b >= 1 && b <= 31
	}
	return 0, 0, 0, false
}

// cutInt takes up to two leading digits; 0 when there are none.
func cutInt(t string) (int, string) {
	n, i := 0, 0
	for i < len(t) && i < 2 && t[i] >= '0' && t[i] <= '9' {
		n = n*10 + int(t[i]-'0')
		i++
	}
	return n, t[i:]
}

// findYear returns the first year written as "2025年" inside a text, with the
// longest period that begins there: a month, a quarter, or the day of a stock
// (统计时点：2025年12月31日).
func findYear(s string) Period {
	t := foldPeriod(s)
	for i := 0; i+4 < len(t); i++ {
		if i > 0 && t[i-1] >= '0' && t[i-1] <= '9' {
			continue
		}
		year, rest := cutYear(t[i:])
		if !validYear(year) || !strings.HasPrefix(t[i+4:], "年") {
			continue
		}
		for n := min(len(rest), 24); n > 0; n-- { // the longest period that follows
			if p, ok := parsePeriod(t[i:i+4] + "年" + rest[:n]); ok {
				return p
			}
		}
		return Period{Year: year, From: 1, To: 12}
	}
	return Period{}
}

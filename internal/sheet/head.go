package sheet

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// columns builds the columns of a table from its header rows. ahead are the
// rows that follow: they show which columns without a head are used, and which
// hold words only and so have no part in the unit of the table.
func columns(headers, ahead []Row, unit string) []Column {
	width := 0
	for _, r := range headers {
		width = max(width, len(r.Cells))
	}
	used := make([]bool, width)
	for _, r := range ahead {
		for i, c := range r.Cells {
			if c.Kind == Blank || c.Merged {
				continue
			}
			for len(used) <= i {
				used = append(used, false)
			}
			used[i] = true
		}
	}
	var out []Column
	for col := range used {
		path := headPath(headers, col)
		if !used[col] && !ownHead(headers, col) {
			continue // blank, or the tail of a head merged over spacing columns
		}
		if len(path) == 0 || wordsOnly(ahead, col) {
			out = append(out, newColumn(col, path, ""))
			continue
		}
		out = append(out, newColumn(col, path, unit))
	}
	return out
}

// ownHead reports whether some head is written in the column itself.
func ownHead(headers []Row, col int) bool {
	for _, r := range headers {
		if c := r.At(col); c.Kind != Blank && !c.Merged {
			return true
		}
	}
	return false
}

// wordsOnly reports whether the rows write texts and no number in col, or count
// themselves there.
func wordsOnly(rows []Row, col int) bool {
	words, count := 0, 0
	for _, r := range rows {
		c := r.At(col)
		if c.Kind == Blank || c.Merged || IsBlankMark(c.Text) && c.Kind == Text {
			continue
		}
		if plainNumber(c) {
			if count++; c.String() != formatFloat(float64(count)) {
				return false
			}
			continue
		}
		words++
	}
	return words > 0 || count > 1
}

// headPath returns the heads over one column from top to bottom.
func headPath(headers []Row, col int) []string {
	var path []string
	for level, r := range headers {
		text := cleanHead(r.At(col))
		if text == "" && lowerHead(headers[level+1:], col) {
			text = leftHead(r, col)
		}
		if text == "" || len(path) > 0 && path[len(path)-1] == text {
			continue
		}
		path = append(path, text)
	}
	return path
}

// lowerHead reports whether a lower header row has its own text in col.
func lowerHead(lower []Row, col int) bool {
	for _, r := range lower {
		if c := r.At(col); c.Kind != Blank && !c.Merged {
			return true
		}
	}
	return false
}

// leftHead returns the head that stands to the left of a blank one in an upper
// row: files without merged cells write a head over several columns once. A
// merged head ends where its range ends.
func leftHead(r Row, col int) string {
	for i := col - 1; i >= 0; i-- {
		c := r.At(i)
		if c.Merged {
			return ""
		}
		if c.Kind != Blank {
			return cleanHead(c)
		}
	}
	return ""
}

// cleanHead returns the text of a head: no line breaks, no spaces between
// Chinese characters, single spaces between words.
func cleanHead(c Cell) string {
	s := c.String()
	fields := strings.FieldsFunc(s, isOuterSpace)
	var b strings.Builder
	for i, f := range fields {
		if i > 0 && !cjkEdge(fields[i-1], f) {
			b.WriteByte(' ')
		}
		b.WriteString(f)
	}
	return b.String()
}

// cjkEdge reports whether the space between two words is layout only.
func cjkEdge(left, right string) bool {
	l, r := []rune(left), []rune(right)
	return wideRune(l[len(l)-1]) && wideRune(r[0])
}

func wideRune(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFFEF
}

// newColumn takes unit and period out of the heads.
func newColumn(col int, path []string, tableUnit string) Column {
	c := Column{Index: col, Path: path, Head: strings.Join(path, "/")}
	var names []string
	for _, part := range path {
		if p, ok := parsePeriod(part); ok && p.Year != 0 || ok && isPeriodText(part) {
			c.Period = mergePeriod(c.Period, p)
			continue
		}
		name, unit := cutUnit(part)
		if unit != "" {
			c.Unit = unit
		}
		if p := findYear(name); !p.IsZero() && c.Period.IsZero() {
			if rest, ok := strings.CutPrefix(foldPeriod(name), foldPeriod(p.String())); ok && rest != "" {
				c.Period, name = p, rest
			}
		}
		if name != "" {
			names = append(names, name)
		}
	}
	if c.Name = strings.Join(names, "/"); c.Name == "" {
		c.Name = c.Head
	}
	if c.Unit == "" {
		c.Unit = tableUnit
	}
	return c
}

// isPeriodText tells 一季度 and 5月 from heads that only happen to be numbers.
func isPeriodText(s string) bool { return strings.ContainsAny(s, "年月季") }

// mergePeriod joins a year over a month: 2025年 above 一季度.
func mergePeriod(a, b Period) Period {
	switch {
	case a.IsZero():
		return b
	case a.Year != 0 && b.Year == 0:
		b.Year = a.Year
		return b
	case a.Year == 0 && b.Year != 0:
		a.Year = b.Year
		return a
	}
	return b
}

// cutUnit takes the unit out of a head or title: "税收（万元）", "用地面积/亩",
// "单位：万元", "税收,万元" and, in a row of units under the heads, "万元" or
// "（万元）" alone. Brackets that hold no known unit stay in the name.
func cutUnit(s string) (name, unit string) {
	t := foldWidth(s) // folding keeps the number of characters, so names are cut out of s
	const mark = "单位:"
	if i := strings.Index(t, mark); i >= 0 {
		value := strings.TrimFunc(t[i+len(mark):], func(r rune) bool { return isOuterSpace(r) || strings.ContainsRune("()[]", r) })
		if u, ok := leadingUnit(value); ok {
			kept := strings.TrimRight(strings.TrimSuffix(t[:i], "计量"), "( [,;")
			return before(s, t, len(kept)), u
		}
	}
	bare := strings.Trim(t, "()[]【】 ")
	if _, ok := lookUnit(bare); ok && (bare != t || len([]rune(t)) > 1 || t == "%" || t == "亩" || t == "人" || t == "吨") {
		return "", bare
	}
	if name, unit, ok := bracketUnit(s, t); ok {
		return name, unit
	}
	for _, sep := range []string{"/", ",", "、"} {
		for i := strings.Index(t, sep); i > 0; {
			if _, ok := lookUnit(t[i+len(sep):]); ok {
				return before(s, t, i), strings.TrimSpace(t[i+len(sep):])
			}
			next := strings.Index(t[i+len(sep):], sep)
			if next < 0 {
				break
			}
			i += len(sep) + next
		}
	}
	return strings.TrimFunc(s, isOuterSpace), ""
}

// before returns the part of s that its folded form t holds in front of the
// byte offset end.
func before(s, t string, end int) string {
	n := utf8.RuneCountInString(t[:end])
	for i := range s {
		if n == 0 {
			return strings.TrimFunc(s[:i], isOuterSpace)
		}
		n--
	}
	return strings.TrimFunc(s, isOuterSpace)
}

// leadingUnit reads a unit that may be followed by another remark, as in
// "单位:万元、人": the first one counts.
func leadingUnit(value string) (unit string, ok bool) {
	if _, ok := lookUnit(value); ok {
		return value, true
	}
	end := strings.IndexAny(value, " ,;、)")
	if end <= 0 {
		return "", false
	}
	_, ok = lookUnit(value[:end])
	return value[:end], ok
}

// bracketUnit looks for the last pair of brackets that holds a known unit and
// stands at the end, a footnote letter or number allowed behind it.
func bracketUnit(s, t string) (name, unit string, ok bool) {
	for end := len(t); end > 0; {
		right := strings.LastIndexAny(t[:end], ")]】")
		if right < 0 {
			return "", "", false
		}
		left := strings.LastIndexAny(t[:right], "([【")
		if left < 0 {
			return "", "", false
		}
		_, size := firstRune(t[left:])
		inner := strings.TrimSpace(t[left+size : right])
		inner = strings.TrimPrefix(strings.TrimPrefix(inner, "计量单位:"), "单位:")
		if _, known := lookUnit(inner); known {
			_, rsize := firstRune(t[right:])
			rest := strings.TrimFunc(t[right+rsize:], isOuterSpace)
			if len(rest) <= 2 && isFootnote(rest) {
				rest = ""
			}
			if rest != "" {
				rest = strings.TrimPrefix(strings.TrimFunc(s, isOuterSpace), before(s, t, right+rsize))
			}
			return before(s, t, left) + strings.TrimFunc(rest, isOuterSpace), inner, true
		}
		end = left
	}
	return "", "", false
}

func firstRune(s string) (rune, int) {
	for i, r := range s {
		if i == 0 {
			return r, len(string(r))
		}
	}
	return 0, len(s)
}

func isFootnote(s string) bool {
	for _, r := range s {
		if r < 'a' || r > 'z' {
			if (r < '0' || r > '9') && r != '*' {
				return false
			}
		}
	}
	return true
}

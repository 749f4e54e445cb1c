package sheet

import (
	"math"
	"strconv"
	"strings"

	"ballast/internal/fault"
)

// Value is a number read from a cell.
type Value struct {
	Blank bool    // nothing, or a mark for nothing (—, 无, …): not zero
	Num   float64 // in Unit when the cell named one, else as written
	Unit  string  // unit written in the cell itself: "万元" in "3,000万元", "%" in "12.5%"
}

// blankMarks are the ways in which people write that there is no value.
var blankMarks = map[string]bool{
	"": true, "-": true, "--": true, "---": true, "—": true, "——": true, "–": true, "－": true, "―": true, "─": true,
	"/": true, "//": true, "\\": true, "*": true, ".": true, "..": true, "...": true, "…": true, "……": true,
	"无": true, "暂无": true, "没有": true, "空": true, "空白": true, "未填": true, "未报": true, "不详": true, "不适用": true, "无数据": true,
	"n/a": true, "na": true, "null": true, "none": true, "nil": true, "#n/a": true,
}

// IsBlankMark reports whether a text stands for "no value".
func IsBlankMark(s string) bool {
	return blankMarks[strings.ToLower(foldUnit(s))]
}

// ParseCell reads a cell as a number. A percentage keeps its sign as unit. An
// error value, a date and a truth value are faults of kind Invalid.
func ParseCell(c Cell) (Value, error) {
	switch c.Kind {
	case Blank:
		return Value{Blank: true}, nil
	case Number:
		if c.Percent {
			return Value{Num: shiftDecimal(c.Num, 2), Unit: "%"}, nil
		}
		return Value{Num: c.Num}, nil
	case Text:
		return ParseNumber(c.Text)
	case Date:
		return Value{}, fault.New(fault.Invalid, "“%s”是日期，这里应填数字。", c.Text).
			WithHint("若原是数字，请把单元格格式改为“常规”后重填。")
	case Wrong:
		return Value{}, fault.New(fault.Invalid, "单元格是错误值“%s”，这里应填数字。", clip(c.Text, 20)).
			WithHint("请改正公式，或粘贴为数值。")
	}
	return Value{}, fault.New(fault.Invalid, "“%s”不是数字。", c.String())
}

// ParseNumber reads a number as people write it: full-width digits, thousands
// separators (1,234 and 1，234 and 1 234, also groups of four), negative numbers
// with any minus or in brackets, exponents, a currency sign, 万 and 亿 as
// multipliers ("1.2亿" is 120000000), a unit behind the number ("3,000万元" is
// 3000 with Unit 万元), percentages ("12.5%" is 12.5 with Unit %). Marks for
// "no value" give Blank. Anything else is a fault of kind Invalid; nothing is
// guessed: "1,23" and "1.2.3" are refused.
func ParseNumber(s string) (Value, error) {
	t := foldNumber(s)
	if blankMarks[t] {
		return Value{Blank: true}, nil
	}
	bad := func(why string) (Value, error) {
		return Value{}, fault.New(fault.Invalid, "“%s”不是数字%s。", clip(s, 30), why)
	}
	negative := false
	if strings.HasPrefix(t, "(") && strings.HasSuffix(t, ")") {
		negative, t = true, t[1:len(t)-1]
	}
	unit := ""
	if rest, ok := cutCurrency(t); ok {
		t, unit = rest, "元"
	}
	digits, tail := splitNumber(t)
	if digits == "" {
		return bad("")
	}
	if digits[0] == '-' || digits[0] == '+' {
		if negative {
			return bad("：括号和负号同时出现")
		}
		negative = digits[0] == '-'
		digits = digits[1:]
	}
	plain, ok := ungroup(digits)
	if !ok {
		return bad("：千分位或小数点的位置不对")
	}
	if integerDigits(plain) > maxIntegerDigits {
		return bad("：位数太多，像是代码或账号")
	}
	if tail == "-" && !negative { // accounting systems put the minus behind
		negative, tail = true, ""
	}
	shift, named, ok := numberTail(tail)
	if !ok {
		return bad("：“" + clip(tail, 10) + "”不认识")
	}
	if named != "" {
		unit = named
	}
	v, err := strconv.ParseFloat(plain, 64)
	if err != nil || math.IsInf(v, 0) {
		return bad("：超出范围")
	}
	if shift != 0 {
		v = shiftDecimal(v, shift)
		if math.IsInf(v, 0) {
			return bad("：超出范围")
		}
	}
	if negative && v != 0 {
		v = -v
	}
	return Value{Num: v, Unit: unit}, nil
}

// maxIntegerDigits is how many digits a quantity may have in front of its
// point: a float64 holds no more without loss, and 100,000,000,000,000 元 is the
// output of the country.
const maxIntegerDigits = 15

// integerDigits counts the digits in front of the point; an exponent makes the
// notation a measurement, which may be of any size.
func integerDigits(plain string) int {
	if strings.ContainsRune(plain, 'e') {
		return 0
	}
	whole, _, _ := strings.Cut(plain, ".")
	return len(strings.TrimLeft(whole, "0"))
}

// foldNumber makes spellings equal: half-width, lower case, one minus, no
// white space except a single space between digits, which may group them.
func foldNumber(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range strings.TrimFunc(s, isOuterSpace) {
		if r >= 0xFF01 && r <= 0xFF5E {
			r -= 0xFEE0
		}
		switch r {
		case '−', '–', '—', '－', '﹣', '‐', '‑', '―', '─':
			r = '-'
		case '，', '﹐', '٬', '\'', '’':
			r = ','
		case '．', '。', '﹒':
			r = '.'
		case '〔', '【', '［':
			r = '('
		case '〕', '】', '］':
			r = ')'
		case '０':
			r = '0'
		}
		if isOuterSpace(r) {
			r = ' '
		}
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}

func cutCurrency(t string) (string, bool) {
	for _, sign := range []string{"￥", "¥", "rmb", "cny", "人民币"} {
		if rest, ok := strings.CutPrefix(t, sign); ok {
			return strings.TrimSpace(rest), true
		}
	}
	return t, false
}

// splitNumber cuts the longest beginning that can be a number.
func splitNumber(t string) (digits, tail string) {
	i, seen := 0, false
	for i < len(t) {
		c := t[i]
		switch {
		case c >= '0' && c <= '9':
			seen = true
		case (c == '-' || c == '+') && i == 0:
		case (c == ' ' || c == ',') && seen && i+1 < len(t) && t[i+1] >= '0' && t[i+1] <= '9':
		case c == ' ' && i > 0 && !seen: // "- 5"
		case c == '.' && (seen || i+1 < len(t) && t[i+1] >= '0' && t[i+1] <= '9'):
		case c == 'e' && seen && exponent(t[i+1:]):
			j := i + 1
			if t[j] == '-' || t[j] == '+' {
				j++
			}
			for j < len(t) && t[j] >= '0' && t[j] <= '9' {
				j++
			}
			return t[:j], strings.TrimSpace(t[j:])
		default:
			if !seen {
				return "", t
			}
			return t[:i], strings.TrimSpace(t[i:])
		}
		i++
	}
	if !seen {
		return "", t
	}
	return t[:i], ""
}

func exponent(s string) bool {
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		s = s[1:]
	}
	return len(s) > 0 && s[0] >= '0' && s[0] <= '9'
}

// ungroup checks the grouping of the integer part and returns plain decimal
// notation. Groups of three, and of four as Chinese readers count, must be
// complete.
func ungroup(d string) (string, bool) {
	d = strings.TrimLeft(d, " ")
	mantissa, exp := d, ""
	if i := strings.IndexByte(d, 'e'); i >= 0 {
		mantissa, exp = d[:i], d[i:]
	}
	whole, fraction, hasPoint := strings.Cut(mantissa, ".")
	if strings.ContainsAny(fraction, ".,") {
		return "", false
	}
	if strings.Contains(fraction, " ") {
		return "", false
	}
	sep := ""
	if strings.Contains(whole, ",") {
		sep = ","
	}
	if strings.Contains(whole, " ") {
		if sep != "" {
			return "", false
		}
		sep = " "
	}
	if sep != "" {
		groups := strings.Split(whole, sep)
		size := len(groups[len(groups)-1])
		if size != 3 && size != 4 || len(groups[0]) == 0 || len(groups[0]) > size {
			return "", false
		}
		for _, g := range groups[1:] {
			if len(g) != size {
				return "", false
			}
		}
		whole = strings.Join(groups, "")
	}
	if whole == "" && fraction == "" {
		return "", false
	}
	if hasPoint && fraction != "" {
		whole += "." + fraction
	}
	return whole + exp, true
}

// numberTail reads what follows the digits: a multiplier without a unit gives
// the decimal shift, a known unit its name.
func numberTail(tail string) (shift int, unit string, ok bool) {
	switch tail {
	case "":
		return 0, "", true
	case "十":
		return 1, "", true
	case "百":
		return 2, "", true
	case "千":
		return 3, "", true
	case "万":
		return 4, "", true
	case "百万":
		return 6, "", true
	case "千万":
		return 7, "", true
	case "亿":
		return 8, "", true
	case "万亿":
		return 12, "", true
	}
	if u, ok := lookUnit(tail); ok {
		return 0, u.Name, true
	}
	return 0, "", false
}

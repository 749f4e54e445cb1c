package sheet

import (
	"regexp"
	"strings"
)

// Judgements about one row, used by the detector. They are pure and know
// nothing of the rows around.

// effective counts the cells in which something is written, merged copies not
// counted.
func effective(r Row) int {
	n := 0
	for i := range r.Cells {
		if r.Cells[i].Kind != Blank && !r.Cells[i].Merged {
			n++
		}
	}
	return n
}

// covered counts the columns in which something shows, merged copies counted.
func covered(r Row) int {
	n := 0
	for i := range r.Cells {
		if r.Cells[i].Kind != Blank {
			n++
		}
	}
	return n
}

// onlyCell returns the first written cell and its column.
func onlyCell(r Row) (Cell, int) {
	for i, c := range r.Cells {
		if c.Kind != Blank && !c.Merged {
			return c, i
		}
	}
	return Cell{}, -1
}

// rowText joins the written cells.
func rowText(r Row) string {
	var parts []string
	for _, c := range r.Cells {
		if c.Kind != Blank && !c.Merged {
			parts = append(parts, cleanHead(c))
		}
	}
	return strings.Join(parts, "  ")
}

// plainNumber reports whether a cell holds a number that cannot be a head:
// years and other periods can.
func plainNumber(c Cell) bool {
	switch c.Kind {
	case Number, Bool, Wrong:
		return true
	case Text:
		v, err := ParseNumber(c.Text)
		return err == nil && !v.Blank
	}
	return false
}

// yearNumber reports whether a cell is a bare year.
func yearNumber(c Cell) (int, bool) {
	if c.Kind != Number && c.Kind != Text {
		return 0, false
	}
	s := c.String()
	if len(s) != 4 {
		return 0, false
	}
	p, ok := parsePeriod(s)
	return p.Year, ok
}

var codeLike = regexp.MustCompile(`^[0-9A-Za-z]{8,}$`)

// headLike reports whether every written cell of a row could be a head, and at
// least two are written.
func headLike(r Row) bool {
	heads, years, up, down := 0, 0, true, true
	last := 0
	for _, c := range r.Cells {
		if c.Kind == Blank || c.Merged {
			continue
		}
		if y, ok := yearNumber(c); ok {
			if years > 0 {
				up, down = up && y > last, down && y < last
			}
			years, last = years+1, y
			heads++
			continue
		}
		if c.Kind != Text && c.Kind != Date || !headText(c) {
			return false
		}
		heads++
	}
	if years == 1 && heads < 3 || years > 1 && !up && !down {
		return false
	}
	return heads >= 2
}

func headText(c Cell) bool {
	if c.Kind == Date {
		return len(c.Text) <= len("2025-01")
	}
	s := c.Text
	if IsBlankMark(s) || len([]rune(s)) > 60 {
		return false
	}
	folded := foldUnit(s)
	if codeLike.MatchString(folded) && strings.ContainsAny(folded, "0123456789") {
		return false
	}
	if _, ok := parsePeriod(s); ok {
		return true
	}
	return !plainNumber(c)
}

// unitRowLike reports whether a row under the heads holds nothing but units.
func unitRowLike(r Row) bool {
	n := 0
	for _, c := range r.Cells {
		if c.Kind == Blank || c.Merged {
			continue
		}
		if c.Kind != Text || IsBlankMark(c.Text) {
			return false
		}
		name, unit := cutUnit(c.Text)
		if unit == "" || name != "" && name != "计量" {
			return false
		}
		n++
	}
	return n > 0
}

// indexRowLike reports whether a row numbers the columns: 甲 乙 1 2 3 or 1 2 3 4.
func indexRowLike(r Row) bool {
	letters, numbers := 0, 0
	for _, c := range r.Cells {
		if c.Kind == Blank || c.Merged {
			continue
		}
		s := strings.Trim(foldWidth(c.String()), "()")
		if len([]rune(s)) == 1 && strings.ContainsAny(s, "甲乙丙丁戊己庚辛") && numbers == 0 {
			letters++
			continue
		}
		if s != formatFloat(float64(numbers+1)) {
			return false
		}
		numbers++
	}
	return numbers >= 3 || letters > 0 && numbers > 0
}

var keyValue = regexp.MustCompile(`^([^：:]{1,14})[：:](.*)$`)

// preambleLike reports whether a row of several cells is a line about the table
// rather than its header: 填报单位：税务局 … 2025年 … 单位：万元.
func preambleLike(r Row) bool {
	n, keyed := 0, 0
	for _, c := range r.Cells {
		if c.Kind == Blank || c.Merged {
			continue
		}
		n++
		s := foldWidth(c.String())
		if keyValue.MatchString(s) {
			keyed++
			continue
		}
		if _, ok := parsePeriod(s); ok && n > 1 {
			continue
		}
		if c.Kind == Date || strings.HasPrefix(s, "单位") {
			continue
		}
		if _, unit := cutUnit(s); unit != "" && strings.Contains(s, "单位") {
			continue
		}
		return false
	}
	return n <= 1 || keyed > 0 && n <= 8
}

var noteStart = regexp.MustCompile(`^[（(【\[]?(注|附注|备注|说明|填表说明|填报说明|资料来源|数据来源|来源|口径|指标解释|填表人|制表人?|审核人?|复核人?|负责人|单位负责人|统计负责人|联系人|联系电话|填报人|填报日期|报出日期|制表日期|※|＊|\*|Notes?\b|Sources?\b|Definitions?\b)`)

// noteLike reports whether a row is text under a table: 注：…, 填表人：… 审核人：….
func noteLike(r Row) bool {
	c, _ := onlyCell(r)
	if c.Kind != Text || !noteStart.MatchString(c.Text) {
		return false
	}
	if effective(r) == 1 {
		return true
	}
	for _, c := range r.Cells { // several cells: signatures, which carry colons
		if c.Kind != Blank && !c.Merged && plainNumber(c) && !strings.ContainsAny(c.Text, "：:") {
			return false
		}
	}
	return strings.ContainsAny(c.Text, "：:")
}

var totalLabel = regexp.MustCompile(`^(总计|合计|小计|共计|总合计|累计|全市|全县|全区|本页)?(总计|合计|小计|共计)?$`)

// totalLike reports whether a row adds up others: its first text is 合计, 小计,
// 安源区小计 and the like.
func totalLike(r Row) bool {
	seen := 0
	for _, c := range r.Cells {
		if c.Kind == Blank || c.Merged {
			continue
		}
		if seen++; seen > 2 {
			return false
		}
		if c.Kind != Text {
			continue // a running number may stand before the label
		}
		s := strings.Map(func(r rune) rune {
			if isOuterSpace(r) || r == ':' || r == '：' {
				return -1
			}
			return r
		}, c.Text)
		if s == "" || len([]rune(s)) > 14 {
			return false
		}
		return totalLabel.MatchString(s) || strings.HasSuffix(s, "小计") || strings.HasSuffix(s, "合计") || strings.HasSuffix(s, "总计")
	}
	return false
}

var sectionStart = regexp.MustCompile(`^([一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[）)]|第[一二三四五六七八九十]+[章节部类])`)

// sectionLike reports whether a row of one cell is a label over those below: it
// is merged across, or counted with Chinese numerals, or ends with a colon.
func sectionLike(r Row, col int) bool {
	c := r.At(col)
	if c.Kind != Text {
		return false
	}
	if next := r.At(col + 1); next.Merged {
		return true
	}
	return sectionStart.MatchString(c.Text) || strings.HasSuffix(c.Text, "：") || strings.HasSuffix(c.Text, ":")
}

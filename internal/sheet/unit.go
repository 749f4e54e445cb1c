package sheet

import (
	"math/bits"
	"strings"

	"ballast/internal/fault"
)

// Unit is a unit of measure as far as spreadsheets need it: a name, what is
// measured, and its size in the base unit of that dimension as an exact
// fraction. Units of one dimension convert into each other.
type Unit struct {
	Name      string // the usual Chinese name, such as 万元
	Dimension string // such as 金额; a quotient is written 金额/面积
	num, den  int64  // size in the base unit
}

// unitRow is one line of the unit table.
type unitRow struct {
	name, dimension string
	num, den        int64
	aliases         string // separated by spaces
}

// unitTable holds every unit the importer knows. Money is based on 元, area on
// 平方米 (1 亩 = 2000/3 ㎡, 1 公顷 = 15 亩), coal equivalent on 千克标准煤,
// electricity on 千瓦时, mass on 千克, people on 人. Coal equivalent and
// electricity are two dimensions on purpose: between them stands a factor
// (等价 or 当量) that is a choice of policy, not arithmetic.
var unitTable = []unitRow{
	{"元", "金额", 1, 1, "人民币元 圆 rmb cny ￥ ¥"},
	{"分", "分值", 1, 1, ""},
	{"百元", "金额", 100, 1, ""},
	{"千元", "金额", 1000, 1, ""},
	{"万元", "金额", 10_000, 1, "人民币万元 万元人民币 萬元"},
	{"百万元", "金额", 1_000_000, 1, ""},
	{"千万元", "金额", 10_000_000, 1, ""},
	{"亿元", "金额", 100_000_000, 1, "人民币亿元 亿元人民币 億元"},

	{"平方米", "面积", 1, 1, "㎡ m2 m² 平米 平方 平方公尺"},
	{"万平方米", "面积", 10_000, 1, "万㎡ 万m2 万m² 万平米 万平"},
	{"亩", "面积", 2000, 3, "市亩 畝 mu"},
	{"万亩", "面积", 20_000_000, 3, ""},
	{"公顷", "面积", 10_000, 1, "ha hm2 hm² 公頃"},
	{"平方公里", "面积", 1_000_000, 1, "平方千米 km2 km²"},

	{"千克标准煤", "标准煤", 1, 1, "公斤标准煤 千克标煤 公斤标煤 kgce"},
	{"吨标准煤", "标准煤", 1000, 1, "吨标煤 tce 吨标准煤当量"},
	{"万吨标准煤", "标准煤", 10_000_000, 1, "万吨标煤 万tce"},

	{"千瓦时", "电量", 1, 1, "度 kwh kw·h kw.h kw*h 千瓦·时 千瓦小时"},
	{"兆瓦时", "电量", 1000, 1, "mwh 千度 兆瓦·时"},
	{"万千瓦时", "电量", 10_000, 1, "万度 万kwh 万kw·h 万kw.h 万千瓦·时 万千瓦小时"},
	{"亿千瓦时", "电量", 100_000_000, 1, "亿度 亿kwh 亿kw·h 亿kw.h 亿千瓦·时 亿千瓦小时"},

	{"毫克", "质量", 1, 1_000_000, "mg"},
	{"克", "质量", 1, 1000, "g"},
	{"千克", "质量", 1, 1, "公斤 kg"},
	{"吨", "质量", 1000, 1, "t 公吨"},
	{"千吨", "质量", 1_000_000, 1, ""},
	{"万吨", "质量", 10_000_000, 1, "万t"},
	{"亿吨", "质量", 100_000_000_000, 1, ""},

	{"立方米", "体积", 1, 1, "m3 m³ 方 立方"},
	{"万立方米", "体积", 10_000, 1, "万m3 万m³ 万方 万立方"},
	{"亿立方米", "体积", 100_000_000, 1, "亿m3 亿m³ 亿方"},

	{"人", "人数", 1, 1, "名 人次"},
	{"百人", "人数", 100, 1, ""},
	{"千人", "人数", 1000, 1, ""},
	{"万人", "人数", 10_000, 1, ""},

	{"户", "户数", 1, 1, ""},
	{"万户", "户数", 10_000, 1, ""},
	{"家", "家数", 1, 1, ""},
	{"个", "个数", 1, 1, ""},
	{"万个", "个数", 10_000, 1, ""},
	{"项", "项数", 1, 1, ""},
	{"件", "件数", 1, 1, ""},
	{"万件", "件数", 10_000, 1, ""},
	{"台", "台数", 1, 1, ""},
	{"万台", "台数", 10_000, 1, ""},
	{"套", "套数", 1, 1, ""},
	{"次", "次数", 1, 1, ""},
	{"位", "位次", 1, 1, "名次"},

	{"年", "年", 1, 1, ""},
	{"月", "月", 1, 1, "个月"},
	{"天", "时间", 86_400, 1, "日"},
	{"小时", "时间", 3600, 1, "h 时"},
	{"分钟", "时间", 60, 1, "min"},
	{"秒", "时间", 1, 1, "s"},

	{"无量纲", "比率", 1, 1, "倍 比 比值 系数"},
	{"%", "比率", 1, 100, "％ 百分比 百分数 百分之"},
	{"‰", "比率", 1, 1000, "千分比"},
	{"个百分点", "百分点", 1, 1, "百分点 pp"},
	{"星", "星级", 1, 1, "星级"},
	{"千瓦", "功率", 1, 1, "kw"},
	{"万千瓦", "功率", 10_000, 1, "万kw"},
	{"兆瓦", "功率", 1000, 1, "mw"},
	{"千伏安", "容量", 1, 1, "kva"},
	{"吨二氧化碳", "二氧化碳", 1, 1, "吨co2 吨co₂ tco2 tco₂ 吨二氧化碳当量 tco2e"},
	{"万吨二氧化碳", "二氧化碳", 10_000, 1, "万吨co2 万吨co₂ 万tco2"},
	{"公里", "长度", 1000, 1, "千米 km"},
	{"米", "长度", 1, 1, "m"},
	{"吉焦", "热量", 1, 1, "gj 百万千焦"},
	{"万吉焦", "热量", 10_000, 1, "万gj"},
}

// unitIndex finds a unit by any folded name.
var unitIndex = func() map[string]Unit {
	m := make(map[string]Unit)
	for _, r := range unitTable {
		u := Unit{r.name, r.dimension, r.num, r.den}
		m[foldUnit(r.name)] = u
		for _, a := range strings.Fields(r.aliases) {
			m[foldUnit(a)] = u
		}
	}
	return m
}()

// foldUnit makes spellings of a unit equal: half-width, lower case, no spaces.
func foldUnit(s string) string {
	s = strings.ToLower(foldWidth(s))
	return strings.Map(func(r rune) rune {
		if isOuterSpace(r) {
			return -1
		}
		return r
	}, s)
}

// foldWidth turns full-width forms into half-width ones, brackets, slashes and
// percent signs included.
func foldWidth(s string) string {
	wide := false
	for _, r := range s {
		if r >= 0xFF01 && r <= 0xFF5E || r == 0x3000 {
			wide = true
			break
		}
	}
	if !wide {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xFF01 && r <= 0xFF5E:
			return r - 0xFEE0
		case r == 0x3000:
			return ' '
		}
		return r
	}, s)
}

// lookUnit finds a unit or a quotient of two, such as 万元/亩 or 吨标准煤/万元.
func lookUnit(s string) (Unit, bool) {
	key := foldUnit(s)
	if u, ok := unitIndex[key]; ok {
		return u, true
	}
	if i := strings.IndexByte(key, '/'); i > 0 {
		over, ok1 := unitIndex[key[:i]]
		under, ok2 := unitIndex[strings.TrimPrefix(key[i+1:], "每")]
		if ok1 && ok2 {
			num, den, ok := mulFrac(over.num, over.den, under.den, under.num)
			return Unit{over.Name + "/" + under.Name, over.Dimension + "/" + under.Dimension, num, den}, ok
		}
	}
	return Unit{}, false
}

// ParseUnit reads a unit as a spreadsheet writes it (万元, ㎡, 万元/亩, ％). An
// unknown unit is a fault of kind Invalid that names the nearest known ones.
func ParseUnit(s string) (Unit, error) {
	if u, ok := lookUnit(strings.Trim(foldUnit(s), "()[]【】")); ok {
		return u, nil
	}
	err := fault.New(fault.Invalid, "计量单位“%s”不认识。", clip(s, 20))
	if near := nearUnits(s); len(near) > 0 {
		return Unit{}, err.WithHint("是不是“%s”？", strings.Join(near, "”或“"))
	}
	return Unit{}, err.WithHint("常用单位：万元、亿元、亩、公顷、平方米、吨标准煤、万千瓦时、吨、人、%%。")
}

// nearUnits lists up to three known names that share a beginning or an end
// with s or differ in one character.
func nearUnits(s string) []string {
	key := []rune(foldUnit(s))
	if len(key) == 0 || len(key) > 20 {
		return nil
	}
	type candidate struct {
		name string
		dist int
	}
	var best []candidate
	for _, r := range unitTable {
		name := []rune(foldUnit(r.name))
		d := editDistance(key, name)
		if d > 1 && !(d <= 2 && len(name) > 3) && !strings.HasSuffix(string(key), string(name)) {
			continue
		}
		if d >= max(len(key), len(name)) {
			continue
		}
		best = append(best, candidate{r.name, d})
	}
	var out []string
	for d := 0; d < 20 && len(out) < 3; d++ {
		for _, c := range best {
			if c.dist == d && len(out) < 3 {
				out = append(out, c.name)
			}
		}
	}
	return out
}

// editDistance is the Levenshtein distance.
func editDistance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diag := row[0]
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diag, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diag+cost)
		}
	}
	return row[len(b)]
}

// Convert expresses v, measured in from, in the unit to. It multiplies and
// divides once each by integers, so that 12345.6 万元 is 1.23456 亿元 and not a
// neighbour of it. Units of different dimensions are a fault of kind Invalid.
func Convert(v float64, from, to Unit) (float64, error) {
	if from.Dimension != to.Dimension {
		return 0, fault.New(fault.Invalid, "单位“%s”是%s，不能换算成“%s”（%s）。", from.Name, from.Dimension, to.Name, to.Dimension)
	}
	num, den, ok := mulFrac(from.num, from.den, to.den, to.num)
	if !ok {
		return 0, fault.New(fault.Invalid, "单位“%s”到“%s”的换算超出范围。", from.Name, to.Name)
	}
	switch {
	case num == den:
		return v, nil
	case den == 1:
		return v * float64(num), nil
	case num == 1:
		return v / float64(den), nil
	}
	return float64(v*float64(num)) / float64(den), nil
}

// mulFrac returns a/b · c/d in lowest terms; ok is false on overflow.
func mulFrac(a, b, c, d int64) (num, den int64, ok bool) {
	g1, g2 := gcd(a, d), gcd(c, b)
	a, d, c, b = a/g1, d/g1, c/g2, b/g2
	hi1, n := bits.Mul64(uint64(a), uint64(c))
	hi2, m := bits.Mul64(uint64(b), uint64(d))
	const limit = 1 << 62
	if hi1 != 0 || hi2 != 0 || n > limit || m > limit {
		return 0, 0, false
	}
	return int64(n), int64(m), true
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// clip shortens a text for a message.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n]) + "…"
}

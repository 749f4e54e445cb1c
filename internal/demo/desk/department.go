package desk

import (
	"fmt"
	"strconv"

	"ballast/internal/demo/town"
)

// tax: everybody; the unit stands in the title, in 2023 it is 元.
func tax(c *town.City, year int, _ bool) table {
	t := table{department: "tax", year: year, format: "xlsx", name: fmt.Sprintf("%d年度工业企业入库税收.xlsx", year),
		head: [][]string{{"序号", "纳税人识别号", "纳税人名称", "入库税收", "备注"}}, notes: []string{"注：1. 本表为入库口径，不含免抵调库。", "2. 负数为退税大于入库。"}}
	unit, digits := "万元", 100
	if year == 2023 {
		unit, digits = "元", 1
	}
	t.preamble = []string{fmt.Sprintf("萍乡市工业企业入库税收情况表（%d年度，单位：%s）", year, unit), ""}
	var sum int64
	for _, f := range everyone(c, year) {
		v := f.In(year).Tax
		sum += v
		s := decimal(v, digits)
		if unit == "元" {
			s = strconv.FormatInt(v*100, 10)
		}
		t.add(c, f, func(code, name string) []string { return []string{strconv.Itoa(len(t.rows) + 1), code, name, s, ""} })
	}
	t.rows = append(t.rows, row{cells: []string{strconv.Itoa(len(t.rows) + 1), "91360300MA0ZZZZZ0Y", "萍乡市外来户工程队", "3.20", "异地入库"}, kind: Stranger})
	t.total = []string{"合计", "", "", decimal(sum, 100), ""}
	if unit == "元" {
		t.total[3] = strconv.FormatInt(sum*100, 10)
	}
	return t
}

// statistics: above scale only, a merged two-level head, revenue in 千元 with
// thousands separators as text, a hidden sheet.
func statistics(c *town.City, year int, _ bool) table {
	t := table{department: "statistics", year: year, format: "xlsx", name: fmt.Sprintf("规上工业主要指标_%d.xlsx", year), hidden: true,
		preamble: []string{fmt.Sprintf("%d年规模以上工业企业主要经济指标", year)},
		head: [][]string{
			{"单位信息", "", "营业收入（千元）", "", "工业增加值（万元）", "", "能源"},
			{"统一社会信用代码", "单位详细名称", "本年", "上年同期", "本年", "上年同期", "综合能源消费量（等价值，吨标准煤）"},
		},
		notes: []string{"说明：上年同期为同口径企业数。"}}
	for _, f := range c.Above(year) {
		v := f.In(year)
		prev := func(n int64, s string) string {
			if n == 0 {
				return "—"
			}
			return s
		}
		t.add(c, f, func(code, name string) []string {
			return []string{code, name, grouped(v.Revenue / 10), prev(v.RevenuePrev, grouped(v.RevenuePrev/10)),
				decimal(v.ValueAdded, 100), prev(v.ValueAddedPrev, decimal(v.ValueAddedPrev, 100)), decimal(v.Energy, 100)}
		})
	}
	return t
}

// power: a GBK export of the marketing system in 千瓦时.
func power(c *town.City, year int, _ bool) table {
	t := table{department: "power", year: year, format: "csv-gbk", name: fmt.Sprintf("工业用户用电量%d.csv", year),
		preamble: []string{"数据库：营销系统", fmt.Sprintf("时间：%d年", year), "单位：千瓦时"},
		head:     [][]string{{"户号", "户名", "统一社会信用代码", "用电量"}}, notes: []string{"数据来源：国网萍乡供电公司"}}
	for _, f := range everyone(c, year) {
		v := f.In(year)
		t.add(c, f, func(code, name string) []string {
			return []string{fmt.Sprintf("0360%08d", f.ID), name, code, strconv.FormatInt(v.Power*100, 10)}
		})
	}
	return t
}

// land: areas in 亩, in 2022 in ㎡; a few rows are typed in ㎡ under a head that says
// 亩, which only a range check finds.
func land(c *town.City, year int, corrected bool) table {
	t := table{department: "land", year: year, format: "xlsx", name: fmt.Sprintf("工业企业用地面积（%d）.xlsx", year),
		preamble: []string{"工业企业实际用地面积汇总表", fmt.Sprintf("统计时点：%d年12月31日", year)}}
	metres := year == 2022
	unit := "亩"
	if metres {
		unit = "平方米"
	}
	t.head = [][]string{{"企业名称", "信用代码", "用地面积（" + unit + "）", "其中：租入（" + unit + "）"}}
	for i, f := range everyone(c, year) {
		v := f.In(year).Land
		s := decimal(v, 100)
		kind := Kind("")
		switch {
		case metres:
			s = squareMetres(v)
		case !corrected && i%500 == 77:
			s, kind = squareMetres(v), WrongUnit
		}
		t.add(c, f, func(code, name string) []string { return []string{name, code, s, ""} })
		if kind != "" {
			t.rows[len(t.rows)-1].kind = kind
		}
	}
	return t
}

// environment: UTF-16, in 千克, gaps where no figure is known.
func environment(c *town.City, year int, _ bool) table {
	t := table{department: "environment", year: year, format: "csv-utf16", name: fmt.Sprintf("%d年主要污染物排放量.csv", year),
		head: [][]string{{"统一社会信用代码", "企业名称", "主要污染物排放量(千克)", "核算方法"}}}
	for _, f := range c.Above(year) {
		v := f.In(year)
		s := strconv.FormatInt(v.Emission, 10)
		if !v.EmissionKnown {
			s = ""
		}
		t.add(c, f, func(code, name string) []string { return []string{code, name, s, "排污许可执行报告"} })
	}
	return t
}

// science: research and technical renewal; blanks are written in five ways.
func science(c *town.City, year int, _ bool) table {
	t := table{department: "science", year: year, format: "xlsx", name: fmt.Sprintf("研发与技改投入%d年.xlsx", year),
		preamble: []string{fmt.Sprintf("%d年度企业研发经费、技术改造投资（万元）", year)},
		head:     [][]string{{"企业名称", "社会信用代码", "研发经费", "技术改造投资"}}}
	blanks := []string{"", "—", "/", "无", "-"}
	for i, f := range c.Above(year) {
		v := f.In(year)
		cell := func(n int64) string {
			if n == 0 {
				return blanks[i%len(blanks)]
			}
			return decimal(n, 100)
		}
		rd := decimal(v.RD, 100) // a firm without research reports 0, which is a value
		t.add(c, f, func(code, name string) []string { return []string{name, code, rd, cell(v.Technical)} })
	}
	return t
}

// staff: UTF-8 without a mark, some numbers in full-width digits.
func staff(c *town.City, year int, _ bool) table {
	t := table{department: "labour", year: year, format: "csv-utf8", name: fmt.Sprintf("参保平均人数_%d.csv", year),
		head: [][]string{{"单位名称", "统一社会信用代码", "年平均职工人数（人）"}}}
	for i, f := range c.Above(year) {
		s := strconv.FormatInt(f.In(year).Staff, 10)
		if i%41 == 5 {
			s = fullWidth(s)
		}
		t.add(c, f, func(code, name string) []string { return []string{name, code, s} })
	}
	return t
}

func everyone(c *town.City, year int) []*town.Firm {
	var out []*town.Firm
	for _, f := range c.Firms {
		if f.Exists(year) {
			out = append(out, f)
		}
	}
	return out
}

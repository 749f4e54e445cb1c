package rule

import (
	"strings"
	"testing"
)

// outline writes clauses as an indented list of outcome, label and sentence.
func outline(b *strings.Builder, clauses []Clause, indent string) {
	for _, c := range clauses {
		b.WriteString(indent + c.Label + " → " + c.Sentence + "\n")
		outline(b, c.Clauses, indent+"  ")
	}
}

func TestWhyNot(t *testing.T) {
	s := benchSchema(t)
	row := Values{"rd": Num(61.8), "revenue": Num(2000), "zjtx": Flag(false), "patents": Num(1), "accident": Flag(true),
		"industry": Text("1310"), "district": Text("360313"), "debt_ratio": Num(0.85), "tax": Num(30), "land": Num(0),
		"grade": Text("D"), "staff": Num(100), "main": Num(10)}
	for src, want := range map[string]string{
		"rd >= 100": "研发费用 ≥ 100 万元 → 研发费用为 61.8 万元，差 38.2 万元",
		"rd >= 100 && rd / revenue >= 0.03": `研发费用 ≥ 100 万元 → 研发费用为 61.8 万元，差 38.2 万元
研发费用 ÷ 营业收入 ≥ 0.03 → 研发费用 ÷ 营业收入为 0.0309，符合`,
		"zjtx || hightech || patents >= 2": `专精特新中小企业 或 高新技术企业 或 Ⅰ类知识产权 ≥ 2 项 → 缺“高新技术企业”，无法判断
  专精特新中小企业 → 专精特新中小企业为否，不符合
  高新技术企业 → 缺“高新技术企业”，无法判断
  Ⅰ类知识产权 ≥ 2 项 → Ⅰ类知识产权为 1 项，差 1 项`,
		"zjtx || patents >= 2": `专精特新中小企业 或 Ⅰ类知识产权 ≥ 2 项 → 2 项中符合 0 项，不符合
  专精特新中小企业 → 专精特新中小企业为否，不符合
  Ⅰ类知识产权 ≥ 2 项 → Ⅰ类知识产权为 1 项，差 1 项`,
		"!accident":                         "非 发生安全事故 → 发生安全事故为是，不符合",
		`starts(industry, "25", "26")`:      "行业代码 以 “25”、“26” 开头 → 行业代码为 1310，不符合",
		`district in ["360302"]`:            "所在县区 属于 〔360302〕 → 所在县区为 360313，不符合",
		"between(debt_ratio, 0, 0.7)":       "资产负债率 介于 0 与 0.7 之间 → 资产负债率为 0.85，超出 0.15",
		"debt_ratio <= 0.7":                 "资产负债率 ≤ 0.7 → 资产负债率为 0.85，超出 0.15",
		"tax / land > 4":                    "评价税收 ÷ 用地面积 ＞ 4 万元/亩 → “用地面积”为零，不能作除数，无法判断",
		"growth(revenue, revenue_last) > 0": "营业收入 较 上年营业收入 的增长率 ＞ 0 → 缺“上年营业收入”，无法判断",
		"100 < staff":                       "100 人 ＜ 年平均职工人数 → 年平均职工人数为 100 人，恰在界上，须大于",
		"main > tax * 2":                    "主营业务收入 ＞ 评价税收 × 2 → 主营业务收入为 10 万元，评价税收 × 2为 60 万元，差 50 万元",
		`!(grade == "D")`: `非 （评价等级 ＝ “D”） → “评价等级 ＝ “D””成立，不符合
  评价等级 ＝ “D” → 评价等级为 D，符合`,
		"revenue >= 5000 ? rd / revenue >= 0.03 : rd / revenue >= 0.06": `若 营业收入 ≥ 5000 万元 则 研发费用 ÷ 营业收入 ≥ 0.03 否则 研发费用 ÷ 营业收入 ≥ 0.06 → 按“研发费用 ÷ 营业收入 ≥ 0.06”判断，不符合
  营业收入 ≥ 5000 万元 → 营业收入为 2000 万元，差 3000 万元
  研发费用 ÷ 营业收入 ≥ 0.06 → 研发费用 ÷ 营业收入为 0.0309，差 0.0291`,
		"at_least(2, patents > 4, tax > 3)": `至少满足 2 项〔Ⅰ类知识产权 ＞ 4 项、评价税收 ＞ 3 万元〕 → 2 项中符合 1 项，不符合
  Ⅰ类知识产权 ＞ 4 项 → Ⅰ类知识产权为 1 项，差 3 项
  评价税收 ＞ 3 万元 → 评价税收为 30 万元，符合`,
		"missing(hightech)": "高新技术企业缺失 → 高新技术企业为—，符合",
		"true":              "是 → 是，符合",
	} {
		var b strings.Builder
		outline(&b, mustCompile(t, s, src).WhyNot(row), "")
		if got := strings.TrimSpace(b.String()); got != want {
			t.Errorf("%s\ngot\n%s\nwant\n%s", src, got, want)
		}
	}
}

// TestWhyNotFacts: numbers for machines, places in the source.
func TestWhyNotFacts(t *testing.T) {
	s := benchSchema(t)
	clauses := mustCompile(t, s, "研发费用 >= 100 &&\n  (tax > 1 || hightech)").WhyNot(Values{"rd": Num(61.8), "tax": Num(2)})
	if len(clauses) != 2 {
		t.Fatalf("%d clauses", len(clauses))
	}
	c := clauses[0]
	if c.Outcome != No || !c.HasGap || c.Gap != 38.2 || c.Unit != "万元" || c.Line != 1 || c.Column != 1 {
		t.Errorf("%+v", c)
	}
	if len(c.Used) != 1 || c.Used[0].Field != "rd" || c.Used[0].Label != "研发费用" || c.Used[0].Value.Num != 61.8 {
		t.Errorf("used %+v", c.Used)
	}
	if d := clauses[1]; d.Outcome != Yes || d.Join != "或" || d.Line != 2 || d.Column != 4 || len(d.Clauses) != 2 || len(d.Used) != 2 {
		t.Errorf("%+v", d)
	}
	if mustCompile(t, s, "tax").WhyNot(Values{}) != nil {
		t.Error("a number has no clauses")
	}
}

// TestWhyNotAgreesWithEvalRow on the random programs of the differential test.
func TestWhyNotAgreesWithEvalRow(t *testing.T) {
	for seed := range uint64(60) {
		agreeWhy(t, seed)
	}
}

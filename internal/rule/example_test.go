package rule_test

import (
	"fmt"

	"ballast/internal/rule"
)

var fields = []rule.Field{
	{Name: "tax", Type: rule.Number, Label: "评价税收", Unit: "万元"},
	{Name: "land", Type: rule.Number, Label: "用地面积", Unit: "亩"},
	{Name: "rd", Type: rule.Number, Label: "研发费用", Unit: "万元"},
	{Name: "hightech", Type: rule.Bool, Label: "高新技术企业"},
}

// A formula for one enterprise.
func ExampleProgram_EvalRow() {
	schema, err := rule.NewSchema(fields)
	if err != nil {
		fmt.Println(err)
		return
	}
	perMu, err := rule.Compile(schema, "评价税收 / 用地面积", rule.Number)
	if err != nil {
		fmt.Println(err)
		return
	}
	v, _ := perMu.EvalRow(rule.Values{"tax": rule.Num(480), "land": rule.Num(20)})
	fmt.Println(v)
	v, _ = perMu.EvalRow(rule.Values{"tax": rule.Num(480), "land": rule.Num(0)})
	fmt.Println(v, schema.Explain(v.Why))
	// Output:
	// 24
	// — “用地面积”为零，不能作除数
}

// The same formula for a table.
func ExampleProgram_Columns() {
	schema, _ := rule.NewSchema(fields)
	perMu, _ := rule.Compile(schema, "tax / land", rule.Number)
	table := rule.NewFrame(schema, 4)
	_ = table.SetNumbers("tax", []float64{480, 1200, 30, 0}, []bool{true, true, true, false})
	_ = table.SetNumbers("land", []float64{20, 15, 0, 8}, nil)
	var out rule.Column
	if err := perMu.Columns(table, &out); err != nil {
		fmt.Println(err)
		return
	}
	for r := range out.Len() {
		fmt.Println(out.Value(r))
	}
	for _, c := range out.Counts() {
		fmt.Println(c.Rows, schema.Explain(c.Reason))
	}
	// Output:
	// 24
	// 80
	// —
	// —
	// 1 缺“评价税收”
	// 1 “用地面积”为零，不能作除数
}

// Why an enterprise does not get the policy yet.
func ExampleProgram_WhyNot() {
	schema, _ := rule.NewSchema(fields)
	policy, _ := rule.Compile(schema, "rd >= 100 && hightech", rule.Bool)
	for _, c := range policy.WhyNot(rule.Values{"rd": rule.Num(61.8), "hightech": rule.Flag(true)}) {
		fmt.Println(c.Label, c.Outcome, c.Sentence)
	}
	// Output:
	// 研发费用 ≥ 100 万元 不符合 研发费用为 61.8 万元，差 38.2 万元
	// 高新技术企业 符合 高新技术企业为是，符合
}

// What an author sees who types Chinese punctuation.
func ExampleCompile() {
	schema, _ := rule.NewSchema(fields)
	_, err := rule.Compile(schema, "评价税收 / 用地面积 ≥ 20 && 高新企业", rule.Bool)
	fmt.Println(err)
	// Output:
	// 1:13: 不认识的符号“≥”（写 >=）
	//  | 评价税收 / 用地面积 ≥ 20 && 高新企业
	//  | 　　　　   　　　　 ^
	// 1:21: 没有名为“高新企业”的字段（是否想写 高新技术企业）
	//  | 评价税收 / 用地面积 ≥ 20 && 高新企业
	//  | 　　　　   　　　　         ^
}

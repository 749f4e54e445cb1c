package composite

import (
	"fmt"
	"strings"
)

// kindTitles is the order and the wording of the sections.
var kindTitles = []struct {
	kind        Kind
	title, note string
}{
	{KindDenominate, "求比值", ""},
	{KindScreen, "筛选单位", ""},
	{KindImpute, "插补", ""},
	{KindTreat, "处理离群值", "按指标原始方向处理，尚未乘方向。"},
	{KindNormalise, "标准化", "越低越好的指标先乘 -1。"},
	{KindScore, "评分", "企业评价办法中的评分函数。"},
	{KindBenchmark, "基准值", "不大于零或不是有限数的基准值一律拒绝，并指明指标与分组。"},
	{KindMissing, "缺失怎样计分", ""},
	{KindWeight, "权重", "负权重与合计为零的权重一律拒绝。"},
	{KindAggregate, "合成", "方法属于节点，同级节点可以不同；缺失规则（去掉、整体缺失、计零）与最低有效比例对各方法一致。"},
	{KindMCDM, "多准则决策", "作为旁证，不允许缺失。"},
	{KindRank, "名次", "比较未舍入的值，除非规则写明小数位。"},
	{KindBand, "分档", ""},
	{KindUnderstand, "理解与检验", ""},
}

// MethodsPage returns the reference page of every method, in Markdown, made
// from [Methods].
func MethodsPage() string {
	var b strings.Builder
	b.WriteString("# 综合指数方法一览\n\n本页由 `composite` 包的方法表生成，请勿手改；方法表改动后运行 `go test ./composite -run MethodsPage -update`。\n")
	for _, k := range kindTitles {
		fmt.Fprintf(&b, "\n## %s（%s）\n\n", k.title, k.kind)
		if k.note != "" {
			b.WriteString(k.note + "\n\n")
		}
		b.WriteString("| 方法 | 含义 | 参数（默认） | 出处 |\n|---|---|---|---|\n")
		for _, m := range Methods {
			if m.Kind == k.kind {
				fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", m.Name, cell(m.Doc), cell(parameterText(m.Parameters)), cell(m.Source))
			}
		}
	}
	return b.String()
}

// cell keeps a text from breaking the table.
func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }

func parameterText(ps []Parameter) string {
	if len(ps) == 0 {
		return "—"
	}
	var out []string
	for _, p := range ps {
		text := "`" + p.Name + "`"
		if p.Default != "" {
			text += "（" + p.Default + "）"
		}
		out = append(out, text+" "+p.Doc)
	}
	return strings.Join(out, "；")
}

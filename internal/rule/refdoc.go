package rule

import (
	"fmt"
	"strings"
)

// Reference returns the language reference in Markdown, generated from the
// library and operator tables. docs/rules.md is this text; a test compares
// them, and `go test ./internal/rule -run Reference -args -write-reference`
// writes it.
func Reference() string {
	var b strings.Builder
	b.WriteString(referenceHead)
	b.WriteString("| 写法 | 名称 | 含义 | 例 | 自 |\n|---|---|---|---|---|\n")
	for i := range library {
		f := &library[i]
		fmt.Fprintf(&b, "| `%s` | %s | %s | `%s` | %s |\n", f.signature(), f.zh, f.docZh, f.example, f.introduced)
	}
	b.WriteString(referenceMissing)
	b.WriteString("| function | meaning |\n|---|---|\n")
	for i := range library {
		fmt.Fprintf(&b, "| `%s` | %s |\n", library[i].signature(), library[i].docEn)
	}
	limits := DefaultLimits()
	fmt.Fprintf(&b, referenceLimits, limits.Bytes/1024, limits.Nodes, limits.Depth, limits.List, maxVariadic)
	return b.String()
}

const referenceHead = `<!-- Generated from internal/rule/library.go. Do not edit: see rule.Reference. -->

# 规则语言 / The rule language

指标公式、政策与称号的条件、差别价格都用同一种语言书写。它是 CEL 的一个小子集：三种类型、下列运算符和函数，没有循环，
没有自定义函数，保存时逐处检查并指出行列。行计算由 CEL 自己的解释器完成，批量计算由列式引擎完成，两者结果逐位相同。

## 类型

| 类型 | 写法 | 说明 |
|---|---|---|
| 数字 | ` + "`3` `0.05` `1e6`" + ` | 一律为双精度浮点数；整数常数自动视为浮点数，` + "`7 / 2` 得 3.5" + ` |
| 真假值 | ` + "`true` `false`" + ` | |
| 文字 | ` + "`\"C30\"` `'电瓷'`" + ` | 日期也是文字，写作 2026-11-24 |

字段可写英文名，也可直接写中文名称：` + "`tax / land` 与 `税收 / 用地面积`" + ` 相同。百分数写成小数，单位记在字段上。
` + "`//`" + ` 之后到行尾是备注。

## 运算符

| 写法 | 含义 |
|---|---|
| ` + "`+ - * /`" + ` | 四则运算，负号 |
| ` + "`< <= > >=`" + ` | 数字比较 |
| ` + "`== !=`" + ` | 相等、不等，两边同类型 |
| ` + "`x in [1, 2]` `s in [\"A\", \"B\"]`" + ` | 属于所列常数之一 |
| ` + "`&& \\|\\| !`" + ` | 并且、或者、不是 |
| ` + "`条件 ? 甲 : 乙`" + ` | 条件为真取甲，为假取乙 |

## 函数

`

const referenceMissing = `
## 缺失与除以零

空白不是零。字段缺失时，用到它的算式和比较都缺失，并带原因：

| 原因 | 何时 |
|---|---|
| 缺“某字段” | 字段没有值 |
| “某字段”为零，不能作除数 | 除数为零；结果从不是无穷大 |
| 数值不在函数允许的范围内 | 如负数开平方、负基数的增长率 |
| 计算结果超出数值范围 | 超出双精度浮点数 |
| 日期无法识别 | 文字不是 2026-11-24 这样的日期 |

几处都缺时，原因是从左到右第一个起作用的。条件按三值逻辑：` + "`false && 未知`" + ` 为假，` + "`true || 未知`" + ` 为真，其余未知。
` + "`条件 ? 甲 : 乙`" + ` 的条件未知则结果缺失。只有 ` + "`present` `missing` `coalesce` `at_least`" + ` 能接住缺失。

## The same in English

One language for formulas and conditions, a small subset of CEL: numbers (float64), truth values and texts; the operators
above; the functions below; no loops, macros, maps, timestamps or dyn. A missing operand makes the result missing with a
counted reason, division by zero included; ` + "`&&` and `||`" + ` are three-valued (Kleene); a choice with an unknown condition is
missing. Rounding happens only where ` + "`round`" + ` says so.

`

const referenceLimits = `
## 限额 / Limits

一条公式最多 %d KB、%d 个运算符与函数与字段与常数、%d 层嵌套；一个列表最多 %d 项；可变参数的函数最多 %d 个参数。
`

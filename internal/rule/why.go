package rule

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/interpreter"
)

// Outcome is what became of a condition.
type Outcome uint8

// The outcomes.
const (
	Unknown Outcome = iota // something needed is missing
	No
	Yes
)

// String returns 符合, 不符合 or 无法判断.
func (o Outcome) String() string {
	switch o {
	case Yes:
		return "符合"
	case No:
		return "不符合"
	}
	return "无法判断"
}

// Used is a field that a clause looked at, with its value in the row.
type Used struct {
	Field string
	Label string
	Unit  string
	Value Value
}

// Clause explains one condition for one row. A clause joined of others (Join
// not empty) has its parts in Clauses; the others are leaves.
type Clause struct {
	Label    string // the condition in Chinese: 研发费用 ≥ 100 万元
	Sentence string // what became of it: 研发费用为 61.8 万元，差 38.2 万元
	Outcome  Outcome
	Why      Reason  // when Unknown
	Gap      float64 // how far from met, > 0 or, where the bound itself does not count, 0
	HasGap   bool    // Gap is meaningful: a comparison of numbers that is not met
	Unit     string  // of Gap; "" for none
	Join     string  // 且, 或, 非, 若…则, 至少 n 项; "" for a leaf
	Clauses  []Clause
	Used     []Used // fields in order of appearance
	Line     int    // place in the source, from 1
	Column   int    // in characters, from 1
}

// WhyNot explains a Bool program for one row, clause by clause: the parts of the
// topmost && (or the condition itself, when it is no conjunction). The values
// come from CEL's own evaluation with every part evaluated. It returns nil for
// programs of other types.
func (p *Program) WhyNot(row Row) []Clause {
	if p.root.typ != Bool {
		return nil
	}
	p.traceOnce.Do(func() {
		p.trace, p.traceErr = p.env.Program(p.ast, cel.EvalOptions(cel.OptExhaustiveEval))
	})
	if p.traceErr != nil {
		return nil
	}
	_, details, _ := p.trace.Eval(&activation{schema: p.schema, row: row}) // missing is an "error" of CEL, not of ours
	if details == nil {
		return nil
	}
	e := &explainer{p: p, row: row, state: details.State(), src: []rune(p.source)}
	top := e.clause(p.root)
	if p.root.op == operators.LogicalAnd {
		return top.Clauses
	}
	return []Clause{top}
}

// explainer builds clauses from a traced evaluation.
type explainer struct {
	p     *Program
	row   Row
	state interpreter.EvalState
	src   []rune
}

// value returns what an expression came to.
func (e *explainer) value(n *node) Value {
	switch n.kind {
	case nNum:
		return Num(n.num)
	case nText:
		return Text(n.text)
	case nFlag:
		return Flag(n.flag)
	}
	out, ok := e.state.Value(n.id)
	if !ok {
		return Absent(n.typ)
	}
	v, err := e.p.value(out)
	if err != nil {
		return Absent(n.typ)
	}
	if _, missing := out.(*types.Err); missing {
		v.Type = n.typ
	}
	return v
}

// clause explains a condition.
func (e *explainer) clause(n *node) Clause {
	c := Clause{Label: n.describe(e.p.schema), Used: e.used(n)}
	start := n.at
	n.walk(func(m *node) { start = min(start, m.at) })
	c.Line, c.Column, _ = locate(e.src, start)
	v := e.value(n)
	switch {
	case v.Missing:
		c.Why = v.Why
	case v.Bool:
		c.Outcome = Yes
	default:
		c.Outcome = No
	}
	switch {
	case n.op == operators.LogicalAnd || n.op == operators.LogicalOr:
		c.Join = operatorTable[n.op].zh
		c.Clauses = e.terms(n, n.op, nil)
	case n.op == operators.LogicalNot && n.args[0].kind != nField:
		c.Join = "非"
		c.Clauses = []Clause{e.clause(n.args[0])}
	case n.op == operators.Conditional:
		c.Join = "若…则"
		c.Clauses = e.branch(n)
	case n.kind == nCall && n.fn.special == spAtLeast:
		c.Join = "至少 " + exactNumber(n.args[0].num) + " 项"
		for _, a := range n.args[1:] {
			c.Clauses = append(c.Clauses, e.clause(a))
		}
	}
	e.sentence(&c, n)
	return c
}

// terms flattens a chain of one operator.
func (e *explainer) terms(n *node, op string, list []Clause) []Clause {
	for _, a := range n.args {
		if a.kind == nOp && a.op == op {
			list = e.terms(a, op, list)
		} else {
			list = append(list, e.clause(a))
		}
	}
	return list
}

// branch explains the condition of a choice and the branch it led to.
func (e *explainer) branch(n *node) []Clause {
	list := []Clause{e.clause(n.args[0])}
	switch list[0].Outcome {
	case Yes:
		list = append(list, e.clause(n.args[1]))
	case No:
		list = append(list, e.clause(n.args[2]))
	}
	return list
}

// used lists the fields below n with their values.
func (e *explainer) used(n *node) []Used {
	var list []Used
	seen := map[int]bool{}
	n.walk(func(m *node) {
		if m.kind != nField || seen[m.field] {
			return
		}
		seen[m.field] = true
		f := e.p.schema.fields[m.field]
		list = append(list, Used{Field: f.Name, Label: e.p.schema.label(m.field), Unit: f.Unit, Value: e.value(m)})
	})
	return list
}

// sentence words the clause and works out the gap.
func (e *explainer) sentence(c *Clause, n *node) {
	switch {
	case c.Outcome == Unknown:
		c.Sentence = e.p.schema.Explain(c.Why) + "，无法判断"
	case c.Join != "":
		c.Sentence = e.joined(c)
	case n.kind == nOp && len(n.args) == 2 && n.args[0].typ == Number && n.op != operators.In:
		e.comparison(c, n)
	case n.kind == nCall && n.fn.name == "between":
		e.between(c, n)
	default:
		c.Sentence = e.facts(c.Used, n) + "，" + c.Outcome.String()
	}
}

// joined words a clause that consists of others: how many of them are met.
func (e *explainer) joined(c *Clause) string {
	met := 0
	for _, part := range c.Clauses {
		if part.Outcome == Yes {
			met++
		}
	}
	switch c.Join {
	case "非":
		if c.Outcome == Yes {
			return "“" + c.Clauses[0].Label + "”不成立，符合"
		}
		return "“" + c.Clauses[0].Label + "”成立，不符合"
	case "若…则":
		return "按“" + c.Clauses[len(c.Clauses)-1].Label + "”判断，" + c.Outcome.String()
	}
	return strconv.Itoa(len(c.Clauses)) + " 项中符合 " + strconv.Itoa(met) + " 项，" + c.Outcome.String()
}

// facts states the values of the fields, or of the expression when it has none.
func (e *explainer) facts(used []Used, n *node) string {
	parts := make([]string, len(used))
	for i, u := range used {
		parts[i] = u.Label + "为" + quantity(u.Value, u.Unit)
	}
	if len(parts) == 0 {
		return n.describe(e.p.schema)
	}
	return strings.Join(parts, "，")
}

// quantity formats a value with its unit.
func quantity(v Value, unit string) string {
	text := v.String()
	if v.Type == Number && !v.Missing {
		text = shownNumber(v.Num)
		if unit != "" {
			text += " " + unit
		}
	}
	if text != "" && text[0] < utf8.RuneSelf {
		return " " + text // a space between Chinese and Latin letters or digits
	}
	return text
}

// gapTolerance absorbs the last bits of a difference, so that 100 − 61.8 reads
// 38.2.
const gapTolerance = 1e-12

// comparison words x ≥ y and its like. The side without fields is the bar; with
// fields on both sides the right one is.
func (e *explainer) comparison(c *Clause, n *node) {
	left, right, op := n.args[0], n.args[1], n.op
	if left.kind == nNum && right.kind != nNum {
		left, right, op = right, left, mirrored[op]
	}
	x, bar := e.value(left).Num, e.value(right).Num
	c.Unit = commonUnit(e.p.schema, []*node{left, right})
	c.Sentence = left.describe(e.p.schema) + "为" + quantity(Num(x), left.unit(e.p.schema))
	if right.kind != nNum {
		c.Sentence += "，" + right.describe(e.p.schema) + "为" + quantity(Num(bar), right.unit(e.p.schema))
	}
	if c.Outcome == Yes {
		c.Sentence += "，符合"
		return
	}
	c.HasGap, c.Gap = true, gap(x, bar)
	short := shownNumber(c.Gap)
	if c.Unit != "" {
		short += " " + c.Unit
	}
	switch {
	case op == operators.NotEquals:
		c.HasGap = false
		c.Sentence += "，不应相等"
	case c.Gap == 0 && op == operators.Greater:
		c.Sentence += "，恰在界上，须大于"
	case c.Gap == 0 && op == operators.Less:
		c.Sentence += "，恰在界上，须小于"
	case op == operators.Greater || op == operators.GreaterEquals:
		c.Sentence += "，差 " + short
	case op == operators.Less || op == operators.LessEquals:
		c.Sentence += "，超出 " + short
	default:
		c.Sentence += "，相差 " + short
	}
}

// mirrored exchanges the sides of a comparison.
var mirrored = map[string]string{
	operators.Less: operators.Greater, operators.LessEquals: operators.GreaterEquals,
	operators.Greater: operators.Less, operators.GreaterEquals: operators.LessEquals,
	operators.Equals: operators.Equals, operators.NotEquals: operators.NotEquals,
}

// gap is the distance of two numbers, without the noise of the subtraction.
func gap(x, bar float64) float64 {
	d := math.Abs(bar - x)
	scale := math.Max(math.Abs(x), math.Abs(bar))
	digits := 12 - int(math.Ceil(math.Log10(math.Max(scale, 1))))
	if digits < 0 || !finite(d) {
		return d
	}
	if r := roundDecimal(d, digits, halfUp); math.Abs(r-d) <= gapTolerance*scale && r > 0 {
		return r
	}
	return d
}

// between words a range.
func (e *explainer) between(c *Clause, n *node) {
	x, low, high := e.value(n.args[0]).Num, e.value(n.args[1]).Num, e.value(n.args[2]).Num
	c.Unit = commonUnit(e.p.schema, n.args)
	c.Sentence = n.args[0].describe(e.p.schema) + "为" + quantity(Num(x), n.args[0].unit(e.p.schema))
	if c.Outcome == Yes {
		c.Sentence += "，符合"
		return
	}
	c.HasGap = true
	word := "差 "
	if c.Gap = gap(x, low); x > high {
		c.Gap, word = gap(x, high), "超出 "
	}
	c.Sentence += "，" + word + shownNumber(c.Gap)
	if c.Unit != "" {
		c.Sentence += " " + c.Unit
	}
}

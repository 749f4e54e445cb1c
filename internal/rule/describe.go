package rule

import (
	"math"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/operators"
)

// Binding strengths, for as few brackets as possible.
const (
	bindChoice = iota
	bindOr
	bindAnd
	bindCompare
	bindAdd
	bindMultiply
	bindUnary
	bindAtom
)

var binding = map[string]int{
	operators.Conditional: bindChoice, operators.LogicalOr: bindOr, operators.LogicalAnd: bindAnd,
	operators.Less: bindCompare, operators.LessEquals: bindCompare, operators.Greater: bindCompare,
	operators.GreaterEquals: bindCompare, operators.Equals: bindCompare, operators.NotEquals: bindCompare,
	operators.In: bindCompare, operators.Add: bindAdd, operators.Subtract: bindAdd,
	operators.Multiply: bindMultiply, operators.Divide: bindMultiply,
	operators.Negate: bindUnary, operators.LogicalNot: bindUnary,
}

func (n *node) strength() int {
	if n.kind == nOp {
		return binding[n.op]
	}
	return bindAtom
}

// describe writes the expression for people: labels for names, ÷ ≥ 且 for
// operators, units behind literals that are compared with a quantity.
func (n *node) describe(s *Schema) string {
	switch n.kind {
	case nField:
		return s.label(n.field)
	case nNum:
		return exactNumber(n.num)
	case nText:
		return "“" + n.text + "”"
	case nFlag:
		return Flag(n.flag).String()
	case nList:
		return n.describeList()
	case nCall:
		return n.describeCall(s)
	}
	switch n.op {
	case operators.Conditional:
		return "若 " + n.args[0].within(s, bindOr) + " 则 " + n.args[1].within(s, bindOr) + " 否则 " + n.args[2].within(s, bindChoice)
	case operators.Negate:
		return "−" + n.args[0].within(s, bindUnary)
	case operators.LogicalNot:
		return "非 " + n.args[0].within(s, bindUnary)
	case operators.In:
		return n.args[0].within(s, bindAdd) + " 属于 " + n.args[1].describe(s)
	}
	mine := n.strength()
	left, right := n.args[0].within(s, mine), n.args[1].within(s, mine+1)
	switch mine {
	case bindAnd, bindOr: // the parser balances chains; grouping means nothing
		right = n.args[1].within(s, mine)
	case bindCompare:
		left, right = n.args[0].within(s, bindAdd)+n.args[0].literalUnit(s, n.args[1]),
			n.args[1].within(s, bindAdd)+n.args[1].literalUnit(s, n.args[0])
	}
	return left + " " + operatorTable[n.op].zh + " " + right
}

// within brackets the expression when it binds weaker than its place demands.
func (n *node) within(s *Schema, strength int) string {
	if n.strength() < strength {
		return "（" + n.describe(s) + "）"
	}
	return n.describe(s)
}

// literalUnit is the unit to write behind n when n is a literal compared with
// other.
func (n *node) literalUnit(s *Schema, other *node) string {
	if n.kind != nNum {
		return ""
	}
	if u := other.unit(s); u != "" {
		return " " + u
	}
	return ""
}

func (n *node) describeList() string {
	parts := make([]string, len(n.words))
	for i := range parts {
		if parts[i] = n.words[i]; n.typ == Number {
			parts[i] = exactNumber(n.nums[i])
		}
	}
	return "〔" + strings.Join(parts, "、") + "〕"
}

func (n *node) describeCall(s *Schema) string {
	parts := make([]string, len(n.args))
	for i, a := range n.args {
		parts[i] = a.describe(s)
	}
	if n.fn.phrase == "" {
		return n.fn.zh + "（" + strings.Join(parts, "，") + "）"
	}
	text := n.fn.phrase
	for i, a := range n.args {
		hole := "{" + strconv.Itoa(i+1) + "}"
		if !strings.Contains(text, hole) {
			return strings.ReplaceAll(text, "{*}", strings.Join(parts[i:], "、"))
		}
		text = strings.ReplaceAll(text, hole, a.within(s, bindAtom))
	}
	return text
}

// unit infers the unit of an expression: that of a field, kept by sums and
// choices of one unit and by a factor without unit, a fraction for quotients.
// "" is "none or not known"; a guess would be worse.
func (n *node) unit(s *Schema) string {
	switch n.kind {
	case nField:
		return s.fields[n.field].Unit
	case nCall:
		switch n.fn.name {
		case "min", "max", "sum", "avg", "abs", "round", "clamp", "coalesce":
			return commonUnit(s, n.args)
		case "days":
			return "天"
		case "months":
			return "个月"
		case "years":
			return "年"
		case "count":
			return "项"
		}
		return ""
	case nOp:
	default:
		return ""
	}
	switch n.op {
	case operators.Add, operators.Subtract, operators.Negate:
		return commonUnit(s, n.args)
	case operators.Conditional:
		return commonUnit(s, n.args[1:])
	case operators.Multiply, operators.Divide:
		return scaledUnit(n, s)
	}
	return ""
}

// commonUnit is the unit all quantities share; literals go with any.
func commonUnit(s *Schema, args []*node) string {
	unit := ""
	for _, a := range args {
		u := a.unit(s)
		if a.kind == nNum || a.kind == nText {
			continue
		}
		if u == "" || unit != "" && u != unit {
			return ""
		}
		unit = u
	}
	return unit
}

// scaledUnit is the unit of a product or quotient.
func scaledUnit(n *node, s *Schema) string {
	a, b := n.args[0], n.args[1]
	ua, ub := a.unit(s), b.unit(s)
	switch {
	case b.kind == nNum:
		return ua
	case n.op == operators.Multiply && a.kind == nNum:
		return ub
	case n.op == operators.Divide && ua != "" && ub != "" && ua != ub && !strings.Contains(ua+ub, "/"):
		return ua + "/" + ub
	}
	return ""
}

// exactNumber writes a literal as short as it can be without loss.
func exactNumber(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// shownNumber writes a computed number: four decimals, six for small fractions,
// rounded half up.
func shownNumber(x float64) string {
	digits := 4
	if math.Abs(x) < 1 {
		digits = 6
	}
	return exactNumber(roundDecimal(x, digits, halfUp))
}

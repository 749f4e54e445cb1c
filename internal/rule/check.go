package rule

import (
	"fmt"
	"math"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// nodeKind is what a node of the checked tree is.
type nodeKind uint8

const (
	nBad   nodeKind = iota // reported already; checks around it stay silent
	nField                 // a field
	nNum                   // a number literal
	nText                  // a text literal
	nFlag                  // true or false
	nList                  // a literal list, only as an argument
	nOp                    // an operator
	nCall                  // a function of the library
)

// node is an expression after checking: the common source of the columnar plan,
// of explanations and of the map from CEL's error nodes to fields. Its shape is
// that of CEL's own tree and id is CEL's expression id.
type node struct {
	kind  nodeKind
	typ   Type // of a list: of its elements
	id    int64
	at    int // rune offset in the original source
	op    string
	fn    *function
	args  []*node
	field int
	num   float64
	text  string
	flag  bool
	nums  []float64
	words []string
	blame int // field index of a plain divisor, noField otherwise
}

// operator is the type rule of one CEL operator.
type operator struct {
	sign   string // as written in formulas
	zh     string // as shown in explanations
	arg    Type   // Any: both sides alike
	result Type   // Any: as the branches (?:)
}

// operatorTable lists the operators of the language. Those of CEL which are not
// here are refused.
var operatorTable = map[string]operator{
	operators.Add:           {"+", "＋", Number, Number},
	operators.Subtract:      {"-", "−", Number, Number},
	operators.Multiply:      {"*", "×", Number, Number},
	operators.Divide:        {"/", "÷", Number, Number},
	operators.Negate:        {"-", "−", Number, Number},
	operators.Less:          {"<", "＜", Number, Bool},
	operators.LessEquals:    {"<=", "≤", Number, Bool},
	operators.Greater:       {">", "＞", Number, Bool},
	operators.GreaterEquals: {">=", "≥", Number, Bool},
	operators.Equals:        {"==", "＝", Any, Bool},
	operators.NotEquals:     {"!=", "≠", Any, Bool},
	operators.In:            {"in", "属于", Any, Bool},
	operators.LogicalAnd:    {"&&", "且", Bool, Bool},
	operators.LogicalOr:     {"||", "或", Bool, Bool},
	operators.LogicalNot:    {"!", "非", Bool, Bool},
	operators.Conditional:   {"?:", "？：", Any, Any},
}

// checker turns CEL's parsed tree into checked nodes. It refuses what the
// language does not have, gives every node one of three types, and promotes
// whole-number literals to double in the CEL tree itself, so that the tree CEL
// evaluates and the tree we keep are the same.
type checker struct {
	schema *Schema
	info   *ast.SourceInfo
	prep   *prepared
	bad    *issues
	fac    ast.ExprFactory
	nodes  int
	used   map[int]bool
}

// at returns the position of an expression in the original source.
func (c *checker) at(e ast.Expr) int {
	r, ok := c.info.GetOffsetRange(e.ID())
	if !ok {
		return 0
	}
	start := int(r.Start)
	if e.Kind() == ast.CallKind && isName(e.AsCall().FunctionName()) {
		start = c.nameStart(start)
	}
	return c.prep.at(start)
}

// nameStart moves from the bracket of a call, where CEL locates it, back to the
// first letter of the name.
func (c *checker) nameStart(at int) int {
	if at >= len(c.prep.text) || c.prep.text[at] != '(' {
		return at
	}
	for at > 0 && c.prep.text[at-1] == ' ' {
		at--
	}
	for at > 0 && isWordRune(c.prep.text[at-1]) {
		at--
	}
	return at
}

// refuse reports an expression that is no part of the language.
func (c *checker) refuse(e ast.Expr, hint, format string, args ...any) *node {
	c.bad.add(c.at(e), hint, format, args...)
	return &node{kind: nBad, id: e.ID(), at: c.at(e), blame: noField}
}

// expr checks one expression. Lists are dealt with by their functions.
func (c *checker) expr(e ast.Expr, depth int) *node {
	c.nodes++
	if depth > c.schema.limits.Depth {
		return c.refuse(e, "把公式拆成几个指标", "嵌套太深，最多 %d 层", c.schema.limits.Depth)
	}
	if c.nodes == c.schema.limits.Nodes+1 {
		return c.refuse(e, "把公式拆成几个指标", "公式太长，最多 %d 个运算符、函数、字段和常数", c.schema.limits.Nodes)
	}
	switch e.Kind() {
	case ast.IdentKind:
		return c.ident(e)
	case ast.LiteralKind:
		return c.literal(e)
	case ast.CallKind:
		return c.call(e, depth)
	case ast.ListKind:
		return c.refuse(e, "", "列表只能写在 in 的右边或函数要求列表的地方")
	case ast.SelectKind:
		return c.refuse(e, "直接写字段名", "不支持用点号取下级字段 .%s", e.AsSelect().FieldName())
	case ast.MapKind:
		return c.refuse(e, "", "不支持映射 {…}")
	case ast.StructKind:
		return c.refuse(e, "", "不支持对象 %s{…}", e.AsStruct().TypeName())
	case ast.ComprehensionKind:
		return c.refuse(e, "", "不支持循环")
	}
	return c.refuse(e, "", "不支持的写法")
}

func (c *checker) ident(e ast.Expr) *node {
	name := e.AsIdent()
	i, ok := c.schema.index[name]
	if !ok {
		if f := libraryByName(name); f != nil {
			return c.refuse(e, "写 "+f.signature(), "%s 是函数，要带括号和参数", name)
		}
		return c.refuse(e, suggest(c.schema.nearest(name)), "没有名为“%s”的字段", name)
	}
	c.used[i] = true
	return &node{kind: nField, typ: c.schema.fields[i].Type, id: e.ID(), at: c.at(e), field: i, blame: noField}
}

// literal checks a literal and promotes whole numbers.
func (c *checker) literal(e ast.Expr) *node {
	n := &node{id: e.ID(), at: c.at(e), blame: noField}
	switch v := e.AsLiteral().(type) {
	case types.Int:
		if v > 1<<53 || v < -1<<53 {
			return c.refuse(e, "", "整数 %d 超出可精确表示的范围", int64(v))
		}
		n.kind, n.typ, n.num = nNum, Number, float64(v)
		e.SetKindCase(c.fac.NewLiteral(e.ID(), types.Double(v)))
	case types.Double:
		if !finite(float64(v)) {
			return c.refuse(e, "", "数字超出范围")
		}
		n.kind, n.typ, n.num = nNum, Number, float64(v)
	case types.Bool:
		n.kind, n.typ, n.flag = nFlag, Bool, bool(v)
	case types.String:
		n.kind, n.typ, n.text = nText, String, string(v)
	case types.Uint:
		return c.refuse(e, "去掉末尾的 u", "不支持无符号整数")
	case types.Bytes:
		return c.refuse(e, "去掉前面的 b", "不支持字节串")
	default:
		return c.refuse(e, "判断缺失写 missing(字段)", "不支持 null")
	}
	return n
}

func (c *checker) call(e ast.Expr, depth int) *node {
	call := e.AsCall()
	name := call.FunctionName()
	if call.IsMemberFunction() {
		return c.refuse(e, memberHints[name], "不支持 .%s(…) 这样的写法", name)
	}
	if op, ok := operatorTable[name]; ok {
		return c.operator(e, op, depth)
	}
	if f := libraryByName(name); f != nil {
		return c.function(e, f, depth)
	}
	switch name {
	case operators.Index:
		return c.refuse(e, "", "不支持用方括号取元素")
	case operators.Modulo:
		return c.refuse(e, "", "不支持取余数")
	}
	hint := memberHints[name]
	if hint == "" {
		hint = suggest(nearestFunctions(name))
	}
	return c.refuse(e, hint, "没有名为 %s 的函数", name)
}

// memberHints say what to write instead of functions and macros of plain CEL.
var memberHints = map[string]string{
	"has": "判断有无值写 present(字段)", "startsWith": "写 starts(字段, \"前缀\")",
	"timestamp": "日期写作文字，用 days、months、years 计算", "duration": "日期写作文字，用 days、months、years 计算",
	"getFullYear": "写 year(字段)", "int": "所有数字同属一类，不必转换", "double": "所有数字同属一类，不必转换",
	"uint": "所有数字同属一类，不必转换", "all": "条件逐个写出，用 && 相连", "exists": "条件逐个写出，用 || 相连",
	"exists_one": "用 count(…) == 1", "size": "用 count(…)", "average": "写 avg(…)", "mean": "写 avg(…)",
	"ifnull": "写 coalesce(字段, 缺失时的值)", "nvl": "写 coalesce(字段, 缺失时的值)",
}

// nearestFunctions returns library names much like name.
func nearestFunctions(name string) []string {
	var found []string
	for i := range library {
		if editDistance(name, library[i].name) <= 1+len(name)/4 {
			found = append(found, library[i].name)
		}
	}
	return found
}

// operator checks the operands of an operator.
func (c *checker) operator(e ast.Expr, op operator, depth int) *node {
	call := e.AsCall()
	n := &node{kind: nOp, typ: op.result, id: e.ID(), at: c.at(e), op: call.FunctionName(), blame: noField}
	if n.op == operators.In {
		return c.in(e, n, depth)
	}
	for _, a := range call.Args() {
		n.args = append(n.args, c.expr(a, depth+1))
	}
	switch n.op {
	case operators.Conditional:
		c.want(n.args[0], Bool, "“?”前面的条件")
		c.alike(n.args[1], n.args[2], "“:”两边")
		n.typ = n.args[1].typ
	case operators.Equals, operators.NotEquals:
		c.alike(n.args[0], n.args[1], "“"+op.sign+"”两边")
	default:
		for i, a := range n.args {
			where := "“" + op.sign + "”的" + [...]string{"左边", "右边"}[i]
			if len(n.args) == 1 {
				where = "“" + op.sign + "”后面"
			}
			c.want(a, op.arg, where)
		}
		if op.arg == Number && op.result == Bool && n.args[0].typ == String && n.args[1].typ == String {
			c.bad.hint(n.args[0].at, "日期先后写 days(甲, 乙) > 0")
		}
	}
	if n.op == operators.Divide {
		c.divisor(n)
	}
	return n
}

// divisor notes which field to blame and refuses a constant zero.
func (c *checker) divisor(n *node) {
	d := n.args[1]
	if d.kind == nField {
		n.blame = d.field
	}
	if d.kind == nNum && d.num == 0 {
		c.bad.add(d.at, "", "除数是常数 0")
	}
}

// want reports a node that is not of type t.
func (c *checker) want(n *node, t Type, where string) {
	if n.kind != nBad && n.typ != t && n.typ != Any {
		hint := ""
		if t == Bool && n.typ == Number {
			hint = "条件要写成比较，例如 x > 0"
		}
		c.bad.add(n.at, hint, "%s应为%s，这里是%s", where, t, n.typ)
	}
}

// alike reports two nodes of different type.
func (c *checker) alike(a, b *node, where string) {
	if a.kind != nBad && b.kind != nBad && a.typ != b.typ && a.typ != Any && b.typ != Any {
		c.bad.add(b.at, "", "%s应为同一类型，左边是%s，右边是%s", where, a.typ, b.typ)
	}
}

// in checks membership in a literal list.
func (c *checker) in(e ast.Expr, n *node, depth int) *node {
	call := e.AsCall()
	left := c.expr(call.Args()[0], depth+1)
	right := call.Args()[1]
	if right.Kind() != ast.ListKind {
		return c.refuse(right, "例如 district in [\"360302\", \"360313\"]", "in 的右边应为方括号列表")
	}
	elem := left.typ
	if left.kind != nBad && elem == Bool {
		return c.refuse(e, "", "in 只用于数字和文字")
	}
	n.args = []*node{left, c.list(right, elem)}
	return n
}

// list checks a literal list of numbers or texts (elem Any: as its first
// element).
func (c *checker) list(e ast.Expr, elem Type) *node {
	n := &node{kind: nList, typ: elem, id: e.ID(), at: c.at(e), blame: noField}
	if len(e.AsList().OptionalIndices()) > 0 {
		return c.refuse(e, "", "不支持可选元素")
	}
	elements := e.AsList().Elements()
	if len(elements) == 0 {
		return c.refuse(e, "", "列表不能为空")
	}
	if len(elements) > c.schema.limits.List {
		return c.refuse(e, "", "列表太长：%d 项，最多 %d 项", len(elements), c.schema.limits.List)
	}
	for _, el := range elements {
		c.nodes++
		if el.Kind() != ast.LiteralKind {
			return c.refuse(el, "", "列表里只能写常数")
		}
		v := c.literal(el)
		if v.kind == nBad {
			return v
		}
		if n.typ == Any {
			n.typ = v.typ
		}
		if v.typ != n.typ {
			return c.refuse(el, "", "列表里应为%s，这里是%s", n.typ, v.typ)
		}
		n.nums = append(n.nums, v.num)
		n.words = append(n.words, v.text)
	}
	return n
}

// function checks a call of the library.
func (c *checker) function(e ast.Expr, f *function, depth int) *node {
	call := e.AsCall()
	n := &node{kind: nCall, typ: f.result, id: e.ID(), at: c.at(e), fn: f, op: f.name, blame: noField}
	given := call.Args()
	if _, ok := f.paramAt(len(given) - 1); len(given) < len(f.params) || !ok {
		need := fmt.Sprintf("%d 个", len(f.params))
		if f.variadic {
			need = fmt.Sprintf("%d 至 %d 个", len(f.params), maxVariadic)
		}
		return c.refuse(e, "写法："+f.signature(), "%s 要 %s参数，这里有 %d 个", f.name, need, len(given))
	}
	for i, g := range given {
		p, _ := f.paramAt(i)
		n.args = append(n.args, c.argument(n, g, p, depth))
	}
	if f.result == Any {
		n.typ = n.args[0].typ
	}
	if f.name == "growth" && n.args[1].kind == nField {
		n.blame = n.args[1].field
	}
	for _, a := range n.args {
		if a.kind == nBad {
			return n
		}
	}
	if f.check != nil {
		f.check(c, n)
	}
	return n
}

// argument checks one argument against its parameter.
func (c *checker) argument(n *node, e ast.Expr, p param, depth int) *node {
	where := n.fn.name + " 的参数 " + p.name
	if p.kind == pNumbers || p.kind == pTexts {
		if e.Kind() != ast.ListKind {
			return c.refuse(e, "例如 [1, 2, 3]", "%s应为方括号列表", where+" ")
		}
		if p.kind == pNumbers {
			return c.list(e, Number)
		}
		return c.list(e, String)
	}
	a := c.expr(e, depth+1)
	if a.kind == nBad {
		return a
	}
	switch p.kind {
	case pNumber:
		c.want(a, Number, where+" ")
	case pFlag:
		c.want(a, Bool, where+" ")
	case pText:
		c.want(a, String, where+" ")
	case pSame:
		c.alike(n.args[0], a, n.fn.name+" 的两个参数")
	case pWord:
		if a.kind != nText {
			c.bad.add(a.at, "例如 \"25\"", "%s 应为写明的文字", where)
		}
	case pDigits, pQuota:
		c.wholeNumber(a, p, where)
	case pRounding:
		if _, ok := roundings[a.text]; a.kind != nText || !ok {
			c.bad.add(a.at, "可写 \"half_up\"、\"half_even\"、\"up\"、\"down\"、\"floor\"、\"ceil\"", "%s 应为修约方式", where)
		}
	}
	return a
}

// wholeNumber checks a literal whole number.
func (c *checker) wholeNumber(a *node, p param, where string) {
	low, high := 0.0, float64(len(pow10)-1)
	if p.kind == pQuota {
		low, high = 1, maxVariadic-1
	}
	if a.kind != nNum || a.num != math.Trunc(a.num) || a.num < low || a.num > high {
		c.bad.add(a.at, "", "%s 应为 %.0f 至 %.0f 的整数常数", where, low, high)
	}
}

// checkSteps checks the lists of a step function.
func checkSteps(c *checker, n *node) {
	bounds, values := n.args[1], n.args[2]
	for i := 1; i < len(bounds.nums); i++ {
		if bounds.nums[i] <= bounds.nums[i-1] {
			c.bad.add(bounds.at, "", "分段界限要递增，第 %d 个不大于前一个", i+1)
			return
		}
	}
	if len(values.words) != len(bounds.nums)+1 {
		c.bad.add(values.at, "", "%d 个界限分出 %d 段，这里写了 %d 个值", len(bounds.nums), len(bounds.nums)+1, len(values.words))
	}
}

// checkQuota refuses to ask for more conditions than there are.
func checkQuota(c *checker, n *node) {
	if need := n.args[0]; need.kind == nNum && int(need.num) > len(n.args)-1 {
		c.bad.add(need.at, "", "只列了 %d 项条件，不能要求满足 %.0f 项", len(n.args)-1, need.num)
	}
}

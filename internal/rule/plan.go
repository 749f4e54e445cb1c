package rule

import (
	"fmt"

	"cel.dev/cel-go/common/operators"
)

// plan is the columnar form of one or many programs: a list of values in
// evaluation order, each computed by one kernel from earlier ones. Equal
// subexpressions are one value, also across programs.
type plan struct {
	schema *Schema
	fields []int // used or to blame
	vals   []value
	outs   []int   // value of each program's result
	live   []int   // the values some result needs, in order
	raw    []bool  // values inside a chain of arithmetic: see kernels_num.go
	first  [][]int // arguments of the first operation of the chain that ends here
	inside []bool  // values inside a ratio, which are not stored
	steps  []int   // the live values that are computed and stored
	slot   []int   // scratch buffer of each value, by type; noSlot for what has its own memory
	slots  [4]int
	outOf  []int // program whose result column the value writes straight into; -1 for none
}

const noSlot = -1

// value is one step of a plan.
type value struct {
	op     opcode
	typ    Type
	args   []int   // earlier values
	k      float64 // literal operand
	k2     float64
	list   []float64
	list2  []float64
	words  []string
	text   string
	flag   bool
	field  int
	blame  code // of a division
	fn     *function
	kinds  []paramKind // of args, for calls
	round  rounding
	negate bool   // of a dictionary test
	ratio  *ratio // of a clamp that computes a whole capped ratio
	test   uint8
}

// planner builds a plan and remembers what it has built.
type planner struct {
	plan *plan
	seen map[string]int
}

// newPlan plans all programs, which must share a schema, in one list.
func newPlan(schema *Schema, programs []*Program) *plan {
	b := &planner{plan: &plan{schema: schema}, seen: map[string]int{}}
	used := map[int]bool{}
	for _, p := range programs {
		for _, f := range p.fields {
			if !used[f] {
				used[f] = true
				b.plan.fields = append(b.plan.fields, f)
			}
		}
		b.plan.outs = append(b.plan.outs, b.node(p.root))
	}
	b.plan.assign()
	return b.plan
}

// emit adds a value unless an equal one exists.
func (b *planner) emit(v value) int {
	name := ""
	if v.fn != nil {
		name = v.fn.name
	}
	key := fmt.Sprint(v.op, v.typ, v.args, fmt.Sprintf("%b %b %b %b", v.k, v.k2, v.list, v.list2), len(v.words),
		fmt.Sprintf("%q %q", v.words, v.text), v.flag, v.field, v.blame, name, v.kinds, v.round, v.negate, v.test)
	if i, ok := b.seen[key]; ok {
		return i
	}
	b.plan.vals = append(b.plan.vals, v)
	b.seen[key] = len(b.plan.vals) - 1
	return len(b.plan.vals) - 1
}

// literal returns the number of a literal value.
func (b *planner) literal(i int) (float64, bool) {
	v := b.plan.vals[i]
	return v.k, v.op == opNumConst
}

func (b *planner) number(k float64) int { return b.emit(value{op: opNumConst, typ: Number, k: k}) }

// node plans one expression and returns its value.
func (b *planner) node(n *node) int {
	switch n.kind {
	case nField:
		op := map[Type]opcode{Number: opNumField, Bool: opFlagField, String: opTextField}[n.typ]
		return b.emit(value{op: op, typ: n.typ, field: n.field})
	case nNum:
		return b.number(n.num)
	case nFlag:
		return b.emit(value{op: opFlagConst, typ: Bool, flag: n.flag})
	case nText:
		return b.emit(value{op: opTextConst, typ: String, text: n.text})
	case nCall:
		return b.call(n)
	}
	switch n.op {
	case operators.Add, operators.Subtract, operators.Multiply, operators.Divide:
		return b.arithmetic(n)
	case operators.Negate:
		x := b.node(n.args[0])
		if k, ok := b.literal(x); ok {
			return b.number(-k)
		}
		return b.emit(value{op: opMulK, typ: Number, args: []int{x}, k: -1}) // exact, signs of zero included
	case operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		return b.compare(n.op, b.node(n.args[0]), b.node(n.args[1]))
	case operators.Equals, operators.NotEquals:
		return b.equal(n)
	case operators.In:
		return b.in(n)
	case operators.LogicalAnd:
		return b.emit(value{op: opAnd, typ: Bool, args: []int{b.node(n.args[0]), b.node(n.args[1])}})
	case operators.LogicalOr:
		return b.emit(value{op: opOr, typ: Bool, args: []int{b.node(n.args[0]), b.node(n.args[1])}})
	case operators.LogicalNot:
		return b.emit(value{op: opNot, typ: Bool, args: []int{b.node(n.args[0])}})
	}
	return b.conditional(n)
}

// arithmetic plans + - * /, with a literal operand folded into the kernel. All
// rewritings are exact: x-k is x+(-k), and + and * commute to the bit.
func (b *planner) arithmetic(n *node) int {
	x, y := b.node(n.args[0]), b.node(n.args[1])
	kx, xLit := b.literal(x)
	ky, yLit := b.literal(y)
	blame := newCode(DivideByZero, n.blame)
	if xLit && yLit {
		if k, ok := foldArithmetic(n.op, kx, ky); ok {
			return b.number(k)
		}
		xLit = false
	}
	one := func(op opcode, x int, k float64) int {
		return b.emit(value{op: op, typ: Number, args: []int{x}, k: k, blame: blame})
	}
	switch {
	case yLit && n.op == operators.Add:
		return one(opAddK, x, ky)
	case yLit && n.op == operators.Subtract:
		return one(opAddK, x, -ky)
	case yLit && n.op == operators.Multiply:
		return one(opMulK, x, ky)
	case yLit:
		return one(opDivK, x, ky)
	case xLit && n.op == operators.Add:
		return one(opAddK, y, kx)
	case xLit && n.op == operators.Subtract:
		return one(opKSub, y, kx)
	case xLit && n.op == operators.Multiply:
		return one(opMulK, y, kx)
	case xLit:
		return one(opKDiv, y, kx)
	}
	op := map[string]opcode{operators.Add: opAdd, operators.Subtract: opSub, operators.Multiply: opMul, operators.Divide: opDiv}[n.op]
	return b.emit(value{op: op, typ: Number, args: []int{x, y}, blame: blame})
}

// foldArithmetic computes a literal expression once, unless it is missing.
func foldArithmetic(op string, x, y float64) (float64, bool) {
	var r float64
	switch op {
	case operators.Add:
		r = x + y
	case operators.Subtract:
		r = x - y
	case operators.Multiply:
		r = float64(x * y)
	case operators.Divide:
		r = x / y
	}
	return r, finite(r)
}

// compare plans an ordering. A literal goes to the right.
func (b *planner) compare(op string, x, y int) int {
	tests := map[string][2]uint8{
		operators.Less: {testLess, testGreater}, operators.LessEquals: {testLessEq, testGreaterEq},
		operators.Greater: {testGreater, testLess}, operators.GreaterEquals: {testGreaterEq, testLessEq},
	}[op]
	return b.test(tests[0], tests[1], x, y)
}

// test plans a comparison; mirrored is the test with the sides exchanged.
func (b *planner) test(test, mirrored uint8, x, y int) int {
	kx, xLit := b.literal(x)
	if k, ok := b.literal(y); ok {
		if xLit {
			return b.emit(value{op: opFlagConst, typ: Bool, flag: testNumbers(test, kx, k)})
		}
		return b.emit(value{op: opTestK, typ: Bool, args: []int{x}, k: k, test: test})
	}
	if xLit {
		return b.emit(value{op: opTestK, typ: Bool, args: []int{y}, k: kx, test: mirrored})
	}
	return b.emit(value{op: opTest, typ: Bool, args: []int{x, y}, test: test})
}

// equal plans == and != by type.
func (b *planner) equal(n *node) int {
	x, y := b.node(n.args[0]), b.node(n.args[1])
	differ := n.op == operators.NotEquals
	switch n.args[0].typ {
	case Number:
		test := testEqual
		if differ {
			test = testDiffer
		}
		return b.test(test, test, x, y)
	case Bool:
		return b.emit(value{op: opSame, typ: Bool, args: []int{x, y}, negate: differ})
	}
	vx, vy := b.plan.vals[x], b.plan.vals[y]
	if vx.op == opTextField && vy.op == opTextConst {
		return b.emit(value{op: opDict, typ: Bool, field: vx.field, words: []string{vy.text}, negate: differ})
	}
	if vy.op == opTextField && vx.op == opTextConst {
		return b.emit(value{op: opDict, typ: Bool, field: vy.field, words: []string{vx.text}, negate: differ})
	}
	return b.emit(value{op: opTextSame, typ: Bool, args: []int{x, y}, negate: differ})
}

// in plans membership in a literal list.
func (b *planner) in(n *node) int {
	x, list := b.node(n.args[0]), n.args[1]
	if n.args[0].typ == Number {
		return b.emit(value{op: opInNums, typ: Bool, args: []int{x}, list: list.nums})
	}
	if v := b.plan.vals[x]; v.op == opTextField {
		return b.emit(value{op: opDict, typ: Bool, field: v.field, words: list.words})
	}
	return b.emit(value{op: opInTexts, typ: Bool, args: []int{x}, words: list.words})
}

// conditional plans c ? x : y.
func (b *planner) conditional(n *node) int {
	c, x, y := b.node(n.args[0]), b.node(n.args[1]), b.node(n.args[2])
	op := map[Type]opcode{Number: opCondNum, Bool: opCondFlag, String: opCondText}[n.typ]
	return b.emit(value{op: op, typ: n.typ, args: []int{c, x, y}})
}

// assign gives every value its memory. A buffer is used again after the last
// reader of its value, which keeps the working set of a large Set within the
// processor's cache. Results write straight into their columns.
func (p *plan) assign() {
	p.findLive()
	p.slot, p.outOf = make([]int, len(p.vals)), make([]int, len(p.vals))
	for i := range p.vals {
		p.slot[i], p.outOf[i] = noSlot, -1
	}
	p.findRaw()
	p.findFirst()
	p.findRatios()
	last := p.lastReads()
	for o, v := range p.outs {
		if p.outOf[v] < 0 && !p.vals[v].op.standing() && p.vals[v].typ != String {
			p.outOf[v] = o
		}
		last[v] = len(p.vals)
	}
	expire := make([][]int, len(p.vals)+1)
	for _, i := range p.live {
		if !p.vals[i].op.standing() && p.outOf[i] < 0 {
			expire[last[i]] = append(expire[last[i]], i)
		}
	}
	var free [4][]int
	for _, i := range p.live {
		v := &p.vals[i]
		if !v.op.standing() && p.outOf[i] < 0 {
			t := v.typ
			if n := len(free[t]); n > 0 {
				p.slot[i], free[t] = free[t][n-1], free[t][:n-1]
			} else {
				p.slot[i] = p.slots[t]
				p.slots[t]++
			}
		}
		for _, a := range expire[i] {
			free[p.vals[a].typ] = append(free[p.vals[a].typ], p.slot[a])
		}
	}
}

// findLive leaves out what nobody reads: literals folded into kernels, text
// columns that are only tested by dictionary.
func (p *plan) findLive() {
	needed := make([]bool, len(p.vals))
	for _, v := range p.outs {
		needed[v] = true
	}
	for i := len(p.vals) - 1; i >= 0; i-- {
		if needed[i] {
			for _, a := range p.vals[i].args {
				needed[a] = true
			}
		}
	}
	for i, yes := range needed {
		if yes {
			p.live = append(p.live, i)
		}
	}
}

// findRaw marks the values whose only reader passes a result that is not finite
// on, as arithmetic and clamp do. A divisor is not one: 1 / Inf is 0.
func (p *plan) findRaw() {
	uses := make([]int, len(p.vals))
	p.raw = make([]bool, len(p.vals))
	for _, v := range p.outs {
		uses[v]++
	}
	for _, i := range p.live {
		for _, a := range p.vals[i].args {
			uses[a]++
		}
	}
	for _, i := range p.live {
		v := &p.vals[i]
		for k, a := range v.args {
			divisor := v.op == opKDiv || v.op == opDiv && k == 1
			if v.op.chains() && p.vals[a].op.chains() && uses[a] == 1 && !divisor {
				p.raw[a] = true
			}
		}
	}
}

// findFirst notes, for the end of every chain, the arguments of the operation
// that is evaluated first. If one of them is missing nothing else can be the
// reason.
func (p *plan) findFirst() {
	p.first = make([][]int, len(p.vals))
	for _, i := range p.live {
		if !p.vals[i].op.chains() || p.raw[i] {
			continue
		}
		at := i
		for p.raw[p.vals[at].args[0]] {
			at = p.vals[at].args[0]
		}
		for _, a := range p.vals[at].args {
			if p.raw[a] {
				break // its own operations come before this argument's successor
			}
			p.first[i] = append(p.first[i], a)
		}
	}
}

// lastReads returns the last reader of every value. What a chain is made of is
// read until its end, which may work out rows again.
func (p *plan) lastReads() []int {
	last, end := make([]int, len(p.vals)), make([]int, len(p.vals))
	for k := len(p.live) - 1; k >= 0; k-- {
		i := p.live[k]
		if !p.raw[i] {
			end[i] = i
		}
		for _, a := range p.vals[i].args {
			last[a] = max(last[a], end[i])
			if p.raw[a] {
				end[a] = end[i]
			}
		}
	}
	return last
}

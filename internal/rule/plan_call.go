package rule

// call plans a call of the library: by its own kernel where it has one and the
// arguments suit it, else by the generic kernel that calls the function for
// each row.
func (b *planner) call(n *node) int {
	f := n.fn
	switch f.special {
	case spPresent, spMissing:
		v := b.node(n.args[0])
		return b.emit(value{op: opPresent, typ: Bool, args: []int{v}, negate: f.special == spMissing})
	case spCoalesce:
		x, y := b.node(n.args[0]), b.node(n.args[1])
		op := map[Type]opcode{Number: opCoalesceNum, Bool: opCoalesceFlag, String: opCoalesceText}[n.typ]
		return b.emit(value{op: op, typ: n.typ, args: []int{x, y}})
	case spAtLeast:
		v := value{op: opAtLeast, typ: Bool, k: n.args[0].num}
		for _, a := range n.args[1:] {
			v.args = append(v.args, b.node(a))
		}
		return b.emit(v)
	}
	if v, ok := b.fastCall(n); ok {
		return v
	}
	return b.genericCall(n)
}

// fastCall plans the calls that have kernels.
func (b *planner) fastCall(n *node) (int, bool) {
	switch n.fn.kernel {
	case opMin, opMax:
		acc := b.node(n.args[0])
		for _, a := range n.args[1:] {
			x := b.node(a)
			acc = b.emit(value{op: n.fn.kernel, typ: Number, args: []int{acc, x}})
		}
		return acc, true
	case opAbs:
		x := b.node(n.args[0])
		return b.emit(value{op: opAbs, typ: Number, args: []int{x}}), true
	case opClamp:
		if n.args[1].kind == nNum && n.args[2].kind == nNum && n.args[1].num <= n.args[2].num {
			x := b.node(n.args[0])
			return b.emit(value{op: opClamp, typ: Number, args: []int{x}, k: n.args[1].num, k2: n.args[2].num}), true
		}
	case opBetween:
		if n.args[1].kind == nNum && n.args[2].kind == nNum {
			x := b.node(n.args[0])
			low := b.test(testGreaterEq, testLessEq, x, b.number(n.args[1].num))
			high := b.test(testLessEq, testGreaterEq, x, b.number(n.args[2].num))
			return b.emit(value{op: opAnd, typ: Bool, args: []int{low, high}}), true
		}
	case opStep, opStepOver:
		x := b.node(n.args[0])
		return b.emit(value{op: n.fn.kernel, typ: Number, args: []int{x}, list: n.args[1].nums, list2: n.args[2].nums}), true
	case opDict:
		if n.args[0].kind == nField {
			v := value{op: opDict, typ: Bool, field: n.args[0].field, fn: n.fn}
			for _, a := range n.args[1:] {
				v.words = append(v.words, a.text)
			}
			return b.emit(v), true
		}
	}
	return 0, false
}

// genericCall plans a call row by row. Lists and the rounding mode are fixed;
// everything else comes in columns.
func (b *planner) genericCall(n *node) int {
	op := map[Type]opcode{Number: opCallNum, Bool: opCallFlag, String: opCallText}[n.typ]
	v := value{op: op, typ: n.typ, fn: n.fn, blame: newCode(DivideByZero, n.blame)}
	for i, a := range n.args {
		p, _ := n.fn.paramAt(i)
		switch p.kind {
		case pNumbers:
			if v.list == nil {
				v.list = a.nums
			} else {
				v.list2 = a.nums
			}
		case pTexts:
			v.words = a.words
		case pRounding:
			v.round = roundings[a.text]
		default:
			x := b.node(a)
			v.args = append(v.args, x)
			v.kinds = append(v.kinds, p.kind)
		}
	}
	return b.emit(v)
}

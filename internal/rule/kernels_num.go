package rule

import "math"

// Kernels with Number results. A vector of numbers carries its missing rows
// twice: as NaN boxes, which hold the reasons, and as a bit set. The loops
// compute a block of 64 rows as if nothing were missing and collect, without a
// branch, the rows whose result is not finite: missing operands, division by
// zero, overflow. Only those are looked at again. Measured at 4 % missing
// against a branch per row: 1.8 against 2.8 ns for a division, and the bit set
// makes comparing and counting cheaper afterwards.
//
// Inside a chain of arithmetic even that is too much: a value read once, by an
// addition, subtraction, multiplication, clamp or as a dividend, is left raw. It may
// hold infinities and nameless NaNs, which these operations pass on, so the end
// of the chain sees that a row is bad and works it out step by step.
//
// Products are wrapped in float64(…) so that no compiler fuses them with what
// follows.

// numVec is a vector of numbers.
type numVec struct {
	x    []float64
	void []uint64
}

// block returns 64 rows of the vector.
func (v *numVec) block(w int) *block { return (*block)(v.x[w*64:]) }

// notFinite is 1 for NaN and the infinities: shifting out the sign leaves the
// exponent on top.
func notFinite(r float64) uint64 {
	var n uint64
	if math.Float64bits(r)<<1 >= 0xFFE0_0000_0000_0000 {
		n = 1
	}
	return n
}

// notFinite4 collects rows j to j+3 of a block.
func notFinite4(r0, r1, r2, r3 float64, j int) uint64 {
	return (notFinite(r0) | notFinite(r1)<<1 | notFinite(r2)<<2 | notFinite(r3)<<3) << uint(j&63)
}

// mend replaces a result that is not finite by its reason. div is the code of a
// zero divisor, 0 when the operation is no division.
func mend(a, b float64, div code) float64 {
	switch {
	case a != a:
		return a
	case b != b:
		return b
	case div != 0 && b == 0:
		return box(div)
	}
	return box(newCode(NotFinite, noField))
}

// settle works out the bad rows of value i, the end of a chain. Most of them
// have a missing operand of the operation that comes first, and need no
// arithmetic.
func (s *scratch) settle(v *value, i int) {
	o := &s.nums[i]
	first := s.plan.first[i]
	if len(first) == 0 {
		s.settleExact(v, o)
		return
	}
	x := s.nums[first[0]].x[:len(o.x)]
	y := s.nums[first[len(first)-1]].x[:len(o.x)]
	for w, bad := range o.void {
		for ; bad != 0; bad &= bad - 1 {
			j := w*64 + lowest(bad)
			switch {
			case x[j] != x[j]:
				o.x[j] = x[j]
			case y[j] != y[j]:
				o.x[j] = y[j]
			default:
				o.x[j] = s.exact(v, j)
			}
		}
	}
}

func (s *scratch) settleExact(v *value, o *numVec) {
	for w, bad := range o.void {
		for ; bad != 0; bad &= bad - 1 {
			j := w*64 + lowest(bad)
			o.x[j] = s.exact(v, j)
		}
	}
}

// exact computes one row of an arithmetic or clamped value with all its raw arguments, and
// stops at the first that is missing.
func (s *scratch) exact(v *value, j int) float64 {
	a, b, r := v.k, v.k, 0.0
	var div code
	if !v.op.literalFirst() {
		if a = s.operand(v.args[0], j); a != a {
			return a
		}
	}
	if !v.op.literalLast() {
		if b = s.operand(v.args[len(v.args)-1], j); b != b {
			return b
		}
	}
	switch v.op {
	case opAdd, opAddK:
		r = a + b
	case opSub, opKSub:
		r = a - b
	case opMul, opMulK:
		r = float64(a * b)
	case opClamp:
		r = min(max(a, v.k), v.k2)
	default:
		r, div = a/b, v.blame
	}
	if finite(r) {
		return r
	}
	return mend(a, b, div)
}

// operand returns one row of an argument. A raw one that was stored and is finite
// had nothing bad below it.
func (s *scratch) operand(arg, j int) float64 {
	if !s.plan.raw[arg] {
		return s.nums[arg].x[j]
	}
	if !s.plan.inside[arg] {
		if x := s.nums[arg].x[j]; finite(x) {
			return x
		}
	}
	v := &s.plan.vals[arg]
	if q := v.ratio; q != nil && !s.plan.raw[q.x] { // most bad ones lack an operand
		if x := s.nums[q.x].x[j]; x != x {
			return x
		}
		if y := s.nums[q.y].x[j]; y != y {
			return y
		}
	}
	return s.exact(v, j)
}

// pair returns result and operands of a raw kernel at equal length.
func (s *scratch) pair(v *value, i int) (z, x, y []float64) {
	z = s.nums[i].x
	return z, s.nums[v.args[0]].x[:len(z)], s.nums[v.args[1]].x[:len(z)]
}

// single returns result and operand of a raw kernel at equal length.
func (s *scratch) single(v *value, i int) (z, x []float64, k float64) {
	z = s.nums[i].x
	return z, s.nums[v.args[0]].x[:len(z)], v.k
}

func kAdd(s *scratch, v *value, i int) {
	if s.plan.raw[i] {
		z, x, y := s.pair(v, i)
		for j := range z {
			z[j] = x[j] + y[j]
		}
		return
	}
	o, a, b := &s.nums[i], &s.nums[v.args[0]], &s.nums[v.args[1]]
	for w := range o.void {
		x, y, z := a.block(w), b.block(w), o.block(w)
		var bad uint64
		for j := 0; j <= 60; j += 4 {
			r0, r1, r2, r3 := x[j]+y[j], x[j+1]+y[j+1], x[j+2]+y[j+2], x[j+3]+y[j+3]
			z[j], z[j+1], z[j+2], z[j+3] = r0, r1, r2, r3
			bad |= notFinite4(r0, r1, r2, r3, j)
		}
		o.void[w] = bad
	}
	s.settle(v, i)
}

func kAddK(s *scratch, v *value, i int) {
	if s.plan.raw[i] {
		z, x, k := s.single(v, i)
		for j := range z {
			z[j] = x[j] + k
		}
		return
	}
	o, a, k := &s.nums[i], &s.nums[v.args[0]], v.k
	for w := range o.void {
		x, z := a.block(w), o.block(w)
		var bad uint64
		for j := 0; j <= 60; j += 4 {
			r0, r1, r2, r3 := x[j]+k, x[j+1]+k, x[j+2]+k, x[j+3]+k
			z[j], z[j+1], z[j+2], z[j+3] = r0, r1, r2, r3
			bad |= notFinite4(r0, r1, r2, r3, j)
		}
		o.void[w] = bad
	}
	s.settle(v, i)
}

func kSub(s *scratch, v *value, i int) {
	if s.plan.raw[i] {
		z, x, y := s.pair(v, i)
		for j := range z {
			z[j] = x[j] - y[j]
		}
		return
	}
	o, a, b := &s.nums[i], &s.nums[v.args[0]], &s.nums[v.args[1]]
	for w := range o.void {
		x, y, z := a.block(w), b.block(w), o.block(w)
		var bad uint64
		for j := 0; j <= 60; j += 4 {
			r0, r1, r2, r3 := x[j]-y[j], x[j+1]-y[j+1], x[j+2]-y[j+2], x[j+3]-y[j+3]
			z[j], z[j+1], z[j+2], z[j+3] = r0, r1, r2, r3
			bad |= notFinite4(r0, r1, r2, r3, j)
		}
		o.void[w] = bad
	}
	s.settle(v, i)
}

func kKSub(s *scratch, v *value, i int) {
	if s.plan.raw[i] {
		z, x, k := s.single(v, i)
		for j := range z {
			z[j] = k - x[j]
		}
		return
	}
	o, a, k := &s.nums[i], &s.nums[v.args[0]], v.k
	for w := range o.void {
		x, z := a.block(w), o.block(w)
		var bad uint64
		for j := 0; j <= 60; j += 4 {
			r0, r1, r2, r3 := k-x[j], k-x[j+1], k-x[j+2], k-x[j+3]
			z[j], z[j+1], z[j+2], z[j+3] = r0, r1, r2, r3
			bad |= notFinite4(r0, r1, r2, r3, j)
		}
		o.void[w] = bad
	}
	s.settle(v, i)
}

func kMul(s *scratch, v *value, i int) {
	if s.plan.raw[i] {
		z, x, y := s.pair(v, i)
		for j := range z {
			z[j] = float64(x[j] * y[j])
		}
		return
	}
	o, a, b := &s.nums[i], &s.nums[v.args[0]], &s.nums[v.args[1]]
	for w := range o.void {
		x, y, z := a.block(w), b.block(w), o.block(w)
		var bad uint64
		for j := 0; j <= 60; j += 4 {
			r0, r1, r2, r3 := float64(x[j]*y[j]), float64(x[j+1]*y[j+1]), float64(x[j+2]*y[j+2]), float64(x[j+3]*y[j+3])
			z[j], z[j+1], z[j+2], z[j+3] = r0, r1, r2, r3
			bad |= notFinite4(r0, r1, r2, r3, j)
		}
		o.void[w] = bad
	}
	s.settle(v, i)
}

func kMulK(s *scratch, v *value, i int) {
	if s.plan.raw[i] {
		z, x, k := s.single(v, i)
		for j := range z {
			z[j] = float64(x[j] * k)
		}
		return
	}
	o, a, k := &s.nums[i], &s.nums[v.args[0]], v.k
	for w := range o.void {
		x, z := a.block(w), o.block(w)
		var bad uint64
		for j := 0; j <= 60; j += 4 {
			r0, r1, r2, r3 := float64(x[j]*k), float64(x[j+1]*k), float64(x[j+2]*k), float64(x[j+3]*k)
			z[j], z[j+1], z[j+2], z[j+3] = r0, r1, r2, r3
			bad |= notFinite4(r0, r1, r2, r3, j)
		}
		o.void[w] = bad
	}
	s.settle(v, i)
}

func kDiv(s *scratch, v *value, i int) {
	if s.plan.raw[i] {
		z, x, y := s.pair(v, i)
		for j := range z {
			z[j] = x[j] / y[j]
		}
		return
	}
	o, a, b := &s.nums[i], &s.nums[v.args[0]], &s.nums[v.args[1]]
	for w := range o.void {
		x, y, z := a.block(w), b.block(w), o.block(w)
		var bad uint64
		for j := 0; j <= 60; j += 4 {
			r0, r1, r2, r3 := x[j]/y[j], x[j+1]/y[j+1], x[j+2]/y[j+2], x[j+3]/y[j+3]
			z[j], z[j+1], z[j+2], z[j+3] = r0, r1, r2, r3
			bad |= notFinite4(r0, r1, r2, r3, j)
		}
		o.void[w] = bad
	}
	s.settle(v, i)
}

func kDivK(s *scratch, v *value, i int) {
	if s.plan.raw[i] {
		z, x, k := s.single(v, i)
		for j := range z {
			z[j] = x[j] / k
		}
		return
	}
	o, a, k := &s.nums[i], &s.nums[v.args[0]], v.k
	for w := range o.void {
		x, z := a.block(w), o.block(w)
		var bad uint64
		for j := 0; j <= 60; j += 4 {
			r0, r1, r2, r3 := x[j]/k, x[j+1]/k, x[j+2]/k, x[j+3]/k
			z[j], z[j+1], z[j+2], z[j+3] = r0, r1, r2, r3
			bad |= notFinite4(r0, r1, r2, r3, j)
		}
		o.void[w] = bad
	}
	s.settle(v, i)
}

func kKDiv(s *scratch, v *value, i int) {
	if s.plan.raw[i] {
		z, x, k := s.single(v, i)
		for j := range z {
			z[j] = k / x[j]
		}
		return
	}
	o, a, k := &s.nums[i], &s.nums[v.args[0]], v.k
	for w := range o.void {
		x, z := a.block(w), o.block(w)
		var bad uint64
		for j := range x {
			r := k / x[j]
			z[j] = r
			bad |= notFinite(r) << uint(j&63)
		}
		o.void[w] = bad
	}
	s.settle(v, i)
}

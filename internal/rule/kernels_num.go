package rule

import "math"

// Kernels with Number results. The loops compute as if nothing were missing
// and look closer only where the result is not finite, which covers missing
// operands (NaN boxes), division by zero and overflow in one branch that is
// rarely taken. Products are wrapped in float64(…) so that no compiler fuses
// them with what follows.
//
// Two forms of the check were measured: r-r != 0 is best behind additions and
// multiplications; behind a division, whose latency the extra subtraction would
// lengthen, comparing the exponent bits is best.

// notFiniteBits is the least doubled bit pattern of an infinity or NaN.
const notFiniteBits = 0x7FF0_0000_0000_0000 << 1

// mend replaces a result that is not finite by its reason. div is the code of a
// zero divisor, 0 when the operation is no division.
func mend(o []float64, j int, a, b float64, div code) {
	switch {
	case a != a:
		o[j] = a
	case b != b:
		o[j] = b
	case div != 0 && b == 0:
		o[j] = box(div)
	default:
		o[j] = box(newCode(NotFinite, noField))
	}
}

// pair returns result and operands of a binary kernel at equal length.
func (s *scratch) pair(v *value, i int) (o, a, b []float64) {
	o = s.nums[i]
	return o, s.nums[v.args[0]][:len(o)], s.nums[v.args[1]][:len(o)]
}

// single returns result and operand of a unary kernel at equal length.
func (s *scratch) single(v *value, i int) (o, a []float64) {
	o = s.nums[i]
	return o, s.nums[v.args[0]][:len(o)]
}

func kAdd(s *scratch, v *value, i int) {
	o, a, b := s.pair(v, i)
	for j := range o {
		r := a[j] + b[j]
		o[j] = r
		if r-r != 0 {
			mend(o, j, a[j], b[j], 0)
		}
	}
}

func kAddK(s *scratch, v *value, i int) {
	o, a := s.single(v, i)
	for j := range o {
		r := a[j] + v.k
		o[j] = r
		if r-r != 0 {
			mend(o, j, a[j], v.k, 0)
		}
	}
}

func kSub(s *scratch, v *value, i int) {
	o, a, b := s.pair(v, i)
	for j := range o {
		r := a[j] - b[j]
		o[j] = r
		if r-r != 0 {
			mend(o, j, a[j], b[j], 0)
		}
	}
}

func kKSub(s *scratch, v *value, i int) {
	o, a := s.single(v, i)
	for j := range o {
		r := v.k - a[j]
		o[j] = r
		if r-r != 0 {
			mend(o, j, v.k, a[j], 0)
		}
	}
}

func kMul(s *scratch, v *value, i int) {
	o, a, b := s.pair(v, i)
	for j := range o {
		r := float64(a[j] * b[j])
		o[j] = r
		if r-r != 0 {
			mend(o, j, a[j], b[j], 0)
		}
	}
}

func kMulK(s *scratch, v *value, i int) {
	o, a := s.single(v, i)
	for j := range o {
		r := float64(a[j] * v.k)
		o[j] = r
		if r-r != 0 {
			mend(o, j, a[j], v.k, 0)
		}
	}
}

func kDiv(s *scratch, v *value, i int) {
	o, a, b := s.pair(v, i)
	for j := range o {
		r := a[j] / b[j]
		o[j] = r
		if math.Float64bits(r)<<1 >= notFiniteBits {
			mend(o, j, a[j], b[j], v.blame)
		}
	}
}

func kDivK(s *scratch, v *value, i int) {
	o, a := s.single(v, i)
	for j := range o {
		r := a[j] / v.k
		o[j] = r
		if math.Float64bits(r)<<1 >= notFiniteBits {
			mend(o, j, a[j], v.k, v.blame)
		}
	}
}

func kKDiv(s *scratch, v *value, i int) {
	o, a := s.single(v, i)
	for j := range o {
		r := v.k / a[j]
		o[j] = r
		if math.Float64bits(r)<<1 >= notFiniteBits {
			mend(o, j, v.k, a[j], v.blame)
		}
	}
}

func kNeg(s *scratch, v *value, i int) {
	o, a := s.single(v, i)
	for j := range o {
		o[j] = -a[j]
		if a[j] != a[j] {
			o[j] = a[j] // the sign of a box is not ours to turn
		}
	}
}

func kAbs(s *scratch, v *value, i int) {
	o, a := s.single(v, i)
	for j := range o {
		o[j] = math.Abs(a[j]) // boxes are positive
	}
}

func kMin(s *scratch, v *value, i int) {
	o, a, b := s.pair(v, i)
	for j := range o {
		r := a[j]
		if b[j] < r || b[j] != b[j] && r == r {
			r = b[j]
		}
		o[j] = r
	}
}

func kMax(s *scratch, v *value, i int) {
	o, a, b := s.pair(v, i)
	for j := range o {
		r := a[j]
		if b[j] > r || b[j] != b[j] && r == r {
			r = b[j]
		}
		o[j] = r
	}
}

func kClamp(s *scratch, v *value, i int) {
	o, a := s.single(v, i)
	for j := range o {
		r := a[j]
		if r < v.k {
			r = v.k
		}
		if r > v.k2 {
			r = v.k2
		}
		o[j] = r
	}
}

func kStep(s *scratch, v *value, i int)     { step(s, v, i, false) }
func kStepOver(s *scratch, v *value, i int) { step(s, v, i, true) }

func step(s *scratch, v *value, i int, over bool) {
	o, a := s.single(v, i)
	for j := range o {
		if x := a[j]; x == x {
			o[j] = v.list2[stepIndex(x, v.list, over)]
		} else {
			o[j] = x
		}
	}
}

func kCondNum(s *scratch, v *value, i int) {
	c, o := s.flags[v.args[0]], s.nums[i]
	a, b := s.nums[v.args[1]], s.nums[v.args[2]]
	for w := range c.holds {
		at := w * 64
		switch {
		case c.holds[w] == ^uint64(0):
			copy(o[at:at+64], a[at:])
			continue
		case c.holds[w]|c.void[w] == 0:
			copy(o[at:at+64], b[at:])
			continue
		}
		holds, void := c.holds[w], c.void[w]
		for j := at; j < at+64; j++ {
			r := b[j]
			if holds&1 != 0 {
				r = a[j]
			}
			if void&1 != 0 {
				r = box(c.why[j])
			}
			o[j] = r
			holds >>= 1
			void >>= 1
		}
	}
}

func kCoalesceNum(s *scratch, v *value, i int) {
	o, a, b := s.pair(v, i)
	for j := range o {
		r := a[j]
		if r != r {
			r = b[j]
		}
		o[j] = r
	}
}

// kCallNum calls a function of the library for each row.
func kCallNum(s *scratch, v *value, i int) {
	o, a := s.nums[i], &s.args[i]
	for j := range o {
		if c := s.gather(v, a, j); c != 0 {
			o[j] = box(c)
			continue
		}
		r, cause := v.fn.num(a)
		switch {
		case cause == DivideByZero:
			r = box(v.blame)
		case cause != None:
			r = box(newCode(cause, noField))
		case !finite(r):
			r = box(newCode(NotFinite, noField))
		}
		o[j] = r
	}
}

// gather collects the arguments of row j. It returns the reason of the first
// missing one, 0 when all are there.
func (s *scratch) gather(v *value, a *args, j int) code {
	a.num, a.flag, a.text = a.num[:0], a.flag[:0], a.text[:0]
	for _, arg := range v.args {
		switch s.plan.vals[arg].typ {
		case Number:
			x := s.nums[arg][j]
			if x != x {
				return unbox(x)
			}
			a.num = append(a.num, x)
		case Bool:
			f := &s.flags[arg]
			if f.void[j>>6]>>(j&63)&1 != 0 {
				return f.why[j]
			}
			a.flag = append(a.flag, f.holds[j>>6]>>(j&63)&1 != 0)
		case String:
			t := &s.texts[arg]
			if t.why[j] != 0 {
				return t.why[j]
			}
			a.text = append(a.text, t.s[j])
		}
	}
	return 0
}

package rule

import "math"

// Number kernels that choose or call row by row. min and max are Go's own, as
// in the library: without branches and with -0 below 0.

// firstMissing gives the void rows of block w the reason of x, of y where x is
// not missing.
func firstMissing(o *numVec, w int, void uint64, x, y *block) {
	o.void[w] = void
	for ; void != 0; void &= void - 1 {
		j := lowest(void)
		o.x[w*64+j] = mend(x[j], y[j], 0)
	}
}

func kAbs(s *scratch, v *value, i int) {
	o, a := &s.nums[i], &s.nums[v.args[0]]
	copy(o.void, a.void)
	for j, x := range a.x[:len(o.x)] {
		o.x[j] = math.Abs(x) // boxes are positive
	}
}

func kMin(s *scratch, v *value, i int) {
	o, a, b := &s.nums[i], &s.nums[v.args[0]], &s.nums[v.args[1]]
	for w := range o.void {
		x, y, z := a.block(w), b.block(w), o.block(w)
		for j := range x {
			z[j] = min(x[j], y[j])
		}
		firstMissing(o, w, a.void[w]|b.void[w], x, y)
	}
}

func kMax(s *scratch, v *value, i int) {
	o, a, b := &s.nums[i], &s.nums[v.args[0]], &s.nums[v.args[1]]
	for w := range o.void {
		x, y, z := a.block(w), b.block(w), o.block(w)
		for j := range x {
			z[j] = max(x[j], y[j])
		}
		firstMissing(o, w, a.void[w]|b.void[w], x, y)
	}
}

func kStep(s *scratch, v *value, i int)     { step(s, v, i, false) }
func kStepOver(s *scratch, v *value, i int) { step(s, v, i, true) }

func step(s *scratch, v *value, i int, over bool) {
	o, a := &s.nums[i], &s.nums[v.args[0]]
	copy(o.void, a.void)
	for j, x := range a.x[:len(o.x)] {
		if x == x {
			x = v.list2[stepIndex(x, v.list, over)]
		}
		o.x[j] = x
	}
}

// kCondNum chooses between two vectors. A block whose condition is the same for
// all rows, as conditions on classes often are, is copied.
func kCondNum(s *scratch, v *value, i int) {
	c, o := &s.flags[v.args[0]], &s.nums[i]
	a, b := &s.nums[v.args[1]], &s.nums[v.args[2]]
	for w := range o.void {
		holds, void := c.holds[w], c.void[w]
		x, y, z := a.block(w), b.block(w), o.block(w)
		o.void[w] = void | holds&a.void[w] | ^(holds|void)&b.void[w]
		switch {
		case holds == ^uint64(0):
			*z = *x
			continue
		case holds == 0:
			*z = *y
		default:
			for j := range z {
				r := y[j]
				if holds>>uint(j&63)&1 != 0 {
					r = x[j]
				}
				z[j] = r
			}
		}
		for ; void != 0; void &= void - 1 {
			j := lowest(void)
			z[j] = box(c.why[w*64+j])
		}
	}
}

func kCoalesceNum(s *scratch, v *value, i int) {
	o, a, b := &s.nums[i], &s.nums[v.args[0]], &s.nums[v.args[1]]
	for w := range o.void {
		y, z := b.block(w), o.block(w)
		*z = *a.block(w)
		o.void[w] = a.void[w] & b.void[w]
		for void := a.void[w]; void != 0; void &= void - 1 {
			j := lowest(void)
			z[j] = y[j]
		}
	}
}

// kCallNum calls a function of the library for each row.
func kCallNum(s *scratch, v *value, i int) {
	o, a := &s.nums[i], &s.args[i]
	clear(o.void)
	for j := range o.x {
		why := s.gather(v, a, j)
		if why == 0 {
			r, cause := v.fn.num(a)
			switch {
			case cause == DivideByZero:
				why = v.blame
			case cause != None:
				why = newCode(cause, noField)
			case !finite(r):
				why = newCode(NotFinite, noField)
			default:
				o.x[j] = r
				continue
			}
		}
		o.x[j] = box(why)
		o.void[j>>6] |= 1 << (j & 63)
	}
}

// gather collects the arguments of row j. It returns the reason of the first
// missing one, 0 when all are there.
func (s *scratch) gather(v *value, a *args, j int) code {
	a.num, a.flag, a.text = a.num[:0], a.flag[:0], a.text[:0]
	for _, arg := range v.args {
		switch s.plan.vals[arg].typ {
		case Number:
			x := s.nums[arg].x[j]
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

package rule

import "math/bits"

// Kernels with Bool results. A vector of truth values is two bit sets: holds
// (true) and void (missing), never both; why is meaningful only at void rows.

type flagVec struct {
	holds []uint64
	void  []uint64
	why   []code
}

// lowest returns the index of the lowest set bit.
func lowest(w uint64) int { return bits.TrailingZeros64(w) }

// kAnd is Kleene's and: false decides, also against missing. The reason is the
// first missing side's.
func kAnd(s *scratch, v *value, i int) {
	o, a, b := s.flags[i], s.flags[v.args[0]], s.flags[v.args[1]]
	for w := range o.holds {
		holds := a.holds[w] & b.holds[w]
		no := ^(a.holds[w] | a.void[w]) | ^(b.holds[w] | b.void[w])
		void := ^(holds | no)
		o.holds[w], o.void[w] = holds, void
		firstReason(o, a, b, w, void)
	}
}

// kOr is Kleene's or: true decides, also against missing.
func kOr(s *scratch, v *value, i int) {
	o, a, b := s.flags[i], s.flags[v.args[0]], s.flags[v.args[1]]
	for w := range o.holds {
		holds := a.holds[w] | b.holds[w]
		void := (a.void[w] | b.void[w]) &^ holds
		o.holds[w], o.void[w] = holds, void
		firstReason(o, a, b, w, void)
	}
}

// kSame is == and != on truth values: strict in both sides.
func kSame(s *scratch, v *value, i int) {
	o, a, b := s.flags[i], s.flags[v.args[0]], s.flags[v.args[1]]
	for w := range o.holds {
		void := a.void[w] | b.void[w]
		differ := a.holds[w] ^ b.holds[w]
		if !v.negate {
			differ = ^differ
		}
		o.holds[w], o.void[w] = differ&^void, void
		firstReason(o, a, b, w, void)
	}
}

// firstReason gives the void rows of word w the reason of a, of b where a is
// not missing.
func firstReason(o, a, b flagVec, w int, void uint64) {
	for ; void != 0; void &= void - 1 {
		n := lowest(void)
		j := w*64 + n
		if a.void[w]>>n&1 != 0 {
			o.why[j] = a.why[j]
		} else {
			o.why[j] = b.why[j]
		}
	}
}

func kNot(s *scratch, v *value, i int) {
	o, a := s.flags[i], s.flags[v.args[0]]
	for w := range o.holds {
		o.holds[w], o.void[w] = ^(a.holds[w] | a.void[w]), a.void[w]
		firstReason(o, a, a, w, a.void[w])
	}
}

// kPresent is present() and missing() of any type; its own result is never
// missing.
func kPresent(s *scratch, v *value, i int) {
	o, arg := s.flags[i], v.args[0]
	for w := range o.holds {
		var gone uint64
		switch s.plan.vals[arg].typ {
		case Number:
			gone = s.nums[arg].void[w]
		case Bool:
			gone = s.flags[arg].void[w]
		default:
			for j, c := range s.texts[arg].why[w*64 : w*64+64] {
				gone |= bit(c != 0) << uint(j&63)
			}
		}
		if !v.negate {
			gone = ^gone
		}
		o.holds[w], o.void[w] = gone, 0
	}
}

// kAtLeast counts true and missing conditions per row.
func kAtLeast(s *scratch, v *value, i int) {
	o, need := s.flags[i], int(v.k)
	for w := range o.holds {
		o.holds[w], o.void[w] = 0, 0
		for n := range 64 {
			holds, open := 0, 0
			var first code
			for _, arg := range v.args {
				f := &s.flags[arg]
				holds += int(f.holds[w] >> n & 1)
				if f.void[w]>>n&1 != 0 {
					if open == 0 {
						first = f.why[w*64+n]
					}
					open++
				}
			}
			if holds >= need {
				o.holds[w] |= 1 << n
			} else if holds+open >= need {
				o.void[w] |= 1 << n
				o.why[w*64+n] = first
			}
		}
	}
}

func kCondFlag(s *scratch, v *value, i int) {
	o, c := s.flags[i], s.flags[v.args[0]]
	a, b := s.flags[v.args[1]], s.flags[v.args[2]]
	for w := range o.holds {
		yes, no := c.holds[w], ^(c.holds[w] | c.void[w])
		void := c.void[w] | yes&a.void[w] | no&b.void[w]
		o.holds[w], o.void[w] = yes&a.holds[w]|no&b.holds[w], void
		for ; void != 0; void &= void - 1 {
			n := lowest(void)
			j := w*64 + n
			switch {
			case c.void[w]>>n&1 != 0:
				o.why[j] = c.why[j]
			case yes>>n&1 != 0:
				o.why[j] = a.why[j]
			default:
				o.why[j] = b.why[j]
			}
		}
	}
}

func kCoalesceFlag(s *scratch, v *value, i int) {
	o, a, b := s.flags[i], s.flags[v.args[0]], s.flags[v.args[1]]
	for w := range o.holds {
		void := a.void[w] & b.void[w]
		o.holds[w], o.void[w] = a.holds[w]|a.void[w]&b.holds[w], void
		firstReason(o, b, b, w, void)
	}
}

// kCallFlag calls a function of the library for each row.
func kCallFlag(s *scratch, v *value, i int) {
	o, a := s.flags[i], &s.args[i]
	for w := range o.holds {
		o.holds[w], o.void[w] = 0, 0
		for n := range 64 {
			j := w*64 + n
			if c := s.gather(v, a, j); c != 0 {
				o.void[w] |= 1 << n
				o.why[j] = c
			} else if v.fn.pred(a) {
				o.holds[w] |= 1 << n
			}
		}
	}
}

package rule

// Kernels on texts. Tests of a field against literals, by far the most common,
// never touch a text: they look up a table with one entry per dictionary word,
// made once per evaluation.

// textVec is a vector of texts; why is 0 where a text is present.
type textVec struct {
	s   []string
	why []code
}

// Entries of a dictionary table.
const (
	dictNo uint8 = iota
	dictYes
	dictVoid
)

// dictTable fills table with the answer for every word of the dictionary;
// entry 0 is for the missing code -1.
func dictTable(table []uint8, v *value, dict []string) []uint8 {
	table = append(grow(table, 0), dictVoid)
	a := &args{}
	if v.fn != nil {
		a.text = append(append(a.text, ""), v.words...)
	}
	for _, word := range dict {
		yes := false
		if v.fn != nil {
			a.text[0] = word
			yes = v.fn.pred(a)
		} else {
			for _, w := range v.words {
				yes = yes || w == word
			}
		}
		if yes != v.negate {
			table = append(table, dictYes)
		} else {
			table = append(table, dictNo)
		}
	}
	return table
}

func kDict(s *scratch, v *value, i int) {
	o, table := s.flags[i], s.tables[i]
	gone := newCode(MissingField, v.field)
	codes := s.codes(v.field)
	for w := range o.holds {
		o.holds[w], o.void[w] = 0, 0
		at := w * 64
		if at >= len(codes) {
			continue
		}
		var holds, void uint64
		for n, k := range codes[at:min(at+64, len(codes))] {
			t := table[k+1]
			holds |= uint64(t&dictYes) << uint(n&63)
			void |= uint64(t>>1) << uint(n&63)
		}
		o.holds[w], o.void[w] = holds, void
		for ; void != 0; void &= void - 1 {
			o.why[at+lowest(void)] = gone
		}
	}
}

// setFlag writes row j of a truth vector whose words were cleared before.
func (o flagVec) setFlag(j int, holds bool, why code) {
	if why != 0 {
		o.void[j>>6] |= 1 << (j & 63)
		o.why[j] = why
	} else if holds {
		o.holds[j>>6] |= 1 << (j & 63)
	}
}

func kTextSame(s *scratch, v *value, i int) {
	o, a, b := s.flags[i], s.texts[v.args[0]], s.texts[v.args[1]]
	clear(o.holds)
	clear(o.void)
	for j := range a.s {
		why := a.why[j]
		if why == 0 {
			why = b.why[j]
		}
		o.setFlag(j, (a.s[j] == b.s[j]) != v.negate, why)
	}
}

func kInTexts(s *scratch, v *value, i int) {
	o, a := s.flags[i], s.texts[v.args[0]]
	clear(o.holds)
	clear(o.void)
	for j, text := range a.s {
		found := false
		for _, w := range v.words {
			found = found || w == text
		}
		o.setFlag(j, found, a.why[j])
	}
}

func kCondText(s *scratch, v *value, i int) {
	o, c := s.texts[i], s.flags[v.args[0]]
	a, b := s.texts[v.args[1]], s.texts[v.args[2]]
	for j := range o.s {
		switch {
		case c.void[j>>6]>>(j&63)&1 != 0:
			o.s[j], o.why[j] = "", c.why[j]
		case c.holds[j>>6]>>(j&63)&1 != 0:
			o.s[j], o.why[j] = a.s[j], a.why[j]
		default:
			o.s[j], o.why[j] = b.s[j], b.why[j]
		}
	}
}

func kCoalesceText(s *scratch, v *value, i int) {
	o, a, b := s.texts[i], s.texts[v.args[0]], s.texts[v.args[1]]
	for j := range o.s {
		if a.why[j] == 0 {
			o.s[j], o.why[j] = a.s[j], 0
		} else {
			o.s[j], o.why[j] = b.s[j], b.why[j]
		}
	}
}

// kCallText calls a banding function for each row.
func kCallText(s *scratch, v *value, i int) {
	o, a := s.texts[i], &s.args[i]
	for j := range o.s {
		if c := s.gather(v, a, j); c != 0 {
			o.s[j], o.why[j] = "", c
		} else {
			o.s[j], o.why[j] = v.words[v.fn.pick(a)], 0
		}
	}
}

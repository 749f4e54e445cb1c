package uscc

// Change says how a suggestion was reached.
type Change uint8

// The changes, most likely first.
const (
	LookAlike  Change = iota + 1 // characters that look alike were exchanged, as O for 0
	Transposed                   // two neighbours were exchanged
	Substitute                   // one character was replaced, the only one that makes both checks pass
)

// String returns a Chinese phrase for people.
func (c Change) String() string {
	switch c {
	case LookAlike:
		return "形近字符"
	case Transposed:
		return "相邻两位颠倒"
	case Substitute:
		return "一位写错"
	}
	return ""
}

// Suggestion is a code that passes both checks and lies one slip away.
type Suggestion struct {
	Code   string
	Change Change
	Pos    int // index of the first character that differs
}

// lookAlikes maps a character to those it is taken for, by eye or by optical
// recognition. The five letters that the alphabet leaves out come first: they
// are certain to be wrong.
var lookAlikes = [256]string{
	'I': "1", 'O': "0", 'S': "5", 'Z': "2", 'V': "UY",
	'0': "DQ", 'D': "0", 'Q': "0", '1': "LJ", 'L': "1", 'J': "1", '2': "", '5': "", '8': "B", 'B': "8",
	'6': "G", 'G': "6", 'U': "W", '7': "T", 'T': "7",
}

// maxChanges bounds the look-alike search: more than four exchanged characters
// are not one slip but another code.
const maxChanges = 4

// maxSuggestions is how many codes Suggest returns at most; a longer list is
// of no help to a person.
const maxSuggestions = 5

// Suggest returns the codes that pass both checks and differ from code by one
// usual slip, most likely first: look-alike characters (O/0, I/1, Z/2, S/5,
// B/8 …), two neighbours exchanged, or one wrong character when exactly one
// repair makes both checks pass. The code is normalised first. A code that
// passes both checks already, or is not 18 characters long, gets none.
func Suggest(code string) []Suggestion {
	code = Normalise(code)
	if len(code) != Length || Check(code).Both() {
		return nil
	}
	var buf [Length]byte
	copy(buf[:], code)
	s := search{original: code, buf: buf}
	if s.forced() {
		s.alike(0, 0)
		if len(s.found) == 0 {
			s.transposed()
		}
		if len(s.found) == 0 {
			s.substituted()
		}
	}
	return s.found
}

// search is the state of one Suggest call.
type search struct {
	original string
	buf      [Length]byte
	found    []Suggestion
}

// forced reports whether the characters outside the alphabet are few enough to
// be slips.
func (s *search) forced() bool {
	bad := 0
	for i := range s.buf {
		if values[s.buf[i]] < 0 {
			if lookAlikes[s.buf[i]] == "" {
				bad++ // no look-alike: only a substitution can repair it
			}
		}
	}
	return bad <= 1
}

// keep records buf when it passes both checks.
func (s *search) keep(c Change) {
	if len(s.found) >= maxSuggestions || !Check(string(s.buf[:])).Both() {
		return
	}
	code := string(s.buf[:])
	pos := -1
	for i := range code {
		if code[i] != s.original[i] {
			pos = i
			break
		}
	}
	for _, f := range s.found {
		if f.Code == code {
			return
		}
	}
	if pos >= 0 {
		s.found = append(s.found, Suggestion{Code: code, Change: c, Pos: pos})
	}
}

// alike tries look-alikes from position i on. Characters outside the alphabet
// must be exchanged; of the others at most one is, since two unforced slips of
// the eye in one code are rarer than a wrong guess.
func (s *search) alike(i, unforced int) {
	if changed(s.original, s.buf) > maxChanges {
		return
	}
	if i == Length {
		s.keep(LookAlike)
		return
	}
	own := s.buf[i]
	forced := values[own] < 0
	if !forced {
		s.alike(i+1, unforced)
	}
	if forced || unforced == 0 {
		n := unforced
		if !forced {
			n++
		}
		for k := 0; k < len(lookAlikes[own]); k++ {
			s.buf[i] = lookAlikes[own][k]
			s.alike(i+1, n)
		}
		s.buf[i] = own
	}
}

func changed(a string, b [Length]byte) int {
	n := 0
	for i := range b {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}

func (s *search) transposed() {
	for i := 0; i+1 < Length; i++ {
		if s.buf[i] == s.buf[i+1] {
			continue
		}
		s.buf[i], s.buf[i+1] = s.buf[i+1], s.buf[i]
		s.keep(Transposed)
		s.buf[i], s.buf[i+1] = s.buf[i+1], s.buf[i]
	}
}

// substituted keeps a repair of one character only when it is the only one:
// with the inner check intact, nine positions can absorb the outer error and a
// guess would be worth nothing.
func (s *search) substituted() {
	for i := range s.buf {
		own := s.buf[i]
		for k := 0; k < len(alphabet); k++ {
			if alphabet[k] != own {
				s.buf[i] = alphabet[k]
				s.keep(Substitute)
			}
		}
		s.buf[i] = own
	}
	if len(s.found) != 1 {
		s.found = nil
	}
}

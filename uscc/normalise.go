package uscc

import "strings"

// Normalise returns what a person meant to write: full-width characters become
// half-width, letters become capitals, and spaces, hyphens, dots, apostrophes
// (the mark by which Excel keeps text), byte-order and zero-width marks go.
// Everything else stays, so that [Check] can point at it. A string that is
// canonical already is returned unchanged and without allocation.
func Normalise(s string) string {
	clean := true
	for i := 0; i < len(s); i++ {
		if b := s[i]; !(b >= '0' && b <= '9' || b >= 'A' && b <= 'Z') {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		if r >= '！' && r <= '～' { // full-width forms U+FF01–FF5E
			r -= 0xFEE0
		}
		switch {
		case r >= 'a' && r <= 'z':
			b.WriteRune(r - 'a' + 'A')
		case droppable(r):
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// droppable lists the marks that carry no meaning inside a code.
func droppable(r rune) bool {
	switch r {
	case ' ', '\t', '\r', '\n', '\v', '\f', 0x85, 0xA0, 0x3000, 0x202F, 0x205F, // spaces
		'-', '_', '.', '\'', '`', ',', '·', '‘', '’', '－', '—', '–', '‐', '‑', '−', // separators
		0xAD, 0xFEFF, 0x2060, 0x180E, // soft hyphen and invisible joiners
		0x202A, 0x202B, 0x202C, 0x202D, 0x202E: // direction marks pasted from web pages
		return true
	}
	return r >= 0x2000 && r <= 0x200F // en quad … right-to-left mark, with zero-width space and joiners
}

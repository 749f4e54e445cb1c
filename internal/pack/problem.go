package pack

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Pos is a place in a file of the pack. Columns count characters from 1.
type Pos struct {
	File      string
	Line, Col int
}

// String returns file:line:column.
func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Problem is one thing wrong with a pack, said to the person who wrote it.
type Problem struct {
	Pos
	Rule    string // the lint rule, or "yaml" for what the reader refuses
	Message string // Chinese, one sentence
	Source  string // the line of the file, without its end; may be empty
}

// String returns the problem as it is printed: the place and the sentence,
// then the line with a caret under the column.
func (p Problem) String() string {
	head := p.Pos.String() + ": " + p.Message
	if p.Source == "" || p.Col < 1 {
		return head
	}
	margin := fmt.Sprintf("%6d | ", p.Line)
	return head + "\n" + margin + p.Source + "\n" + strings.Repeat(" ", len(margin)-2) + "| " + caret(p.Source, p.Col)
}

// caret returns the blanks and the caret that stand under the col-th character
// of line. Under a wide glyph it sets an ideographic space, so that the two
// lines agree in any font in which wide glyphs share one width.
func caret(line string, col int) string {
	var b strings.Builder
	n := 1
	for _, r := range line {
		if n >= col {
			break
		}
		n++
		switch {
		case r == '\t':
			b.WriteByte('\t')
		case unicode.Is(unicode.Mn, r): // takes no room of its own
		case isWide(r):
			b.WriteRune('\u3000')
		default:
			b.WriteByte(' ')
		}
	}
	b.WriteByte('^')
	return b.String()
}

func isWide(r rune) bool {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return true
	case width.EastAsianAmbiguous: // “”—… are wide in Chinese fonts
		return r > 0x2000
	}
	return false
}

// Problems is every problem of a pack at once, in file order. It is the error
// that [Load] returns.
type Problems []Problem

// Error returns all problems, one after the other.
func (ps Problems) Error() string {
	parts := make([]string, len(ps))
	for i, p := range ps {
		parts[i] = p.String()
	}
	return strings.Join(parts, "\n")
}

func (ps Problems) sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	return slices.CompactFunc(ps, func(a, b Problem) bool { return a == b })
}

// nearest returns the known word closest to a mistyped one, or "" when none is
// near enough to be meant.
func nearest(word string, known []string) string {
	best, bestDistance := "", max(2, len(word)/3)+1
	for _, k := range known {
		if d := editDistance(word, k); d < bestDistance {
			best, bestDistance = k, d
		}
	}
	return best
}

func editDistance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range y {
			change := diagonal
			if r != s {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}

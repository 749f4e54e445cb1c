package rule

import (
	"fmt"
	"sort"
	"strings"

	"golang.org/x/text/width"

	"ballast/internal/fault"
)

// Issue is one thing wrong with an expression.
type Issue struct {
	Line    int    // from 1
	Column  int    // from 1, counted in characters (not bytes, not screen cells)
	Message string // Chinese sentence
	Hint    string // what to do, Chinese; may be empty
	Snippet string // the source line and a caret line beneath it
}

// String formats the issue as line:column: message（hint） and the snippet.
func (i Issue) String() string {
	s := fmt.Sprintf("%d:%d: %s", i.Line, i.Column, i.Message)
	if i.Hint != "" {
		s += "（" + i.Hint + "）"
	}
	return s + "\n" + i.Snippet
}

// Error is everything wrong with one expression, in reading order. It unwraps
// to a fault of kind Invalid whose sentence is the first issue's, so that it
// can pass through any door.
type Error struct {
	Source string
	Issues []Issue
}

// Error returns all issues, one after the other.
func (e *Error) Error() string {
	parts := make([]string, len(e.Issues))
	for i, issue := range e.Issues {
		parts[i] = issue.String()
	}
	return strings.Join(parts, "\n")
}

// Unwrap returns the fault that stands for e.
func (e *Error) Unwrap() error {
	if len(e.Issues) == 0 {
		return fault.New(fault.Invalid, "公式有误")
	}
	first := e.Issues[0]
	f := fault.New(fault.Invalid, "公式第 %d 行第 %d 列：%s", first.Line, first.Column, first.Message)
	if first.Hint != "" {
		return f.WithHint("%s", first.Hint)
	}
	return f
}

// issues collects what is wrong, by rune offset in the original source.
type issues struct {
	src  []rune
	list []located
}

type located struct {
	at    int
	issue Issue
}

// add records an issue at a rune offset. A second issue at the same place is
// dropped: it is the echo of the first.
func (s *issues) add(at int, hint, format string, args ...any) {
	at = max(0, min(at, len(s.src)))
	for _, l := range s.list {
		if l.at == at {
			return
		}
	}
	line, col, text := locate(s.src, at)
	s.list = append(s.list, located{at, Issue{
		Line: line, Column: col, Message: fmt.Sprintf(format, args...), Hint: hint,
		Snippet: caret(text, col),
	}})
}

// hint sets the hint of the issue at a rune offset.
func (s *issues) hint(at int, hint string) {
	for i := range s.list {
		if s.list[i].at == at {
			s.list[i].issue.Hint = hint
		}
	}
}

// err returns nil when nothing is wrong.
func (s *issues) err() error {
	if len(s.list) == 0 {
		return nil
	}
	sort.SliceStable(s.list, func(i, j int) bool { return s.list[i].at < s.list[j].at })
	e := &Error{Source: string(s.src)}
	for _, l := range s.list {
		e.Issues = append(e.Issues, l.issue)
	}
	return e
}

// locate turns a rune offset into line, column and the text of the line.
func locate(src []rune, at int) (line, col int, text string) {
	line, start := 1, 0
	for i := 0; i < at; i++ {
		if src[i] == '\n' {
			line++
			start = i + 1
		}
	}
	end := start
	for end < len(src) && src[end] != '\n' {
		end++
	}
	return line, at - start + 1, strings.TrimRight(string(src[start:end]), "\r")
}

// caret draws the line and, beneath the given column, a caret. Under a wide
// character stands an ideographic space, so that the caret is right on a
// screen where Chinese characters take two cells.
func caret(text string, col int) string {
	var b strings.Builder
	b.WriteString(" | " + strings.ReplaceAll(text, "\t", " ") + "\n | ")
	n := 1
	for _, r := range text {
		if n == col {
			break
		}
		n++
		if isWide(r) {
			b.WriteRune('　')
		} else {
			b.WriteByte(' ')
		}
	}
	b.WriteByte('^')
	return b.String()
}

// isWide reports whether r takes two cells on an East Asian screen.
func isWide(r rune) bool {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return true
	}
	return false
}

package pack

import (
	"strings"
	"testing"
)

// The caret line is held against the source line cell by cell: wide glyphs take
// two cells on both lines.
func TestCaretStandsUnderTheColumn(t *testing.T) {
	for _, c := range []struct {
		line string
		col  int
		want string
	}{
		{"abc", 1, "^"},
		{"abc", 3, "  ^"},
		{"亩均税收: x", 7, "\u3000\u3000\u3000\u3000  ^"},
		{"\tkey", 2, "\t^"},
		{"ａ１x", 3, "\u3000\u3000^"},
		{"“x", 2, "\u3000^"},
		{"e\u0301x", 3, " ^"}, // a combining accent takes no room
		{"ab", 9, "  ^"},      // beyond the end
	} {
		if got := caret(c.line, c.col); got != c.want {
			t.Errorf("caret(%q, %d) = %q, want %q", c.line, c.col, got, c.want)
		}
	}
}

func TestAProblemShowsItsLine(t *testing.T) {
	p := Problem{Pos: Pos{"a.yaml", 12, 5}, Message: "错了", Source: "键: 值"}
	want := "a.yaml:12:5: 错了\n    12 | 键: 值\n       | \u3000  \u3000^"
	if got := p.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestProblemsComeInFileOrderWithoutRepeats(t *testing.T) {
	list := Problems{{Pos: Pos{"b", 1, 1}, Message: "x"}, {Pos: Pos{"a", 9, 1}, Message: "x"}, {Pos: Pos{"a", 2, 5}, Message: "x"}, {Pos: Pos{"a", 2, 5}, Message: "x"}}.sorted()
	if got := strings.ReplaceAll(list.Error(), "\n", " "); got != "a:2:5: x a:9:1: x b:1:1: x" {
		t.Errorf("got %q", got)
	}
}

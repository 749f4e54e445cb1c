package webtest

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// selector is the small part of CSS that scripts need: compound selectors of tag,
// #id, .class and [attr], [attr=value], [attr^=value], joined by blank or ">".
type selector []compound

type compound struct {
	tag, id string
	classes []string
	attrs   []attrTest
	child   bool // must be a direct child of what the compound before it matched
}

type attrTest struct{ name, op, value string }

func parseSelector(s string) (selector, error) {
	var out selector
	child := false
	for _, word := range strings.Fields(strings.ReplaceAll(s, ">", " > ")) {
		if word == ">" {
			child = true
			continue
		}
		c, err := parseCompound(word)
		if err != nil {
			return nil, fmt.Errorf("selector %q: %w", s, err)
		}
		c.child = child
		child = false
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("selector %q is empty", s)
	}
	return out, nil
}

func parseCompound(s string) (compound, error) {
	var c compound
	for s != "" {
		kind := s[0]
		rest := s
		if strings.IndexByte("#.[", kind) >= 0 {
			rest = s[1:]
		}
		end := strings.IndexAny(rest, "#.[")
		if kind == '[' {
			end = strings.IndexByte(rest, ']')
			if end < 0 {
				return c, fmt.Errorf("%q has no ]", s)
			}
			c.attrs = append(c.attrs, parseAttr(rest[:end]))
			s = rest[end+1:]
			continue
		}
		if end < 0 {
			end = len(rest)
		}
		name := rest[:end]
		s = rest[end:]
		switch {
		case name == "":
			return c, fmt.Errorf("a name is missing")
		case kind == '#':
			c.id = name
		case kind == '.':
			c.classes = append(c.classes, name)
		default:
			c.tag = name
		}
	}
	return c, nil
}

func parseAttr(s string) attrTest {
	for _, op := range []string{"^=", "*=", "="} {
		if name, value, ok := strings.Cut(s, op); ok {
			return attrTest{name, op, strings.Trim(value, `"'`)}
		}
	}
	return attrTest{name: s}
}

func (c compound) matches(n *html.Node) bool {
	if n.Type != html.ElementNode || c.tag != "" && c.tag != "*" && n.Data != c.tag {
		return false
	}
	if c.id != "" && attr(n, "id") != c.id {
		return false
	}
	classes := strings.Fields(attr(n, "class"))
	for _, want := range c.classes {
		if !slices.Contains(classes, want) {
			return false
		}
	}
	for _, a := range c.attrs {
		if !a.matches(n) {
			return false
		}
	}
	return true
}

func (a attrTest) matches(n *html.Node) bool {
	for _, have := range n.Attr {
		if have.Key != a.name {
			continue
		}
		switch a.op {
		case "=":
			return have.Val == a.value
		case "^=":
			return strings.HasPrefix(have.Val, a.value)
		case "*=":
			return strings.Contains(have.Val, a.value)
		}
		return true
	}
	return false
}

func (s selector) matches(n *html.Node) bool {
	last := len(s) - 1
	if !s[last].matches(n) {
		return false
	}
	if last == 0 {
		return true
	}
	for up := n.Parent; up != nil; up = up.Parent {
		if s[:last].matches(up) {
			return true
		}
		if s[last].child {
			return false
		}
	}
	return false
}

// find returns every element of the document that matches, in document order.
func (s selector) find(root *html.Node) []*html.Node {
	var out []*html.Node
	for n := range root.Descendants() {
		if s.matches(n) {
			out = append(out, n)
		}
	}
	return out
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// text returns what a reader sees of n, blanks folded into one.
func text(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
		case n.Type == html.ElementNode && (n.Data == "script" || n.Data == "style" || n.Data == "noscript"):
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		if n.Type == html.ElementNode && n.Data != "b" && n.Data != "span" && n.Data != "a" && n.Data != "small" {
			b.WriteByte(' ')
		}
	}
	walk(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

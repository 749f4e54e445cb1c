package index

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Problem is one fault of a specification or table, at its place.
type Problem struct {
	File         string
	Line, Column int // 0 when the place is the file as a whole
	Message      string
}

// String gives file:line:column: message.
func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Message
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
}

// Problems is every fault found, in file order.
type Problems []Problem

// Error lists the faults one per line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// reporter collects the faults of one file.
type reporter struct {
	file     string
	problems Problems
}

func (r *reporter) at(n *yaml.Node, format string, args ...any) {
	p := Problem{File: r.file, Message: fmt.Sprintf(format, args...)}
	if n != nil {
		p.Line, p.Column = n.Line, n.Column
	}
	r.problems = append(r.problems, p)
}

// fields reads one mapping strictly: a key nobody asked for is a fault, and so
// is a value of the wrong sort.
type fields struct {
	rep   *reporter
	node  *yaml.Node
	keys  map[string]*yaml.Node // key -> value
	names map[string]*yaml.Node // key -> key node, for its place
	known []string
}

func newFields(rep *reporter, n *yaml.Node) *fields {
	f := &fields{rep: rep, node: n, keys: map[string]*yaml.Node{}, names: map[string]*yaml.Node{}}
	if n.Kind != yaml.MappingNode {
		rep.at(n, "这里应是“键: 值”的一组设置")
		return f
	}
	for i := 0; i < len(n.Content); i += 2 {
		k := n.Content[i].Value
		if _, dup := f.keys[k]; dup {
			rep.at(n.Content[i], "“%s”重复", k)
		}
		f.keys[k], f.names[k] = n.Content[i+1], n.Content[i]
	}
	return f
}

// take returns the value of a key and marks it known.
func (f *fields) take(key string) *yaml.Node {
	f.known = append(f.known, key)
	return f.keys[key]
}

// finish reports the keys nobody asked for.
func (f *fields) finish() {
	for i := 0; f.node.Kind == yaml.MappingNode && i < len(f.node.Content); i += 2 {
		k := f.node.Content[i]
		if !slices.Contains(f.known, k.Value) {
			f.rep.at(k, "不认识的设置“%s”，可用：%s", k.Value, strings.Join(f.known, "、"))
		}
	}
}

func (f *fields) text(key, def string) string {
	n := f.take(key)
	if n == nil {
		return def
	}
	if n.Kind != yaml.ScalarNode {
		f.rep.at(n, "“%s”应是一个词", key)
		return def
	}
	return n.Value
}

// required is text that must be there.
func (f *fields) required(key string) string {
	s := f.text(key, "")
	if s == "" {
		f.rep.at(f.node, "缺少“%s”", key)
	}
	return s
}

// choice is text from a list.
func (f *fields) choice(key, def string, allowed ...string) string {
	s := f.text(key, def)
	if !slices.Contains(allowed, s) {
		f.rep.at(f.keys[key], "“%s”不能是“%s”，可用：%s", key, s, strings.Join(allowed, "、"))
		return def
	}
	return s
}

func (f *fields) number(key string, def float64) float64 {
	n := f.take(key)
	if n == nil {
		return def
	}
	v, err := parseNumber(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		f.rep.at(n, "“%s”应是一个数", key)
		return def
	}
	return v
}

func (f *fields) whole(key string, def int) int {
	v := f.number(key, float64(def))
	if v != math.Trunc(v) || math.Abs(v) > 1<<31 {
		f.rep.at(f.keys[key], "“%s”应是整数", key)
		return def
	}
	return int(v)
}

func (f *fields) flag(key string, def bool) bool {
	n := f.take(key)
	if n == nil {
		return def
	}
	var b bool
	if n.Decode(&b) != nil {
		f.rep.at(n, "“%s”应是 true 或 false", key)
		return def
	}
	return b
}

// list returns the items of a sequence; one scalar counts as a list of one.
func (f *fields) list(key string) []*yaml.Node {
	n := f.take(key)
	switch {
	case n == nil:
		return nil
	case n.Kind == yaml.SequenceNode:
		return n.Content
	case n.Kind == yaml.ScalarNode:
		return []*yaml.Node{n}
	}
	f.rep.at(n, "“%s”应是一个列表", key)
	return nil
}

func (f *fields) texts(key string) []string {
	var out []string
	for _, n := range f.list(key) {
		if n.Kind != yaml.ScalarNode {
			f.rep.at(n, "“%s”的每一项应是一个词", key)
			continue
		}
		out = append(out, n.Value)
	}
	return out
}

func (f *fields) numbers(key string) []float64 {
	var out []float64
	for _, n := range f.list(key) {
		v, err := parseNumber(n.Value)
		if n.Kind != yaml.ScalarNode || err != nil {
			f.rep.at(n, "“%s”的每一项应是一个数", key)
			continue
		}
		out = append(out, v)
	}
	return out
}

// entry is one key of a mapping, in file order.
type entry struct {
	key  string
	at   *yaml.Node
	node *yaml.Node
}

func (f *fields) entries(key string) []entry {
	n := f.take(key)
	if n == nil {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		f.rep.at(n, "“%s”应是“代码: 设置”的一组", key)
		return nil
	}
	var out []entry
	for i := 0; i < len(n.Content); i += 2 {
		out = append(out, entry{n.Content[i].Value, n.Content[i], n.Content[i+1]})
	}
	return out
}

// parseNumber reads a finite number; a fraction such as 1/3 is allowed, because
// judgement matrices are written that way.
func parseNumber(s string) (float64, error) {
	if a, b, ok := strings.Cut(s, "/"); ok {
		x, err := parseNumber(a)
		if err != nil {
			return 0, err
		}
		y, err := parseNumber(b)
		if err != nil || y == 0 {
			return 0, fmt.Errorf("not a fraction: %q", s)
		}
		return x / y, nil
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("not a number: %q", s)
	}
	return v, nil
}

package pack

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ballast/internal/period"

	"gopkg.in/yaml.v3"
)

// object reads one mapping strictly. Every accessor names a key it knows; done
// reports the keys nobody asked for. Accessors never stop: they record the
// problem and return a zero value, so that one reading finds every problem.
type object struct {
	src    *source
	node   *yaml.Node
	values map[string]*yaml.Node
	keys   []*yaml.Node
	known  []string
}

func newObject(src *source, n *yaml.Node) *object {
	o := &object{src: src, node: n, values: map[string]*yaml.Node{}}
	where := map[string]Pos{}
	src.places[src.at(n)] = where
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			src.failAt("yaml", key, "键只能是一个词")
			continue
		}
		if _, dup := o.values[key.Value]; dup {
			src.failAt("yaml", key, "键“%s”写了两次", key.Value)
			continue
		}
		o.values[key.Value] = value
		where[key.Value] = src.at(value)
		o.keys = append(o.keys, key)
	}
	return o
}

// pos is where the object begins.
func (o *object) pos() Pos { return o.src.at(o.node) }

func (s *source) at(n *yaml.Node) Pos { return Pos{s.name, n.Line, n.Column} }

// posOf is where the value of a key begins, or the object when it is absent.
func (o *object) posOf(key string) Pos {
	if n, ok := o.values[key]; ok {
		return o.src.at(n)
	}
	return o.pos()
}

func (o *object) has(key string) bool {
	o.learn(key)
	_, ok := o.values[key]
	return ok
}

func (o *object) learn(key string) {
	if !slices.Contains(o.known, key) {
		o.known = append(o.known, key)
	}
}

// optional returns the value node of a key, nil when absent.
func (o *object) optional(key string) *yaml.Node {
	o.learn(key)
	return o.values[key]
}

// require returns the value node of a key and reports when it is absent.
func (o *object) require(key string) *yaml.Node {
	n := o.optional(key)
	if n == nil {
		o.src.failAt("yaml", o.node, "缺少“%s”", key)
	}
	return n
}

// done reports the keys that no accessor asked for.
func (o *object) done() {
	for _, k := range o.keys {
		if slices.Contains(o.known, k.Value) {
			continue
		}
		if v := o.values[k.Value]; v.Tag == "!!null" && v.Value == "" && !keyForm.MatchString(k.Value) {
			o.src.failAt("yaml", k, "“%s”像是上一项文字里逗号后面的部分，含逗号的文字请加引号", k.Value)
			continue
		}
		if near := nearest(k.Value, o.known); near != "" {
			o.src.failAt("yaml", k, "不认识的键“%s”，是不是“%s”？", k.Value, near)
			continue
		}
		o.src.failAt("yaml", k, "不认识的键“%s”，这里可用：%s", k.Value, strings.Join(o.known, "、"))
	}
}

// text returns a required text that is not blank.
func (o *object) text(key string) string {
	n := o.require(key)
	if n == nil {
		return ""
	}
	s, ok := o.src.textOf(n, key)
	if ok && strings.TrimSpace(s) == "" {
		o.src.failAt("yaml", n, "“%s”不能是空的", key)
	}
	return s
}

// textOr returns an optional text.
func (o *object) textOr(key, otherwise string) string {
	n := o.optional(key)
	if n == nil {
		return otherwise
	}
	s, _ := o.src.textOf(n, key)
	return s
}

func (s *source) textOf(n *yaml.Node, key string) (string, bool) {
	if n.Kind != yaml.ScalarNode {
		s.failAt("yaml", n, "“%s”应是一段文字", key)
		return "", false
	}
	if n.Tag != "!!str" {
		s.failAt("yaml", n, "“%s”应是文字，%s 请加引号", key, n.Value)
		return "", false
	}
	return n.Value, true
}

var keyForm = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// key returns a required identifier: lower-case letters, digits and underscores.
func (o *object) key(key string) string {
	s := o.text(key)
	if s != "" && !keyForm.MatchString(s) {
		o.src.failAt("yaml", o.values[key], "“%s”只能用小写字母、数字和下划线，并以字母开头，现在是“%s”", key, s)
	}
	return s
}

var idForm = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)

// id returns a required identifier in which hyphens are allowed.
func (o *object) id(key string) string {
	s := o.text(key)
	if s != "" && !idForm.MatchString(s) {
		o.src.failAt("yaml", o.values[key], "“%s”只能用小写字母、数字、连字符和下划线，并以字母开头，现在是“%s”", key, s)
	}
	return s
}

// number returns a required finite number.
func (o *object) number(key string) float64 {
	n := o.require(key)
	if n == nil {
		return 0
	}
	v, _ := o.src.numberOf(n, key)
	return v
}

// numberOr returns an optional number.
func (o *object) numberOr(key string, otherwise float64) float64 {
	n := o.optional(key)
	if n == nil {
		return otherwise
	}
	v, _ := o.src.numberOf(n, key)
	return v
}

func (s *source) numberOf(n *yaml.Node, key string) (float64, bool) {
	v, err := strconv.ParseFloat(n.Value, 64)
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" && n.Tag != "!!float" || err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		s.failAt("yaml", n, "“%s”应是数，现在是“%s”", key, n.Value)
		return 0, false
	}
	return v, true
}

// limit returns a number or the word none, which must be written out: a cap
// that nobody decided on is not the same as no cap.
func (o *object) limit(key string) Limit {
	n := o.require(key)
	if n == nil {
		return Limit{}
	}
	return o.src.limitOf(n, key)
}

func (o *object) limitOr(key string) Limit {
	n := o.optional(key)
	if n == nil {
		return Limit{}
	}
	return o.src.limitOf(n, key)
}

func (s *source) limitOf(n *yaml.Node, key string) Limit {
	if n.Kind == yaml.ScalarNode && n.Value == "none" {
		return Limit{}
	}
	v, ok := s.numberOf(n, key)
	if !ok {
		return Limit{}
	}
	return Limit{Set: true, Value: v}
}

// integer returns a required whole number within bounds.
func (o *object) integer(key string, lowest, highest int) int {
	n := o.require(key)
	if n == nil {
		return lowest
	}
	return o.src.integerOf(n, key, lowest, highest)
}

func (o *object) integerOr(key string, otherwise, lowest, highest int) int {
	n := o.optional(key)
	if n == nil {
		return otherwise
	}
	return o.src.integerOf(n, key, lowest, highest)
}

func (s *source) integerOf(n *yaml.Node, key string, lowest, highest int) int {
	v, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" || err != nil {
		s.failAt("yaml", n, "“%s”应是整数，现在是“%s”", key, n.Value)
		return lowest
	}
	if v < lowest || v > highest {
		s.failAt("yaml", n, "“%s”应在 %d—%d 之间，现在是 %d", key, lowest, highest, v)
		return lowest
	}
	return v
}

// flag returns a required true or false.
func (o *object) flag(key string) bool {
	n := o.require(key)
	return n != nil && o.src.flagOf(n, key)
}

func (o *object) flagOr(key string, otherwise bool) bool {
	n := o.optional(key)
	if n == nil {
		return otherwise
	}
	return o.src.flagOf(n, key)
}

func (s *source) flagOf(n *yaml.Node, key string) bool {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
		s.failAt("yaml", n, "“%s”应是 true 或 false，现在是“%s”", key, n.Value)
		return false
	}
	return n.Value == "true" || n.Value == "True" || n.Value == "TRUE"
}

// day returns a required date.
func (o *object) day(key string) period.Day {
	n := o.require(key)
	if n == nil {
		return period.Day{}
	}
	return o.src.dayOf(n, key)
}

func (o *object) dayOr(key string) period.Day {
	n := o.optional(key)
	if n == nil {
		return period.Day{}
	}
	return o.src.dayOf(n, key)
}

func (s *source) dayOf(n *yaml.Node, key string) period.Day {
	d, err := period.ParseDay(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		s.failAt("yaml", n, "“%s”应是 2025-07-01 这样的日期，现在是“%s”", key, n.Value)
	}
	return d
}

// choice returns the position of a required word in a list of allowed words;
// 0 when it is absent or wrong.
func (o *object) choice(key string, allowed []string) int {
	n := o.require(key)
	if n == nil {
		return 0
	}
	return o.src.choiceOf(n, key, allowed)
}

func (o *object) choiceOr(key string, otherwise int, allowed []string) int {
	n := o.optional(key)
	if n == nil {
		return otherwise
	}
	return o.src.choiceOf(n, key, allowed)
}

func (s *source) choiceOf(n *yaml.Node, key string, allowed []string) int {
	if n.Kind == yaml.ScalarNode {
		if i := slices.Index(allowed, n.Value); i >= 0 {
			return i
		}
	}
	s.failAt("yaml", n, "“%s”只能是 %s 之一，现在是“%s”", key, strings.Join(allowed, "、"), n.Value)
	return 0
}

// items returns the nodes of an optional list.
func (o *object) items(key string) []*yaml.Node {
	n := o.optional(key)
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		o.src.failAt("yaml", n, "“%s”应是列表", key)
		return nil
	}
	return n.Content
}

// each reads an optional list of mappings, one call an entry.
func (o *object) each(key string, read func(*object)) {
	for _, n := range o.items(key) {
		if c, ok := o.src.objectOf(n, key); ok {
			read(c)
			c.done()
		}
	}
}

// inner reads an optional mapping and reports whether it is there.
func (o *object) inner(key string, read func(*object)) bool {
	n := o.optional(key)
	if n == nil {
		return false
	}
	c, ok := o.src.objectOf(n, key)
	if ok {
		read(c)
		c.done()
	}
	return ok
}

// entries reads an optional mapping whose keys are the writer's own.
func (o *object) entries(key string, read func(name string, at, value *yaml.Node)) {
	n := o.optional(key)
	if n == nil {
		return
	}
	c, ok := o.src.objectOf(n, key)
	if !ok {
		return
	}
	for _, k := range c.keys {
		read(k.Value, k, c.values[k.Value])
	}
}

func (s *source) objectOf(n *yaml.Node, key string) (*object, bool) {
	if n.Kind != yaml.MappingNode {
		s.failAt("yaml", n, "“%s”应是“键: 值”", key)
		return nil, false
	}
	return newObject(s, n), true
}

// texts returns an optional list of texts.
func (o *object) texts(key string) []string {
	var out []string
	for _, n := range o.items(key) {
		if t, ok := o.src.textOf(n, key); ok {
			out = append(out, t)
		}
	}
	return out
}

// expr returns a required expression with its place.
func (o *object) expr(key string) Expr {
	n := o.require(key)
	if n == nil {
		return Expr{}
	}
	return o.src.exprOf(n, key)
}

func (o *object) exprOr(key string) Expr {
	n := o.optional(key)
	if n == nil {
		return Expr{}
	}
	return o.src.exprOf(n, key)
}

// exprOf reads an expression. A lone true, false or number is one as well.
func (s *source) exprOf(n *yaml.Node, key string) Expr {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || strings.TrimSpace(n.Value) == "" {
		s.failAt("yaml", n, "“%s”应是一个表达式", key)
		return Expr{}
	}
	e := Expr{Text: n.Value, At: s.at(n)}
	switch n.Style {
	case yaml.DoubleQuotedStyle, yaml.SingleQuotedStyle:
		e.shift = 1
	case yaml.LiteralStyle, yaml.FoldedStyle:
		e.block, e.indent = true, s.indentOf(n.Line)
	}
	return e
}

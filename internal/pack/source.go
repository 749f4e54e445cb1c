package pack

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// source is one YAML file with its lines, for messages that show them.
type source struct {
	name   string
	lines  []string
	log    *Problems
	places places
}

// places remembers where the values of each mapping stand: the place of the
// mapping, then the key. Lint rules point with it at the very word they mean.
type places map[Pos]map[string]Pos

func newSource(name string, raw []byte, log *Problems, where places) *source {
	text := strings.TrimPrefix(string(raw), "\ufeff")
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\r")
	}
	return &source{name: name, lines: lines, log: log, places: where}
}

func (s *source) line(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	return s.lines[n-1]
}

// fail records one problem at a place.
func (s *source) fail(rule string, at Pos, format string, args ...any) {
	*s.log = append(*s.log, Problem{Pos: at, Rule: rule, Message: fmt.Sprintf(format, args...), Source: s.line(at.Line)})
}

func (s *source) failAt(rule string, n *yaml.Node, format string, args ...any) {
	s.fail(rule, s.at(n), format, args...)
}

var syntaxLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// syntaxWords says in Chinese what the YAML reader says most often.
var syntaxWords = []struct{ english, chinese string }{
	{"mapping values are not allowed", "这里不能再出现“键: 值”，多半是缩进不齐或冒号后的文字没有加引号"},
	{"did not find expected key", "缩进不齐，或上一行没有写完"},
	{"did not find expected '-' indicator", "列表的缩进不齐"},
	{"found character that cannot start any token", "行首有制表符或不能开头的符号"},
	{"found a tab character", "缩进用了制表符，请改成空格"},
	{"could not find expected ':'", "缺少冒号"},
	{"did not find expected ',' or ']'", "方括号没有配对"},
	{"did not find expected ',' or '}'", "花括号没有配对"},
	{"unknown anchor", "引用了没有定义的锚点；数据包不支持锚点和引用，请把内容写全"},
	{"found unexpected end of stream", "引号没有配对"},
	{"control characters are not allowed", "含有不可见的控制字符"},
	{"invalid leading UTF-8 octet", "不是 UTF-8 编码，请另存为 UTF-8"},
	{"incomplete UTF-8 octet", "不是 UTF-8 编码，请另存为 UTF-8"},
	{"invalid trailing UTF-8 octet", "不是 UTF-8 编码，请另存为 UTF-8"},
}

func (s *source) failSyntax(err error) {
	line, words := 1, err.Error()
	if m := syntaxLine.FindStringSubmatch(words); m != nil {
		if n, e := strconv.Atoi(m[1]); e == nil {
			line = n
		}
		words = m[2]
	}
	for _, w := range syntaxWords {
		if strings.Contains(words, w.english) {
			words = w.chinese
			break
		}
	}
	text := s.line(line)
	col := utf8.RuneCountInString(text) - utf8.RuneCountInString(strings.TrimLeft(text, " \t")) + 1
	s.fail("yaml", Pos{s.name, line, col}, "YAML 写法有误：%s", words)
}

// parse reads exactly one YAML document whose top is a mapping. Anchors,
// aliases and merge keys are refused: what a file says must be readable where
// it says it.
func (s *source) parse() (*object, bool) {
	dec := yaml.NewDecoder(strings.NewReader(strings.Join(s.lines, "\n")))
	var doc yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		s.fail("yaml", Pos{s.name, 1, 1}, "文件是空的")
		return nil, false
	case err != nil:
		s.failSyntax(err)
		return nil, false
	}
	var more yaml.Node
	switch err := dec.Decode(&more); {
	case err == nil:
		s.failAt("yaml", &more, "一个文件只能有一份文档，“---”之后的内容请另存为文件")
	case !errors.Is(err, io.EOF):
		s.failSyntax(err)
	}
	top := doc.Content[0]
	if !s.plain(top) {
		return nil, false
	}
	if top.Kind != yaml.MappingNode {
		s.failAt("yaml", top, "文件的最外层应是“键: 值”")
		return nil, false
	}
	return newObject(s, top), true
}

// plain refuses anchors, aliases, merge keys and custom tags anywhere below n.
func (s *source) plain(n *yaml.Node) bool {
	ok := true
	refuse := func(format string, args ...any) {
		s.failAt("yaml", n, format, args...)
		ok = false
	}
	switch {
	case n.Kind == yaml.AliasNode:
		refuse("不支持引用“*%s”，请把内容写全", n.Value)
		return false
	case n.Anchor != "":
		refuse("不支持锚点“&%s”，请把内容写全", n.Anchor)
	case n.Tag == "!!merge":
		refuse("不支持合并键“<<”，请把内容写全")
	case strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!"):
		refuse("不支持标签“%s”", n.Tag)
	}
	for _, c := range n.Content {
		ok = s.plain(c) && ok
	}
	return ok
}

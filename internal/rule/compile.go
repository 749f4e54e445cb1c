package rule

import (
	"errors"
	"fmt"
	"regexp"
	"sort"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"

	"ballast/internal/fault"
)

// Program is a compiled expression. It is immutable and safe for concurrent
// use.
type Program struct {
	schema *Schema
	source string
	root   *node
	fields []int // used, in order of name
	blame  map[int64]code
	env    *cel.Env
	ast    *cel.Ast
	row    cel.Program

	traceOnce sync.Once
	trace     cel.Program // row evaluation that keeps every intermediate value
	traceErr  error

	planOnce sync.Once
	plan     *plan
	pool     scratchPool
}

// Compile checks src against schema and compiles it. The expression must yield
// want; Any accepts every type. A non-nil error is an [*Error] that lists
// everything wrong with the expression, except for defects of the engine
// itself, which are faults of kind Internal.
func Compile(schema *Schema, src string, want Type) (*Program, error) {
	bad := &issues{src: []rune(src)}
	if len(src) > schema.limits.Bytes {
		bad.add(0, "把公式拆成几个指标", "公式太长：%d 字节，最多 %d 字节", len(src), schema.limits.Bytes)
		return nil, bad.err()
	}
	if strings.TrimSpace(src) == "" {
		bad.add(0, "", "公式是空的")
		return nil, bad.err()
	}
	prep := prepare(schema, bad.src, bad)
	if err := bad.err(); err != nil {
		return nil, err
	}
	env, err := schema.environment()
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "规则引擎初始化失败")
	}
	parsed, iss := env.Parse(string(prep.text))
	if iss.Err() != nil {
		parseIssues(prep, iss, bad)
		return nil, bad.err()
	}
	c := &checker{
		schema: schema, info: parsed.NativeRep().SourceInfo(), prep: prep, bad: bad,
		fac: ast.NewExprFactory(), used: map[int]bool{},
	}
	root := c.expr(parsed.NativeRep().Expr(), 1)
	if len(bad.list) == 0 && want != Any && root.kind != nBad && root.typ != want && root.typ != Any {
		bad.add(0, "", "公式应得出%s，这里得出%s", want, root.typ)
	}
	if err := bad.err(); err != nil {
		return nil, err
	}
	return link(schema, src, root, parsed, c.used)
}

// link has CEL check and plan the tree. Our own checks are stricter than
// CEL's, so CEL objecting is a defect of the engine.
func link(schema *Schema, src string, root *node, parsed *cel.Ast, used map[int]bool) (*Program, error) {
	p := &Program{schema: schema, source: src, root: root, env: schema.env, blame: map[int64]code{}}
	checked, iss := schema.env.Check(parsed)
	if iss.Err() != nil {
		return nil, fault.Wrap(fault.Internal, iss.Err(), "公式未能通过引擎检查")
	}
	p.ast = checked
	row, err := schema.env.Program(checked, cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "公式未能编译")
	}
	p.row = row
	for i := range used {
		p.fields = append(p.fields, i)
	}
	sort.Slice(p.fields, func(i, j int) bool {
		return schema.fields[p.fields[i]].Name < schema.fields[p.fields[j]].Name
	})
	root.walk(func(n *node) {
		if n.blame != noField {
			p.blame[n.id] = newCode(DivideByZero, n.blame)
		}
	})
	return p, nil
}

// walk visits n and everything below it, parents first.
func (n *node) walk(visit func(*node)) {
	visit(n)
	for _, a := range n.args {
		a.walk(visit)
	}
}

// Source returns the expression as it was written.
func (p *Program) Source() string { return p.source }

// Type returns the type of the result.
func (p *Program) Type() Type { return p.root.typ }

// Schema returns the schema p was compiled against.
func (p *Program) Schema() *Schema { return p.schema }

// Fields returns the names of the fields the expression uses, sorted.
func (p *Program) Fields() []string {
	names := make([]string, len(p.fields))
	for i, f := range p.fields {
		names[i] = p.schema.fields[f].Name
	}
	return names
}

// String returns the expression in one canonical spelling with Chinese labels.
func (p *Program) String() string { return p.root.describe(p.schema) }

// parseIssues translates the parser's messages. They come from a generated
// parser and speak of tokens; what matters is the place.
func parseIssues(prep *prepared, iss *cel.Issues, bad *issues) {
	for _, e := range iss.Errors() {
		at := prep.offset(e.Location.Line(), e.Location.Column())
		message, hint := parseMessage(e.Message)
		if at >= len(prep.text) && strings.HasPrefix(e.Message, "Syntax error") {
			message, hint = "公式到此突然结束，后面还缺内容", ""
		}
		bad.add(prep.at(at), hint, "%s", message)
	}
}

// offset returns the offset of line (from 1) and column (from 0).
func (p *prepared) offset(line, column int) int {
	at := 0
	for ; line > 1 && at < len(p.text); at++ {
		if p.text[at] == '\n' {
			line--
		}
	}
	return at + column
}

var quotedToken = regexp.MustCompile(`(?:input|at:?) '((?:[^'\\]|\\.|'[^ ])*)'`)

// parseMessage words one message of the parser.
func parseMessage(text string) (message, hint string) {
	token := ""
	if m := quotedToken.FindStringSubmatch(text); m != nil {
		token = m[1]
	}
	switch {
	case strings.Contains(text, "recursion limit"):
		return "括号嵌套太深", "把公式拆成几个指标"
	case strings.Contains(text, "reserved identifier"):
		return "用了保留字", "换一个字段名"
	case strings.Contains(text, "invalid int literal"), strings.Contains(text, "invalid double literal"),
		strings.Contains(text, "invalid uint literal"):
		return "数字写法有误或超出范围", ""
	case strings.Contains(text, "missing ')'"):
		return "缺少右括号 )", ""
	case strings.Contains(text, "missing ']'"):
		return "缺少右方括号 ]", ""
	case token != "" && token != "<EOF>":
		return fmt.Sprintf("此处不应出现“%s”", token), ""
	}
	return "此处写法有误", ""
}

// AsError returns the located issues in err's chain, nil when there are none.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

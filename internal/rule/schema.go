package rule

import (
	"sort"
	"strings"
	"sync"
	"unicode"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"ballast/internal/fault"
)

// Field is a variable that formulas may use.
type Field struct {
	Name  string // identifier in ASCII: tax_per_mu
	Type  Type
	Label string // Chinese name: 亩均税收. May be written in formulas in place of Name
	Unit  string // 万元/亩; "" for none
}

// Limits bound what one expression may cost. A rule that stays within them is
// evaluated in time linear in Nodes and in the length of its lists, so they are
// the cost limit of the language: there are no loops.
type Limits struct {
	Bytes int // length of the source in bytes
	Nodes int // operators, functions, fields and literals together
	Depth int // nesting
	List  int // elements of one list literal
}

// DefaultLimits are generous for what people write by hand and small for a
// machine: a rule at the limit takes some 50 µs a row.
func DefaultLimits() Limits {
	return Limits{Bytes: 16 << 10, Nodes: 2000, Depth: 64, List: 512}
}

// Schema is the set of fields that rules are compiled against. It is immutable
// and safe for concurrent use.
type Schema struct {
	fields  []Field
	index   map[string]int // by name
	labels  map[string]int // by label, where the label can be written in a formula and is unique
	limits  Limits
	missing []ref.Val // per field: the CEL value that stands for "missing"

	envOnce sync.Once
	env     *cel.Env
	envErr  error
}

// NewSchema returns a schema of the given fields under [DefaultLimits]. Faults
// of kind Invalid name the field: a bad or repeated name, no type.
func NewSchema(fields []Field) (*Schema, error) {
	return NewSchemaLimits(fields, DefaultLimits())
}

// NewSchemaLimits is [NewSchema] with limits of the caller's choice. Every
// limit must be positive.
func NewSchemaLimits(fields []Field, limits Limits) (*Schema, error) {
	if limits.Bytes <= 0 || limits.Nodes <= 0 || limits.Depth <= 0 || limits.List <= 0 {
		return nil, fault.New(fault.Invalid, "规则的各项限额都必须大于零")
	}
	if len(fields) > maxFields {
		return nil, fault.New(fault.TooLarge, "字段太多：%d 个，最多 %d 个", len(fields), maxFields)
	}
	s := &Schema{
		fields: append([]Field(nil), fields...),
		index:  make(map[string]int, len(fields)),
		labels: make(map[string]int, len(fields)),
		limits: limits,
	}
	for i, f := range s.fields {
		if err := checkField(f); err != nil {
			return nil, err
		}
		if _, dup := s.index[f.Name]; dup {
			return nil, fault.New(fault.Invalid, "字段“%s”重复", f.Name)
		}
		s.index[f.Name] = i
		s.missing = append(s.missing, missingVal(newCode(MissingField, i)))
	}
	s.indexLabels()
	return s, nil
}

func checkField(f Field) error {
	if !isName(f.Name) || reserved[f.Name] {
		return fault.New(fault.Invalid, "字段名“%s”不合规", f.Name).
			WithHint("字段名由英文字母、数字和下划线组成，不以数字开头，且不能是保留字")
	}
	if f.Type != Number && f.Type != Bool && f.Type != String {
		return fault.New(fault.Invalid, "字段“%s”没有类型", f.Name).WithHint("类型为数字、真假值或文字")
	}
	return nil
}

// indexLabels makes labels usable in formulas. A label shared by two fields is
// usable for neither: guessing would be worse than asking.
func (s *Schema) indexLabels() {
	for i, f := range s.fields {
		if !isLabelName(f.Label) {
			continue
		}
		if _, dup := s.labels[f.Label]; dup {
			s.labels[f.Label] = ambiguousLabel
			continue
		}
		s.labels[f.Label] = i
	}
}

// ambiguousLabel marks a label that several fields share.
const ambiguousLabel = -1

// Field returns the field of that name.
func (s *Schema) Field(name string) (Field, bool) {
	i, ok := s.index[name]
	if !ok {
		return Field{}, false
	}
	return s.fields[i], true
}

// Fields returns all fields in the order given to [NewSchema].
func (s *Schema) Fields() []Field { return append([]Field(nil), s.fields...) }

// Explain returns r in Chinese with the field's label.
func (s *Schema) Explain(r Reason) string {
	if f, ok := s.Field(r.Field); ok && f.Label != "" {
		return r.text(f.Label)
	}
	return r.String()
}

// reason unpacks a code.
func (s *Schema) reason(c code) Reason {
	r := Reason{Cause: Cause(c >> codeFieldBits)}
	if i := int(c&(1<<codeFieldBits-1)) - 1; i >= 0 && i < len(s.fields) {
		r.Field = s.fields[i].Name
	}
	return r
}

// label returns the Chinese name of field i, its code name when it has none.
func (s *Schema) label(i int) string {
	if s.fields[i].Label != "" {
		return s.fields[i].Label
	}
	return s.fields[i].Name
}

// nearest returns the names most like the unknown name, for "did you mean".
func (s *Schema) nearest(name string) []string {
	type near struct {
		text string
		dist int
	}
	var found []near
	limit := 1 + len([]rune(name))/3
	for _, f := range s.fields {
		for _, candidate := range []string{f.Name, f.Label} {
			if candidate == "" {
				continue
			}
			d := editDistance(name, candidate)
			if len(name) > 3 && strings.Contains(candidate, name) {
				d = 1 // a part of the right name: 亩均 for 亩均税收
			}
			if d <= limit {
				found = append(found, near{candidate, d})
			}
		}
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].dist < found[j].dist })
	var names []string
	for _, n := range found {
		if len(names) < 3 {
			names = append(names, n.text)
		}
	}
	return names
}

// editDistance is the Levenshtein distance between a and b in runes.
func editDistance(a, b string) int {
	x, y := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(x); i++ {
		diag := row[0]
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := diag
			if x[i-1] != y[j-1] {
				cost = 1 + min(diag, row[j], row[j-1])
			}
			diag, row[j] = row[j], cost
		}
	}
	return row[len(y)]
}

// reserved are the words CEL keeps for itself, and the English operators people
// try.
var reserved = map[string]bool{
	"as": true, "break": true, "const": true, "continue": true, "else": true, "false": true,
	"for": true, "function": true, "if": true, "import": true, "in": true, "let": true,
	"loop": true, "package": true, "namespace": true, "null": true, "return": true,
	"true": true, "var": true, "void": true, "while": true,
	"and": true, "or": true, "not": true,
}

// isName reports whether s is an identifier of the language.
func isName(s string) bool {
	for i, r := range s {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

// isLabelName reports whether a label can be written as a name in a formula:
// letters, digits and underscores of any script, with at least one that is not
// ASCII.
func isLabelName(s string) bool {
	wide := false
	for i, r := range s {
		if !isWordRune(r) || i == 0 && unicode.IsDigit(r) {
			return false
		}
		wide = wide || r > unicode.MaxASCII
	}
	return wide
}

// isWordRune reports whether r may stand inside a name or label.
func isWordRune(r rune) bool {
	return r == '_' || unicode.IsLetter(r) && !isFullWidthASCII(r) || r >= '0' && r <= '9'
}

// isFullWidthASCII reports whether r is the full-width form of an ASCII
// character (Ａ, １, ＞).
func isFullWidthASCII(r rune) bool { return r >= 0xFF01 && r <= 0xFF5E }

// missingVal is the CEL value of a missing operand. CEL carries errors exactly
// as missing values must travel: strict functions return their first erroneous
// argument, && and || absorb an error where the other side decides. The error
// is given a node id so that CEL does not write one into this shared value.
func missingVal(c code) ref.Val {
	return types.LabelErrNode(presetNode, types.WrapErr(missingErr(c)))
}

// presetNode marks error values that already know their code. Node ids of real
// expressions are positive.
const presetNode = -1

// missingErr is the Go error inside a missing CEL value.
type missingErr code

func (missingErr) Error() string { return "missing" }

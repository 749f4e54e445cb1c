package pack

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"ballast/internal/rule"
)

// lintRule is one thing that is checked about a pack as a whole. Every rule has
// a good and a bad fixture of its name in testdata/lint.
type lintRule struct {
	name  string
	check func(*linter)
	needs string // the files a name is looked up in, by their beginnings; the rule waits until those can be read
}

// lintRules is every rule, in the order problems are looked for.
var lintRules = []lintRule{
	{"unique_keys", (*linter).uniqueKeys, ""},
	{"field_names", (*linter).fieldNames, ""},
	{"divisions", (*linter).divisions, ""},
	{"departments", (*linter).departments, "pack.yaml"},
	{"units", (*linter).units, ""},
	{"formulas", (*linter).formulas, "indicators/"},
	{"formula_units", (*linter).formulaUnits, "indicators/"},
	{"formula_cycle", (*linter).formulaCycle, "indicators/"},
	{"checks", (*linter).checks, "indicators/"},
	{"conditions", (*linter).conditions, "indicators/ labels/"},
	{"weights", (*linter).weights, ""},
	{"references", (*linter).references, "indicators/ labels/"},
	{"methods", (*linter).methods, "indicators/"},
	{"benchmarks", (*linter).benchmarks, ""},
	{"bands", (*linter).bands, ""},
	{"moves", (*linter).moves, ""},
	{"not_graded", (*linter).notGraded, ""},
	{"scheme_years", (*linter).schemeYears, ""},
	{"disclosures", (*linter).disclosures, "indicators/"},
	{"examples", (*linter).examples, "indicators/ labels/ schemes/"},
}

// linter holds what the rules share while one pack is checked.
type linter struct {
	pack    *Pack
	places  places
	lines   map[string][]string
	schemas map[Stage]*rule.Schema
	log     Problems
	rule    string
}

// lint runs the rules. What it says about a file that could not be read in full
// is left out: it would only repeat, in other words, what the reader said.
func lint(p *Pack, where places, raws map[string][]byte, unread Problems) Problems {
	broken := map[string]bool{}
	for _, u := range unread {
		broken[u.File] = true
	}
	l := &linter{pack: p, places: where, lines: map[string][]string{}, schemas: map[Stage]*rule.Schema{}}
	for name, raw := range raws {
		l.lines[name] = newSource(name, raw, &l.log, places{}).lines
	}
	for _, r := range lintRules {
		if !r.waits(broken) {
			l.rule = r.name
			r.check(l)
		}
	}
	return slices.DeleteFunc(l.log, func(p Problem) bool { return broken[p.File] })
}

func (r lintRule) waits(broken map[string]bool) bool {
	for name := range broken {
		for _, prefix := range strings.Fields(r.needs) {
			if strings.HasPrefix(name, prefix) {
				return true
			}
		}
	}
	return false
}

// fail records a problem at a place.
func (l *linter) fail(at Pos, format string, args ...any) {
	p := Problem{Pos: at, Rule: l.rule, Message: fmt.Sprintf(format, args...)}
	if lines := l.lines[at.File]; at.Line >= 1 && at.Line <= len(lines) {
		p.Source = lines[at.Line-1]
	}
	l.log = append(l.log, p)
}

// failKey records a problem at the value of a key of the mapping that begins at
// at, or at the mapping when the key is not written.
func (l *linter) failKey(at Pos, key, format string, args ...any) {
	if p, ok := l.places[at][key]; ok {
		at = p
	}
	l.fail(at, format, args...)
}

// schema returns the schema of a stage, nil when field names are wrong (the
// rule field_names says so).
func (l *linter) schema(stage Stage) *rule.Schema {
	if s, ok := l.schemas[stage]; ok {
		return s
	}
	s, err := l.pack.Schema(stage)
	if err != nil {
		s = nil
	}
	l.schemas[stage] = s
	return s
}

// expression compiles an expression and records its issues where they stand in
// the file.
func (l *linter) expression(e Expr, stage Stage, want rule.Type) {
	s := l.schema(stage)
	if e.IsZero() || s == nil {
		return
	}
	_, err := rule.Compile(s, e.Text, want)
	if err == nil {
		return
	}
	located := rule.AsError(err)
	if located == nil {
		l.fail(e.At, "表达式无法编译：%v", err)
		return
	}
	for _, issue := range located.Issues {
		message := issue.Message
		if issue.Hint != "" {
			message += "（" + issue.Hint + "）"
		}
		l.fail(e.Locate(issue.Line, issue.Column), "%s", message)
	}
}

// uniqueKeys finds keys used twice in one list.
func (l *linter) uniqueKeys() {
	p := l.pack
	twice(l, "原始数据项", p.items.twice, p.items.Find)
	twice(l, "指标", p.indicators.twice, p.indicators.Find)
	twice(l, "企业属性", p.attributes.twice, p.attributes.Find)
	twice(l, "标签", p.labels.twice, p.labels.Find)
	twice(l, "评价办法", p.schemes.twice, p.schemes.Find)
	twice(l, "产业链", p.chains.twice, p.chains.Find)
	twice(l, "公开字段", p.disclosures.twice, p.disclosures.Find)
	twice(l, "算例", p.examples.twice, p.examples.Find)
	for _, s := range p.schemes.all {
		l.uniqueIn(seqOf(s.Populations, func(x Population) (string, Pos) { return x.Key, x.At }), "评价对象")
		for _, q := range s.Populations {
			l.uniqueIn(seqOf(q.Indicators, func(x Scored) (string, Pos) { return x.Indicator, x.At }), "指标")
			l.uniqueIn(seqOf(q.Dimensions, func(x Dimension) (string, Pos) { return x.Key, x.At }), "维度")
			l.uniqueIn(seqOf(q.Adjustments, func(x Adjustment) (string, Pos) { return x.Key, x.At }), "加减分")
			l.uniqueIn(seqOf(q.Moves, func(x Move) (string, Pos) { return x.Key, x.At }), "调档")
			l.uniqueIn(seqOf(q.NotGraded, func(x NotGraded) (string, Pos) { return x.Key, x.At }), "不评级类别")
			l.uniqueIn(seqOf(q.Groups, func(x GroupRule) (string, Pos) { return x.Key, x.At }), "分组")
			l.uniqueIn(seqOf(q.Bands.Grades, func(x Grade) (string, Pos) { return x.Key, x.At }), "档次")
		}
	}
	l.uniqueIn(seqOf(p.city.Divisions, func(x Division) (string, Pos) { return x.Code, x.At }), "区划代码")
	l.uniqueIn(seqOf(p.city.Departments, func(x Department) (string, Pos) { return x.Key, x.At }), "部门")
}

func twice[T entry[T]](l *linter, what string, again []T, find func(string) (T, bool)) {
	for _, v := range again {
		first, _ := find(v.key())
		if at := first.place(); at.Line > 0 {
			l.fail(v.place(), "%s“%s”已经在 %s 写过", what, v.key(), at)
			continue
		}
		l.fail(v.place(), "%s“%s”是系统自带的，不能再写", what, v.key())
	}
}

func seqOf[T any](list []T, of func(T) (string, Pos)) iter.Seq2[string, Pos] {
	return func(yield func(string, Pos) bool) {
		for _, v := range list {
			if !yield(of(v)) {
				return
			}
		}
	}
}

func (l *linter) uniqueIn(keys iter.Seq2[string, Pos], what string) {
	seen := map[string]Pos{}
	for key, at := range keys {
		if first, dup := seen[key]; dup {
			l.fail(at, "%s“%s”写了两次，第一次在第 %d 行", what, key, first.Line)
			continue
		}
		seen[key] = at
	}
}

// fieldNames finds items, indicators, attributes and labels whose names collide
// in expressions.
func (l *linter) fieldNames() {
	owner := map[string]string{}
	for _, f := range append(append([]rule.Field(nil), factFields...), gradedFields...) {
		owner[f.Name] = "系统字段"
	}
	claim := func(name, what string, at Pos) {
		if other, taken := owner[name]; taken {
			l.failKey(at, "key", "%s“%s”与%s同名，表达式里分不清", what, name, other)
			return
		}
		owner[name] = what
		if _, err := rule.NewSchema([]rule.Field{{Name: name, Type: rule.Number}}); err != nil {
			l.failKey(at, "key", "“%s”不能作字段名：它是保留字", name)
		}
	}
	for _, v := range l.pack.attributes.all {
		claim(v.Key, "企业属性", v.At)
	}
	for _, v := range l.pack.items.all {
		claim(v.Key, "原始数据项", v.At)
	}
	for _, v := range l.pack.indicators.all {
		claim(v.Key, "指标", v.At)
	}
	for _, v := range l.pack.labels.all {
		claim(LabelField(v.Key), "标签", v.At)
	}
}

// divisions checks the codes of GB/T 2260.
func (l *linter) divisions() {
	c := l.pack.city
	if !sixDigits(c.Division) {
		l.failKey(c.At, "division", "城市的区划代码“%s”应是六位数字（GB/T 2260）", c.Division)
		return
	}
	for _, d := range c.Divisions {
		switch {
		case d.Local && sixDigits(d.Code):
			l.failKey(d.At, "code", "“%s”标明是本地代码，却写成了六位数字，会与国标混淆", d.Name)
		case !d.Local && !sixDigits(d.Code):
			l.failKey(d.At, "code", "“%s”的代码“%s”不是六位数字；没有国标代码的园区请写 local: true", d.Name, d.Code)
		case !strings.HasPrefix(d.Code, c.Division[:4]):
			l.failKey(d.At, "code", "“%s”的代码“%s”不属于本市（应以 %s 开头）", d.Name, d.Code, c.Division[:4])
		}
	}
}

func sixDigits(s string) bool { return len(s) == 6 && strings.Trim(s, "0123456789") == "" }

// departments checks that every source is a department of the pack.
func (l *linter) departments() {
	check := func(key string, at Pos) {
		if _, ok := l.pack.city.Department(key); ok || key == "" {
			return
		}
		var known []string
		for _, d := range l.pack.city.Departments {
			known = append(known, d.Key)
		}
		l.failKey(at, "source", "pack.yaml 里没有部门“%s”%s", key, didYouMean(key, known))
	}
	for _, v := range l.pack.items.all {
		check(v.Source, v.At)
	}
	for _, v := range l.pack.labels.all {
		check(v.Source, v.At)
	}
	for _, v := range l.pack.attributes.all {
		check(v.Source, v.At)
	}
}

func didYouMean(word string, known []string) string {
	if near := nearest(word, known); near != "" {
		return "，是不是“" + near + "”？"
	}
	return ""
}

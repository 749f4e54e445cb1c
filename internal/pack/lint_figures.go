package pack

import (
	"regexp"
	"slices"
	"strings"

	"ballast/internal/rule"
)

// units checks that every unit is known, so that no number is without a
// meaning.
func (l *linter) units() {
	check := func(u string, at Pos) {
		if _, ok := parseUnit(u); !ok {
			l.failKey(at, "unit", "不认识的单位“%s”；比值写“比值”，复合单位写成“万元/亩”", u)
		}
	}
	for _, v := range l.pack.items.all {
		if v.Type.Numeric() {
			check(v.Unit, v.At)
		}
	}
	for _, v := range l.pack.indicators.all {
		check(v.Unit, v.At)
	}
}

// formulas compiles every formula and checks that the dates of an indicator's
// formulas differ.
func (l *linter) formulas() {
	for _, v := range l.pack.indicators.all {
		for i, f := range v.Formulas {
			l.expression(f.Expr, StageFormula, rule.Number)
			for _, g := range v.Formulas[:i] {
				if g.From == f.From {
					l.fail(f.Expr.At, "指标“%s”有两条公式从同一天 %s 起执行", v.Name, f.From)
				}
			}
		}
	}
}

var quotient = regexp.MustCompile(`^\s*([a-z][a-z0-9_]*)\s*/\s*([a-z][a-z0-9_]*)\s*$`)

// formulaUnits holds the stated unit of a plain quotient against the units of
// its two parts. It is the check that finds value added per mu computed from
// tax, or printed in 万元/吨标准煤.
func (l *linter) formulaUnits() {
	for _, v := range l.pack.indicators.all {
		stated, ok := parseUnit(v.Unit)
		if !ok {
			continue
		}
		for _, f := range v.Formulas {
			m := quotient.FindStringSubmatch(f.Expr.Text)
			if m == nil {
				continue
			}
			top, okTop := l.unitOf(m[1])
			bottom, okBottom := l.unitOf(m[2])
			if okTop && okBottom && !top.over(bottom).same(stated) {
				l.fail(f.Expr.At, "指标“%s”的单位写的是“%s”，按公式应是“%s/%s”", v.Name, v.Unit, l.unitText(m[1]), l.unitText(m[2]))
			}
		}
	}
}

// plainQuotient reports whether every formula of an indicator is one item over
// another.
func (l *linter) plainQuotient(indicator string) bool {
	v, _ := l.pack.indicators.Find(indicator)
	for _, f := range v.Formulas {
		if !quotient.MatchString(f.Expr.Text) {
			return false
		}
	}
	return true
}

func (l *linter) unitText(key string) string {
	if i, ok := l.pack.items.Find(key); ok {
		return i.Unit
	}
	i, _ := l.pack.indicators.Find(key)
	return i.Unit
}

func (l *linter) unitOf(key string) (unit, bool) {
	text := l.unitText(key)
	if text == "" {
		return unit{}, false
	}
	return parseUnit(text)
}

// formulaCycle finds indicators that are computed from each other.
func (l *linter) formulaCycle() {
	if _, cycle := l.pack.formulaOrder(); len(cycle) > 0 {
		first, _ := l.pack.indicators.Find(cycle[0])
		l.fail(first.At, "指标公式互相引用：%s", strings.Join(cycle, " → "))
	}
}

// formulaOrder returns the indicators in an order in which each comes after
// those its formulas use, or a circle.
func (p *Pack) formulaOrder() (order, cycle []string) {
	state := map[string]int{} // 1 being visited, 2 done
	var path []string
	var visit func(key string) bool
	visit = func(key string) bool {
		switch state[key] {
		case 2:
			return true
		case 1:
			cycle = append(slices.Clone(path[slices.Index(path, key):]), key)
			return false
		}
		state[key] = 1
		path = append(path, key)
		v, _ := p.indicators.Find(key)
		for _, f := range v.Formulas {
			for _, used := range identifiers(f.Expr.Text) {
				if p.indicators.Has(used) && !visit(used) {
					return false
				}
			}
		}
		path = path[:len(path)-1]
		state[key] = 2
		order = append(order, key)
		return true
	}
	for _, v := range p.indicators.all {
		if !visit(v.Key) {
			return nil, cycle
		}
	}
	return order, nil
}

// FormulaOrder returns the keys of the indicators so that each comes after the
// indicators it is computed from.
func (p *Pack) FormulaOrder() []string {
	order, _ := p.formulaOrder() // a loaded pack has no circle
	return order
}

var identifier = regexp.MustCompile(`[a-z][a-z0-9_]*|"[^"]*"|'[^']*'`)

// identifiers returns the words of an expression that could be fields.
func identifiers(text string) []string {
	return slices.DeleteFunc(identifier.FindAllString(text, -1), func(s string) bool { return s[0] == '"' || s[0] == '\'' })
}

// checks compiles the data checks and refuses checks that check nothing.
func (l *linter) checks() {
	for _, v := range l.pack.items.all {
		for _, c := range v.Checks {
			switch c.Kind {
			case Cross:
				l.expression(c.Rule, StageFormula, rule.Bool)
			case Range, Change:
				if !v.Type.Numeric() {
					l.failKey(c.At, "kind", "“%s”不是数，不能用 %s 检查", v.Name, c.Kind)
				} else if !c.Min.Set && !c.Max.Set {
					l.fail(c.At, "“%s”的 %s 检查没有写 min 或 max", v.Name, c.Kind)
				} else if c.Min.Set && c.Max.Set && c.Min.Value > c.Max.Value {
					l.failKey(c.At, "min", "“%s”的 min 大于 max", v.Name)
				}
			}
		}
	}
}

// disclosures checks the form of field names.
func (l *linter) disclosures() {
	for _, d := range l.pack.disclosures.all {
		subject, field, ok := strings.Cut(d.Field, ".")
		if !ok || !keyForm.MatchString(subject) || !keyForm.MatchString(field) {
			l.failKey(d.At, "field", "“%s”应写成 主题.字段，例如 evaluation.grade", d.Field)
			continue
		}
		if subject == "item" && !l.pack.items.Has(field) || subject == "indicator" && !l.pack.indicators.Has(field) {
			l.failKey(d.At, "field", "没有“%s”这个数据项或指标", field)
		}
	}
}

package pack

import "slices"

// examples checks that worked examples speak of things that exist: an example
// that tests nothing is worse than none.
func (l *linter) examples() {
	for _, e := range l.pack.examples.all {
		if len(e.Deadlines) > 0 {
			continue
		}
		s, ok := l.pack.schemes.Find(e.Scheme)
		if !ok {
			l.failKey(e.At, "scheme", "没有评价办法“%s”%s", e.Scheme, didYouMean(e.Scheme, l.pack.schemes.Keys()))
			continue
		}
		if !s.Covers(e.Year) {
			l.failKey(e.At, "year", "评价办法“%s”不适用于 %d 年", e.Scheme, e.Year)
		}
		expected := len(e.Counts)
		for _, f := range slices.Concat(e.Firms, e.Entities) {
			expected += len(f.Expect)
			l.exampleFirm(s, f)
		}
		if expected == 0 {
			l.fail(e.At, "算例“%s”没有写任何应得结果", e.Name)
		}
		for _, c := range e.Counts {
			q, ok := s.Population(c.Population)
			if !ok {
				l.fail(c.At, "评价办法“%s”没有评价对象“%s”", s.ID, c.Population)
			} else if c.Grade != Ungraded && c.Grade != Undecided && q.Bands.Rank(c.Grade) < 0 && !slices.ContainsFunc(q.NotGraded, func(n NotGraded) bool { return n.Class == c.Grade }) {
				l.fail(c.At, "“%s”没有档次“%s”", q.Name, c.Grade)
			}
		}
		for _, g := range e.Given {
			if !l.pack.indicators.Has(g.Indicator) {
				l.failKey(e.At, "given", "没有指标“%s”%s", g.Indicator, didYouMean(g.Indicator, l.pack.indicators.Keys()))
			}
		}
	}
}

func (l *linter) exampleFirm(s Scheme, f ExampleFirm) {
	for _, values := range []map[string]float64{f.Values, f.Previous} {
		for key := range values {
			if !l.pack.items.Has(key) {
				l.failKey(f.At, "values", "企业“%s”：没有数据项“%s”%s", f.ID, key, didYouMean(key, l.pack.items.Keys()))
			}
		}
	}
	for key, v := range f.Attributes {
		a, ok := l.pack.attributes.Find(key)
		_, flag := v.(bool)
		if !ok {
			l.failKey(f.At, "attributes", "企业“%s”：没有属性“%s”%s", f.ID, key, didYouMean(key, l.pack.attributes.Keys()))
		} else if flag != (a.Type == Flag) {
			l.failKey(f.At, "attributes", "企业“%s”：属性“%s”的类型不对", f.ID, key)
		}
	}
	for _, key := range f.Labels {
		l.labelIn(f, key)
	}
	for _, x := range f.Expect {
		switch x.Stage {
		case "population":
			if _, ok := s.Population(x.Text); !ok {
				l.fail(x.At, "评价办法“%s”没有评价对象“%s”", s.ID, x.Text)
			}
		case "value", "score", "benchmark":
			if !l.pack.indicators.Has(x.Name) {
				l.fail(x.At, "没有指标“%s”%s", x.Name, didYouMean(x.Name, l.pack.indicators.Keys()))
			}
		}
	}
}

func (l *linter) labelIn(f ExampleFirm, key string) {
	if !l.pack.labels.Has(key) {
		l.failKey(f.At, "labels", "企业“%s”：没有标签“%s”%s", f.ID, key, didYouMean(key, l.pack.labels.Keys()))
	}
}

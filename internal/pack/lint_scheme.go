package pack

import (
	"iter"
	"math"
	"slices"

	"ballast/internal/rule"
)

// populations yields every population with its scheme.
func (l *linter) populations() iter.Seq2[Scheme, Population] {
	return func(yield func(Scheme, Population) bool) {
		for _, s := range l.pack.schemes.all {
			for _, p := range s.Populations {
				if !yield(s, p) {
					return
				}
			}
		}
	}
}

// conditions compiles every condition and amount of the schemes.
func (l *linter) conditions() {
	for _, p := range l.populations() {
		l.expression(p.Member, StageFacts, rule.Bool)
		for _, g := range p.Groups {
			l.expression(g.When, StageFacts, rule.Bool)
		}
		for _, n := range p.NotGraded {
			l.expression(n.When, StageFacts, rule.Bool)
		}
		for _, a := range p.Adjustments {
			l.expression(a.When, StageFacts, rule.Bool)
			l.expression(a.Amount, StageFacts, rule.Number)
		}
		for _, m := range p.Moves {
			l.expression(m.When, StageGraded, rule.Bool)
		}
	}
}

// near reports whether two sums of weights are equal for a person.
func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

// weights checks that weights add up.
func (l *linter) weights() {
	for s, p := range l.populations() {
		total := 0.0
		parts := map[string]float64{}
		for _, x := range p.Indicators {
			if x.Weight <= 0 {
				l.failKey(x.At, "weight", "权重应大于零，现在是 %v", x.Weight)
			}
			total += x.Weight
			parts[x.Dimension] += x.Weight
		}
		if !near(total, s.Weights) {
			l.failKey(p.At, "indicators", "“%s”的权重合计 %v，应为 %v", p.Name, total, s.Weights)
		}
		for _, d := range p.Dimensions {
			if !near(parts[d.Key], d.Weight) {
				l.failKey(d.At, "weight", "维度“%s”的权重写的是 %v，它的指标合计 %v", d.Name, d.Weight, parts[d.Key])
			}
		}
	}
}

// references checks every name a scheme uses.
func (l *linter) references() {
	for s, p := range l.populations() {
		if s.Entity == Parcel && !l.pack.items.Has(s.AllocateBy) {
			l.failKey(s.At, "allocate_by", "按宗地评价要写“allocate_by”：按哪个数据项（建筑面积）分摊，现在是“%s”", s.AllocateBy)
		}
		dimension := func(key string) bool {
			return slices.ContainsFunc(p.Dimensions, func(d Dimension) bool { return d.Key == key })
		}
		for _, x := range p.Indicators {
			if !l.pack.indicators.Has(x.Indicator) {
				l.failKey(x.At, "indicator", "没有指标“%s”%s", x.Indicator, didYouMean(x.Indicator, l.pack.indicators.Keys()))
			}
			if (x.Dimension != "" || len(p.Dimensions) > 0) && !dimension(x.Dimension) {
				l.failKey(x.At, "dimension", "“%s”没有维度“%s”", p.Name, x.Dimension)
			}
			at := x.Benchmark.At
			if at.Line == 0 {
				at = x.At
			}
			l.grouping(p, x.Benchmark.Per, at, "per")
		}
		l.grouping(p, p.Bands.Within, p.Bands.At, "within")
		for _, a := range p.Adjustments {
			l.labelRef(a.Label, a.At)
		}
		for _, m := range p.Moves {
			l.labelRef(m.Label, m.At)
		}
		for _, t := range p.TieBreaks {
			if t != "code" && !l.pack.items.Has(t) && !l.pack.indicators.Has(t) {
				l.failKey(p.At, "tie_breaks", "并列次序里的“%s”不是指标、数据项或 code", t)
			}
		}
	}
}

func (l *linter) labelRef(key string, at Pos) {
	if key != "" && !l.pack.labels.Has(key) {
		l.failKey(at, "label", "没有标签“%s”%s", key, didYouMean(key, l.pack.labels.Keys()))
	}
}

// grouping checks an attribute by which firms are grouped.
func (l *linter) grouping(p Population, key string, at Pos, field string) {
	if key == "" || key == "own_group" && len(p.Groups) > 0 || field == "per" && key == "all" {
		return
	}
	if key == "own_group" {
		l.failKey(at, field, "“%s”没有写“groups”，不能按 own_group 分组", p.Name)
		return
	}
	a, ok := l.pack.attributes.Find(key)
	if !ok || a.Type != Text {
		l.failKey(at, field, "不能按“%s”分组：没有这个文字属性", key)
	}
}

// methods checks the parameters of score functions.
func (l *linter) methods() {
	for _, p := range l.populations() {
		for _, x := range p.Indicators {
			l.method(x)
			if x.Cap.Set && x.Floor.Set && x.Cap.Value < x.Floor.Value {
				l.failKey(x.At, "cap", "封顶 %v 低于保底 %v", x.Cap.Value, x.Floor.Value)
			}
			if t := x.Treatment; t.Lower.Set && t.Upper.Set && t.Lower.Value > t.Upper.Value {
				l.failKey(x.At, "treatment", "指标下限 %v 高于上限 %v", t.Lower.Value, t.Upper.Value)
			}
		}
	}
}

func (l *linter) method(x Scored) {
	v, ok := l.pack.indicators.Find(x.Indicator)
	if bounded := x.Method == MinMax || x.Method == RankOnly || x.Method == Threshold; bounded && (x.Cap.Set || x.Floor.Set) {
		l.failKey(x.At, "cap", "%s 的得分本来就有上下限，cap 和 floor 都写 none", methodWords[x.Method])
	}
	switch x.Method {
	case InverseMean:
		if ok && v.Direction != Lower {
			l.failKey(x.At, "method", "inverse_mean 只用于越低越好的指标，“%s”是越高越好", v.Name)
		}
	case MinMax:
		if x.Low >= x.High {
			l.failKey(x.At, "low", "low %v 应小于 high %v", x.Low, x.High)
		}
	case Threshold:
		last := math.Inf(-1)
		for i, level := range x.Levels {
			final := i == len(x.Levels)-1
			if level.UpTo.Set == final || level.UpTo.Set && level.UpTo.Value <= last {
				l.failKey(x.At, "levels", "分级的 up_to 要由小到大，最后一级写 none")
				break
			}
			last = level.UpTo.Value
		}
		if len(x.Levels) == 0 {
			l.fail(x.At, "threshold 要写“levels”")
		}
	}
}

// benchmarks checks that every year a scheme covers has its printed number and
// that benchmarks can be divided by.
func (l *linter) benchmarks() {
	for s, p := range l.populations() {
		for _, x := range p.Indicators {
			b := x.Benchmark
			if b.At.Line == 0 {
				continue
			}
			if b.Times <= 0 {
				l.failKey(b.At, "times", "倍数应大于零，现在是 %v", b.Times)
			}
			if b.Statistic == Pooled && !l.plainQuotient(x.Indicator) {
				l.failKey(b.At, "statistic", "pooled（总量之比）只用于公式是两项相除的指标")
			}
			if b.Statistic != Constant {
				continue
			}
			for _, year := range s.Years {
				v, ok := b.ConstantFor(year)
				if !ok {
					l.failKey(b.At, "constant", "没有 %d 年的基准值", year)
				} else if v <= 0 {
					l.failKey(b.At, "constant", "%d 年的基准值应大于零，现在是 %v", year, v)
				}
			}
		}
	}
}

// bands checks that bounds rise and that shares reach 100.
func (l *linter) bands() {
	for _, p := range l.populations() {
		b := p.Bands
		if b.Kind == ByValue && b.Of != "total" && !slices.ContainsFunc(p.Indicators, func(x Scored) bool { return x.Indicator == b.Of }) {
			l.failKey(b.At, "of", "按数值分档的“%s”不是本类的指标，也不是 total", b.Of)
		}
		last := math.Inf(-1)
		if b.Kind == ByShare {
			last = 0
			if b.Round == HalfEven {
				l.failKey(b.At, "rounding", "名额取整只能是 half_up、floor 或 ceil")
			}
		}
		for i, g := range b.Grades {
			final := i == len(b.Grades)-1
			switch {
			case b.Kind == ByShare && !g.UpTo.Set:
				l.failKey(g.At, "up_to", "按比例分档要写累计百分比")
			case b.Kind == ByShare && final && g.UpTo.Value != 100:
				l.failKey(g.At, "up_to", "最后一档应到 100，现在是 %v", g.UpTo.Value)
			case b.Kind == ByValue && g.UpTo.Set == final:
				l.failKey(g.At, "up_to", "按数值分档，最后一档写 none，其余写上限")
			case g.UpTo.Set && g.UpTo.Value <= last:
				l.failKey(g.At, "up_to", "档次“%s”的上限 %v 应大于上一档的 %v", g.Key, g.UpTo.Value, last)
			case b.Kind == ByShare && !near(math.Round(g.UpTo.Value*100), g.UpTo.Value*100):
				l.failKey(g.At, "up_to", "累计百分比最多两位小数，现在是 %v", g.UpTo.Value)
			}
			last = g.UpTo.Value
		}
	}
}

// moves checks the grades that moves and exclusions name.
func (l *linter) moves() {
	for _, p := range l.populations() {
		for _, m := range p.Moves {
			if m.Grade != "" && p.Bands.Rank(m.Grade) < 0 {
				l.failKey(m.At, "grade", "“%s”没有档次“%s”", p.Name, m.Grade)
			}
		}
		for _, n := range p.NotGraded {
			if n.PolicyGrade != "" && p.Bands.Rank(n.PolicyGrade) < 0 {
				l.failKey(n.At, "policy_grade", "“%s”没有档次“%s”", p.Name, n.PolicyGrade)
			}
			if n.Class != "" && p.Bands.Rank(n.Class) >= 0 {
				l.failKey(n.At, "class", "不评级类别“%s”的名称与档次“%s”相同，会分不清", n.Name, n.Class)
			}
		}
	}
}

// notGraded checks that the classes which stay in the computation agree on what
// they count for: one population has one n.
func (l *linter) notGraded() {
	for _, p := range l.populations() {
		var first *NotGraded
		for _, n := range p.NotGraded {
			if !n.Scored {
				if n.InCount || n.InBenchmark {
					l.failKey(n.At, "scored", "不评级类别“%s”计入基数或基准时，要写 scored: true", n.Name)
				}
				continue
			}
			if first == nil {
				first = &n
			}
			if n.InCount != first.InCount || n.InBenchmark != first.InBenchmark {
				l.failKey(n.At, "in_count", "同一类评价对象里，算分不评级的类别要同样计入基数和基准（与“%s”不一致）", first.Name)
			}
		}
	}
}

// schemeYears checks that no two schemes claim one year unless both are
// examples of other places.
func (l *linter) schemeYears() {
	taken := map[int]Scheme{}
	for _, s := range l.pack.schemes.all {
		if s.Status == Foreign {
			continue
		}
		for _, y := range s.Years {
			if other, dup := taken[y]; dup {
				l.failKey(s.At, "years", "%d 年已由评价办法“%s”管着", y, other.ID)
			}
			taken[y] = s
		}
	}
}

package scheme

import (
	"ballast/composite"
	"ballast/internal/fault"
	"ballast/internal/pack"
)

// sources maps the pack's statistics to composite's benchmark sources.
var sources = map[pack.Statistic]composite.Source{
	pack.Constant: composite.BenchConstant, pack.Mean: composite.BenchMean, pack.MeanPositive: composite.BenchPositive,
	pack.Pooled: composite.BenchWeighted, pack.Median: composite.BenchQuantile, pack.Maximum: composite.BenchMax, pack.Minimum: composite.BenchMin,
}

// reference is a year's facts with everything computed from them: what
// benchmarks are drawn from.
type reference struct {
	facts   *Facts
	values  *values
	members []members
}

// benchmark states the benchmark of a scored indicator for composite. What is
// drawn from this population's own participants composite draws itself; the
// rest comes out as a table of constants.
func (p *Plan) benchmark(c *computation, k int, x pack.Scored) (composite.Benchmark, error) {
	b := x.Benchmark
	out := composite.Benchmark{Source: sources[b.Statistic], Times: b.Times, Q: 0.5}
	if b.Statistic == pack.Constant {
		v, ok := b.ConstantFor(c.in.Year)
		if !ok {
			return out, fault.New(fault.Invalid, "指标“%s”没有 %d 年的基准值", p.indicatorOf(x.Indicator).Name, c.in.Year)
		}
		out.Value, out.Times = v, 1
		return out, nil
	}
	if table, ok := given(c.in, p.populations[k].Key, x.Indicator); ok {
		return constants(table, b), nil
	}
	if b.Statistic == pack.Pooled {
		out.Weight = p.denominator(x.Indicator)
	}
	switch {
	case b.Previous && c.before == nil:
		return out, fault.New(fault.Invalid, "指标“%s”的基准取自上年，但没有上年数据", p.indicatorOf(x.Indicator).Name).
			WithHint("先导入 %d 年的数据，或在运行时给出上年均值", c.in.Year-1)
	case b.Previous:
		table, err := p.drawn(c.before, k, x, out)
		return constants(table, b), err
	case b.Per == "all":
		table, err := p.drawn(c.now, k, x, out)
		return constants(table, b), err
	}
	return out, nil
}

// constants turns drawn numbers into a benchmark of constants.
func constants(table map[string]float64, b pack.Benchmark) composite.Benchmark {
	out := composite.Benchmark{Source: composite.BenchConstant, Times: b.Times}
	if b.Per == "" || b.Per == "all" {
		out.Value = table[""]
		return out
	}
	out.Table = table
	return out
}

// given returns the stated statistics of an indicator, by group.
func given(in *Input, population, indicator string) (map[string]float64, bool) {
	table := map[string]float64{}
	for _, g := range in.Given {
		if g.Indicator == indicator && (g.Population == "" || g.Population == population) {
			table[g.Group] = g.Value
		}
	}
	return table, len(table) > 0
}

// denominator returns the item below the line of an indicator's formula, by
// which a pooled mean is weighted. The lint rules allow pooled for plain
// quotients only.
func (p *Plan) denominator(indicator string) string {
	formulas, err := p.formulas(p.scheme.AsOf.In(p.scheme.Years[0]))
	if err != nil {
		return ""
	}
	for _, f := range formulas {
		if f.indicator.Key == indicator {
			_, den, _ := f.parts()
			return den
		}
	}
	return ""
}

// drawn computes a statistic over the participants of a reference year, per
// group, without the factor.
func (p *Plan) drawn(ref *reference, k int, x pack.Scored, b composite.Benchmark) (map[string]float64, error) {
	pools := ref.members[k : k+1]
	if x.Benchmark.Per == "all" {
		pools = ref.members
	}
	var column, weight []float64
	var groups []string
	for i := range pools {
		m := &pools[i]
		names := make([]string, len(m.rows))
		if per := x.Benchmark.Per; per != "" && per != "all" {
			var err error
			if names, err = m.textOf(ref.facts, per); err != nil {
				return nil, err
			}
		}
		for j, row := range m.rows {
			if !m.participant(j) {
				continue
			}
			column = append(column, at(ref.values.columns[x.Indicator], row))
			weight = append(weight, at(ref.values.columns[b.Weight], row))
			groups = append(groups, names[j])
		}
	}
	frame := composite.NewFrame(len(column))
	const value, byWeight, group = "value", "weight", "group"
	if err := frame.Add(value, composite.Column{Values: column}); err != nil {
		return nil, err
	}
	if b.Weight != "" {
		b.Weight = byWeight
		if err := frame.Add(byWeight, composite.Column{Values: weight}); err != nil {
			return nil, err
		}
	}
	if err := frame.AddGroup(group, composite.NewGroup(groups)); err != nil {
		return nil, err
	}
	b.Times = 1
	_, fit, err := composite.NormaliseIn(frame, value, composite.Higher, composite.Norm{Method: "ratio", Benchmark: b, Within: group})
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "指标“%s”的基准值算不出来：%v", p.indicatorOf(x.Indicator).Name, err)
	}
	table := map[string]float64{}
	for g, name := range fit.Groups {
		table[name] = fit.Benchmarks[g]
	}
	return table, nil
}

// at reads a column that may be absent.
func at(column []float64, row int32) float64 {
	if column == nil {
		return nan
	}
	return column[row]
}

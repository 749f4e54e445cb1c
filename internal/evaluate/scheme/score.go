package scheme

import (
	"math"

	"ballast/composite"
	"ballast/internal/fault"
	"ballast/internal/pack"
)

var nan = math.NaN()

// Names of nodes and columns inside a composite frame that are no indicators.
const (
	rootNode  = "total"
	dimPrefix = "dimension."

	adjustColumn = "adjustment"
)

// scoring is one population on its way through composite: the members that
// stay in, as a frame.
type scoring struct {
	*computation
	plan    *Plan
	m       *members
	inside  []int // positions in m of the rows of the frame
	frame   *composite.Frame
	result  *composite.Result
	points  map[string]float64 // by which a score on the 0…W scale becomes points
	weight  float64            // W: what the weights add up to
	pending []bool             // per frame row: a value is missing whose policy forbids a total

	adjusted *adjusted
	findings []Finding
}

// score builds the frame and the composite scheme of one population and runs
// it: values to scores, dimensions, adjustments, totals, ranks and cuts.
func (p *Plan) score(c *computation, k int) (*scoring, error) {
	s := &scoring{computation: c, plan: p, m: &c.now.members[k], weight: p.scheme.Weights, points: map[string]float64{}}
	for i := range s.m.rows {
		if s.m.inside(i) {
			s.inside = append(s.inside, i)
		}
	}
	rows := make([]int32, len(s.inside))
	for j, i := range s.inside {
		rows[j] = s.m.rows[i]
	}
	if err := s.fill(rows); err != nil {
		return nil, err
	}
	spec, err := s.spec(k)
	if err != nil {
		return nil, err
	}
	return s, s.run(spec)
}

// spec states the population's rules for composite.
func (s *scoring) spec(k int) (composite.Scheme, error) {
	spec := composite.Scheme{KeepScores: true, Nodes: []composite.Node{{Key: rootNode, Func: "amean"}}}
	for _, d := range s.m.Dimensions {
		spec.Nodes = append(spec.Nodes, composite.Node{Key: dimPrefix + d.Key, Name: d.Name, Parent: rootNode, Weight: d.Weight, Func: "amean"})
		s.points[dimPrefix+d.Key] = d.Weight / s.weight
	}
	for _, x := range s.m.Indicators {
		leaf, err := s.leaf(k, x)
		if err != nil {
			return spec, err
		}
		spec.Indicators = append(spec.Indicators, leaf)
		s.points[x.Indicator] = x.Weight / s.weight
	}
	spec.Ranking = s.ranking()
	if s.m.Bands.Kind == pack.ByShare {
		spec.Within, spec.Quota = s.m.Bands.Within, s.quota()
	}
	return spec, nil
}

// run computes additions and deductions and runs composite. A deduction that is
// a share of the subtotal needs the subtotal first: one run more.
func (s *scoring) run(spec composite.Scheme) error {
	subtotal := make([]float64, len(s.inside))
	for _, a := range s.m.Adjustments {
		if a.Kind == pack.Ratio {
			bare := spec
			bare.Quota, bare.Within = composite.Quota{}, ""
			if err := s.compute(bare); err != nil {
				return err
			}
			subtotal = s.pointsOf(rootNode)
			break
		}
	}
	var err error
	if s.adjusted, s.findings, err = s.adjust(s.now.facts, s.base, subtotal); err != nil {
		return err
	}
	if len(s.m.Adjustments) > 0 {
		if err := s.frame.Add(adjustColumn, composite.Column{Values: s.adjusted.total}); err != nil {
			return err
		}
		spec.Adjust = []composite.Adjust{{Column: adjustColumn}}
	}
	return s.compute(spec)
}

func (s *scoring) compute(spec composite.Scheme) error {
	engine, err := composite.Compile(spec)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "评价办法“%s”的“%s”不能计算：%v", s.plan.scheme.Name, s.m.Name, err)
	}
	if s.result, err = engine.Run(s.frame, composite.RunOptions{Workers: s.in.Workers}); err != nil {
		return fault.Wrap(fault.Invalid, err, "“%s”计算中断：%v", s.m.Name, err)
	}
	return nil
}

// fill adds the columns of the frame: the values of the scored indicators, the
// weights of pooled means, the tie breaks and the groups.
func (s *scoring) fill(rows []int32) error {
	s.frame = composite.NewFrame(len(rows))
	s.frame.Keys = gather(rows, s.now.facts.Keys)
	s.frame.Ungraded = make([]bool, len(rows))
	s.pending = make([]bool, len(rows))
	for j, i := range s.inside {
		s.frame.Ungraded[j] = s.m.class[i] != NoClass
	}
	for _, x := range s.m.Indicators {
		c := s.column(rows, x)
		if x.Missing.Kind == pack.NoTotal {
			for j, v := range c.Values {
				s.pending[j] = s.pending[j] || v != v
			}
		}
		if err := s.frame.Add(x.Indicator, c); err != nil {
			return err
		}
	}
	for j, waits := range s.pending {
		s.frame.Ungraded[j] = s.frame.Ungraded[j] || waits
	}
	for _, key := range s.extraColumns() {
		if err := s.addExtra(rows, key); err != nil {
			return err
		}
	}
	for _, key := range s.groupings() {
		names, err := s.m.textOf(s.now.facts, key)
		if err != nil {
			return err
		}
		picked := make([]string, len(s.inside))
		for j, i := range s.inside {
			picked[j] = names[i]
		}
		if err := s.frame.AddGroup(key, composite.NewGroup(picked)); err != nil {
			return err
		}
	}
	return nil
}

// column returns an indicator's values after treatment, with reasons.
func (s *scoring) column(rows []int32, x pack.Scored) composite.Column {
	c := composite.Column{Values: make([]float64, len(rows)), Why: make([]composite.Reason, len(rows))}
	src, why := s.now.values.columns[x.Indicator], s.now.values.reasons[x.Indicator]
	for j, row := range rows {
		v := at(src, row)
		if v == v {
			if t := x.Treatment; t.Lower.Set {
				v = max(v, t.Lower.Value)
			}
			if t := x.Treatment; t.Upper.Set {
				v = min(v, t.Upper.Value)
			}
		} else {
			c.Why[j] = reasonOf(why, row)
		}
		c.Values[j] = v
	}
	return c
}

// extraColumns lists the further columns the population's rules name.
func (s *scoring) extraColumns() []string {
	var keys []string
	for _, x := range s.m.Indicators {
		if x.Benchmark.Statistic == pack.Pooled && x.Benchmark.At.Line > 0 {
			keys = append(keys, s.plan.denominator(x.Indicator))
		}
	}
	for _, t := range s.m.TieBreaks {
		if t != "code" {
			keys = append(keys, t)
		}
	}
	return keys
}

func (s *scoring) addExtra(rows []int32, key string) error {
	if _, has := s.frame.Column(key); has {
		return nil
	}
	c := composite.Column{Values: make([]float64, len(rows))}
	for j, row := range rows {
		c.Values[j] = at(s.now.values.columns[key], row)
	}
	return s.frame.Add(key, c)
}

// groupings lists the attributes by which anything is grouped.
func (s *scoring) groupings() []string {
	seen := map[string]bool{"": true, "all": true}
	var keys []string
	add := func(key string) {
		if !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
	}
	for _, x := range s.m.Indicators {
		add(x.Benchmark.Per)
	}
	add(s.m.Bands.Within)
	if _, ok := s.in.Texts["district"]; ok {
		add("district")
	}
	return keys
}

// methods maps the pack's methods to composite's.
var methods = map[pack.Method]string{
	pack.RatioToBenchmark: "ratio", pack.MinMax: "minmax_floor", pack.BestRatio: "best_ratio",
	pack.InverseMean: "inverse", pack.RankOnly: "rank", pack.Threshold: "steps",
}

var policies = map[pack.MissingKind]composite.Policy{
	pack.ZeroScore: composite.MissingZero, pack.MeanScore: composite.MissingMeanScore, pack.FixedScore: composite.MissingPoints,
	pack.Reweight: composite.KeepMissing, pack.FullScore: composite.MissingScore, pack.NoTotal: composite.MissingZero,
}

// leaf states one scored indicator for composite, on a scale from 0 to the sum
// of the weights, so that the weighted mean of the scores is the points.
func (s *scoring) leaf(k int, x pack.Scored) (composite.Indicator, error) {
	ind := s.plan.indicatorOf(x.Indicator)
	out := composite.Indicator{
		Key: x.Indicator, Name: ind.Name, Parent: rootNode, Weight: x.Weight, Value: x.Indicator, Direction: composite.Higher,
		Missing: composite.Missing{Policy: policies[x.Missing.Kind], GradedOnly: s.gradedOnly()},
		Norm: composite.Norm{
			Method: methods[x.Method], Full: composite.At(s.weight), GradedOnly: s.gradedOnly(),
			Cap: composite.Limit(swap(x.Cap)), Floor: composite.Limit(swap(x.Floor)),
		},
	}
	if x.Dimension != "" {
		out.Parent = dimPrefix + x.Dimension
	}
	if ind.Direction == pack.Lower {
		out.Direction = composite.Lower
	}
	switch x.Missing.Kind {
	case pack.FixedScore:
		out.Missing.Value = x.Missing.Points
	case pack.FullScore:
		out.Missing.Value = s.weight
	}
	switch x.Method {
	case pack.RatioToBenchmark, pack.InverseMean:
		b, err := s.plan.benchmark(s.computation, k, x)
		if err != nil {
			return out, err
		}
		out.Norm.Benchmark = b
		if b.Source != composite.BenchConstant || b.Table != nil {
			out.Norm.Within = within(x.Benchmark.Per)
		}
	case pack.BestRatio:
		out.Norm.Within = within(x.Benchmark.Per)
	case pack.MinMax:
		out.Norm.Within = within(x.Benchmark.Per)
		out.Norm.Lo, out.Norm.Hi = composite.At(x.Low/100*s.weight), composite.At(x.High/100*s.weight)
		out.Norm.Flat = flats[x.Flat]
	case pack.RankOnly:
		return s.byRank(out)
	case pack.Threshold:
		out.Norm.Points, out.Norm.Base = steps(x, ind.Direction, s.weight)
	}
	return out, nil
}

var flats = map[pack.FlatRule]composite.Flat{pack.FlatFull: composite.FlatFull, pack.FlatMiddle: composite.FlatNeutral, pack.FlatFail: composite.FlatFail}

// swap converts a limit of the pack.
func swap(l pack.Limit) composite.Limit { return composite.Limit{Value: l.Value, Set: l.Set} }

func within(per string) string {
	if per == "all" {
		return ""
	}
	return per
}

// gradedOnly reports whether members without a grade stay out of benchmarks and
// mean scores. The lint rules make all such classes of a population agree.
func (s *scoring) gradedOnly() bool {
	for _, n := range s.m.NotGraded {
		if n.Scored {
			return !n.InBenchmark
		}
	}
	return false
}

// steps turns levels with inclusive upper bounds into composite's thresholds,
// which are reached from below when higher is better.
func steps(x pack.Scored, dir pack.Direction, weight float64) (points []composite.Point, base float64) {
	for i, level := range x.Levels {
		switch {
		case dir == pack.Lower && level.UpTo.Set:
			points = append(points, composite.Point{X: level.UpTo.Value, Y: level.Share * weight})
		case dir == pack.Lower:
			base = level.Share * weight
		case i == 0:
			base = level.Share * weight
		default:
			above := math.Nextafter(x.Levels[i-1].UpTo.Value, math.Inf(1))
			points = append(points, composite.Point{X: above, Y: level.Share * weight})
		}
	}
	return points, base
}

// byRank scores by position: weight × (n − rank + 1) ÷ n. Composite numbers the
// values from the worst up; the column of those numbers over n is the score.
func (s *scoring) byRank(leaf composite.Indicator) (composite.Indicator, error) {
	order, _, err := composite.NormaliseIn(s.frame, leaf.Value, leaf.Direction, composite.Norm{Method: "rank", GradedOnly: leaf.Norm.GradedOnly})
	if err != nil {
		return leaf, fault.Wrap(fault.Invalid, err, "指标“%s”不能排名：%v", leaf.Name, err)
	}
	n := 0.0
	for j, v := range order.Values {
		if v == v && !(leaf.Norm.GradedOnly && s.frame.Ungraded[j]) {
			n++
		}
	}
	for j, v := range order.Values {
		order.Values[j] = v / n * s.weight
	}
	name := "rank." + leaf.Key
	if err := s.frame.Add(name, order); err != nil {
		return leaf, err
	}
	leaf.Value, leaf.Direction, leaf.Norm = name, composite.Higher, composite.Norm{Method: "none", GradedOnly: leaf.Norm.GradedOnly}
	return leaf, nil
}

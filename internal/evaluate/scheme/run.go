package scheme

import (
	"context"
	"slices"

	"ballast/composite"
	"ballast/internal/fault"
	"ballast/internal/pack"
	"ballast/internal/rule"
)

// Run computes one round. It fails with fault.Invalid when the scheme does not
// cover the year, a column has the wrong length or a benchmark cannot be drawn,
// and with the context's error when the context ends between stages. What a
// person should look at but a computer can go on with is in the Report.
func (p *Plan) Run(ctx context.Context, in Input) (_ *Result, err error) {
	defer fault.In(&err, "scheme.Run(%s, %d)", p.scheme.ID, in.Year)
	if !p.scheme.Covers(in.Year) {
		return nil, fault.New(fault.Invalid, "评价办法“%s”不适用于 %d 年度", p.scheme.Name, in.Year)
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	now, base, err := p.reference(&in.Facts, round{in.Year, p.scheme.AsOf.In(in.Year), &in})
	if err != nil {
		return nil, err
	}
	before, err := p.previous(&in)
	if err != nil {
		return nil, err
	}
	r := &Result{
		Year: in.Year, SchemeID: p.scheme.ID, PackDigest: p.pack.Digest(), Keys: in.Keys,
		plan: p, facts: &in.Facts, values: now.values, formulas: base.formulas,
	}
	r.Report.Findings = base.findings
	r.locate(now)
	c := &computation{&in, now, before, base.frame}
	for k := range now.members {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		q, findings, err := p.runPopulation(c, k)
		if err != nil {
			return nil, err
		}
		r.Populations = append(r.Populations, *q)
		r.Report.Findings = append(r.Report.Findings, findings...)
	}
	r.reconcile()
	return r, nil
}

// computation is what every population of one run shares.
type computation struct {
	in          *Input
	now, before *reference  // before is nil without last year's facts
	base        *rule.Frame // of conditions, all rows
}

// basis is what a year's reference leaves behind for the stages that follow.
type basis struct {
	frame    *rule.Frame
	formulas []formula
	findings []Finding
}

// reference computes the values of a year and sorts its entities into
// populations.
func (p *Plan) reference(f *Facts, r round) (*reference, *basis, error) {
	v, formulas, err := p.compute(f, r.asOf)
	if err != nil {
		return nil, nil, err
	}
	frame, err := p.factFrame(p.factSchema, f, v, r)
	if err != nil {
		return nil, nil, err
	}
	members, findings, err := p.classify(frame, f)
	if err != nil {
		return nil, nil, err
	}
	return &reference{f, v, members}, &basis{frame, formulas, findings}, nil
}

// previous prepares last year's reference, nil when the input has none.
func (p *Plan) previous(in *Input) (*reference, error) {
	if in.Previous == nil {
		return nil, nil
	}
	ref, _, err := p.reference(in.Previous, round{in.Year - 1, p.scheme.AsOf.In(in.Year - 1), nil})
	return ref, err
}

// locate notes for every row its population and its position there.
func (r *Result) locate(now *reference) {
	r.Population = make([]int8, len(r.Keys))
	r.position = make([]int32, len(r.Keys))
	for i := range r.Population {
		r.Population[i] = NoPopulation
	}
	for k := range now.members {
		for i, row := range now.members[k].rows {
			r.Population[row] = int8(k)
			r.position[row] = int32(i)
		}
	}
}

// runPopulation takes one population from values to grades.
func (p *Plan) runPopulation(c *computation, k int) (*PopulationResult, []Finding, error) {
	m := &c.now.members[k]
	q := &PopulationResult{
		Key: m.Key, Name: m.Name, Rows: m.rows, Class: m.class, Group: m.group, population: m.population,
		Scores: map[string][]float64{}, States: map[string][]CapState{}, Benchmarks: map[string][]float64{},
		Dimensions: map[string][]float64{}, Adjustments: map[string][]float64{}, DimensionRanks: map[string][]int32{},
	}
	if !q.place(m) {
		q.empty()
		return q, nil, nil
	}
	if err := m.setGroups(c.base); err != nil {
		return nil, nil, err
	}
	s, err := p.score(c, k)
	if err != nil {
		return nil, nil, err
	}
	q.scoring = s
	subtotal := q.keepScores(s)
	total, own := s.total(subtotal)
	if err := q.rank(s, total, own); err != nil {
		return nil, nil, err
	}
	bands, err := s.band(total, own)
	if err != nil {
		return nil, nil, err
	}
	grade := slices.Clone(bands.grade)
	graded := &gradedFrame{plan: p, facts: c.now.facts, values: c.now.values, total: total, place: q.rankOf(s),
		round: round{c.in.Year, p.scheme.AsOf.In(c.in.Year), c.in}}
	moves, findings, err := s.move(c.now.facts, graded, grade)
	if err != nil {
		return nil, nil, err
	}
	manual, err := s.manual(grade)
	if err != nil {
		return nil, nil, err
	}
	q.keepPlaces(s, total, bands, grade)
	q.Moves, q.own = append(moves, manual...), own
	q.countWorst(c.in)
	return q, append(s.findings, findings...), nil
}

// place numbers the members that stay in the computation; false when none does.
func (q *PopulationResult) place(m *members) bool {
	q.slot = make([]int32, len(m.rows))
	next := int32(0)
	for i := range m.rows {
		q.slot[i] = -1
		if m.inside(i) {
			q.slot[i] = next
			next++
		}
	}
	return next > 0
}

// empty fills the columns of a population in which nobody is scored.
func (q *PopulationResult) empty() {
	n := len(q.slot)
	none := make([]float64, n)
	for i := range none {
		none[i] = nan
	}
	q.Subtotal, q.Adjustment, q.Total = none, none, none
	q.Pending = make([]bool, n)
	q.Rank = make([]int32, n)
	q.GradeBefore = spread(q.slot, nil, int8(NoGrade))
	q.Grade = q.GradeBefore
	q.WorstYears = make([]int32, n)
}

// keepScores copies scores, states, benchmarks and dimensions out of composite
// and returns the subtotal per frame row.
func (q *PopulationResult) keepScores(s *scoring) []float64 {
	scores, dims := map[string][]float64{}, map[string][]float64{}
	for _, x := range s.m.Indicators {
		scores[x.Indicator] = s.pointsOf(x.Indicator)
	}
	for _, d := range s.m.Dimensions {
		dims[d.Key] = s.pointsOf(dimPrefix + d.Key)
	}
	subtotal := s.pointsOf(rootNode)
	s.roundScores(scores, dims, subtotal)
	for _, x := range s.m.Indicators {
		q.Scores[x.Indicator] = spread(q.slot, scores[x.Indicator], nan)
		q.States[x.Indicator] = spread(q.slot, s.states(x, scores[x.Indicator]), Absent)
		bench := make([]float64, len(s.inside))
		fit, _ := s.result.Fit(x.Indicator)
		for j := range bench {
			bench[j] = fit.Benchmark(j)
		}
		q.Benchmarks[x.Indicator] = spread(q.slot, bench, nan)
	}
	for key, c := range dims {
		q.Dimensions[key] = spread(q.slot, c, nan)
	}
	q.Subtotal = spread(q.slot, subtotal, nan)
	return subtotal
}

// rank fills the ranks of the population, its districts, its banding groups and
// its dimensions.
func (q *PopulationResult) rank(s *scoring, total []float64, own bool) (err error) {
	rule := s.ranking()
	ranks := s.result.Rank
	if !own {
		if ranks, err = composite.Ranks(total, rule, s.frame); err != nil {
			return fault.Wrap(fault.Invalid, err, "“%s”不能排名：%v", s.m.Name, err)
		}
	}
	q.Rank = spread(q.slot, ranks, 0)
	within := func(key string) ([]int32, error) {
		g, ok := s.frame.Group(key)
		if !ok {
			return nil, nil
		}
		if own && key == s.m.Bands.Within && s.m.Bands.Kind == pack.ByShare {
			return spread(q.slot, s.result.GroupRank, 0), nil
		}
		r, err := composite.RanksWithin(total, rule, s.frame, g)
		return spread(q.slot, r, 0), err
	}
	if q.DistrictRank, err = within("district"); err != nil {
		return err
	}
	if key := s.m.Bands.Within; key != "" {
		if q.GroupRank, err = within(key); err != nil {
			return err
		}
	}
	for _, d := range s.m.Dimensions {
		r, err := composite.Ranks(s.pointsOf(dimPrefix+d.Key), composite.Ranking{Ties: composite.Competition}, s.frame)
		if err != nil {
			return err
		}
		q.DimensionRanks[d.Key] = spread(q.slot, r, 0)
	}
	return nil
}

// rankOf returns the population ranks per frame row.
func (q *PopulationResult) rankOf(s *scoring) []int32 {
	out := make([]int32, len(s.inside))
	for i, j := range q.slot {
		if j >= 0 {
			out[j] = q.Rank[i]
		}
	}
	return out
}

// keepPlaces copies what was computed per frame row into the members' order.
func (q *PopulationResult) keepPlaces(s *scoring, total []float64, b *banding, grade []int8) {
	q.Adjustment = spread(q.slot, s.adjusted.total, nan)
	for k, a := range s.m.Adjustments {
		q.Adjustments[a.Key] = spread(q.slot, s.adjusted.each[k], 0)
	}
	q.Total = spread(q.slot, total, nan)
	q.Pending = spread(q.slot, s.pending, false)
	q.GradeBefore = spread(q.slot, b.grade, int8(NoGrade))
	q.Grade = spread(q.slot, grade, int8(NoGrade))
	q.Cuts = s.cuts(b, total)
}

// countWorst continues the counter of consecutive worst grades; any other
// result, a year without one included, starts it again.
func (q *PopulationResult) countWorst(in *Input) {
	q.WorstYears = make([]int32, len(q.Rows))
	worst := int8(len(q.population.Bands.Grades) - 1)
	for i, row := range q.Rows {
		if q.Grade[i] == worst {
			q.WorstYears[i] = 1
			if in.WorstYears != nil && in.WorstYears[row] > 0 {
				q.WorstYears[i] += int32(in.WorstYears[row])
			}
		}
	}
}

// cuts describes where the grades end in each ranked group.
func (s *scoring) cuts(b *banding, total []float64) []Cut {
	out := make([]Cut, len(b.groups))
	group, grouped := s.frame.Group(s.m.Bands.Within)
	for g, name := range b.groups {
		out[g] = Cut{Group: name, N: b.sizes[g], Total: make([]float64, len(s.m.Bands.Grades))}
		if b.cuts != nil {
			out[g].Last = b.cuts[g]
		}
		for k := range out[g].Total {
			out[g].Total[k] = nan
		}
	}
	for j, grade := range b.grade {
		if grade == NoGrade {
			continue
		}
		g := 0
		if grouped {
			g = int(group.Code[j])
		}
		if low := out[g].Total[grade]; low != low || total[j] < low {
			out[g].Total[grade] = total[j]
		}
	}
	return out
}

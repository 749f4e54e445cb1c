package scheme

import (
	"fmt"
	"strconv"

	"ballast/internal/fault"
	"ballast/internal/pack"
)

// Explanation is one entity's result laid out for the person it concerns.
type Explanation struct {
	Code       string
	Scheme     string // name
	Year       int
	Population string // name

	Lines       []Line
	Dimensions  []DimensionLine
	Adjustments []AdjustLine
	Subtotal    float64
	Adjustment  float64 // the sum that counts, after the bounds
	Total       float64

	Rank         Place // in the population
	DistrictRank Place // in population and district
	GroupRank    Place // where grades are cut

	GradeBefore string
	Grade       string
	GradeName   string
	Printed     string // what a list prints: grade, class, 不评级, 待定
	PolicyGrade string
	NotGraded   string // the reason, "" when graded
	Moves       []MoveLine

	Next *Next // nil in the best grade and without a grade
}

// Place is a rank among so many; the zero Place is none.
type Place struct {
	Rank, Of int
}

// Line is one indicator of a score sheet.
type Line struct {
	Indicator, Name, Unit string
	Dimension             string // key
	Formula               string // in Chinese
	Raw                   []RawValue
	Value                 float64 // NaN: missing, Why says why
	Why                   string
	Benchmark             float64 // NaN when the method has none
	BenchmarkText         string  // 当年参评企业均值, 上年本县区均值的 2 倍
	Method                string  // 值÷基准×权重
	Weight                float64
	Highest               float64 // the most points the rule can give, +Inf when nothing bounds it
	Score                 float64
	State                 CapState
}

// RawValue is an item behind an indicator.
type RawValue struct {
	Item, Name, Unit string
	Source           string // short name of the department
	Basis            string
	Value            float64 // NaN: missing
}

// DimensionLine is one dimension's points and rank.
type DimensionLine struct {
	Key, Name      string
	Weight, Points float64
	Rank           Place
}

// AdjustLine is one addition or deduction that brought something.
type AdjustLine struct {
	Key, Name, Reason string
	Points            float64
}

// MoveLine is one grade change.
type MoveLine struct {
	Name, Kind, From, To, Reason string
}

// Explain lays out the result of an entity. It fails with fault.NotFound when
// the code is not in the round or belongs to no population.
func (r *Result) Explain(code string) (*Explanation, error) {
	q, i, ok := r.Find(code)
	if !ok {
		return nil, fault.New(fault.NotFound, "本轮评价没有“%s”", code)
	}
	x := &Explanation{
		Code: code, Scheme: r.plan.scheme.Name, Year: r.Year, Population: q.Name,
		Subtotal: q.Subtotal[i], Adjustment: q.Adjustment[i], Total: q.Total[i],
		Rank: placeIn(q.Rank, i, nil), GradeBefore: q.GradeName(q.GradeBefore[i]), Grade: q.GradeName(q.Grade[i]),
		Printed: q.Printed(i), PolicyGrade: q.PolicyGrade(i),
	}
	if q.Grade[i] != NoGrade {
		x.GradeName = q.population.Bands.Grades[q.Grade[i]].Name
	}
	if class, out := q.NotGraded(i); out {
		x.NotGraded = class.Reason
	}
	if q.scoring == nil || q.slot[i] < 0 {
		return x, nil
	}
	x.DistrictRank = placeIn(q.DistrictRank, i, r.alike(q, i, "district"))
	x.GroupRank = x.Rank
	if q.GroupRank != nil {
		x.GroupRank = placeIn(q.GroupRank, i, r.alike(q, i, q.population.Bands.Within))
	}
	for _, s := range q.population.Indicators {
		x.Lines = append(x.Lines, r.line(q, i, s))
	}
	for _, d := range q.population.Dimensions {
		x.Dimensions = append(x.Dimensions, DimensionLine{d.Key, d.Name, d.Weight, q.Dimensions[d.Key][i], placeIn(q.DimensionRanks[d.Key], i, nil)})
	}
	for _, a := range q.population.Adjustments {
		if v := q.Adjustments[a.Key][i]; v != 0 {
			x.Adjustments = append(x.Adjustments, AdjustLine{a.Key, a.Name, a.Reason, v})
		}
	}
	for _, m := range q.Moves {
		if m.Row == q.Rows[i] {
			x.Moves = append(x.Moves, MoveLine{q.moveName(m.Move), moveNames[m.Kind], q.GradeName(m.From), q.GradeName(m.To), m.Reason})
		}
	}
	var err error
	x.Next, err = r.next(q, i)
	return x, err
}

func (q *PopulationResult) moveName(key string) string {
	for _, m := range q.population.Moves {
		if m.Key == key {
			return m.Name
		}
	}
	return moveNames[pack.Manual]
}

// alike returns which members share member i's value of an attribute.
func (r *Result) alike(q *PopulationResult, i int, key string) func(int) bool {
	texts := r.facts.Texts[key]
	if key == "own_group" {
		return func(k int) bool { return q.Group[k] == q.Group[i] }
	}
	if texts == nil {
		return nil
	}
	return func(k int) bool { return texts[q.Rows[k]] == texts[q.Rows[i]] }
}

// placeIn returns member i's rank and how many are ranked with it.
func placeIn(ranks []int32, i int, with func(int) bool) Place {
	if ranks == nil || ranks[i] == 0 {
		return Place{}
	}
	p := Place{Rank: int(ranks[i])}
	for k, v := range ranks {
		if v > 0 && (with == nil || with(k)) {
			p.Of++
		}
	}
	return p
}

func (r *Result) line(q *PopulationResult, i int, s pack.Scored) Line {
	v := r.plan.indicatorOf(s.Indicator)
	row := int(q.Rows[i])
	l := Line{
		Indicator: v.Key, Name: v.Name, Unit: v.Unit, Dimension: s.Dimension,
		Value: at(r.values.columns[v.Key], int32(row)), Why: r.WhyMissing(v.Key, row),
		Benchmark: q.Benchmarks[v.Key][i], BenchmarkText: benchmarkText(s, r.Year),
		Method: methodText(s, v.Direction), Weight: s.Weight, Highest: highest(s),
		Score: q.Scores[v.Key][i], State: q.States[v.Key][i],
	}
	for _, f := range r.formulas {
		if f.indicator.Key == v.Key {
			l.Formula = f.program.String()
			for _, key := range f.program.Fields() {
				l.Raw = append(l.Raw, r.raw(key, row))
			}
		}
	}
	return l
}

func (r *Result) raw(key string, row int) RawValue {
	out := RawValue{Item: key, Value: at(r.values.columns[key], int32(row))}
	if item, ok := r.plan.pack.Items().Find(key); ok {
		d, _ := r.plan.pack.City().Department(item.Source)
		out.Name, out.Unit, out.Source, out.Basis = item.Name, item.Unit, d.Short, item.Basis
		return out
	}
	v := r.plan.indicatorOf(key)
	out.Name, out.Unit, out.Basis = v.Name, v.Unit, v.Basis
	return out
}

// highest is the most points a rule can give.
func highest(s pack.Scored) float64 {
	switch s.Method {
	case pack.MinMax:
		return s.Weight * s.High / 100
	case pack.RankOnly, pack.Threshold, pack.InverseMean:
		return s.Weight
	case pack.BestRatio:
		if !s.Cap.Set {
			return s.Weight
		}
	}
	if s.Cap.Set {
		return s.Weight * s.Cap.Value
	}
	return inf
}

func trim(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

var statisticTexts = map[pack.Statistic]string{
	pack.Mean: "均值", pack.Pooled: "总量之比", pack.Median: "中位数", pack.Maximum: "最大值", pack.Minimum: "最小值", pack.MeanPositive: "均值（负值按零）",
}

// benchmarkText says where a benchmark comes from.
func benchmarkText(s pack.Scored, year int) string {
	b := s.Benchmark
	if b.At.Line == 0 {
		return ""
	}
	if b.Statistic == pack.Constant {
		return fmt.Sprintf("%d 年度公布的基准值", year)
	}
	who := map[string]string{"": "参评企业", "all": "全部参评企业", "district": "本县区参评企业", "own_group": "本组参评企业"}[b.Per]
	if who == "" {
		who = "同类参评企业"
	}
	when := "当年"
	if b.Previous {
		when = "上年"
	}
	text := when + who + statisticTexts[b.Statistic]
	if b.Times != 1 {
		text += "的 " + trim(b.Times) + " 倍"
	}
	return text
}

// methodText is the score function in one line.
func methodText(s pack.Scored, dir pack.Direction) string {
	text := ""
	switch s.Method {
	case pack.RatioToBenchmark:
		text = "企业值÷基准值×权重"
		if dir == pack.Lower {
			text = "基准值÷企业值×权重"
		}
	case pack.MinMax:
		text = fmt.Sprintf("权重×[%s＋%s×(企业值－最差值)÷(最优值－最差值)]÷100", trim(s.Low), trim(s.High-s.Low))
	case pack.BestRatio:
		text = "企业值÷最优值×权重"
	case pack.InverseMean:
		text = "(2－企业值÷均值)×权重÷2"
	case pack.RankOnly:
		text = "权重×(企业数－名次＋1)÷企业数"
	case pack.Threshold:
		text = "按分级取权重的份额"
	}
	if s.Cap.Set {
		text += "，封顶 " + trim(s.Cap.Value) + " 倍"
	}
	if s.Floor.Set {
		text += "，最低 " + trim(s.Floor.Value*s.Weight) + " 分"
	}
	return text
}

package evaluate

import (
	"fmt"
	"math"

	"ballast/internal/evaluate/scheme"
	"ballast/internal/fault"
	"ballast/internal/pack"
)

// outcome is a computed population laid out as the rows and columns the store
// keeps.
type outcome struct {
	columns []Column
	scores  []Score
	summary Summary
	digest  string
}

// layout turns one population of a result into rows and named columns.
func layout(p *pack.Pack, s *Snapshot, r *scheme.Result, population string) (*outcome, error) {
	var q *scheme.PopulationResult
	for i := range r.Populations {
		if r.Populations[i].Key == population {
			q = &r.Populations[i]
		}
	}
	if q == nil {
		return nil, fault.New(fault.NotFound, "评价办法里没有“%s”这一类评价对象", population)
	}
	o := &outcome{digest: r.Digest()}
	var stages [][]float64
	for _, c := range r.Columns(population) {
		col := Column{Name: c.Name, Title: c.Title, Unit: c.Unit}
		numbers := c.Numbers
		if numbers == nil {
			numbers, col.Words = dictionary(c.Texts)
		}
		o.columns = append(o.columns, col)
		stages = append(stages, numbers)
	}
	o.scores = rows(s, r, q, stages)
	o.summary = summarise(p, r, q)
	return o, nil
}

// dictionary keeps each different text once, in order of first use.
func dictionary(texts []string) ([]float64, []string) {
	place := map[string]int{}
	words := []string{}
	out := make([]float64, len(texts))
	for i, t := range texts {
		k, ok := place[t]
		if !ok {
			k = len(words)
			place[t] = k
			words = append(words, t)
		}
		out[i] = float64(k)
	}
	return out, words
}

// rows lays the population out one firm a row.
func rows(s *Snapshot, r *scheme.Result, q *scheme.PopulationResult, stages [][]float64) []Score {
	out := make([]Score, len(q.Rows))
	why := reasons(q)
	for i, row := range q.Rows {
		sc := Score{
			Enterprise: s.Enterprise[row], Code: r.Keys[row], Name: s.Name[row], Total: q.Total[i], Rank: int(q.Rank[i]),
			District: textAt(s, "district", row), Industry: textAt(s, "industry", row),
			BandFirst: q.GradeName(q.GradeBefore[i]), Band: q.Printed(i), Reason: why[i], Stages: make([]float64, len(stages)),
		}
		if q.DistrictRank != nil {
			sc.RankDistrict = int(q.DistrictRank[i])
		}
		_, excluded := q.NotGraded(i)
		sc.Graded = !excluded && !q.Pending[i]
		for k, c := range stages {
			sc.Stages[k] = math.NaN()
			if i < len(c) {
				sc.Stages[k] = c[i]
			}
		}
		out[i] = sc
	}
	return out
}

func textAt(s *Snapshot, key string, row int32) string {
	if c := s.Input.Texts[key]; c != nil {
		return c[row]
	}
	return ""
}

// reasons says per member why it has no grade or why its grade was changed.
func reasons(q *scheme.PopulationResult) []string {
	out := make([]string, len(q.Rows))
	for i := range q.Rows {
		switch c, not := q.NotGraded(i); {
		case not:
			out[i] = c.Name + "：" + c.Reason
		case q.Pending[i]:
			out[i] = "缺少不能替代的数据，档次待定"
		}
	}
	member := make(map[int32]int, len(q.Rows))
	for i, row := range q.Rows {
		member[row] = i
	}
	for _, m := range q.Moves {
		i := member[m.Row]
		if out[i] != "" {
			out[i] += "；"
		}
		out[i] += fmt.Sprintf("%s（%s→%s）", m.Reason, q.GradeName(m.From), q.GradeName(m.To))
	}
	return out
}

// summarise counts the population and gathers the reconciliation.
func summarise(p *pack.Pack, r *scheme.Result, q *scheme.PopulationResult) Summary {
	s := Summary{Population: len(q.Rows)}
	var rec scheme.Reconciled
	for _, c := range r.Report.Populations {
		if c.Population == q.Key {
			rec = c
		}
	}
	s.Ranked = rec.Graded
	rules := q.Rules()
	sum := 0
	for _, g := range rules.Bands.Grades {
		s.Bands = append(s.Bands, BandCount{g.Key, g.Name, rec.Grade[g.Key]})
		sum += rec.Grade[g.Key]
	}
	out := 0
	for _, c := range rules.NotGraded {
		s.NotGraded = append(s.NotGraded, BandCount{c.Key, c.Name, rec.NotGraded[c.Key]})
		out += rec.NotGraded[c.Key]
	}
	for _, x := range rules.Indicators {
		for _, c := range r.MissingCounts(x.Indicator) {
			s.Missing += c.Rows
		}
	}
	found, _ := p.Schemes().Find(r.SchemeID)
	s.Checks = []Check{
		{"各档企业数之和等于评级企业数", sum == rec.Graded, fmt.Sprintf("%s ＝ %d，评级 %d 家", bandSum(s.Bands), sum, rec.Graded)},
		{"评级、不评级、待定之和等于参评企业数", rec.Graded+out+rec.Pending == rec.Members,
			fmt.Sprintf("%d ＋ %d ＋ %d ＝ %d，参评 %d 家", rec.Graded, out, rec.Pending, rec.Graded+out+rec.Pending, rec.Members)},
		{"指标权重合计", math.Abs(rec.WeightTotal-found.Weights) < 1e-9, fmt.Sprintf("合计 %g，应为 %g", rec.WeightTotal, found.Weights)},
		{"没有待定企业", rec.Pending == 0, fmt.Sprintf("待定 %d 家", rec.Pending)},
	}
	for _, e := range r.Report.Errors {
		s.Checks = append(s.Checks, Check{"计算自检", false, e})
	}
	if len(r.Report.Errors) == 0 {
		s.Checks = append(s.Checks, Check{"计算自检：名额、单位", true, "没有发现问题"})
	}
	for _, f := range r.Report.Findings {
		if f.Population == "" || f.Population == q.Key {
			s.Findings = append(s.Findings, f.Message)
		}
	}
	return s
}

func bandSum(bands []BandCount) string {
	out := ""
	for i, b := range bands {
		if i > 0 {
			out += " ＋ "
		}
		out += fmt.Sprintf("%s %d", b.Key, b.Count)
	}
	return out
}

// adjust applies the adjustments in force after everything else and recounts the
// bands. The digest then covers them too.
func (o *outcome) adjust(p *pack.Pack, r Round, all []Adjustment) error {
	place := make(map[int64]int, len(o.scores))
	for i, s := range o.scores {
		place[s.Enterprise] = i
	}
	sch, _ := p.Schemes().Find(r.Scheme)
	pop, _ := sch.Population(r.Population)
	changed := false
	for _, a := range all {
		i, ok := place[a.Enterprise]
		switch {
		case a.Withdrawn:
			continue
		case !ok:
			return fault.New(fault.Conflict, "手动调档的企业（%d 号）不在这一类评价对象里", a.Enterprise).WithHint("请撤回这条调档。")
		case pop.Bands.Rank(a.Band) < 0:
			return fault.New(fault.Conflict, "手动调档写的“%s”不是本办法的档次", a.Band)
		case !o.scores[i].Graded:
			return fault.New(fault.Conflict, "“%s”不参与评级，不能手动调档", o.scores[i].Name)
		}
		s := &o.scores[i]
		o.recount(s.Band, -1)
		o.recount(a.Band, +1)
		if s.Reason != "" {
			s.Reason += "；"
		}
		s.Reason += fmt.Sprintf("手动调档：%s（%s→%s，%s）", a.Reason, s.Band, a.Band, a.Document)
		s.Band = a.Band
		o.digest = digestOf(fmt.Appendf(nil, "%s|%s|%s|%s|%s", o.digest, s.Code, a.Band, a.Reason, a.Document))
		changed = true
	}
	if changed {
		sum := 0
		for _, b := range o.summary.Bands {
			sum += b.Count
		}
		o.summary.Checks[0] = Check{o.summary.Checks[0].Name, sum == o.summary.Ranked, fmt.Sprintf("%s ＝ %d，评级 %d 家（含手动调档）", bandSum(o.summary.Bands), sum, o.summary.Ranked)}
	}
	return nil
}

func (o *outcome) recount(band string, by int) {
	for i := range o.summary.Bands {
		if o.summary.Bands[i].Key == band {
			o.summary.Bands[i].Count += by
		}
	}
}

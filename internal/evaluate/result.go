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
	var columns [][]float64
	add := func(c Column, v []float64) {
		o.columns = append(o.columns, c)
		columns = append(columns, v)
	}
	rules := q.Rules()
	addValues(p, r, q, rules, add)
	for _, d := range rules.Dimensions {
		add(Column{"dimension." + d.Key + ".score", d.Key, "score", d.Name + "得分", "分", d.Key}, q.Dimensions[d.Key])
		add(Column{"dimension." + d.Key + ".rank", d.Key, "rank", d.Name + "名次", "", d.Key}, ints(q.DimensionRanks[d.Key]))
	}
	add(Column{"subtotal", "", "subtotal", "指标得分合计", "分", ""}, q.Subtotal)
	for _, a := range rules.Adjustments {
		add(Column{"adjust." + a.Key, a.Key, "adjust", a.Name, "分", ""}, q.Adjustments[a.Key])
	}
	add(Column{"adjustment", "", "adjustment", "加减分", "分", ""}, q.Adjustment)
	add(Column{"total", "", "total", "总分", "分", ""}, q.Total)
	o.scores = rows(s, r, q, columns)
	o.summary = summarise(p, r, q)
	return o, nil
}

// addValues adds the raw items and, per indicator, value, benchmark, score and
// how the score came about.
func addValues(p *pack.Pack, r *scheme.Result, q *scheme.PopulationResult, rules pack.Population, add func(Column, []float64)) {
	for item := range p.Items().All() {
		if v, ok := r.Value(item.Key); ok {
			add(Column{"raw." + item.Key, item.Key, "raw", item.Name, item.Unit, ""}, pick(v, q.Rows))
		}
	}
	for _, x := range rules.Indicators {
		ind, _ := p.Indicators().Find(x.Indicator)
		v, _ := r.Value(x.Indicator)
		key := func(stage string) string { return x.Indicator + "." + stage }
		add(Column{key("value"), x.Indicator, "value", ind.Name, ind.Unit, x.Dimension}, pick(v, q.Rows))
		add(Column{key("benchmark"), x.Indicator, "benchmark", ind.Name + "基准值", ind.Unit, x.Dimension}, q.Benchmarks[x.Indicator])
		add(Column{key("score"), x.Indicator, "score", ind.Name + "得分", "分", x.Dimension}, q.Scores[x.Indicator])
		states := make([]float64, len(q.Rows))
		for i, st := range q.States[x.Indicator] {
			states[i] = float64(st)
		}
		add(Column{key("cap"), x.Indicator, "cap", ind.Name + "得分方式", "", x.Dimension}, states)
	}
}

func pick(v []float64, rows []int32) []float64 {
	out := make([]float64, len(rows))
	for i, row := range rows {
		out[i] = math.NaN()
		if v != nil {
			out[i] = v[row]
		}
	}
	return out
}

func ints(v []int32) []float64 {
	out := make([]float64, len(v))
	for i, n := range v {
		out[i] = math.NaN()
		if n > 0 {
			out[i] = float64(n)
		}
	}
	return out
}

// rows lays the population out one firm a row.
func rows(s *Snapshot, r *scheme.Result, q *scheme.PopulationResult, columns [][]float64) []Score {
	out := make([]Score, len(q.Rows))
	why := reasons(q)
	districts, industries := s.Input.Texts["district"], s.Input.Texts["industry"]
	for i, row := range q.Rows {
		sc := Score{
			Enterprise: s.Enterprise[row], Code: r.Keys[row], Name: s.Name[row], Total: q.Total[i], Rank: int(q.Rank[i]),
			BandFirst: q.GradeName(q.GradeBefore[i]), Band: q.Printed(i), Reason: why[i], Stages: make([]float64, len(columns)),
		}
		if districts != nil {
			sc.District = districts[row]
		}
		if industries != nil {
			sc.Industry = industries[row]
		}
		if q.DistrictRank != nil {
			sc.RankDistrict = int(q.DistrictRank[i])
		}
		_, out1 := q.NotGraded(i)
		sc.Graded = !out1 && !q.Pending[i]
		for k, c := range columns {
			sc.Stages[k] = math.NaN()
			if i < len(c) {
				sc.Stages[k] = c[i]
			}
		}
		out[i] = sc
	}
	return out
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
	for _, m := range q.Moves {
		if out[m.Member] != "" {
			out[m.Member] += "；"
		}
		out[m.Member] += m.Text()
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
			s.Missing += c.N
		}
	}
	scheme := p.Schemes()
	found, _ := scheme.Find(r.SchemeID)
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

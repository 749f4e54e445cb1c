package scheme

import (
	"fmt"
	"math"

	"ballast/internal/pack"
)

// Report reconciles a result before anyone may publish it.
type Report struct {
	Populations []Reconciled
	Findings    []Finding // what a person must look at
	Errors      []string  // what must not be published; empty in a sound result
}

// Reconciled is the arithmetic of one population: Members = Graded + the not
// graded + Pending, and Graded = the sum over grades.
type Reconciled struct {
	Population  string
	Members     int
	Graded      int
	Pending     int
	NotGraded   map[string]int // by class key
	GradeBefore map[string]int // by grade, before moves
	Grade       map[string]int // by grade, after moves
	Moved       int
	WeightTotal float64
}

// reconcile counts everything again from the columns, so that a slip in any
// stage shows.
func (r *Result) reconcile() {
	located := 0
	for i := range r.Populations {
		q := &r.Populations[i]
		located += len(q.Rows)
		c := r.count(q)
		r.Report.Populations = append(r.Report.Populations, c)
		r.compare(q, c)
	}
	none := 0
	for _, k := range r.Population {
		if k == NoPopulation {
			none++
		}
	}
	if located+none != len(r.Keys) {
		r.fail("各类评价对象 %d 家加未归类 %d 家，不等于全部 %d 家", located, none, len(r.Keys))
	}
	r.units()
}

func (r *Result) fail(format string, args ...any) {
	r.Report.Errors = append(r.Report.Errors, fmt.Sprintf(format, args...))
}

func (r *Result) count(q *PopulationResult) Reconciled {
	c := Reconciled{Population: q.Key, Members: len(q.Rows), NotGraded: map[string]int{}, GradeBefore: map[string]int{}, Grade: map[string]int{}, Moved: len(q.Moves)}
	pending := Finding{Population: q.Key, Subject: "total", Message: "缺少不能替代的数据，没有总分，档次待定"}
	for i := range q.Rows {
		class, out := q.NotGraded(i)
		switch {
		case out:
			c.NotGraded[class.Key]++
		case q.Grade[i] == NoGrade:
			c.Pending++
			pending.add(r.Keys[q.Rows[i]])
		default:
			c.Graded++
			c.Grade[q.GradeName(q.Grade[i])]++
			c.GradeBefore[q.GradeName(q.GradeBefore[i])]++
		}
	}
	for _, x := range q.population.Indicators {
		c.WeightTotal += x.Weight
	}
	r.Report.Findings = pending.appendTo(r.Report.Findings)
	return c
}

// compare holds the counts against the quotas and the scheme.
func (r *Result) compare(q *PopulationResult, c Reconciled) {
	out := 0
	for _, n := range c.NotGraded {
		out += n
	}
	if c.Graded+c.Pending+out != c.Members {
		r.fail("“%s”评级 %d、待定 %d、不评级 %d，合计不等于 %d", q.Name, c.Graded, c.Pending, out, c.Members)
	}
	if math.Abs(c.WeightTotal-r.plan.scheme.Weights) > 1e-9 {
		r.fail("“%s”权重合计 %v，不等于 %v", q.Name, c.WeightTotal, r.plan.scheme.Weights)
	}
	if q.scoring == nil || q.population.Bands.Kind != pack.ByShare {
		return
	}
	graded := 0
	for _, cut := range q.Cuts {
		graded += cut.N
	}
	if counted := c.Graded; !q.scoring.countUngraded() && graded != counted && c.Pending == 0 {
		r.fail("“%s”参加排名 %d 家，分档基数 %d 家", q.Name, counted, graded)
	}
	for j, v := range q.Total {
		if q.slot[j] >= 0 && !q.Pending[j] && v != v {
			r.fail("“%s”的 %s 没有总分也没有原因", q.Name, r.Keys[q.Rows[j]])
			return
		}
	}
}

// units refuses a result in which a figure has no unit.
func (r *Result) units() {
	for i := range r.Populations {
		for _, x := range r.Populations[i].population.Indicators {
			if r.plan.indicatorOf(x.Indicator).Unit == "" {
				r.fail("指标“%s”没有单位", x.Indicator)
			}
		}
	}
}

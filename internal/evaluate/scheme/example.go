package scheme

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"ballast/internal/fault"
	"ballast/internal/pack"
	"ballast/internal/period"
)

// Outcome is what became of one worked example.
type Outcome struct {
	Example  pack.Example
	Failures []Failure // empty: passed
	Checked  int       // how many expectations were held against the result
}

// Failure is one expectation that did not come true.
type Failure struct {
	At      pack.Pos
	Firm    string // "" for counts and deadlines
	What    string // Chinese: 亩均税收得分
	Want    string
	Got     string
	Message string // set instead when the example could not be computed
}

// String prints the failure in one line.
func (f Failure) String() string {
	if f.Message != "" {
		return fmt.Sprintf("%s: %s", f.At, f.Message)
	}
	who := ""
	if f.Firm != "" {
		who = "企业“" + f.Firm + "”"
	}
	return fmt.Sprintf("%s: %s%s应为 %s，算得 %s", f.At, who, f.What, f.Want, f.Got)
}

// RunExamples computes every worked example of a pack.
func RunExamples(ctx context.Context, p *pack.Pack) ([]Outcome, error) {
	var out []Outcome
	for e := range p.Examples().All() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out = append(out, runExample(ctx, p, e))
	}
	return out, nil
}

func runExample(ctx context.Context, p *pack.Pack, e pack.Example) Outcome {
	c := &checker{out: Outcome{Example: e}, tolerance: 0.5 * math.Pow(10, -float64(e.Digits))}
	if len(e.Deadlines) > 0 {
		c.deadlines(p.Calendar())
		return c.out
	}
	s, _ := p.Schemes().Find(e.Scheme)
	plan, err := CompileScheme(p, e.Tuning.Apply(s))
	if err != nil {
		c.abort(err)
		return c.out
	}
	in, rows, err := plan.exampleInput(e)
	if err != nil {
		c.abort(err)
		return c.out
	}
	r, err := plan.Run(ctx, in)
	if err != nil {
		c.abort(err)
		return c.out
	}
	for _, text := range r.Report.Errors {
		c.out.Failures = append(c.out.Failures, Failure{At: e.At, Message: "结果对不上账：" + text})
	}
	for i, f := range e.Firms {
		for _, x := range f.Expect {
			c.firm(r, int(rows[i]), f.ID, x)
		}
	}
	for _, f := range e.Entities {
		row := slices.Index(r.Keys, f.ID)
		if row < 0 {
			c.out.Failures = append(c.out.Failures, Failure{At: f.At, Message: "结果里没有评价对象“" + f.ID + "”"})
			continue
		}
		for _, x := range f.Expect {
			c.firm(r, row, f.ID, x)
		}
	}
	for _, n := range e.Counts {
		c.count(r, n)
	}
	return c.out
}

// checker collects the failures of one example.
type checker struct {
	out       Outcome
	tolerance float64
}

func (c *checker) abort(err error) {
	message, hint := fault.Public(err)
	if hint != "" {
		message += "（" + hint + "）"
	}
	c.out.Failures = append(c.out.Failures, Failure{At: c.out.Example.At, Message: message})
}

func (c *checker) same(f Failure) {
	c.out.Checked++
	if f.Want != f.Got {
		c.out.Failures = append(c.out.Failures, f)
	}
}

func (c *checker) near(f Failure, want, got float64) {
	c.out.Checked++
	if diff := math.Abs(want - got); diff > c.tolerance || diff != diff {
		f.Want, f.Got = figure(want), figure(got)
		c.out.Failures = append(c.out.Failures, f)
	}
}

// figure prints a number with enough digits to see the difference.
func figure(v float64) string {
	if v != v {
		return "缺失"
	}
	return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64)
}

func (c *checker) deadlines(cal *period.Calendar) {
	for _, d := range c.out.Example.Deadlines {
		f := Failure{At: d.At, What: fmt.Sprintf("%s 起 %d 个工作日的期限", d.From, d.Workdays), Want: d.Due.String()}
		due, err := cal.AddWorkdays(d.From, d.Workdays)
		if f.Got = due.Day.String(); err != nil {
			f.Got, _ = fault.Public(err)
		}
		c.same(f)
	}
}

// firm holds one expectation about one firm against the result.
func (c *checker) firm(r *Result, row int, id string, x pack.Expectation) {
	f := Failure{At: x.At, Firm: id, What: stageNames[x.Stage] + x.Name, Want: x.Text}
	q, i, ok := r.At(row)
	if x.Stage == "value" {
		column, _ := r.Value(x.Name)
		c.near(f, x.Number, at(column, int32(row)))
		return
	}
	if !ok {
		f.Got = "没有归入任何一类评价对象"
		if f.Want == "" {
			f.Want = figure(x.Number)
		}
		c.same(f)
		return
	}
	switch x.Stage {
	case "population":
		f.Got = q.Key
	case "grade":
		f.Got = q.GradeName(q.Grade[i])
	case "grade_before":
		f.Got = q.GradeName(q.GradeBefore[i])
	case "class":
		class, _ := q.NotGraded(i)
		f.Got = class.Class
	case "policy_grade":
		f.Got = q.PolicyGrade(i)
	default:
		c.near(f, x.Number, q.number(x, i))
		return
	}
	c.same(f)
}

var stageNames = map[string]string{
	"population": "评价对象", "grade": "档次", "grade_before": "调整前档次", "class": "不评级类别", "policy_grade": "政策适用档次",
	"value": "指标值 ", "benchmark": "基准值 ", "score": "得分 ", "adjustment": "加减分 ", "dimension": "维度 ", "subtotal": "小计", "total": "总分", "rank": "名次",
}

// number returns a numeric stage of member i, NaN when there is none.
func (q *PopulationResult) number(x pack.Expectation, i int) float64 {
	var column []float64
	switch x.Stage {
	case "benchmark":
		column = q.Benchmarks[x.Name]
	case "score":
		column = q.Scores[x.Name]
	case "adjustment":
		column = q.Adjustments[x.Name]
	case "dimension":
		column = q.Dimensions[x.Name]
	case "subtotal":
		column = q.Subtotal
	case "total":
		column = q.Total
	case "rank":
		return float64(q.Rank[i])
	}
	return at(column, int32(i))
}

func (c *checker) count(r *Result, want pack.ExpectedCount) {
	n := 0
	for k := range r.Populations {
		q := &r.Populations[k]
		if q.Key != want.Population {
			continue
		}
		for i := range q.Rows {
			if q.Printed(i) == want.Grade {
				n++
			}
		}
	}
	c.same(Failure{At: want.At, What: want.Population + " 的 " + want.Grade + " 档家数", Want: strconv.Itoa(want.N), Got: strconv.Itoa(n)})
}

// exampleInput turns the firms of an example into columns, and into the
// scheme's entities. rows says in which row of the input each firm is; a firm on
// several parcels is where its first part is.
func (p *Plan) exampleInput(e pack.Example) (_ Input, rows []int32, err error) {
	n := len(e.Firms)
	now, previous := newFacts(n), newFacts(n)
	hasPrevious := false
	var holdings []Holding
	for i, f := range e.Firms {
		now.Keys[i], previous.Keys[i] = f.ID, f.ID
		for key, v := range f.Values {
			now.number(key, i, v)
		}
		for key, v := range f.Previous {
			previous.number(key, i, v)
			hasPrevious = true
		}
		for key, v := range f.Attributes {
			now.attribute(key, i, v)
			previous.attribute(key, i, v)
		}
		for _, label := range f.Labels {
			if now.Labels[label] == nil {
				now.Labels[label] = make([]bool, n)
			}
			now.Labels[label][i] = true
		}
		for _, h := range f.Parcels {
			holdings = append(holdings, Holding{f.ID, h.Parcel, h.Area})
		}
	}
	in := Input{Year: e.Year, Given: e.Given}
	var parts []Part
	if in.Facts, parts, err = p.Entities(now, holdings); err != nil {
		return in, nil, err
	}
	if hasPrevious {
		if previous, _, err = p.Entities(previous, holdings); err != nil {
			return in, nil, err
		}
		in.Previous = &previous
	}
	m := len(in.Keys)
	in.PreviousGrade, in.PreviousPopulation, in.WorstYears = make([]string, m), make([]string, m), make([]float64, m)
	rows = slices.Repeat([]int32{-1}, n)
	for _, part := range parts {
		if rows[part.Row] < 0 {
			rows[part.Row] = part.Entity
			h := e.Firms[part.Row].History
			in.PreviousGrade[part.Entity], in.PreviousPopulation[part.Entity], in.WorstYears[part.Entity] = h.Grade, h.Population, float64(h.WorstYears)
		}
	}
	return in, rows, nil
}

func newFacts(n int) Facts {
	return Facts{Keys: make([]string, n), Values: map[string][]float64{}, Texts: map[string][]string{}, Flags: map[string][]Flag{}, Labels: map[string][]bool{}}
}

// number sets one value, making the column when it is the first.
func (f *Facts) number(key string, row int, v float64) {
	if f.Values[key] == nil {
		f.Values[key] = slices.Repeat([]float64{nan}, len(f.Keys))
	}
	f.Values[key][row] = v
}

// attribute sets one text, date or flag.
func (f *Facts) attribute(key string, row int, v any) {
	switch v := v.(type) {
	case bool:
		if f.Flags[key] == nil {
			f.Flags[key] = make([]Flag, len(f.Keys))
		}
		f.Flags[key][row] = FlagOf(v)
	case period.Day:
		f.text(key, row, v.String())
	case string:
		f.text(key, row, v)
	}
}

func (f *Facts) text(key string, row int, v string) {
	if f.Texts[key] == nil {
		f.Texts[key] = make([]string, len(f.Keys))
	}
	f.Texts[key][row] = v
}

package pack

import (
	"fmt"
	"maps"
	"slices"

	"ballast/internal/period"

	"gopkg.in/yaml.v3"
)

// Example is a worked example: a few firms, and what a clerk with a pocket
// calculator says the rules make of them.
type Example struct {
	ID     string // file and name
	Name   string
	Scheme string // of an evaluation example
	Year   int
	Digits int // figures agree when they differ by less than half of the last digit
	Tuning Tuning
	Given  []GivenStat
	Firms  []ExampleFirm
	// Entities states results of parcels, groups and merged tenants by their own
	// code; ID and Expect are set.
	Entities []ExampleFirm
	Counts   []ExpectedCount

	Deadlines []ExpectedDeadline // of a calendar example
	At        Pos
	Reference string
}

func (e Example) key() string   { return e.ID }
func (e Example) place() Pos    { return e.At }
func (e Example) label() string { return e.Name }

func (e Example) clone() Example {
	e.Given, e.Counts, e.Deadlines = slices.Clone(e.Given), slices.Clone(e.Counts), slices.Clone(e.Deadlines)
	e.Firms, e.Entities = slices.Clone(e.Firms), slices.Clone(e.Entities)
	for i, f := range e.Entities {
		e.Entities[i].Expect = slices.Clone(f.Expect)
	}
	for i, f := range e.Firms {
		f.Values, f.Previous, f.Attributes = maps.Clone(f.Values), maps.Clone(f.Previous), maps.Clone(f.Attributes)
		f.Labels, f.Expect, f.Parcels = slices.Clone(f.Labels), slices.Clone(f.Expect), slices.Clone(f.Parcels)
		e.Firms[i] = f
	}
	return e
}

// Tuning changes a scheme for a what-if question. The zero Tuning changes
// nothing.
type Tuning struct {
	Cap, Floor *Limit             // of every scored indicator
	Weights    map[string]float64 // indicator → weight, in every population that has it
	UpTo       map[string]float64 // grade → cumulative percent, in every population cut by share
}

// IsZero reports whether nothing is changed.
func (t Tuning) IsZero() bool {
	return t.Cap == nil && t.Floor == nil && len(t.Weights) == 0 && len(t.UpTo) == 0
}

// Apply returns the scheme with the changes made. Dimension weights follow the
// indicators'.
func (t Tuning) Apply(s Scheme) Scheme {
	s = s.clone()
	for i := range s.Populations {
		p := &s.Populations[i]
		moved := map[string]float64{}
		for j := range p.Indicators {
			x := &p.Indicators[j]
			if t.Cap != nil {
				x.Cap = *t.Cap
			}
			if t.Floor != nil {
				x.Floor = *t.Floor
			}
			if w, ok := t.Weights[x.Indicator]; ok {
				moved[x.Dimension] += w - x.Weight
				x.Weight = w
			}
		}
		for j := range p.Dimensions {
			p.Dimensions[j].Weight += moved[p.Dimensions[j].Key]
		}
		for j, g := range p.Bands.Grades {
			if v, ok := t.UpTo[g.Key]; ok && p.Bands.Kind == ByShare {
				p.Bands.Grades[j].UpTo = Limit{true, v}
			}
		}
	}
	return s
}

// GivenStat is a statistic of participants that an example states instead of
// listing the participants, for example last year's county mean.
type GivenStat struct {
	Population string // "" every population
	Indicator  string
	Group      string // value of the benchmark's grouping attribute; "" when it has none
	Value      float64
}

// ExampleFirm is one firm of an example.
type ExampleFirm struct {
	ID         string
	Values     map[string]float64 // items; an absent item is missing
	Previous   map[string]float64 // items of the year before
	Attributes map[string]any     // string, bool or period.Day
	Labels     []string
	History    History
	Parcels    []ExampleParcel
	Expect     []Expectation
	At         Pos
}

// ExampleParcel is a firm's part of a parcel.
type ExampleParcel struct {
	Parcel string
	Area   float64 // floor area; 0 unknown
}

// History is what earlier rounds say of a firm.
type History struct {
	Grade      string // of the round before
	Population string // of the round before
	WorstYears int    // consecutive years with the worst grade, up to the round before
}

// Expectation is one thing that must come out for a firm.
type Expectation struct {
	Stage  string // population, value, score, adjustment, dimension, subtotal, total, rank, grade, class, policy_grade
	Name   string // the indicator, adjustment or dimension
	Number float64
	Text   string // of population, grade, class and policy_grade
	At     Pos
}

// What lists print for a firm without a grade or a named class.
const (
	Ungraded  = "不评级" // its class has no name of its own
	Undecided = "待定"  // a value is missing that the rule does not replace
)

// ExpectedCount is how many firms of a population must get a grade, a class,
// Ungraded or Undecided.
type ExpectedCount struct {
	Population, Grade string
	N                 int
	At                Pos
}

// ExpectedDeadline is a count of working days.
type ExpectedDeadline struct {
	From     period.Day
	Workdays int
	Due      period.Day
	At       Pos
}

func readExample(p *Pack, o *object) {
	o.each("examples", func(o *object) {
		e := Example{Name: o.text("name"), At: o.pos(), Reference: o.textOr("reference", ""), Digits: o.integerOr("digits", 4, 0, 12)}
		e.ID = o.src.name + "#" + e.Name
		if o.has("workdays") {
			o.each("workdays", func(o *object) {
				e.Deadlines = append(e.Deadlines, ExpectedDeadline{From: o.day("from"), Workdays: o.integer("days", 0, 2600), Due: o.day("due"), At: o.pos()})
			})
		} else {
			e.readEvaluation(o)
		}
		p.examples.add(e)
	})
}

func (e *Example) readEvaluation(o *object) {
	e.Scheme, e.Year = o.text("scheme"), o.integer("year", 1990, 2999)
	o.inner("tune", func(o *object) { e.Tuning = readTuning(o) })
	o.each("given", func(o *object) {
		e.Given = append(e.Given, GivenStat{Population: o.textOr("population", ""), Indicator: o.key("indicator"), Group: o.textOr("group", ""), Value: o.number("value")})
	})
	o.each("firms", func(o *object) { e.Firms = append(e.Firms, readFirm(o)) })
	o.each("entities", func(o *object) {
		x := ExampleFirm{ID: o.text("id"), At: o.pos()}
		o.inner("expect", func(o *object) { x.Expect = readExpectations(o) })
		e.Entities = append(e.Entities, x)
	})
	o.each("ladders", func(o *object) { e.Firms = append(e.Firms, readLadder(o)...) })
	o.each("counts", func(o *object) {
		population := o.key("population")
		o.entries("grades", func(grade string, at, value *yaml.Node) {
			e.Counts = append(e.Counts, ExpectedCount{population, grade, o.src.integerOf(value, grade, 0, 1<<30), o.src.at(at)})
		})
	})
	if len(e.Firms) == 0 {
		o.src.failAt("yaml", o.node, "算例“%s”没有企业：写“firms”或“ladders”", e.Name)
	}
}

func readTuning(o *object) Tuning {
	var t Tuning
	for key, to := range map[string]**Limit{"cap": &t.Cap, "floor": &t.Floor} {
		if o.has(key) {
			l := o.limit(key)
			*to = &l
		}
	}
	t.Weights, t.UpTo = readNumbers(o, "weights"), readNumbers(o, "up_to")
	return t
}

func readNumbers(o *object, key string) map[string]float64 {
	out := map[string]float64{}
	o.entries(key, func(name string, _, value *yaml.Node) {
		if value.Kind == yaml.ScalarNode && value.Value == "missing" {
			return
		}
		if v, ok := o.src.numberOf(value, name); ok {
			out[name] = v
		}
	})
	return out
}

func readFirm(o *object) ExampleFirm {
	f := ExampleFirm{ID: o.text("id"), Values: readNumbers(o, "values"), Previous: readNumbers(o, "previous"), Attributes: map[string]any{}, Labels: o.texts("labels"), At: o.pos()}
	o.entries("attributes", func(name string, at, value *yaml.Node) {
		switch value.Tag {
		case "!!bool":
			f.Attributes[name] = o.src.flagOf(value, name)
		case "!!timestamp":
			f.Attributes[name] = o.src.dayOf(value, name)
		default:
			f.Attributes[name], _ = o.src.textOf(value, name)
		}
	})
	o.each("parcels", func(o *object) {
		f.Parcels = append(f.Parcels, ExampleParcel{o.text("parcel"), o.numberOr("area", 0)})
	})
	o.inner("history", func(o *object) {
		f.History = History{Grade: o.textOr("grade", ""), Population: o.textOr("population", ""), WorstYears: o.integerOr("worst_years", 0, 0, 100)}
	})
	o.inner("expect", func(o *object) { f.Expect = readExpectations(o) })
	return f
}

// Words of the expectations that carry one number, one text, or a number for
// each of several names.
var (
	expectNumbers = []string{"subtotal", "total", "rank"}
	expectTexts   = []string{"population", "grade", "grade_before", "class", "policy_grade"}
	expectMaps    = []struct{ key, stage string }{{"values", "value"}, {"benchmarks", "benchmark"}, {"scores", "score"}, {"adjustments", "adjustment"}, {"dimensions", "dimension"}}
)

func readExpectations(o *object) (out []Expectation) {
	for _, key := range expectTexts {
		if o.has(key) {
			out = append(out, Expectation{Stage: key, Text: o.text(key), At: o.posOf(key)})
		}
	}
	for _, m := range expectMaps {
		o.entries(m.key, func(name string, at, value *yaml.Node) {
			v, _ := o.src.numberOf(value, name)
			out = append(out, Expectation{Stage: m.stage, Name: name, Number: v, At: o.src.at(at)})
		})
	}
	for _, key := range expectNumbers {
		if o.has(key) {
			out = append(out, Expectation{Stage: key, Number: o.number(key), At: o.posOf(key)})
		}
	}
	return out
}

// readLadder reads many firms that differ by steps, so that an example of band
// shares need not list a hundred rows: the i-th firm (from 0) has the first
// value plus i times the step.
func readLadder(o *object) []ExampleFirm {
	base := readFirm(o)
	steps := readNumbers(o, "steps")
	var out []ExampleFirm
	for i := range o.integer("count", 1, 10000) {
		f := base
		f.ID = fmt.Sprintf("%s-%05d", base.ID, i+1)
		f.Values = maps.Clone(base.Values)
		for item, step := range steps {
			f.Values[item] = base.Values[item] + float64(float64(i)*step)
		}
		out = append(out, f)
	}
	return out
}

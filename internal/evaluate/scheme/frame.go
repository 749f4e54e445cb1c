package scheme

import (
	"math"

	"ballast/internal/fault"
	"ballast/internal/pack"
	"ballast/internal/period"
	"ballast/internal/rule"
)

// values is the computed side of a year's facts: every item and indicator as a
// column, with the rule columns that remember why a value is missing.
type values struct {
	columns map[string][]float64
	reasons map[string]*rule.Column // of indicators
	counts  map[string][]rule.Count
}

// compute runs the formulas of a year over its facts.
func (p *Plan) compute(f *Facts, on period.Day) (*values, []formula, error) {
	formulas, err := p.formulas(on)
	if err != nil {
		return nil, nil, err
	}
	n := len(f.Keys)
	frame := rule.NewFrame(p.formulaSchema, n)
	used := map[string]bool{}
	for _, x := range formulas {
		for _, name := range x.program.Fields() {
			used[name] = true
		}
	}
	if err := p.fillItems(frame, f, used); err != nil {
		return nil, nil, err
	}
	out := &values{columns: map[string][]float64{}, reasons: map[string]*rule.Column{}, counts: map[string][]rule.Count{}}
	for key, c := range f.Values {
		out.columns[key] = c
	}
	for _, x := range formulas {
		col := &rule.Column{}
		if err := x.program.Columns(frame, col); err != nil {
			return nil, nil, err
		}
		key := x.indicator.Key
		if used[key] {
			if err := frame.SetColumn(key, col); err != nil {
				return nil, nil, err
			}
		}
		out.columns[key], out.reasons[key], out.counts[key] = clean(col.Numbers()), col, col.Counts()
	}
	return out, formulas, nil
}

// clean replaces the marked NaNs of the rule engine, whose payload says why, by
// the one NaN that digests and comparisons expect.
func clean(in []float64) []float64 {
	out := make([]float64, len(in))
	for i, v := range in {
		if v != v {
			v = math.NaN()
		}
		out[i] = v
	}
	return out
}

// fillItems sets the items that some expression uses; the others would only
// cost memory.
func (p *Plan) fillItems(frame *rule.Frame, f *Facts, used map[string]bool) error {
	for item := range p.pack.Items().All() {
		var err error
		switch {
		case !used[item.Key]:
		case item.Type.Numeric():
			if c, ok := f.Values[item.Key]; ok {
				err = frame.SetNumbers(item.Key, c, nil)
			}
		case item.Type == pack.Flag:
			err = setFlags(frame, item.Key, f.Flags[item.Key])
		default:
			err = setTexts(frame, item.Key, f.Texts[item.Key])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func setTexts(frame *rule.Frame, name string, c []string) error {
	if c == nil {
		return nil
	}
	valid := make([]bool, len(c))
	for i, s := range c {
		valid[i] = s != ""
	}
	return frame.SetTexts(name, c, valid)
}

func setFlags(frame *rule.Frame, name string, c []Flag) error {
	if c == nil {
		return nil
	}
	vals, valid := make([]bool, len(c)), make([]bool, len(c))
	for i, v := range c {
		vals[i], valid[i] = v == Yes, v != Unknown
	}
	return frame.SetFlags(name, vals, valid)
}

// round is what the facts of a year are read with.
type round struct {
	year    int
	asOf    period.Day
	history *Input // nil for the year before: its own history is not needed
}

// factFrame builds the frame of conditions: items, indicators, attributes,
// labels, history.
func (p *Plan) factFrame(schema *rule.Schema, f *Facts, v *values, r round) (*rule.Frame, error) {
	n := len(f.Keys)
	frame := rule.NewFrame(schema, n)
	if err := p.fillItems(frame, f, p.used); err != nil {
		return nil, err
	}
	for key := range v.reasons {
		if !p.used[key] {
			continue
		}
		if err := frame.SetNumbers(key, v.columns[key], nil); err != nil {
			return nil, err
		}
	}
	for a := range p.pack.Attributes().All() {
		var err error
		if !p.used[a.Key] {
			continue
		}
		if a.Type == pack.Flag {
			err = setFlags(frame, a.Key, f.Flags[a.Key])
		} else {
			err = setTexts(frame, a.Key, f.Texts[a.Key])
		}
		if err != nil {
			return nil, err
		}
	}
	for label := range p.pack.Labels().All() {
		if !p.used[pack.LabelField(label.Key)] {
			continue
		}
		held := f.Labels[label.Key]
		if held == nil {
			held = make([]bool, n)
		}
		if err := frame.SetFlags(pack.LabelField(label.Key), held, nil); err != nil {
			return nil, err
		}
	}
	return frame, setRound(frame, n, r, p.used)
}

// setRound sets the fields of the round itself and the history.
func setRound(frame *rule.Frame, n int, r round, used map[string]bool) error {
	if err := frame.SetDict("as_of", []string{r.asOf.String()}, make([]int32, n)); err != nil {
		return err
	}
	if used["evaluated_year"] {
		years := make([]float64, n)
		for i := range years {
			years[i] = float64(r.year)
		}
		if err := frame.SetNumbers("evaluated_year", years, nil); err != nil {
			return err
		}
	}
	if r.history == nil {
		return nil
	}
	h := r.history
	if h.WorstYears != nil {
		if err := frame.SetNumbers("worst_years", h.WorstYears, nil); err != nil {
			return err
		}
	}
	if err := setTexts(frame, "previous_grade", h.PreviousGrade); err != nil {
		return err
	}
	return setTexts(frame, "previous_population", h.PreviousPopulation)
}

// unknownField is the fault of an attribute that grouping needs and no column
// supplies.
func unknownField(key string) error {
	return fault.New(fault.Invalid, "没有属性列“%s”，不能按它分组", key)
}

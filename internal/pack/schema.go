package pack

import "ballast/internal/rule"

// Stage is a point of an evaluation; it decides which fields an expression may
// use.
type Stage uint8

// The stages.
const (
	StageFormula Stage = iota // items and indicators: formulas and data checks
	StageFacts                // and attributes, labels, history, the round: membership, exclusions, adjustments
	StageGraded               // and the results so far: moves
)

// LabelField returns the name by which expressions ask for a label.
func LabelField(label string) string { return "label_" + label }

// factFields is what every round knows besides the pack's own fields.
var factFields = []rule.Field{
	{Name: "as_of", Type: rule.String, Label: "评价基准日"},
	{Name: "evaluated_year", Type: rule.Number, Label: "评价年度", Unit: "年"},
	{Name: "own_group", Type: rule.String, Label: "评价分组"},
	{Name: "previous_grade", Type: rule.String, Label: "上年档次"},
	{Name: "previous_population", Type: rule.String, Label: "上年评价对象类别"},
	{Name: "worst_years", Type: rule.Number, Label: "连续末档年数", Unit: "年"},
}

// gradedFields is what is known once a population has been ranked.
var gradedFields = []rule.Field{
	{Name: "grade", Type: rule.String, Label: "现档次"},
	{Name: "total", Type: rule.Number, Label: "总得分", Unit: "分"},
	{Name: "place", Type: rule.Number, Label: "名次"},
}

var ruleTypes = map[ValueType]rule.Type{Number: rule.Number, Integer: rule.Number, Text: rule.String, Date: rule.String, Flag: rule.Bool}

// Fields returns the fields an expression may use at a stage, in a stable
// order.
func (p *Pack) Fields(stage Stage) []rule.Field {
	var out []rule.Field
	for _, i := range p.items.all {
		out = append(out, rule.Field{Name: i.Key, Type: ruleTypes[i.Type], Label: i.Name, Unit: i.Unit})
	}
	for _, i := range p.indicators.all {
		out = append(out, rule.Field{Name: i.Key, Type: rule.Number, Label: i.Name, Unit: i.Unit})
	}
	if stage == StageFormula {
		return out
	}
	for _, a := range p.attributes.all {
		out = append(out, rule.Field{Name: a.Key, Type: ruleTypes[a.Type], Label: a.Name})
	}
	for _, l := range p.labels.all {
		out = append(out, rule.Field{Name: LabelField(l.Key), Type: rule.Bool, Label: l.Name})
	}
	out = append(out, factFields...)
	if stage == StageGraded {
		out = append(out, gradedFields...)
	}
	return out
}

// Schema returns the fields of a stage as a schema to compile expressions
// against.
func (p *Pack) Schema(stage Stage) (*rule.Schema, error) { return rule.NewSchema(p.Fields(stage)) }

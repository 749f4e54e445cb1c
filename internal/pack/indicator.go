package pack

import (
	"slices"

	"ballast/internal/period"
)

// Direction says whether more is better.
type Direction uint8

// The directions.
const (
	Higher Direction = iota
	Lower
)

var directionWords = []string{"higher", "lower"}

// String returns higher or lower.
func (d Direction) String() string { return directionWords[d] }

// Indicator is a figure computed from raw items.
type Indicator struct {
	Key       string
	Name      string
	Unit      string
	Direction Direction
	Period    period.Kind
	Basis     string
	Digits    int // decimals a page shows; computations never round
	Formulas  []Formula
	At        Pos
	Provenance
}

// Formula is how an indicator is computed from a day on.
type Formula struct {
	From period.Day // zero: from the beginning
	Expr Expr       // CEL over items and other indicators; missing in, missing out; x/0 is missing
}

func (i Indicator) key() string      { return i.Key }
func (i Indicator) clone() Indicator { i.Formulas = slices.Clone(i.Formulas); return i }
func (i Indicator) place() Pos       { return i.At }
func (i Indicator) label() string    { return i.Name }

// FormulaOn returns the formula that holds on a day: the latest that began.
func (i Indicator) FormulaOn(d period.Day) (Formula, bool) {
	found, ok := Formula{}, false
	for _, f := range i.Formulas {
		if (f.From.IsZero() || !d.Before(f.From)) && (!ok || !f.From.Before(found.From)) {
			found, ok = f, true
		}
	}
	return found, ok
}

func readIndicator(p *Pack, o *object) Indicator {
	i := Indicator{
		Key: o.key("key"), Name: o.text("name"), Unit: o.text("unit"),
		Direction: Direction(o.choice("direction", directionWords)),
		Period:    readPeriod(o), Basis: o.textOr("basis", ""),
		Digits: o.integerOr("digits", 2, 0, 8), At: o.pos(),
	}
	if o.has("formula") {
		i.Formulas = []Formula{{Expr: o.expr("formula")}}
		if o.has("formulas") {
			o.src.failAt("yaml", o.node, "“formula”和“formulas”只能写一个")
		}
	} else if o.require("formulas") != nil {
		o.each("formulas", func(o *object) {
			i.Formulas = append(i.Formulas, Formula{From: o.day("from"), Expr: o.expr("formula")})
		})
	}
	i.Provenance = o.provenance(p.whole)
	return i
}

// Attribute is a fact about a firm that is no figure: where it is, what it
// makes, since when. The registry supplies the standard ones; a pack may declare
// more.
type Attribute struct {
	Key      string
	Name     string
	Type     ValueType // Text, Date or Flag
	Source   string    // key of the owning department; "" for the registry's own
	Standard bool
	At       Pos
}

func (a Attribute) key() string      { return a.Key }
func (a Attribute) clone() Attribute { return a }
func (a Attribute) place() Pos       { return a.At }
func (a Attribute) label() string    { return a.Name }

// standardAttributes is what the registry always supplies, one row each.
var standardAttributes = []Attribute{
	{Key: "district", Name: "所在县区代码", Type: Text},
	{Key: "park", Name: "所在园区", Type: Text},
	{Key: "town", Name: "所在镇街", Type: Text},
	{Key: "industry", Name: "行业小类代码（GB/T 4754）", Type: Text},
	{Key: "industry_division", Name: "行业大类代码（GB/T 4754 前两位）", Type: Text},
	{Key: "chain", Name: "所属重点产业链", Type: Text},
	{Key: "size_class", Name: "企业规模（large、medium、small、micro）", Type: Text},
	{Key: "above_scale", Name: "规模以上", Type: Flag},
	{Key: "owns_land", Name: "自有用地", Type: Flag},
	{Key: "established", Name: "成立日期", Type: Date},
	{Key: "production_since", Name: "投产日期", Type: Date},
	{Key: "parcel", Name: "宗地代码", Type: Text},
	{Key: "group_head", Name: "所属集团的牵头企业", Type: Text},
}

func readAttribute(p *Pack, o *object) Attribute {
	a := Attribute{Key: o.key("key"), Name: o.text("name"), Type: Text + ValueType(o.choice("type", valueWords[Text:])), At: o.pos()}
	a.Source = o.textOr("source", "")
	return a
}

package pack

import "slices"

// Population is a set of firms that are scored, ranked and graded together.
type Population struct {
	Key       string
	Name      string
	Member    Expr // CEL over facts: who belongs; the first population that takes a firm has it
	NotGraded []NotGraded
	Groups    []GroupRule // the scheme's own groups (industry groups); the attribute own_group

	Dimensions []Dimension
	Indicators []Scored

	Adjustments []Adjustment
	// Bounds of the sum of all additions and of all deductions, in points.
	AdditionsMax, DeductionsMax Limit

	Total     Rounding
	TotalMin  Limit
	TotalMax  Limit
	TieBreaks []string // after the total: items, indicators or "code", higher first unless lower is better
	Bands     Bands
	Moves     []Move
	At        Pos
}

func (p Population) clone() Population {
	p.NotGraded = slices.Clone(p.NotGraded)
	p.Groups = slices.Clone(p.Groups)
	p.Dimensions = slices.Clone(p.Dimensions)
	p.Indicators = slices.Clone(p.Indicators)
	for i := range p.Indicators {
		p.Indicators[i] = p.Indicators[i].clone()
	}
	p.Adjustments = slices.Clone(p.Adjustments)
	p.TieBreaks = slices.Clone(p.TieBreaks)
	p.Bands.Grades = slices.Clone(p.Bands.Grades)
	p.Moves = slices.Clone(p.Moves)
	return p
}

// NotGraded is a class of firms that get no grade of their own.
type NotGraded struct {
	Key         string
	Name        string
	When        Expr
	Class       string // what lists print instead of a grade: T; "" prints 不评级
	PolicyGrade string // the grade whose policy applies instead; "" none
	Scored      bool   // its score is computed and shown, without rank
	InCount     bool   // it counts in n when band shares are cut
	InBenchmark bool   // its values count in means and maxima of participants
	Reason      string
	At          Pos
}

// GroupRule assigns firms to one of the scheme's own groups.
type GroupRule struct {
	Key, Name string
	When      Expr
	At        Pos
}

// Dimension is a part of the total that is also ranked alone.
type Dimension struct {
	Key, Name string
	Weight    float64 // points; the sum over its indicators
	At        Pos
}

// Rounding says how a number is rounded. The zero Rounding does not round.
type Rounding struct {
	On     bool
	Digits int
	Mode   RoundMode
}

// RoundMode is the way halves go.
type RoundMode uint8

// The modes.
const (
	HalfUp   RoundMode = iota // 四舍五入; halves away from zero
	HalfEven                  // 四舍六入五成双
	Floor                     // 向下
	Ceil                      // 向上
)

var roundWords = []string{"half_up", "half_even", "floor", "ceil"}

// String returns the word used in packs.
func (m RoundMode) String() string { return roundWords[m] }

// AdjustKind says how an adjustment changes the subtotal.
type AdjustKind uint8

// The kinds of adjustment.
const (
	Points AdjustKind = iota // the amount is points
	Ratio                    // the amount is a share of the subtotal before adjustments
)

var adjustWords = []string{"points", "ratio"}

// String returns points or ratio.
func (k AdjustKind) String() string { return adjustWords[k] }

// Adjustment is an addition (positive) or deduction (negative).
type Adjustment struct {
	Key    string
	Name   string
	Kind   AdjustKind
	Label  string // the label that brings it, or
	When   Expr   // the condition that brings it; both absent: always
	Amount Expr   // a number or an expression over facts: points, or a fraction of the subtotal
	Family string // of one family only the highest addition counts; "" stands alone
	Reason string
	At     Pos
}

// MoveKind is the sort of a grade change after banding.
type MoveKind uint8

// The kinds of move.
const (
	Fix    MoveKind = iota // 定档: the grade is set
	Raise                  // 提档: up by Steps, never above Grade when stated
	Down                   // 降档: down by Steps, never below Grade when stated
	Veto                   // 一票否决: at best Grade, whatever came before
	Manual                 // 手动调档: decided by people for one entity; no rule of a pack
)

var moveWords = []string{"fix", "raise", "lower", "veto"}

// String returns the word used in packs.
func (k MoveKind) String() string { return moveWords[k] }

// Move is one rule that changes a grade. Moves apply in the order of the pack.
type Move struct {
	Key    string
	Name   string
	Kind   MoveKind
	Label  string // the label that brings it, or
	When   Expr   // the condition, over facts, indicator values, total and grade
	Grade  string
	Steps  int
	Reason string
	At     Pos
}

func readPopulation(o *object) Population {
	p := Population{Key: o.key("key"), Name: o.text("name"), Member: o.expr("member"), At: o.pos()}
	o.each("not_graded", func(o *object) { p.NotGraded = append(p.NotGraded, readNotGraded(o)) })
	o.each("groups", func(o *object) {
		p.Groups = append(p.Groups, GroupRule{Key: o.key("key"), Name: o.text("name"), When: o.expr("when"), At: o.pos()})
	})
	o.each("dimensions", func(o *object) {
		p.Dimensions = append(p.Dimensions, Dimension{Key: o.key("key"), Name: o.text("name"), Weight: o.number("weight"), At: o.pos()})
	})
	o.each("indicators", func(o *object) { p.Indicators = append(p.Indicators, readScored(o)) })
	if len(p.Indicators) == 0 {
		o.src.failAt("yaml", o.node, "“%s”没有指标：至少要有一项“indicators”", p.Name)
	}
	o.each("adjustments", func(o *object) { p.Adjustments = append(p.Adjustments, readAdjustment(o)) })
	p.AdditionsMax, p.DeductionsMax = Limit{}, Limit{}
	if len(p.Adjustments) > 0 {
		p.AdditionsMax, p.DeductionsMax = o.limit("additions_max"), o.limit("deductions_max")
	}
	p.Total = readRounding(o, "total_rounding")
	p.TotalMin, p.TotalMax = o.limit("total_min"), o.limit("total_max")
	p.TieBreaks = o.texts("tie_breaks")
	if !o.inner("bands", func(o *object) { p.Bands = readBands(o) }) {
		o.src.failAt("yaml", o.node, "“%s”没有分档：缺少“bands”", p.Name)
	}
	o.each("moves", func(o *object) { p.Moves = append(p.Moves, readMove(o)) })
	return p
}

func readNotGraded(o *object) NotGraded {
	return NotGraded{
		Key: o.key("key"), Name: o.text("name"), When: o.expr("when"), Class: o.textOr("class", ""),
		PolicyGrade: o.textOr("policy_grade", ""), Scored: o.flag("scored"), InCount: o.flag("in_count"),
		InBenchmark: o.flag("in_benchmark"), Reason: o.text("reason"), At: o.pos(),
	}
}

func readAdjustment(o *object) Adjustment {
	a := Adjustment{
		Key: o.key("key"), Name: o.text("name"), Kind: AdjustKind(o.choice("kind", adjustWords)),
		Label: o.textOr("label", ""), When: o.exprOr("when"), Amount: o.expr("amount"),
		Family: o.textOr("family", ""), Reason: o.textOr("reason", ""), At: o.pos(),
	}
	if a.Label != "" && !a.When.IsZero() {
		o.src.failAt("yaml", o.node, "加减分“%s”的“label”和“when”只能写一个", a.Name)
	}
	return a
}

func readMove(o *object) Move {
	m := Move{
		Key: o.key("key"), Name: o.text("name"), Kind: MoveKind(o.choice("kind", moveWords)),
		Label: o.textOr("label", ""), When: o.exprOr("when"), Reason: o.text("reason"), At: o.pos(),
	}
	if (m.Label == "") == m.When.IsZero() {
		o.src.failAt("yaml", o.node, "调档“%s”要写“label”或“when”，且只写一个", m.Name)
	}
	switch m.Kind {
	case Fix, Veto:
		m.Grade = o.text("grade")
	case Raise, Down:
		m.Grade, m.Steps = o.textOr("grade", ""), o.integer("steps", 1, 10)
	}
	return m
}

// readRounding reads none, or {digits, mode}.
func readRounding(o *object, key string) Rounding {
	n := o.require(key)
	if n == nil || n.Value == "none" {
		return Rounding{}
	}
	r := Rounding{On: true}
	o.inner(key, func(o *object) {
		r.Digits = o.integer("digits", 0, 12)
		r.Mode = RoundMode(o.choice("mode", roundWords))
	})
	return r
}

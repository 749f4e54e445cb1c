package scheme

import (
	"math"

	"ballast/composite"
	"ballast/internal/fault"
	"ballast/internal/pack"
	"ballast/internal/rule"
)

// total applies rounding and bounds to subtotal plus adjustments. own is true
// when they change nothing, so that composite's ranks and cuts stand.
func (s *scoring) total(subtotal []float64) (total []float64, own bool) {
	own = true
	ranked := s.result.Total()
	total = make([]float64, len(subtotal))
	for j, v := range subtotal {
		v = roundTo(v+s.adjusted.total[j], s.m.Total)
		if l := s.m.TotalMin; l.Set {
			v = max(v, l.Value)
		}
		if l := s.m.TotalMax; l.Set {
			v = min(v, l.Value)
		}
		if v != v || s.pending[j] { // every indicator missing and reweighted away, or one that may not be
			v, s.pending[j] = nan, true
		} else if v != ranked[j] {
			own = false
		}
		total[j] = v
	}
	return total, own
}

// pointsOf returns a column of composite's scores as points.
func (s *scoring) pointsOf(key string) []float64 {
	scores, ok := s.result.Score(key)
	if !ok {
		scores, _ = s.result.Node(key)
	}
	share, ok := s.points[key]
	if !ok {
		share = 1
	}
	out := make([]float64, len(scores))
	for j, v := range scores {
		out[j] = float64(v * share)
	}
	return out
}

// roundScores rounds the points of indicators whose rule says so and adds up
// dimensions and subtotal again from the rounded points.
func (s *scoring) roundScores(scores map[string][]float64, dims map[string][]float64, subtotal []float64) {
	any := false
	for _, x := range s.m.Indicators {
		if x.Rounding.On {
			any = true
			for j, v := range scores[x.Indicator] {
				scores[x.Indicator][j] = roundTo(v, x.Rounding)
			}
		}
	}
	if !any {
		return
	}
	for j := range subtotal {
		subtotal[j] = 0
		for _, d := range dims {
			d[j] = 0
		}
		for _, x := range s.m.Indicators {
			v := scores[x.Indicator][j]
			subtotal[j] += v
			if d, ok := dims[x.Dimension]; ok {
				d[j] += v
			}
		}
	}
}

// ranking is the order of totals by the population's tie rule.
func (s *scoring) ranking() composite.Ranking {
	if s.m.Bands.Kind == pack.ByShare && s.m.Bands.Ties != pack.ByOrder {
		return composite.Ranking{Ties: composite.Competition}
	}
	r := composite.Ranking{Ties: composite.Ordinal}
	for _, t := range s.m.TieBreaks {
		if t == "code" {
			break // the code decides last and always
		}
		r.Keys = append(r.Keys, composite.TieKey{Column: t, Lower: s.plan.indicatorOf(t).Direction == pack.Lower})
	}
	return r
}

var cutTies = map[pack.TieRule]composite.CutTies{pack.ByOrder: composite.ByOrder, pack.Better: composite.AllUp, pack.Worse: composite.AllDown}

var cutRounds = map[pack.RoundMode]composite.Rounding{pack.HalfUp: composite.Nearest, pack.Floor: composite.Down, pack.Ceil: composite.Up}

// banding is the grades of one population before moves.
type banding struct {
	grade  []int8 // per frame row: position in Bands.Grades, NoGrade for none
	groups []string
	cuts   [][]int // per group: last rank of each grade; nil for grades by value
	sizes  []int
	uneven []composite.Shortfall
}

// NoGrade is the grade of an entity that has none.
const NoGrade = -1

// quota states the bands by share for composite.
func (s *scoring) quota() composite.Quota {
	q := composite.Quota{Rounding: cutRounds[s.m.Bands.Round], Ties: cutTies[s.m.Bands.Ties], CountUngraded: s.countUngraded()}
	for _, g := range s.m.Bands.Grades {
		q.Bands = append(q.Bands, composite.Band{Label: g.Key, UpTo: int(math.Round(g.UpTo.Value * 100))})
	}
	return q
}

// band cuts the totals, or the figure the rule names, into grades. own is true
// when the totals are composite's own, which it has cut already.
func (s *scoring) band(total []float64, own bool) (*banding, error) {
	if s.m.Bands.Kind == pack.ByValue {
		return s.bandByValue(total)
	}
	out := &banding{groups: s.result.Groups(), grade: make([]int8, len(total))}
	bands := s.result.Band
	out.cuts, out.sizes, out.uneven = s.result.Cuts, s.result.Sizes, s.result.Uneven
	if !own {
		var group *composite.Group
		if g, ok := s.frame.Group(s.m.Bands.Within); ok {
			group = &g
		}
		dealt, err := s.quota().Deal(total, s.ranking(), s.frame, group)
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "“%s”不能分档：%v", s.m.Name, err)
		}
		bands, out.cuts, out.sizes, out.uneven = dealt.Band, dealt.Cuts, dealt.Size, dealt.Uneven
	}
	for j, b := range bands {
		out.grade[j] = NoGrade
		if b != composite.NoBand {
			out.grade[j] = int8(b)
		}
	}
	return out, nil
}

func (s *scoring) countUngraded() bool {
	for _, n := range s.m.NotGraded {
		if n.InCount {
			return true
		}
	}
	return false
}

// bandByValue grades by absolute limits with inclusive upper bounds.
func (s *scoring) bandByValue(total []float64) (*banding, error) {
	figure := total
	if of := s.m.Bands.Of; of != "total" {
		c, _ := s.frame.Column(of)
		figure = c.Values
	}
	out := &banding{grade: make([]int8, len(figure)), groups: []string{""}, sizes: []int{0}}
	for j, v := range figure {
		out.grade[j] = NoGrade
		if s.frame.Ungraded[j] {
			continue
		}
		out.sizes[0]++
		v = roundTo(v, s.m.Bands.Figure)
		for g, grade := range s.m.Bands.Grades {
			if v == v && (!grade.UpTo.Set || v <= grade.UpTo.Value) {
				out.grade[j] = int8(g)
				break
			}
		}
	}
	return out, nil
}

// Moved is one change of a grade after banding.
type Moved struct {
	Row      int32  // of the facts
	Move     string // key of the rule
	Kind     pack.MoveKind
	From, To int8
	Reason   string
}

// move applies fixed grades, raises, lowerings and vetoes in the order of the
// pack. grade is changed in place; the expression field grade is the grade as
// it stands when a rule is reached.
func (s *scoring) move(facts *Facts, graded *gradedFrame, grade []int8) ([]Moved, []Finding, error) {
	var log []Moved
	var findings []Finding
	var col rule.Column
	for k, m := range s.m.Moves {
		program := s.m.population.moves[k]
		unsure := Finding{Population: s.m.Key, Subject: m.Key, Message: "调档“" + m.Name + "”所需的数据缺失，按不调档处理"}
		if program != nil {
			frame, err := graded.with(s, grade)
			if err != nil {
				return nil, nil, err
			}
			if err := program.Columns(frame, &col); err != nil {
				return nil, nil, err
			}
		}
		for j, i := range s.inside {
			row := s.m.rows[i]
			if grade[j] == NoGrade {
				continue
			}
			applies := false
			if program == nil {
				held := facts.Labels[m.Label]
				applies = held != nil && held[row]
			} else if col.Missing(int(row)) {
				unsure.add(facts.Keys[row])
			} else {
				applies = col.Holds(int(row))
			}
			if to := target(m, grade[j], s.m.Bands); applies && to != grade[j] {
				log = append(log, Moved{row, m.Key, m.Kind, grade[j], to, m.Reason})
				grade[j] = to
			}
		}
		findings = unsure.appendTo(findings)
	}
	return log, findings, nil
}

// target returns the grade a move leads to. Grades count from 0, the best.
func target(m pack.Move, from int8, b pack.Bands) int8 {
	named := int8(b.Rank(m.Grade))
	worst := int8(len(b.Grades) - 1)
	switch m.Kind {
	case pack.Fix:
		return named
	case pack.Veto:
		return max(from, named)
	case pack.Raise:
		to := max(from-int8(m.Steps), 0)
		if named >= 0 {
			to = min(from, max(to, named)) // never above the stated grade, never down
		}
		return to
	}
	to := min(from+int8(m.Steps), worst)
	if named >= 0 {
		to = max(from, min(to, named))
	}
	return to
}

// manual applies the grades set by decision to this population's members.
func (s *scoring) manual(grade []int8) ([]Moved, error) {
	var log []Moved
	for _, d := range s.in.Manual {
		for j, i := range s.inside {
			row := s.m.rows[i]
			if s.in.Keys[row] != d.Code {
				continue
			}
			to := int8(s.m.Bands.Rank(d.Grade))
			if to < 0 || d.Reason == "" {
				return nil, fault.New(fault.Invalid, "“%s”手动调到“%s”档：没有这一档，或没有写理由", d.Code, d.Grade)
			}
			if grade[j] == NoGrade {
				return nil, fault.New(fault.Invalid, "“%s”本轮不评级，不能手动调档", d.Code)
			}
			if to != grade[j] {
				log = append(log, Moved{row, "manual", pack.Manual, grade[j], to, d.Reason})
				grade[j] = to
			}
		}
	}
	return log, nil
}

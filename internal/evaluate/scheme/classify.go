package scheme

import (
	"slices"
	"strings"

	"ballast/internal/pack"
	"ballast/internal/rule"
)

// NoClass marks a member that is graded.
const NoClass = -1

// members is one population of a year: which rows belong and how they are
// treated.
type members struct {
	*population
	rows  []int32  // rows of the facts, in the order of their codes
	class []int16  // per member: index into NotGraded, or NoClass
	group []string // per member: the scheme's own group, "" none
}

// participant reports whether member i counts in means and maxima.
func (m *members) participant(i int) bool {
	return m.class[i] == NoClass || m.NotGraded[m.class[i]].InBenchmark
}

// inside reports whether member i stays in the computation: graded, or scored
// without a grade.
func (m *members) inside(i int) bool {
	return m.class[i] == NoClass || m.NotGraded[m.class[i]].Scored
}

// Finding is something a person must look at before the result is used.
type Finding struct {
	Population string // "" the whole round
	Subject    string // key of the condition, indicator or column it is about
	Message    string // Chinese
	Rows       int    // how many entities it concerns
	Examples   []string
}

// maxExamples is how many codes a finding names.
const maxExamples = 5

// classify puts every row into at most one population and one class.
func (p *Plan) classify(frame *rule.Frame, f *Facts) ([]members, []Finding, error) {
	n := len(f.Keys)
	taken := make([]bool, n)
	out := make([]members, len(p.populations))
	var findings []Finding
	var col rule.Column
	unknown := make([]bool, n) // membership could not be decided somewhere
	for k := range p.populations {
		m := &out[k]
		m.population = &p.populations[k]
		if err := m.member.Columns(frame, &col); err != nil {
			return nil, nil, err
		}
		for i := range n {
			switch {
			case taken[i]:
			case col.Missing(i):
				unknown[i] = true
			case col.Holds(i):
				taken[i] = true
				m.rows = append(m.rows, int32(i))
			}
		}
		// Sums are taken in the order of the codes, so that the order in which
		// rows came in cannot move a last digit.
		byCode := func(a, b int32) int { return strings.Compare(f.Keys[a], f.Keys[b]) }
		if !slices.IsSortedFunc(m.rows, byCode) {
			slices.SortFunc(m.rows, byCode)
		}
		more, err := m.divide(frame, f)
		if err != nil {
			return nil, nil, err
		}
		findings = append(findings, more...)
	}
	undecided := Finding{Subject: "member", Message: "归类所需的数据缺失，没有归入任何一类评价对象"}
	for i := range n {
		if unknown[i] && !taken[i] {
			undecided.add(f.Keys[i])
		}
	}
	return out, undecided.appendTo(findings), nil
}

func (x *Finding) add(code string) {
	x.Rows++
	if len(x.Examples) < maxExamples {
		x.Examples = append(x.Examples, code)
	}
}

func (x Finding) appendTo(list []Finding) []Finding {
	if x.Rows == 0 {
		return list
	}
	return append(list, x)
}

// divide assigns the own groups and the not-graded classes of a population.
func (m *members) divide(frame *rule.Frame, f *Facts) ([]Finding, error) {
	m.class = slices.Repeat([]int16{NoClass}, len(m.rows))
	m.group = make([]string, len(m.rows))
	var findings []Finding
	var col rule.Column
	for g, program := range m.groups {
		if err := program.Columns(frame, &col); err != nil {
			return nil, err
		}
		for i, row := range m.rows {
			if m.group[i] == "" && col.Holds(int(row)) {
				m.group[i] = m.Groups[g].Key
			}
		}
	}
	if err := m.setGroups(frame); err != nil {
		return nil, err
	}
	for c, program := range m.notGraded {
		if err := program.Columns(frame, &col); err != nil {
			return nil, err
		}
		unsure := Finding{Population: m.Key, Subject: m.NotGraded[c].Key, Message: "不评级条件“" + m.NotGraded[c].Name + "”所需的数据缺失，按参加评级处理"}
		for i, row := range m.rows {
			switch {
			case m.class[i] != NoClass:
			case col.Missing(int(row)):
				unsure.add(f.Keys[row])
			case col.Holds(int(row)):
				m.class[i] = int16(c)
			}
		}
		findings = unsure.appendTo(findings)
	}
	return findings, nil
}

// setGroups makes own_group known to the conditions that follow.
func (m *members) setGroups(frame *rule.Frame) error {
	if len(m.groups) == 0 {
		return nil
	}
	full := make([]string, frame.Rows())
	for i, row := range m.rows {
		full[row] = m.group[i]
	}
	return setTexts(frame, "own_group", full)
}

// textOf returns an attribute, or the own group, of the members.
func (m *members) textOf(f *Facts, key string) ([]string, error) {
	if key == "own_group" {
		return m.group, nil
	}
	c, ok := f.Texts[key]
	if !ok {
		return nil, unknownField(key)
	}
	out := make([]string, len(m.rows))
	for i, row := range m.rows {
		out[i] = c[row]
	}
	return out, nil
}

// gather takes the members' rows of a column.
func gather[T any](rows []int32, column []T) []T {
	out := make([]T, len(rows))
	for i, row := range rows {
		out[i] = column[row]
	}
	return out
}

// indicatorOf is a shorthand for the pack's indicator.
func (p *Plan) indicatorOf(key string) pack.Indicator {
	v, _ := p.pack.Indicators().Find(key)
	return v
}

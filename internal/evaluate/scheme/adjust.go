package scheme

import (
	"math"

	"ballast/internal/pack"
	"ballast/internal/rule"
)

// adjusted is the additions and deductions of one population, in points.
type adjusted struct {
	each  [][]float64 // per adjustment and frame row: what it brought, after families and before the bounds
	total []float64   // the sum after the bounds
}

// adjust computes additions and deductions on the subtotal.
func (s *scoring) adjust(facts *Facts, frame *rule.Frame, subtotal []float64) (*adjusted, []Finding, error) {
	n := len(s.inside)
	out := &adjusted{total: make([]float64, n)}
	var findings []Finding
	for k := range s.m.Adjustments {
		points, unsure, err := s.adjustment(facts, frame, k, subtotal)
		if err != nil {
			return nil, nil, err
		}
		findings = unsure.appendTo(findings)
		out.each = append(out.each, points)
	}
	out.families(s.m.Adjustments)
	for j := range n {
		plus, minus := 0.0, 0.0
		for k := range out.each {
			v := out.each[k][j]
			plus += max(v, 0)
			minus += min(v, 0)
		}
		if l := s.m.AdditionsMax; l.Set {
			plus = min(plus, l.Value)
		}
		if l := s.m.DeductionsMax; l.Set {
			minus = max(minus, -math.Abs(l.Value))
		}
		out.total[j] = plus + minus
	}
	return out, findings, nil
}

// adjustment computes one addition or deduction. A condition or an amount that
// is not known brings nothing and is a finding.
func (s *scoring) adjustment(facts *Facts, frame *rule.Frame, k int, subtotal []float64) ([]float64, Finding, error) {
	a, programs := s.m.Adjustments[k], s.m.population.adjust[k]
	unsure := Finding{Population: s.m.Key, Subject: a.Key, Message: "加减分“" + a.Name + "”所需的数据缺失，按不加不减处理"}
	var when, amount rule.Column
	if programs.when != nil {
		if err := programs.when.Columns(frame, &when); err != nil {
			return nil, unsure, err
		}
	}
	if err := programs.amount.Columns(frame, &amount); err != nil {
		return nil, unsure, err
	}
	held := facts.Labels[a.Label]
	out := make([]float64, len(s.inside))
	for j, i := range s.inside {
		row := int(s.m.rows[i])
		switch {
		case a.Label != "" && (held == nil || !held[row]):
			continue
		case programs.when != nil && when.Missing(row):
			unsure.add(facts.Keys[row])
			continue
		case programs.when != nil && !when.Holds(row):
			continue
		case amount.Missing(row):
			unsure.add(facts.Keys[row])
			continue
		}
		out[j] = amount.Numbers()[row]
		if a.Kind == pack.Ratio {
			out[j] *= subtotal[j]
		}
		if out[j] != out[j] { // a share of a subtotal that does not exist
			out[j] = 0
		}
	}
	return out, unsure, nil
}

// families keeps, of the additions of one family, the highest of each row; the
// first in the order of the pack wins a tie.
func (a *adjusted) families(rules []pack.Adjustment) {
	byFamily := map[string][]int{}
	for k, r := range rules {
		if r.Family != "" {
			byFamily[r.Family] = append(byFamily[r.Family], k)
		}
	}
	for _, family := range byFamily {
		for j := range a.total {
			best := family[0]
			for _, k := range family[1:] {
				if a.each[k][j] > a.each[best][j] {
					best = k
				}
			}
			for _, k := range family {
				if k != best && a.each[k][j] > 0 {
					a.each[k][j] = 0
				}
			}
		}
	}
}

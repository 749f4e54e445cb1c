package composite

import "math"

// Impute says how missing cells of one indicator are filled before scoring.
// Observed values are never changed.
type Impute struct {
	// Method is "mean", "median", "constant" or "none".
	Method string
	// Within is the group column in which mean or median are taken; empty means
	// everyone.
	Within string
	// Fallback fills cells of a group without any value from everyone; without
	// it such a group is an error.
	Fallback bool
	Value    float64 // constant
}

// Imputed is the outcome for one indicator.
type Imputed struct {
	Column   Column
	Filled   []bool
	Count    int
	Warnings []Warning
}

// Apply fills one column of a frame.
func (m Impute) Apply(f *Frame, key string) (*Imputed, error) {
	c, err := f.column(key, key)
	if err != nil {
		return nil, err
	}
	g, err := f.group(m.Within, key)
	if err != nil {
		return nil, err
	}
	out := &Imputed{Column: c.Clone(), Filled: make([]bool, f.n)}
	fills, err := m.fills(key, c.Values, g, out)
	if err != nil || fills == nil {
		return out, err
	}
	for i, v := range c.Values {
		if v == v {
			continue
		}
		k := 0
		if g != nil {
			k = int(g.Code[i])
		}
		if math.IsNaN(fills[k]) {
			return nil, faultf(BadInput, key, "该组没有任何有效值，无法插补").in(g.Names[k]).
				hint("设 fallback: true 改用全体的值，或先筛除这些单位")
		}
		out.Column.Values[i] = fills[k]
		if out.Column.Why != nil {
			out.Column.Why[i] = Present
		}
		out.Filled[i] = true
		out.Count++
	}
	return out, nil
}

// fills returns one value per group, NaN where a group has none; nil for "none".
func (m Impute) fills(key string, x []float64, g *Group, out *Imputed) ([]float64, error) {
	var of func(sp *spread) float64
	switch m.Method {
	case "none", "":
		return nil, nil
	case "constant":
		if math.IsNaN(m.Value) || math.IsInf(m.Value, 0) {
			return nil, faultf(BadSpec, key, "插补常数 %g 不是有限数", m.Value)
		}
		of = func(*spread) float64 { return m.Value }
	case "mean":
		of = func(sp *spread) float64 {
			if sp.n == 0 {
				return math.NaN()
			}
			return sp.mean()
		}
	case "median":
		of = func(sp *spread) float64 { return quantileSorted(sp.sorted, 0.5) }
	default:
		return nil, faultf(BadSpec, key, "没有名为“%s”的插补方法", m.Method)
	}
	all := of(&(sample{x: x}).spreads(true, false)[0])
	if math.IsNaN(all) {
		if countMissing(x) == 0 {
			return nil, nil
		}
		return nil, faultf(BadInput, key, "没有任何有效值，无法插补")
	}
	if g == nil {
		return []float64{all}, nil
	}
	var fills []float64
	need := make([]bool, len(g.Names))
	for i, v := range x {
		need[g.Code[i]] = need[g.Code[i]] || v != v
	}
	for k, sp := range (sample{x: x, group: g}).spreads(true, false) {
		v := of(&sp)
		if math.IsNaN(v) && m.Fallback && need[k] {
			v = all
			out.Warnings = append(out.Warnings, Warning{key, g.Names[k], "该组没有任何有效值，改用全体的值插补"})
		}
		fills = append(fills, v)
	}
	return fills, nil
}

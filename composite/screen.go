package composite

import "slices"

// ScreenBy says what a unit must have enough of.
type ScreenBy string

// The criteria.
const (
	ScreenMissing ScreenBy = "missing" // present indicators
	ScreenZeros   ScreenBy = "zeros"   // non-zero among all indicators
	ScreenBoth    ScreenBy = "both"
)

// Screen keeps the units with enough data.
type Screen struct {
	By ScreenBy // empty means missing
	// MinPresent and MinNonZero are shares of the indicators; a unit is kept at
	// exactly the share.
	MinPresent, MinNonZero float64
	// Keep and Drop override the rule by unit code (statutory exemptions).
	Keep, Drop []string
}

// UnitData is the data situation of one unit.
type UnitData struct {
	Unit                        string
	Missing, Zero               int
	Avail, NonZero              float64 // shares of the indicators; NonZero counts missing as non-zero
	LowData, LowNonZero, Forced bool
	Included                    bool
}

// Apply judges every unit over the named indicators. It refuses an override
// for an unknown unit and one that changes nothing.
func (s Screen) Apply(f *Frame, indicators []string) ([]UnitData, error) {
	var es Errors
	cols := make([][]float64, len(indicators))
	for k, name := range indicators {
		c, err := f.column(name, name)
		es.join(err)
		cols[k] = c.Values
	}
	if len(indicators) == 0 {
		es.add(BadSpec, "", "筛选至少需要一个指标")
	}
	if !(s.MinPresent >= 0 && s.MinPresent <= 1) || !(s.MinNonZero >= 0 && s.MinNonZero <= 1) {
		es.add(BadSpec, "", "筛选比例应在 0 与 1 之间")
	}
	if len(es) > 0 {
		return nil, es
	}
	out := make([]UnitData, f.n)
	for i := range out {
		out[i] = s.judge(f.unit(i), cols, i)
	}
	s.override(out, s.Keep, true, &es)
	s.override(out, s.Drop, false, &es)
	return out, es.orNil()
}

func (s Screen) judge(unit string, cols [][]float64, i int) UnitData {
	u := UnitData{Unit: unit}
	for _, c := range cols {
		switch v := c[i]; {
		case v != v:
			u.Missing++
		case v == 0:
			u.Zero++
		}
	}
	n := float64(len(cols))
	present := len(cols) - u.Missing
	u.Avail = float64(present) / n
	u.NonZero = 1 - float64(u.Zero)/n
	u.LowData = u.Avail < s.MinPresent
	u.LowNonZero = u.NonZero < s.MinNonZero
	switch s.By {
	case ScreenZeros:
		u.Included = !u.LowNonZero
	case ScreenBoth:
		u.Included = !u.LowData && !u.LowNonZero
	default:
		u.Included = !u.LowData
	}
	return u
}

func (s Screen) override(out []UnitData, units []string, in bool, es *Errors) {
	for _, unit := range units {
		i := slices.IndexFunc(out, func(u UnitData) bool { return u.Unit == unit })
		switch {
		case i < 0:
			*es = append(*es, &Error{Code: BadSpec, Unit: unit, Message: "指定保留或剔除的单位不存在"})
		case out[i].Included == in:
			*es = append(*es, &Error{Code: NoEffect, Unit: unit, Message: "指定保留或剔除没有改变结果", Hint: "请删去这一条"})
		default:
			out[i].Included, out[i].Forced = in, true
		}
	}
}

// Subset returns the frame of some rows only, in their order.
func (f *Frame) Subset(keep []bool) *Frame {
	var rows []int
	for i, k := range keep {
		if k {
			rows = append(rows, i)
		}
	}
	out := NewFrame(len(rows))
	out.Keys, out.Ungraded = pickRows(f.Keys, rows), pickRows(f.Ungraded, rows)
	out.names = slices.Clone(f.names)
	for name, c := range f.cols {
		out.cols[name] = Column{Values: pickRows(c.Values, rows), Why: pickRows(c.Why, rows)}
	}
	for name, g := range f.groups {
		names := make([]string, len(rows))
		for k, i := range rows {
			names[k] = g.Names[g.Code[i]]
		}
		out.groups[name] = NewGroup(names)
	}
	return out
}

func pickRows[T any](s []T, rows []int) []T {
	if s == nil {
		return nil
	}
	out := make([]T, len(rows))
	for k, i := range rows {
		out[k] = s[i]
	}
	return out
}

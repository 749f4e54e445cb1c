package composite

import (
	"fmt"
	"math"
	"slices"
)

// Reason says why a cell holds no value. Present is the zero value.
type Reason uint8

// The reasons. Their order is part of stored results: append only.
const (
	Present         Reason = iota
	NotReported            // nobody handed in a value
	ZeroDenominator        // the denominator is zero or below, so the ratio does not exist
	NotApplicable          // the indicator does not concern the unit
	Withheld               // known, but not to be used here
	MissingInput           // one of several inputs of the value is missing
	OutOfDomain            // the method is not defined for the value
	TooFewChildren         // fewer children present than the node demands
)

var reasonNames = [...]string{"有值", "未报送", "分母为零或为负", "不适用", "不予使用", "缺少计算所需数据", "超出方法适用范围", "有效下级指标过少"}

// String returns the Chinese wording of the reason.
func (r Reason) String() string {
	if int(r) < len(reasonNames) {
		return reasonNames[r]
	}
	return fmt.Sprintf("原因 %d", uint8(r))
}

// Column is one quantity for every unit. NaN in Values means missing, and only
// that: a column never holds an infinity. Why, when not nil, has one reason per
// row; a nil Why means every NaN is [NotReported].
type Column struct {
	Values []float64
	Why    []Reason
}

// Reason returns why row i is missing, or Present.
func (c Column) Reason(i int) Reason {
	if !math.IsNaN(c.Values[i]) {
		return Present
	}
	if c.Why != nil && c.Why[i] != Present {
		return c.Why[i]
	}
	return NotReported
}

// Clone returns a deep copy.
func (c Column) Clone() Column {
	return Column{Values: slices.Clone(c.Values), Why: slices.Clone(c.Why)}
}

// setMissing marks row i as missing for a reason.
func (c *Column) setMissing(i int, why Reason) {
	c.Values[i] = math.NaN()
	if c.Why == nil {
		if why == NotReported {
			return
		}
		c.Why = make([]Reason, len(c.Values))
	}
	c.Why[i] = why
}

// Group puts every unit into one named class: a county, a trade, a size class.
type Group struct {
	Code  []int32  // index into Names, one per row
	Names []string // sorted
}

// NewGroup builds a Group from one name per row. Names are coded in sorted
// order, so the same set of units gives the same codes in any row order.
func NewGroup(values []string) Group {
	names := slices.Compact(slices.Sorted(slices.Values(values)))
	index := make(map[string]int32, len(names))
	for i, n := range names {
		index[n] = int32(i)
	}
	code := make([]int32, len(values))
	for i, v := range values {
		code[i] = index[v]
	}
	return Group{Code: code, Names: names}
}

// Frame is a table of units: named columns and named groups of equal length.
// A frame is filled once and then only read; runs never change it.
type Frame struct {
	// Keys holds the unit codes, unique, one per row. They settle the last tie
	// of an ordinal rank, so that row order never decides. Nil means rows are
	// known by their position.
	Keys []string
	// Ungraded marks units that are computed but take no rank and no band (the
	// class T of some rules). Nil means none.
	Ungraded []bool

	n      int
	names  []string
	cols   map[string]Column
	groups map[string]Group
}

// NewFrame returns an empty frame for n units.
func NewFrame(n int) *Frame {
	return &Frame{n: n, cols: map[string]Column{}, groups: map[string]Group{}}
}

// Len returns the number of units.
func (f *Frame) Len() int { return f.n }

// Names returns the column names in the order they were added.
func (f *Frame) Names() []string { return slices.Clone(f.names) }

// Add puts a column under a name. It refuses a name in use, a wrong length and
// an infinite value. The frame keeps the slices: do not change them afterwards.
func (f *Frame) Add(name string, c Column) error {
	if _, dup := f.cols[name]; dup {
		return faultf(BadInput, name, "列名重复")
	}
	if len(c.Values) != f.n || (c.Why != nil && len(c.Why) != f.n) {
		return faultf(BadInput, name, "应有 %d 行，实有 %d 行", f.n, len(c.Values))
	}
	for i, v := range c.Values {
		if math.IsInf(v, 0) {
			return &Error{Code: BadInput, Indicator: name, Unit: f.unit(i), Message: "值为无穷大", Hint: "请改为缺失并注明原因"}
		}
	}
	f.names = append(f.names, name)
	f.cols[name] = c
	return nil
}

// AddGroup puts a grouping under a name.
func (f *Frame) AddGroup(name string, g Group) error {
	if _, dup := f.groups[name]; dup {
		return faultf(BadInput, name, "分组名重复")
	}
	if len(g.Code) != f.n {
		return faultf(BadInput, name, "应有 %d 行，实有 %d 行", f.n, len(g.Code))
	}
	for i, c := range g.Code {
		if c < 0 || int(c) >= len(g.Names) {
			return &Error{Code: BadInput, Indicator: name, Unit: f.unit(i), Message: "分组代码越界"}
		}
	}
	f.groups[name] = g
	return nil
}

// Column returns the column of that name.
func (f *Frame) Column(name string) (Column, bool) { c, ok := f.cols[name]; return c, ok }

// Group returns the grouping of that name.
func (f *Frame) Group(name string) (Group, bool) { g, ok := f.groups[name]; return g, ok }

// unit names row i for messages.
func (f *Frame) unit(i int) string {
	if f.Keys != nil {
		return f.Keys[i]
	}
	return fmt.Sprintf("第 %d 行", i+1)
}

// group resolves an optional group name; the empty name gives nil.
func (f *Frame) group(name, where string) (*Group, error) {
	if name == "" {
		return nil, nil
	}
	g, ok := f.groups[name]
	if !ok {
		return nil, faultf(BadInput, where, "没有名为“%s”的分组", name)
	}
	return &g, nil
}

// column resolves a column name.
func (f *Frame) column(name, where string) (Column, error) {
	c, ok := f.cols[name]
	if !ok {
		return Column{}, faultf(BadInput, where, "没有名为“%s”的数据列", name)
	}
	return c, nil
}

// check verifies what the exported fields may have broken since NewFrame.
func (f *Frame) check() error {
	if f.Keys != nil && len(f.Keys) != f.n {
		return faultf(BadInput, "", "单位代码应有 %d 个，实有 %d 个", f.n, len(f.Keys))
	}
	if f.Ungraded != nil && len(f.Ungraded) != f.n {
		return faultf(BadInput, "", "不参评标记应有 %d 个，实有 %d 个", f.n, len(f.Ungraded))
	}
	return nil
}

// With returns a frame with some columns replaced or, when new, appended in the
// given order; units, groups and all other columns are shared.
func (f *Frame) With(names []string, cols map[string]Column) (*Frame, error) {
	out := NewFrame(f.n)
	out.Keys, out.Ungraded, out.groups = f.Keys, f.Ungraded, f.groups
	for _, name := range f.names {
		c, ok := cols[name]
		if !ok {
			c = f.cols[name]
		}
		if err := out.Add(name, c); err != nil {
			return nil, err
		}
	}
	for _, name := range names {
		if _, old := f.cols[name]; old {
			continue
		}
		if err := out.Add(name, cols[name]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// GroupNames returns the names of the groupings, sorted.
func (f *Frame) GroupNames() []string { return slices.Sorted(mapKeys(f.groups)) }

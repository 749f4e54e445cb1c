package rule

import (
	"ballast/internal/fault"
)

// Frame is a table of the schema's fields, one column each, on which programs
// are evaluated. Fill it once, then share it: it is safe for concurrent reading
// and must not be changed, nor the slices it was filled from, while programs
// run. A field that was never set is missing in every row.
type Frame struct {
	schema *Schema
	rows   int
	cols   []frameColumn
}

// frameColumn is one field. Only the part of its type is used.
type frameColumn struct {
	set   bool
	num   []float64 // missing rows hold box(MissingField)
	holds []uint64  // bit i: row i is true
	void  []uint64  // bit i: row i is missing
	dict  []string
	codes []int32 // index into dict, -1 for missing
}

// NewFrame returns an empty frame of so many rows.
func NewFrame(schema *Schema, rows int) *Frame {
	return &Frame{schema: schema, rows: max(0, rows), cols: make([]frameColumn, len(schema.fields))}
}

// Rows returns the number of rows.
func (f *Frame) Rows() int { return f.rows }

// Schema returns the schema of the frame.
func (f *Frame) Schema() *Schema { return f.schema }

// column finds the field and checks type and length.
func (f *Frame) column(name string, t Type, rows int) (int, error) {
	i, ok := f.schema.index[name]
	if !ok {
		return 0, fault.New(fault.NotFound, "没有名为“%s”的字段", name)
	}
	if got := f.schema.fields[i].Type; got != t {
		return 0, fault.New(fault.Invalid, "字段“%s”应为%s，数据里是%s", name, got, t)
	}
	if rows != f.rows {
		return 0, fault.New(fault.Invalid, "字段“%s”有 %d 行，表有 %d 行", name, rows, f.rows)
	}
	return i, nil
}

// checkValid checks the length of a validity slice, which may be nil.
func (f *Frame) checkValid(name string, valid []bool) error {
	if valid != nil && len(valid) != f.rows {
		return fault.New(fault.Invalid, "字段“%s”的有效标记有 %d 行，表有 %d 行", name, len(valid), f.rows)
	}
	return nil
}

// SetNumbers fills a Number field. Rows where valid is false, and NaN or
// infinite values, are missing; a nil valid means that all other rows are
// present. The slice is kept, not copied, unless something is missing.
func (f *Frame) SetNumbers(name string, vals []float64, valid []bool) error {
	i, err := f.column(name, Number, len(vals))
	if err == nil {
		err = f.checkValid(name, valid)
	}
	if err != nil {
		return err
	}
	gone := box(newCode(MissingField, i))
	out, copied := vals, false
	void := make([]uint64, words(f.rows))
	for r, v := range vals {
		if finite(v) && (valid == nil || valid[r]) {
			continue
		}
		if !copied {
			out, copied = append([]float64(nil), vals...), true
		}
		out[r] = gone
		void[r>>6] |= 1 << (r & 63)
	}
	f.cols[i] = frameColumn{set: true, num: out, void: void}
	return nil
}

// words returns the number of 64-bit words for so many rows.
func words(rows int) int { return (rows + 63) / 64 }

// SetFlags fills a Bool field. A nil valid means that every row is present.
func (f *Frame) SetFlags(name string, vals, valid []bool) error {
	i, err := f.column(name, Bool, len(vals))
	if err == nil {
		err = f.checkValid(name, valid)
	}
	if err != nil {
		return err
	}
	c := frameColumn{set: true, holds: make([]uint64, words(f.rows)), void: make([]uint64, words(f.rows))}
	for r, v := range vals {
		bit := uint64(1) << (r & 63)
		switch {
		case valid != nil && !valid[r]:
			c.void[r>>6] |= bit
		case v:
			c.holds[r>>6] |= bit
		}
	}
	f.cols[i] = c
	return nil
}

// SetTexts fills a String field and builds its dictionary. A nil valid means
// that every row is present; an empty text is a value, not a gap.
func (f *Frame) SetTexts(name string, vals []string, valid []bool) error {
	i, err := f.column(name, String, len(vals))
	if err == nil {
		err = f.checkValid(name, valid)
	}
	if err != nil {
		return err
	}
	c := frameColumn{set: true, codes: make([]int32, f.rows)}
	seen := make(map[string]int32)
	for r, v := range vals {
		if valid != nil && !valid[r] {
			c.codes[r] = -1
			continue
		}
		k, ok := seen[v]
		if !ok {
			k = int32(len(c.dict))
			seen[v] = k
			c.dict = append(c.dict, v)
		}
		c.codes[r] = k
	}
	f.cols[i] = c
	return nil
}

// SetDict fills a String field that is dictionary-encoded already: row r holds
// dict[codes[r]], and a negative code is missing. The slices are kept.
func (f *Frame) SetDict(name string, dict []string, codes []int32) error {
	i, err := f.column(name, String, len(codes))
	if err != nil {
		return err
	}
	for r, k := range codes {
		if int(k) >= len(dict) {
			return fault.New(fault.Invalid, "字段“%s”第 %d 行的字典编号 %d 超出范围", name, r+1, k)
		}
	}
	f.cols[i] = frameColumn{set: true, dict: dict, codes: codes}
	return nil
}

// SetColumn fills a field with the result of a program, so that rules can build
// on indicators. Rows that are missing there are missing here, with this field
// as the reason.
func (f *Frame) SetColumn(name string, col *Column) error {
	switch col.typ {
	case Number:
		return f.SetNumbers(name, col.num, nil)
	case Bool:
		vals, valid := make([]bool, col.rows), make([]bool, col.rows)
		for r := range vals {
			v := col.Value(r)
			vals[r], valid[r] = v.Bool, !v.Missing
		}
		return f.SetFlags(name, vals, valid)
	}
	valid := make([]bool, col.rows)
	for r := range valid {
		valid[r] = !col.Missing(r)
	}
	return f.SetTexts(name, col.text, valid)
}

// Row returns row r as a [Row]: the same cells for row evaluation.
func (f *Frame) Row(r int) Row { return frameRow{f, r} }

type frameRow struct {
	frame *Frame
	r     int
}

// Field implements [Row].
func (fr frameRow) Field(name string) Value {
	i, ok := fr.frame.schema.index[name]
	if !ok {
		return Value{}
	}
	c, r := &fr.frame.cols[i], fr.r
	t := fr.frame.schema.fields[i].Type
	switch {
	case !c.set || r < 0 || r >= fr.frame.rows:
		return Absent(t)
	case t == Number:
		return Num(c.num[r])
	case t == Bool && c.void[r>>6]>>(r&63)&1 == 1:
		return Absent(Bool)
	case t == Bool:
		return Flag(c.holds[r>>6]>>(r&63)&1 == 1)
	case c.codes[r] < 0:
		return Absent(String)
	}
	return Text(c.dict[c.codes[r]])
}

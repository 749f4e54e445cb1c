package rule

import "math/bits"

// tally counts reasons without a branch: one counter for each cause and field
// of a plan.
type tally struct {
	fields []int // of the plan; counter 0 of a cause is for "no field"
	slots  []int // by field index + 1, the counter within a cause
	rows   []int
}

// newTally makes the counters for the given fields of a schema.
func newTally(schema *Schema, fields []int) tally {
	t := tally{fields: fields, slots: make([]int, len(schema.fields)+1)}
	for k, f := range fields {
		t.slots[f+1] = k + 1
	}
	t.rows = make([]int, causeCount*(len(fields)+1))
	return t
}

// add counts one row.
func (t *tally) add(c code) {
	t.rows[int(c>>codeFieldBits)*(len(t.fields)+1)+t.slots[c&(1<<codeFieldBits-1)]]++
}

// code returns the reason a counter stands for.
func (t *tally) code(slot int) code {
	cause, k := Cause(slot/(len(t.fields)+1)), slot%(len(t.fields)+1)
	if k == 0 {
		return newCode(cause, noField)
	}
	return newCode(cause, t.fields[k-1])
}

// Column receives the results of one program for every row of a frame. The zero
// Column is ready to use; used again it reuses its memory. A Column belongs to
// one evaluation at a time.
type Column struct {
	// KeepReasons makes Bool and String results remember the reason of every
	// missing row (4 bytes a row). Number results always do. Set it before the
	// evaluation; [Column.Counts] does not need it.
	KeepReasons bool

	schema *Schema
	plan   *plan // of the last evaluation
	typ    Type
	rows   int
	num    []float64
	holds  []uint64
	void   []uint64
	text   []string
	why    []code
	counts tally
}

// reset makes room for so many rows. Lengths are rounded up to whole words, so
// that kernels may write full blocks.
func (c *Column) reset(p *plan, t Type, rows int) {
	if c.plan != p {
		c.plan, c.schema, c.counts = p, p.schema, newTally(p.schema, p.fields)
	}
	clear(c.counts.rows)
	c.typ, c.rows = t, rows
	padded := words(rows) * 64
	c.num, c.text, c.why = c.num[:0], c.text[:0], c.why[:0]
	c.holds, c.void = c.holds[:0], c.void[:0]
	switch t {
	case Number:
		c.num, c.void = grow(c.num, padded)[:rows], grow(c.void, padded/64)
	case Bool:
		c.holds, c.void = grow(c.holds, padded/64), grow(c.void, padded/64)
	case String:
		c.text, c.void = grow(c.text, padded)[:rows], grow(c.void, padded/64)
	}
	if c.KeepReasons && t != Number {
		c.why = grow(c.why, padded)[:rows]
	}
}

// grow returns s with length n, in its own memory where that suffices.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// Len returns the number of rows.
func (c *Column) Len() int { return c.rows }

// Type returns the type of the results.
func (c *Column) Type() Type { return c.typ }

// Missing reports whether row r has no result.
func (c *Column) Missing(r int) bool {
	return c.void[r>>6]>>(r&63)&1 == 1
}

// Value returns the result of row r. Why is set for missing Numbers, and for
// other missing results when KeepReasons was set.
func (c *Column) Value(r int) Value {
	v := Value{Type: c.typ, Missing: c.Missing(r)}
	switch {
	case v.Missing && c.typ == Number:
		v.Why = c.schema.reason(unbox(c.num[r]))
	case v.Missing && len(c.why) > 0:
		v.Why = c.schema.reason(c.why[r])
	case v.Missing:
	case c.typ == Number:
		v.Num = c.num[r]
	case c.typ == Bool:
		v.Bool = c.Holds(r)
	default:
		v.Str = c.text[r]
	}
	return v
}

// Holds reports whether row r of a Bool result is true; false and missing are
// not.
func (c *Column) Holds(r int) bool { return c.holds[r>>6]>>(r&63)&1 == 1 }

// Numbers returns the results of a Number program; NaN stands for missing. The
// slice is the column's own and is overwritten by the next evaluation.
func (c *Column) Numbers() []float64 { return c.num }

// Texts returns the results of a String program, empty where missing. The slice
// is the column's own and is overwritten by the next evaluation.
func (c *Column) Texts() []string { return c.text }

// Tally returns how many rows of a Bool result are true, false and missing.
func (c *Column) Tally() (yes, no, unknown int) {
	for w := range c.holds {
		yes += bits.OnesCount64(c.holds[w])
		unknown += bits.OnesCount64(c.void[w])
	}
	return yes, c.rows - yes - unknown, unknown
}

// Counts returns how many rows are missing, by reason, the most frequent first.
func (c *Column) Counts() []Count {
	var counts []Count
	for slot, rows := range c.counts.rows {
		if rows > 0 {
			counts = append(counts, Count{c.schema.reason(c.counts.code(slot)), rows})
		}
	}
	sortCounts(counts)
	return counts
}

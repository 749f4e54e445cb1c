package rule

import "math/bits"

// Column receives the results of one program for every row of a frame. The zero
// Column is ready to use; used again it reuses its memory. A Column belongs to
// one evaluation at a time.
type Column struct {
	// KeepReasons makes Bool and String results remember the reason of every
	// missing row (4 bytes a row). Number results always do. Set it before the
	// evaluation; [Column.Counts] does not need it.
	KeepReasons bool

	schema *Schema
	typ    Type
	rows   int
	num    []float64
	holds  []uint64
	void   []uint64
	text   []string
	why    []code
	counts []codeCount
}

// codeCount counts one reason.
type codeCount struct {
	code code
	rows int
}

// reset makes room for so many rows. Lengths are rounded up to whole words, so
// that kernels may write full blocks.
func (c *Column) reset(schema *Schema, t Type, rows int) {
	c.schema, c.typ, c.rows = schema, t, rows
	padded := words(rows) * 64
	c.num, c.text, c.why = c.num[:0], c.text[:0], c.why[:0]
	c.holds, c.void, c.counts = c.holds[:0], c.void[:0], c.counts[:0]
	switch t {
	case Number:
		c.num = grow(c.num, padded)[:rows]
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
	if c.typ == Number {
		return c.num[r] != c.num[r]
	}
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
	counts := make([]Count, 0, len(c.counts))
	for _, k := range c.counts {
		counts = append(counts, Count{c.schema.reason(k.code), k.rows})
	}
	sortCounts(counts)
	return counts
}

// addCount adds n rows of a reason. There are few reasons in a column, and the
// same one tends to come again.
func addCount(counts []codeCount, c code, n int) []codeCount {
	for i := range counts {
		if counts[i].code == c {
			counts[i].rows += n
			return counts
		}
	}
	return append(counts, codeCount{c, n})
}

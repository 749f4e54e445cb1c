package rule

import (
	"ballast/internal/fault"
)

// Columns evaluates the expression for every row of in and puts the results in
// out. It yields, bit for bit, what EvalRow yields row by row. A fault of kind
// Invalid means that the frame belongs to another schema.
func (p *Program) Columns(in *Frame, out *Column) error {
	if in.schema != p.schema {
		return errOtherSchema()
	}
	p.planOnce.Do(func() { p.plan = newPlan(p.schema, []*Program{p}) })
	p.plan.evaluate(in, []*Column{out}, 1, &p.pool)
	return nil
}

func errOtherSchema() error {
	return fault.New(fault.Invalid, "数据表与公式用的字段表不是同一份")
}

// Set is many programs evaluated together over one frame: fields are loaded
// once, and an expression that occurs in several programs is computed once. A
// Set is immutable and safe for concurrent use.
type Set struct {
	schema   *Schema
	programs []*Program
	plan     *plan
	pool     scratchPool
}

// NewSet joins programs of one schema. A fault of kind Invalid means that there
// are none or that they are of different schemas.
func NewSet(programs ...*Program) (*Set, error) {
	if len(programs) == 0 {
		return nil, fault.New(fault.Invalid, "规则集是空的")
	}
	s := &Set{schema: programs[0].schema, programs: append([]*Program(nil), programs...)}
	for _, p := range programs {
		if p.schema != s.schema {
			return nil, fault.New(fault.Invalid, "规则集里的规则用了不同的字段表")
		}
	}
	s.plan = newPlan(s.schema, s.programs)
	return s, nil
}

// Programs returns the programs in order.
func (s *Set) Programs() []*Program { return append([]*Program(nil), s.programs...) }

// Columns evaluates all programs for every row of in with so many workers (at
// least one); out[i] receives the results of program i and must not be shared
// between programs. Results and counts do not depend on the number of workers.
// Columns returns when all workers have ended.
func (s *Set) Columns(in *Frame, out []*Column, workers int) error {
	if in.schema != s.schema {
		return errOtherSchema()
	}
	if len(out) != len(s.programs) {
		return fault.New(fault.Invalid, "规则集有 %d 条规则，结果列有 %d 个", len(s.programs), len(out))
	}
	seen := make(map[*Column]bool, len(out))
	for _, c := range out {
		if c == nil || seen[c] {
			return fault.New(fault.Invalid, "每条规则要有自己的结果列")
		}
		seen[c] = true
	}
	s.plan.evaluate(in, out, workers, &s.pool)
	return nil
}

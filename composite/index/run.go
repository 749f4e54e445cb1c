package index

import (
	"context"
	"errors"
	"os"

	"ballast/composite"
)

// data is one data set of the pipeline.
type data struct {
	frame    *composite.Frame
	tree     *composite.Tree
	aggs     []string           // aggregates present as columns, children before parents
	weights  map[string]float64 // what a weight step found, by node
	directed bool               // directions have been applied
}

// outcome is what a step gives back: a data set (nil when it only reads), the
// tables to write, and what the reader must know.
type outcome struct {
	data     *data
	sheets   []*sheet
	warnings []composite.Warning
}

// execution is one run of a specification.
type execution struct {
	ctx  context.Context
	spec *Spec
	in   *input
	done []*outcome
}

// Report is what a run did.
type Report struct {
	Files    []string // names without folder, in the order written
	Warnings []string // Chinese, one per thing the reader must know
}

// Run carries out the pipeline and writes every stage into dir, which is made
// when absent. Nothing is written before all steps have succeeded.
func (s *Spec) Run(ctx context.Context, dir string) (*Report, error) {
	in, err := readInput(s.idata, s.imeta, s.unit)
	if err != nil {
		return nil, err
	}
	x := &execution{ctx: ctx, spec: s, in: in}
	for _, st := range s.steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out, err := st.op.run(x, st, x.inputOf(st))
		if err != nil {
			return nil, s.locate(st, err)
		}
		x.done = append(x.done, out)
	}
	return x.write(dir)
}

// inputOf returns the data set a step reads.
func (x *execution) inputOf(st *step) *data {
	if st.input < 0 {
		return x.raw()
	}
	return x.done[st.input].data
}

// raw is the data as read.
func (x *execution) raw() *data { return &data{frame: x.in.frame, tree: x.in.tree} }

// locate puts a fault of the data or the method at the step that met it.
func (s *Spec) locate(st *step, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var list composite.Errors
	var one *composite.Error
	var ps Problems
	put := func(msg string) {
		ps = append(ps, Problem{s.File, st.node.Line, st.node.Column, "步骤 " + st.id + "：" + msg})
	}
	switch {
	case errors.As(err, &ps):
		return ps
	case errors.As(err, &list):
		for _, e := range list {
			put(e.Error())
		}
	case errors.As(err, &one):
		put(one.Error())
	default:
		put(err.Error())
	}
	return ps
}

// write puts all tables into dir, the log last.
func (x *execution) write(dir string) (*Report, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	rep := &Report{}
	log := newSheet("00_log", "step", "id", "file", "rows", "message")
	for i, out := range x.done {
		st := x.spec.steps[i]
		for _, sh := range out.sheets {
			if err := sh.write(dir); err != nil {
				return nil, err
			}
			rep.Files = append(rep.Files, sh.name+".csv")
			log.add(st.kind, st.id, sh.name+".csv", itoa(len(sh.rows)-1), "")
		}
		for _, w := range out.warnings {
			rep.Warnings = append(rep.Warnings, st.id+"："+w.String())
			log.add(st.kind, st.id, "", "", w.String())
		}
	}
	if err := log.write(dir); err != nil {
		return nil, err
	}
	rep.Files = append(rep.Files, "00_log.csv")
	return rep, nil
}

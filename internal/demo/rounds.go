package demo

import (
	"context"
	"strconv"
	"time"

	"ballast/internal/evaluate"
)

// rounds evaluates the year: one round for firms above scale, one for those
// below, each from opening to the finalised grades.
func (d *City) rounds(ctx context.Context, year int) error {
	sch, _ := d.cfg.Pack.SchemeFor(year)
	for i, pop := range sch.Populations {
		d.setClock(time.Date(year+1, 7, 6+i, 1, 0, 0, 0, time.UTC))
		r, err := d.evaluate.Open(ctx, d.officer, year, sch.ID, pop.Key)
		if err != nil {
			return err
		}
		run, err := d.compute(ctx, r)
		if err != nil {
			return err
		}
		if err := d.finish(ctx, r.ID, run); err != nil {
			return err
		}
		text := ""
		for _, b := range run.Summary.Bands {
			text += " " + b.Key + " " + strconv.Itoa(b.Count)
		}
		d.note("%s：参评 %d 家，评级 %d 家，%s", r.Name, run.Summary.Population, run.Summary.Ranked, text[1:])
	}
	return nil
}

// compute freezes the round and computes it, once as a trial and once to count.
func (d *City) compute(ctx context.Context, r evaluate.Round) (evaluate.Run, error) {
	snap, err := d.evaluate.Gather(ctx, evaluate.Sources{Registry: d.registry, Values: d.observe.Read()}, wholeCity, r)
	if err != nil {
		return evaluate.Run{}, err
	}
	if r, err = d.evaluate.Freeze(ctx, d.officer, evaluate.Step{Round: r.ID, Version: r.Version}, snap); err != nil {
		return evaluate.Run{}, err
	}
	var run evaluate.Run
	for _, mode := range []evaluate.Mode{evaluate.Trial, evaluate.Binding} {
		run, err = d.evaluate.Compute(ctx, d.officer, evaluate.Request{Step: evaluate.Step{Round: r.ID, Version: r.Version}, Mode: mode}, nil)
		if err != nil {
			return run, err
		}
		if r, err = d.evaluate.Round(ctx, r.ID); err != nil {
			return run, err
		}
	}
	return run, nil
}

// finish reconciles, publishes for five working days and finalises.
func (d *City) finish(ctx context.Context, id int64, run evaluate.Run) error {
	r, err := d.evaluate.Round(ctx, id)
	if err != nil {
		return err
	}
	st := func() evaluate.Step { return evaluate.Step{Round: r.ID, Version: r.Version} }
	if r, err = d.evaluate.Reconcile(ctx, d.officer, st(), run.ID); err != nil {
		return err
	}
	if r, err = d.evaluate.Publish(ctx, d.lead, st(), day(r.Year+1, 7, 13), 5); err != nil {
		return err
	}
	d.setClock(time.Date(r.Year+1, 7, 27, 1, 0, 0, 0, time.UTC))
	_, err = d.evaluate.Finalise(ctx, d.lead, st(), day(r.Year+1, 7, 27))
	return err
}

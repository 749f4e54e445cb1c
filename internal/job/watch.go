package job

import (
	"context"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/fault"
)

// Progress returns one job the viewer may see, as fresh as memory allows when it
// runs in this process. q may be a transaction. NotFound when there is none or it
// may not be seen.
func (j *Jobs) Progress(ctx context.Context, q db.Queryer, v Viewer, id int64) (Progress, error) {
	r, err := byID(ctx, q, v, id)
	if err != nil {
		return Progress{}, err
	}
	return j.fresh(r), nil
}

// List returns the jobs the viewer may see, newest first.
func (j *Jobs) List(ctx context.Context, q db.Queryer, v Viewer, f Filter) ([]Progress, error) {
	rows, err := list(ctx, q, v, f)
	if err != nil {
		return nil, err
	}
	out := make([]Progress, len(rows))
	for i, r := range rows {
		out[i] = j.fresh(r)
	}
	return out, nil
}

// fresh adds the label and, for a job of this process, what it said last.
func (j *Jobs) fresh(r row) Progress {
	p := r.Progress
	p.Label = p.Name
	if def, ok := j.def(p.Name); ok {
		p.Label = def.Label
	}
	j.mu.Lock()
	mine := j.running[p.ID]
	j.mu.Unlock()
	if mine != nil && mine.h.epoch == r.epoch && p.State == Running {
		p.Done, p.Total, p.Message = mine.h.snapshot()
	}
	return p
}

// Cancel asks a job to stop: one that waits is cancelled at once, one that runs
// when its handler sees its context end, in another process within a poll. The
// viewer must be able to see it; whether they may cancel at all is the page's
// permission. Conflict when it has ended.
func (j *Jobs) Cancel(ctx context.Context, v Viewer, id int64, reason string) error {
	r, err := byID(ctx, j.d, v, id)
	if err != nil {
		return err
	}
	act := audit.Act{Actor: v.Actor, Verb: verbCancel, Subject: subject(id), Enterprise: r.enterprise, Reason: reason}
	err = j.pen.Do(ctx, act, func(tx *audit.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE job SET state = CASE state WHEN 'waiting' THEN 'cancelled' ELSE state END,
				finished_at = CASE state WHEN 'waiting' THEN $1 ELSE finished_at END, cancelling = 1
			WHERE id = $2 AND state IN ('waiting', 'running')`, tx.Now.UnixMilli(), id)
		if err == nil && n == 0 {
			return fault.New(fault.Conflict, "任务已经结束，不能取消")
		}
		return err
	})
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if mine := j.running[id]; mine != nil {
		mine.cancel(errCancelled)
	}
	return nil
}

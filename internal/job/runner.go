package job

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/fault"
)

// Jobs runs and shows jobs. It is safe for concurrent use.
type Jobs struct {
	d     *db.DB
	pen   *audit.Pen
	clock func() time.Time
	defs  []Def
	names []string
	set   Settings

	mu      sync.Mutex
	running map[int64]*running
}

// running is a job in this process.
type running struct {
	h      *Handle
	cancel context.CancelCauseFunc
}

// Defaults of a Def.
const (
	defaultAttempts = 3
	defaultBackoff  = 10 * time.Second
)

// purgeName is the one job this room brings along.
const purgeName = "job.purge"

// New returns the runner of a literal list. now is the program's clock. It fails
// when a name occurs twice, a handler is missing or a schedule is malformed.
func New(d *db.DB, pen *audit.Pen, now func() time.Time, defs []Def) (*Jobs, error) {
	j := &Jobs{d: d, pen: pen, clock: now, set: Settings{}.withDefaults(), running: map[int64]*running{}}
	j.defs = append(slices.Clone(defs), Def{Name: purgeName, Label: "清理任务记录", Schedule: Daily("03:20"), Func: j.purge})
	for i := range j.defs {
		f := &j.defs[i]
		switch {
		case f.Name == "" || f.Label == "" || f.Func == nil:
			return nil, fault.New(fault.Internal, "任务清单第 %d 行缺名称、中文名或函数", i+1)
		case slices.Contains(j.names, f.Name):
			return nil, fault.New(fault.Internal, "任务清单里“%s”出现两次", f.Name)
		case f.Schedule.err != nil:
			return nil, fmt.Errorf("job %s: %w", f.Name, f.Schedule.err)
		}
		if f.Attempts <= 0 {
			f.Attempts = defaultAttempts
		}
		if f.Backoff <= 0 {
			f.Backoff = defaultBackoff
		}
		j.names = append(j.names, f.Name)
	}
	return j, nil
}

// Tune changes settings before Run.
func (j *Jobs) Tune(s Settings) { j.set = s.withDefaults() }

func (j *Jobs) now() time.Time { return j.clock().UTC().Truncate(time.Millisecond) }

func (j *Jobs) def(name string) (Def, bool) {
	i := slices.Index(j.names, name)
	if i < 0 {
		return Def{}, false
	}
	return j.defs[i], true
}

// Enqueue is the package's Enqueue for names of this list only.
func (j *Jobs) Enqueue(ctx context.Context, tx *audit.Tx, r Request) (int64, error) {
	if _, ok := j.def(r.Name); !ok {
		return 0, fault.New(fault.Internal, "没有“%s”这个任务，只有：%s", r.Name, listed(j.names))
	}
	return Enqueue(ctx, tx, r)
}

// Run works until ctx ends, then gives back what is running and returns when all
// handlers have returned.
func (j *Jobs) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for range j.set.Workers {
		wg.Go(func() { j.every(ctx, j.drain) })
	}
	wg.Go(func() { j.every(ctx, j.schedule) })
	wg.Wait()
}

// every calls f at once and then at every poll until ctx ends.
func (j *Jobs) every(ctx context.Context, f func(context.Context) error) {
	tick := time.NewTicker(j.set.Poll)
	defer tick.Stop()
	for ctx.Err() == nil {
		if err := f(ctx); err != nil && ctx.Err() == nil {
			j.set.Report(err)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

// RunDue does, one after the other, everything that is due now, and returns how
// many attempts that were. Tests and one-off commands use it in place of Run.
func (j *Jobs) RunDue(ctx context.Context) (int, error) {
	if err := j.schedule(ctx); err != nil {
		return 0, err
	}
	n := 0
	for ctx.Err() == nil {
		worked, err := j.one(ctx)
		if err != nil || !worked {
			return n, err
		}
		n++
	}
	return n, nil
}

func (j *Jobs) drain(ctx context.Context) error {
	for ctx.Err() == nil {
		if worked, err := j.one(ctx); err != nil || !worked {
			return err
		}
	}
	return nil
}

// one takes a due job, if there is one, and runs it to the end of its attempt.
func (j *Jobs) one(ctx context.Context) (worked bool, err error) {
	r, err := nextDue(ctx, j.d, want{now: j.now(), names: j.names, busy: j.busy()})
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	def, _ := j.def(r.Name)
	h, err := j.claim(ctx, def, r)
	if errors.Is(err, errFaster) {
		return true, nil // look again: there may be others
	}
	if err != nil || h == nil {
		return err == nil, err
	}
	j.execute(ctx, def, h)
	return true, nil
}

func (j *Jobs) busy() []int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	ids := make([]int64, 0, len(j.running))
	for id := range j.running {
		ids = append(ids, id)
	}
	return ids
}

// errFaster says that another process took the job first.
var errFaster = errors.New("taken by another process")

// actor signs what the runner itself writes.
func (d Def) actor() audit.Actor {
	return audit.Actor{ID: "job:" + d.Name, Name: d.Label, Via: "job"}
}

// claim takes a due job. It returns nil when the job is closed instead of run:
// somebody asked it to stop while no process held it, or it was found abandoned
// too often, so that something in it may be what kills its process.
func (j *Jobs) claim(ctx context.Context, def Def, r row) (*Handle, error) {
	act := audit.Act{Actor: def.actor(), Verb: verbStart, Subject: subject(r.ID), Enterprise: r.enterprise}
	var instead *ending
	switch {
	case r.Cancelling:
		instead = &ending{verb: verbStop, uncount: true}
	case r.State == Running && r.Attempt >= def.Attempts:
		instead = &ending{verb: verbFail, err: "任务多次中断，没有完成", tip: "请把任务编号告诉系统管理员。", uncount: true}
	}
	if instead != nil {
		act.Verb = instead.verb
	}
	var h *Handle
	err := j.pen.Do(ctx, act, func(tx *audit.Tx) error {
		got, err := take(ctx, tx, r.ID, lease{j.set.Owner, j.set.Lease})
		if fault.Is(err, fault.NotFound) || (err == nil && (got.epoch != r.epoch+1 || got.Cancelling != r.Cancelling)) {
			return errFaster
		}
		if err != nil {
			return err
		}
		h = j.handle(got)
		tx.Note("attempt", got.Attempt)
		if instead == nil {
			return nil
		}
		_, err = settle(ctx, tx, h, *instead)
		return err
	})
	if err != nil || instead != nil {
		return nil, err
	}
	return h, nil
}

func (j *Jobs) handle(r row) *Handle {
	via := audit.Actor{ID: r.AskedBy, Name: r.AskedName, Via: "job"}
	return &Handle{ID: r.ID, Name: r.Name, Key: r.Key, Attempt: r.Attempt, jobs: j, payload: r.payload, actor: via, epoch: r.epoch}
}

// errCancelled is the cause of a context that ended because somebody asked.
var errCancelled = errors.New("job cancelled")

// execute runs the handler, keeping the lease meanwhile, and closes the attempt.
func (j *Jobs) execute(ctx context.Context, def Def, h *Handle) {
	hctx, cancel := context.WithCancelCause(ctx)
	j.mu.Lock()
	j.running[h.ID] = &running{h, cancel}
	j.mu.Unlock()
	var keeper sync.WaitGroup
	kctx, stopKeeper := context.WithCancel(hctx)
	began := j.now()
	keeper.Go(func() { j.keep(kctx, h, keeping{began, cancel}) })
	err := call(hctx, def, h)
	cause := context.Cause(hctx)
	stopKeeper()
	keeper.Wait()
	cancel(nil)
	// The end of an attempt is written even while shutting down, but not for ever.
	endctx, done := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer done()
	if err := j.close(endctx, def, h, outcome{err, cause}); err != nil {
		j.set.Report(fmt.Errorf("job %d %s: closing the attempt: %w", h.ID, h.Name, err))
	}
	j.mu.Lock()
	delete(j.running, h.ID)
	j.mu.Unlock()
}

// call runs the handler; a panic becomes an error.
func call(ctx context.Context, def Def, h *Handle) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fault.Wrap(fault.Internal, fmt.Errorf("panic: %v\n%s", v, debug.Stack()), "任务运行出错")
		}
	}()
	return def.Func(ctx, h)
}

// keep renews the lease every beat and looks every poll whether the job was asked
// to stop or taken away.
func (j *Jobs) keep(ctx context.Context, h *Handle, k keeping) {
	beat := k.began
	j.every(ctx, func(ctx context.Context) error {
		cancelling, lost, err := flagged(ctx, j.d, h)
		if err != nil {
			return err
		}
		if now := j.now(); !lost && now.Sub(beat) >= j.set.Beat {
			beat = now
			if err := j.beat(ctx, h); errors.Is(err, errLost) {
				lost = true
			} else if err != nil {
				return err
			}
		}
		switch {
		case lost:
			k.cancel(errLost)
		case cancelling:
			k.cancel(errCancelled)
		}
		return nil
	})
}

// keeping is what the keeper of a running job needs.
type keeping struct {
	began  time.Time
	cancel context.CancelCauseFunc
}

func (j *Jobs) beat(ctx context.Context, h *Handle) error {
	def, _ := j.def(h.Name)
	act := audit.Act{Actor: def.actor(), Verb: "job.beat", Subject: subject(h.ID)}
	return j.pen.Do(ctx, act, func(tx *audit.Tx) error {
		done, total, _ := h.snapshot()
		tx.Note("done", done)
		tx.Note("total", total)
		return h.Fence(ctx, tx)
	})
}

// outcome is how a handler came back: its error, and why its context had ended.
type outcome struct{ err, cause error }

// close writes how the attempt ended. A job that was finished by its handler, or
// taken by another process, is left as it is.
func (j *Jobs) close(ctx context.Context, def Def, h *Handle, o outcome) error {
	if errors.Is(o.cause, errLost) || errors.Is(o.err, errLost) {
		return nil
	}
	e := j.ending(def, h, o)
	if o.err != nil && e.verb != verbRelease && e.verb != verbStop {
		j.set.Report(fmt.Errorf("job %d %s attempt %d: %w", h.ID, h.Name, h.Attempt, o.err))
	}
	act := audit.Act{Actor: def.actor(), Verb: e.verb, Subject: subject(h.ID)}
	err := j.pen.Do(ctx, act, func(tx *audit.Tx) error {
		if e.verb == verbRetry {
			e.runAt = tx.Now.Add(backoff(def.Backoff, h.Attempt))
		}
		if e.err != "" {
			tx.Note("error", e.err)
		}
		ok, err := settle(ctx, tx, h, e)
		if err == nil && !ok {
			return errLost // nothing to write: roll back, leave no entry
		}
		return err
	})
	if errors.Is(err, errLost) {
		return nil
	}
	return err
}

// ending decides what an outcome means.
func (j *Jobs) ending(def Def, h *Handle, o outcome) ending {
	switch {
	case o.err == nil:
		return ending{verb: verbFinish}
	case errors.Is(o.cause, errCancelled):
		return ending{verb: verbStop}
	case o.cause != nil: // the process is shutting down
		return ending{verb: verbRelease, runAt: j.now(), uncount: true}
	}
	e := ending{verb: verbRetry}
	e.err, e.tip = fault.Public(o.err)
	if permanent(o.err) || h.Attempt >= def.Attempts {
		e.verb = verbFail
	}
	return e
}

// permanent reports whether trying again cannot help.
func permanent(err error) bool {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Denied, fault.NotFound, fault.TooLarge, fault.Conflict:
		return true
	}
	return false
}

// schedule enqueues what is due by the clock. The process that moves a schedule's
// due time is the one that enqueues, so there is one run over all processes.
func (j *Jobs) schedule(ctx context.Context) error {
	known, err := dueTimes(ctx, j.d)
	if err != nil {
		return err
	}
	now := j.now()
	for _, def := range j.defs {
		if !def.Schedule.set {
			continue
		}
		was, next := known[def.Name], def.Schedule.Next(now)
		isDue := !was.IsZero() && !was.After(now)
		// A time later than the schedule's own next one is left from another version
		// of the list.
		if !was.IsZero() && !isDue && !was.After(next) {
			continue
		}
		if err := j.advance(ctx, def, shift{was, next}, isDue); err != nil && !errors.Is(err, errFaster) {
			return err
		}
	}
	return nil
}

func (j *Jobs) advance(ctx context.Context, def Def, m shift, isDue bool) error {
	act := audit.Act{Actor: def.actor(), Verb: "job.schedule", Subject: "job_schedule:" + def.Name}
	return j.pen.Do(ctx, act, func(tx *audit.Tx) error {
		ok, err := moveDue(ctx, tx, def.Name, m)
		if err == nil && !ok {
			return errFaster
		}
		if err != nil || !isDue {
			return err
		}
		_, err = Enqueue(ctx, tx, Request{Name: def.Name, Key: "schedule", Actor: def.actor()})
		return err
	})
}

// purge is the handler of job.purge.
func (j *Jobs) purge(ctx context.Context, h *Handle) error {
	before := j.now().Add(-j.set.Keep)
	act := audit.Act{Actor: h.Actor(), Verb: "job.purge", Subject: "job:*"}
	return h.Do(ctx, act, func(tx *audit.Tx) error {
		n, err := purge(ctx, tx, before)
		tx.Note("jobs", n)
		if err != nil {
			return err
		}
		return h.Finish(ctx, tx, fmt.Sprintf("清理了 %d 条任务记录", n))
	})
}

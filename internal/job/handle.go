package job

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"ballast/internal/audit"
	"ballast/internal/fault"
)

// Handle is what a handler holds of the job it works on. Its methods are safe for
// concurrent use.
type Handle struct {
	ID      int64
	Name    string
	Key     string
	Attempt int // 1 at the first try

	jobs    *Jobs
	payload string
	actor   audit.Actor
	epoch   int64

	mu          sync.Mutex
	done, total int64
	message     string
}

// Actor is whoever asked for the job; its effects are journalled under them, with
// the door "job".
func (h *Handle) Actor() audit.Actor { return h.actor }

// Decode reads the payload into v.
func (h *Handle) Decode(v any) error {
	if err := json.Unmarshal([]byte(h.payload), v); err != nil {
		return fault.Wrap(fault.Invalid, err, "任务的参数读不出来")
	}
	return nil
}

// Progress says how far the work is: done of total units (0 while unknown) and a
// Chinese sentence. It only touches memory, so it may be called for every row.
func (h *Handle) Progress(done, total int64, message string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.done, h.total, h.message = done, total, message
}

func (h *Handle) snapshot() (done, total int64, message string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.done, h.total, h.message
}

// Fence fails with Conflict unless the job is still this process's. A handler
// whose write does not go through [Handle.Do] calls it inside its transaction, so
// that a process that was taken for dead cannot write when it wakes up.
func (h *Handle) Fence(ctx context.Context, tx *audit.Tx) error {
	_, err := touch(ctx, tx, h, h.jobs.now().Add(h.jobs.set.Lease))
	if fault.Is(err, fault.NotFound) {
		return errLost
	}
	return err
}

// Do is audit's Do for a handler: fenced, and with the lease renewed at its end,
// however long fn took.
func (h *Handle) Do(ctx context.Context, act audit.Act, fn func(tx *audit.Tx) error) error {
	return h.jobs.pen.Do(ctx, act, func(tx *audit.Tx) error {
		if err := h.Fence(ctx, tx); err != nil {
			return err
		}
		if err := fn(tx); err != nil {
			return err
		}
		// After Finish the job is done and there is no lease to renew.
		_, err := touch(ctx, tx, h, h.jobs.now().Add(h.jobs.set.Lease))
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		return err
	})
}

// Finish marks the job done, with a result for its page, in the transaction of
// its last effect: both happen or neither. A handler that returns nil without it
// is marked done afterwards, in a transaction of its own.
func (h *Handle) Finish(ctx context.Context, tx *audit.Tx, result string) error {
	ok, err := settle(ctx, tx, h, ending{verb: verbFinish, result: result})
	if err == nil && !ok {
		return errLost
	}
	tx.Note("job_done", h.ID)
	return err
}

// errLost is what a process hears that was taken for dead.
var errLost = fault.New(fault.Conflict, "任务已由另一个进程接手")

// backoff returns the wait before the next try: base, doubled for each failed
// attempt, at most an hour.
func backoff(base time.Duration, attempt int) time.Duration {
	const most = time.Hour
	wait := base
	for i := 1; i < attempt && wait < most; i++ {
		wait *= 2
	}
	return min(wait, most)
}

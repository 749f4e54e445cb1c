package job_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/db/dbtest"
	"ballast/internal/fault"
	"ballast/internal/job"
	"ballast/internal/scope"
)

// Killed at any moment: the lease runs out, another process does the work, and the
// zombie that wakes up later cannot write.
func TestAbandonedJobIsTakenOver(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		s := newSite(t, d, w)
		def := job.Def{Name: "a.b", Label: "甲", Func: func(ctx context.Context, h *job.Handle) error { return effect(ctx, h, "second") }}
		dead, alive := s.process(def), s.process(def)
		id := s.enqueue(job.Request{Name: "a.b"})
		zombie, err := dead.Abandon(ctx)
		if err != nil {
			t.Fatal(err)
		}
		s.clock.add(time.Minute)
		if n := s.runDue(alive); n != 0 {
			t.Error("taken while the lease holds")
		}
		s.clock.add(time.Millisecond)
		if n := s.runDue(alive); n != 1 {
			t.Errorf("%d attempts after the lease", n)
		}
		if err := effect(ctx, zombie, "zombie"); !fault.Is(err, fault.Conflict) {
			t.Errorf("the zombie wrote: %v", err)
		}
		if got := s.effects(); len(got[id]) != 1 || got[id][0] != "second" {
			t.Errorf("effects %v", got)
		}
		if p := s.progress(alive, id); p.State != job.Done || p.Attempt != 2 {
			t.Errorf("%+v", p)
		}
	})
}

// A job that takes its process down each time is not tried for ever.
func TestPoisonedJobIsGivenUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		s := newSite(t, d, w)
		j := s.process(job.Def{Name: "a.b", Label: "甲", Attempts: 2, Func: func(context.Context, *job.Handle) error { t.Error("ran"); return nil }})
		id := s.enqueue(job.Request{Name: "a.b"})
		for range 2 {
			if h, err := j.Abandon(context.Background()); err != nil || h == nil {
				t.Fatal(h, err)
			}
			s.clock.add(2 * time.Minute)
		}
		s.runDue(j)
		if p := s.progress(j, id); p.State != job.Failed || p.Error != "任务多次中断，没有完成" || p.Attempt != 2 {
			t.Errorf("%+v", p)
		}
	})
}

// Two processes with two workers each, forty jobs, a third of which fail at first:
// each has its effect exactly once.
func TestExactlyOneEffectUnderSeveralProcesses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		s := newSite(t, d, w)
		var starts atomic.Int64
		def := job.Def{Name: "a.b", Label: "甲", Backoff: time.Millisecond, Func: func(ctx context.Context, h *job.Handle) error {
			starts.Add(1)
			if h.ID%3 == 0 && h.Attempt == 1 {
				return errors.New("for the first time")
			}
			return effect(ctx, h, "once")
		}}
		const n = 40
		var ids []int64
		for range n {
			ids = append(ids, s.enqueue(job.Request{Name: "a.b"}))
		}
		ctx, stop := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		a, b := s.process(def), s.process(def)
		for _, j := range []*job.Jobs{a, b} {
			wg.Go(func() { j.Run(ctx) })
		}
		waitFor(t, "all jobs", func() bool {
			s.clock.add(time.Second)
			left, err := a.List(context.Background(), s.d, boss, job.Filter{Name: "a.b", Live: true})
			return err == nil && len(left) == 0
		})
		stop()
		wg.Wait()
		got := s.effects()
		again := int64(0)
		for _, id := range ids {
			if len(got[id]) != 1 {
				t.Errorf("job %d had %d effects", id, len(got[id]))
			}
			if id%3 == 0 {
				again++
			}
		}
		if starts.Load() != n+again {
			t.Errorf("%d attempts, want %d", starts.Load(), n+again)
		}
		if r, err := audit.Verify(context.Background(), d); err != nil || !r.Intact {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

// block is a handler that says it has begun and waits for its context.
func block(begun chan<- *job.Handle) func(context.Context, *job.Handle) error {
	return func(ctx context.Context, h *job.Handle) error {
		h.Progress(3, 10, "算到第 3 家")
		begun <- h
		<-ctx.Done()
		return ctx.Err()
	}
}

func TestCancel(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx, stop := context.WithCancel(context.Background())
		s := newSite(t, d, w)
		begun := make(chan *job.Handle, 1)
		def := job.Def{Name: "a.b", Label: "甲", Func: block(begun)}
		here, elsewhere := s.process(def), s.process(def)
		done := make(chan struct{})
		go func() { here.Run(ctx); close(done) }()
		for _, from := range []*job.Jobs{here, elsewhere} {
			id := s.enqueue(job.Request{Name: "a.b"})
			<-begun
			if p := s.progress(here, id); p.State != job.Running || p.Percent() != 30 || p.Message != "算到第 3 家" {
				t.Errorf("%+v", p)
			}
			if err := from.Cancel(ctx, boss, id, "选错了轮次"); err != nil {
				t.Fatal(err)
			}
			waitFor(t, "the job to stop", func() bool { return s.progress(here, id).State == job.Cancelled })
			if err := from.Cancel(ctx, boss, id, ""); !fault.Is(err, fault.Conflict) {
				t.Errorf("cancelled twice: %v", err)
			}
			if got := s.verbs(fmt.Sprint("job:", id)); got != "job.start job.cancel job.stop" {
				t.Errorf("journal: %s", got)
			}
		}
		stop()
		<-done
		waiting := s.enqueue(job.Request{Name: "a.b"})
		if err := elsewhere.Cancel(context.Background(), boss, waiting, ""); err != nil {
			t.Fatal(err)
		}
		if p := s.progress(here, waiting); p.State != job.Cancelled || p.FinishedAt.IsZero() || s.runDue(here) != 0 {
			t.Errorf("%+v", p)
		}
		// Asked to stop while its process was dead: never started again.
		id := s.enqueue(job.Request{Name: "a.b"})
		if _, err := here.Abandon(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := elsewhere.Cancel(context.Background(), boss, id, ""); err != nil {
			t.Fatal(err)
		}
		s.clock.add(2 * time.Minute)
		s.runDue(elsewhere)
		if p := s.progress(here, id); p.State != job.Cancelled {
			t.Errorf("%+v", p)
		}
	})
}

func TestShutdownGivesJobsBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		s := newSite(t, d, w)
		begun := make(chan *job.Handle, 1)
		first := s.process(job.Def{Name: "a.b", Label: "甲", Func: block(begun)})
		id := s.enqueue(job.Request{Name: "a.b"})
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { first.Run(ctx); close(done) }()
		<-begun
		stop()
		<-done
		next := s.process(job.Def{Name: "a.b", Label: "甲", Func: func(ctx context.Context, h *job.Handle) error { return effect(ctx, h, "next") }})
		if p := s.progress(next, id); p.State != job.Waiting || p.Attempt != 0 {
			t.Errorf("%+v", p)
		}
		if n := s.runDue(next); n != 1 || s.progress(next, id).State != job.Done {
			t.Error("the next process did not go on at once")
		}
	})
}

// A living process keeps its lease however long the work takes, and other
// processes see its progress.
func TestBeatKeepsTheLease(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		s := newSite(t, d, w)
		begun := make(chan *job.Handle, 2)
		def := job.Def{Name: "a.b", Label: "甲", Func: block(begun)}
		here, elsewhere := s.process(def), s.process(def)
		id := s.enqueue(job.Request{Name: "a.b"})
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { here.Run(ctx); close(done) }()
		h := <-begun
		for i := int64(4); i < 10; i++ {
			h.Progress(i, 10, "")
			s.clock.add(30 * time.Second)
			waitFor(t, "the beat", func() bool { return s.progress(elsewhere, id).Done == i })
			if n := s.runDue(elsewhere); n != 0 {
				t.Error("taken from a living process")
			}
		}
		stop()
		<-done
	})
}

// A process that lost its lease is told, and its handler stops.
func TestLostLeaseStopsTheHandler(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		s := newSite(t, d, w)
		begun := make(chan *job.Handle, 1)
		slow := s.process(job.Def{Name: "a.b", Label: "甲", Func: block(begun)})
		id := s.enqueue(job.Request{Name: "a.b"})
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		done := make(chan struct{})
		go func() {
			defer close(done)
			if _, err := slow.RunDue(ctx); err != nil {
				t.Error(err)
			}
		}()
		<-begun
		s.do("test.steal", func(tx *audit.Tx) error { // as a process does that found the lease run out
			_, err := tx.Exec(context.Background(), `UPDATE job SET epoch = epoch + 1, lease_owner = 'other' WHERE id = $1`, id)
			return err
		})
		<-done
		if p := s.progress(slow, id); p.State != job.Running {
			t.Errorf("the loser wrote: %+v", p)
		}
	})
}

func TestJobsAreSeenByScopeAndByTheirOwner(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		s := newSite(t, d, w)
		j := s.process(job.Def{Name: "a.b", Label: "甲", Func: func(context.Context, *job.Handle) error { return nil }})
		tax := s.enqueue(job.Request{Name: "a.b", Department: "tax", District: "360302", Enterprise: 7})
		s.enqueue(job.Request{Name: "a.b", Department: "power"})
		stranger := audit.Actor{ID: "user:77", Via: "web"}
		for _, c := range []struct {
			who  string
			v    job.Viewer
			want int
		}{
			{"nobody", job.Viewer{}, 0},
			{"stranger", job.Viewer{Actor: stranger}, 0},
			{"owner", job.Viewer{Actor: clerk}, 2},
			{"city", job.Viewer{Actor: stranger, Scope: scope.City("")}, 2},
			{"tax", job.Viewer{Actor: stranger, Scope: scope.Departments("", "tax")}, 1},
			{"district", job.Viewer{Actor: stranger, Scope: scope.Districts("", "360302")}, 1},
			{"firm", job.Viewer{Actor: stranger, Scope: scope.Enterprises("", 7)}, 1},
			{"other firm", job.Viewer{Actor: stranger, Scope: scope.Enterprises("", 8)}, 0},
		} {
			got, err := j.List(ctx, d, c.v, job.Filter{})
			if err != nil || len(got) != c.want {
				t.Errorf("%s sees %d jobs, %v; want %d", c.who, len(got), err, c.want)
			}
			_, err = j.Progress(ctx, d, c.v, tax)
			if (err == nil) != (c.want > 0) || (err != nil && !fault.Is(err, fault.NotFound)) {
				t.Errorf("%s: %v", c.who, err)
			}
			if c.want == 0 {
				if err := j.Cancel(ctx, c.v, tax, ""); !fault.Is(err, fault.NotFound) {
					t.Errorf("%s cancels: %v", c.who, err)
				}
			}
		}
	})
}

func TestScheduleRunsOncePerDueTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		s := newSite(t, d, w)
		var runs atomic.Int64
		def := job.Def{Name: "a.b", Label: "甲", Schedule: job.Every(time.Hour), Func: func(ctx context.Context, h *job.Handle) error {
			runs.Add(1)
			if h.Actor().ID != "job:a.b" {
				t.Errorf("%+v", h.Actor())
			}
			return nil
		}}
		a, b := s.process(def), s.process(def) // now is 01:00, the next hour is 02:00
		both := func(want int64) {
			t.Helper()
			s.runDue(a)
			s.runDue(b)
			if runs.Load() != want {
				t.Errorf("%d runs at %v, want %d", runs.Load(), s.clock.now(), want)
			}
		}
		both(0)
		s.clock.add(time.Hour - time.Millisecond)
		both(0)
		s.clock.add(time.Millisecond)
		both(1)
		both(1)
		s.clock.add(5 * time.Hour) // missed times are made up by one run
		both(2)
		both(2)
		s.clock.add(time.Hour)
		both(3)
		// A list with a shorter interval takes effect without waiting for the old time.
		def.Schedule = job.Every(time.Minute)
		a, b = s.process(def), s.process(def)
		both(3)
		s.clock.add(time.Minute)
		both(4)
	})
}

func TestOldResultsArePurged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		s := newSite(t, d, w)
		j := s.process(job.Def{Name: "a.b", Label: "甲", Func: func(context.Context, *job.Handle) error { return nil }})
		old := s.enqueue(job.Request{Name: "a.b"})
		s.runDue(j) // 09:00 in Beijing; the purge is due at 03:20
		s.clock.add(29 * 24 * time.Hour)
		young := s.enqueue(job.Request{Name: "a.b"})
		s.runDue(j)
		s.clock.add(24 * time.Hour)
		waits := s.enqueue(job.Request{Name: "a.b", RunAt: s.clock.now().Add(time.Hour * 24 * 90)})
		s.clock.add(24 * time.Hour)
		s.runDue(j)
		if _, err := j.Progress(ctx, d, boss, old); !fault.Is(err, fault.NotFound) {
			t.Errorf("31 days old: %v", err)
		}
		if s.progress(j, young).State != job.Done || s.progress(j, waits).State != job.Waiting {
			t.Error("purged too much")
		}
	})
}

func TestListMustBeWellFormed(t *testing.T) {
	d, w := dbtest.SQLite(t)
	c := &clock{}
	pen := audit.NewPen(w, c.now)
	fine := func(context.Context, *job.Handle) error { return nil }
	for name, defs := range map[string][]job.Def{
		"no name":       {{Label: "甲", Func: fine}},
		"no label":      {{Name: "a.b", Func: fine}},
		"no function":   {{Name: "a.b", Label: "甲"}},
		"twice":         {{Name: "a.b", Label: "甲", Func: fine}, {Name: "a.b", Label: "甲", Func: fine}},
		"bad schedule":  {{Name: "a.b", Label: "甲", Func: fine, Schedule: job.Cron("* * *")}},
		"reserved name": {{Name: "job.purge", Label: "甲", Func: fine}},
	} {
		if _, err := job.New(d, pen, c.now, defs); !fault.Is(err, fault.Internal) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

package job_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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

var (
	clerk = audit.Actor{ID: "user:1", Name: "王科员", Via: "web"}
	boss  = job.Viewer{Actor: audit.Actor{ID: "user:9", Name: "局长", Via: "web"}, Scope: scope.City("测试")}
)

// clock is a clock that a test moves.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// site is a database with a table of effects, on which a test starts processes.
type site struct {
	t     *testing.T
	d     *db.DB
	pen   *audit.Pen
	clock *clock
	mu    sync.Mutex
	heard []error
}

func newSite(t *testing.T, d *db.DB, w *db.Writer) *site {
	t.Helper()
	c := &clock{t: time.Date(2026, 7, 13, 1, 0, 0, 0, time.UTC)}
	s := &site{t: t, d: d, pen: audit.NewPen(w, c.now), clock: c}
	s.do("test.table", func(tx *audit.Tx) error {
		_, err := tx.Exec(context.Background(), `CREATE TABLE effect (job BIGINT NOT NULL, said TEXT NOT NULL)`)
		return err
	})
	return s
}

func (s *site) do(verb string, fn func(tx *audit.Tx) error) {
	s.t.Helper()
	if err := s.pen.Do(context.Background(), audit.Act{Actor: clerk, Verb: verb, Subject: "test:1"}, fn); err != nil {
		s.t.Fatal(err)
	}
}

// process is one program on the database, with a quick poll.
func (s *site) process(defs ...job.Def) *job.Jobs {
	s.t.Helper()
	j, err := job.New(s.d, s.pen, s.clock.now, defs)
	if err != nil {
		s.t.Fatal(err)
	}
	j.Tune(job.Settings{Poll: 2 * time.Millisecond, Report: func(err error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.heard = append(s.heard, err)
	}})
	return j
}

func (s *site) enqueue(r job.Request) (id int64) {
	s.t.Helper()
	if r.Actor.ID == "" {
		r.Actor = clerk
	}
	s.do("test.enqueue", func(tx *audit.Tx) (err error) {
		id, err = job.Enqueue(context.Background(), tx, r)
		return err
	})
	return id
}

func (s *site) runDue(j *job.Jobs) int {
	s.t.Helper()
	n, err := j.RunDue(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s *site) progress(j *job.Jobs, id int64) job.Progress {
	s.t.Helper()
	p, err := j.Progress(context.Background(), s.d, boss, id)
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// effects returns what handlers wrote, by job.
func (s *site) effects() map[int64][]string {
	s.t.Helper()
	out := map[int64][]string{}
	err := db.Each(context.Background(), s.d, `SELECT job, said FROM effect ORDER BY job, said`, nil, func(r db.Scanner) error {
		var id int64
		var said string
		err := r.Scan(&id, &said)
		out[id] = append(out[id], said)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

func (s *site) verbs(subject string) string {
	s.t.Helper()
	es, err := audit.Entries(context.Background(), s.d, scope.City("测试"), audit.Filter{Subject: subject, Limit: 1000})
	if err != nil {
		s.t.Fatal(err)
	}
	var out []string
	for _, e := range es {
		out = append(out, e.Verb)
	}
	slices.Reverse(out)
	return strings.Join(out, " ")
}

// waitFor polls a condition that other goroutines make true.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 2500 {
		if ok() {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	t.Fatalf("waited in vain for %s", what)
}

// effect is a handler's fenced write that ends the job with it.
func effect(ctx context.Context, h *job.Handle, said string) error {
	return h.Do(ctx, audit.Act{Actor: h.Actor(), Verb: "test.effect", Subject: fmt.Sprint("job:", h.ID)}, func(tx *audit.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO effect (job, said) VALUES ($1, $2)`, h.ID, said); err != nil {
			return err
		}
		return h.Finish(ctx, tx, "写了 "+said)
	})
}

func TestJobDoesItsWorkOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		s := newSite(t, d, w)
		type payload struct{ File string }
		j := s.process(job.Def{Name: "observe.import", Label: "导入数据", Func: func(ctx context.Context, h *job.Handle) error {
			var p payload
			if err := h.Decode(&p); err != nil {
				return err
			}
			if h.Actor() != (audit.Actor{ID: "user:1", Name: "王科员", Via: "job"}) || h.Attempt != 1 {
				t.Errorf("actor %+v, attempt %d", h.Actor(), h.Attempt)
			}
			h.Progress(1, 2, "读了一半")
			return effect(ctx, h, p.File)
		}})
		id := s.enqueue(job.Request{Name: "observe.import", Payload: payload{"税务.xlsx"}})
		if p := s.progress(j, id); p.State != job.Waiting || p.Label != "导入数据" || p.AskedName != "王科员" || p.Percent() != 0 || p.Ended() {
			t.Errorf("%+v", p)
		}
		if n := s.runDue(j); n != 1 {
			t.Errorf("%d attempts", n)
		}
		if n := s.runDue(j); n != 0 {
			t.Errorf("%d attempts more", n)
		}
		p := s.progress(j, id)
		if p.State != job.Done || p.Result != "写了 税务.xlsx" || p.Percent() != 100 || !p.Ended() || p.Message != "读了一半" || p.FinishedAt.IsZero() {
			t.Errorf("%+v", p)
		}
		if got := s.verbs(fmt.Sprint("job:", id)); got != "job.start test.effect" {
			t.Errorf("journal: %s", got)
		}
	})
}

// What an act takes back takes its job along.
func TestEnqueueIsPartOfTheAct(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		s := newSite(t, d, w)
		ran := 0
		j := s.process(job.Def{Name: "a.b", Label: "甲", Func: func(context.Context, *job.Handle) error { ran++; return nil }})
		boom := errors.New("boom")
		err := s.pen.Do(context.Background(), audit.Act{Actor: clerk, Verb: "test.enqueue", Subject: "t:1"}, func(tx *audit.Tx) error {
			if _, err := j.Enqueue(context.Background(), tx, job.Request{Name: "a.b", Actor: clerk}); err != nil {
				t.Error(err)
			}
			_, err := j.Enqueue(context.Background(), tx, job.Request{Name: "no.such", Actor: clerk})
			if !fault.Is(err, fault.Internal) {
				t.Errorf("unknown name: %v", err)
			}
			_, err = job.Enqueue(context.Background(), tx, job.Request{Name: "a.b"})
			if !fault.Is(err, fault.Internal) {
				t.Errorf("no actor: %v", err)
			}
			return boom
		})
		if !errors.Is(err, boom) || s.runDue(j) != 0 || ran != 0 {
			t.Errorf("%v, ran %d", err, ran)
		}
	})
}

func TestKeyIsUniqueWhileLive(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		s := newSite(t, d, w)
		j := s.process(job.Def{Name: "a.b", Label: "甲", Func: func(context.Context, *job.Handle) error { return nil }})
		first := s.enqueue(job.Request{Name: "a.b", Key: "round:7"})
		if again := s.enqueue(job.Request{Name: "a.b", Key: "round:7"}); again != first {
			t.Errorf("same key gave %d and %d", first, again)
		}
		if other := s.enqueue(job.Request{Name: "a.b", Key: "round:8"}); other == first {
			t.Error("another key gave the same job")
		}
		if a, b := s.enqueue(job.Request{Name: "a.b"}), s.enqueue(job.Request{Name: "a.b"}); a == b {
			t.Error("jobs without a key collided")
		}
		if n := s.runDue(j); n != 4 {
			t.Errorf("%d ran, want 4", n)
		}
		if again := s.enqueue(job.Request{Name: "a.b", Key: "round:7"}); again == first {
			t.Error("an ended job kept its key")
		}
	})
}

func TestNotBeforeItsTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		s := newSite(t, d, w)
		j := s.process(job.Def{Name: "a.b", Label: "甲", Func: func(context.Context, *job.Handle) error { return nil }})
		s.enqueue(job.Request{Name: "a.b", RunAt: s.clock.now().Add(time.Hour)})
		s.clock.add(time.Hour - time.Millisecond)
		if n := s.runDue(j); n != 0 {
			t.Error("ran early")
		}
		s.clock.add(time.Millisecond)
		if n := s.runDue(j); n != 1 {
			t.Error("did not run in time")
		}
	})
}

func TestRetryBacksOffAndGivesUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		s := newSite(t, d, w)
		down := errors.New("dial tcp: connection refused by 10.1.2.3")
		j := s.process(job.Def{Name: "a.b", Label: "甲", Attempts: 3, Backoff: 10 * time.Second, Func: func(context.Context, *job.Handle) error {
			return fault.Wrap(fault.Unavailable, down, "上级平台连不上")
		}})
		id := s.enqueue(job.Request{Name: "a.b"})
		for _, wait := range []time.Duration{0, 10 * time.Second, 20 * time.Second} {
			if wait > 0 {
				s.clock.add(wait - time.Millisecond)
				if n := s.runDue(j); n != 0 {
					t.Errorf("ran before %v were over", wait)
				}
				s.clock.add(time.Millisecond)
			}
			if n := s.runDue(j); n != 1 {
				t.Errorf("%d attempts after %v", n, wait)
			}
		}
		p := s.progress(j, id)
		if p.State != job.Failed || p.Error != "上级平台连不上" || p.Attempt != 3 {
			t.Errorf("%+v", p)
		}
		s.clock.add(24 * time.Hour)
		if s.progress(j, id).State != job.Failed || len(s.heard) != 3 || !errors.Is(s.heard[0], down) {
			t.Errorf("operators heard %v", s.heard)
		}
		if got := s.verbs(fmt.Sprint("job:", id)); got != "job.start job.retry job.start job.retry job.start job.fail" {
			t.Errorf("journal: %s", got)
		}
	})
}

func TestBackoffDoublesToAnHour(t *testing.T) {
	for attempt, want := range map[int]time.Duration{1: 10 * time.Second, 2: 20 * time.Second, 5: 160 * time.Second, 9: 2560 * time.Second, 10: time.Hour, 1000: time.Hour} {
		if got := job.Backoff(10*time.Second, attempt); got != want {
			t.Errorf("after attempt %d: %v, want %v", attempt, got, want)
		}
	}
}

func TestWhatCannotBeCuredFailsAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		s := newSite(t, d, w)
		j := s.process(
			job.Def{Name: "a.invalid", Label: "甲", Func: func(context.Context, *job.Handle) error {
				return fmt.Errorf("x: %w", fault.New(fault.Invalid, "第 3 行读不出来").WithHint("请改正后重新上传。"))
			}},
			job.Def{Name: "a.panic", Label: "乙", Attempts: 1, Func: func(context.Context, *job.Handle) error { panic("index out of range") }},
		)
		bad, boom := s.enqueue(job.Request{Name: "a.invalid"}), s.enqueue(job.Request{Name: "a.panic"})
		s.runDue(j)
		if p := s.progress(j, bad); p.State != job.Failed || p.Error != "第 3 行读不出来" || p.Hint != "请改正后重新上传。" {
			t.Errorf("%+v", p)
		}
		if p := s.progress(j, boom); p.State != job.Failed || strings.Contains(p.Error, "index") {
			t.Errorf("%+v", p)
		}
		if len(s.heard) != 2 || !strings.Contains(s.heard[1].Error(), "index out of range") {
			t.Errorf("operators heard %v", s.heard)
		}
	})
}

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

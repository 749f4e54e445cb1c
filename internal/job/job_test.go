package job_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/db/dbtest"
	"ballast/internal/fault"
	"ballast/internal/job"
)

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

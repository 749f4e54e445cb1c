package job_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ballast/internal/audit"
	"ballast/internal/db"
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

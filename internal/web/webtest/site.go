package webtest

import (
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"ballast/internal/access"
	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/db/dbtest"
	"ballast/internal/web"
)

// Site is one installation under test.
type Site struct {
	DB      *db.DB
	Pen     *audit.Pen
	Access  *access.Access
	Handler http.Handler // set by Serve

	t       testing.TB
	mu      sync.Mutex
	now     time.Time
	people  map[string]person
	visited map[string]bool // "METHOD pattern" of answered requests
}

type person struct{ login, password string }

// start is a Tuesday morning in the publication window of the 2025 evaluation.
var start = time.Date(2026, 7, 14, 1, 30, 0, 0, time.UTC)

// Password is the one of every person whose NewUser names none.
const Password = "Gang-Tie-Shi-26!"

// Open returns a site with an empty database and nobody in it.
func Open(t testing.TB) *Site {
	t.Helper()
	d, w := dbtest.SQLite(t)
	s := &Site{DB: d, t: t, now: start, people: map[string]person{}, visited: map[string]bool{}}
	s.Pen = audit.NewPen(w, s.Now)
	cfg := access.Defaults()
	cfg.Now, cfg.Random = s.Now, rand.Reader
	// Hashing costs what a password is worth; nobody guesses these.
	cfg.Hash = access.HashParams{MemoryKiB: 64, Passes: 1, Lanes: 1, Slots: 4}
	a, err := access.New(d, s.Pen, cfg)
	if err != nil {
		t.Fatalf("webtest: %v", err)
	}
	s.Access = a
	return s
}

// Now is the site's clock.
func (s *Site) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Advance moves the clock.
func (s *Site) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// Person adds an account under the name that scripts use and returns its id.
// Login and Password default to the name and [Password].
func (s *Site) Person(name string, u access.NewUser) int64 {
	s.t.Helper()
	u.Settled = true
	return s.add(name, u)
}

// Newcomer is Person with a password that somebody else has set, so that it must
// be changed first.
func (s *Site) Newcomer(name string, u access.NewUser) int64 {
	s.t.Helper()
	return s.add(name, u)
}

func (s *Site) add(name string, u access.NewUser) int64 {
	s.t.Helper()
	if u.Login == "" {
		u.Login = name
	}
	if u.Name == "" {
		u.Name = name
	}
	if u.Password == "" {
		u.Password = Password
	}
	u.Reason = "test"
	operator := access.OperatorPerson(audit.Actor{ID: "test", Name: "测试", Via: "test"})
	c, err := s.Access.CreateUser(s.t.Context(), operator, u)
	if err != nil {
		s.t.Fatalf("webtest: person %s: %v", name, err)
	}
	s.people[name] = person{u.Login, u.Password}
	return c.ID
}

// Serve builds the handler. Accounts, clock and log are the site's own; the rest
// of c is the test's.
func (s *Site) Serve(c web.Config) {
	s.t.Helper()
	c.Accounts, c.Now, c.Boot = s.Access, s.Now, "test"
	if c.Log == nil {
		c.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if c.App.Name == "" {
		c.App = web.App{Name: "压舱石", City: "萍乡市工业运行与企业服务", Notice: c.App.Notice, SearchTo: c.App.SearchTo}
	}
	observe := c.Observe
	c.Observe = func(r web.Served) {
		s.mu.Lock()
		s.visited[r.Method+" "+r.Pattern] = true
		s.mu.Unlock()
		if observe != nil {
			observe(r)
		}
	}
	h, err := web.New(c)
	if err != nil {
		s.t.Fatalf("webtest: %v", err)
	}
	s.Handler = h
}

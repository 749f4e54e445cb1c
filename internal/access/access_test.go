package access_test

import (
	"context"
	"crypto/rand"
	"strings"
	"sync"
	"testing"
	"time"

	"ballast/internal/access"
	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/db/dbtest"
	"ballast/internal/fault"
	"ballast/internal/scope"
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

// house is an installation under test.
type house struct {
	*access.Access
	t     *testing.T
	d     *db.DB
	pen   *audit.Pen
	clock *clock
	cfg   access.Config
}

const goodPassword = "Tiger-lamp7-Harbour"

var root = access.OperatorPerson(audit.Actor{ID: "cli:test", Name: "测试", Via: "cli"})

// cheap is the default configuration with a hash that costs nothing.
func cheap(c *clock) access.Config {
	cfg := access.Defaults()
	cfg.Now, cfg.Random = c.now, rand.Reader
	cfg.Hash = access.HashParams{MemoryKiB: 8, Passes: 1, Lanes: 1, Slots: 4}
	return cfg
}

func newHouse(t *testing.T, d *db.DB, w *db.Writer, tune ...func(*access.Config)) *house {
	t.Helper()
	c := &clock{t: time.Date(2026, 7, 13, 1, 0, 0, 0, time.UTC)}
	cfg := cheap(c)
	for _, f := range tune {
		f(&cfg)
	}
	pen := audit.NewPen(w, c.now)
	a, err := access.New(d, pen, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return &house{a, t, d, pen, c, cfg}
}

// another is a second process on the same database.
func (h *house) another() *house {
	h.t.Helper()
	a, err := access.New(h.d, h.pen, h.cfg)
	if err != nil {
		h.t.Fatal(err)
	}
	return &house{a, h.t, h.d, h.pen, h.clock, h.cfg}
}

// place returns a fitting place for a role.
func place(r access.Role) access.Place {
	switch r {
	case access.DistrictOfficer:
		return access.Place{District: "360302"}
	case access.DepartmentOfficer:
		return access.Place{Department: "tax"}
	case access.ChainOffice:
		return access.Place{Chain: "ceramics"}
	case access.Envoy, access.DigitalOfficer:
		return access.Place{Enterprises: []int64{9, 3}}
	case access.EnterpriseUser, access.Operator:
		return access.Place{Enterprise: 7}
	}
	return access.Place{}
}

// user creates a settled account.
func (h *house) user(login string, r access.Role) access.User {
	h.t.Helper()
	c, err := h.CreateUser(context.Background(), root, access.NewUser{
		Login: login, Name: "某某" + login, Role: r, Place: place(r), Password: goodPassword, Settled: true,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return c.User
}

func (h *house) signIn(login string) (string, access.Person) {
	h.t.Helper()
	token, p, err := h.SignIn(context.Background(), access.Credentials{Login: login, Password: goodPassword, IP: "10.0.0.1"})
	if err != nil {
		h.t.Fatal(err)
	}
	return token, p
}

func (h *house) try(login, password string) error {
	_, _, err := h.SignIn(context.Background(), access.Credentials{Login: login, Password: password, IP: "10.0.0.2"})
	return err
}

// mustFail asserts the kind of an error and that its sentence is Chinese.
func mustFail(t *testing.T, err error, kind fault.Kind, part string) {
	t.Helper()
	msg, _ := fault.Public(err)
	if !fault.Is(err, kind) || !strings.Contains(msg, part) {
		t.Errorf("got %v (%q), want %v with %q", err, msg, kind, part)
	}
}

// verbs returns the journal's verbs, oldest first.
func (h *house) verbs() []string {
	h.t.Helper()
	es, err := audit.Entries(context.Background(), h.d, scope.City("测试"), audit.Filter{Limit: 1000})
	if err != nil {
		h.t.Fatal(err)
	}
	out := make([]string, len(es))
	for i, e := range es {
		out[len(es)-1-i] = e.Verb
	}
	return out
}

func TestSignInResolveSignOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		h.user("zhou", access.DistrictOfficer)
		token, p := h.signIn(" ＺＨＯＵ ") // an input method left in full width
		if len(token) != 43 || p.Role != access.DistrictOfficer || p.District != "360302" || p.Session == 0 {
			t.Fatalf("token %q, %+v", token, p)
		}
		q, err := h.another().Resolve(ctx, token)
		if err != nil || q.ID != p.ID || q.Session != p.Session || !q.Can(access.EnterpriseEdit) {
			t.Fatalf("%+v, %v", q, err)
		}
		if a := q.Actor("web"); a.ID == "" || a.Name != "某某zhou" || a.Via != "web" {
			t.Errorf("actor %+v", a)
		}
		if err := h.SignOut(ctx, q); err != nil {
			t.Fatal(err)
		}
		if err := h.SignOut(ctx, q); err != nil {
			t.Errorf("second sign-out: %v", err)
		}
		_, err = h.Resolve(ctx, token)
		mustFail(t, err, fault.Unauthenticated, "退出")
		for _, bad := range []string{"", "x", token[1:]} {
			_, err := h.Resolve(ctx, bad)
			mustFail(t, err, fault.Unauthenticated, "请先登录")
		}
		got := strings.Join(h.verbs(), " ")
		if got != "access.create_user access.sign_in access.sign_out" {
			t.Errorf("journal: %s", got)
		}
	})
}

func TestTokenAndPasswordAreNotStored(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		h.user("zhou", access.Auditor)
		token, _ := h.signIn("zhou")
		var hash []byte
		if err := d.QueryRow(ctx, `SELECT token_hash FROM session`).Scan(&hash); err != nil || len(hash) != 32 || string(hash) == token {
			t.Errorf("token hash %x, %v", hash, err)
		}
		var phc string
		if err := d.QueryRow(ctx, `SELECT password FROM account`).Scan(&phc); err != nil || !strings.HasPrefix(phc, "$argon2id$v=19$m=8,t=1,p=1$") {
			t.Errorf("password stored as %q, %v", phc, err)
		}
	})
}

func TestSessionEndsByIdlenessAndByAge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		h.user("zhou", access.Auditor)
		token, _ := h.signIn("zhou")
		h.clock.add(29 * time.Minute)
		p, err := h.Resolve(ctx, token)
		if err != nil || !p.IdleAt.Equal(h.clock.now().Add(30*time.Minute)) {
			t.Fatalf("after 29 idle minutes: %+v %v", p, err)
		}
		h.clock.add(30 * time.Minute)
		_, err = h.Resolve(ctx, token)
		mustFail(t, err, fault.Unauthenticated, "长时间没有操作")

		// Used every 20 minutes it lives, up to 12 hours: 36 × 20 min.
		token, p = h.signIn("zhou")
		for i := 1; i < 36; i++ {
			h.clock.add(20 * time.Minute)
			if p, err = h.Resolve(ctx, token); err != nil {
				t.Fatalf("after %d × 20 min: %v", i, err)
			}
		}
		if !p.IdleAt.Equal(p.EndsAt) {
			t.Error("20 minutes before its end a session idles out at its end")
		}
		h.clock.add(20 * time.Minute)
		_, err = h.Resolve(ctx, token)
		mustFail(t, err, fault.Unauthenticated, "最长时间")
	})
}

// What one process saw is known to the next after a flush.
func TestLastSeenReachesOtherProcesses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		h.user("zhou", access.Auditor)
		token, p := h.signIn("zhou")
		h.clock.add(25 * time.Minute)
		if _, err := h.Resolve(ctx, token); err != nil {
			t.Fatal(err)
		}
		if err := h.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		if err := h.Flush(ctx); err != nil { // nothing new: nothing written
			t.Fatal(err)
		}
		h.clock.add(10 * time.Minute)
		if _, err := h.another().Resolve(ctx, token); err != nil {
			t.Errorf("35 minutes after sign-in, 10 after the last use: %v", err)
		}
		n := 0
		for _, v := range h.verbs() {
			if v == "access.seen" {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d entries for one flush", n)
		}
		ss, err := h.Sessions(ctx, p, p.ID)
		if err != nil || len(ss) != 1 || ss[0].IP != "10.0.0.1" {
			t.Errorf("%+v, %v", ss, err)
		}
	})
}

func TestFourthSessionEndsTheLeastRecentlyUsed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		h.user("zhou", access.Auditor)
		var tokens []string
		for range 3 {
			tok, _ := h.signIn("zhou")
			tokens = append(tokens, tok)
			h.clock.add(time.Minute)
		}
		// The first is used again, so the second is the oldest.
		if _, err := h.Resolve(ctx, tokens[0]); err != nil {
			t.Fatal(err)
		}
		if err := h.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		h.signIn("zhou")
		for i, want := range []bool{true, false, true} {
			if _, err := h.Resolve(ctx, tokens[i]); (err == nil) != want {
				t.Errorf("session %d: %v, want alive %v", i+1, err, want)
			}
		}
	})
}

// However many sign in at once, no more than three sessions live.
func TestConcurrentSignInsLeaveThreeSessions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		h.user("zhou", access.Auditor)
		tokens := make([]string, 12)
		var wg sync.WaitGroup
		for i := range tokens {
			wg.Go(func() {
				tok, _, err := h.SignIn(ctx, access.Credentials{Login: "zhou", Password: goodPassword})
				if err != nil {
					t.Error(err)
				}
				tokens[i] = tok
			})
		}
		wg.Wait()
		alive := 0
		for _, tok := range tokens {
			if _, err := h.Resolve(ctx, tok); err == nil {
				alive++
			}
		}
		if alive != 3 {
			t.Errorf("%d sessions alive, want 3", alive)
		}
	})
}

func TestSweepForgetsOldSessions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		h.user("zhou", access.Auditor)
		h.signIn("zhou")
		h.clock.add(30 * 24 * time.Hour)
		_, p := h.signIn("zhou")
		if err := h.SignOut(ctx, p); err != nil {
			t.Fatal(err)
		}
		h.clock.add(13 * time.Hour) // the first ran out 30 days and 1 hour ago
		if err := h.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := d.QueryRow(ctx, `SELECT count(*) FROM session`).Scan(&n); err != nil || n != 1 {
			t.Errorf("%d session records, %v; want 1", n, err)
		}
	})
}

func TestDeniedAccessIsJournalled(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		h.user("firm", access.EnterpriseUser)
		_, p := h.signIn("firm")
		mustFail(t, h.Deny(ctx, p, access.RoundPublish, "/rounds/3/publish"), fault.Denied, "企业不能“公示评价结果”")
		mustFail(t, h.Deny(ctx, access.Person{}, access.RoundPublish, "/"), fault.Unauthenticated, "请先登录")
		es, err := audit.Entries(ctx, d, scope.City("测试"), audit.Filter{Verb: "access.denied"})
		if err != nil || len(es) != 1 || es[0].Facts != `{"what":"/rounds/3/publish"}` {
			t.Errorf("%+v, %v", es, err)
		}
	})
}

func contains(s, part string) bool { return strings.Contains(s, part) }

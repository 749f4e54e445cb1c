package access_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"ballast/internal/access"
	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/db/dbtest"
	"ballast/internal/fault"
	"ballast/internal/scope"
)

func TestLockoutByTheClock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		h := newHouse(t, d, w)
		h.user("zhou", access.Auditor)
		lock := func() {
			t.Helper()
			for range 5 {
				mustFail(t, h.try("zhou", "wrong"), fault.Unauthenticated, "登录名、口令或验证码不对")
			}
		}
		lock()
		mustFail(t, h.try("zhou", goodPassword), fault.Unauthenticated, "登录名、口令或验证码不对")
		h.clock.add(15*time.Minute - time.Millisecond)
		mustFail(t, h.try("zhou", goodPassword), fault.Unauthenticated, "登录名、口令或验证码不对")
		h.clock.add(time.Millisecond)
		// The first lock is over; five more failures double it.
		lock()
		h.clock.add(29 * time.Minute)
		mustFail(t, h.try("zhou", goodPassword), fault.Unauthenticated, "登录名、口令或验证码不对")
		h.clock.add(time.Minute)
		if err := h.try("zhou", goodPassword); err != nil {
			t.Fatalf("after the second lock: %v", err)
		}
		// A success wipes the slate: four failures do not lock, and the next lock is 15 minutes again.
		for range 4 {
			_ = h.try("zhou", "wrong")
		}
		if err := h.try("zhou", goodPassword); err != nil {
			t.Fatalf("after four failures: %v", err)
		}
		lock()
		h.clock.add(15 * time.Minute)
		if err := h.try("zhou", goodPassword); err != nil {
			t.Errorf("the lock after a success lasts 15 minutes again: %v", err)
		}
	})
}

// The lock is in the database: a second process honours it.
func TestLockHoldsAcrossProcesses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		h := newHouse(t, d, w)
		h.user("zhou", access.Auditor)
		b := h.another()
		for i := range 5 {
			_ = []*house{h, b}[i%2].try("zhou", "wrong")
		}
		mustFail(t, b.try("zhou", goodPassword), fault.Unauthenticated, "登录名、口令或验证码不对")
	})
}

func TestFailuresDuringALockDoNotProlongIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		h := newHouse(t, d, w, func(c *access.Config) { c.Lockout.PerIP = 1000 })
		h.user("zhou", access.Auditor)
		for range 40 {
			_ = h.try("zhou", "wrong")
		}
		h.clock.add(15 * time.Minute)
		if err := h.try("zhou", goodPassword); err != nil {
			t.Error(err)
		}
	})
}

func TestAddressMustWait(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w, func(c *access.Config) { c.Lockout.PerIP = 3 })
		h.user("zhou", access.Auditor)
		for i := range 3 {
			mustFail(t, h.try(fmt.Sprint("nobody", i), "x"), fault.Unauthenticated, "不对")
		}
		for range 5 {
			mustFail(t, h.try("zhou", goodPassword), fault.Limited, "网络地址")
		}
		if _, _, err := h.SignIn(ctx, access.Credentials{Login: "zhou", Password: goodPassword, IP: "10.9.9.9"}); err != nil {
			t.Errorf("another address: %v", err)
		}
		h.clock.add(30 * time.Second) // one attempt has grown back
		if err := h.try("zhou", goodPassword); err != nil {
			t.Errorf("after the refill: %v", err)
		}
		if err := h.try("zhou", goodPassword); err != nil {
			t.Errorf("successes cost nothing: %v", err)
		}
		es, err := audit.Entries(ctx, d, scope.City("测试"), audit.Filter{Verb: "access.address_limited"})
		if err != nil || len(es) != 1 {
			t.Errorf("%d entries for five refusals, %v; want one", len(es), err)
		}
	})
}

// Whoever is refused hears the same, and costs the same: one comparison of a hash
// and one journal entry, so that neither words nor time tell which logins exist.
func TestRefusalsCannotBeToldApart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		for _, login := range []string{"known", "locked", "disabled"} {
			h.user(login, access.Auditor)
		}
		for range 5 {
			_ = h.try("locked", "wrong")
		}
		off, err := h.UserByLogin(ctx, root, "disabled")
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Disable(ctx, root, off.ID, "调离"); err != nil {
			t.Fatal(err)
		}
		h.user("sys", access.SystemAdmin)
		_, sys := h.signIn("sys")
		if _, err := h.CreateUser(ctx, sys, access.NewUser{Login: "ungranted", Name: "待授权", Role: access.Auditor, Password: goodPassword}); err != nil {
			t.Fatal(err)
		}
		var sentence string
		for _, c := range []struct{ login, password, why string }{
			{"nobody", goodPassword, "unknown login"},
			{"", "", "unknown login"},
			{"known", "wrong", "wrong password"},
			{"known", "", "wrong password"},
			{"locked", goodPassword, "locked"},
			{"locked", "wrong", "locked"},
			{"disabled", goodPassword, "disabled"},
			{"ungranted", goodPassword, "no role in force"},
		} {
			compared, written := h.Comparisons(), len(h.verbs())
			err := h.try(c.login, c.password)
			msg, hint := fault.Public(err)
			if sentence == "" {
				sentence = msg + hint
			}
			if !fault.Is(err, fault.Unauthenticated) || msg+hint != sentence {
				t.Errorf("%s: %v", c.why, err)
			}
			if n := h.Comparisons() - compared; n != 1 {
				t.Errorf("%s: %d comparisons, want 1", c.why, n)
			}
			if n := len(h.verbs()) - written; n != 1 {
				t.Errorf("%s: %d entries, want 1", c.why, n)
			}
			es, err := audit.Entries(ctx, d, scope.City("测试"), audit.Filter{Verb: "access.sign_in_failed", Limit: 1})
			if err != nil || len(es) != 1 || !contains(es[0].Facts, `"why":"`+c.why+`"`) {
				t.Errorf("journal says %+v, want why %q", es, c.why)
			}
			if contains(es[0].Facts+es[0].Subject, "nobody") {
				t.Error("a login that does not exist may be a password: it must not be in the journal")
			}
		}
	})
}

func TestOverlongPasswordIsOnlyWrong(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		h := newHouse(t, d, w)
		h.user("zhou", access.Auditor)
		mustFail(t, h.try("zhou", string(make([]byte, 1<<20))), fault.Unauthenticated, "不对")
	})
}

// A higher cost is taken over when its owner next signs in.
func TestHashIsRenewedOnSignIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		h.user("zhou", access.Auditor)
		h.cfg.Hash.MemoryKiB = 16
		dear := h.another()
		for range 2 {
			dear.signIn("zhou")
			var phc string
			if err := d.QueryRow(ctx, `SELECT password FROM account`).Scan(&phc); err != nil || !contains(phc, "$m=16,t=1,p=1$") {
				t.Fatalf("%s, %v", phc, err)
			}
		}
	})
}

// Parallel guesses are all counted.
func TestParallelFailuresLock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		h := newHouse(t, d, w)
		h.user("zhou", access.Auditor)
		done := make(chan error, 5)
		for range 5 {
			go func() { done <- h.try("zhou", "wrong") }()
		}
		for range 5 {
			mustFail(t, <-done, fault.Unauthenticated, "不对")
		}
		mustFail(t, h.try("zhou", goodPassword), fault.Unauthenticated, "不对")
	})
}

// A client that hangs up after seeing nothing come back is counted all the same.
func TestHangingUpDoesNotEscapeTheCount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		h := newHouse(t, d, w)
		h.user("zhou", access.Auditor)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		for range 5 {
			// The slot may be refused to a cancelled call: then nothing was compared.
			before := h.Comparisons()
			_, _, err := h.SignIn(ctx, access.Credentials{Login: "zhou", Password: "wrong", IP: "10.0.0.3"})
			if h.Comparisons() != before && !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("compared and not counted: %v", err)
			}
		}
	})
}

// Bytes that a database refuses must not turn a refusal into something else.
func TestHostileBytesAreOnlyWrong(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		h.user("zhou", access.Auditor)
		for _, bad := range []string{"\x00", "zh\xffou\xfe", "' OR 1=1 --", "\u202ezhou2", string(make([]byte, 1<<16))} {
			_, _, err := h.SignIn(ctx, access.Credentials{Login: "x" + bad, Password: bad, Code: bad, IP: bad, UserAgent: bad})
			mustFail(t, err, fault.Unauthenticated, "不对")
		}
		_, p, err := h.SignIn(ctx, access.Credentials{Login: "zhou", Password: goodPassword, IP: "10.0.0.1\x00\n", UserAgent: "Mozilla\x1b[2J\x00\xff 浏览器"})
		if err != nil {
			t.Fatal(err)
		}
		ss, err := h.Sessions(ctx, p, p.ID)
		if err != nil || len(ss) != 1 || ss[0].Agent != "Mozilla[2J 浏览器" || ss[0].IP != "10.0.0.1" {
			t.Errorf("%+v, %v", ss, err)
		}
	})
}

package audit_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/db/dbtest"
	"ballast/internal/fault"
	"ballast/internal/scope"
)

var (
	clerk = audit.Actor{ID: "user:1", Name: "王科员", Via: "web"}
	noon  = func() time.Time { return time.Date(2026, 7, 13, 4, 0, 0, 123456789, time.UTC) }
)

func act(subject string) audit.Act {
	return audit.Act{Actor: clerk, Verb: "test.write", Subject: subject, Reason: "试写"}
}

func TestEveryWriteLeavesAnEntry(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		pen := audit.NewPen(w, noon)
		for i := range 3 {
			err := pen.Do(ctx, act(fmt.Sprintf("thing:%d", i)), func(tx *audit.Tx) error {
				tx.Note("rows", i)
				if tx.Now.Nanosecond() != 123e6 {
					t.Errorf("now = %v, want milliseconds", tx.Now)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		es, err := audit.Entries(ctx, d, scope.City("审计"), audit.Filter{Limit: 2})
		if err != nil || len(es) != 2 || es[0].Seq != 3 || es[0].Facts != `{"rows":2}` || es[0].ActorName != "王科员" {
			t.Fatalf("%+v, %v", es, err)
		}
		if r, err := audit.Verify(ctx, d); err != nil || !r.Intact || r.Entries != 3 {
			t.Fatalf("%+v, %v", r, err)
		}
	})
}

func TestFailedActLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		pen := audit.NewPen(w, noon)
		boom := errors.New("boom")
		err := pen.Do(ctx, act("thing:1"), func(tx *audit.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE journal_head SET seq = 77 WHERE id = 1`)
			return errors.Join(err, boom)
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		if r, err := audit.Verify(ctx, d); err != nil || !r.Intact || r.Entries != 0 {
			t.Fatalf("%+v, %v", r, err)
		}
	})
}

func TestUnsignedActIsRefusedBeforeItRuns(t *testing.T) {
	_, w := dbtest.SQLite(t)
	pen := audit.NewPen(w, noon)
	for _, bad := range []audit.Act{
		{Verb: "a.b", Subject: "x:1"},
		{Actor: clerk, Subject: "x:1"},
		{Actor: clerk, Verb: "ab", Subject: "x:1"},
		{Actor: clerk, Verb: "a.b"},
	} {
		err := pen.Do(context.Background(), bad, func(*audit.Tx) error { t.Error("ran"); return nil })
		if !fault.Is(err, fault.Internal) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// A person with database access who edits history is found out, wherever the edit.
func TestVerifyNamesTheBrokenRow(t *testing.T) {
	for _, c := range []struct {
		name, stmt string
		at         int64
	}{
		{"changed text", `UPDATE journal SET reason = '改' WHERE seq = 3`, 3},
		{"changed hash", `UPDATE journal SET hash = $1 WHERE seq = 2`, 2},
		{"removed in the middle", `DELETE FROM journal WHERE seq = 4`, 4},
		{"removed at the end", `DELETE FROM journal WHERE seq = 5`, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
				ctx := context.Background()
				pen := audit.NewPen(w, noon)
				for i := range 5 {
					if err := pen.Do(ctx, act(fmt.Sprint("t:", i)), func(*audit.Tx) error { return nil }); err != nil {
						t.Fatal(err)
					}
				}
				tx, err := w.Begin(ctx)
				if err != nil {
					t.Fatal(err)
				}
				var args []any
				if c.name == "changed hash" {
					args = []any{make([]byte, 32)}
				}
				if _, err := tx.Exec(ctx, c.stmt, args...); err != nil {
					t.Fatal(err)
				}
				if err := tx.Commit(); err != nil {
					t.Fatal(err)
				}
				r, err := audit.Verify(ctx, d)
				if err != nil || r.Intact || r.BrokenAt != c.at {
					t.Fatalf("%+v, %v; want broken at %d", r, err, c.at)
				}
			})
		})
	}
}

// Writers that come together take turns and leave one unbroken chain.
func TestConcurrentWritersKeepOneChain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		pen := audit.NewPen(w, noon)
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				if err := pen.Do(ctx, act(fmt.Sprint("t:", i)), func(*audit.Tx) error { return nil }); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if r, err := audit.Verify(ctx, d); err != nil || !r.Intact || r.Entries != 40 {
			t.Fatalf("%+v, %v", r, err)
		}
	})
}

func TestJournalKeepsToScope(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		pen := audit.NewPen(w, noon)
		for _, e := range []int64{7, 8} {
			a := act("enterprise:x")
			err := pen.Do(ctx, a, func(tx *audit.Tx) error { tx.About(fmt.Sprint("enterprise:", e), e); return nil })
			if err != nil {
				t.Fatal(err)
			}
		}
		count := func(s scope.Scope) int {
			es, err := audit.Entries(ctx, d, s, audit.Filter{})
			if err != nil {
				t.Fatal(err)
			}
			return len(es)
		}
		if count(scope.City("审计")) != 2 || count(scope.Enterprises("本企业", 7)) != 1 ||
			count(scope.Enterprises("别家", 9)) != 0 || count(scope.Districts("县区", "360302")) != 0 || count(scope.Scope{}) != 0 {
			t.Error("the journal showed rows outside the scope")
		}
	})
}

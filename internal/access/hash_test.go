package access

import (
	"context"
	"crypto/rand"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"ballast/internal/fault"
)

// The reference implementation's own example, phc-winner-argon2 README:
// echo -n "password" | ./argon2 somesalt -id -t 2 -m 16 -p 1 (test.c, Argon2id v=19).
const referencePHC = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"

func TestHashAgreesWithTheReference(t *testing.T) {
	h := testHasher(t)
	for pw, want := range map[string]bool{"password": true, "ｐａｓｓｗｏｒｄ": true, "Password": false, "": false} {
		if ok, err := h.verify(referencePHC, pw); err != nil || ok != want {
			t.Errorf("%q: %v, %v; want %v", pw, ok, err, want)
		}
	}
	if !h.stale(referencePHC) {
		t.Error("other costs are stale")
	}
}

func testHasher(t testing.TB) *hasher {
	t.Helper()
	h, err := newHasher(HashParams{MemoryKiB: 8, Passes: 1, Lanes: 1, Slots: 2}, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestBrokenHashesAreErrors(t *testing.T) {
	h := testHasher(t)
	good, err := h.encode("x")
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		"", "x", "plain", strings.Replace(good, "argon2id", "argon2i", 1), strings.Replace(good, "v=19", "v=16", 1),
		strings.Replace(good, "m=8", "m=4294967295", 1), strings.Replace(good, "m=8", "m=1", 1), strings.Replace(good, "t=1", "t=100000", 1),
		strings.Replace(good, "p=1", "p=0", 1), strings.Replace(good, "p=1", "p=300", 1), good[:len(good)-40], good + "$", good + "!",
	} {
		if ok, err := h.verify(bad, "x"); ok || !fault.Is(err, fault.Internal) {
			t.Errorf("%q: %v, %v", bad, ok, err)
		}
	}
}

// However many come, only as many hash at once as there are slots, and when the
// queue is full the next is told to wait.
func TestSlotsBoundMemory(t *testing.T) {
	h := testHasher(t)
	var inside, most, refused atomic.Int64
	var wg sync.WaitGroup
	for range 200 {
		wg.Go(func() {
			leave, err := h.enter(context.Background())
			if err != nil {
				if !fault.Is(err, fault.Limited) {
					t.Error(err)
				}
				refused.Add(1)
				return
			}
			defer leave()
			n := inside.Add(1)
			defer inside.Add(-1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			if _, err := h.encode("x"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most.Load() > 2 {
		t.Errorf("%d at once, %d refused", most.Load(), refused.Load())
	}
	a, _ := h.enter(context.Background())
	b, _ := h.enter(context.Background())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := h.enter(ctx); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a caller that gave up: %v", err)
	}
	a()
	b()
}

// Reading a stored hash never panics, and whatever is accepted is within bounds.
func FuzzParsePHC(f *testing.F) {
	f.Add(referencePHC)
	f.Add("$argon2id$v=19$m=8,t=1,p=1$$")
	f.Add("$$$$$")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parsePHC(s)
		if err == nil && (p.memory > maxHashMemory || p.passes > maxHashPasses || p.lanes == 0 || len(p.key) < 16) {
			t.Errorf("%q accepted as %+v", s, p)
		}
	})
}

// BenchmarkSignInHash measures what one sign-in costs at the shipped setting.
func BenchmarkSignInHash(b *testing.B) {
	h, err := newHasher(Defaults().Hash, rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	phc, err := h.encode("Tiger-lamp7-Harbour")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if ok, err := h.verify(phc, "Tiger-lamp7-Harbour"); err != nil || !ok {
			b.Fatal(ok, err)
		}
	}
}

package access

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// ipLimiter slows an address down after failures. Only failures cost, because a
// whole bureau may sign in from one address. It is per process: the lock of an
// account, in the database, is what holds across processes.
type ipLimiter struct {
	limits Lockout
	mu     sync.Mutex
	byIP   map[string]*ipState
}

type ipState struct {
	tokens   *rate.Limiter
	reported time.Time // when a refusal was last journalled
}

// maxAddresses bounds the map; beyond it addresses with nothing against them are
// forgotten, and if all are guilty, all are: the account lock still holds.
const maxAddresses = 10000

func newIPLimiter(l Lockout) *ipLimiter { return &ipLimiter{limits: l, byIP: map[string]*ipState{}} }

// allow reports whether the address may try.
func (l *ipLimiter) allow(ip string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.byIP[ip]
	return s == nil || s.tokens.TokensAt(now) >= 1
}

// fail charges the address for a failure.
func (l *ipLimiter) fail(ip string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.byIP[ip]
	if s == nil {
		if len(l.byIP) >= maxAddresses {
			l.forget(now)
		}
		s = &ipState{tokens: rate.NewLimiter(rate.Every(l.limits.IPRefill), l.limits.PerIP)}
		l.byIP[ip] = s
	}
	s.tokens.AllowN(now, 1)
}

// report tells whether a refusal of this address should be journalled now.
func (l *ipLimiter) report(ip string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.byIP[ip]
	if s == nil || now.Sub(s.reported) < 15*time.Minute {
		return false
	}
	s.reported = now
	return true
}

func (l *ipLimiter) forget(now time.Time) {
	for ip, s := range l.byIP {
		if s.tokens.TokensAt(now) >= float64(l.limits.PerIP) {
			delete(l.byIP, ip)
		}
	}
	if len(l.byIP) >= maxAddresses {
		clear(l.byIP)
	}
}

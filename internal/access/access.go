package access

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/fault"
)

// Access is the door of this room. It is safe for concurrent use. The
// administration of accounts is the embedded [Accounts].
type Access struct {
	Accounts
	ips     *ipLimiter
	founded atomic.Bool // accounts exist; they are never deleted
}

// core is what both halves of the door share.
type core struct {
	d    *db.DB
	pen  *audit.Pen
	cfg  Config
	hash *hasher
	seal *sealer
	seen *sightings
}

// New returns the door, or a fault when cfg is unusable.
func New(d *db.DB, pen *audit.Pen, cfg Config) (*Access, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	hash, err := newHasher(cfg.Hash, cfg.Random)
	if err != nil {
		return nil, err
	}
	seal, err := newSealer(cfg.Key, cfg.Random)
	if err != nil {
		return nil, err
	}
	c := &core{d: d, pen: pen, cfg: cfg, hash: hash, seal: seal, seen: &sightings{at: map[int64]time.Time{}}}
	return &Access{Accounts: Accounts{c}, ips: newIPLimiter(cfg.Lockout)}, nil
}

// now is the clock, as precise as the database keeps it.
func (c *core) now() time.Time { return c.cfg.Now().UTC().Truncate(time.Millisecond) }

// Run writes down when sessions were last seen, once a minute, and forgets old
// session records, once an hour, until ctx ends; then it writes what is left and
// returns. report hears of failures, which are tried again the next minute.
func (a *Access) Run(ctx context.Context, report func(error)) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	var swept time.Time
	for {
		select {
		case <-ctx.Done():
			if err := a.flush(context.WithoutCancel(ctx)); err != nil {
				report(err)
			}
			return
		case <-tick.C:
		}
		if err := a.flush(ctx); err != nil {
			report(err)
		}
		if a.now().Sub(swept) >= time.Hour {
			swept = a.now()
			if err := a.sweep(ctx); err != nil {
				report(err)
			}
		}
	}
}

// Deny journals that somebody asked for what they may not have, and returns the
// fault to show. what names the thing asked for, for example a path.
func (a *Access) Deny(ctx context.Context, p Person, perm Permission, what string) error {
	denied := fault.New(fault.Denied, "%s", p.WhyCan(perm)).WithHint("确有需要，请向安全管理员申请授权。")
	actor := p.Actor("web")
	if actor.ID == "" {
		return fault.New(fault.Unauthenticated, "请先登录")
	}
	act := audit.Act{Actor: actor, Verb: "access.denied", Subject: "permission:" + string(perm)}
	err := a.pen.Do(ctx, act, func(tx *audit.Tx) error {
		tx.Note("what", what)
		return nil
	})
	if err != nil {
		return err
	}
	return denied
}

// sightings gathers when sessions were last used, between two flushes.
type sightings struct {
	mu sync.Mutex
	at map[int64]time.Time
}

func (s *sightings) saw(id int64, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at.After(s.at[id]) {
		s.at[id] = at
	}
}

// last returns the later of what the database says and what is gathered here.
func (s *sightings) last(id int64, stored time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, ok := s.at[id]; ok && at.After(stored) {
		return at
	}
	return stored
}

func (s *sightings) copy() map[int64]time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make(map[int64]time.Time, len(s.at))
	for id, at := range s.at {
		out[id] = at
	}
	return out
}

// drop forgets what has been written, unless it was seen again meanwhile.
func (s *sightings) drop(written map[int64]time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, at := range written {
		if s.at[id].Equal(at) {
			delete(s.at, id)
		}
	}
}

// program signs what the program does by itself.
var program = audit.Actor{ID: "program:access", Name: "系统", Via: "job"}

// flush writes the gathered sightings in one journalled act.
func (a *Access) flush(ctx context.Context) error {
	batch := a.seen.copy()
	if len(batch) == 0 {
		return nil
	}
	act := audit.Act{Actor: program, Verb: "access.seen", Subject: "session:*"}
	err := a.pen.Do(ctx, act, func(tx *audit.Tx) error {
		tx.Note("sessions", len(batch))
		for id, at := range batch {
			_, err := tx.Exec(ctx, `UPDATE session SET seen_at = $1 WHERE id = $2 AND ended_at = 0 AND seen_at < $1`, at.UnixMilli(), id)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		a.seen.drop(batch)
	}
	return err
}

// sweep deletes the records of sessions that ended, or ran out, longer ago than
// Config.KeepSessions. The journal keeps their history.
func (a *Access) sweep(ctx context.Context) error {
	before := a.now().Add(-a.cfg.KeepSessions).UnixMilli()
	var n int
	const old = ` FROM session WHERE ends_at < $1 OR (ended_at > 0 AND ended_at < $1)`
	if err := a.d.QueryRow(ctx, `SELECT count(*)`+old, before).Scan(&n); err != nil || n == 0 {
		return err
	}
	act := audit.Act{Actor: program, Verb: "access.sweep", Subject: "session:*"}
	return a.pen.Do(ctx, act, func(tx *audit.Tx) error {
		n, err := tx.Exec(ctx, `DELETE`+old, before)
		tx.Note("sessions", n)
		return err
	})
}

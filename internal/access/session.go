package access

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"ballast/internal/audit"
	"ballast/internal/fault"
)

// maxAgent bounds what is kept of a browser's description of itself.
const maxAgent = 200

// arrival is where a new session comes from and the hash of its token.
type arrival struct {
	ip, agent string
	hash      []byte
}

// openSession inserts a session for acc inside a sign-in and returns its Person.
func (c *core) openSession(ctx context.Context, tx *audit.Tx, acc account, from arrival) (Person, error) {
	s := Session{UserID: acc.ID, IP: from.ip, Agent: from.agent,
		CreatedAt: tx.Now, SeenAt: tx.Now, EndsAt: tx.Now.Add(c.cfg.Session.Absolute)}
	id, evicted, err := insertSession(ctx, tx, opening{Session: s, version: acc.version, hash: from.hash, parallel: c.cfg.Session.Parallel})
	if err != nil {
		return Person{}, err
	}
	s.ID = id
	tx.Note("session", id)
	tx.Note("ip", from.ip)
	if evicted > 0 {
		tx.Note("evicted", evicted)
	}
	return c.person(acc, s), nil
}

// printable drops what could move a terminal's cursor or break a page.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
}

func cut(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}

// person puts together who is behind a session.
func (c *core) person(acc account, s Session) Person {
	u := acc.User
	if age := c.cfg.Profile.MaxAge; age > 0 && c.now().Sub(u.PasswordAt) > age {
		u.MustChange = true
	}
	u.MustEnrol = !u.TOTP && slices.Contains(c.cfg.RequireTOTP, u.Role)
	idle := s.SeenAt.Add(c.cfg.Session.Idle)
	if s.EndsAt.Before(idle) {
		idle = s.EndsAt
	}
	return Person{User: u, Session: s.ID, IdleAt: idle, EndsAt: s.EndsAt}
}

// Resolve returns who is behind a token, and counts the session as used. It
// fails with Unauthenticated, and a sentence that says why, when the token is
// unknown or its session was ended, has idled out or run out, when the account is
// disabled, or when its role or place changed since the session began.
func (a *Access) Resolve(ctx context.Context, token string) (Person, error) {
	gone := func(why string) (Person, error) {
		return Person{}, fault.New(fault.Unauthenticated, "%s", why).WithHint("请重新登录。")
	}
	if token == "" {
		return gone("请先登录")
	}
	s, acc, err := sessionByToken(ctx, a.d, tokenHash(token))
	if fault.Is(err, fault.NotFound) {
		return gone("请先登录")
	}
	if err != nil {
		return Person{}, err
	}
	now := a.now()
	s.SeenAt = a.seen.last(s.ID, s.SeenAt)
	switch {
	case !s.endedAt.IsZero():
		return gone(endSentence(s.endReason))
	case !now.Before(s.EndsAt):
		return gone("本次登录已到最长时间")
	case now.Sub(s.SeenAt) >= a.cfg.Session.Idle:
		return gone("长时间没有操作，已自动退出")
	case acc.Disabled || acc.Role == "":
		return gone("账号已停用")
	case s.version != acc.version:
		return gone(endSentence(endGrant))
	}
	s.SeenAt = now
	a.seen.saw(s.ID, now)
	return a.person(acc, s.Session), nil
}

// endSentence says to its holder why a session ended.
func endSentence(reason string) string {
	switch reason {
	case endKilled:
		return "这次登录被终止了"
	case endEvicted:
		return "您在别处登录，这里已自动退出"
	case endDisabled:
		return "账号已停用"
	case endPassword:
		return "口令已更换"
	case endGrant:
		return "您的角色或范围已调整"
	}
	return "您已退出"
}

// SignOut ends the person's own session. Signing out twice is not an error.
func (a *Access) SignOut(ctx context.Context, p Person) error {
	if p.Session == 0 {
		return nil
	}
	act := audit.Act{Actor: p.Actor("web"), Verb: "access.sign_out", Subject: userSubject(p.ID), Enterprise: p.Enterprise}
	err := a.pen.Do(ctx, act, func(tx *audit.Tx) error {
		tx.Note("session", p.Session)
		return endSession(ctx, tx, p.Session, endSignOut)
	})
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}

// Sessions lists the live sessions of a user, last used first: one's own, or
// anybody's with session.manage.
func (a Accounts) Sessions(ctx context.Context, by Person, userID int64) ([]Session, error) {
	if err := by.ownOr(userID, SelfSessions, SessionManage); err != nil {
		return nil, err
	}
	now := a.now()
	all, err := liveSessions(ctx, a.d, userID, now)
	if err != nil {
		return nil, err
	}
	live := all[:0]
	for _, s := range all {
		s.SeenAt = a.seen.last(s.ID, s.SeenAt)
		if now.Sub(s.SeenAt) < a.cfg.Session.Idle {
			live = append(live, s)
		}
	}
	return live, nil
}

// KillSession ends a session: one's own, or anybody's with session.manage.
func (a Accounts) KillSession(ctx context.Context, by Person, sessionID int64, reason string) error {
	owner, err := sessionOwner(ctx, a.d, sessionID)
	if err != nil {
		return err
	}
	if err := by.ownOr(owner, SelfSessions, SessionManage); err != nil {
		return err
	}
	act := audit.Act{Actor: by.Actor("web"), Verb: "access.kill_session", Subject: userSubject(owner), Reason: reason}
	return a.pen.Do(ctx, act, func(tx *audit.Tx) error {
		tx.Note("session", sessionID)
		return endSession(ctx, tx, sessionID, endKilled)
	})
}

// ownOr holds that the person acts on their own account with the one permission,
// or on another's with the other.
func (p Person) ownOr(userID int64, own, others Permission) error {
	perm := others
	if p.Is(userID) {
		perm = own
	}
	return p.need(perm)
}

// need turns a missing permission into a fault.
func (p Person) need(perm Permission) error {
	if no := p.refusal(perm); no != "" {
		return fault.New(fault.Denied, "%s", no)
	}
	return nil
}

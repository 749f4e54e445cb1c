package access

import (
	"context"
	"time"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/fault"
)

// Session is one signed-in browser, as its owner or the security administrator
// sees it.
type Session struct {
	ID        int64
	UserID    int64
	IP        string
	Agent     string
	CreatedAt time.Time
	SeenAt    time.Time
	EndsAt    time.Time
}

// sessionRow is a session as Resolve needs it.
type sessionRow struct {
	Session
	version   int64
	endedAt   time.Time
	endReason string
}

// Reasons for which a session ended, as stored.
const (
	endSignOut  = "sign_out"
	endKilled   = "killed"
	endEvicted  = "evicted"
	endDisabled = "disabled"
	endPassword = "password"
	endGrant    = "grant"
)

// sessionByToken reads a session and its account in one go.
func sessionByToken(ctx context.Context, q db.Queryer, hash []byte) (sessionRow, account, error) {
	var s sessionRow
	var created, seen, ends, ended int64
	row := q.QueryRow(ctx, `SELECT `+accountColumns+`, s.id, s.version, s.ip, s.agent, s.created_at, s.seen_at, s.ends_at, s.ended_at, s.end_reason
		FROM session s JOIN account a ON a.id = s.account_id WHERE s.token_hash = $1`, hash)
	a, err := scanAccount(row, &s.ID, &s.version, &s.IP, &s.Agent, &created, &seen, &ends, &ended, &s.endReason)
	if err != nil {
		return s, a, err
	}
	s.UserID = a.ID
	s.CreatedAt, s.SeenAt, s.EndsAt, s.endedAt = instant(created), instant(seen), instant(ends), instant(ended)
	a.Enterprises, err = firms(ctx, q, a.User)
	return s, a, err
}

// opening is a session about to be opened.
type opening struct {
	Session
	version  int64
	hash     []byte
	parallel int // live sessions the account may have, this one included
}

// insertSession opens a session and ends the least recently used ones beyond the
// limit. It returns the new id and how many were ended.
func insertSession(ctx context.Context, tx *audit.Tx, o opening) (id, evicted int64, err error) {
	now := tx.Now.UnixMilli()
	err = tx.QueryRow(ctx, `INSERT INTO session (account_id, token_hash, version, ip, agent, created_at, seen_at, ends_at)
		VALUES ($1, $2, $3, $4, $5, $6, $6, $7) RETURNING id`,
		o.UserID, o.hash, o.version, o.IP, o.Agent, now, o.EndsAt.UnixMilli()).Scan(&id)
	if err != nil {
		return 0, 0, err
	}
	evicted, err = tx.Exec(ctx, `UPDATE session SET ended_at = $1, end_reason = $2
		WHERE account_id = $3 AND ended_at = 0 AND id <> $4 AND id NOT IN (
			SELECT id FROM session WHERE account_id = $3 AND ended_at = 0 AND id <> $4 ORDER BY seen_at DESC, id DESC LIMIT $5)`,
		now, endEvicted, o.UserID, id, o.parallel-1)
	return id, evicted, err
}

// endSessions ends every live session of an account and returns how many.
func endSessions(ctx context.Context, tx *audit.Tx, accountID int64, reason string) (int64, error) {
	return tx.Exec(ctx, `UPDATE session SET ended_at = $1, end_reason = $2 WHERE account_id = $3 AND ended_at = 0`,
		tx.Now.UnixMilli(), reason, accountID)
}

// endSession ends one session; one that has ended already is a Conflict.
func endSession(ctx context.Context, tx *audit.Tx, id int64, reason string) error {
	n, err := tx.Exec(ctx, `UPDATE session SET ended_at = $1, end_reason = $2 WHERE id = $3 AND ended_at = 0`, tx.Now.UnixMilli(), reason, id)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "这个会话已经结束了")
	}
	return err
}

// liveSessions lists what has neither been ended nor reached its absolute limit;
// idleness is the caller's to judge, who may know of later requests.
func liveSessions(ctx context.Context, q db.Queryer, accountID int64, now time.Time) ([]Session, error) {
	return db.List(ctx, q, `SELECT id, account_id, ip, agent, created_at, seen_at, ends_at FROM session
		WHERE account_id = $1 AND ended_at = 0 AND ends_at > $2 ORDER BY seen_at DESC, id DESC`,
		[]any{accountID, now.UnixMilli()}, func(r db.Scanner) (Session, error) {
			var s Session
			var created, seen, ends int64
			err := r.Scan(&s.ID, &s.UserID, &s.IP, &s.Agent, &created, &seen, &ends)
			s.CreatedAt, s.SeenAt, s.EndsAt = instant(created), instant(seen), instant(ends)
			return s, err
		})
}

func sessionOwner(ctx context.Context, q db.Queryer, id int64) (owner int64, err error) {
	err = q.QueryRow(ctx, `SELECT account_id FROM session WHERE id = $1`, id).Scan(&owner)
	if fault.Is(err, fault.NotFound) {
		return 0, fault.New(fault.NotFound, "没有这个会话")
	}
	return owner, err
}

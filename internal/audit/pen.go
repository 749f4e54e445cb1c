package audit

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"ballast/internal/db"
	"ballast/internal/fault"
)

// Actor is who holds the pen: a signed-in person, a job, or the program itself.
type Actor struct {
	ID   string // stable: "user:12", "job:escalate", "cli:ROOT"
	Name string // as shown in the journal at the time of the act
	Via  string // the door: "web", "api", "cli", "job", "demo", "hj212"
}

// Act describes one write before it happens.
type Act struct {
	Actor      Actor
	Verb       string // "room.verb", for example "evaluate.publish"
	Subject    string // "noun:id", for example "round:7"
	Enterprise int64  // the enterprise concerned; 0 when none or many
	Reason     string // Chinese; required where the room requires it
}

// Validate reports what is missing for an entry that a later reader can use.
func (a Act) Validate() error {
	switch {
	case a.Actor.ID == "" || a.Actor.Via == "":
		return fault.New(fault.Internal, "写操作没有署名")
	case !strings.Contains(a.Verb, "."):
		return fault.New(fault.Internal, "写操作的动作 %q 应写成 room.verb", a.Verb)
	case a.Subject == "":
		return fault.New(fault.Internal, "写操作没有对象")
	}
	return nil
}

// Pen is the one way to write. It is safe for concurrent use; writers take turns.
type Pen struct {
	w   *db.Writer
	now func() time.Time
}

// NewPen returns the pen of a database. now is the program's clock.
func NewPen(w *db.Writer, now func() time.Time) *Pen { return &Pen{w, now} }

// Tx is a write in progress: it reads its own writes, knows the instant it began
// and gathers facts for the journal.
type Tx struct {
	*db.Tx
	Now   time.Time // fixed at the start, UTC, truncated to milliseconds
	act   *Act
	facts map[string]any
}

// Note adds a fact to the entry being written: counts, names of changed fields,
// digests. A second note with the same key replaces the first.
func (t *Tx) Note(key string, value any) { t.facts[key] = value }

// About sets the subject once it is known, for acts that create a thing.
func (t *Tx) About(subject string, enterprise int64) {
	t.act.Subject, t.act.Enterprise = subject, enterprise
}

// Do runs fn inside one write transaction and records the act in the journal of
// the same transaction. When fn returns an error, or the entry cannot be
// written, nothing stays. fn must not keep tx.
func (p *Pen) Do(ctx context.Context, act Act, fn func(tx *Tx) error) (err error) {
	if err := act.Validate(); err != nil {
		return err
	}
	defer fault.In(&err, "%s %s", act.Verb, act.Subject)
	dbtx, err := p.w.Begin(ctx)
	if err != nil {
		return err
	}
	defer dbtx.Rollback()
	var h head
	err = dbtx.QueryRow(ctx, `UPDATE journal_head SET seq = seq WHERE id = 1 RETURNING seq, hash`).Scan(&h.seq, &h.hash)
	if err != nil {
		return err
	}
	tx := &Tx{Tx: dbtx, Now: p.now().UTC().Truncate(time.Millisecond), act: &act, facts: map[string]any{}}
	if err := fn(tx); err != nil {
		return err
	}
	if err := appendEntry(ctx, tx, h); err != nil {
		return err
	}
	return dbtx.Commit()
}

type head struct {
	seq  int64
	hash []byte
}

func appendEntry(ctx context.Context, tx *Tx, h head) error {
	facts, err := json.Marshal(tx.facts) // map keys are sorted, so the text is stable
	if err != nil {
		return fault.Wrap(fault.Internal, err, "日志内容写不出来")
	}
	e := Entry{
		Seq: h.seq + 1, At: tx.Now, ActorID: tx.act.Actor.ID, ActorName: tx.act.Actor.Name, Via: tx.act.Actor.Via,
		Verb: tx.act.Verb, Subject: tx.act.Subject, Enterprise: tx.act.Enterprise, Reason: tx.act.Reason, Facts: string(facts),
	}
	e.Hash = e.chain(h.hash)
	_, err = tx.Exec(ctx, `INSERT INTO journal (seq, at, actor_id, actor_name, via, verb, subject, enterprise_id, reason, facts, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		e.Seq, e.At.UnixMilli(), e.ActorID, e.ActorName, e.Via, e.Verb, e.Subject, e.Enterprise, e.Reason, e.Facts, e.Hash)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE journal_head SET seq = $1, hash = $2 WHERE id = 1`, e.Seq, e.Hash)
	return err
}

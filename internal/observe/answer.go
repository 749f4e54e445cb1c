package observe

import (
	"context"
	"fmt"
	"time"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/fault"
	"ballast/internal/pack"
	"ballast/internal/period"
	"ballast/internal/registry"
	"ballast/internal/scope"
	"ballast/internal/sheet"
)

// AnswerState is where a firm's word on a value stands.
type AnswerState string

// The states of an answer.
const (
	Confirmed AnswerState = "confirmed" // 企业确认
	Open      AnswerState = "open"      // 异议待处理
	Accepted  AnswerState = "accepted"  // 采纳, correction waits for approval
	Corrected AnswerState = "corrected" // 已更正
	Rejected  AnswerState = "rejected"  // 不采纳
)

// answerNames is every state with its Chinese name.
var answerNames = map[AnswerState]string{Confirmed: "已确认", Open: "异议待处理", Accepted: "已采纳，更正待审核", Corrected: "已更正", Rejected: "不采纳"}

// Chinese returns the name shown on pages.
func (s AnswerState) Chinese() string { return answerNames[s] }

// Answer is what a firm said about one value.
type Answer struct {
	ID         int64
	Value      ValueID
	Enterprise int64
	Department string // that owns the item
	Period     period.Period
	State      AnswerState
	Reason     string
	Claimed    string // the value the firm holds right, as it wrote it
	SaidBy     string
	SaidAt     time.Time
	DecidedBy  string
	DecidedAt  time.Time
	Decision   string
	Batch      int64 // of the correction; 0 none
}

// Answers are the firm's side of its values.
type Answers struct{ o *Observe }

// Confirm records that a firm holds all its present values of a period right,
// except those it has spoken about already, and returns how many it confirmed.
func (a Answers) Confirm(ctx context.Context, actor audit.Actor, s scope.Scope, firm int64, p period.Period) (int, error) {
	n := 0
	act := audit.Act{Actor: actor, Verb: "observe.confirm", Subject: fmt.Sprintf("enterprise:%d", firm), Enterprise: firm}
	err := a.o.Pen.Do(ctx, act, func(tx *audit.Tx) error {
		vs, err := a.o.Read().Values(ctx, tx, s, firm, p)
		if err != nil {
			return err
		}
		var rows [][]any
		for _, v := range vs {
			if v.Answer.State == "" {
				rows = append(rows, []any{v.ID.Row, v.ID.Item, firm, v.Department, p.String(), string(Confirmed), actor.ID, tx.Now.UnixMilli()})
			}
		}
		n = len(rows)
		if n == 0 {
			return fault.New(fault.Conflict, "没有需要确认的数值")
		}
		tx.Note("values", n)
		return tx.Insert(ctx, "observe_answer", []string{"row_id", "item", "enterprise_id", "department", "period", "state", "said_by", "said_at"}, rows, "")
	})
	return n, err
}

// Objection is a firm's objection to one value.
type Objection struct {
	Value   ValueID
	Reason  string // required
	Claimed string // the right value with its unit, as the firm writes it; may be empty
}

// Object records an objection; it goes to the department that owns the item. A
// value that does not hold any more, or has an open objection, is a conflict.
func (a Answers) Object(ctx context.Context, actor audit.Actor, s scope.Scope, x Objection) (int64, error) {
	var id int64
	if x.Reason == "" {
		return 0, fault.New(fault.Invalid, "请写明异议的理由")
	}
	act := audit.Act{Actor: actor, Verb: "observe.object", Subject: "value:" + x.Value.String(), Reason: x.Reason}
	err := a.o.Pen.Do(ctx, act, func(tx *audit.Tx) error {
		v, err := a.o.Read().value(ctx, tx, s, x.Value)
		if err != nil {
			return err
		}
		tx.About("value:"+x.Value.String(), v.Enterprise)
		if v.Answer.State == Open || v.Answer.State == Accepted {
			return fault.New(fault.Conflict, "这个数值的异议正在处理")
		}
		// An objection takes an earlier confirmation of the same value back.
		if _, err := tx.Exec(ctx, `UPDATE observe_answer SET state = 'rejected', decision = '企业改提异议' WHERE row_id = $1 AND item = $2 AND state = 'confirmed'`, x.Value.Row, x.Value.Item); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `INSERT INTO observe_answer (row_id, item, enterprise_id, department, period, state, reason, claimed, said_by, said_at)
			VALUES ($1, $2, $3, $4, $5, 'open', $6, $7, $8, $9) RETURNING id`,
			x.Value.Row, x.Value.Item, v.Enterprise, v.Department, v.Period.String(), x.Reason, x.Claimed, actor.ID, tx.Now.UnixMilli()).Scan(&id)
	})
	return id, err
}

// Ruling is a department's decision on an objection.
type Ruling struct {
	Answer int64
	Accept bool
	Value  string // the right value, with its unit where it is not the item's; required with Accept
	Reason string // required
}

// Rule decides an objection. Accepting it makes a correction batch that a second
// person approves; only then does the new value hold. It returns that batch's
// id, 0 when the objection was rejected.
func (a Answers) Rule(ctx context.Context, actor audit.Actor, s scope.Scope, r Ruling) (int64, error) {
	var batch int64
	if r.Reason == "" {
		return 0, fault.New(fault.Invalid, "请写明处理理由")
	}
	act := audit.Act{Actor: actor, Verb: "observe.rule", Subject: fmt.Sprintf("answer:%d", r.Answer), Reason: r.Reason}
	err := a.o.Pen.Do(ctx, act, func(tx *audit.Tx) error {
		x, err := scanAnswer(tx.QueryRow(ctx, `SELECT `+answerColumns+` FROM observe_answer a WHERE a.id = $1`, r.Answer))
		if fault.Is(err, fault.NotFound) || err == nil && !s.Allows(scope.Row{Department: x.Department}) {
			return fault.New(fault.NotFound, "没有这条异议，或不由您处理")
		}
		if err != nil {
			return err
		}
		if x.State != Open {
			return fault.New(fault.Conflict, "这条异议已经处理过了：%s", x.State.Chinese())
		}
		tx.About(fmt.Sprintf("answer:%d", r.Answer), x.Enterprise)
		state := Rejected
		if r.Accept {
			state = Accepted
			if batch, err = a.correct(ctx, tx, actor, x, r.Value); err != nil {
				return err
			}
		}
		tx.Note("ruling", string(state))
		_, err = tx.Exec(ctx, `UPDATE observe_answer SET state = $1, decided_by = $2, decided_at = $3, decision = $4, batch_id = $5 WHERE id = $6`,
			string(state), actor.ID, tx.Now.UnixMilli(), r.Reason, batch, r.Answer)
		return err
	})
	return batch, err
}

// correct stages a correction of one value, submitted for approval at once.
func (a Answers) correct(ctx context.Context, tx *audit.Tx, actor audit.Actor, x Answer, value string) (int64, error) {
	item, ok := a.o.Pack.Items().Find(x.Value.Item)
	if !ok {
		return 0, fault.New(fault.Conflict, "数据包里已没有数据项“%s”", x.Value.Item)
	}
	cell, err := readCell(sheet.Cell{Kind: sheet.Text, Text: value}, item, item.Unit)
	if err == nil && !cell.holds() {
		err = fault.New(fault.Invalid, "没有填更正后的数值")
	}
	if err != nil {
		return 0, err
	}
	for _, check := range item.Checks {
		if message := one(check, item, cell, Cell{}); message != "" && check.Severity == pack.Stop {
			return 0, fault.New(fault.Invalid, "%s", message)
		}
	}
	b := Batch{
		Department: x.Department, Period: x.Period, Kind: Correction, State: Submitted, PackDigest: a.o.Pack.Digest(), Rows: 1, Values: 1,
		Layout:     Layout{Items: []string{item.Key}, Places: []Place{{Item: item.Key, Head: item.Name, Unit: item.Unit}}},
		UploadedBy: actor.ID, Uploader: actor.Name, SubmittedBy: actor.ID, SubmittedAt: tx.Now, Reason: fmt.Sprintf("采纳异议 %d：%s", x.ID, x.Reason),
	}
	id, err := insertBatch(ctx, tx, &b)
	if err != nil {
		return 0, err
	}
	row := Row{Enterprise: x.Enterprise, Verdict: string(registry.ByCode), Cells: []Cell{cell}}
	return id, tx.Insert(ctx, "observe_row", rowCols, [][]any{rowValuesOf(id, &row)}, "")
}

// settleAnswers follows what became of a correction batch.
func settleAnswers(ctx context.Context, tx *audit.Tx, b Batch, v Verb) error {
	if b.Kind != Correction {
		return nil
	}
	to := map[Verb]AnswerState{Approve: Corrected, Withdraw: Open, Undo: Open}[v]
	if to == "" {
		return nil
	}
	_, err := tx.Exec(ctx, `UPDATE observe_answer SET state = $1 WHERE batch_id = $2`, string(to), b.ID)
	return err
}

const answerColumns = `a.id, a.row_id, a.item, a.enterprise_id, a.department, a.period, a.state, a.reason, a.claimed, a.said_by, a.said_at, a.decided_by, a.decided_at, a.decision, a.batch_id`

func scanAnswer(s db.Scanner) (Answer, error) {
	var x Answer
	var p string
	var said, decided int64
	err := s.Scan(&x.ID, &x.Value.Row, &x.Value.Item, &x.Enterprise, &x.Department, &p, &x.State, &x.Reason, &x.Claimed, &x.SaidBy, &said, &x.DecidedBy, &decided, &x.Decision, &x.Batch)
	if err != nil {
		return x, err
	}
	x.SaidAt, x.DecidedAt = instant(said), instant(decided)
	x.Period, err = period.Parse(p)
	return x, err
}

// List returns answers of a state, newest first: a department sees those on its
// items, a firm its own, the city all.
func (a Answers) List(ctx context.Context, q db.Queryer, s scope.Scope, state AnswerState, limit int) ([]Answer, error) {
	var args db.Args
	query := `SELECT ` + answerColumns + ` FROM observe_answer a WHERE a.state = ` + args.Add(string(state)) + ` AND ` +
		s.Where(&args, scope.Columns{Enterprise: "a.enterprise_id", Department: "a.department"}) + ` ORDER BY a.id DESC LIMIT ` + args.Add(max(1, min(limit, 1000)))
	return db.List(ctx, q, query, args.Values(), scanAnswer)
}

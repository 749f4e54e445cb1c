package observe

import (
	"context"
	"fmt"
	"time"

	"ballast/internal/audit"
	"ballast/internal/fault"
	"ballast/internal/scope"
)

// Step is one thing done to a batch.
type Step struct {
	Actor   audit.Actor
	Scope   scope.Scope // must see the batch's department
	Batch   int64
	Version int // the version the person saw
	Verb    Verb
	Reason  string
	// WithoutUnmatched submits a draft although some rows have no firm yet: those
	// rows stay out.
	WithoutUnmatched bool
}

// Act moves a batch along its life cycle (states.go) and returns it as it stands
// then. A batch that changed since the person looked is a conflict; so is the
// second of two approvals at once.
func (o *Observe) Act(ctx context.Context, s Step) (Batch, error) {
	var out Batch
	act := audit.Act{Actor: s.Actor, Verb: "observe." + string(s.Verb), Subject: fmt.Sprintf("batch:%d", s.Batch), Reason: s.Reason}
	err := o.Pen.Do(ctx, act, func(tx *audit.Tx) error {
		b, err := loadBatch(ctx, tx, s.Batch)
		if err != nil {
			return err
		}
		t, err := o.allowed(b, s, tx.Now)
		if err != nil {
			return err
		}
		if err := o.apply(ctx, tx, b, s, t); err != nil {
			return err
		}
		tx.Note("from", string(b.State))
		tx.Note("rows", b.Rows)
		out, err = loadBatch(ctx, tx, s.Batch)
		return err
	})
	return out, err
}

// allowed decides whether the step may be taken.
func (o *Observe) allowed(b Batch, s Step, now time.Time) (transition, error) {
	if !s.Scope.Allows(scope.Row{Department: b.Department}) {
		return transition{}, fault.New(fault.NotFound, "没有第 %d 批报送", b.ID)
	}
	t, err := next(b.State, s.Verb)
	switch {
	case err != nil:
		return t, err
	case b.Version != s.Version:
		return t, fault.New(fault.Conflict, "这一批在您查看之后有了变化").WithHint("请刷新页面，看过最新内容再操作。")
	case t.other && (s.Actor.ID == b.UploadedBy || s.Actor.ID == b.SubmittedBy):
		return t, fault.New(fault.Denied, "报送和审核不能是同一个人").WithHint("请由另一位同志审核。")
	case t.reason && s.Reason == "":
		return t, fault.New(fault.Invalid, "请写明理由")
	}
	switch s.Verb {
	case Submit:
		return t, submittable(b, s.WithoutUnmatched)
	case Undo:
		if until := b.ApprovedAt.AddDate(0, 0, o.UndoDays); o.UndoDays <= 0 || now.After(until) {
			return t, fault.New(fault.Conflict, "这一批入库已超过 %d 天，不能撤销", o.UndoDays).WithHint("请改用更正。")
		}
	}
	return t, nil
}

func submittable(b Batch, withoutUnmatched bool) error {
	errs := b.Errors
	if withoutUnmatched {
		errs -= b.Unmatched // each row without a firm is one error
	}
	switch {
	case b.Unmatched > 0 && !withoutUnmatched:
		return fault.New(fault.Conflict, "还有 %d 行没有对上企业，不能提交", b.Unmatched).WithHint("请先在匹配队列中裁定，或选择“不含未匹配的行”提交。")
	case errs > 0:
		return fault.New(fault.Conflict, "还有 %d 处错误，不能提交", errs).WithHint("请下载标注过的表格，改好后重新上传。")
	case b.Values == 0:
		return fault.New(fault.Conflict, "这一批没有任何数值，不能提交")
	}
	return nil
}

// apply writes the step. The condition on version makes the second of two at
// once touch nothing.
func (o *Observe) apply(ctx context.Context, tx *audit.Tx, b Batch, s Step, t transition) error {
	now := tx.Now.UnixMilli()
	set, args := ``, []any{string(t.to), b.ID, s.Version, string(t.from), s.Actor.ID, now}
	switch s.Verb {
	case Submit:
		set = `, submitted_by = $5, submitted_at = $6`
	case Approve:
		set = `, approved_by = $5, approved_at = $6, approver = $7, seq = (SELECT COALESCE(MAX(n.seq), 0) + 1 FROM observe_batch n)`
		args = append(args, s.Actor.Name)
	case Undo:
		set = `, undone_by = $5, undone_at = $6, reason = $7`
		args = append(args, s.Reason)
	case Return, Withdraw:
		set = `, submitted_by = '', submitted_at = 0, reason = $5`
		args = append(args[:4], s.Reason)
	}
	n, err := tx.Exec(ctx, `UPDATE observe_batch SET state = $1, version = version + 1`+set+` WHERE id = $2 AND version = $3 AND state = $4`, args...)
	if err != nil {
		return err
	}
	if n != 1 {
		return fault.New(fault.Conflict, "这一批刚刚被别人处理了").WithHint("请刷新页面看最新状态。")
	}
	return settleAnswers(ctx, tx, b, s.Verb)
}

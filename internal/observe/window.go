package observe

import (
	"context"
	"fmt"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/fault"
	"ballast/internal/period"
)

// Window is when a department may hand in for a period.
type Window struct {
	Department string
	Period     period.Period
	Opens      period.Day
	Closes     period.Day // last day on which it is open
	SetBy      string
}

// Windows open and close the hand-in. A period without a window is not open.
type Windows struct{ o *Observe }

// Set opens a window, moves or closes it: a window whose last day is before
// today is closed.
func (w Windows) Set(ctx context.Context, actor audit.Actor, x Window) error {
	dep, ok := w.o.Pack.City().Department(x.Department)
	if !ok {
		return fault.New(fault.Invalid, "没有部门“%s”", x.Department)
	}
	if x.Period.IsZero() || x.Opens.IsZero() || x.Closes.Before(x.Opens) {
		return fault.New(fault.Invalid, "%s的报送窗口没有填对：开放日 %s，截止日 %s", dep.Name, x.Opens, x.Closes)
	}
	act := audit.Act{Actor: actor, Verb: "observe.window", Subject: fmt.Sprintf("window:%s/%s", x.Department, x.Period)}
	return w.o.Pen.Do(ctx, act, func(tx *audit.Tx) error {
		tx.Note("opens", x.Opens.String())
		tx.Note("closes", x.Closes.String())
		_, err := tx.Exec(ctx, `INSERT INTO observe_window (department, period, opens, closes, set_by, set_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (department, period) DO UPDATE SET opens = excluded.opens, closes = excluded.closes, set_by = excluded.set_by, set_at = excluded.set_at`,
			x.Department, x.Period.String(), x.Opens.String(), x.Closes.String(), actor.ID, tx.Now.UnixMilli())
		return err
	})
}

// List returns the windows of a period; departments are asked often and are no
// secret, so no scope is needed.
func (w Windows) List(ctx context.Context, q db.Queryer, p period.Period) ([]Window, error) {
	return db.List(ctx, q, `SELECT department, opens, closes, set_by FROM observe_window WHERE period = $1 ORDER BY department`, []any{p.String()}, func(s db.Scanner) (Window, error) {
		x := Window{Period: p}
		err := scanWindow(s, &x)
		return x, err
	})
}

func scanWindow(s db.Scanner, x *Window) error {
	var opens, closes string
	if err := s.Scan(&x.Department, &opens, &closes, &x.SetBy); err != nil {
		return err
	}
	if err := x.Opens.UnmarshalText([]byte(opens)); err != nil {
		return err
	}
	return x.Closes.UnmarshalText([]byte(closes))
}

// check refuses a day on which the window is not open.
func (w Windows) check(ctx context.Context, q db.Queryer, department string, p period.Period, today period.Day) error {
	dep, _ := w.o.Pack.City().Department(department)
	x := Window{}
	err := scanWindow(q.QueryRow(ctx, `SELECT department, opens, closes, set_by FROM observe_window WHERE department = $1 AND period = $2`, department, p.String()), &x)
	switch {
	case fault.Is(err, fault.NotFound):
		return fault.New(fault.Conflict, "%s %s的报送窗口还没有开放", dep.Name, p.Chinese()).WithHint("请联系市工信局开放窗口。")
	case err != nil:
		return err
	case today.Before(x.Opens):
		return fault.New(fault.Conflict, "%s %s的报送窗口 %s 才开放", dep.Name, p.Chinese(), x.Opens.Chinese())
	case today.After(x.Closes):
		return fault.New(fault.Conflict, "%s %s的报送窗口已于 %s 截止", dep.Name, p.Chinese(), x.Closes.Chinese()).WithHint("确需补报的，请联系市工信局重新开放窗口。")
	}
	return nil
}

package job

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/fault"
	"ballast/internal/scope"
)

// row is a job as the table holds it.
type row struct {
	Progress
	payload    string
	epoch      int64 // raised by every start; what a process must still match to write
	district   string
	department string
	enterprise int64
}

const rowColumns = `id, name, coalesce(job_key, ''), payload, state, run_at, attempt, epoch, cancelling,
	done_units, total_units, message, result, error, hint, asked_by, asked_name,
	district, department, enterprise_id, created_at, started_at, finished_at`

func scanRow(s db.Scanner) (row, error) {
	var r row
	var runAt, created, started, finished int64
	err := s.Scan(&r.ID, &r.Name, &r.Key, &r.payload, &r.State, &runAt, &r.Attempt, &r.epoch, &r.Cancelling,
		&r.Done, &r.Total, &r.Message, &r.Result, &r.Error, &r.Hint, &r.AskedBy, &r.AskedName,
		&r.district, &r.department, &r.enterprise, &created, &started, &finished)
	r.RunAt, r.CreatedAt, r.StartedAt, r.FinishedAt = instant(runAt), instant(created), instant(started), instant(finished)
	return r, err
}

// instant turns stored milliseconds into a time; 0 is the zero time.
func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func subject(id int64) string { return fmt.Sprintf("job:%d", id) }

// Enqueue adds a job in the transaction of the data it is about and returns its
// id; with a key that is live already, the id of that job. It does not check that
// any process knows the name: [New] in cmd holds the list, and a gate test
// compares.
func Enqueue(ctx context.Context, tx *audit.Tx, r Request) (int64, error) {
	if r.Name == "" || r.Actor.ID == "" {
		return 0, fault.New(fault.Internal, "任务没有名称或没有署名")
	}
	payload := ""
	if r.Payload != nil {
		b, err := json.Marshal(r.Payload)
		if err != nil {
			return 0, fault.Wrap(fault.Internal, err, "任务“%s”的参数写不出来", r.Name)
		}
		payload = string(b)
	}
	var key any // NULL never collides
	if r.Key != "" {
		key = r.Key
	}
	runAt := tx.Now
	if r.RunAt.After(runAt) {
		runAt = r.RunAt
	}
	var id int64
	err := tx.QueryRow(ctx, `INSERT INTO job (name, job_key, payload, state, run_at, asked_by, asked_name, district, department, enterprise_id, created_at)
		VALUES ($1, $2, $3, 'waiting', $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (name, job_key) WHERE state IN ('waiting', 'running') DO UPDATE SET job_key = excluded.job_key
		RETURNING id`,
		r.Name, key, payload, runAt.UnixMilli(), r.Actor.ID, r.Actor.Name, r.District, r.Department, r.Enterprise, tx.Now.UnixMilli()).Scan(&id)
	if err != nil {
		return 0, err
	}
	tx.Note("job", id)
	return id, nil
}

// due is the condition under which a job may be started at $1: it waits and its
// time has come, or its process has been silent for too long.
const due = `((state = 'waiting' AND run_at <= $1) OR (state = 'running' AND lease_until < $1))`

// nextDue returns a job that may be started, of the given names, not among busy.
func nextDue(ctx context.Context, q db.Queryer, w want) (row, error) {
	var a db.Args
	a.Add(w.now.UnixMilli()) // $1, see due
	query := `SELECT ` + rowColumns + ` FROM job WHERE ` + due + ` AND name IN ` + a.List(anys(w.names)...)
	if len(w.busy) > 0 {
		query += ` AND id NOT IN ` + a.List(anys(w.busy)...)
	}
	return scanRow(q.QueryRow(ctx, query+` ORDER BY run_at, id LIMIT 1`, a.Values()...))
}

// want narrows nextDue.
type want struct {
	now   time.Time
	names []string
	busy  []int64
}

func anys[T any](s []T) []any {
	out := make([]any, len(s))
	for i, v := range s {
		out[i] = v
	}
	return out
}

// take starts a due job for owner; NotFound when another process was faster.
func take(ctx context.Context, tx *audit.Tx, id int64, l lease) (row, error) {
	return scanRow(tx.QueryRow(ctx, `UPDATE job SET state = 'running', attempt = attempt + 1, epoch = epoch + 1, lease_owner = $2,
			lease_until = $3, started_at = $1, done_units = 0, total_units = 0, message = ''
		WHERE id = $4 AND `+due+` RETURNING `+rowColumns,
		tx.Now.UnixMilli(), l.owner, tx.Now.Add(l.length).UnixMilli(), id))
}

type lease struct {
	owner  string
	length time.Duration
}

// touch renews a lease and writes progress. It returns whether somebody asked the
// job to stop; NotFound when the job is no longer this process's.
func touch(ctx context.Context, tx *audit.Tx, h *Handle, until time.Time) (cancelling bool, err error) {
	done, total, message := h.snapshot()
	err = tx.QueryRow(ctx, `UPDATE job SET lease_until = $1, done_units = $2, total_units = $3, message = $4
		WHERE id = $5 AND epoch = $6 AND state = 'running' RETURNING cancelling`,
		until.UnixMilli(), done, total, message, h.ID, h.epoch).Scan(&cancelling)
	return cancelling, err
}

// ending is how an attempt closes.
type ending struct {
	verb     string
	result   string
	err, tip string    // Chinese, of a failure
	runAt    time.Time // when it goes back to waiting
	uncount  bool      // the attempt does not count
}

// settle closes the attempt of h; false when the job is no longer running under h.
func settle(ctx context.Context, tx *audit.Tx, h *Handle, e ending) (bool, error) {
	done, total, message := h.snapshot()
	state := to(e.verb)
	var finished int64
	if state != Waiting {
		finished = tx.Now.UnixMilli()
	}
	var runAt any // NULL keeps what is there
	if !e.runAt.IsZero() {
		runAt = e.runAt.UnixMilli()
	}
	less := 0
	if e.uncount {
		less = 1
	}
	n, err := tx.Exec(ctx, `UPDATE job SET state = $1, result = $2, error = $3, hint = $4, run_at = coalesce($5, run_at), finished_at = $6,
			attempt = attempt - $7, lease_owner = '', lease_until = 0, done_units = $8, total_units = $9, message = $10
		WHERE id = $11 AND epoch = $12 AND state = 'running'`,
		string(state), e.result, e.err, e.tip, runAt, finished, less, done, total, message, h.ID, h.epoch)
	return n == 1, err
}

// byID reads one job the viewer may see.
func byID(ctx context.Context, q db.Queryer, v Viewer, id int64) (row, error) {
	var a db.Args
	query := `SELECT ` + rowColumns + ` FROM job WHERE id = ` + a.Add(id) + ` AND ` + v.where(&a)
	r, err := scanRow(q.QueryRow(ctx, query, a.Values()...))
	if fault.Is(err, fault.NotFound) {
		return r, fault.New(fault.NotFound, "没有这个任务").WithHint("任务记录到期会清理，也可能不在您的范围内。")
	}
	return r, err
}

// where is the condition for rows the viewer may see: their own or in scope.
func (v Viewer) where(a *db.Args) string {
	s := v.Scope.Where(a, scope.Columns{Enterprise: "enterprise_id", District: "district", Department: "department"})
	if v.Actor.ID == "" {
		return s
	}
	return "(" + s + " OR asked_by = " + a.Add(v.Actor.ID) + ")"
}

// Filter narrows List. Zero fields do not narrow.
type Filter struct {
	Name  string
	Live  bool // only waiting and running
	Limit int  // 0 means 50
}

func list(ctx context.Context, q db.Queryer, v Viewer, f Filter) ([]row, error) {
	var a db.Args
	query := `SELECT ` + rowColumns + ` FROM job WHERE ` + v.where(&a)
	if f.Name != "" {
		query += ` AND name = ` + a.Add(f.Name)
	}
	if f.Live {
		query += ` AND state IN ('waiting', 'running')`
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	return db.List(ctx, q, query+` ORDER BY id DESC LIMIT `+a.Add(f.Limit), a.Values(), scanRow)
}

// flagged returns which of the given running jobs were asked to stop or are no
// longer running under the epoch this process holds.
func flagged(ctx context.Context, q db.Queryer, h *Handle) (cancelling, lost bool, err error) {
	var state string
	var epoch int64
	err = q.QueryRow(ctx, `SELECT state, epoch, cancelling FROM job WHERE id = $1`, h.ID).Scan(&state, &epoch, &cancelling)
	if fault.Is(err, fault.NotFound) {
		return false, true, nil
	}
	// A job that is done under this epoch was finished by its own handler.
	lost = err == nil && (epoch != h.epoch || (state != string(Running) && state != string(Done)))
	return cancelling, lost, err
}

// dueTimes reads when each scheduled job is due next.
func dueTimes(ctx context.Context, q db.Queryer) (map[string]time.Time, error) {
	out := map[string]time.Time{}
	err := db.Each(ctx, q, `SELECT name, next_at FROM job_schedule`, nil, func(s db.Scanner) error {
		var name string
		var at int64
		err := s.Scan(&name, &at)
		out[name] = instant(at)
		return err
	})
	return out, err
}

// moveDue sets a schedule's next time if it still is what was read (was zero:
// absent); false when another process was faster.
func moveDue(ctx context.Context, tx *audit.Tx, name string, m shift) (bool, error) {
	if m.was.IsZero() {
		n, err := tx.Exec(ctx, `INSERT INTO job_schedule (name, next_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, name, m.next.UnixMilli())
		return n == 1, err
	}
	n, err := tx.Exec(ctx, `UPDATE job_schedule SET next_at = $1 WHERE name = $2 AND next_at = $3`, m.next.UnixMilli(), name, m.was.UnixMilli())
	return n == 1, err
}

// shift is a schedule's move from one due time to the next.
type shift struct{ was, next time.Time }

// purge deletes jobs that ended before the given time and returns how many.
func purge(ctx context.Context, tx *audit.Tx, before time.Time) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM job WHERE finished_at > 0 AND finished_at < $1`, before.UnixMilli())
}

// listed joins names for a message.
func listed(names []string) string { return strings.Join(names, "、") }

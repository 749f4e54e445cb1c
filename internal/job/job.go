package job

import (
	"context"
	"time"

	"ballast/internal/audit"
	"ballast/internal/scope"
)

// Def is one thing that can run: a row of the literal list in cmd.
type Def struct {
	Name     string        // "room.verb", for example "observe.import"
	Label    string        // Chinese, as pages show it
	Schedule Schedule      // zero: only when enqueued
	Attempts int           // how often it may be tried; 0 means 3
	Backoff  time.Duration // before the first retry, doubled each time, at most an hour; 0 means 10 s
	// Func does the work. Its context ends when the job is cancelled, its lease is
	// lost or the process shuts down. A fault of kind Invalid, Denied, NotFound,
	// TooLarge or Conflict fails the job at once; any other error is retried.
	Func func(ctx context.Context, h *Handle) error
}

// Request is a job to be done.
type Request struct {
	Name string
	// Key makes the request idempotent: while a job of the same name and key is
	// waiting or running, asking again returns that one and drops the new payload.
	// Work on changing data therefore puts a version or digest into the key. Empty
	// never collides.
	Key     string
	Payload any         // kept as JSON; nil for none
	RunAt   time.Time   // not before; zero means now
	Actor   audit.Actor // who asked; the effects are journalled under them
	// Who may see the job besides the one who asked, as scope dimensions. With none
	// set only those who see the whole city do.
	District   string
	Department string
	Enterprise int64
}

// State is where a job stands.
type State string

// The states.
const (
	Waiting   State = "waiting"
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// Label returns the state's Chinese name.
func (s State) Label() string {
	switch s {
	case Waiting:
		return "等待"
	case Running:
		return "进行中"
	case Done:
		return "完成"
	case Failed:
		return "失败"
	case Cancelled:
		return "已取消"
	}
	return string(s)
}

// Progress is a job as a page shows it.
type Progress struct {
	ID         int64
	Name       string
	Label      string // Chinese; the name when this process does not know the job
	Key        string
	State      State
	Cancelling bool // somebody asked it to stop and it has not stopped yet
	Done       int64
	Total      int64 // 0 while unknown
	Message    string
	Result     string // the handler's own text; empty until done
	Error      string // Chinese sentence of the last failure
	Hint       string
	Attempt    int
	AskedBy    string // actor id
	AskedName  string
	CreatedAt  time.Time
	RunAt      time.Time // when waiting: not before
	StartedAt  time.Time // of the latest attempt
	FinishedAt time.Time
}

// Ended reports whether the job will not change any more.
func (p Progress) Ended() bool { return p.State != Waiting && p.State != Running }

// Percent returns 0 to 100, 0 while the total is unknown; 100 is kept for done.
func (p Progress) Percent() int {
	switch {
	case p.State == Done:
		return 100
	case p.Total <= 0 || p.Done <= 0:
		return 0
	}
	return int(min(99, p.Done*100/p.Total))
}

// Viewer is who looks at jobs: they see their own, and those inside their scope.
type Viewer struct {
	Actor audit.Actor
	Scope scope.Scope
}

// Settings tune a process; zero fields mean the default.
type Settings struct {
	Owner   string        // names this process in the table, for operators
	Workers int           // jobs at the same time; 2
	Lease   time.Duration // how long a silent process keeps its jobs; 1 minute
	Beat    time.Duration // how often progress and lease are written; 10 s
	Poll    time.Duration // how often the table is looked at; 500 ms
	Keep    time.Duration // how long ended jobs and their results are kept; 30 days
	// Report hears of errors nobody else hears of: the database out of reach, the
	// full text of a job's failure. nil discards them.
	Report func(error)
}

func (s Settings) withDefaults() Settings {
	or := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	or(&s.Lease, time.Minute)
	or(&s.Beat, 10*time.Second)
	or(&s.Poll, 500*time.Millisecond)
	or(&s.Keep, 30*24*time.Hour)
	if s.Workers <= 0 {
		s.Workers = 2
	}
	if s.Owner == "" {
		s.Owner = "ballast"
	}
	if s.Report == nil {
		s.Report = func(error) {}
	}
	return s
}

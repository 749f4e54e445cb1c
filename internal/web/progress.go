package web

import "time"

// Progress is long work that can be watched and left. {{template "progress" .}}
// shows it; while it is not finished the browser asks From again every second,
// or, without JavaScript, when Base.Refresh says so.
type Progress struct {
	ID      string // of the element
	From    string // GET address that answers with the "progress" block alone
	Title   string
	Percent int    // 0–100; below 0 when the end cannot be known yet
	Step    string // what is being done now
	Lines   []ProgressLine
	State   string // "" running, "done", "failed", "stopped"
	Failure string // Chinese sentence when State is "failed"
	Next    string // where to go when done; empty for nowhere
	Cancel  string // POST address that stops the work; empty when it cannot be stopped
}

// ProgressLine is one thing that has happened.
type ProgressLine struct {
	At   time.Time
	Text string
	Tone string // "", "ok", "warn" or "bad"
}

// Running reports whether more is to come.
func (p Progress) Running() bool { return p.State == "" }

// Known reports whether Percent means something.
func (p Progress) Known() bool { return p.Percent >= 0 }

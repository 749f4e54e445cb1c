package job

// Move is one row of the life cycle.
type Move struct {
	From State
	Verb string // the journal's verb
	To   State
}

// The verbs of the life cycle, as journalled.
const (
	verbStart   = "job.start"   // a process took it, first or after a lapsed lease
	verbFinish  = "job.finish"  // done
	verbRetry   = "job.retry"   // failed, and will be tried again
	verbRelease = "job.release" // given back at shutdown
	verbFail    = "job.fail"    // failed for good
	verbCancel  = "job.cancel"  // asked to stop before it started
	verbStop    = "job.stop"    // stopped, because asked to
)

// Moves is the whole life cycle. Taking over after a lapsed lease is the one move
// from running to running.
var Moves = []Move{
	{Waiting, verbStart, Running},
	{Running, verbStart, Running},
	{Running, verbFinish, Done},
	{Running, verbRetry, Waiting},
	{Running, verbRelease, Waiting},
	{Running, verbFail, Failed},
	{Waiting, verbCancel, Cancelled},
	{Running, verbStop, Cancelled},
}

// to returns the state a verb leads to.
func to(verb string) State {
	for _, m := range Moves {
		if m.Verb == verb {
			return m.To
		}
	}
	return ""
}

// Package job runs what runs by itself: long work that a person started and left,
// and what is due at a time of day.
//
// # What is kept here
//
// Table job: one row a piece of work, its lease, its progress, its result. Table
// job_schedule: when each scheduled job is due next. The list of what can run is
// one literal []Def in cmd.
//
// # Life cycle
//
// The literal table [Moves]: waiting → running → done, or failed, or cancelled;
// a failure that a retry may cure goes back to waiting with a growing delay.
//
// # The door
//
// [Enqueue] adds a job in the transaction of the data it is about: both are
// there or neither is. [Jobs.Run] works until its context ends; any number of
// processes on one PostgreSQL may run it. [Jobs.Progress] and [Jobs.List] are for
// pages, [Jobs.Cancel] for the button. A handler gets a [Handle].
//
// # Promises
//
//   - A job whose process died is taken over once its lease has run out.
//   - Exactly one effect: a handler that writes through [Handle.Do] (or calls
//     [Handle.Fence] in its own transaction) and ends with [Handle.Finish] in that
//     transaction has its effect once, however often it was started: the effect
//     and the end commit together, and a process that lost its lease cannot write.
//   - A scheduled job runs once per due time over all processes; times missed
//     while nothing ran are made up by one run.
//   - Shutting down gives running jobs back at once, without counting an attempt.
//   - A panic in a handler fails its job and nothing else.
//
// # What is journalled
//
// Enqueueing belongs to the caller's act. job.start opens each attempt and one of
// job.finish, job.retry, job.fail, job.stop, job.release closes it. Progress is
// kept in memory by the process that runs the job and written, with the lease, as
// job.beat every [Settings.Beat]: a job shorter than that writes none, a page in
// another process lags by no more than that. Effects are journalled by whoever
// causes them, under the person who asked.
//
// # What it never does
//
// It keeps no history beyond [Settings.Keep] (the journal does), knows no room,
// and starts nothing that is not in its list.
package job

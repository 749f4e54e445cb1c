// Package audit is the only pen: every write to the database goes through
// [Pen.Do], and every write leaves an entry in the journal in the same
// transaction.
//
// # What is kept here
//
// Table journal: one row an act, who did what to which subject, why, with what
// facts, chained by SM3 (GB/T 32905) so that a row changed, removed or put in
// later breaks the chain at a place [Verify] names. Table journal_head: the last
// sequence number and hash, taken first by every writer, which makes writers of
// several processes take turns on PostgreSQL as they do on SQLite.
//
// # The door
//
// [Pen.Do] runs a function inside one transaction and writes the entry; an act
// without actor, verb or subject is refused before anything is touched.
// [Verify] recomputes the chain. [Entries] reads it, for those whose scope
// allows.
//
// # What it never does
//
// It never changes or deletes an entry, does not retry a failed act, and does
// not keep values that the journal's readers may not see: facts name fields and
// counts; personal data stays in the rooms' own tables.
package audit

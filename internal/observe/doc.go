// Package observe keeps the values that departments hand in about firms, from
// the spreadsheet to the figure an evaluation may use, and the way back.
//
// # What is kept here
//
// Files as they came, by SM3 hash (table observe_file). Batches: one hand-in of
// one department for one period (observe_batch), its rows with packed values and
// their place in the file (observe_row), everything found wrong with its cells
// (observe_finding). What a department's heads mean (observe_mapping), when it
// may hand in (observe_window), and what firms say about their values
// (observe_answer).
//
// # Life cycle
//
// Upload reads the file, maps heads to items, matches firms, converts units and
// validates against the pack, and stages a draft with all findings; the same
// workbook goes back with its cells marked. The draft is submitted and approved
// by a second person (states.go); from that instant its values hold. A value is
// never changed: among approved batches the later approval holds, cell by cell,
// so a correction is a new batch, and undoing a batch brings back exactly what
// held before. An enterprise confirms or objects to each value; an objection
// that the department accepts becomes a correction batch, which again a second
// person approves.
//
// # The door
//
// [New] gives an [Observe]: Upload, Act (submit, return, withdraw, approve,
// undo), Windows, Answers, Read. Reading methods take a scope. [Read.Columns]
// gives approved values as columns for the evaluation, as of any instant;
// [Read.Lineage] tells of one value who handed it in, where it stands in which
// file, and who approved it.
//
// # What it never does
//
// It never changes or deletes an approved value, never takes part of a file
// that failed, never guesses a unit, a firm or a head, and never lets one person
// both hand in and approve. It computes no indicator (evaluate does).
package observe

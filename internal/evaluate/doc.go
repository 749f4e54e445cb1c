// Package evaluate runs a round (评价轮次) of the yearly evaluation: one year, one
// scheme, one population of firms, from approved data to finalised grades.
//
// # What is kept here
//
// Tables round, round_snapshot, run, score, adjustment and grade. A snapshot is
// everything a computation reads, frozen with its digest; a run is one
// computation of a snapshot by a scheme of a pack, trial (试算) or binding (正式); a
// score is one firm's row of a run, with every stage as a packed column; a grade
// is what finalising left in a firm's history.
//
// # Life cycle
//
//	open → frozen → computed → reconciled → published → finalised
//
// states.go holds the one table of moves, each with the permission it needs.
// Computing is possible again from computed, reconciled and published; from
// published only with the decision it follows (an upheld appeal), which the run
// cites. A run is never changed: correcting means computing another.
//
// # The door
//
// [Evaluate] moves rounds; [Evaluate.Scores], [Evaluate.Sheet] and
// [Evaluate.Compare] read results inside the asker's scope. The arithmetic is in
// the room scheme below this one, which knows no database and no clock.
//
// # What it never does
//
// It does not read observe or registry after freezing, does not change a score,
// and does not decide who may see a value in public: disclose does.
package evaluate

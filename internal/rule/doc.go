// Package rule is the language of formulas and conditions and the only importer
// of CEL. Indicators, policies, titles, prices and checks of a pack are written
// in it.
//
// # For authors of rules
//
// An expression is a small subset of CEL over the fields of a [Schema]:
//
//	tax / land
//	税收 / 用地面积                                       // labels are names too
//	rd_expense >= 100 && rd_expense / revenue >= 0.03
//	step(rd_ratio, [0.01, 0.02, 0.03, 0.05], [0, 5, 10, 15, 20])
//	grade in ["A", "B"] && !accident && years(founded, as_of) >= 3
//	revenue >= 5000 ? rd_ratio >= 0.03 : rd_ratio >= 0.06
//
// There are three types. Every number is a float64: whole-number literals are
// promoted before checking, so 7 / 2 is 3.5 and x > 3 needs no decimal point.
// Truth values are combined with && || !. Texts are compared with == != in and
// starts(); a date is a text like 2026-11-24. The operators and functions are
// tabled in library.go and check.go, from which docs/rules.md is generated.
//
// Blank is not zero:
//   - A missing operand makes arithmetic, comparisons and functions missing.
//   - A zero divisor makes the quotient missing, never infinite; so does
//     overflow, a function outside its domain, a text that is no date.
//   - && || and ! are three-valued (Kleene): false && unknown is false, true ||
//     unknown is true, everything else with unknown is unknown.
//   - A choice c ? x : y with c unknown is missing.
//   - present(x), missing(x), coalesce(x, y) and at_least(n, …) catch missing
//     values; nothing else does.
//   - A missing result carries one [Reason]: of the first missing part in
//     reading order that matters. A field's reason names the field; a division's
//     names the divisor when it is a plain field. Reasons are counted by column.
//
// Nothing is rounded except by round(), whose mode must be written. Logarithms
// and powers are not offered: their last bits differ between processors.
//
// What is not in the language (macros, maps, member calls, %, null, lists
// outside in and functions, …) is refused by [Compile], everything wrong at
// once, at line and column, with a caret beneath the place.
//
// # For programmers
//
// [NewSchema] → [Compile] → a [Program], which is immutable and safe for
// concurrent use, and answers in four ways:
//
//	EvalRow   one row, by CEL's interpreter (about half a microsecond)
//	Columns   a [Frame] of rows, by vector kernels: the same bits
//	WhyNot    one row of a condition, clause by clause, in Chinese, with gaps
//	NewSet    many programs over one frame, shared work, several workers
//
// # How missing values travel
//
// In CEL's interpreter a missing value is an error value (types.Err) with a
// private Go error inside. CEL carries errors just as missing values must
// travel: strict functions return their first erroneous argument; && and ||
// absorb an error when the other side decides and otherwise return the first;
// a choice returns the error of its condition; functions declared non-strict see
// errors as arguments. CEL labels an error made by a function with the id of the
// call, from which the field to blame is found. The environment is built from
// nothing, without CEL's standard library: its operators are ours.
//
// In columns a missing number is a NaN whose payload holds the reason, and a bit
// in a bit set. Kernels work on blocks of 64 rows, compute as if nothing were
// missing, and look again at the rows whose result is not finite. Truth values
// are two bit sets (true, missing), so that && over 64 rows is a handful of
// instructions. Texts are dictionary-encoded; tests against literals are table
// look-ups. A plan shares equal subexpressions, also between the programs of a
// [Set], and runs chunk by chunk in memory that is reused: steady state
// allocates nothing per row. FuzzColumnsAgree holds both evaluators to the same
// bits and reasons on random expressions and columns.
//
// # Cost
//
// There are no loops, so [Limits] on the source, the number of operators, the
// depth and the length of lists bound the work of one row.
//
// # What it never does
//
// It reads no clock, no file, no database and no environment; it knows nothing
// of packs or enterprises; it never returns NaN or an infinity.
package rule

// Package scheme computes one round of an evaluation: from columns of raw
// values to grades, with every stage kept.
//
// It is the pure half of the room evaluate. [Compile] turns a scheme of a pack
// into a [Plan]: formulas and conditions compiled, methods bound. [Plan.Run]
// takes an [Input] of columns (values, attributes, labels, history, last year's
// columns) and returns a [Result]: who belongs to which population, every raw
// and indicator value, benchmark, score and cap state, adjustments, total,
// ranks, grade before and after the moves with their reasons, and a [Report]
// that reconciles counts, weights and units. [Result.Explain] lays out one
// firm's score line by line and says what would lift it a grade.
//
// Stages, in this order: formulas → population → not-graded class → benchmark →
// score (cap, floor, missing policy) → dimensions and subtotal → additions and
// deductions → total → ranks → grade by share or value → fixed, raised, lowered,
// vetoed. A missing value never becomes zero by accident: each indicator states
// its policy, and the result says where it was used.
//
// The same input gives the same bytes on every machine and in any row order;
// [Result.Digest] is over all of them. Scoring methods are package composite's,
// conditions are package rule's; none is written again here.
//
// What it never does: it opens no database, reads no clock, rounds nothing a rule
// does not say to round, and publishes nothing.
package scheme

// Package composite computes composite indices: columns in, columns out.
//
// It scores, weighs, aggregates, ranks and bands units (enterprises, counties,
// countries), explains every number, and says how firm the outcome is. It knows
// no database, no clock, no random source but a seed, and nothing of the
// application around it.
//
// # Data
//
// A [Column] is a []float64 in which NaN, and only NaN, means missing; a
// parallel [Reason] says why. A [Frame] is named columns and named [Group]s over
// the same units. Frames, trees, engines and results are read-only once made
// and may be shared by goroutines.
//
// # Two ways in
//
// An evaluation by rule — benchmark, cap, weight, quota — is a [Scheme]:
// [Compile] checks it (all faults at once, as [Errors], each naming indicator
// and group, in Chinese), [Engine.Run] evaluates a frame, and the [Result] holds
// every stage.
//
// A statistical index is built step by step with [Ratio], [Normalise],
// [Tree.Aggregate], [Ranks] and their neighbours, as COINr and the JRC COIN Tool
// do; the package index below this one runs such pipelines from a file.
//
// Both use the same methods: the rows of [Methods].
//
// # Promises
//
// Results do not depend on the number of goroutines or the order of rows: sums
// are compensated and taken in fixed blocks, ranks compare unrounded values
// unless the rule names decimals, and the last tie is settled by unit code.
//
// Nor do they depend on the processor: amd64 and arm64 give the same bytes.
// Products that feed a sum are rounded first, and exponential, logarithm and
// power are the package's own, because the standard library's differ in the last
// digit between processors.
//
// No infinity ever leaves the package. A denominator at or below zero gives a
// missing value with its reason; a benchmark at or below zero, a negative
// weight, or a value outside a mean's domain is refused with its place.
package composite

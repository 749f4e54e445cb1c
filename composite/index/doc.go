// Package index runs composite-index pipelines from a file.
//
// A specification names two tables in COINr's form, iData (units × columns) and
// iMeta (indicators, tree, direction, weight, denominator, target, goalposts),
// and a list of steps. Steps may come in any order and any number of times;
// each reads the latest data set of the stage before its own, or the one its
// `input` names, so several normalisations or aggregations of the same data
// live in one file. Every stage is written as CSV: UTF-8, LF, 17 significant
// digits, empty for missing, keyed by uCode.
//
// [Load] reports everything wrong with the file at once, at file:line:column, in
// Chinese; an unknown key is a fault. [Spec.Run] writes nothing unless all
// steps succeed.
//
// It reads the files it is told to read and writes into one folder. It never
// changes an input, never guesses at a code, and knows no clock and no random
// source but the seed in the file.
package index

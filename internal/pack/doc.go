// Package pack turns a directory of YAML into a city: typed, checked, immutable
// rules with a digest.
//
// What is kept here: the types of every rule a city states about itself (its
// divisions and departments, its calendar, its figures and formulas, its
// evaluation schemes, its labels and chains, what is public), the strict reader
// and the lint rules. Thresholds of law or policy live in the files, with unit,
// reference and dates; none is in Go. A rule that no public source gives carries
// status template and every page that uses it says 模板，待主管部门确认.
//
// Life cycle: [Load] reads every file, refuses unknown and duplicate keys, wrong
// types, anchors and second documents, and reports all problems at once as
// [Problems], each at file:line:column with a caret. When the files can be read,
// the lint table checks what they mean together. A *Pack never changes; a new
// version of the rules is a new *Pack with a new [Pack.Digest].
//
// Door: Load, and the read-only lists of *Pack. A new sort of file is one row in
// the table kinds and one file with its type and reader.
//
// What it never does: it opens no database, reads no clock and computes no
// score (internal/evaluate/scheme does).
package pack

// Package period keeps the two kinds of time an industry bureau works with:
// the statistical period a figure belongs to, and the working day on which
// something is due.
//
// A [Period] is a year, half-year, quarter, month or a cumulative stretch from
// January (1—10月, the form in which monthly statistics are published). Its
// text form sorts by time within one kind and is what databases and file names
// hold: 2025, 2025H1, 2025Q3, 2025-07, 2025-01/10.
//
// A [Day] is a civil date in the pack's zone. A [Calendar] is built from the
// State Council's yearly notices (holidays and the make-up workdays that pay
// for them, 调休) as dated facts. A year without a notice is unknown: it does
// not answer "no holidays". A caller may state a [Fallback], and then every
// answer that leaned on it says Provisional.
//
// One limit is inherent: the notice for a year may also move the last days of
// the year before it (2022-12-31 was a holiday by the notice for 2023). Until
// that notice is out, those days answer by their own year's notice.
//
// What it never does: it reads no clock, no file and no environment; it knows
// nothing of packs, cases or evaluations.
package period

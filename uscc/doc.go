// Package uscc reads, checks, repairs and makes the two identity numbers of
// Chinese legal persons: the unified social credit code (统一社会信用代码,
// GB 32100-2015, 18 characters) and the organisation code it carries inside
// (组织机构代码, GB 11714-1997, 9 characters).
//
// # Shape of a code
//
//	9 1 360323 06538092 1 K
//	│ │ │      │        │ └ check character, GB 32100 (modulus 31)
//	│ │ │      │        └── check character, GB 11714 (modulus 11)
//	│ │ │      └─────────── subject, 8 characters
//	│ │ └────────────────── division of registration, 6 digits (GB/T 2260)
//	│ └──────────────────── kind of body within the department
//	└────────────────────── registering department
//
// # Door
//
// [Normalise] turns what people type (full-width, lower case, spaces, hyphens,
// zero-width marks) into the canonical form. [Check] judges a canonical code
// and answers with a [Verdict]: two separate judgements, because the outer
// check is the law for every code, while the inner one is a second opinion
// that may fail on codes issued outside the organisation-code system. [Suggest]
// lists corrections for the usual slips of hand and eye. [Make] computes both
// check characters for codes that must not belong to anybody, such as those of
// a demonstration city.
//
// # What it never does
//
// It does not know whether a code was ever issued, does not look anything up,
// keeps no state, and never accepts a code by guessing: a suggestion is for a
// person to confirm.
//
// # Differences from the standards
//
// GB 32100-2015 lists the registering departments; later notices added more.
// Check therefore does not refuse a department it does not know;
// [Verdict.Known] tells.
package uscc

// Package fault is the one error vocabulary of Ballast.
//
// A fault has a [Kind] (what sort of trouble, at most ten), a sentence that is
// safe to show to any user in Chinese, an optional hint that says what to do
// next, and a cause that only operators see in the log. Rooms return faults at
// their doors; web and api turn a kind into a status code in one place each.
//
// What it never does: it does not log, does not translate, and never puts the
// text of the cause into the sentence shown to people.
package fault

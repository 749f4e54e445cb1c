// Package office is the pages of the bureau: the files of firms, the rounds of
// the evaluation with their results, and the score sheet of one firm.
//
// # What is kept here
//
// One page a file with its template of the same name, all routes in the one
// table of routes.go, and the entries of the navigation beside them.
//
// # Life cycle
//
// [New] is called once at the start with the rooms the pages ask. A page parses
// the address or the form, asks its rooms within the person's scope, and shows a
// typed struct.
//
// # Door
//
// [New] gives the section and the navigation. What a page needs of rooms that
// other people build is an interface here: [Gatherer].
//
// # What it never does
//
// It holds no rule and no threshold: what may be done in which state is
// evaluate's table, what a figure means is the pack's. It runs no SQL. It shows
// no figure that it could not read from the run it names.
package office

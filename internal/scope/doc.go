// Package scope is the value every query must be given: what the asker may see.
//
// A [Scope] is built by access from a signed-in person's role and place, or by a
// job for the work it does; the zero Scope sees nothing. A store turns it into
// an SQL predicate with [Scope.Where], or asks [Scope.Allows] about a row it
// already holds. The stacks that city vendors build on fail open here: a
// forgotten filter shows everything. In this house a query without a Scope does
// not compile and an empty Scope returns no rows.
//
// It is a room of its own, below access, because audit needs it too and audit
// stands below access. access re-exports it as access.Scope.
//
// What it never does: it does not read the database and does not know roles.
package scope

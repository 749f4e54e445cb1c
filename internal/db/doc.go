// Package db opens the one database of an installation and is the only importer
// of SQL drivers.
//
// # What is kept here
//
// Opening (SQLite in one file by default, PostgreSQL by connection string), the
// split into many readers and one writer, migrations, the dump of the resulting
// schema, the translation of driver error codes into faults, and the few helpers
// every store shares. No table belongs to this room.
//
// # The door
//
// [Open] returns two values: a [DB], which can only read, and a [Writer], which
// goes to audit.NewPen and nowhere else. A room that wants to write therefore
// has to pass the pen; an ordinary test holds that only audit and db name
// [Writer].
//
// # The SQL dialect
//
// One text runs on both engines: $n parameters, RETURNING, ON CONFLICT, common
// table expressions and window functions. Flags are integers 0 and 1, instants
// are integers (milliseconds since 1970 UTC), days are texts YYYY-MM-DD, money
// is an integer number of 分, structured text is JSON in a text column that SQL
// never looks into. LIKE for case, implicit NULL order, JSON operators, = ANY
// and now() are not used.
//
// # What it never does
//
// It does not retry, does not log statements and does not know what a row means.
package db

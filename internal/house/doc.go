// Package house holds the rules about the code as ordinary tests: who may import
// whom and why, what every room must have, what only cmd may touch, how long a
// function may be, and that documents point at things that exist.
//
// Every rule prints file:line and what to do. Exceptions are rows with a reason;
// a row that is no longer needed fails, so the lists can only shrink. The tests
// parse each file of the repository once and take about a second.
//
// What it never does: it is imported by nothing and holds no code of the program.
package house

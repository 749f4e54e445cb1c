// Package collect is the window of data collection: the board of what departments
// have handed in, uploads with their findings, the match queue, and the values a
// firm confirms or objects to.
//
// # What is kept here
//
// Pages and nothing else: a literal table of routes (routes.go), one page struct
// and template a page. Rules and rows are those of the rooms observe and
// registry.
//
// # Life of a hand-in on these pages
//
// The board shows which windows are open; an officer downloads the prefilled
// form, uploads it, and stands on the page of the batch with every finding by
// cell. There the draft is put right, submitted, and approved by somebody else.
// Firms see what holds about them under /my/data; their objections come to the
// department under /collect/objections.
//
// # The door
//
// [New] gives [Pages]; [Pages.Section] and [Pages.Nav] go into the shell.
//
// # What it never does
//
// It decides no rule: who may do what is the permission table and the state table
// of observe, and a button that is shown to the wrong person is refused there. It
// runs no SQL and needs no JavaScript.
package collect

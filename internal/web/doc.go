// Package web is the shell every page stands in: routing, sessions, layout,
// errors, static files, and the components that pages are built from.
//
// # What is kept here
//
// A [Section] is the pages of one room of windows (web/office, web/portal): a
// literal table of [Route], its templates, and one zero value of every page
// struct. [New] puts sections together into one http.Handler and refuses to
// build when a route names no permission, a template is missing, or two routes
// collide: deny by default is a property of the build, not of a reviewer's eye.
//
// # Life of a request
//
// limits and headers → request id and log line → cross-origin check → session
// cookie → person → permission of the route → the page function, which returns
// an error or answers through [Ask] → one writer turns a fault's kind into a
// status and a Chinese page. Pages are typed structs that embed [Base]; they are
// rendered to a buffer first, so half a page is never sent.
//
// # Components
//
// [List] is the list of every office page: search, filters, sort, choice of
// columns, pages, export. [Field] is a labelled input with its error beside it.
// [Chart] is a chart with its table twin. [Progress] shows long work that can be
// left. Their templates are in templates/components.html and work without
// JavaScript; htmx only makes them quicker.
//
// # What it never does
//
// It holds no business rule, runs no SQL, reads no clock of its own, and never
// shows the text of an error's cause.
package web

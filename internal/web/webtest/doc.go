// Package webtest tests pages the way people use them: plain-text scripts against
// the real handler over a real database, and a real Chromium for what only a
// browser can tell.
//
// # A site
//
// [Open] gives a [Site]: an empty SQLite database, the pen, access with cheap
// hashing, and a clock that tests move. The test builds its rooms on it, adds
// people with [Site.Person], and calls [Site.Serve] with its sections.
//
// # Scripts
//
// [Site.Scripts] runs every file of a pattern. A script is read by officers as
// well as programmers; one command a line, # begins a comment:
//
//	login officer            signs in as a person of the site
//	logout                   forgets all cookies
//	GET /enterprises?q=电瓷
//	POST /signin             form fields follow, indented, key=value;
//	  login=zhang            value @path sends a file (multipart)
//	  password=wrong
//	status 200
//	expect 示例电瓷          the page's text holds it, blanks folded
//	! expect 内部错误
//	css .grade-B             an element matches: tag, #id, .class, [attr=value],
//	css h1 :: 我的登录       descendants and >; after :: the text it holds
//	! css .error
//	count 3 table tbody tr
//	header Cache-Control no-store
//	location /signin         where the redirect leads; follow goes there
//	follow
//	advance 31m              moves the clock
//
// # Browser
//
// [Browser] starts headless Chromium, or skips with "not run" where there is none
// (and fails when CI=true). A [Tab] opens pages, takes screenshots into
// $BALLAST_SHOTS, reports console errors, and runs axe-core against WCAG 2.2 AA.
//
// What it never does: it is not imported by anything but tests.
package webtest

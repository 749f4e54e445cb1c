package web

import (
	"context"
	"time"

	"ballast/internal/access"
)

// Page is a typed page struct: it embeds [Base] and names its template file.
// Implement it on the pointer:
//
//	type firmPage struct {
//		web.Base
//		Firm registry.Enterprise
//	}
//
//	func (*firmPage) Template() string { return "firm.html" }
type Page interface {
	Template() string
	base() *Base
}

// Base is what the layout needs of every page. A page function sets the first
// group; the shell fills the rest when it renders.
type Base struct {
	Title   string  // the page's <h1> and the window title
	Crumbs  []Crumb // the way here, without the page itself
	Bare    bool    // no navigation and no search box: sign-in, first run
	Refresh int     // seconds until a browser without JavaScript reloads; 0 never

	App       App
	User      *Badge // nil when nobody is signed in
	Nav       []NavGroup
	Flash     *Flash
	Path      string // path of this page
	RequestID string // shown on error pages, found in the log
	Now       time.Time
	Idle      int // seconds until the session ends unless used; 0 when nobody is signed in
}

func (b *Base) base() *Base { return b }

// Crumb is one step of the breadcrumb.
type Crumb struct{ Title, Path string }

// App names the installation on every page.
type App struct {
	Name     string // 压舱石
	City     string // 萍乡市工业运行与企业服务
	Notice   string // a line on every page, for example 演示数据; may be empty
	SearchTo string // action of the search box in the bar; empty hides the box
	Version  string
}

// Badge is the signed-in person as the bar shows him.
type Badge struct {
	Name string
	Role string // role and place in Chinese: "运行科 · 科员"
	Why  string // what this person may see, and why
}

// Flash is a message shown once, on the page after the act that caused it.
type Flash struct {
	Kind string // "ok", "warn" or "bad"
	Text string
}

// NavGroup is a group of the left navigation (看, 评, 办, 管).
type NavGroup struct {
	Title string // empty for entries above all groups
	Items []NavItem
}

// NavItem is one entry. It is shown to those who hold its permission.
type NavItem struct {
	Title      string
	Path       string
	Permission access.Permission
	// Badge counts what waits for this person behind the entry; nil for none. An
	// error hides the number and is logged; it never hides the entry.
	Badge func(ctx context.Context, p access.Person) (int, error)

	// Filled by the shell.
	Count   int
	Current bool
}

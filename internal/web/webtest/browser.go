package webtest

import (
	"context"
	_ "embed"
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

//go:embed testdata/axe/axe.min.js
var axe string

// patience bounds one action in the browser.
const patience = 20 * time.Second

// Chrome is a running headless Chromium.
type Chrome struct {
	t   testing.TB
	ctx context.Context
}

// Browser starts Chromium with a fresh profile for the length of the test.
// Without Chromium the test is "not run"; in CI that is a failure.
func Browser(t testing.TB) *Chrome {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI must have Chromium installed")
		}
		t.Skip("not run: no Chromium")
	}
	opts := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
	}
	for _, f := range []string{"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync",
		"disable-default-apps", "disable-extensions", "hide-scrollbars", "no-pings"} {
		opts = append(opts, chromedp.Flag(f, true))
	}
	opts = append(opts, chromedp.Flag("lang", "zh-CN"), chromedp.Flag("force-color-profile", "srgb"))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(func() { cancel(); stop() })
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("webtest: Chromium did not start: %v", err)
	}
	return &Chrome{t, ctx}
}

// Tab is one open page of a site. Its methods fail the test.
type Tab struct {
	t    testing.TB
	ctx  context.Context
	base string
	site *Site

	mu     sync.Mutex
	errors []string
}

// Tab serves the site on a port of this machine and opens an empty page.
func (c *Chrome) Tab(t testing.TB, s *Site) *Tab {
	t.Helper()
	server := httptest.NewServer(s.Handler)
	ctx, cancel := chromedp.NewContext(c.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(func() { cancel(); server.Close() })
	tab := &Tab{t: t, ctx: ctx, base: server.URL, site: s}
	if err := chromedp.Listen(ctx, tab.hear); err != nil {
		t.Fatalf("webtest: no new page: %v", err)
	}
	tab.Size(1360, 860)
	return tab
}

// hear collects what the console reports: exceptions, errors, refused loads.
func (b *Tab) hear(ev any) {
	var msg string
	switch e := ev.(type) {
	case *runtime.EventExceptionThrown:
		msg = e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			msg += " " + x.Description
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			msg = "console.error"
			for _, a := range e.Args {
				msg += " " + string(a.Value) + a.Description
			}
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			msg = e.Entry.Text + " " + e.Entry.URL
		}
	}
	if msg != "" {
		b.mu.Lock()
		b.errors = append(b.errors, msg)
		b.mu.Unlock()
	}
}

func (b *Tab) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatalf("webtest: %s: %v", what, err)
	}
}

// Size sets the window's inner size in CSS pixels.
func (b *Tab) Size(width, height int64) {
	b.t.Helper()
	b.do("size", chromedp.EmulateViewport(width, height))
}

// Go opens a path of the site and waits until it is loaded.
func (b *Tab) Go(path string) {
	b.t.Helper()
	b.do("go "+path, chromedp.Navigate(b.base+path), chromedp.WaitReady(chromedp.CSS("body")))
}

// Login signs in as a person of the site by filling in the form.
func (b *Tab) Login(name string) {
	b.t.Helper()
	p, ok := b.site.people[name]
	if !ok {
		b.t.Fatalf("webtest: the site has no person %q", name)
	}
	b.Go("/signin")
	b.do("login "+name, chromedp.SendKeys(chromedp.CSS("#login"), p.login), chromedp.SendKeys(chromedp.CSS("#password"), p.password),
		chromedp.Submit(chromedp.CSS("#password")), chromedp.WaitVisible(chromedp.CSS(".bar .me")))
}

// Do runs chromedp actions of the test's own.
func (b *Tab) Do(what string, actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	b.do(what, actions...)
}

// get runs an action that answers something.
func get[T any](b *Tab, what string, a chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	out, err := chromedp.Run(ctx, a)
	if err != nil {
		b.t.Fatalf("webtest: %s: %v", what, err)
	}
	return out
}

// Click clicks the first element that matches.
func (b *Tab) Click(selector string) {
	b.t.Helper()
	b.do("click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// Type types text into the first element that matches.
func (b *Tab) Type(selector, keys string) {
	b.t.Helper()
	b.do("type into "+selector, chromedp.SendKeys(chromedp.CSS(selector), keys))
}

// Wait waits until an element that matches is visible.
func (b *Tab) Wait(selector string) {
	b.t.Helper()
	b.do("wait for "+selector, chromedp.WaitVisible(chromedp.CSS(selector)))
}

// Text returns the visible text of the first element that matches.
func (b *Tab) Text(selector string) string {
	b.t.Helper()
	return get(b, "text of "+selector, chromedp.Text(chromedp.CSS(selector)))
}

// Eval returns the text a JavaScript expression gives.
func (b *Tab) Eval(expression string) string {
	b.t.Helper()
	return get(b, expression, chromedp.Evaluate[string]("String("+expression+")"))
}

// Path returns path and query of the page now open.
func (b *Tab) Path() string {
	b.t.Helper()
	return strings.TrimPrefix(get(b, "location", chromedp.Location()), b.base)
}

// Shot saves a picture of the whole page as NAME.png in $BALLAST_SHOTS, and does
// nothing when that is unset.
func (b *Tab) Shot(name string) {
	b.t.Helper()
	dir := os.Getenv("BALLAST_SHOTS")
	if dir == "" {
		return
	}
	b.do("settle", chromedp.Sleep(150*time.Millisecond))
	b.save(filepath.Join(dir, name+".png"), get(b, "shot "+name, chromedp.FullScreenshot(100)))
}

// Print returns the page as it prints on paper, a PDF, and saves it as NAME.pdf
// in $BALLAST_SHOTS when that is set.
func (b *Tab) Print(name string) []byte {
	b.t.Helper()
	pdf := get(b, "print "+name, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
	if dir := os.Getenv("BALLAST_SHOTS"); dir != "" {
		b.save(filepath.Join(dir, name+".pdf"), pdf)
	}
	return pdf
}

func (b *Tab) save(path string, body []byte) {
	b.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, body, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// Quiet fails the test when the console has reported an error since the tab was
// opened or Quiet was called last.
func (b *Tab) Quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.errors) > 0 {
		b.t.Errorf("webtest: the console reports:\n%s", strings.Join(b.errors, "\n"))
	}
	b.errors = nil
}

// Axe fails the test for every breach of WCAG 2.2 A and AA that axe-core finds on
// the page, with the elements concerned. It also fails when the page is wider
// than the window, which no rule of axe sees (WCAG 1.4.10).
func (b *Tab) Axe() {
	b.t.Helper()
	const run = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], resultTypes: ["violations"]})
		.then(r => JSON.stringify(r.violations.map(v => ({id: v.id, help: v.help, nodes: v.nodes.map(n => n.html.slice(0, 160) + " :: " + n.failureSummary.slice(0, 240))}))))`
	where := b.Path()
	b.do("axe", chromedp.Evaluate[chromedp.Void](axe+";0"))
	out := get(b, "axe", chromedp.Evaluate[string](run, chromedp.EvalAwaitPromise))
	wider := b.Eval(`document.documentElement.scrollWidth > innerWidth + 1`) == "true"
	var found []struct {
		ID, Help string
		Nodes    []string
	}
	if err := json.Unmarshal([]byte(out), &found); err != nil {
		b.t.Fatalf("webtest: axe: %v", err)
	}
	for _, v := range found {
		b.t.Errorf("axe %s: %s (%s)\n  %s", where, v.Help, v.ID, strings.Join(v.Nodes, "\n  "))
	}
	if wider {
		b.t.Errorf("%s scrolls sideways", where)
	}
}

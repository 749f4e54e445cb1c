package web_test

import (
	"strings"
	"testing"

	"ballast/internal/web"
	"ballast/internal/web/webtest"
)

func TestPagesInChromium(t *testing.T) {
	c := webtest.Browser(t)
	s := sampleSite(t)
	b := c.Tab(t, s)
	look := func(path, shot string) {
		t.Helper()
		b.Go(path)
		b.Axe()
		b.Quiet()
		b.Shot(shot)
	}
	look("/signin", "signin")
	b.Login("officer")
	b.Go("/sample/month")
	b.Wait("#growth svg")
	b.Axe()
	b.Quiet()
	b.Shot("month")
	look("/sample/firms", "list")
	b.Click(".me summary")
	b.Click(`[data-size-to="larger"]`)
	look("/account/sessions", "sessions") // the size goes along to the next page
	if b.Eval(`document.documentElement.dataset.size`) != "larger" {
		t.Error("the text size was forgotten")
	}
	b.Click(".me summary")
	b.Shot("menu")
	b.Axe()
	b.Click(`.sizes button:first-of-type`)
	look("/account/password", "password")
	b.Go("/account/totp")
	b.Click("main form button")
	b.Wait(".qr img")
	b.Axe()
	b.Quiet()
	b.Shot("totp")
	b.Size(390, 844)
	look("/sample/month", "phone-month")
	look("/sample/firms", "phone-list")
	if len(b.Print("print-list")) < 1000 {
		t.Error("the printed sheet is empty")
	}
}

// A list that is searched by htmx keeps the cursor in the search box, puts the
// state into the address, and leaves the choice of columns open.
func TestListUpdatesInPlace(t *testing.T) {
	s := sampleSite(t)
	b := webtest.Browser(t).Tab(t, s)
	b.Login("officer")
	b.Go("/sample/firms")
	b.Eval(`(window.stays = true)`)
	b.Type("#firms-q", "第100")
	b.Wait(`#firms a[href="/sample/firms"].button`)
	if got := b.Eval(`document.activeElement.id`); got != "firms-q" {
		t.Errorf("focus went to %q", got)
	}
	if got := b.Text(".list-count"); !strings.HasPrefix(got, "共 1 家") {
		t.Errorf("count says %q", got)
	}
	if got := b.Path(); !strings.Contains(got, "q=") {
		t.Errorf("the address is %q", got)
	}
	b.Click("#firms-cols")
	b.Click("#firms-col-code")
	b.Wait(`#firms thead th:nth-child(7)`)
	if b.Eval(`document.querySelector("details.columns").open`) != "true" {
		t.Error("the choice of columns closed")
	}
	if b.Eval(`window.stays`) != "true" {
		t.Error("the page was loaded anew")
	}
	b.Quiet()
}

func TestFirstRunAndErrorsInChromium(t *testing.T) {
	c := webtest.Browser(t)
	empty := webtest.Open(t)
	empty.Serve(web.Config{})
	b := c.Tab(t, empty)
	b.Go("/signin")
	b.Axe()
	b.Shot("setup")
	b.Quiet()

	s := sampleSite(t)
	b = c.Tab(t, s)
	b.Login("security")
	b.Go("/sample/firms")
	b.Axe()
	b.Shot("denied")
}

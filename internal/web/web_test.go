package web_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ballast/internal/access"
	"ballast/internal/fault"
	"ballast/internal/web"
	"ballast/internal/web/webtest"
)

func TestPageScripts(t *testing.T) {
	s := sampleSite(t)
	s.Newcomer("newcomer", access.NewUser{Name: "王新", Role: access.BureauOfficer, Password: "Temporary-Gang-77"})
	s.Scripts(t, "testdata/scripts/*.test")
	s.Unvisited(t, web.Sections(samples()...),
		"GET /setup", "POST /setup", // only while there are no accounts: TestFirstRunMakesFourPeople
		"GET /building", "GET /building/progress") // only while the first start works: TestBuildingLeadsOn
}

func TestFirstRunMakesFourPeople(t *testing.T) {
	s := webtest.Open(t)
	s.Serve(web.Config{})
	word, err := s.Access.FirstRunToken(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	form := func(word string) string {
		out := "POST /setup\n  word=" + word + "\n"
		for _, k := range []string{"system", "security", "audit", "officer"} {
			out += "  " + k + "-name=人" + k + "\n  " + k + "-staff=G" + k + "\n  " + k + "-login=" + k + "1\n  " + k + "-password=Gang-Tie-Shi-26!\n"
		}
		return out
	}
	s.Run(t, "setup", "GET /signin\nlocation /setup\nfollow\nexpect 三员分立\n"+
		form("guess")+"status 422\ncss .flash-bad :: 首次安装的口令不对\ncss input[name=audit-login][value=audit1]\n! css input[type=password][value]\n"+
		form(word)+"status 303\nlocation /signin\nfollow\nexpect 四个账号已建立\n"+
		form(word)+"! status 303\nGET /setup\nlocation /signin\n")
}

// A route without a permission row, or one that collides, must not build.
func TestRouteWithoutPermissionDoesNotBuild(t *testing.T) {
	ok := func(a *web.Ask) error { return nil }
	for name, c := range map[string]struct {
		routes []web.Route
		want   string
	}{
		"none":    {[]web.Route{{Method: "GET", Pattern: "/x", Page: ok}}, "no permission row"},
		"two":     {[]web.Route{{Method: "GET", Pattern: "/x", Page: ok, Public: "a", SignedIn: "b"}}, "exactly one must be"},
		"method":  {[]web.Route{{Method: "PUT", Pattern: "/x", Page: ok, Public: "a"}}, "GET and POST only"},
		"twice":   {[]web.Route{{Method: "GET", Pattern: "/x", Page: ok, Public: "a"}, {Method: "GET", Pattern: "/x", Page: ok, Public: "a"}}, "conflicts"},
		"nothing": {[]web.Route{{Method: "GET", Pattern: "/x", Public: "a"}}, "no page function"},
		"unknown": {[]web.Route{{Method: "GET", Pattern: "/x", Page: ok, Permission: "firm.fly"}}, "not in the permission table"},
	} {
		t.Run(name, func(t *testing.T) {
			err := web.CheckRoutes([]web.Section{{Name: "s", Routes: c.routes}})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestForeignFormIsRefused(t *testing.T) {
	s := sampleSite(t)
	r := httptest.NewRequest(http.MethodPost, "http://ballast.test/signin", strings.NewReader("login=officer"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	s.Handler.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "不是从本系统的页面发出的") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// Every kind of fault has its own status; one that is forgotten would be a 500.
func TestEveryKindHasAStatus(t *testing.T) {
	for k := fault.Internal; k <= fault.Unavailable; k++ {
		if s := web.Status(fault.New(k, "x")); (s == 500) != (k == fault.Internal) {
			t.Errorf("%v is %d", k, s)
		}
	}
}

// The log tells operators the cause; one line a request.
func TestLogHasTheCauseAndNoSecret(t *testing.T) {
	s := sampleSite(t)
	var buf bytes.Buffer
	s.Serve(web.Config{Sections: samples(), Nav: sampleNav(), Log: slog.New(slog.NewJSONHandler(&buf, nil))})
	s.Run(t, "log", "login officer\nGET /sample/broken\nstatus 500\n")
	lines := strings.Split(strings.TrimSpace(buf.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines for two requests:\n%s", len(lines), &buf)
	}
	for _, want := range []string{`"error":"unexpected EOF"`, `"person":"officer"`, `"status":500`, `"level":"ERROR"`} {
		if !strings.Contains(lines[1], want) {
			t.Errorf("%s is missing in %s", want, lines[1])
		}
	}
	if strings.Contains(buf.String(), webtest.Password) {
		t.Error("a password is in the log")
	}
}

func TestStaticFilesAreKeptForGood(t *testing.T) {
	s := sampleSite(t)
	get := func(path string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		s.Handler.ServeHTTP(w, r)
		return w
	}
	m := regexp.MustCompile(`/static/[0-9a-f]+/app\.css`).FindString(get("/signin").Body.String())
	w := get(m)
	if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := get("/static/000000000000/app.css"); w.Code != 404 || strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("a stale address is kept: %d %v", w.Code, w.Header())
	}
}

// The vendored files are what their list of sums says, and the lock file names no
// place to fetch from.
func TestVendoredFilesAreUnchanged(t *testing.T) {
	for _, dir := range []string{"static/vendor", "webtest/testdata/axe"} {
		sums, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
		if err != nil {
			t.Fatal(err)
		}
		listed := 0
		for line := range strings.Lines(string(sums)) {
			want, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
			body, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != want {
				t.Errorf("%s/%s is not the file of SHA256SUMS", dir, name)
			}
			listed++
		}
		if files, _ := filepath.Glob(filepath.Join(dir, "*.js")); len(files) != listed {
			t.Errorf("%s: %d files, %d sums", dir, len(files), listed)
		}
	}
	lock, err := os.ReadFile("static/vendor/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(lock, []byte("://")) {
		t.Error("package-lock.json names a host; make it with --omit-lockfile-registry-resolved")
	}
}

// buildSite is a first start whose state the test sets.
type buildSite struct{ p web.Progress }

func (b *buildSite) Progress() web.Progress { return b.p }

// While the city is built every page leads to the progress page; a form is
// refused; when it is done the pages open.
func TestBuildingLeadsOn(t *testing.T) {
	s := webtest.Open(t)
	s.Person("officer", access.NewUser{Name: "张明", Role: access.BureauOfficer})
	b := &buildSite{web.Progress{Title: "演示城市", Percent: 12, Step: "导入统计局表格"}}
	s.Serve(web.Config{Building: b})
	s.Run(t, "building", `
GET /
status 303
location /building
follow
status 200
expect 导入统计局表格
css progress[value="12"]
css #building[data-hx-get="/building/progress"]
GET /building/progress
css section#building
! css h1
POST /signin
  login=officer
status 503
header Retry-After 5
`)
	b.p = web.Progress{State: "failed", Failure: "税务局表格读不出来"}
	s.Run(t, "failed", "GET /signin\nlocation /building\nfollow\nexpect 没有完成：税务局表格读不出来\n! css [data-hx-get]\n")
	b.p = web.Progress{State: "done", Percent: 100}
	s.Run(t, "done", "GET /building\ncss #building[data-next=\"/\"]\nlogin officer\nstatus 303\n")
}

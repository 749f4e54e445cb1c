package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"ballast/internal/config"
	"ballast/internal/web"
)

// buffer is written by the server and read by the test.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// get fetches without following redirects.
func get(t *testing.T, url string) (status int, body string, header http.Header) {
	t.Helper()
	c := &http.Client{Timeout: 5 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b), res.Header
}

// site is a building site whose state the test sets.
type site struct {
	mu sync.Mutex
	p  web.Progress
}

func (s *site) Progress() web.Progress {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.p
}

func (s *site) set(p web.Progress) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.p = p
}

func testServer(t *testing.T, building web.Building) (*server, *world, *buffer) {
	t.Helper()
	out := &buffer{}
	w := &world{out: out, err: out, getenv: func(string) string { return "" }, now: time.Now}
	fs := newFlags(w, "serve")
	finish := config.Flags(fs)
	if err := fs.Parse([]string{"--addr", "127.0.0.1:0", "--metrics-addr", "127.0.0.1:0", "--pack", "../../packs/pingxiang", "--data", t.TempDir(), "--shutdown-wait", "5s"}); err != nil {
		t.Fatal(err)
	}
	cfg, err := finish(w.source())
	if err != nil {
		t.Fatal(err)
	}
	h, err := openHouse(t.Context(), w, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.close)
	s, err := startServer(t.Context(), w, serverOptions{house: h, log: slog.New(slog.NewJSONHandler(out, nil)), building: building})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.stop() })
	if err := announceFirstRun(t.Context(), w, h, s.url); err != nil {
		t.Fatal(err)
	}
	return s, w, out
}

func TestServerShowsTheBuildingUntilItIsReady(t *testing.T) {
	works := &site{}
	works.set(web.Progress{Title: "演示城市", Percent: 40, Step: "导入税务局表格", Lines: []web.ProgressLine{{Text: "更正 12 个信用代码"}}})
	s, _, _ := testServer(t, works)

	if status, _, _ := get(t, s.url+"/livez"); status != 200 {
		t.Errorf("livez is %d", status)
	}
	status, body, _ := get(t, s.url+"/readyz")
	if status != 503 || !strings.Contains(body, "正在准备数据：40%") || !strings.Contains(body, `"database":"ok"`) {
		t.Errorf("readyz is %d %s", status, body)
	}
	if status, _, h := get(t, s.url+"/anything"); status != 404 {
		t.Errorf("an unknown page is %d %v", status, h)
	}
	if status, _, h := get(t, s.url+"/"); status != 303 || h.Get("Location") != "/building" {
		t.Errorf("/ is %d %v", status, h)
	}
	_, body, _ = get(t, s.url+"/building")
	for _, want := range []string{"40", "导入税务局表格", "更正 12 个信用代码", `http-equiv="refresh"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}

	works.set(web.Progress{State: "done", Percent: 100})
	if status, body, _ := get(t, s.url+"/readyz"); status != 200 {
		t.Errorf("readyz is %d %s", status, body)
	}
	if status, _, h := get(t, s.url+"/"); status != 303 || h.Get("Location") != "/signin" {
		t.Errorf("/ is %d %v", status, h)
	}
}

func TestServerProbesMetricsAndFirstRun(t *testing.T) {
	s, _, out := testServer(t, nil)
	status, body, _ := get(t, s.url+"/version")
	var v build
	if err := json.Unmarshal([]byte(body), &v); status != 200 || err != nil || !strings.HasPrefix(v.Go, "go1.") {
		t.Errorf("version is %d %s %v", status, body, err)
	}
	_, word, _ := strings.Cut(out.String(), "输入安装口令\n  ")
	word, _, _ = strings.Cut(word, "\n")
	if len(word) < 20 {
		t.Fatalf("no word for the first run in\n%s", out)
	}
	for line := range strings.Lines(out.String()) {
		if strings.HasPrefix(line, "{") && strings.Contains(line, word) {
			t.Errorf("the word is in the log: %s", line)
		}
	}
	get(t, s.url+"/signin")
	status, body, _ = get(t, "http://"+s.metrics+"/metrics")
	if status != 200 || !strings.Contains(body, `ballast_http_requests_total{method="GET",route="/signin",status="303"} 1`) {
		t.Errorf("metrics is %d\n%s", status, body)
	}
	if status, _, _ := get(t, s.url+"/metrics"); status == 200 {
		t.Error("metrics are served with the pages")
	}
}

func TestServerStopsAndTellsWhenThePortIsTaken(t *testing.T) {
	s, w, _ := testServer(t, nil)
	code := run(t.Context(), w, []string{"serve", "--addr", strings.TrimPrefix(s.url, "http://"), "--pack", "../../packs/pingxiang", "--data", t.TempDir()})
	if code != 1 {
		t.Errorf("a second server exits %d", code)
	}
	if out := w.err.(*buffer).String(); !strings.Contains(out, "不能监听") || !strings.Contains(out, "换一个端口") {
		t.Errorf("it says\n%s", out)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.wait(ctx); err != nil {
		t.Errorf("stopping: %v", err)
	}
	if _, err := http.Get(s.url + "/livez"); err == nil {
		t.Error("it still answers")
	}
}

func TestReadinessShowsNoCause(t *testing.T) {
	rec := httptest.NewRecorder()
	ready([]readyCheck{{"x", func(context.Context) error { return io.ErrUnexpectedEOF }}}).ServeHTTP(rec, httptest.NewRequest("GET", "/readyz", nil))
	if rec.Code != 503 || strings.Contains(rec.Body.String(), "EOF") {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

func TestForwardedForIsBelievedOnlyFromProxies(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, c := range []struct{ peer, header, want string }{
		{"10.0.0.2:99", "203.0.113.9", "203.0.113.9:0"},
		{"10.0.0.2:99", "198.51.100.1, 203.0.113.9, 10.0.0.3", "203.0.113.9:0"}, // what the client wrote itself is left of the real one
		{"203.0.113.50:99", "198.51.100.1", "203.0.113.50:99"},                  // no proxy of ours
		{"10.0.0.2:99", "nonsense", "10.0.0.2:99"},
		{"10.0.0.2:99", "", "10.0.0.2:99"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.peer
		r.Header.Set("X-Forwarded-For", c.header)
		var got string
		trustProxies(trusted, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr })).ServeHTTP(httptest.NewRecorder(), r)
		if got != c.want {
			t.Errorf("%s with %q is %s, want %s", c.peer, c.header, got, c.want)
		}
	}
}

func TestServePrintsItsConfiguration(t *testing.T) {
	out := &buffer{}
	w := &world{out: out, err: out, getenv: func(string) string { return "" }, now: time.Now,
		environ: func() []string { return []string{"BALLAST_DSN=postgres://u:geheim@h/d"} }}
	if code := run(t.Context(), w, []string{"serve", "--print-config", "--session-idle", "20m"}); code != 0 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	if s := out.String(); strings.Contains(s, "geheim") || !strings.Contains(s, `session_idle: "20m0s"`) {
		t.Errorf("printed\n%s", s)
	}
	if code := run(t.Context(), w, []string{"serve", "--session-idle", "soon"}); code != 1 || !strings.Contains(out.String(), "--session-idle：session_idle 要写成时长") {
		t.Errorf("exit %d\n%s", code, out)
	}
}

package webtest

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// Scripts runs every script that matches the pattern as a subtest. All share the
// site's database and run in the order of their names; each begins signed out.
func (s *Site) Scripts(t *testing.T, pattern string) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("webtest: no script matches %s", pattern)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), filepath.Ext(f)), func(t *testing.T) {
			body, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			s.Run(t, f, string(body))
		})
	}
}

// Run runs one script; name is used in messages.
func (s *Site) Run(t *testing.T, name, script string) {
	t.Helper()
	r := &runner{site: s, dir: filepath.Dir(name)}
	r.forget()
	lines := strings.Split(script, "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		if line == "" || line[0] == '#' {
			continue
		}
		at := i
		var fields []string
		for i+1 < len(lines) && strings.HasPrefix(lines[i+1], " ") {
			i++
			fields = append(fields, strings.TrimSpace(lines[i]))
		}
		if err := r.do(line, fields); err != nil {
			t.Fatalf("%s:%d: %s: %v\n%s", name, at+1, line, err, r.excerpt())
		}
	}
}

// runner is one person with a browser that runs no scripts.
type runner struct {
	site   *Site
	dir    string
	client *http.Client
	res    *http.Response
	body   []byte
	doc    *html.Node
	at     *url.URL
}

// direct lets an http.Client talk to a handler without a socket.
type direct struct{ h http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	r.RemoteAddr = "127.0.0.1:40000"
	rec := httptest.NewRecorder()
	d.h.ServeHTTP(rec, r)
	return rec.Result(), nil
}

func (r *runner) forget() {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // documented never to fail
	}
	r.client = &http.Client{Jar: jar, Transport: direct{r.site.Handler},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (r *runner) do(line string, fields []string) error {
	verb, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	if verb == "!" {
		if err := r.do(rest, fields); err == nil {
			return fmt.Errorf("it does")
		}
		return nil
	}
	switch verb {
	case "login":
		return r.login(rest)
	case "logout":
		r.forget()
		return nil
	case "advance":
		d, err := time.ParseDuration(rest)
		r.site.Advance(d)
		return err
	case "GET":
		return r.send(http.MethodGet, rest, "", nil)
	case "POST":
		kind, body, err := r.form(fields)
		if err != nil {
			return err
		}
		return r.send(http.MethodPost, rest, kind, body)
	}
	if r.res == nil {
		return fmt.Errorf("no request was sent yet")
	}
	return r.expect(verb, rest)
}

// expect runs the commands that look at the answer.
func (r *runner) expect(verb, rest string) error {
	switch verb {
	case "status":
		if want, err := strconv.Atoi(rest); err != nil || r.res.StatusCode != want {
			return fmt.Errorf("status is %d", r.res.StatusCode)
		}
	case "expect":
		if !strings.Contains(text(r.doc), strings.Join(strings.Fields(rest), " ")) {
			return fmt.Errorf("the page does not say so")
		}
	case "css":
		return r.css(rest)
	case "count":
		n, sel, _ := strings.Cut(rest, " ")
		want, err := strconv.Atoi(n)
		if err != nil {
			return err
		}
		s, err := parseSelector(sel)
		if err != nil {
			return err
		}
		if got := len(s.find(r.doc)); got != want {
			return fmt.Errorf("%d match", got)
		}
	case "header":
		name, want, _ := strings.Cut(rest, " ")
		if got := r.res.Header.Get(name); !strings.Contains(got, want) || got == "" {
			return fmt.Errorf("it is %q", got)
		}
	case "location":
		if got := r.res.Header.Get("Location"); got != rest {
			return fmt.Errorf("it leads to %q", got)
		}
	case "follow":
		to := r.res.Header.Get("Location")
		if to == "" {
			return fmt.Errorf("the answer is no redirect (status %d)", r.res.StatusCode)
		}
		return r.send(http.MethodGet, to, "", nil)
	default:
		return fmt.Errorf("there is no command %q", verb)
	}
	return nil
}

func (r *runner) css(rest string) error {
	sel, want, hasText := strings.Cut(rest, " :: ")
	s, err := parseSelector(sel)
	if err != nil {
		return err
	}
	found := s.find(r.doc)
	if len(found) == 0 {
		return fmt.Errorf("nothing matches")
	}
	if !hasText {
		return nil
	}
	var seen []string
	for _, n := range found {
		if strings.Contains(text(n), strings.TrimSpace(want)) {
			return nil
		}
		seen = append(seen, text(n))
	}
	return fmt.Errorf("the text is %q", seen)
}

func (r *runner) login(name string) error {
	p, ok := r.site.people[name]
	if !ok {
		return fmt.Errorf("the site has no person %q", name)
	}
	r.forget()
	kind, body, err := r.form([]string{"login=" + p.login, "password=" + p.password})
	if err != nil {
		return err
	}
	if err := r.send(http.MethodPost, "/signin", kind, body); err != nil {
		return err
	}
	if r.res.StatusCode != http.StatusSeeOther {
		return fmt.Errorf("sign-in answered %d", r.res.StatusCode)
	}
	return nil
}

// form encodes key=value lines; any value of the form @path makes it multipart.
func (r *runner) form(fields []string) (kind string, body []byte, err error) {
	values := url.Values{}
	var buf bytes.Buffer
	m := multipart.NewWriter(&buf)
	files := false
	for _, f := range fields {
		key, val, ok := strings.Cut(f, "=")
		if !ok {
			return "", nil, fmt.Errorf("field %q is not key=value", f)
		}
		path, isFile := strings.CutPrefix(val, "@")
		if !isFile {
			values.Add(key, val)
			if err := m.WriteField(key, val); err != nil {
				return "", nil, err
			}
			continue
		}
		files = true
		content, err := os.ReadFile(filepath.Join(r.dir, path))
		if err != nil {
			return "", nil, err
		}
		part, err := m.CreateFormFile(key, filepath.Base(path))
		if err != nil {
			return "", nil, err
		}
		if _, err := part.Write(content); err != nil {
			return "", nil, err
		}
	}
	if err := m.Close(); err != nil {
		return "", nil, err
	}
	if files {
		return m.FormDataContentType(), buf.Bytes(), nil
	}
	return "application/x-www-form-urlencoded", []byte(values.Encode()), nil
}

func (r *runner) send(method, to, kind string, body []byte) error {
	base := r.at
	if base == nil {
		base = &url.URL{Scheme: "http", Host: "ballast.test", Path: "/"}
	}
	u, err := base.Parse(to)
	if err != nil {
		return err
	}
	u.RawQuery = u.Query().Encode() // scripts write Chinese as it is
	req, err := http.NewRequestWithContext(r.site.t.Context(), method, u.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Host = u.Host
	if kind != "" {
		req.Header.Set("Content-Type", kind)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if r.res, err = r.client.Do(req); err != nil {
		return err
	}
	defer r.res.Body.Close()
	if r.body, err = io.ReadAll(r.res.Body); err != nil {
		return err
	}
	r.at = u
	r.doc, err = html.Parse(bytes.NewReader(r.body))
	return err
}

// excerpt is what the page said, for a failure's message.
func (r *runner) excerpt() string {
	if r.res == nil {
		return ""
	}
	said := []rune(text(r.doc))
	if len(said) > 600 {
		said = append(said[:600], '…')
	}
	return fmt.Sprintf("%s answered %d: %s", r.at.RequestURI(), r.res.StatusCode, string(said))
}

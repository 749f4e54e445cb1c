package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"ballast/internal/fault"
)

// record follows one request for the log: it counts what was written and keeps
// the first error.
type record struct {
	http.ResponseWriter
	id      string
	pattern string
	person  string
	status  int
	bytes   int64
	wrote   bool
	err     error
}

func (r *record) WriteHeader(status int) {
	if r.wrote {
		return
	}
	r.wrote, r.status = true, status
	r.ResponseWriter.WriteHeader(status)
}

func (r *record) Write(p []byte) (int, error) {
	if !r.wrote {
		r.WriteHeader(http.StatusOK)
	}
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach Flush and the deadlines.
func (r *record) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *record) fail(err error) {
	if err != nil && r.err == nil {
		r.err = err
	}
}

// policy is the Content-Security-Policy: nothing inline, nothing foreign, no
// framing. data: images are the QR codes of two-factor enrolment.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// wrap puts what holds for every request around the mux.
func (s *Shell) wrap(mux http.Handler) (http.Handler, error) {
	cross := http.NewCrossOriginProtection()
	for _, o := range s.c.Trusted {
		if err := cross.AddTrustedOrigin(o); err != nil {
			return nil, fmt.Errorf("trusted origin %q: %w", o, err)
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := s.c.Now()
		rec := &record{ResponseWriter: w, id: fmt.Sprintf("%s-%06d", s.c.Boot, s.seq.Add(1)), pattern: "none"}
		h := w.Header()
		h.Set("X-Request-Id", rec.id)
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		if s.c.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		defer s.finish(rec, r, start)
		if err := cross.Check(r); err != nil {
			s.refuse(rec, r, fault.Wrap(fault.Denied, err, "这个请求不是从本系统的页面发出的，已拒绝").
				WithHint("请回到本系统的页面重新操作，不要从别的网站提交。"))
			return
		}
		r = r.WithContext(context.WithValue(r.Context(), recordKey{}, rec))
		s.catch(rec, r, mux)
	}), nil
}

type recordKey struct{}

// catch runs the mux and turns a panic and the mux's own 404 and 405 into our
// error page.
func (s *Shell) catch(rec *record, r *http.Request, mux http.Handler) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if v == http.ErrAbortHandler {
			panic(v) // net/http's own sign to cut the connection
		}
		err := fmt.Errorf("panic: %v", v)
		s.c.Log.Error("panic", "request", rec.id, "path", r.URL.Path, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
		if rec.wrote {
			rec.fail(err)
			panic(http.ErrAbortHandler) // half a page must not look like a whole one
		}
		s.refuse(rec, r, err)
	}()
	m, ok := mux.(*http.ServeMux)
	if ok {
		h, pattern := m.Handler(r)
		if pattern == "" {
			probe := &probeWriter{header: http.Header{}}
			h.ServeHTTP(probe, r)
			s.unmatched(rec, r, probe)
			return
		}
	}
	mux.ServeHTTP(rec, r)
}

// probeWriter catches what the mux would have answered where no route matches.
type probeWriter struct {
	header http.Header
	status int
}

func (p *probeWriter) Header() http.Header         { return p.header }
func (p *probeWriter) Write(b []byte) (int, error) { return len(b), nil }
func (p *probeWriter) WriteHeader(status int)      { p.status = status }

// unmatched answers where no route matches: the mux's redirect is passed on, its
// 405 and 404 become pages.
func (s *Shell) unmatched(rec *record, r *http.Request, probe *probeWriter) {
	switch {
	case probe.status >= 300 && probe.status < 400:
		rec.Header().Set("Location", probe.header.Get("Location"))
		rec.WriteHeader(probe.status)
	case probe.status == http.StatusMethodNotAllowed:
		rec.Header().Set("Allow", probe.header.Get("Allow"))
		s.refuseStatus(rec, r, http.StatusMethodNotAllowed,
			fault.New(fault.Invalid, "这个地址不接受这种操作").WithHint("请从页面上的按钮操作，不要直接打开这个地址。"))
	default:
		s.refuse(rec, r, fault.New(fault.NotFound, "没有这个页面").WithHint("请检查地址，或从首页重新进入。"))
	}
}

// page is the handler of one route: session, permission, limits, page function.
func (s *Shell) page(route Route) http.Handler {
	maxBody, timeout := route.MaxBody, route.Timeout
	if maxBody == 0 {
		maxBody = defaultMaxBody
	}
	if timeout == 0 {
		timeout = defaultTimeout
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec, ok := r.Context().Value(recordKey{}).(*record)
		if !ok {
			http.Error(w, "request outside the shell", http.StatusInternalServerError)
			return
		}
		rec.pattern = route.Pattern
		ctx, cancel := context.WithTimeout(r.Context(), timeout)
		defer cancel()
		r = r.WithContext(ctx)
		r.Body = http.MaxBytesReader(rec, r.Body, maxBody)
		// Nothing that a person sees may stay in a shared computer's cache.
		rec.Header().Set("Cache-Control", "no-store")
		a := &Ask{Request: r, shell: s, w: rec, rec: rec, route: route}
		if _, going := s.building(); going && !strings.HasPrefix(route.Pattern, "/building") {
			s.answerError(a, s.waitForBuilding(a))
			return
		}
		err := s.admit(a)
		if err == nil {
			err = route.Page(a)
		}
		if err != nil {
			s.answerError(a, err)
		}
	})
}

// admit finds the person behind the request and checks the route's row.
func (s *Shell) admit(a *Ask) error {
	err := s.resolve(a)
	if err != nil && a.route.Public == "" {
		return err
	}
	if a.route.Permission != "" && !a.Person.Can(a.route.Permission) {
		return s.c.Accounts.Deny(a.Context(), a.Person, a.route.Permission, a.Method+" "+a.URL.Path)
	}
	return nil
}

// finish writes the one log line of a request.
func (s *Shell) finish(rec *record, r *http.Request, start time.Time) {
	took := s.c.Now().Sub(start)
	if rec.status == 0 {
		rec.status = http.StatusOK
	}
	level := slog.LevelInfo
	if rec.status >= 500 {
		level = slog.LevelError
	}
	if rec.pattern == "static" && rec.status < 400 {
		level = slog.LevelDebug
	}
	attrs := []slog.Attr{
		slog.String("request", rec.id), slog.String("method", r.Method), slog.String("path", r.URL.Path),
		slog.Int("status", rec.status), slog.Int64("bytes", rec.bytes), slog.Duration("took", took),
		slog.String("ip", clientIP(r)),
	}
	if rec.person != "" {
		attrs = append(attrs, slog.String("person", rec.person))
	}
	if rec.err != nil && !errors.Is(rec.err, context.Canceled) {
		attrs = append(attrs, slog.String("error", rec.err.Error()))
	}
	s.c.Log.LogAttrs(r.Context(), level, "request", attrs...)
	if s.c.Observe != nil {
		s.c.Observe(Served{r.Method, rec.pattern, rec.status, took, rec.bytes})
	}
}

// clientIP is the peer's address. A proxy in front is taken at its word only by
// the server that knows it, which rewrites RemoteAddr.
func clientIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

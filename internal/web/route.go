package web

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"ballast/internal/access"
)

// Route is one page action. Exactly one of Permission, SignedIn and Public says
// who may use it; a route without any does not build.
type Route struct {
	Method     string            // GET or POST
	Pattern    string            // as in http.ServeMux, without method and host: "/enterprises/{id}"
	Permission access.Permission // the right a person must hold
	SignedIn   string            // why every signed-in person may, for pages about oneself
	Public     string            // why anyone may
	Page       func(*Ask) error  // answers the request, or returns a fault

	// MaxBody is the greatest request body in bytes; 0 means 1 MiB. Routes that
	// take uploads state their own.
	MaxBody int64
	// Timeout ends the request's context; 0 means 30 s. Long work belongs into a
	// job with a Progress, not into a longer timeout.
	Timeout time.Duration
}

// Section is what one room of windows hands to the shell.
type Section struct {
	Name      string // for messages: "office"
	Routes    []Route
	Templates fs.FS  // holds *.html at its root; nil when the section renders nothing
	Pages     []Page // one zero value of every page struct, so that all are checked
}

const (
	defaultMaxBody = 1 << 20
	defaultTimeout = 30 * time.Second
)

// check reports everything wrong with the route itself.
func (r Route) check() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		bad("method %q: pages answer GET and POST only", r.Method)
	}
	if !strings.HasPrefix(r.Pattern, "/") {
		bad("pattern %q must begin with /", r.Pattern)
	}
	if r.Page == nil {
		bad("no page function")
	}
	switch n := count(r.Permission != "", r.SignedIn != "", r.Public != ""); n {
	case 1:
	case 0:
		bad("no permission row: set Permission, or give the reason in SignedIn or Public")
	default:
		bad("%d of Permission, SignedIn and Public are set; exactly one must be", n)
	}
	if _, known := access.Find(r.Permission); r.Permission != "" && !known {
		bad("permission %q is not in the permission table of access", r.Permission)
	}
	if r.MaxBody < 0 || r.Timeout < 0 {
		bad("MaxBody and Timeout cannot be negative")
	}
	if len(errs) == 0 {
		return nil
	}
	return fmt.Errorf("route %s %s: %w", r.Method, r.Pattern, errors.Join(errs...))
}

func count(bs ...bool) int {
	n := 0
	for _, b := range bs {
		if b {
			n++
		}
	}
	return n
}

// CheckRoutes reports every fault of the sections' route tables at once: a row
// without permission, a bad pattern, two rows that collide.
func CheckRoutes(sections []Section) error {
	var errs []error
	mux := http.NewServeMux()
	for _, s := range sections {
		for _, r := range s.Routes {
			err := r.check()
			if err == nil {
				err = register(mux, r, http.NotFoundHandler())
			}
			if err != nil {
				errs = append(errs, fmt.Errorf("section %s: %w", s.Name, err))
			}
		}
	}
	return errors.Join(errs...)
}

// register turns the mux's panic about a bad or colliding pattern into an error.
// "GET /" style patterns that end in a slash match only themselves: a page is
// never a catch-all.
func register(mux *http.ServeMux, r Route, h http.Handler) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("route %s %s: %v", r.Method, r.Pattern, v)
		}
	}()
	pattern := r.Pattern
	if strings.HasSuffix(pattern, "/") {
		pattern += "{$}"
	}
	mux.Handle(r.Method+" "+pattern, h)
	return nil
}

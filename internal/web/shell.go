package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"ballast/internal/access"
)

// Config is everything the shell is given. Nothing in it changes after [New].
type Config struct {
	Accounts *access.Access
	App      App
	Nav      []NavGroup
	Sections []Section
	// Place names in Chinese the district, department, chain or firm a person
	// belongs to, for the bar; nil or "" leaves only the role.
	Place func(access.Person) string

	Now    func() time.Time
	Log    *slog.Logger
	Boot   string // distinguishes this process in request ids; letters and digits
	Secure bool   // the browser reaches us by https: cookies are Secure and __Host-
	// Trusted lists further origins that may post to us, such as a portal in
	// front: "https://gxj.example.gov.cn".
	Trusted []string

	// Demo lists the accounts the sign-in page offers; only a demo city has any.
	Demo []DemoAccount
	// Building is asked while the first start still builds; nil when nothing does.
	Building Building
	// Observe is told about every answered request, for metrics; may be nil.
	Observe func(Served)
}

// Served is one answered request, for metrics.
type Served struct {
	Method  string
	Pattern string // of the route; "static" or "none" where there is no route
	Status  int
	Took    time.Duration
	Bytes   int64
}

// Shell is the http.Handler of all pages. It is safe for concurrent use and owns
// no goroutine.
type Shell struct {
	c       Config
	views   *views
	static  *static
	handler http.Handler
	seq     atomic.Uint64
}

// New builds the handler: the shell's own pages and all sections. It fails, with
// every reason at once, when a route has no permission row, a route collides
// with another, or a template is missing or broken.
func New(c Config) (*Shell, error) {
	if c.Accounts == nil || c.Now == nil || c.Log == nil {
		return nil, errors.New("web.New: Accounts, Now and Log are required")
	}
	s := &Shell{c: c}
	sections := append([]Section{s.own()}, c.Sections...)
	if err := CheckRoutes(sections); err != nil {
		return nil, fmt.Errorf("web.New: %w", err)
	}
	var err error
	if s.static, err = newStatic(); err != nil {
		return nil, fmt.Errorf("web.New: %w", err)
	}
	if s.views, err = parseViews(sections, s.funcs()); err != nil {
		return nil, fmt.Errorf("web.New: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", s.static)
	for _, sec := range sections {
		for _, r := range sec.Routes {
			if err := register(mux, r, s.page(r)); err != nil {
				return nil, fmt.Errorf("web.New: %w", err)
			}
		}
	}
	if s.handler, err = s.wrap(mux); err != nil {
		return nil, fmt.Errorf("web.New: %w", err)
	}
	return s, nil
}

// ServeHTTP answers one request.
func (s *Shell) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// fill gives the layout what only the shell knows.
func (s *Shell) fill(a *Ask, b *Base) {
	b.App, b.Path, b.RequestID, b.Now = s.c.App, a.URL.Path, a.rec.id, s.c.Now()
	if !a.Person.Can(access.Search) {
		b.App.SearchTo = "" // a box that answers 403 is a trap
	}
	b.Flash = s.takeFlash(a)
	if !a.SignedIn() {
		return
	}
	badge := s.badge(a.Person)
	b.User, b.Idle = &badge, int(a.Person.IdleAt.Sub(b.Now).Seconds())
	if !b.Bare && !a.Live() {
		b.Nav = s.nav(a)
	}
}

// badge is the person as the bar shows him.
func (s *Shell) badge(p access.Person) Badge {
	b := Badge{Name: p.Name, Role: p.Role.Label(), Why: p.Scope().Why()}
	if s.c.Place != nil {
		if place := s.c.Place(p); place != "" {
			b.Role = place + " · " + b.Role
		}
	}
	return b
}

// nav returns the navigation of this person: entries he may open, groups that
// have any, the longest entry that leads here marked.
func (s *Shell) nav(a *Ask) []NavGroup {
	var out []NavGroup
	best := ""
	for _, g := range s.c.Nav {
		shown := NavGroup{Title: g.Title}
		for _, it := range g.Items {
			if it.Permission != "" && !a.Person.Can(it.Permission) {
				continue
			}
			if under(a.URL.Path, it.Path) && len(it.Path) > len(best) {
				best = it.Path
			}
			if it.Badge != nil {
				n, err := it.Badge(a.Context(), a.Person)
				if err != nil {
					s.c.Log.Warn("navigation badge", "path", it.Path, "request", a.rec.id, "error", err)
				}
				it.Count = n
			}
			shown.Items = append(shown.Items, it)
		}
		if len(shown.Items) > 0 {
			out = append(out, shown)
		}
	}
	for i := range out {
		for j := range out[i].Items {
			out[i].Items[j].Current = out[i].Items[j].Path == best
		}
	}
	return out
}

// under reports whether path is the entry's page or one below it.
func under(path, entry string) bool {
	return path == entry || entry != "/" && len(path) > len(entry) && path[:len(entry)] == entry && path[len(entry)] == '/'
}

package web

import (
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"math"
	"path"
	"reflect"
)

//go:embed templates/*.html
var ownTemplates embed.FS

// views holds one parsed template set per page struct: the shell's layout and
// components plus the page's own file.
type views struct {
	byType map[reflect.Type]*template.Template
}

// parseViews parses everything once. Every page of every section is parsed now,
// so a missing or broken template stops the start and not a user.
func parseViews(sections []Section, funcs template.FuncMap) (*views, error) {
	shared, err := template.New("").Funcs(funcs).Option("missingkey=error").
		ParseFS(ownTemplates, "templates/layout.html", "templates/components.html")
	if err != nil {
		return nil, err
	}
	v := &views{byType: map[reflect.Type]*template.Template{}}
	var errs []error
	for _, s := range sections {
		for _, p := range s.Pages {
			t, err := parsePage(shared, s, p)
			if err != nil {
				errs = append(errs, fmt.Errorf("section %s, page %T: %w", s.Name, p, err))
				continue
			}
			v.byType[reflect.TypeOf(p)] = t
		}
	}
	return v, errors.Join(errs...)
}

func parsePage(shared *template.Template, s Section, p Page) (*template.Template, error) {
	if s.Templates == nil {
		return nil, fmt.Errorf("the section has no Templates")
	}
	t, err := shared.Clone()
	if err != nil {
		return nil, err
	}
	// A section may keep blocks shared by its pages in files that begin with "_".
	common, err := fs.Glob(s.Templates, "_*.html")
	if err != nil {
		return nil, err
	}
	files := append(common, p.Template())
	if t, err = t.ParseFS(s.Templates, files...); err != nil {
		return nil, err
	}
	if t.Lookup("content") == nil {
		return nil, fmt.Errorf(`%s must {{define "content"}}`, p.Template())
	}
	return t, nil
}

// render executes a block of the page's template. block "layout" is the whole
// page.
func (v *views) render(w io.Writer, p Page, block string) error {
	t, ok := v.byType[reflect.TypeOf(p)]
	if !ok {
		return fmt.Errorf("page %T is not listed in Section.Pages", p)
	}
	if err := t.ExecuteTemplate(w, block, p); err != nil {
		return fmt.Errorf("template %s: %w", p.Template(), err)
	}
	return nil
}

// Templates parses the sections as [New] does and returns every page's template
// by the page's type, for tests that type-check templates against their structs.
func Templates(sections ...Section) (map[reflect.Type]*template.Template, error) {
	st, err := newStatic()
	if err != nil {
		return nil, err
	}
	s := &Shell{static: st}
	v, err := parseViews(append([]Section{s.own()}, sections...), s.funcs())
	if err != nil {
		return nil, err
	}
	return v.byType, nil
}

// Sections returns the shell's own section and the given ones, for tests that
// hold something for every route.
func Sections(sections ...Section) []Section {
	return append([]Section{(&Shell{}).own()}, sections...)
}

// funcs are the functions templates may call. Formatting functions are the
// exported ones of format.go under short names.
func (s *Shell) funcs() template.FuncMap {
	return template.FuncMap{
		"asset":   s.static.path,
		"num":     numText,
		"signed":  signedText,
		"int":     intText,
		"money":   Money,
		"bytes":   Bytes[int64],
		"date":    Date,
		"instant": Instant,
		"clock":   Clock,
		"dash":    Dash,
		"bar":     func(share float64) int { return int(max(0, min(1, share))*100 + 0.5) },
		"low":     func(share float64) bool { return share < lowShare },
		"dict":    dict,
		"ext":     path.Ext,
	}
}

// lowShare is where a bar changes colour to draw the eye; it judges nothing.
const lowShare = 0.6

// dict builds a small map for a component call that needs two values.
func dict(kv ...any) (map[string]any, error) {
	if len(kv)%2 != 0 {
		return nil, errors.New("dict: key without value")
	}
	m := make(map[string]any, len(kv)/2)
	for i := 0; i < len(kv); i += 2 {
		k, ok := kv[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: key %v is no string", kv[i])
		}
		m[k] = kv[i+1]
	}
	return m, nil
}

// numText is Number for templates, where a value may also be a count or a pointer
// that is nil when the value is missing.
func numText(v any, decimals int) (string, error) {
	f, err := toFloat(v)
	return Number(f, decimals), err
}

func signedText(v any, decimals int) (string, error) {
	f, err := toFloat(v)
	return Signed(f, decimals), err
}

func intText(v any) (string, error) { return numText(v, 0) }

func toFloat(v any) (float64, error) {
	switch n := v.(type) {
	case float64:
		return n, nil
	case *float64:
		if n == nil {
			return math.NaN(), nil
		}
		return *n, nil
	case int:
		return float64(n), nil
	case int64:
		return float64(n), nil
	}
	return 0, fmt.Errorf("%T is no number", v)
}

package webtest

import (
	"reflect"
	"slices"
	"testing"

	"ballast/internal/web"

	"github.com/jba/templatecheck"
)

// Templates type-checks every template of the sections, and the shell's own,
// against its page struct: a field that was renamed fails here and not before a
// user.
func Templates(t *testing.T, sections ...web.Section) {
	t.Helper()
	byType, err := web.Templates(sections...)
	if err != nil {
		t.Fatal(err)
	}
	for typ, tmpl := range byType {
		page := reflect.New(typ.Elem()).Interface()
		for _, block := range []string{"layout", "content"} {
			if err := templatecheck.CheckHTML(tmpl.Lookup(block), page); err != nil {
				t.Errorf("webtest: page %s: %v", typ, err)
			}
		}
	}
}

// Unvisited fails for every route of the sections that no script has asked for
// since Serve: a page without a page script is a page nobody tests. Call it after
// Scripts. except names "METHOD pattern" rows that a script cannot reach.
func (s *Site) Unvisited(t *testing.T, sections []web.Section, except ...string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sec := range sections {
		for _, r := range sec.Routes {
			key := r.Method + " " + r.Pattern
			switch visited := s.visited[key]; {
			case !visited && !slices.Contains(except, key):
				t.Errorf("webtest: section %s: no script asks for %s", sec.Name, key)
			case visited && slices.Contains(except, key):
				t.Errorf("webtest: section %s: %s is asked for; delete its exception", sec.Name, key)
			}
		}
	}
}

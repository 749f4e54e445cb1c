package composite

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "rewrite generated pages")

func TestMethodsPage(t *testing.T) {
	path := filepath.Join("..", "docs", "composite-methods.md")
	if *update {
		if err := os.WriteFile(path, []byte(MethodsPage()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != MethodsPage() {
		t.Errorf("docs/composite-methods.md differs from the method table (%v): run go test ./composite -run MethodsPage -update", err)
	}
}

func TestMethodTableIsComplete(t *testing.T) {
	seen := map[string]bool{}
	titled := map[Kind]bool{}
	for _, k := range kindTitles {
		titled[k.kind] = true
	}
	for _, m := range Methods {
		id := string(m.Kind) + "/" + m.Name
		if seen[id] || m.Name == "" || m.Doc == "" || m.Source == "" || !titled[m.Kind] {
			t.Errorf("row %q is repeated or incomplete: %+v", id, m)
		}
		seen[id] = true
		if (m.Kind == KindNormalise || m.Kind == KindScore) && m.fitter.curve == nil {
			t.Errorf("%s has no implementation", id)
		}
		if m.Kind == KindAggregate && m.mean == nil && m.Name != "copeland" {
			t.Errorf("%s has no implementation", id)
		}
		for _, p := range m.Parameters {
			if p.Name == "" || p.Doc == "" {
				t.Errorf("%s has an unexplained parameter", id)
			}
		}
	}
}

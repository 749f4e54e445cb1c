package pack

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"ballast/internal/fault"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write the messages of fixtures; read every change")

// base returns the smallest good pack.
func base(t *testing.T) fstest.MapFS {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/base.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for _, f := range archive.Files {
		files[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return files
}

// fixture applies a fixture's edits to the base pack and returns it with the
// messages it must give.
func fixture(t *testing.T, name string) (files fstest.MapFS, want string) {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	files = base(t)
	for _, f := range archive.Files {
		verb, path, _ := strings.Cut(f.Name, " ")
		switch verb {
		case "add":
			files[path] = &fstest.MapFile{Data: f.Data}
		case "edit":
			from, to, ok := strings.Cut(strings.TrimSuffix(string(f.Data), "\n"), "\n=>\n")
			from = strings.TrimSuffix(from, "\n")
			old := string(files[path].Data)
			if !ok || !strings.Contains(old, from) {
				t.Fatalf("%s: the edit of %s finds nothing to change: %q", name, path, from)
			}
			files[path] = &fstest.MapFile{Data: []byte(strings.Replace(old, from, strings.TrimSuffix(to, "\n"), 1))}
		case "want":
			want = string(f.Data)
		default:
			t.Fatalf("%s: unknown section %q", name, f.Name)
		}
	}
	return files, want
}

func problemsOf(t *testing.T, files fs.FS) Problems {
	t.Helper()
	_, err := Load(files)
	if err == nil {
		return nil
	}
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatalf("not a list of problems: %v", err)
	}
	return problems
}

func TestTheBasePackIsSound(t *testing.T) {
	if problems := problemsOf(t, base(t)); problems != nil {
		t.Fatal(problems)
	}
}

func TestBadFixturesGiveTheirExactMessages(t *testing.T) {
	names, err := filepath.Glob("testdata/*/*.bad.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			files, want := fixture(t, name)
			problems := problemsOf(t, files)
			got := problems.Error() + "\n"
			if *update {
				rewrite(t, name, got)
				return
			}
			if got != want || len(problems) == 0 {
				t.Errorf("got:\n%swant:\n%s", got, want)
			}
			if dir := filepath.Base(filepath.Dir(name)); dir == "lint" {
				rule := strings.TrimSuffix(filepath.Base(name), ".bad.txtar")
				if !hasRule(problems, rule) {
					t.Errorf("no problem of the rule %s", rule)
				}
			}
		})
	}
}

func hasRule(problems Problems, rule string) bool {
	for _, p := range problems {
		if p.Rule == rule {
			return true
		}
	}
	return false
}

func rewrite(t *testing.T, name, want string) {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for i := range archive.Files {
		if archive.Files[i].Name == "want" {
			archive.Files[i].Data = []byte(want)
		}
	}
	if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestGoodFixturesPass(t *testing.T) {
	names, err := filepath.Glob("testdata/lint/*.good.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			files, _ := fixture(t, name)
			if problems := problemsOf(t, files); problems != nil {
				t.Error(problems)
			}
		})
	}
}

func TestEveryLintRuleHasBothFixtures(t *testing.T) {
	for _, r := range lintRules {
		for _, kind := range []string{".good.txtar", ".bad.txtar"} {
			if _, err := os.Stat("testdata/lint/" + r.name + kind); err != nil {
				t.Errorf("rule %s has no fixture: %v", r.name, err)
			}
		}
	}
}

func TestNoPackIsNotFound(t *testing.T) {
	if _, err := Load(fstest.MapFS{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v, want fault.NotFound", err)
	}
	if _, err := Load(os.DirFS("testdata/nowhere")); !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v, want fault.NotFound", err)
	}
}

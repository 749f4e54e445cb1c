package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// file is one parsed Go file of the repository.
type file struct {
	path    string // from the root, slashes
	room    string // its folder: "internal/web", "uscc", "." for the root
	test    bool   // _test.go, or a package that only tests import
	src     []byte
	lines   int
	ast     *ast.File
	imports []imported
}

type imported struct {
	path string
	line int
}

// helpers are packages that only tests import; they are held to the rules of
// tests.
var helpers = []string{"internal/db/dbtest", "internal/web/webtest", "internal/house"}

var tree = sync.OnceValues(parseTree)

var fset = token.NewFileSet()

// root is the top of the repository.
func root(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		t.Fatalf("house: %s is not the repository: %v", dir, err)
	}
	return dir
}

// skipped folders hold nothing of ours.
func skipped(name string) bool {
	return name == "testdata" || name == "node_modules" || name == "dist" || name == "vendor" || strings.HasPrefix(name, ".") && name != "." && name != ".ci"
}

// otherModule reports whether a folder below the root is a module of its own,
// such as a comparison with other people's packages; it keeps its own rules.
func otherModule(p string) bool {
	_, err := os.Stat(filepath.Join("../..", p, "go.mod"))
	return p != "." && err == nil
}

func parseTree() ([]*file, error) {
	var out []*file
	err := fs.WalkDir(os.DirFS("../.."), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if skipped(d.Name()) || otherModule(p) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") {
			return nil
		}
		src, err := os.ReadFile(filepath.Join("../..", p))
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(fset, p, src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		f := &file{path: p, room: path.Dir(p), src: src, ast: parsed, lines: strings.Count(string(src), "\n")}
		f.test = strings.HasSuffix(p, "_test.go") || slices.Contains(helpers, f.room)
		for _, im := range parsed.Imports {
			name, err := strconv.Unquote(im.Path.Value)
			if err != nil {
				return err
			}
			f.imports = append(f.imports, imported{name, line(im)})
		}
		out = append(out, f)
		return nil
	})
	return out, err
}

func files(t testing.TB) []*file {
	t.Helper()
	out, err := tree()
	if err != nil {
		t.Fatalf("house: %v", err)
	}
	return out
}

func line(n ast.Node) int { return fset.Position(n.Pos()).Line }

// rooms returns every folder that holds Go files, in order.
func rooms(fs []*file) []string {
	var out []string
	for _, f := range fs {
		if !slices.Contains(out, f.room) {
			out = append(out, f.room)
		}
	}
	slices.Sort(out)
	return out
}

// exceptions is a list of rows with reasons in which every row must be needed.
type exceptions struct {
	rows map[string]string // what → why
	used map[string]bool
}

func allow(rows map[string]string) *exceptions {
	return &exceptions{rows, map[string]bool{}}
}

// has reports whether what is excepted, and remembers that the row is needed.
func (e *exceptions) has(what string) bool {
	if e.rows[what] == "" {
		return false
	}
	e.used[what] = true
	return true
}

// stale fails for rows that nothing needs any more.
func (e *exceptions) stale(t *testing.T, list string) {
	t.Helper()
	for what := range e.rows {
		if !e.used[what] {
			t.Errorf("%s: the row %q is no longer needed; delete it", list, what)
		}
	}
}

package house

import (
	"bytes"
	"go/ast"
	"go/format"
	"slices"
	"strings"
	"testing"
)

// Every room has a doc.go whose package comment is its manual.
func TestEveryRoomHasADoc(t *testing.T) {
	docs := map[string]bool{}
	for _, f := range files(t) {
		if f.ast.Doc != nil && (strings.HasSuffix(f.path, "/doc.go") || f.ast.Name.Name == "main" || slices.Contains(helpers, f.room)) {
			docs[f.room] = true
		}
	}
	for _, r := range rooms(files(t)) {
		if r != "." && !docs[r] {
			t.Errorf("%s/doc.go:1: write a package comment there: what is kept here, life cycle, door, what it never does", r)
		}
	}
}

// Every exported symbol says what it means.
func TestExportedSymbolsAreDocumented(t *testing.T) {
	for _, f := range files(t) {
		if strings.HasSuffix(f.path, "_test.go") || f.ast.Name.Name == "main" {
			continue
		}
		for _, d := range f.ast.Decls {
			for _, name := range undocumented(d) {
				t.Errorf("%s:%d: %s is exported without a comment; say what it means, its unit, its errors", f.path, line(d), name)
			}
		}
	}
}

func undocumented(d ast.Decl) []string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) && !obvious(d) {
			return []string{d.Name.Name}
		}
	case *ast.GenDecl:
		var out []string
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && d.Doc == nil && s.Doc == nil {
					out = append(out, s.Name.Name)
				}
			case *ast.ValueSpec:
				for _, n := range s.Names {
					if n.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
						out = append(out, n.Name)
					}
				}
			}
		}
		return out
	}
	return nil
}

// obvious methods fulfil interfaces every Go reader knows.
func obvious(d *ast.FuncDecl) bool {
	return d.Recv != nil && slices.Contains([]string{"Error", "String", "Unwrap", "Is", "As", "Len", "Less", "Swap", "Template", "ServeHTTP"}, d.Name.Name)
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	e := d.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return false
		}
	}
}

// Limits of size; the tails, not the medians, are what makes code hard to read.
const (
	maxFunc   = 80
	maxFile   = 500
	maxParams = 4
)

func TestFunctionsAndFilesAreShort(t *testing.T) {
	exempt := allow(longExceptions)
	for _, f := range files(t) {
		if f.test {
			continue
		}
		if f.lines > maxFile && !exempt.has(f.path) {
			t.Errorf("%s:%d: the file has %d lines, over %d; split it by noun and verb", f.path, maxFile, f.lines, maxFile)
		}
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			name := f.path + " " + fn.Name.Name
			if n := fset.Position(fn.End()).Line - line(fn) + 1; n > maxFunc && !exempt.has(name) {
				t.Errorf("%s:%d: %s has %d lines, over %d; name its parts", f.path, line(fn), fn.Name.Name, n, maxFunc)
			}
			if n := values(fn); n > maxParams && !exempt.has(name+" parameters") {
				t.Errorf("%s:%d: %s takes %d values, over %d; make a struct of what belongs together", f.path, line(fn), fn.Name.Name, n, maxParams)
			}
		}
	}
	exempt.stale(t, "longExceptions (internal/house/rooms_test.go)")
}

// values counts the parameters that a caller must think about. Context,
// transaction, reader and scope lead every list in the same order and are not
// counted.
func values(fn *ast.FuncDecl) int {
	n := 0
	for _, p := range fn.Type.Params.List {
		t := p.Type
		if star, ok := t.(*ast.StarExpr); ok {
			t = star.X
		}
		if sel, ok := t.(*ast.SelectorExpr); ok && slices.Contains([]string{"Context", "Tx", "Queryer", "Scope", "Person"}, sel.Sel.Name) {
			continue
		}
		n += max(1, len(p.Names))
	}
	return n
}

// longExceptions may only shrink: "file", "file Func" or "file Func parameters".
var longExceptions = map[string]string{
	"internal/observe/mapping.go take parameters":                "5 values, before the rule",
	"internal/demo/town/values.go fitInto parameters":            "5 values, before the rule",
	"internal/evaluate/evaluate.go recompute parameters":         "5 values, before the rule",
	"internal/evaluate/round_store.go insertSnapshot parameters": "5 values, before the rule",
	"internal/rule/compile.go link parameters":                   "5 values, before the rule",
	"internal/rule/kernels_flag.go firstReason parameters":       "5 values, before the rule",
	"internal/rule/kernels_num.go notFinite4 parameters":         "5 values, before the rule",
	"internal/rule/kernels_num_rows.go firstMissing parameters":  "5 values, before the rule",
	"internal/rule/library_num.go roundsAway parameters":         "5 values, before the rule",
}

// Clock, chance and environment enter the program in cmd and nowhere else.
func TestClockAndChanceAreGiven(t *testing.T) {
	exempt := allow(clockExceptions)
	for _, f := range files(t) {
		if f.test || strings.HasPrefix(f.path, "cmd/") || f.room == "." {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if what, cure := worldly(f, n); what != "" && !exempt.has(f.path+" "+what) {
				t.Errorf("%s:%d: %s outside cmd; %s", f.path, line(n), what, cure)
			}
			return true
		})
	}
	exempt.stale(t, "clockExceptions (internal/house/rooms_test.go)")
}

// clockExceptions lists "file what" with the reason.
var clockExceptions = map[string]string{}

// worldly names the use of clock, chance or environment at n, and the cure.
func worldly(f *file, n ast.Node) (what, cure string) {
	sel, ok := n.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	pkg, ok := sel.X.(*ast.Ident)
	if !ok {
		return "", ""
	}
	name := sel.Sel.Name
	switch importOf(f, pkg.Name) {
	case "time":
		if name == "Now" || name == "Since" || name == "Until" {
			return "time." + name, "take the time as an argument"
		}
	case "os":
		if name == "Getenv" || name == "LookupEnv" || name == "Environ" {
			return "os." + name, "take the value as an argument"
		}
	case "crypto/rand":
		return "crypto/rand." + name, "take an io.Reader as an argument"
	case "math/rand", "math/rand/v2":
		if !slices.Contains([]string{"New", "NewPCG", "NewChaCha8", "NewSource", "NewZipf", "Rand", "Source", "PCG", "ChaCha8", "Zipf"}, name) {
			return "rand." + name, "take a seeded *rand.Rand as an argument"
		}
	}
	return "", ""
}

// importOf returns the import path behind a package name in f; "" when there is
// none.
func importOf(f *file, name string) string {
	for _, im := range f.ast.Imports {
		p := strings.Trim(im.Path.Value, `"`)
		last := p[strings.LastIndex(p, "/")+1:]
		if last == "v2" {
			last = p[:strings.LastIndex(p, "/")]
			last = last[strings.LastIndex(last, "/")+1:]
		}
		if im.Name != nil && im.Name.Name == name || im.Name == nil && last == name {
			return p
		}
	}
	return ""
}

// Only the pen may hold the writing half of the database.
func TestOnlyThePenWrites(t *testing.T) {
	for _, f := range files(t) {
		if f.test || f.room == "internal/db" || f.room == "internal/audit" || strings.HasPrefix(f.path, "cmd/") {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != "Writer" {
				return true
			}
			if pkg, ok := sel.X.(*ast.Ident); ok && importOf(f, pkg.Name) == "ballast/internal/db" {
				t.Errorf("%s:%d: db.Writer is named; take an *audit.Pen and write inside Pen.Do", f.path, line(n))
			}
			return true
		})
	}
}

// Nothing happens by importing: no init functions.
func TestNoInit(t *testing.T) {
	for _, f := range files(t) {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s:%d: init function; call it, or write a literal table", f.path, line(fn))
			}
		}
	}
}

func TestFormatted(t *testing.T) {
	for _, f := range files(t) {
		want, err := format.Source(f.src)
		if err != nil {
			t.Errorf("%s:1: %v", f.path, err)
			continue
		}
		if bytes.Equal(want, f.src) {
			continue
		}
		a, b := bytes.Split(f.src, []byte("\n")), bytes.Split(want, []byte("\n"))
		for i := range min(len(a), len(b)) {
			if !bytes.Equal(a[i], b[i]) {
				t.Errorf("%s:%d: not gofmt's form; run gofmt -w on it", f.path, i+1)
				break
			}
		}
	}
}

// Work left undone is an issue, not a comment.
func TestNoUnfinishedNotes(t *testing.T) {
	for _, f := range files(t) {
		for _, g := range f.ast.Comments {
			for _, c := range g.List {
				for _, word := range []string{"TO" + "DO", "FIX" + "ME", "XX" + "X:"} {
					if strings.Contains(c.Text, word) && !strings.Contains(c.Text, "#") {
						t.Errorf("%s:%d: %s without an issue number; file the issue and cite it as #N, or do it", f.path, line(c), word)
					}
				}
			}
		}
	}
}

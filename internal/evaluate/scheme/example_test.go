package scheme

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"ballast/internal/pack"
)

// shipped loads the packs once: they are immutable, and loading compiles
// hundreds of expressions.
var shipped struct {
	sync.Once
	packs map[string]*pack.Pack
}

// packs returns every shipped pack.
func packs(t *testing.T) map[string]*pack.Pack {
	t.Helper()
	shipped.Do(func() { shipped.packs = loadPacks(t) })
	return shipped.packs
}

func loadPacks(t *testing.T) map[string]*pack.Pack {
	t.Helper()
	out := map[string]*pack.Pack{}
	for _, pattern := range []string{"../../../packs/*/pack.yaml", "../../../packs/examples/*/pack.yaml"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			dir := filepath.Dir(name)
			p, err := pack.Load(os.DirFS(dir))
			if err != nil {
				t.Fatalf("%s:\n%v", dir, err)
			}
			out[filepath.Base(dir)] = p
		}
	}
	if len(out) < 8 {
		t.Fatalf("only %d packs found", len(out))
	}
	return out
}

func TestEveryWorkedExampleOfEveryPackPasses(t *testing.T) {
	for name, p := range packs(t) {
		outcomes, err := RunExamples(context.Background(), p)
		if err != nil {
			t.Fatal(err)
		}
		if len(outcomes) == 0 {
			t.Errorf("%s has no worked example", name)
		}
		for _, o := range outcomes {
			if o.Checked == 0 {
				t.Errorf("%s: %s checks nothing", name, o.Example.Name)
			}
			for _, f := range o.Failures {
				t.Errorf("%s: %s: %s", name, o.Example.Name, f)
			}
		}
	}
}

// overlay replaces text in one file of a pack on disk.
type overlay struct {
	fs.FS
	name, from, to string
}

func (o overlay) Open(name string) (fs.File, error) {
	if name != o.name {
		return o.FS.Open(name)
	}
	raw, err := fs.ReadFile(o.FS, name)
	if err != nil {
		return nil, err
	}
	return fstest.MapFS{name: {Data: []byte(strings.Replace(string(raw), o.from, o.to, 1))}}.Open(name)
}

// A wrong expectation must fail, and say where, what was wanted and what came.
func TestAWrongExpectationFailsWithItsPlace(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"total: 78", "total: 79", "企业“甲”总分应为 79，算得 78"},
		{"class: T, rank: 0", "class: U, rank: 0", "企业“供水公司”不评级类别应为 U，算得 T"},
		{"A: 4, B: 8", "A: 5, B: 8", "above 的 A 档家数应为 5，算得 4"},
		{"scores: {tax_per_mu: 33.75", "scores: {tax_per_mu: 33.7501", "得分 tax_per_mu应为 33.7501，算得 33.75"},
	} {
		p, err := pack.Load(overlay{os.DirFS("../../../packs/examples/huaian"), "tests/huaian.yaml", c.from, c.to})
		if err != nil {
			t.Fatal(err)
		}
		outcomes, err := RunExamples(context.Background(), p)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, o := range outcomes {
			for _, f := range o.Failures {
				all = append(all, f.String())
			}
		}
		if len(all) != 1 || !strings.Contains(all[0], c.want) || !strings.HasPrefix(all[0], "tests/huaian.yaml:") {
			t.Errorf("changing %q to %q gave %q, want %q", c.from, c.to, all, c.want)
		}
	}
}

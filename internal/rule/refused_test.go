package rule

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ballast/internal/fault"
)

// refusedSchema has the fields the fixtures speak of.
func refusedSchema(t testing.TB) *Schema {
	t.Helper()
	s, err := NewSchema([]Field{
		{"tax", Number, "税收", "万元"}, {"land", Number, "用地面积", "亩"}, {"tax_per_mu", Number, "亩均税收", "万元/亩"},
		{"hightech", Bool, "高新技术企业", ""}, {"code", String, "行业代码", ""}, {"founded", String, "成立日期", ""},
		{"twin_a", Number, "同名", ""}, {"twin_b", Number, "同名", ""},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestRefused compiles every fixture of testdata/refused as a condition. A
// fixture is an expression, a line of three dashes and the exact message.
func TestRefused(t *testing.T) {
	files, err := filepath.Glob("testdata/refused/*.txt")
	if err != nil || len(files) < 70 {
		t.Fatalf("%d fixtures, %v", len(files), err)
	}
	s := refusedSchema(t)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			src, want, ok := strings.Cut(string(text), "\n---\n")
			if !ok {
				t.Fatal("no line of dashes")
			}
			_, err = Compile(s, src, Bool)
			if err == nil {
				t.Fatalf("accepted: %s", src)
			}
			if got := err.Error() + "\n"; got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if AsError(err) == nil || !fault.Is(err, fault.Invalid) {
				t.Errorf("the error must list issues and be a fault of kind Invalid: %T", err)
			}
		})
	}
}

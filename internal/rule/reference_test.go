package rule

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var writeReference = flag.Bool("write-reference", false, "write docs/rules.md")

// TestReferenceIsCurrent compares docs/rules.md with the tables.
func TestReferenceIsCurrent(t *testing.T) {
	const path = "../../docs/rules.md"
	if *writeReference {
		if err := os.WriteFile(path, []byte(Reference()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != Reference() {
		t.Error("docs/rules.md is not what the library says; run: go test ./internal/rule -run Reference -args -write-reference")
	}
}

// TestEveryFunctionIsDocumentedAndItsExampleCompiles keeps the table complete.
func TestEveryFunctionIsDocumentedAndItsExampleCompiles(t *testing.T) {
	numbers := strings.Fields(`land_mu energy_tce rd_expense patents score tax vat income_tax other_tax rd_2024 rd_2025 change years_held
		share n now before debt_ratio revenue revenue_last rd_ratio k l`)
	var fields []Field
	for _, name := range numbers {
		fields = append(fields, Field{Name: name, Type: Number})
	}
	for _, name := range []string{"has_lab", "has_iso9001", "has_brand"} {
		fields = append(fields, Field{Name: name, Type: Bool})
	}
	for _, name := range []string{"industry", "founded", "as_of", "started"} {
		fields = append(fields, Field{Name: name, Type: String})
	}
	s, err := NewSchema(fields)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, f := range library {
		if f.zh == "" || f.docZh == "" || f.docEn == "" || f.introduced == "" || seen[f.name] {
			t.Errorf("%s: incomplete or repeated row", f.name)
		}
		seen[f.name] = true
		impls := 0
		for _, set := range []bool{f.num != nil, f.pred != nil, f.pick != nil, f.special != strict} {
			if set {
				impls++
			}
		}
		if impls != 1 {
			t.Errorf("%s: %d implementations", f.name, impls)
		}
		if !strings.Contains(f.example, f.name+"(") {
			t.Errorf("%s: the example shows something else: %s", f.name, f.example)
		}
		if _, err := Compile(s, f.example, Any); err != nil {
			t.Errorf("%s:\n%v", f.name, err)
		}
	}
}

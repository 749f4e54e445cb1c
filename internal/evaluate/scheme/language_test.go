package scheme

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"
)

// The page docs/scheme-language.md promises a worked example for every
// capability. The promise is kept only while the examples exist and pass.
func TestEveryExampleOfTheLanguagePageExistsAndPasses(t *testing.T) {
	raw, err := os.ReadFile("../../../docs/scheme-language.md")
	if err != nil {
		t.Fatal(err)
	}
	passed := map[string]bool{}
	for name, p := range packs(t) {
		outcomes, err := RunExamples(context.Background(), p)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range outcomes {
			passed[name+": "+o.Example.Name] = len(o.Failures) == 0
		}
	}
	tests := testNames(t)
	rows := 0
	for line := range strings.Lines(string(raw)) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 5 || strings.HasPrefix(cells[1], "---") || strings.TrimSpace(cells[1]) == "capability" {
			continue
		}
		rows++
		example := strings.TrimSpace(cells[3])
		if test := regexp.MustCompile("`(Test\\w+)`").FindStringSubmatch(example); test != nil {
			if !tests[test[1]] {
				t.Errorf("%q names the test %s, which does not exist", cells[1], test[1])
			}
			continue
		}
		if strings.HasPrefix(example, "—") {
			continue
		}
		if ok, found := passed[example]; !found {
			t.Errorf("%q names the example %q, which does not exist", cells[1], example)
		} else if !ok {
			t.Errorf("%q names the example %q, which fails", cells[1], example)
		}
	}
	if rows < 40 {
		t.Errorf("only %d rows read: has the table changed its form?", rows)
	}
}

// testNames lists the tests of this package and of pack.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, file := range []string{"scheme_test.go", "../../pack/pack_test.go"} {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllStringSubmatch(string(raw), -1) {
			names[m[1]] = true
		}
	}
	return names
}

// Every key a scheme file may contain is named on the page.
func TestEverySchemeKeyIsOnTheLanguagePage(t *testing.T) {
	page, err := os.ReadFile("../../../docs/scheme-language.md")
	if err != nil {
		t.Fatal(err)
	}
	key := regexp.MustCompile(`o\.(?:text|textOr|id|key|number|numberOr|limit|limitOr|integer|integerOr|flag|flagOr|choice|choiceOr|items|each|inner|entries|texts|expr|exprOr|require|optional)\("([a-z_]+)"`)
	for _, file := range []string{"scheme.go", "population.go", "scored.go", "band.go"} {
		raw, err := os.ReadFile("../../pack/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range key.FindAllStringSubmatch(string(raw), -1) {
			if !regexp.MustCompile(`\b` + m[1] + `\b`).Match(page) {
				t.Errorf("%s: the key %s is not on the page", file, m[1])
			}
		}
	}
}

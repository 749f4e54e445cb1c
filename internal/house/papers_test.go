package house

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	mdLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	mdCode = regexp.MustCompile("`([^`\n]+)`")
	// rooted is what a path of the repository begins with.
	rooted = regexp.MustCompile(`^(\.ci|cmd|composite|docs|hj212|internal|packs|scripts|uscc)/[A-Za-z0-9_./-]+$`)
)

// Documents point only at things that exist: links, and paths in code quotes.
func TestPapersPointAtThingsThatExist(t *testing.T) {
	top := root(t)
	exempt := allow(paperExceptions)
	exists := func(p string) bool {
		_, err := os.Stat(filepath.Join(top, p))
		return err == nil
	}
	err := fs.WalkDir(os.DirFS(top), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() != "vendor" && skipped(d.Name()) {
			if err == nil {
				err = fs.SkipDir
			}
			return err
		}
		if d.IsDir() || !strings.HasSuffix(p, ".md") {
			return nil
		}
		body, err := os.ReadFile(filepath.Join(top, p))
		if err != nil {
			return err
		}
		for i, text := range strings.Split(string(body), "\n") {
			for _, target := range targets(text, path.Dir(p)) {
				if !exists(target) && !exempt.has(p+" "+target) {
					t.Errorf("%s:%d: there is no %s; correct the path or delete the sentence", p, i+1, target)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	exempt.stale(t, "paperExceptions (internal/house/papers_test.go)")
}

// paperExceptions lists "document path" of what is announced and comes with the
// room named in the reason.
var paperExceptions = map[string]string{}

// targets returns the paths, from the root, that a line of Markdown points at.
func targets(text, dir string) []string {
	var out []string
	for _, m := range mdLink.FindAllStringSubmatch(text, -1) {
		to, _, _ := strings.Cut(m[1], "#")
		if to == "" || strings.Contains(to, "://") || strings.HasPrefix(to, "mailto:") {
			continue
		}
		out = append(out, path.Join(dir, to))
	}
	for _, m := range mdCode.FindAllStringSubmatch(text, -1) {
		word, _, _ := strings.Cut(strings.TrimSpace(m[1]), " ")
		word = strings.TrimPrefix(strings.TrimSuffix(word, "/..."), "./")
		if rooted.MatchString(word) {
			out = append(out, path.Clean(word))
		}
	}
	return out
}

func TestLicence(t *testing.T) {
	body, err := os.ReadFile(filepath.Join(root(t), "LICENSE"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(body), "Apache License") || !strings.Contains(string(body), "Version 2.0, January 2004") {
		t.Error("LICENSE:1: must be the text of the Apache License 2.0")
	}
	// What we ship of others comes with its licence beside it.
	for file, licence := range map[string]string{
		"internal/web/static/vendor/htmx.min.js":       "internal/web/static/vendor/htmx.LICENSE",
		"internal/web/static/vendor/echarts.min.js":    "internal/web/static/vendor/echarts.LICENSE",
		"internal/web/webtest/testdata/axe/axe.min.js": "internal/web/webtest/testdata/axe/LICENSE",
	} {
		if _, err := os.Stat(filepath.Join(root(t), file)); err != nil {
			t.Errorf("%s:1: gone; delete its row in TestLicence", file)
		}
		if _, err := os.Stat(filepath.Join(root(t), licence)); err != nil {
			t.Errorf("%s:1: its licence %s is missing", file, licence)
		}
	}
}

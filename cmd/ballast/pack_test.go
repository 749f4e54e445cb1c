package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// packVerb runs ballast pack in the repository root's terms.
func packVerb(args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	w := &world{in: strings.NewReader(""), out: &o, err: &e, getenv: func(string) string { return "" }}
	code = run(context.Background(), w, append([]string{"pack"}, args...))
	return code, o.String(), e.String()
}

func TestPackCheckPrintsDigestAndCounts(t *testing.T) {
	code, out, errs := packVerb("check", "../../packs/pingxiang")
	if code != 0 || !strings.Contains(out, "通过（萍乡市") || !strings.Contains(out, "摘要 SM3 ") || !strings.Contains(out, "历法 2020—2026") {
		t.Errorf("code %d\n%s%s", code, out, errs)
	}
	code, out, _ = packVerb("check", "../../packs/examples")
	if code != 0 || strings.Count(out, "：通过（") < 7 {
		t.Errorf("several packs in one directory: code %d\n%s", code, out)
	}
}

// broken copies a shipped pack and replaces text in one of its files.
func broken(t *testing.T, name, file, from, to string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	if err := os.CopyFS(dir, os.DirFS("../../packs/examples/"+name)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, file)
	raw, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(raw), from) {
		t.Fatalf("nothing to change in %s: %v", file, err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(raw), from, to, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestPackCheckPrintsEveryProblemAndFails(t *testing.T) {
	dir := broken(t, "huaian", "schemes/huaian-2024.yaml", "weight: 45", "wieght: 45")
	code, out, _ := packVerb("check", dir)
	if code != 1 || !strings.Contains(out, "是不是“weight”？") || !strings.Contains(out, dir+"/schemes/huaian-2024.yaml:") || !strings.Contains(out, "^") {
		t.Errorf("code %d\n%s", code, out)
	}
	if code, out, _ := packVerb("test", dir); code != 1 || !strings.Contains(out, "是不是“weight”？") {
		t.Errorf("a pack that does not load cannot be tested: code %d\n%s", code, out)
	}
}

func TestPackTestPrintsALineAnExampleAndFails(t *testing.T) {
	code, out, _ := packVerb("test", "../../packs/examples/huaian")
	if code != 0 || strings.Count(out, "通过    ") != 4 || !strings.Contains(out, "算例 4 个，未通过 0 个") {
		t.Errorf("code %d\n%s", code, out)
	}
	dir := broken(t, "huaian", "tests/huaian.yaml", "total: 78", "total: 77")
	code, out, _ = packVerb("test", dir)
	if code != 1 || !strings.Contains(out, "未通过  ") || !strings.Contains(out, "企业“甲”总分应为 77，算得 78") || !strings.Contains(out, "tests/huaian.yaml:") || strings.Count(out, "通过    ") != 3 {
		t.Errorf("code %d\n%s", code, out)
	}
}

func TestPackRefusesAWrongCall(t *testing.T) {
	if code, _, errs := packVerb("check"); code != 2 || !strings.Contains(errs, "用法") {
		t.Errorf("no directory: code %d %s", code, errs)
	}
	if code, _, errs := packVerb("mend", "x"); code != 2 || !strings.Contains(errs, "用法") {
		t.Errorf("unknown verb: code %d %s", code, errs)
	}
	if code, _, errs := packVerb("check", t.TempDir()); code != 1 || !strings.Contains(errs, "没有数据包") {
		t.Errorf("an empty directory: code %d %s", code, errs)
	}
	if code, _, errs := packVerb("check", "/no/such/place"); code != 1 || !strings.Contains(errs, "读不到目录") {
		t.Errorf("no directory there: code %d %s", code, errs)
	}
}

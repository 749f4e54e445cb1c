package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/registry"
)

func TestImport(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	now := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	d, w, err := db.Open(ctx, filepath.Join(dir, "ballast.db"))
	if err != nil {
		t.Fatal(err)
	}
	err = audit.NewPen(w, func() time.Time { return now }).Do(ctx, audit.Act{Actor: audit.Actor{ID: "cli:x", Via: "test"}, Verb: registry.VerbRegister, Subject: "enterprise:0"}, func(tx *audit.Tx) error {
		_, err := registry.New(registry.Rules{}).Enterprises().Register(ctx, tx, registry.Entry{Code: "91360300000000019W", Profile: registry.Profile{Name: "萍乡市甲电瓷有限公司"}})
		return err
	})
	w.Close()
	d.Close()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "税收.csv")
	call := func(content string, more ...string) (int, string) {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		w := &world{out: &out, err: &bytes.Buffer{}, getenv: func(string) string { return "" }, now: func() time.Time { now = now.Add(time.Second); return now }}
		args := append([]string{"import", "--data", dir, "--pack", "../../packs/pingxiang", "--department", "tax", "--period", "2025", "--marked", dir}, more...)
		return run(ctx, w, append(args, file)), out.String()
	}
	good := "统一社会信用代码,评价税收（万元）\n91360300000000019W,12\n"
	if code, _ := call(good); code != 1 {
		t.Errorf("without a window: exit %d, want 1", code)
	}
	code, out := call(good, "--open-until", "2026-03-31")
	if code != 0 || !strings.Contains(out, "1 行，1 个数值，0 处错误") {
		t.Errorf("exit %d\n%s", code, out)
	}
	if code, out = call(good); code != 0 || !strings.Contains(out, "已经报送过") {
		t.Errorf("again: exit %d\n%s", code, out)
	}
	code, out = call("统一社会信用代码,评价税收（万元）\n91360300000000019W,十二\n")
	if code != 1 || !strings.Contains(out, "B2 错误") {
		t.Errorf("a bad cell: exit %d\n%s", code, out)
	}
	if _, err := os.Stat(filepath.Join(dir, "税收-校验结果.xlsx")); err != nil {
		t.Error(err)
	}
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ballast/internal/observe"
	"ballast/internal/period"
)

// handInYear imports what nine departments' items say about the twenty firms and
// lets a second person approve. Every figure of firm k is (21−k) times firm 20's
// while land, energy, emission, staff and power are equal, so firm k is k-th.
func handInYear(b *bureau) {
	c := b.clerk("ke2")
	defer c.close()
	files := map[string][]string{} // department → items
	var order []string
	for _, key := range []string{"tax", "value_added", "revenue", "rd_cost", "land_mu", "energy_tce", "emission_t", "staff", "power_wkwh"} {
		item, ok := c.pack.Items().Find(key)
		if !ok {
			b.t.Fatalf("the pack has no item %s", key)
		}
		if files[item.Source] == nil {
			order = append(order, item.Source)
		}
		files[item.Source] = append(files[item.Source], key)
	}
	for _, department := range order {
		head := []any{"统一社会信用代码"}
		for _, key := range files[department] {
			item, _ := c.pack.Items().Find(key)
			head = append(head, item.Name+"（"+item.Unit+"）")
		}
		rows := [][]any{head}
		for k := 1; k <= 20; k++ {
			size := float64(21 - k)
			row := []any{firmCode(b.t, k)}
			for _, key := range files[department] {
				row = append(row, map[string]float64{"tax": 10 * size, "value_added": 100 * size, "revenue": 400 * size, "rd_cost": 4 * size,
					"land_mu": 10, "energy_tce": 500, "emission_t": 10, "staff": 100, "power_wkwh": 50}[key])
			}
			rows = append(rows, row)
		}
		path := b.book(department+".xlsx", rows...)
		out := b.says(0, []string{"20 行", "0 处错误", "已提交"}, "import", "--data", b.dir, "--as", "ke", "--department", department, "--period", "2025", "--open-until", "2026-03-31", "--submit", path)
		all, err := c.observe.Read().Batches(b.t.Context(), c.db, c.who.Scope(), period.OfYear(2025), 1)
		if err == nil {
			_, err = c.observe.Act(b.t.Context(), observe.Step{Actor: c.actor(), Scope: c.who.Scope(), Batch: all[0].ID, Version: all[0].Version, Verb: observe.Approve})
		}
		if err != nil {
			b.t.Fatalf("%v\n%s", err, out)
		}
	}
}

// after returns what follows a label on its line.
func after(out, label string) string {
	_, rest, _ := strings.Cut(out, label)
	line, _, _ := strings.Cut(rest, "\n")
	return line
}

// changed replaces text in a file and returns its path.
func (b *bureau) changed(path, from, to string) string {
	b.t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(raw), from) {
		b.t.Fatalf("nothing to change in %s: %v", path, err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(raw), from, to, 1)), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return path
}

// From workbooks to grades and back: what evaluate writes, verify computes again
// without the database.
func TestEvaluateAndVerifyAgree(t *testing.T) {
	b := newBureau(t)
	evaluate := func(more ...string) []string {
		return append([]string{"evaluate", "--data", b.dir, "--year", "2025"}, more...)
	}
	handInYear(b)
	b.says(2, []string{"用法：ballast evaluate"}, evaluate()...)
	b.says(1, []string{"不能“新建评价轮次”"}, evaluate("--as", "shenji")...)
	b.says(1, []string{"没有“king”这一类评价对象"}, evaluate("--as", "ke", "--population", "king")...)
	b.says(1, []string{"没有 2019 年度的评价办法"}, append(evaluate("--as", "ke"), "--year", "2019")...)

	// 20 firms at 20, 65 and 95 %: 4, 13 − 4 = 9, 19 − 13 = 6, 20 − 19 = 1.
	trial := b.says(0, []string{"第 1 次计算（试算）", "A 4 ＋ B 9 ＋ C 6 ＋ D 1 ＝ 20", "参评 20 家，评级 20 家"}, evaluate("--as", "ke")...)
	dir := filepath.Join(b.dir, "out")
	binding := b.says(0, []string{"第 2 次计算（正式）", "20 家企业"}, evaluate("--as", "ke", "--binding", "--out", dir)...)
	digest := after(binding, "结果摘要：")
	if len(digest) != 64 || digest != after(trial, "结果摘要：") {
		t.Errorf("result digests %q and %q", after(trial, "结果摘要："), digest)
	}

	bundle := filepath.Join(dir, "bundle.json")
	again := b.says(0, []string{"一致：重算的结果摘要与给出的相同"}, "verify", bundle, "--digest", strings.ToUpper(digest))
	if after(again, "结果摘要：") != digest || after(again, "数据摘要：") != after(binding, "数据摘要：") {
		t.Errorf("verify says\n%s", again)
	}
	b.says(1, []string{"不一致", "手动调档"}, "verify", "--digest", strings.Repeat("0", 64), bundle)
	other := filepath.Join(b.dir, "pack")
	if err := os.CopyFS(other, os.DirFS("../../packs/pingxiang")); err != nil {
		t.Fatal(err)
	}
	b.changed(filepath.Join(other, "pack.yaml"), "short: 科技局", "short: 科创局")
	b.says(1, []string{"另一个规则数据包"}, "verify", "--pack", other, bundle)
	b.says(1, []string{"不一致"}, "verify", "--digest", digest, b.changed(bundle, `"tax":[200,`, `"tax":[5,`))

	table, err := os.ReadFile(filepath.Join(dir, "result.csv"))
	if err != nil || !strings.HasPrefix(string(table), "\ufeff统一社会信用代码,") || strings.Count(string(table), "\r\n") != 21 {
		t.Errorf("%v: %.200q", err, table)
	}
	lines := strings.Split(string(table), "\r\n")
	if !strings.HasPrefix(lines[1], firmCode(t, 1)+","+firmName(1)+",360302,3834,是,") || !strings.Contains(lines[0], "〔score.tax_per_mu〕") || !strings.Contains(lines[0], "〔grade〕") {
		t.Errorf("head %s\nfirst %s", lines[0], lines[1])
	}
}

func TestVerifyRefuses(t *testing.T) {
	b := &bureau{t: t, dir: t.TempDir()}
	write := func(name, text string) string {
		path := filepath.Join(b.dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	b.says(2, []string{"用法：ballast verify"}, "verify")
	b.says(1, []string{"文件打不开"}, "verify", filepath.Join(b.dir, "none.json"))
	b.says(1, []string{"读不出来"}, "verify", write("torn.json", `{"format":`))
	b.says(1, []string{"本程序只认"}, "verify", write("other.json", `{"format":"x"}`))
	short := write("short.json", `{"format":"ballast-round-1","year":2025,"enterprise":[1],"name":["甲"],"facts":{"keys":["C"],"texts":{"district":[]}}}`)
	b.says(1, []string{"行"}, "verify", short)
	b.says(1, []string{"没有 1999 年度的评价办法"}, "verify", write("old.json", `{"format":"ballast-round-1","year":1999,"facts":{}}`))
}

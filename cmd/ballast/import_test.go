package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ballast/internal/audit"
	"ballast/internal/config"
	"ballast/internal/period"
	"ballast/internal/registry"
	"ballast/internal/sheet"
	"ballast/uscc"
)

// bureau is a data folder with accounts and twenty firms, at work on the command
// line in March 2026.
type bureau struct {
	t   *testing.T
	dir string
	now time.Time
}

func (b *bureau) world(out *bytes.Buffer) *world {
	env := map[string]string{"USER": "zhangsan"}
	return &world{in: strings.NewReader("Tiger-lamp7-Harbour\n"), out: out, err: out, getenv: func(k string) string { return env[k] },
		now: func() time.Time { b.now = b.now.Add(time.Second); return b.now }}
}

func (b *bureau) call(args ...string) (code int, out string) {
	b.t.Helper()
	var buf bytes.Buffer
	code = run(context.Background(), b.world(&buf), args)
	return code, buf.String()
}

// says runs a call and checks its exit code and what it prints.
func (b *bureau) says(want int, parts []string, args ...string) string {
	b.t.Helper()
	code, out := b.call(args...)
	if code != want {
		b.t.Fatalf("ballast %s: exit %d, want %d\n%s", strings.Join(args, " "), code, want, out)
	}
	for _, p := range parts {
		if !strings.Contains(out, p) {
			b.t.Errorf("ballast %s says\n%swant %q", strings.Join(args, " "), out, p)
		}
	}
	return out
}

func (b *bureau) clerk(login string) *clerk {
	b.t.Helper()
	w := b.world(&bytes.Buffer{})
	cfg, err := config.Flags(flag.NewFlagSet("test", flag.ContinueOnError))(w.source())
	if err != nil {
		b.t.Fatal(err)
	}
	cfg.Data = b.dir
	c, err := openClerk(context.Background(), w, cfg, login)
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

func firmCode(t *testing.T, n int) string {
	t.Helper()
	code, err := uscc.Make('9', '1', "360302", fmt.Sprintf("%08d", n))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func firmName(n int) string { return fmt.Sprintf("萍乡市虚构第%02d号电瓷有限公司", n) }

func newBureau(t *testing.T) *bureau {
	b := &bureau{t: t, dir: t.TempDir(), now: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)}
	for login, more := range map[string]string{
		"ke": "bureau_officer", "ke2": "bureau_officer", "shuiwu": "department_officer --department tax", "shenji": "auditor",
	} {
		b.says(0, nil, append([]string{"user", "add", login, "--data", b.dir, "--name", login, "--password-stdin", "--role"}, strings.Fields(more)...)...)
	}
	c := b.clerk("ke")
	defer c.close()
	day, err := period.ParseDay("2001-01-01")
	if err != nil {
		t.Fatal(err)
	}
	act := audit.Act{Actor: c.actor(), Verb: registry.VerbRegister, Subject: "enterprise:0"}
	err = c.pen.Do(t.Context(), act, func(tx *audit.Tx) error {
		years := map[int64][]registry.Year{}
		for k := 1; k <= 20; k++ {
			e := registry.Entry{Code: firmCode(t, k), Established: day, ProductionSince: day,
				Profile: registry.Profile{Name: firmName(k), District: "360302", Industry: "3834", Edition: 2017, Status: registry.Operating}}
			id, err := c.registry.Enterprises().Register(t.Context(), tx, e)
			if err != nil {
				return err
			}
			years[id] = []registry.Year{{Year: 2025, Above: true, People: -1, Revenue: -1}}
		}
		return c.registry.Links().SetYears(t.Context(), tx, years)
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// book writes a small workbook into the folder and returns its path.
func (b *bureau) book(name string, rows ...[]any) string {
	b.t.Helper()
	var e sheet.Export
	for _, head := range rows[0] {
		e.Fields = append(e.Fields, sheet.Field{Head: fmt.Sprint(head)})
	}
	var buf bytes.Buffer
	err := sheet.WriteTable(b.t.Context(), &buf, e, func(yield func([]any, error) bool) {
		for _, r := range rows[1:] {
			if !yield(r, nil) {
				return
			}
		}
	})
	path := filepath.Join(b.dir, name)
	if err == nil {
		err = os.WriteFile(path, buf.Bytes(), 0o600)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return path
}

var taxHead = []any{"统一社会信用代码", "企业名称", "评价税收（万元）"}

// imports is a call of import for the tax office's year 2025.
func (b *bureau) imports(more ...string) []string {
	return append([]string{"import", "--data", b.dir, "--department", "tax", "--period", "2025"}, more...)
}

func TestImportHandsInAndSubmits(t *testing.T) {
	b := newBureau(t)
	good := b.book("税收.xlsx", taxHead, []any{firmCode(t, 1), firmName(1), 12.5}, []any{firmCode(t, 2), firmName(2), 7.25})
	b.says(1, []string{"报送窗口还没有开放", "--open-until"}, b.imports("--as", "shuiwu", good)...)
	b.says(1, []string{"不能“开关上传窗口”"}, b.imports("--as", "shuiwu", "--open-until", "2026-03-31", good)...)
	b.says(0, []string{"第 1 批，2 行，2 个数值，0 处错误", "1 批待提交"}, b.imports("--as", "ke", "--open-until", "2026-03-31", good)...)
	b.says(0, []string{"已经报送过", "第 1 批已提交，等待另一位同志审核"}, b.imports("--as", "shuiwu", "--submit", good)...)
	b.says(0, []string{"待审核", "没有新的批次要提交"}, b.imports("--as", "shuiwu", "--submit", good)...)
	b.says(1, []string{"报送和审核不能是同一个人"}, b.imports("--as", "ke2", "--approve", good)...)

	c := b.clerk("ke")
	defer c.close()
	got, err := c.observe.Read().Batch(t.Context(), c.db, c.who.Scope(), 1)
	if err != nil || got.State != "submitted" || !strings.Contains(got.Uploader, "命令行 zhangsan") || got.UploadedBy == got.SubmittedBy {
		t.Errorf("batch %+v, %v", got, err)
	}
}

func TestImportTellsEveryErrorAndImportsNothing(t *testing.T) {
	b := newBureau(t)
	good := b.book("好.xlsx", taxHead, []any{firmCode(t, 1), firmName(1), 12.5})
	bad := b.book("坏.xlsx", taxHead, []any{firmCode(t, 2), firmName(2), "十二"}, []any{"", "外省某某贸易商行", 7})
	broken := filepath.Join(b.dir, "残缺.xlsx")
	if err := os.WriteFile(broken, []byte("PK\x03\x04 not a workbook"), 0o600); err != nil {
		t.Fatal(err)
	}
	marks := filepath.Join(b.dir, "marks")
	b.says(1, []string{"坏.xlsx 数据!C2 错误：", "1 行企业待匹配", "待匹配 数据 第 3 行：", "外省某某贸易商行", "没有提交，任何数值都没有入库"},
		b.imports("--as", "ke", "--open-until", "2026-03-31", "--submit", "--marked", marks, good, bad)...)
	if _, err := os.Stat(filepath.Join(marks, "坏-校验结果.xlsx")); err != nil {
		t.Error(err)
	}
	third := b.book("三.xlsx", taxHead, []any{firmCode(t, 3), firmName(3), 1})
	b.says(1, []string{"三.xlsx：第 3 批已撤回"}, b.imports("--as", "ke", "--submit", third, broken)...)

	c := b.clerk("ke")
	defer c.close()
	all, err := c.observe.Read().Batches(t.Context(), c.db, c.who.Scope(), period.OfYear(2025), 10)
	if err != nil || len(all) != 3 || all[0].State != "withdrawn" || all[1].State != "draft" || all[2].State != "draft" {
		t.Errorf("%d batches, %v: %+v", len(all), err, all)
	}
}

func TestImportRefuses(t *testing.T) {
	b := newBureau(t)
	good := b.book("税收.xlsx", taxHead, []any{firmCode(t, 1), firmName(1), 12.5})
	odd := b.book("别的.xlsx", []any{"统一社会信用代码", "幸福指数"}, []any{firmCode(t, 1), 3})
	b.says(0, nil, b.imports("--as", "ke", "--open-until", "2026-03-31", good)...)
	for _, x := range []struct {
		name string
		code int
		part string
		args []string
	}{
		{"no file", 2, "用法：ballast import", b.imports("--as", "ke")},
		{"no account named", 2, "用法：ballast import", b.imports(good)},
		{"unknown account", 1, "没有“wang”这个账号", b.imports("--as", "wang", good)},
		{"not permitted", 1, "不能“上传数据”", b.imports("--as", "shenji", good)},
		{"another's department", 1, "您不能替", b.imports("--as", "shuiwu", "--department", "land", good)},
		{"unknown department", 1, "没有部门“king”", b.imports("--as", "ke", "--department", "king", good)},
		{"future period", 1, "还没有结束", b.imports("--as", "ke", "--period", "2026", good)},
		{"no period", 1, "不是认识的期间", b.imports("--as", "ke", "--period", "去年", good)},
		{"unknown indicator", 1, "文件里的列有：统一社会信用代码、幸福指数", b.imports("--as", "ke", odd)},
		{"mapped to nothing", 1, "应写成 列名=数据项", b.imports("--as", "ke", "--map", "幸福指数", odd)},
		{"no such file", 1, "文件打不开", b.imports("--as", "ke", filepath.Join(b.dir, "没有.xlsx"))},
		{"a folder", 1, "不是文件", b.imports("--as", "ke", b.dir)},
	} {
		t.Run(x.name, func(t *testing.T) {
			code, out := b.call(x.args...)
			if code != x.code || !strings.Contains(out, x.part) {
				t.Errorf("exit %d\n%swant %d and %q", code, out, x.code, x.part)
			}
		})
	}
	b.now = time.Date(2026, 4, 2, 1, 0, 0, 0, time.UTC)
	again := b.book("又.xlsx", taxHead, []any{firmCode(t, 1), firmName(1), 13})
	b.says(1, []string{"已于 ", "截止", "--open-until"}, b.imports("--as", "ke", again)...)
	b.says(0, []string{"0 处错误"}, b.imports("--as", "ke", "--open-until", "2026-04-30", "--map", "幸福指数=tax", odd)...)
}

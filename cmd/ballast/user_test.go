package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ballast/internal/access"
	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/scope"
)

// shell runs `ballast user …` against one data folder.
type shell struct {
	t   *testing.T
	dir string
	now time.Time
}

func (s *shell) user(in string, args ...string) (code int, out string) {
	s.t.Helper()
	var buf bytes.Buffer
	env := map[string]string{"USER": "zhangsan", "BALLAST_DATA": s.dir}
	w := &world{in: strings.NewReader(in), out: &buf, err: &buf, getenv: func(k string) string { return env[k] }, now: func() time.Time { return s.now }}
	code = run(context.Background(), w, append([]string{"user"}, args...))
	return code, buf.String()
}

// must runs a call that succeeds and says every part.
func (s *shell) must(parts []string, in string, args ...string) string {
	s.t.Helper()
	code, out := s.user(in, args...)
	if code != 0 {
		s.t.Fatalf("user %v: exit %d\n%s", args, code, out)
	}
	for _, p := range parts {
		if !strings.Contains(out, p) {
			s.t.Errorf("user %v says\n%swant %q", args, out, p)
		}
	}
	return out
}

func (s *shell) open() (*db.DB, *access.Access) {
	s.t.Helper()
	d, w, err := db.Open(context.Background(), filepath.Join(s.dir, "ballast.db"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { w.Close(); d.Close() })
	cfg := access.Defaults()
	now := func() time.Time { return s.now }
	cfg.Now, cfg.Random = now, rand.Reader
	a, err := access.New(d, audit.NewPen(w, now), cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	return d, a
}

func TestUserCommand(t *testing.T) {
	s := &shell{t, t.TempDir(), time.Date(2026, 7, 13, 1, 0, 0, 0, time.UTC)}
	ctx := context.Background()
	out := s.must([]string{"已建立账号 zhou（周科员，市局科员）", "临时口令：", "还没有系统管理员", "还没有安全管理员", "还没有审计管理员"},
		"", "add", "zhou", "--name", "周科员", "--role", "bureau_officer")
	_, rest, _ := strings.Cut(out, "临时口令：")
	temporary, _, _ := strings.Cut(rest, "\n")
	s.must([]string{"县区工信局"}, "Tiger-lamp7-Harbour\n", "add", "--name", "李县区", "--role", "district_officer", "--district", "360302", "--password-stdin", "li")
	s.must([]string{"zhou", "待改口令", "县区 360302", "正常"}, "", "list")

	d, a := s.open()
	if _, _, err := a.SignIn(ctx, access.Credentials{Login: "zhou", Password: temporary}); err != nil {
		t.Errorf("the printed password: %v", err)
	}
	if _, p, err := a.SignIn(ctx, access.Credentials{Login: "li", Password: "Tiger-lamp7-Harbour"}); err != nil || p.MustChange {
		t.Errorf("%+v, %v", p, err)
	}
	s.must([]string{"会话", "登录时间"}, "", "sessions", "li")
	s.must([]string{"已终止 li 的 1 个会话"}, "", "kill", "li", "--reason", "测试")
	s.must([]string{"li 没有登录"}, "", "sessions", "li")
	for range 5 {
		_, _, _ = a.SignIn(ctx, access.Credentials{Login: "li", Password: "x"})
	}
	s.must([]string{"锁定"}, "", "list")
	s.must([]string{"已解锁 li"}, "", "unlock", "li")
	s.must([]string{"li 现在是驻企特派员"}, "", "grant", "li", "--role", "envoy", "--enterprises", "3，9")
	s.must([]string{"联系 2 家企业"}, "", "list")
	s.must([]string{"已重置 li 的口令", "临时口令："}, "", "reset", "li")
	s.must([]string{"已停用 li"}, "", "disable", "li", "--reason", "调离")
	s.must([]string{"已启用 li"}, "", "enable", "li")

	es, err := audit.Entries(ctx, d, scope.City("测试"), audit.Filter{Verb: "access.disable_user"})
	if err != nil || len(es) != 1 || es[0].ActorID != "cli:zhangsan" || es[0].Via != "cli" || es[0].Reason != "调离" {
		t.Errorf("%+v, %v", es, err)
	}
}

func TestUserCommandRefuses(t *testing.T) {
	s := &shell{t, t.TempDir(), time.Date(2026, 7, 13, 1, 0, 0, 0, time.UTC)}
	s.must(nil, "", "add", "zhou", "--name", "周", "--role", "auditor")
	for _, c := range []struct {
		args string
		code int
		part string
	}{
		{"", 2, "用法：ballast user"},
		{"dance", 2, "用法：ballast user"},
		{"add", 2, "用法"},
		{"list zhou", 2, "用法"},
		{"add zhou --name 周 --role auditor", 1, "已经有人用了"},
		{"add li --name 李 --role king", 1, "没有“king”这个角色"},
		{"add li --name 李 --role district_officer", 1, "要指明县区"},
		{"add li --name 李 --role envoy --enterprises 3,x", 1, "“x”不是数字"},
		{"add li --name 李 --role auditor --password-stdin", 1, "标准输入里没有口令"},
		{"add wang --name 王 --staff-no zhou --role audit_admin", 1, "不能兼任"},
		{"reset nobody", 1, "没有“nobody”这个账号"},
		{"kill zhou --session 7", 1, "没有编号为 7 的会话"},
		{"enable zhou", 1, "本来就是启用的"},
		{"--nonsense", 1, "nonsense"},
	} {
		code, out := s.user("", strings.Fields(c.args)...)
		if code != c.code || !strings.Contains(out, c.part) {
			t.Errorf("user %s: exit %d\n%swant %d and %q", c.args, code, out, c.code, c.part)
		}
	}
	if code, out := s.user("", "-h"); code != 0 || !strings.Contains(out, "临时口令") {
		t.Errorf("-h: exit %d\n%s", code, out)
	}
}

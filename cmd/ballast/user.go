package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ballast/internal/access"
	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/fault"
)

// userCommand manages accounts from the machine itself: for the first ones, for
// the day nobody can sign in, and for scripts.
var userCommand = command{
	name:  "user",
	usage: "add|list|grant|reset|disable|enable|unlock|sessions|kill [登录名] [参数]",
	help:  "在服务器上管理账号：建账号、授权、重置口令、停用、解锁、看会话、终止会话",
	run:   runUser,
}

// userVerbs is every verb of `ballast user`. login says whether it needs one.
var userVerbs = []struct {
	name  string
	login bool
	run   func(ctx context.Context, c *userCall) error
}{
	{"add", true, userAdd},
	{"list", false, userList},
	{"grant", true, userGrant},
	{"reset", true, userReset},
	{"disable", true, userDisable},
	{"enable", true, userEnable},
	{"unlock", true, userUnlock},
	{"sessions", true, userSessions},
	{"kill", true, userKill},
}

// userCall is one parsed call.
type userCall struct {
	*world
	access *access.Access
	by     access.Person
	login  string
	opts   userOptions
}

// userOptions are the flags; each verb uses those that concern it.
type userOptions struct {
	data, dsn     string
	name, staffNo string
	role          string
	place         access.Place
	firms         string
	reason        string
	passwordStdin bool
	session       int64
}

func (o *userOptions) flags(w *world) *flag.FlagSet {
	fs := newFlags(w, "user")
	env := func(key, otherwise string) string {
		if v := w.getenv(key); v != "" {
			return v
		}
		return otherwise
	}
	fs.StringVar(&o.data, "data", env("BALLAST_DATA", "data"), "数据文件夹（BALLAST_DATA）")
	fs.StringVar(&o.dsn, "dsn", w.getenv("BALLAST_DSN"), "PostgreSQL 连接串，代替数据文件夹（BALLAST_DSN）")
	fs.StringVar(&o.name, "name", "", "姓名")
	fs.StringVar(&o.staffNo, "staff-no", "", "工号，认定是同一个人；不填就用登录名")
	fs.StringVar(&o.role, "role", "", "角色，可用："+roleNames())
	fs.StringVar(&o.place.District, "district", "", "县区代码")
	fs.StringVar(&o.place.Department, "department", "", "部门代号")
	fs.StringVar(&o.place.Chain, "chain", "", "产业链代号")
	fs.Int64Var(&o.place.Enterprise, "enterprise", 0, "企业编号")
	fs.StringVar(&o.firms, "enterprises", "", "联系企业的编号，逗号分隔")
	fs.StringVar(&o.reason, "reason", "", "事由，记入日志")
	fs.BoolVar(&o.passwordStdin, "password-stdin", false, "从标准输入读本人的口令；不给就生成一个临时口令")
	fs.Int64Var(&o.session, "session", 0, "只终止这一个会话；不给就终止全部")
	return fs
}

func roleNames() string {
	var names []string
	for _, r := range access.Roles {
		names = append(names, string(r.Role)+"（"+r.Label+"）")
	}
	return strings.Join(names, "、")
}

func runUser(ctx context.Context, w *world, args []string) error {
	var o userOptions
	fs := o.flags(w)
	if len(args) == 0 {
		return errUsage
	}
	if strings.HasPrefix(args[0], "-") { // -h, or flags without a verb
		if err := fs.Parse(args); err != nil {
			return err
		}
		return errUsage
	}
	words, err := parseMixed(fs, args[1:])
	if err != nil {
		return err
	}
	for _, v := range userVerbs {
		if v.name != args[0] {
			continue
		}
		if v.login != (len(words) == 1) {
			return errUsage
		}
		c := &userCall{world: w, opts: o}
		if v.login {
			c.login = words[0]
		}
		return c.with(ctx, v.run)
	}
	return errUsage
}

// parseMixed parses flags before, between and after plain words, and returns the
// words.
func parseMixed(fs *flag.FlagSet, args []string) (words []string, err error) {
	for {
		if err := fs.Parse(args); err != nil {
			return nil, err
		}
		if fs.NArg() == 0 {
			return words, nil
		}
		words = append(words, fs.Arg(0))
		args = fs.Args()[1:]
	}
}

// with opens the database for the length of one verb.
func (c *userCall) with(ctx context.Context, run func(context.Context, *userCall) error) error {
	dsn := c.opts.dsn
	if dsn == "" {
		dsn = filepath.Join(c.opts.data, "ballast.db")
	}
	d, w, err := db.Open(ctx, dsn)
	if err != nil {
		return err
	}
	defer d.Close()
	defer w.Close()
	cfg := access.Defaults()
	cfg.Now, cfg.Random = c.now, rand.Reader
	c.access, err = access.New(d, audit.NewPen(w, c.now), cfg)
	if err != nil {
		return err
	}
	c.by = operator(c.world)
	return run(ctx, c)
}

func (c *userCall) user(ctx context.Context) (access.User, error) {
	return c.access.UserByLogin(ctx, c.by, c.login)
}

// place reads the flags of place.
func (c *userCall) place() (access.Place, error) {
	p := c.opts.place
	for _, f := range strings.FieldsFunc(c.opts.firms, func(r rune) bool { return strings.ContainsRune(",，、 ", r) }) {
		id, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return p, fault.Wrap(fault.Invalid, err, "企业编号“%s”不是数字", f)
		}
		p.Enterprises = append(p.Enterprises, id)
	}
	return p, nil
}

func userAdd(ctx context.Context, c *userCall) error {
	place, err := c.place()
	if err != nil {
		return err
	}
	n := access.NewUser{Login: c.login, Name: c.opts.name, StaffNo: c.opts.staffNo, Role: access.Role(c.opts.role),
		Place: place, Reason: c.opts.reason}
	if c.opts.passwordStdin {
		line, err := bufio.NewReader(io.LimitReader(c.in, 4096)).ReadString('\n')
		if err != nil && err != io.EOF {
			return fault.Wrap(fault.Invalid, err, "标准输入里没有口令")
		}
		n.Password, n.Settled = strings.TrimRight(line, "\r\n"), true
		if n.Password == "" {
			return fault.New(fault.Invalid, "标准输入里没有口令")
		}
	}
	made, err := c.access.CreateUser(ctx, c.by, n)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "已建立账号 %s（%s，%s）。\n", made.Login, made.Name, made.Role.Label())
	c.tellPassword(made.Password)
	return c.warnMissing(ctx)
}

func (c *userCall) tellPassword(password string) {
	if password != "" {
		fmt.Fprintf(c.out, "临时口令：%s\n七天内有效，首次登录要换成自己的；它只显示这一次。\n", password)
	}
}

// warnMissing says which of the three administrators the installation lacks:
// accounts made here end the first run that would have made them.
func (c *userCall) warnMissing(ctx context.Context) error {
	users, err := c.access.Users(ctx, c.by)
	if err != nil {
		return err
	}
	have := map[access.Role]bool{}
	for _, u := range users {
		have[u.Role] = have[u.Role] || !u.Disabled
	}
	for _, r := range []access.Role{access.SystemAdmin, access.SecurityAdmin, access.AuditAdmin} {
		if !have[r] {
			fmt.Fprintf(c.out, "注意：还没有%s，请用 ballast user add 登录名 --name 姓名 --role %s 补上。\n", r.Label(), r)
		}
	}
	return nil
}

func userList(ctx context.Context, c *userCall) error {
	users, err := c.access.Users(ctx, c.by)
	if err != nil {
		return err
	}
	rows := [][]string{{"登录名", "姓名", "角色", "范围", "状态"}}
	for _, u := range users {
		rows = append(rows, []string{u.Login, u.Name, u.Role.Label(), placeText(u.Place()), c.stateText(u)})
	}
	printColumns(c.out, rows)
	return nil
}

func placeText(p access.Place) string {
	switch {
	case p.District != "":
		return "县区 " + p.District
	case p.Department != "":
		return "部门 " + p.Department
	case p.Chain != "":
		return "产业链 " + p.Chain
	case p.Enterprise != 0:
		return fmt.Sprintf("企业 %d", p.Enterprise)
	case len(p.Enterprises) > 0:
		return fmt.Sprintf("联系 %d 家企业", len(p.Enterprises))
	}
	return "—"
}

func (c *userCall) stateText(u access.User) string {
	switch {
	case u.Disabled:
		return "停用"
	case u.Role == "":
		return "待授权：" + u.AskedRole.Label()
	case c.now().Before(u.LockedUntil):
		return "锁定"
	case u.MustChange:
		return "待改口令"
	}
	return "正常"
}

// printColumns prints a table; a Chinese character is two columns wide.
func printColumns(out io.Writer, rows [][]string) {
	width := func(s string) int { return (len(s) + utf8.RuneCountInString(s)) / 2 } // exact for ASCII and three-byte characters
	var widest []int
	for _, r := range rows {
		for i, cell := range r {
			if i == len(widest) {
				widest = append(widest, 0)
			}
			widest[i] = max(widest[i], width(cell))
		}
	}
	for _, r := range rows {
		var b strings.Builder
		for i, cell := range r {
			b.WriteString(cell)
			if i < len(r)-1 {
				b.WriteString(strings.Repeat(" ", widest[i]-width(cell)+2))
			}
		}
		fmt.Fprintln(out, b.String())
	}
}

func userGrant(ctx context.Context, c *userCall) error {
	u, err := c.user(ctx)
	if err != nil {
		return err
	}
	place, err := c.place()
	if err != nil {
		return err
	}
	role := access.Role(c.opts.role)
	if err := c.access.GrantRole(ctx, c.by, u.ID, access.Grant{Role: role, Place: place, Reason: c.opts.reason}); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s 现在是%s，原有会话已终止。\n", u.Login, role.Label())
	return nil
}

func userReset(ctx context.Context, c *userCall) error {
	u, err := c.user(ctx)
	if err != nil {
		return err
	}
	made, err := c.access.ResetPassword(ctx, c.by, u.ID, c.opts.reason)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "已重置 %s 的口令，原有会话已终止。\n", u.Login)
	c.tellPassword(made.Password)
	return nil
}

func userDisable(ctx context.Context, c *userCall) error {
	return c.simple(ctx, c.access.Disable, "已停用 %s，原有会话已终止。\n")
}

func userEnable(ctx context.Context, c *userCall) error {
	return c.simple(ctx, c.access.Enable, "已启用 %s。\n")
}

func userUnlock(ctx context.Context, c *userCall) error {
	return c.simple(ctx, c.access.Unlock, "已解锁 %s。\n")
}

func (c *userCall) simple(ctx context.Context, do func(context.Context, access.Person, int64, string) error, done string) error {
	u, err := c.user(ctx)
	if err != nil {
		return err
	}
	if err := do(ctx, c.by, u.ID, c.opts.reason); err != nil {
		return err
	}
	fmt.Fprintf(c.out, done, u.Login)
	return nil
}

func userSessions(ctx context.Context, c *userCall) error {
	u, err := c.user(ctx)
	if err != nil {
		return err
	}
	sessions, err := c.access.Sessions(ctx, c.by, u.ID)
	if err != nil {
		return err
	}
	if len(sessions) == 0 {
		fmt.Fprintf(c.out, "%s 没有登录。\n", u.Login)
		return nil
	}
	rows := [][]string{{"会话", "地址", "登录时间", "最近使用", "浏览器"}}
	const layout = "2006-01-02 15:04"
	zone := time.FixedZone("CST", 8*3600) // Asia/Shanghai, without needing the zone database
	for _, s := range sessions {
		rows = append(rows, []string{strconv.FormatInt(s.ID, 10), s.IP, s.CreatedAt.In(zone).Format(layout), s.SeenAt.In(zone).Format(layout), s.Agent})
	}
	printColumns(c.out, rows)
	return nil
}

func userKill(ctx context.Context, c *userCall) error {
	u, err := c.user(ctx)
	if err != nil {
		return err
	}
	sessions, err := c.access.Sessions(ctx, c.by, u.ID)
	if err != nil {
		return err
	}
	n := 0
	for _, s := range sessions {
		if c.opts.session != 0 && s.ID != c.opts.session {
			continue
		}
		if err := c.access.KillSession(ctx, c.by, s.ID, c.opts.reason); err != nil {
			return err
		}
		n++
	}
	if c.opts.session != 0 && n == 0 {
		return fault.New(fault.NotFound, "%s 没有编号为 %d 的会话", u.Login, c.opts.session).WithHint("用 ballast user sessions %s 查看。", u.Login)
	}
	fmt.Fprintf(c.out, "已终止 %s 的 %d 个会话。\n", u.Login, n)
	return nil
}

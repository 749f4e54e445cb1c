package web

import (
	"net/http"
	"strings"

	"ballast/internal/access"
	"ballast/internal/fault"
)

// founder is one of the four people the first run asks for.
type founder struct {
	Key, Title, Duty            string
	Name, StaffNo, Login, Passw Field
}

type setupPage struct {
	Base
	Word          Field
	Founders      []founder
	Failure, Hint string
}

func (*setupPage) Template() string { return "setup.html" }

// founderRows is who the first run creates, in the order of 三员分立.
var founderRows = []struct{ key, title, duty string }{
	{"system", "系统管理员", "管运行、建账号，不能授权"},
	{"security", "安全管理员", "授权、解锁、重置口令，不能建账号"},
	{"audit", "审计管理员", "看操作日志、校验日志，不能改任何东西"},
	{"officer", "业务科员", "开展评价工作的第一个账号"},
}

func newSetup(word string, value func(string) string) *setupPage {
	p := &setupPage{
		Base: Base{Title: "首次安装", Bare: true},
		Word: Field{Name: "word", Label: "安装口令", Required: true, Auto: "off", Value: word,
			Help: "在启动程序的窗口或日志里，每次启动都会换新的。"},
	}
	for _, r := range founderRows {
		n := r.key + "-"
		p.Founders = append(p.Founders, founder{r.key, r.title, r.duty,
			Field{Name: n + "name", Label: "姓名", Required: true, Auto: "off", Max: 40, Value: value(n + "name")},
			Field{Name: n + "staff", Label: "工号", Required: true, Auto: "off", Max: 64, Value: value(n + "staff")},
			Field{Name: n + "login", Label: "登录名", Required: true, Auto: "off", Max: 64, Value: value(n + "login")},
			Field{Name: n + "password", Label: "初始口令", Type: "password", Required: true, Auto: "new-password"},
		})
	}
	return p
}

func (s *Shell) showSetup(a *Ask) error {
	first, err := s.c.Accounts.FirstRun(a.Context())
	if err != nil {
		return err
	}
	if !first {
		return a.Redirect("/signin")
	}
	return a.Show(newSetup(a.URL.Query().Get("word"), func(string) string { return "" }))
}

func (s *Shell) setup(a *Ask) error {
	if err := a.Parse(); err != nil {
		return err
	}
	of := func(key string) access.NewUser {
		return access.NewUser{
			Login: a.PostFormValue(key + "-login"), Name: a.PostFormValue(key + "-name"),
			StaffNo: a.PostFormValue(key + "-staff"), Password: a.PostFormValue(key + "-password"),
		}
	}
	_, err := s.c.Accounts.CreateAdministrators(a.Context(), strings.TrimSpace(a.PostFormValue("word")),
		access.Founders{System: of("system"), Security: of("security"), Audit: of("audit"), Officer: of("officer")})
	if err == nil {
		return a.Done("/signin", "四个账号已建立。请各自登录，第一次登录要换成自己的口令。")
	}
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Denied:
	default:
		return err
	}
	p := newSetup(a.PostFormValue("word"), a.PostFormValue)
	p.Failure, p.Hint = fault.Public(err)
	a.rec.fail(err)
	return a.ShowStatus(http.StatusUnprocessableEntity, p)
}

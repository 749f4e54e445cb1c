package web

import (
	"errors"
	"net/http"
	"strings"

	"ballast/internal/access"
	"ballast/internal/fault"
)

// DemoAccount is an account whose password the sign-in page shows. Only a demo
// city has any.
type DemoAccount struct{ Role, Login, Password string }

type signInPage struct {
	Base
	Login, Password, Code Field
	Next                  string
	Failure, Hint         string
	Demo                  []DemoAccount
}

func (*signInPage) Template() string { return "signin.html" }

func (s *Shell) newSignIn(next string) *signInPage {
	if !localPath(next) {
		next = ""
	}
	return &signInPage{
		Base:     Base{Title: "登录", Bare: true},
		Login:    Field{Name: "login", Label: "登录名", Required: true, Auto: "username", Max: 64, Focus: true},
		Password: Field{Name: "password", Label: "口令", Type: "password", Required: true, Auto: "current-password"},
		Code:     Field{Name: "code", Label: "动态验证码", Auto: "one-time-code", Mode: "numeric", Max: 6, Help: "启用了动态验证码的账号才填。"},
		Next:     next,
		Demo:     s.c.Demo,
	}
}

func (s *Shell) showSignIn(a *Ask) error {
	if a.SignedIn() {
		return a.Redirect("/")
	}
	first, err := s.c.Accounts.FirstRun(a.Context())
	if err != nil {
		return err
	}
	if first {
		return a.Redirect("/setup")
	}
	return a.Show(s.newSignIn(a.URL.Query().Get("next")))
}

func (s *Shell) signIn(a *Ask) error {
	if err := a.Parse(); err != nil {
		return err
	}
	token, _, err := s.c.Accounts.SignIn(a.Context(), access.Credentials{
		Login: a.PostFormValue("login"), Password: a.PostFormValue("password"), Code: strings.TrimSpace(a.PostFormValue("code")),
		IP: clientIP(a.Request), UserAgent: a.UserAgent(), Via: "web",
	})
	if err != nil {
		return s.refuseSignIn(a, err)
	}
	s.setCookie(a.w, "session", token, 0)
	if next := a.PostFormValue("next"); localPath(next) {
		return a.Redirect(next)
	}
	return a.Redirect("/")
}

// refuseSignIn shows the form again with what access says; it never says which
// of login, password and code was wrong.
func (s *Shell) refuseSignIn(a *Ask, err error) error {
	switch fault.KindOf(err) {
	case fault.Unauthenticated, fault.Limited, fault.Invalid:
	default:
		return err
	}
	p := s.newSignIn(a.PostFormValue("next"))
	p.Failure, p.Hint = fault.Public(err)
	p.Login.Value = a.PostFormValue("login")
	if errors.Is(err, access.ErrCodeRequired) {
		p.Failure, p.Hint = "这个账号启用了动态验证码", "请再输入一次口令，并填写验证器里的 6 位数字。"
		p.Code.Required = true
	}
	a.rec.fail(err)
	status := Status(err)
	if status == http.StatusTooManyRequests {
		a.w.Header().Set("Retry-After", "60")
	}
	return a.ShowStatus(status, p)
}

func (s *Shell) signOut(a *Ask) error {
	if err := s.c.Accounts.SignOut(a.Context(), a.Person); err != nil {
		return err
	}
	s.setCookie(a.w, "session", "", -1)
	// What the browser still holds of the person's pages goes with the session.
	a.w.Header().Set("Clear-Site-Data", `"cache"`)
	return a.Done("/signin", "您已退出登录。")
}

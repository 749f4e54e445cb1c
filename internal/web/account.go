package web

import (
	"encoding/base64"
	"html/template"
	"net/http"
	"time"

	"ballast/internal/access"
	"ballast/internal/fault"
)

type passwordPage struct {
	Base
	Old, New, Again Field
	Must            bool // the rest of the system is closed until it is changed
}

func (*passwordPage) Template() string { return "password.html" }

func newPassword(a *Ask) *passwordPage {
	return &passwordPage{
		Base: Base{Title: "修改口令"},
		Old:  Field{Name: "old", Label: "原口令", Type: "password", Required: true, Auto: "current-password", Focus: true},
		New: Field{Name: "new", Label: "新口令", Type: "password", Required: true, Auto: "new-password",
			Help: "越长越好，可以是一句话；不能含姓名、登录名、单位名，不能用常见口令。"},
		Again: Field{Name: "again", Label: "再输一次新口令", Type: "password", Required: true, Auto: "new-password"},
		Must:  a.Person.MustChange,
	}
}

func (s *Shell) showPassword(a *Ask) error { return a.Show(newPassword(a)) }

func (s *Shell) changePassword(a *Ask) error {
	if err := a.Parse(); err != nil {
		return err
	}
	p := newPassword(a)
	p.Old.Focus = false
	if a.PostFormValue("new") != a.PostFormValue("again") {
		p.Again.Error = "两次输入的新口令不一样。"
		return a.ShowStatus(http.StatusUnprocessableEntity, p)
	}
	token, person, err := s.c.Accounts.ChangePassword(a.Context(), a.Person, access.PasswordChange{
		Old: a.PostFormValue("old"), New: a.PostFormValue("new"), IP: clientIP(a.Request), UserAgent: a.UserAgent(),
	})
	switch {
	case err == nil:
		s.setCookie(a.w, "session", token, 0)
		a.Person, a.token = person, token
		return a.Done("/", "口令已修改，您在其他地方的登录已全部退出。")
	case fault.Is(err, fault.Unauthenticated):
		p.Old.Error = sentence(err)
	case fault.Is(err, fault.Invalid):
		p.New.Error = sentence(err)
	default:
		return err
	}
	a.rec.fail(err)
	return a.ShowStatus(http.StatusUnprocessableEntity, p)
}

// sentence is the fault as one text beside a field.
func sentence(err error) string {
	msg, hint := fault.Public(err)
	if hint == "" {
		return msg + "。"
	}
	return msg + "。" + hint
}

type sessionsPage struct {
	Base
	Sessions []sessionRow
	IdleAt   time.Time
	EndsAt   time.Time
}

type sessionRow struct {
	access.Session
	Own     bool // the session this page is shown in
	Browser string
}

func (*sessionsPage) Template() string { return "sessions.html" }

func (s *Shell) showSessions(a *Ask) error {
	all, err := s.c.Accounts.Sessions(a.Context(), a.Person, a.Person.ID)
	if err != nil {
		return err
	}
	p := &sessionsPage{Base: Base{Title: "我的登录"}, IdleAt: a.Person.IdleAt, EndsAt: a.Person.EndsAt}
	for _, one := range all {
		p.Sessions = append(p.Sessions, sessionRow{one, one.ID == a.Person.Session, browser(one.Agent)})
	}
	return a.Show(p)
}

func (s *Shell) endSession(a *Ask) error {
	id, err := a.ID("id")
	if err != nil {
		return err
	}
	if id == a.Person.Session {
		return s.signOut(a)
	}
	if err := s.c.Accounts.KillSession(a.Context(), a.Person, id, "本人在“我的登录”中结束"); err != nil {
		return err
	}
	return a.Done("/account/sessions", "这次登录已结束。")
}

type totpPage struct {
	Base
	Enabled bool
	Must    bool
	Image   template.URL // data: address of the QR code; empty before enrolment
	Secret  string
	Code    Field
}

func (*totpPage) Template() string { return "totp.html" }

func newTOTP(a *Ask) *totpPage {
	return &totpPage{Base: Base{Title: "动态验证码"}, Enabled: a.Person.TOTP, Must: a.Person.MustEnrol,
		Code: Field{Name: "code", Label: "验证器显示的 6 位数字", Required: true, Auto: "one-time-code", Mode: "numeric", Max: 6}}
}

func (s *Shell) showTOTP(a *Ask) error { return a.Show(newTOTP(a)) }

func (s *Shell) enrolTOTP(a *Ask) error {
	key, err := s.c.Accounts.EnrolTOTP(a.Context(), a.Person)
	if err != nil {
		return err
	}
	p := newTOTP(a)
	// The bytes are a PNG that access made; the address holds nothing of the user's.
	p.Image = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(key.PNG))
	p.Secret, p.Code.Focus = key.Secret, true
	return a.Show(p)
}

func (s *Shell) confirmTOTP(a *Ask) error {
	if err := a.Parse(); err != nil {
		return err
	}
	err := s.c.Accounts.ConfirmTOTP(a.Context(), a.Person, a.PostFormValue("code"))
	if fault.Is(err, fault.Invalid) {
		s.setFlash(a.w, Flash{Kind: "bad", Text: sentence(err) + "请重新生成二维码后再试。"})
		return a.Redirect("/account/totp")
	}
	if err != nil {
		return err
	}
	return a.Done("/account/totp", "动态验证码已启用，下次登录要填 6 位数字。")
}

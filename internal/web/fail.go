package web

import (
	"net/http"
	"net/url"

	"ballast/internal/fault"
)

// statuses maps the kinds of fault to HTTP statuses, once.
var statuses = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Denied:          http.StatusForbidden,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.Limited:         http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

// Status returns the HTTP status of an error; an error without a kind is 500.
func Status(err error) int {
	if s, ok := statuses[fault.KindOf(err)]; ok {
		return s
	}
	return http.StatusInternalServerError
}

type errorPage struct {
	Base
	Status  int
	Message string
	Hint    string
	Why     []string // on a refusal: who you are, what you may see, what is needed
}

func (*errorPage) Template() string { return "error.html" }

// answerError is the one place where an error becomes an answer.
func (s *Shell) answerError(a *Ask, err error) {
	if err == nil {
		return
	}
	a.rec.fail(err)
	if a.rec.wrote {
		panic(http.ErrAbortHandler) // the page function answered and failed: cut the connection
	}
	if fault.Is(err, fault.Unauthenticated) && a.route.Public == "" {
		s.toSignIn(a)
		return
	}
	if fault.Is(err, fault.Denied) && a.SignedIn() && s.unfinished(a) {
		return
	}
	s.showError(a, Status(err), err)
}

// unfinished sends a person whose account is not ready yet to the page where he
// can finish it: until then access refuses everything else.
func (s *Shell) unfinished(a *Ask) bool {
	switch {
	case a.Person.MustChange && a.URL.Path != "/account/password":
		s.setFlash(a.w, Flash{Kind: "warn", Text: "请先设置您自己的口令，之后才能使用系统。"})
		return a.Redirect("/account/password") == nil
	case a.Person.MustEnrol && a.URL.Path != "/account/totp":
		s.setFlash(a.w, Flash{Kind: "warn", Text: "您的角色需要动态验证码，请先启用，之后才能使用系统。"})
		return a.Redirect("/account/totp") == nil
	}
	return false
}

// toSignIn sends a page request to the sign-in page and back afterwards. A POST
// is not repeated after sign-in, so it returns to the page it came from.
func (s *Shell) toSignIn(a *Ask) {
	to := "/signin"
	if a.Method == http.MethodGet && a.URL.Path != "/" {
		to += "?next=" + url.QueryEscape(a.URL.RequestURI())
	}
	if err := a.Redirect(to); err != nil {
		s.showError(a, http.StatusInternalServerError, err)
	}
}

func (s *Shell) showError(a *Ask, status int, err error) {
	message, hint := fault.Public(err)
	p := &errorPage{Base: Base{Title: titleOf(status)}, Status: status, Message: message, Hint: hint}
	p.Bare = !a.SignedIn()
	if fault.Is(err, fault.Denied) && a.SignedIn() {
		p.Why = s.explain(a)
	}
	if status == http.StatusTooManyRequests {
		a.w.Header().Set("Retry-After", "60")
	}
	if a.Live() { // the part on the screen stays; the message is announced beside it
		if rerr := a.render(status, p, "live-error"); rerr == nil {
			return
		}
	}
	if rerr := a.ShowStatus(status, p); rerr != nil {
		a.rec.fail(rerr)
		http.Error(a.w, message+" "+hint, status)
	}
}

// explain answers 为什么看不到: who is asking and what his rights reach. Why the
// page is not among them is the fault's own sentence, which access wrote.
func (s *Shell) explain(a *Ask) []string {
	b := s.badge(a.Person)
	return []string{"您现在的身份：" + b.Name + "（" + b.Role + "）。", "您的数据范围：" + b.Why + "。", "这次访问已记入操作日志。"}
}

// refuse answers with the error page outside any route.
func (s *Shell) refuse(rec *record, r *http.Request, err error) {
	s.refuseStatus(rec, r, Status(err), err)
}

func (s *Shell) refuseStatus(rec *record, r *http.Request, status int, err error) {
	rec.fail(err)
	rec.Header().Set("Cache-Control", "no-store")
	a := &Ask{Request: r, shell: s, w: rec, rec: rec}
	if rerr := s.resolve(a); rerr != nil {
		a.token = ""
	}
	s.showError(a, status, err)
}

func titleOf(status int) string {
	switch status {
	case http.StatusNotFound:
		return "没有找到"
	case http.StatusForbidden:
		return "没有权限"
	case http.StatusConflict:
		return "情况有变化"
	case http.StatusUnprocessableEntity, http.StatusBadRequest, http.StatusMethodNotAllowed:
		return "填写有误"
	case http.StatusRequestEntityTooLarge:
		return "内容太大"
	case http.StatusTooManyRequests:
		return "操作太频繁"
	case http.StatusServiceUnavailable:
		return "暂时不可用"
	case http.StatusUnauthorized:
		return "请先登录"
	}
	return "系统出错了"
}

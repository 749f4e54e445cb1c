package web

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"ballast/internal/fault"
)

// cookie returns the full name of a cookie. Over https the prefix __Host- binds
// it to this host and to Secure, whatever a neighbouring host sets.
func (s *Shell) cookie(name string) string {
	if s.c.Secure {
		return "__Host-ballast-" + name
	}
	return "ballast-" + name
}

// setCookie sets a cookie that scripts cannot read and other sites cannot send
// along with a POST. It lives as long as the browser unless maxAge says less;
// the session behind it ends by the rules of access.
func (s *Shell) setCookie(w http.ResponseWriter, name, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name: s.cookie(name), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: s.c.Secure, SameSite: http.SameSiteLaxMode,
	})
}

// resolve finds the person of the request's session cookie. Without a cookie, or
// with one whose session ended, it returns Unauthenticated.
func (s *Shell) resolve(a *Ask) error {
	c, err := a.Cookie(s.cookie("session"))
	if err != nil || c.Value == "" {
		return fault.New(fault.Unauthenticated, "请先登录")
	}
	p, err := s.c.Accounts.Resolve(a.Context(), c.Value)
	if err != nil {
		if fault.Is(err, fault.Unauthenticated) {
			s.setCookie(a.w, "session", "", -1)
		}
		return err
	}
	a.Person, a.token = p, c.Value
	a.rec.person = p.Login
	return nil
}

const flashSeconds = 60

// setFlash keeps a message for the next page. It is text of ours about the
// person's own act; html/template escapes it on the way out.
func (s *Shell) setFlash(w http.ResponseWriter, f Flash) {
	s.setCookie(w, "flash", f.Kind+"."+base64.RawURLEncoding.EncodeToString([]byte(f.Text)), flashSeconds)
}

// takeFlash returns the message and forgets it. A poll leaves it for the page.
func (s *Shell) takeFlash(a *Ask) *Flash {
	c, err := a.Cookie(s.cookie("flash"))
	if err != nil || a.Live() {
		return nil
	}
	s.setCookie(a.w, "flash", "", -1)
	kind, enc, ok := strings.Cut(c.Value, ".")
	text, err := base64.RawURLEncoding.DecodeString(enc)
	if !ok || err != nil || kind != "ok" && kind != "warn" && kind != "bad" {
		return nil
	}
	return &Flash{Kind: kind, Text: string(text)}
}

// zone is China Standard Time. The country has one zone and no summer time, so a
// fixed zone needs no time-zone data on the machine.
var zone = time.FixedZone("Asia/Shanghai", 8*60*60)

package web

import (
	"io/fs"
	"net/http"

	"ballast/internal/access"
	"ballast/internal/fault"
)

// own is the shell's own section: the door, one's own account, the first start.
func (s *Shell) own() Section {
	templates, err := fs.Sub(ownTemplates, "templates")
	if err != nil { // only a malformed constant path can fail; a nil FS then fails the build
		templates = nil
	}
	const get, post = http.MethodGet, http.MethodPost
	return Section{
		Name: "web",
		Routes: []Route{
			{Method: get, Pattern: "/", SignedIn: "leads on to the first page one may see", Page: s.home},
			{Method: get, Pattern: "/signin", Public: "the door", Page: s.showSignIn},
			{Method: post, Pattern: "/signin", Public: "the door", Page: s.signIn},
			{Method: post, Pattern: "/signout", SignedIn: "ends one's own session", Page: s.signOut},
			{Method: get, Pattern: "/setup", Public: "first run, guarded by the word the program prints", Page: s.showSetup},
			{Method: post, Pattern: "/setup", Public: "first run, guarded by the word the program prints", Page: s.setup},
			{Method: get, Pattern: "/account/password", Permission: access.SelfPassword, Page: s.showPassword},
			{Method: post, Pattern: "/account/password", Permission: access.SelfPassword, Page: s.changePassword},
			{Method: get, Pattern: "/account/sessions", Permission: access.SelfSessions, Page: s.showSessions},
			{Method: post, Pattern: "/account/sessions/{id}/end", Permission: access.SelfSessions, Page: s.endSession},
			{Method: get, Pattern: "/account/totp", Permission: access.SelfTOTP, Page: s.showTOTP},
			{Method: post, Pattern: "/account/totp", Permission: access.SelfTOTP, Page: s.enrolTOTP},
			{Method: post, Pattern: "/account/totp/confirm", Permission: access.SelfTOTP, Page: s.confirmTOTP},
			{Method: get, Pattern: "/building", Public: "shows only how far the start is", Page: s.showBuilding},
			{Method: get, Pattern: "/building/progress", Public: "shows only how far the start is", Page: s.showBuildingProgress},
		},
		Templates: templates,
		Pages: []Page{
			(*signInPage)(nil), (*setupPage)(nil), (*passwordPage)(nil), (*sessionsPage)(nil), (*totpPage)(nil),
			(*buildingPage)(nil), (*errorPage)(nil),
		},
	}
}

// home leads to the first page in the person's own navigation. Roles differ: an
// enterprise's first page is its file, an auditor's the journal.
func (s *Shell) home(a *Ask) error {
	if s.unfinished(a) {
		return nil
	}
	for _, g := range s.nav(a) {
		for _, it := range g.Items {
			if it.Path != "/" {
				return a.Redirect(it.Path)
			}
		}
	}
	return fault.New(fault.Denied, "您的角色还没有可以打开的页面").WithHint("请联系本单位的安全管理员授权。")
}

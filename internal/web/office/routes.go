package office

import (
	"net/http"
	"time"

	"ballast/internal/access"
	"ballast/internal/web"
)

// long is for routes that compute or write whole populations.
const long = 2 * time.Minute

// routes is every address of the office, with who may use it.
func (o *office) routes() []web.Route {
	const get, post = http.MethodGet, http.MethodPost
	return []web.Route{
		{Method: get, Pattern: "/desk", Permission: access.RoundRead, Page: o.showDesk},

		{Method: get, Pattern: "/enterprises", Permission: access.EnterpriseRead, Page: o.showFirms},
		{Method: get, Pattern: "/enterprises.xlsx", Permission: access.EnterpriseRead, Page: o.exportFirms, Timeout: long},
		{Method: get, Pattern: "/enterprises/{id}", Permission: access.EnterpriseRead, Page: o.showFirm},
		{Method: get, Pattern: "/my/file", Permission: access.EnterpriseRead, Page: o.showOwnFirm},

		{Method: get, Pattern: "/rounds", Permission: access.RoundRead, Page: o.showRounds},
		{Method: post, Pattern: "/rounds", Permission: access.RoundOpen, Page: o.openRound},
		{Method: get, Pattern: "/rounds/{id}", Permission: access.RoundRead, Page: o.showRound},
		{Method: post, Pattern: "/rounds/{id}/freeze", Permission: access.RoundFreeze, Page: o.freezeRound, Timeout: long},
		{Method: post, Pattern: "/rounds/{id}/thaw", Permission: access.RoundFreeze, Page: o.thawRound},
		{Method: post, Pattern: "/rounds/{id}/compute", Permission: access.RoundCompute, Page: o.computeRound, Timeout: long},
		{Method: post, Pattern: "/rounds/{id}/reconcile", Permission: access.RoundCompute, Page: o.reconcileRound},
		{Method: post, Pattern: "/rounds/{id}/publish", Permission: access.RoundPublish, Page: o.publishRound},
		{Method: post, Pattern: "/rounds/{id}/finalise", Permission: access.RoundFinalise, Page: o.finaliseRound, Timeout: long},
		{Method: get, Pattern: "/rounds/{id}/runs/{run}", Permission: access.RoundRead, Page: o.showResults},
		{Method: get, Pattern: "/rounds/{id}/runs/{run}/scores.xlsx", Permission: access.RoundRead, Page: o.exportResults, Timeout: long},
		{Method: get, Pattern: "/rounds/{id}/compare", Permission: access.RoundCompare, Page: o.showCompare},
		{Method: get, Pattern: "/rounds/{id}/notice.docx", Permission: access.Export, Page: o.showNotice, Timeout: long},

		{Method: get, Pattern: "/scores/{run}/{enterprise}", Permission: access.RoundScoreRead, Page: o.showScore},
		{Method: get, Pattern: "/my/score", Permission: access.RoundScoreRead, Page: o.showOwnScore},

		{Method: get, Pattern: "/admin/journal", Permission: access.JournalRead, Page: o.showJournal},
		{Method: post, Pattern: "/admin/journal/verify", Permission: access.JournalVerify, Page: o.verifyJournal, Timeout: long},
	}
}

// navigation is the office's entries. A firm's own pages hang on the right to
// confirm its data, which only its own people have.
func navigation() []web.NavGroup {
	return []web.NavGroup{
		{Items: []web.NavItem{
			{Title: "我的工作台", Path: "/desk", Permission: access.RoundRead},
			{Title: "我的评价", Path: "/my/score", Permission: access.ObserveConfirm},
			{Title: "我的档案", Path: "/my/file", Permission: access.ObserveConfirm},
		}},
		{Title: "看", Items: []web.NavItem{
			{Title: "一企一档", Path: "/enterprises", Permission: access.Search},
		}},
		{Title: "评", Items: []web.NavItem{
			{Title: "综合评价", Path: "/rounds", Permission: access.RoundRead},
		}},
		{Title: "管", Items: []web.NavItem{
			{Title: "操作日志", Path: "/admin/journal", Permission: access.JournalRead},
		}},
	}
}

// pages is one zero value of every page, so that all templates are checked.
var pages = []web.Page{(*deskPage)(nil), (*firmsPage)(nil), (*firmPage)(nil), (*roundsPage)(nil), (*roundPage)(nil), (*resultsPage)(nil), (*comparePage)(nil), (*scorePage)(nil), (*journalPage)(nil)}

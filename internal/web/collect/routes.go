package collect

import (
	"net/http"
	"time"

	"ballast/internal/access"
	"ballast/internal/sheet"
	"ballast/internal/web"
)

// formRoom is what a multipart form may hold beside the file.
const formRoom = 1 << 20

// uploadTime bounds reading and checking one file of the greatest size.
const uploadTime = 3 * time.Minute

// routes is every page of the section.
func (p *Pages) routes() []web.Route {
	const get, post = http.MethodGet, http.MethodPost
	return []web.Route{
		{Method: get, Pattern: "/collect", Permission: access.ObserveRead, Page: p.showBoard},
		{Method: get, Pattern: "/collect/missing/{period}/{item}", Permission: access.ObserveRead, Page: p.showMissing},
		{Method: post, Pattern: "/collect/windows", Permission: access.ObserveWindow, Page: p.setWindow},

		{Method: get, Pattern: "/collect/upload", Permission: access.ObserveUpload, Page: p.showUpload},
		{Method: post, Pattern: "/collect/upload", Permission: access.ObserveUpload, Page: p.upload, MaxBody: sheet.DefaultLimits().FileBytes + formRoom, Timeout: uploadTime},
		{Method: get, Pattern: "/collect/template.xlsx", Permission: access.ObserveUpload, Page: p.template, Timeout: uploadTime},

		{Method: get, Pattern: "/collect/batches", Permission: access.ObserveRead, Page: p.listBatches},
		{Method: get, Pattern: "/collect/batches/{id}", Permission: access.ObserveRead, Page: p.showBatch},
		{Method: get, Pattern: "/collect/batches/{id}/marked.xlsx", Permission: access.ObserveRead, Page: p.marked, Timeout: uploadTime},
		{Method: get, Pattern: "/collect/batches/{id}/original", Permission: access.ObserveRead, Page: p.original, Timeout: uploadTime},
		{Method: get, Pattern: "/collect/batches/{id}/rows/{row}", Permission: access.ObserveUpload, Page: p.showRow},
		{Method: post, Pattern: "/collect/batches/{id}/rows/{row}/amend", Permission: access.ObserveUpload, Page: p.amend},
		{Method: post, Pattern: "/collect/batches/{id}/rows/{row}/drop", Permission: access.ObserveUpload, Page: p.drop},
		{Method: post, Pattern: "/collect/batches/{id}/rematch", Permission: access.ObserveUpload, Page: p.rematch},
		{Method: post, Pattern: "/collect/batches/{id}/submit", Permission: access.ObserveUpload, Page: p.act},
		{Method: post, Pattern: "/collect/batches/{id}/withdraw", Permission: access.ObserveUpload, Page: p.act},
		{Method: post, Pattern: "/collect/batches/{id}/return", Permission: access.ObserveApprove, Page: p.act},
		{Method: post, Pattern: "/collect/batches/{id}/approve", Permission: access.ObserveApprove, Page: p.act},
		{Method: post, Pattern: "/collect/batches/{id}/undo", Permission: access.ObserveUndo, Page: p.act},

		{Method: get, Pattern: "/collect/matches", Permission: access.MatchDecide, Page: p.showMatches},
		{Method: post, Pattern: "/collect/matches/{id}", Permission: access.MatchDecide, Page: p.decide},

		{Method: get, Pattern: "/collect/objections", Permission: access.ObserveUpload, Page: p.showObjections},
		{Method: post, Pattern: "/collect/objections/{id}", Permission: access.ObserveUpload, Page: p.rule},
		{Method: get, Pattern: "/my/data", Permission: access.ObserveConfirm, Page: p.showMine},
		{Method: post, Pattern: "/my/data/confirm", Permission: access.ObserveConfirm, Page: p.confirm},
		{Method: get, Pattern: "/my/data/{value}/object", Permission: access.ObserveObject, Page: p.showObject},
		{Method: post, Pattern: "/my/data/{value}/object", Permission: access.ObserveObject, Page: p.object},
	}
}

// pages is one zero value of every page struct, so that all templates are checked.
var pages = []web.Page{
	(*boardPage)(nil), (*missingPage)(nil), (*uploadPage)(nil), (*batchesPage)(nil), (*batchPage)(nil), (*rowPage)(nil),
	(*matchesPage)(nil), (*objectionsPage)(nil), (*minePage)(nil), (*objectPage)(nil),
}

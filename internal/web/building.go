package web

import (
	"net/http"

	"ballast/internal/fault"
)

// Building tells how far the work of the first start has come: schema, demo
// city, imports. While it is not done, every page but /building leads there.
type Building interface {
	// Progress returns the state now. It is called for every request while the
	// building goes on, so it must be cheap.
	Progress() Progress
}

type buildingPage struct {
	Base
	Progress Progress
}

func (*buildingPage) Template() string { return "building.html" }

// building reports whether the first start still works, or failed.
func (s *Shell) building() (Progress, bool) {
	if s.c.Building == nil {
		return Progress{State: "done", Percent: 100}, false
	}
	p := s.c.Building.Progress()
	p.ID, p.From, p.Next = "building", "/building/progress", "/"
	return p, p.State != "done"
}

// showBuilding shows the city being built: a bar, what was imported, what was
// corrected. When it is done the page leads on.
func (s *Shell) showBuilding(a *Ask) error {
	p, going := s.building()
	if !going && s.c.Building == nil {
		return a.Redirect("/")
	}
	page := &buildingPage{Base: Base{Title: p.Title, Bare: true}, Progress: p}
	if p.Running() {
		page.Refresh = 2
	}
	return a.Show(page)
}

func (s *Shell) showBuildingProgress(a *Ask) error {
	p, _ := s.building()
	return a.Part(&buildingPage{Progress: p}, "progress-part")
}

// waitForBuilding answers every other page before the city is there: a reader is
// led to the progress page, a form is refused.
func (s *Shell) waitForBuilding(a *Ask) error {
	if a.Method == http.MethodGet && !a.Live() {
		return a.Redirect("/building")
	}
	a.w.Header().Set("Retry-After", "5")
	return fault.New(fault.Unavailable, "系统正在准备数据").WithHint("请稍候，准备好后会自动打开。")
}

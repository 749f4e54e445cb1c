package office_test

import (
	"testing"

	"ballast/internal/web/webtest"
)

// The pages that officers and firms use most, as a browser draws them: no console
// error, no breach of WCAG 2.2 AA, on a desk and on a phone.
func TestPagesInChromium(t *testing.T) {
	c := webtest.Browser(t)
	s := townSite(t, true)
	s.Run(t, "published", `
login officer
POST /rounds
  year=2025
  scheme=pingxiang-four-heroes/above
POST /rounds/1/freeze
  version=1
POST /rounds/1/compute
  version=2
  mode=trial
  note=A 档放到 30%
  upto-A=30
POST /rounds/1/compute
  version=3
  mode=binding
POST /rounds/1/reconcile
  version=4
  run=2
login lead
POST /rounds/1/publish
  version=5
  from=2026-07-13
  days=5
status 303
`)
	b := c.Tab(t, s)
	look := func(path, shot string) {
		t.Helper()
		b.Go(path)
		b.Axe()
		b.Quiet()
		b.Shot(shot)
	}
	b.Login("officer")
	look("/desk", "desk")
	look("/enterprises", "firms")
	look("/enterprises/5", "firm")
	look("/rounds", "rounds")
	look("/rounds/1", "round")
	b.Size(1360, 2100)
	b.Go("/rounds/1/runs/2")
	b.Wait("#by-district svg")
	b.Axe()
	b.Quiet()
	b.Shot("results")
	b.Size(1360, 900)
	look("/rounds/1/compare?a=1&b=2", "compare")
	b = c.Tab(t, s)
	b.Login("firm7")
	look("/my/score", "score")
	b.Size(390, 844)
	look("/my/score", "phone-score")
	if len(b.Print("print-score")) < 1000 {
		t.Error("the printed sheet is empty")
	}
}

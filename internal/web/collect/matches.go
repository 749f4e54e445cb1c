package collect

import (
	"fmt"
	"strconv"
	"strings"

	"ballast/internal/audit"
	"ballast/internal/fault"
	"ballast/internal/registry"
	"ballast/internal/web"
)

// matchesPage is the queue of claims without a firm.
type matchesPage struct {
	web.Base
	Waiting []claim
	Total   int
}

func (*matchesPage) Template() string { return "matches.html" }

// claim is one waiting claim as shown.
type claim struct {
	registry.Waiting
	DepartmentName string
}

func (p *Pages) showMatches(a *web.Ask) error {
	all, err := p.Registry.Matches().Pending(a.Context(), p.DB, a.Scope(), 1000)
	if err != nil {
		return err
	}
	page := &matchesPage{Base: web.Base{Title: "匹配队列", Crumbs: []web.Crumb{{Title: "数据归集", Path: "/collect"}}}, Total: len(all)}
	for _, w := range all[:min(len(all), maxWaiting)] {
		page.Waiting = append(page.Waiting, claim{w, p.department(w.Department)})
	}
	return a.Show(page)
}

// decide settles one claim: a candidate, a firm by code, or no firm of ours.
func (p *Pages) decide(a *web.Ask) error {
	if err := a.Parse(); err != nil {
		return err
	}
	id, err := a.ID("id")
	if err != nil {
		return err
	}
	if err := p.seesClaim(a, id); err != nil {
		return err
	}
	reason := strings.TrimSpace(a.PostFormValue("reason"))
	if reason == "" {
		return fault.New(fault.Invalid, "请写明裁定的理由")
	}
	firm, err := p.chosen(a)
	if err != nil {
		return err
	}
	actor := a.Person.Actor(via)
	act := audit.Act{Actor: actor, Verb: registry.VerbDecide, Subject: fmt.Sprintf("match:%d", id), Enterprise: firm, Reason: reason}
	err = p.Pen.Do(a.Context(), act, func(tx *audit.Tx) error {
		return p.Registry.Matches().Decide(a.Context(), tx, id, firm, actor.ID, reason)
	})
	if err != nil {
		return err
	}
	return a.Done("/collect/matches", "已裁定。以后同样的写法不再进队列；正在报送的批次请按“重新匹配”。")
}

// seesClaim refuses a claim that the person's queue does not hold. One that was
// decided a moment ago is told apart by Decide for those who see all.
func (p *Pages) seesClaim(a *web.Ask, id int64) error {
	if a.Scope().WholeCity() {
		return nil
	}
	all, err := p.Registry.Matches().Pending(a.Context(), p.DB, a.Scope(), 1000)
	for _, w := range all {
		if w.ID == id {
			return nil
		}
	}
	if err == nil {
		err = fault.New(fault.NotFound, "匹配队列里没有第 %d 条，或不由您裁定", id)
	}
	return err
}

// chosen is the firm the form names; 0 for none of ours.
func (p *Pages) chosen(a *web.Ask) (int64, error) {
	switch v := a.PostFormValue("firm"); v {
	case "none":
		return 0, nil
	case "code":
		e, err := p.Registry.Enterprises().FindCode(a.Context(), p.DB, a.Scope(), strings.TrimSpace(a.PostFormValue("code")), p.today())
		return e.ID, err
	default:
		id, err := strconv.ParseInt(v, 10, 64)
		if err != nil || id <= 0 {
			return 0, fault.New(fault.Invalid, "没有选择企业").WithHint("请选一家候选企业，填写代码，或选“不是本市登记企业”。")
		}
		_, err = p.Registry.Enterprises().Find(a.Context(), p.DB, a.Scope(), id, p.today())
		return id, err
	}
}

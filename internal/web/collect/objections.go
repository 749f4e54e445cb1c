package collect

import (
	"fmt"
	"strings"

	"ballast/internal/fault"
	"ballast/internal/observe"
	"ballast/internal/web"
)

// objectionsPage is what firms object to, for the department that owns the items.
type objectionsPage struct {
	web.Base
	Open    []objection
	Decided []objection
}

func (*objectionsPage) Template() string { return "objections.html" }

func (p *Pages) showObjections(a *web.Ask) error {
	page := &objectionsPage{Base: web.Base{Title: "数值异议", Crumbs: []web.Crumb{{Title: "数据归集", Path: "/collect"}}}}
	var err error
	if page.Open, err = p.objections(a, observe.Open); err != nil {
		return err
	}
	if page.Decided, err = p.objections(a, observe.Accepted, observe.Corrected, observe.Rejected); err != nil {
		return err
	}
	return a.Show(page)
}

// rule decides an objection; one that is accepted leads to its correction batch.
func (p *Pages) rule(a *web.Ask) error {
	if err := a.Parse(); err != nil {
		return err
	}
	id, err := a.ID("id")
	if err != nil {
		return err
	}
	r := observe.Ruling{Answer: id, Value: strings.TrimSpace(a.PostFormValue("value")), Reason: strings.TrimSpace(a.PostFormValue("reason"))}
	switch a.PostFormValue("ruling") {
	case "accept":
		r.Accept = true
	case "reject":
	default:
		return fault.New(fault.Invalid, "没有选择采纳还是不采纳")
	}
	batch, err := p.Observe.Answers().Rule(a.Context(), a.Person.Actor(via), a.Scope(), r)
	if err != nil {
		return err
	}
	if batch == 0 {
		return a.Done("/collect/objections", "已处理：不采纳。企业会看到理由。")
	}
	return a.Done(fmt.Sprintf("/collect/batches/%d", batch), "已采纳。更正须由另一位同志审核后生效。")
}

package collect

import (
	"fmt"
	"net/http"
	"strings"

	"ballast/internal/fault"
	"ballast/internal/observe"
	"ballast/internal/period"
	"ballast/internal/web"
)

// minePage is what is held about the firm of the person.
type minePage struct {
	web.Base
	Period     web.Field
	Of         period.Period
	Values     []myValue
	Open       int // values nobody has spoken about
	Objections []objection
}

func (*minePage) Template() string { return "mine.html" }

// myValue is one value with where it comes from.
type myValue struct {
	observe.Value
	Shown  string
	From   string // department
	Source string
}

// MayObject reports whether an objection can be made now.
func (v myValue) MayObject() bool {
	return v.Answer.State != observe.Open && v.Answer.State != observe.Accepted
}

// objection is one objection as shown.
type objection struct {
	observe.Answer
	ItemName       string
	DepartmentName string
	Firm           string
	Now            string // the value objected to
	Unit           string
}

func (p *Pages) showMine(a *web.Ask) error {
	when, err := p.period(a.URL.Query().Get("period"))
	if err != nil {
		return err
	}
	ctx, s := a.Context(), a.Scope()
	vs, err := p.Observe.Read().Values(ctx, p.DB, s, a.Person.Enterprise, when)
	if err != nil {
		return err
	}
	page := &minePage{Base: web.Base{Title: "我的数据"}, Period: p.periodField(when), Of: when}
	for _, v := range vs {
		t, err := p.Observe.Read().Lineage(ctx, p.DB, s, v.ID)
		if err != nil {
			return err
		}
		page.Values = append(page.Values, myValue{v, shown(v.Item, v.Cell), p.department(v.Department), t.Source()})
		if v.Answer.State == "" {
			page.Open++
		}
	}
	if page.Objections, err = p.objections(a, observe.Open, observe.Accepted, observe.Corrected, observe.Rejected); err != nil {
		return err
	}
	return a.Show(page)
}

// objections lists what the person's scope sees of the states, in their order.
func (p *Pages) objections(a *web.Ask, states ...observe.AnswerState) ([]objection, error) {
	var out []objection
	for _, state := range states {
		xs, err := p.Observe.Answers().List(a.Context(), p.DB, a.Scope(), state, maxWaiting)
		if err != nil {
			return nil, err
		}
		for _, x := range xs {
			if x.Reason == "" { // a confirmation that was taken back is no objection
				continue
			}
			o := objection{Answer: x, ItemName: p.item(x.Value.Item), DepartmentName: p.department(x.Department)}
			t, err := p.Observe.Read().Lineage(a.Context(), p.DB, a.Scope(), x.Value)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			o.Now, o.Unit = shown(t.Item, t.Cell), t.Item.Unit
			out = append(out, o)
		}
	}
	return out, p.nameFirms(a, out)
}

// nameFirms fills in the firms' names as far as the person may see them.
func (p *Pages) nameFirms(a *web.Ask, xs []objection) error {
	ids := make([]int64, 0, len(xs))
	for _, x := range xs {
		ids = append(ids, x.Enterprise)
	}
	known, err := p.names(a.Context(), a.Scope(), p.today(), ids)
	for i := range xs {
		xs[i].Firm = known[xs[i].Enterprise].Name
	}
	return err
}

func (p *Pages) confirm(a *web.Ask) error {
	if err := a.Parse(); err != nil {
		return err
	}
	when, err := p.period(a.PostFormValue("period"))
	if err != nil {
		return err
	}
	n, err := p.Observe.Answers().Confirm(a.Context(), a.Person.Actor(via), a.Scope(), a.Person.Enterprise, when)
	if err != nil {
		return err
	}
	return a.Done(link("/my/data", "period", when.String()), fmt.Sprintf("已确认 %d 个数值。", n))
}

// objectPage is the form of one objection.
type objectPage struct {
	web.Base
	Value   myValue
	Claimed web.Field
	Reason  web.Field
	Failure string
}

func (*objectPage) Template() string { return "object.html" }

// mine finds the value of the address among those that hold about the firm.
func (p *Pages) mine(a *web.Ask) (*objectPage, error) {
	id, err := observe.ParseValueID(a.PathValue("value"))
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, err, "没有这个数值")
	}
	t, err := p.Observe.Read().Lineage(a.Context(), p.DB, a.Scope(), id)
	if err != nil {
		return nil, err
	}
	return &objectPage{
		Base:    web.Base{Title: "对“" + t.Item.Name + "”提出异议", Crumbs: []web.Crumb{{Title: "我的数据", Path: link("/my/data", "period", t.Batch.Period.String())}}},
		Value:   myValue{observe.Value{ID: id, Item: t.Item, Period: t.Batch.Period}, shown(t.Item, t.Cell), p.department(t.Batch.Department), t.Source()},
		Claimed: web.Field{Name: "claimed", Label: "您认为正确的数值", Max: 60, Help: "单位" + web.Dash(t.Item.Unit) + "；用别的单位请写出来。可以不填。"},
		Reason:  web.Field{Name: "reason", Label: "理由", Type: "textarea", Required: true, Max: 500, Help: "请写明依据，例如完税证明、电费发票、不动产权证。"},
	}, nil
}

func (p *Pages) showObject(a *web.Ask) error {
	page, err := p.mine(a)
	if err != nil {
		return err
	}
	return a.Show(page)
}

func (p *Pages) object(a *web.Ask) error {
	if err := a.Parse(); err != nil {
		return err
	}
	page, err := p.mine(a)
	if err != nil {
		return err
	}
	x := observe.Objection{Value: page.Value.ID, Reason: strings.TrimSpace(a.PostFormValue("reason")), Claimed: strings.TrimSpace(a.PostFormValue("claimed"))}
	if _, err := p.Observe.Answers().Object(a.Context(), a.Person.Actor(via), a.Scope(), x); err != nil {
		if page.Failure, err = told(err); err != nil {
			return err
		}
		page.Claimed.Value, page.Reason.Value = x.Claimed, x.Reason
		return a.ShowStatus(http.StatusUnprocessableEntity, page)
	}
	return a.Done(link("/my/data", "period", page.Value.Period.String()), "异议已提交，由"+page.Value.From+"处理。")
}

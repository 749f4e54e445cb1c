package collect

import (
	"fmt"

	"ballast/internal/observe"
	"ballast/internal/period"
	"ballast/internal/web"
)

// batchesPage is the list of hand-ins.
type batchesPage struct {
	web.Base
	List web.ListView
}

func (*batchesPage) Template() string { return "plain.html" }

// batchRow is one line of the list.
type batchRow struct {
	observe.Batch
	department string
}

// batchColumns is the list without its filters, which the pack fills.
var batchColumns = []web.Column[batchRow]{
	{Key: "id", Title: "批次", Fixed: true, Cell: func(b batchRow) web.Cell {
		note := b.FileName
		if b.Kind == observe.Correction {
			note = "异议更正"
		}
		return web.Cell{Text: fmt.Sprintf("第 %d 批", b.ID), Href: fmt.Sprintf("/collect/batches/%d", b.ID), Note: note, Value: b.ID}
	}},
	{Key: "department", Title: "部门", Cell: func(b batchRow) web.Cell { return web.Cell{Text: b.department, Note: b.Period.Chinese()} }},
	{Key: "state", Title: "状态", Cell: func(b batchRow) web.Cell {
		lamp := map[observe.State]string{observe.Approved: "green", observe.Submitted: "amber"}[b.State]
		if lamp == "" {
			lamp = "grey"
		}
		return web.Cell{Text: b.State.Chinese(), Lamp: lamp}
	}},
	{Key: "rows", Title: "行", Number: true, Cell: func(b batchRow) web.Cell { return web.Cell{Text: web.Int(b.Rows), Value: b.Rows} }},
	{Key: "errors", Title: "错误", Number: true, Cell: func(b batchRow) web.Cell { return web.Cell{Text: web.Int(b.Errors), Value: b.Errors} }},
	{Key: "warnings", Title: "提醒", Number: true, Cell: func(b batchRow) web.Cell { return web.Cell{Text: web.Int(b.Warnings), Value: b.Warnings} }},
	{Key: "by", Title: "报送", Cell: func(b batchRow) web.Cell { return web.Cell{Text: b.Uploader, Note: web.Instant(b.UploadedAt)} }},
	{Key: "approver", Title: "审核", Cell: func(b batchRow) web.Cell {
		if b.Approver == "" {
			return web.Missing()
		}
		return web.Cell{Text: b.Approver, Note: web.Instant(b.ApprovedAt)}
	}},
}

// batchList is the list with the filters of this pack and person.
func (p *Pages) batchList(a *web.Ask) web.List[batchRow] {
	l := web.List[batchRow]{ID: "batches", Unit: "批", Columns: batchColumns, Empty: "还没有报送。"}
	when, err := p.period(a.URL.Query().Get("period"))
	if err != nil {
		when, _ = p.period("") // Query refuses the address with a sentence of its own
	}
	f := p.periodField(when)
	states := web.Filter{Key: "state", Label: "状态"}
	for _, s := range []observe.State{observe.Draft, observe.Submitted, observe.Approved, observe.Withdrawn, observe.Undone} {
		states.Options = append(states.Options, web.Option{Value: string(s), Label: s.Chinese()})
	}
	l.Filters = []web.Filter{{Key: "period", Label: "报送期", Options: f.Options}, {Key: "department", Label: "部门", Options: p.departmentField(a.Scope(), "").Options}, states}
	return l
}

// listBatches shows the thousand newest batches.
func (p *Pages) listBatches(a *web.Ask) error {
	l := p.batchList(a)
	q, err := l.Query(a.URL.Query())
	if err != nil {
		return err
	}
	var when period.Period // zero: all
	if v := q.Filter["period"]; v != "" {
		if when, err = p.period(v); err != nil {
			return err
		}
	}
	all, err := p.Observe.Read().Batches(a.Context(), p.DB, a.Scope(), when, 1000)
	if err != nil {
		return err
	}
	var rows []batchRow
	for _, b := range all {
		if d := q.Filter["department"]; d != "" && d != b.Department {
			continue
		}
		if s := q.Filter["state"]; s != "" && s != string(b.State) {
			continue
		}
		rows = append(rows, batchRow{b, p.department(b.Department)})
	}
	total := len(rows)
	rows = rows[min(q.Offset(), total):min(q.Offset()+q.PerPage, total)]
	return a.Show(&batchesPage{Base: web.Base{Title: "报送批次", Crumbs: []web.Crumb{{Title: "数据归集", Path: "/collect"}}}, List: l.View(a.URL.Path, q, rows, total)})
}

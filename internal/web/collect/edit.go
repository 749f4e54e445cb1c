package collect

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"

	"ballast/internal/fault"
	"ballast/internal/observe"
	"ballast/internal/web"
)

// rowPage is one row of a draft, to be put right.
type rowPage struct {
	web.Base
	Batch  observe.Batch
	Row    observe.Row
	Cells  []staged
	Item   web.Field
	Text   web.Field
	Reason web.Field
}

func (*rowPage) Template() string { return "row.html" }

// staged is one cell of the row.
type staged struct{ Name, Value, Original string }

func (p *Pages) showRow(a *web.Ask) error {
	b, err := p.batch(a)
	if err != nil {
		return err
	}
	r, err := p.row(a, b.ID)
	if err != nil {
		return err
	}
	page := &rowPage{
		Base:  web.Base{Title: fmt.Sprintf("%s 第 %d 行", r.Sheet, r.Number), Crumbs: append(crumbs(b), web.Crumb{Title: fmt.Sprintf("第 %d 批", b.ID), Path: fmt.Sprintf("/collect/batches/%d", b.ID)})},
		Batch: b, Row: r,
		Item:   web.Field{Name: "item", Label: "数据项", Type: "select", Value: a.URL.Query().Get("item"), Required: true},
		Text:   web.Field{Name: "text", Label: "改为", Max: 100, Help: "可以带单位，例如 1.2 亿元；不带单位时按列的单位读。没有数据请写“-”。", Required: true},
		Reason: web.Field{Name: "reason", Label: "理由", Required: true, Max: 200},
	}
	for i, key := range b.Layout.Items {
		if i >= len(r.Cells) || r.Cells[i].Kind == observe.Absent {
			continue
		}
		item, _ := p.Pack.Items().Find(key)
		page.Cells = append(page.Cells, staged{p.item(key), shown(item, r.Cells[i]), r.Cells[i].Original})
		page.Item.Options = append(page.Item.Options, web.Option{Value: key, Label: p.item(key)})
	}
	return a.Show(page)
}

// row is the staged row of the address.
func (p *Pages) row(a *web.Ask, batch int64) (observe.Row, error) {
	id, err := a.ID("row")
	if err != nil {
		return observe.Row{}, err
	}
	rows, err := p.Observe.Drafts().Rows(a.Context(), p.DB, a.Scope(), batch)
	for _, r := range rows {
		if r.ID == id {
			return r, nil
		}
	}
	if err == nil {
		err = fault.New(fault.NotFound, "这一批里没有这一行")
	}
	return observe.Row{}, err
}

// edit reads what every change of a draft needs.
func (p *Pages) edit(a *web.Ask) (observe.Edit, error) {
	e := observe.Edit{Actor: a.Person.Actor(via), Scope: a.Scope()}
	err := a.Parse()
	if err == nil {
		e.Batch, err = a.ID("id")
	}
	if err == nil {
		e.Version, err = version(a)
	}
	e.Reason = strings.TrimSpace(a.PostFormValue("reason"))
	return e, err
}

func (p *Pages) amend(a *web.Ask) error {
	e, err := p.edit(a)
	if err != nil {
		return err
	}
	row, err := a.ID("row")
	if err != nil {
		return err
	}
	if err := p.Observe.Drafts().Amend(a.Context(), e, row, a.PostFormValue("item"), a.PostFormValue("text")); err != nil {
		return err
	}
	return a.Done(fmt.Sprintf("/collect/batches/%d", e.Batch), "已修改，并重新检查了这一行。")
}

func (p *Pages) drop(a *web.Ask) error {
	e, err := p.edit(a)
	if err != nil {
		return err
	}
	row, err := a.ID("row")
	if err != nil {
		return err
	}
	if err := p.Observe.Drafts().Drop(a.Context(), e, row); err != nil {
		return err
	}
	return a.Done(fmt.Sprintf("/collect/batches/%d", e.Batch), "已去掉这一行。")
}

func (p *Pages) rematch(a *web.Ask) error {
	e, err := p.edit(a)
	if err != nil {
		return err
	}
	n, err := p.Observe.Drafts().Rematch(a.Context(), e)
	if err != nil {
		return err
	}
	return a.Done(fmt.Sprintf("/collect/batches/%d", e.Batch), fmt.Sprintf("重新匹配：%d 行有了结果。", n))
}

// marked answers with the file's workbook, its cells marked.
func (p *Pages) marked(a *web.Ask) error {
	b, err := p.batch(a)
	if err != nil {
		return err
	}
	var buf bytes.Buffer // what cannot be marked is refused before the first byte
	if err := p.Observe.Read().Marked(a.Context(), p.DB, a.Scope(), b.ID, &buf); err != nil {
		return err
	}
	name := strings.TrimSuffix(b.FileName, path.Ext(b.FileName)) + "（已标注）.xlsx"
	return a.Download(name, web.XLSX, func(w io.Writer) error { _, err := buf.WriteTo(w); return err })
}

// original answers with the file as it came.
func (p *Pages) original(a *web.Ask) error {
	b, err := p.batch(a)
	if err != nil {
		return err
	}
	name, raw, err := p.Observe.Read().File(a.Context(), p.DB, a.Scope(), b.ID)
	if err != nil {
		return err
	}
	return a.Download(name, "application/octet-stream", func(w io.Writer) error { _, err := w.Write(raw); return err })
}

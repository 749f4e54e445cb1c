package collect

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ballast/internal/access"
	"ballast/internal/fault"
	"ballast/internal/observe"
	"ballast/internal/registry"
	"ballast/internal/sheet"
	"ballast/internal/web"
)

// batchPage is one hand-in with everything found in it.
type batchPage struct {
	web.Base
	Batch      observe.Batch
	Department string
	Places     []place
	Findings   web.ListView
	Unmatched  []stray
	More       int // rows without a firm beyond those shown
	Can        actions
	Four       string // why the person may not approve; empty when he may
	Decider    bool   // may decide in the match queue
}

func (*batchPage) Template() string { return "batch.html" }

// IsFile reports whether there is a file to download.
func (b *batchPage) IsFile() bool { return b.Batch.Kind == observe.FromFile }

// place is one column as understood.
type place struct {
	observe.Place
	Column string
	Name   string
}

// stray is a row without a firm, with who it may be.
type stray struct {
	Row        observe.Row
	Why        string
	Candidates []registry.Candidate
}

// actions are what the state and the person's permissions allow.
type actions struct{ Submit, Withdraw, Return, Approve, Undo, Edit bool }

// maxStrays is how many rows without a firm the page shows.
const maxStrays = 50

// found is one line of the list of findings.
type found struct {
	observe.Finding
	row    int64 // staged row; 0 none
	batch  int64
	edit   bool
	itemCh string
}

var findings = web.List[found]{
	ID: "findings", Unit: "处", Search: "说明、单元格", Empty: "没有发现问题。",
	Filters: []web.Filter{{Key: "severity", Label: "程度", Options: []web.Option{{Value: string(observe.Error), Label: "错误"}, {Value: string(observe.Warning), Label: "提醒"}}}},
	Columns: []web.Column[found]{
		{Key: "place", Title: "单元格", Fixed: true, Cell: func(f found) web.Cell {
			return web.Cell{Text: f.address(), Note: f.Sheet, Href: f.href()}
		}},
		{Key: "severity", Title: "程度", Cell: func(f found) web.Cell {
			if f.Severity == observe.Error {
				return web.Cell{Text: "错误", Lamp: "red"}
			}
			return web.Cell{Text: "提醒", Lamp: "amber"}
		}},
		{Key: "item", Title: "数据项", Cell: func(f found) web.Cell { return web.Cell{Text: web.Dash(f.itemCh)} }},
		{Key: "message", Title: "问题和办法", Fixed: true, Cell: func(f found) web.Cell { return web.Cell{Text: f.Message} }},
	},
}

// address is the cell as a spreadsheet names it.
func (f found) address() string {
	switch {
	case f.SheetNo < 0:
		return "整个文件"
	case f.Row == 0:
		return "整张表"
	}
	return sheet.ColumnName(max(f.Col, 0)) + strconv.Itoa(f.Row)
}

// href leads to where the row can be put right.
func (f found) href() string {
	if f.row == 0 || !f.edit {
		return ""
	}
	return fmt.Sprintf("/collect/batches/%d/rows/%d?item=%s", f.batch, f.row, f.Item)
}

func (p *Pages) showBatch(a *web.Ask) error {
	b, err := p.batch(a)
	if err != nil {
		return err
	}
	q, err := findings.Query(a.URL.Query())
	if err != nil {
		return err
	}
	page := &batchPage{
		Base:  web.Base{Title: fmt.Sprintf("第 %d 批 · %s%s", b.ID, b.Period.Chinese(), p.department(b.Department)), Crumbs: crumbs(b)},
		Batch: b, Department: p.department(b.Department), Can: allowed(a.Person, b), Four: fourEyes(a.Person, b),
		Decider: a.Person.Can(access.MatchDecide),
	}
	for _, x := range b.Layout.Places {
		page.Places = append(page.Places, place{x, sheet.ColumnName(x.Col), p.item(x.Item)})
	}
	if page.Unmatched, page.More, err = p.strays(a, b); err != nil {
		return err
	}
	if page.Findings, err = p.findings(a, b, q); err != nil {
		return err
	}
	return a.Show(page)
}

func crumbs(b observe.Batch) []web.Crumb {
	return []web.Crumb{{Title: "数据归集", Path: link("/collect", "period", b.Period.String())}, {Title: "报送批次", Path: link("/collect/batches", "period", b.Period.String())}}
}

// batch is the batch of the address, as far as the person sees it.
func (p *Pages) batch(a *web.Ask) (observe.Batch, error) {
	id, err := a.ID("id")
	if err != nil {
		return observe.Batch{}, err
	}
	return p.Observe.Read().Batch(a.Context(), p.DB, a.Scope(), id)
}

// allowed joins the state table of observe with the person's permissions.
func allowed(who access.Person, b observe.Batch) actions {
	verbs := observe.Verbs(b.State)
	can := func(v observe.Verb) bool {
		return slices.Contains(verbs, v) && who.Can(access.Permission(observe.Permission(v)))
	}
	four := fourEyes(who, b) == ""
	return actions{
		Submit: can(observe.Submit), Withdraw: can(observe.Withdraw), Undo: can(observe.Undo),
		Return: four && can(observe.Return), Approve: four && can(observe.Approve),
		Edit: b.State == observe.Draft && b.Kind == observe.FromFile && who.Can(access.ObserveUpload),
	}
}

// fourEyes says why a submitted batch waits for somebody else.
func fourEyes(who access.Person, b observe.Batch) string {
	id := who.Actor(via).ID
	if b.State == observe.Submitted && (id == b.UploadedBy || id == b.SubmittedBy) {
		return "这一批由您报送，须由另一位同志审核入库。"
	}
	return ""
}

// strays are the rows whose firm waits for a person, with the candidates.
func (p *Pages) strays(a *web.Ask, b observe.Batch) ([]stray, int, error) {
	if b.Unmatched == 0 {
		return nil, 0, nil
	}
	rows, err := p.Observe.Drafts().Rows(a.Context(), p.DB, a.Scope(), b.ID, registry.Doubtful, registry.Unknown, registry.Refused)
	if err != nil {
		return nil, 0, err
	}
	queue, err := p.Registry.Matches().Pending(a.Context(), p.DB, a.Scope(), 1000)
	if err != nil {
		return nil, 0, err
	}
	waiting := map[int64]registry.Waiting{}
	for _, w := range queue {
		waiting[w.ID] = w
	}
	more := max(0, len(rows)-maxStrays)
	var out []stray
	for _, r := range rows[:len(rows)-more] {
		w, open := waiting[r.Queue]
		x := stray{Row: r, Why: w.Why, Candidates: w.Candidates}
		if !open {
			x.Why = "已有裁定，请按“重新匹配”。"
		}
		out = append(out, x)
	}
	return out, more, nil
}

// findings is one page of what was found; in a draft each leads to its row.
func (p *Pages) findings(a *web.Ask, b observe.Batch, q web.ListQuery) (web.ListView, error) {
	all, err := p.Observe.Drafts().Findings(a.Context(), p.DB, a.Scope(), b.ID)
	if err != nil {
		return web.ListView{}, err
	}
	var rows []found
	for _, f := range all {
		x := found{Finding: f, batch: b.ID, edit: allowed(a.Person, b).Edit}
		if f.Item != "" {
			x.itemCh = p.item(f.Item)
		}
		if want := q.Filter["severity"]; want != "" && want != string(f.Severity) || !strings.Contains(f.Message+x.address(), q.Search) {
			continue
		}
		rows = append(rows, x)
	}
	total := len(rows)
	rows = rows[min(q.Offset(), total):min(q.Offset()+q.PerPage, total)]
	if allowed(a.Person, b).Edit && total > 0 {
		if err := p.locate(a, b.ID, rows); err != nil {
			return web.ListView{}, err
		}
	}
	return findings.View(a.URL.Path, q, rows, total), nil
}

// locate finds the staged rows that findings speak of.
func (p *Pages) locate(a *web.Ask, batch int64, rows []found) error {
	staged, err := p.Observe.Drafts().Rows(a.Context(), p.DB, a.Scope(), batch)
	if err != nil {
		return err
	}
	type spot struct{ sheet, row int }
	at := make(map[spot]int64, len(staged))
	for _, r := range staged {
		at[spot{r.SheetNo, r.Number}] = r.ID
	}
	for i, f := range rows {
		rows[i].row = at[spot{f.SheetNo, f.Row}]
	}
	return nil
}

// act takes the step that the address ends with.
func (p *Pages) act(a *web.Ask) error {
	if err := a.Parse(); err != nil {
		return err
	}
	id, err := a.ID("id")
	if err != nil {
		return err
	}
	verb := observe.Verb(a.URL.Path[strings.LastIndexByte(a.URL.Path, '/')+1:])
	version, err := version(a)
	if err != nil {
		return err
	}
	b, err := p.Observe.Act(a.Context(), observe.Step{
		Actor: a.Person.Actor(via), Scope: a.Scope(), Batch: id, Version: version, Verb: verb,
		Reason: strings.TrimSpace(a.PostFormValue("reason")), WithoutUnmatched: a.PostFormValue("without") != "",
	})
	if err != nil {
		return err
	}
	return a.Done(fmt.Sprintf("/collect/batches/%d", b.ID), fmt.Sprintf("第 %d 批现在是“%s”。", b.ID, b.State.Chinese()))
}

// version is the one the person saw when the form was made.
func version(a *web.Ask) (int, error) {
	v, err := strconv.Atoi(a.PostFormValue("version"))
	if err != nil {
		return 0, fault.New(fault.Invalid, "表单不完整").WithHint("请刷新页面后重新操作。")
	}
	return v, nil
}

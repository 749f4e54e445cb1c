package demo

import (
	"bytes"
	"context"
	"fmt"
	"strconv"

	"ballast/internal/audit"
	"ballast/internal/demo/desk"
	"ballast/internal/demo/town"
	"ballast/internal/fault"
	"ballast/internal/period"
	"ballast/internal/registry"
	"ballast/internal/sheet"
)

func (d *City) act(verb, subject string) audit.Act {
	a := d.officer.Actor("demo")
	return audit.Act{Actor: a, Verb: verb, Subject: subject}
}

// roster reads the year's list of firms back from its workbook, registers the new
// ones, deregisters those that are gone and records who is above scale.
func (d *City) roster(ctx context.Context, year int) error {
	file, err := desk.Roster(d.town, year)
	if err != nil {
		return err
	}
	book, err := sheet.Open(ctx, file.Name, bytes.NewReader(file.Data), int64(len(file.Data)), sheet.DefaultLimits())
	if err != nil {
		return err
	}
	listed := map[string][]string{}
	err = book.Scan(ctx, 0, func(t *sheet.Table, r sheet.Row) error {
		if r.Kind == sheet.Data {
			cells := make([]string, len(r.Cells))
			for i := range r.Cells {
				cells[i] = cellText(r.At(i))
			}
			listed[cells[0]] = cells
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(listed) == 0 {
		return fault.New(fault.Internal, "名录“%s”没有读出企业", file.Name)
	}
	d.note("%s：%d 家", file.Name, len(listed))
	return d.pen.Do(ctx, d.act(registry.VerbRegister, fmt.Sprint("roster:", year)), func(tx *audit.Tx) error {
		tx.Note("firms", len(listed))
		if err := d.register(ctx, tx, year, listed); err != nil {
			return err
		}
		return d.years(ctx, tx, year, listed)
	})
}

// cellText is a cell as text: codes that a spreadsheet took for numbers come back
// as their digits.
func cellText(c sheet.Cell) string {
	if c.Text == "" && c.Kind == sheet.Number {
		return strconv.FormatFloat(c.Num, 'f', -1, 64)
	}
	return c.Text
}

func day(year int, month, date int) period.Day {
	d, err := period.ParseDay(fmt.Sprintf("%04d-%02d-%02d", year, month, date))
	if err != nil {
		return period.Day{}
	}
	return d
}

// register adds the firms not yet known and ends those no longer listed.
func (d *City) register(ctx context.Context, tx *audit.Tx, year int, listed map[string][]string) error {
	var entries []registry.Entry
	var fresh []*town.Firm
	for _, f := range d.town.Firms {
		cells, ok := listed[f.Code]
		id, known := d.firms[f.ID]
		switch {
		case ok && !known:
			founded, err := strconv.Atoi(cells[4])
			if err != nil {
				return fault.Wrap(fault.Invalid, err, "名录里“%s”的成立年份写错了", f.Name)
			}
			entries = append(entries, registry.Entry{
				Code: cells[0], Established: day(founded, 3, 1), ProductionSince: day(founded, 9, 1),
				Profile: registry.Profile{Name: cells[1], District: cells[2], Industry: cells[3], Edition: 2017},
				Origin:  "演示名录",
			})
			fresh = append(fresh, f)
		case !ok && known && f.Closed == year:
			p := registry.Profile{Name: f.Name, District: f.District, Industry: f.Class, Edition: 2017, Status: registry.Deregistered}
			if err := d.registry.Enterprises().Change(ctx, tx, id, day(year, 1, 1), p); err != nil {
				return err
			}
		}
	}
	ids, err := d.registry.Enterprises().RegisterAll(ctx, tx, entries)
	if err != nil {
		return err
	}
	links := map[int64][]registry.Membership{}
	for i, f := range fresh {
		d.firms[f.ID] = ids[i]
		span := registry.Span{From: day(f.Founded, 1, 1)}
		add := func(kind registry.MembershipKind, key string) {
			if key != "" {
				links[ids[i]] = append(links[ids[i]], registry.Membership{Kind: kind, Key: key, Span: span})
			}
		}
		add(registry.Chain, f.Chain)
		add(registry.Engine, f.Engine)
		add(registry.Park, f.Park)
	}
	return d.registry.Links().JoinAll(ctx, tx, links)
}

func (d *City) years(ctx context.Context, tx *audit.Tx, year int, listed map[string][]string) error {
	all := map[int64][]registry.Year{}
	for _, f := range d.town.Firms {
		if cells, ok := listed[f.Code]; ok {
			all[d.firms[f.ID]] = []registry.Year{{Year: year, Above: cells[5] == "是", People: -1, Revenue: -1}}
		}
	}
	return d.registry.Links().SetYears(ctx, tx, all)
}

// labels records the honours first held and the faults of the year.
func (d *City) labels(ctx context.Context, year int) error {
	all := map[int64][]registry.Label{}
	n := 0
	for _, f := range d.town.Firms {
		id, ok := d.firms[f.ID]
		if !ok {
			continue
		}
		for label := range d.cfg.Pack.Labels().All() {
			until := period.Day{}
			if since, held := f.Labels[label.Key]; held && max(since, f.Founded) == year {
				n++
				all[id] = append(all[id], registry.Label{Key: label.Key, Document: fmt.Sprintf("赣工信企业字〔%d〕演示号", year), Issuer: "演示机关", Span: registry.Span{From: day(year, 6, 1), Until: until}})
			}
			if event, hit := f.Faults[label.Key]; hit && event == year {
				n++
				all[id] = append(all[id], registry.Label{Key: label.Key, Document: fmt.Sprintf("演示处罚决定〔%d〕", year), Issuer: "演示机关", Span: registry.Span{From: day(year, 5, 1), Until: day(year+1, 5, 1)}})
			}
		}
	}
	if n == 0 {
		return nil
	}
	d.note("%d 年称号与处罚名单：%d 条", year, n)
	return d.pen.Do(ctx, d.act(registry.VerbLink, fmt.Sprint("labels:", year)), func(tx *audit.Tx) error {
		tx.Note("labels", n)
		return d.registry.Links().AddLabels(ctx, tx, all)
	})
}

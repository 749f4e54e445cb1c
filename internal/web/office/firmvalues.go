package office

import (
	"ballast/internal/observe"
	"ballast/internal/period"
	"ballast/internal/web"
)

// valueLine is one handed-in figure with where it came from.
type valueLine struct{ Item, Value, Unit, Basis, Source, Approved string }

// valueYears is how far back the newest year with figures is looked for.
const valueYears = 4

// fillValues shows the newest year's handed-in figures, each with department,
// file, cell and the day it was approved. Figures outside the scope are absent.
func (o *office) fillValues(a *web.Ask, p *firmPage, firm int64) error {
	if o.Observe == nil {
		return nil
	}
	read := o.Observe.Read()
	for year := o.today().Year(); year > o.today().Year()-valueYears; year-- {
		values, err := read.Values(a.Context(), o.DB, a.Scope(), firm, period.OfYear(year))
		if err != nil {
			return err
		}
		for _, v := range values {
			line, err := o.valueLine(a, read, v)
			if err != nil {
				return err
			}
			p.Values = append(p.Values, line)
		}
		if len(values) > 0 {
			p.ValuesOf = period.OfYear(year).Chinese()
			return nil
		}
	}
	return nil
}

func (o *office) valueLine(a *web.Ask, read observe.Read, v observe.Value) (valueLine, error) {
	t, err := read.Lineage(a.Context(), o.DB, a.Scope(), v.ID)
	if err != nil {
		return valueLine{}, err
	}
	department := v.Department
	if d, ok := o.city.Department(v.Department); ok {
		department = d.Short
	}
	return valueLine{
		Item: v.Item.Name, Value: v.Cell.String(), Unit: v.Item.Unit, Basis: v.Item.Basis,
		Source: department + "，" + t.Source(), Approved: period.DayOf(v.ApprovedAt, o.city.Zone).String(),
	}, nil
}

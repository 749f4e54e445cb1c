package pack

import (
	"ballast/internal/fault"
	"ballast/internal/period"
)

// readCalendar reads one year's holiday notice: stretches off and single
// workdays.
func readCalendar(p *Pack, o *object) {
	n := period.Notice{Year: o.integer("year", 1990, 2999)}
	o.each("off", func(o *object) {
		name, first := o.text("name"), o.day("first")
		last := first
		if o.has("last") {
			last = o.day("last")
		}
		if days := last.Sub(first); first.IsZero() || last.IsZero() || days < 0 || days > 30 {
			o.src.failAt("yaml", o.node, "“%s”的放假起止日期不对", name)
			return
		}
		for d := first; !d.After(last); d = d.Add(1) {
			n.Marks = append(n.Marks, period.Mark{Day: d, Name: name, Off: true})
		}
	})
	o.each("work", func(o *object) {
		if m := (period.Mark{Day: o.day("day"), Name: o.text("for")}); !m.Day.IsZero() {
			n.Marks = append(n.Marks, m)
		}
	})
	n.Reference = o.provenance(p.whole).Reference
	p.notices = append(p.notices, n)
	// Checking each notice against all before it puts the message at the file
	// that brought the contradiction.
	cal, err := period.NewCalendar(p.notices)
	if err != nil {
		message, _ := fault.Public(err)
		o.src.failAt("calendar", o.node, "%s", message)
		p.notices = p.notices[:len(p.notices)-1]
		return
	}
	p.calendar = cal
}

package observe

import (
	"slices"
	"strconv"

	"ballast/internal/fault"
	"ballast/internal/pack"
	"ballast/internal/registry"
	"ballast/internal/rule"
	"ballast/internal/sheet"
)

// crossCheck is one compiled check of the pack across items.
type crossCheck struct {
	item    string
	check   pack.Check
	program *rule.Program
}

// values are the values of one firm by item.
type values map[string]Cell

// checker holds rows against the pack. It is pure: what it must know of other
// rows comes with each call.
type checker struct {
	items  []pack.Item
	all    map[string]pack.Item // every item of the pack
	cross  []crossCheck         // those that look at an item of the batch
	layout *Layout
}

func newChecker(o *Observe, items []pack.Item, layout *Layout) *checker {
	k := &checker{items: items, all: map[string]pack.Item{}, layout: layout}
	for i := range o.Pack.Items().All() {
		k.all[i.Key] = i
	}
	mine := func(name string) bool {
		return slices.ContainsFunc(items, func(i pack.Item) bool { return i.Key == name })
	}
	for _, c := range o.cross {
		if slices.ContainsFunc(c.program.Fields(), mine) {
			k.cross = append(k.cross, c)
		}
	}
	return k
}

// row returns everything wrong with one row: what could not be read, ranges,
// jumps against the period before, and rules across items, for which values
// approved earlier for the same period stand in where the row has none.
func (k *checker) row(r *Row, before, current values) ([]Finding, error) {
	var out []Finding
	for i, c := range r.Cells {
		place, ok := k.layout.place(r.Table, k.items[i].Key)
		if !ok || c.Kind == Absent {
			continue
		}
		add := func(s Severity, message string) {
			out = append(out, Finding{r.SheetNo, r.Sheet, r.Number, place.Col, s, k.items[i].Key, message})
		}
		if c.Kind == Bad {
			add(Error, k.unreadable(c, k.items[i], place))
			continue
		}
		for _, check := range k.items[i].Checks {
			if message := one(check, k.items[i], c, before[k.items[i].Key]); message != "" {
				add(severity(check.Severity), message)
			}
		}
	}
	crossed, err := k.across(r, current)
	return append(out, crossed...), err
}

// unreadable says again why a cell could not be read, from what it said.
func (k *checker) unreadable(c Cell, item pack.Item, place Place) string {
	_, err := readCell(sheet.Cell{Kind: sheet.Text, Text: c.Original}, item, place.Unit)
	message, hint := "“"+c.Original+"”读不出来", ""
	if err != nil {
		message, hint = fault.Public(err)
	}
	if hint != "" {
		message += "。" + hint
	}
	return item.Name + "：" + message
}

func severity(s pack.Severity) Severity {
	if s == pack.Stop {
		return Error
	}
	return Warning
}

// one holds a value against one check of its item; "" when it is in order.
func one(check pack.Check, item pack.Item, c, before Cell) string {
	switch check.Kind {
	case pack.Required:
		if c.Kind == Nothing {
			return worded(check, item.Name+"没有填")
		}
	case pack.Range:
		if c.Kind == Number && outside(check, c.Num) {
			return worded(check, item.Name+" "+c.String()+item.Unit+" 不在"+limits(check, item.Unit)+"之内")
		}
	case pack.Change:
		// A ratio to zero or across a change of sign says nothing.
		if c.Kind == Number && before.Kind == Number && before.Num > 0 && c.Num >= 0 {
			if ratio := c.Num / before.Num; outside(check, ratio) {
				return worded(check, item.Name+" "+c.String()+item.Unit+"，上期 "+before.String()+item.Unit+"，是上期的 "+strconv.FormatFloat(ratio, 'f', 2, 64)+" 倍，通常在"+limits(check, "倍")+"之内")
			}
		}
	}
	return ""
}

func outside(check pack.Check, x float64) bool {
	return check.Min.Set && x < check.Min.Value || check.Max.Set && x > check.Max.Value
}

func limits(check pack.Check, unit string) string {
	num := func(l pack.Limit, none string) string {
		if !l.Set {
			return none
		}
		return strconv.FormatFloat(l.Value, 'f', -1, 64)
	}
	return num(check.Min, "负无穷") + "至" + num(check.Max, "正无穷") + unit
}

// worded puts the pack's own message behind what was found.
func worded(check pack.Check, found string) string {
	if check.Message == "" {
		return found + "。"
	}
	return found + "。" + check.Message + "。"
}

// rowValues gives a cross check the values of a firm.
type rowValues struct {
	k       *checker
	row     *Row
	current values
}

// Field implements rule.Row.
func (v rowValues) Field(name string) rule.Value {
	item, ok := v.k.all[name]
	if !ok {
		return rule.Value{Missing: true}
	}
	c := v.current[name]
	if i := slices.Index(v.k.layout.Items, name); i >= 0 && v.row.Cells[i].Kind != Absent {
		c = v.row.Cells[i]
	}
	return ruleValue(item, c)
}

func ruleValue(item pack.Item, c Cell) rule.Value {
	switch {
	case !c.holds():
		return rule.Value{Missing: true}
	case item.Type.Numeric():
		return rule.Num(c.Num)
	case item.Type == pack.Flag:
		return rule.Flag(c.Num != 0)
	}
	return rule.Text(c.Text)
}

func (k *checker) across(r *Row, current values) ([]Finding, error) {
	var out []Finding
	for _, x := range k.cross {
		v, err := x.program.EvalRow(rowValues{k, r, current})
		if err != nil {
			return nil, err
		}
		if v.Missing || v.Bool {
			continue
		}
		place, ok := k.layout.place(r.Table, x.item)
		for _, f := range x.program.Fields() {
			if ok {
				break
			}
			place, ok = k.layout.place(r.Table, f)
		}
		if !ok {
			continue
		}
		detail := ""
		for _, f := range x.program.Fields() {
			detail += "，" + k.all[f].Name + "=" + rowValues{k, r, current}.Field(f).String()
		}
		out = append(out, Finding{r.SheetNo, r.Sheet, r.Number, place.Col, severity(x.check.Severity), place.Item, x.check.Message + detail + "。"})
	}
	return out, nil
}

// about returns the finding that a row's firm is not settled, if it is not. ident
// is the column that names the firm.
func about(r *Row, res registry.Resolution, ident int) []Finding {
	f := Finding{r.SheetNo, r.Sheet, r.Number, max(ident, 0), Error, "", ""}
	switch res.Verdict {
	case registry.Ignored:
		f.Severity, f.Message = Warning, "已裁定不属于本市登记企业，这一行不入库。"
	case registry.Doubtful:
		f.Message = "企业对不上：" + res.Why + "。最像“" + res.Candidates[0].Name + "”（" + res.Candidates[0].Code + "），请在匹配队列中裁定。"
	case registry.Unknown:
		f.Message = "企业对不上：" + res.Why + "。请核对代码和名称，或在匹配队列中裁定。"
	case registry.Refused:
		f.Message = "认不出企业：" + res.Why + "。请补上统一社会信用代码或全称。"
	default:
		if res.Why == "" {
			return nil
		}
		f.Severity, f.Message = Warning, res.Why+"。"
	}
	return []Finding{f}
}

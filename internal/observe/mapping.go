package observe

import (
	"slices"
	"strings"

	"ballast/internal/fault"
	"ballast/internal/pack"
	"ballast/internal/period"
	"ballast/internal/registry"
	"ballast/internal/sheet"
)

// Targets of a head that are no items.
const (
	TargetCode   = "@code"   // 统一社会信用代码
	TargetName   = "@name"   // 企业名称
	TargetIgnore = "@ignore" // a column that is not read
)

// identityTargets are the heads by which a row names its firm.
var identityTargets = []sheet.Target{
	{Key: TargetCode, Name: "统一社会信用代码", Synonyms: []string{"信用代码", "社会信用代码", "纳税人识别号", "组织机构代码", "企业代码", "单位代码"}},
	{Key: TargetName, Name: "企业名称", Synonyms: []string{"单位名称", "单位详细名称", "纳税人名称", "公司名称", "用户名称", "户名", "企业", "名称", "权利人", "土地使用权人"}},
}

// sure is the least likeness of a head that is taken without asking.
const sure = 0.7

// HeadKey is how a head is remembered: without blanks, so that a line break in
// the head makes no other head of it.
func HeadKey(head string) string { return strings.Join(strings.Fields(registry.Fold(head)), "") }

// plan is how one table is read.
type plan struct {
	table    int
	sheetNo  int
	sheet    string
	header   int // last row of the head, where findings about columns go
	code     int // column; -1 none
	name     int
	columns  []planned // in the order of columns on the sheet
	findings []Finding
}

// planned is a column that is read as an item.
type planned struct {
	col  int
	item int // index into the batch's items
	unit string
	Place
}

// planner maps heads for one hand-in.
type planner struct {
	items      []pack.Item
	others     []pack.Item // items of other departments: their columns are named, not read
	period     period.Period
	remembered map[string]string // HeadKey → target
	explicit   map[string]string // the same, said by the person who hands in
}

// plan decides what each column of a table is: what a person said now, what was
// remembered of this department, else the likeness of names. A column of
// another period, a doubtful one, and one of another department are told about
// and not read.
func (p *planner) plan(t *sheet.Table, number int) *plan {
	out := &plan{table: number, sheetNo: t.Sheet, sheet: t.SheetName, code: -1, name: -1}
	if n := len(t.Headers); n > 0 {
		out.header = t.Headers[n-1]
	}
	if !p.samePeriod(t.Period) {
		out.find(t.Columns[0].Index, Error, "", "表上写的是"+t.Period.String()+"，报送期是"+p.period.Chinese()+"。请核对是否选错了文件或报送期。")
	}
	taken := map[string]bool{}
	var open []sheet.Column
	for _, c := range t.Columns {
		if !p.samePeriod(c.Period) {
			out.find(c.Index, Warning, "", "这一列是"+c.Period.String()+"的数，不是"+p.period.Chinese()+"的，没有读取。")
			continue
		}
		target, ok := p.explicit[HeadKey(c.Head)]
		if !ok {
			target, ok = p.remembered[HeadKey(c.Head)]
		}
		if !ok {
			open = append(open, c)
			continue
		}
		if target != TargetIgnore && !taken[target] {
			taken[target] = true
			out.take(p, t, c, target, "按记住的对应")
		}
	}
	p.match(out, t, open, taken)
	return out
}

// samePeriod reports whether a period named on a sheet may be the one handed in
// for; a sheet that names none, or none that is a stretch of months, may.
func (p *planner) samePeriod(s sheet.Period) bool {
	if s.IsZero() || s.From == 0 {
		return s.Year == 0 || s.Year == p.period.Year()
	}
	year := s.Year
	if year == 0 {
		year = p.period.Year()
	}
	if s.Day > 0 { // a stock on a day: it belongs to the period that ends with its month
		return year == p.period.Year() && s.To == int(p.period.End().Month())
	}
	return year == p.period.Year() && s.From == int(p.period.Start().Month()) && s.To == int(p.period.End().Month())
}

// match proposes targets for heads nobody has spoken about yet.
func (p *planner) match(out *plan, t *sheet.Table, open []sheet.Column, taken map[string]bool) {
	targets := slices.Clone(identityTargets)
	for _, i := range append(slices.Clone(p.items), p.others...) {
		targets = append(targets, sheet.Target{Key: i.Key, Name: i.Name, Synonyms: synonyms(i), Unit: i.Unit})
	}
	targets = slices.DeleteFunc(targets, func(t sheet.Target) bool { return taken[t.Key] })
	for _, m := range sheet.Match(open, targets) {
		if m.Column < 0 {
			continue
		}
		c := open[m.Column]
		switch {
		case m.Score < sure || m.Ambiguous:
			out.find(c.Index, Warning, "", "不能确定“"+c.Label()+"”是不是“"+p.nameOf(m.Target)+"”（"+m.Reason+"），没有读取。是的话请在列对应中指定，系统会记住。")
		case p.foreign(m.Target):
			out.find(c.Index, Warning, "", "“"+c.Label()+"”由别的部门报送，没有读取。")
		default:
			out.take(p, t, c, m.Target, m.Reason)
		}
	}
}

// synonyms are the short forms under which an item is sent: its name without
// bracketed remarks and without 评价 or 综合 in front.
func synonyms(i pack.Item) []string {
	var out []string
	name, _, _ := strings.Cut(i.Name, "（")
	if name != i.Name {
		out = append(out, name)
	}
	for _, prefix := range []string{"评价", "实际", "年平均", "年末"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok && rest != "" {
			out = append(out, rest)
		}
	}
	return out
}

func (p *planner) nameOf(target string) string {
	for _, t := range identityTargets {
		if t.Key == target {
			return t.Name
		}
	}
	for _, i := range append(slices.Clone(p.items), p.others...) {
		if i.Key == target {
			return i.Name
		}
	}
	return target
}

func (p *planner) foreign(target string) bool {
	return slices.ContainsFunc(p.others, func(i pack.Item) bool { return i.Key == target })
}

// take reads a column as a target, settling the unit of an item's numbers.
func (pl *plan) take(p *planner, t *sheet.Table, c sheet.Column, target, why string) {
	switch target {
	case TargetCode:
		pl.code = c.Index
		return
	case TargetName:
		pl.name = c.Index
		return
	}
	n := slices.IndexFunc(p.items, func(i pack.Item) bool { return i.Key == target })
	if n < 0 {
		pl.find(c.Index, Warning, "", "“"+c.Label()+"”对应的数据项“"+target+"”不由本部门报送，没有读取。")
		return
	}
	item := p.items[n]
	place := Place{Table: pl.table, SheetNo: pl.sheetNo, Sheet: pl.sheet, Header: pl.header, Col: c.Index, Head: c.Head, Item: item.Key, Unit: item.Unit, Why: why}
	if item.Type.Numeric() {
		switch unit, own := c.Unit, c.Name != c.Head; {
		case unit == "" || (!own && !convertible(unit, item.Unit)):
			place.Assumed = true
			if item.Unit != "人" && item.Unit != "比值" && item.Unit != "" {
				pl.find(c.Index, Warning, item.Key, "“"+c.Label()+"”没有写单位，按“"+item.Unit+"”理解，请核对。")
			}
		case !convertible(unit, item.Unit):
			pl.find(c.Index, Error, item.Key, "“"+c.Label()+"”的单位“"+unit+"”不能换算成“"+item.Unit+"”，这一列没有读取。请改正单位后重新上传。")
			return
		default:
			place.Unit = unit
		}
	}
	pl.columns = append(pl.columns, planned{c.Index, n, place.Unit, place})
}

func (pl *plan) find(col int, s Severity, item, message string) {
	pl.findings = append(pl.findings, Finding{pl.sheetNo, pl.sheet, pl.header, col, s, item, message})
}

// usable reports whether the table names firms and has something to read.
func (pl *plan) usable() bool { return (pl.code >= 0 || pl.name >= 0) && len(pl.columns) > 0 }

// convertible reports whether numbers of one unit can be kept in another.
func convertible(from, to string) bool {
	if from == to {
		return true
	}
	_, err := convertUnit(0, from, to)
	return err == nil
}

func convertUnit(x float64, from, to string) (float64, error) {
	if from == to || from == "" {
		return x, nil
	}
	f, err := sheet.ParseUnit(from)
	if err != nil {
		return 0, err
	}
	t, err := sheet.ParseUnit(to)
	if err != nil {
		return 0, fault.Wrap(fault.Invalid, err, "单位“%s”不能换算成“%s”", from, to)
	}
	return sheet.Convert(x, f, t)
}

package registry

import (
	"context"
	"strings"

	"ballast/internal/db"
	"ballast/internal/fault"
	"ballast/internal/period"
	"ballast/internal/scope"
)

// Filter narrows a list of firms as of a day. Zero fields do not narrow.
type Filter struct {
	Day      period.Day // required
	Text     string     // words of a name, a code's beginning, pinyin initials; all words must be found
	District string
	Town     string
	Industry string // beginning of a GB/T 4754 class: 38 finds 3834
	Status   Status
	Above    *bool // 规上 in the day's year; false: not 规上 or not known
	Size     string
	Chain    string
	Engine   string
	Park     string
	Label    string // carried on the day
	IDs      []int64
	Merged   bool // also records that were merged into others
	Sort     string
	Desc     bool
	Offset   int
	Limit    int // 0: 50; at most 1000
}

// sortColumns are the orders a list can have.
var sortColumns = map[string]string{
	"": "e.id", "id": "e.id", "code": "e.code", "name": "v.name", "district": "v.district", "industry": "v.industry", "status": "v.status", "established": "e.established",
}

// Page is one page of a list and how many firms the filter finds in all.
type Page struct {
	Firms []Enterprise
	Total int
}

// List returns the firms that a filter finds, identity only.
func (r Enterprises) List(ctx context.Context, q db.Queryer, s scope.Scope, f Filter) (Page, error) {
	var p Page
	order, ok := sortColumns[f.Sort]
	if !ok {
		return p, fault.New(fault.Invalid, "不能按“%s”排序", f.Sort)
	}
	if f.Day.IsZero() {
		return p, fault.New(fault.Internal, "企业列表没有给出日期")
	}
	if f.Desc {
		order += " DESC"
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	var a db.Args
	from, err := f.from(ctx, q, s, &a)
	if err != nil {
		return p, err
	}
	if err := q.QueryRow(ctx, `SELECT COUNT(*)`+from, a.Values()...).Scan(&p.Total); err != nil {
		return p, err
	}
	query := `SELECT ` + enterpriseColumns + from + ` ORDER BY ` + order + `, e.id LIMIT ` + a.Add(min(f.Limit, 1000)) + ` OFFSET ` + a.Add(max(f.Offset, 0))
	p.Firms, err = db.List(ctx, q, query, a.Values(), scanEnterprise)
	return p, err
}

// IDs returns the ids of all firms a filter finds, in order of id; Sort, Offset
// and Limit are not looked at.
func (r Enterprises) IDs(ctx context.Context, q db.Queryer, s scope.Scope, f Filter) ([]int64, error) {
	var a db.Args
	from, err := f.from(ctx, q, s, &a)
	if err != nil {
		return nil, err
	}
	return db.List(ctx, q, `SELECT e.id`+from+` ORDER BY e.id`, a.Values(), func(s db.Scanner) (int64, error) {
		var id int64
		err := s.Scan(&id)
		return id, err
	})
}

// from builds the FROM and WHERE of a list.
func (f Filter) from(ctx context.Context, q db.Queryer, s scope.Scope, a *db.Args) (string, error) {
	var b strings.Builder
	b.WriteString(` FROM enterprise e JOIN enterprise_version v ON v.enterprise_id = e.id AND v.replaced_at = 0 AND ` + on("v", f.Day) + ` WHERE ` + identity(s, a, f.Day))
	and := func(cond string) { b.WriteString(" AND " + cond) }
	if !f.Merged {
		and("e.merged_into = 0")
	}
	for _, eq := range []struct{ col, val string }{{"v.district", f.District}, {"v.town", f.Town}, {"v.status", string(f.Status)}} {
		if eq.val != "" {
			and(eq.col + " = " + a.Add(eq.val))
		}
	}
	if f.Industry != "" {
		and("SUBSTR(v.industry, 1, " + a.Add(len(f.Industry)) + ") = " + a.Add(f.Industry))
	}
	if f.IDs != nil {
		and("e.id IN " + a.List(anys(f.IDs)...))
	}
	f.links(a, and)
	for _, t := range terms(f.Text) {
		cond, err := t.condition(ctx, q, a, "e.id")
		if err != nil {
			return "", err
		}
		and(cond)
	}
	if f.Text != "" && len(terms(f.Text)) == 0 {
		and("1=0") // only signs: no firm is meant
	}
	return b.String(), nil
}

func (f Filter) links(a *db.Args, and func(string)) {
	year := func(cond string) string {
		return "EXISTS (SELECT 1 FROM enterprise_year y WHERE y.enterprise_id = e.id AND y.year = " + a.Add(f.Day.Year()) + " AND " + cond + ")"
	}
	if f.Above != nil {
		if *f.Above {
			and(year("y.above_scale = 1"))
		} else {
			and("NOT " + year("y.above_scale = 1"))
		}
	}
	if f.Size != "" {
		and(year("y.size_class = " + a.Add(f.Size)))
	}
	for _, m := range []struct {
		kind MembershipKind
		key  string
	}{{Chain, f.Chain}, {Engine, f.Engine}, {Park, f.Park}} {
		if m.key != "" {
			and("EXISTS (SELECT 1 FROM enterprise_membership m WHERE m.enterprise_id = e.id AND m.kind = " + a.Add(string(m.kind)) + " AND m.member_of = " + a.Add(m.key) + " AND " + on("m", f.Day) + ")")
		}
	}
	if f.Label != "" {
		and("EXISTS (SELECT 1 FROM enterprise_label l WHERE l.enterprise_id = e.id AND l.removed_at = 0 AND l.label = " + a.Add(f.Label) + " AND " + on("l", f.Day) + ")")
	}
}

func anys[T any](s []T) []any {
	out := make([]any, len(s))
	for i, v := range s {
		out[i] = v
	}
	return out
}

package scope

import (
	"slices"
	"strings"

	"ballast/internal/db"
)

// Scope is a set of rows: the union of a whole city, districts (县区),
// departments (部门), industry chains (产业链) and single enterprises. It is
// immutable. The zero value is empty and sees nothing.
type Scope struct {
	city        bool
	districts   []string
	departments []string
	chains      []string
	enterprises []int64
	why         []string
}

// City sees every row. why is the Chinese reason a page shows when asked "why can
// I see this", as in the other constructors.
func City(why string) Scope { return Scope{city: true, why: []string{why}} }

// Districts sees the rows of the districts with the given division codes.
func Districts(why string, codes ...string) Scope {
	return Scope{districts: sorted(codes), why: []string{why}}
}

// Departments sees the rows that belong to the given departments, by key.
func Departments(why string, keys ...string) Scope {
	return Scope{departments: sorted(keys), why: []string{why}}
}

// Chains sees the enterprises that are members of the given chains, by key.
func Chains(why string, keys ...string) Scope {
	return Scope{chains: sorted(keys), why: []string{why}}
}

// Enterprises sees the rows of the given enterprises: a firm's own people, an
// envoy's firms, or firms that consented.
func Enterprises(why string, ids ...int64) Scope {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return Scope{enterprises: slices.Compact(ids), why: []string{why}}
}

// Union sees what either sees.
func Union(a, b Scope) Scope {
	ids := slices.Concat(a.enterprises, b.enterprises)
	slices.Sort(ids)
	return Scope{
		city:        a.city || b.city,
		districts:   sorted(slices.Concat(a.districts, b.districts)),
		departments: sorted(slices.Concat(a.departments, b.departments)),
		chains:      sorted(slices.Concat(a.chains, b.chains)),
		enterprises: slices.Compact(ids),
		why:         slices.Concat(a.why, b.why),
	}
}

func sorted(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return slices.Compact(s)
}

// Empty reports whether the scope sees nothing at all.
func (s Scope) Empty() bool {
	return !s.city && len(s.districts)+len(s.departments)+len(s.chains)+len(s.enterprises) == 0
}

// WholeCity reports whether the scope sees every row.
func (s Scope) WholeCity() bool { return s.city }

// DistrictCodes returns the districts named in the scope; empty under WholeCity.
func (s Scope) DistrictCodes() []string { return slices.Clone(s.districts) }

// DepartmentKeys returns the departments named in the scope.
func (s Scope) DepartmentKeys() []string { return slices.Clone(s.departments) }

// EnterpriseIDs returns the single enterprises named in the scope.
func (s Scope) EnterpriseIDs() []int64 { return slices.Clone(s.enterprises) }

// Why returns the Chinese reasons for what the scope sees, for the page.
func (s Scope) Why() string {
	if s.Empty() {
		return "没有任何数据权限"
	}
	return strings.Join(s.why, "；")
}

// Columns tells Where how a row of the query at hand carries the dimensions. An
// empty entry means the row cannot be matched by that dimension, so a scope that
// has only that dimension sees none of these rows.
type Columns struct {
	Enterprise string // SQL expression of the enterprise id, for example "e.id"
	District   string // SQL expression of the district code
	Department string // SQL expression of the department key
	Chain      string // SQL condition with one %s where the list of chain keys goes
}

// Where returns an SQL condition that holds for the rows the scope sees, adding
// its parameters to a. It is always parenthesised or a plain literal, so it can
// follow AND. An empty scope gives a condition that holds for no row.
func (s Scope) Where(a *db.Args, c Columns) string {
	if s.city {
		return "1=1"
	}
	var or []string
	in := func(col string, vals []string) {
		if col != "" && len(vals) > 0 {
			or = append(or, col+" IN "+a.List(anys(vals)...))
		}
	}
	in(c.District, s.districts)
	in(c.Department, s.departments)
	if c.Enterprise != "" && len(s.enterprises) > 0 {
		or = append(or, c.Enterprise+" IN "+a.List(anys(s.enterprises)...))
	}
	if c.Chain != "" && len(s.chains) > 0 {
		or = append(or, strings.Replace(c.Chain, "%s", a.List(anys(s.chains)...), 1))
	}
	if len(or) == 0 {
		return "1=0"
	}
	return "(" + strings.Join(or, " OR ") + ")"
}

// Row is what Allows needs to know of a row already in memory. Zero fields match
// nothing.
type Row struct {
	Enterprise int64
	District   string
	Department string
	Chains     []string
}

// Allows reports whether the scope sees the row. It agrees with Where.
func (s Scope) Allows(r Row) bool {
	if s.city {
		return true
	}
	if _, ok := slices.BinarySearch(s.enterprises, r.Enterprise); ok && r.Enterprise != 0 {
		return true
	}
	if _, ok := slices.BinarySearch(s.districts, r.District); ok && r.District != "" {
		return true
	}
	if _, ok := slices.BinarySearch(s.departments, r.Department); ok && r.Department != "" {
		return true
	}
	return slices.ContainsFunc(r.Chains, func(k string) bool {
		_, ok := slices.BinarySearch(s.chains, k)
		return ok
	})
}

func anys[T any](s []T) []any {
	out := make([]any, len(s))
	for i, v := range s {
		out[i] = v
	}
	return out
}

package access_test

import (
	"strings"
	"testing"
	"unicode"

	"ballast/internal/access"
	"ballast/internal/audit"
	"ballast/internal/scope"
)

// short names the roles in the order of the marks below.
var columns = []access.Role{
	access.SystemAdmin, access.SecurityAdmin, access.AuditAdmin,
	access.BureauLead, access.BureauOfficer, access.DistrictOfficer, access.DepartmentOfficer, access.ChainOffice,
	access.Envoy, access.DigitalOfficer, access.EnterpriseUser, access.Bank, access.Vendor, access.Operator, access.Auditor,
}

// expected is what was agreed, written by hand and not derived from the table:
// x may, . must not. A change of the table has to be made here as well, where the
// separation of the three administrators is visible at a glance.
//
//	sys sec aud | lead officer district dept chain envoy digital firm bank vendor plant auditor
const expected = `
enterprise.read   ...|xx x.xxxx ...x
enterprise.edit   ...|.x x..... ....
enterprise.merge  ...|.x ...... ....
parcel.edit       ...|.x x..... ....
label.edit        ...|.x ...... ....
match.decide      ...|.x x..... ....
observe.read      ...|xx xx.... ...x
observe.upload    ...|.x xx.... ....
observe.approve   ...|.x xx.... ....
observe.confirm   ...|.. .....x ....
observe.object    ...|.. .....x ....
observe.window    ...|.x ...... ....
observe.undo      ...|.x xx.... ....
round.read        ...|xx x.x... ...x
round.score.read  ...|xx x.xx.x ...x
round.open        ...|.x ...... ....
round.freeze      ...|.x ...... ....
round.compute     ...|.x ...... ....
round.compare     ...|xx ...... ...x
round.publish     ...|x. ...... ....
round.finalise    ...|x. ...... ....
pack.read         x..|xx xxx... ...x
export            ..x|xx xxx..x ...x
search            ...|xx x.xxx. ...x
job.read          x..|xx xx.... ...x
job.cancel        x..|.x xx.... ....
user.read         xxx|.. ...... ....
user.manage       x..|.. ...... ....
user.grant        .x.|.. ...... ....
session.manage    .x.|.. ...... ....
system.status     x..|.. ...... ....
journal.read      ..x|.. ...... ...x
journal.verify    ..x|.. ...... ...x
self.password     xxx|xx xxxxxx xxxx
self.sessions     xxx|xx xxxxxx xxxx
self.totp         xxx|xx xxxxxx xxxx
`

func signedIn(r access.Role) access.Person {
	pl := place(r)
	return access.Person{Session: 1, User: access.User{ID: 1, Name: "某", Role: r, District: pl.District, Department: pl.Department,
		Chain: pl.Chain, Enterprise: pl.Enterprise, Enterprises: pl.Enterprises}}
}

func TestEveryPermissionForEveryRole(t *testing.T) {
	seen := map[access.Permission]bool{}
	for line := range strings.Lines(strings.TrimSpace(expected)) {
		name, marks, _ := strings.Cut(strings.TrimSpace(line), " ")
		marks = strings.NewReplacer(" ", "", "|", "").Replace(marks)
		perm := access.Permission(name)
		seen[perm] = true
		if len(marks) != len(columns) {
			t.Fatalf("%s: %d marks for %d roles", name, len(marks), len(columns))
		}
		for i, r := range columns {
			if want, got := marks[i] == 'x', signedIn(r).Can(perm); got != want {
				t.Errorf("%s %s: can = %v, want %v", r, perm, got, want)
			}
		}
	}
	for _, row := range access.Permissions {
		if !seen[row.Permission] {
			t.Errorf("%s is in the table and not in the expectation", row.Permission)
		}
	}
	if len(seen) != len(access.Permissions) {
		t.Errorf("%d permissions expected, %d in the table", len(seen), len(access.Permissions))
	}
}

func TestDenyByDefault(t *testing.T) {
	var zero access.Person
	off, must, enrol := signedIn(access.BureauOfficer), signedIn(access.BureauOfficer), signedIn(access.BureauOfficer)
	off.Disabled, must.MustChange, enrol.MustEnrol = true, true, true
	for _, row := range access.Permissions {
		self := strings.HasPrefix(string(row.Permission), "self.")
		if zero.Can(row.Permission) || off.Can(row.Permission) || signedIn("no_such_role").Can(row.Permission) {
			t.Errorf("%s was given to nobody in particular", row.Permission)
		}
		if must.Can(row.Permission) != self || enrol.Can(row.Permission) != self {
			t.Errorf("%s: before changing the password only one's own account", row.Permission)
		}
	}
	for _, p := range []access.Person{zero, off, must, enrol, signedIn("")} {
		if !p.Scope().Empty() || !p.JournalScope().Empty() {
			t.Errorf("%+v sees rows", p)
		}
	}
	if signedIn(access.BureauOfficer).Can("no.such") {
		t.Error("a permission outside the table was given")
	}
}

func TestScopeOfEveryRole(t *testing.T) {
	mine := scope.Row{Enterprise: 7, District: "360302", Department: "tax", Chains: []string{"ceramics"}}
	other := scope.Row{Enterprise: 8, District: "360313", Department: "power", Chains: []string{"steel"}}
	envoys := scope.Row{Enterprise: 9}
	for _, c := range []struct {
		role                 access.Role
		mine, other, envoy   bool
		journalCity, journal bool
	}{
		{role: access.SystemAdmin},
		{role: access.SecurityAdmin},
		{role: access.AuditAdmin, journalCity: true, journal: true},
		{access.BureauLead, true, true, true, false, false},
		{access.BureauOfficer, true, true, true, false, false},
		{role: access.DistrictOfficer, mine: true},
		{role: access.DepartmentOfficer, mine: true},
		{role: access.ChainOffice, mine: true},
		{role: access.Envoy, envoy: true},
		{role: access.DigitalOfficer, envoy: true},
		{role: access.EnterpriseUser, mine: true, journal: true},
		{role: access.Bank},
		{role: access.Vendor},
		{role: access.Operator, mine: true},
		{access.Auditor, true, true, true, true, true},
	} {
		p := signedIn(c.role)
		s := p.Scope()
		if s.Allows(mine) != c.mine || s.Allows(other) != c.other || s.Allows(envoys) != c.envoy {
			t.Errorf("%s sees mine %v other %v envoy's %v: %s", c.role, s.Allows(mine), s.Allows(other), s.Allows(envoys), s.Why())
		}
		if j := p.JournalScope(); j.WholeCity() != c.journalCity || j.Empty() == c.journal {
			t.Errorf("%s journal: %s", c.role, j.Why())
		}
	}
}

// An account whose place is missing, by whatever accident, sees nothing.
func TestRoleWithoutItsPlaceSeesNothing(t *testing.T) {
	for _, r := range []access.Role{access.DistrictOfficer, access.DepartmentOfficer, access.ChainOffice, access.Envoy,
		access.DigitalOfficer, access.EnterpriseUser, access.Operator} {
		p := access.Person{User: access.User{ID: 1, Role: r}}
		if !p.Scope().Empty() {
			t.Errorf("%s without a place sees %s", r, p.Scope().Why())
		}
	}
}

func TestTablesExplainThemselvesInChinese(t *testing.T) {
	han := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	}
	seen := map[access.Permission]bool{}
	for _, row := range access.Permissions {
		if !han(row.Label) || !han(row.Reason) || len(row.Roles) == 0 || seen[row.Permission] {
			t.Errorf("row %+v", row)
		}
		seen[row.Permission] = true
		for _, r := range row.Roles {
			if _, ok := r.Info(); !ok {
				t.Errorf("%s names the unknown role %q", row.Permission, r)
			}
		}
	}
	if len(access.Roles) != len(columns) {
		t.Errorf("%d roles, want %d", len(access.Roles), len(columns))
	}
	if access.Role("").Label() != "未授权" || access.Envoy.Label() != "驻企特派员" {
		t.Error("labels")
	}
	p := signedIn(access.BureauOfficer)
	for perm, want := range map[access.Permission]string{
		access.RoundCompute: "市局科员可以“计算评价结果”：评价由市局组织",
		access.RoundPublish: "市局科员不能“公示评价结果”：算的人不能自己公示，公示由局领导决定",
		"no.such":           "没有人有“no.such”这项权限：权限表里没有它",
	} {
		if got := p.WhyCan(perm); got != want {
			t.Errorf("WhyCan(%s) = %q, want %q", perm, got, want)
		}
	}
}

// The person at the machine manages accounts and sees no business rows.
func TestOperatorPerson(t *testing.T) {
	op := access.OperatorPerson(audit.Actor{ID: "cli:root", Name: "root", Via: "cli"})
	for _, row := range access.Permissions {
		want := false
		switch row.Permission {
		case access.UserRead, access.UserManage, access.UserGrant, access.SessionManage:
			want = true
		}
		if op.Can(row.Permission) != want {
			t.Errorf("%s: %v", row.Permission, op.Can(row.Permission))
		}
	}
	if !op.Scope().Empty() || !op.JournalScope().Empty() || op.Is(0) || op.Actor("web").ID != "cli:root" {
		t.Error("an operator is nobody's colleague")
	}
}

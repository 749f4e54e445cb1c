package demo

import (
	"context"

	"ballast/internal/access"
	"ballast/internal/audit"
	"ballast/internal/demo/town"
)

// people are the demonstration's officials, one of every kind that signs in. The
// enterprise account is made once the firms exist.
var people = []access.NewUser{
	{Login: "xitong", Name: "演示系统管理员", Role: access.SystemAdmin},
	{Login: "anquan", Name: "演示安全管理员", Role: access.SecurityAdmin},
	{Login: "shenji", Name: "演示审计管理员", Role: access.AuditAdmin},
	{Login: "juling", Name: "演示局领导", Role: access.BureauLead},
	{Login: "keyuan", Name: "演示科员", Role: access.BureauOfficer},
	{Login: "keyuan2", Name: "演示科员乙", Role: access.BureauOfficer},
	{Login: "luxi", Name: "演示芦溪工信", Role: access.DistrictOfficer, Place: access.Place{District: "360323"}},
	{Login: "shuiwu", Name: "演示税务数据员", Role: access.DepartmentOfficer, Place: access.Place{Department: "tax"}},
	{Login: "dianci", Name: "演示链长办", Role: access.ChainOffice, Place: access.Place{Chain: "equipment"}},
}

// Accounts lists the accounts a visitor may try, one a role.
func Accounts() []Account {
	var out []Account
	for _, p := range people {
		out = append(out, Account{p.Login, p.Name, p.Role.Label()})
	}
	return append(out, Account{"qiye", "演示企业", access.EnterpriseUser.Label()}, Account{"tepai", "演示特派员", access.Envoy.Label()})
}

func (d *City) operator() access.Person {
	return access.OperatorPerson(audit.Actor{ID: "demo:build", Name: "演示搭建程序", Via: "demo"})
}

func (d *City) create(ctx context.Context, u access.NewUser) (access.Person, error) {
	u.Password, u.Settled, u.Reason = Password, true, "演示账号"
	made, err := d.cfg.Access.CreateUser(ctx, d.operator(), u)
	return access.Person{User: made.User}, err
}

// officials creates the officials and keeps those who act in the story.
func (d *City) officials(ctx context.Context) error {
	for _, u := range people {
		p, err := d.create(ctx, u)
		if err != nil {
			return err
		}
		switch u.Login {
		case "keyuan":
			d.officer = p
		case "keyuan2":
			d.second = p
		case "juling":
			d.lead = p
		}
	}
	return nil
}

// visitors creates the accounts tied to firms: one firm's own, chosen in the
// middle of the field so that its score sheet has something to say, and an envoy
// with twelve firms.
func (d *City) visitors(ctx context.Context) error {
	own, some := d.protagonist(), []int64{}
	for _, f := range d.town.Above(town.LastYear) {
		if f.District == "360323" && len(some) < 12 {
			some = append(some, d.firms[f.ID])
		}
	}
	_, err := d.create(ctx, access.NewUser{Login: "qiye", Name: "演示企业", Role: access.EnterpriseUser, Place: access.Place{Enterprise: d.firms[own.ID]}})
	if err != nil {
		return err
	}
	_, err = d.create(ctx, access.NewUser{Login: "tepai", Name: "演示特派员", Role: access.Envoy, Place: access.Place{Enterprises: some}})
	return err
}

// protagonist is an insulator maker in Luxi that has been above scale throughout.
func (d *City) protagonist() *town.Firm {
	above := d.town.Above(town.LastYear)
	for _, f := range above {
		if f.District == "360323" && f.Class == "3834" && f.AboveScale(town.FirstYear) && f.AboveScale(2023) && f.Holds("specialised", town.LastYear) {
			return f
		}
	}
	return above[0]
}

package access

import (
	"fmt"
	"strings"
	"time"

	"ballast/internal/audit"
	"ballast/internal/scope"
)

// Scope is the value every query must be given; see package scope.
type Scope = scope.Scope

// Person is somebody who asks: a signed-in user. The zero Person may do nothing
// and sees nothing.
type Person struct {
	User
	Session int64     // the session's id; 0 when not signed in through one
	IdleAt  time.Time // the session ends then unless used; pages warn before
	EndsAt  time.Time // the session ends then in any case

	operator *audit.Actor
}

// OperatorPerson is whoever runs the program on the machine itself: the command
// line and the demo's first accounts. It may create accounts, put roles into
// force and end sessions; it sees no business rows. Every act is journalled under
// actor. Only cmd and demo call it.
func OperatorPerson(actor audit.Actor) Person { return Person{operator: &actor} }

// operatorMay is what the person at the machine may do.
var operatorMay = []Permission{UserRead, UserManage, UserGrant, SessionManage}

// Can reports whether the person may do what p names. While a password must be
// changed or a second factor enrolled, only one's own account can be managed.
func (p Person) Can(perm Permission) bool { return p.refusal(perm) == "" }

// refusal says in Chinese why not, or is empty.
func (p Person) refusal(perm Permission) string {
	row, ok := Find(perm)
	if !ok {
		return "没有人有“" + string(perm) + "”这项权限：权限表里没有它"
	}
	if p.operator != nil {
		for _, may := range operatorMay {
			if may == perm {
				return ""
			}
		}
		return "命令行操作者不能“" + row.Label + "”"
	}
	switch {
	case p.ID == 0:
		return "还没有登录"
	case p.Disabled:
		return "账号已停用"
	case !p.Role.holds(perm):
		return fmt.Sprintf("%s不能“%s”：%s", p.Role.Label(), row.Label, row.Reason)
	case strings.HasPrefix(string(perm), "self."):
		return ""
	case p.MustChange:
		return "要先修改口令"
	case p.MustEnrol:
		return "要先启用动态验证码"
	}
	return ""
}

// WhyCan answers "why can I, or can I not, do this" in one Chinese sentence.
func (p Person) WhyCan(perm Permission) string {
	if no := p.refusal(perm); no != "" {
		return no
	}
	row, _ := Find(perm)
	if p.operator != nil {
		return "命令行操作者可以“" + row.Label + "”：能登录服务器的人可以建账号，全部留痕"
	}
	return fmt.Sprintf("%s可以“%s”：%s", p.Role.Label(), row.Label, row.Reason)
}

// Is reports whether the person is the user with that id; rooms use it for four
// eyes. It is false for the zero Person and for an operator.
func (p Person) Is(userID int64) bool { return p.operator == nil && userID != 0 && p.ID == userID }

// Scope returns the rows the person may see. The three administrators, banks and
// vendors see no business rows: a bank's come from consent, in finance.
func (p Person) Scope() scope.Scope {
	if p.operator != nil || p.ID == 0 || p.Disabled || p.MustChange || p.MustEnrol {
		return scope.Scope{}
	}
	switch p.Role {
	case BureauLead, BureauOfficer, Auditor:
		return scope.City(p.Role.Label() + "看全市")
	case DistrictOfficer:
		if p.District != "" {
			return scope.Districts("县区工信局看本县区", p.District)
		}
	case DepartmentOfficer:
		if p.Department != "" {
			return scope.Departments("部门数据员看本部门的数据", p.Department)
		}
	case ChainOffice:
		if p.Chain != "" {
			return scope.Chains("链长办看本产业链的企业", p.Chain)
		}
	case Envoy, DigitalOfficer:
		if len(p.Enterprises) > 0 {
			return scope.Enterprises(p.Role.Label()+"看自己联系的企业", p.Enterprises...)
		}
	case EnterpriseUser, Operator:
		if p.Enterprise != 0 {
			return scope.Enterprises("企业看自己", p.Enterprise)
		}
	}
	return scope.Scope{}
}

// JournalScope returns the journal entries the person may read: all for those
// who hold journal.read, what concerned the firm for a firm, else none. It is not
// Scope, because the audit administrator reads the journal but no business rows.
func (p Person) JournalScope() scope.Scope {
	switch {
	case p.Can(JournalRead):
		return scope.City(p.Role.Label() + "看全部日志")
	case p.Role == EnterpriseUser:
		return p.Scope()
	}
	return scope.Scope{}
}

// Actor returns the person as the journal names them; via is the door they came
// through: "web", "api".
func (p Person) Actor(via string) audit.Actor {
	if p.operator != nil {
		return *p.operator
	}
	if p.ID == 0 {
		return audit.Actor{}
	}
	return audit.Actor{ID: userSubject(p.ID), Name: p.Name, Via: via}
}

func userSubject(id int64) string { return fmt.Sprintf("user:%d", id) }

package access

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"ballast/internal/fault"

	"golang.org/x/text/unicode/norm"
)

// User is an account. Fields of place are empty where the role has no such place.
type User struct {
	ID          int64
	Login       string // normalised by [NormaliseLogin]
	Name        string // the person's name, as pages and the journal show it
	StaffNo     string // 工号: identifies the natural person; the login when none was given
	Role        Role   // in force; empty until the security administrator grants one
	AskedRole   Role   // what the system administrator proposed
	District    string // division code, of a district officer
	Department  string // department key, of a department's data officer
	Chain       string // chain key, of a chain head's office
	Enterprise  int64  // of an enterprise's or operator's person; 0 when none
	Enterprises []int64
	Disabled    bool
	MustChange  bool // the password was set by somebody else, or has grown too old
	TOTP        bool // a second factor is confirmed
	MustEnrol   bool // the role requires a second factor that is not confirmed yet
	LockedUntil time.Time
	CreatedAt   time.Time
	PasswordAt  time.Time
}

// Place is where an account belongs; which field is needed follows from the role.
type Place struct {
	District    string
	Department  string
	Chain       string
	Enterprise  int64
	Enterprises []int64
}

// Place returns the account's place.
func (u User) Place() Place {
	return Place{u.District, u.Department, u.Chain, u.Enterprise, u.Enterprises}
}

// NewUser is an account to be created.
type NewUser struct {
	Login   string
	Name    string
	StaffNo string // empty: the login stands for the person
	Role    Role
	Place
	Password string // empty: a temporary one is made and returned
	Settled  bool   // the password is the holder's own; honoured only for an [OperatorPerson]
	Reason   string
}

// Grant puts a role and place into force.
type Grant struct {
	Role Role
	Place
	Reason string
}

// NormaliseLogin folds full-width forms and case, trims blanks and drops what
// cannot be seen, so that one login has one spelling.
func NormaliseLogin(s string) string {
	return strings.ToLower(strings.TrimSpace(printable(norm.NFKC.String(s))))
}

// Limits of text fields, in runes. They bound what a page must lay out.
const (
	minLogin = 2
	maxLogin = 64
	maxName  = 40
)

// Validate reports what is wrong with an account before it is created.
func (n NewUser) Validate() error {
	login := []rune(NormaliseLogin(n.Login))
	if len(login) < minLogin || len(login) > maxLogin {
		return fault.New(fault.Invalid, "登录名要 %d–%d 个字", minLogin, maxLogin)
	}
	for _, r := range login {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-@", r) {
			return fault.New(fault.Invalid, "登录名里不能有“%c”", r).WithHint("可用汉字、字母、数字和 . _ - @")
		}
	}
	if name := []rune(strings.TrimSpace(n.Name)); len(name) == 0 || len(name) > maxName {
		return fault.New(fault.Invalid, "姓名要 1–%d 个字", maxName)
	}
	if len([]rune(n.StaffNo)) > maxLogin {
		return fault.New(fault.Invalid, "工号太长，最多 %d 个字", maxLogin)
	}
	return n.Place.validate(n.Role)
}

// person returns the key of the natural person.
func (n NewUser) person() string {
	if s := NormaliseLogin(n.StaffNo); s != "" {
		return s
	}
	return NormaliseLogin(n.Login)
}

// validate holds that a place fits a role exactly: what the role needs is there,
// and nothing else is, so that no left-over field ever widens a scope.
func (p Place) validate(r Role) error {
	info, ok := r.Info()
	if !ok {
		return fault.New(fault.Invalid, "没有“%s”这个角色", r).WithHint("角色要从列表中选。")
	}
	need := func(kind PlaceKind, has bool, noun string) error {
		switch {
		case info.Place == kind && !has && kind != FirmsPlace:
			return fault.New(fault.Invalid, "%s的账号要指明%s", info.Label, noun)
		case info.Place != kind && has:
			return fault.New(fault.Invalid, "%s的账号不能带%s", info.Label, noun)
		}
		return nil
	}
	for _, c := range []struct {
		kind PlaceKind
		has  bool
		noun string
	}{
		{DistrictPlace, p.District != "", "县区"},
		{DepartmentPlace, p.Department != "", "部门"},
		{ChainPlace, p.Chain != "", "产业链"},
		{EnterprisePlace, p.Enterprise != 0, "企业"},
		{FirmsPlace, len(p.Enterprises) > 0, "联系企业名单"},
	} {
		if err := need(c.kind, c.has, c.noun); err != nil {
			return err
		}
	}
	if p.Enterprise < 0 || slices.ContainsFunc(p.Enterprises, func(id int64) bool { return id <= 0 }) {
		return fault.New(fault.Invalid, "企业编号不对")
	}
	return nil
}

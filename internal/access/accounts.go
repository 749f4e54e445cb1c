package access

import (
	"context"
	"io"
	"slices"

	"ballast/internal/audit"
	"ballast/internal/fault"
)

// Accounts is the administration of accounts. Every method asks the permission
// table about the person it is given; what the system administrator and the
// security administrator may do does not overlap.
type Accounts struct{ *core }

// Created is a new account, or one whose password was reset. Password is the
// temporary password to hand over, shown once; empty when the caller chose it.
type Created struct {
	User
	Password string
}

// Users lists every account by login. It needs user.read.
func (a Accounts) Users(ctx context.Context, by Person) ([]User, error) {
	if err := by.need(UserRead); err != nil {
		return nil, err
	}
	return listAccounts(ctx, a.d)
}

// User returns one account. It needs user.read, unless it is one's own.
func (a Accounts) User(ctx context.Context, by Person, id int64) (User, error) {
	if err := by.ownOr(id, SelfSessions, UserRead); err != nil {
		return User{}, err
	}
	acc, err := accountByID(ctx, a.d, id)
	return acc.User, err
}

// UserByLogin is User by login name, for the command line.
func (a Accounts) UserByLogin(ctx context.Context, by Person, login string) (User, error) {
	if err := by.need(UserRead); err != nil {
		return User{}, err
	}
	acc, err := accountByLogin(ctx, a.d, NormaliseLogin(login))
	if fault.Is(err, fault.NotFound) {
		return User{}, fault.New(fault.NotFound, "没有“%s”这个账号", login)
	}
	if err != nil {
		return User{}, err
	}
	acc.Enterprises, err = firms(ctx, a.d, acc.User)
	return acc.User, err
}

// CreateUser opens an account with a proposed role and place. It needs
// user.manage. The account cannot sign in until the security administrator has
// put the role into force; one created by an [OperatorPerson] can at once.
// Errors: Invalid, Denied, Conflict for a taken login or a person of another duty.
func (a Accounts) CreateUser(ctx context.Context, by Person, n NewUser) (Created, error) {
	if err := by.need(UserManage); err != nil {
		return Created{}, err
	}
	if err := n.Validate(); err != nil {
		return Created{}, err
	}
	if by.operator == nil {
		n.Settled = false
	}
	var out Created
	var err error
	if n.Password == "" {
		n.Settled = false
		if n.Password, err = a.temporaryPassword(); err != nil {
			return Created{}, err
		}
		out.Password = n.Password
	} else if err := a.checkPassword(n.Password, n.Login, n.Name); err != nil {
		return Created{}, err
	}
	phc, err := a.hash.create(ctx, n.Password)
	if err != nil {
		return Created{}, err
	}
	act := audit.Act{Actor: by.Actor("web"), Verb: "access.create_user", Subject: "user:new", Reason: n.Reason}
	err = a.pen.Do(ctx, act, func(tx *audit.Tx) error {
		id, err := insertAccount(ctx, tx, newAccount{NewUser: n, phc: phc, granted: by.Can(UserGrant)})
		if err != nil {
			return err
		}
		tx.About(userSubject(id), n.Enterprise)
		tx.Note("login", NormaliseLogin(n.Login))
		tx.Note("role", string(n.Role))
		acc, err := accountByID(ctx, tx, id)
		out.User = acc.User
		return err
	})
	if err != nil {
		return Created{}, err
	}
	return out, nil
}

// checkPassword holds a password to the profile, with the words of its owner.
func (c *core) checkPassword(password, login, name string) error {
	words := slices.Concat(personalWords(NormaliseLogin(login), name), c.cfg.ContextWords)
	return passwordFault(c.cfg.Profile.Check(password, words))
}

// Letters of temporary passwords: those read aloud or copied by hand without
// doubt, no 0 O 1 l I.
const (
	tempSmall   = "abcdefghijkmnpqrstuvwxyz"
	tempCapital = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	tempDigit   = "23456789"
)

// temporaryPassword returns sixteen random characters in four groups, about 85
// bits, of four kinds.
func (c *core) temporaryPassword() (string, error) {
	for {
		raw := make([]byte, 64)
		if _, err := io.ReadFull(c.cfg.Random, raw); err != nil {
			return "", fault.Wrap(fault.Internal, err, "取不到随机数")
		}
		const alphabet = tempSmall + tempCapital + tempDigit // 56 letters
		var out []byte
		n := 0
		for _, b := range raw {
			if b >= 224 { // 4 × 56: a larger byte would favour some letters
				continue
			}
			if n > 0 && n%4 == 0 {
				out = append(out, '-')
			}
			out = append(out, alphabet[b%56])
			if n++; n == 16 {
				break
			}
		}
		if n == 16 && len(c.cfg.Profile.Check(string(out), nil)) == 0 {
			return string(out), nil
		}
	}
}

// change describes one act on another's account.
type change struct {
	by     Person
	perm   Permission
	id     int64
	verb   string
	reason string
}

// change checks the permission, keeps administrators off their own accounts (one
// more pair of eyes), and runs fn on the fresh row inside a journalled write.
func (a Accounts) change(ctx context.Context, c change, fn func(tx *audit.Tx, acc account) error) error {
	if err := c.by.need(c.perm); err != nil {
		return err
	}
	if c.by.Is(c.id) {
		return fault.New(fault.Denied, "不能对自己的账号做这件事").WithHint("请另一位管理员办理。")
	}
	act := audit.Act{Actor: c.by.Actor("web"), Verb: c.verb, Subject: userSubject(c.id), Reason: c.reason}
	return a.pen.Do(ctx, act, func(tx *audit.Tx) error {
		acc, err := accountByID(ctx, tx, c.id)
		if err != nil {
			return err
		}
		tx.About(userSubject(c.id), acc.Enterprise)
		return fn(tx, acc)
	})
}

// endAll ends an account's sessions and notes how many.
func (a Accounts) endAll(ctx context.Context, tx *audit.Tx, id int64, reason string) error {
	n, err := endSessions(ctx, tx, id, reason)
	tx.Note("sessions_ended", n)
	return err
}

// GrantRole puts a role and place into force, at first or anew, and ends the
// account's sessions, so that new rights begin with a new sign-in. It needs
// user.grant. A role of another duty is refused.
func (a Accounts) GrantRole(ctx context.Context, by Person, id int64, g Grant) error {
	if err := g.Place.validate(g.Role); err != nil {
		return err
	}
	info, _ := g.Role.Info()
	return a.change(ctx, change{by: by, perm: UserGrant, id: id, verb: "access.grant_role", reason: g.Reason},
		func(tx *audit.Tx, acc account) error {
			if g.Role != acc.Role {
				if err := a.keepOne(ctx, tx, acc); err != nil {
					return err
				}
			}
			if err := claimDuty(ctx, tx, acc.StaffNo, info.Duty); err != nil {
				return err
			}
			tx.Note("role", string(g.Role))
			tx.Note("role_before", string(acc.Role))
			_, err := tx.Exec(ctx, `UPDATE account SET role = $1, asked_role = $1, district = $2, department = $3, chain = $4,
					enterprise_id = $5, version = version + 1 WHERE id = $6`,
				string(g.Role), g.District, g.Department, g.Chain, g.Enterprise, id)
			if err != nil {
				return err
			}
			if err := replaceFirms(ctx, tx, id, g.Enterprises); err != nil {
				return err
			}
			return a.endAll(ctx, tx, id, endGrant)
		})
}

// keepOne refuses to take the last enabled administrator of a kind away: nobody
// could put one back.
func (a Accounts) keepOne(ctx context.Context, tx *audit.Tx, acc account) error {
	info, ok := acc.Role.Info()
	if !ok || info.Duty == DutyBusiness || acc.Disabled {
		return nil
	}
	n, err := countEnabled(ctx, tx, acc.Role)
	if err == nil && n <= 1 {
		return fault.New(fault.Conflict, "这是最后一个可用的%s，不能停用或改任", info.Label).WithHint("请先另建一个%s。", info.Label)
	}
	return err
}

// Disable shuts an account and ends its sessions. It needs user.manage.
func (a Accounts) Disable(ctx context.Context, by Person, id int64, reason string) error {
	return a.change(ctx, change{by: by, perm: UserManage, id: id, verb: "access.disable_user", reason: reason},
		func(tx *audit.Tx, acc account) error {
			if acc.Disabled {
				return fault.New(fault.Conflict, "账号本来就是停用的")
			}
			if err := a.keepOne(ctx, tx, acc); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE account SET disabled = 1, version = version + 1 WHERE id = $1`, id); err != nil {
				return err
			}
			return a.endAll(ctx, tx, id, endDisabled)
		})
}

// Enable opens a disabled account again. It needs user.manage.
func (a Accounts) Enable(ctx context.Context, by Person, id int64, reason string) error {
	return a.change(ctx, change{by: by, perm: UserManage, id: id, verb: "access.enable_user", reason: reason},
		func(tx *audit.Tx, acc account) error {
			if !acc.Disabled {
				return fault.New(fault.Conflict, "账号本来就是启用的")
			}
			_, err := tx.Exec(ctx, `UPDATE account SET disabled = 0 WHERE id = $1`, id)
			return err
		})
}

// Unlock lifts the lock that failed sign-ins put on an account. It needs
// user.grant.
func (a Accounts) Unlock(ctx context.Context, by Person, id int64, reason string) error {
	return a.change(ctx, change{by: by, perm: UserGrant, id: id, verb: "access.unlock_user", reason: reason},
		func(tx *audit.Tx, acc account) error {
			_, err := tx.Exec(ctx, `UPDATE account SET failures = 0, lockouts = 0, locked_until = 0 WHERE id = $1`, id)
			return err
		})
}

// ResetPassword gives an account a temporary password, which its holder must
// change, and ends its sessions. It needs user.grant.
func (a Accounts) ResetPassword(ctx context.Context, by Person, id int64, reason string) (Created, error) {
	if err := by.need(UserGrant); err != nil {
		return Created{}, err
	}
	pw, err := a.temporaryPassword()
	if err != nil {
		return Created{}, err
	}
	phc, err := a.hash.create(ctx, pw)
	if err != nil {
		return Created{}, err
	}
	out := Created{Password: pw}
	err = a.change(ctx, change{by: by, perm: UserGrant, id: id, verb: "access.reset_password", reason: reason},
		func(tx *audit.Tx, acc account) error {
			if err := setPassword(ctx, tx, acc, newPassword{phc: phc, temporary: true}); err != nil {
				return err
			}
			if err := a.endAll(ctx, tx, id, endPassword); err != nil {
				return err
			}
			fresh, err := accountByID(ctx, tx, id)
			out.User = fresh.User
			return err
		})
	if err != nil {
		return Created{}, err
	}
	return out, nil
}

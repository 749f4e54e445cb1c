package access

import (
	"context"
	"crypto/subtle"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/fault"
)

// Founders are the first accounts of an installation: the three separated
// administrators and one officer who works. They must be four different people.
// Role and Place of each are set here, not by the caller.
type Founders struct {
	System   NewUser
	Security NewUser
	Audit    NewUser
	Officer  NewUser
}

// installer signs what is done before anybody has an account.
var installer = audit.Actor{ID: "installer", Name: "首次安装", Via: "web"}

// FirstRun reports whether the installation has no accounts yet, so that the
// first-run page must be shown in place of the sign-in page.
func (a *Access) FirstRun(ctx context.Context) (bool, error) {
	if a.founded.Load() {
		return false, nil
	}
	n, err := countAccounts(ctx, a.d)
	if err == nil && n > 0 {
		a.founded.Store(true)
	}
	return n == 0, err
}

func countAccounts(ctx context.Context, q db.Queryer) (n int, err error) {
	err = q.QueryRow(ctx, `SELECT count(*) FROM account`).Scan(&n)
	return n, err
}

// FirstRunToken makes the word that opens the first-run page, for the operator
// who can read the program's output: without it the first stranger to find the
// page would own the city. A new word replaces the last, for all processes on one
// database. It is a Conflict once accounts exist.
func (a *Access) FirstRunToken(ctx context.Context) (string, error) {
	token, hash, err := a.newToken()
	if err != nil {
		return "", err
	}
	act := audit.Act{Actor: installer, Verb: "access.first_run_token", Subject: "installation:1"}
	err = a.pen.Do(ctx, act, func(tx *audit.Tx) error {
		if err := a.stillFirst(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO first_run (id, token_hash) VALUES (1, $1)
			ON CONFLICT (id) DO UPDATE SET token_hash = excluded.token_hash`, hash)
		return err
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

func (a *Access) stillFirst(ctx context.Context, tx *audit.Tx) error {
	n, err := countAccounts(ctx, tx)
	if err == nil && n > 0 {
		return fault.New(fault.Conflict, "系统已经有账号了").WithHint("请直接登录。")
	}
	return err
}

// CreateAdministrators creates the founders in one act, all or none. Each must
// change the password given here at the first sign-in, since one person typed all
// four. Errors: Denied for a wrong word, Conflict once accounts exist, Invalid.
func (a *Access) CreateAdministrators(ctx context.Context, token string, f Founders) ([]User, error) {
	f.System.Role, f.Security.Role, f.Audit.Role, f.Officer.Role = SystemAdmin, SecurityAdmin, AuditAdmin, BureauOfficer
	all := []NewUser{f.System, f.Security, f.Audit, f.Officer}
	hashes, err := a.checkFounders(ctx, token, all)
	if err != nil {
		return nil, err
	}
	var users []User
	act := audit.Act{Actor: installer, Verb: "access.create_administrators", Subject: "installation:1"}
	err = a.pen.Do(ctx, act, func(tx *audit.Tx) error {
		users = nil
		if err := a.stillFirst(ctx, tx); err != nil {
			return err
		}
		if err := checkFirstRunToken(ctx, tx, token); err != nil {
			return err
		}
		for i, n := range all {
			id, err := insertAccount(ctx, tx, newAccount{NewUser: n, phc: hashes[i], granted: true})
			if err != nil {
				return err
			}
			tx.Note(string(n.Role), userSubject(id))
			acc, err := accountByID(ctx, tx, id)
			if err != nil {
				return err
			}
			users = append(users, acc.User)
		}
		_, err := tx.Exec(ctx, `DELETE FROM first_run`)
		return err
	})
	if err != nil {
		return nil, err
	}
	a.founded.Store(true)
	return users, nil
}

func checkFirstRunToken(ctx context.Context, q db.Queryer, token string) error {
	var want []byte
	err := q.QueryRow(ctx, `SELECT token_hash FROM first_run WHERE id = 1`).Scan(&want)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err != nil || subtle.ConstantTimeCompare(want, tokenHash(token)) != 1 {
		return fault.New(fault.Denied, "首次安装的口令不对").WithHint("它在启动程序的那个窗口或日志里，每次启动都会换新的。")
	}
	return nil
}

// checkFounders validates the four and hashes their passwords.
func (a *Access) checkFounders(ctx context.Context, token string, all []NewUser) ([]string, error) {
	if err := checkFirstRunToken(ctx, a.d, token); err != nil {
		return nil, err
	}
	people, names := map[string]bool{}, map[string]bool{}
	var hashes []string
	for i := range all {
		n := &all[i]
		n.Place, n.Settled = Place{}, false
		info, _ := n.Role.Info()
		if err := n.Validate(); err != nil {
			return nil, fault.Wrap(fault.KindOf(err), err, "%s：%s", info.Label, sentence(err))
		}
		if people[n.person()] || names[n.Name] {
			return nil, fault.New(fault.Invalid, "%s要另一个人担任：三员分立，四个账号要四个人", info.Label)
		}
		people[n.person()], names[n.Name] = true, true
		if err := a.checkPassword(n.Password, n.Login, n.Name); err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "%s：%s", info.Label, sentence(err))
		}
	}
	for _, n := range all {
		phc, err := a.hash.create(ctx, n.Password)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, phc)
	}
	return hashes, nil
}

func sentence(err error) string {
	s, _ := fault.Public(err)
	return s
}

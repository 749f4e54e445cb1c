package access

import (
	"context"
	"slices"
	"time"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/fault"
)

// account is a row of the table, with what never leaves the room.
type account struct {
	User
	password string // PHC string
	secret   string // sealed TOTP secret; pending while !TOTP
	step     int64  // the last TOTP step accepted
	failures int
	lockouts int
	version  int64
}

const accountColumns = `a.id, a.login, a.name, a.person, a.asked_role, a.role, a.district, a.department, a.chain,
	a.enterprise_id, a.disabled, a.must_change, a.password, a.password_at, a.totp_secret, a.totp_on, a.totp_step,
	a.failures, a.lockouts, a.locked_until, a.version, a.created_at`

// scanAccount reads accountColumns, then whatever follows into more.
func scanAccount(s db.Scanner, more ...any) (account, error) {
	var a account
	var passwordAt, lockedUntil, createdAt int64
	dest := []any{&a.ID, &a.Login, &a.Name, &a.StaffNo, &a.AskedRole, &a.Role, &a.District, &a.Department, &a.Chain,
		&a.Enterprise, &a.Disabled, &a.MustChange, &a.password, &passwordAt, &a.secret, &a.TOTP, &a.step,
		&a.failures, &a.lockouts, &lockedUntil, &a.version, &createdAt}
	err := s.Scan(append(dest, more...)...)
	a.PasswordAt, a.CreatedAt = instant(passwordAt), instant(createdAt)
	a.LockedUntil = instant(lockedUntil)
	return a, err
}

// instant turns stored milliseconds into a time; 0 is the zero time.
func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// accountByLogin reads an account without its firms: sign-in must cost the same
// whoever tries.
func accountByLogin(ctx context.Context, q db.Queryer, login string) (account, error) {
	return scanAccount(q.QueryRow(ctx, `SELECT `+accountColumns+` FROM account a WHERE a.login = $1`, login))
}

func accountByID(ctx context.Context, q db.Queryer, id int64) (account, error) {
	a, err := scanAccount(q.QueryRow(ctx, `SELECT `+accountColumns+` FROM account a WHERE a.id = $1`, id))
	if fault.Is(err, fault.NotFound) {
		return a, fault.New(fault.NotFound, "没有这个账号")
	}
	if err != nil {
		return account{}, err
	}
	a.Enterprises, err = firms(ctx, q, a.User)
	return a, err
}

// firms reads the list that only envoys and digital officers have.
func firms(ctx context.Context, q db.Queryer, u User) ([]int64, error) {
	if info, ok := u.AskedRole.Info(); !ok || info.Place != FirmsPlace {
		return nil, nil
	}
	return db.List(ctx, q, `SELECT enterprise_id FROM account_enterprise WHERE account_id = $1 ORDER BY enterprise_id`,
		[]any{u.ID}, func(s db.Scanner) (id int64, err error) { return id, s.Scan(&id) })
}

func listAccounts(ctx context.Context, q db.Queryer) ([]User, error) {
	firms := map[int64][]int64{}
	err := db.Each(ctx, q, `SELECT account_id, enterprise_id FROM account_enterprise ORDER BY account_id, enterprise_id`, nil,
		func(s db.Scanner) error {
			var a, e int64
			err := s.Scan(&a, &e)
			firms[a] = append(firms[a], e)
			return err
		})
	if err != nil {
		return nil, err
	}
	return db.List(ctx, q, `SELECT `+accountColumns+` FROM account a ORDER BY a.login`, nil, func(s db.Scanner) (User, error) {
		a, err := scanAccount(s)
		a.Enterprises = firms[a.ID]
		return a.User, err
	})
}

// claimDuty binds a natural person to a duty, or holds them to the one they have.
// The foreign key would refuse as well; this says why.
func claimDuty(ctx context.Context, tx *audit.Tx, person string, duty Duty) error {
	_, err := tx.Exec(ctx, `INSERT INTO account_person (person, duty) VALUES ($1, $2) ON CONFLICT (person) DO NOTHING`, person, string(duty))
	if err != nil {
		return err
	}
	var has string
	if err := tx.QueryRow(ctx, `SELECT duty FROM account_person WHERE person = $1`, person).Scan(&has); err != nil {
		return err
	}
	if Duty(has) != duty {
		return fault.New(fault.Conflict, "同一个人不能兼任：三员（系统、安全、审计管理员）互斥，也不能兼业务角色").
			WithHint("请换一个人，或核对工号“%s”。", person)
	}
	return nil
}

// newAccount is an account about to be written; granted puts the role into force
// at once.
type newAccount struct {
	NewUser
	phc     string
	granted bool
}

// insertAccount writes a new account and returns its id.
func insertAccount(ctx context.Context, tx *audit.Tx, n newAccount) (int64, error) {
	info, _ := n.Role.Info()
	if err := claimDuty(ctx, tx, n.person(), info.Duty); err != nil {
		return 0, err
	}
	var role Role
	if n.granted {
		role = n.Role
	}
	var id int64
	err := tx.QueryRow(ctx, `INSERT INTO account (login, name, person, duty, asked_role, role, district, department, chain,
			enterprise_id, must_change, password, password_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13) RETURNING id`,
		NormaliseLogin(n.Login), n.Name, n.person(), string(info.Duty), string(n.Role), string(role), n.District, n.Department, n.Chain,
		n.Enterprise, flag(!n.Settled), n.phc, tx.Now.UnixMilli()).Scan(&id)
	if fault.Is(err, fault.Conflict) {
		return 0, fault.Wrap(fault.Conflict, err, "登录名“%s”已经有人用了", NormaliseLogin(n.Login)).WithHint("请换一个登录名。")
	}
	if err != nil {
		return 0, err
	}
	return id, replaceFirms(ctx, tx, id, n.Enterprises)
}

func replaceFirms(ctx context.Context, tx *audit.Tx, id int64, enterprises []int64) error {
	if _, err := tx.Exec(ctx, `DELETE FROM account_enterprise WHERE account_id = $1`, id); err != nil {
		return err
	}
	ids := slices.Clone(enterprises)
	slices.Sort(ids)
	var rows [][]any
	for _, e := range slices.Compact(ids) {
		rows = append(rows, []any{id, e})
	}
	return tx.Insert(ctx, "account_enterprise", []string{"account_id", "enterprise_id"}, rows, "")
}

// newPassword is a hash about to replace another; temporary ones must be changed
// by their holder.
type newPassword struct {
	phc       string
	temporary bool
}

// setPassword replaces a hash, keeps the old one for the history and lifts any
// lock.
func setPassword(ctx context.Context, tx *audit.Tx, a account, p newPassword) error {
	_, err := tx.Exec(ctx, `INSERT INTO account_password (account_id, password, ended_at) VALUES ($1, $2, $3)`, a.ID, a.password, tx.Now.UnixMilli())
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE account SET password = $1, password_at = $2, must_change = $3, failures = 0, lockouts = 0, locked_until = 0
		WHERE id = $4`, p.phc, tx.Now.UnixMilli(), flag(p.temporary), a.ID)
	return err
}

// formerPasswords returns the newest n hashes that are no longer in use.
func formerPasswords(ctx context.Context, q db.Queryer, id int64, n int) ([]string, error) {
	return db.List(ctx, q, `SELECT password FROM account_password WHERE account_id = $1 ORDER BY id DESC LIMIT $2`, []any{id, n},
		func(s db.Scanner) (phc string, err error) { return phc, s.Scan(&phc) })
}

// countEnabled returns how many accounts hold a role in force and are enabled.
func countEnabled(ctx context.Context, q db.Queryer, r Role) (n int, err error) {
	err = q.QueryRow(ctx, `SELECT count(*) FROM account WHERE role = $1 AND disabled = 0`, string(r)).Scan(&n)
	return n, err
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

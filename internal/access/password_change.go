package access

import (
	"context"

	"ballast/internal/audit"
	"ballast/internal/fault"
)

// PasswordChange is what a person fills in to change their own password.
type PasswordChange struct {
	Old       string
	New       string
	IP        string
	UserAgent string
}

// ChangePassword replaces the person's own password. All their sessions end, this
// one too: the token returned opens the one that goes on. Errors: Invalid with
// everything that is wrong with the new password, Unauthenticated when the old
// one is wrong (which counts like a failed sign-in).
func (a *Access) ChangePassword(ctx context.Context, p Person, c PasswordChange) (token string, _ Person, err error) {
	if err := p.need(SelfPassword); err != nil {
		return "", Person{}, err
	}
	from := Credentials{IP: c.IP, UserAgent: c.UserAgent}.tidy()
	c.IP, c.UserAgent = from.IP, from.UserAgent
	acc, err := accountByID(ctx, a.d, p.ID)
	if err != nil {
		return "", Person{}, err
	}
	if err := a.checkPassword(c.New, acc.Login, acc.Name); err != nil {
		return "", Person{}, err
	}
	phc, err := a.rehash(ctx, acc, c)
	if err != nil {
		return "", Person{}, err
	}
	token, hash, err := a.newToken()
	if err != nil {
		return "", Person{}, err
	}
	act := audit.Act{Actor: p.Actor("web"), Verb: "access.change_password", Subject: userSubject(p.ID), Enterprise: p.Enterprise}
	err = a.pen.Do(ctx, act, func(tx *audit.Tx) error {
		fresh, err := accountByID(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		if fresh.password != acc.password || fresh.Disabled || fresh.version != acc.version {
			return fault.New(fault.Conflict, "账号刚刚被改过").WithHint("请重新登录。")
		}
		if err := setPassword(ctx, tx, fresh, newPassword{phc: phc}); err != nil {
			return err
		}
		if err := a.endAll(ctx, tx, p.ID, endPassword); err != nil {
			return err
		}
		fresh.MustChange, fresh.PasswordAt = false, tx.Now
		p, err = a.openSession(ctx, tx, fresh, arrival{c.IP, c.UserAgent, hash})
		return err
	})
	if err != nil {
		return "", Person{}, err
	}
	return token, p, nil
}

// rehash checks the old password and the history, and hashes the new one.
func (a *Access) rehash(ctx context.Context, acc account, c PasswordChange) (string, error) {
	former, err := formerPasswords(ctx, a.d, acc.ID, max(a.cfg.Profile.History-1, 0))
	if err != nil {
		return "", err
	}
	leave, err := a.hash.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	if a.now().Before(acc.LockedUntil) {
		return "", a.badSignIn()
	}
	fits, err := a.hash.verify(acc.password, c.Old)
	if err != nil {
		return "", err
	}
	if !fits {
		cred := Credentials{IP: c.IP, UserAgent: c.UserAgent}
		if err := a.turnAway(context.WithoutCancel(ctx), cred, acc, wrongPassword); !fault.Is(err, fault.Unauthenticated) {
			return "", err
		}
		return "", fault.New(fault.Unauthenticated, "原口令不对")
	}
	if a.cfg.Profile.History > 0 {
		former = append(former, acc.password)
	}
	for _, old := range former {
		same, err := a.hash.verify(old, c.New)
		if err != nil {
			return "", err
		}
		if same {
			return "", fault.New(fault.Invalid, "新口令不能用：最近 %d 个口令里有它", a.cfg.Profile.History)
		}
	}
	return a.hash.encode(c.New)
}

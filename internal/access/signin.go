package access

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"time"

	"ballast/internal/audit"
	"ballast/internal/fault"

	"github.com/emmansun/gmsm/sm3"
)

// Credentials are what somebody shows at the door.
type Credentials struct {
	Login     string
	Password  string
	Code      string // of the authenticator app; empty at the first try
	IP        string // of the client, after the trusted proxies
	UserAgent string
	Via       string // "web" when empty
}

// maxIP bounds what is kept of an address: an IPv6 address with its zone.
const maxIP = 64

// tidy bounds and cleans what a stranger sent, so that no byte of it can make the
// database, the journal or a page stumble where another stranger's would not.
func (c Credentials) tidy() Credentials {
	c.Login = NormaliseLogin(c.Login)
	if len([]rune(c.Login)) > maxLogin {
		c.Login = "" // nobody's
	}
	c.IP = printable(cut(c.IP, maxIP))
	c.UserAgent = printable(cut(c.UserAgent, maxAgent))
	return c
}

// ErrCodeRequired is in the chain of SignIn's error when login and password are
// right and the account's one-time code is still missing: show its field.
var ErrCodeRequired = errors.New("one-time code required")

// verdict is why a sign-in fails; empty when it does not. The words go into the
// journal, never to the person at the door.
type verdict string

const (
	admitted         verdict = ""
	unknownLogin     verdict = "unknown login"
	accountLocked    verdict = "locked"
	wrongPassword    verdict = "wrong password"
	accountDisabled  verdict = "disabled"
	noRole           verdict = "no role in force"
	temporaryExpired verdict = "temporary password expired"
	codeMissing      verdict = "code missing"
	wrongCode        verdict = "wrong or used code"
)

// errChanged says that the account changed between the check and the write.
var errChanged = errors.New("account changed meanwhile")

// SignIn checks credentials and opens a session. The token is the caller's to
// keep (256 random bits, stored only as a hash). Errors: Unauthenticated for
// anything wrong with the credentials, always with the same sentence, or wrapping
// [ErrCodeRequired]; Limited when the address failed too often.
func (a *Access) SignIn(ctx context.Context, c Credentials) (token string, p Person, err error) {
	c = c.tidy()
	if !a.ips.allow(c.IP, a.now()) {
		return "", Person{}, a.refuseAddress(ctx, c)
	}
	leave, err := a.hash.enter(ctx)
	if err != nil {
		return "", Person{}, err
	}
	defer leave()
	// Asked again with the slot in hand: a crowd from one address can overshoot the
	// limit by no more than the number of slots.
	if !a.ips.allow(c.IP, a.now()) {
		return "", Person{}, a.refuseAddress(ctx, c)
	}
	// From here on a client that hangs up must not escape the count.
	ctx = context.WithoutCancel(ctx)
	for range 3 {
		token, p, err = a.trySignIn(ctx, c)
		if !errors.Is(err, errChanged) {
			return token, p, err
		}
	}
	return "", Person{}, fault.New(fault.Unavailable, "账号正在被修改").WithHint("请稍后再登录。")
}

// trySignIn is one read, one hash and one journalled write, whatever comes of it.
func (a *Access) trySignIn(ctx context.Context, c Credentials) (string, Person, error) {
	acc, err := accountByLogin(ctx, a.d, c.Login)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return "", Person{}, err
	}
	phc := acc.password
	if acc.ID == 0 {
		phc = a.hash.dummy
	}
	fits, err := a.hash.verify(phc, c.Password)
	if err != nil {
		return "", Person{}, err
	}
	v, step, err := a.judge(acc, fits, c.Code)
	if err != nil {
		return "", Person{}, err
	}
	if v != admitted {
		return "", Person{}, a.turnAway(ctx, c, acc, v)
	}
	return a.admit(ctx, c, acc, step)
}

// judge decides about an account whose password has been compared. step is the
// one-time code's step to store.
func (c *core) judge(acc account, fits bool, code string) (v verdict, step int64, err error) {
	now := c.now()
	switch {
	case acc.ID == 0:
		return unknownLogin, 0, nil
	case now.Before(acc.LockedUntil):
		return accountLocked, 0, nil
	case !fits:
		return wrongPassword, 0, nil
	case acc.Disabled:
		return accountDisabled, 0, nil
	case acc.Role == "":
		return noRole, 0, nil
	case acc.MustChange && now.Sub(acc.PasswordAt) > c.cfg.TemporaryLife:
		return temporaryExpired, 0, nil
	case !acc.TOTP:
		return admitted, acc.step, nil
	case strings.TrimSpace(code) == "":
		return codeMissing, 0, nil
	}
	secret, err := c.seal.open(acc.secret, userSubject(acc.ID))
	if err != nil {
		return wrongCode, 0, err
	}
	step, ok := matchCode(secret, code, now)
	if !ok || step <= acc.step {
		return wrongCode, 0, nil
	}
	return admitted, step, nil
}

// nobody signs what people do before the door knows them.
func nobody(c Credentials) audit.Actor {
	via := c.Via
	if via == "" {
		via = "web"
	}
	return audit.Actor{ID: "anonymous", Name: "未登录", Via: via}
}

// turnAway counts and journals a failure and returns what to say.
func (a *Access) turnAway(ctx context.Context, c Credentials, acc account, v verdict) error {
	act := audit.Act{Actor: nobody(c), Verb: "access.sign_in_failed", Subject: "login:unknown"}
	if acc.ID != 0 {
		act.Subject = userSubject(acc.ID)
	}
	if v == codeMissing {
		act.Verb = "access.code_asked"
	} else {
		a.ips.fail(c.IP, a.now())
	}
	err := a.pen.Do(ctx, act, func(tx *audit.Tx) error {
		tx.Note("why", string(v))
		tx.Note("ip", c.IP)
		if acc.ID == 0 {
			// Somebody may have typed a password into the wrong field: a short
			// digest lets an auditor see repetition and nothing more.
			sum := sm3.Sum([]byte(c.Login))
			tx.Note("login_digest", hex.EncodeToString(sum[:4]))
		}
		return a.countFailure(ctx, tx, acc, v == wrongPassword || v == wrongCode)
	})
	if err != nil {
		return err
	}
	if v == codeMissing {
		return fault.Wrap(fault.Unauthenticated, ErrCodeRequired, "请输入动态验证码").
			WithHint("打开手机上的验证器，输入 6 位数字。")
	}
	return a.badSignIn()
}

func (a *Access) badSignIn() error {
	l := a.cfg.Lockout
	return fault.New(fault.Unauthenticated, "登录名、口令或验证码不对，或账号暂时不能登录").
		WithHint("连续输错 %d 次，账号锁定 %d 分钟，再错加倍；忘了口令请找安全管理员。", l.Failures, int(l.Base.Minutes()))
}

// countFailure raises the counter and locks the account when it is full. It runs
// the same statements for a login that does not exist (id 0 touches no row).
func (a *Access) countFailure(ctx context.Context, tx *audit.Tx, acc account, counts bool) error {
	fresh, err := accountByLogin(ctx, tx, acc.Login)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	l := a.cfg.Lockout
	if counts && !tx.Now.Before(fresh.LockedUntil) {
		fresh.failures++
		if fresh.failures >= l.Failures {
			wait := lockFor(l, fresh.lockouts)
			fresh.failures, fresh.lockouts = 0, fresh.lockouts+1
			fresh.LockedUntil = tx.Now.Add(wait)
			tx.Note("locked_minutes", int(wait.Minutes()))
		}
	}
	var until int64
	if !fresh.LockedUntil.IsZero() {
		until = fresh.LockedUntil.UnixMilli()
	}
	_, err = tx.Exec(ctx, `UPDATE account SET failures = $1, lockouts = $2, locked_until = $3 WHERE id = $4`,
		fresh.failures, fresh.lockouts, until, fresh.ID)
	return err
}

// lockFor returns the length of the next lock: the base, doubled for each one
// before, at most the maximum.
func lockFor(l Lockout, before int) time.Duration {
	wait := l.Base
	for range before {
		if wait >= l.Max/2 {
			return l.Max
		}
		wait *= 2
	}
	return min(wait, l.Max)
}

// refuseAddress says that an address must wait, and journals it now and then.
func (a *Access) refuseAddress(ctx context.Context, c Credentials) error {
	if a.ips.report(c.IP, a.now()) {
		act := audit.Act{Actor: nobody(c), Verb: "access.address_limited", Subject: "address:" + c.IP}
		if err := a.pen.Do(ctx, act, func(*audit.Tx) error { return nil }); err != nil {
			return err
		}
	}
	return fault.New(fault.Limited, "这个网络地址登录失败太多").WithHint("请过几分钟再试。")
}

// admit opens the session, if the account is still what was checked.
func (a *Access) admit(ctx context.Context, c Credentials, acc account, step int64) (token string, p Person, err error) {
	phc := acc.password
	if a.hash.stale(phc) { // costs were raised since: this is the moment the password is at hand
		if phc, err = a.hash.encode(c.Password); err != nil {
			return "", Person{}, err
		}
	}
	token, hash, err := a.newToken()
	if err != nil {
		return "", Person{}, err
	}
	actor := audit.Actor{ID: userSubject(acc.ID), Name: acc.Name, Via: nobody(c).Via}
	act := audit.Act{Actor: actor, Verb: "access.sign_in", Subject: userSubject(acc.ID), Enterprise: acc.Enterprise}
	err = a.pen.Do(ctx, act, func(tx *audit.Tx) error {
		fresh, err := accountByID(ctx, tx, acc.ID)
		if err != nil {
			return err
		}
		v, again, err := a.judge(fresh, fresh.password == acc.password, c.Code)
		if err != nil {
			return err
		}
		if v != admitted || again != step || fresh.version != acc.version {
			return errChanged
		}
		_, err = tx.Exec(ctx, `UPDATE account SET failures = 0, lockouts = 0, locked_until = 0, totp_step = $1, password = $2 WHERE id = $3`,
			step, phc, acc.ID)
		if err != nil {
			return err
		}
		p, err = a.openSession(ctx, tx, fresh, arrival{c.IP, c.UserAgent, hash})
		return err
	})
	if err != nil {
		return "", Person{}, err
	}
	return token, p, nil
}

// newToken returns 256 random bits as text and their hash as stored.
func (c *core) newToken() (token string, hash []byte, err error) {
	var raw [32]byte
	if _, err := io.ReadFull(c.cfg.Random, raw[:]); err != nil {
		return "", nil, fault.Wrap(fault.Internal, err, "取不到随机数")
	}
	token = base64.RawURLEncoding.EncodeToString(raw[:])
	return token, tokenHash(token), nil
}

func tokenHash(token string) []byte {
	sum := sm3.Sum([]byte(token))
	return sum[:]
}

package access

import (
	"bytes"
	"context"
	"image/png"
	"strings"
	"time"

	"ballast/internal/audit"
	"ballast/internal/fault"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
	"golang.org/x/text/unicode/norm"
)

// One-time codes follow RFC 6238 with the values every authenticator app
// understands: SHA-1, six digits, thirty seconds; one step of drift either way.
const (
	totpPeriod = 30
	totpDrift  = 1
)

// TOTPKey is a new second factor, shown once.
type TOTPKey struct {
	Secret string // base32, for typing by hand
	URL    string // otpauth://, what the picture holds
	PNG    []byte // the picture to scan, 240 pixels square
}

// matchCode returns the time step whose code was given. The caller refuses steps
// that were used before.
func matchCode(secret, code string, now time.Time) (step int64, ok bool) {
	code = strings.ReplaceAll(norm.NFKC.String(strings.TrimSpace(code)), " ", "")
	opts := hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}
	current := now.Unix() / totpPeriod
	// All steps are compared, the newest match wins: no early end tells the step.
	for s := current - totpDrift; s <= current+totpDrift; s++ {
		if good, err := hotp.ValidateCustom(code, uint64(s), secret, opts); err == nil && good {
			step, ok = s, true
		}
	}
	return step, ok
}

// EnrolTOTP gives the person a new second factor, which counts only once
// [Access.ConfirmTOTP] has seen a code of it. Whoever has one already must have
// it reset by the security administrator: a stolen session must not replace it.
func (a *Access) EnrolTOTP(ctx context.Context, p Person) (TOTPKey, error) {
	if err := p.need(SelfTOTP); err != nil {
		return TOTPKey{}, err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: a.cfg.Issuer, AccountName: p.Login, Rand: a.cfg.Random})
	if err != nil {
		return TOTPKey{}, fault.Wrap(fault.Internal, err, "动态验证码的密钥没有生成")
	}
	sealed, err := a.seal.seal(key.Secret(), userSubject(p.ID))
	if err != nil {
		return TOTPKey{}, err
	}
	img, err := key.Image(240, 240)
	if err != nil {
		return TOTPKey{}, fault.Wrap(fault.Internal, err, "二维码没有生成")
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return TOTPKey{}, fault.Wrap(fault.Internal, err, "二维码没有生成")
	}
	act := audit.Act{Actor: p.Actor("web"), Verb: "access.enrol_totp", Subject: userSubject(p.ID)}
	err = a.pen.Do(ctx, act, func(tx *audit.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE account SET totp_secret = $1, totp_step = 0 WHERE id = $2 AND totp_on = 0`, sealed, p.ID)
		if err == nil && n == 0 {
			return fault.New(fault.Conflict, "已经启用了动态验证码").WithHint("换手机请找安全管理员重置。")
		}
		return err
	})
	if err != nil {
		return TOTPKey{}, err
	}
	return TOTPKey{Secret: key.Secret(), URL: key.URL(), PNG: buf.Bytes()}, nil
}

// ConfirmTOTP turns the second factor on when code belongs to it.
func (a *Access) ConfirmTOTP(ctx context.Context, p Person, code string) error {
	if err := p.need(SelfTOTP); err != nil {
		return err
	}
	act := audit.Act{Actor: p.Actor("web"), Verb: "access.confirm_totp", Subject: userSubject(p.ID)}
	return a.pen.Do(ctx, act, func(tx *audit.Tx) error {
		acc, err := accountByID(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		if acc.TOTP || acc.secret == "" {
			return fault.New(fault.Conflict, "没有待确认的动态验证码").WithHint("请重新生成二维码。")
		}
		secret, err := a.seal.open(acc.secret, userSubject(p.ID))
		if err != nil {
			return err
		}
		step, ok := matchCode(secret, code, tx.Now)
		if !ok {
			return fault.New(fault.Invalid, "验证码不对").WithHint("请核对手机时间是否准确，再输入最新的 6 位数字。")
		}
		_, err = tx.Exec(ctx, `UPDATE account SET totp_on = 1, totp_step = $1 WHERE id = $2`, step, p.ID)
		return err
	})
}

// ResetTOTP takes a person's second factor away, for a lost phone, and ends their
// sessions.
func (a Accounts) ResetTOTP(ctx context.Context, by Person, id int64, reason string) error {
	return a.change(ctx, change{by: by, perm: UserGrant, id: id, verb: "access.reset_totp", reason: reason},
		func(tx *audit.Tx, acc account) error {
			if _, err := tx.Exec(ctx, `UPDATE account SET totp_secret = '', totp_on = 0, totp_step = 0 WHERE id = $1`, acc.ID); err != nil {
				return err
			}
			return a.endAll(ctx, tx, acc.ID, endKilled)
		})
}

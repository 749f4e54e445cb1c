package access_test

import (
	"bytes"
	"context"
	"encoding/base32"
	"errors"
	"image/png"
	"strings"
	"testing"
	"time"

	"ballast/internal/access"
	"ballast/internal/db"
	"ballast/internal/db/dbtest"
	"ballast/internal/fault"

	"github.com/pquerna/otp/totp"
)

// RFC 6238 appendix B, SHA-1, the last six of the eight digits.
func TestCodesOfTheStandard(t *testing.T) {
	secret := base32.StdEncoding.EncodeToString([]byte("12345678901234567890"))
	for _, c := range []struct {
		unix int64
		code string
		step int64
	}{
		{59, "287082", 1}, {1111111109, "081804", 37037036}, {1111111111, "050471", 37037037},
		{1234567890, "005924", 41152263}, {2000000000, "279037", 66666666}, {20000000000, "353130", 666666666},
	} {
		at := time.Unix(c.unix, 0)
		for _, drift := range []time.Duration{-30 * time.Second, 0, 30 * time.Second} {
			if step, ok := access.MatchCode(secret, c.code, at.Add(drift)); !ok || step != c.step {
				t.Errorf("%s at %d%+v: step %d, %v; want %d", c.code, c.unix, drift, step, ok, c.step)
			}
		}
		if _, ok := access.MatchCode(secret, c.code, at.Add(90*time.Second)); ok {
			t.Errorf("%s accepted 90 s later", c.code)
		}
		if _, ok := access.MatchCode(secret, c.code[:3]+" "+c.code[3:], at); !ok {
			t.Errorf("%s with a blank, as apps show it", c.code)
		}
	}
	for _, bad := range []string{"", "28708", "2870820", "28708x"} {
		if _, ok := access.MatchCode(secret, bad, time.Unix(59, 0)); ok {
			t.Errorf("%q accepted", bad)
		}
	}
}

func TestSecondFactor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w, func(c *access.Config) {
			c.Key = []byte("0123456789abcdef")
			c.RequireTOTP = []access.Role{access.SecurityAdmin}
		})
		u := h.user("sec", access.SecurityAdmin)
		_, p := h.signIn("sec")
		if p.Can(access.UserGrant) || !p.MustEnrol || p.WhyCan(access.UserGrant) != "要先启用动态验证码" {
			t.Fatalf("%+v", p)
		}
		key, err := h.EnrolTOTP(ctx, p)
		if err != nil {
			t.Fatal(err)
		}
		if img, err := png.Decode(bytes.NewReader(key.PNG)); err != nil || img.Bounds().Dx() != 240 || !strings.HasPrefix(key.URL, "otpauth://totp/") {
			t.Errorf("picture: %v, %s", err, key.URL)
		}
		var stored string
		if err := d.QueryRow(ctx, `SELECT totp_secret FROM account`).Scan(&stored); err != nil || !strings.HasPrefix(stored, "sm4gcm:") || contains(stored, key.Secret) {
			t.Errorf("stored %q, %v", stored, err)
		}
		h.signIn("sec") // an unconfirmed factor does not lock anybody out
		mustFail(t, h.ConfirmTOTP(ctx, p, "000000"), fault.Invalid, "验证码不对")
		code := func() string {
			c, err := totp.GenerateCode(key.Secret, h.clock.now())
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		if err := h.ConfirmTOTP(ctx, p, code()); err != nil {
			t.Fatal(err)
		}
		_, err = h.EnrolTOTP(ctx, p)
		mustFail(t, err, fault.Conflict, "已经启用")

		sign := func(code string) error {
			_, p, err = h.SignIn(ctx, access.Credentials{Login: "sec", Password: goodPassword, Code: code})
			return err
		}
		if err := sign(""); !errors.Is(err, access.ErrCodeRequired) || !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("no code: %v", err)
		}
		mustFail(t, sign(code()), fault.Unauthenticated, "验证码不对") // used to confirm
		h.clock.add(30 * time.Second)
		now := code()
		if err := sign(now); err != nil || !p.Can(access.UserGrant) {
			t.Fatalf("%v", err)
		}
		mustFail(t, sign(now), fault.Unauthenticated, "验证码不对") // replayed
		h.clock.add(30 * time.Second)
		mustFail(t, sign(now), fault.Unauthenticated, "验证码不对") // replayed within the drift

		if err := h.ResetTOTP(ctx, root, u.ID, "换手机"); err != nil {
			t.Fatal(err)
		}
		if err := sign(""); err != nil || !p.MustEnrol {
			t.Errorf("after the reset: %v", err)
		}
	})
}

// Two sign-ins with one code at the same time: one gets in.
func TestOneCodeOpensOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		h.user("zhou", access.Auditor)
		_, p := h.signIn("zhou")
		key, err := h.EnrolTOTP(ctx, p)
		if err != nil {
			t.Fatal(err)
		}
		c, _ := totp.GenerateCode(key.Secret, h.clock.now())
		if err := h.ConfirmTOTP(ctx, p, c); err != nil {
			t.Fatal(err)
		}
		h.clock.add(time.Minute)
		c, _ = totp.GenerateCode(key.Secret, h.clock.now())
		results := make(chan error, 4)
		for range 4 {
			go func() {
				_, _, err := h.SignIn(ctx, access.Credentials{Login: "zhou", Password: goodPassword, Code: c})
				results <- err
			}()
		}
		in := 0
		for range 4 {
			if err := <-results; err == nil {
				in++
			} else {
				mustFail(t, err, fault.Unauthenticated, "验证码不对")
			}
		}
		if in != 1 {
			t.Errorf("one code let %d in", in)
		}
	})
}

// A wrong or lost key is said, and does not let anybody in.
func TestLostKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w, func(c *access.Config) { c.Key = []byte("0123456789abcdef") })
		h.user("zhou", access.Auditor)
		_, p := h.signIn("zhou")
		key, err := h.EnrolTOTP(ctx, p)
		if err != nil {
			t.Fatal(err)
		}
		c, _ := totp.GenerateCode(key.Secret, h.clock.now())
		if err := h.ConfirmTOTP(ctx, p, c); err != nil {
			t.Fatal(err)
		}
		for _, k := range [][]byte{nil, []byte("fedcba9876543210")} {
			h.cfg.Key = k
			_, _, err := h.another().SignIn(ctx, access.Credentials{Login: "zhou", Password: goodPassword, Code: c})
			mustFail(t, err, fault.Unavailable, "解不开")
		}
	})
}

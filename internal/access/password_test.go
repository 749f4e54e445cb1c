package access_test

import (
	"context"
	"strings"
	"testing"
	"time"
	"unicode"

	"ballast/internal/access"
	"ballast/internal/db"
	"ballast/internal/db/dbtest"
	"ballast/internal/fault"
)

func TestProfiles(t *testing.T) {
	words := []string{"zhouxiao", "周晓", "pingxiang", "萍乡", "hr"}
	for _, c := range []struct {
		password    string
		dengbao     string // a part of each finding, separated by |; empty: accepted
		asvs        string
		description string
	}{
		{"Tiger-lamp7-Harbour", "", "", "long and mixed"},
		{"correct horse battery", "种", "", "ASVS asks for no composition"},
		{"湖水Blue-42-山石Red", "", "", "Chinese characters count as another kind"},
		{"Tiger-l7", "至少 12 位", "", "eight are enough for ASVS"},
		{"Tige-l7", "至少 12 位", "至少 8 位", "seven"},
		{"Password@2026", "常见", "常见", "a common word with the usual tail"},
		{"P@ssw0rd2026!!", "常见", "常见", "digits for letters"},
		{"Woaini1314520!", "常见", "常见", "pinyin habit"},
		{"gongxinju@2026", "常见", "常见", "the bureau's name"},
		{"1qaz2wsx", "至少 12 位|种|常见", "常见", "keyboard walk"},
		{"Admin@123456", "常见", "常见", "the vendor's default"},
		{"111111111111Aa", "不同的字符太少|连续或重复", "不同的字符太少|连续或重复", "repetition"},
		{"123456789abcX!", "连续或重复", "连续或重复", "ascending digits"},
		{"9876543210zY-k", "连续或重复", "连续或重复", "descending digits"},
		{"ZhouXiao-lamp-77", "zhouxiao", "zhouxiao", "the login inside"},
		{"lamp7-周晓-Harbour", "周晓", "周晓", "the name inside"},
		{"I-love-PingXiang-7", "pingxiang", "pingxiang", "the city inside"},
		{"Tiger-chr7-Harbour", "", "", "words of two letters are not refused"},
		{"Ｔｉｇｅｒ－ｌａｍｐ７－Ｈ", "", "", "full width is folded"},
		{strings.Repeat("Ab3-xy9!", 16), "", "", "128 are allowed"},
		{strings.Repeat("Ab3-xy9!", 17), "最多 128 位", "最多 128 位", "136 are not"},
	} {
		for _, p := range []struct {
			profile access.Profile
			want    string
		}{{access.DengBao3, c.dengbao}, {access.ASVS5, c.asvs}} {
			got := p.profile.Check(c.password, words)
			var parts []string
			if p.want != "" {
				parts = strings.Split(p.want, "|")
			}
			ok := len(got) == len(parts)
			for i := range parts {
				ok = ok && strings.Contains(got[i], parts[i])
			}
			if !ok {
				t.Errorf("%s, %s: %q gives %q, want %q", p.profile.Name, c.description, c.password, got, parts)
			}
		}
	}
}

func TestProfileFiguresAreTheAgreedOnes(t *testing.T) {
	d, a := access.DengBao3, access.ASVS5
	if d.MinLength != 12 || d.History != 5 || d.MaxAge != 90*24*time.Hour || d.Classes != 3 {
		t.Errorf("等保三级: %+v", d)
	}
	if a.MinLength != 8 || a.MaxAge != 0 || a.Classes != 0 || a.MaxLength < 64 {
		t.Errorf("ASVS 5: %+v", a)
	}
}

func TestTemporaryPasswordsPassTheProfileAndDiffer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		u := h.user("zhou", access.Auditor)
		seen := map[string]bool{}
		for range 20 {
			c, err := h.ResetPassword(ctx, root, u.ID, "忘了")
			if err != nil {
				t.Fatal(err)
			}
			if wrong := access.DengBao3.Check(c.Password, nil); len(wrong) > 0 || seen[c.Password] || !c.MustChange {
				t.Fatalf("%q: %v", c.Password, wrong)
			}
			if strings.ContainsFunc(c.Password, func(r rune) bool { return strings.ContainsRune("0O1lI", r) || !unicode.IsPrint(r) }) {
				t.Errorf("%q has letters that look alike", c.Password)
			}
			seen[c.Password] = true
		}
	})
}

func TestTemporaryPasswordMustBeChangedFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		u := h.user("zhou", access.BureauOfficer)
		old, _ := h.signIn("zhou")
		c, err := h.ResetPassword(ctx, root, u.ID, "忘了")
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.Resolve(ctx, old)
		mustFail(t, err, fault.Unauthenticated, "口令已更换")
		cred := access.Credentials{Login: "zhou", Password: c.Password, IP: "10.0.0.1"}
		token, p, err := h.SignIn(ctx, cred)
		if err != nil || p.Can(access.EnterpriseRead) || !p.Can(access.SelfPassword) {
			t.Fatalf("%+v, %v", p, err)
		}
		other, _, err := h.SignIn(ctx, cred)
		if err != nil {
			t.Fatal(err)
		}
		fresh, p, err := h.ChangePassword(ctx, p, access.PasswordChange{Old: c.Password, New: "River-stone5-Lantern"})
		if err != nil || !p.Can(access.EnterpriseRead) {
			t.Fatalf("%+v, %v", p, err)
		}
		for _, tok := range []string{token, other} {
			_, err := h.Resolve(ctx, tok)
			mustFail(t, err, fault.Unauthenticated, "口令已更换")
		}
		if q, err := h.Resolve(ctx, fresh); err != nil || !q.Can(access.EnterpriseRead) {
			t.Errorf("%+v, %v", q, err)
		}
		// A temporary password that nobody used for a week opens nothing.
		c, err = h.ResetPassword(ctx, root, u.ID, "又忘了")
		if err != nil {
			t.Fatal(err)
		}
		h.clock.add(7*24*time.Hour + time.Second)
		mustFail(t, h.try("zhou", c.Password), fault.Unauthenticated, "不对")
	})
}

func TestPasswordHistoryAndAge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		h.user("zhou", access.BureauOfficer)
		_, p := h.signIn("zhou")
		mine := []string{goodPassword, "River-stone5-Lantern", "Copper-gate3-Window", "Morning-boat8-Sparrow", "Paper-cloud2-Hammer", "Orchid-rail9-Bottle"}
		change := func(from, to string) error {
			h.clock.add(time.Minute)
			_, q, err := h.ChangePassword(ctx, p, access.PasswordChange{Old: from, New: to})
			if err == nil {
				p = q
			}
			return err
		}
		mustFail(t, change("wrong", mine[1]), fault.Unauthenticated, "原口令不对")
		mustFail(t, change(mine[0], "短"), fault.Invalid, "至少 12 位")
		for i := 1; i < 5; i++ {
			if err := change(mine[i-1], mine[i]); err != nil {
				t.Fatal(err)
			}
		}
		// Five kept: the current one and the four before it.
		for _, old := range mine[:5] {
			mustFail(t, change(mine[4], old), fault.Invalid, "最近 5 个口令")
		}
		if err := change(mine[4], mine[5]); err != nil {
			t.Fatal(err)
		}
		if err := change(mine[5], mine[0]); err != nil {
			t.Errorf("the sixth last may come back: %v", err)
		}
		h.clock.add(90 * 24 * time.Hour)
		if _, p = h.signIn("zhou"); !p.Can(access.Search) {
			t.Error("90 days are not over")
		}
		h.clock.add(2 * time.Minute)
		if _, p = h.signIn("zhou"); p.Can(access.Search) || !p.MustChange {
			t.Error("after 90 days the password must be changed")
		}
	})
}

// Guessing the old password in the change form locks the account like the door does.
func TestChangeFormIsNoWayRoundTheLock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		h.user("zhou", access.BureauOfficer)
		_, p := h.signIn("zhou")
		for range 5 {
			_, _, err := h.ChangePassword(ctx, p, access.PasswordChange{Old: "wrong", New: "River-stone5-Lantern"})
			mustFail(t, err, fault.Unauthenticated, "原口令不对")
		}
		_, _, err := h.ChangePassword(ctx, p, access.PasswordChange{Old: goodPassword, New: "River-stone5-Lantern"})
		mustFail(t, err, fault.Unauthenticated, "不对")
		mustFail(t, h.try("zhou", goodPassword), fault.Unauthenticated, "不对")
	})
}

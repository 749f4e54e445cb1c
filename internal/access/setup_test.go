package access_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"ballast/internal/access"
	"ballast/internal/db"
	"ballast/internal/db/dbtest"
	"ballast/internal/fault"
)

func founders() access.Founders {
	who := func(login, name, password string) access.NewUser {
		return access.NewUser{Login: login, Name: name, Password: password}
	}
	return access.Founders{
		System: who("xtgly", "刘系统", "Tiger-lamp7-Harbour"), Security: who("aqgly", "陈安全", "River-stone5-Lantern"),
		Audit: who("sjgly", "黄审计", "Copper-gate3-Window"), Officer: who("keyuan", "赵科员", "Morning-boat8-Sparrow"),
	}
}

func TestFirstRun(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		if first, err := h.FirstRun(ctx); err != nil || !first {
			t.Fatalf("%v, %v", first, err)
		}
		mustFail(t, h.try("admin", "admin"), fault.Unauthenticated, "不对") // there is no default account
		_, err := h.CreateAdministrators(ctx, "", founders())
		mustFail(t, err, fault.Denied, "首次安装的口令不对")
		stale, err := h.FirstRunToken(ctx)
		if err != nil {
			t.Fatal(err)
		}
		token, err := h.another().FirstRunToken(ctx)
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.CreateAdministrators(ctx, stale, founders())
		mustFail(t, err, fault.Denied, "首次安装的口令不对")

		bad := founders()
		bad.Audit.Password = "password"
		_, err = h.CreateAdministrators(ctx, token, bad)
		mustFail(t, err, fault.Invalid, "审计管理员：新口令不能用")
		bad = founders()
		bad.Audit.Name = bad.System.Name
		_, err = h.CreateAdministrators(ctx, token, bad)
		mustFail(t, err, fault.Invalid, "四个账号要四个人")
		bad = founders()
		bad.Officer.StaffNo, bad.System.StaffNo = "1001", "1001"
		_, err = h.CreateAdministrators(ctx, token, bad)
		mustFail(t, err, fault.Invalid, "四个账号要四个人")
		if first, err := h.FirstRun(ctx); err != nil || !first {
			t.Fatalf("a refused attempt left something behind: %v, %v", first, err)
		}

		users, err := h.CreateAdministrators(ctx, token, founders())
		if err != nil || len(users) != 4 {
			t.Fatalf("%+v, %v", users, err)
		}
		for i, r := range []access.Role{access.SystemAdmin, access.SecurityAdmin, access.AuditAdmin, access.BureauOfficer} {
			if users[i].Role != r || !users[i].MustChange {
				t.Errorf("%+v", users[i])
			}
		}
		for _, door := range []*house{h, h.another()} {
			if first, err := door.FirstRun(ctx); err != nil || first {
				t.Errorf("still first: %v, %v", first, err)
			}
		}
		_, err = h.CreateAdministrators(ctx, token, founders())
		mustFail(t, err, fault.Denied, "首次安装的口令不对")
		_, err = h.FirstRunToken(ctx)
		mustFail(t, err, fault.Conflict, "已经有账号了")
		if err := h.try("xtgly", "Tiger-lamp7-Harbour"); err != nil {
			t.Error(err)
		}
		if got := strings.Join(h.verbs(), " "); !strings.Contains(got, "access.create_administrators") {
			t.Error(got)
		}
	})
}

// Two browsers on the first-run page at once: one wins, four accounts exist.
func TestFirstRunHappensOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		token, err := h.FirstRunToken(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for range 4 {
			wg.Go(func() {
				if _, err := h.CreateAdministrators(ctx, token, founders()); err == nil {
					mu.Lock()
					won++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		users, err := h.Users(ctx, root)
		if won != 1 || err != nil || len(users) != 4 {
			t.Errorf("%d won, %d accounts, %v", won, len(users), err)
		}
	})
}

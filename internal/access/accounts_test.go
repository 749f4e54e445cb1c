package access_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"ballast/internal/access"
	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/db/dbtest"
	"ballast/internal/fault"
)

// The system administrator makes an account, and only the security administrator
// makes it able.
func TestAccountNeedsTwoAdministrators(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		h.user("sys", access.SystemAdmin)
		h.user("sec", access.SecurityAdmin)
		_, sys := h.signIn("sys")
		_, sec := h.signIn("sec")
		n := access.NewUser{Login: "Zhou", Name: "周", Role: access.DistrictOfficer, Place: access.Place{District: "360302"}}
		_, err := h.CreateUser(ctx, sec, n)
		mustFail(t, err, fault.Denied, "安全管理员不能“建立和停用账号”")
		c, err := h.CreateUser(ctx, sys, n)
		if err != nil || c.Password == "" || c.Role != "" || c.AskedRole != access.DistrictOfficer || c.Login != "zhou" {
			t.Fatalf("%+v, %v", c, err)
		}
		mustFail(t, h.try("zhou", c.Password), fault.Unauthenticated, "不对")
		g := access.Grant{Role: access.DistrictOfficer, Place: access.Place{District: "360302"}, Reason: "批准"}
		mustFail(t, h.GrantRole(ctx, sys, c.ID, g), fault.Denied, "系统管理员不能“授权、解锁、重置口令”")
		if err := h.GrantRole(ctx, sec, c.ID, g); err != nil {
			t.Fatal(err)
		}
		if err := h.try("zhou", c.Password); err != nil {
			t.Errorf("after the grant: %v", err)
		}
		_, err = h.CreateUser(ctx, sys, n)
		mustFail(t, err, fault.Conflict, "已经有人用了")
	})
}

func TestAdministratorsWithoutThePermissionAreRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		target := h.user("target", access.Vendor)
		h.signIn("target")
		acts := map[string]struct {
			perm access.Permission
			do   func(by access.Person) error
		}{
			"Users":         {access.UserRead, func(by access.Person) error { _, err := h.Users(ctx, by); return err }},
			"User":          {access.UserRead, func(by access.Person) error { _, err := h.User(ctx, by, target.ID); return err }},
			"Sessions":      {access.SessionManage, func(by access.Person) error { _, err := h.Sessions(ctx, by, target.ID); return err }},
			"CreateUser":    {access.UserManage, func(by access.Person) error { _, err := h.CreateUser(ctx, by, access.NewUser{}); return err }},
			"Disable":       {access.UserManage, func(by access.Person) error { return h.Disable(ctx, by, target.ID, "") }},
			"Enable":        {access.UserManage, func(by access.Person) error { return h.Enable(ctx, by, target.ID, "") }},
			"Unlock":        {access.UserGrant, func(by access.Person) error { return h.Unlock(ctx, by, target.ID, "") }},
			"ResetTOTP":     {access.UserGrant, func(by access.Person) error { return h.ResetTOTP(ctx, by, target.ID, "") }},
			"ResetPassword": {access.UserGrant, func(by access.Person) error { _, err := h.ResetPassword(ctx, by, target.ID, ""); return err }},
			"GrantRole": {access.UserGrant, func(by access.Person) error {
				return h.GrantRole(ctx, by, target.ID, access.Grant{Role: access.Vendor})
			}},
			"KillSession": {access.SessionManage, func(by access.Person) error { return h.KillSession(ctx, by, 1, "") }},
		}
		for _, info := range access.Roles {
			p := signedIn(info.Role)
			p.ID = 999 // nobody's own account
			for name, act := range acts {
				if p.Can(act.perm) {
					continue
				}
				if err := act.do(p); !fault.Is(err, fault.Denied) {
					t.Errorf("%s by %s: %v, want denied", name, info.Role, err)
				}
			}
		}
		for name, act := range acts {
			if err := act.do(access.Person{}); !fault.Is(err, fault.Denied) {
				t.Errorf("%s by nobody: %v, want denied", name, err)
			}
		}
	})
}

// The three administrators exclude one another and all business roles: in the
// door, and in the database under it.
func TestMutualExclusion(t *testing.T) {
	duties := [][]access.Role{{access.SystemAdmin}, {access.SecurityAdmin}, {access.AuditAdmin},
		{access.BureauLead, access.BureauOfficer, access.EnterpriseUser, access.Auditor, access.Bank}}
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		for i, has := range duties {
			for j, wants := range duties {
				for _, a := range has {
					for _, b := range wants {
						h.exclusion(ctx, a, b, i == j)
					}
				}
			}
		}
		// Straight into the tables, past every check of this program.
		raw := func(query string, args ...any) error {
			return h.pen.Do(ctx, audit.Act{Actor: audit.Actor{ID: "x", Via: "cli"}, Verb: "test.raw", Subject: "x:1"}, func(tx *audit.Tx) error {
				_, err := tx.Exec(ctx, query, args...)
				return err
			})
		}
		officer := h.user("raw", access.BureauOfficer)
		for _, admin := range []access.Role{access.SystemAdmin, access.SecurityAdmin, access.AuditAdmin} {
			mustFail(t, raw(`UPDATE account SET role = $1 WHERE id = $2`, string(admin), officer.ID), fault.Conflict, "关系不允许")
			mustFail(t, raw(`UPDATE account SET role = $1, asked_role = $1 WHERE id = $2`, string(admin), officer.ID), fault.Conflict, "关系不允许")
			mustFail(t, raw(`UPDATE account SET duty = 'audit', role = $1, asked_role = $1 WHERE id = $2`, string(admin), officer.ID), fault.Conflict, "关系不允许")
		}
		mustFail(t, raw(`INSERT INTO account (login, name, person, duty, asked_role, role, password, password_at, created_at)
			VALUES ('raw2', 'x', 'raw', 'system', 'system_admin', 'system_admin', 'x', 1, 1)`), fault.Conflict, "关系不允许")
		mustFail(t, raw(`UPDATE account_person SET duty = 'system' WHERE person = 'raw'`), fault.Conflict, "关系不允许")
	})
}

// exclusion gives one natural person an account in role a, then asks for b, by a
// second account and by a grant.
func (h *house) exclusion(ctx context.Context, a, b access.Role, allowed bool) {
	h.t.Helper()
	login := "p." + string(a) + "." + string(b)
	create := func(login string, r access.Role) (access.Created, error) {
		return h.CreateUser(ctx, root, access.NewUser{Login: login, StaffNo: "工号" + string(a) + string(b), Name: "某人", Role: r, Place: place(r), Password: goodPassword, Settled: true})
	}
	first, err := create(login, a)
	if err != nil {
		h.t.Fatal(err)
	}
	_, err = create(login+".2", b)
	granted := h.GrantRole(ctx, root, first.ID, access.Grant{Role: b, Place: place(b)})
	if !allowed {
		mustFail(h.t, err, fault.Conflict, "不能兼任")
		// The last administrator of a kind may be refused for that reason instead.
		if !fault.Is(granted, fault.Conflict) {
			h.t.Errorf("%s was granted %s: %v", a, b, granted)
		}
		return
	}
	if err != nil || (granted != nil && a != b) {
		h.t.Errorf("%s and %s are one duty: %v, %v", a, b, err, granted)
	}
}

func TestLastAdministratorStays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		a := h.user("audit1", access.AuditAdmin)
		mustFail(t, h.Disable(ctx, root, a.ID, ""), fault.Conflict, "最后一个可用的审计管理员")
		b := h.user("audit2", access.AuditAdmin)
		if err := h.Disable(ctx, root, a.ID, ""); err != nil {
			t.Fatal(err)
		}
		mustFail(t, h.Disable(ctx, root, a.ID, ""), fault.Conflict, "本来就是停用的")
		mustFail(t, h.Disable(ctx, root, b.ID, ""), fault.Conflict, "最后一个可用的审计管理员")
		if err := h.Enable(ctx, root, a.ID, ""); err != nil {
			t.Fatal(err)
		}
		mustFail(t, h.Enable(ctx, root, a.ID, ""), fault.Conflict, "本来就是启用的")
	})
}

func TestNobodyAdministersThemselves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		h.user("sys", access.SystemAdmin)
		h.user("sec", access.SecurityAdmin)
		h.user("sec2", access.SecurityAdmin)
		_, sys := h.signIn("sys")
		_, sec := h.signIn("sec")
		mustFail(t, h.Disable(ctx, sys, sys.ID, ""), fault.Denied, "自己的账号")
		mustFail(t, h.GrantRole(ctx, sec, sec.ID, access.Grant{Role: access.SecurityAdmin}), fault.Denied, "自己的账号")
		_, err := h.ResetPassword(ctx, sec, sec.ID, "")
		mustFail(t, err, fault.Denied, "自己的账号")
		mustFail(t, h.ResetTOTP(ctx, sec, sec.ID, ""), fault.Denied, "自己的账号")
	})
}

func TestGrantTakesEffectAtOnceAndEndsSessions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		u := h.user("zhou", access.Envoy)
		token, p := h.signIn("zhou")
		if !slices.Equal(p.Scope().EnterpriseIDs(), []int64{3, 9}) {
			t.Fatal(p.Scope().EnterpriseIDs())
		}
		if err := h.GrantRole(ctx, root, u.ID, access.Grant{Role: access.Envoy, Place: access.Place{Enterprises: []int64{4, 4}}, Reason: "轮换"}); err != nil {
			t.Fatal(err)
		}
		_, err := h.another().Resolve(ctx, token)
		mustFail(t, err, fault.Unauthenticated, "角色或范围已调整")
		token, p = h.signIn("zhou")
		if !slices.Equal(p.Scope().EnterpriseIDs(), []int64{4}) {
			t.Error(p.Scope().EnterpriseIDs())
		}
		// Even a session row that escaped its end would not carry old rights.
		err = h.pen.Do(ctx, audit.Act{Actor: audit.Actor{ID: "x", Via: "cli"}, Verb: "test.raw", Subject: "x:1"}, func(tx *audit.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE account SET version = version + 1`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.Resolve(ctx, token)
		mustFail(t, err, fault.Unauthenticated, "角色或范围已调整")
		mustFail(t, h.GrantRole(ctx, root, 12345, access.Grant{Role: access.Envoy}), fault.NotFound, "没有这个账号")
	})
}

func TestPlaceMustFitTheRole(t *testing.T) {
	full := access.Place{District: "360302", Department: "tax", Chain: "ceramics", Enterprise: 7, Enterprises: []int64{3}}
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		for _, info := range access.Roles {
			n := access.NewUser{Login: "any", Name: "某", Role: info.Role, Place: full}
			_, err := h.CreateUser(ctx, root, n)
			mustFail(t, err, fault.Invalid, "不能带")
			n.Place = access.Place{}
			if info.Place != access.NoPlace && info.Place != access.FirmsPlace {
				_, err = h.CreateUser(ctx, root, n)
				mustFail(t, err, fault.Invalid, "要指明")
			}
		}
		for _, c := range []struct {
			n    access.NewUser
			part string
		}{
			{access.NewUser{Login: "a", Name: "某", Role: access.Bank}, "登录名要"},
			{access.NewUser{Login: "a b c", Name: "某", Role: access.Bank}, "登录名里不能有"},
			{access.NewUser{Login: "abc", Role: access.Bank}, "姓名要"},
			{access.NewUser{Login: "abc", Name: "某", Role: "king"}, "没有“king”这个角色"},
			{access.NewUser{Login: "abc", Name: "某", Role: access.Envoy, Place: access.Place{Enterprises: []int64{0}}}, "企业编号"},
			{access.NewUser{Login: "abc", Name: "某", Role: access.Bank, Password: "短"}, "新口令不能用"},
		} {
			_, err := h.CreateUser(ctx, root, c.n)
			mustFail(t, err, fault.Invalid, c.part)
		}
	})
}

func TestUnlockAndKill(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		u := h.user("zhou", access.Auditor)
		h.user("li", access.Auditor)
		for range 5 {
			_ = h.try("zhou", "wrong")
		}
		if got, err := h.User(ctx, root, u.ID); err != nil || !got.LockedUntil.Equal(h.clock.now().Add(15*time.Minute)) {
			t.Errorf("%+v, %v", got, err)
		}
		if err := h.Unlock(ctx, root, u.ID, "本人来电"); err != nil {
			t.Fatal(err)
		}
		token, p := h.signIn("zhou")
		_, li := h.signIn("li")
		mustFail(t, h.KillSession(ctx, li, p.Session, ""), fault.Denied, "审计不能“查看和终止会话”")
		_, err := h.Sessions(ctx, li, p.ID)
		mustFail(t, err, fault.Denied, "审计不能“查看和终止会话”")
		if err := h.KillSession(ctx, p, p.Session, "不是我"); err != nil {
			t.Fatal(err)
		}
		mustFail(t, h.KillSession(ctx, p, p.Session, ""), fault.Conflict, "已经结束")
		mustFail(t, h.KillSession(ctx, root, 999, ""), fault.NotFound, "没有这个会话")
		_, err = h.Resolve(ctx, token)
		mustFail(t, err, fault.Unauthenticated, "终止")
	})
}

// Whatever happens to a session, in whichever order and process: once it has
// ended by a rule, its token never resolves again, and until then it does.
func TestEndedSessionsNeverResolve(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		h := newHouse(t, d, w)
		u := h.user("zhou", access.BureauOfficer)
		doors := []*house{h, h.another()}
		r := rand.New(rand.NewPCG(7, 11))
		var all []*modelSession
		endAll := func() {
			for _, s := range all {
				s.live = false
			}
		}
		disabled := false
		for range 150 {
			door := doors[r.IntN(2)]
			switch op := r.IntN(9); {
			case op <= 2:
				token, p, err := door.SignIn(ctx, access.Credentials{Login: "zhou", Password: goodPassword})
				if disabled != (err != nil) {
					t.Fatalf("sign-in while disabled=%v: %v", disabled, err)
				}
				if err == nil {
					all = append(all, &modelSession{token, p, true})
				}
			case op == 3 && len(all) > 0:
				if s := all[r.IntN(len(all))]; s.live {
					if err := door.SignOut(ctx, s.p); err != nil {
						t.Fatal(err)
					}
					s.live = false
				}
			case op == 4 && len(all) > 0:
				if s := all[r.IntN(len(all))]; s.live {
					if err := door.KillSession(ctx, root, s.p.Session, ""); err != nil {
						t.Fatal(err)
					}
					s.live = false
				}
			case op == 5 && r.IntN(3) == 0 && !disabled:
				if err := door.Disable(ctx, root, u.ID, ""); err != nil {
					t.Fatal(err)
				}
				disabled = true
				endAll()
			case op == 6 && disabled:
				if err := door.Enable(ctx, root, u.ID, ""); err != nil {
					t.Fatal(err)
				}
				disabled = false
			case op == 7 && r.IntN(3) == 0:
				if err := door.GrantRole(ctx, root, u.ID, access.Grant{Role: access.BureauOfficer}); err != nil {
					t.Fatal(err)
				}
				endAll()
			case op == 8:
				h.clock.add(time.Duration(r.IntN(3)) * time.Second)
			}
			checkModel(ctx, t, doors[r.IntN(2)], all)
		}
	})
}

// modelSession is a session as the test believes it to be.
type modelSession struct {
	token string
	p     access.Person
	live  bool
}

// checkModel resolves every token and compares. Of more than three live sessions
// any may have been evicted; the model learns which.
func checkModel(ctx context.Context, t *testing.T, door *house, all []*modelSession) {
	t.Helper()
	live := 0
	for _, s := range all {
		if s.live {
			live++
		}
	}
	for _, s := range all {
		p, err := door.Resolve(ctx, s.token)
		if err == nil && !s.live {
			t.Fatalf("an ended session resolved: %+v", p)
		}
		if err != nil && s.live {
			if live <= 3 {
				t.Fatalf("a live session did not resolve: %v", err)
			}
			s.live = false // evicted
		}
	}
}

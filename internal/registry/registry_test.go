package registry

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/db/dbtest"
	"ballast/internal/fault"
	"ballast/internal/period"
	"ballast/internal/scope"
	"ballast/uscc"
)

var city = scope.City("测试")

// house is a registry on one engine, with a short way to write.
type house struct {
	*Registry
	t   *testing.T
	d   *db.DB
	pen *audit.Pen
}

func each(t *testing.T, f func(t *testing.T, h house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		now := time.Date(2026, 1, 5, 1, 0, 0, 0, time.UTC)
		f(t, house{New(Rules{Land: DefaultLand()}), t, d, audit.NewPen(w, func() time.Time { now = now.Add(time.Second); return now })})
	})
}

func (h house) try(f func(tx *audit.Tx) error) error {
	return h.pen.Do(context.Background(), audit.Act{Actor: audit.Actor{ID: "user:1", Name: "张工", Via: "test"}, Verb: VerbChange, Subject: "enterprise:0", Reason: "测试"}, f)
}

func (h house) do(f func(tx *audit.Tx) error) {
	h.t.Helper()
	if err := h.try(f); err != nil {
		h.t.Fatal(err)
	}
}

func (h house) register(e Entry) (id int64) {
	h.t.Helper()
	h.do(func(tx *audit.Tx) (err error) {
		id, err = h.Enterprises().Register(context.Background(), tx, e)
		return err
	})
	return id
}

func day(s string) period.Day {
	d, err := period.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

func code(n int) string {
	c, err := uscc.Make('9', '1', "360300", fmt.Sprintf("%08d", n))
	if err != nil {
		panic(err)
	}
	return c
}

func firm(n int, name string) Entry {
	return Entry{Code: code(n), Profile: Profile{Name: name, District: "360302", Industry: "3834", Edition: 2017}}
}

func TestChangeKeepsThePast(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := context.Background()
		id := h.register(firm(1, "萍乡市旧名瓷业有限公司"))
		p := Profile{Name: "萍乡市新名瓷业有限公司", District: "360313", Industry: "C3834", Edition: 2017, Status: Suspended}
		h.do(func(tx *audit.Tx) error { return h.Enterprises().Change(ctx, tx, id, day("2023-07-01"), p) })
		for _, c := range []struct{ on, name, district string }{
			{"2023-06-30", "萍乡市旧名瓷业有限公司", "360302"}, {"2023-07-01", "萍乡市新名瓷业有限公司", "360313"}, {"2026-01-01", "萍乡市新名瓷业有限公司", "360313"},
		} {
			e, err := h.Enterprises().Find(ctx, h.d, city, id, day(c.on))
			if err != nil || e.Name != c.name || e.District != c.district {
				t.Errorf("on %s: %q %s %v, want %q %s", c.on, e.Name, e.District, err, c.name, c.district)
			}
		}
		// A change before the last one touches only the days until that one.
		p2 := Profile{Name: "萍乡市旧名瓷业有限公司", District: "360321", Industry: "3834", Edition: 2017}
		h.do(func(tx *audit.Tx) error { return h.Enterprises().Change(ctx, tx, id, day("2022-01-01"), p2) })
		for on, want := range map[string]string{"2021-12-31": "360302", "2022-01-01": "360321", "2023-06-30": "360321", "2023-07-01": "360313"} {
			if e, err := h.Enterprises().Find(ctx, h.d, city, id, day(on)); err != nil || e.District != want {
				t.Errorf("on %s: district %s %v, want %s", on, e.District, err, want)
			}
		}
		f, err := h.Enterprises().File(ctx, h.d, city, id, day("2026-01-01"))
		if err != nil || len(f.History) != 3 || len(f.Names) != 2 {
			t.Errorf("history %d names %d %v, want 3 and 2", len(f.History), len(f.Names), err)
		}
		// The old name still finds the firm.
		got, err := h.Enterprises().List(ctx, h.d, city, Filter{Day: day("2026-01-01"), Text: "旧名瓷业"})
		if err != nil || got.Total != 1 {
			t.Errorf("search by a former name found %d %v", got.Total, err)
		}
	})
}

// The history of a firm under any order of changes is the one in which, for each
// day, the change written last among those that cover it wins until the next
// version's start.
func TestChangesCoverEveryDayOnce(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := context.Background()
		r := rand.New(rand.NewPCG(7, 11))
		id := h.register(firm(1, "萍乡市甲乙瓷业有限公司"))
		for i := range 25 {
			p := Profile{Name: "萍乡市甲乙瓷业有限公司", District: "360302", Town: fmt.Sprint("镇", i)}
			h.do(func(tx *audit.Tx) error {
				return h.Enterprises().Change(ctx, tx, id, day("2020-01-01").Add(r.IntN(60)), p)
			})
		}
		for d := day("2019-12-20"); d.Before(day("2020-03-10")); d = d.Add(1) {
			var n int
			if err := h.d.QueryRow(ctx, `SELECT COUNT(*) FROM enterprise_version v WHERE enterprise_id = $1 AND replaced_at = 0 AND `+on("v", d), id).Scan(&n); err != nil || n != 1 {
				t.Fatalf("%s is covered by %d versions, want 1 (%v)", d, n, err)
			}
		}
	})
}

func TestRegisterRefusesBadInput(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := context.Background()
		h.register(firm(1, "萍乡市甲乙瓷业有限公司"))
		for _, c := range []struct {
			e    Entry
			want string
		}{
			{Entry{Code: "91360323O65380921K", Profile: Profile{Name: "江西金宝城食品工业有限公司"}}, "第9位不能是“O”"},
			{Entry{Code: "91360300MADEM0108J", Profile: Profile{Name: "演示有限公司"}}, "校验位应为Q"},
			{Entry{Code: code(1), Profile: Profile{Name: "另一家有限公司"}}, "已经登记"},
			{Entry{Code: code(2), Profile: Profile{Name: " "}}, "没有企业名称"},
			{Entry{Code: code(2), Profile: Profile{Name: "丙丁有限公司", Industry: "B3834"}}, "门类字母应为 C"},
			{Entry{Code: code(2), Profile: Profile{Name: "丙丁有限公司", Status: "open"}}, "不认识的企业状态"},
			{Entry{Code: code(2), Profile: Profile{Name: "丙丁有限公司"}, Established: day("2020-01-01"), ProductionSince: day("2019-01-01")}, "早于成立日期"},
		} {
			err := h.try(func(tx *audit.Tx) error { _, err := h.Enterprises().Register(ctx, tx, c.e); return err })
			if err == nil {
				t.Errorf("%+v was accepted", c.e)
				continue
			}
			if msg, _ := fault.Public(err); !strings.Contains(msg, c.want) {
				t.Errorf("message %q lacks %q", msg, c.want)
			}
		}
		got, err := h.Enterprises().List(ctx, h.d, city, Filter{Day: day("2026-01-01")})
		if err != nil || got.Total != 1 {
			t.Errorf("after refusals %d firms %v, want 1", got.Total, err)
		}
	})
}

func TestScopes(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := context.Background()
		on := day("2026-01-01")
		a, b := h.register(firm(1, "安源甲瓷业有限公司")), firm(2, "湘东乙瓷业有限公司")
		b.District = "360313"
		bid := h.register(b)
		h.do(func(tx *audit.Tx) error {
			return h.Links().Join(ctx, tx, bid, Membership{Kind: Chain, Key: "ceramics", Span: Span{From: day("2024-01-01")}})
		})
		for _, c := range []struct {
			name  string
			s     scope.Scope
			list  []int64
			frame []int64
		}{
			{"empty", scope.Scope{}, nil, nil},
			{"city", city, []int64{a, bid}, []int64{a, bid}},
			{"district", scope.Districts("", "360302"), []int64{a}, []int64{a}},
			{"chain", scope.Chains("", "ceramics"), []int64{bid}, []int64{bid}},
			{"own", scope.Enterprises("", a), []int64{a}, []int64{a}},
			{"department", scope.Departments("", "tax"), []int64{a, bid}, nil}, // identity, not facts
		} {
			ids, err := h.Enterprises().IDs(ctx, h.d, c.s, Filter{Day: on})
			if err != nil || !slices.Equal(ids, c.list) {
				t.Errorf("%s lists %v %v, want %v", c.name, ids, err, c.list)
			}
			f, err := h.Frame(ctx, h.d, c.s, on)
			if err != nil || !slices.Equal(f.ID, c.frame) {
				t.Errorf("%s frames %v %v, want %v", c.name, f.ID, err, c.frame)
			}
			if _, err := h.Enterprises().File(ctx, h.d, c.s, a, on); (err == nil) != slices.Contains(c.frame, a) {
				t.Errorf("%s opens the file of %d: %v", c.name, a, err)
			}
		}
	})
}

func TestMergeIsReversible(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := context.Background()
		on := day("2026-01-01")
		a, b, c := h.register(firm(1, "萍乡甲瓷业有限公司")), h.register(firm(2, "萍乡乙瓷业有限公司")), h.register(firm(3, "萍乡丙瓷业有限公司"))
		h.do(func(tx *audit.Tx) error { return h.Links().AddLabel(ctx, tx, a, Label{Key: "green_factory"}) })
		state := func() string {
			f, err := h.Frame(ctx, h.d, city, on)
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(f.ID, f.Labels, f.Name)
		}
		var ab, bc int64
		s0 := state()
		merge := func(id *int64, loser, survivor int64) {
			h.do(func(tx *audit.Tx) (err error) {
				*id, err = h.Enterprises().Merge(ctx, tx, loser, survivor, "user:1", "同一家企业登记了两次")
				return err
			})
		}
		merge(&ab, a, b)
		s1 := state()
		merge(&bc, b, c)
		f, err := h.Frame(ctx, h.d, city, on)
		if err != nil || !slices.Equal(f.ID, []int64{c}) || !slices.Equal(f.Labels[0], []string{"green_factory"}) {
			t.Errorf("after two merges: %v %v %v, want only %d with the label of %d", f.ID, f.Labels, err, c, a)
		}
		if e, err := h.Enterprises().FindCode(ctx, h.d, city, code(1), on); err != nil || e.ID != c {
			t.Errorf("the first code leads to %d %v, want %d", e.ID, err, c)
		}
		if err := h.try(func(tx *audit.Tx) error {
			_, err := h.Enterprises().Merge(ctx, tx, a, c, "user:1", "再来一次")
			return err
		}); !fault.Is(err, fault.Conflict) {
			t.Errorf("merging a merged record: %v, want a conflict", err)
		}
		h.do(func(tx *audit.Tx) error { return h.Enterprises().Unmerge(ctx, tx, bc, "user:1") })
		if s := state(); s != s1 {
			t.Errorf("after undoing the second merge %s, want %s", s, s1)
		}
		h.do(func(tx *audit.Tx) error { return h.Enterprises().Unmerge(ctx, tx, ab, "user:1") })
		if s := state(); s != s0 {
			t.Errorf("after undoing both %s, want %s", s, s0)
		}
		if ms, err := h.Enterprises().Mergers(ctx, h.d); err != nil || len(ms) != 2 || ms[0].UndoneAt.IsZero() {
			t.Errorf("the records of merges are gone: %v %v", ms, err)
		}
	})
}

func TestLandAndFrame(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := context.Background()
		on := day("2025-12-31")
		a, b := h.register(firm(1, "萍乡甲瓷业有限公司")), h.register(firm(2, "萍乡乙瓷业有限公司"))
		mu := func(s string) Area {
			x, err := ParseArea(s, "亩")
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
		h.do(func(tx *audit.Tx) error {
			l := h.Land()
			p1, err := l.AddParcel(ctx, tx, Parcel{Code: "360302001", Area: mu("50"), Floor: 8000 * SquareMetre})
			if err != nil {
				return err
			}
			p2, err := l.AddParcel(ctx, tx, Parcel{Code: "360302002", Area: mu("20"), Floor: 1000 * SquareMetre})
			if err != nil {
				return err
			}
			for _, x := range []Tenure{
				{Enterprise: a, Parcel: p1, Kind: Titled, Area: mu("12.35"), Floor: 3000 * SquareMetre},
				{Enterprise: a, Parcel: p2, Kind: Untitled, Area: mu("2.15"), Floor: 1000 * SquareMetre},
				{Enterprise: a, Parcel: p2, Kind: Titled, Area: mu("99"), Span: Span{Until: day("2020-01-01")}}, // sold
			} {
				if _, err := l.Hold(ctx, tx, x); err != nil {
					return err
				}
			}
			_, err = l.Let(ctx, tx, Lease{Lessor: a, Lessee: b, Parcel: p1, Area: mu("4.5"), Floor: 1200 * SquareMetre, Span: Span{From: day("2024-01-01"), Until: day("2026-01-01")}})
			if err != nil {
				return err
			}
			if err := l.ChangeParcel(ctx, tx, p1, day("2025-06-01"), Parcel{Area: mu("50"), Floor: 8000 * SquareMetre, State: Auction}); err != nil {
				return err
			}
			return h.Links().SetYear(ctx, tx, a, Year{Year: 2025, Above: true, People: 320, Revenue: 5_000_000_00})
		})
		f, err := h.Frame(ctx, h.d, city, on)
		if err != nil {
			t.Fatal(err)
		}
		// 12.35 titled + 2.15 untitled − 4.5 rented out = 10; the lessee has 4.5.
		if f.Land[0] != mu("10") || f.Land[1] != mu("4.5") || f.OwnLand[0] != mu("14.5") || !f.OwnsLand[0] || f.OwnsLand[1] {
			t.Errorf("land %v own %v owns %v, want 10亩 and 4.5亩", f.Land, f.OwnLand, f.OwnsLand)
		}
		if !slices.Equal(f.Parcels[0], []string{"360302001", "360302002"}) || !f.Above[0] || f.YearKnown[1] {
			t.Errorf("parcels %v above %v", f.Parcels, f.Above)
		}
		u, err := h.Land().UseOf(ctx, h.d, city, a, on)
		if err != nil || u.Parcels[0].State != Auction || u.Area(LandRule{Titled: true}) != mu("12.35") {
			t.Errorf("use %+v %v", u, err)
		}
		// 1001 over floors 3000 : 1000 m² is 750 (750.75 cut) and the rest, 251.
		if got := u.Shares(1001); !slices.Equal(got, []int64{750, 251}) {
			t.Errorf("shares %v, want [750 251]", got)
		}
		if ids, err := h.Land().Tenants(ctx, h.d, city, u.Parcels[0].ID, on); err != nil || !slices.Equal(ids, []int64{a, b}) {
			t.Errorf("tenants %v %v", ids, err)
		}
		later, err := h.Frame(ctx, h.d, city, day("2026-01-01")) // the lease is over
		if err != nil || later.Land[0] != mu("14.5") || later.Land[1] != 0 {
			t.Errorf("after the lease: %v %v", later.Land, err)
		}
	})
}

func TestMetersHaveOneOwnerAtATime(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := context.Background()
		a, b := h.register(firm(1, "萍乡甲瓷业有限公司")), h.register(firm(2, "萍乡乙瓷业有限公司"))
		attach := func(id int64, from string) error {
			return h.try(func(tx *audit.Tx) error {
				_, err := h.Meters().Attach(ctx, tx, MeterLink{Kind: Power, Account: "36 0300-123456", Enterprise: id, Span: Span{From: day(from)}})
				return err
			})
		}
		if err := attach(a, "2020-01-01"); err != nil {
			t.Fatal(err)
		}
		if err := attach(b, "2024-03-01"); err != nil {
			t.Fatal(err)
		}
		for on, want := range map[string]int64{"2024-02-29": a, "2024-03-01": b} {
			if got, err := h.Meters().Whose(ctx, h.d, Power, "360300123456", day(on)); err != nil || got != want {
				t.Errorf("on %s the account is of %d %v, want %d", on, got, err, want)
			}
		}
		if err := attach(a, "2022-01-01"); !fault.Is(err, fault.Conflict) {
			t.Errorf("a link across a later one: %v, want a conflict", err)
		}
	})
}

func TestGroups(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := context.Background()
		on := day("2026-01-01")
		a, b := h.register(firm(1, "萍乡甲集团有限公司")), h.register(firm(2, "萍乡乙瓷业有限公司"))
		var g int64
		h.do(func(tx *audit.Tx) (err error) {
			if g, err = h.Groups().Form(ctx, tx, "甲集团", Corporate, a, Span{}); err != nil {
				return err
			}
			return h.Groups().Add(ctx, tx, g, b, Span{From: day("2025-01-01")})
		})
		if err := h.try(func(tx *audit.Tx) error {
			_, err := h.Groups().Form(ctx, tx, "乙集团", Corporate, b, Span{})
			return err
		}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a firm in two corporate groups: %v, want a conflict", err)
		}
		gs, err := h.Groups().List(ctx, h.d, city, Corporate, on)
		if err != nil || len(gs) != 1 || !slices.Equal(gs[0].Members, []int64{a, b}) {
			t.Errorf("groups %+v %v", gs, err)
		}
		f, err := h.Frame(ctx, h.d, city, on)
		if err != nil || f.GroupHead[1] != a {
			t.Errorf("group head %v %v, want %d", f.GroupHead, err, a)
		}
	})
}

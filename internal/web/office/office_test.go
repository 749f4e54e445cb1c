package office_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"ballast/internal/access"
	"ballast/internal/audit"
	"ballast/internal/evaluate"
	"ballast/internal/evaluate/scheme"
	"ballast/internal/pack"
	"ballast/internal/period"
	"ballast/internal/registry"
	"ballast/internal/scope"
	"ballast/internal/web"
	"ballast/internal/web/office"
	"ballast/internal/web/webtest"
	"ballast/uscc"
)

// twentyOne is a year of twenty above-scale firms and a utility. Every figure of
// firm k is (21−k) times firm 20's and land, energy, staff are equal, so firm k is
// k-th on every indicator but rd_ratio, where all are equal.
type twentyOne struct{ codes []string }

func name(k int) string { return fmt.Sprintf("示例第%02d号电瓷有限公司", k) }

func district(k int) string {
	if k%2 == 0 {
		return "360302"
	}
	return "360323"
}

func industry(k int) string {
	if k == 21 {
		return "4417"
	}
	return "3834"
}

func (g twentyOne) Gather(_ context.Context, _ scope.Scope, round evaluate.Round) (*evaluate.Snapshot, error) {
	year := round.Year
	s := &evaluate.Snapshot{Year: year, Input: scheme.Input{Year: year}}
	f := scheme.Facts{Values: map[string][]float64{}, Texts: map[string][]string{}, Flags: map[string][]scheme.Flag{}, Labels: map[string][]bool{}}
	for k := 1; k <= 21; k++ {
		size := float64(21 - k)
		if k == 21 {
			size = 30
		}
		s.Enterprise = append(s.Enterprise, int64(k))
		s.Name = append(s.Name, name(k))
		f.Keys = append(f.Keys, g.codes[k-1])
		for _, key := range []string{"tax", "value_added", "revenue", "rd_cost"} {
			f.Values[key] = append(f.Values[key], 100*size)
		}
		for _, key := range []string{"land_mu", "energy_tce", "emission_t", "staff", "power_wkwh"} {
			f.Values[key] = append(f.Values[key], 10)
		}
		f.Texts["district"] = append(f.Texts["district"], district(k))
		f.Texts["industry"] = append(f.Texts["industry"], industry(k))
		f.Texts["industry_division"] = append(f.Texts["industry_division"], industry(k)[:2])
		f.Texts["production_since"] = append(f.Texts["production_since"], "2001-01-01")
		f.Flags["above_scale"] = append(f.Flags["above_scale"], scheme.Yes)
	}
	s.Input.Facts = f
	return s, nil
}

func day(t testing.TB, s string) period.Day {
	d, err := period.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// townSite is an office with 21 registered firms and a person of every role the
// pages concern. The wrong test data would be seen in ids: firm k has id k.
func townSite(t testing.TB, gathers bool) *webtest.Site {
	t.Helper()
	s := webtest.Open(t)
	p, err := pack.Load(os.DirFS("../../../packs/pingxiang"))
	if err != nil {
		t.Fatal(err)
	}
	reg := registry.New(registry.RulesOf(p))
	codes := register(t, s, reg)
	cfg := office.Config{DB: s.DB, Pen: s.Pen, Pack: p, Registry: reg, Evaluate: evaluate.New(s.DB, s.Pen, p), Now: s.Now}
	if gathers {
		cfg.Gatherer = twentyOne{codes}
	}
	section, nav, err := office.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for who, u := range map[string]access.NewUser{
		"officer":    {Name: "张明", Role: access.BureauOfficer},
		"lead":       {Name: "李局", Role: access.BureauLead},
		"district":   {Name: "王县", Role: access.DistrictOfficer, Place: access.Place{District: "360323"}},
		"firm5":      {Name: "赵厂", Role: access.EnterpriseUser, Place: access.Place{Enterprise: 5}},
		"firm7":      {Name: "吴厂", Role: access.EnterpriseUser, Place: access.Place{Enterprise: 7}},
		"department": {Name: "钱税", Role: access.DepartmentOfficer, Place: access.Place{Department: "tax"}},
		"bank":       {Name: "孙行", Role: access.Bank},
		"auditor":    {Name: "周审", Role: access.Auditor},
	} {
		s.Person(who, u)
	}
	s.Serve(web.Config{Sections: []web.Section{section}, Nav: nav, App: web.App{SearchTo: "/enterprises", Notice: "演示数据：企业、代码和数字均为虚构"}})
	return s
}

func register(t testing.TB, s *webtest.Site, reg *registry.Registry) []string {
	t.Helper()
	ctx := t.Context()
	var entries []registry.Entry
	var codes []string
	for k := 1; k <= 21; k++ {
		c, err := uscc.Make('9', '1', "360300", fmt.Sprintf("%08d", k))
		if err != nil {
			t.Fatal(err)
		}
		codes = append(codes, c)
		entries = append(entries, registry.Entry{Code: c, Established: day(t, "2000-05-01"), ProductionSince: day(t, "2001-01-01"),
			Profile: registry.Profile{Name: name(k), District: district(k), Town: "上埠镇", Industry: industry(k), Edition: 2017}})
	}
	act := audit.Act{Actor: audit.Actor{ID: "test", Name: "测试", Via: "test"}, Verb: "registry.register", Subject: "enterprise:0", Reason: "测试"}
	err := s.Pen.Do(ctx, act, func(tx *audit.Tx) error {
		ids, err := reg.Enterprises().RegisterAll(ctx, tx, entries)
		if err != nil {
			return err
		}
		if ids[0] != 1 || ids[20] != 21 {
			t.Fatalf("ids %v", ids)
		}
		for _, y := range []int{2025, 2026} {
			if err := reg.Links().SetYear(ctx, tx, 5, registry.Year{Year: y, Above: true, People: 418, Revenue: 1_234_567_00}); err != nil {
				return err
			}
		}
		if err := reg.Links().AddLabel(ctx, tx, 5, registry.Label{Key: "high_tech", Document: "赣高企认发〔2024〕7号", Issuer: "省科技厅", Span: registry.Span{From: day(t, "2024-11-01"), Until: day(t, "2027-11-01")}}); err != nil {
			return err
		}
		parcel, err := reg.Land().AddParcel(ctx, tx, registry.Parcel{Code: "360323001001GB00001", District: "360323", Area: 10 * registry.Mu, Floor: registry.UnknownArea, Title: "赣（2020）芦溪县不动产权第0000001号", State: registry.Clear})
		if err != nil {
			return err
		}
		_, err = reg.Land().Hold(ctx, tx, registry.Tenure{Enterprise: 5, Parcel: parcel, Kind: registry.Titled, Area: 10 * registry.Mu, Floor: registry.UnknownArea})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return codes
}

func TestPages(t *testing.T) { townSite(t, true).Scripts(t, "testdata/scripts/*.test") }

// An installation that collects no data yet says so instead of failing.
func TestFreezingWithoutAGathererIsRefused(t *testing.T) {
	townSite(t, false).Run(t, "no gatherer", `
login officer
POST /rounds
  year=2025
  scheme=pingxiang-four-heroes/above
follow
expect 还没有接通数据归集
! css form[action=/rounds/1/freeze]
POST /rounds/1/freeze
  version=1
status 409
expect 还没有接通数据归集
GET /rounds/1
expect 数据开放
`)
}

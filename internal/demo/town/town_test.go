package town

import (
	"math"
	"testing"

	"ballast/uscc"
)

func city(t testing.TB) *City {
	t.Helper()
	c, err := Generate(1)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The figures of the article, computed from the firms. Each expectation is the
// printed number, not ours.
func TestArticleFigures(t *testing.T) {
	c := city(t)
	above := c.Above(2025)
	sum := func(fs []*Firm, year int, f func(Values) int64, keep func(*Firm) bool) float64 {
		var s int64
		for _, x := range fs {
			if keep == nil || keep(x) {
				s += f(x.In(year))
			}
		}
		return float64(s) / 100
	}
	va := func(v Values) int64 { return v.ValueAdded }
	vaPrev := func(v Values) int64 { return v.ValueAddedPrev }
	engine := func(f *Firm) bool { return f.Engine != "" }
	smart := func(f *Firm) bool { return f.Engine == "engine_intelligent" }
	chain := func(f *Firm) bool { return f.Chain != "" }
	growth := func(keep func(*Firm) bool) float64 {
		return 100 * (sum(above, 2025, va, keep)/sum(above, 2025, vaPrev, keep) - 1)
	}
	rev := sum(above, 2025, func(v Values) int64 { return v.Revenue }, nil)
	revPrev := sum(above, 2025, func(v Values) int64 { return v.RevenuePrev }, nil)
	intensity := func(year int) float64 {
		fs := c.Above(year)
		return sum(fs, year, func(v Values) int64 { return v.Energy }, nil) / sum(fs, year, va, nil)
	}
	enginePull := sum(above, 2025, vaPrev, engine) / sum(above, 2025, vaPrev, nil) * growth(engine)
	for _, x := range []struct {
		name   string
		got    float64
		want   float64
		digits int
	}{
		{"规上企业数 2025", float64(len(above)), 940, 0},
		{"规上企业数 2020", float64(len(c.Above(2020))), 609, 0},
		{"规上营收 亿元", rev / 10000, 1267.05, 2},
		{"营收增速", 100 * (rev/revPrev - 1), 6.0, 1},
		{"增加值增速", growth(nil), 7.7, 1},
		{"新动能占比", 100 * sum(above, 2025, va, engine) / sum(above, 2025, va, nil), 53.5, 1},
		{"新动能增速", growth(engine), 14.9, 1},
		{"新动能拉动 百分点", enginePull, 7.47, 2},
		{"智能制造增速", growth(smart), 25.9, 1},
		{"十链增速", growth(chain), 10.8, 1},
		{"单位增加值能耗五年变化", 100 * (intensity(2025)/intensity(2020) - 1), -20.02, 2},
	} {
		p := math.Pow(10, float64(x.digits))
		if math.Round(x.got*p)/p != x.want {
			t.Errorf("%s = %.6f, the article prints %v", x.name, x.got, x.want)
		}
	}
	for label, want := range map[string]int{
		"specialised": 257, "little_giant": 26, "key_little_giant": 9,
		"digital_converted": 680, "digital_l6": 177, "small_lighthouse": 31, "smart_factory": 13,
		"green_factory_national": 15, "green_factory_province": 61,
	} {
		n := 0
		for _, f := range above {
			if f.Holds(label, 2025) {
				n++
			}
		}
		if n != want {
			t.Errorf("%s: %d firms, the article prints %d", label, n, want)
		}
	}
}

func TestCodesAndNamesAreUniqueAndValid(t *testing.T) {
	codes, names := map[string]bool{}, map[string]bool{}
	for _, f := range city(t).Firms {
		if v := uscc.Check(f.Code); !v.Both() {
			t.Fatalf("%s: %s", f.Code, v.Explain())
		}
		if codes[f.Code] || names[f.Name] {
			t.Fatalf("%s %s twice", f.Code, f.Name)
		}
		codes[f.Code], names[f.Name] = true, true
	}
}

func TestSameSeedSameCity(t *testing.T) {
	a, b := city(t), city(t)
	if len(a.Firms) != len(b.Firms) {
		t.Fatal("counts differ")
	}
	for i, f := range a.Firms {
		g := b.Firms[i]
		if f.Name != g.Name || f.Code != g.Code || f.vals != g.vals || f.above != g.above {
			t.Fatalf("firm %d differs", f.ID)
		}
	}
}

func TestFirmsArePlausible(t *testing.T) {
	c := city(t)
	for year := FirstYear; year <= LastYear; year++ {
		if n := len(c.Below(year)); n != below {
			t.Errorf("%d: %d small firms", year, n)
		}
		for _, f := range c.Above(year) {
			v := f.In(year)
			if v.ValueAdded <= 0 || v.Revenue < floorRevenue || v.Energy <= 0 || v.Land <= 0 || v.Staff <= 0 || v.Power <= 0 {
				t.Fatalf("%d %s: %+v", year, f.Name, v)
			}
		}
	}
}

func TestFitIsExact(t *testing.T) {
	for n, total := range []int64{0, 1, 7, 1_000_003} {
		w := make([]float64, 17)
		r := stream(5, "fit", n)
		for i := range w {
			w[i] = r.float()
		}
		var s int64
		for _, v := range fit(w, total) {
			if v < 0 {
				t.Fatal("a part is negative")
			}
			s += v
		}
		if s != total {
			t.Errorf("parts of %d add up to %d", total, s)
		}
	}
}

package registry

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestParseArea(t *testing.T) {
	for _, c := range []struct {
		number, unit string
		want         Area
		mu           float64
	}{
		{"12.35", "亩", 2_470_000, 12.35},     // 12.35 × 200,000
		{"0.01", "㎡", 3, 3.0 / 200_000},      // 0.01 × 300
		{"1", "公顷", 3_000_000, 15},           // 1 ha = 10,000 m² = 15 亩
		{"666.67", "平方米", 200_001, 1.000005}, // 666.67 × 300 = 200,001
		{"0.000004", "亩", 1, 1.0 / 200_000},  // 0.8 units, rounded half up
		{"100000.00001", "亩", 20_000_000_002, 100000.00001},
	} {
		got, err := ParseArea(c.number, c.unit)
		if err != nil || got != c.want || got.Mu() != c.mu {
			t.Errorf("%s%s = %d (%v 亩) %v, want %d (%v)", c.number, c.unit, got, got.Mu(), err, c.want, c.mu)
		}
	}
	for _, bad := range [][2]string{{"", "亩"}, {"-1", "亩"}, {"1e3", "亩"}, {"1", "顷"}, {"1.2.3", "亩"}, {"9999999999999999", "亩"}} {
		if a, err := ParseArea(bad[0], bad[1]); err == nil {
			t.Errorf("%q %q was read as %d", bad[0], bad[1], a)
		}
	}
}

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		total  int64
		floors []Area
		want   []int64
	}{
		{100, []Area{1, 1, 1}, []int64{33, 33, 34}},   // remainder to the last
		{1000, []Area{3000, 1000}, []int64{750, 250}}, // by floor area
		{10, []Area{0, 0, 0, 0}, []int64{2, 2, 2, 4}}, // all zero: evenly
		{10, []Area{5, UnknownArea}, []int64{5, 5}},   // one unknown: evenly
		{10, []Area{5, 0}, []int64{10, 0}},            // a zero among known ones takes nothing
		{-7, []Area{1, 1}, []int64{-3, -4}},           // a refund
		{math.MinInt64, []Area{1, 1}, []int64{math.MinInt64 / 2, math.MinInt64 / 2}},
		{5, nil, nil},
	} {
		if got := Split(c.total, c.floors); !slices.Equal(got, c.want) {
			t.Errorf("Split(%d, %v) = %v, want %v", c.total, c.floors, got, c.want)
		}
	}
}

// The parts always add up, and no part but the last is off its exact share by a
// whole unit.
func TestSplitAddsUp(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		floors := make([]Area, 1+r.IntN(8))
		var sum float64
		for i := range floors {
			floors[i] = Area(r.Int64N(1 << r.IntN(40)))
			sum += float64(floors[i])
		}
		total := r.Int64() >> r.IntN(63)
		if r.IntN(2) == 0 {
			total = -total
		}
		parts := Split(total, floors)
		var back int64
		for i, p := range parts {
			back += p
			if sum > 0 && i < len(parts)-1 && math.Abs(float64(total)) < 1<<50 {
				if exact := float64(total) * float64(floors[i]) / sum; math.Abs(exact-float64(p)) > 1+math.Abs(exact)*1e-12 {
					t.Fatalf("part %d of Split(%d, %v) is %d, exact %v", i, total, floors, p, exact)
				}
			}
		}
		if back != total {
			t.Fatalf("Split(%d, %v) = %v adds up to %d", total, floors, parts, back)
		}
	}
}

func TestSizeClass(t *testing.T) {
	// 统计上大中小微型企业划分办法（2017）, industry: both limits.
	limits := []SizeLimit{{"large", 1000, 40000_0000_00}, {"medium", 300, 2000_0000_00}, {"small", 20, 300_0000_00}}
	for _, c := range []struct {
		people int64
		wan    int64
		want   string
	}{
		{1200, 30000, "medium"}, {500, 1500, "small"}, {15, 5000, "micro"}, {2000, 250, "micro"}, {1000, 40000, "large"}, {999, 40000, "medium"}, {-1, 5, ""},
	} {
		if got := SizeClass(limits, c.people, c.wan*10000_00); got != c.want {
			t.Errorf("%d people, %d 万元: %q, want %q", c.people, c.wan, got, c.want)
		}
	}
}

func TestEdition(t *testing.T) {
	for _, c := range []struct {
		names map[string]string
		want  int
		bad   bool
	}{
		{map[string]string{"3834": "绝缘制品制造", "3832": "光纤制造"}, 2017, false},
		{map[string]string{"3833": "绝缘制品制造", "4412": "水力发电"}, 2011, false},
		{map[string]string{"3011": "水泥制造"}, 0, false},
		{map[string]string{"3834": "绝缘制品制造", "2666": "动物胶制造"}, 0, true},
	} {
		got, err := Edition(c.names)
		if got != c.want || (err != nil) != c.bad {
			t.Errorf("%v: %d %v, want %d", c.names, got, err, c.want)
		}
	}
}

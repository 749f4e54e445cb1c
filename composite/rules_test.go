package composite

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

// Score rules of real cities, with the firms and figures of the domain notes.

func near(a, b, tol float64) bool { return math.Abs(a-b) <= tol }

// frameOf builds a frame from named columns.
func frameOf(t testing.TB, cols map[string][]float64) *Frame {
	t.Helper()
	var f *Frame
	for name, v := range cols {
		if f == nil {
			f = NewFrame(len(v))
		}
		if err := f.Add(name, Column{Values: v}); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// huangyan is the above-scale rule of Huangyan district, data of 2022.
func huangyan(capAt Limit, floor Limit, benchmarks []float64) Scheme {
	s := Scheme{Nodes: []Node{{Key: "total", Func: "amean"}}}
	keys := [][3]string{{"tax_mu", "tax", "land"}, {"va_mu", "va", "land"}, {"va_tce", "va", "tce"},
		{"va_em", "va", "em"}, {"va_head", "va", "staff"}, {"rd", "rd", "rev"}}
	for i, k := range keys {
		s.Indicators = append(s.Indicators, Indicator{Key: k[0] + "_i", Parent: "total",
			Weight: []float64{30, 20, 20, 10, 10, 10}[i], Num: k[1], Den: k[2], Direction: Higher,
			Norm: Norm{Method: "ratio", Cap: capAt, Floor: floor,
				Benchmark: Benchmark{Source: BenchConstant, Value: benchmarks[i]}}})
	}
	return s
}

func TestHuangyanScores(t *testing.T) {
	f := frameOf(t, map[string][]float64{
		"tax": {480, 1200, -30}, "land": {20, 15, 40}, "va": {2400, 4500, -200}, "tce": {800, 400, 300},
		"em": {0.5, 0.25, 1.2}, "staff": {120, 150, 80}, "rd": {330, 900, 0}, "rev": {11000, 15000, 5000}})
	b2022 := []float64{24.097, 136.16, 2.694, 4929.81, 18.14, 0.0302}
	b2021 := []float64{26.01, 132.27, 2.54, 4861.08, 17.45, 0.0305}
	none := Limit{}
	for _, c := range []struct {
		name       string
		cap, floor Limit
		bench      []float64
		want       []float64
	}{
		{"2022 as written", none, none, b2022, []float64{100.4731, 300.1003, -8.3337}},
		{"2021 benchmarks", none, none, b2021, []float64{100.6201}},
		{"cap 1.5", At(1.5), none, b2022, []float64{math.NaN(), 150}},
		{"cap 2", At(2), none, b2022, []float64{math.NaN(), 196.4056}},
		{"floor 0", none, At(0), b2022, []float64{math.NaN(), math.NaN(), 0}},
	} {
		r := mustRun(t, mustCompile(t, huangyan(c.cap, c.floor, c.bench)), f, RunOptions{})
		for i, want := range c.want {
			if want == want && !near(r.Total()[i], want, 5e-5) {
				t.Errorf("%s: firm %d = %.4f, want %.4f", c.name, i, r.Total()[i], want)
			}
		}
	}
}

func TestHuaianDoubleMeanBenchmark(t *testing.T) {
	// Last year's county means 8 / 200 / 0.5, doubled: 12/16·45 + 300/400·35 + 0.9/1·20
	// = 33.75 + 26.25 + 18 = 78; a firm at the means gets 50.
	f := frameOf(t, map[string][]float64{"tax": {12, 8}, "rev": {300, 200}, "green": {0.9, 0.5}})
	s := Scheme{Nodes: []Node{{Key: "total"}}}
	for i, k := range []string{"tax", "rev", "green"} {
		s.Indicators = append(s.Indicators, Indicator{Key: "i_" + k, Parent: "total", Value: k, Direction: Higher,
			Weight: []float64{45, 35, 20}[i],
			Norm:   Norm{Method: "ratio", Benchmark: Benchmark{Source: BenchConstant, Times: 2, Value: []float64{8, 200, 0.5}[i]}}})
	}
	r := mustRun(t, mustCompile(t, s), f, RunOptions{})
	if !near(r.Total()[0], 78, 1e-9) || !near(r.Total()[1], 50, 1e-9) {
		t.Errorf("totals %v, want 78 and 50", r.Total())
	}
}

func TestJingdeFloorRange(t *testing.T) {
	// w 30, min 1, max 25: 1 -> 6, 13 -> 18, 25 -> 30.
	c, _, err := Normalise("tax", Column{Values: []float64{1, 13, 25}}, Higher, Norm{Method: "minmax_floor"})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{6, 18, 30} {
		if got := 30 * c.Values[i] / 100; !near(got, want, 1e-12) {
			t.Errorf("score %d = %g, want %g", i, got, want)
		}
	}
	flat, fit, err := Normalise("tax", Column{Values: []float64{4, 4}}, Higher, Norm{Method: "minmax_floor", Flat: FlatFull})
	if err != nil || flat.Values[0] != 100 || len(fit.Warnings) != 1 {
		t.Errorf("equal values: %v, %v, %v; want full score with a warning", flat, fit, err)
	}
}

func TestOtherScoreForms(t *testing.T) {
	score := func(dir Direction, n Norm, x ...float64) []float64 {
		t.Helper()
		c, _, err := Normalise("x", Column{Values: x}, dir, n)
		if err != nil {
			t.Fatal(err)
		}
		return c.Values
	}
	mean := Benchmark{Source: BenchMean}
	// F4: mean of 0, 2, 4, 6 is 3: (2-0)/2, (2-2/3)/2, (2-4/3)/2, 0.
	got := score(Lower, Norm{Method: "inverse", Benchmark: mean}, 0, 2, 4, 6)
	for i, want := range []float64{100, 200. / 3, 100. / 3, 0} {
		if !near(got[i], want, 1e-12) {
			t.Errorf("inverse %d = %g, want %g", i, got[i], want)
		}
	}
	// F3: 2, 4, 8 of best 8.
	if got := score(Higher, Norm{Method: "best_ratio"}, 2, 4, 8); !slices.Equal(got, []float64{25, 50, 100}) {
		t.Errorf("best_ratio %v", got)
	}
	// Carbon level K (domain 9.6): ≤0.6 -> 5 points … >2.0 -> 1 point, bounds inside the better class.
	k := Norm{Method: "steps", Base: 1, Points: []Point{{0.6, 5}, {0.8, 4}, {1.2, 3}, {2.0, 2}}}
	if got := score(Lower, k, 0.6, 0.61, 0.8, 1.2, 1.2162, 2.0, 2.01); !slices.Equal(got, []float64{5, 4, 4, 3, 2, 2, 1}) {
		t.Errorf("steps %v", got)
	}
	// Lower is better with a cap: zero consumption takes the cap, never infinity.
	if got := score(Lower, Norm{Method: "ratio", Cap: At(1.5), Benchmark: Benchmark{Source: BenchConstant, Value: 2}}, 0, 1, 2, 4); !slices.Equal(got, []float64{150, 150, 100, 50}) {
		t.Errorf("reciprocal %v", got)
	}
	if got := score(Higher, Norm{Method: "points", Points: []Point{{0, 0}, {10, 60}, {20, 100}}}, -5, 5, 10, 15, 99); !slices.Equal(got, []float64{0, 30, 60, 80, 100}) {
		t.Errorf("points %v", got)
	}
}

func TestBenchmarkSources(t *testing.T) {
	f := frameOf(t, map[string][]float64{"x": {1, 2, 3, 6, math.NaN(), 8}, "w": {10, 10, 10, 10, 10, 50}, "last": {2, 4, 6, 8, 10, 6}})
	if err := f.AddGroup("county", NewGroup([]string{"甲", "甲", "甲", "乙", "乙", "乙"})); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		b    Benchmark
		want []float64 // per group
	}{
		{"mean", Benchmark{Source: BenchMean}, []float64{7, 2}}, // 乙 (6+8)/2; names sort 乙 < 甲
		{"2 x mean", Benchmark{Source: BenchMean, Times: 2}, []float64{14, 4}},
		{"max", Benchmark{Source: BenchMax}, []float64{8, 3}},
		{"min", Benchmark{Source: BenchMin}, []float64{6, 1}},
		{"median", Benchmark{Source: BenchQuantile, Q: 0.5}, []float64{7, 2}},
		{"weighted", Benchmark{Source: BenchWeighted, Weight: "w"}, []float64{(60 + 400.) / 60, 2}},
		{"last year's mean", Benchmark{Source: BenchMean, Of: "last"}, []float64{8, 4}},
		{"table", Benchmark{Source: BenchConstant, Table: map[string]float64{"甲": 5, "乙": 9}}, []float64{9, 5}},
	} {
		_, fit, err := NormaliseIn(f, "x", Higher, Norm{Method: "ratio", Benchmark: c.b, Within: "county"})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		for g, want := range c.want {
			if !near(fit.Benchmarks[g], want, 1e-12) {
				t.Errorf("%s: benchmark of %s = %g, want %g", c.name, fit.Groups[g], fit.Benchmarks[g], want)
			}
		}
	}
	own, _, err := NormaliseIn(f, "x", Higher, Norm{Method: "ratio", Benchmark: Benchmark{Source: BenchOwn, Of: "last"}})
	if err != nil || own.Values[3] != 75 || own.Reason(4) != NotReported {
		t.Errorf("own past: %v %v, want 6/8 = 75 and a kept reason", own, err)
	}
}

func TestBenchmarkRefusedWithPlace(t *testing.T) {
	f := frameOf(t, map[string][]float64{"profit": {-5, 1, 2, 9}})
	if err := f.AddGroup("county", NewGroup([]string{"芦溪", "芦溪", "上栗", "上栗"})); err != nil {
		t.Fatal(err)
	}
	_, _, err := NormaliseIn(f, "profit", Higher, Norm{Method: "ratio", Within: "county", Benchmark: Benchmark{Source: BenchMean}})
	var e *Error
	if !errors.As(err, &e) || e.Code != BadBenchmark || e.Indicator != "profit" || e.Group != "芦溪" {
		t.Fatalf("got %v, want a located refusal", err)
	}
	if !strings.Contains(err.Error(), "基准值 -2 不大于零") {
		t.Errorf("sentence %q", err)
	}
	// The mean of max(x,0) is 0.5 there, so the rule can be mended.
	_, fit, err := NormaliseIn(f, "profit", Higher, Norm{Method: "ratio", Within: "county", Benchmark: Benchmark{Source: BenchPositive}})
	if err != nil || fit.Benchmarks[1] != 0.5 {
		t.Errorf("positive mean: %v %v", fit, err)
	}
}

func TestMissingPolicies(t *testing.T) {
	nan := math.NaN()
	base := func(m Missing) Scheme {
		return Scheme{
			Indicators: []Indicator{
				{Key: "em_i", Parent: "total", Weight: 10, Value: "em", Direction: Higher, Missing: m,
					Norm: Norm{Method: "ratio", Benchmark: Benchmark{Source: BenchConstant, Value: 10}}},
				{Key: "tax_i", Parent: "total", Weight: 90, Value: "tax", Direction: Higher,
					Norm: Norm{Method: "ratio", Benchmark: Benchmark{Source: BenchConstant, Value: 10}}}},
			Nodes: []Node{{Key: "total"}}}
	}
	f := frameOf(t, map[string][]float64{"em": {nan, 5, 15, 1, 3}, "tax": {10, 10, 10, 10, 10}})
	if err := f.AddGroup("size", NewGroup([]string{"规上", "规上", "规上", "规下", "规下"})); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		m    Missing
		want float64 // total of the first firm; 90 come from tax
	}{
		{"zero", Missing{Policy: MissingZero}, 90},
		{"mean score of the size class", Missing{Policy: MissingMeanScore, Within: "size"}, 90 + 10*1.0}, // (50+150)/2 = 100
		{"mean score of all", Missing{Policy: MissingMeanScore}, 90 + 10*0.6},                            // (50+150+10+30)/4 = 60
		{"median of all", Missing{Policy: MissingMedian}, 90 + 10*0.4},                                   // median 4 -> 40
		{"given score", Missing{Policy: MissingScore, Value: 20}, 90 + 2},
		{"three points off", Missing{Policy: MissingPoints, Value: -3}, 87},
		{"left out, reweighted", Missing{}, 100},
	} {
		r := mustRun(t, mustCompile(t, base(c.m)), f, RunOptions{})
		if !near(r.Total()[0], c.want, 1e-9) {
			t.Errorf("%s: total %g, want %g", c.name, r.Total()[0], c.want)
		}
	}
	_, err := mustCompile(t, base(Missing{Policy: MissingFail})).Run(f, RunOptions{})
	var e *Error
	if !errors.As(err, &e) || e.Code != Unfilled || e.Unit != "第 1 行" {
		t.Errorf("fail policy: %v", err)
	}
}

func TestPublishedQuotas(t *testing.T) {
	band := func(mode Rounding, upTo ...int) Quota {
		q := Quota{Rounding: mode}
		for i, u := range upTo {
			q.Bands = append(q.Bands, Band{Label: string(rune('A' + i)), UpTo: u})
		}
		return q
	}
	for _, c := range []struct {
		name string
		q    Quota
		n    int
		want []int
	}{
		{"Huai'an, 20 firms", band(Exact, 2000, 6000, 9500, 10000), 20, []int{4, 12, 19, 20}},
		{"Anhui city, 100 firms", band(Exact, 2500, 7000, 9500, 10000), 100, []int{25, 70, 95, 100}},
		{"Chaohu 2021", band(Exact, 2000, 6500, 9500, 10000), 120, []int{24, 78, 114, 120}},
		{"5 % of 672 printed as 33", band(Up, 9500, 10000), 672, []int{639, 672}},
		{"5 % of 755 printed as 37", band(Up, 9500, 10000), 755, []int{718, 755}},
		{"5 % of 275 printed as 14", band(Down, 9500, 10000), 275, []int{261, 275}},
		{"half up", band(Nearest, 5000, 10000), 5, []int{3, 5}},
		{"nobody", band(Up, 5000, 10000), 0, []int{0, 0}},
	} {
		if got := c.q.Cuts(c.n); !slices.Equal(got, c.want) {
			t.Errorf("%s: cuts %v, want %v", c.name, got, c.want)
		}
	}
}

func TestTiesAtTheCut(t *testing.T) {
	// Ten firms, ranks 2-4 tie at 90; the A cut of 30 % is rank 3.
	total := []float64{95, 90, 90, 90, 80, 70, 60, 50, 40, 30}
	tax := []float64{1, 1, 3, 2, 1, 1, 1, 1, 1, 1}
	f := frameOf(t, map[string][]float64{"tax": tax})
	q := Quota{Bands: []Band{{Label: "A", UpTo: 3000}, {Label: "B", UpTo: 10000}}}
	for _, c := range []struct {
		ties  CutTies
		inA   []int
		short int
	}{
		{ByOrder, []int{0, 2, 3}, 0}, // the higher tax decides
		{AllUp, []int{0, 1, 2, 3}, 1},
		{AllDown, []int{0}, 1},
	} {
		q.Ties = c.ties
		b, err := q.Deal(total, Ranking{Keys: []TieKey{{Column: "tax"}}}, f, nil)
		if err != nil {
			t.Fatal(err)
		}
		var inA []int
		for i, k := range b.Band {
			if k == 0 {
				inA = append(inA, i)
			}
		}
		if !slices.Equal(inA, c.inA) || len(b.Uneven) != c.short {
			t.Errorf("policy %d: A = %v uneven %v, want %v", c.ties, inA, b.Uneven, c.inA)
		}
	}
}

func TestUngradedInOrOutOfCount(t *testing.T) {
	// 275 firms of which 10 are class T: 20 % is 55 with them, 53 without.
	total := make([]float64, 275)
	f := NewFrame(275)
	f.Ungraded = make([]bool, 275)
	for i := range total {
		total[i] = float64(1000 - i)
		f.Ungraded[i] = i%27 == 0 && i < 270
	}
	q := Quota{Bands: []Band{{Label: "A", UpTo: 2000}, {Label: "其他", UpTo: 10000}}}
	for in, want := range map[bool]int{true: 55, false: 53} {
		q.CountUngraded = in
		b, err := q.Deal(total, Ranking{}, f, nil)
		if err != nil {
			t.Fatal(err)
		}
		a := 0
		for i, k := range b.Band {
			if k == 0 {
				a++
			}
			if f.Ungraded[i] != (k == NoBand) {
				t.Fatalf("unit %d: ungraded %v, band %d", i, f.Ungraded[i], k)
			}
		}
		if a != want {
			t.Errorf("count ungraded %v: %d in A, want %d", in, a, want)
		}
	}
}

func TestRankNumbering(t *testing.T) {
	v := []float64{5, 7, 7, math.NaN(), 1, -0.0, 0}
	for _, c := range []struct {
		ties Ties
		want []int32
	}{
		{Competition, []int32{3, 1, 1, 0, 4, 5, 5}},
		{Dense, []int32{2, 1, 1, 0, 3, 4, 4}},
		{Ordinal, []int32{3, 1, 2, 0, 4, 5, 6}},
	} {
		got, err := Ranks(v, Ranking{Ties: c.ties}, nil)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("ties %d: %v %v, want %v", c.ties, got, err, c.want)
		}
	}
	// Rounded to one decimal 4.04 and 4.01 tie; the unit code settles an ordinal rank.
	f := NewFrame(2)
	f.Keys = []string{"乙", "丙"}
	got, err := Ranks([]float64{4.04, 4.01}, Ranking{Ties: Ordinal, Decimals: 1}, f)
	if err != nil || !slices.Equal(got, []int32{2, 1}) { // 丙 U+4E19 sorts before 乙 U+4E59
		t.Errorf("rounded: %v %v", got, err)
	}
}

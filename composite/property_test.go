package composite

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// shuffle returns a permutation of n drawn from a seed.
func shuffle(seed uint64, n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	rng := newStream(seed, 0)
	for i := n - 1; i > 0; i-- {
		j := rng.pick(i + 1)
		p[i], p[j] = p[j], p[i]
	}
	return p
}

// keyedFrame is the generated data with unit codes and optionally reordered rows.
func keyedFrame(t *testing.T, d *permuData, order []int) *Frame {
	t.Helper()
	f := NewFrame(d.n)
	region := make([]string, d.n)
	f.Keys = make([]string, d.n)
	for i, j := range order {
		f.Keys[i], region[i] = fmt.Sprintf("u%06d", j), fmt.Sprint(d.region[j])
	}
	for k := range 8 {
		num, den := make([]float64, d.n), make([]float64, d.n)
		for i, j := range order {
			num[i], den[i] = d.num[k][j], d.den[k][j]
		}
		if err := f.Add(fmt.Sprintf("den%d", k), Column{Values: den}); err != nil {
			t.Fatal(err)
		}
		if err := f.Add(fmt.Sprintf("num%d", k), Column{Values: num}); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.AddGroup("region", NewGroup(region)); err != nil {
		t.Fatal(err)
	}
	return f
}

// variety is a scheme that uses many methods at once.
func variety() Scheme {
	s := permuScheme()
	s.Indicators[0].Norm = Norm{Method: "minmax_floor", Within: "region"}
	s.Indicators[1].Norm = Norm{Method: "zscore"}
	s.Indicators[4].Norm = Norm{Method: "prank"}
	s.Indicators[5].Norm = Norm{Method: "ratio", Cap: At(2), Floor: At(0), Benchmark: Benchmark{Source: BenchQuantile, Q: 0.75}, Within: "region"}
	s.Indicators[6].Missing = Missing{Policy: MissingMeanScore, Within: "region"}
	s.Indicators[7].Missing = Missing{}
	s.Nodes[1].Func, s.Nodes[2].Func, s.Nodes[3].Func = "amean", "amean", "amean"
	s.Nodes[4].Func = "amean"
	return s
}

func TestPropertyRowsAndColumnsPermute(t *testing.T) {
	d := newPermuData(2000)
	straight := make([]int, d.n)
	for i := range straight {
		straight[i] = i
	}
	s := variety()
	want := mustRun(t, mustCompile(t, s), keyedFrame(t, d, straight), RunOptions{})
	for seed := range uint64(5) {
		order := shuffle(seed+1, d.n)
		mixed := s
		mixed.Indicators = nil
		// Columns: the parents keep the order of their children only among
		// siblings, so swap whole groups.
		for _, g := range shuffle(seed, 4) {
			mixed.Indicators = append(mixed.Indicators, s.Indicators[2*g], s.Indicators[2*g+1])
		}
		got := mustRun(t, mustCompile(t, mixed), keyedFrame(t, d, order), RunOptions{Workers: 2})
		for i, j := range order {
			if got.Total()[i] != want.Total()[j] || got.Rank[i] != want.Rank[j] || got.Band[i] != want.Band[j] || got.GroupRank[i] != want.GroupRank[j] {
				t.Fatalf("seed %d: unit %d has total %v rank %d band %d, in the old order %v %d %d", seed, j,
					got.Total()[i], got.Rank[i], got.Band[i], want.Total()[j], want.Rank[j], want.Band[j])
			}
		}
	}
}

func TestPropertyScalingAnIndicatorChangesNothing(t *testing.T) {
	d := newPermuData(1500)
	e := mustCompile(t, permuScheme())
	want := mustRun(t, e, d.frame(t), RunOptions{})
	for k := range d.num[3] {
		d.num[3][k] *= 1024 // a power of two: exact, as a change of unit should be
		d.num[4][k] /= 64
	}
	got := mustRun(t, e, d.frame(t), RunOptions{})
	if !slices.Equal(got.Total(), want.Total()) || !slices.Equal(got.Rank, want.Rank) {
		t.Error("changing the unit of an indicator moved totals")
	}
}

func TestPropertyContributionsSumToTheTotal(t *testing.T) {
	d := newPermuData(700)
	bonus := make([]float64, d.n)
	rng := newStream(5, 5)
	for i := range bonus {
		bonus[i] = math.Floor(10*rng.unit()) - 3
		if i%7 == 0 {
			bonus[i] = math.NaN()
		}
	}
	f := d.frame(t)
	if err := f.Add("bonus", Column{Values: bonus}); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]Scheme{"per mu": permuScheme(), "variety": variety(), "geometric": geometric()} {
		if name != "geometric" {
			s.Adjust = []Adjust{{Column: "bonus"}}
		}
		r := mustRun(t, mustCompile(t, s), f, RunOptions{})
		for row := range d.n {
			x, err := r.Explain(row)
			if err != nil {
				t.Fatal(err)
			}
			if x.Sum() != x.Total {
				t.Fatalf("%s row %d: parts add up to %.17g, total %.17g", name, row, x.Sum(), x.Total)
			}
			for _, p := range x.Parts {
				if math.Abs(p.Contribution-p.Share*p.Score) > 1e-6 && p.Score == p.Score {
					t.Fatalf("%s row %d %s: contribution %g is not share %g x score %g", name, row, p.Key, p.Contribution, p.Share, p.Score)
				}
			}
		}
	}
}

// geometric is a scheme without an arithmetic node.
func geometric() Scheme {
	s := permuScheme()
	for i := range s.Indicators {
		s.Indicators[i].Norm = Norm{Method: "minmax", Lo: At(1), Hi: At(100)}
		s.Indicators[i].Missing = Missing{}
	}
	for i, f := range []string{"gmean", "hmean", "genmean", "gmean", "gmean"} {
		s.Nodes[i].Func, s.Nodes[i].Power = f, 0.5
	}
	return s
}

func TestPropertyBetterValueNeverScoresLess(t *testing.T) {
	norms := map[string]Norm{
		"minmax": {Method: "minmax"}, "zscore": {Method: "zscore"}, "rank": {Method: "rank"}, "prank": {Method: "prank"},
		"ratio":   {Method: "ratio", Cap: At(1.5), Benchmark: Benchmark{Source: BenchMean}},
		"inverse": {Method: "inverse", Benchmark: Benchmark{Source: BenchMean}},
		"best":    {Method: "best_ratio"},
		"steps":   {Method: "steps", Points: []Point{{1, 10}, {2, 20}, {3, 30}}},
		"points":  {Method: "points", Points: []Point{{1, 10}, {2, 20}, {3, 30}}},
		"goals":   {Method: "goalposts", From: At(1), To: At(3)},
	}
	x := []float64{0.5, 1, 1.2, 2, 2.5, 3, 3.3}
	for name, n := range norms {
		for _, dir := range []Direction{Higher, Lower} {
			if name == "inverse" && dir == Higher {
				continue
			}
			m := n
			if dir == Lower && len(n.Points) > 0 {
				m.Points = []Point{{1, 30}, {2, 20}, {3, 10}}
			}
			_, fit, err := Normalise("x", Column{Values: x}, dir, m)
			if err != nil {
				t.Fatalf("%s %d: %v", name, dir, err)
			}
			last := math.Inf(-1)
			for v := 0.01; v < 5; v += 0.01 {
				y := fit.Curve(0).At(float64(dir) * (v - 5*float64((1-dir)/2)))
				if y < last {
					t.Fatalf("%s dir %d: score falls to %g at step %g", name, dir, y, v)
				}
				last = y
			}
		}
	}
}

func TestPropertyQuotasNeverExceeded(t *testing.T) {
	rng := newStream(11, 0)
	for trial := range 300 {
		n := 1 + rng.pick(60)
		total := make([]float64, n)
		region := make([]string, n)
		for i := range total {
			total[i] = float64(rng.pick(8)) // many ties
			region[i] = fmt.Sprint(rng.pick(3))
		}
		q := Quota{Rounding: Rounding(rng.pick(4)), Ties: []CutTies{ByOrder, AllDown}[rng.pick(2)],
			Bands: []Band{{Label: "A", UpTo: 2000}, {Label: "B", UpTo: 6500}, {Label: "C", UpTo: 9500}, {Label: "D", UpTo: 10000}}}
		g := NewGroup(region)
		b, err := q.Deal(total, Ranking{Ties: Ordinal}, nil, &g)
		if err != nil {
			t.Fatal(err)
		}
		for k := range g.Names {
			for band := range q.Bands {
				placed := 0
				for i := range total {
					if int(g.Code[i]) == k && int(b.Band[i]) <= band {
						placed++
					}
				}
				if placed > b.Cuts[k][band] {
					t.Fatalf("trial %d: %d placed down to %s, quota %d", trial, placed, q.Bands[band].Label, b.Cuts[k][band])
				}
				if q.Ties == ByOrder && placed != b.Cuts[k][band] {
					t.Fatalf("trial %d: %d placed down to %s, cut %d", trial, placed, q.Bands[band].Label, b.Cuts[k][band])
				}
			}
		}
	}
}

func TestPropertySortAgreesWithReference(t *testing.T) {
	rng := newStream(3, 9)
	var s sorter
	for trial := range 200 {
		n := rng.pick(400)
		v := make([]float64, n)
		for i := range v {
			switch rng.pick(6) {
			case 0:
				v[i] = math.NaN()
			case 1:
				v[i] = float64(rng.pick(3))
			case 2:
				v[i] = -rng.unit()
			case 3:
				v[i] = math.Ldexp(rng.unit(), rng.pick(600)-300)
			default:
				v[i] = 100 + 1e-12*float64(rng.pick(5))
			}
		}
		want := make([]int32, n)
		for i := range want {
			want[i] = int32(i)
		}
		slices.SortStableFunc(want, func(a, b int32) int {
			x, y := v[a], v[b]
			switch {
			case x != x && y != y:
				return 0
			case x != x:
				return 1
			case y != y:
				return -1
			case x > y:
				return -1
			case x < y:
				return 1
			}
			return 0
		})
		if got := s.sortDesc(v, nil, 1); !slices.Equal(got, want) {
			t.Fatalf("trial %d: order differs", trial)
		}
	}
}

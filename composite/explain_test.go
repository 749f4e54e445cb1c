package composite

import (
	"math"
	"slices"
	"testing"
)

// small is five firms scored by two ratios against fixed benchmarks with a cap
// of 1.5; tax counts 60, output 40. Bands: A 20 %, B 60 %, C the rest.
func small(t *testing.T) *Result {
	t.Helper()
	f := frameOf(t, map[string][]float64{
		"tax":   {30, 20, 10, 4, math.NaN()},
		"land":  {10, 10, 10, 10, 10},
		"out":   {10, 40, 20, 10, 5},
		"bonus": {0, 0, 5, 0, math.NaN()},
	})
	f.Keys = []string{"甲", "乙", "丙", "丁", "戊"}
	fixed := func(v float64) Benchmark { return Benchmark{Source: BenchConstant, Value: v} }
	s := Scheme{
		Indicators: []Indicator{
			{Key: "tax_mu", Name: "亩均税收", Parent: "total", Weight: 60, Num: "tax", Den: "land", Direction: Higher,
				Norm: Norm{Method: "ratio", Cap: At(1.5), Benchmark: fixed(2)}, Missing: Missing{Policy: MissingZero}},
			{Key: "out_i", Name: "产出", Parent: "total", Weight: 40, Value: "out", Direction: Higher,
				Norm: Norm{Method: "ratio", Cap: At(1.5), Benchmark: fixed(20)}},
		},
		Nodes:  []Node{{Key: "total"}},
		Adjust: []Adjust{{Column: "bonus"}},
		Quota:  Quota{Bands: []Band{{Label: "A", UpTo: 2000}, {Label: "B", UpTo: 6000}, {Label: "C", UpTo: 10000}}},
	}
	return mustRun(t, mustCompile(t, s), f, RunOptions{})
}

func TestExplainByHand(t *testing.T) {
	r := small(t)
	// 甲: tax 3/2 -> 150 (capped), out 10/20 -> 50: 0.6·150 + 0.4·50 = 110.
	// 乙: 100 and 150 (2.0 capped): 120. 丙: 50 and 100, +5: 75. 丁: 20 and 50: 32. 戊: 0 and 25: 10.
	if !slices.EqualFunc(r.Total(), []float64{110, 120, 75, 32, 10}, func(a, b float64) bool { return near(a, b, 1e-12) }) {
		t.Fatalf("totals %v", r.Total())
	}
	x, err := r.Explain(2)
	if err != nil {
		t.Fatal(err)
	}
	if x.Unit != "丙" || x.Rank != 3 || x.Label != "B" || x.Size != 5 || len(x.Lines) != 1 || x.Lines[0].Points != 5 {
		t.Errorf("explanation %+v", x)
	}
	p := x.Parts[0]
	if p.Num != 10 || p.Den != 10 || p.Value != 1 || p.Benchmark != 2 || p.Score != 50 || p.State != Scored || !near(p.Contribution, 30, 1e-12) || p.Rank != 3 || p.Of != 4 {
		t.Errorf("tax part %+v", p)
	}
	if x, _ := r.Explain(0); x.Parts[0].State != Capped {
		t.Errorf("甲 should be capped: %+v", x.Parts[0])
	}
	if x, _ := r.Explain(4); x.Parts[0].State != Filled || x.Parts[0].Why != NotReported || x.Parts[0].Rank != 0 {
		t.Errorf("戊 should be filled: %+v", x.Parts[0])
	}
	if _, err := r.Explain(5); err == nil {
		t.Error("row 6 of 5 was explained")
	}
}

func TestNextBandByHand(t *testing.T) {
	r := small(t)
	// 丁 (32, rank 4, C) needs more than 丙's 75 to enter B: 43 points.
	// tax alone: 43/0.6 = 71.67 more score: 91.67 -> value 1.8333 (from 0.4).
	// out alone: 43/0.4 = 107.5 more: 157.5 > 150: not reachable.
	s, err := r.NextBand(3)
	if err != nil || s == nil {
		t.Fatal(s, err)
	}
	if s.Band != "B" || s.Places != 1 || s.Threshold != 75 || !near(s.Points, 43, 1e-12) {
		t.Errorf("step %+v", s)
	}
	tax, out := s.Changes[0], s.Changes[1]
	if tax.Key != "tax_mu" || !tax.Reachable || !near(tax.To, 2*(20+43/0.6)/100, 1e-9) {
		t.Errorf("tax change %+v", tax)
	}
	if out.Key != "out_i" || out.Reachable {
		t.Errorf("output change %+v", out)
	}
	if s, err := r.NextBand(1); s != nil || err != nil {
		t.Errorf("the best band has no next: %v %v", s, err)
	}
}

func TestNextBandIsTight(t *testing.T) {
	d := newPermuData(400)
	for name, sc := range map[string]Scheme{"per mu": permuScheme(), "geometric": geometric()} {
		e := mustCompile(t, sc)
		r := mustRun(t, e, d.frame(t), RunOptions{})
		for row := 0; row < d.n; row += 11 {
			s, err := r.NextBand(row)
			if err != nil {
				t.Fatal(err)
			}
			if s == nil {
				continue
			}
			for _, c := range s.Changes {
				if !c.Reachable {
					continue
				}
				i, _ := r.slotOf(c.Key)
				with := r.rowTotal(row, i)
				if !(with(c.Score) > s.Threshold) {
					t.Errorf("%s row %d %s: %g does not pass %g", name, row, c.Key, with(c.Score), s.Threshold)
				}
				if with(c.Score*(1-1e-6)) > s.Threshold && c.Score > r.scoreOf(i, row) {
					t.Errorf("%s row %d %s: less than %g would do", name, row, c.Key, c.Score)
				}
			}
		}
	}
}

func TestCompareMigration(t *testing.T) {
	before := Side{Units: []string{"a", "b", "c", "d"}, Total: []float64{4, 3, 2, 1}, Rank: []int32{1, 2, 3, 4}, Band: []string{"A", "B", "B", ""}}
	after := Side{Units: []string{"b", "a", "c", "e"}, Total: []float64{9, 8, 7, 6}, Rank: []int32{1, 2, 3, 4}, Band: []string{"A", "B", "B", "B"}}
	c, err := Compare(before, after, []string{"A", "B"})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]int{{0, 1, 0}, {1, 1, 0}, {0, 0, 0}}
	if !slices.EqualFunc(c.Migration, want, slices.Equal[[]int]) || c.Winners != 1 || c.Losers != 1 ||
		!slices.Equal(c.New, []string{"e"}) || !slices.Equal(c.OnlyBefore, []string{"d"}) {
		t.Errorf("comparison %+v", c)
	}
	if m := c.Moves[0]; m.Unit != "b" || m.Places() != 1 {
		t.Errorf("first move %+v", m)
	}
}

func TestCompileReportsEverythingAtOnce(t *testing.T) {
	s := small(t).engine.scheme
	s.Indicators = slices.Clone(s.Indicators)
	s.Indicators[0].Norm.Method = "nonsense"
	s.Indicators[1].Weight = -4
	s.Indicators[1].Direction = 0
	s.Quota.Bands = []Band{{Label: "A", UpTo: 2000}}
	_, err := Compile(s)
	es, ok := err.(Errors)
	if !ok || len(es) < 4 {
		t.Fatalf("want all faults, got %v", err)
	}
}

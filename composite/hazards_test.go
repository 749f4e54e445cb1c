package composite

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

// Each test is one failing of a peer program, verified by running it and
// numbered as in the domain notes §5. None of them may be seen here.

func wantCode(t *testing.T, err error, code Code) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != code {
		t.Fatalf("got %v, want %s", err, code)
	}
	return e
}

func TestHazard01EveryTransformTransforms(t *testing.T) {
	// x = 1, 3, 11: min 1, max 11.
	x := []float64{1, 3, 11}
	for _, c := range []struct {
		t    Treat
		want []float64
	}{
		{Treat{Method: TreatLog}, []float64{0, math.Log(3), math.Log(11)}},
		{Treat{Method: TreatLogCT}, []float64{math.Log(0.1), math.Log(2.1), math.Log(10.1)}},
		{Treat{Method: TreatLogOne}, []float64{0, math.Log(3), math.Log(11)}},
		{Treat{Method: TreatLogGII}, []float64{0, math.Log(3), math.Log(11)}}, // (11-1)(x-1)/10+1 = x
		{Treat{Method: TreatBoxCox, Lambda: 2}, []float64{0, 4, 60}},          // (x²-1)/2
		{Treat{Method: TreatBoxCox}, []float64{0, math.Log(3), math.Log(11)}},
	} {
		got, err := c.t.Apply("x", x)
		if err != nil {
			t.Fatalf("%s: %v", c.t.Method, err)
		}
		for i := range x {
			if !near(got.Values[i], c.want[i], 1e-12) || got.Marks[i] != Transformed {
				t.Errorf("%s of %g: %g (%s), want %g", c.t.Method, x[i], got.Values[i], got.Marks[i], c.want[i])
			}
		}
	}
	// Below a maximum of 1 the GII form turns the indicator round: refused.
	_, err := Treat{Method: TreatLogGII}.Apply("x", []float64{0.1, 0.2, 0.9})
	wantCode(t, err, BadDomain)
}

func TestHazard02ForcedTreatmentActsOrFails(t *testing.T) {
	x := []float64{1, 2, 3, 4, 5} // passes the check
	got, err := Treat{Method: TreatWin, Limit: 1}.Apply("x", x)
	if err != nil || !slices.Equal(got.Values, []float64{1, 2, 3, 4, 4}) {
		t.Errorf("forced winsorisation: %v %v", got, err)
	}
	_, err = Treat{Method: TreatWin}.Apply("x", []float64{7, 7, 7})
	wantCode(t, err, NoEffect)
}

func TestHazard03LimitSaysWhatItCounts(t *testing.T) {
	// Two tied maxima: by points they are clipped together (and overshoot a
	// limit of 1), by strict points not at all.
	x := append(make([]float64, 20), 1, 2, 3, 90, 90)
	for _, c := range []struct {
		count  WinCount
		win    int
		logged bool
	}{{CountPoints, 2, false}, {CountStrict, 0, true}, {CountLevels, 2, false}} {
		got, err := Treat{Limit: 1, Count: c.count}.Apply("x", x)
		if err != nil {
			t.Fatal(err)
		}
		if got.Before.Pass || got.Winsorised != c.win || (got.AfterLog != nil) != c.logged || (got.AfterWin == nil) != (c.count == CountStrict) {
			t.Errorf("count rule %d: %d points clipped, log %v, want %d and %v", c.count, got.Winsorised, got.AfterLog, c.win, c.logged)
		}
	}
}

func TestHazard04And05CopelandInTheTreeAndBounded(t *testing.T) {
	tree, err := NewTree([]Node{{Key: "a", Parent: "i", Weight: 1}, {Key: "b", Parent: "i", Weight: 1}, {Key: "i", Func: "copeland"}})
	if err != nil {
		t.Fatal(err)
	}
	// 1 beats 2 on a and ties on b; both beat 3.
	got, err := tree.Aggregate(map[string]Column{"a": {Values: []float64{3, 2, 1}}, "b": {Values: []float64{5, 5, 1}}})
	if err != nil || !slices.Equal(got["i"].Values, []float64{2, 0, -2}) {
		t.Errorf("copeland %v %v", got, err)
	}
	big := Column{Values: make([]float64, MaxCopeland+1)}
	_, err = tree.Aggregate(map[string]Column{"a": big, "b": big})
	wantCode(t, err, TooBig)
}

func TestHazard06OneMissingPolicyForAllMeans(t *testing.T) {
	for _, f := range []string{"amean", "sum", "gmean", "hmean", "genmean", "copeland"} {
		for absent, want := range map[Absent]bool{DropAbsent: true, AnyAbsent: false} {
			tree, err := NewTree([]Node{{Key: "a", Parent: "i", Weight: 1}, {Key: "b", Parent: "i", Weight: 1}, {Key: "i", Func: f, Power: 2, Absent: absent}})
			if err != nil {
				t.Fatal(err)
			}
			got, err := tree.Aggregate(map[string]Column{"a": {Values: []float64{math.NaN(), 2}}, "b": {Values: []float64{4, 4}}})
			if err != nil {
				t.Fatal(err)
			}
			if has := !math.IsNaN(got["i"].Values[0]); has != want {
				t.Errorf("%s under policy %d: value present %v, want %v", f, absent, has, want)
			}
		}
	}
}

func TestHazard07DomainOfMeans(t *testing.T) {
	for _, f := range []string{"gmean", "hmean", "genmean"} {
		tree, err := NewTree([]Node{{Key: "a", Parent: "i", Weight: 1}, {Key: "b", Parent: "i", Weight: 1}, {Key: "c", Parent: "i", Weight: 1}, {Key: "i", Func: f, Power: 2}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = tree.Aggregate(map[string]Column{"a": {Values: []float64{-1}}, "b": {Values: []float64{2}}, "c": {Values: []float64{3}}})
		if e := wantCode(t, err, BadDomain); !strings.Contains(e.Message, "a 为 -1") {
			t.Errorf("%s: %q does not name the value", f, e.Message)
		}
	}
}

func TestHazard08ShareHoldsForTableFunctions(t *testing.T) {
	tree, err := NewTree([]Node{{Key: "a", Parent: "i", Weight: 1}, {Key: "b", Parent: "i", Weight: 1}, {Key: "i", Func: "copeland", MinShare: 0.75}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := tree.Aggregate(map[string]Column{"a": {Values: []float64{math.NaN(), 2, 1}}, "b": {Values: []float64{4, 4, 4}}})
	c := got["i"]
	if err != nil || c.Reason(0) != TooFewChildren || c.Values[1] != 1 {
		t.Errorf("copeland with a threshold: %v %v", got, err)
	}
}

func TestHazard09ConstantColumnIsNeutral(t *testing.T) {
	x := Column{Values: []float64{5, 5, 5}}
	for method, want := range map[string]float64{"minmax": 50, "zscore": 0, "dist2max": 0.5} {
		got, fit, err := Normalise("x", x, Higher, Norm{Method: method})
		if err != nil || got.Values[0] != want || len(fit.Warnings) != 1 {
			t.Errorf("%s of a constant: %v %v, want %g and a warning", method, got, err, want)
		}
		_, _, err = Normalise("x", x, Higher, Norm{Method: method, Flat: FlatFail})
		wantCode(t, err, NoSpread)
	}
}

func TestHazard10ZeroDenominatorIsMissing(t *testing.T) {
	q := Ratio(Column{Values: []float64{1, 2, 0, math.NaN()}}, Column{Values: []float64{0, 4, 0, 2}})
	if !math.IsNaN(q.Values[0]) || q.Reason(0) != ZeroDenominator || q.Values[1] != 0.5 || q.Reason(2) != ZeroDenominator || q.Reason(3) != NotReported {
		t.Errorf("ratios %v %v", q.Values, q.Why)
	}
	n, _, err := Normalise("x", q, Higher, Norm{Method: "minmax"})
	if err != nil || n.Reason(0) != ZeroDenominator {
		t.Errorf("the reason is lost on the way: %v %v", n, err)
	}
	if err := NewFrame(1).Add("x", Column{Values: []float64{math.Inf(1)}}); err == nil {
		t.Error("an infinity came in")
	}
}

func TestHazard11NegativeAndZeroWeights(t *testing.T) {
	for _, w := range []float64{-1, math.NaN(), math.Inf(1)} {
		_, err := NewTree([]Node{{Key: "a", Parent: "i", Weight: w}, {Key: "b", Parent: "i", Weight: 2}, {Key: "i"}})
		wantCode(t, err, BadSpec)
	}
	_, err := NewTree([]Node{{Key: "a", Parent: "i"}, {Key: "b", Parent: "i"}, {Key: "i"}})
	if e := wantCode(t, err, BadSpec); e.Indicator != "i" {
		t.Errorf("zero sum located at %q", e.Indicator)
	}
}

func TestHazard12RefusedMethods(t *testing.T) {
	x := Column{Values: []float64{0, 2, 5}}
	_, _, err := Normalise("cost", x, Lower, Norm{Method: "fracmax"})
	wantCode(t, err, BadDomain)
	_, _, err = Normalise("x", x, Higher, Norm{Method: "dist2targ", Target: At(0)})
	wantCode(t, err, BadDomain)
	_, _, err = Normalise("cost", x, Lower, Norm{Method: "dist2targ", Target: At(5)})
	wantCode(t, err, BadDomain)
}

func TestHazard13SobolEstimatorIsCentred(t *testing.T) {
	// y depends on the first factor only and has a mean far from zero, which is
	// what breaks the uncentred estimator.
	d, err := NewSobolDesign(64, 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	var y []float64
	for _, r := range d.Rows {
		y = append(y, 100+r[0])
	}
	s, err := SobolPlan{N: 64, Factors: 2, Bootstrap: 100, Seed: 1}.Indices(y)
	if err != nil {
		t.Fatal(err)
	}
	a, b := s.Indices[0], s.Indices[1]
	if !near(a.First, 1, 0.25) || b.First != 0 || b.Total != 0 || !near(a.Total, 1, 0.25) {
		t.Errorf("centred indices %+v %+v, want about 1 and 0", a, b)
	}
	if math.Abs(a.FirstRaw-1) < math.Abs(a.First-1) {
		t.Errorf("the raw estimator %g should be the worse one here (%g)", a.FirstRaw, a.First)
	}
	if len(s.Warnings) == 0 {
		t.Error("64 rows are below the minimum: want a warning")
	}
}

func TestHazard14And15EntropyWithMissingAndZero(t *testing.T) {
	m := Matrix{Names: []string{"a", "b"}, Columns: [][]float64{{1, 2, math.NaN(), 4}, {5, 0, 7, 6}}}
	w, err := EntropyWeights(m, 0)
	if err != nil {
		t.Fatal(err)
	}
	if w[1].Zeros != 1 || !(w[1].WithoutZeros < w[1].Divergence) {
		t.Errorf("the effect of the zero is not shown: %+v", w[1])
	}
	w, err = EntropyWeights(m, 0.6)
	if err != nil || max(w[0].Weight, w[1].Weight) > 0.6+1e-15 || !near(w[0].Weight+w[1].Weight, 1, 1e-15) {
		t.Errorf("capped weights %+v %v", w, err)
	}
}

func TestHazard16LoadingsOfMixedSign(t *testing.T) {
	m := Matrix{Names: []string{"a", "b", "c"}, Columns: [][]float64{{1, 2, 3, 4, 6}, {2, 4, 5, 9, 11}, {9, 7, 6, 4, 1}}}
	p, err := Principal(m)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.Mixed, []string{"c"}) {
		t.Errorf("mixed %v, want c", p.Mixed)
	}
	_, err = p.SumWeights()
	wantCode(t, err, BadDomain)
	var sum float64
	for _, w := range p.Squared {
		if w < 0 {
			t.Errorf("negative squared loading %g", w)
		}
		sum += w
	}
	if !near(sum, 1, 1e-12) {
		t.Errorf("squared loadings sum to %g", sum)
	}
}

func TestHazard17BenchmarkAtOrBelowZero(t *testing.T) {
	// Profit over revenue with a mean of -0.004: the largest loss would score best.
	_, _, err := Normalise("margin", Column{Values: []float64{-0.3, 0.1, 0.188}}, Higher, Norm{Method: "ratio", Benchmark: Benchmark{Source: BenchMean}})
	if e := wantCode(t, err, BadBenchmark); e.Indicator != "margin" || e.Hint == "" {
		t.Errorf("refusal %+v", e)
	}
}

func TestHazard18MeansDoNotHangOnRowOrder(t *testing.T) {
	x := []float64{0.1, 0.7, 1e8, -1e8, 0.3, 1.0 / 3, 2.0 / 7}
	want := Mean(x)
	for range 50 {
		x = append(x[1:], x[0])
		x[2], x[5] = x[5], x[2]
		if got := Mean(x); got != want {
			t.Fatalf("mean %.17g, in another order %.17g", want, got)
		}
	}
	// A declared rounding makes near-ties ties.
	r, err := Ranks([]float64{0.1 + 0.2, 0.3}, Ranking{Decimals: 10}, nil)
	if err != nil || r[0] != 1 || r[1] != 1 {
		t.Errorf("ranks after rounding: %v %v", r, err)
	}
}

func TestHazard19TiePolicyIsVisible(t *testing.T) {
	q := Quota{Ties: AllDown, Bands: []Band{{Label: "A", UpTo: 5000}, {Label: "B", UpTo: 10000}}}
	b, err := q.Deal([]float64{150, 150, 150, 10}, Ranking{}, nil, nil)
	if err != nil || len(b.Uneven) != 1 || b.Uneven[0] != (Shortfall{Band: "A", Quota: 2, Placed: 0, TiedTotal: 150}) {
		t.Errorf("the unfilled quota is not reported: %+v %v", b, err)
	}
}

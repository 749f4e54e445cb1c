package composite

import (
	"context"
	"slices"
	"testing"
)

// permuDraw is the second speed task: w'[q] = w[q]·(0.75 + 0.5·u(rep, 40+q)),
// divided by their sum.
func permuDraw(rep int, w map[string]float64) {
	keys := [4]string{"dim1", "dim2", "dim3", "dim4"}
	var sum float64
	for q, k := range keys {
		w[k] *= 0.75 + 0.5*permuU(rep, 40+q)
		sum += w[k]
	}
	for _, k := range keys {
		w[k] /= sum
	}
}

// permuUnstable are the published counts for 1,000 replications.
var permuUnstable = map[int]int{10_000: 4012, 100_000: 39775}

func TestWeightStabilityExact(t *testing.T) {
	e := mustCompile(t, permuScheme())
	r := mustRun(t, e, newPermuData(10_000).frame(t), RunOptions{})
	s, err := MonteCarlo{Reps: 1000, Draw: permuDraw, Workers: 2}.Run(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	if s.Unstable != permuUnstable[10_000] {
		t.Errorf("%d unstable of 10,000, want %d", s.Unstable, permuUnstable[10_000])
	}
}

func TestMonteCarloDoesNotDependOnWorkers(t *testing.T) {
	d := newPermuData(3000)
	e := mustCompile(t, permuScheme())
	f := d.frame(t)
	r := mustRun(t, e, f, RunOptions{})
	loose := permuScheme()
	for i := range loose.Indicators {
		loose.Indicators[i].Norm.Cap = At(2)
	}
	alt := mustRun(t, mustCompile(t, loose), f, RunOptions{})
	var first *Stability
	for _, workers := range []int{1, 2, 5} {
		s, err := MonteCarlo{Reps: 40, Seed: 7, Workers: workers, Weights: 0.2, Benchmarks: 0.1, Noise: 0.05, Alternatives: []*Result{alt}}.Run(context.Background(), r)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = s
		}
		if !slices.Equal(s.Counts, first.Counts) || !slices.Equal(s.MinRank, first.MinRank) || !slices.Equal(s.MeanRank, first.MeanRank) {
			t.Errorf("%d workers give other counts", workers)
		}
	}
	for row := range 3000 {
		var sum float64
		for b := range first.Bands {
			sum += first.Probability(row, b)
		}
		if !near(sum, 1, 1e-12) {
			t.Fatalf("band probabilities of row %d sum to %g", row, sum)
		}
	}
	if other, _ := (MonteCarlo{Reps: 40, Seed: 8, Weights: 0.2}).Run(context.Background(), r); slices.Equal(other.Counts, first.Counts) {
		t.Error("another seed gave the same counts")
	}
}

func TestZeroPerturbationKeepsEverything(t *testing.T) {
	r := mustRun(t, mustCompile(t, permuScheme()), newPermuData(1000).frame(t), RunOptions{})
	s, err := MonteCarlo{Reps: 5}.Run(context.Background(), r)
	if err != nil || s.Unstable != 0 || !slices.Equal(s.MinRank, r.Rank) || !slices.Equal(s.MaxRank, r.Rank) {
		t.Errorf("nothing was perturbed: %d unstable, %v", s.Unstable, err)
	}
}

func TestRerunEqualsRun(t *testing.T) {
	f := newPermuData(5000).frame(t)
	base := mustRun(t, mustCompile(t, permuScheme()), f, RunOptions{})
	for name, edit := range map[string]func(s *Scheme){
		"top weight":   func(s *Scheme) { s.Nodes[0].Weight = 0.1 },
		"leaf weight":  func(s *Scheme) { s.Indicators[3].Weight = 0.9 },
		"cap":          func(s *Scheme) { s.Indicators[5].Norm.Cap = At(2) },
		"benchmark":    func(s *Scheme) { s.Indicators[1].Norm.Benchmark = Benchmark{Source: BenchConstant, Value: 100} },
		"method":       func(s *Scheme) { s.Indicators[2].Norm = Norm{Method: "minmax"} },
		"missing":      func(s *Scheme) { s.Indicators[0].Missing = Missing{} },
		"function":     func(s *Scheme) { s.Nodes[1].Func = "amean" },
		"quota":        func(s *Scheme) { s.Quota.Bands[0].UpTo = 3000 },
		"keep scores":  func(s *Scheme) { s.KeepScores = true },
		"nothing":      func(s *Scheme) {},
		"other inputs": func(s *Scheme) { s.Indicators[0].Num = "num1" },
	} {
		s := permuScheme()
		edit(&s)
		e := mustCompile(t, s)
		want := mustRun(t, e, f, RunOptions{})
		var scratch *Result
		for range 2 {
			got, err := e.Rerun(base, RunOptions{Workers: 2, Reuse: scratch})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if !slices.Equal(got.Total(), want.Total()) || !slices.Equal(got.Rank, want.Rank) || !slices.Equal(got.Band, want.Band) || !slices.Equal(got.GroupRank, want.GroupRank) {
				t.Errorf("%s: the what-if differs from a full run", name)
			}
			for _, in := range s.Indicators {
				a, _ := got.Score(in.Key)
				b, _ := want.Score(in.Key)
				if !slices.EqualFunc(a, b, func(x, y float64) bool { return x == y || (x != x && y != y) }) {
					t.Errorf("%s: scores of %s differ", name, in.Key)
				}
			}
			scratch = got
		}
	}
}

package composite

import (
	"context"
	"fmt"
	"runtime"
	"testing"
)

var permuSizes = []int{10_000, 100_000, 1_000_000}

// permuCache keeps the generated inputs between benchmarks.
var permuCache = map[int]*permuData{}

func permu(n int) *permuData {
	if permuCache[n] == nil {
		permuCache[n] = newPermuData(n)
	}
	return permuCache[n]
}

func sizeName(n int) string { return fmt.Sprintf("1e%d", len(fmt.Sprint(n))-1) }

// BenchmarkPerMu is the speed task: the engine against a loop written by hand
// for this one task. The number behind the size is the number of threads.
func BenchmarkPerMu(b *testing.B) {
	e := mustCompile(b, permuScheme())
	for _, n := range permuSizes {
		for _, workers := range []int{1, 2} {
			name := sizeName(n)
			if workers > 1 {
				name += fmt.Sprintf("/threads=%d", workers)
			}
			b.Run("engine/"+name, func(b *testing.B) {
				f := permu(n).frame(b)
				r := mustRun(b, e, f, RunOptions{Workers: workers})
				b.ReportAllocs()
				for b.Loop() {
					r = mustRun(b, e, f, RunOptions{Workers: workers, Reuse: r})
				}
				checkPermu(b, permuOut{r.Total(), r.Rank, r.GroupRank, r.Band})
			})
			b.Run("hand/"+name, func(b *testing.B) {
				h := newHandPerMu(permu(n))
				h.run(workers)
				b.ReportAllocs()
				for b.Loop() {
					h.run(workers)
				}
				checkPermu(b, h.out)
			})
		}
	}
}

// BenchmarkWhatIf changes one top weight, then one cap, and ranks and grades
// everyone again.
func BenchmarkWhatIf(b *testing.B) {
	for _, n := range permuSizes[:2] {
		base := mustRun(b, mustCompile(b, permuScheme()), permu(n).frame(b), RunOptions{})
		for name, edit := range map[string]func(s *Scheme, k float64){
			"weight": func(s *Scheme, k float64) { s.Nodes[0].Weight = 0.3 + k },
			"cap":    func(s *Scheme, k float64) { s.Indicators[0].Norm.Cap = At(1.2 + k) },
		} {
			b.Run(name+"/"+sizeName(n), func(b *testing.B) {
				b.ReportAllocs()
				var scratch *Result
				k := 0.0
				for b.Loop() {
					k += 1e-4
					s := permuScheme()
					edit(&s, k)
					r, err := mustCompile(b, s).Rerun(base, RunOptions{Reuse: scratch})
					if err != nil {
						b.Fatal(err)
					}
					scratch = r
				}
			})
		}
	}
}

// BenchmarkStability is the second speed task: 1,000 replications of the top
// weights with band probabilities of every unit; the count of unstable units
// must be exact.
func BenchmarkStability(b *testing.B) {
	for _, n := range permuSizes[:2] {
		r := mustRun(b, mustCompile(b, permuScheme()), permu(n).frame(b), RunOptions{})
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/threads=%d", sizeName(n), workers), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					s, err := MonteCarlo{Reps: 1000, Draw: permuDraw, Workers: workers}.Run(context.Background(), r)
					if err != nil {
						b.Fatal(err)
					}
					if s.Unstable != permuUnstable[n] {
						b.Fatalf("%d unstable, want %d", s.Unstable, permuUnstable[n])
					}
				}
			})
		}
	}
}

// BenchmarkStabilityEverything perturbs weights, benchmarks and data at once:
// every score is computed again in every replication.
func BenchmarkStabilityEverything(b *testing.B) {
	r := mustRun(b, mustCompile(b, permuScheme()), permu(10_000).frame(b), RunOptions{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := (MonteCarlo{Reps: 100, Seed: 1, Weights: 0.25, Benchmarks: 0.1, Noise: 0.05, Workers: 2}).Run(context.Background(), r); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkExplain takes one firm's total apart, with its rank by every
// indicator in city and region, and finds the ways to the next band.
func BenchmarkExplain(b *testing.B) {
	for _, n := range permuSizes[:2] {
		r := mustRun(b, mustCompile(b, permuScheme()), permu(n).frame(b), RunOptions{})
		b.Run(sizeName(n), func(b *testing.B) {
			b.ReportAllocs()
			row := 0
			for b.Loop() {
				row = (row + 7919) % n
				if _, err := r.Explain(row); err != nil {
					b.Fatal(err)
				}
				if _, err := r.NextBand(row); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkMemory reports the bytes alive per firm after a run: the sixteen raw
// columns, ratios, dimensions, total, ranks, bands and all scratch.
func BenchmarkMemory(b *testing.B) {
	const n = 100_000
	e := mustCompile(b, permuScheme())
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		f := newPermuData(n).frame(b)
		r := mustRun(b, e, f, RunOptions{})
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "B/firm")
		runtime.KeepAlive(r)
	}
}

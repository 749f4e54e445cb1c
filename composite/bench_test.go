package composite

import (
	"fmt"
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

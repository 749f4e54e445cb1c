package composite

import (
	"math"
	"sync"
	"testing"
)

// handPerMu is the reference: the per-mu task written out by hand for exactly
// this task, columnar, with its own radix sort, all memory reused. It is what
// the engine's benchmarks are held against in the same run.
type handPerMu struct {
	d      *permuData
	x      [8][]float64
	dim    [4][]float64
	out    permuOut
	a, b   []uint64
	hist   [][2048]uint32
	counts [][6]int32
}

func newHandPerMu(d *permuData) *handPerMu {
	h := &handPerMu{d: d}
	for k := range h.x {
		h.x[k] = make([]float64, d.n)
	}
	for q := range h.dim {
		h.dim[q] = make([]float64, d.n)
	}
	h.out = permuOut{make([]float64, d.n), make([]int32, d.n), make([]int32, d.n), make([]uint8, d.n)}
	h.a, h.b = make([]uint64, d.n), make([]uint64, d.n)
	return h
}

// fork runs f over contiguous parts.
func (h *handPerMu) fork(workers int, f func(w, from, to int)) {
	var wg sync.WaitGroup
	for w := 1; w < workers; w++ {
		wg.Add(1)
		go func() { defer wg.Done(); f(w, w*h.d.n/workers, (w+1)*h.d.n/workers) }()
	}
	f(0, 0, h.d.n/workers)
	wg.Wait()
}

func (h *handPerMu) run(workers int) {
	sums := make([][8]float64, workers)
	counts := make([][8]int, workers)
	h.fork(workers, func(w, from, to int) {
		for k := range 8 {
			num, den, x := h.d.num[k][from:to], h.d.den[k][from:to], h.x[k][from:to]
			s, n := 0.0, 0
			for i, v := range num {
				if den[i] > 0 && v == v {
					q := v / den[i]
					x[i] = q
					s += q
					n++
				} else {
					x[i] = math.NaN()
				}
			}
			sums[w][k], counts[w][k] = s, n
		}
	})
	var mean [8]float64
	for k := range mean {
		s, n := 0.0, 0
		for w := range workers {
			s += sums[w][k]
			n += counts[w][k]
		}
		mean[k] = s / float64(n)
	}
	h.fork(workers, func(_, from, to int) { h.score(&mean, from, to) })
	h.sort(workers)
	h.place(workers)
}

func (h *handPerMu) score(mean *[8]float64, from, to int) {
	one := func(k, i int) float64 {
		v := h.x[k][i]
		q := v / mean[k]
		if k == 2 || k == 3 {
			q = mean[k] / v
		}
		q = min(q, 1.5) // branch-free, NaN stays
		if q != q {
			return 0
		}
		return 100 * q
	}
	for q := range 4 {
		dim := h.dim[q]
		for i := from; i < to; i++ {
			dim[i] = 0.6*one(2*q, i) + 0.4*one(2*q+1, i)
		}
	}
	for i := from; i < to; i++ {
		h.out.total[i] = 0.4*h.dim[0][i] + 0.25*h.dim[1][i] + 0.2*h.dim[2][i] + 0.15*h.dim[3][i]
	}
}

// sort orders rows by total descending. Totals here lie in [0, 150], so
// 150 - total scaled to 33 bits is a key whose rare collisions are mended by
// insertion.
func (h *handPerMu) sort(workers int) {
	n := h.d.n
	if cap(h.hist) < workers {
		h.hist, h.counts = make([][2048]uint32, workers), make([][6]int32, workers)
	}
	h.fork(workers, func(_, from, to int) {
		for i := from; i < to; i++ {
			h.a[i] = uint64((150-h.out.total[i])*(1<<32/150.0))<<31 | uint64(i)
		}
	})
	src, dst := h.a, h.b
	for shift := 31; shift < 64; shift += 11 {
		h.fork(workers, func(w, from, to int) {
			h.hist[w] = [2048]uint32{}
			for _, v := range src[from:to] {
				h.hist[w][v>>shift&2047]++
			}
		})
		var next uint32
		for d := range 2048 {
			for w := range workers {
				next, h.hist[w][d] = next+h.hist[w][d], next
			}
		}
		h.fork(workers, func(w, from, to int) {
			hist := &h.hist[w]
			for _, v := range src[from:to] {
				d := v >> shift & 2047
				dst[hist[d]] = v
				hist[d]++
			}
		})
		src, dst = dst, src
	}
	t := h.out.total
	const row = 1<<31 - 1
	for i := 1; i < n; i++ {
		for j := i; j > 0 && src[j]>>31 == src[j-1]>>31 && t[src[j]&row] > t[src[j-1]&row]; j-- {
			src[j], src[j-1] = src[j-1], src[j]
		}
	}
	h.a, h.b = src, dst
}

func (h *handPerMu) place(workers int) {
	const row = 1<<31 - 1
	var size [6]int
	for _, r := range h.d.region {
		size[r]++
	}
	h.fork(workers, func(w, from, to int) {
		h.counts[w] = [6]int32{}
		for _, v := range h.a[from:to] {
			h.counts[w][h.d.region[v&row]]++
		}
	})
	for g := range 6 {
		var next int32
		for w := range workers {
			next, h.counts[w][g] = next+h.counts[w][g], next
		}
	}
	h.fork(workers, func(w, from, to int) {
		seen := &h.counts[w]
		for i := from; i < to; i++ {
			id := h.a[i] & row
			g := h.d.region[id]
			seen[g]++
			r, n := int(seen[g]), size[g]
			h.out.rank[id], h.out.rank2[id] = int32(i+1), int32(r)
			switch {
			case 100*r <= 20*n:
				h.out.band[id] = 0
			case 100*r <= 65*n:
				h.out.band[id] = 1
			case 100*r <= 95*n:
				h.out.band[id] = 2
			default:
				h.out.band[id] = 3
			}
		}
	})
}

func TestHandLoopCheckSums(t *testing.T) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		h := newHandPerMu(newPermuData(n))
		for _, workers := range []int{1, 2} {
			h.run(workers)
			checkPermu(t, h.out)
		}
	}
}

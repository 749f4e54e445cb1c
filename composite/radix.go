package composite

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// Sorting by a float64 column, descending, stable in the row number.
//
// Each value becomes an unsigned key whose order is the order of the floats. A
// word packs the leading bits of (key - smallest key) with the row number; words
// are sorted by least-significant-digit radix, two passes for small inputs and
// three for large ones; neighbours whose leading bits agree are then settled on
// the full keys. Nothing is allocated once the scratch has grown.
const (
	radixBits = 11
	radixSize = 1 << radixBits
	rowBits   = 31 // rows per frame: 2^31 - 1
	rowMask   = 1<<rowBits - 1
	smallSort = 1 << 17 // up to here two passes (22 bits) leave few collisions
	forkSort  = 1 << 15 // below this a second goroutine costs more than it saves
)

// sorter is reusable scratch.
type sorter struct {
	a, b  []uint64
	order []int32
	hist  [][3 * radixSize]uint32 // one table per worker
}

// descKey maps a float to a key that sorts descending; -0 equals +0 and NaN is last.
func descKey(v float64) uint64 {
	if v != v {
		return math.MaxUint64
	}
	b := math.Float64bits(v + 0)
	if b>>63 != 0 {
		return b
	}
	return ^(b | 1<<63)
}

// sortDesc returns the rows ordered by value, largest first, equal values by row
// number. rows limits the sort to some rows (ascending); nil means all.
func (s *sorter) sortDesc(values []float64, rows []int32, workers int) []int32 {
	n := len(values)
	if rows != nil {
		n = len(rows)
	}
	s.grow(n)
	if n == 0 {
		return s.order[:0]
	}
	if n < forkSort {
		workers = 1
	}
	lo, hi := keyRange(values, rows)
	passes := 3
	if n <= smallSort {
		passes = 2
	}
	shift := 0
	for (hi-lo)>>shift >= 1<<(passes*radixBits) {
		shift++
	}
	if cap(s.hist) < workers {
		s.hist = make([][3 * radixSize]uint32, workers)
	}
	s.hist = s.hist[:workers]
	parallelChunks(n, workers, func(w, from, to int) {
		s.pack(packing{values, rows, lo, shift}, w, from, to)
	})
	src, dst := s.a[:n], s.b[:n]
	for p := range passes {
		if s.scatter(src, dst, p, workers) {
			src, dst = dst, src
		}
	}
	order := s.order[:n]
	for i, w := range src {
		order[i] = int32(w & rowMask)
	}
	if shift > 0 {
		settle(values, src, order)
	}
	return order
}

// packing is what pack needs to know about one sort.
type packing struct {
	values []float64
	rows   []int32
	lo     uint64
	shift  int
}

// pack builds the words of rows [from, to) and, on the first pass, their digit counts.
func (s *sorter) pack(p packing, w, from, to int) {
	h := &s.hist[w]
	*h = [3 * radixSize]uint32{}
	for i := from; i < to; i++ {
		row := int32(i)
		if p.rows != nil {
			row = p.rows[i]
		}
		k := (descKey(p.values[row]) - p.lo) >> p.shift
		s.a[i] = k<<rowBits | uint64(row)
		h[k&(radixSize-1)]++
		h[radixSize+k>>radixBits&(radixSize-1)]++
		h[2*radixSize+k>>(2*radixBits)&(radixSize-1)]++
	}
}

// scatter does one radix pass, stable, with contiguous chunks per worker. It
// reports false, leaving dst alone, when every word has the same digit.
func (s *sorter) scatter(src, dst []uint64, pass, workers int) bool {
	n := len(src)
	base := pass * radixSize
	shift := uint(rowBits + pass*radixBits)
	if pass > 0 && workers > 1 { // chunks hold other words now: count again
		parallelChunks(n, workers, func(w, from, to int) {
			h := s.hist[w][base : base+radixSize]
			clear(h)
			for _, v := range src[from:to] {
				h[v>>shift&(radixSize-1)]++
			}
		})
	}
	var next uint32
	for d := base; d < base+radixSize; d++ {
		start := next
		for w := range workers {
			c := s.hist[w][d]
			s.hist[w][d] = next
			next += c
		}
		if int(next-start) == n {
			return false
		}
	}
	parallelChunks(n, workers, func(w, from, to int) {
		h := (*[radixSize]uint32)(s.hist[w][base : base+radixSize])
		for _, v := range src[from:to] {
			d := v >> shift & (radixSize - 1)
			dst[h[d]] = v
			h[d]++
		}
	})
	return true
}

// settle orders runs whose packed bits agree by their full keys.
func settle(values []float64, words []uint64, order []int32) {
	n := len(words)
	for i := 0; i < n; {
		j := i + 1
		for j < n && words[j]>>rowBits == words[i]>>rowBits {
			j++
		}
		switch {
		case j-i == 2:
			a, b := order[i], order[i+1]
			if descKey(values[a]) > descKey(values[b]) {
				order[i], order[i+1] = b, a
			}
		case j-i > 2:
			slices.SortFunc(order[i:j], func(a, b int32) int {
				return cmp.Or(cmp.Compare(descKey(values[a]), descKey(values[b])), cmp.Compare(a, b))
			})
		}
		i = j
	}
}

// keyRange returns the smallest and largest key.
func keyRange(values []float64, rows []int32) (lo, hi uint64) {
	lo = math.MaxUint64
	visit := func(v float64) {
		k := descKey(v)
		lo, hi = min(lo, k), max(hi, k)
	}
	if rows == nil {
		for _, v := range values {
			visit(v)
		}
	} else {
		for _, r := range rows {
			visit(values[r])
		}
	}
	return lo, hi
}

// grow makes room for n words.
func (s *sorter) grow(n int) {
	if cap(s.a) < n {
		s.a, s.b, s.order = make([]uint64, n), make([]uint64, n), make([]int32, n)
	}
	s.a, s.b, s.order = s.a[:n], s.b[:n], s.order[:n]
}

// parallelChunks runs f over [0,n) cut into one contiguous chunk per worker and
// waits. Chunk w starts at w*n/workers, so a chunk depends on n and workers only.
func parallelChunks(n, workers int, f func(w, from, to int)) {
	if workers <= 1 {
		f(0, 0, n)
		return
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() { f(w, w*n/workers, (w+1)*n/workers) })
	}
	wg.Wait()
}

package town

import "math"

// rng is SplitMix64: tiny, the same on every machine, and seeded by name so that
// drawing one value more in one place changes nothing elsewhere.
type rng struct{ s uint64 }

// stream returns the generator of one purpose for one firm.
func stream(seed uint64, purpose string, n int) *rng {
	h := seed ^ 0xcbf29ce484222325
	for _, b := range []byte(purpose) {
		h = (h ^ uint64(b)) * 0x100000001b3
	}
	r := &rng{h + uint64(n)*0x9E3779B97F4A7C15}
	r.next()
	return r
}

func (r *rng) next() uint64 {
	r.s += 0x9E3779B97F4A7C15
	z := r.s
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// float returns a number in [0, 1).
func (r *rng) float() float64 { return float64(r.next()>>11) * 0x1p-53 }

// intn returns a number in [0, n).
func (r *rng) intn(n int) int { return int(r.float() * float64(n)) }

// normal returns a standard normal number: the sum of twelve uniforms less six,
// which needs no logarithm and so no care about rounding between machines.
func (r *rng) normal() float64 {
	s := -6.0
	for range 12 {
		s += r.float()
	}
	return s
}

// lognormal returns a number with median 1. math.Exp may differ in the last bit
// between processors, so the result is cut to nine digits.
func (r *rng) lognormal(sigma float64) float64 {
	return math.Round(math.Exp(sigma*r.normal())*1e9) / 1e9
}

// pick returns an index drawn by the given shares.
func (r *rng) pick(n int, share func(int) float64) int {
	total := 0.0
	for i := range n {
		total += share(i)
	}
	x := r.float() * total
	for i := range n {
		if x -= share(i); x < 0 {
			return i
		}
	}
	return n - 1
}

// fit turns weights into whole numbers that add up to total exactly, by largest
// remainders; equal remainders go to the earlier place. Weights are ≥ 0, and a
// positive one gets at least 1 while there is enough to go round.
func fit(weights []float64, total int64) []int64 {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	out := make([]int64, len(weights))
	if sum <= 0 {
		return out
	}
	type rest struct {
		i int
		r float64
	}
	rests := make([]rest, len(weights))
	left := total
	for i, w := range weights {
		x := w / sum * float64(total)
		n := int64(math.Floor(x))
		out[i], rests[i] = n, rest{i, x - float64(n)}
		left -= n
	}
	sortBy(rests, func(a, b rest) bool { return a.r > b.r || (a.r == b.r && a.i < b.i) })
	for k := 0; left > 0; k = (k + 1) % len(rests) {
		out[rests[k].i]++
		left--
	}
	return out
}

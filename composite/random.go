package composite

// stream is a SplitMix64 generator. The package has its own so that a seed
// means the same numbers on every machine and in every later version.
type stream uint64

// newStream starts the stream of one replication: streams of different
// replications do not depend on the order in which they run.
func newStream(seed, rep uint64) stream {
	s := stream(seed)
	s = stream(s.next() ^ (rep+1)*0xD1342543DE82EF95)
	s.next()
	return s
}

// next returns 64 random bits.
func (s *stream) next() uint64 {
	*s += 0x9E3779B97F4A7C15
	z := uint64(*s)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// unit returns a number in [0, 1).
func (s *stream) unit() float64 { return float64(s.next()>>11) * 0x1p-53 }

// factor returns a number in [1-p, 1+p).
func (s *stream) factor(p float64) float64 { return 1 - p + float64(2*p*s.unit()) }

// pick returns a number in 0..n-1.
func (s *stream) pick(n int) int { return int(s.unit() * float64(n)) }

// Draws returns n numbers in [0, 1) that are a function of seed and rep alone:
// the same on every machine and in every later version.
func Draws(seed, rep uint64, n int) []float64 {
	s := newStream(seed, rep)
	out := make([]float64, n)
	for i := range out {
		out[i] = s.unit()
	}
	return out
}

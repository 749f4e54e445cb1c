package composite

import (
	"fmt"
	"math"
	"testing"
)

// The speed task "per-mu evaluation" (shared bench/composite.md): data from a
// generator, check sums from independent programs.

// permuU is the task's u(i,j).
func permuU(i, j int) float64 {
	z := uint64(20261123) + uint64(i*64+j+1)*0x9E3779B97F4A7C15
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	z ^= z >> 31
	return float64(z>>11) * 0x1p-53
}

var permuBase = [8]float64{20, 120, 0.3, 0.02, 0.03, 0.5, 15, 0.08}

// permuData is the generated input in plain slices.
type permuData struct {
	n        int
	num, den [8][]float64
	region   []int32
}

func newPermuData(n int) *permuData {
	d := &permuData{n: n, region: make([]int32, n)}
	for k := range 8 {
		d.num[k], d.den[k] = make([]float64, n), make([]float64, n)
	}
	for i := range n {
		d.region[i] = int32(6 * permuU(i, 16))
		for k := range 8 {
			den := 1 + 99*permuU(i, 2*k+1)
			v := permuU(i, 2*k)
			num := den * permuBase[k] * (0.05 + 3*v*v*v)
			if permuU(i, 25+k) < 0.001 {
				den = 0
			}
			if permuU(i, 17+k) < 0.02 {
				num = math.NaN()
			}
			d.num[k][i], d.den[k][i] = num, den
		}
	}
	return d
}

// permuFrame is the same as a frame.
func (d *permuData) frame(t testing.TB) *Frame {
	t.Helper()
	f := NewFrame(d.n)
	for k := range 8 {
		for name, col := range map[string][]float64{"num": d.num[k], "den": d.den[k]} {
			if err := f.Add(fmt.Sprintf("%s%d", name, k), Column{Values: col}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := f.AddGroup("region", Group{Code: d.region, Names: []string{"0", "1", "2", "3", "4", "5"}}); err != nil {
		t.Fatal(err)
	}
	return f
}

// permuScheme is the task as data.
func permuScheme() Scheme {
	s := Scheme{Within: "region", Ranking: Ranking{Ties: Ordinal}}
	for k := range 8 {
		in := Indicator{Key: fmt.Sprintf("s%d", k), Parent: fmt.Sprintf("dim%d", k/2+1), Weight: 0.6, Direction: Higher,
			Num: fmt.Sprintf("num%d", k), Den: fmt.Sprintf("den%d", k), Missing: Missing{Policy: MissingZero},
			Norm: Norm{Method: "ratio", Cap: At(1.5), Benchmark: Benchmark{Source: BenchMean}}}
		if k%2 == 1 {
			in.Weight = 0.4
		}
		if k == 2 || k == 3 {
			in.Direction = Lower
		}
		s.Indicators = append(s.Indicators, in)
	}
	for q, w := range []float64{0.4, 0.25, 0.2, 0.15} {
		s.Nodes = append(s.Nodes, Node{Key: fmt.Sprintf("dim%d", q+1), Parent: "total", Weight: w, Func: "sum"})
	}
	s.Nodes = append(s.Nodes, Node{Key: "total", Func: "sum"})
	s.Quota.Bands = []Band{{Label: "A", UpTo: 2000}, {Label: "B", UpTo: 6500}, {Label: "C", UpTo: 9500}, {Label: "D", UpTo: 10000}}
	return s
}

func mustCompile(t testing.TB, s Scheme) *Engine {
	t.Helper()
	e, err := Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func mustRun(t testing.TB, e *Engine, f *Frame, opt RunOptions) *Result {
	t.Helper()
	r, err := e.Run(f, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// permuSums are the published check sums.
var permuSums = map[int]struct {
	total  float64
	c1, c2 int64
	bands  [4]int
}{
	1_000:     {80182.171967, 24024543, 3765579, [4]int{198, 449, 300, 53}},
	10_000:    {801293.805508, 2453541254, 373719549, [4]int{1997, 4500, 3001, 502}},
	100_000:   {7997259.716882, 245123545241, 37537385565, [4]int{19998, 44999, 30000, 5003}},
	1_000_000: {79960101.748046, 24499493197304, 3752196432561, [4]int{199998, 449999, 299999, 50004}},
}

// permuOut is what both the engine and the hand loop are checked on.
type permuOut struct {
	total       []float64
	rank, rank2 []int32
	band        []uint8
}

func checkPermu(t testing.TB, out permuOut) {
	t.Helper()
	n := len(out.total)
	want := permuSums[n]
	var c1, c2 int64
	var bands [4]int
	sum, _ := Sum(out.total)
	for i := range n {
		c1 += int64(out.rank[i]) * int64(i%97+1)
		c2 += int64(out.rank2[i]) * int64(i%89+1)
		bands[out.band[i]]++
	}
	if math.Abs(sum-want.total) > 1e-6 {
		t.Errorf("n=%d: sum(total) = %.6f, want %.6f", n, sum, want.total)
	}
	if c1 != want.c1 || c2 != want.c2 || bands != want.bands {
		t.Errorf("n=%d: c1, c2, bands = %d %d %v, want %d %d %v", n, c1, c2, bands, want.c1, want.c2, want.bands)
	}
}

func TestPerMuCheckSums(t *testing.T) {
	e := mustCompile(t, permuScheme())
	for _, n := range []int{1_000, 10_000, 100_000} {
		f := newPermuData(n).frame(t)
		for _, workers := range []int{1, 2, 3} {
			r := mustRun(t, e, f, RunOptions{Workers: workers})
			checkPermu(t, permuOut{r.Total(), r.Rank, r.GroupRank, r.Band})
		}
	}
}

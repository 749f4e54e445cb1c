package scheme

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"ballast/internal/pack"
)

// The speed task of the peers' comparison: generated enterprises, eight ratios,
// four dimensions, ranks and grades in six regions. Its check sums were computed
// independently in seven other systems; reproducing them through a pack proves
// the whole path from YAML to grades.

func uniform(i, j int) float64 {
	z := uint64(20261123) + uint64(i*64+j+1)*0x9E3779B97F4A7C15
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	z ^= z >> 31
	return float64(z>>11) * 0x1p-53
}

// taskInput generates n enterprises.
func taskInput(n int) Input {
	base := [8]float64{20, 120, 0.3, 0.02, 0.03, 0.5, 15, 0.08}
	in := Input{Year: 2024, Facts: newFacts(n)}
	in.Texts["district"] = make([]string, n)
	for k := range base {
		in.Values[fmt.Sprintf("num%d", k)] = make([]float64, n)
		in.Values[fmt.Sprintf("den%d", k)] = make([]float64, n)
	}
	for i := range n {
		in.Keys[i] = fmt.Sprintf("%08d", i)
		in.Texts["district"][i] = fmt.Sprintf("99000%d", int(6*uniform(i, 16)))
		for k, b := range base {
			den := 1 + float64(99*uniform(i, 2*k+1))
			v := uniform(i, 2*k)
			num := den * b * (0.05 + float64(3*v*v*v))
			if uniform(i, 25+k) < 0.001 {
				den = 0
			}
			if uniform(i, 17+k) < 0.02 {
				num = math.NaN()
			}
			in.Values[fmt.Sprintf("num%d", k)][i], in.Values[fmt.Sprintf("den%d", k)][i] = num, den
		}
	}
	return in
}

// taskPack states the task as a pack.
func taskPack(t testing.TB) *pack.Pack {
	t.Helper()
	var items, indicators, scored strings.Builder
	weights := [8]int{24, 16, 15, 10, 12, 8, 9, 6}
	for k := range 8 {
		fmt.Fprintf(&items, "  - {key: num%d, name: 分子%d, unit: 万元, source: tax, reference: x}\n  - {key: den%d, name: 分母%d, unit: 亩, source: tax, reference: x}\n", k, k, k, k)
		direction := "higher"
		if k == 2 || k == 3 {
			direction = "lower"
		}
		fmt.Fprintf(&indicators, "  - {key: x%d, name: 指标%d, unit: 万元/亩, direction: %s, formula: num%d / den%d, reference: x}\n", k, k, direction, k, k)
		fmt.Fprintf(&scored, "      - {indicator: x%d, dimension: d%d, weight: %d, method: ratio, benchmark: {statistic: mean, year: current}, cap: 1.5, floor: none, missing: zero}\n", k, k/2+1, weights[k])
	}
	files := fstest.MapFS{
		"pack.yaml":         {Data: []byte("id: task\nname: 任务\nversion: \"1\"\nstatus: example\nreference: x\nzone: Asia/Shanghai\ndivision: \"990000\"\ndepartments:\n  - {key: tax, name: 税}\n")},
		"indicators/x.yaml": {Data: []byte("items:\n" + items.String() + "indicators:\n" + indicators.String())},
		"schemes/x.yaml": {Data: []byte(`
id: task
name: 任务
version: "1"
reference: x
years: [2024]
entity: legal_person
weights_total: 100
populations:
  - key: all
    name: 全部
    member: "true"
    dimensions:
      - {key: d1, name: 一, weight: 40}
      - {key: d2, name: 二, weight: 25}
      - {key: d3, name: 三, weight: 20}
      - {key: d4, name: 四, weight: 15}
    indicators:
` + scored.String() + `    total_rounding: none
    total_min: none
    total_max: none
    tie_breaks: [code]
    bands:
      by: share
      within: district
      rounding: floor
      ties: order
      grades:
        - {grade: A, name: A, up_to: 20}
        - {grade: B, name: B, up_to: 65}
        - {grade: C, name: C, up_to: 95}
        - {grade: D, name: D, up_to: 100}
`)},
	}
	p, err := pack.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheSpeedTaskComesOutAsEverywhereElse(t *testing.T) {
	plan, err := Compile(taskPack(t), "task")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		n      int
		total  float64
		c1, c2 int64
		grades [4]int
	}{
		{1000, 80182.171967, 24024543, 3765579, [4]int{198, 449, 300, 53}},
		{10000, 801293.805508, 2453541254, 373719549, [4]int{1997, 4500, 3001, 502}},
	} {
		r, err := plan.Run(context.Background(), taskInput(want.n))
		if err != nil {
			t.Fatal(err)
		}
		q := r.Populations[0]
		var sum float64
		var c1, c2 int64
		var grades [4]int
		for i := range q.Rows {
			sum += q.Total[i]
			c1 += int64(q.Rank[i]) * int64(i%97+1)
			c2 += int64(q.DistrictRank[i]) * int64(i%89+1)
			grades[q.Grade[i]]++
		}
		// The published sum has six decimals.
		if math.Abs(sum-want.total) > 1e-6 || c1 != want.c1 || c2 != want.c2 || grades != want.grades {
			t.Errorf("n=%d: sum %.6f c1 %d c2 %d grades %v; want %.6f %d %d %v", want.n, sum, c1, c2, grades, want.total, want.c1, want.c2, want.grades)
		}
		if len(r.Report.Errors) > 0 {
			t.Errorf("n=%d does not reconcile: %v", want.n, r.Report.Errors)
		}
	}
}

func BenchmarkRun(b *testing.B) {
	plan, err := Compile(taskPack(b), "task")
	if err != nil {
		b.Fatal(err)
	}
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		in := taskInput(n)
		in.Workers = 2
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := plan.Run(context.Background(), in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

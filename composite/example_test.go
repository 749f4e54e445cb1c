package composite_test

import (
	"fmt"

	"ballast/composite"
)

// Three firms scored on tax per mu against a fixed benchmark, capped at 1.5
// times, and dealt into two bands.
func Example() {
	f := composite.NewFrame(3)
	f.Keys = []string{"甲厂", "乙厂", "丙厂"}
	for name, v := range map[string][]float64{"tax": {480, 900, 100}, "land": {20, 20, 20}} {
		if err := f.Add(name, composite.Column{Values: v}); err != nil {
			fmt.Println(err)
			return
		}
	}
	e, err := composite.Compile(composite.Scheme{
		Indicators: []composite.Indicator{{Key: "tax_mu", Name: "亩均税收", Parent: "total", Weight: 100, Num: "tax", Den: "land",
			Direction: composite.Higher, Norm: composite.Norm{Method: "ratio", Cap: composite.At(1.5),
				Benchmark: composite.Benchmark{Source: composite.BenchConstant, Value: 24}}}},
		Nodes: []composite.Node{{Key: "total"}},
		Quota: composite.Quota{Bands: []composite.Band{{Label: "A", UpTo: 3400}, {Label: "B", UpTo: 10000}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := e.Run(f, composite.RunOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, unit := range f.Keys {
		fmt.Printf("%s %.1f 第%d名 %s\n", unit, r.Total()[i], r.Rank[i], r.Label(i))
	}
	// Output:
	// 甲厂 100.0 第2名 B
	// 乙厂 150.0 第1名 A
	// 丙厂 20.8 第3名 B
}

// A benchmark at or below zero is refused with its place.
func ExampleNormalise() {
	_, _, err := composite.Normalise("利润率", composite.Column{Values: []float64{-0.3, 0.1, 0.1}}, composite.Higher,
		composite.Norm{Method: "ratio", Benchmark: composite.Benchmark{Source: composite.BenchMax, Times: 1}})
	fmt.Println(err)
	_, _, err = composite.Normalise("亏损额", composite.Column{Values: []float64{-3, -1}}, composite.Higher,
		composite.Norm{Method: "ratio", Benchmark: composite.Benchmark{Source: composite.BenchMean}})
	fmt.Println(err)
	// Output:
	// <nil>
	// 指标 亏损额：基准值 -2 不大于零，不能作除数（可改用 max(x,0) 的平均值、中位数或固定基准值）
}

// Weights from judgements, with the consistency ratio.
func ExampleJudge() {
	a, err := composite.Judge([][]float64{{1, 3, 5}, {1. / 3, 1, 3}, {1. / 5, 1. / 3, 1}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f CR=%.3f %v\n", a.Weights, a.CR, a.Acceptable(0.1))
	// Output: [0.637 0.258 0.105] CR=0.033 true
}

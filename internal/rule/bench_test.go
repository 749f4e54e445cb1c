package rule

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// benchSchema is a bureau's usual fields.
func benchSchema(b testing.TB) *Schema {
	b.Helper()
	s, err := NewSchema([]Field{
		{"tax", Number, "评价税收", "万元"}, {"land", Number, "用地面积", "亩"}, {"revenue", Number, "营业收入", "万元"},
		{"revenue_last", Number, "上年营业收入", "万元"}, {"va", Number, "工业增加值", "万元"}, {"energy", Number, "综合能耗", "吨标准煤"},
		{"rd", Number, "研发费用", "万元"}, {"rd_last", Number, "上年研发费用", "万元"}, {"staff", Number, "年平均职工人数", "人"},
		{"main", Number, "主营业务收入", "万元"}, {"debt_ratio", Number, "资产负债率", ""}, {"patents", Number, "Ⅰ类知识产权", "项"},
		{"hightech", Bool, "高新技术企业", ""}, {"zjtx", Bool, "专精特新中小企业", ""}, {"accident", Bool, "发生安全事故", ""},
		{"industry", String, "行业代码", ""}, {"district", String, "所在县区", ""}, {"grade", String, "评价等级", ""},
	})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// benchFrame fills every field, with 1 in 50 values missing and 1 in 200 areas
// zero.
func benchFrame(b testing.TB, s *Schema, rows int) *Frame {
	b.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	f := NewFrame(s, rows)
	words := map[string][]string{
		"industry": {"2511", "2614", "3031", "3072", "3110", "3670", "3825", "3962", "1310", "2672"},
		"district": {"360302", "360313", "360321", "360322", "360323", "360391"},
		"grade":    {"A", "B", "C", "D"},
	}
	for _, field := range s.Fields() {
		valid := make([]bool, rows)
		for i := range valid {
			valid[i] = r.IntN(50) != 0
		}
		var err error
		switch field.Type {
		case Number:
			vals := make([]float64, rows)
			for i := range vals {
				vals[i] = math.Round(math.Exp(r.NormFloat64()*1.5+4)*100) / 100
				if field.Name == "debt_ratio" {
					vals[i] = r.Float64()
				}
				if r.IntN(200) == 0 {
					vals[i] = 0
				}
			}
			err = f.SetNumbers(field.Name, vals, valid)
		case Bool:
			vals := make([]bool, rows)
			for i := range vals {
				vals[i] = r.IntN(4) == 0
			}
			err = f.SetFlags(field.Name, vals, valid)
		default:
			vals := make([]string, rows)
			for i := range vals {
				vals[i] = words[field.Name][r.IntN(len(words[field.Name]))]
			}
			err = f.SetTexts(field.Name, vals, valid)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	return f
}

func mustCompile(tb testing.TB, s *Schema, src string) *Program {
	tb.Helper()
	p, err := Compile(s, src, Any)
	if err != nil {
		tb.Fatalf("%s:\n%v", src, err)
	}
	return p
}

// benchRules are n eligibility conditions of six clauses, in five families with
// thresholds of their own: the shape of a city's policies and titles.
func benchRules(tb testing.TB, s *Schema, n int) []*Program {
	tb.Helper()
	var programs []*Program
	for i := range n {
		k := float64(i)
		src := []string{
			fmt.Sprintf(`revenue >= %g && rd / revenue >= %g && growth(revenue, revenue_last) >= %g && debt_ratio <= %g && !accident && (zjtx || hightech || patents >= %g)`,
				1000+37*k, 0.02+k/5000, 0.05+k/2000, 0.7+k/1000, 2+k/10),
			fmt.Sprintf(`tax / land >= %g && va / energy > %g && va / staff > %g && grade in ["A", "B"] && starts(industry, "25", "26", "30") && missing(accident) == false`,
				4+k/5, 0.5+k/100, 10+k/3),
			fmt.Sprintf(`rd + rd_last >= %g && rd / revenue >= %g && main / revenue >= %g && between(debt_ratio, 0, %g) && patents >= %g && hightech`,
				1200+11*k, 0.03+k/9000, 0.7+k/1000, 0.75+k/2000, 1+k/25),
			fmt.Sprintf(`district == "360302" && coalesce(energy, 0) < %g && (revenue > %g || tax > %g) && revenue - main < %g && staff < %g && grade != "D"`,
				5000+101*k, 2000+13*k, 100+3*k, 500+7*k, 1000-2*k),
			fmt.Sprintf(`at_least(2, patents >= %g, rd >= %g, hightech) && (revenue >= 5000 ? rd / revenue >= %g : rd / revenue >= %g) && tax > %g && !accident`,
				3+k/30, 100+k, 0.03+k/7000, 0.06+k/6000, 20+k),
		}[i%5]
		programs = append(programs, mustCompile(tb, s, src))
	}
	return programs
}

func perRow(b *testing.B, rows int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/row")
}

// BenchmarkFormula compares the engine with the loop one would write by hand,
// which knows about missing values and zero areas as well.
func BenchmarkFormula(b *testing.B) {
	s := benchSchema(b)
	for _, rows := range []int{1e4, 1e6} {
		f := benchFrame(b, s, rows)
		tax, land := f.cols[0].num, f.cols[1].num
		rev, rd, va, energy := f.cols[2].num, f.cols[6].num, f.cols[4].num, f.cols[5].num
		out := make([]float64, rows)
		b.Run(fmt.Sprintf("ratio/hand/%.0e", float64(rows)), func(b *testing.B) {
			for b.Loop() {
				handRatio(out, tax, land)
			}
			perRow(b, rows)
		})
		b.Run(fmt.Sprintf("ratio/engine/%.0e", float64(rows)), func(b *testing.B) { benchColumns(b, f, `tax / land`) })
		b.Run(fmt.Sprintf("score/hand/%.0e", float64(rows)), func(b *testing.B) {
			for b.Loop() {
				handScore(out, tax, land, rev, rd, va, energy)
			}
			perRow(b, rows)
		})
		b.Run(fmt.Sprintf("score/engine/%.0e", float64(rows)), func(b *testing.B) {
			benchColumns(b, f, `clamp(tax / land / 24.097 * 30, 0, 45) + clamp(va / energy / 2.694 * 20, 0, 30) + clamp(rd / revenue / 0.0302 * 10, 0, 15)`)
		})
	}
}

func benchColumns(b *testing.B, f *Frame, src string) {
	p := mustCompile(b, f.schema, src)
	var col Column
	if err := p.Columns(f, &col); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Columns(f, &col); err != nil {
			b.Fatal(err)
		}
	}
	perRow(b, f.rows)
}

// handRatio is tax / land by hand: NaN in, NaN out, zero area is missing.
func handRatio(out, tax, land []float64) {
	tax, land = tax[:len(out)], land[:len(out)]
	for i := range out {
		if land[i] == 0 {
			out[i] = math.NaN()
			continue
		}
		out[i] = tax[i] / land[i]
	}
}

// handScore is three capped ratios by hand.
func handScore(out, tax, land, rev, rd, va, energy []float64) {
	hold := func(x, low, high float64) float64 {
		if x < low {
			return low
		}
		if x > high {
			return high
		}
		return x
	}
	n := len(out)
	tax, land, rev, rd, va, energy = tax[:n], land[:n], rev[:n], rd[:n], va[:n], energy[:n]
	for i := range out {
		if land[i] == 0 || energy[i] == 0 || rev[i] == 0 {
			out[i] = math.NaN()
			continue
		}
		a := hold(tax[i]/land[i]/24.097*30, 0, 45)
		c := hold(va[i]/energy[i]/2.694*20, 0, 30)
		d := hold(rd[i]/rev[i]/0.0302*10, 0, 15)
		out[i] = a + c + d
	}
}

// BenchmarkEligibility compares one six-clause condition row by row in CEL with
// the columnar engine.
func BenchmarkEligibility(b *testing.B) {
	const rows = 10000
	s := benchSchema(b)
	f := benchFrame(b, s, rows)
	p := benchRules(b, s, 1)[0]
	b.Run("row", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for r := range rows {
				if _, err := p.EvalRow(f.Row(r)); err != nil {
					b.Fatal(err)
				}
			}
		}
		perRow(b, rows)
	})
	b.Run("columns", func(b *testing.B) { benchColumns(b, f, p.Source()) })
}

// BenchmarkHundredRules is a province: 1e6 firms under 100 policies.
func BenchmarkHundredRules(b *testing.B) {
	const rows = 1000000
	s := benchSchema(b)
	f := benchFrame(b, s, rows)
	set, err := NewSet(benchRules(b, s, 100)...)
	if err != nil {
		b.Fatal(err)
	}
	outs := make([]*Column, 100)
	for i := range outs {
		outs[i] = &Column{}
	}
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			if err := set.Columns(f, outs, workers); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := set.Columns(f, outs, workers); err != nil {
					b.Fatal(err)
				}
			}
			perRow(b, rows*100)
		})
	}
}

// BenchmarkWhyNot explains one firm's refusal.
func BenchmarkCompile(b *testing.B) {
	s := benchSchema(b)
	src := benchRules(b, s, 1)[0].Source()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile(s, src, Bool); err != nil {
			b.Fatal(err)
		}
	}
}

package rule

import (
	"math"
	"testing"
)

// semanticsSchema: a–d numbers, p–r truth values, s t texts, from to dates.
func semanticsSchema(t testing.TB) *Schema {
	t.Helper()
	s, err := NewSchema([]Field{
		{"a", Number, "甲", "万元"}, {"b", Number, "乙", "万元"}, {"c", Number, "丙", "亩"}, {"d", Number, "丁", ""},
		{"p", Bool, "子", ""}, {"q", Bool, "丑", ""}, {"r", Bool, "寅", ""},
		{"s", String, "文", ""}, {"t", String, "字", ""}, {"from", String, "始", ""}, {"to", String, "止", ""},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// gone is a missing result for a reason.
func gone(c Cause, field string) Value { return Value{Missing: true, Why: Reason{c, field}} }

// check evaluates src for one row both ways and compares with want. The type of
// a missing result is not compared.
func check(t *testing.T, s *Schema, src string, row Values, want Value) {
	t.Helper()
	p, err := Compile(s, src, Any)
	if err != nil {
		t.Errorf("%s:\n%v", src, err)
		return
	}
	byRow, err := p.EvalRow(row)
	if err != nil {
		t.Errorf("%s: %v", src, err)
		return
	}
	f := NewFrame(s, 1)
	for _, field := range s.Fields() {
		v, ok := row[field.Name]
		if !ok {
			continue
		}
		valid := []bool{!v.Missing}
		switch field.Type {
		case Number:
			err = f.SetNumbers(field.Name, []float64{v.Num}, valid)
		case Bool:
			err = f.SetFlags(field.Name, []bool{v.Bool}, valid)
		default:
			err = f.SetTexts(field.Name, []string{v.Str}, valid)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	col := Column{KeepReasons: true}
	if err := p.Columns(f, &col); err != nil {
		t.Fatal(err)
	}
	want.Type = p.Type()
	for how, got := range map[string]Value{"row": byRow, "columns": col.Value(0)} {
		if !sameValue(got, want) {
			t.Errorf("%s by %s = %+v, want %+v", src, how, got, want)
		}
	}
}

// TestArithmetic: results by hand.
func TestArithmetic(t *testing.T) {
	s := semanticsSchema(t)
	row := Values{"a": Num(12), "b": Num(0), "c": Num(8), "d": Num(1e308)}
	for src, want := range map[string]Value{
		"a + c":                   Num(20),
		"a - c * 2":               Num(-4),
		"2*a":                     Num(24), // whole-number literals are doubles
		"a / c":                   Num(1.5),
		"7 / 2":                   Num(3.5), // never whole-number division
		"c / 3 * 3 - c":           Num(0),
		"-a":                      Num(-12),
		"-(a - c)":                Num(-4),
		"1 - a":                   Num(-11),
		"24 / a":                  Num(2),
		"甲 + 丙":                   Num(20), // labels are names
		"a > 3 ? a : c":           Num(12),
		"a　+　c":                   Num(20), // ideographic space
		"a + c // 备注：甲加丙":         Num(20),
		"d * 10":                  gone(NotFinite, ""),
		"d + d":                   gone(NotFinite, ""),
		"d * 10 - d * 10":         gone(NotFinite, ""),
		"1 / (d * 10)":            gone(NotFinite, ""), // not 0: the divisor is missing
		"a / b":                   gone(DivideByZero, "b"),
		"b / b":                   gone(DivideByZero, "b"),
		"a / (c - 8)":             gone(DivideByZero, ""),
		"a / -b":                  gone(DivideByZero, ""),
		"1 / (a / b)":             gone(DivideByZero, "b"),
		"(a / b) * 0":             gone(DivideByZero, "b"),
		"a / b > 3":               gone(DivideByZero, "b"),
		"min(a / b, 1)":           gone(DivideByZero, "b"),
		"b == 0 ? 0 : a / b":      Num(0),
		"coalesce(a / b, 0)":      Num(0),
		"clamp(a / b, 0, 45)":     gone(DivideByZero, "b"),
		"present(a / b)":          Flag(false),
		"missing(d * 10)":         Flag(true),
		"coalesce(d * 10, a) + 1": Num(13),
	} {
		check(t, s, src, row, want)
	}
}

// TestMissing: b, q and t are missing.
func TestMissing(t *testing.T) {
	s := semanticsSchema(t)
	row := Values{"a": Num(1), "c": Num(0), "p": Flag(true), "r": Flag(false), "s": Text("A"), "b": Absent(Number), "q": Absent(Bool)}
	missB, missQ, missT := gone(MissingField, "b"), gone(MissingField, "q"), gone(MissingField, "t")
	for src, want := range map[string]Value{
		"b":                            missB,
		"a + b":                        missB,
		"b * 0":                        missB,
		"b > 0":                        missB,
		"b == b":                       missB,
		"b != 1":                       missB,
		"b in [1, 2]":                  missB,
		"t == \"A\"":                   missT,
		"t != \"A\"":                   missT,
		"t in [\"A\"]":                 missT,
		"starts(t, \"A\")":             missT,
		"s == t":                       missT,
		"q == true":                    missQ,
		"!q":                           missQ,
		"b + a / c":                    missB, // the first in reading order
		"a / c + b":                    gone(DivideByZero, "c"),
		"a < b && q":                   missB,
		"q && a < b":                   missQ,
		"q ? 1 : 1":                    missQ, // a condition must be known even if nothing depends on it
		"p ? a : b":                    Num(1),
		"r ? a : b":                    missB,
		"r ? b : a":                    Num(1),
		"min(a, b)":                    missB,
		"sum(1, b, a / c)":             missB,
		"avg(a, b)":                    missB,
		"round(b, 1, \"half_up\")":     missB,
		"step(b, [1], [0, 1])":         missB,
		"band(b, [1], [\"A\", \"B\"])": missB,
		"between(a, 0, b)":             missB,
		"between(b, 5, 1)":             missB,
		"present(b)":                   Flag(false),
		"missing(b)":                   Flag(true),
		"present(a)":                   Flag(true),
		"present(q)":                   Flag(false),
		"missing(t)":                   Flag(true),
		"missing(b + 1)":               Flag(true),
		"coalesce(b, 7)":               Num(7),
		"coalesce(a, 7)":               Num(1),
		"coalesce(b, b)":               missB,
		"coalesce(q, false)":           Flag(false),
		"coalesce(t, \"无\")":           Text("无"),
		"coalesce(b, 2) > 1":           Flag(true),
		"count(p, q)":                  missQ,
		"days(t, \"2026-01-01\")":      missT,
	} {
		check(t, s, src, row, want)
	}
}

// TestKleene is the whole truth table of &&, || and !.
func TestKleene(t *testing.T) {
	s := semanticsSchema(t)
	values := map[string]Value{"T": Flag(true), "F": Flag(false), "U": Absent(Bool)}
	and := map[string]string{"TT": "T", "TF": "F", "FT": "F", "FF": "F", "TU": "U", "UT": "U", "UU": "U", "FU": "F", "UF": "F"}
	or := map[string]string{"TT": "T", "TF": "T", "FT": "T", "FF": "F", "TU": "T", "UT": "T", "UU": "U", "FU": "U", "UF": "U"}
	for in, out := range and {
		checkKleene(t, s, "p && q", values[in[:1]], values[in[1:]], out)
		checkKleene(t, s, "!(!p || !q)", values[in[:1]], values[in[1:]], out)
	}
	for in, out := range or {
		checkKleene(t, s, "p || q", values[in[:1]], values[in[1:]], out)
		checkKleene(t, s, "at_least(1, p, q)", values[in[:1]], values[in[1:]], out)
	}
	for in, out := range map[string]string{"T": "F", "F": "T", "U": "U"} {
		checkKleene(t, s, "!p", values[in], Flag(true), out)
	}
}

func checkKleene(t *testing.T, s *Schema, src string, p, q Value, out string) {
	t.Helper()
	want := map[string]Value{"T": Flag(true), "F": Flag(false)}[out]
	if out == "U" {
		want = gone(MissingField, "p")
		if !p.Missing {
			want = gone(MissingField, "q")
		}
	}
	check(t, s, src, Values{"p": p, "q": q}, want)
}

// TestAtLeast: an unknown condition matters only when it could decide.
func TestAtLeast(t *testing.T) {
	s := semanticsSchema(t)
	for _, c := range []struct {
		p, q, r Value
		want    Value
	}{
		{Flag(true), Flag(true), Absent(Bool), Flag(true)},
		{Flag(true), Absent(Bool), Flag(false), gone(MissingField, "q")},
		{Flag(false), Absent(Bool), Flag(false), Flag(false)},
		{Absent(Bool), Absent(Bool), Flag(false), gone(MissingField, "p")},
		{Flag(false), Flag(false), Flag(true), Flag(false)},
	} {
		check(t, s, "at_least(2, p, q, r)", Values{"p": c.p, "q": c.q, "r": c.r}, c.want)
	}
}

// TestLibrary: one or more hand results for every function.
func TestLibrary(t *testing.T) {
	s := semanticsSchema(t)
	row := Values{"a": Num(2.5), "b": Num(-2.5), "c": Num(4), "d": Num(0), "p": Flag(true), "q": Flag(true), "r": Flag(false),
		"s": Text("3031"), "t": Text("2020-02-29"), "from": Text("2023-03-15"), "to": Text("2026-03-14")}
	negZero := Num(math.Copysign(0, -1))
	for src, want := range map[string]Value{
		"min(a, b, c)": Num(-2.5), "min(c)": Num(4), "max(a, b, c)": Num(4),
		"min(d, -d)": negZero, "max(-d, d)": Num(0),
		"sum(a, b, c, 1)": Num(5), "avg(a, c)": Num(3.25), "avg(1, 2, 3, 4)": Num(2.5),
		"abs(b)": Num(2.5), "floor(b)": Num(-3), "ceil(b)": Num(-2), "floor(a)": Num(2), "ceil(a)": Num(3),
		"sqrt(c)": Num(2), "sqrt(b)": gone(OutOfDomain, ""), "sqrt(d)": Num(0),
		"clamp(a, 0, 2)": Num(2), "clamp(b, 0, 2)": Num(0), "clamp(a, 0, c)": Num(2.5), "clamp(a, c, d)": gone(OutOfDomain, ""),
		"between(a, 2.5, 4)": Flag(true), "between(c, 2.5, 4)": Flag(true), "between(b, 0, 4)": Flag(false), "between(a, d, c)": Flag(true),
		"growth(5, c)": Num(0.25), "growth(a, d)": gone(DivideByZero, "d"), "growth(a, b)": gone(OutOfDomain, ""), "growth(a, d + 0)": gone(DivideByZero, ""),
		"a in [1, 2.5]": Flag(true), "a in [1, 2]": Flag(false), "d in [-0.0]": Flag(true),
		"s in [\"3031\", \"2511\"]": Flag(true), "s == \"3031\"": Flag(true), "\"3031\" != s": Flag(false), "s == t": Flag(false),
		"(p ? s : t) in [\"3031\"]": Flag(true), "p == q": Flag(true), "p != r": Flag(true), "p == false": Flag(false),
		"starts(s, \"25\", \"30\")": Flag(true), "starts(s, \"31\")": Flag(false), "starts(coalesce(s, \"\"), \"30\")": Flag(true),
		"count(p, q, r)": Num(2), "count(a > 0, b > 0)": Num(1),
		"p ? \"甲\" : \"乙\"": Text("甲"), "r ? s : t": Text("2020-02-29"),
		"true": Flag(true), "3": Num(3), "\"文\"": Text("文"),
		// 15 March 2023 to 14 March 2026: three years less a day: 2 years, 35
		// months, 366+365+365-1 = 1095 days (2024 has a leap day).
		"years(from, to)": Num(2), "months(from, to)": Num(35), "days(from, to)": Num(1095),
		"days(to, from)": Num(-1095), "years(to, from)": Num(-2),
		"years(t, \"2024-02-28\")": Num(3), "years(t, \"2024-02-29\")": Num(4), "years(t, \"2023-02-28\")": Num(2), "years(t, \"2023-03-01\")": Num(3),
		"months(\"2026-01-31\", \"2026-02-28\")": Num(0), "months(\"2026-01-31\", \"2026-03-01\")": Num(1),
		"year(t)": Num(2020), "year(s)": gone(BadDate, ""), "days(\"2023-02-29\", to)": gone(BadDate, ""), "days(from, s)": gone(BadDate, ""),
		"days(\"2000-02-28\", \"2000-03-01\")": Num(2), "days(\"1900-02-28\", \"1900-03-01\")": Num(1),
	} {
		check(t, s, src, row, want)
	}
}

// TestSteps: where a bound belongs. Carbon efficiency of 低碳论英雄: ≤0.6 → 1,
// >0.6–0.8 → 2, >0.8–1.2 → 3, >1.2–2.0 → 4, >2.0 → 5 (domain/evaluation.md
// §9.6); R&D intensity of tier 1: ≥5 % 20, 3–5 15, 2–3 10, 1–2 5, <1 0
// (domain/services.md §2.1).
func TestSteps(t *testing.T) {
	s := semanticsSchema(t)
	const carbon = "step_over(a, [0.6, 0.8, 1.2, 2.0], [1, 2, 3, 4, 5])"
	for x, want := range map[float64]float64{0.6: 1, 0.601: 2, 0.8: 2, 0.45 / 0.37: 4, 2: 4, 0.7 / 0.3: 5, -1: 1} {
		check(t, s, carbon, Values{"a": Num(x)}, Num(want))
	}
	const research = "step(a, [0.01, 0.02, 0.03, 0.05], [0, 5, 10, 15, 20])"
	for x, want := range map[float64]float64{0: 0, 0.0099: 0, 0.01: 5, 0.0299: 10, 0.03: 15, 0.05: 20, 9: 20} {
		check(t, s, research, Values{"a": Num(x)}, Num(want))
	}
	for x, want := range map[float64]string{0.6: "低", 0.61: "中", 2: "中", 2.1: "高"} {
		check(t, s, `band_over(a, [0.6, 2.0], ["低", "中", "高"])`, Values{"a": Num(x)}, Text(want))
	}
	for x, want := range map[float64]string{59.9: "C", 60: "B", 80: "A"} {
		check(t, s, `band(a, [60, 80], ["C", "B", "A"])`, Values{"a": Num(x)}, Text(want))
	}
}

// TestRounding: by hand, on the decimal writing of the number.
func TestRounding(t *testing.T) {
	s := semanticsSchema(t)
	for _, c := range []struct {
		x      float64
		digits string
		// half_up, half_even, up, down, floor, ceil
		want [6]float64
	}{
		{1.005, "2", [6]float64{1.01, 1, 1.01, 1, 1, 1.01}}, // the float64 lies below 1.005
		{2.675, "2", [6]float64{2.68, 2.68, 2.68, 2.67, 2.67, 2.68}},
		{-1.005, "2", [6]float64{-1.01, -1, -1.01, -1, -1.01, -1}},
		{2.5, "0", [6]float64{3, 2, 3, 2, 2, 3}},
		{3.5, "0", [6]float64{4, 4, 4, 3, 3, 4}},
		{-2.5, "0", [6]float64{-3, -2, -3, -2, -3, -2}},
		{0.3, "1", [6]float64{0.3, 0.3, 0.3, 0.3, 0.3, 0.3}}, // 0.3 × 10 is 3.0000000000000004 in places
		{math.Nextafter(0.3, 1), "1", [6]float64{0.3, 0.3, 0.4, 0.3, 0.3, 0.4}},
		{100.47309, "2", [6]float64{100.47, 100.47, 100.48, 100.47, 100.47, 100.48}},
		{-0.2, "0", [6]float64{0, 0, -1, 0, -1, 0}}, // never a negative zero
		{999.995, "2", [6]float64{1000, 1000, 1000, 999.99, 999.99, 1000}},
		{1e300, "3", [6]float64{1e300, 1e300, 1e300, 1e300, 1e300, 1e300}},
		{123456789.125, "2", [6]float64{123456789.13, 123456789.12, 123456789.13, 123456789.12, 123456789.12, 123456789.13}},
		{1e-320, "2", [6]float64{0, 0, 0.01, 0, 0, 0.01}},
	} {
		for i, mode := range []string{"half_up", "half_even", "up", "down", "floor", "ceil"} {
			check(t, s, "round(a, "+c.digits+", \""+mode+"\")", Values{"a": Num(c.x)}, Num(c.want[i]))
		}
	}
}

// TestHuangyan computes the worked example of domain/evaluation.md §9.3: firm X
// under the benchmarks of data year 2022 scores 100.4731.
func TestHuangyan(t *testing.T) {
	s, err := NewSchema([]Field{
		{"tax", Number, "评价税收", "万元"}, {"land", Number, "用地面积", "亩"}, {"va", Number, "工业增加值", "万元"}, {"tce", Number, "综合能耗", "吨标准煤"},
		{"em", Number, "排放量", "吨"}, {"staff", Number, "职工人数", "人"}, {"rd", Number, "研发经费", "万元"}, {"revenue", Number, "营业收入", "万元"},
	})
	if err != nil {
		t.Fatal(err)
	}
	row := Values{"tax": Num(480), "land": Num(20), "va": Num(2400), "tce": Num(800), "em": Num(0.5), "staff": Num(120), "rd": Num(330), "revenue": Num(11000)}
	check(t, s, `round(评价税收 / 用地面积 / 24.097 * 30 + 工业增加值 / 用地面积 / 136.16 * 20 + 工业增加值 / 综合能耗 / 2.694 * 20
		+ 工业增加值 / 排放量 / 4929.81 * 10 + 工业增加值 / 职工人数 / 18.14 * 10 + 研发经费 / 营业收入 / 0.0302 * 10, 4, "half_up")`, row, Num(100.4731))
	check(t, s, `round(tax / land / 24.097 * 30, 4, "half_up")`, row, Num(29.8792))
}

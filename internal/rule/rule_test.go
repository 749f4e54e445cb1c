package rule

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"

	"ballast/internal/fault"
)

func TestSchemaRefusesBadFields(t *testing.T) {
	for name, fields := range map[string][]Field{
		"字段名“2x”不合规": {{Name: "2x", Type: Number}},
		"字段名“税收”不合规": {{Name: "税收", Type: Number}},
		"字段名“in”不合规": {{Name: "in", Type: Number}},
		"字段名“”不合规":   {{Type: Number}},
		"字段“x”没有类型":  {{Name: "x"}},
		"字段“x”重复":    {{Name: "x", Type: Number}, {Name: "x", Type: Bool}},
	} {
		_, err := NewSchema(fields)
		if msg, _ := fault.Public(err); !fault.Is(err, fault.Invalid) || msg != name {
			t.Errorf("%v: got %q, want %q", fields, msg, name)
		}
	}
	if _, err := NewSchemaLimits(nil, Limits{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("limits of zero: %v", err)
	}
}

// TestFieldMayBeNamedLikeAFunction: year is both in many packs.
func TestFieldMayBeNamedLikeAFunction(t *testing.T) {
	s, err := NewSchema([]Field{{Name: "year", Type: Number}, {Name: "founded", Type: String}})
	if err != nil {
		t.Fatal(err)
	}
	p := mustCompile(t, s, "year - year(founded)")
	if v, err := p.EvalRow(Values{"year": Num(2025), "founded": Text("2020-05-01")}); err != nil || v.Num != 5 {
		t.Errorf("%v, %v", v, err)
	}
}

func TestLimits(t *testing.T) {
	s, err := NewSchemaLimits([]Field{{Name: "x", Type: Number}}, Limits{Bytes: 200, Nodes: 20, Depth: 6, List: 3})
	if err != nil {
		t.Fatal(err)
	}
	for src, want := range map[string]string{
		strings.Repeat("x + ", 60) + "x":                           "公式太长：241 字节，最多 200 字节",
		"((((((x+1)+1)+1)+1)+1)+1)+1":                              "嵌套太深，最多 6 层",
		"max(x,x,x,x,x,x,x) + max(x,x,x,x,x,x,x) + max(x,x,x,x,x)": "公式太长，最多 20 个运算符、函数、字段和常数",
		"x in [1,2,3,4]":                                           "列表太长：4 项，最多 3 项",
	} {
		_, err := Compile(s, src, Any)
		e := AsError(err)
		if e == nil || e.Issues[0].Message != want {
			t.Errorf("%s:\ngot  %v\nwant %s", src, err, want)
		}
	}
	deep := strings.Repeat("(", 5000) + "x" + strings.Repeat(")", 5000)
	big, _ := NewSchema([]Field{{Name: "x", Type: Number}})
	if _, err := Compile(big, deep, Any); AsError(err) == nil || AsError(err).Issues[0].Message != "括号嵌套太深" {
		t.Errorf("5000 brackets: %v", err)
	}
}

func TestProgramFacts(t *testing.T) {
	s := refusedSchema(t)
	p := mustCompile(t, s, "税收 / land > 3 && hightech && tax > 1")
	if got := p.Source(); got != "税收 / land > 3 && hightech && tax > 1" {
		t.Errorf("source %q", got)
	}
	if got := p.Fields(); !reflect.DeepEqual(got, []string{"hightech", "land", "tax"}) {
		t.Errorf("fields %v", got)
	}
	if p.Type() != Bool || p.Schema() != s {
		t.Error("type or schema")
	}
	if got := p.String(); got != "税收 ÷ 用地面积 ＞ 3 万元/亩 且 高新技术企业 且 税收 ＞ 1 万元" {
		t.Errorf("in Chinese: %s", got)
	}
}

// TestOnlyUsedFieldsAreRead: a row may be a lazy thing.
func TestOnlyUsedFieldsAreRead(t *testing.T) {
	s := refusedSchema(t)
	asked := map[string]bool{}
	_, err := mustCompile(t, s, "tax > 1 || land > 2").EvalRow(rowFunc(func(name string) Value {
		asked[name] = true
		return Num(0)
	}))
	if err != nil || !reflect.DeepEqual(asked, map[string]bool{"tax": true, "land": true}) {
		t.Errorf("asked for %v, %v", asked, err)
	}
}

type rowFunc func(name string) Value

func (f rowFunc) Field(name string) Value { return f(name) }

func TestRowOfWrongTypeIsAFault(t *testing.T) {
	s := refusedSchema(t)
	_, err := mustCompile(t, s, "hightech || tax > 1").EvalRow(Values{"hightech": Flag(false), "tax": Text("3")})
	if !fault.Is(err, fault.Internal) || !strings.Contains(err.Error(), "字段“税收”应为数字，数据里是文字") {
		t.Errorf("got %v", err)
	}
}

// TestNotANumberIsMissing: NaN and infinities are no data.
func TestNotANumberIsMissing(t *testing.T) {
	s := refusedSchema(t)
	p := mustCompile(t, s, "tax + 1")
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		v, err := p.EvalRow(Values{"tax": {Type: Number, Num: x}})
		if err != nil || !v.Missing || v.Why != (Reason{MissingField, "tax"}) {
			t.Errorf("%v: %+v, %v", x, v, err)
		}
	}
}

func TestFrameRefusesWhatDoesNotFit(t *testing.T) {
	s := refusedSchema(t)
	f := NewFrame(s, 2)
	for name, err := range map[string]error{
		"没有名为“x”的字段":                f.SetNumbers("x", []float64{1, 2}, nil),
		"字段“tax”应为数字，数据里是真假值":       f.SetFlags("tax", []bool{true, false}, nil),
		"字段“tax”有 1 行，表有 2 行":       f.SetNumbers("tax", []float64{1}, nil),
		"字段“tax”的有效标记有 1 行，表有 2 行":  f.SetNumbers("tax", []float64{1, 2}, []bool{true}),
		"字段“code”第 2 行的字典编号 1 超出范围": f.SetDict("code", []string{"A"}, []int32{0, 1}),
	} {
		if msg, _ := fault.Public(err); msg != name {
			t.Errorf("got %q, want %q", msg, name)
		}
	}
	other := refusedSchema(t)
	if err := mustCompile(t, other, "tax").Columns(f, &Column{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("frame of another schema: %v", err)
	}
}

// TestFrameDoesNotChangeTheCallersNumbers: gaps are filled in a copy.
func TestFrameDoesNotChangeTheCallersNumbers(t *testing.T) {
	f := NewFrame(refusedSchema(t), 3)
	vals := []float64{1, 2, math.Inf(1)}
	if err := f.SetNumbers("tax", vals, []bool{true, false, true}); err != nil {
		t.Fatal(err)
	}
	if vals[1] != 2 || !math.IsInf(vals[2], 1) {
		t.Errorf("changed: %v", vals)
	}
}

func TestColumnsOfEveryType(t *testing.T) {
	s := refusedSchema(t)
	f := NewFrame(s, 4)
	mustSet(t, f.SetNumbers("tax", []float64{10, 0, 30, 5}, []bool{true, true, true, false}))
	mustSet(t, f.SetNumbers("land", []float64{5, 5, 0, 5}, nil))
	mustSet(t, f.SetDict("code", []string{"25", "30"}, []int32{0, 1, -1, 1}))
	ratio, good, band := Column{}, Column{KeepReasons: true}, Column{KeepReasons: true}
	set, err := NewSet(mustCompile(t, s, "tax / land"), mustCompile(t, s, `tax / land >= 2 && code == "25"`),
		mustCompile(t, s, `band(tax / land, [1], ["低", "高"])`))
	if err != nil {
		t.Fatal(err)
	}
	mustSet(t, set.Columns(f, []*Column{&ratio, &good, &band}, 8))
	if x := ratio.Numbers(); x[0] != 2 || x[1] != 0 || !math.IsNaN(x[2]) || !math.IsNaN(x[3]) || len(x) != 4 {
		t.Errorf("ratios %v", x)
	}
	want := []Count{{Reason{MissingField, "tax"}, 1}, {Reason{DivideByZero, "land"}, 1}}
	if got := ratio.Counts(); !reflect.DeepEqual(got, want) {
		t.Errorf("counts %v", got)
	}
	if yes, no, unknown := good.Tally(); yes != 1 || no != 2 || unknown != 1 {
		// Row 3 (30/0, no code) is unknown; row 4 is false by its code alone.
		t.Errorf("tally %d %d %d", yes, no, unknown)
	}
	if got := good.Value(2).Why; got != (Reason{DivideByZero, "land"}) {
		t.Errorf("reason of row 3: %v", got)
	}
	if got := fmt.Sprint(band.Texts()); got != "[高 低  ]" {
		t.Errorf("bands %s", got)
	}
	if got := s.Explain(ratio.Value(2).Why); got != "“用地面积”为零，不能作除数" {
		t.Errorf("explained: %s", got)
	}
	// A result becomes a field of the next frame; its gaps are that field's.
	g := NewFrame(s, 4)
	mustSet(t, g.SetColumn("tax_per_mu", &ratio))
	mustSet(t, g.SetColumn("hightech", &good))
	mustSet(t, g.SetColumn("founded", &band))
	var out Column
	mustSet(t, mustCompile(t, s, "亩均税收 + 1").Columns(g, &out))
	if v := out.Value(3); !v.Missing || v.Why != (Reason{MissingField, "tax_per_mu"}) {
		t.Errorf("%+v", v)
	}
	if v := g.Row(0); !v.Field("hightech").Bool || v.Field("founded").Str != "高" || !g.Row(2).Field("founded").Missing {
		t.Error("flags or texts were lost")
	}
}

func mustSet(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestSetRefuses(t *testing.T) {
	s, other := refusedSchema(t), refusedSchema(t)
	if _, err := NewSet(); !fault.Is(err, fault.Invalid) {
		t.Error("an empty set")
	}
	if _, err := NewSet(mustCompile(t, s, "tax"), mustCompile(t, other, "tax")); !fault.Is(err, fault.Invalid) {
		t.Error("two schemas")
	}
	set, err := NewSet(mustCompile(t, s, "tax"), mustCompile(t, s, "tax"))
	if err != nil {
		t.Fatal(err)
	}
	var c Column
	for _, out := range [][]*Column{{&c}, {&c, &c}, {&c, nil}} {
		if err := set.Columns(NewFrame(s, 1), out, 1); !fault.Is(err, fault.Invalid) {
			t.Errorf("columns %v: %v", out, err)
		}
	}
}

// TestEmptyFrame: no rows, no results, no panic.
func TestEmptyFrame(t *testing.T) {
	s := refusedSchema(t)
	for _, src := range []string{"tax / land", "tax > 1", "hightech ? code : founded"} {
		var c Column
		mustSet(t, mustCompile(t, s, src).Columns(NewFrame(s, 0), &c))
		if c.Len() != 0 || len(c.Counts()) != 0 {
			t.Errorf("%s: %d rows", src, c.Len())
		}
	}
}

// TestConcurrentUse: one program, many readers, rows and columns (run it with
// -race).
func TestConcurrentUse(t *testing.T) {
	s := refusedSchema(t)
	p := mustCompile(t, s, "tax / land >= 2 || missing(tax)")
	f := NewFrame(s, 3000)
	vals := make([]float64, 3000)
	for i := range vals {
		vals[i] = float64(i % 7)
	}
	mustSet(t, f.SetNumbers("tax", vals, nil))
	mustSet(t, f.SetNumbers("land", vals[:3000], nil))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			var c Column
			if err := p.Columns(f, &c); err != nil {
				t.Error(err)
			}
			for r := 0; r < 3000; r += 97 {
				v, err := p.EvalRow(f.Row(r))
				if err != nil || v.Missing != c.Missing(r) || v.Bool != c.Holds(r) || p.WhyNot(f.Row(r)) == nil {
					t.Errorf("row %d: %v %v", r, v, err)
				}
			}
		})
	}
	wg.Wait()
}

// TestSteadyStateAllocatesNothingPerRow: ten times the rows, the same few
// allocations.
func TestSteadyStateAllocatesNothingPerRow(t *testing.T) {
	s := benchSchema(t)
	set, err := NewSet(benchRules(t, s, 10)...)
	if err != nil {
		t.Fatal(err)
	}
	count := func(rows int) float64 {
		f := benchFrame(t, s, rows)
		outs := make([]*Column, 10)
		for i := range outs {
			outs[i] = &Column{}
		}
		return testing.AllocsPerRun(3, func() { mustSet(t, set.Columns(f, outs, 1)) })
	}
	small, large := count(5000), count(50001)
	if large > small || small > 20 {
		t.Errorf("%v allocations for 5,000 rows, %v for 50,001", small, large)
	}
}

// TestWorkersDoNotMatter: the same bits and counts with 1, 2 and 5 workers.
func TestWorkersDoNotMatter(t *testing.T) {
	s := benchSchema(t)
	programs := append(benchRules(t, s, 10), mustCompile(t, s, "tax / land"), mustCompile(t, s, "band(tax, [10, 100], [\"C\", \"B\", \"A\"])"))
	set, err := NewSet(programs...)
	if err != nil {
		t.Fatal(err)
	}
	f := benchFrame(t, s, 20011)
	var first []*Column
	for _, workers := range []int{1, 2, 5} {
		outs := make([]*Column, len(programs))
		for i := range outs {
			outs[i] = &Column{}
		}
		mustSet(t, set.Columns(f, outs, workers))
		if first == nil {
			first = outs
			continue
		}
		for i, c := range outs {
			if !reflect.DeepEqual(c.Counts(), first[i].Counts()) {
				t.Fatalf("program %d: counts differ with %d workers", i, workers)
			}
			for r := range c.Len() {
				if !sameValue(c.Value(r), first[i].Value(r)) {
					t.Fatalf("program %d row %d differs with %d workers", i, r, workers)
				}
			}
		}
	}
}

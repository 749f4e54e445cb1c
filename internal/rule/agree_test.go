package rule

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// The differential test: random expressions over random columns, evaluated row
// by row by CEL's interpreter and by the columnar kernels, must agree in every
// bit and in every reason.

// agreeSchema has a few fields of each type; d* hold dates (some of them
// broken).
func agreeSchema(t testing.TB) *Schema {
	t.Helper()
	var fields []Field
	for i := range 5 {
		fields = append(fields, Field{Name: fmt.Sprintf("n%d", i), Type: Number, Label: fmt.Sprintf("数值%d", i)})
	}
	for i := range 3 {
		fields = append(fields, Field{Name: fmt.Sprintf("b%d", i), Type: Bool}, Field{Name: fmt.Sprintf("s%d", i), Type: String},
			Field{Name: fmt.Sprintf("d%d", i), Type: String})
	}
	s, err := NewSchema(fields)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// edgeNumbers are the numbers that break careless kernels.
var edgeNumbers = []float64{
	0, math.Copysign(0, -1), 1, -1, 2, 0.1, 3, 100, 1e308, -1e308, math.MaxFloat64, -math.MaxFloat64,
	math.SmallestNonzeroFloat64, 1e-308, 1.005, 2.675, 0.5, 1.5, -2.5, 1 << 53, math.Inf(1), math.Inf(-1), math.NaN(),
}

var agreeWords = []string{"", "A", "B", "C30", "2512", "电瓷", "360302"}
var agreeDates = []string{"2020-02-29", "2024-02-28", "2024-02-29", "2023-12-31", "2024-13-01", "1999-01-31", "", "x", "2026-11-24"}

func agreeFrame(t testing.TB, s *Schema, r *rand.Rand, rows int) *Frame {
	f := NewFrame(s, rows)
	for _, field := range s.Fields() {
		if r.IntN(12) == 0 {
			continue // never set
		}
		holes := []int{0, 3, 50}[r.IntN(3)]
		valid := make([]bool, rows)
		nums, flags, texts := make([]float64, rows), make([]bool, rows), make([]string, rows)
		for i := range rows {
			valid[i] = r.IntN(100) >= holes
			flags[i] = r.IntN(2) == 0
			nums[i] = math.Round(r.NormFloat64()*1000) / 100
			if r.IntN(3) == 0 {
				nums[i] = edgeNumbers[r.IntN(len(edgeNumbers))]
			}
			if field.Name[0] == 'd' {
				texts[i] = agreeDates[r.IntN(len(agreeDates))]
			} else {
				texts[i] = agreeWords[r.IntN(len(agreeWords))]
			}
		}
		var err error
		switch field.Type {
		case Number:
			err = f.SetNumbers(field.Name, nums, valid)
		case Bool:
			err = f.SetFlags(field.Name, flags, valid)
		default:
			err = f.SetTexts(field.Name, texts, valid)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// grammar writes random expressions.
type grammar struct{ r *rand.Rand }

func (g grammar) pick(options ...string) string { return options[g.r.IntN(len(options))] }

func (g grammar) field(prefix string, n int) string { return fmt.Sprintf("%s%d", prefix, g.r.IntN(n)) }

func (g grammar) literal() string {
	return g.pick("0", "1", "2", "-3", "0.5", "1e308", "-0.0", "1.005", "100", "1e-308", "10")
}

func (g grammar) expr(t Type, depth int) string {
	switch t {
	case Number:
		return g.number(depth)
	case Bool:
		return g.flag(depth)
	}
	return g.text(depth)
}

func (g grammar) many(t Type, depth, low, high int) string {
	n := low + g.r.IntN(high-low+1)
	parts := make([]string, n)
	for i := range parts {
		parts[i] = g.expr(t, depth-1)
	}
	return strings.Join(parts, ", ")
}

func (g grammar) number(depth int) string {
	if depth <= 0 || g.r.IntN(6) == 0 {
		if g.r.IntN(3) == 0 {
			return g.literal()
		}
		return g.field("n", 5)
	}
	sub := func() string { return g.number(depth - 1) }
	switch g.r.IntN(17) {
	case 0, 1, 2, 3, 4:
		return "(" + sub() + g.pick(" + ", " - ", " * ", " / ") + sub() + ")"
	case 5:
		return "(-" + sub() + ")"
	case 6:
		return "(" + g.flag(depth-1) + " ? " + sub() + " : " + sub() + ")"
	case 7:
		return g.pick("min", "max", "sum", "avg") + "(" + g.many(Number, depth, 1, 4) + ")"
	case 8:
		return g.pick("abs", "floor", "ceil", "sqrt") + "(" + sub() + ")"
	case 9:
		return "round(" + sub() + ", " + g.pick("0", "1", "2", "4") + ", " +
			g.pick(`"half_up"`, `"half_even"`, `"up"`, `"down"`, `"floor"`, `"ceil"`) + ")"
	case 10:
		return "clamp(" + sub() + ", " + g.pick("0", sub()) + ", " + g.pick("10", sub()) + ")"
	case 11:
		return "coalesce(" + sub() + ", " + sub() + ")"
	case 12:
		return "growth(" + sub() + ", " + sub() + ")"
	case 13:
		return g.pick("step", "step_over") + "(" + sub() + ", [-1, 0, 0.5, 10], [1, 2.5, -0.0, 4, 5])"
	case 14:
		return "count(" + g.many(Bool, depth, 1, 3) + ")"
	case 15: // computed by one kernel
		capped := func() string {
			return "clamp(" + sub() + " / " + sub() + g.pick("", " / 2.694", " / 1e-308") + g.pick("", " * 30", " * 1e308", " * -1") +
				g.pick(", 0", ", -0.0", ", -1") + g.pick(", 0)", ", 45)", ", 1e308)")
		}
		return g.pick(capped(), "("+capped()+g.pick(" + ", " - ", " * ", " / ")+capped()+")")
	}
	return g.pick("days", "months", "years") + "(" + g.text(0) + ", " + g.text(depth-1) + ")"
}

func (g grammar) flag(depth int) string {
	if depth <= 0 || g.r.IntN(8) == 0 {
		if g.r.IntN(6) == 0 {
			return g.pick("true", "false")
		}
		return g.field("b", 3)
	}
	sub := func() string { return g.flag(depth - 1) }
	num := func() string { return g.number(depth - 1) }
	text := func() string { return g.text(depth - 1) }
	switch g.r.IntN(15) {
	case 0, 1, 2:
		return "(" + num() + g.pick(" < ", " <= ", " > ", " >= ", " == ", " != ") + num() + ")"
	case 3, 4:
		return "(" + sub() + " && " + sub() + ")"
	case 5, 6:
		return "(" + sub() + " || " + sub() + ")"
	case 7:
		return "!" + sub()
	case 8:
		return "(" + sub() + g.pick(" == ", " != ") + sub() + ")"
	case 9:
		return "(" + text() + g.pick(" == ", " != ") + text() + ")"
	case 10:
		return "(" + num() + " in [0, 1, 2.5, 100])"
	case 11:
		return "(" + text() + ` in ["A", "C30", "电瓷"])`
	case 12:
		return g.pick("present", "missing") + "(" + g.expr([]Type{Number, Bool, String}[g.r.IntN(3)], depth-1) + ")"
	case 13:
		return g.pick("at_least(1, ", "at_least(2, ") + g.many(Bool, depth, 2, 4) + ")"
	}
	return g.pick(
		"("+sub()+" ? "+sub()+" : "+sub()+")",
		"coalesce("+sub()+", "+sub()+")",
		"between("+num()+", 0, 10)",
		"between("+num()+", "+num()+", "+num()+")",
		"starts("+text()+`, "C", "25")`)
}

func (g grammar) text(depth int) string {
	if depth <= 0 || g.r.IntN(2) == 0 {
		return g.pick(g.field("s", 3), g.field("d", 3), `"A"`, `"2024-02-29"`)
	}
	return g.pick(
		"("+g.flag(depth-1)+" ? "+g.text(depth-1)+" : "+g.text(depth-1)+")",
		"coalesce("+g.text(depth-1)+", "+g.text(depth-1)+")",
		g.pick("band", "band_over")+"("+g.number(depth-1)+`, [0, 10], ["A", "B", "C30"])`)
}

// sameValue compares two values to the bit.
func sameValue(a, b Value) bool {
	return a.Type == b.Type && a.Missing == b.Missing && a.Why == b.Why && a.Bool == b.Bool && a.Str == b.Str &&
		math.Float64bits(a.Num) == math.Float64bits(b.Num)
}

// agree evaluates a handful of random programs both ways.
func agree(t testing.TB, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 7))
	s := agreeSchema(t)
	f := agreeFrame(t, s, r, []int{1, 63, 64, 130, 1100}[r.IntN(5)])
	g := grammar{r}
	var programs []*Program
	var outs []*Column
	for range 1 + r.IntN(6) {
		src := g.expr([]Type{Number, Bool, String}[r.IntN(3)], 1+r.IntN(4))
		p, err := Compile(s, src, Any)
		if err != nil {
			if strings.Contains(err.Error(), "除数是常数 0") {
				continue
			}
			t.Fatalf("seed %d: %s: %v", seed, src, err)
		}
		programs = append(programs, p)
		outs = append(outs, &Column{KeepReasons: true})
	}
	if len(programs) == 0 {
		return
	}
	set, err := NewSet(programs...)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time with used memory
		if err := set.Columns(f, outs, 1+r.IntN(3)); err != nil {
			t.Fatal(err)
		}
	}
	for i, p := range programs {
		var alone Column
		alone.KeepReasons = true
		if err := p.Columns(f, &alone); err != nil {
			t.Fatal(err)
		}
		missing := map[Reason]int{}
		for row := range f.Rows() {
			want, err := p.EvalRow(f.Row(row))
			if err != nil {
				t.Fatalf("seed %d: %s: row %d: %v", seed, p.Source(), row, err)
			}
			if want.Missing {
				missing[want.Why]++
			}
			for _, got := range []Value{outs[i].Value(row), alone.Value(row)} {
				if !sameValue(want, got) {
					t.Fatalf("seed %d: %s\nrow %d: %v\nrow by row %+v\ncolumnar   %+v", seed, p.Source(), row, rowText(f, p, row), want, got)
				}
			}
		}
		for _, c := range outs[i].Counts() {
			if missing[c.Reason] != c.Rows {
				t.Fatalf("seed %d: %s: %v counted %d times, is %d", seed, p.Source(), c.Reason, c.Rows, missing[c.Reason])
			}
			delete(missing, c.Reason)
		}
		if len(missing) > 0 {
			t.Fatalf("seed %d: %s: not counted: %v", seed, p.Source(), missing)
		}
	}
}

func rowText(f *Frame, p *Program, row int) string {
	var b strings.Builder
	for _, name := range p.Fields() {
		fmt.Fprintf(&b, "%s=%v ", name, f.Row(row).Field(name))
	}
	return b.String()
}

func TestColumnsAgreeWithCEL(t *testing.T) {
	for seed := range uint64(400) {
		agree(t, seed)
	}
}

func FuzzColumnsAgree(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { agree(t, seed) })
}

// agreeWhy compares the outcome of the explanation with the evaluation.
func agreeWhy(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 11))
	s := agreeSchema(t)
	f := agreeFrame(t, s, r, 20)
	p, err := Compile(s, grammar{r}.expr(Bool, 4), Bool)
	if err != nil {
		return // a constant zero divisor
	}
	for row := range f.Rows() {
		v, err := p.EvalRow(f.Row(row))
		if err != nil {
			t.Fatal(err)
		}
		want := No
		if v.Missing {
			want = Unknown
		} else if v.Bool {
			want = Yes
		}
		got := Yes
		for _, c := range p.WhyNot(f.Row(row)) {
			switch {
			case c.Outcome == No || got == No:
				got = No
			case c.Outcome == Unknown:
				got = Unknown
			}
		}
		if got != want {
			t.Fatalf("seed %d: %s row %d: explained as %v, evaluated as %v", seed, p.Source(), row, got, want)
		}
	}
}

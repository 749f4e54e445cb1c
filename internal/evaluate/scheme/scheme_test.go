package scheme

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"ballast/internal/fault"
	"ballast/internal/pack"
)

func near(a, b float64) bool { return math.Abs(a-b) < 5e-5 }

// pingxiang returns a plan of the template scheme and n firms of the year 2024,
// over and under the size line, with gaps, labels and exclusions.
func pingxiang(t *testing.T, n int) (*Plan, Input) {
	t.Helper()
	plan, err := Compile(packs(t)["pingxiang"], "pingxiang-four-heroes")
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(20261124, uint64(n)))
	in := Input{Year: 2024, Facts: newFacts(n), PreviousPopulation: make([]string, n)}
	districts := []string{"360302", "360313", "360321", "360322", "360323", "3603KF"}
	for i := range n {
		in.Keys[i] = "E" + string(rune('A'+i%26)) + strings.Repeat("x", i/26%7) + string(rune('0'+i%10)) + string(rune('0'+i/10%10)) + string(rune('0'+i/100%10)) + string(rune('0'+i/1000))
		land := 1 + 50*rnd.Float64()
		for key, v := range map[string]float64{"tax": land * 20 * rnd.Float64(), "land_mu": land, "value_added": land * 90 * rnd.Float64(), "revenue": land * 300, "energy_tce": land * 30, "power_wkwh": land * 20, "emission_t": rnd.Float64(), "rd_cost": land * 9 * rnd.Float64(), "staff": math.Ceil(land)} {
			in.number(key, i, v)
		}
		for _, key := range []string{"emission_t", "tax", "rd_cost"} {
			if rnd.IntN(20) == 0 {
				in.Values[key][i] = nan
			}
		}
		in.attribute("district", i, districts[rnd.IntN(6)])
		in.attribute("above_scale", i, rnd.IntN(3) > 0)
		in.attribute("industry_division", i, []string{"30", "38", "44"}[min(rnd.IntN(20), 2)])
		in.attribute("industry", i, "3073")
		in.attribute("production_since", i, []string{"2005-01-01", "2024-05-01"}[rnd.IntN(20)/19])
		for _, label := range []string{"specialised", "high_tech", "safety_accident", "growth_tech", "green_factory_province"} {
			if in.Labels[label] == nil {
				in.Labels[label] = make([]bool, n)
			}
			in.Labels[label][i] = rnd.IntN(10) == 0
		}
		in.PreviousPopulation[i] = []string{"above", "below"}[rnd.IntN(2)]
	}
	return plan, in
}

// permuted returns the input with its rows in another order.
func permuted(in Input, order []int32) Input {
	out := in
	out.Facts = Facts{Keys: gather(order, in.Keys), Values: map[string][]float64{}, Texts: map[string][]string{}, Flags: map[string][]Flag{}, Labels: map[string][]bool{}}
	for k, c := range in.Values {
		out.Values[k] = gather(order, c)
	}
	for k, c := range in.Texts {
		out.Texts[k] = gather(order, c)
	}
	for k, c := range in.Flags {
		out.Flags[k] = gather(order, c)
	}
	for k, c := range in.Labels {
		out.Labels[k] = gather(order, c)
	}
	out.PreviousPopulation = gather(order, in.PreviousPopulation)
	return out
}

func run(t *testing.T, p *Plan, in Input) *Result {
	t.Helper()
	r, err := p.Run(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Report.Errors) > 0 {
		t.Fatalf("does not reconcile: %v", r.Report.Errors)
	}
	return r
}

func TestTheDigestDependsOnTheDataAlone(t *testing.T) {
	plan, in := pingxiang(t, 1200)
	first := run(t, plan, in)
	rnd := rand.New(rand.NewPCG(7, 7))
	order := make([]int32, len(in.Keys))
	for i := range order {
		order[i] = int32(i)
	}
	rnd.Shuffle(len(order), func(a, b int) { order[a], order[b] = order[b], order[a] })
	mixed := permuted(in, order)
	mixed.Workers = 3
	second := run(t, plan, mixed)
	if c := Compare(first, second); len(c.Differences) > 0 || first.Digest() != second.Digest() {
		t.Errorf("row order changed results: %+v", c.Differences)
	}
	again := run(t, plan, in)
	if first.Digest() != again.Digest() {
		t.Error("the same input gave another digest")
	}
	in.Workers = 2
	if run(t, plan, in).Digest() != first.Digest() {
		t.Error("the number of workers changed the digest")
	}
	in.Values["tax"] = slices.Clone(in.Values["tax"])
	in.Values["tax"][3] += 1
	if run(t, plan, in).Digest() == first.Digest() {
		t.Error("a changed figure left the digest as it was")
	}
}

// Whatever the data: counts add up, the places before moves are the quota, the
// order of grades is the order of totals, and bounds hold.
func TestARoundReconcilesWhateverTheData(t *testing.T) {
	for n := 40; n <= 1000; n += 240 {
		plan, in := pingxiang(t, n)
		r := run(t, plan, in)
		outside := 0
		for _, k := range r.Population {
			if k == NoPopulation {
				outside++
			}
		}
		for k := range r.Populations {
			q := &r.Populations[k]
			outside += len(q.Rows)
			checkPlaces(t, r, q)
		}
		if outside != n {
			t.Errorf("n=%d: %d entities accounted for", n, outside)
		}
	}
}

func checkPlaces(t *testing.T, r *Result, q *PopulationResult) {
	t.Helper()
	ranked := 0
	worst := map[int8]float64{}
	best := map[int8]float64{}
	for i := range q.Rows {
		if q.Rank[i] > 0 {
			ranked++
		}
		if g := q.GradeBefore[i]; g != NoGrade {
			if v, ok := worst[g]; !ok || q.Total[i] < v {
				worst[g] = q.Total[i]
			}
			if v, ok := best[g]; !ok || q.Total[i] > v {
				best[g] = q.Total[i]
			}
		}
		for _, x := range q.population.Indicators {
			if s := q.Scores[x.Indicator][i]; s > x.Weight*1.5+1e-9 || s < 0 {
				t.Fatalf("%s: score %v of %s is out of bounds", r.Keys[q.Rows[i]], s, x.Indicator)
			}
		}
	}
	for g := int8(1); g < 4; g++ {
		above, some := worst[g-1]
		if v, ok := best[g]; ok && some && v > above {
			t.Errorf("%s: grade %d reaches %v, above the lowest %v of the grade before", q.Key, g, v, above)
		}
	}
	if q.Cuts[0].N != ranked || q.Cuts[0].Last[3] != ranked {
		t.Errorf("%s: %d ranked, cuts of %d end at %d", q.Key, ranked, q.Cuts[0].N, q.Cuts[0].Last[3])
	}
	for _, m := range q.Moves {
		if m.Reason == "" || m.From == m.To {
			t.Errorf("a move without reason or effect: %+v", m)
		}
	}
}

func TestExplainLaysOutTheArithmetic(t *testing.T) {
	plan, err := Compile(packs(t)["huangyan"], "huangyan")
	if err != nil {
		t.Fatal(err)
	}
	in := Input{Year: 2022, Facts: newFacts(3)}
	for i, f := range []struct {
		key                                        string
		tax, land, va, tce, em, staff, rd, revenue float64
	}{{"X", 480, 20, 2400, 800, 0.5, 120, 330, 11000}, {"Y", 1200, 15, 4500, 400, 0.25, 150, 900, 15000}, {"Z", -30, 40, -200, 300, nan, 80, 0, 5000}} {
		in.Keys[i] = f.key
		for key, v := range map[string]float64{"tax": f.tax, "land_mu": f.land, "value_added": f.va, "energy_tce": f.tce, "emission_t": f.em, "staff": f.staff, "rd_cost": f.rd, "revenue": f.revenue} {
			in.number(key, i, v)
		}
		in.attribute("above_scale", i, true)
	}
	r := run(t, plan, in)
	x, err := r.Explain("X")
	if err != nil {
		t.Fatal(err)
	}
	l := x.Lines[0]
	if l.Indicator != "tax_per_mu" || l.Value != 24 || l.Benchmark != 24.097 || !near(l.Score, 29.8792) || l.Unit != "万元/亩" || !math.IsInf(l.Highest, 1) {
		t.Errorf("first line = %+v", l)
	}
	if len(l.Raw) != 2 || l.Raw[1].Name != "评价税收" && l.Raw[0].Name != "评价税收" || l.Formula == "" || l.BenchmarkText != "2022 年度公布的基准值" {
		t.Errorf("raw values or texts missing: %+v", l)
	}
	if !near(x.Total, 100.4731) || x.Rank != (Place{2, 3}) {
		t.Errorf("total %v rank %+v", x.Total, x.Rank)
	}
	// Z has no emission figure: (9.7367 + 36.5126) ÷ 2 = 23.1246.
	z, err := r.Explain("Z")
	if err != nil {
		t.Fatal(err)
	}
	if e := z.Lines[3]; e.State != Filled || !near(e.Score, 23.1246) || !strings.Contains(e.Why, "排放") {
		t.Errorf("filled line = %+v", e)
	}
	if _, err := r.Explain("nobody"); !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v, want fault.NotFound", err)
	}
}

// The way to the next grade must be true: with the change made and all else
// equal, the entity gets that grade.
func TestTheWayToTheNextGradeLeadsThere(t *testing.T) {
	plan, err := Compile(packs(t)["huangyan"], "huangyan")
	if err != nil {
		t.Fatal(err)
	}
	in := Input{Year: 2022, Facts: newFacts(40)}
	for i := range in.Keys {
		in.Keys[i] = "F" + string(rune('0'+i/10)) + string(rune('0'+i%10))
		for key, v := range map[string]float64{"tax": 400 - 7*float64(i), "land_mu": 20, "value_added": 2400 - 30*float64(i), "energy_tce": 800, "emission_t": 0.5, "staff": 120, "rd_cost": 330, "revenue": 11000} {
			in.number(key, i, v)
		}
		in.attribute("above_scale", i, true)
	}
	before := run(t, plan, in)
	tried := 0
	for _, code := range []string{"F10", "F26", "F39"} {
		x, err := before.Explain(code)
		if err != nil || x.Next == nil || len(x.Next.Changes) == 0 {
			t.Fatalf("%s: no way up: %v %+v", code, err, x)
		}
		for _, c := range x.Next.Changes {
			for _, item := range c.Items {
				changed := in
				changed.Values = map[string][]float64{}
				for k, col := range in.Values {
					changed.Values[k] = slices.Clone(col)
				}
				row := slices.Index(in.Keys, code)
				// A hair beyond, because the item is derived from the needed value.
				changed.Values[item.Item][row] = item.To + (item.To-item.From)*1e-9
				after := run(t, plan, changed)
				q, i, _ := after.Find(code)
				if c.Indicator == "tax_per_mu" && item.Item == "tax" || c.Indicator == "rd_ratio" && item.Item == "rd_cost" || item.Item == "staff" || item.Item == "energy_tce" {
					tried++
					if got := q.GradeName(q.Grade[i]); got != x.Next.Grade {
						t.Errorf("%s: %s from %v to %v gives %s, promised %s", code, item.Name, item.From, item.To, got, x.Next.Grade)
					}
				}
			}
		}
		if !slices.IsSortedFunc(x.Next.Changes, func(a, b Change) int { return int(math.Copysign(1, a.Relative-b.Relative)) }) {
			t.Errorf("%s: changes are not ordered by effort", code)
		}
	}
	if tried < 6 {
		t.Fatalf("only %d changes tried", tried)
	}
}

func TestManualGradesComeLastAndSayWhy(t *testing.T) {
	plan, in := pingxiang(t, 200)
	first := run(t, plan, in)
	q := &first.Populations[0]
	code := ""
	for i := range q.Rows {
		if q.GradeName(q.Grade[i]) == "C" {
			code = first.Keys[q.Rows[i]]
			break
		}
	}
	in.Manual = []ManualGrade{{code, "B", "领导小组 2025 年第 3 次会议"}}
	second := run(t, plan, in)
	x, err := second.Explain(code)
	if err != nil || x.Grade != "B" || len(x.Moves) == 0 || x.Moves[len(x.Moves)-1].Kind != "手动调档" {
		t.Fatalf("manual grade: %v %+v", err, x)
	}
	c := Compare(first, second)
	members := 0
	for k := range first.Populations {
		members += len(first.Populations[k].Rows)
	}
	if len(c.Differences) != 1 || c.Differences[0].Code != code || c.Moves[[2]string{"C", "B"}] != 1 || c.Same != members-1 {
		t.Errorf("comparison of the two runs: %d differences, %d same", len(c.Differences), c.Same)
	}
	in.Manual[0].Reason = ""
	if _, err := plan.Run(context.Background(), in); !fault.Is(err, fault.Invalid) {
		t.Errorf("a decision without a reason: got %v, want fault.Invalid", err)
	}
}

func TestMissingFactsAreReportedNotGuessed(t *testing.T) {
	plan, in := pingxiang(t, 60)
	in.Flags["above_scale"][5] = Unknown
	row := slices.Index(in.Flags["above_scale"], Yes)
	in.Texts["production_since"][row], in.Texts["industry_division"][row] = "", "30"
	r := run(t, plan, in)
	if r.Population[5] != NoPopulation {
		t.Error("an entity of unknown size was put into a population")
	}
	var member, unsure bool
	for _, f := range r.Report.Findings {
		member = member || f.Subject == "member" && slices.Contains(f.Examples, in.Keys[5])
		unsure = unsure || f.Subject == "new" && slices.Contains(f.Examples, in.Keys[row])
	}
	if !member || !unsure {
		t.Errorf("findings do not name the two entities: %+v", r.Report.Findings)
	}
}

func TestBadInputIsRefusedWithASentence(t *testing.T) {
	plan, good := pingxiang(t, 30)
	for name, spoil := range map[string]func(*Input){
		"year":      func(in *Input) { in.Year = 2019 },
		"length":    func(in *Input) { in.Values["tax"] = in.Values["tax"][:29] },
		"duplicate": func(in *Input) { in.Keys = slices.Clone(in.Keys); in.Keys[1] = in.Keys[0] },
		"history":   func(in *Input) { in.PreviousGrade = []string{"A"} },
		"benchmark": func(in *Input) {
			in.Values["rd_cost"] = slices.Repeat([]float64{nan}, 30)
		},
	} {
		_, in := pingxiang(t, 30)
		spoil(&in)
		_, err := plan.Run(context.Background(), in)
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v, want fault.Invalid", name, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := plan.Run(ctx, good); err == nil {
		t.Error("a cancelled run went on")
	}
	if _, err := Compile(packs(t)["pingxiang"], "nothing"); !fault.Is(err, fault.NotFound) {
		t.Errorf("unknown scheme: %v", err)
	}
	huaian, err := Compile(packs(t)["huaian"], "huaian-2024")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := huaian.Run(context.Background(), good); !fault.Is(err, fault.Invalid) {
		t.Errorf("a benchmark of last year without last year: %v", err)
	}
}

func TestEveryStageIsANamedColumn(t *testing.T) {
	plan, in := pingxiang(t, 80)
	r := run(t, plan, in)
	seen := map[string]bool{}
	for _, c := range r.Columns("above") {
		if seen[c.Name] || c.Title == "" || (c.Numbers == nil) == (c.Texts == nil) || c.Numbers != nil && c.Unit == "" {
			t.Errorf("column %+v is repeated or incomplete", c.Name)
		}
		if n := len(c.Numbers) + len(c.Texts); n != len(r.Populations[0].Rows) {
			t.Errorf("column %s has %d rows", c.Name, n)
		}
		seen[c.Name] = true
	}
	for _, name := range []string{"raw.tax", "value.tax_per_mu", "benchmark.tax_per_mu", "score.tax_per_mu", "state.tax_per_mu", "dimension.mu", "dimension_rank.mu",
		"subtotal", "adjustment.high_tech", "adjustment", "total", "rank", "rank.district", "grade_before", "grade", "policy_grade", "moves", "worst_years"} {
		if !seen[name] {
			t.Errorf("no column %s", name)
		}
	}
}

func TestRoundingIsThatOfPaper(t *testing.T) {
	for _, c := range []struct {
		x      float64
		digits int
		mode   pack.RoundMode
		want   float64
	}{
		{1.005, 2, pack.HalfUp, 1.01}, {2.675, 2, pack.HalfUp, 2.68}, {-1.005, 2, pack.HalfUp, -1.01}, {13.33 / 20 * 100, 1, pack.HalfUp, 66.7},
		{0.125, 2, pack.HalfEven, 0.12}, {0.135, 2, pack.HalfEven, 0.14}, {1.239, 2, pack.Floor, 1.23}, {-1.231, 2, pack.Floor, -1.24},
		{1.231, 2, pack.Ceil, 1.24}, {-1.239, 2, pack.Ceil, -1.23}, {0, 2, pack.HalfUp, 0}, {5, 0, pack.Ceil, 5}, {0.1 + 0.2, 1, pack.Ceil, 0.3},
	} {
		if got := roundTo(c.x, pack.Rounding{On: true, Digits: c.digits, Mode: c.mode}); got != c.want {
			t.Errorf("round %v to %d %s = %v, want %v", c.x, c.digits, c.mode, got, c.want)
		}
	}
}

func TestSplitPartsAddUpExactly(t *testing.T) {
	p, err := Compile(packs(t)["language"], "by-parcel")
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(3, 1))
	for range 300 {
		f := newFacts(1)
		f.Keys[0] = "firm"
		total := math.Round(rnd.Float64()*1e9) / 100
		f.number("tax", 0, total)
		var holdings []Holding
		for k := range 2 + rnd.IntN(6) {
			holdings = append(holdings, Holding{"firm", "P" + string(rune('0'+k)), math.Round(rnd.Float64() * 9000)})
		}
		out, parts, err := p.Entities(f, holdings)
		if err != nil || len(parts) != len(holdings) {
			t.Fatal(err, len(parts))
		}
		// Added as decimals of six digits, as an auditor would.
		var sum int64
		for _, v := range out.Values["tax"] {
			sum += int64(math.Round(v * 1e6))
		}
		if sum != int64(math.Round(total*1e6)) {
			t.Fatalf("parts %v of %v add up to %v", out.Values["tax"], total, float64(sum)/1e6)
		}
	}
	f := newFacts(1)
	f.Keys[0] = "firm"
	if _, _, err := p.Entities(f, []Holding{{"other", "P", 1}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a holding of an unknown firm: %v", err)
	}
}

func TestWorstYearsCountOn(t *testing.T) {
	plan, in := pingxiang(t, 100)
	in.WorstYears = make([]float64, 100)
	for i := range in.WorstYears {
		in.WorstYears[i] = 2
	}
	r := run(t, plan, in)
	for k := range r.Populations {
		q := &r.Populations[k]
		for i := range q.Rows {
			want := int32(0)
			if q.GradeName(q.Grade[i]) == "D" {
				want = 3
			}
			if q.WorstYears[i] != want {
				t.Fatalf("grade %s after two worst years counts %d", q.GradeName(q.Grade[i]), q.WorstYears[i])
			}
		}
	}
	if c, rows := r.Populations[0].Composite(); c == nil || len(rows) != len(r.Populations[0].Rows) || c.Engine() == nil {
		t.Error("no composite result behind a scored population")
	}
}

package composite

import (
	"strconv"
	"testing"
)

func TestGoldenRemoveOne(t *testing.T) {
	a := loadASEM(t)
	leaves := a.columns(a.frame("05_norm_minmax_1_100.csv"))
	for level := 1; level <= 2; level++ {
		base := "10_remove_level" + strconv.Itoa(level)
		scores, shift := loadCSV(t, "asem", base+"_scores.csv"), loadCSV(t, "asem", base+"_meanabsrankdiff.csv")
		got, err := a.tree.RemoveOne(leaves, level)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(shift.rows) {
			t.Fatalf("level %d: %d variants, want %d", level, len(got), len(shift.rows))
		}
		for _, r := range got {
			key := r.Key
			if key == "" {
				key = "Nominal"
			}
			sameColumn(t, "without "+key, r.Index, scores.column(key, a.keys))
			if want := shift.column("MeanAbsRankDiff", []string{key})[0]; !same(r.MeanRankShift, want) {
				t.Errorf("without %s: mean rank shift %g, want %g", key, r.MeanRankShift, want)
			}
		}
	}
}

// replay rebuilds the index for one row of a parameter table of the reference
// uncertainty study.
type replay struct {
	a       *asem
	raw     *Frame
	sets    map[string]map[string]float64
	treated map[int]*Frame
}

func newReplay(a *asem) *replay {
	r := &replay{a: a, raw: a.frame("03_screened.csv"), sets: map[string]map[string]float64{}, treated: map[int]*Frame{}}
	c := loadCSV(a.t, "asem", "11_sa_weight_sets.csv")
	for _, row := range c.rows {
		if r.sets[row[0]] == nil {
			r.sets[row[0]] = map[string]float64{}
		}
		r.sets[row[0]][row[1]] = cellNum(a.t, row[3])
	}
	return r
}

func (r *replay) index(winmax int, norm, agg, wset string) []float64 {
	r.a.t.Helper()
	f := r.treated[winmax]
	if f == nil {
		f = NewFrame(r.raw.Len())
		for _, k := range r.a.leaf {
			c, _ := r.raw.Column(k)
			tr, err := Treat{Limit: winmax}.Apply(k, c.Values)
			if err != nil {
				r.a.t.Fatal(err)
			}
			if err := f.Add(k, Column{Values: tr.Values}); err != nil {
				r.a.t.Fatal(err)
			}
		}
		r.treated[winmax] = f
	}
	n := Norm{Method: "minmax", Lo: At(1), Hi: At(100)}
	if norm == "n_zscore" {
		n = Norm{Method: "zscore", Mean: At(100), SD: At(10)}
	}
	leaves := map[string]Column{}
	for _, k := range r.a.leaf {
		c, _, err := NormaliseIn(f, k, r.a.dir[k], n)
		if err != nil {
			r.a.t.Fatal(err)
		}
		leaves[k] = c
	}
	tree, err := r.a.tree.WithWeights(r.sets[wset])
	if err == nil {
		tree, err = tree.WithFunc(agg, 0)
	}
	if err != nil {
		r.a.t.Fatal(err)
	}
	out, err := tree.Aggregate(leaves)
	if err != nil {
		r.a.t.Fatal(err)
	}
	return out["Index"].Values
}

func TestGoldenUncertaintyAndSensitivity(t *testing.T) {
	a := loadASEM(t)
	rp := newReplay(a)
	nominal := loadCSV(t, "asem", "06_agg_amean.csv").column("Index", a.keys)
	base, err := Ranks(nominal, Ranking{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for study, replicates := range map[string]int{"ua": 100, "sa": 64} {
		params := loadCSV(t, "asem", "11_"+study+"_params.csv")
		scores, ranks := loadCSV(t, "asem", "11_"+study+"_scores.csv"), loadCSV(t, "asem", "11_"+study+"_ranks.csv")
		var all [][]int32
		var y []float64
		for _, p := range params.rows {
			winmax, _ := strconv.Atoi(p[params.col["winmax"]])
			got := rp.index(winmax, p[params.col["norm"]], p[params.col["agg"]], p[params.col["wset"]])
			sameColumn(t, study+" scores r_"+p[0], got, scores.column("r_"+p[0], a.keys))
			r, err := Ranks(got, Ranking{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			sameRanks(t, study+" ranks r_"+p[0], r, ranks.column("r_"+p[0], a.keys))
			all, y = append(all, r), append(y, MeanRankShift(r, base))
		}
		stats := loadCSV(t, "asem", "11_"+study+"_rankstats.csv")
		for i, s := range SummariseRanks(all[:replicates]) {
			for name, got := range map[string]float64{"Mean": s.Mean, "Median": s.Median, "Q5": s.Q5, "Q95": s.Q95} {
				if want := stats.column(name, a.keys[i:i+1])[0]; !same(got, want) {
					t.Errorf("%s %s of %s: %g, want %g", study, name, a.keys[i], got, want)
				}
			}
		}
		if study == "sa" {
			checkSobol(t, y)
		}
	}
}

func checkSobol(t *testing.T, y []float64) {
	t.Helper()
	want := loadCSV(t, "asem", "11_sa_output_y.csv")
	sameColumn(t, "sa y", y, want.column("MeanAbsRankShift", want.keys))
	idx := loadCSV(t, "asem", "11_sa_indices.csv")
	got, err := SobolPlan{N: 32, Factors: 4, Bootstrap: 200, Seed: 1}.Indices(y)
	if err != nil {
		t.Fatal(err)
	}
	for k, r := range idx.rows {
		x := got.Indices[k]
		if !same(x.FirstRaw, cellNum(t, r[1])) || !same(x.Total, cellNum(t, r[2])) {
			t.Errorf("%s: %g %g, want %v", r[0], x.FirstRaw, x.Total, r)
		}
		if !(x.FirstLow <= x.First && x.First <= x.FirstHigh) || !(x.TotalLow <= x.Total && x.Total <= x.TotalHigh) {
			t.Errorf("%s: index outside its own interval: %+v", r[0], x)
		}
	}
	if len(got.Warnings) != 1 {
		t.Errorf("32 rows are few: want a warning, got %v", got.Warnings)
	}
}

func TestGoldenStrengthsAndSummary(t *testing.T) {
	a := loadASEM(t)
	// The reference orders equal ranks by pillar name, then as in the meta data.
	var names []string
	for _, g := range []string{"ConEcFin", "Environ", "Instit", "P2P", "Physical", "Political", "Social", "SusEcFin"} {
		names = append(names, a.tree.Children(g)...)
	}
	m := a.matrix(a.frame("05_norm_minmax_1_100.csv"), names)
	agg := loadCSV(t, "asem", "06_agg_amean.csv")
	for _, unit := range []string{"CHE", "IND", "LAO"} {
		row := a.in.row[unit]
		strong, weak, err := StrengthsWeaknesses(m, row, 3, true)
		if err != nil {
			t.Fatal(err)
		}
		want := loadCSV(t, "asem", "12_strength_weakness_"+unit+".csv")
		for i, s := range append(strong, weak...) {
			w := want.rows[i]
			if s.Key != w[1] || float64(s.Rank) != cellNum(t, w[4]) || !same(s.Value, cellNum(t, w[5])) {
				t.Errorf("%s line %d: %+v, want %v", unit, i+1, s, w)
			}
		}
		for _, w := range loadCSV(t, "asem", "12_unit_summary_"+unit+".csv").rows {
			v := agg.column(w[0], a.keys)
			r, err := Ranks(v, Ranking{}, nil)
			if err != nil || !same(v[row], cellNum(t, w[2])) || float64(r[row]) != cellNum(t, w[3]) {
				t.Errorf("%s %s: %g rank %d, want %v", unit, w[0], v[row], r[row], w)
			}
		}
	}
}

func TestGoldenCompareMeans(t *testing.T) {
	a := loadASEM(t)
	side := func(file string) Side {
		v := loadCSV(t, "asem", file).column("Index", a.keys)
		r, err := Ranks(v, Ranking{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return Side{Units: a.keys, Total: v, Rank: r}
	}
	c, err := Compare(side("06_agg_amean.csv"), side("06_agg_gmean.csv"), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := loadCSV(t, "asem", "13_compare_amean_vs_gmean_scores_ranks.csv")
	for _, m := range c.Moves {
		w := want.rows[want.row[m.Unit]]
		if float64(m.RankBefore) != cellNum(t, w[1]) || float64(m.Rank) != cellNum(t, w[2]) || float64(m.Places()) != cellNum(t, w[3]) {
			t.Errorf("%+v, want %v", m, w)
		}
	}
}

func TestGoldenBenchTable(t *testing.T) {
	// The N = 1000 input and output of the speed task, from files rather than
	// the generator.
	in := loadCSV(t, "..", "..", "bench", "composite", "bench1000_in.csv")
	out := loadCSV(t, "..", "..", "bench", "composite", "bench1000_out.csv")
	f := NewFrame(len(in.keys))
	for k := range 8 {
		for from, to := range map[string]string{"n": "num", "d": "den"} {
			i := strconv.Itoa(k)
			if err := f.Add(to+i, Column{Values: in.column(from+i, in.keys)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := f.AddGroup("region", NewGroup(in.text("region", in.keys))); err != nil {
		t.Fatal(err)
	}
	r := mustRun(t, mustCompile(t, permuScheme()), f, RunOptions{})
	for _, k := range []string{"dim1", "dim2", "dim3", "dim4", "total"} {
		v, _ := r.Node(k)
		sameColumn(t, k, v, out.column(k, in.keys))
	}
	sameRanks(t, "city", r.Rank, out.column("city_rank", in.keys))
	sameRanks(t, "region", r.GroupRank, out.column("region_rank", in.keys))
	for i, g := range out.text("grade", in.keys) {
		if r.Label(i) != g {
			t.Fatalf("row %d: grade %s, want %s", i, r.Label(i), g)
		}
	}
}

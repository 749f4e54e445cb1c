package composite

import (
	"strconv"
	"strings"
	"testing"
)

// levelFunc sets one function per tree level.
func (a *asem) withFuncs(power float64, byLevel ...string) *Tree {
	a.t.Helper()
	nodes := a.tree.Nodes()
	for i := range nodes {
		if l := a.tree.Level(nodes[i].Key); l > 1 {
			nodes[i].Func, nodes[i].Power = byLevel[min(l-2, len(byLevel)-1)], power
		}
	}
	t, err := NewTree(nodes)
	if err != nil {
		a.t.Fatal(err)
	}
	return t
}

func (a *asem) withShares(shares ...float64) *Tree {
	nodes := a.tree.Nodes()
	for i := range nodes {
		if l := a.tree.Level(nodes[i].Key); l > 1 {
			nodes[i].MinShare = shares[min(l-2, len(shares)-1)]
		}
	}
	t, err := NewTree(nodes)
	if err != nil {
		a.t.Fatal(err)
	}
	return t
}

// withLeafWeights replaces indicator weights by a column of a golden file.
func (a *asem) withLeafWeights(file, key, weight string) *Tree {
	c := loadCSV(a.t, "asem", file)
	w := map[string]float64{}
	for _, r := range c.rows {
		w[r[c.col[key]]] = cellNum(a.t, r[c.col[weight]])
	}
	t, err := a.tree.WithWeights(w)
	if err != nil {
		a.t.Fatal(err)
	}
	return t
}

func TestGoldenAggregate(t *testing.T) {
	a := loadASEM(t)
	for _, c := range []struct {
		file, norm string
		tree       *Tree
	}{
		{"amean", "minmax_1_100", a.tree},
		{"gmean", "minmax_1_100", a.withFuncs(0, "gmean")},
		{"hmean", "minmax_1_100", a.withFuncs(0, "hmean")},
		{"genmean_p0.5", "minmax_1_100", a.withFuncs(0.5, "genmean")},
		{"genmean_p-2", "minmax_1_100", a.withFuncs(-2, "genmean")},
		{"mixed_amean_gmean_hmean", "minmax_1_100", a.withFuncs(0, "amean", "gmean", "hmean")},
		{"amean_minmax0_100", "minmax_0_100", a.tree},
		{"amean_zscore", "zscore_0_1", a.tree},
		{"amean_prank", "prank", a.tree},
		{"copeland_all", "minmax_1_100", a.withFuncs(0, "copeland")},
		{"copeland_then_amean", "minmax_1_100", a.withFuncs(0, "copeland", "amean")},
		{"amean_noimpute", "minmax_1_100_noimpute", a.tree},
		{"gmean_noimpute", "minmax_1_100_noimpute", a.withFuncs(0, "gmean")},
		{"hmean_noimpute", "minmax_1_100_noimpute", a.withFuncs(0, "hmean")},
		{"amean_noimpute_thresh0.667", "minmax_1_100_noimpute", a.withShares(2.0 / 3)},
		{"amean_noimpute_thresh0.667", "minmax_1_100_noimpute", a.withShares(0.667)},
		{"amean_noimpute_thresh_0.75_1_0.5", "minmax_1_100_noimpute", a.withShares(0.75, 1, 0.5)},
		{"amean_entropyweights", "minmax_1_100", a.withLeafWeights("08_entropy_weights.csv", "iCode", "w_in_group")},
		{"amean_pcasquaredweights", "minmax_1_100", a.withLeafWeights("08_pca_level1.csv", "iCode", "w_squared")},
	} {
		got, err := c.tree.Aggregate(a.columns(a.frame("05_norm_" + c.norm + ".csv")))
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		want := loadCSV(t, "asem", "06_agg_"+c.file+".csv")
		for _, k := range c.tree.Aggregates() {
			sameColumn(t, c.file+" "+k, got[k].Values, want.column(k, a.keys))
		}
	}
}

// sameRanks compares whole numbers exactly.
func sameRanks(t *testing.T, what string, got []int32, want []float64) {
	t.Helper()
	for i := range got {
		if float64(got[i]) != want[i] {
			t.Errorf("%s row %d: rank %d, want %g", what, i, got[i], want[i])
			return
		}
	}
}

func TestGoldenRanks(t *testing.T) {
	a := loadASEM(t)
	agg := loadCSV(t, "asem", "06_agg_amean.csv")
	want, within := loadCSV(t, "asem", "07_ranks_amean.csv"), loadCSV(t, "asem", "07_ranks_amean_within_group.csv")
	g := NewGroup(a.in.text("EurAsia_group", a.keys))
	for _, k := range a.tree.Aggregates() {
		r, err := Ranks(agg.column(k, a.keys), Ranking{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		sameRanks(t, k, r, want.column(k, a.keys))
		if r, err = RanksWithin(agg.column(k, a.keys), Ranking{}, nil, g); err != nil {
			t.Fatal(err)
		}
		sameRanks(t, k+" within", r, within.column(k, a.keys))
	}
	ind, norm := loadCSV(t, "asem", "07_ranks_indicators.csv"), loadCSV(t, "asem", "05_norm_minmax_1_100.csv")
	for _, k := range a.leaf {
		r, err := Ranks(norm.column(k, a.keys), Ranking{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		sameRanks(t, k, r, ind.column(k, a.keys))
	}
}

func TestGoldenWeights(t *testing.T) {
	a := loadASEM(t)
	eff := loadCSV(t, "asem", "08_effective_weights.csv")
	for k, w := range a.tree.EffectiveWeights() {
		if want := eff.column("EffWeight", []string{k})[0]; !same(w, want) {
			t.Errorf("effective weight of %s: %g, want %g", k, w, want)
		}
	}
	one := a.frame("05_norm_minmax_1_100.csv")
	ent := loadCSV(t, "asem", "08_entropy_weights.csv")
	for i, r := range ent.rows { // keyed by group: key by indicator instead
		ent.row[r[ent.col["iCode"]]] = i
	}
	pca := loadCSV(t, "asem", "08_pca_level1.csv")
	for i, r := range pca.rows {
		pca.row[r[pca.col["iCode"]]] = i
	}
	eig := loadCSV(t, "asem", "08_pca_level1_eigenvalues.csv")
	alpha := loadCSV(t, "asem", "09_cronbach_alpha.csv")
	for _, group := range a.tree.Aggregates() {
		if a.tree.Level(group) != 2 {
			continue
		}
		kids := a.tree.Children(group)
		m := a.matrix(one, kids)
		ws, err := EntropyWeights(m, 0)
		if err != nil {
			t.Fatal(err)
		}
		for k, w := range ws {
			for name, got := range map[string]float64{"entropy": w.Entropy, "divergence": w.Divergence, "w_in_group": w.Weight} {
				if want := ent.column(name, kids)[k]; !same(got, want) {
					t.Errorf("%s of %s: %g, want %g", name, w.Key, got, want)
				}
			}
		}
		p, err := Principal(m)
		if err != nil {
			t.Fatal(err)
		}
		sameColumn(t, "loadings of "+group, p.Loadings, pca.column("PC1_loading", kids))
		sameColumn(t, "squared loadings of "+group, p.Squared, pca.column("w_squared", kids))
		if w, err := p.SumWeights(); err == nil {
			sameColumn(t, "loading weights of "+group, w, pca.column("w_loading_sum1", kids))
		} else if len(p.Mixed) == 0 {
			t.Error(err)
		}
		for _, r := range eig.rows {
			if r[0] == group {
				k, _ := strconv.Atoi(r[1])
				if !same(p.Eigenvalues[k-1], cellNum(t, r[2])) || !same(p.Share[k-1], cellNum(t, r[3])) {
					t.Errorf("eigenvalue %d of %s: %g, want %s", k, group, p.Eigenvalues[k-1], r[2])
				}
			}
		}
		al, err := Cronbach(m)
		if err != nil || !same(al, alpha.column("Alpha", []string{group})[0]) {
			t.Errorf("alpha of %s: %g %v", group, al, err)
		}
	}
	all, err := EntropyWeights(a.matrix(one, a.leaf), 0)
	if err != nil {
		t.Fatal(err)
	}
	for k, w := range all {
		if !same(w.Weight, ent.column("w_global", a.leaf)[k]) {
			t.Errorf("global entropy weight of %s: %g", w.Key, w.Weight)
		}
	}
}

func TestGoldenCritic(t *testing.T) {
	a := loadASEM(t)
	unit := NewFrame(len(a.keys)) // CRITIC is defined on 0..1
	zero := a.frame("05_norm_minmax_0_100.csv")
	for _, k := range a.leaf {
		c, _ := zero.Column(k)
		v := make([]float64, len(c.Values))
		for i := range v {
			v[i] = c.Values[i] / 100
		}
		if err := unit.Add(k, Column{Values: v}); err != nil {
			t.Fatal(err)
		}
	}
	crit := loadCSV(t, "asem", "08_critic_weights.csv")
	cw, err := CriticWeights(a.matrix(unit, a.leaf))
	if err != nil {
		t.Fatal(err)
	}
	for k, w := range cw {
		for name, got := range map[string]float64{"sd": w.SD, "info": w.Info, "w": w.Weight} {
			if want := crit.column(name, a.leaf)[k]; !same(got, want) {
				t.Errorf("CRITIC %s of %s: %.15g, want %.15g", name, w.Key, got, want)
			}
		}
	}
}

func TestGoldenCorrelationsAndStats(t *testing.T) {
	a := loadASEM(t)
	norm := a.matrix(a.frame("05_norm_minmax_1_100.csv"), a.leaf)
	for _, kind := range []Correlation{Pearson, Spearman, Kendall} {
		want := loadCSV(t, "asem", "09_corr_"+string(kind)+"_normalised.csv")
		got, err := CorrelationMatrix(kind, norm, norm)
		if err != nil {
			t.Fatal(err)
		}
		for j, k := range a.leaf {
			col := make([]float64, len(a.leaf))
			for i := range col {
				col[i] = got[i][j]
			}
			sameColumn(t, string(kind)+" "+k, col, want.column(k, a.leaf))
		}
	}
	agg := loadCSV(t, "asem", "06_agg_amean.csv")
	up := Matrix{Names: a.tree.Aggregates()}
	for _, k := range up.Names {
		up.Columns = append(up.Columns, agg.column(k, a.keys))
	}
	want := loadCSV(t, "asem", "09_corr_pearson_aggregates.csv")
	got, err := CorrelationMatrix(Pearson, up, norm)
	if err != nil {
		t.Fatal(err)
	}
	for i, k := range up.Names {
		row := want.rows[want.row[k]]
		for j, leaf := range a.leaf {
			if w := cellNum(t, row[want.col[leaf]]); !same(got[i][j], w) {
				t.Errorf("correlation %s %s: %g, want %g", k, leaf, got[i][j], w)
			}
		}
	}
	flags := loadCSV(t, "asem", "09_corr_flags_high0.8_same_pillar.csv")
	n := 0
	for _, g := range a.tree.Aggregates() {
		if a.tree.Level(g) == 2 {
			fl, err := FlagPairs(Pearson, g, norm.pick(a.tree.Children(g)), CorrLimits{-1, 0.8})
			if err != nil {
				t.Fatal(err)
			}
			n += len(fl)
		}
	}
	if n != len(flags.rows) {
		t.Errorf("%d flagged pairs, want %d", n, len(flags.rows))
	}
	checkStats(t, a)
}

func checkStats(t *testing.T, a *asem) {
	t.Helper()
	st := loadCSV(t, "asem", "09_stats_before_treat.csv")
	raw := a.frame("03_screened.csv")
	flag := func(bad bool, word string) string {
		if bad {
			return word
		}
		return "ok"
	}
	for _, k := range a.leaf {
		c, _ := raw.Column(k)
		s := Describe(k, c.Values, DefaultStatsLimits())
		row := st.rows[st.row[k]]
		for i, got := range []float64{s.Min, s.Max, s.Mean, s.Median, s.Std, s.Skew, s.Kurt, float64(s.Avail), float64(s.NonZero),
			float64(s.Unique), float64(s.Same), s.FrcAvail, s.FrcNonZero, s.FrcUnique, s.FrcSame} {
			if !same(got, cellNum(t, row[i+1])) {
				t.Errorf("%s of %s: %.15g, want %s", st.header[i+1], k, got, row[i+1])
			}
		}
		got := strings.Join([]string{flag(s.LowAvail, "LOW"), flag(s.LowNonZero, "LOW"), flag(s.LowUnique, "LOW"), flag(s.OutlierSuspect, "OUT")}, ",")
		if w := strings.Join(row[16:20], ","); got != w {
			t.Errorf("flags of %s: %s, want %s", k, got, w)
		}
	}
}

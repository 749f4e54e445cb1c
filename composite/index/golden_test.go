package index

import (
	"context"
	"encoding/csv"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// goldenDir finds ../shared/golden/composite beside the repository root.
func goldenDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("BALLAST_SHARED")
	if dir == "" {
		wd, _ := os.Getwd()
		dir = filepath.Join(wd, "..", "..", "..", "shared")
	}
	dir = filepath.Join(dir, "golden", "composite")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("not run: shared data absent")
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

// goldenSpec makes the whole reference set with one file.
const goldenSpec = `name: ASEM
idata: DIR/in_idata.csv
imeta: DIR/in_imeta.csv
steps:
  - {step: denominate, as: 01_denominated}
  - {step: impute, method: mean, within: EurAsia_group, as: 02_imputed}
  - {step: screen, min_present: 0.9, as: 03_screened}
  - {step: stats, as: 09_stats_before_treat}
  - {step: treat, id: t5, limit: 5, as: 04_treated}
  - {step: treat, id: t1, input: screen, limit: 1, as: 04_treated_winmax1}
  - {step: treat, id: t3, input: screen, limit: 3, as: 04_treated_winmax3}
  - {step: normalise, id: n0, input: t5, method: minmax, as: 05_norm_minmax_0_100}
  - {step: normalise, id: z01, input: t5, method: zscore, as: 05_norm_zscore_0_1}
  - {step: normalise, id: z10, input: t5, method: n_zscore, mean: 10, sd: 2, as: 05_norm_zscore_10_2}
  - {step: normalise, input: t5, method: dist2max, as: 05_norm_dist2max}
  - {step: normalise, input: t5, method: dist2ref, ref: DEU, cap: 1, as: 05_norm_dist2ref_cap}
  - {step: normalise, input: t5, method: dist2targ, as: 05_norm_dist2targ_nocap}
  - {step: normalise, input: t5, method: dist2targ, cap: 1, as: 05_norm_dist2targ_cap}
  - {step: normalise, input: t5, method: fracmax, on_error: missing, as: 05_norm_fracmax}
  - {step: normalise, input: t5, method: scaled, from: 0, to: 50, as: 05_norm_scaled_0_50}
  - {step: normalise, id: raw1, input: denominate, method: minmax, lo: 1, hi: 100, as: 05_norm_minmax_1_100_noimpute}
  - {step: normalise, id: n1, input: t5, method: minmax, lo: 1, hi: 100, as: 05_norm_minmax_1_100}
  - {step: weight, id: ew, input: n1, method: entropy, as: w_entropy}
  - {step: weight, id: pw, input: n1, method: pca, as: w_pca}
  - {step: weight, id: mw, input: n1, as: 08_effective_weights}
  - {step: pca, input: n1, as: 08_pca_level1}
  - {step: alpha, input: n1, as: 09_cronbach_alpha}
  - {step: correlate, input: n1, method: pearson, as: corr}
  - {step: profile, input: n1, units: [CHE, IND, LAO], as: 12_strength_weakness}
  - {step: aggregate, input: n1, function: gmean, id: g, as: 06_agg_gmean}
  - {step: aggregate, input: n1, function: hmean, as: 06_agg_hmean}
  - {step: aggregate, input: n1, function: genmean, power: 0.5, as: 06_agg_genmean_p0.5}
  - {step: aggregate, input: n1, function: a_genmean, power: -2, as: 06_agg_genmean_p-2}
  - {step: aggregate, input: n1, function: [amean, gmean, hmean], as: 06_agg_mixed_amean_gmean_hmean}
  - {step: aggregate, input: n0, as: 06_agg_amean_minmax0_100}
  - {step: aggregate, input: z01, as: 06_agg_amean_zscore}
  - {step: aggregate, input: n1, function: copeland, as: 06_agg_copeland_all}
  - {step: aggregate, input: n1, function: [copeland, amean], as: 06_agg_copeland_then_amean}
  - {step: aggregate, input: raw1, as: 06_agg_amean_noimpute}
  - {step: aggregate, input: raw1, min_share: 0.667, as: 06_agg_amean_noimpute_thresh0.667}
  - {step: aggregate, input: raw1, min_share: [0.75, 1, 0.5], as: 06_agg_amean_noimpute_thresh_0.75_1_0.5}
  - {step: aggregate, input: raw1, function: gmean, as: 06_agg_gmean_noimpute}
  - {step: aggregate, input: raw1, function: hmean, as: 06_agg_hmean_noimpute}
  - {step: aggregate, input: n1, weights: ew, as: 06_agg_amean_entropyweights}
  - {step: aggregate, input: n1, weights: pw, as: 06_agg_amean_pcasquaredweights}
  - {step: aggregate, id: a, input: n1, as: 06_agg_amean}
  - {step: correlate, input: a, rows: aggregates, as: aggcorr}
  - {step: rank, within: EurAsia_group, as: 07_ranks_amean}
  - {step: rank, of: indicators, as: 07_ranks_indicators}
  - {step: remove, level: 1, as: 10_remove_level1}
  - {step: remove, level: 2, as: 10_remove_level2}
  - {step: compare, input: g, with: a, as: compare}
  - {step: band, input: a, within: EurAsia_group, as: bands, bands: [{label: A, up_to: 2000}, {label: B, up_to: 10000}]}
  - step: sensitivity
    as: 11_ua
    aggregate: a
    params: DIR/11_ua_params.csv
    factors: &factors
      winmax: {step: t5, parameter: limit, values: [1, 2, 3, 4, 5]}
      norm: {step: n1, values: {n_minmax: {method: minmax, lo: 1, hi: 100}, n_zscore: {method: zscore, mean: 100, sd: 10}}}
      agg: {step: a, parameter: function, values: [a_amean, a_gmean, a_hmean]}
      wset: {weights_file: DIR/11_sa_weight_sets.csv}
  - step: sensitivity
    as: 11_sa
    mode: sobol
    n: 32
    bootstrap: 50
    aggregate: a
    params: DIR/11_sa_params.csv
    factors: *factors
`

func TestGoldenPipeline(t *testing.T) {
	dir := filepath.Join(goldenDir(t), "asem")
	out := runSpec(t, strings.ReplaceAll(goldenSpec, "DIR", dir))
	matched := 0
	for _, e := range mustRead(t, out) {
		want := filepath.Join(dir, e)
		if e == "07_ranks_amean_within_EurAsia_group.csv" {
			want = filepath.Join(dir, "07_ranks_amean_within_group.csv")
		}
		if _, err := os.Stat(want); err != nil {
			continue
		}
		matched++
		compareFiles(t, e, filepath.Join(out, e), want)
	}
	if matched < 50 {
		t.Errorf("only %d golden files compared", matched)
	}
}

// runSpec writes a specification and runs it.
func runSpec(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "spec.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	if _, err := s.Run(context.Background(), out); err != nil {
		t.Fatal(err)
	}
	return out
}

func mustRead(t *testing.T, dir string) []string {
	t.Helper()
	es, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range es {
		out = append(out, e.Name())
	}
	return out
}

// keyed reads a CSV file by its identifying cells: all leading text columns.
func keyed(t *testing.T, path string) (header []string, rows map[string][]string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	recs, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows = map[string][]string{}
	for _, r := range recs[1:] {
		key := r[0]
		if n := len(recs[0]); n > 1 && (recs[0][1] == "iCode" || recs[0][1] == "PC" || recs[0][1] == "Code") {
			key += "/" + r[1]
		}
		rows[key] = r
	}
	return recs[0], rows
}

// compareFiles demands that every golden column that ours has is equal.
func compareFiles(t *testing.T, name, got, want string) {
	t.Helper()
	gh, gr := keyed(t, got)
	wh, wr := keyed(t, want)
	if w, ok := wr["weights"]; ok && name == "11_sa_indices.csv" { // the factor's other name
		wr["wset"] = append([]string{"wset"}, w[1:]...)
		delete(wr, "weights")
	}
	if len(gr) != len(wr) {
		t.Errorf("%s: %d rows, want %d", name, len(gr), len(wr))
	}
	col := map[string]int{}
	for i, h := range gh {
		col[h] = i
	}
	shared, bad := 0, 0
	for j, h := range wh {
		i, ok := col[h]
		if !ok {
			t.Errorf("%s lacks column %s", name, h)
			continue
		}
		shared++
		for key, w := range wr {
			g, ok := gr[key]
			if !ok {
				t.Errorf("%s lacks row %s", name, key)
				return
			}
			if name == "05_norm_fracmax.csv" && (h == "CostImpEx" || h == "Tariff" || h == "Poverty") {
				continue // the file documents a failure of the method
			}
			if !sameCell(g[i], w[j]) {
				if bad++; bad < 4 {
					t.Errorf("%s %s %s: %q, want %q", name, key, h, g[i], w[j])
				}
			}
		}
	}
}

func sameCell(g, w string) bool {
	if g == w {
		return true
	}
	a, err1 := strconv.ParseFloat(g, 64)
	b, err2 := strconv.ParseFloat(w, 64)
	return err1 == nil && err2 == nil && math.Abs(a-b) <= 1e-9*math.Abs(b)+1e-12
}

func problems(t *testing.T, text string) Problems {
	t.Helper()
	path := filepath.Join(t.TempDir(), "spec.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := Load(path)
	if err == nil {
		_, err = s.Run(context.Background(), t.TempDir())
	}
	var ps Problems
	if !errors.As(err, &ps) {
		t.Fatalf("got %v, want located problems", err)
	}
	return ps
}

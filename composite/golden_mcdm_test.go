package composite

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

func TestGoldenMCDM(t *testing.T) {
	for _, set := range []string{"fighter", "mtcars"} {
		d, ids, given, ent := loadDecision(t, set)
		for name, w := range map[string][]float64{"given": given, "entropy": ent} {
			d.Weights = w
			checkTopsis(t, set, name, d, ids)
			checkOthers(t, set, name, d, ids)
		}
	}
	// 0·ln 0 = 0: a zero inside a column.
	m := loadCSV(t, "topsis", "zero_case_matrix.csv")
	want := loadCSV(t, "topsis", "zero_case_weights.csv")
	mat := Matrix{Names: m.header[1:]}
	for _, k := range mat.Names {
		mat.Columns = append(mat.Columns, m.column(k, m.keys))
	}
	ws, err := EntropyWeights(mat, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range ws {
		if !same(w.Weight, want.column("entropy_weight", []string{w.Key})[0]) || !same(w.Entropy, want.column("entropy", []string{w.Key})[0]) {
			t.Errorf("zero case %s: %+v", w.Key, w)
		}
	}
}

func loadDecision(t *testing.T, set string) (d Decision, ids []string, given, ent []float64) {
	t.Helper()
	m, w := loadCSV(t, "topsis", set+"_matrix.csv"), loadCSV(t, "topsis", set+"_weights.csv")
	d.Matrix.Names = m.header[1:]
	for _, k := range d.Matrix.Names {
		d.Matrix.Columns = append(d.Matrix.Columns, m.column(k, m.keys))
	}
	for _, v := range w.column("direction", d.Matrix.Names) {
		d.Directions = append(d.Directions, Direction(v))
	}
	ws, err := EntropyWeights(d.Matrix, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range ws {
		ent = append(ent, e.Weight)
	}
	sameColumn(t, set+" entropy weights", ent, w.column("entropy_weight", d.Matrix.Names))
	return d, m.keys, w.column("given_weight", d.Matrix.Names), ent
}

// pickKeyed returns the numbers of one block of a golden file, by id.
func pickKeyed(t *testing.T, c *csvTable, match []string, idCol int, ids []string, column string) []float64 {
	t.Helper()
	out := make([]float64, len(ids))
	for i, id := range ids {
		for _, r := range c.rows {
			ok := r[idCol] == id
			for k, m := range match {
				ok = ok && r[k] == m
			}
			if ok {
				out[i] = cellNum(t, r[c.col[column]])
			}
		}
	}
	return out
}

func checkTopsis(t *testing.T, set, weights string, d Decision, ids []string) {
	t.Helper()
	c := loadCSV(t, "topsis", set+"_topsis.csv")
	for _, norm := range []TopsisNorm{TopsisVector, TopsisMinMax, TopsisSum, TopsisMax} {
		got, err := Topsis(d, norm)
		if err != nil {
			t.Fatal(err)
		}
		match := []string{weights, string(norm)}
		what := set + " " + weights + " " + string(norm)
		sameColumn(t, what+" d+", got.Plus, pickKeyed(t, c, match, 2, ids, "d_plus"))
		sameColumn(t, what+" d-", got.Minus, pickKeyed(t, c, match, 2, ids, "d_minus"))
		sameColumn(t, what, got.Closeness, pickKeyed(t, c, match, 2, ids, "closeness"))
		r, err := Ranks(got.Closeness, Ranking{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		sameRanks(t, what, r, pickKeyed(t, c, match, 2, ids, "rank"))
	}
}

func checkOthers(t *testing.T, set, weights string, d Decision, ids []string) {
	t.Helper()
	c := loadCSV(t, "topsis", set+"_saw_wpm_vikor.csv")
	pick := func(col string) []float64 { return pickKeyed(t, c, []string{weights}, 1, ids, col) }
	what := set + " " + weights
	saw, err := SAW(d)
	if err != nil {
		t.Fatal(err)
	}
	wpm, err := WPM(d)
	if err != nil {
		t.Fatal(err)
	}
	vik, err := Vikor(d, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	sameColumn(t, what+" saw", saw, pick("saw"))
	sameColumn(t, what+" wpm", wpm, pick("wpm"))
	sameColumn(t, what+" vikor S", vik.S, pick("vikor_S"))
	sameColumn(t, what+" vikor R", vik.R, pick("vikor_R"))
	sameColumn(t, what+" vikor Q", vik.Q, pick("vikor_Q"))
	for _, x := range []struct {
		col   string
		v     []float64
		lower bool
	}{{"saw_rank", saw, false}, {"wpm_rank", wpm, false}, {"vikor_rank", vik.Q, true}} {
		r, err := Ranks(x.v, Ranking{Lower: x.lower}, nil)
		if err != nil {
			t.Fatal(err)
		}
		sameRanks(t, what+" "+x.col, r, pick(x.col))
	}
}

func TestGoldenAHP(t *testing.T) {
	weights, cons := loadCSV(t, "ahp", "weights.csv"), loadCSV(t, "ahp", "consistency.csv")
	for _, name := range cons.keys {
		f, err := os.Open(filepath.Join(sharedDir(t), "golden", "composite", "ahp", name+"_matrix.csv"))
		if err != nil {
			t.Fatal(err)
		}
		recs, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		m := make([][]float64, len(recs))
		for i, r := range recs {
			for _, s := range r {
				m[i] = append(m[i], cellNum(t, s))
			}
		}
		got, err := Judge(m)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var ids []string
		for i := range m {
			ids = append(ids, strconv.Itoa(i+1))
		}
		sameColumn(t, name, got.Weights, pickKeyed(t, weights, []string{name}, 1, ids, "eigenvector_weight"))
		sameColumn(t, name+" rows", got.GeometricMean, pickKeyed(t, weights, []string{name}, 1, ids, "row_geometric_mean_weight"))
		row := cons.rows[cons.row[name]]
		for i, v := range []float64{got.LambdaMax, got.CI, got.RI, got.CR} {
			if w := cellNum(t, row[i+2]); !near(v, w, 1e-9*max(1, w)) {
				t.Errorf("%s %s: %g, want %g", name, cons.header[i+2], v, w)
			}
		}
		if got.Acceptable(0.1) != (row[6] == "yes") {
			t.Errorf("%s acceptable: %v, want %s", name, got.Acceptable(0.1), row[6])
		}
	}
}

package composite

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// sharedDir finds the folder of golden results: BALLAST_SHARED, or ../shared
// beside the repository root.
func sharedDir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("BALLAST_SHARED")
	if dir == "" {
		dir, _ = os.Getwd()
		for {
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
				break
			}
			if filepath.Dir(dir) == dir {
				t.Skip("not run: shared data absent")
			}
			dir = filepath.Dir(dir)
		}
		dir = filepath.Join(dir, "..", "shared")
	}
	if _, err := os.Stat(filepath.Join(dir, "golden", "composite")); err != nil {
		t.Skip("not run: shared data absent")
	}
	return dir
}

// csvTable is a golden file keyed by its first column.
type csvTable struct {
	t      testing.TB
	name   string
	header []string
	keys   []string
	rows   [][]string
	row    map[string]int
	col    map[string]int
}

func loadCSV(t testing.TB, path ...string) *csvTable {
	t.Helper()
	name := filepath.Join(append([]string{sharedDir(t), "golden", "composite"}, path...)...)
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	recs, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	c := &csvTable{t: t, name: path[len(path)-1], header: recs[0], rows: recs[1:], row: map[string]int{}, col: map[string]int{}}
	for i, h := range c.header {
		c.col[h] = i
	}
	for i, r := range c.rows {
		c.keys = append(c.keys, r[0])
		c.row[r[0]] = i
	}
	return c
}

// num parses a cell; empty is missing.
func cellNum(t testing.TB, s string) float64 {
	t.Helper()
	if s == "" {
		return math.NaN()
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// column returns a numeric column in the row order of keys.
func (c *csvTable) column(name string, keys []string) []float64 {
	c.t.Helper()
	k, ok := c.col[name]
	if !ok {
		c.t.Fatalf("%s has no column %s", c.name, name)
	}
	out := make([]float64, len(keys))
	for i, key := range keys {
		out[i] = cellNum(c.t, c.rows[c.row[key]][k])
	}
	return out
}

// text returns a text column in the row order of keys.
func (c *csvTable) text(name string, keys []string) []string {
	c.t.Helper()
	out := make([]string, len(keys))
	for i, key := range keys {
		out[i] = c.rows[c.row[key]][c.col[name]]
	}
	return out
}

// same compares to 1e-9 relative, exact for missing.
func same(got, want float64) bool {
	if want != want || got != got {
		return (want != want) == (got != got)
	}
	return got == want || math.Abs(got-want) <= 1e-9*math.Abs(want)+1e-12
}

// sameColumn reports the first difference of a column.
func sameColumn(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d rows, want %d", what, len(got), len(want))
		return
	}
	for i := range got {
		if !same(got[i], want[i]) {
			t.Errorf("%s row %d: %.17g, want %.17g", what, i, got[i], want[i])
			return
		}
	}
}

// asem is the reference set with its meta data.
type asem struct {
	t     *testing.T
	keys  []string // units
	leaf  []string
	dir   map[string]Direction
	denom map[string]string
	targ  map[string]float64
	nodes []Node
	tree  *Tree
	in    *csvTable
}

func loadASEM(t *testing.T) *asem {
	t.Helper()
	in, meta := loadCSV(t, "asem", "in_idata.csv"), loadCSV(t, "asem", "in_imeta.csv")
	a := &asem{t: t, in: in, dir: map[string]Direction{}, denom: map[string]string{}, targ: map[string]float64{}}
	for _, r := range in.rows {
		a.keys = append(a.keys, r[in.col["uCode"]])
	}
	in.keys, in.row = a.keys, map[string]int{}
	for i, k := range a.keys {
		in.row[k] = i
	}
	for _, r := range meta.rows {
		get := func(name string) string { return r[meta.col[name]] }
		typ, code := get("Type"), get("iCode")
		if typ != "Indicator" && typ != "Aggregate" {
			continue
		}
		a.nodes = append(a.nodes, Node{Key: code, Name: get("iName"), Parent: get("Parent"), Weight: cellNum(t, get("Weight"))})
		if typ == "Indicator" {
			a.leaf = append(a.leaf, code)
			a.dir[code] = Direction(cellNum(t, get("Direction")))
			a.denom[code] = get("Denominator")
			a.targ[code] = cellNum(t, get("Target"))
		}
	}
	var err error
	if a.tree, err = NewTree(a.nodes); err != nil {
		t.Fatal(err)
	}
	return a
}

// frame loads a golden data set as a frame with unit codes and groups.
func (a *asem) frame(file string) *Frame {
	a.t.Helper()
	f := NewFrame(len(a.keys))
	f.Keys = a.keys
	c := loadCSV(a.t, "asem", file)
	for _, k := range a.leaf {
		if err := f.Add(k, Column{Values: c.column(k, a.keys)}); err != nil {
			a.t.Fatal(err)
		}
	}
	for _, g := range []string{"GDP_group", "EurAsia_group"} {
		if err := f.AddGroup(g, NewGroup(a.in.text(g, a.keys))); err != nil {
			a.t.Fatal(err)
		}
	}
	return f
}

// columns returns all indicator columns of a frame.
func (a *asem) columns(f *Frame) map[string]Column {
	out := map[string]Column{}
	for _, k := range a.leaf {
		out[k], _ = f.Column(k)
	}
	return out
}

// matrix returns indicator columns by name.
func (a *asem) matrix(f *Frame, names []string) Matrix {
	m := Matrix{Names: names}
	for _, k := range names {
		c, _ := f.Column(k)
		m.Columns = append(m.Columns, c.Values)
	}
	return m
}

func TestGoldenDenominate(t *testing.T) {
	a := loadASEM(t)
	want := loadCSV(t, "asem", "01_denominated.csv")
	for _, k := range a.leaf {
		c := Column{Values: a.in.column(k, a.keys)}
		if d := a.denom[k]; d != "" {
			c = Ratio(c, Column{Values: a.in.column(d, a.keys)})
		}
		sameColumn(t, k, c.Values, want.column(k, a.keys))
	}
}

func TestGoldenImputeAndScreen(t *testing.T) {
	a := loadASEM(t)
	f := a.frame("01_denominated.csv")
	want := loadCSV(t, "asem", "02_imputed.csv")
	for _, k := range a.leaf {
		im, err := Impute{Method: "mean", Within: "EurAsia_group"}.Apply(f, k)
		if err != nil {
			t.Fatal(err)
		}
		sameColumn(t, k, im.Column.Values, want.column(k, a.keys))
		orig, _ := f.Column(k)
		for i, v := range orig.Values {
			if v == v && im.Column.Values[i] != v {
				t.Fatalf("%s: an observed value was changed", k)
			}
		}
	}
	us, err := Screen{MinPresent: 0.9}.Apply(a.frame("02_imputed.csv"), a.leaf)
	if err != nil {
		t.Fatal(err)
	}
	sum := loadCSV(t, "asem", "03_screen_summary.csv")
	for i, u := range us {
		row := sum.rows[sum.row[a.keys[i]]]
		get := func(name string) float64 { return cellNum(t, row[sum.col[name]]) }
		if float64(u.Missing) != get("N_missing") || float64(u.Zero) != get("N_zero") || !same(u.Avail, get("Dat_Avail")) ||
			!same(u.NonZero, get("Non_Zero")) || u.Included != (row[sum.col["Included"]] == "TRUE") {
			t.Errorf("%s: %+v, want %v", a.keys[i], u, row)
		}
	}
}

func TestGoldenTreat(t *testing.T) {
	a := loadASEM(t)
	f := a.frame("03_screened.csv")
	marks := loadCSV(t, "asem", "04_treated_points.csv")
	for _, c := range []struct {
		suffix string
		limit  int
	}{{"", 5}, {"_winmax1", 1}, {"_winmax3", 3}} {
		want := loadCSV(t, "asem", "04_treated"+c.suffix+".csv")
		det := loadCSV(t, "asem", "04_treat_details"+c.suffix+".csv")
		for _, k := range a.leaf {
			col, _ := f.Column(k)
			tr, err := Treat{Limit: c.limit}.Apply(k, col.Values)
			if err != nil {
				t.Fatal(err)
			}
			sameColumn(t, k+c.suffix, tr.Values, want.column(k, a.keys))
			row := det.rows[det.row[k]]
			for i, chk := range []*SkewCheck{&tr.Before, tr.AfterWin, tr.AfterLog} {
				base, ok := det.col["check_SkewKurt"+strconv.Itoa(i)+".Pass"]
				if !ok {
					continue
				}
				if (row[base] == "") != (chk == nil) {
					t.Errorf("%s%s check %d: %v, want %q", k, c.suffix, i, chk, row[base])
				} else if chk != nil && ((row[base] == "TRUE") != chk.Pass || !same(chk.Skew, cellNum(t, row[base+1])) || !same(chk.Kurt, cellNum(t, row[base+2]))) {
					t.Errorf("%s%s check %d: %+v, want %v", k, c.suffix, i, *chk, row[base:base+3])
				}
			}
			if n := row[det.col["winsorise.nwin"]]; n != "" && n != strconv.Itoa(tr.Winsorised) && tr.AfterLog == nil {
				t.Errorf("%s%s: %d winsorised, want %s", k, c.suffix, tr.Winsorised, n)
			}
			if c.limit == 5 {
				for i, m := range marks.text(k, a.keys) {
					if tr.Marks[i].String() != m {
						t.Errorf("%s mark of %s: %q, want %q", k, a.keys[i], tr.Marks[i], m)
					}
				}
			}
		}
	}
}

func TestGoldenNormalise(t *testing.T) {
	a := loadASEM(t)
	treated := a.frame("04_treated.csv")
	nonDecimals := func(n Norm) func(string) Norm { return func(string) Norm { return n } }
	target := func(cap Limit) func(string) Norm {
		return func(k string) Norm { return Norm{Method: "dist2targ", Target: At(a.targ[k]), Cap: cap} }
	}
	for _, c := range []struct {
		file string
		norm func(key string) Norm
	}{
		{"minmax_0_100", nonDecimals(Norm{Method: "minmax"})},
		{"minmax_1_100", nonDecimals(Norm{Method: "minmax", Lo: At(1), Hi: At(100)})},
		{"zscore_0_1", nonDecimals(Norm{Method: "zscore"})},
		{"zscore_10_2", nonDecimals(Norm{Method: "zscore", Mean: At(10), SD: At(2)})},
		{"rank", nonDecimals(Norm{Method: "rank"})},
		{"prank", nonDecimals(Norm{Method: "prank"})},
		{"borda", nonDecimals(Norm{Method: "borda"})},
		{"dist2max", nonDecimals(Norm{Method: "dist2max"})},
		{"dist2ref_cap", nonDecimals(Norm{Method: "dist2ref", Ref: "DEU", Cap: At(1)})},
		{"dist2targ_nocap", target(Limit{})},
		{"dist2targ_cap", target(At(1))},
		{"fracmax", nonDecimals(Norm{Method: "fracmax"})},
		{"scaled_0_50", nonDecimals(Norm{Method: "scaled", From: At(0), To: At(50)})},
	} {
		want := loadCSV(t, "asem", "05_norm_"+c.file+".csv")
		for _, k := range a.leaf {
			got, _, err := NormaliseIn(treated, k, a.dir[k], c.norm(k))
			if c.file == "fracmax" && (k == "CostImpEx" || k == "Tariff" || k == "Poverty") {
				if err == nil {
					t.Errorf("fracmax of %s: the best value is 0, want a refusal", k)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", c.file, err)
				continue
			}
			sameColumn(t, c.file+" "+k, got.Values, want.column(k, a.keys))
		}
	}
	want := loadCSV(t, "asem", "05_norm_minmax_1_100_noimpute.csv")
	raw := a.frame("01_denominated.csv")
	for _, k := range a.leaf {
		got, _, err := NormaliseIn(raw, k, a.dir[k], Norm{Method: "minmax", Lo: At(1), Hi: At(100)})
		if err != nil {
			t.Fatal(err)
		}
		sameColumn(t, "noimpute "+k, got.Values, want.column(k, a.keys))
	}
}

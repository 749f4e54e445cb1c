package sheet

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"ballast/internal/fault"
)

// shared returns a file of the shared data, which lives beside the repository.
func shared(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("BALLAST_SHARED")
	if root == "" {
		dir, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for {
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
				root = filepath.Join(dir, "..", "shared")
				break
			}
			up := filepath.Dir(dir)
			if up == dir {
				t.Skip("not run: shared data absent")
			}
			dir = up
		}
	}
	path := filepath.Join(root, "data", name)
	if _, err := os.Stat(path); err != nil {
		t.Skip("not run: shared data absent")
	}
	return path
}

func openFile(t testing.TB, path string) *Book {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	st, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(context.Background(), path, f, st.Size(), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func tablesOf(t testing.TB, b *Book, sheet int) []*Table {
	t.Helper()
	tables, err := b.Tables(context.Background(), sheet)
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

func rowsOf(t testing.TB, b *Book, table *Table) []Row {
	t.Helper()
	var out []Row
	for r, err := range b.TableRows(context.Background(), table) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

// The counts, sums and cells below were taken from the files with Python's csv
// module and the gb18030 codec.
func TestStatisticsBureauDownloads(t *testing.T) {
	for _, c := range []struct {
		file, title, unit string
		first             int // year of the first column of values
		values            int
		sum               float64
		jiangxi           string // value of 江西省 in the 2024 column of the first six, 2023 of the last
		notes             int
	}{
		{"nbs_province_1_gbk.csv", "人口数(人口抽样调查)", "人", 2025, 527, 40957354, "46339", 3},
		{"nbs_province_2_gbk.csv", "65岁及以上人口数(人口抽样调查)", "人", 2025, 527, 4520876, "6435", 2},
		{"nbs_province_3_gbk.csv", "城镇单位就业人员", "万人", 2025, 527, 275500.6, "410.8", 4},
		{"nbs_province_4_gbk.csv", "私营企业和个体就业人员", "万人", 2025, 434, 325829.3, "", 4},
		{"nbs_province_5_gbk.csv", "固定资产投资(不含农户)实际到位资金_比上年增长", "%", 2025, 217, 457, "-0.8", 1},
		{"nbs_province_6_gbk.csv", "公有经济企事业单位专业技术人员数", "人", 2025, 186, 117769084, "", 3},
		{"nbs_province_gdp_gbk.csv", "地区生产总值", "亿元", 2024, 589, 14206680.3, "32677.1", 2},
	} {
		t.Run(c.file, func(t *testing.T) {
			b := openFile(t, shared(t, "messy/"+c.file))
			if b.Format() != CSV || b.Encoding() != "GB18030" {
				t.Fatalf("%s %s", b.Format(), b.Encoding())
			}
			tables := tablesOf(t, b, 0)
			if len(tables) != 1 {
				t.Fatalf("%d tables", len(tables))
			}
			x := tables[0]
			if x.Title != c.title || x.Unit != c.unit || x.UnitAt.Address() != "A2" || len(x.Preamble) != 3 || len(x.Headers) != 1 || x.Headers[0] != 4 {
				t.Errorf("title %q unit %q at %s, %d lines above, header %v", x.Title, x.Unit, x.UnitAt.Address(), len(x.Preamble), x.Headers)
			}
			if p := x.Preamble[0]; p.Key != "数据库" || p.Value != "分省年度数据" {
				t.Errorf("first line %+v", p)
			}
			if x.DataRows != 31 || len(x.Notes) != c.notes || x.Notes[len(x.Notes)-1].Text != "数据来源：国家统计局" {
				t.Errorf("%d data rows, notes %+v", x.DataRows, x.Notes)
			}
			checkYears(t, x, c.first)
			n, sum, jiangxi := 0, 0.0, "?"
			for _, r := range rowsOf(t, b, x) {
				if r.Kind != Data {
					continue
				}
				if r.At(0).Text == "江西省" {
					jiangxi = r.At(2).String()
					if r.Number != 18 {
						t.Errorf("江西省 is row %d, want 18", r.Number)
					}
				}
				for _, col := range x.Columns[1:] {
					v, err := ParseCell(r.At(col.Index))
					if err != nil {
						t.Fatalf("%s: %v", b.Ref(0, r.Number, col.Index), err)
					}
					if !v.Blank {
						n, sum = n+1, sum+v.Num
					}
				}
			}
			if n != c.values || math.Abs(sum-c.sum) > 1e-6*math.Abs(c.sum) || jiangxi != c.jiangxi {
				t.Errorf("%d values, sum %v, 江西省 %q; want %d, %v, %q", n, sum, jiangxi, c.values, c.sum, c.jiangxi)
			}
		})
	}
}

// checkYears wants 地区 and then one year a column down to 2006, each with the
// unit of the title; the column of names has none.
func checkYears(t *testing.T, x *Table, first int) {
	t.Helper()
	if len(x.Columns) != first-2006+2 || x.Columns[0].Name != "地区" || x.Columns[0].Unit != "" {
		t.Fatalf("%d columns, first %+v", len(x.Columns), x.Columns[0])
	}
	for i, c := range x.Columns[1:] {
		want := Period{Year: first - i, From: 1, To: 12}
		if c.Index != i+1 || c.Period != want || c.Unit != x.Unit {
			t.Errorf("column %s: %+v", ColumnName(c.Index), c)
		}
	}
}

// Cells compared with a second reader of the format and by eye.
func TestOldWPSWorkbook(t *testing.T) {
	b := openFile(t, shared(t, "messy/budget_wps_units_in_cells.xls"))
	if b.Format() != XLS || len(b.Sheets()) != 3 || b.Sheets()[0].Name != "Sheet1" || b.Sheets()[0].Hidden {
		t.Fatalf("%s %+v", b.Format(), b.Sheets())
	}
	merges, err := b.Merges(context.Background(), 0)
	if err != nil || len(merges) != 2 || merges[0] != (Range{2, 1, 32, 1}) || merges[1] != (Range{33, 1, 63, 1}) {
		t.Errorf("merges %v, %v", merges, err)
	}
	for sheet := 1; sheet < 3; sheet++ {
		if got := tablesOf(t, b, sheet); len(got) != 0 {
			t.Errorf("empty sheet %d has tables %+v", sheet, got)
		}
	}
	tables := tablesOf(t, b, 0)
	if len(tables) != 2 {
		t.Fatalf("%d tables, want two stacked ones", len(tables))
	}
	n, sum := 0, 0.0
	for i, want := range []struct {
		title, unitAt string
		first, last   int
		cells         map[string]float64
	}{
		{"一般公共预算支出", "B2", 2, 32, map[string]float64{"G2": 1649.5, "X2": 8396.49, "G15": 905.06, "X15": 7695.25, "X32": 7645.96}},
		{"财政支出", "B33", 33, 63, map[string]float64{"E33": 1058.31, "F63": 678.47}},
	} {
		x := tables[i]
		if x.Title != want.title || x.Unit != "亿元" || x.UnitAt.Address() != want.unitAt || x.FirstRow != want.first || x.LastRow != want.last || x.DataRows != 31 {
			t.Errorf("table %d: %+v", i, x)
		}
		got := make(map[string]float64)
		for _, r := range rowsOf(t, b, x) {
			for _, col := range x.Columns {
				c := r.At(col.Index)
				if col.Period.IsZero() {
					continue
				}
				if col.Unit != "亿元" {
					t.Fatalf("column %+v", col)
				}
				if c.Kind == Number {
					n, sum = n+1, sum+c.Num
					got[b.Ref(0, r.Number, col.Index).Address()] = c.Num
				}
			}
			if r.Number == 15 && r.At(3).Text != "江西" {
				t.Errorf("D15 = %q", r.At(3).Text)
			}
		}
		for cell, v := range want.cells {
			if got[cell] != v {
				t.Errorf("%s = %v, want %v", cell, got[cell], v)
			}
		}
	}
	if n != 620 || math.Abs(sum-2729311.5) > 0.01 {
		t.Errorf("%d values, sum %v; want 620, 2729311.5", n, sum)
	}
	if c := tables[0].Columns[4]; c.Index != 4 || c.Period.Year != 2005 {
		t.Errorf("fifth column %+v", c)
	}
}

// The official trends sheet: three levels of heads, two of them with gaps,
// group labels merged across, marks "..", notes below.
func TestOfficialTrendsSheet(t *testing.T) {
	b := openFile(t, shared(t, "hdi/HDR23-24_HDI_Trends_Table_official.xlsx"))
	tables := tablesOf(t, b, 0)
	if len(tables) != 1 {
		t.Fatalf("%d tables", len(tables))
	}
	x := tables[0]
	if len(x.Headers) != 3 || x.Headers[0] != 3 || len(x.Notes) != 11 {
		t.Errorf("headers %v, %d notes", x.Headers, len(x.Notes))
	}
	find := func(index int) Column {
		for _, c := range x.Columns {
			if c.Index == index {
				return c
			}
		}
		t.Fatalf("no column %s", ColumnName(index))
		return Column{}
	}
	if c := find(4); c.Period.Year != 2000 || len(c.Path) != 3 || c.Path[1] != "Value" || c.Path[2] != "2000" {
		t.Errorf("E: %+v", c)
	}
	if c := find(20); c.Unit != "%" || c.Name != "Average annual HDI growth/1990-2000" {
		t.Errorf("U: %+v", c)
	}
	sections, swiss, somalia := 0, false, false
	for _, r := range rowsOf(t, b, x) {
		switch {
		case r.Kind == Section:
			sections++
		case r.At(1).Text == "Switzerland":
			swiss = r.Number == 7 && r.At(16).Num == 0.967
		case r.At(1).Text == "Somalia":
			v, err := ParseCell(r.At(2))
			somalia = err == nil && v.Blank && r.At(16).Num == 0.38
		}
	}
	if sections != 7 || !swiss || !somalia {
		t.Errorf("%d sections, Switzerland %v, Somalia %v", sections, swiss, somalia)
	}
}

// A compound file with any bytes changed reads as something or fails with a
// fault; it never panics and never hangs.
func TestDamagedOldWorkbooks(t *testing.T) {
	raw, err := os.ReadFile(shared(t, "messy/budget_wps_units_in_cells.xls"))
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	failed := 0
	for i := range 400 {
		bad := slices.Clone(raw)
		for range 1 + rng.IntN(8) {
			at := rng.IntN(len(bad))
			if i%2 == 0 { // header, allocation table and first records
				at = rng.IntN(2048)
			}
			bad[at] = byte(rng.IntN(256))
		}
		if i%10 == 0 {
			bad = bad[:rng.IntN(len(bad))]
		}
		err := readAll("坏.xls", bad, Limits{})
		var f *fault.Error
		if err != nil && !errors.As(err, &f) {
			t.Fatalf("an error that is no fault: %v", err)
		}
		if err != nil {
			failed++
		}
	}
	if failed < 20 {
		t.Errorf("only %d of 400 damaged files were refused", failed)
	}
}

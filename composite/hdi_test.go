package composite

import (
	"math"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/xuri/excelize/v2"
)

// hdiComponents are a few rows of table 1 of the Human Development Report
// 2023/24: life expectancy (years), expected and mean years of schooling, gross
// national income per head (2017 PPP $).
var hdiComponents = map[string][4]float64{
	"Switzerland": {84.3, 16.6, 13.9, 69433},
	"Norway":      {83.4, 18.6, 13.1, 69190},
	"Iceland":     {82.8, 19.1, 13.8, 54688},
	"Denmark":     {81.9, 18.8, 13.0, 62019},
	"China":       {78.6, 15.2, 8.1, 18025},
}

// publishedHDI reads column 2022 of the official trends sheet.
func publishedHDI(t *testing.T) map[string]float64 {
	t.Helper()
	f, err := excelize.OpenFile(filepath.Join(sharedDir(t), "data", "hdi", "HDR23-24_HDI_Trends_Table_official.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(f.GetSheetList()[0], excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	col := -1
	for _, r := range rows {
		for i, c := range r {
			if c == "2022" {
				col = i
			}
		}
		if col < 0 || len(r) <= col {
			continue
		}
		if v, err := strconv.ParseFloat(r[col], 64); err == nil && v < 1 {
			out[r[1]] = v
		}
	}
	return out
}

func TestHDI2022(t *testing.T) {
	// HDI = (LE·ED·INC)^(1/3): goalposts 20–85 years, 18 and 15 years of
	// schooling, ln of 100–75,000 $, each truncated. Inputs are printed to one
	// decimal; the five countries chosen are not near a rounding edge.
	published := publishedHDI(t)
	goal := func(lo, hi float64) Norm { return Norm{Method: "goalposts", From: At(lo), To: At(hi), Hi: At(1)} }
	var names []string
	cols := [4][]float64{}
	for name, c := range hdiComponents {
		names = append(names, name)
		for k := range 3 {
			cols[k] = append(cols[k], c[k])
		}
		cols[3] = append(cols[3], math.Log(c[3]))
	}
	f := frameOf(t, map[string][]float64{"le_v": cols[0], "eys_v": cols[1], "mys_v": cols[2], "inc_v": cols[3]})
	f.Keys = names
	ind := func(key, parent string, n Norm) Indicator {
		return Indicator{Key: key, Parent: parent, Weight: 1, Value: key + "_v", Direction: Higher, Norm: n}
	}
	r := mustRun(t, mustCompile(t, Scheme{
		Indicators: []Indicator{ind("le", "hdi", goal(20, 85)), ind("eys", "edu", goal(0, 18)), ind("mys", "edu", goal(0, 15)),
			ind("inc", "hdi", goal(math.Log(100), math.Log(75000)))},
		Nodes: []Node{{Key: "edu", Parent: "hdi", Weight: 1, Absent: AnyAbsent}, {Key: "hdi", Func: "gmean", Absent: AnyAbsent}},
	}), f, RunOptions{})
	for i, name := range names {
		want, ok := published[name]
		if !ok {
			t.Fatalf("%s is not in the official sheet", name)
		}
		if got := math.Round(r.Total()[i]*1000) / 1000; got != want {
			t.Errorf("%s: %.3f, published %.3f", name, got, want)
		}
	}
}

package index

import (
	"path/filepath"
	"strings"
	"testing"
)

const example = "../../docs/examples/index"

// TestTutorialFigures runs the shipped example and checks every figure the
// tutorial works out by hand.
func TestTutorialFigures(t *testing.T) {
	s, err := Load(filepath.Join(example, "spec.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	if _, err := s.Run(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ file, row, col, want string }{
		{"01_denominated", "T01", "tax", "13"},
		{"02_imputed", "T06", "rd", "1.05"},
		{"05_treated", "T10", "tax", "20.625"},
		{"06_normalised", "T01", "tax", "51.688"},
		{"07_aggregated", "T01", "land_use", "53.20655"},
		{"09_bands", "T10", "Band", "A"},
		{"09_bands", "T04", "Band", "A"},
		{"09_bands", "T02", "Band", "B"},
		{"12_remove_meanabsrankdiff", "land_use", "MeanAbsRankDiff", "0.4"},
		{"12_remove_meanabsrankdiff", "green", "MeanAbsRankDiff", "0"},
	} {
		header, rows := keyed(t, filepath.Join(out, c.file+".csv"))
		for i, h := range header {
			if h == c.col && !sameCell(rows[c.row][i], c.want) {
				t.Errorf("%s %s %s: %s, the tutorial says %s", c.file, c.row, c.col, rows[c.row][i], c.want)
			}
		}
	}
	if _, rows := keyed(t, filepath.Join(out, "13_sa_params.csv")); len(rows) != 768 {
		t.Errorf("%d replications, the tutorial says 768", len(rows))
	}
}

func TestSpecFaultsComeAllAtOnce(t *testing.T) {
	ps := problems(t, `name: x
idata: a.csv
imeta: b.csv
colour: red
steps:
  - {step: treat, limt: 5}
  - {step: normalise, method: minimax}
  - {step: nonsense}
  - {step: aggregate, function: mean, weights: w}
  - {step: band, bands: [{label: A, up_to: 2000}]}
`)
	text := ps.Error()
	for _, want := range []string{":4:1: 不认识的设置“colour”", ":6:19: 不认识的设置“limt”", "没有名为“minimax”的标准化", "没有名为“nonsense”的步骤",
		"没有名为“mean”的合成方法", "没有标识为“w”的步骤", "最后一档的累计比例必须为 10000"} {
		if !strings.Contains(text, want) {
			t.Errorf("missing %q in\n%s", want, text)
		}
	}
}

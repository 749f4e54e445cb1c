package desk

import (
	"bytes"
	"testing"

	"ballast/internal/demo/town"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

func files(t *testing.T, year int, corrected bool) map[string]File {
	t.Helper()
	c, err := town.Generate(1)
	if err != nil {
		t.Fatal(err)
	}
	fs, err := Write(c, year, corrected)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]File{}
	for _, f := range fs {
		out[f.Department] = f
	}
	return out
}

// The seven departments write differently, and the faults are where Faults says.
func TestFaultsAreWhereTheyAreSaid(t *testing.T) {
	fs := files(t, 2025, false)
	if len(fs) != 7 {
		t.Fatalf("%d departments", len(fs))
	}
	x, err := excelize.OpenReader(bytes.NewReader(fs["tax"].Data))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	rows, err := x.GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[Kind]int{}
	for _, f := range fs["tax"].Faults {
		seen[f.Kind]++
		code := rows[f.Row-1][1]
		switch f.Kind {
		case BadCode:
			if code == f.Firm.Code {
				t.Errorf("row %d: code is right", f.Row)
			}
		case NoCode, OldName:
			if code != "" {
				t.Errorf("row %d: code %q is not blank", f.Row, code)
			}
		}
	}
	if seen[BadCode] < 20 || seen[NoCode] < 5 || seen[SentTwice] < 1 || seen[Stranger] != 1 {
		t.Errorf("faults %v", seen)
	}
}

func TestCorrectionChangesOnlyWrongUnits(t *testing.T) {
	a, b := files(t, 2024, false)["land"], files(t, 2024, true)["land"]
	wrong := 0
	for _, f := range a.Faults {
		if f.Kind == WrongUnit {
			wrong++
		}
	}
	for _, f := range b.Faults {
		if f.Kind == WrongUnit {
			t.Error("a wrong unit was left")
		}
	}
	if wrong < 3 || bytes.Equal(a.Data, b.Data) {
		t.Errorf("%d wrong units", wrong)
	}
}

func TestEncodings(t *testing.T) {
	fs := files(t, 2021, false)
	if _, err := simplifiedchinese.GBK.NewDecoder().Bytes(fs["power"].Data); err != nil || bytes.Contains(fs["power"].Data, []byte("户号")) {
		t.Error("power is not GBK", err)
	}
	if !bytes.HasPrefix(fs["environment"].Data, []byte{0xFF, 0xFE}) {
		t.Error("environment is not UTF-16")
	}
	if bytes.HasPrefix(fs["labour"].Data, []byte{0xEF, 0xBB, 0xBF}) {
		t.Error("labour carries a byte order mark")
	}
}

package period

import (
	"testing"

	"ballast/internal/fault"
)

func TestParseReadsWhatOfficialsWrite(t *testing.T) {
	for _, c := range []struct{ in, stored, chinese string }{
		{"2025", "2025", "2025年"},
		{"2025年", "2025", "2025年"},
		{"２０２５年度", "2025", "2025年"},
		{"2025H1", "2025H1", "2025年上半年"},
		{"2025年下半年", "2025H2", "2025年下半年"},
		{"2025Q3", "2025Q3", "2025年三季度"},
		{"2025年三季度", "2025Q3", "2025年三季度"},
		{"2025年第3季度", "2025Q3", "2025年三季度"},
		{"2025-07", "2025-07", "2025年7月"},
		{"2025年 7 月", "2025-07", "2025年7月"},
		{"2025年07月份", "2025-07", "2025年7月"},
		{"2025-01/10", "2025-01/10", "2025年1—10月"},
		{"2025年1—10月", "2025-01/10", "2025年1—10月"},
		{"2025年1-10月", "2025-01/10", "2025年1—10月"},
		{"2025年1月—10月", "2025-01/10", "2025年1—10月"},
		{"2025年１至１０月累计", "2025-01/10", "2025年1—10月"},
	} {
		p, err := Parse(c.in)
		if err != nil {
			t.Errorf("Parse(%q): %v", c.in, err)
			continue
		}
		if p.String() != c.stored || p.Chinese() != c.chinese {
			t.Errorf("Parse(%q) = %q, %q; want %q, %q", c.in, p, p.Chinese(), c.stored, c.chinese)
		}
	}
	for _, bad := range []string{"", "25", "2025年13月", "2025Q5", "2025-00", "2025年五季度", "2025年2—10月", "2025/07", "1800", "2025-7", "+025", "今年"} {
		if p, err := Parse(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("Parse(%q) = %v, %v; want fault.Invalid", bad, p, err)
		}
	}
}

func TestPeriodsAreStretchesOfDays(t *testing.T) {
	for _, c := range []struct {
		in, start, end, prev, lastYear string
		months                         int
	}{
		{"2024", "2024-01-01", "2024-12-31", "2023", "2023", 12},
		{"2025H1", "2025-01-01", "2025-06-30", "2024H2", "2024H1", 6},
		{"2025Q1", "2025-01-01", "2025-03-31", "2024Q4", "2024Q1", 3},
		{"2024-02", "2024-02-01", "2024-02-29", "2024-01", "2023-02", 1},
		{"2025-01/10", "2025-01-01", "2025-10-31", "2025-01/09", "2024-01/10", 10},
		{"2025-01/01", "2025-01-01", "2025-01-31", "2024-01/12", "2024-01/01", 1},
	} {
		p, err := Parse(c.in)
		if err != nil {
			t.Fatal(err)
		}
		got := [...]string{p.Start().String(), p.End().String(), p.Prev().String(), p.LastYear().String()}
		if want := [...]string{c.start, c.end, c.prev, c.lastYear}; got != want || p.Months() != c.months {
			t.Errorf("%s = %v, %d months; want %v, %d", c.in, got, p.Months(), want, c.months)
		}
		if p.Prev().Next() != p {
			t.Errorf("%s: Next does not undo Prev", c.in)
		}
	}
}

func TestPeriodOrderPutsASumAfterItsParts(t *testing.T) {
	ordered := []string{"2024", "2025-01", "2025-09", "2025Q3", "2025-01/09", "2025-12", "2025Q4", "2025H2", "2025"}
	for i := 1; i < len(ordered); i++ {
		a, _ := Parse(ordered[i-1])
		b, _ := Parse(ordered[i])
		if a.Compare(b) >= 0 || b.Compare(a) <= 0 {
			t.Errorf("%s must come before %s", a, b)
		}
	}
}

func TestZeroPeriodIsHarmless(t *testing.T) {
	var p Period
	if !p.IsZero() || p.String() != "" || p.Chinese() != "" || !p.Prev().IsZero() || !p.LastYear().IsZero() || p.Contains(Day{}) {
		t.Error("the zero period must answer nothing")
	}
}

func TestDayRefusesDatesThatDoNotExist(t *testing.T) {
	for _, bad := range []string{"2025-02-29", "2025-13-01", "2025-1-1", "1850-01-01", "", "2025-01-01 "} {
		if d, err := ParseDay(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("ParseDay(%q) = %v, %v; want fault.Invalid", bad, d, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2025", "2025年三季度", "2025-01/10", "2025年1—10月", "年", "2025年1-月"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := Parse(s)
		if err != nil {
			return
		}
		back, err := Parse(p.String())
		if err != nil || back != p {
			t.Fatalf("%q parsed to %v, which parses to %v, %v", s, p, back, err)
		}
		if again, err := Parse(p.Chinese()); err != nil || again != p {
			t.Fatalf("%q: Chinese form %q parses to %v, %v", s, p.Chinese(), again, err)
		}
	})
}

package period

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ballast/internal/fault"
)

func day(t *testing.T, s string) Day {
	t.Helper()
	d, err := ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func stretch(t *testing.T, name, from, to string) (marks []Mark) {
	t.Helper()
	for d := day(t, from); !d.After(day(t, to)); d = d.Add(1) {
		marks = append(marks, Mark{d, name, true})
	}
	return marks
}

func makeUp(t *testing.T, name string, days ...string) (marks []Mark) {
	t.Helper()
	for _, d := range days {
		marks = append(marks, Mark{day(t, d), name, false})
	}
	return marks
}

// threeYears is Spring Festival and National Day of 2024–2026 by the State
// Council's notices of 2023-10, 2024-11 and 2025-11.
func threeYears(t *testing.T) *Calendar {
	t.Helper()
	join := func(parts ...[]Mark) (all []Mark) {
		for _, p := range parts {
			all = append(all, p...)
		}
		return all
	}
	c, err := NewCalendar([]Notice{
		{2024, "", join(stretch(t, "春节", "2024-02-10", "2024-02-17"), makeUp(t, "春节", "2024-02-04", "2024-02-18"),
			stretch(t, "国庆节", "2024-10-01", "2024-10-07"), makeUp(t, "国庆节", "2024-09-29", "2024-10-12"))},
		{2025, "", join(stretch(t, "元旦", "2025-01-01", "2025-01-01"), stretch(t, "春节", "2025-01-28", "2025-02-04"), makeUp(t, "春节", "2025-01-26", "2025-02-08"),
			stretch(t, "国庆节、中秋节", "2025-10-01", "2025-10-08"), makeUp(t, "国庆节、中秋节", "2025-09-28", "2025-10-11"))},
		{2026, "", join(stretch(t, "元旦", "2026-01-01", "2026-01-03"), makeUp(t, "元旦", "2026-01-04"), stretch(t, "春节", "2026-02-15", "2026-02-23"), makeUp(t, "春节", "2026-02-14", "2026-02-28"),
			stretch(t, "中秋节", "2026-09-25", "2026-09-27"), stretch(t, "国庆节", "2026-10-01", "2026-10-07"), makeUp(t, "国庆节", "2026-09-20", "2026-10-10"))},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDeadlinesAcrossTheLongHolidays(t *testing.T) {
	c := threeYears(t)
	for _, row := range []struct {
		from string
		n    int
		want string
		why  string
	}{
		{"2024-02-08", 5, "2024-02-21", "9 Fri, (10–17 off), 18 Sun make-up, 19, 20, 21"},
		{"2024-02-02", 1, "2024-02-04", "Sunday 4 Feb is a make-up day"},
		{"2024-09-27", 5, "2024-10-10", "29 Sun make-up, 30, 8, 9, 10"},
		{"2024-09-27", 7, "2024-10-12", "… 11 Fri, 12 Sat make-up"},
		{"2025-01-24", 4, "2025-02-06", "26 Sun make-up, 27, 5, 6"},
		{"2025-01-24", 6, "2025-02-08", "… 7 Fri, 8 Sat make-up"},
		{"2025-09-26", 5, "2025-10-10", "28 Sun make-up, 29, 30, 9, 10"},
		{"2025-12-31", 1, "2026-01-04", "1–3 off, Sunday 4 Jan make-up"},
		{"2026-02-12", 3, "2026-02-24", "13, 14 Sat make-up, (15–23 off), 24"},
		{"2026-09-24", 5, "2026-10-09", "(25–27 off), 28, 29, 30, 8, 9"},
		{"2026-09-24", 6, "2026-10-10", "… 10 Sat make-up"},
		{"2026-10-03", 0, "2026-10-08", "n = 0 on a holiday moves to the next workday"},
		{"2026-10-08", 0, "2026-10-08", "n = 0 on a workday stays"},
	} {
		got, err := c.AddWorkdays(day(t, row.from), row.n)
		if err != nil || got.Day.String() != row.want || got.Provisional {
			t.Errorf("%s + %d = %v, %v; want %s (%s)", row.from, row.n, got, err, row.want, row.why)
		}
	}
}

func TestAYearWithoutANoticeIsUnknown(t *testing.T) {
	c := threeYears(t)
	if workday, known := c.IsWorkday(day(t, "2027-03-02")); workday || known {
		t.Errorf("2027 has no notice: got workday=%v known=%v", workday, known)
	}
	if _, err := c.AddWorkdays(day(t, "2026-12-30"), 2); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a deadline in 2027 must be unknown, got %v", err)
	}
	if _, err := c.WorkdaysBetween(day(t, "2026-12-30"), day(t, "2027-01-04")); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a count into 2027 must be unknown, got %v", err)
	}
	if d, err := c.AddWorkdays(day(t, "2026-12-30"), 1); err != nil || d.Day.String() != "2026-12-31" {
		t.Errorf("a deadline inside 2026 is known: %v, %v", d, err)
	}
	loose := c.WithFallback(WeekendsOnly)
	// 31 Dec Thu = 1, 1 Jan Fri = 2 by the fallback, which does not know the feast.
	d, err := loose.AddWorkdays(day(t, "2026-12-30"), 2)
	if err != nil || d.Day.String() != "2027-01-01" || !d.Provisional {
		t.Errorf("with the stated fallback: %v, %v; want provisional 2027-01-01", d, err)
	}
	if _, known := loose.IsWorkday(day(t, "2027-01-01")); known {
		t.Error("the fallback must not claim to know")
	}
	if _, err := c.AddWorkdays(day(t, "2026-12-30"), 2); err == nil {
		t.Error("WithFallback must not change the calendar it was called on")
	}
}

func TestANoticeMayMoveTheYearBefore(t *testing.T) {
	c, err := NewCalendar([]Notice{{2023, "", stretch(t, "元旦", "2022-12-31", "2023-01-02")}})
	if err != nil {
		t.Fatal(err)
	}
	if workday, known := c.IsWorkday(day(t, "2022-12-31")); workday || !known {
		t.Error("2022-12-31 was a day off by the notice for 2023")
	}
}

func TestCalendarRefusesContradictions(t *testing.T) {
	for name, notices := range map[string][]Notice{
		"two notices":       {{2025, "", nil}, {2025, "", nil}},
		"off and work":      {{2025, "", append(stretch(t, "春节", "2025-02-08", "2025-02-08"), makeUp(t, "春节", "2025-02-08")...)}},
		"far from its year": {{2025, "", stretch(t, "春节", "2028-02-08", "2028-02-08")}},
	} {
		if _, err := NewCalendar(notices); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v, want fault.Invalid", name, err)
		}
	}
}

func TestAddAndBetweenAgree(t *testing.T) {
	c := threeYears(t)
	rnd := rand.New(rand.NewPCG(20261124, 1))
	first := day(t, "2024-01-01")
	for range 5000 {
		from, n := first.Add(rnd.IntN(900)), rnd.IntN(60)
		d, err := c.AddWorkdays(from, n)
		if err != nil {
			t.Fatalf("%s + %d: %v", from, n, err)
		}
		if workday, known := c.IsWorkday(d.Day); !workday || !known {
			t.Fatalf("%s + %d = %s is no workday", from, n, d.Day)
		}
		w, err := c.WorkdaysBetween(from, d.Day)
		want := n
		if n == 0 && d.Day != from {
			want = 1 // moved to the next workday
		}
		if err != nil || w.N != want {
			t.Fatalf("%s + %d = %s, but %d workdays between (%v)", from, n, d.Day, w.N, err)
		}
		back, err := c.WorkdaysBetween(d.Day, from)
		if err != nil || back.N != -w.N {
			t.Fatalf("counting back from %s gives %d, want %d (%v)", d.Day, back.N, -w.N, err)
		}
		next, err := c.AddWorkdays(from, n+1)
		if err != nil || !next.Day.After(d.Day) && n > 0 {
			t.Fatalf("%s + %d = %s is not after + %d = %s", from, n+1, next.Day, n, d.Day)
		}
	}
}

func TestDaysAreInTheGivenZone(t *testing.T) {
	shanghai := time.FixedZone("Asia/Shanghai", 8*3600)
	late := time.Date(2026, 9, 30, 16, 30, 0, 0, time.UTC) // 00:30 on 1 October in Pingxiang
	if d := DayOf(late, shanghai); d.String() != "2026-10-01" {
		t.Errorf("DayOf = %s", d)
	}
	if got := day(t, "2026-10-01").End(shanghai).UTC(); !got.Equal(time.Date(2026, 10, 1, 15, 59, 59, 0, time.UTC)) {
		t.Errorf("End = %v", got)
	}
}

// sharedDir finds data that is kept beside the repository.
func sharedDir(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("BALLAST_SHARED"); dir != "" {
		return dir
	}
	dir, err := filepath.Abs(".")
	for err == nil && dir != filepath.Dir(dir) {
		if _, e := os.Stat(filepath.Join(dir, "go.mod")); e == nil {
			shared := filepath.Join(dir, "..", "shared")
			if _, e := os.Stat(filepath.Join(shared, "data")); e == nil {
				return shared
			}
			break
		}
		dir = filepath.Dir(dir)
	}
	t.Skip("not run: shared data absent")
	return ""
}

func TestAgreesWithThePublishedNotices(t *testing.T) {
	dir := sharedDir(t)
	var notices []Notice
	want := map[Day]bool{}
	for year := 2020; year <= 2026; year++ {
		raw, err := os.ReadFile(filepath.Join(dir, "data/holidays", fmt.Sprintf("%d.json", year)))
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Days []struct {
				Name, Date string
				IsOffDay   bool
			}
		}
		if err := json.Unmarshal(raw, &file); err != nil {
			t.Fatal(err)
		}
		n := Notice{Year: year}
		for _, d := range file.Days {
			n.Marks = append(n.Marks, Mark{day(t, d.Date), d.Name, d.IsOffDay})
			want[day(t, d.Date)] = !d.IsOffDay
		}
		notices = append(notices, n)
	}
	c, err := NewCalendar(notices)
	if err != nil {
		t.Fatal(err)
	}
	for d, workday := range want {
		if got, known := c.IsWorkday(d); got != workday || !known {
			t.Errorf("%s: workday=%v known=%v, want %v", d, got, known, workday)
		}
	}
	// 2024: 262 weekdays, 8 make-up days, and 19 weekdays off: 1 Jan, 12–16 Feb,
	// 4–5 Apr, 1–3 May, 10 Jun, 16–17 Sep, 1–4 and 7 Oct:
	// 1+5+2+3+1+2+5 = 19; 262 − 19 + 8 = 251.
	w, err := c.WorkdaysBetween(day(t, "2023-12-31"), day(t, "2024-12-31"))
	if err != nil || w.N != 251 {
		t.Errorf("workdays of 2024 = %v, %v; want 251", w, err)
	}
}

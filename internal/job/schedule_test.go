package job_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"ballast/internal/audit"
	"ballast/internal/db/dbtest"
	"ballast/internal/job"
)

var beijing = time.FixedZone("CST", 8*3600)

func TestNextDueTime(t *testing.T) {
	const layout = "2006-01-02 15:04:05"
	for _, c := range []struct {
		s           job.Schedule
		after, want string // Beijing time
	}{
		{job.Daily("03:20"), "2026-07-13 03:19:59", "2026-07-13 03:20:00"},
		{job.Daily("03:20"), "2026-07-13 03:20:00", "2026-07-14 03:20:00"},
		{job.Daily("00:00"), "2026-12-31 00:00:01", "2027-01-01 00:00:00"},
		{job.Cron("*/15 * * * *"), "2026-07-13 10:14:00", "2026-07-13 10:15:00"},
		{job.Cron("*/15 * * * *"), "2026-07-13 10:45:30", "2026-07-13 11:00:00"},
		{job.Cron("30 8 1 * *"), "2026-07-01 08:30:00", "2026-08-01 08:30:00"},
		{job.Cron("0 9 * * 1-5"), "2026-07-10 09:00:00", "2026-07-13 09:00:00"}, // Friday to Monday
		{job.Cron("0 9 * * 7"), "2026-07-13 00:00:00", "2026-07-19 09:00:00"},   // 7 is Sunday
		{job.Cron("0 9 * * 0"), "2026-07-13 00:00:00", "2026-07-19 09:00:00"},
		{job.Cron("0 0 29 2 *"), "2026-07-13 00:00:00", "2028-02-29 00:00:00"},
		{job.Cron("0 0 31 * *"), "2026-08-31 00:00:00", "2026-10-31 00:00:00"},
		{job.Cron("0 0 15 * 1"), "2026-07-13 00:00:00", "2026-07-15 00:00:00"}, // either day suffices
		{job.Cron("0 0 15 * 1"), "2026-07-15 00:00:00", "2026-07-20 00:00:00"},
		{job.Cron("5,10 2-4/2 * 1,7 *"), "2026-07-13 02:10:00", "2026-07-13 04:05:00"},
		{job.Cron("5,10 2-4/2 * 1,7 *"), "2026-07-31 04:10:00", "2027-01-01 02:05:00"},
		{job.Every(time.Minute), "2026-07-13 10:00:00", "2026-07-13 10:01:00"},
		{job.Every(time.Minute), "2026-07-13 10:00:59", "2026-07-13 10:01:00"},
	} {
		after, _ := time.ParseInLocation(layout, c.after, beijing)
		if got := c.s.Next(after).In(beijing).Format(layout); got != c.want {
			t.Errorf("%+v after %s: %s, want %s", c.s, c.after, got, c.want)
		}
	}
	var zero job.Schedule
	if !zero.Next(time.Now()).IsZero() {
		t.Error("the zero schedule came due")
	}
}

func TestMalformedSchedules(t *testing.T) {
	d, w := dbtest.SQLite(t)
	c := &clock{}
	for _, s := range []job.Schedule{
		job.Cron(""), job.Cron("60 * * * *"), job.Cron("* 24 * * *"), job.Cron("* * 0 * *"), job.Cron("* * * 13 *"), job.Cron("* * * * 8"),
		job.Cron("5-1 * * * *"), job.Cron("*/0 * * * *"), job.Cron("a * * * *"), job.Cron("1,,2 * * * *"), job.Cron("0 0 31 2 *"),
		job.Daily("24:00"), job.Daily("3"), job.Every(0), job.Every(time.Millisecond),
	} {
		_, err := job.New(d, audit.NewPen(w, c.now), c.now, []job.Def{{Name: "a.b", Label: "甲", Schedule: s,
			Func: func(context.Context, *job.Handle) error { return nil }}})
		if err == nil || !s.Next(time.Unix(0, 0)).IsZero() {
			t.Errorf("%+v was accepted: %v", s, err)
		}
	}
}

// Next is after its argument, and nothing is due in between: stepping a minute at
// a time finds the same instant.
func TestNextSkipsNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	all := []job.Schedule{job.Cron("7 */5 * * *"), job.Cron("*/20 3,4 1-7 * 2"), job.Cron("59 23 31 12 *"), job.Cron("0 0 * 2 1-3"), job.Daily("12:34")}
	for range 200 {
		s := all[r.IntN(len(all))]
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, beijing).Add(time.Duration(r.IntN(400*24*60)) * time.Minute)
		next := s.Next(at)
		if !next.After(at) {
			t.Fatalf("Next(%v) = %v", at, next)
		}
		// The instant a minute earlier must lead to the same next time, unless it is at itself.
		for _, earlier := range []time.Time{at.Add(time.Duration(r.Int64N(int64(next.Sub(at))))), next.Add(-time.Nanosecond)} {
			if got := s.Next(earlier); !got.Equal(next) {
				t.Fatalf("Next(%v) = %v, but Next(%v) = %v", at, next, earlier, got)
			}
		}
	}
}

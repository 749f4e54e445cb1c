package job

import (
	"strconv"
	"strings"
	"time"

	"ballast/internal/fault"
)

// Schedule says when a job is due. Build one with [Every], [Cron] or [Daily]; the
// zero Schedule is never due. A malformed one is reported by [New].
type Schedule struct {
	every                     time.Duration
	minute, hour              bits
	day, month, weekday       bits
	dayStar, weekdayStar, set bool
	text                      string
	err                       error
}

// bits is a set of small numbers.
type bits uint64

func (b bits) has(n int) bool { return b&(1<<n) != 0 }

// shanghai is the zone of every schedule; it has had no summer time since 1991, so
// a fixed offset is exact and needs no zone database.
var shanghai = time.FixedZone("CST", 8*3600)

// Every is due at every multiple of d counted from a fixed instant, so that all
// processes agree.
func Every(d time.Duration) Schedule {
	s := Schedule{every: d, set: true, text: d.String()}
	if d < time.Second {
		s.err = fault.New(fault.Internal, "任务间隔 %s 太短，至少 1 秒", d)
	}
	return s
}

// Daily is due once a day at hh:mm, Beijing time.
func Daily(at string) Schedule {
	t, err := time.Parse("15:04", at)
	if err != nil {
		return Schedule{set: true, text: at, err: fault.Wrap(fault.Internal, err, "任务时间“%s”应写成 时:分", at)}
	}
	return Cron(strconv.Itoa(t.Minute()) + " " + strconv.Itoa(t.Hour()) + " * * *")
}

// Cron is due by a five-field cron expression in Beijing time: minute, hour, day
// of month, month, day of week (0 or 7 is Sunday); each * or a list of numbers and
// ranges, with /step. As in crontab(5), when both days are restricted either one
// suffices.
func Cron(expr string) Schedule {
	s := Schedule{set: true, text: expr}
	f := strings.Fields(expr)
	if len(f) != 5 {
		s.err = fault.New(fault.Internal, "任务时间“%s”应有五段：分 时 日 月 周", expr)
		return s
	}
	for i, c := range []struct {
		into   *bits
		lo, hi int
	}{{&s.minute, 0, 59}, {&s.hour, 0, 23}, {&s.day, 1, 31}, {&s.month, 1, 12}, {&s.weekday, 0, 7}} {
		b, ok := cronField(f[i], c.lo, c.hi)
		if !ok {
			s.err = fault.New(fault.Internal, "任务时间“%s”的第 %d 段“%s”不对", expr, i+1, f[i])
			return s
		}
		*c.into = b
	}
	if s.weekday.has(7) {
		s.weekday |= 1
	}
	s.dayStar, s.weekdayStar = strings.HasPrefix(f[2], "*"), strings.HasPrefix(f[4], "*")
	if s.Next(time.Unix(0, 0)).IsZero() {
		s.err = fault.New(fault.Internal, "任务时间“%s”永远不会到", expr)
	}
	return s
}

// cronField reads one field: a list of *, n, n-m, each with an optional /step.
func cronField(field string, lo, hi int) (b bits, ok bool) {
	for _, part := range strings.Split(field, ",") {
		span, stepText, stepped := strings.Cut(part, "/")
		step, from, upto := 1, lo, hi
		var err error
		if stepped {
			if step, err = strconv.Atoi(stepText); err != nil || step < 1 {
				return 0, false
			}
		}
		if span != "*" {
			a, z, ranged := strings.Cut(span, "-")
			if from, err = strconv.Atoi(a); err != nil {
				return 0, false
			}
			switch {
			case ranged:
				if upto, err = strconv.Atoi(z); err != nil {
					return 0, false
				}
			case !stepped:
				upto = from
			}
		}
		if from < lo || upto > hi || from > upto {
			return 0, false
		}
		for n := from; n <= upto; n += step {
			b |= 1 << n
		}
	}
	return b, true
}

// Next returns the first due time after t, in UTC; the zero time when there is
// none.
func (s Schedule) Next(t time.Time) time.Time {
	if !s.set || s.err != nil {
		return time.Time{}
	}
	if s.every > 0 {
		return t.UTC().Truncate(s.every).Add(s.every)
	}
	n := t.In(shanghai).Truncate(time.Minute).Add(time.Minute)
	last := n.AddDate(9, 0, 0) // 29 February may be eight years away
	for n.Before(last) {
		switch {
		case !s.month.has(int(n.Month())):
			n = time.Date(n.Year(), n.Month()+1, 1, 0, 0, 0, 0, shanghai)
		case !s.onDay(n):
			n = time.Date(n.Year(), n.Month(), n.Day()+1, 0, 0, 0, 0, shanghai)
		case !s.hour.has(n.Hour()):
			n = time.Date(n.Year(), n.Month(), n.Day(), n.Hour()+1, 0, 0, 0, shanghai)
		case !s.minute.has(n.Minute()):
			n = n.Add(time.Minute)
		default:
			return n.UTC()
		}
	}
	return time.Time{}
}

func (s Schedule) onDay(t time.Time) bool {
	day, weekday := s.day.has(t.Day()), s.weekday.has(int(t.Weekday()))
	if s.dayStar || s.weekdayStar {
		return day && weekday
	}
	return day || weekday
}

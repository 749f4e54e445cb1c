package hj212

import (
	"fmt"
	"sync"
	"time"
)

// Zone is the zone of every time on the wire. The standard names none; China
// has one.
var Zone = time.FixedZone("UTC+8", 8*3600)

const (
	timeLayout = "20060102150405"
	qnLayout   = "20060102150405.000"
)

// ParseTime reads YYYYMMDDhhmmss in [Zone].
func ParseTime(s string) (time.Time, error) {
	if len(s) != len(timeLayout) {
		return time.Time{}, fmt.Errorf("hj212: time %q is not 14 digits", s)
	}
	return time.ParseInLocation(timeLayout, s, Zone)
}

// FormatTime is the reverse of ParseTime.
func FormatTime(t time.Time) string { return t.In(Zone).Format(timeLayout) }

// FormatQN returns the request number of a moment, to the millisecond.
func FormatQN(t time.Time) string {
	s := t.In(Zone).Format(qnLayout)
	return s[:14] + s[15:]
}

// QNs gives out request numbers that never repeat: the time, or one
// millisecond after the last number when the clock has not moved on.
type QNs struct {
	Now func() time.Time

	mu   sync.Mutex
	last time.Time
}

// Next returns the next number.
func (q *QNs) Next() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	t := q.Now().Truncate(time.Millisecond)
	if !t.After(q.last) {
		t = q.last.Add(time.Millisecond)
	}
	q.last = t
	return FormatQN(t)
}

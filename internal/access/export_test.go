package access

import "context"

// Doors that only this room's tests may use.

func (a *Access) Flush(ctx context.Context) error { return a.flush(ctx) }
func (a *Access) Sweep(ctx context.Context) error { return a.sweep(ctx) }
func (a *Access) Comparisons() int64              { return a.hash.verifs.Load() }

var (
	MatchCode = matchCode
	Common    = common
)

package observe

import (
	"context"
	"hash/fnv"
	"slices"
	"time"

	"ballast/internal/db"
	"ballast/internal/period"
	"ballast/internal/registry"
)

// neighbours are the approved values around a chunk of rows, by firm.
type neighbours struct {
	before  map[int64]values // of the period before
	current map[int64]values // of the same period, from every department
}

// context looks up what the checks of a chunk compare with.
func (o *Observe) context(ctx context.Context, p period.Period, ids []int64) (neighbours, error) {
	current, err := approvedValues(ctx, o.DB, p, ids)
	if err != nil {
		return neighbours{}, err
	}
	before, err := approvedValues(ctx, o.DB, before(p), ids)
	return neighbours{before, current}, err
}

// before returns the period a value is compared with: the one before, and for a
// running total the same months of the year before, since totals restart.
func before(p period.Period) period.Period {
	if p.Kind() == period.Cumulative {
		return p.LastYear()
	}
	return p.Prev()
}

// live is the condition that batch b holds now; liveAt that it held at an
// instant given as parameter. Of live batches the higher seq holds.
const live = `b.state = 'approved'`

func liveAt(a *db.Args, at time.Time) string {
	n := a.Add(at.UnixMilli())
	return `b.seq > 0 AND b.approved_at <= ` + n + ` AND (b.undone_at = 0 OR b.undone_at > ` + n + `)`
}

// order is the order in which rows are laid over each other: rows of records
// that were merged away first, then by approval, so that the last one holds.
func order() string {
	return ` ORDER BY CASE WHEN r.enterprise_id = ` + registry.Survivor("r.enterprise_id") + ` THEN 1 ELSE 0 END, b.seq, r.id`
}

// approvedValues returns the values that hold now for some firms and a period.
func approvedValues(ctx context.Context, q db.Queryer, p period.Period, ids []int64) (map[int64]values, error) {
	out := map[int64]values{}
	layouts := layoutCache{}
	for part := range slices.Chunk(ids, 2*chunkRows) {
		var a db.Args
		list := a.List(anys(part)...)
		query := `SELECT b.id, ` + registry.Survivor("r.enterprise_id") + `, r.cells FROM observe_row r JOIN observe_batch b ON b.id = r.batch_id
			WHERE b.period = ` + a.Add(p.String()) + ` AND ` + live + ` AND r.enterprise_id IN ` + registry.Kin(list) + order()
		type got struct {
			batch, firm int64
			packed      []byte
		}
		rows, err := db.List(ctx, q, query, a.Values(), func(s db.Scanner) (got, error) {
			var g got
			err := s.Scan(&g.batch, &g.firm, &g.packed)
			return g, err
		})
		if err != nil {
			return nil, err
		}
		for _, g := range rows {
			items, err := layouts.items(ctx, q, g.batch)
			if err != nil {
				return nil, err
			}
			cells, err := decodeCells(g.packed)
			if err != nil {
				return nil, err
			}
			if out[g.firm] == nil {
				out[g.firm] = values{}
			}
			overlay(out[g.firm], items, cells)
		}
	}
	return out, nil
}

// overlay lays the cells of a later row over what held. An empty cell never
// takes a value away: a department that sends a column without a number has not
// said the number is gone. A value is withdrawn by undoing its batch.
func overlay(v values, items []string, cells []Cell) {
	for i, c := range cells {
		if i >= len(items) || c.Kind == Absent || c.Kind == Bad {
			continue
		}
		if c.Kind == Nothing && v[items[i]].holds() {
			continue
		}
		v[items[i]] = c
	}
}

// layoutCache remembers the items of batches during one read.
type layoutCache map[int64][]string

func (l layoutCache) items(ctx context.Context, q db.Queryer, batch int64) ([]string, error) {
	if items, ok := l[batch]; ok {
		return items, nil
	}
	b, err := loadBatch(ctx, q, batch)
	if err != nil {
		return nil, err
	}
	l[batch] = b.Layout.Items
	return b.Layout.Items, nil
}

// fingerprint tells rows with different values apart.
func fingerprint(cells []Cell) uint64 {
	plain := slices.Clone(cells)
	for i := range plain {
		plain[i].Original = "" // 3,000 and 3000 are the same value
	}
	h := fnv.New64a()
	h.Write(encodeCells(nil, plain))
	return h.Sum64()
}

func anys[T any](s []T) []any {
	out := make([]any, len(s))
	for i, v := range s {
		out[i] = v
	}
	return out
}

package registry

import (
	"context"
	"time"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/fault"
)

// Merger is the record that two records are one firm.
type Merger struct {
	ID       int64
	Loser    int64
	Survivor int64
	At       time.Time
	By       string
	Reason   string
	UndoneAt time.Time // zero while it holds
}

// Merge records that loser and survivor are one firm and survivor is the record
// to keep. No row of either is moved or changed: reading follows the record, so
// [Enterprises.Unmerge] restores exactly what was. The loser's code leads to the
// survivor from now on.
func (r Enterprises) Merge(ctx context.Context, tx *audit.Tx, loser, survivor int64, by, reason string) (int64, error) {
	if loser == survivor {
		return 0, fault.New(fault.Invalid, "不能把企业合并到它自己")
	}
	if reason == "" {
		return 0, fault.New(fault.Invalid, "请写明合并的理由")
	}
	for _, id := range []int64{loser, survivor} {
		var into int64
		err := tx.QueryRow(ctx, `SELECT merged_into FROM enterprise WHERE id = $1`, id).Scan(&into)
		if fault.Is(err, fault.NotFound) {
			return 0, fault.Wrap(fault.NotFound, err, "没有编号为 %d 的企业", id)
		}
		if err != nil {
			return 0, err
		}
		if into != 0 {
			return 0, fault.New(fault.Conflict, "编号 %d 的企业已经合并到 %d", id, into).WithHint("请对合并后的企业操作，或先撤销那次合并。")
		}
	}
	var id int64
	err := tx.QueryRow(ctx, `INSERT INTO enterprise_merge (loser_id, survivor_id, merged_at, merged_by, reason) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		loser, survivor, tx.Now.UnixMilli(), by, reason).Scan(&id)
	if err != nil {
		return 0, err
	}
	tx.Note("loser", loser)
	return id, follow(ctx, tx)
}

// Unmerge takes a merge back.
func (r Enterprises) Unmerge(ctx context.Context, tx *audit.Tx, merger int64, by string) error {
	n, err := tx.Exec(ctx, `UPDATE enterprise_merge SET undone_at = $1, undone_by = $2 WHERE id = $3 AND undone_at = 0`, tx.Now.UnixMilli(), by, merger)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "没有这次合并，或已经撤销")
	}
	return follow(ctx, tx)
}

// follow recomputes where every record leads from the merges that hold: the
// records are the truth, merged_into their shadow.
func follow(ctx context.Context, tx *audit.Tx) error {
	all, err := mergers(ctx, tx, true)
	if err != nil {
		return err
	}
	into := map[int64]int64{}
	for _, m := range all {
		into[m.Loser] = m.Survivor
	}
	if _, err := tx.Exec(ctx, `UPDATE enterprise SET merged_into = 0 WHERE merged_into <> 0`); err != nil {
		return err
	}
	for _, loser := range sortedKeys(into) {
		last := into[loser]
		for next, ok := into[last]; ok; next, ok = into[last] {
			last = next
		}
		if _, err := tx.Exec(ctx, `UPDATE enterprise SET merged_into = $1 WHERE id = $2`, last, loser); err != nil {
			return err
		}
	}
	return nil
}

// Mergers returns every merge, undone ones included, newest first.
func (r Enterprises) Mergers(ctx context.Context, q db.Queryer) ([]Merger, error) {
	return mergers(ctx, q, false)
}

func mergers(ctx context.Context, q db.Queryer, holding bool) ([]Merger, error) {
	query := `SELECT id, loser_id, survivor_id, merged_at, merged_by, reason, undone_at FROM enterprise_merge`
	if holding {
		query += ` WHERE undone_at = 0`
	}
	return db.List(ctx, q, query+` ORDER BY id DESC`, nil, func(s db.Scanner) (Merger, error) {
		var m Merger
		var at, undone int64
		err := s.Scan(&m.ID, &m.Loser, &m.Survivor, &at, &m.By, &m.Reason, &undone)
		m.At = time.UnixMilli(at).UTC()
		if undone != 0 {
			m.UndoneAt = time.UnixMilli(undone).UTC()
		}
		return m, err
	})
}

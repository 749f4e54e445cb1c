package evaluate

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/fault"
)

const roundColumns = `id, year, population, scheme, name, state, version, data_digest, pack_digest, binding_run, publish_from, publish_until, created_at, changed_at`

func scanRound(s db.Scanner) (Round, error) {
	var r Round
	var created, changed int64
	err := s.Scan(&r.ID, &r.Year, &r.Population, &r.Scheme, &r.Name, &r.State, &r.Version, &r.DataDigest, &r.PackDigest,
		&r.BindingRun, &r.PublishFrom, &r.PublishUntil, &created, &changed)
	r.CreatedAt, r.ChangedAt = time.UnixMilli(created).UTC(), time.UnixMilli(changed).UTC()
	return r, err
}

func insertRound(ctx context.Context, tx *audit.Tx, r Round) (int64, error) {
	var id int64
	at := tx.Now.UnixMilli()
	err := tx.QueryRow(ctx, `INSERT INTO round (year, population, scheme, name, state, created_at, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`, r.Year, r.Population, r.Scheme, r.Name, r.State, at, at).Scan(&id)
	if fault.Is(err, fault.Conflict) {
		return 0, fault.New(fault.Conflict, "%d 年度“%s”这一轮已经建了", r.Year, r.Name)
	}
	return id, err
}

func loadRound(ctx context.Context, q db.Queryer, id int64) (Round, error) {
	r, err := scanRound(q.QueryRow(ctx, `SELECT `+roundColumns+` FROM round WHERE id = $1`, id))
	if fault.Is(err, fault.NotFound) {
		return r, fault.New(fault.NotFound, "没有第 %d 号评价轮次", id)
	}
	return r, err
}

func listRounds(ctx context.Context, q db.Queryer) ([]Round, error) {
	return db.List(ctx, q, `SELECT `+roundColumns+` FROM round ORDER BY year DESC, id`, nil, scanRound)
}

// saveRound writes a moved round. version is the one the mover saw: when another
// person moved it meanwhile nothing is written.
func saveRound(ctx context.Context, tx *audit.Tx, r Round, version int64) error {
	n, err := tx.Exec(ctx, `UPDATE round SET state = $1, version = version + 1, data_digest = $2, pack_digest = $3, binding_run = $4,
		publish_from = $5, publish_until = $6, changed_at = $7 WHERE id = $8 AND version = $9`,
		r.State, r.DataDigest, r.PackDigest, r.BindingRun, r.PublishFrom, r.PublishUntil, tx.Now.UnixMilli(), r.ID, version)
	if err != nil {
		return err
	}
	if n != 1 {
		return fault.New(fault.Conflict, "这一轮刚被别人改动过").WithHint("请刷新页面，看清现在的状态再操作。")
	}
	return nil
}

func insertSnapshot(ctx context.Context, tx *audit.Tx, round int64, digest string, asOf time.Time, n int, data []byte) (int64, error) {
	var id int64
	err := tx.QueryRow(ctx, `INSERT INTO round_snapshot (round_id, digest, as_of, enterprises, data, created_at)
		VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`, round, digest, asOf.UnixMilli(), n, data, tx.Now.UnixMilli()).Scan(&id)
	return id, err
}

// loadSnapshot returns the newest frozen data of a round.
func loadSnapshot(ctx context.Context, q db.Queryer, round int64) (id int64, digest string, data []byte, err error) {
	err = q.QueryRow(ctx, `SELECT id, digest, data FROM round_snapshot WHERE round_id = $1 ORDER BY id DESC LIMIT 1`, round).Scan(&id, &digest, &data)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.Conflict, "这一轮的数据还没有冻结")
	}
	return id, digest, data, err
}

const runColumns = `id, round_id, no, mode, note, cites, snapshot_id, data_digest, pack_digest, engine, result_digest, summary, columns, created_at, created_by`

func scanRun(s db.Scanner) (Run, error) {
	var r Run
	var summary, columns string
	var created int64
	err := s.Scan(&r.ID, &r.Round, &r.No, &r.Mode, &r.Note, &r.Cites, &r.Snapshot, &r.DataDigest, &r.PackDigest, &r.Engine,
		&r.ResultDigest, &summary, &columns, &created, &r.CreatedBy)
	if err != nil {
		return r, err
	}
	r.CreatedAt = time.UnixMilli(created).UTC()
	if err := json.Unmarshal([]byte(summary), &r.Summary); err != nil {
		return r, fmt.Errorf("run %d: summary: %w", r.ID, err)
	}
	if err := json.Unmarshal([]byte(columns), &r.Columns); err != nil {
		return r, fmt.Errorf("run %d: columns: %w", r.ID, err)
	}
	return r, nil
}

func insertRun(ctx context.Context, tx *audit.Tx, r Run) (Run, error) {
	summary, err := json.Marshal(r.Summary)
	if err != nil {
		return r, err
	}
	columns, err := json.Marshal(r.Columns)
	if err != nil {
		return r, err
	}
	if err := tx.QueryRow(ctx, `SELECT count(*) + 1 FROM run WHERE round_id = $1`, r.Round).Scan(&r.No); err != nil {
		return r, err
	}
	r.CreatedAt = tx.Now
	err = tx.QueryRow(ctx, `INSERT INTO run (round_id, no, mode, note, cites, snapshot_id, data_digest, pack_digest, engine, result_digest, summary, columns, created_at, created_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id`,
		r.Round, r.No, r.Mode, r.Note, r.Cites, r.Snapshot, r.DataDigest, r.PackDigest, r.Engine, r.ResultDigest,
		string(summary), string(columns), tx.Now.UnixMilli(), r.CreatedBy).Scan(&r.ID)
	return r, err
}

func loadRun(ctx context.Context, q db.Queryer, id int64) (Run, error) {
	r, err := scanRun(q.QueryRow(ctx, `SELECT `+runColumns+` FROM run WHERE id = $1`, id))
	if fault.Is(err, fault.NotFound) {
		return r, fault.New(fault.NotFound, "没有第 %d 号运行", id)
	}
	return r, err
}

func listRuns(ctx context.Context, q db.Queryer, round int64) ([]Run, error) {
	return db.List(ctx, q, `SELECT `+runColumns+` FROM run WHERE round_id = $1 ORDER BY no DESC`, []any{round}, scanRun)
}

func insertAdjustment(ctx context.Context, tx *audit.Tx, a Adjustment) (int64, error) {
	var id int64
	err := tx.QueryRow(ctx, `INSERT INTO adjustment (round_id, enterprise_id, band, reason, document, decided_by, decided_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`, a.Round, a.Enterprise, a.Band, a.Reason, a.Document, a.DecidedBy, tx.Now.UnixMilli()).Scan(&id)
	return id, err
}

// withdrawAdjustments ends the adjustments of a firm that are in force; the rows
// stay.
func withdrawAdjustments(ctx context.Context, tx *audit.Tx, round, enterprise int64) (int64, error) {
	return tx.Exec(ctx, `UPDATE adjustment SET withdrawn_at = $1 WHERE round_id = $2 AND enterprise_id = $3 AND withdrawn_at = 0`,
		tx.Now.UnixMilli(), round, enterprise)
}

// listAdjustments returns a round's adjustments, those in force last of each firm.
func listAdjustments(ctx context.Context, q db.Queryer, round int64) ([]Adjustment, error) {
	return db.List(ctx, q, `SELECT id, round_id, enterprise_id, band, reason, document, decided_by, decided_at, withdrawn_at
		FROM adjustment WHERE round_id = $1 ORDER BY enterprise_id, id`, []any{round}, func(s db.Scanner) (Adjustment, error) {
		var a Adjustment
		var at, withdrawn int64
		err := s.Scan(&a.ID, &a.Round, &a.Enterprise, &a.Band, &a.Reason, &a.Document, &a.DecidedBy, &at, &withdrawn)
		a.DecidedAt, a.Withdrawn = time.UnixMilli(at).UTC(), withdrawn != 0
		return a, err
	})
}

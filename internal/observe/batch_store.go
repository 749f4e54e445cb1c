package observe

import (
	"context"
	"encoding/json"
	"time"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/fault"
	"ballast/internal/period"
)

const batchColumns = `b.id, b.department, b.period, b.kind, b.file_hash, b.file_name, b.state, b.version, b.columns, b.pack_digest, b.row_count, b.value_count, b.unmatched, b.errors, b.warnings,
	b.uploaded_by, b.uploader, b.uploaded_at, b.submitted_by, b.submitted_at, b.approved_by, b.approver, b.approved_at, b.undone_by, b.undone_at, b.reason`

func scanBatch(s db.Scanner) (Batch, error) {
	var b Batch
	var when, layout string
	var uploaded, submitted, approved, undone int64
	err := s.Scan(&b.ID, &b.Department, &when, &b.Kind, &b.FileHash, &b.FileName, &b.State, &b.Version, &layout, &b.PackDigest, &b.Rows, &b.Values, &b.Unmatched, &b.Errors, &b.Warnings,
		&b.UploadedBy, &b.Uploader, &uploaded, &b.SubmittedBy, &submitted, &b.ApprovedBy, &b.Approver, &approved, &b.UndoneBy, &undone, &b.Reason)
	if err != nil {
		return b, err
	}
	if err := json.Unmarshal([]byte(layout), &b.Layout); err != nil {
		return b, fault.Wrap(fault.Internal, err, "批次 %d 的列对应读不出来", b.ID)
	}
	if b.Period, err = period.Parse(when); err != nil {
		return b, fault.Wrap(fault.Internal, err, "批次 %d 的报送期读不出来", b.ID)
	}
	b.UploadedAt, b.SubmittedAt, b.ApprovedAt, b.UndoneAt = instant(uploaded), instant(submitted), instant(approved), instant(undone)
	return b, nil
}

func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func loadBatch(ctx context.Context, q db.Queryer, id int64) (Batch, error) {
	b, err := scanBatch(q.QueryRow(ctx, `SELECT `+batchColumns+` FROM observe_batch b WHERE b.id = $1`, id))
	if fault.Is(err, fault.NotFound) {
		err = fault.Wrap(fault.NotFound, err, "没有第 %d 批报送", id)
	}
	return b, err
}

// duplicate finds a live batch of the same file, department and period.
func duplicate(ctx context.Context, q db.Queryer, u Upload, hash string) (Batch, bool, error) {
	b, err := scanBatch(q.QueryRow(ctx, `SELECT `+batchColumns+` FROM observe_batch b WHERE b.file_hash = $1 AND b.department = $2 AND b.period = $3
		AND b.state IN ('draft', 'submitted', 'approved') ORDER BY b.id DESC LIMIT 1`, hash, u.Department, u.Period.String()))
	if fault.Is(err, fault.NotFound) {
		return Batch{}, false, nil
	}
	return b, err == nil, err
}

// remembered returns what a department's heads mean, by HeadKey.
func remembered(ctx context.Context, q db.Queryer, department string) (map[string]string, error) {
	out := map[string]string{}
	err := db.Each(ctx, q, `SELECT head, target FROM observe_mapping WHERE department = $1`, []any{department}, func(s db.Scanner) error {
		var head, target string
		err := s.Scan(&head, &target)
		out[head] = target
		return err
	})
	return out, err
}

func remember(ctx context.Context, tx *audit.Tx, u *Upload) error {
	for head, target := range u.Mapping {
		_, err := tx.Exec(ctx, `INSERT INTO observe_mapping (department, head, target, decided_by, decided_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (department, head) DO UPDATE SET target = excluded.target, decided_by = excluded.decided_by, decided_at = excluded.decided_at`,
			u.Department, HeadKey(head), target, u.Actor.ID, tx.Now.UnixMilli())
		if err != nil {
			return err
		}
	}
	return nil
}

var (
	rowCols     = []string{"batch_id", "enterprise_id", "table_no", "sheet_no", "sheet", "row_no", "verdict", "queue_id", "code", "name", "cells"}
	findingCols = []string{"batch_id", "sheet_no", "sheet", "row_no", "col_no", "severity", "item", "message"}
)

func rowValuesOf(batch int64, r *Row) []any {
	return []any{batch, r.Enterprise, r.Table, r.SheetNo, r.Sheet, r.Number, r.Verdict, r.Queue, r.Code, r.Name, encodeCells(nil, r.Cells)}
}

func findingValues(batch int64, f Finding) []any {
	return []any{batch, f.SheetNo, f.Sheet, f.Row, f.Col, string(f.Severity), f.Item, f.Message}
}

// insertBatch writes a new batch and returns its id.
func insertBatch(ctx context.Context, tx *audit.Tx, b *Batch) (int64, error) {
	layout, err := json.Marshal(b.Layout)
	if err != nil {
		return 0, fault.Wrap(fault.Internal, err, "列对应写不出来")
	}
	var id int64
	err = tx.QueryRow(ctx, `INSERT INTO observe_batch (department, period, kind, file_hash, file_name, state, version, columns, pack_digest, row_count, value_count, unmatched, errors, warnings,
		uploaded_by, uploader, uploaded_at, submitted_by, submitted_at, reason) VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) RETURNING id`,
		b.Department, b.Period.String(), string(b.Kind), b.FileHash, b.FileName, string(b.State), string(layout), b.PackDigest, b.Rows, b.Values, b.Unmatched, b.Errors, b.Warnings,
		b.UploadedBy, b.Uploader, tx.Now.UnixMilli(), b.SubmittedBy, b.SubmittedAt.UnixMilli()*flag(!b.SubmittedAt.IsZero()), b.Reason).Scan(&id)
	return id, err
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

const stagedColumns = `r.id, r.enterprise_id, r.table_no, r.sheet_no, r.sheet, r.row_no, r.verdict, r.queue_id, r.code, r.name, r.cells`

func scanRow(s db.Scanner) (Row, error) {
	var r Row
	var packed []byte
	err := s.Scan(&r.ID, &r.Enterprise, &r.Table, &r.SheetNo, &r.Sheet, &r.Number, &r.Verdict, &r.Queue, &r.Code, &r.Name, &packed)
	if err != nil {
		return r, err
	}
	r.Cells, err = decodeCells(packed)
	return r, err
}

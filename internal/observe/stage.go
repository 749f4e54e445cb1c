package observe

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"ballast/internal/audit"
	"ballast/internal/fault"
	"ballast/internal/registry"
)

// insertRows is how many rows go to the database together.
const insertRows = 500

// stage stores what was read, in one transaction.
func (o *Observe) stage(ctx context.Context, u *Upload, r *reading, hash string) (Receipt, error) {
	raw, err := io.ReadAll(io.NewSectionReader(u.File, 0, u.Size))
	if err != nil {
		return Receipt{}, fault.Wrap(fault.Unavailable, err, "文件读不了")
	}
	r.count(r.general)
	c := r.counts
	b := Batch{
		Department: u.Department, Period: u.Period, Kind: FromFile, FileHash: hash, FileName: u.Name, State: Draft, Layout: r.layout, PackDigest: o.Pack.Digest(),
		Rows: c.rows, Values: c.values, Unmatched: c.unmatched, Errors: c.errors, Warnings: c.warnings, UploadedBy: u.Actor.ID, Uploader: u.Actor.Name,
	}
	var receipt Receipt
	act := audit.Act{Actor: u.Actor, Verb: "observe.upload", Subject: "batch:0"}
	err = o.Pen.Do(ctx, act, func(tx *audit.Tx) error {
		// Asked again inside the transaction: two people may upload one file at once.
		old, ok, err := duplicate(ctx, tx, *u, hash)
		if err != nil {
			return err
		}
		if ok {
			if len(u.Mapping) == 0 || old.State != Draft {
				receipt = Receipt{Batch: old, Duplicate: true}
				return errDuplicate
			}
			if _, err := tx.Exec(ctx, `UPDATE observe_batch SET state = 'withdrawn', version = version + 1, reason = '改了列对应，重新读取' WHERE id = $1`, old.ID); err != nil {
				return err
			}
		}
		id, err := o.store(ctx, tx, u, r, &b, raw)
		if err != nil {
			return err
		}
		receipt.Batch, err = loadBatch(ctx, tx, id)
		return err
	})
	if receipt.Duplicate && fault.Is(err, fault.Conflict) {
		return receipt, nil
	}
	return receipt, err
}

// errDuplicate ends a transaction that has nothing to write.
var errDuplicate = fault.New(fault.Conflict, "同一份文件已经报送过")

func (o *Observe) store(ctx context.Context, tx *audit.Tx, u *Upload, r *reading, b *Batch, raw []byte) (int64, error) {
	_, err := tx.Exec(ctx, `INSERT INTO observe_file (hash, size, bytes, stored_at) VALUES ($1, $2, $3, $4) ON CONFLICT (hash) DO NOTHING`, b.FileHash, len(raw), raw, tx.Now.UnixMilli())
	if err != nil {
		return 0, err
	}
	if err := remember(ctx, tx, u); err != nil {
		return 0, err
	}
	id, err := insertBatch(ctx, tx, b)
	if err != nil {
		return 0, err
	}
	w := &stager{tx: tx, batch: id}
	for _, f := range r.general {
		w.findings = append(w.findings, findingValues(id, f))
	}
	err = r.spool.each(func(x *spooled) error {
		if err := w.put(ctx, o, u, x); err != nil {
			return err
		}
		if w.stored%3000 == 0 && u.Progress != nil {
			u.Progress(Progress{"入库", w.stored, r.findings})
		}
		return nil
	})
	if err == nil {
		err = w.flush(ctx)
	}
	tx.About(fmt.Sprintf("batch:%d", id), 0)
	tx.Note("department", b.Department)
	tx.Note("period", b.Period.String())
	tx.Note("file", b.FileHash)
	tx.Note("rows", b.Rows)
	tx.Note("errors", b.Errors)
	return id, err
}

// stager writes rows and findings in pieces.
type stager struct {
	tx       *audit.Tx
	batch    int64
	stored   int
	rows     [][]any
	findings [][]any
}

func (w *stager) put(ctx context.Context, o *Observe, u *Upload, x *spooled) error {
	if x.Waiting != nil {
		var res registry.Resolution
		if err := json.Unmarshal(x.Waiting, &res); err != nil {
			return fault.Wrap(fault.Internal, err, "匹配结果读不出来")
		}
		origin := registry.Origin{Department: u.Department, File: u.Name, Sheet: x.Row.Sheet, Row: x.Row.Number}
		var err error
		x.Row.Queue, err = o.Registry.Matches().Queue(ctx, w.tx, registry.Claim{Code: x.Row.Code, Name: x.Row.Name}, res, origin)
		if err != nil {
			return err
		}
	}
	w.rows = append(w.rows, rowValuesOf(w.batch, &x.Row))
	w.stored++
	for _, f := range x.Findings {
		w.findings = append(w.findings, findingValues(w.batch, f))
	}
	if len(w.rows) >= insertRows {
		return w.flush(ctx)
	}
	return nil
}

func (w *stager) flush(ctx context.Context) error {
	if err := w.tx.Insert(ctx, "observe_row", rowCols, w.rows, ""); err != nil {
		return err
	}
	if err := w.tx.Insert(ctx, "observe_finding", findingCols, w.findings, ""); err != nil {
		return err
	}
	w.rows, w.findings = w.rows[:0], w.findings[:0]
	return nil
}

package db_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ballast/internal/db"
	"ballast/internal/db/dbtest"
	"ballast/internal/fault"
)

var update = flag.Bool("update", false, "rewrite the committed schema dumps")

// Reviewers read the dumped schema, so it must be what the migrations make.
func TestDumpedSchemaIsCurrent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *db.Writer) {
		got, err := db.Schema(context.Background(), d)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("schema", string(d.Engine())+".sql")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("schema differs from %s; run go test ./internal/db -update and review the difference", file)
		}
	})
}

// Both engines must hold the same tables and columns.
func TestEnginesHoldTheSameMigrations(t *testing.T) {
	lite, err := filepath.Glob("migrations/sqlite/*.sql")
	if err != nil || len(lite) == 0 {
		t.Fatal("no migrations found", err)
	}
	for _, f := range lite {
		if _, err := os.Stat(filepath.Join("migrations/postgres", filepath.Base(f))); err != nil {
			t.Errorf("%s has no twin for PostgreSQL", filepath.Base(f))
		}
	}
	pg, _ := filepath.Glob("migrations/postgres/*.sql")
	if len(pg) != len(lite) {
		t.Errorf("%d migrations for PostgreSQL, %d for SQLite", len(pg), len(lite))
	}
}

func TestReadersCannotWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *db.Writer) {
		ctx := context.Background()
		rows, err := d.Query(ctx, `UPDATE journal_head SET seq = 9 WHERE id = 1 RETURNING seq`)
		if err == nil {
			for rows.Next() {
			}
			err = rows.Err()
			rows.Close()
		}
		if err == nil {
			t.Fatal("a reader wrote")
		}
		var seq int64
		if err := d.QueryRow(ctx, `SELECT seq FROM journal_head`).Scan(&seq); err != nil || seq != 0 {
			t.Fatalf("head = %d, %v", seq, err)
		}
	})
}

func TestDriverErrorsBecomeFaults(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		var n int
		if err := d.QueryRow(ctx, `SELECT seq FROM journal WHERE seq = $1`, 1).Scan(&n); !fault.Is(err, fault.NotFound) {
			t.Errorf("no row: %v", err)
		}
		tx, err := w.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		if _, err := tx.Exec(ctx, `INSERT INTO journal_head (id, seq, hash) VALUES (1, 0, $1)`, []byte{}); !fault.Is(err, fault.Conflict) {
			t.Errorf("duplicate key: %v", err)
		}
	})
}

func TestInsertInBatches(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		ctx := context.Background()
		tx, err := w.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		var rows [][]any
		for i := range 250 {
			rows = append(rows, []any{i + 1, 0, "a", "a", "t", "x.y", "s", "{}", []byte{1}})
		}
		cols := strings.Fields("seq at actor_id actor_name via verb subject facts hash")
		if err := tx.Insert(ctx, "journal", cols, rows, "ON CONFLICT DO NOTHING"); err != nil {
			t.Fatal(err)
		}
		if err := tx.Insert(ctx, "journal", cols, [][]any{{1}}, ""); err == nil {
			t.Error("a short row was accepted")
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM journal`).Scan(&n); err != nil || n != 250 {
			t.Fatalf("%d rows, %v", n, err)
		}
	})
}

func TestBackupOpensAgain(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	path := filepath.Join(t.TempDir(), "b.db")
	if err := d.Backup(context.Background(), path); err != nil {
		t.Fatal(err)
	}
	if err := d.Backup(context.Background(), path); !fault.Is(err, fault.Conflict) {
		t.Errorf("overwrote a backup: %v", err)
	}
	c, w, err := db.Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
	c.Close()
}

// Package dbtest gives tests a fresh, real database of each engine in
// milliseconds: a copied SQLite file, and a PostgreSQL database made from a
// template, when a server is offered in BALLAST_TEST_POSTGRES.
//
// Without a server the PostgreSQL half of a test is skipped as "not run"; with
// CI=true it fails instead, so that CI cannot be green without it.
package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"ballast/internal/db"

	_ "github.com/jackc/pgx/v5/stdlib"
)

// Each runs f once per engine, as the subtests "sqlite" and "postgres", each with
// an empty database at the newest schema that nobody else uses meanwhile.
func Each(t *testing.T, f func(t *testing.T, d *db.DB, w *db.Writer)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		d, w := SQLite(t)
		f(t, d, w)
	})
	t.Run("postgres", func(t *testing.T) {
		d, w := Postgres(t)
		f(t, d, w)
	})
}

var lite struct {
	once sync.Once
	file []byte
	err  error
}

// SQLite returns an empty SQLite database in a temporary folder.
func SQLite(t testing.TB) (*db.DB, *db.Writer) {
	t.Helper()
	lite.once.Do(func() { lite.file, lite.err = sqliteTemplate() })
	if lite.err != nil {
		t.Fatalf("dbtest: %v", lite.err)
	}
	path := filepath.Join(t.TempDir(), "ballast.db")
	if err := os.WriteFile(path, lite.file, 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, path)
}

func sqliteTemplate() ([]byte, error) {
	dir, err := os.MkdirTemp("", "ballast-template")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	d, w, err := db.Open(context.Background(), filepath.Join(dir, "t.db"))
	if err != nil {
		return nil, err
	}
	err = d.Backup(context.Background(), filepath.Join(dir, "copy.db"))
	w.Close()
	d.Close()
	if err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, "copy.db"))
}

// pg is the process's template and the databases made from it that no test uses
// at the moment. Making a database takes half a second on a busy server, emptying
// one a few milliseconds, so they are used again.
var pg struct {
	once     sync.Once
	template string
	err      error
	n        atomic.Int64

	mu   sync.Mutex
	idle []string
}

// Postgres returns an empty PostgreSQL database, or skips the test when no
// server is offered.
func Postgres(t testing.TB) (*db.DB, *db.Writer) {
	t.Helper()
	server := os.Getenv("BALLAST_TEST_POSTGRES")
	if server == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI must offer PostgreSQL in BALLAST_TEST_POSTGRES")
		}
		t.Skip("not run: no PostgreSQL offered in BALLAST_TEST_POSTGRES")
	}
	pg.once.Do(func() {
		pg.template = fmt.Sprintf("ballast_t%d", os.Getpid())
		pg.err = postgresTemplate(server, pg.template)
	})
	if pg.err != nil {
		t.Fatalf("dbtest: %v", pg.err)
	}
	name, err := takePostgres(server)
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(func() { giveBack(t, server, name) })
	return open(t, withDatabase(server, name))
}

// takePostgres returns an empty database: one that a finished test gave back, or
// a new one.
func takePostgres(server string) (string, error) {
	pg.mu.Lock()
	defer pg.mu.Unlock()
	if n := len(pg.idle); n > 0 {
		name := pg.idle[n-1]
		pg.idle = pg.idle[:n-1]
		return name, nil
	}
	name := fmt.Sprintf("%s_%d", pg.template, pg.n.Add(1))
	return name, admin(server, `CREATE DATABASE `+name+` TEMPLATE `+pg.template)
}

// giveBack empties a database and keeps it for the next test. One that cannot be
// emptied, because a test left something running, is dropped.
func giveBack(t testing.TB, server, name string) {
	if err := admin(withDatabase(server, name), reset); err != nil {
		t.Logf("dbtest: %s is not used again: %v", name, err)
		_ = admin(server, `DROP DATABASE IF EXISTS `+name+` WITH (FORCE)`) // the sweep of a later process would find it
		return
	}
	pg.mu.Lock()
	defer pg.mu.Unlock()
	pg.idle = append(pg.idle, name)
}

// keep copies the rows that migrations put in, and reset brings a database back
// to them.
const (
	keep = `DO $$ DECLARE t text; BEGIN
		CREATE SCHEMA seed;
		FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
			EXECUTE format('CREATE TABLE seed.%I AS TABLE public.%I', t, t);
		END LOOP; END $$`
	// DELETE, not TRUNCATE: for a handful of rows it is ten times as fast.
	reset = `SET lock_timeout = '5s'; DO $$ DECLARE t text; some bool; BEGIN
		SET LOCAL session_replication_role = replica;
		FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'goose_%' LOOP
			EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I) OR EXISTS (SELECT 1 FROM seed.%I)', t, t) INTO some;
			IF some THEN
				EXECUTE format('DELETE FROM public.%I', t);
				EXECUTE format('INSERT INTO public.%I OVERRIDING SYSTEM VALUE SELECT * FROM seed.%I', t, t);
			END IF;
		END LOOP;
		PERFORM setval(format('public.%I', sequencename)::regclass, 1, false) FROM pg_sequences
			WHERE schemaname = 'public' AND last_value IS NOT NULL AND sequencename NOT LIKE 'goose_%';
		END $$`
)

// postgresTemplate leaves one migrated database per test process. It is dropped
// by the next process that finds its owner gone.
func postgresTemplate(server, name string) error {
	if err := sweep(server); err != nil {
		return err
	}
	if err := admin(server, `DROP DATABASE IF EXISTS `+name+` WITH (FORCE)`); err != nil {
		return err
	}
	if err := admin(server, `CREATE DATABASE `+name); err != nil {
		return err
	}
	d, w, err := db.Open(context.Background(), withDatabase(server, name))
	if err != nil {
		return err
	}
	w.Close()
	if err := d.Close(); err != nil {
		return err
	}
	return admin(withDatabase(server, name), keep)
}

// sweep drops the databases of test processes that have ended.
func sweep(server string) error {
	c, err := sql.Open("pgx", server)
	if err != nil {
		return err
	}
	defer c.Close()
	rows, err := c.Query(`SELECT datname FROM pg_database WHERE datname ~ '^ballast_t[0-9]+'`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var gone []string
	for rows.Next() {
		var name string
		var pid int
		if err := rows.Scan(&name); err != nil {
			return err
		}
		if _, err := fmt.Sscanf(name, "ballast_t%d", &pid); err == nil && syscall.Kill(pid, 0) == syscall.ESRCH {
			gone = append(gone, name)
		}
	}
	for _, name := range gone {
		_ = admin(server, `DROP DATABASE IF EXISTS `+name+` WITH (FORCE)`) // another process may be sweeping too
	}
	return rows.Err()
}

func withDatabase(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server
	}
	u.Path = "/" + name
	return u.String()
}

func admin(server, stmt string) error {
	c, err := sql.Open("pgx", server)
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = c.Exec(stmt)
	return err
}

func open(t testing.TB, dsn string) (*db.DB, *db.Writer) {
	t.Helper()
	d, w, err := db.Open(context.Background(), dsn)
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(func() { w.Close(); d.Close() })
	return d, w
}

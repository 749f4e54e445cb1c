package db

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"ballast/internal/fault"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

// Engine names one of the two supported databases.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// DB is the reading half of an open database. It is safe for concurrent use.
type DB struct {
	engine Engine
	read   *sql.DB
	path   string // SQLite file; empty on PostgreSQL
}

// Writer is the writing half. There is one per process; audit.NewPen takes it.
type Writer struct {
	engine Engine
	write  *sql.DB
}

// Open opens the database that dsn names, brings its schema up to date and
// returns the reading and the writing half. A dsn that begins with postgres://
// or postgresql:// is a PostgreSQL connection string; anything else is the path
// of a SQLite file, created with its folder when absent.
//
// Before a migration changes an existing SQLite file a copy of it is laid beside
// it (NAME.before-VERSION.bak). On PostgreSQL the operator's own backup is the
// only one.
func Open(ctx context.Context, dsn string) (_ *DB, _ *Writer, err error) {
	var d *DB
	var w *Writer
	if isPostgres(dsn) {
		d, w, err = openPostgres(dsn)
	} else {
		d, w, err = openSQLite(dsn)
	}
	if err != nil {
		return nil, nil, err
	}
	if err := migrate(ctx, d, w); err != nil {
		d.Close()
		w.Close()
		return nil, nil, err
	}
	return d, w, nil
}

func isPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// openSQLite opens one writer connection and up to cores−1 readers. WAL lets the
// readers go on while the writer commits; synchronous=FULL makes a commit
// durable, which acknowledged frames and uploads rely on. _txlock=immediate
// takes the write lock at BEGIN: a deferred upgrade fails at once under load.
func openSQLite(path string) (*DB, *Writer, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, nil, fault.Wrap(fault.Unavailable, err, "数据文件夹建不了：%s", filepath.Dir(path)).
			WithHint("请检查路径和写入权限，或用 --data 指定别的文件夹。")
	}
	common := "_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_pragma=temp_store(memory)"
	uri := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String()
	w, err := sql.Open("sqlite", uri+"?_txlock=immediate&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=cache_size(-32000)&"+common)
	if err != nil {
		return nil, nil, fault.Wrap(fault.Unavailable, err, "数据库文件打不开：%s", path)
	}
	w.SetMaxOpenConns(1)
	w.SetConnMaxIdleTime(0)
	if err := w.Ping(); err != nil { // creates the file and sets WAL before a reader comes
		w.Close()
		return nil, nil, fault.Wrap(fault.Unavailable, err, "数据库文件打不开：%s", path).
			WithHint("请检查文件是否被别的程序占用、磁盘是否已满。")
	}
	r, err := sql.Open("sqlite", uri+"?_pragma=query_only(1)&"+common)
	if err != nil {
		w.Close()
		return nil, nil, fault.Wrap(fault.Unavailable, err, "数据库文件打不开：%s", path)
	}
	r.SetMaxOpenConns(max(2, runtime.NumCPU()-1))
	r.SetMaxIdleConns(max(2, runtime.NumCPU()-1))
	return &DB{SQLite, r, path}, &Writer{SQLite, w}, nil
}

// openPostgres opens a reading pool whose sessions refuse writes by themselves
// and a writing pool. Writers take turns at the journal head, see audit.
func openPostgres(dsn string) (*DB, *Writer, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, nil, fault.Wrap(fault.Invalid, err, "PostgreSQL 连接串写错了").
			WithHint("写法：postgres://用户:口令@主机:5432/库名")
	}
	ro := cfg.Copy()
	ro.RuntimeParams["default_transaction_read_only"] = "on"
	r := stdlib.OpenDB(*ro)
	r.SetMaxOpenConns(max(4, 2*runtime.NumCPU()))
	r.SetConnMaxIdleTime(5 * time.Minute)
	w := stdlib.OpenDB(*cfg)
	w.SetMaxOpenConns(4)
	w.SetConnMaxIdleTime(5 * time.Minute)
	return &DB{Postgres, r, ""}, &Writer{Postgres, w}, nil
}

// Engine reports which database this is; only db and dbtest may branch on it.
func (d *DB) Engine() Engine { return d.engine }

// Close ends the reading half.
func (d *DB) Close() error { return d.read.Close() }

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return translate(d.read.PingContext(ctx)) }

// Close ends the writing half.
func (w *Writer) Close() error { return w.write.Close() }

// Backup writes a consistent copy of a SQLite database to path, which must not
// exist. PostgreSQL installations use pg_dump or WAL archiving.
func (d *DB) Backup(ctx context.Context, path string) error {
	if d.engine != SQLite {
		return fault.New(fault.Invalid, "PostgreSQL 请用 pg_dump 或 WAL 归档备份")
	}
	if _, err := os.Stat(path); err == nil {
		return fault.New(fault.Conflict, "备份文件已存在：%s", path).WithHint("请换一个文件名。")
	}
	// VACUUM INTO needs a connection that may write a file; the readers' query_only
	// setting only guards the database itself.
	c, err := sql.Open("sqlite", "file:"+(&url.URL{Path: d.path}).EscapedPath()+"?_pragma=busy_timeout(10000)")
	if err != nil {
		return translate(err)
	}
	defer c.Close()
	if _, err := c.ExecContext(ctx, "VACUUM INTO $1", path); err != nil {
		return fault.Wrap(fault.Unavailable, err, "备份没有写成：%s", path)
	}
	return nil
}

// Begin starts the one write transaction. Only audit calls it.
func (w *Writer) Begin(ctx context.Context) (*Tx, error) {
	tx, err := w.write.BeginTx(ctx, nil)
	if err != nil {
		return nil, translate(err)
	}
	return &Tx{tx: tx}, nil
}

// Tx is an open write transaction. It reads its own writes. It is not safe for
// concurrent use.
type Tx struct {
	tx     *sql.Tx
	writes int
}

// Exec runs a statement that changes rows and returns how many it touched.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	t.writes++
	res, err := t.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, translate(err)
	}
	n, err := res.RowsAffected()
	return n, translate(err)
}

// Query runs a statement that returns rows, among them INSERT … RETURNING.
func (t *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := t.tx.QueryContext(ctx, query, args...)
	return rows, translate(err)
}

// QueryRow runs a statement that returns one row.
func (t *Tx) QueryRow(ctx context.Context, query string, args ...any) Row {
	return Row{t.tx.QueryRowContext(ctx, query, args...)}
}

// Commit makes the transaction durable.
func (t *Tx) Commit() error { return translate(t.tx.Commit()) }

// Rollback gives the transaction up; after a commit it does nothing.
func (t *Tx) Rollback() { _ = t.tx.Rollback() }

// Writes reports how many changing statements ran.
func (t *Tx) Writes() int { return t.writes }

// Insert writes rows into table in statements of at most 100 rows, the size at
// which SQLite is fastest and far below either engine's parameter limit. Each
// row must have as many values as cols. suffix follows the values, for example
// an ON CONFLICT clause.
func (t *Tx) Insert(ctx context.Context, table string, cols []string, rows [][]any, suffix string) error {
	const batch = 100
	for i, r := range rows {
		if len(r) != len(cols) {
			return fmt.Errorf("db.Insert(%s): row %d has %d values, want %d", table, i+1, len(r), len(cols))
		}
	}
	if full := len(rows) / batch; full > 0 {
		if err := t.insertBatches(ctx, insertText(table, cols, batch, suffix), rows[:full*batch], batch); err != nil {
			return err
		}
		rows = rows[full*batch:]
	}
	if len(rows) == 0 {
		return nil
	}
	return t.insertBatches(ctx, insertText(table, cols, len(rows), suffix), rows, len(rows))
}

// insertText is an INSERT of n rows with parameters $1, $2, …
func insertText(table string, cols []string, n int, suffix string) string {
	var q strings.Builder
	q.WriteString("INSERT INTO " + table + " (" + strings.Join(cols, ", ") + ") VALUES ")
	for i := range n {
		for j := range cols {
			switch {
			case j > 0:
				q.WriteByte(',')
			case i > 0:
				q.WriteString(",(")
			default:
				q.WriteByte('(')
			}
			q.WriteString("$" + strconv.Itoa(i*len(cols)+j+1))
		}
		q.WriteByte(')')
	}
	return q.String() + " " + suffix
}

// insertBatches runs one prepared statement over the rows, n at a time. SQLite
// parses a statement of a hundred rows in more time than it inserts them, so it
// is parsed once.
func (t *Tx) insertBatches(ctx context.Context, query string, rows [][]any, n int) error {
	t.writes++
	stmt, err := t.tx.PrepareContext(ctx, query)
	if err != nil {
		return translate(err)
	}
	defer stmt.Close()
	args := make([]any, 0, n*len(rows[0]))
	for len(rows) > 0 {
		args = args[:0]
		for _, r := range rows[:n] {
			args = append(args, r...)
		}
		if _, err := stmt.ExecContext(ctx, args...); err != nil {
			return translate(err)
		}
		rows = rows[n:]
	}
	return nil
}

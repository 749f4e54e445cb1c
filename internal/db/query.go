package db

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
)

// Queryer is what a store needs to read: a [DB], or the [Tx] of a write in
// progress.
type Queryer interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) Row
}

// Query reads rows.
func (d *DB) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := d.read.QueryContext(ctx, query, args...)
	return rows, translate(err)
}

// QueryRow reads one row.
func (d *DB) QueryRow(ctx context.Context, query string, args ...any) Row {
	return Row{d.read.QueryRowContext(ctx, query, args...)}
}

// Row is the result of QueryRow.
type Row struct{ row *sql.Row }

// Scan copies the row's columns. No row is a fault of kind NotFound.
func (r Row) Scan(dest ...any) error { return translate(r.row.Scan(dest...)) }

// Scanner is one row to scan, of [Row] or of *sql.Rows.
type Scanner interface{ Scan(dest ...any) error }

// List runs a query and collects what scan makes of each row. No rows is an
// empty list, not an error.
func List[T any](ctx context.Context, q Queryer, query string, args []any, scan func(Scanner) (T, error)) ([]T, error) {
	var out []T
	err := Each(ctx, q, query, args, func(s Scanner) error {
		v, err := scan(s)
		if err == nil {
			out = append(out, v)
		}
		return err
	})
	return out, err
}

// Each runs a query and calls f on each row as it arrives, for results too long
// to hold.
func Each(ctx context.Context, q Queryer, query string, args []any, f func(Scanner) error) error {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return translate(err)
		}
	}
	return translate(rows.Err())
}

// Args collects the parameters of a query that is put together piece by piece
// and hands out their $n names.
type Args struct{ vals []any }

// Add adds one value and returns its name.
func (a *Args) Add(v any) string {
	a.vals = append(a.vals, v)
	return "$" + strconv.Itoa(len(a.vals))
}

// List adds values and returns them as a parenthesised list of names. An empty
// list gives (NULL), which no value is IN.
func (a *Args) List(vs ...any) string {
	if len(vs) == 0 {
		return "(NULL)"
	}
	var b strings.Builder
	for i, v := range vs {
		if i == 0 {
			b.WriteByte('(')
		} else {
			b.WriteByte(',')
		}
		b.WriteString(a.Add(v))
	}
	b.WriteByte(')')
	return b.String()
}

// Values returns the parameters in the order of their names.
func (a *Args) Values() []any { return a.vals }

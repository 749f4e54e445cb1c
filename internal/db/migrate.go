package db

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"ballast/internal/fault"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// The two folders hold the same numbered steps; they differ in column types and
// identity only. Numbers: 001xx ground floor, 002xx registry, 003xx observe,
// 004xx evaluate, and so on, a hundred to a room.
//
//go:embed migrations/sqlite/*.sql migrations/postgres/*.sql
var migrations embed.FS

// migrate brings the schema to the newest version. Several processes that start
// together on PostgreSQL take turns under an advisory lock.
func migrate(ctx context.Context, d *DB, w *Writer) (err error) {
	defer fault.In(&err, "db.migrate(%s)", d.engine)
	dialect, dir := goose.DialectSQLite3, "migrations/sqlite"
	opts := []goose.ProviderOption{goose.WithVerbose(false)}
	if d.engine == Postgres {
		dialect, dir = goose.DialectPostgres, "migrations/postgres"
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	sub, err := fs.Sub(migrations, dir)
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(dialect, w.write, sub, opts...)
	if err != nil {
		return err
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return translate(err)
	}
	if current > target {
		return fault.New(fault.Conflict, "数据库是更新版本的压舱石建的（%d，本程序只到 %d）", current, target).
			WithHint("请用新版程序打开，或恢复升级前的备份。")
	}
	if current == target {
		return nil
	}
	if d.engine == SQLite && current > 0 {
		bak := fmt.Sprintf("%s.before-%d.bak", d.path, target)
		if _, err := os.Stat(bak); err != nil {
			if err := d.Backup(ctx, bak); err != nil {
				return err
			}
		}
	}
	_, err = p.Up(ctx)
	return err
}

// Schema returns the definition of every table and index as text, sorted, for
// review and for the test that holds the committed dump equal to it.
func Schema(ctx context.Context, d *DB) (string, error) {
	query := `SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%' ORDER BY type DESC, name`
	if d.engine == Postgres {
		query = postgresSchema
	}
	var b strings.Builder
	err := Each(ctx, d, query, nil, func(s Scanner) error {
		var name, def string
		if err := s.Scan(&name, &def); err != nil {
			return err
		}
		b.WriteString(strings.TrimSpace(def))
		b.WriteString(";\n\n")
		return nil
	})
	return b.String(), err
}

// postgresSchema prints tables (columns, then constraints) and the indexes that
// belong to no constraint.
const postgresSchema = `
SELECT c.relname, 'CREATE TABLE ' || c.relname || E' (\n' || (
  SELECT string_agg('    ' || l, E',\n' ORDER BY o, l) FROM (
    SELECT a.attnum AS o, a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
      || CASE WHEN a.attidentity <> '' THEN ' GENERATED ' || CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END || ' AS IDENTITY' ELSE '' END
      || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
      || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') AS l
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 10000, pg_get_constraintdef(k.oid) FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('p','u','f','c')
  ) x) || E'\n)'
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = current_schema() AND c.relname NOT LIKE 'goose_%'
UNION ALL
SELECT i.relname, pg_get_indexdef(i.oid)
FROM pg_class i JOIN pg_index x ON x.indexrelid = i.oid JOIN pg_class t ON t.oid = x.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE n.nspname = current_schema() AND t.relname NOT LIKE 'goose_%'
  AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.oid)
ORDER BY 2 DESC, 1`

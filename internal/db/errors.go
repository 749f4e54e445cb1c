package db

import (
	"context"
	"database/sql"
	"errors"

	"ballast/internal/fault"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

// translate turns a driver error into a fault by its code, never by its text.
// Errors that are faults already, and nil, pass through.
func translate(err error) error {
	if err == nil {
		return nil
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fault.Wrap(fault.NotFound, err, "没有找到这条记录")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fault.Wrap(fault.Unavailable, err, "操作已取消或超时")
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return translatePostgres(pg)
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return translateSQLite(lite)
	}
	return fault.Wrap(fault.Internal, err, "数据库操作失败")
}

// translatePostgres reads SQLSTATE classes (PostgreSQL manual, appendix A).
func translatePostgres(e *pgconn.PgError) error {
	switch {
	case e.Code == "23505":
		return fault.Wrap(fault.Conflict, e, "同样的记录已经存在")
	case len(e.Code) == 5 && e.Code[:2] == "23":
		return fault.Wrap(fault.Conflict, e, "数据之间的关系不允许这样改")
	case e.Code == "40001" || e.Code == "40P01" || e.Code == "55P03":
		return fault.Wrap(fault.Unavailable, e, "别人正在改同一处，请重试")
	case len(e.Code) == 5 && (e.Code[:2] == "08" || e.Code[:2] == "57"):
		return fault.Wrap(fault.Unavailable, e, "数据库连接中断")
	case e.Code == "25006":
		return fault.Wrap(fault.Internal, e, "只读连接上发生了写操作")
	}
	return fault.Wrap(fault.Internal, e, "数据库操作失败")
}

// SQLite result codes, https://www.sqlite.org/rescode.html; the low byte is the
// primary code.
const (
	sqliteBusy             = 5
	sqliteLocked           = 6
	sqliteReadOnly         = 8
	sqliteIOErr            = 10
	sqliteFull             = 13
	sqliteConstraint       = 19
	sqliteConstraintUnique = 2067
	sqliteConstraintPK     = 1555
	sqliteConstraintRowID  = 2579
)

func translateSQLite(e *sqlite.Error) error {
	switch e.Code() {
	case sqliteConstraintUnique, sqliteConstraintPK, sqliteConstraintRowID:
		return fault.Wrap(fault.Conflict, e, "同样的记录已经存在")
	}
	switch e.Code() & 0xff {
	case sqliteConstraint:
		return fault.Wrap(fault.Conflict, e, "数据之间的关系不允许这样改")
	case sqliteBusy, sqliteLocked:
		return fault.Wrap(fault.Unavailable, e, "数据库正忙，请重试")
	case sqliteFull:
		return fault.Wrap(fault.Unavailable, e, "磁盘已满，没有写入")
	case sqliteIOErr:
		return fault.Wrap(fault.Unavailable, e, "磁盘读写失败")
	case sqliteReadOnly:
		return fault.Wrap(fault.Internal, e, "只读连接上发生了写操作")
	}
	return fault.Wrap(fault.Internal, e, "数据库操作失败")
}

package registry

import (
	"context"
	"fmt"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/fault"
	"ballast/internal/period"
	"ballast/internal/scope"
)

// GroupKind is why firms are looked at as one.
type GroupKind string

// The kinds of group.
const (
	Corporate GroupKind = "corporate" // 集团: the head reports for its subsidiaries
	Tenants   GroupKind = "tenants"   // 同一宗地的承租企业合并评价
)

// Group is a set of firms under a head.
type Group struct {
	ID      int64
	Name    string
	Kind    GroupKind
	Head    int64
	Members []int64 // on the day asked for, the head included, in order of id
}

// Groups are the groups of firms.
type Groups struct{}

// Form registers a group with its head as first member and returns its id.
func (g Groups) Form(ctx context.Context, tx *audit.Tx, name string, kind GroupKind, head int64, span Span) (int64, error) {
	if name == "" || (kind != Corporate && kind != Tenants) {
		return 0, fault.New(fault.Invalid, "集团的名称或类别没有填对").WithHint("类别应为 corporate（集团）或 tenants（合并评价的承租企业）。")
	}
	var id int64
	if err := exists(ctx, tx, head); err != nil {
		return 0, err
	}
	err := tx.QueryRow(ctx, `INSERT INTO enterprise_group (name, kind, head_id) VALUES ($1, $2, $3) RETURNING id`, name, string(kind), head).Scan(&id)
	if err != nil {
		return 0, err
	}
	return id, g.Add(ctx, tx, id, head, span)
}

// Add makes a firm a member. A firm is in at most one group of a kind at a time.
func (g Groups) Add(ctx context.Context, tx *audit.Tx, group, firm int64, span Span) error {
	if err := span.Validate(); err != nil {
		return err
	}
	if err := exists(ctx, tx, firm); err != nil {
		return err
	}
	var other string
	err := tx.QueryRow(ctx, `SELECT h.name FROM enterprise_group_member m JOIN enterprise_group h ON h.id = m.group_id
		WHERE m.enterprise_id = $1 AND h.kind = (SELECT kind FROM enterprise_group WHERE id = $2) AND m.valid_from < $3 AND m.valid_to > $4 ORDER BY m.id LIMIT 1`,
		firm, group, span.until(), span.from()).Scan(&other)
	if err == nil {
		return fault.New(fault.Conflict, "这家企业已在“%s”里", other).WithHint("请先把它从那里移出。")
	}
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	tx.Note("member", fmt.Sprintf("group:%d enterprise:%d", group, firm))
	return tx.Insert(ctx, "enterprise_group_member", []string{"group_id", "enterprise_id", "valid_from", "valid_to"}, [][]any{{group, firm, span.from(), span.until()}}, "")
}

// Remove ends a firm's membership of a group on a day.
func (g Groups) Remove(ctx context.Context, tx *audit.Tx, group, firm int64, day period.Day) error {
	n, err := tx.Exec(ctx, `UPDATE enterprise_group_member SET valid_to = $1 WHERE group_id = $2 AND enterprise_id = $3 AND valid_from < $1 AND valid_to > $1`, day.String(), group, firm)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "这家企业在 %s 不是该集团的成员", day)
	}
	return err
}

// List returns the groups of a kind that have a member the scope sees, on a day.
func (g Groups) List(ctx context.Context, q db.Queryer, s scope.Scope, kind GroupKind, day period.Day) ([]Group, error) {
	var a db.Args
	query := `SELECT h.id, h.name, h.kind, h.head_id, e.id FROM enterprise_group h JOIN enterprise_group_member m ON m.group_id = h.id AND ` + on("m", day) + `
		JOIN enterprise e ON e.id = m.enterprise_id JOIN enterprise_version v ON v.enterprise_id = e.id AND v.replaced_at = 0 AND ` + on("v", day) + `
		WHERE h.kind = ` + a.Add(string(kind)) + ` AND ` + s.Where(&a, columns(day)) + ` ORDER BY h.id, e.id`
	var out []Group
	err := db.Each(ctx, q, query, a.Values(), func(s db.Scanner) error {
		var x Group
		var member int64
		if err := s.Scan(&x.ID, &x.Name, &x.Kind, &x.Head, &member); err != nil {
			return err
		}
		if len(out) == 0 || out[len(out)-1].ID != x.ID {
			out = append(out, x)
		}
		last := &out[len(out)-1]
		last.Members = append(last.Members, member)
		return nil
	})
	return out, err
}

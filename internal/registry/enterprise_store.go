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

// Enterprises are the firms themselves.
type Enterprises struct{ rules Rules }

const enterpriseColumns = `e.id, e.code, e.established, e.production_since, e.merged_into, v.valid_from, v.name, v.district, v.town, v.address, v.industry, v.edition, v.status`

func scanEnterprise(s db.Scanner) (Enterprise, error) {
	var e Enterprise
	var established, production, since string
	err := s.Scan(&e.ID, &e.Code, &established, &production, &e.MergedInto, &since, &e.Name, &e.District, &e.Town, &e.Address, &e.Industry, &e.Edition, &e.Status)
	e.Established, e.ProductionSince, e.Since = readDay(established), readDay(production), readDay(since)
	return e, err
}

// columns says how rows of enterprise e with its version v carry the dimensions
// of a scope on a day.
func columns(day period.Day) scope.Columns {
	return scope.Columns{
		Enterprise: "e.id", District: "v.district",
		Chain: "EXISTS (SELECT 1 FROM enterprise_membership cm WHERE cm.enterprise_id = e.id AND cm.kind = 'chain' AND cm.member_of IN %s AND " + on("cm", day) + ")",
	}
}

// identity is columns for queries that return identity only: a department
// matches its files against every firm of the city.
func identity(s scope.Scope, a *db.Args, day period.Day) string {
	if len(s.DepartmentKeys()) > 0 {
		return "1=1"
	}
	return s.Where(a, columns(day))
}

// Register adds a firm and returns its id. A code that fails its check, or
// belongs to a firm already, is refused.
func (r Enterprises) Register(ctx context.Context, tx *audit.Tx, e Entry) (int64, error) {
	ids, err := r.RegisterAll(ctx, tx, []Entry{e})
	if err != nil {
		return 0, err
	}
	tx.About(fmt.Sprintf("enterprise:%d", ids[0]), ids[0])
	return ids[0], nil
}

// RegisterAll adds many firms at once and returns their ids in order. One that
// is refused refuses all.
func (r Enterprises) RegisterAll(ctx context.Context, tx *audit.Tx, entries []Entry) ([]int64, error) {
	ids := make([]int64, 0, len(entries))
	var versions, names [][]any
	for i := range entries {
		e := &entries[i]
		if err := e.canonical(r.rules); err != nil {
			return nil, err
		}
		var id int64
		err := tx.QueryRow(ctx, `INSERT INTO enterprise (code, established, production_since, origin, created_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT DO NOTHING RETURNING id`, e.Code, e.Established.String(), e.ProductionSince.String(), e.Origin, tx.Now.UnixMilli()).Scan(&id)
		if fault.Is(err, fault.NotFound) {
			return nil, fault.New(fault.Conflict, "统一社会信用代码 %s 已经登记", e.Code).WithHint("请打开那家企业的档案，更名请用变更登记。")
		}
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
		versions = append(versions, versionRow(id, version{Span: Span{From: e.From}, Profile: e.Profile}, tx.Now.UnixMilli()))
		names = append(names, nameRow(id, OtherName{e.Name, LegalName, Span{From: e.From}}))
		for _, o := range e.Other {
			names = append(names, nameRow(id, o))
		}
	}
	if err := tx.Insert(ctx, "enterprise_version", versionCols, versions, ""); err != nil {
		return nil, err
	}
	if err := tx.Insert(ctx, "enterprise_name", nameCols, names, ""); err != nil {
		return nil, err
	}
	tx.Note("registered", len(ids))
	return ids, index(ctx, tx, tx, ids)
}

var (
	versionCols = []string{"enterprise_id", "valid_from", "valid_to", "name", "district", "town", "address", "industry", "edition", "status", "recorded_at"}
	nameCols    = []string{"enterprise_id", "name", "folded", "kind", "valid_from", "valid_to"}
)

func versionRow(id int64, v version, now int64) []any {
	return []any{id, v.from(), v.until(), v.Name, v.District, v.Town, v.Address, v.Industry, v.Edition, string(v.Status), now}
}

func nameRow(id int64, n OtherName) []any {
	return []any{id, n.Name, Fold(n.Name), string(n.Kind), n.from(), n.until()}
}

// Change records that from a day on a firm's profile is p. What held before stays
// true for before; the row it replaces is kept, marked.
func (r Enterprises) Change(ctx context.Context, tx *audit.Tx, id int64, from period.Day, p Profile) error {
	if err := p.canonical(r.rules); err != nil {
		return err
	}
	old, err := coveringVersion(ctx, tx, id, from)
	if err != nil {
		return err
	}
	if old.Profile == p {
		return fault.New(fault.Conflict, "没有任何变更")
	}
	if _, err := tx.Exec(ctx, `UPDATE enterprise_version SET replaced_at = $1 WHERE id = $2`, tx.Now.UnixMilli(), old.id); err != nil {
		return err
	}
	var rows [][]any
	for _, v := range revise(old, from, p) {
		rows = append(rows, versionRow(id, v, tx.Now.UnixMilli()))
	}
	if err := tx.Insert(ctx, "enterprise_version", versionCols, rows, ""); err != nil {
		return err
	}
	tx.Note("fields", changed(old.Profile, p))
	if old.Name == p.Name {
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE enterprise_name SET valid_to = $1 WHERE enterprise_id = $2 AND kind = 'legal' AND name = $3 AND valid_to > $1`, from.String(), id, old.Name); err != nil {
		return err
	}
	if err := tx.Insert(ctx, "enterprise_name", nameCols, [][]any{nameRow(id, OtherName{p.Name, LegalName, Span{from, old.Until}})}, ""); err != nil {
		return err
	}
	return index(ctx, tx, tx, []int64{id})
}

func coveringVersion(ctx context.Context, q db.Queryer, id int64, day period.Day) (version, error) {
	v := version{}
	var from, until string
	err := q.QueryRow(ctx, `SELECT v.id, v.valid_from, v.valid_to, v.name, v.district, v.town, v.address, v.industry, v.edition, v.status
		FROM enterprise_version v WHERE v.enterprise_id = $1 AND v.replaced_at = 0 AND `+on("v", day), id).
		Scan(&v.id, &from, &until, &v.Name, &v.District, &v.Town, &v.Address, &v.Industry, &v.Edition, &v.Status)
	if fault.Is(err, fault.NotFound) {
		return v, fault.Wrap(fault.NotFound, err, "%s 时没有这家企业的登记", day)
	}
	v.Span = readSpan(from, until)
	return v, err
}

// changed names the fields that differ, for the journal.
func changed(a, b Profile) []string {
	var out []string
	for _, f := range []struct {
		name string
		diff bool
	}{
		{"name", a.Name != b.Name}, {"district", a.District != b.District}, {"town", a.Town != b.Town}, {"address", a.Address != b.Address},
		{"industry", a.Industry != b.Industry}, {"edition", a.Edition != b.Edition}, {"status", a.Status != b.Status},
	} {
		if f.diff {
			out = append(out, f.name)
		}
	}
	return out
}

// AddName records another name of a firm, by which search and matching find it.
func (r Enterprises) AddName(ctx context.Context, tx *audit.Tx, id int64, n OtherName) error {
	if n.Kind != Former && n.Kind != Short {
		return fault.New(fault.Invalid, "不认识的名称类别“%s”", n.Kind)
	}
	if err := n.Validate(); err != nil {
		return err
	}
	if err := exists(ctx, tx, id); err != nil {
		return err
	}
	if err := tx.Insert(ctx, "enterprise_name", nameCols, [][]any{nameRow(id, n)}, ""); err != nil {
		return err
	}
	return index(ctx, tx, tx, []int64{id})
}

// SetDates records when a firm was established and when it began to produce;
// a zero day leaves what is recorded.
func (r Enterprises) SetDates(ctx context.Context, tx *audit.Tx, id int64, established, production period.Day) error {
	if err := exists(ctx, tx, id); err != nil {
		return err
	}
	for col, d := range map[string]period.Day{"established": established, "production_since": production} {
		if !d.IsZero() {
			if _, err := tx.Exec(ctx, `UPDATE enterprise SET `+col+` = $1 WHERE id = $2`, d.String(), id); err != nil {
				return err
			}
			tx.Note(col, d.String())
		}
	}
	return nil
}

// exists refuses an id that no firm has.
func exists(ctx context.Context, q db.Queryer, id int64) error {
	var n int64
	err := q.QueryRow(ctx, `SELECT id FROM enterprise WHERE id = $1`, id).Scan(&n)
	if fault.Is(err, fault.NotFound) {
		return fault.Wrap(fault.NotFound, err, "没有编号为 %d 的企业", id)
	}
	return err
}

// Find returns one firm's identity as of a day.
func (r Enterprises) Find(ctx context.Context, q db.Queryer, s scope.Scope, id int64, day period.Day) (Enterprise, error) {
	var a db.Args
	query := `SELECT ` + enterpriseColumns + ` FROM enterprise e JOIN enterprise_version v ON v.enterprise_id = e.id AND v.replaced_at = 0 AND ` + on("v", day) +
		` WHERE e.id = ` + a.Add(id) + ` AND ` + identity(s, &a, day)
	e, err := scanEnterprise(q.QueryRow(ctx, query, a.Values()...))
	if fault.Is(err, fault.NotFound) {
		return e, fault.Wrap(fault.NotFound, err, "没有这家企业，或您无权查看")
	}
	return e, err
}

// FindCode returns the firm of a credit code, following a merge, as of a day.
func (r Enterprises) FindCode(ctx context.Context, q db.Queryer, s scope.Scope, code string, day period.Day) (Enterprise, error) {
	var id int64
	err := q.QueryRow(ctx, `SELECT CASE WHEN merged_into <> 0 THEN merged_into ELSE id END FROM enterprise WHERE code = $1 AND code <> ''`, code).Scan(&id)
	if fault.Is(err, fault.NotFound) {
		return Enterprise{}, fault.Wrap(fault.NotFound, err, "没有代码为 %s 的企业", code)
	}
	if err != nil {
		return Enterprise{}, err
	}
	return r.Find(ctx, q, s, id, day)
}

// ScopeColumns says how rows of another room that carry an enterprise id in the
// SQL expression id are seen by city, district, chain and enterprise scopes on a
// day. The caller adds what it knows of departments.
func ScopeColumns(id string, day period.Day) scope.Columns {
	return scope.Columns{
		Enterprise: id,
		District:   "(SELECT sv.district FROM enterprise_version sv WHERE sv.enterprise_id = " + id + " AND sv.replaced_at = 0 AND " + on("sv", day) + ")",
		Chain:      "EXISTS (SELECT 1 FROM enterprise_membership cm WHERE cm.enterprise_id = " + id + " AND cm.kind = 'chain' AND cm.member_of IN %s AND " + on("cm", day) + ")",
	}
}

// Kin returns an SQL subquery for the ids of the records in the parenthesised
// parameter list ids and of those merged into them.
func Kin(ids string) string {
	return "(SELECT ke.id FROM enterprise ke WHERE ke.id IN " + ids + " UNION SELECT ke.id FROM enterprise ke WHERE ke.merged_into <> 0 AND ke.merged_into IN " + ids + ")"
}

// Survivor returns an SQL expression for the record that the enterprise id in the
// SQL expression id leads to after merges.
func Survivor(id string) string {
	return "COALESCE((SELECT NULLIF(me.merged_into, 0) FROM enterprise me WHERE me.id = " + id + "), " + id + ")"
}

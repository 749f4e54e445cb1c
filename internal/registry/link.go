package registry

import (
	"context"
	"fmt"
	"slices"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/fault"
	"ballast/internal/period"
	"ballast/internal/scope"
)

// MembershipKind is what a firm may be a member of.
type MembershipKind string

// The kinds of membership.
const (
	Chain  MembershipKind = "chain"  // 重点产业链, key of the pack
	Engine MembershipKind = "engine" // 新动能, key of the pack
	Park   MembershipKind = "park"   // 园区, by name or code
)

var membershipWords = map[MembershipKind]string{Chain: "产业链", Engine: "新动能", Park: "园区"}

// Membership is a firm's place in a chain, an engine or a park.
type Membership struct {
	ID   int64
	Kind MembershipKind
	Key  string
	Role string // 链主, 配套, …; free text
	Span
}

// Label is a title or an event a firm carries for a time, with its evidence.
type Label struct {
	ID       int64
	Key      string // of the pack
	Document string // 文号
	Issuer   string // 发文或认定机关
	Batch    string // 批次
	Evidence string // hash or name of the file that proves it
	Span
}

// Year is what a firm was in a calendar year.
type Year struct {
	Year    int
	Above   bool  // 规上
	People  int64 // 从业人员期末或年平均 as the city's rule has it; -1 not known
	Revenue int64 // 营业收入 in 分; -1 not known
	Size    string
}

// Links are a firm's memberships, labels and years.
type Links struct{ rules Rules }

// Join records a membership.
func (l Links) Join(ctx context.Context, tx *audit.Tx, id int64, m Membership) error {
	return l.JoinAll(ctx, tx, map[int64][]Membership{id: {m}})
}

// JoinAll records memberships of many firms.
func (l Links) JoinAll(ctx context.Context, tx *audit.Tx, all map[int64][]Membership) error {
	var rows [][]any
	for _, id := range sortedKeys(all) {
		for _, m := range all[id] {
			if _, ok := membershipWords[m.Kind]; !ok || m.Key == "" {
				return fault.New(fault.Invalid, "不认识的归属“%s %s”", m.Kind, m.Key)
			}
			if err := l.rules.membership(m.Kind, m.Key); err != nil {
				return err
			}
			if err := m.Validate(); err != nil {
				return err
			}
			rows = append(rows, []any{id, string(m.Kind), m.Key, m.Role, m.from(), m.until()})
		}
	}
	tx.Note("memberships", len(rows))
	return tx.Insert(ctx, "enterprise_membership", []string{"enterprise_id", "kind", "member_of", "role", "valid_from", "valid_to"}, rows, "")
}

// Leave ends a membership: the day is the first on which it no longer holds.
func (l Links) Leave(ctx context.Context, tx *audit.Tx, membership int64, day period.Day) error {
	return end(ctx, tx, "enterprise_membership", membership, day)
}

// end closes the span of a link row.
func end(ctx context.Context, tx *audit.Tx, table string, id int64, day period.Day) error {
	n, err := tx.Exec(ctx, `UPDATE `+table+` SET valid_to = $1 WHERE id = $2 AND valid_from < $1 AND valid_to > $1`, day.String(), id)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "这条记录不存在，或在 %s 之前已经终止", day)
	}
	tx.Note("ended", fmt.Sprintf("%s:%d at %s", table, id, day))
	return nil
}

// AddLabel gives a firm a label. A label without an end gets the pack's years of
// validity, if it has any.
func (l Links) AddLabel(ctx context.Context, tx *audit.Tx, id int64, label Label) error {
	return l.AddLabels(ctx, tx, map[int64][]Label{id: {label}})
}

// AddLabels gives labels to many firms.
func (l Links) AddLabels(ctx context.Context, tx *audit.Tx, all map[int64][]Label) error {
	var rows [][]any
	for _, id := range sortedKeys(all) {
		for _, x := range all[id] {
			if err := l.rules.label(x.Key); err != nil {
				return err
			}
			if years := l.rules.Labels[x.Key].Years; x.Until.IsZero() && years > 0 && !x.From.IsZero() {
				x.Until = x.From.AddMonths(12 * years)
			}
			if err := x.Validate(); err != nil {
				return err
			}
			rows = append(rows, []any{id, x.Key, x.from(), x.until(), x.Document, x.Issuer, x.Batch, x.Evidence})
		}
	}
	tx.Note("labels", len(rows))
	return tx.Insert(ctx, "enterprise_label", []string{"enterprise_id", "label", "valid_from", "valid_to", "document", "issuer", "batch", "evidence"}, rows, "")
}

// EndLabel ends a label before its time (撤销, 到期未复核).
func (l Links) EndLabel(ctx context.Context, tx *audit.Tx, label int64, day period.Day) error {
	return end(ctx, tx, "enterprise_label", label, day)
}

// RemoveLabel takes back a label that was given by mistake: it never held.
func (l Links) RemoveLabel(ctx context.Context, tx *audit.Tx, label int64) error {
	n, err := tx.Exec(ctx, `UPDATE enterprise_label SET removed_at = $1 WHERE id = $2 AND removed_at = 0`, tx.Now.UnixMilli(), label)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "没有这条标签，或已经撤回")
	}
	return err
}

// SetYear records what a firm was in a year; its size class follows from people
// and revenue by the pack's limits. A second record of the year replaces the first.
func (l Links) SetYear(ctx context.Context, tx *audit.Tx, id int64, y Year) error {
	return l.SetYears(ctx, tx, map[int64][]Year{id: {y}})
}

// SetYears records years of many firms.
func (l Links) SetYears(ctx context.Context, tx *audit.Tx, all map[int64][]Year) error {
	var rows [][]any
	for _, id := range sortedKeys(all) {
		for _, y := range all[id] {
			if y.Year < 1949 || y.Year > 2999 {
				return fault.New(fault.Invalid, "年份 %d 不对", y.Year)
			}
			above := 0
			if y.Above {
				above = 1
			}
			if len(l.rules.Sizes) > 0 {
				y.Size = SizeClass(l.rules.Sizes, y.People, y.Revenue)
			}
			rows = append(rows, []any{id, y.Year, above, max(y.People, -1), max(y.Revenue, -1), y.Size, tx.Now.UnixMilli()})
		}
	}
	tx.Note("years", len(rows))
	return tx.Insert(ctx, "enterprise_year", []string{"enterprise_id", "year", "above_scale", "people", "revenue", "size_class", "recorded_at"}, rows,
		`ON CONFLICT (enterprise_id, year) DO UPDATE SET above_scale = excluded.above_scale, people = excluded.people, revenue = excluded.revenue, size_class = excluded.size_class, recorded_at = excluded.recorded_at`)
}

// File is what the registry holds on one firm.
type File struct {
	Enterprise
	History     []Profiled
	Names       []OtherName
	Years       []Year
	Memberships []Membership
	Labels      []Label
	Merged      []Enterprise // records merged into this one
}

// Profiled is a profile with the span over which it held.
type Profiled struct {
	Profile
	Span
}

// File returns everything about one firm as of a day, facts of records merged
// into it included. The scope must see the firm by city, district, chain or id.
func (r Enterprises) File(ctx context.Context, q db.Queryer, s scope.Scope, id int64, day period.Day) (File, error) {
	var f File
	var a db.Args
	query := `SELECT ` + enterpriseColumns + ` FROM enterprise e JOIN enterprise_version v ON v.enterprise_id = e.id AND v.replaced_at = 0 AND ` + on("v", day) +
		` WHERE e.id = ` + a.Add(id) + ` AND ` + s.Where(&a, columns(day))
	e, err := scanEnterprise(q.QueryRow(ctx, query, a.Values()...))
	if fault.Is(err, fault.NotFound) {
		return f, fault.Wrap(fault.NotFound, err, "没有这家企业，或您无权查看")
	}
	if err != nil {
		return f, err
	}
	f.Enterprise = e
	return f, f.load(ctx, q, day)
}

// of selects the rows of a firm and of the records merged into it. It says
// merged_into <> 0 for the planner: the index holds only those rows.
const of = ` IN (SELECT CAST($1 AS BIGINT) UNION SELECT e.id FROM enterprise e WHERE e.merged_into = $1 AND e.merged_into <> 0)`

func (f *File) load(ctx context.Context, q db.Queryer, day period.Day) (err error) {
	f.History, err = db.List(ctx, q, `SELECT valid_from, valid_to, name, district, town, address, industry, edition, status FROM enterprise_version
		WHERE enterprise_id = $1 AND replaced_at = 0 ORDER BY valid_from`, []any{f.ID}, func(s db.Scanner) (Profiled, error) {
		var p Profiled
		var from, until string
		err := s.Scan(&from, &until, &p.Name, &p.District, &p.Town, &p.Address, &p.Industry, &p.Edition, &p.Status)
		p.Span = readSpan(from, until)
		return p, err
	})
	if err != nil {
		return err
	}
	f.Names, err = db.List(ctx, q, `SELECT name, kind, valid_from, valid_to FROM enterprise_name WHERE enterprise_id`+of+` ORDER BY valid_from, id`, []any{f.ID}, func(s db.Scanner) (OtherName, error) {
		var n OtherName
		var from, until string
		err := s.Scan(&n.Name, &n.Kind, &from, &until)
		n.Span = readSpan(from, until)
		return n, err
	})
	if err != nil {
		return err
	}
	f.Years, err = db.List(ctx, q, `SELECT year, above_scale, people, revenue, size_class FROM enterprise_year WHERE enterprise_id = $1 ORDER BY year`, []any{f.ID}, scanYear)
	if err != nil {
		return err
	}
	if f.Memberships, err = listMemberships(ctx, q, f.ID); err != nil {
		return err
	}
	if f.Labels, err = listLabels(ctx, q, f.ID); err != nil {
		return err
	}
	f.Merged, err = db.List(ctx, q, `SELECT `+enterpriseColumns+` FROM enterprise e JOIN enterprise_version v ON v.enterprise_id = e.id AND v.replaced_at = 0 AND `+on("v", day)+`
		WHERE e.merged_into = $1 AND e.merged_into <> 0 ORDER BY e.id`, []any{f.ID}, scanEnterprise)
	return err
}

func scanYear(s db.Scanner) (Year, error) {
	var y Year
	var above int
	err := s.Scan(&y.Year, &above, &y.People, &y.Revenue, &y.Size)
	y.Above = above == 1
	return y, err
}

func listMemberships(ctx context.Context, q db.Queryer, id int64) ([]Membership, error) {
	return db.List(ctx, q, `SELECT id, kind, member_of, role, valid_from, valid_to FROM enterprise_membership WHERE enterprise_id`+of+` ORDER BY kind, valid_from, id`, []any{id}, func(s db.Scanner) (Membership, error) {
		var m Membership
		var from, until string
		err := s.Scan(&m.ID, &m.Kind, &m.Key, &m.Role, &from, &until)
		m.Span = readSpan(from, until)
		return m, err
	})
}

func listLabels(ctx context.Context, q db.Queryer, id int64) ([]Label, error) {
	return db.List(ctx, q, `SELECT id, label, document, issuer, batch, evidence, valid_from, valid_to FROM enterprise_label WHERE removed_at = 0 AND enterprise_id`+of+` ORDER BY valid_from, id`, []any{id}, func(s db.Scanner) (Label, error) {
		var l Label
		var from, until string
		err := s.Scan(&l.ID, &l.Key, &l.Document, &l.Issuer, &l.Batch, &l.Evidence, &from, &until)
		l.Span = readSpan(from, until)
		return l, err
	})
}

func sortedKeys[V any](m map[int64]V) []int64 {
	keys := make([]int64, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

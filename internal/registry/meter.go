package registry

import (
	"context"
	"fmt"
	"strings"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/fault"
	"ballast/internal/period"
	"ballast/internal/scope"
	"ballast/uscc"
)

// MeterKind is what a meter or account measures.
type MeterKind string

// The kinds of meter.
const (
	Power MeterKind = "power" // 用电户号
	Water MeterKind = "water" // 用水户号
	Gas   MeterKind = "gas"   // 用气户号
)

var meterKinds = map[MeterKind]string{Power: "电", Water: "水", Gas: "气"}

// MeterLink ties an account to a firm, and to the parcel it stands on, for a time.
type MeterLink struct {
	ID         int64
	Kind       MeterKind
	Account    string // as the supplier writes it, blanks and dashes taken out
	Supplier   string
	Enterprise int64
	Parcel     int64 // 0: not known
	Span
}

// Meters are accounts of power, water and gas and whose they are.
type Meters struct{}

// Attach ties an account to a firm from link.From on, registering the account
// when it is new. An account has one firm at a time: the link that held before
// ends on that day; one that begins later is refused as a conflict.
func (m Meters) Attach(ctx context.Context, tx *audit.Tx, link MeterLink) (int64, error) {
	link.Account = strings.NewReplacer(" ", "", "-", "", "　", "").Replace(uscc.Normalise(link.Account))
	if _, ok := meterKinds[link.Kind]; !ok || link.Account == "" {
		return 0, fault.New(fault.Invalid, "户号的类别“%s”或号码“%s”不对", link.Kind, link.Account).WithHint("类别应为 power、water 或 gas。")
	}
	if err := link.Validate(); err != nil {
		return 0, err
	}
	if err := exists(ctx, tx, link.Enterprise); err != nil {
		return 0, err
	}
	var meter int64
	err := tx.QueryRow(ctx, `INSERT INTO meter (kind, account, supplier) VALUES ($1, $2, $3)
		ON CONFLICT (kind, account) DO UPDATE SET supplier = CASE WHEN excluded.supplier <> '' THEN excluded.supplier ELSE meter.supplier END RETURNING id`,
		string(link.Kind), link.Account, link.Supplier).Scan(&meter)
	if err != nil {
		return 0, err
	}
	if err := makeRoom(ctx, tx, meter, link); err != nil {
		return 0, err
	}
	var id int64
	err = tx.QueryRow(ctx, `INSERT INTO meter_link (meter_id, enterprise_id, parcel_id, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		meter, link.Enterprise, link.Parcel, link.from(), link.until()).Scan(&id)
	tx.Note("meter", fmt.Sprintf("%s:%s", link.Kind, link.Account))
	return id, err
}

// makeRoom ends the link that holds when the new one begins.
func makeRoom(ctx context.Context, tx *audit.Tx, meter int64, link MeterLink) error {
	var clash int
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM meter_link WHERE meter_id = $1 AND valid_from >= $2 AND valid_from < $3`, meter, link.from(), link.until()).Scan(&clash)
	if err != nil {
		return err
	}
	if clash > 0 {
		return fault.New(fault.Conflict, "户号 %s 在这段时间里已经归属别的登记", link.Account).WithHint("请先终止那条归属，或改起始日期。")
	}
	_, err = tx.Exec(ctx, `UPDATE meter_link SET valid_to = $1 WHERE meter_id = $2 AND valid_from < $1 AND valid_to > $1`, link.from(), meter)
	return err
}

// Detach ends a link.
func (m Meters) Detach(ctx context.Context, tx *audit.Tx, link int64, day period.Day) error {
	return end(ctx, tx, "meter_link", link, day)
}

const meterLinkColumns = `k.id, m.kind, m.account, m.supplier, k.enterprise_id, k.parcel_id, k.valid_from, k.valid_to`

func scanMeterLink(s db.Scanner) (MeterLink, error) {
	var l MeterLink
	var from, until string
	err := s.Scan(&l.ID, &l.Kind, &l.Account, &l.Supplier, &l.Enterprise, &l.Parcel, &from, &until)
	l.Span = readSpan(from, until)
	return l, err
}

// Of returns the accounts of a firm, and of records merged into it, on a day.
func (m Meters) Of(ctx context.Context, q db.Queryer, s scope.Scope, id int64, day period.Day) ([]MeterLink, error) {
	if err := visible(ctx, q, s, id, day); err != nil {
		return nil, err
	}
	return db.List(ctx, q, `SELECT `+meterLinkColumns+` FROM meter_link k JOIN meter m ON m.id = k.meter_id WHERE `+on("k", day)+` AND k.enterprise_id`+of+` ORDER BY m.kind, m.account`, []any{id}, scanMeterLink)
}

// Whose returns the firm an account belongs to on a day, following a merge.
func (m Meters) Whose(ctx context.Context, q db.Queryer, kind MeterKind, account string, day period.Day) (int64, error) {
	var id int64
	err := q.QueryRow(ctx, `SELECT CASE WHEN e.merged_into <> 0 THEN e.merged_into ELSE e.id END FROM meter m JOIN meter_link k ON k.meter_id = m.id JOIN enterprise e ON e.id = k.enterprise_id
		WHERE m.kind = $1 AND m.account = $2 AND `+on("k", day), string(kind), account).Scan(&id)
	if fault.Is(err, fault.NotFound) {
		return 0, fault.Wrap(fault.NotFound, err, "%s 户号 %s 在 %s 没有归属", meterKinds[kind], account, day)
	}
	return id, err
}

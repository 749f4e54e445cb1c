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

// ParcelState is the legal state of a parcel.
type ParcelState string

// The states of a parcel.
const (
	Clear   ParcelState = "clear"    // 正常
	TaxHold ParcelState = "tax_hold" // 税务查封
	Seized  ParcelState = "seized"   // 司法查封
	Auction ParcelState = "auction"  // 拍卖中
	Idle    ParcelState = "idle"     // 闲置
)

var parcelStates = map[ParcelState]string{Clear: "正常", TaxHold: "税务查封", Seized: "司法查封", Auction: "拍卖中", Idle: "闲置"}

// Chinese returns the name shown on pages.
func (s ParcelState) Chinese() string { return parcelStates[s] }

// Parcel is a piece of land (宗地) as it holds over a span.
type Parcel struct {
	ID       int64
	Code     string // 宗地代码
	District string
	Address  string
	Area     Area
	Floor    Area   // 建筑面积; UnknownArea when not stated
	Title    string // 不动产权证号; "" without title
	Use      string // 用途
	State    ParcelState
	Span
}

// TenureKind is how a firm holds land of its own.
type TenureKind string

// The kinds of tenure.
const (
	Titled   TenureKind = "title"    // 证载
	Untitled TenureKind = "untitled" // 实际使用未办证
)

// Tenure is a firm's own use of a parcel.
type Tenure struct {
	ID         int64
	Enterprise int64
	Parcel     int64
	Kind       TenureKind
	Area       Area
	Floor      Area
	Span
}

// Lease is land or floor let by one to another.
type Lease struct {
	ID       int64
	Lessor   int64 // 0: not a firm of ours
	Lessee   int64 // 0: not a firm of ours
	Parcel   int64 // 0: not known
	Area     Area  // of land
	Floor    Area
	Contract string
	Span
}

// Land are parcels and who uses them.
type Land struct{ rules Rules }

// AddParcel registers a parcel and returns its id.
func (l Land) AddParcel(ctx context.Context, tx *audit.Tx, p Parcel) (int64, error) {
	if err := l.validate(&p); err != nil {
		return 0, err
	}
	var id int64
	err := tx.QueryRow(ctx, `INSERT INTO parcel (code, district, address) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id`, p.Code, p.District, p.Address).Scan(&id)
	if fault.Is(err, fault.NotFound) {
		return 0, fault.New(fault.Conflict, "宗地 %s 已经登记", p.Code)
	}
	if err != nil {
		return 0, err
	}
	tx.Note("parcel", p.Code)
	return id, insertParcelVersion(ctx, tx, id, p)
}

func (l Land) validate(p *Parcel) error {
	if p.State == "" {
		p.State = Clear
	}
	switch {
	case p.Code == "":
		return fault.New(fault.Invalid, "没有宗地代码")
	case parcelStates[p.State] == "":
		return fault.New(fault.Invalid, "不认识的宗地状态“%s”", p.State)
	case p.Area <= 0:
		return fault.New(fault.Invalid, "宗地 %s 的面积应大于零", p.Code)
	}
	if err := l.rules.division(p.District); err != nil {
		return err
	}
	return p.Validate()
}

func insertParcelVersion(ctx context.Context, tx *audit.Tx, id int64, p Parcel) error {
	return tx.Insert(ctx, "parcel_version", []string{"parcel_id", "valid_from", "valid_to", "area", "floor_area", "title", "land_use", "state", "recorded_at"},
		[][]any{{id, p.from(), p.until(), int64(p.Area), int64(p.Floor), p.Title, p.Use, string(p.State), tx.Now.UnixMilli()}}, "")
}

const parcelColumns = `p.id, p.code, p.district, p.address, w.area, w.floor_area, w.title, w.land_use, w.state, w.valid_from, w.valid_to`

func scanParcel(s db.Scanner) (Parcel, error) {
	var p Parcel
	var from, until string
	err := s.Scan(&p.ID, &p.Code, &p.District, &p.Address, &p.Area, &p.Floor, &p.Title, &p.Use, &p.State, &from, &until)
	p.Span = readSpan(from, until)
	return p, err
}

// ChangeParcel records that from a day on the parcel's area, floor, title, use
// and state are those of p.
func (l Land) ChangeParcel(ctx context.Context, tx *audit.Tx, id int64, from period.Day, p Parcel) error {
	old, version, err := coveringParcel(ctx, tx, id, from)
	if err != nil {
		return err
	}
	p.Code, p.District, p.Address = old.Code, old.District, old.Address
	p.Span = Span{from, old.Until}
	if err := l.validate(&p); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE parcel_version SET replaced_at = $1 WHERE id = $2`, tx.Now.UnixMilli(), version); err != nil {
		return err
	}
	if old.From != from {
		before := old
		before.Until = from
		if err := insertParcelVersion(ctx, tx, id, before); err != nil {
			return err
		}
	}
	return insertParcelVersion(ctx, tx, id, p)
}

func coveringParcel(ctx context.Context, q db.Queryer, id int64, day period.Day) (Parcel, int64, error) {
	var version int64
	p, err := scanParcel(prefixed{q.QueryRow(ctx, `SELECT w.id, `+parcelColumns+` FROM parcel p JOIN parcel_version w ON w.parcel_id = p.id AND w.replaced_at = 0 AND `+on("w", day)+` WHERE p.id = $1`, id), &version})
	if fault.Is(err, fault.NotFound) {
		return p, 0, fault.Wrap(fault.NotFound, err, "%s 时没有编号为 %d 的宗地", day, id)
	}
	return p, version, err
}

// prefixed scans one more column before those of the scan function given to it.
type prefixed struct {
	db.Scanner
	first any
}

func (p prefixed) Scan(dest ...any) error {
	return p.Scanner.Scan(append([]any{p.first}, dest...)...)
}

// Hold records that a firm uses land of its own and returns the tenure's id.
func (l Land) Hold(ctx context.Context, tx *audit.Tx, t Tenure) (int64, error) {
	if t.Kind != Titled && t.Kind != Untitled {
		return 0, fault.New(fault.Invalid, "不认识的用地类别“%s”", t.Kind).WithHint("应为 title（证载）或 untitled（实际使用未办证）。")
	}
	if t.Area < 0 {
		return 0, fault.New(fault.Invalid, "用地面积没有填")
	}
	if err := t.Validate(); err != nil {
		return 0, err
	}
	var id int64
	err := tx.QueryRow(ctx, `INSERT INTO tenure (enterprise_id, parcel_id, kind, area, floor_area, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
		t.Enterprise, t.Parcel, string(t.Kind), int64(t.Area), int64(t.Floor), t.from(), t.until()).Scan(&id)
	tx.Note("tenure", fmt.Sprintf("enterprise:%d parcel:%d", t.Enterprise, t.Parcel))
	return id, err
}

// Release ends a tenure.
func (l Land) Release(ctx context.Context, tx *audit.Tx, tenure int64, day period.Day) error {
	return end(ctx, tx, "tenure", tenure, day)
}

// Let records a lease and returns its id. At least one side must be a firm of
// the registry.
func (l Land) Let(ctx context.Context, tx *audit.Tx, x Lease) (int64, error) {
	switch {
	case x.Lessor == 0 && x.Lessee == 0:
		return 0, fault.New(fault.Invalid, "租赁的双方都不是登记企业")
	case x.Lessor == x.Lessee:
		return 0, fault.New(fault.Invalid, "出租方和承租方是同一家企业")
	case x.Area < 0:
		return 0, fault.New(fault.Invalid, "租赁的土地面积没有填").WithHint("只租厂房、不计土地的，土地面积填 0。")
	}
	if err := x.Validate(); err != nil {
		return 0, err
	}
	for _, id := range []int64{x.Lessor, x.Lessee} {
		if id != 0 {
			if err := exists(ctx, tx, id); err != nil {
				return 0, err
			}
		}
	}
	var id int64
	err := tx.QueryRow(ctx, `INSERT INTO lease (lessor_id, lessee_id, parcel_id, area, floor_area, contract, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
		x.Lessor, x.Lessee, x.Parcel, int64(x.Area), int64(x.Floor), x.Contract, x.from(), x.until()).Scan(&id)
	tx.Note("lease", fmt.Sprintf("from enterprise:%d to enterprise:%d", x.Lessor, x.Lessee))
	return id, err
}

// EndLease ends a lease.
func (l Land) EndLease(ctx context.Context, tx *audit.Tx, lease int64, day period.Day) error {
	return end(ctx, tx, "lease", lease, day)
}

// Use is a firm's land on a day.
type Use struct {
	Tenures   []Tenure
	RentedIn  []Lease
	RentedOut []Lease
	Parcels   []Parcel // those of the tenures, each once, in order of id
}

// Area returns the firm's land by the rule; never less than zero.
func (u Use) Area(r LandRule) Area {
	var sum Area
	for _, t := range u.Tenures {
		if t.Kind == Titled && r.Titled || t.Kind == Untitled && r.Untitled {
			sum += t.Area
		}
	}
	if r.RentedIn {
		for _, x := range u.RentedIn {
			sum += x.Area
		}
	}
	if r.RentedOut {
		for _, x := range u.RentedOut {
			sum -= x.Area
		}
	}
	return max(sum, 0)
}

// Shares splits a total of the firm over its parcels by the floor area it has on
// each, in the order of Parcels; see [Split].
func (u Use) Shares(total int64) []int64 {
	floors := make([]Area, len(u.Parcels))
	for i, p := range u.Parcels {
		for _, t := range u.Tenures {
			if t.Parcel != p.ID {
				continue
			}
			if !t.Floor.Known() || !floors[i].Known() {
				floors[i] = UnknownArea
				continue
			}
			floors[i] += t.Floor
		}
	}
	return Split(total, floors)
}

// UseOf returns the land of a firm, and of records merged into it, on a day.
func (l Land) UseOf(ctx context.Context, q db.Queryer, s scope.Scope, id int64, day period.Day) (Use, error) {
	var u Use
	if err := visible(ctx, q, s, id, day); err != nil {
		return u, err
	}
	var err error
	u.Tenures, err = db.List(ctx, q, `SELECT id, enterprise_id, parcel_id, kind, area, floor_area, valid_from, valid_to FROM tenure t WHERE `+on("t", day)+` AND enterprise_id`+of+` ORDER BY parcel_id, id`, []any{id}, func(s db.Scanner) (Tenure, error) {
		var t Tenure
		var from, until string
		err := s.Scan(&t.ID, &t.Enterprise, &t.Parcel, &t.Kind, &t.Area, &t.Floor, &from, &until)
		t.Span = readSpan(from, until)
		return t, err
	})
	if err != nil {
		return u, err
	}
	if u.RentedIn, err = listLeases(ctx, q, "lessee_id", id, day); err != nil {
		return u, err
	}
	if u.RentedOut, err = listLeases(ctx, q, "lessor_id", id, day); err != nil {
		return u, err
	}
	u.Parcels, err = db.List(ctx, q, `SELECT `+parcelColumns+` FROM parcel p JOIN parcel_version w ON w.parcel_id = p.id AND w.replaced_at = 0 AND `+on("w", day)+`
		WHERE p.id IN (SELECT t.parcel_id FROM tenure t WHERE `+on("t", day)+` AND t.enterprise_id`+of+`) ORDER BY p.id`, []any{id}, scanParcel)
	return u, err
}

func listLeases(ctx context.Context, q db.Queryer, side string, id int64, day period.Day) ([]Lease, error) {
	return db.List(ctx, q, `SELECT id, lessor_id, lessee_id, parcel_id, area, floor_area, contract, valid_from, valid_to FROM lease x WHERE `+on("x", day)+` AND `+side+of+` ORDER BY id`, []any{id}, func(s db.Scanner) (Lease, error) {
		var x Lease
		var from, until string
		err := s.Scan(&x.ID, &x.Lessor, &x.Lessee, &x.Parcel, &x.Area, &x.Floor, &x.Contract, &from, &until)
		x.Span = readSpan(from, until)
		return x, err
	})
}

// Tenants returns the ids of the firms that use a parcel on a day, owners and
// lessees alike, in order of id: 多企业同宗地.
func (l Land) Tenants(ctx context.Context, q db.Queryer, s scope.Scope, parcel int64, day period.Day) ([]int64, error) {
	var a db.Args
	n := a.Add(parcel)
	query := `SELECT DISTINCT e.id FROM enterprise e JOIN enterprise_version v ON v.enterprise_id = e.id AND v.replaced_at = 0 AND ` + on("v", day) +
		` WHERE e.merged_into = 0 AND (EXISTS (SELECT 1 FROM tenure t WHERE t.enterprise_id = e.id AND t.parcel_id = ` + n + ` AND ` + on("t", day) + `)
		OR EXISTS (SELECT 1 FROM lease x WHERE x.lessee_id = e.id AND x.parcel_id = ` + n + ` AND ` + on("x", day) + `)) AND ` + s.Where(&a, columns(day)) + ` ORDER BY e.id`
	return db.List(ctx, q, query, a.Values(), func(s db.Scanner) (int64, error) {
		var id int64
		err := s.Scan(&id)
		return id, err
	})
}

// visible refuses a firm whose facts the scope does not see.
func visible(ctx context.Context, q db.Queryer, s scope.Scope, id int64, day period.Day) error {
	var a db.Args
	var n int64
	err := q.QueryRow(ctx, `SELECT e.id FROM enterprise e JOIN enterprise_version v ON v.enterprise_id = e.id AND v.replaced_at = 0 AND `+on("v", day)+
		` WHERE e.id = `+a.Add(id)+` AND `+s.Where(&a, columns(day)), a.Values()...).Scan(&n)
	if fault.Is(err, fault.NotFound) {
		return fault.Wrap(fault.NotFound, err, "没有这家企业，或您无权查看")
	}
	return err
}

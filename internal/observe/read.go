package observe

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"ballast/internal/db"
	"ballast/internal/fault"
	"ballast/internal/pack"
	"ballast/internal/period"
	"ballast/internal/registry"
	"ballast/internal/scope"
	"ballast/internal/sheet"
)

// Read gives what is held.
type Read struct{ o *Observe }

// String returns the stable name of a value, such as 1207:tax.
func (v ValueID) String() string { return strconv.FormatInt(v.Row, 10) + ":" + v.Item }

// ParseValueID reads the form of String.
func ParseValueID(s string) (ValueID, error) {
	row, item, ok := strings.Cut(s, ":")
	n, err := strconv.ParseInt(row, 10, 64)
	if !ok || err != nil || item == "" {
		return ValueID{}, fault.New(fault.Invalid, "“%s”不是数值编号", s)
	}
	return ValueID{n, item}, nil
}

// Columns is approved values as columns: one per item, a row per firm asked for.
type Columns struct {
	Period  period.Period
	At      time.Time
	Items   []string
	IDs     []int64
	Value   [][]float64 // [item][firm]; NaN where missing and for texts
	Text    [][]string  // [item][firm]; of texts and dates; nil for numeric items
	Missing [][]Missing
	Row     [][]int64 // [item][firm]; the staged row, which with the item is the ValueID; 0 where missing
}

// Source returns the name of a value, ok false where it is missing.
func (c *Columns) Source(item, firm int) (ValueID, bool) {
	row := c.Row[item][firm]
	return ValueID{row, c.Items[item]}, row != 0
}

// Query says which values Columns gives.
type Query struct {
	Period period.Period
	At     time.Time // approved and not undone at this instant; zero: now
	IDs    []int64   // rows of the result, in this order; firms, not merged records
	Items  []string  // keys of the pack's items
}

// Columns returns approved values of a period for many firms and items in one
// pass over the period's rows. Values of firms or departments outside the scope
// are missing. Facts of records merged into a firm count for it.
func (r Read) Columns(ctx context.Context, q db.Queryer, s scope.Scope, x Query) (*Columns, error) {
	c, err := r.newColumns(x)
	if err != nil {
		return nil, err
	}
	at := make(map[int64]int, len(x.IDs))
	for i, id := range x.IDs {
		at[id] = i
	}
	var a db.Args
	cond := live
	if !x.At.IsZero() {
		cond = liveAt(&a, x.At)
	}
	cols := registry.ScopeColumns(registry.Survivor("r.enterprise_id"), x.Period.End())
	cols.Department = "b.department"
	query := `SELECT r.id, b.id, ` + registry.Survivor("r.enterprise_id") + `, r.cells FROM observe_row r JOIN observe_batch b ON b.id = r.batch_id
		WHERE b.period = ` + a.Add(x.Period.String()) + ` AND ` + cond + ` AND r.enterprise_id <> 0 AND ` + s.Where(&a, cols) + order()
	layouts, err := r.layouts(ctx, q, x.Period)
	if err != nil {
		return nil, err
	}
	wanted := map[int64][]int{} // batch → for each of its items the column, -1 none
	for id, items := range layouts {
		for _, item := range items {
			wanted[id] = append(wanted[id], slices.Index(x.Items, item))
		}
	}
	err = db.Each(ctx, q, query, a.Values(), func(s db.Scanner) error {
		var row, batch, firm int64
		var packed []byte
		if err := s.Scan(&row, &batch, &firm, &packed); err != nil {
			return err
		}
		i, ok := at[firm]
		if !ok {
			return nil
		}
		cells, err := decodeCells(packed)
		if err != nil {
			return err
		}
		for k, n := range wanted[batch] {
			if n >= 0 && k < len(cells) {
				c.set(n, i, row, cells[k])
			}
		}
		return nil
	})
	return c, err
}

func (r Read) newColumns(x Query) (*Columns, error) {
	n := len(x.IDs)
	c := &Columns{Period: x.Period, At: x.At, Items: x.Items, IDs: x.IDs}
	for _, key := range x.Items {
		item, ok := r.o.Pack.Items().Find(key)
		if !ok {
			return nil, fault.New(fault.Invalid, "数据包里没有数据项“%s”", key)
		}
		value, missing := make([]float64, n), make([]Missing, n)
		for i := range value {
			value[i], missing[i] = math.NaN(), NotReported
		}
		var text []string
		if item.Type == pack.Text || item.Type == pack.Date {
			text = make([]string, n)
		}
		c.Value, c.Missing, c.Row, c.Text = append(c.Value, value), append(c.Missing, missing), append(c.Row, make([]int64, n)), append(c.Text, text)
	}
	return c, nil
}

// set lays a later cell over what is there; the rule is that of overlay.
func (c *Columns) set(item, firm int, row int64, x Cell) {
	switch {
	case x.Kind == Number:
		c.Value[item][firm], c.Missing[item][firm], c.Row[item][firm] = x.Num, Present, row
	case x.Kind == Text && c.Text[item] != nil:
		c.Text[item][firm], c.Missing[item][firm], c.Row[item][firm] = x.Text, Present, row
	case x.Kind == Nothing && c.Missing[item][firm] == NotReported:
		c.Missing[item][firm] = Blank
	}
}

// layouts returns the items of every batch of a period.
func (r Read) layouts(ctx context.Context, q db.Queryer, p period.Period) (map[int64][]string, error) {
	out := map[int64][]string{}
	err := db.Each(ctx, q, `SELECT `+batchColumns+` FROM observe_batch b WHERE b.period = $1`, []any{p.String()}, func(s db.Scanner) error {
		b, err := scanBatch(s)
		out[b.ID] = b.Layout.Items
		return err
	})
	return out, err
}

// Value is one value of a firm that holds now.
type Value struct {
	ID         ValueID
	Enterprise int64
	Item       pack.Item
	Cell       Cell
	Department string
	Period     period.Period
	ApprovedAt time.Time
	Answer     Answer // what the firm said about it; zero: nothing
}

// Values returns the values of a firm for a period that hold now, in the order of
// the pack. Values outside the scope are not among them.
func (r Read) Values(ctx context.Context, q db.Queryer, s scope.Scope, firm int64, p period.Period) ([]Value, error) {
	var a db.Args
	cols := registry.ScopeColumns(registry.Survivor("r.enterprise_id"), p.End())
	cols.Department = "b.department"
	n := a.Add(firm)
	query := `SELECT r.id, b.id, b.department, b.approved_at, r.cells FROM observe_row r JOIN observe_batch b ON b.id = r.batch_id
		WHERE r.enterprise_id IN ` + registry.Kin("("+n+")") + ` AND b.period = ` + a.Add(p.String()) + ` AND ` + live + ` AND ` + s.Where(&a, cols) + order()
	layouts, err := r.layouts(ctx, q, p)
	if err != nil {
		return nil, err
	}
	held := map[string]Value{}
	err = db.Each(ctx, q, query, a.Values(), func(s db.Scanner) error {
		var row, batch, approved int64
		var department string
		var packed []byte
		if err := s.Scan(&row, &batch, &department, &approved, &packed); err != nil {
			return err
		}
		cells, err := decodeCells(packed)
		for k, c := range cells {
			if k < len(layouts[batch]) && c.holds() {
				key := layouts[batch][k]
				held[key] = Value{ID: ValueID{row, key}, Enterprise: firm, Cell: c, Department: department, Period: p, ApprovedAt: instant(approved)}
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []Value
	for item := range r.o.Pack.Items().All() {
		if v, ok := held[item.Key]; ok {
			v.Item = item
			out = append(out, v)
		}
	}
	return out, r.answers(ctx, q, firm, p, out)
}

// answers adds to each value the newest answer of the firm.
func (r Read) answers(ctx context.Context, q db.Queryer, firm int64, p period.Period, vs []Value) error {
	all, err := db.List(ctx, q, `SELECT `+answerColumns+` FROM observe_answer a WHERE a.enterprise_id = $1 AND a.period = $2 ORDER BY a.id`, []any{firm, p.String()}, scanAnswer)
	for _, x := range all {
		for i := range vs {
			if vs[i].ID == x.Value || x.State == Corrected && x.Batch != 0 && vs[i].Item.Key == x.Value.Item {
				vs[i].Answer = x
			}
		}
	}
	return err
}

// value returns one value if it holds now and the scope sees it.
func (r Read) value(ctx context.Context, q db.Queryer, s scope.Scope, id ValueID) (Value, error) {
	var firm int64
	var p string
	err := q.QueryRow(ctx, `SELECT `+registry.Survivor("r.enterprise_id")+`, b.period FROM observe_row r JOIN observe_batch b ON b.id = r.batch_id WHERE r.id = $1`, id.Row).Scan(&firm, &p)
	if fault.Is(err, fault.NotFound) {
		return Value{}, fault.Wrap(fault.NotFound, err, "没有这个数值")
	}
	if err != nil {
		return Value{}, err
	}
	when, err := period.Parse(p)
	if err != nil {
		return Value{}, err
	}
	vs, err := r.Values(ctx, q, s, firm, when)
	if err != nil {
		return Value{}, err
	}
	for _, v := range vs {
		if v.ID == id {
			return v, nil
		}
	}
	return Value{}, fault.New(fault.Conflict, "这个数值已被更新，或您无权查看").WithHint("请刷新页面看最新数值。")
}

// Trace is where a value comes from.
type Trace struct {
	Value      ValueID
	Item       pack.Item
	Enterprise int64
	Cell       Cell
	Unit       string // in which the column was written
	Batch      Batch
	Sheet      string
	Address    string // cell of the sheet, such as C12; "" for a correction
}

// Source returns one Chinese line for the score sheet.
func (t Trace) Source() string {
	if t.Batch.Kind == Correction {
		return t.Batch.Reason
	}
	where := "文件“" + t.Batch.FileName + "”"
	if t.Sheet != "" {
		where += "工作表“" + t.Sheet + "”"
	}
	return where + t.Address
}

// Lineage tells who handed a value in, where it stands in which file, and who
// approved it when. The value need not hold any more.
func (r Read) Lineage(ctx context.Context, q db.Queryer, s scope.Scope, id ValueID) (Trace, error) {
	var t Trace
	var batch int64
	row, err := scanRow(prefixed{q.QueryRow(ctx, `SELECT r.batch_id, `+stagedColumns+` FROM observe_row r WHERE r.id = $1`, id.Row), &batch})
	if err != nil {
		return t, notSeen(err)
	}
	if t.Batch, err = loadBatch(ctx, q, batch); err != nil {
		return t, err
	}
	// The scope is asked as of the period, which is only known now.
	var b db.Args
	var n int64
	cols := registry.ScopeColumns(registry.Survivor("r.enterprise_id"), t.Batch.Period.End())
	cols.Department = "b.department"
	err = q.QueryRow(ctx, `SELECT `+registry.Survivor("r.enterprise_id")+` FROM observe_row r JOIN observe_batch b ON b.id = r.batch_id WHERE r.id = `+b.Add(id.Row)+` AND `+s.Where(&b, cols), b.Values()...).Scan(&n)
	if err != nil {
		return t, notSeen(err)
	}
	k := slices.Index(t.Batch.Layout.Items, id.Item)
	if k < 0 || k >= len(row.Cells) {
		return t, fault.New(fault.NotFound, "没有这个数值")
	}
	item, ok := r.o.Pack.Items().Find(id.Item)
	if !ok {
		item = pack.Item{Key: id.Item, Name: id.Item}
	}
	t.Value, t.Item, t.Enterprise, t.Cell, t.Sheet = id, item, n, row.Cells[k], row.Sheet
	if p, ok := t.Batch.Layout.place(row.Table, id.Item); ok {
		t.Unit = p.Unit
		if t.Batch.Kind == FromFile {
			t.Address = sheet.ColumnName(p.Col) + strconv.Itoa(row.Number)
		}
	}
	return t, nil
}

func notSeen(err error) error {
	if fault.Is(err, fault.NotFound) {
		return fault.Wrap(fault.NotFound, err, "没有这个数值，或您无权查看")
	}
	return err
}

// prefixed scans one more column before those of the scan function given to it.
type prefixed struct {
	db.Scanner
	first any
}

func (p prefixed) Scan(dest ...any) error {
	return p.Scanner.Scan(append([]any{p.first}, dest...)...)
}

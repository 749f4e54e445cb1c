package observe

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"ballast/internal/audit"
	"ballast/internal/fault"
	"ballast/internal/pack"
	"ballast/internal/period"
	"ballast/internal/registry"
	"ballast/internal/scope"
	"ballast/internal/sheet"

	"github.com/emmansun/gmsm/sm3"
)

// Upload is one hand-in.
type Upload struct {
	Actor      audit.Actor
	Scope      scope.Scope // must see the department
	Department string
	Period     period.Period
	Name       string // of the file
	File       io.ReaderAt
	Size       int64
	Now        time.Time
	Mapping    map[string]string // head → item key or Target…, confirmed by the person; remembered
	Limits     sheet.Limits
	Progress   func(Progress) // called now and then from the uploading goroutine; may be nil
}

// Progress is how far an upload has come.
type Progress struct {
	Stage    string // 读取, 入库
	Rows     int    // read or stored so far
	Findings int
}

// Receipt is the answer to an upload.
type Receipt struct {
	Batch     Batch
	Duplicate bool // the same file is here already; nothing was written
}

// Limits of one hand-in.
const (
	chunkRows   = 300     // rows looked up together
	maxFindings = 200_000 // a file with more is a wrong file
	maxItems    = 255     // items of one department and period kind
)

// Upload reads a file and stages it as a draft with all its findings. Nothing is
// stored when the file cannot be read to its end or ctx ends. The same file for
// the same department and period is answered with the batch that is there.
func (o *Observe) Upload(ctx context.Context, u Upload) (Receipt, error) {
	items, err := o.admit(ctx, &u)
	if err != nil {
		return Receipt{}, err
	}
	hash, err := hashFile(u.File, u.Size)
	if err != nil {
		return Receipt{}, err
	}
	if old, ok, err := duplicate(ctx, o.DB, u, hash); err != nil || ok && len(u.Mapping) == 0 {
		return Receipt{Batch: old, Duplicate: ok}, err
	}
	r, err := newReading(ctx, o, &u, items)
	if err != nil {
		return Receipt{}, err
	}
	defer r.spool.close()
	if err := r.read(ctx); err != nil {
		return Receipt{}, err
	}
	return o.stage(ctx, &u, r, hash)
}

// admit refuses what must not even be read, and returns the department's items.
func (o *Observe) admit(ctx context.Context, u *Upload) ([]pack.Item, error) {
	dep, ok := o.Pack.City().Department(u.Department)
	if !ok {
		return nil, fault.New(fault.Invalid, "没有部门“%s”", u.Department)
	}
	if !u.Scope.Allows(scope.Row{Department: u.Department}) {
		return nil, fault.New(fault.Denied, "您不能替%s报送", dep.Name)
	}
	today := period.DayOf(u.Now, o.Pack.City().Zone)
	if u.Period.IsZero() || !u.Period.End().Before(today) {
		return nil, fault.New(fault.Invalid, "%s还没有结束，不能报送", u.Period.Chinese()).WithHint("请核对报送期。")
	}
	items := o.itemsOf(u.Department, u.Period.Kind())
	if len(items) == 0 {
		return nil, fault.New(fault.Invalid, "%s没有按%s报送的数据项", dep.Name, u.Period.Kind().Chinese())
	}
	if len(items) > maxItems {
		return nil, fault.New(fault.TooLarge, "%s的数据项多于 %d 个", dep.Name, maxItems)
	}
	return items, o.Windows().check(ctx, o.DB, u.Department, u.Period, today)
}

// itemsOf returns what a department hands in for periods of a kind, in the
// order of the pack.
func (o *Observe) itemsOf(department string, kind period.Kind) []pack.Item {
	var out []pack.Item
	for i := range o.Pack.Items().All() {
		if i.Source == department && i.Period == kind {
			out = append(out, i)
		}
	}
	return out
}

func hashFile(f io.ReaderAt, size int64) (string, error) {
	h := sm3.New()
	if _, err := io.Copy(h, io.NewSectionReader(f, 0, size)); err != nil {
		return "", fault.Wrap(fault.Unavailable, err, "文件读不了")
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// reading is the state of reading one file.
type reading struct {
	o        *Observe
	u        *Upload
	items    []pack.Item
	layout   Layout
	planner  planner
	checker  *checker
	spool    *spool
	book     *sheet.Book
	seen     map[int64]first // firms met, to find duplicates
	plans    []*plan
	chunk    []pending
	general  []Finding // about the file, sheets and heads
	unread   []string  // heads of tables that could not be used
	findings int
	rows     int
	counts   counts
}

type counts struct{ rows, values, unmatched, errors, warnings int }

// first is where a firm was met first, and with which values.
type first struct {
	table, row int
	hash       uint64
}

// pending is a row not yet matched and checked.
type pending struct {
	plan *plan
	row  Row
	bad  []Finding
}

func newReading(ctx context.Context, o *Observe, u *Upload, items []pack.Item) (*reading, error) {
	book, err := sheet.Open(ctx, u.Name, u.File, u.Size, u.Limits)
	if err != nil {
		return nil, err
	}
	r := &reading{o: o, u: u, items: items, book: book, seen: map[int64]first{}}
	for _, i := range items {
		r.layout.Items = append(r.layout.Items, i.Key)
	}
	r.planner = planner{items: items, period: u.Period, explicit: map[string]string{}}
	for i := range o.Pack.Items().All() {
		if !slices.Contains(r.layout.Items, i.Key) {
			r.planner.others = append(r.planner.others, i)
		}
	}
	for head, target := range u.Mapping {
		r.planner.explicit[HeadKey(head)] = target
	}
	if r.planner.remembered, err = remembered(ctx, o.DB, u.Department); err != nil {
		return nil, err
	}
	r.checker = newChecker(o, items, &r.layout)
	r.spool, err = newSpool()
	return r, err
}

// read passes over every sheet once.
func (r *reading) read(ctx context.Context) error {
	for _, info := range r.book.Sheets() {
		if info.Own {
			continue
		}
		if info.Hidden {
			r.general = append(r.general, Finding{info.Index, info.Name, 1, 0, Warning, "", "工作表“" + info.Name + "”是隐藏的，没有读取。要报送请取消隐藏后重新上传。"})
			continue
		}
		var last *sheet.Table
		var p *plan
		err := r.book.Scan(ctx, info.Index, func(t *sheet.Table, row sheet.Row) error {
			if t != last {
				last, p = t, r.begin(t)
			}
			return r.take(ctx, p, row)
		})
		if err != nil {
			return err
		}
	}
	if err := r.flush(ctx); err != nil {
		return err
	}
	if r.counts.rows == 0 {
		return r.nothing()
	}
	r.report("读取")
	return nil
}

// begin plans a table when its first row comes.
func (r *reading) begin(t *sheet.Table) *plan {
	p := r.planner.plan(t, len(r.plans))
	r.plans = append(r.plans, p)
	if !p.usable() {
		for _, c := range t.Columns {
			r.unread = append(r.unread, c.Label())
		}
		p.findings = slices.DeleteFunc(p.findings, func(f Finding) bool { return f.Severity == Error })
		p.find(0, Warning, "", "这张表里没有企业代码或名称的列，或没有本部门的数据项，整张表没有读取。")
	}
	for _, c := range p.columns {
		if p.usable() {
			r.layout.Places = append(r.layout.Places, c.Place)
		}
	}
	r.general = append(r.general, p.findings...)
	return p
}

// nothing says why a file gave no row at all.
func (r *reading) nothing() error {
	heads := slices.Compact(r.unread)
	if len(heads) > 12 {
		heads = append(heads[:12], "…")
	}
	names := make([]string, len(r.items))
	for i, item := range r.items {
		names[i] = item.Name
	}
	if len(heads) == 0 {
		return fault.New(fault.Invalid, "“%s”里没有可以读取的数据行", r.u.Name).WithHint("请用系统的模板填报，或核对是不是选错了文件。")
	}
	return fault.New(fault.Invalid, "“%s”里没有可以读取的表：要有“统一社会信用代码”或“企业名称”，以及%s中的至少一项", r.u.Name, strings.Join(names, "、")).
		WithHint("文件里的列有：%s。可以在列对应中指定。", strings.Join(heads, "、"))
}

// take adds a row of a table to the chunk.
func (r *reading) take(ctx context.Context, p *plan, row sheet.Row) error {
	if !p.usable() || row.Kind != sheet.Data || row.Number == 0 {
		return nil
	}
	x := pending{plan: p, row: Row{Table: p.table, SheetNo: p.sheetNo, Sheet: p.sheet, Number: row.Number, Cells: make([]Cell, len(r.items))}}
	x.row.Code, x.row.Name = identity(row, p.code), identity(row, p.name)
	written := false
	for _, c := range p.columns {
		cell, _ := readCell(row.At(c.col), r.items[c.item], c.unit) // the checker words what cannot be read
		x.row.Cells[c.item] = cell
		written = written || cell.Kind != Nothing
	}
	if !written && x.row.Code == "" && x.row.Name == "" {
		return nil
	}
	if p.code >= 0 && row.At(p.code).Lossy() {
		x.bad = append(x.bad, Finding{p.sheetNo, p.sheet, row.Number, p.code, Warning, "", "代码存成了数字，末几位已经丢失。请把这一列设为文本格式后重填。"})
		x.row.Code = ""
	}
	r.chunk = append(r.chunk, x)
	if len(r.chunk) >= chunkRows {
		return r.flush(ctx)
	}
	return nil
}

func identity(row sheet.Row, col int) string {
	if col < 0 {
		return ""
	}
	s := strings.TrimSpace(row.At(col).String())
	if sheet.IsBlankMark(s) {
		return ""
	}
	return s
}

// flush matches and checks the rows of the chunk and spools them.
func (r *reading) flush(ctx context.Context) error {
	if len(r.chunk) == 0 {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return fault.Wrap(fault.Unavailable, err, "上传已取消，没有留下任何数据")
	}
	claims := make([]registry.Claim, len(r.chunk))
	for i, x := range r.chunk {
		claims[i] = registry.Claim{Code: x.row.Code, Name: x.row.Name}
	}
	res, err := r.o.Registry.Matches().Resolve(ctx, r.o.DB, claims)
	if err != nil {
		return err
	}
	ids := make([]int64, 0, len(res))
	for _, v := range res {
		if v.Enterprise != 0 {
			ids = append(ids, v.Enterprise)
		}
	}
	k, err := r.o.context(ctx, r.u.Period, ids)
	if err != nil {
		return err
	}
	for i := range r.chunk {
		if err := r.settle(&r.chunk[i], res[i], k); err != nil {
			return err
		}
	}
	r.chunk = r.chunk[:0]
	if r.counts.rows%3000 == 0 {
		r.report("读取")
	}
	return nil
}

// settle checks one matched row and spools it.
func (r *reading) settle(x *pending, res registry.Resolution, k neighbours) error {
	row := &x.row
	row.Enterprise, row.Verdict = res.Enterprise, string(res.Verdict)
	ident := x.plan.code
	if ident < 0 {
		ident = x.plan.name
		if res.Verdict == registry.ByName {
			res.Why = "" // a table without a column of codes need not be told of each row
		}
	}
	var err error
	out := spooled{Findings: append(x.bad, about(row, res, ident)...)}
	if res.Verdict != registry.Ignored {
		found, err := r.checker.row(row, k.before[row.Enterprise], k.current[row.Enterprise])
		if err != nil {
			return err
		}
		out.Findings = append(out.Findings, found...)
	}
	out.Findings = append(out.Findings, r.twice(row, ident)...)
	if !res.Verdict.Settled() {
		if out.Waiting, err = json.Marshal(res); err != nil {
			return fault.Wrap(fault.Internal, err, "匹配结果写不出来")
		}
		r.counts.unmatched++
	}
	out.Row = *row
	r.count(out.Findings)
	r.counts.rows++
	for _, c := range row.Cells {
		if c.holds() {
			r.counts.values++
		}
	}
	if r.findings > maxFindings {
		return fault.New(fault.TooLarge, "“%s”里的问题超过 %d 处，不像是要报送的文件", r.u.Name, maxFindings).WithHint("请核对文件、报送期和列对应。")
	}
	return r.spool.put(&out)
}

func (r *reading) count(fs []Finding) {
	r.findings += len(fs)
	for _, f := range fs {
		if f.Severity == Error {
			r.counts.errors++
		} else {
			r.counts.warnings++
		}
	}
}

// twice finds a firm that the same table has already. The same values again are
// harmless; different ones cannot both be right.
func (r *reading) twice(row *Row, ident int) []Finding {
	if row.Enterprise == 0 {
		return nil
	}
	key := row.Enterprise<<8 | int64(row.Table&0xff)
	now := first{row.Table, row.Number, fingerprint(row.Cells)}
	was, met := r.seen[key]
	if !met {
		r.seen[key] = now
		return nil
	}
	f := Finding{row.SheetNo, row.Sheet, row.Number, max(ident, 0), Error, "", fmt.Sprintf("这家企业与第 %d 行重复，数值不同。请只保留一行后重新上传，或去掉其中一行。", was.row)}
	if was.hash == now.hash {
		f.Severity, f.Message = Warning, fmt.Sprintf("这家企业与第 %d 行重复，数值相同。", was.row)
	}
	return []Finding{f}
}

func (r *reading) report(stage string) {
	if r.u.Progress != nil {
		r.u.Progress(Progress{stage, r.counts.rows, r.findings})
	}
}

package observe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"ballast/internal/db"
	"ballast/internal/db/dbtest"
	"ballast/internal/fault"
	"ballast/internal/scope"
	"ballast/internal/sheet"
)

// Whatever batches are approved and undone in whatever order, the value that
// holds is that of the last approved live batch that has one: none is lost, none
// counts twice.
func TestSupersedeAndUndoAgreeWithAModel(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		r := rand.New(rand.NewPCG(4, 2))
		type done struct {
			b    Batch
			vals []float64
		}
		var livings []done
		for step := range 30 {
			if len(livings) > 0 && r.IntN(3) == 0 {
				n := r.IntN(len(livings))
				if _, err := h.act(boss, livings[n].b, Undo); err != nil {
					t.Fatal(err)
				}
				livings = append(livings[:n], livings[n+1:]...)
			} else {
				vals, rows := []float64{nan, nan, nan}, []string{}
				for i := range vals {
					switch r.IntN(3) {
					case 0:
						vals[i] = float64(r.IntN(1000))
						rows = append(rows, row(i+1, fmt.Sprint(vals[i])))
					case 1:
						rows = append(rows, row(i+1, ""))
					}
				}
				if math.IsNaN(vals[0]) && math.IsNaN(vals[1]) && math.IsNaN(vals[2]) {
					continue
				}
				livings = append(livings, done{h.approve(h.upload(h.file(fmt.Sprint(step), csv(rows...)+strings.Repeat("\n", step))).Batch), vals})
			}
			want := []float64{nan, nan, nan}
			for _, l := range livings {
				for i, v := range l.vals {
					if !math.IsNaN(v) {
						want[i] = v
					}
				}
			}
			if got := h.tax(); !same(got, want...) {
				t.Fatalf("step %d: %v, want %v", step, got, want)
			}
		}
	})
}

func FuzzCells(f *testing.F) {
	f.Add(encodeCells(nil, []Cell{{Kind: Number, Num: 1.5, Original: "1.5万元"}, {}, {Kind: Text, Text: "𠮷"}, {Kind: Bad, Original: "x"}, {Kind: Nothing}}))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, b []byte) {
		cells, err := decodeCells(b)
		if err != nil {
			if !fault.Is(err, fault.Internal) {
				t.Fatalf("%v is no fault", err)
			}
			return
		}
		again, err := decodeCells(encodeCells(nil, cells))
		if err != nil || !bytes.Equal(encodeCells(nil, again), encodeCells(nil, cells)) {
			t.Fatalf("%v reads back as %v %v", cells, again, err)
		}
	})
}

func TestCellsReadBack(t *testing.T) {
	cells := []Cell{{}, {Kind: Number, Num: -0.1}, {Kind: Number, Num: math.MaxFloat64, Original: "很大"}, {Kind: Text, Text: "2025-01-01", Original: "2025年1月1日"}, {Kind: Bad, Original: "#DIV/0!"}, {Kind: Nothing}}
	got, err := decodeCells(encodeCells(nil, cells))
	if err != nil || !reflect.DeepEqual(got, cells) {
		t.Errorf("%v reads back as %v %v", cells, got, err)
	}
}

// wide writes a workbook of n firms × 3 items of the statistics office and as
// many further columns as make 30, one cell in a hundred bad. It returns the
// rows with a bad cell.
func wide(t testing.TB, path string, n int) map[int]bool {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	e := sheet.Export{Title: "2025年工业统计", Fields: []sheet.Field{{Head: "统一社会信用代码", Kind: sheet.AsText}, {Head: "企业名称", Kind: sheet.AsText},
		{Head: "营业收入", Unit: "万元"}, {Head: "工业增加值", Unit: "万元"}, {Head: "综合能源消费量", Unit: "吨标准煤"}, {Head: "利润总额", Unit: "万元"}}}
	for len(e.Fields) < 30 {
		e.Fields = append(e.Fields, sheet.Field{Head: fmt.Sprint("备查", len(e.Fields)), Kind: sheet.AsNumber})
	}
	bad := map[int]bool{}
	rows := func(yield func([]any, error) bool) {
		for i := range n {
			r := []any{code(i + 1), bulkName(i), float64(1000 + i%977), float64(300 + i%101), float64(50 + i%13), float64(i % 89)}
			for len(r) < 30 {
				r = append(r, float64(i*len(r))+0.5)
			}
			if i%25 == 7 { // one of the four items: one item cell in a hundred
				r[2+i/25%4] = "没算出来"
				bad[i+3] = true
			}
			if !yield(r, nil) {
				return
			}
		}
	}
	if err := sheet.WriteTable(context.Background(), f, e, rows); err != nil {
		t.Fatal(err)
	}
	return bad
}

func bulkName(i int) string { return fmt.Sprintf("萍乡市第%d号制造有限公司", i+1) }

func bulkNames(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = bulkName(i)
	}
	return out
}

func (h house) wideUpload(t testing.TB, path string) (Upload, func()) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	u := h.file("统计.xlsx", "")
	u.Department, u.Scope, u.File, u.Size = "statistics", scope.Departments("", "statistics"), f, info.Size()
	return u, func() { f.Close() }
}

func TestBulkNamesEveryBadCell(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, w *db.Writer) {
		const n = 1500
		h := newHouse(t, d, w, bulkNames(n))
		h.t = t
		path := t.TempDir() + "/wide.xlsx"
		bad := wide(t, path, n)
		u, done := h.wideUpload(t, path)
		defer done()
		steps := 0
		u.Progress = func(p Progress) { steps++ }
		r := h.upload(u)
		fs, err := h.Drafts().Findings(ctx, h.DB, u.Scope, r.Batch.ID)
		if err != nil || r.Batch.Rows != n || r.Batch.Errors != len(bad) || r.Batch.Unmatched != 0 || steps == 0 {
			t.Fatalf("%d rows %d errors, want %d and %d; %d progress calls, %v", r.Batch.Rows, r.Batch.Errors, n, len(bad), steps, err)
		}
		for _, f := range fs {
			if f.Severity == Error && !bad[f.Row] {
				t.Errorf("row %d is in order: %s", f.Row, f.Message)
			}
			delete(bad, f.Row)
		}
		if len(bad) > 0 {
			t.Errorf("%d bad rows are not named", len(bad))
		}
	})
}

func TestCancelledUploadLeavesNothing(t *testing.T) {
	d, w := dbtest.SQLite(t)
	h := newHouse(t, d, w, bulkNames(700))
	path := t.TempDir() + "/wide.xlsx"
	wide(t, path, 700)
	for _, stage := range []string{"读取", "入库"} {
		c, cancel := context.WithCancel(ctx)
		u, done := h.wideUpload(t, path)
		u.Progress = func(p Progress) {
			if p.Stage == stage {
				cancel()
			}
		}
		if stage == "入库" {
			u.Progress = func(Progress) { time.AfterFunc(0, cancel); time.Sleep(5 * time.Millisecond) }
		}
		_, err := h.Upload(c, u)
		done()
		cancel()
		if !fault.Is(err, fault.Unavailable) && !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled while %s: %v", stage, err)
		}
		var n int
		if err := d.QueryRow(ctx, `SELECT (SELECT COUNT(*) FROM observe_batch) + (SELECT COUNT(*) FROM observe_row) + (SELECT COUNT(*) FROM observe_file)`).Scan(&n); err != nil || n != 0 {
			t.Errorf("cancelled while %s: %d rows stay %v", stage, n, err)
		}
	}
}

// BenchmarkBulk measures a workbook of 100,000 × 30 beside the bare reader and
// reading the values back.
func BenchmarkBulk(b *testing.B) {
	const n = 100_000
	path := b.TempDir() + "/wide.xlsx"
	wide(b, path, n)
	d, w := dbtest.SQLite(b)
	start := time.Now()
	h := newHouse(b, d, w, bulkNames(n))
	b.Logf("registered %d firms in %v", n, time.Since(start).Round(time.Millisecond))
	b.Run("reader", func(b *testing.B) {
		for range b.N {
			u, done := h.wideUpload(b, path)
			book, err := sheet.Open(ctx, u.Name, u.File, u.Size, sheet.Limits{})
			if err != nil {
				b.Fatal(err)
			}
			rows := 0
			if err := book.Scan(ctx, 0, func(*sheet.Table, sheet.Row) error { rows++; return nil }); err != nil || rows != n {
				b.Fatal(rows, err)
			}
			done()
		}
	})
	b.Run("upload", func(b *testing.B) {
		for i := range b.N {
			u, done := h.wideUpload(b, path)
			u.Mapping = map[string]string{fmt.Sprint("备查", 28): TargetIgnore} // read again although the file is known
			var peak uint64
			u.Progress = func(Progress) {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapInuse)
			}
			r, err := h.Upload(ctx, u)
			done()
			if err != nil || r.Batch.Rows != n {
				b.Fatal(r.Batch.Rows, err)
			}
			b.ReportMetric(float64(peak)/(1<<20), "peak-MB")
			b.ReportMetric(float64(r.Batch.Errors), "errors")
			_ = i
		}
	})
}

// BenchmarkColumns measures reading approved values of 100,000 firms.
func BenchmarkColumns(b *testing.B) {
	const n = 100_000
	d, w := dbtest.SQLite(b)
	h := newHouse(b, d, w, bulkNames(n))
	var text strings.Builder
	text.WriteString("统一社会信用代码,营业收入（万元）,工业增加值（万元）,综合能源消费量（吨标准煤）,利润总额（万元）\n")
	for i := range n {
		fmt.Fprintf(&text, "%s,%d,%d,%d,%d\n", code(i+1), 1000+i%977, 300+i%101, 50+i%13, i%89)
	}
	u := h.file("统计.csv", text.String())
	u.Department, u.Scope = "statistics", scope.Departments("", "statistics")
	r, err := h.Upload(ctx, u)
	if err != nil {
		b.Fatal(err)
	}
	batch := r.Batch
	for _, s := range []Step{{Actor: tina, Verb: Submit}, {Actor: ulf, Verb: Approve}} {
		s.Scope, s.Batch, s.Version = u.Scope, batch.ID, batch.Version
		if batch, err = h.Act(ctx, s); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	for range b.N {
		c, err := h.Read().Columns(ctx, d, city, Query{Period: year, IDs: h.firms, Items: h.Pack.Items().Keys()})
		if err != nil || c.Missing[3][n-1] != Present {
			b.Fatal(err)
		}
	}
}

package sheet

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"strconv"
	"testing"

	"github.com/xuri/excelize/v2"
)

// big writes a workbook through the writing library: rows × 30 columns of
// codes, names and numbers, as a department's return of that size would be.
func big(t testing.TB, rows int) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	sw, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	values := make([]any, 30)
	for i := range values {
		values[i] = fmt.Sprintf("指标%d（万元）", i)
	}
	values[0], values[1] = "统一社会信用代码", "企业名称"
	if err := sw.SetRow("A1", values); err != nil {
		t.Fatal(err)
	}
	for r := 2; r <= rows+1; r++ {
		values[0], values[1] = fmt.Sprintf("9136030000%08d", r), fmt.Sprintf("演示%d厂", r)
		for i := 2; i < 30; i++ {
			values[i] = float64(r*i) / 7
		}
		if err := sw.SetRow(fmt.Sprintf("A%d", r), values); err != nil {
			t.Fatal(err)
		}
	}
	if err := sw.Flush(); err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := f.Write(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// bigPart is the same return written by hand, which is fast enough for the
// everyday run.
func bigPart(t testing.TB, rows int) []byte {
	b := []byte(`<worksheet><sheetData><row><c t="inlineStr"><is><t>统一社会信用代码</t></is></c>`)
	for i := 1; i < 30; i++ {
		b = fmt.Appendf(b, `<c t="inlineStr"><is><t>指标%d（万元）</t></is></c>`, i)
	}
	b = append(b, "</row>"...)
	for r := 2; r <= rows+1; r++ {
		b = fmt.Appendf(b, `<row r="%d"><c r="A%d" t="inlineStr"><is><t>9136030000%08d</t></is></c>`, r, r, r)
		for i := 1; i < 30; i++ {
			b = append(b, "<c><v>"...)
			b = strconv.AppendFloat(b, float64(r*i)/7, 'f', -1, 64)
			b = append(b, "</v></c>"...)
		}
		b = append(b, "</row>"...)
	}
	b = append(b, "</sheetData></worksheet>"...)
	return pack(t, map[string]string{"xl/worksheets/sheet1.xml": string(b)})
}

// heapPeak runs fn and returns by how much the live heap grew at its highest
// sampled point.
func heapPeak(fn func(sample func())) uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	base, peak := m.HeapAlloc, uint64(0)
	fn(func() {
		runtime.GC()
		runtime.ReadMemStats(&m)
		if m.HeapAlloc > base {
			peak = max(peak, m.HeapAlloc-base)
		}
	})
	return peak
}

// 5,000 rows in the everyday run keep it short; the benchmark reads 100,000.
// Held whole, their cells would take 7 MB.
func TestMemoryStaysFlat(t *testing.T) {
	raw := bigPart(t, 5_000)
	rows := 0
	peak := heapPeak(func(sample func()) {
		b := openBytes(t, "大.xlsx", raw)
		err := b.Scan(context.Background(), 0, func(x *Table, r Row) error {
			if rows++; rows%1500 == 0 {
				sample()
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	if rows != 5_000 || peak > 2<<20 {
		t.Errorf("%d rows, live heap grew by %s", rows, bytesText(peak))
	}
}

func TestMarkingStreams(t *testing.T) {
	raw := bigPart(t, 5_000)
	b := openBytes(t, "大.xlsx", raw)
	var findings []Finding
	for r := 2; r <= 5_001; r += 4 {
		findings = append(findings, Finding{0, r, r % 30, Mistaken, "数值超出范围。"})
	}
	var n writeCounter
	peak := heapPeak(func(sample func()) {
		n.every, n.sample = 1<<20, sample
		if err := WriteMarked(context.Background(), &n, b, findings); err != nil {
			t.Fatal(err)
		}
	})
	if n.total < len(raw)/2 || peak > 12<<20 {
		t.Errorf("%d bytes written, live heap grew by %s", n.total, bytesText(peak))
	}
}

type writeCounter struct {
	total, next, every int
	sample             func()
}

func (w *writeCounter) Write(b []byte) (int, error) {
	if w.total += len(b); w.total >= w.next {
		w.next = w.total + w.every
		w.sample()
	}
	return len(b), nil
}

func benchmarkRows(b *testing.B, read func(raw []byte) int) {
	raw := big(b, 100_000)
	b.ReportAllocs()
	for b.Loop() {
		if n := read(raw); n != 100_000 {
			b.Fatal(n)
		}
	}
	b.ReportMetric(100_000*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkImport finds the table and reads every value of 100,000 × 30 cells
// with its unit; BenchmarkBareReader is the row reader of the spreadsheet
// library alone, on the same bytes.
func BenchmarkImport(b *testing.B) {
	benchmarkRows(b, func(raw []byte) int {
		book := openBytes(b, "大.xlsx", raw)
		n := 0
		err := book.Scan(context.Background(), 0, func(x *Table, r Row) error {
			n++
			for _, c := range x.Columns[2:] {
				if v, err := ParseCell(r.At(c.Index)); err != nil || v.Blank || c.Unit != "万元" {
					return fmt.Errorf("%v %v", v, err)
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		return n
	})
}

func BenchmarkBareReader(b *testing.B) {
	benchmarkRows(b, func(raw []byte) int {
		f, err := excelize.OpenReader(bytes.NewReader(raw))
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		rows, err := f.Rows("Sheet1")
		if err != nil {
			b.Fatal(err)
		}
		n := -1
		for rows.Next() {
			if _, err := rows.Columns(excelize.Options{RawCellValue: true}); err != nil {
				b.Fatal(err)
			}
			n++
		}
		return n
	})
}

package sheet

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"testing"

	"ballast/internal/fault"

	"golang.org/x/text/encoding/simplifiedchinese"
	xunicode "golang.org/x/text/encoding/unicode"
)

const (
	relsXML      = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	workbookXML  = `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="表&amp;1" sheetId="1" r:id="rId1"/><sheet name="藏" sheetId="2" state="hidden" r:id="rId2"/></sheets></workbook>`
	workbookRels = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://x/worksheet" Target="/xl/worksheets/sheet2.xml"/><Relationship Id="rId3" Type="http://x/styles" Target="styles.xml"/><Relationship Id="rId4" Type="http://x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`
	stylesXML    = `<styleSheet><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/><numFmt numFmtId="165" formatCode="0.0%;[Red]-0.0%"/></numFmts><fills count="1"><fill/></fills><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>`
	sstXML       = `<sst><si><t>企业名称</t></si><si><r><t xml:space="preserve"> 富 </t></r><r><t>文本</t></r><rPh><t>拼音</t></rPh></si><si><t>甲&lt;乙&#x4E59;_x000D_</t></si></sst>`
	sheetXML     = `<?xml version="1.0"?><!-- c --><x:worksheet xmlns:x="m"><x:sheetData>
<x:row r="1"><x:c r="A1" t="s"><x:v>0</x:v></x:c><x:c r="B1" t="s"><x:v>1</x:v></x:c><x:c r="C1" t="s"><x:v>2</x:v></x:c></x:row>
<x:row r="3" hidden="1"><x:c r="A3" t="inlineStr"><x:is><x:t>行内</x:t></x:is></x:c><x:c r="B3" s="1"><x:v>45992</x:v></x:c><x:c r="C3" s="2"><x:v>45992</x:v></x:c><x:c r="D3" s="3"><x:v>0.125</x:v></x:c><x:c r="F3" t="b"><x:v>1</x:v></x:c></x:row>
<x:row><x:c><x:v>1.5</x:v></x:c><x:c t="e"><x:v>#DIV/0!</x:v></x:c><x:c><x:f>A1+1</x:f></x:c><x:c t="str"><x:f>A1</x:f><x:v>公式文字</x:v></x:c><x:c s="1"/><x:c><x:v><![CDATA[7]]></x:v></x:c></x:row>
</x:sheetData><x:mergeCells count="1"><x:mergeCell ref="A3:A4"/></x:mergeCells></x:worksheet>`
)

// pack makes an xlsx of raw parts; parts given replace the standard ones.
func pack(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	all := map[string]string{
		"_rels/.rels": relsXML, "xl/workbook.xml": workbookXML, "xl/_rels/workbook.xml.rels": workbookRels, "xl/styles.xml": stylesXML,
		"xl/sharedStrings.xml": sstXML, "xl/worksheets/sheet1.xml": sheetXML, "xl/worksheets/sheet2.xml": "<worksheet><sheetData/></worksheet>", "[Content_Types].xml": "<Types/>",
	}
	for k, v := range parts {
		all[k] = v
	}
	var buf bytes.Buffer
	zw := zip.NewWriter(&buf)
	for name, body := range all {
		if body == "" {
			continue
		}
		w, err := zw.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, body); err != nil {
			t.Fatal(err)
		}
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestXLSXCells(t *testing.T) {
	b := openBytes(t, `C:\收件\税务.xlsx`, pack(t, nil))
	if b.Name() != "税务.xlsx" || b.Format() != XLSX {
		t.Errorf("%q %s", b.Name(), b.Format())
	}
	if s := b.Sheets(); len(s) != 2 || s[0].Name != "表&1" || s[0].Hidden || !s[1].Hidden {
		t.Errorf("sheets %+v", s)
	}
	var got []string
	for r, err := range b.Rows(context.Background(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range r.Cells {
			if c.Kind != Blank || c.Merged {
				got = append(got, fmt.Sprintf("%s=%d:%s:%v", b.Ref(0, r.Number, i).Address(), c.Kind, c, c.Merged))
			}
		}
		if r.Hidden != (r.Number == 3) {
			t.Errorf("row %d hidden %v", r.Number, r.Hidden)
		}
	}
	// 45992 is 2025-12-01: 45992-45658 = 334 days behind 2025-01-01 (45658).
	want := "A1=1:企业名称:false B1=1:富 文本:false C1=1:甲<乙乙:false A3=1:行内:false B3=4:2025-12-01:false C3=4:2025-12:false D3=2:12.5%:false F3=3:TRUE:false " +
		"A4=1:行内:true B4=5:#DIV/0!:false C4=5:公式没有计算结果:false D4=1:公式文字:false F4=2:7:false"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
	if ref := b.Ref(0, 4, 27).String(); ref != "文件“税务.xlsx”工作表“表&1”AB4" {
		t.Error(ref)
	}
	if p, err := CellPeriod(Cell{Kind: Date, Text: "2025-12"}); err != nil || p != (Period{2025, 12, 12, 0}) {
		t.Errorf("%v %v", p, err)
	}
}

// Every way of breaking a workbook gives a fault that names the file, and no
// rows count as read.
func TestBrokenWorkbooks(t *testing.T) {
	full := pack(t, nil)
	for name, c := range map[string]struct {
		raw  []byte
		kind fault.Kind
		says string
	}{
		"cut off zip":        {full[:len(full)-300], fault.Invalid, "损坏"},
		"sheet cut off":      {pack(t, map[string]string{"xl/worksheets/sheet1.xml": sheetXML[:400]}), fault.Invalid, "不完整"},
		"cut behind rows":    {pack(t, map[string]string{"xl/worksheets/sheet1.xml": strings.TrimSuffix(sheetXML, "</x:worksheet>")}), fault.Invalid, "不完整"},
		"no workbook":        {pack(t, map[string]string{"xl/workbook.xml": ""}), fault.Invalid, "损坏"},
		"doctype":            {pack(t, map[string]string{"xl/sharedStrings.xml": `<!DOCTYPE x [<!ENTITY a "b">]><sst/>`}), fault.Invalid, "损坏"},
		"rows backwards":     {pack(t, map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row r="5"><c><v>1</v></c></row><row r="4"><c><v>1</v></c></row></sheetData></worksheet>`}), fault.Invalid, "行号错乱"},
		"cells backwards":    {pack(t, map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row r="5"><c r="C5"><v>1</v></c><c r="A5"><v>1</v></c></row></sheetData></worksheet>`}), fault.Invalid, "次序错乱"},
		"string out of list": {pack(t, map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row r="5"><c r="C5" t="s"><v>99</v></c></row></sheetData></worksheet>`}), fault.Invalid, "C5"},
		"too wide":           {pack(t, map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row r="1"><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>`}), fault.TooLarge, "XFD 列"},
		"xlsb":               {pack(t, map[string]string{"xl/workbook.bin": "x"}), fault.Invalid, "二进制工作簿"},
		"docx":               {pack(t, map[string]string{"word/document.xml": "x"}), fault.Invalid, "Word"},
		"other zip":          {zipOf(t, "a.txt", "hello"), fault.Invalid, "压缩包"},
		"pdf":                {[]byte("%PDF-1.7 ..."), fault.Invalid, "PDF"},
		"html":               {[]byte("<html><table><tr><td>1</td></tr></table></html>"), fault.Invalid, "网页"},
		"empty":              {nil, fault.Invalid, "空的"},
		"binary":             {bytes.Repeat([]byte{0, 1, 2, 3, 0, 0, 7}, 400), fault.Invalid, "不是表格"},
		"ole of another":     {append([]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), make([]byte, 600)...), fault.Invalid, "损坏"},
	} {
		err := readAll("坏.xlsx", c.raw, Limits{})
		if !fault.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if msg, _ := fault.Public(err); !strings.Contains(msg, c.says) || !strings.Contains(msg, "坏.xlsx") {
			t.Errorf("%s: %s", name, msg)
		}
	}
}

// readAll opens a file and reads every table of every sheet.
func readAll(name string, raw []byte, lim Limits) error {
	b, err := Open(context.Background(), name, bytes.NewReader(raw), int64(len(raw)), lim)
	if err != nil {
		return err
	}
	for _, s := range b.Sheets() {
		if err := b.Scan(context.Background(), s.Index, func(*Table, Row) error { return nil }); err != nil {
			return err
		}
	}
	return nil
}

func zipOf(t testing.TB, name, body string) []byte {
	t.Helper()
	var buf bytes.Buffer
	zw := zip.NewWriter(&buf)
	w, err := zw.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, body)
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestZipBombs(t *testing.T) {
	sheet := `<worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>` + strings.Repeat("0", 36<<20) + `</t></is></c></row></sheetData></worksheet>`
	raw := pack(t, map[string]string{"xl/worksheets/sheet1.xml": sheet})
	if len(raw) > 1<<20 {
		t.Fatalf("the bomb has %d bytes", len(raw))
	}
	err := readAll("炸弹.xlsx", raw, Limits{})
	if msg, _ := fault.Public(err); !fault.Is(err, fault.TooLarge) || !strings.Contains(msg, "压缩炸弹") {
		t.Errorf("ratio: %v", err)
	}
	if err := readAll("大.xlsx", pack(t, nil), Limits{UnzipBytes: 1000}); !fault.Is(err, fault.TooLarge) {
		t.Errorf("total: %v", err)
	}
	if err := readAll("大.xlsx", pack(t, nil), Limits{FileBytes: 1000}); !fault.Is(err, fault.TooLarge) {
		t.Errorf("file: %v", err)
	}
	// A part that unpacks to more than its entry says.
	var buf bytes.Buffer
	zw := zip.NewWriter(&buf)
	for name, body := range map[string]string{"_rels/.rels": relsXML, "xl/workbook.xml": workbookXML, "xl/_rels/workbook.xml.rels": workbookRels, "xl/worksheets/sheet2.xml": "<a/>"} {
		w, _ := zw.Create(name)
		io.WriteString(w, body)
	}
	body := []byte(sheetXML)
	w, err := zw.CreateRaw(&zip.FileHeader{Name: "xl/worksheets/sheet1.xml", Method: zip.Store, CRC32: crc32.ChecksumIEEE(body), CompressedSize64: uint64(len(body)), UncompressedSize64: 10})
	if err != nil {
		t.Fatal(err)
	}
	w.Write(body)
	zw.Close()
	if err := readAll("假.xlsx", buf.Bytes(), Limits{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("forged size: %v", err)
	}
}

func TestLimits(t *testing.T) {
	var rows strings.Builder
	for i := range 20 {
		fmt.Fprintf(&rows, "a%d,%d\n", i, i)
	}
	for name, c := range map[string]struct {
		text string
		lim  Limits
		says string
	}{
		"rows":    {rows.String(), Limits{Rows: 10}, "超过 10 行"},
		"columns": {strings.Repeat("1,", 50) + "1\n", Limits{Columns: 20}, "超过 20 列"},
		"cell":    {"a," + strings.Repeat("x", 2000) + "\n", Limits{CellBytes: 1000}, "单元格超过"},
	} {
		err := readAll("限.csv", []byte(c.text), c.lim)
		if msg, _ := fault.Public(err); !fault.Is(err, fault.TooLarge) || !strings.Contains(msg, c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	b := csvBook(t, rows.String())
	cancel()
	if _, err := b.Tables(ctx, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := b.Tables(context.Background(), 3); !fault.Is(err, fault.NotFound) {
		t.Errorf("sheet 3: %v", err)
	}
}

func TestHostileCSV(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"10 MB line":     {"a,b\n1," + strings.Repeat("长", 10<<20/3) + "\n", "第 2 行"},
		"NUL":            {"a,b\n1,x\x00y\n", "B2"},
		"bad GBK":        {"a,b\n1,\xff\xff\n", "B2"},
		"unclosed quote": {"a,b\n1,\"没完\n2,3\n", "引号"},
	} {
		err := readAll("坏.csv", []byte(c.text), Limits{})
		if msg, _ := fault.Public(err); err == nil || !strings.Contains(msg, c.says) || !strings.Contains(msg, "坏.csv") {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A formula is text like any other.
	b := csvBook(t, "名称,值\n\"=cmd|'/C calc'!A0\",1\n甲,2\n")
	for r := range b.TableRows(context.Background(), tablesOf(t, b, 0)[0]) {
		if r.Number == 2 && r.At(0).Text != "=cmd|'/C calc'!A0" {
			t.Errorf("%+v", r)
		}
	}
}

func TestCSVEncodingsAndSeparators(t *testing.T) {
	const text = "企业名称;税收（万元）;备注\r\n演示一厂;\"1;5\";㛃𠮷\r\n\r\n演示二厂;=\"00123\";\"两\r\n行\"\r"
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	le, _ := xunicode.UTF16(xunicode.LittleEndian, xunicode.UseBOM).NewEncoder().String(text)
	be, _ := xunicode.UTF16(xunicode.BigEndian, xunicode.IgnoreBOM).NewEncoder().String(text)
	want := outline(t, csvBook(t, text), 0)
	if !strings.Contains(want, "2数据 A=演示一厂 B=1;5 C=㛃𠮷") || !strings.Contains(want, "4数据 A=演示二厂 B=00123 C=两\r\n行") {
		t.Fatalf("%s", want)
	}
	for enc, raw := range map[string]string{"GB18030": gbk, "UTF-16LE": le, "UTF-16BE": be, "UTF-8": "\ufeff" + text} {
		b := openBytes(t, "x.xls", []byte(raw))
		if b.Encoding() != enc || outline(t, b, 0) != want {
			t.Errorf("%s read as %s:\n%s", enc, b.Encoding(), outline(t, b, 0))
		}
	}
	for _, sep := range []string{",", "\t", "|"} {
		other := strings.NewReplacer(";", sep, "\"1;5\"", "1.5").Replace("a;b;c\nx;1;2\ny;3;4\n")
		if x := tablesOf(t, csvBook(t, other), 0); len(x) != 1 || len(x[0].Columns) != 3 {
			t.Errorf("separator %q: %+v", sep, x)
		}
	}
	if x := tablesOf(t, csvBook(t, "sep=;\na;b\n1,5;2\n2,5;3\n"), 0); len(x) != 1 || len(x[0].Columns) != 2 || x[0].Headers[0] != 2 {
		t.Errorf("sep line: %+v", x)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte("a,b\n1,2\n"))
	f.Add([]byte("sep=;\n\"a\";\"b\"\"c\"\r\n"))
	f.Add([]byte("\xff\xfea\x00,\x00b\x00"))
	f.Add([]byte("\xc6\xf3\xd2\xb5,1\n"))
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		err := readAll("f", raw, Limits{UnzipBytes: 1 << 20, Rows: 2000, CellBytes: 4096})
		var e *fault.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("an error that is no fault: %v", err)
		}
	})
}

// FuzzSheet feeds the XML reader and the rewriter: no panic, and what can be
// read can be marked and read again.
func FuzzSheet(f *testing.F) {
	f.Add(sheetXML)
	f.Add(`<worksheet><sheetData/></worksheet>`)
	f.Add(`<worksheet><sheetData><row r="2"/><row r="4" spans="1:2"><c r="B4" s="1"/></row></sheetData><legacyDrawing r:id="x"/><extLst/></worksheet>`)
	f.Fuzz(func(t *testing.T, body string) {
		raw := pack(t, map[string]string{"xl/worksheets/sheet1.xml": body})
		if readAll("f", raw, Limits{}) != nil {
			return
		}
		b := openBytes(t, "f", raw)
		var buf bytes.Buffer
		if err := WriteMarked(context.Background(), &buf, b, []Finding{{0, 3, 1, Warning, "x"}}); err != nil {
			var e *fault.Error
			if !errors.As(err, &e) {
				t.Fatalf("an error that is no fault: %v", err)
			}
			return
		}
		if err := readAll("f", buf.Bytes(), Limits{}); err != nil && strings.Contains(body, "sheetData") {
			t.Fatalf("marked copy is broken: %v\n%s", err, body)
		}
	})
}

// FuzzXLS mutates a real workbook stream.
func FuzzXLS(f *testing.F) {
	f.Add([]byte{9, 8, 8, 0, 0, 6, 5, 0, 0, 0, 0, 0, 10, 0, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		x := &xls{name: "f", lim: DefaultLimits(), data: data}
		if x.readGlobals() != nil {
			return
		}
		for i := range x.info {
			x.merges(context.Background(), i)
			x.rows(context.Background(), i, func(Row) error { return nil })
		}
	})
}

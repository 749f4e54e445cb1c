package sheet

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"
	"time"

	"ballast/internal/fault"

	"github.com/xuri/excelize/v2"
)

func openBytes(t testing.TB, name string, raw []byte) *Book {
	t.Helper()
	b, err := Open(context.Background(), name, bytes.NewReader(raw), int64(len(raw)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func all(rows ...[]any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// wellFormed checks every XML part of a package with an independent parser, and
// that every part has a content type and every relation a target.
func wellFormed(t testing.TB, raw []byte) {
	t.Helper()
	zr, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]bool)
	types := ""
	for _, f := range zr.File {
		if names[f.Name] {
			t.Errorf("part %s twice", f.Name)
		}
		names[f.Name] = true
		rc, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(rc)
		rc.Close()
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		if f.Name == "[Content_Types].xml" {
			types = string(body)
		}
		d := xml.NewDecoder(bytes.NewReader(body))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
		}
	}
	for name := range names {
		ext := name[strings.LastIndexByte(name, '.')+1:]
		if name != "[Content_Types].xml" && !strings.Contains(types, `Extension="`+ext+`"`) && !strings.Contains(types, `PartName="/`+name+`"`) {
			t.Errorf("part %s has no content type", name)
		}
		if strings.Contains(name, "Ballast") && strings.HasSuffix(name, ".xml") && !strings.Contains(types, `PartName="/`+name+`"`) {
			t.Errorf("part %s is not declared", name)
		}
	}
}

func TestWriteTableKeepsCodesDatesAndPrecision(t *testing.T) {
	var buf bytes.Buffer
	day := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	e := Export{Sheet: "企业/名单", Title: "企业名单", Notes: []string{"来源：演示数据"}, Fields: []Field{
		{Head: "统一社会信用代码"}, {Head: "税收", Unit: "万元", Kind: AsNumber}, {Head: "认定日期", Kind: AsDate}, {Head: "备注"},
	}}
	rows := all(
		[]any{"914403001922038216", -1234.5678901234, day, "=1+1"},
		[]any{"91360300000000019W", nil, nil, "含\x00控制字符"},
	)
	if err := WriteTable(context.Background(), &buf, e, rows); err != nil {
		t.Fatal(err)
	}
	wellFormed(t, buf.Bytes())
	b := openBytes(t, "导出.xlsx", buf.Bytes())
	wantOutline(t, outline(t, b, 0), `
[企业名单|||[3]]
  A 统一社会信用代码||
  B 税收|万元|
  C 认定日期||
  D 备注||
  4数据 A=914403001922038216 B=-1234.5678901234 C=2026-11-24 D==1+1
  5数据 A=91360300000000019W D=含控制字符
`)
	if b.Sheets()[0].Name != "企业_名单" {
		t.Errorf("sheet %q", b.Sheets()[0].Name)
	}
	for r := range b.Rows(context.Background(), 0) {
		if r.Number == 4 && (r.At(0).Kind != Text || r.At(1).Kind != Number || r.At(2).Kind != Date || r.At(3).Kind != Text) {
			t.Errorf("kinds of %+v", r.Cells)
		}
	}
	f, err := excelize.OpenReader(&buf)
	if err != nil {
		t.Fatal(err)
	}
	if formula, _ := f.GetCellFormula("企业_名单", "D4"); formula != "" {
		t.Errorf("text became the formula %q", formula)
	}
	broken := func(yield func([]any, error) bool) { yield(nil, fault.New(fault.Unavailable, "断了")) }
	if err := WriteTable(context.Background(), io.Discard, e, broken); !fault.Is(err, fault.Unavailable) {
		t.Errorf("error of the rows: %v", err)
	}
}

func TestWriteCSVGuardsFormulasButNotNegativeNumbers(t *testing.T) {
	var buf bytes.Buffer
	fields := []Field{{Head: "名称"}, {Head: "值", Unit: "万元"}}
	rows := all(
		[]any{`=HYPERLINK("http://x","点我")`, -5.5}, []any{"+cmd|' /C calc'!A0", "-12.5"}, []any{"@SUM(A1)", "—"}, []any{"\t=1", "-"}, []any{"－1+2", "+3"},
		[]any{"甲,\"乙\"\n丙", nil}, []any{"-2+3", "-1,234.5"},
	)
	if err := WriteCSV(context.Background(), &buf, Export{Fields: fields}, rows); err != nil {
		t.Fatal(err)
	}
	text := buf.String()
	if !strings.HasPrefix(text, "\ufeff名称,值（万元）\r\n") || strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\r") {
		t.Errorf("%q", text)
	}
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]string{
		{"名称", "值（万元）"}, {`'=HYPERLINK("http://x","点我")`, "-5.5"}, {"'+cmd|' /C calc'!A0", "-12.5"}, {"'@SUM(A1)", "—"}, {"'\t=1", "-"}, {"'－1+2", "+3"},
		{"甲,\"乙\"\n丙", ""}, {"'-2+3", "-1,234.5"},
	} {
		if strings.Join(records[i], "|") != strings.Join(want, "|") {
			t.Errorf("record %d = %q, want %q", i, records[i], want)
		}
	}
}

func TestTemplateComesBackKnown(t *testing.T) {
	tpl := Template{
		Seal: Seal{ID: "tax@3", Meta: map[string]string{"period": "2025", "department": "税务"}}, Key: []byte("secret"), Sheet: "税收",
		Title: "2025年度税收情况表", Notes: []string{"带*的列必填。"}, Spare: 5,
		Fields: []Field{
			{Head: "统一社会信用代码", Locked: true, Required: true}, {Head: "企业名称", Locked: true}, {Head: "实缴税金", Unit: "万元", Kind: AsNumber, Help: "按入库数填"},
			{Head: "县区", Choices: []string{"安源区", "湘东区"}},
		},
		Rows: [][]any{{"91360300000000019W", "演示一厂", 1200.5, "安源区"}, {"91360302000000019R", "演示二厂", nil, nil}},
	}
	var buf bytes.Buffer
	if err := WriteTemplate(context.Background(), &buf, tpl); err != nil {
		t.Fatal(err)
	}
	wellFormed(t, buf.Bytes())
	b := openBytes(t, "改过名.xlsx", buf.Bytes())
	if s := b.Sheets(); len(s) != 3 || s[0].Own || !s[1].Own || !s[1].Hidden || !s[2].Own || !s[2].Hidden {
		t.Errorf("sheets %+v", s)
	}
	seal, err := ReadSeal(context.Background(), b, []byte("secret"))
	if err != nil || seal.ID != "tax@3" || seal.Meta["period"] != "2025" || len(seal.Meta) != 2 {
		t.Errorf("%+v, %v", seal, err)
	}
	if _, err := ReadSeal(context.Background(), b, []byte("other")); !fault.Is(err, fault.Invalid) {
		t.Errorf("another key: %v", err)
	}
	if _, err := ReadSeal(context.Background(), csvBook(t, "a,b\n1,2\n"), []byte("secret")); !fault.Is(err, fault.NotFound) {
		t.Errorf("no seal: %v", err)
	}
	wantOutline(t, outline(t, b, 0), `
[2025年度税收情况表||2025年|[3]]
  A *统一社会信用代码||
  B 企业名称||
  C 实缴税金|万元|
  D 县区||
  4数据 A=91360300000000019W B=演示一厂 C=1200.5 D=安源区
  5数据 A=91360302000000019R B=演示二厂
`)
	f, err := excelize.OpenReader(bytes.NewReader(buf.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := f.GetDataValidations("税收")
	if err != nil || len(rules) != 2 || rules[1].Formula1 != "'_选项'!$A$1:$A$2" || rules[1].Sqref != "D4:D10" {
		t.Errorf("rules %+v, %v", rules, err)
	}
	panes, err := f.GetPanes("税收")
	if err != nil || !panes.Freeze || panes.YSplit != 3 {
		t.Errorf("panes %+v, %v", panes, err)
	}
	// A forged period must not pass.
	if err := f.SetCellStr(sealSheet, "B4", "2024"); err != nil {
		t.Fatal(err)
	}
	var forged bytes.Buffer
	if err := f.Write(&forged); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadSeal(context.Background(), openBytes(t, "x.xlsx", forged.Bytes()), []byte("secret")); !fault.Is(err, fault.Invalid) {
		t.Errorf("forged seal: %v", err)
	}
}

// original makes a workbook as a department would: two sheets, a merge, a
// comment of theirs, number formats.
func original(t testing.TB) []byte {
	t.Helper()
	f := excelize.NewFile()
	percent, err := f.NewStyle(&excelize.Style{NumFmt: 10, Font: &excelize.Font{Bold: true}})
	if err != nil {
		t.Fatal(err)
	}
	for cell, v := range map[string]any{
		"A1": "企业名称", "B1": "税收（万元）", "C1": "增速", "A2": "演示一厂", "B2": 100.25, "C2": 0.125, "A3": "演示二厂", "B3": "abc", "A5": "演示三厂", "B5": 7,
	} {
		if err := f.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	check(f.SetCellStyle("Sheet1", "C2", "C2", percent))
	check(f.MergeCell("Sheet1", "A5", "A6"))
	check(f.AddComment("Sheet1", excelize.Comment{Cell: "A2", Author: "王五", Text: "请核对"}))
	_, err = f.NewSheet("其他")
	check(err)
	check(f.SetCellValue("其他", "A1", "不动"))
	var buf bytes.Buffer
	check(f.Write(&buf))
	return buf.Bytes()
}

func marked(t testing.TB, b *Book, findings ...Finding) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := WriteMarked(context.Background(), &buf, b, findings); err != nil {
		t.Fatal(err)
	}
	wellFormed(t, buf.Bytes())
	return buf.Bytes()
}

// fillOf returns the colour of a cell.
func fillOf(t testing.TB, f *excelize.File, sheet, cell string) string {
	t.Helper()
	id, err := f.GetCellStyle(sheet, cell)
	if err != nil {
		t.Fatal(err)
	}
	st, err := f.GetStyle(id)
	if err != nil {
		t.Fatal(err)
	}
	if st.Fill.Type == "" || len(st.Fill.Color) == 0 {
		return ""
	}
	return strings.ToUpper(st.Fill.Color[0])
}

func commentsOf(t testing.TB, f *excelize.File, sheet string) string {
	t.Helper()
	list, err := f.GetComments(sheet)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range list {
		out = append(out, c.Cell+"<"+c.Author+">"+c.Text)
	}
	return strings.Join(out, " ; ")
}

func TestWriteMarkedKeepsTheWorkbook(t *testing.T) {
	raw := original(t)
	b := openBytes(t, "税务.xlsx", raw)
	out := marked(t, b,
		Finding{0, 3, 1, Mistaken, "“abc”不是数字。"},
		Finding{0, 3, 1, Warning, "比上年下降过多。"},
		Finding{0, 2, 2, Warning, "增速偏高 <&\"。"},
		Finding{0, 3, 2, Mistaken, "缺少数值。"}, // a cell that is not written
		Finding{0, 4, 0, Mistaken, "缺少企业。"}, // a row that is not written
		Finding{0, 6, 0, Warning, "合并区内。"},  // goes to A5
		Finding{0, 2, 0, Warning, "名称不一致。"}, // joins the comment of 王五
		Finding{0, 9, 1, Mistaken, "表外。"},   // behind the last row
	)
	f, err := excelize.OpenReader(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	red, yellow := mistakenColor[2:], warningColor[2:]
	for cell, want := range map[string]string{"B3": red, "C2": yellow, "C3": red, "A4": red, "A5": yellow, "A2": yellow, "B9": red, "B2": "", "A3": ""} {
		if got := fillOf(t, f, "Sheet1", cell); got != want {
			t.Errorf("%s is %q, want %q", cell, got, want)
		}
	}
	want := "A2<压舱石校验>提醒：名称不一致。\n请核对 ; C2<压舱石校验>提醒：增速偏高 <&\"。 ; B3<压舱石校验>错误：“abc”不是数字。\n比上年下降过多。 ; C3<压舱石校验>错误：缺少数值。 ; A4<压舱石校验>错误：缺少企业。 ; A5<压舱石校验>提醒：合并区内。 ; B9<压舱石校验>错误：表外。"
	if got := commentsOf(t, f, "Sheet1"); got != want {
		t.Errorf("comments\n%s\nwant\n%s", got, want)
	}
	id, _ := f.GetCellStyle("Sheet1", "C2")
	if st, _ := f.GetStyle(id); st.NumFmt != 10 || st.Font == nil || !st.Font.Bold {
		t.Errorf("C2 lost its format: %+v", st)
	}
	if v, _ := f.GetCellValue("Sheet1", "B2"); v != "100.25" {
		t.Errorf("B2 = %q", v)
	}
	if v, _ := f.GetCellValue("其他", "A1"); v != "不动" {
		t.Errorf("other sheet: %q", v)
	}
	rows, err := f.GetRows(resultSheet)
	if err != nil || len(rows) != 9 || strings.Join(rows[1], "|") != "1|Sheet1|A2|提醒|名称不一致。" {
		t.Errorf("list %q, %v", rows, err)
	}
	again := openBytes(t, "税务.xlsx", out)
	if s := again.Sheets(); len(s) != 3 || !s[2].Own {
		t.Errorf("sheets %+v", s)
	}
}

func TestWriteMarkedAgainTakesOldMarksOff(t *testing.T) {
	first := marked(t, openBytes(t, "税务.xlsx", original(t)), Finding{0, 3, 1, Mistaken, "旧"}, Finding{0, 2, 2, Warning, "旧"}, Finding{1, 1, 0, Warning, "旧"})
	second := marked(t, openBytes(t, "税务.xlsx", first), Finding{0, 5, 1, Mistaken, "新"})
	f, err := excelize.OpenReader(bytes.NewReader(second))
	if err != nil {
		t.Fatal(err)
	}
	for cell, want := range map[string]string{"B3": "", "C2": "", "B5": mistakenColor[2:]} {
		if got := fillOf(t, f, "Sheet1", cell); got != want {
			t.Errorf("%s is %q, want %q", cell, got, want)
		}
	}
	if got := fillOf(t, f, "其他", "A1"); got != "" {
		t.Errorf("other sheet keeps %q", got)
	}
	if got := commentsOf(t, f, "Sheet1"); got != "A2<王五>请核对 ; B5<压舱石校验>错误：新" {
		t.Errorf("comments %s", got)
	}
	if got := commentsOf(t, f, "其他"); got != "" {
		t.Errorf("comments of the other sheet: %s", got)
	}
	if list := f.GetSheetList(); fmt.Sprint(list) != "[Sheet1 其他 校验结果]" {
		t.Errorf("sheets %v", list)
	}
	if rows, _ := f.GetRows(resultSheet); len(rows) != 2 {
		t.Errorf("list %q", rows)
	}
	clean := marked(t, openBytes(t, "税务.xlsx", second))
	f, err = excelize.OpenReader(bytes.NewReader(clean))
	if err != nil {
		t.Fatal(err)
	}
	if got := commentsOf(t, f, "Sheet1"); got != "A2<王五>请核对" || fillOf(t, f, "Sheet1", "B5") != "" {
		t.Errorf("not clean: %s", got)
	}
}

func TestWriteMarkedCopiesOtherFormats(t *testing.T) {
	b := csvBook(t, "代码,税收（万元）\n914403001922038216,12.50\n00123,abc\n")
	f, err := excelize.OpenReader(bytes.NewReader(marked(t, b, Finding{0, 3, 1, Mistaken, "不是数字"})))
	if err != nil {
		t.Fatal(err)
	}
	for cell, want := range map[string]string{"A2": "914403001922038216", "A3": "00123", "B2": "12.50", "B3": "abc"} {
		if v, _ := f.GetCellValue("数据", cell); v != want {
			t.Errorf("%s = %q, want %q", cell, v, want)
		}
	}
	if fillOf(t, f, "数据", "B3") != mistakenColor[2:] {
		t.Error("B3 is not red")
	}
	old := openFile(t, shared(t, "messy/budget_wps_units_in_cells.xls"))
	out := marked(t, old, Finding{0, 2, 6, Warning, "核对"})
	back := openBytes(t, "copy.xlsx", out)
	tables := tablesOf(t, back, 0)
	if len(tables) != 2 || tables[1].Title != "财政支出" || tables[1].FirstRow != 33 {
		t.Errorf("the copy of the old workbook reads as %+v", tables)
	}
}

func TestWriteMarkedRefusesForeignCells(t *testing.T) {
	b := csvBook(t, "a,b\n1,2\n")
	for _, f := range []Finding{{Sheet: 7, Row: 1}, {Row: 0}, {Row: 1, Col: -1}} {
		if err := WriteMarked(context.Background(), io.Discard, b, []Finding{f}); err == nil {
			t.Errorf("%+v accepted", f)
		}
	}
}

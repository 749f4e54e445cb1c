package sheet

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
)

// csvBook opens a text as a book.
func csvBook(t testing.TB, text string) *Book {
	t.Helper()
	b, err := Open(context.Background(), "测试.csv", strings.NewReader(text), int64(len(text)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// outline writes tables in a short form that a test can compare: title, unit,
// header rows, columns with unit and period, then each row with its kind.
func outline(t testing.TB, b *Book, sheet int) string {
	t.Helper()
	var out strings.Builder
	for _, x := range tablesOf(t, b, sheet) {
		fmt.Fprintf(&out, "[%s|%s|%s|%v]\n", x.Title, x.Unit, x.Period, x.Headers)
		for _, c := range x.Columns {
			fmt.Fprintf(&out, "  %s %s|%s|%s\n", ColumnName(c.Index), c.Name, c.Unit, c.Period)
		}
		for _, r := range rowsOf(t, b, x) {
			fmt.Fprintf(&out, "  %d%s", r.Number, r.Kind)
			for i, c := range r.Cells {
				if c.Kind != Blank {
					fmt.Fprintf(&out, " %s=%s", ColumnName(i), c)
				}
			}
			out.WriteByte('\n')
		}
	}
	return out.String()
}

func wantOutline(t *testing.T, got, want string) {
	t.Helper()
	if want = strings.TrimLeft(want, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestDetectDepartmentReturn(t *testing.T) {
	b := csvBook(t, `2025年度规上工业企业税收情况表,,,,
填报单位：市税务局,,,,单位：万元
序号,统一社会信用代码,企业名称,实缴税金,其中：增值税
1,91360300000000019W,演示一厂,"1,200.5",800
2,91360302000000019R,演示二厂,—,—

3,91360313000000019P,演示三厂,0,无
,,安源区小计,1200.5,800
,,合　计,1200.5,800
注：本表口径为入库数。,,,,
填表人：张三,,审核人：李四,,报出日期：2026-03-01
`)
	wantOutline(t, outline(t, b, 0), `
[2025年度规上工业企业税收情况表|万元|2025年|[3]]
  A 序号||
  B 统一社会信用代码||
  C 企业名称||
  D 实缴税金|万元|
  E 其中：增值税|万元|
  4数据 A=1 B=91360300000000019W C=演示一厂 D=1,200.5 E=800
  5数据 A=2 B=91360302000000019R C=演示二厂 D=— E=—
  7数据 A=3 B=91360313000000019P C=演示三厂 D=0 E=无
  8合计 C=安源区小计 D=1200.5 E=800
  9合计 C=合　计 D=1200.5 E=800
  10附注 A=注：本表口径为入库数。
  11附注 A=填表人：张三 C=审核人：李四 E=报出日期：2026-03-01
`)
}

func TestDetectTwoLevelHeadsWithoutMerges(t *testing.T) {
	b := csvBook(t, `企业名称,2024年,,2025年,,备注
,税收（万元）,用地面积/亩,税收（万元）,用地面积/亩,
甲,乙,1,2,3,
演示一厂,100,20,120,20,
演示二厂,200,30,210,30,扩建
`)
	wantOutline(t, outline(t, b, 0), `
[|||[1 2 3]]
  A 企业名称||
  B 税收|万元|2024年
  C 用地面积|亩|2024年
  D 税收|万元|2025年
  E 用地面积|亩|2025年
  F 备注||
  4数据 A=演示一厂 B=100 C=20 D=120 E=20
  5数据 A=演示二厂 B=200 C=30 D=210 E=30 F=扩建
`)
}

func TestDetectUnitRowAndStackedTables(t *testing.T) {
	b := csvBook(t, `附表1 用电量
企业名称,用电量,用水量
,万千瓦时,万立方米
演示一厂,12.5,3
演示二厂,8,2

附表2 用地（亩）
企业名称,自有用地,租入用地
演示一厂,20,0
企业名称,自有用地,租入用地
演示二厂,30,5
数据来源：市自然资源局
`)
	wantOutline(t, outline(t, b, 0), `
[附表1 用电量|||[2 3]]
  A 企业名称||
  B 用电量|万千瓦时|
  C 用水量|万立方米|
  4数据 A=演示一厂 B=12.5 C=3
  5数据 A=演示二厂 B=8 C=2
[附表2 用地|亩||[8]]
  A 企业名称||
  B 自有用地|亩|
  C 租入用地|亩|
  9数据 A=演示一厂 B=20 C=0
  10表头 A=企业名称 B=自有用地 C=租入用地
  11数据 A=演示二厂 B=30 C=5
  12附注 A=数据来源：市自然资源局
`)
}

func TestDetectTextTableSectionsAndNumberlessRows(t *testing.T) {
	b := csvBook(t, `企业名称,统一社会信用代码,联系人,所在园区
一、安源区,,,
演示一厂,91360300000000019W,张三,安源工业园
演示二厂,91360302000000019R,,
二、湘东区,,,
演示三厂,,,
`)
	wantOutline(t, outline(t, b, 0), `
[|||[1]]
  A 企业名称||
  B 统一社会信用代码||
  C 联系人||
  D 所在园区||
  2分组 A=一、安源区
  3数据 A=演示一厂 B=91360300000000019W C=张三 D=安源工业园
  4数据 A=演示二厂 B=91360302000000019R
  5分组 A=二、湘东区
  6数据 A=演示三厂
`)
}

func TestDetectWithoutHeaderAndSingleColumn(t *testing.T) {
	wantOutline(t, outline(t, csvBook(t, "91360300000000019W,演示一厂,12\n91360302000000019R,演示二厂,13\n91360313000000019P,演示三厂,14\n"), 0), `
[|||[]]
  A ||
  B ||
  C ||
  1数据 A=91360300000000019W B=演示一厂 C=12
  2数据 A=91360302000000019R B=演示二厂 C=13
  3数据 A=91360313000000019P B=演示三厂 C=14
`)
	wantOutline(t, outline(t, csvBook(t, "统一社会信用代码\n91360300000000019W\n91360302000000019R\n"), 0), `
[|||[1]]
  A 统一社会信用代码||
  2数据 A=91360300000000019W
  3数据 A=91360302000000019R
`)
}

func TestDetectEmptyForm(t *testing.T) {
	wantOutline(t, outline(t, csvBook(t, "税收情况表,,\n企业名称,税收（万元）,备注\n注：6月底前报送,,\n"), 0), `
[税收情况表|||[2]]
  A 企业名称||
  B 税收|万元|
  C 备注||
  3附注 A=注：6月底前报送
`)
	if got := tablesOf(t, csvBook(t, "企业名称,税收（万元）,备注\n"), 0); len(got) != 1 || got[0].DataRows != 0 || len(got[0].Columns) != 3 {
		t.Errorf("%+v", got)
	}
	if got := tablesOf(t, csvBook(t, "\n\n"), 0); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// Values keep their place whatever stands around them: a grid of known numbers
// is found again under every combination of lines above, heads and lines
// below.
func TestDetectKeepsEveryValueInPlace(t *testing.T) {
	tops := []string{"", "2025年情况表\n", "数据库：年度数据\n指标：产值(亿元)\n时间：最近3年\n", "情况表,,\n填报单位：统计局,,单位：万元\n"}
	heads := []string{"地区,2023年,2024年\n", "企业名称,税收（万元）,用地/亩\n", "企业名称,税收,用地\n,万元,亩\n", "企业名称,合计,\n,税收,用地\n"}
	tails := []string{"", "合计,10,20\n", "注：口径见说明\n", "\n数据来源：统计局\n"}
	for ti, top := range tops {
		for hi, head := range heads {
			for fi, tail := range tails {
				b := csvBook(t, top+head+"演示一厂,1,2\n演示二厂,3,4\n演示三厂,,6\n"+tail)
				tables := tablesOf(t, b, 0)
				if len(tables) != 1 || tables[0].DataRows != 3 {
					t.Errorf("%d/%d/%d: %d tables, %+v", ti, hi, fi, len(tables), tables)
					continue
				}
				first := strings.Count(top, "\n") + strings.Count(head, "\n") + 1
				n := 0
				for _, r := range rowsOf(t, b, tables[0]) {
					if r.Kind != Data {
						continue
					}
					if r.Number != first+n {
						t.Errorf("%d/%d/%d: row %d, want %d", ti, hi, fi, r.Number, first+n)
					}
					want := [][2]string{{"1", "2"}, {"3", "4"}, {"", "6"}}[n]
					if r.At(1).String() != want[0] || r.At(2).String() != want[1] {
						t.Errorf("%d/%d/%d: %+v", ti, hi, fi, r)
					}
					n++
				}
				if (tables[0].TotalRows == 1) != (fi == 1) || (len(tables[0].Notes) > 0) != (fi >= 2) {
					t.Errorf("%d/%d/%d: %d totals, notes %v", ti, hi, fi, tables[0].TotalRows, tables[0].Notes)
				}
			}
		}
	}
}

func TestTablesDoNotGrowWithRows(t *testing.T) {
	var text bytes.Buffer
	text.WriteString("企业名称,税收（万元）\n")
	for i := range 50_000 {
		fmt.Fprintf(&text, "演示%d厂,%d\n", i, i)
	}
	b := csvBook(t, text.String())
	held := 0
	d := &detector{book: b, sink: func(*Table, Row) error { return nil }}
	if err := b.each(context.Background(), 0, func(r Row) error {
		err := d.feed(r)
		held = max(held, len(d.queue)+len(d.preamble))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if held > lookAhead+1 {
		t.Errorf("%d rows held, want at most %d", held, lookAhead+1)
	}
}

func TestMatch(t *testing.T) {
	b := csvBook(t, "序号,社会信用代码,单位名称,税收实际入库数（亿元）,实际用地面积/亩,综合能源消费量（万元）,从业人员平均人数(人)\n1,91360300000000019W,演示一厂,1,2,3,4\n2,91360302000000019R,演示二厂,1,2,3,4\n")
	columns := tablesOf(t, b, 0)[0].Columns
	targets := []Target{
		{Key: "uscc", Name: "统一社会信用代码", Synonyms: []string{"社会信用代码", "信用代码"}},
		{Key: "name", Name: "企业名称", Synonyms: []string{"单位名称"}},
		{Key: "tax", Name: "税收实际入库数", Unit: "万元"},
		{Key: "land", Name: "用地面积", Unit: "亩"},
		{Key: "energy", Name: "综合能源消费量", Unit: "吨标准煤"},
		{Key: "staff", Name: "从业人员平均人数", Unit: "人"},
		{Key: "rd", Name: "研发费用", Unit: "万元"},
	}
	got := Match(columns, targets)
	for i, want := range []struct {
		column int
		min    float64
		reason string
	}{
		{1, 0.96, "别名"}, {2, 0.96, "别名"}, {3, 1, "相同"}, {4, 0.7, "包含"}, {5, 0.6, "不能换算"}, {6, 1, "相同"}, {-1, 0, "没有"},
	} {
		m := got[i]
		if m.Target != targets[i].Key || m.Column != want.column || m.Score < want.min || !strings.Contains(m.Reason, want.reason) {
			t.Errorf("%s: %+v, want column %d", targets[i].Key, m, want.column)
		}
	}
	twins := Match(tablesOf(t, csvBook(t, "企业名称,2024年税收（万元）,2025年税收（万元）\n甲厂,1,2\n乙厂,1,2\n"), 0)[0].Columns, []Target{{Key: "tax", Name: "税收"}})
	if twins[0].Column != 1 || !twins[0].Ambiguous {
		t.Errorf("two years of one indicator must be a question: %+v", twins[0])
	}
}

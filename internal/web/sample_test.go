package web_test

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"ballast/internal/access"
	"ballast/internal/fault"
	"ballast/internal/web"
	"ballast/internal/web/webtest"
)

// The sample section shows every component once, with the look of the design: an
// enterprise list and a month's page. Only tests see it.

type sampleFirm struct {
	name, code, district, grade, lamp string
	tax, share                        *float64
}

var sampleFirms = func() []sampleFirm {
	var out []sampleFirm
	districts := []string{"安源区", "湘东区", "芦溪县", "上栗县"}
	grades, lamps := []string{"A", "B", "C", "D", ""}, []string{"green", "amber", "red", "grey"}
	for i := range 137 {
		f := sampleFirm{name: fmt.Sprintf("示例第%d陶瓷有限公司", i+1), code: fmt.Sprintf("91360300DEMO%06d", i),
			district: districts[i%4], grade: grades[i%5], lamp: lamps[i%4]}
		if i%9 != 8 {
			f.tax, f.share = web.Value(21.604+float64(i)*1.37), web.Value(float64(i%11)/10)
		}
		out = append(out, f)
	}
	return out
}()

var sampleList = web.List[sampleFirm]{
	ID: "firms", Unit: "家", Search: "名称、代码、拼音首字母", Sort: "name", PerPage: 20, Export: "/sample/firms.xlsx",
	Filters: []web.Filter{{Key: "district", Label: "县区", Options: []web.Option{{Value: "安源区", Label: "安源区"}, {Value: "湘东区", Label: "湘东区"}, {Value: "芦溪县", Label: "芦溪县"}, {Value: "上栗县", Label: "上栗县"}}}},
	Columns: []web.Column[sampleFirm]{
		{Key: "name", Title: "企业", Sort: true, Fixed: true, Cell: func(f sampleFirm) web.Cell {
			return web.Cell{Text: f.name, Href: "/sample/firms", Note: f.code}
		}},
		{Key: "district", Title: "县区", Cell: func(f sampleFirm) web.Cell { return web.Cell{Text: f.district} }},
		{Key: "tax", Title: "亩均税收", Unit: "万元/亩", Number: true, Sort: true, Cell: func(f sampleFirm) web.Cell { return web.NumberCell(f.tax, 2) }},
		{Key: "share", Title: "得分占满分", Cell: func(f sampleFirm) web.Cell { return web.Cell{Bar: f.share} }},
		{Key: "grade", Title: "档次", Cell: func(f sampleFirm) web.Cell { return web.Cell{Grade: f.grade} }},
		{Key: "state", Title: "状态", Cell: func(f sampleFirm) web.Cell { return web.Cell{Text: "剩 4 工作日", Lamp: f.lamp} }},
		{Key: "code", Title: "统一社会信用代码", Hidden: true, Cell: func(f sampleFirm) web.Cell { return web.Cell{Text: f.code} }},
	},
}

type sampleListPage struct {
	web.Base
	List web.ListView
}

func (*sampleListPage) Template() string { return "list.html" }

func showSampleList(a *web.Ask) error {
	q, err := sampleList.Query(a.URL.Query())
	if err != nil {
		return err
	}
	rows := slices.DeleteFunc(slices.Clone(sampleFirms), func(f sampleFirm) bool {
		return !strings.Contains(f.name, q.Search) || q.Filter["district"] != "" && f.district != q.Filter["district"]
	})
	slices.SortStableFunc(rows, func(a, b sampleFirm) int {
		c := cmp.Compare(a.name, b.name)
		if q.Sort == "tax" {
			c = cmp.Compare(deref(a.tax), deref(b.tax))
		}
		if q.Desc {
			c = -c
		}
		return c
	})
	total := len(rows)
	rows = rows[min(q.Offset(), total):min(q.Offset()+q.PerPage, total)]
	return a.Show(&sampleListPage{Base: web.Base{Title: "一企一档", Crumbs: []web.Crumb{{Title: "看", Path: "/sample/month"}}}, List: sampleList.View("/sample/firms", q, rows, total)})
}

func deref(v *float64) float64 {
	if v == nil {
		return 0
	}
	return *v
}

type sampleMonthPage struct {
	web.Base
	Line, Rank web.Chart
	Progress   web.Progress
	Field      web.Field
}

func (*sampleMonthPage) Template() string { return "month.html" }

func values(vs ...float64) (out []*float64) {
	for _, v := range vs {
		out = append(out, web.Value(v))
	}
	return out
}

func showSampleMonth(a *web.Ask) error {
	return a.Show(&sampleMonthPage{
		Base: web.Base{Title: "2025年12月 规上工业运行"},
		Line: web.Chart{ID: "growth", Title: "增加值累计增速", Kind: "line", Unit: "%", Decimal: 1, Min: web.Value(5),
			Labels: []string{"2月", "3月", "4月", "5月", "6月"}, Series: []web.Series{{Name: "萍乡", Values: values(9.1, 8.9, 8.6, 8.4, 8.1)}, {Name: "全省", Values: values(8.4, 8.3, 8.2, 8.0, 7.9), Dashed: true}}},
		Rank: web.Chart{ID: "chains", Title: "十条重点产业链", Kind: "rank", Unit: "%", Decimal: 1,
			Labels: []string{"电子信息", "装备制造", "新能源"}, Series: []web.Series{{Name: "增加值增速", Values: values(25.9, 17.3, 15.2)}}},
		Progress: web.Progress{ID: "job", From: "/sample/job", Title: "计算 2025 年度评价", Percent: 63, Step: "正在计算亩均税收",
			Lines: []web.ProgressLine{{At: time.Date(2026, 7, 14, 1, 29, 3, 0, time.UTC), Text: "冻结 918 家企业的数据", Tone: "ok"}}},
		Field: web.Field{Name: "reason", Label: "退回原因", Type: "textarea", Required: true, Error: "请写明原因。", Help: "企业会看到这句话。"},
	})
}

// showSampleJob answers the poll of the sample's progress bar.
func showSampleJob(a *web.Ask) error {
	return a.Part(&sampleMonthPage{Progress: web.Progress{ID: "job", From: "/sample/job", Title: "计算 2025 年度评价", Percent: 100, State: "done"}}, "job-part")
}

func samples() []web.Section {
	const get = http.MethodGet
	rows := []web.Route{
		{Method: get, Pattern: "/sample/firms", Permission: access.EnterpriseRead, Page: showSampleList},
		{Method: get, Pattern: "/sample/month", Permission: access.EnterpriseRead, Page: showSampleMonth},
		{Method: get, Pattern: "/sample/job", Permission: access.EnterpriseRead, Page: showSampleJob},
		{Method: get, Pattern: "/sample/panic", SignedIn: "test", Page: func(*web.Ask) error { panic("secret detail") }},
		{Method: get, Pattern: "/sample/conflict", SignedIn: "test", Page: func(*web.Ask) error {
			return fault.Wrap(fault.Conflict, io.ErrUnexpectedEOF, "本轮已冻结").WithHint("请刷新后再试。")
		}},
		{Method: get, Pattern: "/sample/broken", SignedIn: "test", Page: func(*web.Ask) error { return io.ErrUnexpectedEOF }},
		{Method: get, Pattern: "/sample/book.xlsx", SignedIn: "test", Page: func(a *web.Ask) error {
			return a.Download("企业名单.xlsx", web.XLSX, func(w io.Writer) error { _, err := io.WriteString(w, "PK"); return err })
		}},
		{Method: http.MethodPost, Pattern: "/sample/small", SignedIn: "test", MaxBody: 100, Page: func(a *web.Ask) error {
			if err := a.Parse(); err != nil {
				return err
			}
			return a.Done("/sample/firms", "已保存“"+a.PostFormValue("name")+"”。")
		}},
	}
	return []web.Section{{Name: "sample", Routes: rows, Templates: os.DirFS("testdata/pages"), Pages: []web.Page{(*sampleListPage)(nil), (*sampleMonthPage)(nil)}}}
}

func sampleNav() []web.NavGroup {
	seven := func(context.Context, access.Person) (int, error) { return 7, nil }
	item := func(title, path string) web.NavItem {
		return web.NavItem{Title: title, Path: path, Permission: access.EnterpriseRead}
	}
	bench := item("综合评价", "/sample/bench")
	bench.Badge = seven
	return []web.NavGroup{
		{Items: []web.NavItem{item("运行驾驶舱", "/sample/month")}},
		{Title: "看", Items: []web.NavItem{item("一企一档", "/sample/firms"), item("产业链", "/sample/chains")}},
		{Title: "评", Items: []web.NavItem{item("数据归集", "/sample/data"), bench}},
		{Title: "管", Items: []web.NavItem{{Title: "用户与权限", Path: "/users", Permission: access.UserRead}}},
	}
}

func sampleSite(t testing.TB) *webtest.Site {
	t.Helper()
	s := webtest.Open(t)
	s.Person("officer", access.NewUser{Name: "张明", Role: access.BureauOfficer})
	s.Person("security", access.NewUser{Name: "李安", Role: access.SecurityAdmin})
	s.Serve(web.Config{Sections: samples(), Nav: sampleNav(), App: web.App{SearchTo: "/sample/firms", Notice: "演示数据：企业、代码和数字均为虚构"},
		Place: func(p access.Person) string {
			if p.Role == access.BureauOfficer {
				return "运行科"
			}
			return ""
		}})
	return s
}

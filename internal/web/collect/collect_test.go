package collect

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/xuri/excelize/v2"

	"ballast/internal/access"
	"ballast/internal/audit"
	"ballast/internal/observe"
	"ballast/internal/pack"
	"ballast/internal/registry"
	"ballast/internal/web"
	"ballast/internal/web/webtest"
	"ballast/uscc"
)

func code(t testing.TB, n int) string {
	t.Helper()
	c, err := uscc.Make('9', '1', "360302", fmt.Sprintf("%08d", n))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// site is a city with three firms, the real pack, and one person of every kind
// the pages speak to.
func site(t testing.TB) (*webtest.Site, string) {
	t.Helper()
	s := webtest.Open(t)
	p, err := pack.Load(os.DirFS("../../../packs/pingxiang"))
	if err != nil {
		t.Fatal(err)
	}
	reg := registry.New(registry.RulesOf(p))
	obs, err := observe.New(observe.Config{Pack: p, Registry: reg, DB: s.DB, Pen: s.Pen, UndoDays: 30, SealKey: []byte("key of the test")})
	if err != nil {
		t.Fatal(err)
	}
	var ids []int64
	act := audit.Act{Actor: audit.Actor{ID: "test", Name: "测试", Via: "test"}, Verb: registry.VerbRegister, Subject: "enterprise:0", Reason: "测试"}
	err = s.Pen.Do(t.Context(), act, func(tx *audit.Tx) error {
		for i, name := range []string{"萍乡市虚构电瓷有限公司", "萍乡虚构鞭炮烟花厂", "江西虚构玻璃科技股份有限公司"} {
			e := registry.Entry{Code: code(t, i+1), Profile: registry.Profile{Name: name, District: "360302", Industry: "3834", Edition: 2017, Status: registry.Operating}}
			id, err := reg.Enterprises().Register(t.Context(), tx, e)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	pages := New(Config{Observe: obs, Registry: reg, Pack: p, DB: s.DB, Pen: s.Pen, Now: s.Now})
	section, err := pages.Section()
	if err != nil {
		t.Fatal(err)
	}
	place := func(department string) access.Place { return access.Place{Department: department} }
	s.Person("bureau", access.NewUser{Name: "张明", Role: access.BureauOfficer})
	s.Person("tax", access.NewUser{Name: "王税", Role: access.DepartmentOfficer, Place: place("tax")})
	s.Person("tax2", access.NewUser{Name: "赵核", Role: access.DepartmentOfficer, Place: place("tax")})
	s.Person("land", access.NewUser{Name: "李地", Role: access.DepartmentOfficer, Place: place("land")})
	s.Person("firm", access.NewUser{Name: "周电瓷", Role: access.EnterpriseUser, Place: access.Place{Enterprise: ids[0]}})
	s.Person("other", access.NewUser{Name: "吴鞭炮", Role: access.EnterpriseUser, Place: access.Place{Enterprise: ids[1]}})
	s.Person("bank", access.NewUser{Name: "钱行", Role: access.Bank})
	s.Serve(web.Config{Sections: []web.Section{section}, Nav: []web.NavGroup{{Title: "评", Items: pages.Nav()}}, App: web.App{Notice: "演示数据：企业、代码和数字均为虚构"}})
	dir := t.TempDir()
	workbook(t, filepath.Join(dir, "税收.xlsx"))
	return s, dir
}

// workbook writes the tax office's file: one good row, one that cannot be read,
// one firm whose code is broken and whose name is nearly that of the third firm,
// and one that is nobody's.
func workbook(t testing.TB, to string) {
	t.Helper()
	f := excelize.NewFile()
	rows := [][]any{
		{"2025年度企业税收情况表"},
		{"统一社会信用代码", "企业名称", "评价税收（万元）"},
		{code(t, 1), "萍乡市虚构电瓷有限公司", 356.5},
		{code(t, 2), "萍乡虚构鞭炮烟花厂", "约一百"},
		{"91360302XXXXXXXX00", "江西虚构玻璃科技有限公司", 88.25},
		{"", "外省某某贸易商行", 7},
	}
	for i, r := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &r); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SaveAs(to); err != nil {
		t.Fatal(err)
	}
}

// A column that nobody would take for the item is read once a person says what it
// is, and without asking the next time.
func TestMappingIsRemembered(t *testing.T) {
	s, dir := site(t)
	for name, value := range map[string]float64{"甲.xlsx": 12.5, "乙.xlsx": 13.5} {
		f := excelize.NewFile()
		for i, r := range [][]any{{"统一社会信用代码", "企业名称", "丙栏"}, {code(t, 1), "萍乡市虚构电瓷有限公司", value}, {code(t, 2), "萍乡虚构鞭炮烟花厂", 4}} {
			if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &r); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.SaveAs(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	s.Run(t, filepath.Join(dir, "mapping.txt"), `
login bureau
POST /collect/windows
  period=2025
  opens=2026-07-01
  closes=2026-07-20
login tax
POST /collect/upload
  department=tax
  period=2025
  file=@甲.xlsx
status 422
expect 丙栏
POST /collect/upload
  department=tax
  period=2025
  mapping=丙栏=评价税收
  file=@甲.xlsx
status 303
follow
css #places td :: 丙栏
POST /collect/upload
  department=tax
  period=2025
  file=@乙.xlsx
status 303
location /collect/batches/2
`)
}

// TestPages runs every script of testdata/pages on one site, in order of name.
func TestPages(t *testing.T) {
	s, dir := site(t)
	files, err := filepath.Glob("testdata/pages/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		// Run beside the workbook, so that the scripts can send it.
		ok := t.Run(filepath.Base(f), func(t *testing.T) { s.Run(t, filepath.Join(dir, filepath.Base(f)), string(body)) })
		if !ok {
			return // the next script stands on this one
		}
	}
}

// finish takes the hand-in of TestChromium to where the firm has objected.
const finish = `
login tax
POST /collect/batches/1/rows/2/amend
  version=1
  item=tax
  text=102
  reason=电话核实
status 303
POST /collect/batches/1/submit
  version=2
  without=1
status 303
login tax2
POST /collect/batches/1/approve
  version=3
status 303
login firm
POST /my/data/1:tax/object
  claimed=350万元
  reason=退税 6.5 万元没有扣除
status 303
`

func TestChromium(t *testing.T) {
	b := webtest.Browser(t)
	s, dir := site(t)
	s.Run(t, filepath.Join(dir, "prepare.txt"), `
login bureau
POST /collect/windows
  period=2025
  opens=2026-07-01
  closes=2026-07-16
status 303
login tax
POST /collect/upload
  department=tax
  period=2025
  file=@税收.xlsx
status 303
`)
	tab := b.Tab(t, s)
	look := func(path, shot string) {
		t.Helper()
		tab.Go(path)
		tab.Axe()
		tab.Quiet()
		tab.Shot(shot)
	}
	tab.Login("tax")
	look("/collect?period=2025", "collect-board-department")
	look("/collect/upload", "collect-upload")
	look("/collect/batches/1", "collect-batch")
	look("/collect/batches/1/rows/2?item=tax", "collect-row")
	look("/collect/batches", "collect-batches")
	bureau := b.Tab(t, s)
	tab = bureau
	tab.Login("bureau")
	look("/collect?period=2025", "collect-board")
	look("/collect/matches", "collect-matches")
	s.Run(t, filepath.Join(dir, "finish.txt"), finish)
	tab.Go("/collect/objections")
	tab.Axe()
	tab.Shot("collect-objections")
	firm := b.Tab(t, s)
	tab = firm
	tab.Login("firm")
	look("/my/data?period=2025", "my-data")
	tab = bureau
	tab.Size(390, 844)
	look("/collect/batches/1", "phone-collect-batch")
}

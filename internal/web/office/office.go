package office

import (
	"context"
	"embed"
	"io"
	"io/fs"
	"iter"
	"sync"
	"time"

	"ballast/internal/access"
	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/evaluate"
	"ballast/internal/evaluate/scheme"
	"ballast/internal/fault"
	"ballast/internal/observe"
	"ballast/internal/pack"
	"ballast/internal/period"
	"ballast/internal/registry"
	"ballast/internal/scope"
	"ballast/internal/sheet"
	"ballast/internal/web"
)

// Gatherer collects the year's facts of every firm, so that a round can be
// frozen. It returns a fault when the data cannot be put together.
type Gatherer interface {
	Gather(ctx context.Context, s scope.Scope, round evaluate.Round) (*evaluate.Snapshot, error)
}

// Config is the rooms the pages stand on. Gatherer may be nil: then rounds cannot
// be frozen and the page says so. Everything else is required.
type Config struct {
	DB       db.Queryer
	Pen      *audit.Pen
	Pack     *pack.Pack
	Registry *registry.Registry
	Evaluate *evaluate.Evaluate
	Gatherer Gatherer
	Observe  *observe.Observe // nil: the firm's file shows no handed-in values
	Now      func() time.Time
}

// office is the pages with what they ask.
type office struct {
	Config
	city pack.City

	mu     sync.Mutex
	kept   int64 // the snapshot of result; 0 none
	scheme string
	result *scheme.Result // computed again for score sheets; immutable
}

//go:embed templates/*.html
var files embed.FS

// New returns the section of pages and its part of the navigation.
func New(c Config) (web.Section, []web.NavGroup, error) {
	if c.DB == nil || c.Pen == nil || c.Pack == nil || c.Registry == nil || c.Evaluate == nil || c.Now == nil {
		return web.Section{}, nil, fault.New(fault.Internal, "办公页面缺少组成部分")
	}
	templates, err := fs.Sub(files, "templates")
	if err != nil {
		return web.Section{}, nil, err
	}
	o := &office{Config: c, city: c.Pack.City()}
	return web.Section{Name: "office", Routes: o.routes(), Templates: templates, Pages: pages}, navigation(), nil
}

// today is the day in the city's zone.
func (o *office) today() period.Day { return period.DayOf(o.Now(), o.city.Zone) }

// place names a division by its code; the code itself when the pack has no name.
func (o *office) place(code string) string {
	if code == "" {
		return "—"
	}
	if n := o.city.DivisionName(code); n != "" {
		return n
	}
	return code
}

// districts are the options of a filter by district.
func (o *office) districts() []web.Option {
	var out []web.Option
	for _, d := range o.city.Divisions {
		out = append(out, web.Option{Value: d.Code, Label: d.Name})
	}
	return out
}

// industry names a class of GB/T 4754 by its division.
func industry(class string) string {
	if class == "" {
		return "—"
	}
	if n, ok := registry.IndustryDivision(class); ok {
		return class + " " + n
	}
	return class
}

// book is an export: a list's rows with what stands above them.
type book struct {
	name, title string
	subject     string // of the journal entry: "list:enterprises"
	fields      []sheet.Field
	rows        iter.Seq2[[]any, error]
	count       int
}

// export answers with a workbook after the journal knows of it: whoever takes
// rows out of the system leaves a trace.
func (o *office) export(a *web.Ask, b book) error {
	if !a.Person.Can(access.Export) {
		return fault.New(fault.Denied, "%s", a.Person.WhyCan(access.Export))
	}
	act := audit.Act{Actor: a.Person.Actor("web"), Verb: "office.export", Subject: b.subject}
	err := o.Pen.Do(a.Context(), act, func(tx *audit.Tx) error {
		tx.Note("rows", b.count)
		tx.Note("scope", a.Scope().Why())
		return nil
	})
	if err != nil {
		return err
	}
	e := sheet.Export{Title: b.title, Notes: []string{"导出日期：" + o.today().String() + "　导出人：" + a.Person.Name + "　范围：" + a.Scope().Why()}, Fields: b.fields}
	return a.Download(b.name+"_"+o.today().String()+".xlsx", web.XLSX, func(w io.Writer) error {
		return sheet.WriteTable(a.Context(), w, e, b.rows)
	})
}

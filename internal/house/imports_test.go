package house

import (
	"slices"
	"strings"
	"testing"
)

// floors is every room of the house from the ground up, those to come included.
// A room may import only rooms before it; drains may be imported by all.
var floors = []string{
	"uscc", "composite", "composite/index", "hj212", // libraries: know nothing of the application
	"internal/fault", "internal/period", "internal/rule", "internal/sheet", "internal/word", "internal/config", // tools
	"internal/db", "internal/scope", "internal/audit", "internal/access", "internal/job",
	"internal/pack", "internal/registry", "internal/observe", "internal/evaluate/scheme", "internal/evaluate",
	"internal/casework", "internal/entitle", "internal/monitor", "internal/chain", "internal/digital", "internal/finance", "internal/openday",
	"internal/telemetry", "internal/comply", "internal/disclose",
	"internal/web", "internal/web/collect", "internal/web/office", "internal/web/portal", "internal/api",
	"internal/demo/town", "internal/demo/desk", "internal/demo",
	"packs", // the shipped packs as files
	"cmd/ballast",
}

// libraries stand alone: they may import nothing of ours but one another.
var libraries = []string{"uscc", "composite", "composite/index", "hj212"}

// matrix is who imports whom among our own packages, and why. Every import needs
// a row, and every row an import.
var matrix = []struct{ room, imports, why string }{
	{"composite/index", "composite", "runs a pipeline file through the index methods"},
	{"internal/period", "internal/fault", "doors return faults"},
	{"internal/rule", "internal/fault", "doors return faults"},
	{"internal/sheet", "internal/fault", "doors return faults"},
	{"internal/word", "internal/fault", "doors return faults"},
	{"internal/config", "internal/fault", "doors return faults"},
	{"internal/db", "internal/fault", "driver errors become faults"},
	{"internal/scope", "internal/db", "a scope becomes a condition with parameters"},
	{"internal/audit", "internal/db", "the pen holds the writer"},
	{"internal/audit", "internal/fault", "doors return faults"},
	{"internal/audit", "internal/scope", "the journal is read within a scope"},
	{"internal/access", "internal/audit", "accounts are written with the pen"},
	{"internal/access", "internal/db", "accounts and sessions are rows"},
	{"internal/access", "internal/fault", "doors return faults"},
	{"internal/access", "internal/scope", "a person has a scope"},
	{"internal/job", "internal/audit", "a job is enqueued in the act it belongs to"},
	{"internal/job", "internal/db", "jobs are leased rows"},
	{"internal/job", "internal/fault", "doors return faults"},
	{"internal/job", "internal/scope", "who may see which job"},
	{"internal/pack", "internal/fault", "doors return faults"},
	{"internal/pack", "internal/period", "values are dated, calendars are packed"},
	{"internal/pack", "internal/rule", "formulas are compiled when the pack is read"},
	{"internal/registry", "internal/audit", "files of firms are written with the pen"},
	{"internal/registry", "internal/db", "files of firms are rows"},
	{"internal/registry", "internal/fault", "doors return faults"},
	{"internal/registry", "internal/pack", "divisions, classes and labels are the city's"},
	{"internal/registry", "internal/period", "truth is as of a date"},
	{"internal/registry", "internal/scope", "who may see which firm"},
	{"internal/registry", "uscc", "firms are known by credit code"},
	{"internal/observe", "internal/audit", "hand-ins and values are written with the pen"},
	{"internal/observe", "internal/db", "values are rows"},
	{"internal/observe", "internal/fault", "doors return faults"},
	{"internal/observe", "internal/pack", "indicators and their checks are the city's"},
	{"internal/observe", "internal/period", "values have a period"},
	{"internal/observe", "internal/registry", "rows are matched to firms"},
	{"internal/observe", "internal/rule", "checks are rules"},
	{"internal/observe", "internal/scope", "who may see which value"},
	{"internal/observe", "internal/sheet", "hand-ins are workbooks"},
	{"internal/evaluate/scheme", "composite", "scores are composite indices"},
	{"internal/evaluate/scheme", "internal/fault", "doors return faults"},
	{"internal/evaluate/scheme", "internal/pack", "schemes are the city's"},
	{"internal/evaluate/scheme", "internal/period", "a round has a year"},
	{"internal/evaluate/scheme", "internal/rule", "formulas are rules"},
	{"internal/evaluate", "internal/access", "verbs need permissions"},
	{"internal/evaluate", "internal/audit", "rounds are written with the pen"},
	{"internal/evaluate", "internal/db", "rounds are rows"},
	{"internal/evaluate", "internal/evaluate/scheme", "the pure half computes"},
	{"internal/evaluate", "internal/fault", "doors return faults"},
	{"internal/evaluate", "internal/pack", "rounds cite the pack's digest"},
	{"internal/evaluate", "internal/period", "publication lasts working days"},
	{"internal/evaluate", "internal/scope", "who may see which result"},
	{"internal/web", "internal/access", "who is asking, and every route's permission"},
	{"internal/web", "internal/fault", "kinds become statuses"},
	{"internal/web", "internal/scope", "pages hand the person's scope on"},
	{"internal/web/office", "internal/access", "every route's permission, and what a person may do next"},
	{"internal/web/office", "internal/audit", "exports leave a trace"},
	{"internal/web/office", "internal/db", "rooms are asked over the database"},
	{"internal/web/office", "internal/evaluate", "rounds, results and score sheets"},
	{"internal/web/office", "internal/evaluate/scheme", "a score sheet explains itself"},
	{"internal/web/office", "internal/fault", "pages answer with faults"},
	{"internal/web/office", "internal/pack", "names and words are the city's"},
	{"internal/web/office", "internal/period", "days of the city's zone"},
	{"internal/web/office", "internal/registry", "files of firms"},
	{"internal/web/office", "internal/scope", "a gatherer works within a scope"},
	{"internal/web/office", "internal/sheet", "lists are exported as workbooks"},
	{"internal/web/office", "internal/web", "pages stand in the shell"},
	{"internal/web/office", "internal/word", "notices are Word documents"},
	{"internal/web/collect", "internal/access", "every route's permission, and which buttons a person gets"},
	{"internal/web/collect", "internal/audit", "a match is decided with the pen"},
	{"internal/web/collect", "internal/db", "rooms are read through it"},
	{"internal/web/collect", "internal/fault", "what the form before a person can put right is said on it"},
	{"internal/web/collect", "internal/observe", "the room the pages show"},
	{"internal/web/collect", "internal/pack", "departments and items have the city's names"},
	{"internal/web/collect", "internal/period", "a board is of a period"},
	{"internal/web/collect", "internal/registry", "firms of a row, and the match queue"},
	{"internal/web/collect", "internal/scope", "what of a department the person sees"},
	{"internal/web/collect", "internal/sheet", "limits of an upload, addresses of cells"},
	{"internal/web/collect", "internal/web", "pages stand in the shell"},
	{"internal/demo/town", "uscc", "fictitious codes carry right check digits"},
	{"internal/demo/desk", "internal/demo/town", "departments write about the town"},
	{"cmd/ballast", "composite/index", "index run"},
	{"cmd/ballast", "hj212", "hj212 tools"},
	{"cmd/ballast", "internal/demo", "builds the demonstration"},
	{"cmd/ballast", "internal/observe", "hand-ins and values"},
	{"cmd/ballast", "internal/scope", "who may see which rows"},
	{"cmd/ballast", "internal/web/collect", "puts the house together"},
	{"cmd/ballast", "packs", "the pack in the binary"},
	{"internal/demo", "internal/access", "who acts"},
	{"internal/demo", "internal/audit", "writes go through the pen"},
	{"internal/demo", "internal/db", "rows are read"},
	{"internal/demo", "internal/demo/desk", "the files that come in"},
	{"internal/demo", "internal/demo/town", "whose city it is"},
	{"internal/demo", "internal/evaluate", "rounds"},
	{"internal/demo", "internal/fault", "doors return faults"},
	{"internal/demo", "internal/observe", "hand-ins and values"},
	{"internal/demo", "internal/pack", "the city's rules"},
	{"internal/demo", "internal/period", "days and years"},
	{"internal/demo", "internal/registry", "firms"},
	{"internal/demo", "internal/scope", "who may see which rows"},
	{"internal/demo", "internal/sheet", "workbooks"},
	{"internal/evaluate", "internal/observe", "hand-ins and values"},
	{"internal/evaluate", "internal/registry", "firms"},
	{"internal/web/collect", "internal/access", "who acts"},
	{"internal/web/collect", "internal/audit", "writes go through the pen"},
	{"internal/web/collect", "internal/db", "rows are read"},
	{"internal/web/collect", "internal/fault", "doors return faults"},
	{"internal/web/collect", "internal/observe", "hand-ins and values"},
	{"internal/web/collect", "internal/pack", "the city's rules"},
	{"internal/web/collect", "internal/period", "days and years"},
	{"internal/web/collect", "internal/registry", "firms"},
	{"internal/web/collect", "internal/scope", "who may see which rows"},
	{"internal/web/collect", "internal/sheet", "workbooks"},
	{"internal/web/collect", "internal/web", "pages stand in the shell"},
	{"cmd/ballast", "internal/period", "days and years"},
	{"internal/web/office", "internal/observe", "hand-ins and values"},
	{"cmd/ballast", "internal/access", "puts the house together"},
	{"cmd/ballast", "internal/audit", "puts the house together"},
	{"cmd/ballast", "internal/config", "puts the house together"},
	{"cmd/ballast", "internal/db", "puts the house together"},
	{"cmd/ballast", "internal/evaluate", "puts the house together"},
	{"cmd/ballast", "internal/evaluate/scheme", "pack test runs worked examples"},
	{"cmd/ballast", "internal/fault", "prints safe sentences"},
	{"cmd/ballast", "internal/observe", "puts the house together"},
	{"cmd/ballast", "internal/pack", "pack check"},
	{"cmd/ballast", "internal/period", "import names a period"},
	{"cmd/ballast", "internal/registry", "puts the house together"},
	{"cmd/ballast", "internal/sheet", "evaluate writes the result as a table"},
	{"cmd/ballast", "internal/web", "serves pages"},
	{"cmd/ballast", "internal/web/collect", "serves pages"},
	{"cmd/ballast", "internal/web/office", "puts the windows in"},
	{"cmd/ballast", "uscc", "uscc check"},
}

func TestImportMatrix(t *testing.T) {
	all := files(t)
	used := map[string]bool{}
	why := map[string]string{}
	for _, row := range matrix {
		if row.why == "" {
			t.Errorf("matrix row %s → %s gives no reason", row.room, row.imports)
		}
		why[row.room+" → "+row.imports] = row.why
	}
	for _, f := range all {
		if f.test || f.room == "." {
			continue
		}
		at := slices.Index(floors, f.room)
		if at < 0 {
			t.Errorf("%s:1: %s is no room of the house; give it a place in floors (internal/house/imports_test.go)", f.path, f.room)
			continue
		}
		for _, im := range f.imports {
			to, ours := strings.CutPrefix(im.path, "ballast/")
			if !ours {
				continue
			}
			key := f.room + " → " + to
			first := !used[key]
			used[key] = true
			switch {
			case slices.Contains(helpers, to):
				t.Errorf("%s:%d: %s is for tests only", f.path, im.line, to)
			case slices.Contains(libraries, f.room) && !slices.Contains(libraries, to):
				t.Errorf("%s:%d: the library %s may not know the application (%s)", f.path, im.line, f.room, to)
			case !slices.Contains(drains, to) && slices.Index(floors, to) > at:
				t.Errorf("%s:%d: %s lies downstream of %s; ask a question the other way round or return a value", f.path, im.line, to, f.room)
			case why[key] == "" && first:
				t.Errorf("%s:%d: %s has no row; if it is meant, add {%q, %q, \"why\"} to matrix (internal/house/imports_test.go)", f.path, im.line, key, f.room, to)
			}
		}
	}
	for key := range why {
		if !used[key] {
			t.Errorf("matrix (internal/house/imports_test.go): nothing imports %s any more; delete the row", key)
		}
	}
}

// drains take water from every floor.
var drains = []string{"internal/audit", "internal/casework"}

// keepers are modules that one package hides from all others, so that they can be
// replaced in one place.
var keepers = []struct {
	module string // import path prefix
	rooms  []string
	why    string
}{
	{"database/sql", []string{"internal/db", "internal/db/dbtest"}, "ask through db.Queryer and audit.Tx; db turns driver errors into faults"},
	{"modernc.org/sqlite", []string{"internal/db"}, "only db knows engines"},
	{"github.com/jackc/pgx", []string{"internal/db", "internal/db/dbtest"}, "only db knows engines"},
	{"github.com/pressly/goose", []string{"internal/db"}, "only db migrates"},
	{"cel.dev/", []string{"internal/rule"}, "only rule knows CEL"},
	{"github.com/google/cel-go", nil, "the path has moved to cel.dev"},
	{"github.com/xuri/excelize", []string{"internal/sheet"}, "read and write workbooks through sheet"},
	{"github.com/extrame/", []string{"internal/sheet"}, "read old workbooks through sheet"},
	{"github.com/shakinm/", []string{"internal/sheet"}, "read old workbooks through sheet"},
	{"gopkg.in/yaml.v3", []string{"internal/pack", "internal/config", "composite/index"}, "YAML is read strictly, in one place per purpose"},
	{"github.com/prometheus/", []string{"cmd/ballast"}, "rooms count nothing; cmd does"},
	{"html/template", []string{"internal/web", "internal/web/collect", "internal/web/office", "internal/web/portal"}, "pages belong to web"},
	{"github.com/chromedp/", []string{"internal/web/webtest"}, "browsers are driven by webtest"},
	{"github.com/pquerna/otp", []string{"internal/access"}, "second factors belong to access"},
}

func TestKeptModules(t *testing.T) {
	exempt := allow(keptExceptions)
	for _, f := range files(t) {
		if f.room == "." || strings.HasSuffix(f.path, "_test.go") {
			continue
		}
		for _, im := range f.imports {
			for _, k := range keepers {
				if (im.path == k.module || strings.HasPrefix(im.path, strings.TrimSuffix(k.module, "/")+"/")) &&
					!slices.Contains(k.rooms, f.room) && !exempt.has(f.path+" "+im.path) {
					t.Errorf("%s:%d: %s may be imported only by %v: %s", f.path, im.line, im.path, k.rooms, k.why)
				}
			}
		}
	}
	exempt.stale(t, "keptExceptions (internal/house/imports_test.go)")
}

// keptExceptions lists "file import" pairs with the reason.
var keptExceptions = map[string]string{
	"internal/demo/desk/render.go github.com/xuri/excelize/v2": "writes the messy workbooks that sheet rightly refuses to write",
	"internal/evaluate/score_store.go database/sql":            "sql.Null types as scan targets; no connection",
}

package main

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"math"
	"os"
	"path/filepath"

	"ballast/internal/access"
	"ballast/internal/audit"
	"ballast/internal/evaluate"
	"ballast/internal/fault"
	"ballast/internal/sheet"
)

// evaluateCommand runs one round from the command line as far as a computation;
// reconciling, publishing and finalising are decisions and stay on the pages.
var evaluateCommand = command{
	name:  "evaluate",
	usage: "--as 登录名 --year 年度 [--data 文件夹 | --dsn 连接串] [--pack 文件夹] [--population above] [--binding] [--out 文件夹]",
	help:  "建立并冻结一轮评价，试算或正式计算，写出结果和可重算的冻结数据",
	run:   runEvaluate,
}

// evaluateOptions are the flags of one call.
type evaluateOptions struct {
	year       int
	population string
	binding    bool
	out        string // folder for result.csv and bundle.json; "" for none
}

func runEvaluate(ctx context.Context, w *world, args []string) error {
	var o evaluateOptions
	fs := newFlags(w, "evaluate")
	login, finish := clerkFlags(fs)
	fs.IntVar(&o.year, "year", 0, "评价年度（数据年度）")
	fs.StringVar(&o.population, "population", "above", "哪一类评价对象的代号")
	fs.BoolVar(&o.binding, "binding", false, "正式计算；不加是试算")
	fs.StringVar(&o.out, "out", "", "把 result.csv 和 bundle.json 写到这个文件夹")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() > 0 || *login == "" || o.year == 0 {
		return errUsage
	}
	cfg, err := finish(w.source())
	if err != nil {
		return err
	}
	c, err := openClerk(ctx, w, cfg, *login)
	if err != nil {
		return err
	}
	defer c.close()
	need := []access.Permission{access.RoundOpen, access.RoundFreeze, access.RoundCompute}
	if o.out != "" {
		need = append(need, access.Export)
	}
	if err := c.may(need...); err != nil {
		return err
	}
	r, run, err := c.evaluate(ctx, o)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.out, "%s：第 %d 次计算（%s）\n", r.Name, run.No, run.Mode.Label())
	printSummary(w.out, run.Summary)
	fmt.Fprintf(w.out, "数据摘要：%s\n规则摘要：%s\n结果摘要：%s\n", run.DataDigest, run.PackDigest, run.ResultDigest)
	if o.out == "" {
		return nil
	}
	return c.export(ctx, r, run, o.out)
}

// evaluate brings the round as far as a new run: opened if absent, frozen if open.
func (c *clerk) evaluate(ctx context.Context, o evaluateOptions) (evaluate.Round, evaluate.Run, error) {
	r, err := c.round(ctx, o)
	if err != nil {
		return r, evaluate.Run{}, err
	}
	switch r.State {
	case evaluate.Open:
		snap, err := c.rounds.Gather(ctx, evaluate.Sources{Registry: c.registry, Values: c.observe.Read()}, c.who.Scope(), r)
		if err != nil {
			return r, evaluate.Run{}, err
		}
		if r, err = c.rounds.Freeze(ctx, c.who, evaluate.Step{Round: r.ID, Version: r.Version}, snap); err != nil {
			return r, evaluate.Run{}, err
		}
		fmt.Fprintf(c.err, "已冻结 %d 家企业的数据。\n", snap.Len())
	case evaluate.Frozen, evaluate.Computed:
		fmt.Fprintln(c.err, "用本轮已经冻结的数据计算；要补数据，请先在页面上退回补数据。")
	default: // a new run would undo a signature or a publication
		return r, evaluate.Run{}, fault.New(fault.Conflict, "本轮%s，命令行不再重算", r.State.Label()).WithHint("确需重算的，请在评价轮次的页面上办理，并写明依据。")
	}
	mode := evaluate.Trial
	if o.binding {
		mode = evaluate.Binding
	}
	req := evaluate.Request{Step: evaluate.Step{Round: r.ID, Version: r.Version}, Mode: mode, Note: "命令行计算"}
	run, err := c.rounds.Compute(ctx, c.who, req, func(done, total int, what string) { fmt.Fprintf(c.err, "%d/%d %s\n", done, total, what) })
	return r, run, err
}

// round finds the round of the year and population, or opens it.
func (c *clerk) round(ctx context.Context, o evaluateOptions) (evaluate.Round, error) {
	sch, ok := c.pack.SchemeFor(o.year)
	if !ok {
		return evaluate.Round{}, fault.New(fault.Invalid, "数据包里没有 %d 年度的评价办法", o.year)
	}
	all, err := c.rounds.Rounds(ctx)
	if err != nil {
		return evaluate.Round{}, err
	}
	for _, r := range all {
		if r.Year == o.year && r.Population == o.population {
			return r, nil
		}
	}
	return c.rounds.Open(ctx, c.who, o.year, sch.ID, o.population)
}

// export writes the result and the bundle it can be recomputed from, having
// recomputed it once itself.
func (c *clerk) export(ctx context.Context, r evaluate.Round, run evaluate.Run, dir string) error {
	_, snap, err := c.rounds.Frozen(ctx, r.ID)
	if err != nil {
		return err
	}
	bundle, err := snap.Text()
	if err != nil {
		return err
	}
	v, err := evaluate.Verify(ctx, c.pack, bundle, r.Scheme, r.Population)
	switch {
	case err != nil:
		return err
	case v.DataDigest != run.DataDigest:
		return fault.New(fault.Conflict, "写出期间数据被重新冻结，没有写出任何文件").WithHint("请重新运行。")
	}
	var table bytes.Buffer
	page, err := c.rounds.Scores(ctx, c.who.Scope(), run.ID, evaluate.ScoreFilter{})
	if err != nil {
		return err
	}
	if err := sheet.WriteCSV(ctx, &table, resultFields(run), resultRows(run, page.Scores)); err != nil {
		return err
	}
	act := audit.Act{Actor: c.actor(), Verb: "evaluate.export", Subject: fmt.Sprint("round:", r.ID)}
	err = c.pen.Do(ctx, act, func(tx *audit.Tx) error {
		tx.Note("run", run.ID)
		tx.Note("rows", len(page.Scores))
		return nil
	})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fault.Wrap(fault.Unavailable, err, "建不了文件夹 %s", dir)
	}
	for name, data := range map[string][]byte{"result.csv": table.Bytes(), "bundle.json": bundle} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return fault.Wrap(fault.Unavailable, err, "写不了 %s", path)
		}
	}
	fmt.Fprintf(c.out, "已写出 %s 和 bundle.json：%d 家企业，%d 个阶段列\n", filepath.Join(dir, "result.csv"), len(page.Scores), len(run.Columns))
	if v.ResultDigest != run.ResultDigest {
		fmt.Fprintf(c.out, "本轮有手动调档，不在 bundle.json 里；单凭它重算的结果摘要是 %s\n", v.ResultDigest)
		return nil
	}
	fmt.Fprintf(c.out, "核对：ballast verify --population %s --digest %s bundle.json\n", r.Population, v.ResultDigest)
	return nil
}

// resultFields heads the table: who, what counts, then every stage under its
// Chinese title and its name in the engine.
func resultFields(run evaluate.Run) sheet.Export {
	e := sheet.Export{Fields: []sheet.Field{
		{Head: "统一社会信用代码"}, {Head: "企业名称"}, {Head: "县区"}, {Head: "行业"}, {Head: "是否评级"}, {Head: "总分"},
		{Head: "名次"}, {Head: "县区名次"}, {Head: "初评档次"}, {Head: "档次"}, {Head: "说明"},
	}}
	for _, c := range run.Columns {
		e.Fields = append(e.Fields, sheet.Field{Head: c.Title + "〔" + c.Name + "〕", Unit: c.Unit})
	}
	return e
}

// resultRows lays one firm a row; what does not exist stays empty, never 0.
func resultRows(run evaluate.Run, scores []evaluate.Score) iter.Seq2[[]any, error] {
	number := func(v float64) any {
		if math.IsNaN(v) {
			return nil
		}
		return v
	}
	place := func(n int) any {
		if n == 0 {
			return nil
		}
		return n
	}
	return func(yield func([]any, error) bool) {
		for _, s := range scores {
			graded := "否"
			if s.Graded {
				graded = "是"
			}
			row := []any{s.Code, s.Name, s.District, s.Industry, graded, number(s.Total), place(s.Rank), place(s.RankDistrict), s.BandFirst, s.Band, s.Reason}
			for i, c := range run.Columns {
				switch {
				case c.Words != nil:
					row = append(row, s.Text(run.Columns, c.Name))
				case i < len(s.Stages):
					row = append(row, number(s.Stages[i]))
				default:
					row = append(row, nil)
				}
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

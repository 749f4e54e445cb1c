package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ballast/internal/access"
	"ballast/internal/fault"
	"ballast/internal/observe"
	"ballast/internal/period"
	"ballast/internal/registry"
)

// importCommand hands files in from the command line, by the same path as the
// page: staged, checked, and left for a second person to approve.
var importCommand = command{
	name:  "import",
	usage: "--as 登录名 --department 部门 --period 期间 [--data 文件夹 | --dsn 连接串] [--pack 文件夹] [--map 列名=数据项] [--marked 文件夹] [--open-until 日期] [--submit] 文件...",
	help:  "报送部门数据表：读取、匹配企业、校验，列出全部问题，提交给第二人审核",
	run:   runImport,
}

// importOptions are the flags of one call.
type importOptions struct {
	department string
	period     period.Period
	marked     string // folder for the marked workbooks; "" for none
	open       string // last day of the window to open; "" leaves it
	show       int
	submit     bool
	mapping    map[string]string
}

func (o *importOptions) flags(fs *flag.FlagSet) {
	o.mapping = map[string]string{}
	fs.StringVar(&o.department, "department", "", "报送部门的代号，如 tax")
	fs.Func("period", "报送期，如 2025、2025Q3、2025-07", func(s string) (err error) {
		if o.period, err = period.Parse(s); err != nil {
			msg, hint := fault.Public(err)
			return fmt.Errorf("%s。%s", msg, hint)
		}
		return nil
	})
	fs.StringVar(&o.marked, "marked", "", "把标注过的表格写到这个文件夹")
	fs.StringVar(&o.open, "open-until", "", "先把报送窗口从今天开放到这一天，如 2026-05-31（账号要有“开关上传窗口”的权限）")
	fs.IntVar(&o.show, "show", 20, "每个文件最多列出几处问题，0 为全部")
	fs.BoolVar(&o.submit, "submit", false, "全部文件都没有错误时提交审核")
	fs.Func("map", "列名=数据项代号，可以多次；@code 信用代码，@name 企业名称，@ignore 不读", func(s string) error {
		head, target, ok := strings.Cut(s, "=")
		if !ok || head == "" || target == "" {
			return fmt.Errorf("应写成 列名=数据项")
		}
		o.mapping[head] = target
		return nil
	})
}

func runImport(ctx context.Context, w *world, args []string) error {
	var o importOptions
	fs := newFlags(w, "import")
	login, finish := clerkFlags(fs)
	o.flags(fs)
	approve := fs.Bool("approve", false, "不提供：审核要由另一个人在页面上做")
	files, err := parseMixed(fs, args)
	if err != nil {
		return err
	}
	if *approve {
		return fault.New(fault.Denied, "报送和审核不能是同一个人，这里只能报送").WithHint("请用 --submit 提交，再由另一位同志登录后在“数据归集”的批次页面审核入库。")
	}
	if len(files) == 0 || *login == "" || o.department == "" || o.period.IsZero() {
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
	if err := c.may(access.ObserveUpload); err != nil {
		return err
	}
	if err := c.openWindow(ctx, o); err != nil {
		return err
	}
	return (&handIn{clerk: c, importOptions: o}).run(ctx, files)
}

// openWindow opens the department's window from today on when asked to.
func (c *clerk) openWindow(ctx context.Context, o importOptions) error {
	if o.open == "" {
		return nil
	}
	if err := c.may(access.ObserveWindow); err != nil {
		return err
	}
	until, err := period.ParseDay(o.open)
	if err != nil {
		return err
	}
	today := period.DayOf(c.world.now(), c.pack.City().Zone)
	return c.observe.Windows().Set(ctx, c.actor(), observe.Window{Department: o.department, Period: o.period, Opens: today, Closes: until})
}

// handIn is the files of one call. They stand or fall together: when one cannot
// be read, those staged before it are withdrawn again, and nothing is submitted
// unless every file is clean.
type handIn struct {
	*clerk
	importOptions
	staged []observe.Receipt
}

func (h *handIn) run(ctx context.Context, files []string) error {
	for _, path := range files {
		if err := h.file(ctx, path); err != nil {
			h.withdraw(context.WithoutCancel(ctx))
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	errors, drafts := 0, 0
	for _, r := range h.staged {
		errors += r.Batch.Errors
		if r.Batch.State == observe.Draft {
			drafts++
		}
	}
	switch {
	case errors > 0:
		fmt.Fprintf(h.out, "共 %d 处错误，没有提交，任何数值都没有入库。请改好表格重新导入，或在“数据归集”的批次页面逐行处理。\n", errors)
		return errQuiet
	case drafts == 0:
		fmt.Fprintln(h.out, "没有新的批次要提交。")
		return nil
	case !h.submit:
		fmt.Fprintf(h.out, "没有错误，%d 批待提交。加 --submit 再运行一次即可提交。\n", drafts)
		return nil
	}
	return h.hand(ctx)
}

// hand submits every batch that is still a draft.
func (h *handIn) hand(ctx context.Context) error {
	for i, r := range h.staged {
		if r.Batch.State != observe.Draft {
			continue
		}
		b, err := h.move(ctx, r.Batch, observe.Submit, "")
		if err != nil {
			h.withdraw(context.WithoutCancel(ctx))
			return fmt.Errorf("%s: %w", r.Batch.FileName, err)
		}
		h.staged[i].Batch = b
		fmt.Fprintf(h.out, "第 %d 批已提交，等待另一位同志审核入库。\n", b.ID)
	}
	return nil
}

func (h *handIn) move(ctx context.Context, b observe.Batch, v observe.Verb, reason string) (observe.Batch, error) {
	return h.observe.Act(ctx, observe.Step{Actor: h.actor(), Scope: h.who.Scope(), Batch: b.ID, Version: b.Version, Verb: v, Reason: reason})
}

// withdraw takes back what this call staged. A batch that was there before stays.
func (h *handIn) withdraw(ctx context.Context) {
	for _, r := range h.staged {
		if r.Duplicate {
			continue
		}
		if _, err := h.move(ctx, r.Batch, observe.Withdraw, "同一次导入的其他文件没有成功"); err != nil {
			fmt.Fprintf(h.err, "第 %d 批没有撤回，请在页面上撤回：%v\n", r.Batch.ID, err)
			continue
		}
		fmt.Fprintf(h.out, "%s：第 %d 批已撤回，因为同一次导入的其他文件没有成功。\n", r.Batch.FileName, r.Batch.ID)
	}
}

// file stages one file and tells what was found.
func (h *handIn) file(ctx context.Context, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fault.Wrap(fault.NotFound, err, "文件打不开：%s", path)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return fault.Wrap(fault.Unavailable, err, "文件读不了：%s", path)
	case !info.Mode().IsRegular():
		return fault.New(fault.Invalid, "%s 不是文件", path).WithHint("请逐个写出要导入的文件。")
	}
	name := filepath.Base(path)
	r, err := h.observe.Upload(ctx, observe.Upload{
		Actor: h.actor(), Scope: h.who.Scope(), Department: h.department, Period: h.importOptions.period, Name: name,
		File: f, Size: info.Size(), Now: h.world.now(), Mapping: h.mapping,
		Progress: func(p observe.Progress) {
			fmt.Fprintf(h.err, "%s：%s %d 行，发现 %d 处问题\n", name, p.Stage, p.Rows, p.Findings)
		},
	})
	if fault.Is(err, fault.Conflict) {
		msg, hint := fault.Public(err)
		return fault.Wrap(fault.Conflict, err, "%s", msg).WithHint("%s市局科员可以在“数据归集”页面开放窗口，或在这里用 --open-until 日期。", hint)
	}
	if err != nil {
		return err
	}
	h.staged = append(h.staged, r)
	return h.tell(ctx, path, r)
}

// tell prints the receipt of a file, what was found in it and the rows without a
// firm.
func (h *handIn) tell(ctx context.Context, path string, r observe.Receipt) error {
	b := r.Batch
	if r.Duplicate {
		fmt.Fprintf(h.out, "%s：同一份文件已经报送过，没有重复读取（%s）\n", path, b.State.Chinese())
	}
	fmt.Fprintf(h.out, "%s：第 %d 批，%d 行，%d 个数值，%d 处错误，%d 处提醒，%d 行企业待匹配\n", path, b.ID, b.Rows, b.Values, b.Errors, b.Warnings, b.Unmatched)
	found, err := h.observe.Drafts().Findings(ctx, h.db, h.who.Scope(), b.ID)
	if err != nil {
		return err
	}
	var lines []string
	for _, severity := range []observe.Severity{observe.Error, observe.Warning} {
		for _, f := range found {
			if f.Severity == severity {
				place := f.Address()
				if f.Row < 1 { // about the sheet or the whole file
					place = f.Sheet
				}
				lines = append(lines, fmt.Sprintf("%s %s %s：%s", b.FileName, place, severity.Chinese(), f.Message))
			}
		}
	}
	h.list(lines, "处问题")
	rows, err := h.observe.Drafts().Rows(ctx, h.db, h.who.Scope(), b.ID)
	if err != nil {
		return err
	}
	lines = nil
	for _, row := range rows {
		if row.Enterprise == 0 && row.Queue != 0 && !registry.Verdict(row.Verdict).Settled() {
			lines = append(lines, fmt.Sprintf("待匹配 %s 第 %d 行：%s %s", row.Sheet, row.Number, row.Code, row.Name))
		}
	}
	h.list(lines, "行待匹配")
	return h.mark(ctx, b)
}

// list prints the first lines and how many there are.
func (h *handIn) list(lines []string, what string) {
	for i, line := range lines {
		if h.show > 0 && i == h.show {
			fmt.Fprintf(h.out, "  …共 %d %s，加 --show 0 看全部\n", len(lines), what)
			return
		}
		fmt.Fprintln(h.out, "  "+strings.TrimSpace(line))
	}
}

// mark writes the workbook with its cells marked into the folder asked for.
func (h *handIn) mark(ctx context.Context, b observe.Batch) (err error) {
	if h.marked == "" {
		return nil
	}
	if err := os.MkdirAll(h.marked, 0o750); err != nil {
		return fault.Wrap(fault.Unavailable, err, "建不了文件夹 %s", h.marked)
	}
	name := filepath.Join(h.marked, strings.TrimSuffix(b.FileName, filepath.Ext(b.FileName))+"-校验结果.xlsx")
	f, err := os.Create(name)
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "写不了 %s", name)
	}
	defer func() {
		if e := f.Close(); err == nil && e != nil {
			err = fault.Wrap(fault.Unavailable, e, "写不了 %s", name)
		}
	}()
	if err := h.observe.Read().Marked(ctx, h.db, h.who.Scope(), b.ID, f); err != nil {
		return err
	}
	fmt.Fprintf(h.out, "  标注过的表格：%s\n", name)
	return nil
}

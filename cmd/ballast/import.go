package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/fault"
	"ballast/internal/observe"
	"ballast/internal/pack"
	"ballast/internal/period"
	"ballast/internal/registry"
	"ballast/internal/scope"
)

// importCommand hands files in from the command line, by the same path as the
// page: staged, checked, and left for a second person to approve.
var importCommand = command{
	name:  "import",
	usage: "--pack DIR --department 部门 --period 期间 [--data DIR] [--map 列名=数据项] [--marked DIR] 文件...",
	help:  "报送部门数据表：读取、匹配企业、校验，列出全部问题，等待第二人审核",
	run:   runImport,
}

// importOptions are the flags of one call.
type importOptions struct {
	data, dsn, pack, department, period string
	marked                              string // folder for the marked workbooks; "" for none
	open                                string // last day of the window to open; "" leaves it
	show                                int
	mapping                             map[string]string
}

func runImport(ctx context.Context, w *world, args []string) error {
	o := importOptions{mapping: map[string]string{}}
	fs := newFlags(w, "import")
	fs.StringVar(&o.data, "data", "data", "数据文件夹")
	fs.StringVar(&o.dsn, "dsn", w.getenv("BALLAST_DSN"), "PostgreSQL 连接串，代替数据文件夹（BALLAST_DSN）")
	fs.StringVar(&o.pack, "pack", "packs/pingxiang", "城市数据包的目录")
	fs.StringVar(&o.department, "department", "", "报送部门的代号，如 tax")
	fs.StringVar(&o.period, "period", "", "报送期，如 2025、2025Q3、2025-07")
	fs.StringVar(&o.marked, "marked", "", "把标注过的表格写到这个文件夹")
	fs.StringVar(&o.open, "open-until", "", "先把报送窗口从今天开放到这一天，如 2026-05-31")
	fs.IntVar(&o.show, "show", 50, "每个文件最多列出几处问题，0 为全部")
	fs.Func("map", "列名=数据项代号，可以多次；@code 信用代码，@name 企业名称，@ignore 不读", func(s string) error {
		head, target, ok := strings.Cut(s, "=")
		if !ok || head == "" || target == "" {
			return fmt.Errorf("应写成 列名=数据项")
		}
		o.mapping[head] = target
		return nil
	})
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() == 0 || o.department == "" || o.period == "" {
		return errUsage
	}
	p, err := period.Parse(o.period)
	if err != nil {
		return err
	}
	room, closeRoom, err := o.room(ctx, w)
	if err != nil {
		return err
	}
	defer closeRoom()
	who := w.getenv("USER")
	if who == "" {
		who = "unknown"
	}
	actor := audit.Actor{ID: "cli:" + who, Name: "命令行（" + who + "）", Via: "cli"}
	if o.open != "" {
		if err := o.openWindow(ctx, w, room, actor, p); err != nil {
			return err
		}
	}
	clean := true
	for _, name := range fs.Args() {
		ok, err := o.file(ctx, w, room, observe.Upload{Actor: actor, Period: p, Name: name})
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		clean = clean && ok
	}
	if !clean {
		return errQuiet
	}
	return nil
}

// room opens the database and the pack.
func (o importOptions) room(ctx context.Context, w *world) (*observe.Observe, func(), error) {
	p, err := pack.Load(os.DirFS(o.pack))
	var problems pack.Problems
	if errors.As(err, &problems) {
		return nil, nil, fault.Wrap(fault.Invalid, err, "数据包有 %d 处问题", len(problems)).WithHint("请先运行 ballast pack check %s。", o.pack)
	}
	if err != nil {
		return nil, nil, err
	}
	dsn := o.dsn
	if dsn == "" {
		dsn = filepath.Join(o.data, "ballast.db")
	}
	d, writer, err := db.Open(ctx, dsn)
	if err != nil {
		return nil, nil, err
	}
	shut := func() { writer.Close(); d.Close() }
	key := make([]byte, 32) // nothing is sealed here; a template made by this process would not be recognised later
	if _, err := rand.Read(key); err != nil {
		shut()
		return nil, nil, fault.Wrap(fault.Unavailable, err, "系统随机数不可用")
	}
	room, err := observe.New(observe.Config{Pack: p, Registry: registry.New(registry.RulesOf(p)), DB: d, Pen: audit.NewPen(writer, w.now), SealKey: key})
	if err != nil {
		shut()
	}
	return room, shut, err
}

func (o importOptions) openWindow(ctx context.Context, w *world, room *observe.Observe, actor audit.Actor, p period.Period) error {
	until, err := period.ParseDay(o.open)
	if err != nil {
		return err
	}
	today := period.DayOf(w.now(), room.Pack.City().Zone)
	return room.Windows().Set(ctx, actor, observe.Window{Department: o.department, Period: p, Opens: today, Closes: until})
}

// file hands one file in and tells what was found; ok is false when there are
// errors in it.
func (o importOptions) file(ctx context.Context, w *world, room *observe.Observe, u observe.Upload) (ok bool, err error) {
	f, err := os.Open(u.Name)
	if err != nil {
		return false, fault.Wrap(fault.NotFound, err, "文件打不开：%s", u.Name)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false, fault.Wrap(fault.Unavailable, err, "文件读不了：%s", u.Name)
	}
	all := scope.City("命令行")
	path := u.Name
	u.Name, u.File, u.Size, u.Now, u.Scope, u.Department, u.Mapping = filepath.Base(path), f, info.Size(), w.now(), all, o.department, o.mapping
	u.Progress = func(p observe.Progress) { fmt.Fprintf(w.err, "\r%s %s %d 行", u.Name, p.Stage, p.Rows) }
	r, err := room.Upload(ctx, u)
	fmt.Fprint(w.err, "\r\033[K")
	if err != nil {
		return false, err
	}
	b := r.Batch
	if r.Duplicate {
		fmt.Fprintf(w.out, "%s：同一份文件已经报送过，第 %d 批（%s）\n", path, b.ID, b.State.Chinese())
	} else {
		fmt.Fprintf(w.out, "%s：第 %d 批，%d 行，%d 个数值，%d 处错误，%d 处提醒，%d 行企业待匹配\n", path, b.ID, b.Rows, b.Values, b.Errors, b.Warnings, b.Unmatched)
	}
	if err := o.tell(ctx, w, room, b, all); err != nil {
		return false, err
	}
	return b.Errors == 0, o.mark(ctx, w, room, b, all)
}

// tell lists what was found, errors first.
func (o importOptions) tell(ctx context.Context, w *world, room *observe.Observe, b observe.Batch, s scope.Scope) error {
	found, err := room.Drafts().Findings(ctx, room.DB, s, b.ID)
	if err != nil {
		return err
	}
	shown := 0
	for _, severity := range []observe.Severity{observe.Error, observe.Warning} {
		for _, f := range found {
			if f.Severity != severity {
				continue
			}
			if shown++; o.show > 0 && shown > o.show {
				fmt.Fprintf(w.out, "  …共 %d 处，加 --show 0 看全部\n", len(found))
				return nil
			}
			fmt.Fprintf(w.out, "  %s %s：%s\n", f.Address(), f.Severity.Chinese(), f.Message)
		}
	}
	return nil
}

// mark writes the workbook with its cells marked beside the others.
func (o importOptions) mark(ctx context.Context, w *world, room *observe.Observe, b observe.Batch, s scope.Scope) (err error) {
	if o.marked == "" {
		return nil
	}
	name := filepath.Join(o.marked, strings.TrimSuffix(b.FileName, filepath.Ext(b.FileName))+"-校验结果.xlsx")
	f, err := os.Create(name)
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "写不了 %s", name)
	}
	defer func() {
		if e := f.Close(); err == nil && e != nil {
			err = fault.Wrap(fault.Unavailable, e, "写不了 %s", name)
		}
	}()
	fmt.Fprintf(w.out, "  标注过的表格：%s\n", name)
	return room.Read().Marked(ctx, room.DB, s, b.ID, f)
}

package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"ballast/internal/config"
	"ballast/internal/demo"
	"ballast/internal/fault"
	"ballast/internal/pack"
	"ballast/internal/web"
	"ballast/packs"
)

// demoCommand builds the fictitious city and opens it.
var demoCommand = command{
	name:  "demo",
	usage: "[--addr 127.0.0.1:8080] [--data 文件夹]",
	help:  "建一座虚构的萍乡并打开（演示数据）",
	run:   runDemo,
}

// demoSeed makes every demonstration the same city.
const demoSeed = 1

func runDemo(ctx context.Context, w *world, args []string) error {
	fs := newFlags(w, "demo")
	addr := fs.String("addr", "127.0.0.1:8080", "页面的地址和端口")
	data := fs.String("data", "", "数据文件夹；不写则用临时文件夹，结束后删除")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return errUsage
	}
	dir, remove, err := demoFolder(*data)
	if err != nil {
		return err
	}
	defer remove()
	cfg, err := demoConfig(w, *addr, dir)
	if err != nil {
		return err
	}
	h, err := openHouse(ctx, w, cfg)
	if err != nil {
		return err
	}
	defer h.close()
	site, err := newDemoSite(ctx, w, h)
	if err != nil {
		return err
	}
	s, err := startServer(ctx, w, serverOptions{house: h, log: newLog(w, "warn"), building: site, demo: demoAccounts(), notice: "演示数据：企业、代码和数值均为虚构"})
	if err != nil {
		return err
	}
	announceDemo(w, s.url)
	building := make(chan struct{})
	go func() {
		defer close(building)
		site.build(ctx, w)
	}()
	err = s.wait(ctx)
	<-building
	return err
}

// demoFolder returns where the demonstration lives and how to leave it behind.
func demoFolder(data string) (dir string, remove func(), err error) {
	if data != "" {
		return data, func() {}, nil
	}
	dir, err = os.MkdirTemp("", "ballast-demo")
	if err != nil {
		return "", nil, fault.Wrap(fault.Unavailable, err, "建不了临时文件夹").WithHint("请用 --data 指定一个文件夹。")
	}
	return dir, func() { os.RemoveAll(dir) }, nil
}

// demoConfig is the configuration of an installation that has none.
func demoConfig(w *world, addr, dir string) (config.Config, error) {
	fs := flag.NewFlagSet("demo", flag.ContinueOnError)
	finish := config.Flags(fs)
	if err := fs.Parse([]string{"--addr", addr, "--data", filepath.Clean(dir)}); err != nil {
		return config.Config{}, err
	}
	src := w.source()
	src.Environ = nil // a demonstration must not open somebody's real database
	return finish(src)
}

func demoAccounts() []web.DemoAccount {
	var out []web.DemoAccount
	for _, a := range demo.Accounts() {
		out = append(out, web.DemoAccount{Role: a.Role, Login: a.Login, Password: demo.Password})
	}
	return out
}

func announceDemo(w *world, url string) {
	fmt.Fprintf(w.out, "压舱石演示：%s\n全部为虚构的演示数据。账号（口令都是 %s）：\n", url, demo.Password)
	for _, a := range demo.Accounts() {
		fmt.Fprintf(w.out, "  %-8s %s\n", a.Login, a.Role)
	}
}

// demoSite shows the build to the pages.
type demoSite struct {
	city  *demo.City
	built bool // found finished in the data folder
	now   func() time.Time
}

func newDemoSite(ctx context.Context, w *world, h *house) (*demoSite, error) {
	built, err := demo.Built(ctx, h.db)
	if err != nil {
		return nil, err
	}
	if !built {
		users, err := h.access.FirstRun(ctx)
		if err != nil {
			return nil, err
		}
		if !users {
			return nil, fault.New(fault.Conflict, "数据文件夹里有别的数据，或上次演示没有建完").WithHint("请换一个空的 --data 文件夹，或删掉它重来。")
		}
	}
	p, err := pack.Load(packs.Pingxiang())
	if err != nil {
		return nil, err
	}
	city, err := demo.New(demo.Config{DB: h.db, Pen: h.penOn, Access: h.access, Pack: p, Seed: demoSeed, Now: w.now})
	if err != nil {
		return nil, err
	}
	return &demoSite{city: city, built: built, now: w.now}, nil
}

// build makes the city unless it is there already.
func (d *demoSite) build(ctx context.Context, w *world) {
	if d.built {
		fmt.Fprintln(w.out, "演示城市已经在数据文件夹里，直接打开。")
		return
	}
	if err := d.city.Build(ctx); err != nil {
		if ctx.Err() == nil {
			printError(w.err, err)
		}
		return
	}
	fmt.Fprintln(w.out, "演示城市已建好。")
}

// Progress is the build as the progress page shows it.
func (d *demoSite) Progress() web.Progress {
	out := web.Progress{Title: "正在建一座演示城市", State: "done", Percent: 100}
	if d.built {
		return out
	}
	p := d.city.Progress()
	out.Percent, out.Step = p.Percent, p.Doing
	for _, line := range p.Log {
		out.Lines = append(out.Lines, web.ProgressLine{Text: line})
	}
	switch {
	case p.Failed != nil:
		out.State = "failed"
		out.Failure, _ = fault.Public(p.Failed)
	case !p.Done:
		out.State = ""
	}
	return out
}

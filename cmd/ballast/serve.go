package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"ballast/internal/config"
	"ballast/internal/fault"
	"ballast/internal/web"
)

// serveCommand runs the system until it is told to stop.
var serveCommand = command{
	name:  "serve",
	usage: "[--addr 地址:端口] [--data 文件夹 | --dsn 连接串] [--pack 文件夹] [--config 文件] [--metrics-addr 地址:端口]",
	help:  "启动服务",
	run:   runServe,
}

func runServe(ctx context.Context, w *world, args []string) error {
	fs := newFlags(w, "serve")
	finish := config.Flags(fs)
	printOnly := fs.Bool("print-config", false, "只显示生效的配置（密钥除外），不启动")
	if err := fs.Parse(args); err != nil {
		return err
	}
	cfg, err := finish(w.source())
	if err != nil {
		return err
	}
	if *printOnly {
		fmt.Fprint(w.out, cfg.Redacted())
		return nil
	}
	h, err := openHouse(ctx, w, cfg)
	if err != nil {
		return err
	}
	defer h.close()
	s, err := startServer(ctx, w, serverOptions{house: h, log: newLog(w, cfg.LogLevel)})
	if err != nil {
		return err
	}
	if err := announceFirstRun(ctx, w, h, s.url); err != nil {
		s.stop()
		return err
	}
	return s.wait(ctx)
}

// source is where configuration comes from in this process.
func (w *world) source() config.Source {
	var environ []string
	if w.environ != nil {
		environ = w.environ()
	}
	return config.Source{Environ: environ, ReadFile: os.ReadFile}
}

// newLog returns the operators' log: JSON, one line an event, on standard output.
func newLog(w *world, level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	return slog.New(slog.NewJSONHandler(w.out, &slog.HandlerOptions{Level: l}))
}

// announceFirstRun prints the word that opens the first-run page while there are
// no accounts. It goes to the operator's terminal, not into the log, which is
// shipped away.
func announceFirstRun(ctx context.Context, w *world, h *house, url string) error {
	first, err := h.access.FirstRun(ctx)
	if err != nil || !first {
		return err
	}
	word, err := h.access.FirstRunToken(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.err, "首次安装：请在浏览器打开 %s/setup ，输入安装口令\n  %s\n建立三个管理员和第一个业务账号。安装口令每次启动都会换新。\n", url, word)
	return nil
}

// readyCheck is one thing that must hold before traffic is sent here.
type readyCheck struct {
	name  string
	check func(context.Context) error
}

// serverOptions is what startServer needs. Only house and log are required.
type serverOptions struct {
	house    *house
	log      *slog.Logger
	building web.Building      // work of the first start that goes on behind the pages
	demo     []web.DemoAccount // shown on the sign-in page
	notice   string            // a line on every page
	ready    []readyCheck      // more than the database and the building
}

// server is a running server. Stop it with stop, or by ending the context given
// to wait.
type server struct {
	url     string // as a browser on this machine reaches it
	metrics string // address of /metrics; empty when not served

	log      *slog.Logger
	grace    time.Duration
	servers  []*http.Server
	failed   chan error
	leave    context.CancelFunc // ends the background work
	running  sync.WaitGroup
	stopOnce sync.Once
	stopErr  error
}

// startServer opens the listeners and serves in the background. It returns as
// soon as the address answers, so that a long first start can show its progress.
func startServer(ctx context.Context, w *world, o serverOptions) (*server, error) {
	cfg := o.house.cfg
	handler, m, err := newHandler(w, o)
	if err != nil {
		return nil, err
	}
	background, leave := context.WithCancel(context.WithoutCancel(ctx))
	s := &server{log: o.log, grace: cfg.ShutdownWait, failed: make(chan error, 2), leave: leave}
	addr, err := s.listen(ctx, cfg.Addr, handler)
	if err != nil {
		s.stop()
		return nil, err
	}
	s.url = "http://" + browsable(addr)
	if cfg.MetricsAddr != "" {
		if s.metrics, err = s.listen(ctx, cfg.MetricsAddr, m.handler()); err != nil {
			s.stop()
			return nil, err
		}
	}
	s.running.Go(func() {
		o.house.access.Run(background, func(err error) { o.log.Error("access", "error", err) })
	})
	o.log.Info("serving", "url", s.url, "metrics", s.metrics, "engine", o.house.db.Engine(), "version", version().Version)
	return s, nil
}

// newHandler puts the probes in front of the pages.
func newHandler(w *world, o serverOptions) (http.Handler, *metrics, error) {
	cfg := o.house.cfg
	sections, nav, err := o.house.windows()
	if err != nil {
		return nil, nil, err
	}
	m := newMetrics()
	var trusted []string
	if cfg.PublicURL != "" {
		trusted = append(trusted, strings.TrimSuffix(cfg.PublicURL, "/"))
	}
	shell, err := web.New(web.Config{
		Accounts: o.house.access, Sections: sections, Nav: nav,
		App:    web.App{Name: "压舱石", City: "萍乡市工业运行与企业服务", SearchTo: "/enterprises", Notice: o.notice, Version: version().Version},
		Now:    w.now,
		Log:    o.log,
		Boot:   strconv.FormatInt(w.now().Unix(), 36),
		Secure: strings.HasPrefix(cfg.PublicURL, "https://"), Trusted: trusted,
		Demo: o.demo, Building: o.building, Observe: m.observe,
	})
	if err != nil {
		return nil, nil, err
	}
	checks := append([]readyCheck{{"database", o.house.db.Ping}}, o.ready...)
	if o.building != nil {
		checks = append(checks, readyCheck{"building", func(context.Context) error {
			if p := o.building.Progress(); p.State != "done" {
				return fault.New(fault.Unavailable, "正在准备数据：%d%%", p.Percent)
			}
			return nil
		}})
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", live)
	mux.Handle("GET /readyz", ready(checks))
	mux.HandleFunc("GET /version", showVersion)
	mux.Handle("/", shell)
	return trustProxies(cfg.TrustedProxies, mux), m, nil
}

// listen serves h on addr and returns the address it got. The limits keep a slow
// or silent peer from holding a connection: uploads of the greatest allowed size
// pass at 100 KB/s.
func (s *server) listen(ctx context.Context, addr string, h http.Handler) (string, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return "", fault.Wrap(fault.Unavailable, err, "地址 %s 不能监听", addr).
			WithHint("端口可能被别的程序占用：换一个端口，例如 --addr 127.0.0.1:8081。")
	}
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 15 * time.Minute,
		WriteTimeout: 15 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	s.servers = append(s.servers, srv)
	s.running.Go(func() {
		if err := srv.Serve(l); err != http.ErrServerClosed {
			s.failed <- err
		}
	})
	return l.Addr().String(), nil
}

// browsable turns a listening address into one a browser can open.
func browsable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// wait serves until ctx ends or a listener fails, then stops.
func (s *server) wait(ctx context.Context) error {
	var failed error
	select {
	case <-ctx.Done():
	case failed = <-s.failed:
		failed = fault.Wrap(fault.Unavailable, failed, "服务意外停止")
	}
	if err := s.stop(); failed == nil {
		failed = err
	}
	return failed
}

// stop lets requests in flight finish within the grace period, ends the
// background work and waits for everything it owns. It may be called twice.
func (s *server) stop() error {
	s.stopOnce.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), s.grace)
		defer cancel()
		for _, srv := range s.servers {
			if err := srv.Shutdown(ctx); err != nil {
				srv.Close()
				s.stopErr = fault.Wrap(fault.Unavailable, err, "有请求没有在 %s 内做完，已中断", s.grace)
			}
		}
		s.leave()
		s.running.Wait()
		s.log.Info("stopped")
	})
	return s.stopErr
}

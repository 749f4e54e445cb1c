package main

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"slices"
	"time"

	"ballast/internal/access"
	"ballast/internal/audit"
	"ballast/internal/config"
	"ballast/internal/db"
	"ballast/internal/fault"
	"ballast/internal/observe"
	"ballast/internal/pack"
	"ballast/internal/registry"
	"ballast/internal/web"
	"ballast/internal/web/collect"
)

// house is the rooms of one installation, put together. Every command that works
// on the database opens one; serve and demo put windows into it.
type house struct {
	cfg    config.Config
	db     *db.DB
	writer *db.Writer
	pen    *audit.Pen
	access *access.Access
	now    func() time.Time
}

// openHouse opens the database and builds the rooms on it.
func openHouse(ctx context.Context, w *world, cfg config.Config) (*house, error) {
	dsn := cfg.DSN
	if dsn == "" {
		dsn = filepath.Join(cfg.Data, "ballast.db")
	}
	d, writer, err := db.Open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	h := &house{cfg: cfg, db: d, writer: writer, pen: audit.NewPen(writer, w.now), now: w.now}
	if h.access, err = access.New(d, h.pen, accessConfig(w, cfg)); err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

// close gives the database back. The last writes are durable already.
func (h *house) close() {
	h.writer.Close()
	h.db.Close()
}

// accessConfig turns the installation's choices into those of access.
func accessConfig(w *world, cfg config.Config) access.Config {
	c := access.Defaults()
	c.Now, c.Random, c.Key = w.now, rand.Reader, cfg.Key
	if cfg.PasswordProfile == "asvs5" {
		c.Profile = access.ASVS5
	}
	c.Session = access.SessionLimits{Idle: cfg.SessionIdle, Absolute: cfg.SessionAbsolute, Parallel: cfg.SessionParallel}
	for _, r := range cfg.RequireTOTP {
		c.RequireTOTP = append(c.RequireTOTP, access.Role(r))
	}
	return c
}

// windows is every section of pages and the navigation over them.
func (h *house) windows() ([]web.Section, []web.NavGroup, error) {
	p, err := pack.Load(os.DirFS(h.cfg.Pack))
	if fault.Is(err, fault.NotFound) {
		err = fault.Wrap(fault.NotFound, err, "读不到数据包 %s", h.cfg.Pack).WithHint("请用 --pack 指明含有 pack.yaml 的文件夹。")
	}
	if err != nil {
		return nil, nil, err
	}
	collecting, err := h.collecting(p)
	if err != nil {
		return nil, nil, err
	}
	section, err := collecting.Section()
	if err != nil {
		return nil, nil, err
	}
	nav := append(slices.Clone(navigation), web.NavGroup{Title: "评", Items: collecting.Nav()})
	return []web.Section{section}, nav, nil
}

// undoDays is how long after its approval a batch may still be undone; later a
// mistake is put right by a new batch.
const undoDays = 30

// collecting is the pages of data collection on their rooms.
func (h *house) collecting(p *pack.Pack) (*collect.Pages, error) {
	seal := h.cfg.Key
	if len(seal) == 0 { // forms then count as ours until the next start
		seal = make([]byte, 16)
		rand.Read(seal)
	}
	reg := registry.New(registry.RulesOf(p))
	obs, err := observe.New(observe.Config{Pack: p, Registry: reg, DB: h.db, Pen: h.pen, UndoDays: undoDays, SealKey: seal})
	if err != nil {
		return nil, err
	}
	return collect.New(collect.Config{Observe: obs, Registry: reg, Pack: p, DB: h.db, Pen: h.pen, Now: h.now}), nil
}

// navigation is the left side of every office page, grouped 看, 评, 办, 管.
var navigation = []web.NavGroup{}

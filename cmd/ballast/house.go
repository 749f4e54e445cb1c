package main

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"time"

	"ballast/internal/access"
	"ballast/internal/audit"
	"ballast/internal/config"
	"ballast/internal/db"
	"ballast/internal/evaluate"
	"ballast/internal/fault"
	"ballast/internal/observe"
	"ballast/internal/pack"
	"ballast/internal/registry"
	"ballast/internal/scope"
	"ballast/internal/web"
	"ballast/internal/web/collect"
	"ballast/internal/web/office"
	"ballast/packs"
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

// penOn is the database's pen on another clock, for the demonstration's story.
func (h *house) penOn(now func() time.Time) *audit.Pen { return audit.NewPen(h.writer, now) }

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
	p, err := h.loadPack()
	if err != nil {
		return nil, nil, err
	}
	reg := registry.New(registry.RulesOf(p))
	obs, err := observe.New(observe.Config{Pack: p, Registry: reg, DB: h.db, Pen: h.pen, UndoDays: undoDays, SealKey: h.sealKey()})
	if err != nil {
		return nil, nil, err
	}
	rounds := evaluate.New(h.db, h.pen, p)
	desk, nav, err := office.New(office.Config{
		DB: h.db, Pen: h.pen, Pack: p, Registry: reg, Evaluate: rounds, Observe: obs, Now: h.now,
		Gatherer: gatherer{rounds, evaluate.Sources{Registry: reg, Values: obs.Read()}},
	})
	if err != nil {
		return nil, nil, err
	}
	pages := collect.New(collect.Config{Observe: obs, Registry: reg, Pack: p, DB: h.db, Pen: h.pen, Now: h.now})
	hand, err := pages.Section()
	if err != nil {
		return nil, nil, err
	}
	for i := range nav {
		if nav[i].Title == "评" {
			nav[i].Items = append(pages.Nav(), nav[i].Items...)
		}
	}
	return []web.Section{desk, hand}, nav, nil
}

// undoDays is how long an approved hand-in may be undone.
const undoDays = 30

// sealKey signs the templates that go out, so that the right ones come back. An
// installation without a key of its own still knows its own templates.
func (h *house) sealKey() []byte {
	if len(h.cfg.Key) > 0 {
		return h.cfg.Key
	}
	return []byte("ballast template " + h.cfg.Data + h.cfg.DSN)
}

// loadPack reads the city's pack: a folder, or the one in the binary when none is
// named.
func (h *house) loadPack() (*pack.Pack, error) {
	if h.cfg.Pack == "" {
		return pack.Load(packs.Pingxiang())
	}
	p, err := pack.Load(os.DirFS(h.cfg.Pack))
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "规则包 %s 不能使用", h.cfg.Pack).
			WithHint("请用 ballast pack check %s 查看问题，或用 --pack 指定别的文件夹。", h.cfg.Pack)
	}
	return p, nil
}

// gatherer reads what a round is frozen with.
type gatherer struct {
	rounds  *evaluate.Evaluate
	sources evaluate.Sources
}

// Gather implements office.Gatherer.
func (g gatherer) Gather(ctx context.Context, s scope.Scope, r evaluate.Round) (*evaluate.Snapshot, error) {
	return g.rounds.Gather(ctx, g.sources, s, r)
}

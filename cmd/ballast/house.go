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
	"ballast/internal/pack"
	"ballast/internal/registry"
	"ballast/internal/web"
	"ballast/internal/web/office"
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
	if err != nil {
		return nil, nil, fault.Wrap(fault.Invalid, err, "规则包 %s 不能使用", h.cfg.Pack).
			WithHint("请用 ballast pack check %s 查看问题，或用 --pack 指定别的文件夹。", h.cfg.Pack)
	}
	section, nav, err := office.New(office.Config{
		DB: h.db, Pen: h.pen, Pack: p, Registry: registry.New(registry.RulesOf(p)), Evaluate: evaluate.New(h.db, h.pen, p), Now: h.now,
	})
	if err != nil {
		return nil, nil, err
	}
	return []web.Section{section}, nav, nil
}

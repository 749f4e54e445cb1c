package main

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"slices"

	"ballast/internal/access"
	"ballast/internal/audit"
	"ballast/internal/config"
	"ballast/internal/db"
	"ballast/internal/web"
)

// house is the rooms of one installation, put together. Every command that works
// on the database opens one; serve and demo put windows into it.
type house struct {
	cfg    config.Config
	db     *db.DB
	writer *db.Writer
	pen    *audit.Pen
	access *access.Access
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
	h := &house{cfg: cfg, db: d, writer: writer, pen: audit.NewPen(writer, w.now)}
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
	return nil, slices.Clone(navigation), nil
}

// navigation is the left side of every office page, grouped 看, 评, 办, 管.
var navigation = []web.NavGroup{}

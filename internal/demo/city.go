package demo

import (
	"context"
	"fmt"
	"sync"
	"time"

	"ballast/internal/access"
	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/demo/town"
	"ballast/internal/evaluate"
	"ballast/internal/observe"
	"ballast/internal/pack"
	"ballast/internal/registry"
)

// Config is what the demonstration is built with.
type Config struct {
	DB     *db.DB
	Pen    func(now func() time.Time) *audit.Pen // the database's pen on a given clock
	Access *access.Access                        // with the real clock: accounts are for now
	Pack   *pack.Pack
	Seed   uint64
	Now    func() time.Time // the real clock, for how long it took
}

// City builds one demonstration.
type City struct {
	cfg      Config
	pen      *audit.Pen // its clock is the story's
	registry *registry.Registry
	observe  *observe.Observe
	evaluate *evaluate.Evaluate
	town     *town.City

	officer, second, lead access.Person
	firms                 map[int]int64 // town id → registry id

	mu    sync.Mutex
	clock time.Time
	state Progress
}

// Progress is how far the build has come.
type Progress struct {
	Percent int
	Done    bool
	Failed  error
	Doing   string
	Log     []string // what was imported and what was corrected, newest last
}

// Account is one account a visitor may use.
type Account struct{ Login, Name, Role string }

// Password is the one password of the demonstration's accounts. It is printed at
// the start and on the sign-in page; no other installation has a default one.
const Password = "Yanshi-Chengshi-2026!"

// New prepares the build.
func New(c Config) (*City, error) {
	d := &City{cfg: c, firms: map[int]int64{}, clock: at(town.FirstYear+1, 2, 1)}
	d.pen = c.Pen(d.now)
	d.registry = registry.New(registry.RulesOf(c.Pack))
	var err error
	d.observe, err = observe.New(observe.Config{Pack: c.Pack, Registry: d.registry, DB: c.DB, Pen: d.pen, UndoDays: 30, SealKey: []byte("demo")})
	if err != nil {
		return nil, err
	}
	d.evaluate = evaluate.New(c.DB, d.pen, c.Pack)
	return d, nil
}

// at is nine o'clock in the city on a day.
func at(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 1, 0, 0, 0, time.UTC)
}

// now is the story's clock; it moves a second with every act.
func (d *City) now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.clock = d.clock.Add(time.Second)
	return d.clock
}

func (d *City) setClock(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.clock = t
}

// Progress returns how far the build has come; it is cheap.
func (d *City) Progress() Progress {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.state
	p.Log = append([]string(nil), p.Log...)
	return p
}

func (d *City) step(percent int, doing string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state.Percent, d.state.Doing = percent, doing
}

func (d *City) note(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state.Log = append(d.state.Log, fmt.Sprintf(format, args...))
}

// Built reports whether the database already holds a finished demonstration.
func Built(ctx context.Context, d *db.DB) (bool, error) {
	var n int
	err := d.QueryRow(ctx, `SELECT count(*) FROM round WHERE year = $1 AND state = 'finalised'`, town.LastYear).Scan(&n)
	return n >= 2, err
}

// Build makes the city. It can be cancelled through ctx; what is half built is
// then no demonstration, and the data folder should be removed.
func (d *City) Build(ctx context.Context) (err error) {
	defer func() {
		d.mu.Lock()
		d.state.Done, d.state.Failed = err == nil, err
		if err == nil {
			d.state.Percent, d.state.Doing = 100, "完成"
		}
		d.mu.Unlock()
	}()
	began := d.cfg.Now()
	d.step(1, "编造企业和历年数据")
	if d.town, err = town.Generate(d.cfg.Seed); err != nil {
		return err
	}
	if err := d.officials(ctx); err != nil {
		return err
	}
	const span = 95 / (town.LastYear - town.FirstYear + 1)
	for year := town.FirstYear; year <= town.LastYear; year++ {
		p := 3 + span*(year-town.FirstYear)
		if err := d.buildYear(ctx, year, p, span); err != nil {
			return fmt.Errorf("%d: %w", year, err)
		}
	}
	if err := d.visitors(ctx); err != nil {
		return err
	}
	d.note("全部完成，用时 %.1f 秒", d.cfg.Now().Sub(began).Seconds())
	return nil
}

func (d *City) buildYear(ctx context.Context, year, percent, span int) error {
	d.setClock(at(year+1, 3, 1))
	d.step(percent, fmt.Sprintf("%d 年：登记企业名录", year))
	if err := d.roster(ctx, year); err != nil {
		return err
	}
	if err := d.labels(ctx, year); err != nil {
		return err
	}
	if err := d.handIn(ctx, year, percent, span); err != nil {
		return err
	}
	if year == town.FirstYear {
		return nil // the base year is not evaluated
	}
	d.step(percent+span-2, fmt.Sprintf("%d 年：评价", year))
	return d.rounds(ctx, year)
}

package demo

import (
	"context"
	"math"
	"os"
	"testing"
	"time"

	"ballast/internal/access"
	"ballast/internal/audit"
	"ballast/internal/db/dbtest"
	"ballast/internal/observe"
	"ballast/internal/pack"
	"ballast/internal/period"
)

// The whole demonstration, through the real path, and the article's figures
// computed from what the rooms hold afterwards. Expectations are the printed ones.
func TestCityThroughTheRealPath(t *testing.T) {
	if testing.Short() {
		t.Skip("not run: -short")
	}
	ctx := context.Background()
	d, w := dbtest.SQLite(t)
	p, err := pack.Load(os.DirFS("../../packs/pingxiang"))
	if err != nil {
		t.Fatal(err)
	}
	cfg := access.Defaults()
	cfg.Now, cfg.Random = time.Now, randomBytes{}
	acc, err := access.New(d, audit.NewPen(w, time.Now), cfg)
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Config{DB: d, Pen: func(now func() time.Time) *audit.Pen { return audit.NewPen(w, now) }, Access: acc, Pack: p, Seed: 1, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Build(ctx); err != nil {
		for _, l := range c.Progress().Log {
			t.Log(l)
		}
		t.Fatal(err)
	}
	for _, l := range c.Progress().Log {
		t.Log(l)
	}
	if ok, err := Built(ctx, d); err != nil || !ok {
		t.Errorf("the finished city is not recognised: %v", err)
	}
	figures(t, c)
	if r, err := audit.Verify(ctx, d); err != nil || !r.Intact {
		t.Errorf("journal %+v, %v", r, err)
	}
}

func figures(t *testing.T, c *City) {
	ctx := context.Background()
	frame, err := c.registry.Frame(ctx, c.cfg.DB, wholeCity, day(2025, 12, 31))
	if err != nil {
		t.Fatal(err)
	}
	var ids []int64
	engine, chain := map[int64]string{}, map[int64]bool{}
	labels := map[string]int{}
	for i, id := range frame.ID {
		if !frame.Above[i] {
			continue
		}
		ids = append(ids, id)
		if len(frame.Engines[i]) > 0 {
			engine[id] = frame.Engines[i][0]
		}
		chain[id] = len(frame.Chains[i]) > 0
		for _, l := range frame.Labels[i] {
			labels[l]++
		}
	}
	cols, err := c.observe.Read().Columns(ctx, c.cfg.DB, wholeCity, observe.Query{Period: period.OfYear(2025), IDs: ids, Items: []string{"revenue", "revenue_prev", "value_added", "value_added_prev", "energy_tce"}})
	if err != nil {
		t.Fatal(err)
	}
	sum := func(item int, keep func(int64) bool) float64 {
		s := 0.0
		for k, id := range ids {
			if keep == nil || keep(id) {
				s += cols.Value[item][k]
			}
		}
		return s
	}
	intensity := func(year int) float64 {
		frame, err := c.registry.Frame(ctx, c.cfg.DB, wholeCity, day(year, 12, 31))
		if err != nil {
			t.Fatal(err)
		}
		var above []int64
		for i, id := range frame.ID {
			if frame.Above[i] {
				above = append(above, id)
			}
		}
		cols, err := c.observe.Read().Columns(ctx, c.cfg.DB, wholeCity, observe.Query{Period: period.OfYear(year), IDs: above, Items: []string{"energy_tce", "value_added"}})
		if err != nil {
			t.Fatal(err)
		}
		energy, added := 0.0, 0.0
		for k := range above {
			energy += cols.Value[0][k]
			added += cols.Value[1][k]
		}
		return energy / added
	}
	growth := func(keep func(int64) bool) float64 { return 100 * (sum(2, keep)/sum(3, keep) - 1) }
	engines := func(id int64) bool { return engine[id] != "" }
	for _, x := range []struct {
		name   string
		got    float64
		want   float64
		digits float64
	}{
		{"规上企业", float64(len(ids)), 940, 0},
		{"营收 亿元", sum(0, nil) / 10000, 1267.05, 2},
		{"营收增速", 100 * (sum(0, nil)/sum(1, nil) - 1), 6.0, 1},
		{"增加值增速", growth(nil), 7.7, 1},
		{"新动能占比", 100 * sum(2, engines) / sum(2, nil), 53.5, 1},
		{"新动能增速", growth(engines), 14.9, 1},
		{"智能制造增速", growth(func(id int64) bool { return engine[id] == "engine_intelligent" }), 25.9, 1},
		{"十链增速", growth(func(id int64) bool { return chain[id] }), 10.8, 1},
		{"单位增加值能耗五年变化", 100 * (intensity(2025)/intensity(2020) - 1), -20.02, 2},
		{"省级企业技术中心", float64(labels["tech_centre_province"]), 52, 0},
		{"省级工业设计中心", float64(labels["design_centre_province"]), 7, 0},
		{"省级产业技术研究院", float64(labels["research_institute_province"]), 3, 0},
		{"省级链主", float64(labels["chain_leader"]), 3, 0},
		{"专精特新", float64(labels["specialised"]), 257, 0},
		{"小巨人", float64(labels["little_giant"]), 26, 0},
		{"重点小巨人", float64(labels["key_little_giant"]), 9, 0},
		{"国家绿色工厂", float64(labels["green_factory_national"]), 15, 0},
		{"省绿色工厂", float64(labels["green_factory_province"]), 61, 0},
		{"数字化改造", float64(labels["digital_converted"]), 680, 0},
		{"L6 以上", float64(labels["digital_l6"]), 177, 0},
		{"小灯塔", float64(labels["small_lighthouse"]), 31, 0},
		{"数智工厂", float64(labels["smart_factory"]), 13, 0},
	} {
		if p := math.Pow(10, x.digits); math.Round(x.got*p)/p != x.want {
			t.Errorf("%s = %v, the article prints %v", x.name, x.got, x.want)
		}
	}
}

// randomBytes is enough for salts and tokens of a test.
type randomBytes struct{}

func (randomBytes) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(i*37 + 11)
	}
	return len(b), nil
}

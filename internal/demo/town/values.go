package town

import (
	"fmt"
	"math"
)

// cell is one part of the city whose value added the article fixes.
type cell struct{ engine, chain, smart bool }

func (f *Firm) cell() cell {
	return cell{f.Engine != "", f.Chain != "", f.Engine == "engine_intelligent"}
}

// cellTotals splits the article's totals over the cells that engines and chains
// cut the city into; prev is the base of the same firms, cur the last year, in
// 万元. The split of smart manufacturing inside and outside its chain is ours.
func cellTotals() map[cell][2]int64 {
	const smartNoChainPrev, smartNoChain = 80000, 99000
	return map[cell][2]int64{
		{true, true, true}:    {SmartPrev2025 - smartNoChainPrev, Smart2025 - smartNoChain},
		{true, false, true}:   {smartNoChainPrev, smartNoChain},
		{true, false, false}:  {EngineNoChainPrev2025 - smartNoChainPrev, EngineNoChain2025 - smartNoChain},
		{true, true, false}:   {EnginesPrev2025 - EngineNoChainPrev2025 - (SmartPrev2025 - smartNoChainPrev), Engines2025 - EngineNoChain2025 - (Smart2025 - smartNoChain)},
		{false, true, false}:  {ChainsPrev2025 - (EnginesPrev2025 - EngineNoChainPrev2025), Chains2025 - (Engines2025 - EngineNoChain2025)},
		{false, false, false}: {ValueAddedPrev2025 - EnginesPrev2025 - (ChainsPrev2025 - (EnginesPrev2025 - EngineNoChainPrev2025)), ValueAdded2025 - Engines2025 - (Chains2025 - (Engines2025 - EngineNoChain2025))},
	}
}

// drawPaths draws every firm's value added over the years, without regard to
// totals.
func (c *City) drawPaths() {
	for _, f := range c.Firms {
		r := stream(c.Seed, "path", f.ID)
		growth := 1.0
		for y := range years {
			growth = math.Max(growth*(1+0.06+0.07*r.normal()), 0.3)
			f.vals[y].ValueAdded = hundredths(f.valueAdded(y, growth))
		}
	}
}

// valueAdded is the drawn value added in 万元; a firm below the line stays small.
func (f *Firm) valueAdded(y int, growth float64) float64 {
	va := 2300 * f.size * growth
	if !f.above[y] {
		va = math.Min(va, 420) * 0.5
	}
	return va
}

// habits are what a firm keeps from year to year.
type habits struct {
	margin, energy, emit, rd, head, tax, mu float64
	emissionKnown                           bool
}

func drawHabits(r *rng, t trade) habits {
	h := habits{
		margin: t.margin * r.lognormal(0.18),
		energy: t.energy * r.lognormal(0.35),
		emit:   t.emit * r.lognormal(0.6),
		rd:     t.rd * r.lognormal(0.5),
		head:   t.perHead * r.lognormal(0.3),
		tax:    0.036 * r.lognormal(0.55),
		mu:     t.perMu * r.lognormal(0.55),
	}
	if r.float() < 0.12 {
		h.rd = 0
	}
	h.emissionKnown = r.float() > 0.06
	return h
}

// fill derives the figures of one year from its value added and revenue. Energy
// is fitted afterwards in the two years the article compares.
func (h habits) fill(v *Values, r *rng) {
	va, rev := float64(v.ValueAdded)/100, float64(v.Revenue)/100
	wobble := func(s float64) float64 { return math.Max(0.2, 1+s*r.normal()) }
	v.Energy = hundredths(va * h.energy * wobble(0.04))
	v.Emission = int64(math.Round(va * h.emit * 1000 * wobble(0.1)))
	v.EmissionKnown = h.emissionKnown
	v.RD = hundredths(rev * h.rd * wobble(0.12))
	v.Staff = max(8, int64(va/h.head*wobble(0.05)))
	v.Tax = hundredths(rev * h.tax * wobble(0.15))
	if r.float() < 0.015 { // refunds may exceed payments
		v.Tax = -v.Tax / 4
	}
	v.Land = max(120, hundredths(va/h.mu))
	v.Power = max(50, hundredths(va*h.energy*0.13*wobble(0.06)))
	if r.float() < 0.45 {
		v.Technical = hundredths(va * 0.12 * r.lognormal(0.8))
	}
}

func hundredths(x float64) int64 { return int64(math.Round(x * 100)) }

// floors keep fitted above-scale firms plausible, in hundredths of 万元: an
// above-scale firm sells at least 2,000 万元 a year.
const (
	floorRevenue     = 2000_00
	floorRevenuePrev = 1500_00
	floorValue       = 260_00
)

// fitLastYear makes the last year and its base hit the article's totals.
func (c *City) fitLastYear() error {
	const y = LastYear - FirstYear
	above := c.Above(LastYear)
	byCell := map[cell][]*Firm{}
	for _, f := range above {
		byCell[f.cell()] = append(byCell[f.cell()], f)
	}
	totals := cellTotals()
	for _, k := range cellOrder {
		if len(byCell[k]) == 0 {
			return fmt.Errorf("town: seed %d leaves no firm in %+v", c.Seed, k)
		}
		fitInto(byCell[k], totals[k][0]*100, floorValue, func(f *Firm) float64 { return float64(f.vals[y-1].ValueAdded) },
			func(f *Firm, n int64) { f.vals[y].ValueAddedPrev = n })
		fitInto(byCell[k], totals[k][1]*100, floorValue, func(f *Firm) float64 {
			r := stream(c.Seed, "growth", f.ID)
			return float64(f.vals[y].ValueAddedPrev) * math.Max(0.5, 1+0.16*r.normal())
		}, func(f *Firm, n int64) { f.vals[y].ValueAdded = n })
	}
	margin := func(f *Firm) float64 { return drawHabits(stream(c.Seed, "habits", f.ID), trades[f.trade]).margin }
	fitInto(above, RevenuePrev2025*100, floorRevenuePrev, func(f *Firm) float64 { return float64(f.vals[y].ValueAddedPrev) / margin(f) },
		func(f *Firm, n int64) { f.vals[y].RevenuePrev = n })
	fitInto(above, Revenue2025*100, floorRevenue, func(f *Firm) float64 {
		v := f.vals[y]
		return float64(v.RevenuePrev) * float64(v.ValueAdded) / float64(v.ValueAddedPrev)
	}, func(f *Firm, n int64) { f.vals[y].Revenue = n })
	return nil
}

// cellOrder fixes the order in which the cells are fitted.
var cellOrder = []cell{
	{true, true, true}, {true, false, true}, {true, true, false}, {true, false, false}, {false, true, false}, {false, false, false},
}

// fitInto gives every firm floor and divides the rest of total by weight.
func fitInto(firms []*Firm, total, floor int64, weight func(*Firm) float64, set func(*Firm, int64)) {
	w := make([]float64, len(firms))
	for i, f := range firms {
		w[i] = weight(f)
	}
	for i, n := range fit(w, total-floor*int64(len(firms))) {
		set(firms[i], floor+n)
	}
}

// fillYears makes the other years agree with the fitted ones and derives the rest.
func (c *City) fillYears() {
	const last = LastYear - FirstYear
	for _, f := range c.Firms {
		drawn := f.vals
		if f.above[last] { // earlier years keep their drawn shape below the fitted base
			for y := range last {
				f.vals[y].ValueAdded = scale(f.vals[last].ValueAddedPrev, float64(drawn[y].ValueAdded)/float64(drawn[last-1].ValueAdded))
			}
		}
	}
	above := c.Above(FirstYear)
	fitInto(above, ValueAdded2020*100, floorValue, func(f *Firm) float64 { return float64(f.vals[0].ValueAdded) },
		func(f *Firm, n int64) { f.vals[0].ValueAdded = n })
	for _, f := range c.Firms {
		h := drawHabits(stream(c.Seed, "habits", f.ID), trades[f.trade])
		for y := range years {
			f.fillYear(y, h, stream(c.Seed, "year", f.ID*years+y))
		}
		steady(f)
	}
	c.fitEnergy(0, Energy2020*100)
	c.fitEnergy(last, Energy2025*100)
}

// fillYear sets revenue where the article's totals have not set it, the base of
// the year, and everything derived.
func (f *Firm) fillYear(y int, h habits, r *rng) {
	const last = LastYear - FirstYear
	v := &f.vals[y]
	switch {
	case f.above[last] && y == last:
	case f.above[last] && y == last-1:
		v.Revenue = f.vals[last].RevenuePrev
	default:
		v.Revenue = scale(v.ValueAdded, 1/h.margin)
		if f.above[y] {
			v.Revenue = max(floorRevenue, v.Revenue)
		}
	}
	if y > 0 && y < last {
		v.ValueAddedPrev, v.RevenuePrev = f.vals[y-1].ValueAdded, f.vals[y-1].Revenue
	}
	h.fill(v, r)
}

// steady keeps a firm's land from changing every year: it moves only when the
// drawn need changes by a third, as plants do.
func steady(f *Firm) {
	land := f.vals[0].Land
	for y := range years {
		if need := f.vals[y].Land; need > land*4/3 || need < land/2 {
			land = need
		}
		f.vals[y].Land = land
	}
}

func scale(n int64, k float64) int64 { return int64(math.Round(float64(n) * k)) }

func (c *City) fitEnergy(y int, total int64) {
	fitInto(c.Above(FirstYear+y), total, 5_00, func(f *Firm) float64 { return float64(f.vals[y].Energy) },
		func(f *Firm, n int64) { f.vals[y].Energy = n })
}

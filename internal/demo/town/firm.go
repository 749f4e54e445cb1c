package town

import "fmt"

// Firm is one fictitious enterprise with its whole history.
type Firm struct {
	ID       int            // 1, 2, …
	Name     string         // 企业名称
	Code     string         // 统一社会信用代码, valid, fictitious
	District string         // division code
	Park     string         // 园区; "" outside parks
	Class    string         // GB/T 4754-2017
	Engine   string         // growth engine key or ""
	Chain    string         // chain key or ""
	Founded  int            // year
	Closed   int            // the first year without it; 0 while it exists
	Labels   map[string]int // honours: label key → first year it holds
	Faults   map[string]int // faults: label key → the year of the event

	above [years]bool
	vals  [years]Values

	trade int
	size  float64 // drawn scale, median 1
}

// Values are one firm's figures of one year. Money is in hundredths of 万元, land
// in hundredths of 亩, energy in hundredths of 吨标准煤, emissions in kilograms, power
// in hundredths of 万千瓦时, staff in persons.
type Values struct {
	Tax, Land, Power                       int64 // every firm
	ValueAdded, ValueAddedPrev             int64 // above scale only, as the rest
	Revenue, RevenuePrev                   int64
	Energy, Emission, RD, Staff, Technical int64
	EmissionKnown                          bool // the ecology department has a figure
}

// AboveScale (规上) reports whether the firm was above the statistical line at the
// end of year.
func (f *Firm) AboveScale(year int) bool {
	return year >= FirstYear && year <= LastYear && f.above[year-FirstYear]
}

// Exists reports whether the firm was in business in year.
func (f *Firm) Exists(year int) bool {
	return year >= f.Founded && (f.Closed == 0 || year < f.Closed)
}

// In returns the firm's figures of a year.
func (f *Firm) In(year int) Values { return f.vals[year-FirstYear] }

// Utility reports whether the firm is a public utility that schemes leave
// ungraded.
func (f *Firm) Utility() bool { return f.Class == utilityClass }

// Holds reports whether the firm carried the label in year.
func (f *Firm) Holds(label string, year int) bool {
	since, ok := f.Labels[label]
	return ok && since <= year
}

// City is the whole fictitious city.
type City struct {
	Seed  uint64
	Firms []*Firm
}

// Above returns the firms above scale at the end of year, in order of ID.
func (c *City) Above(year int) []*Firm {
	return c.filter(func(f *Firm) bool { return f.AboveScale(year) })
}

// Below returns the firms below scale in year, in order of ID.
func (c *City) Below(year int) []*Firm {
	return c.filter(func(f *Firm) bool { return f.Exists(year) && !f.AboveScale(year) })
}

func (c *City) filter(keep func(*Firm) bool) []*Firm {
	var out []*Firm
	for _, f := range c.Firms {
		if keep(f) {
			out = append(out, f)
		}
	}
	return out
}

// Generate invents the city of a seed.
func Generate(seed uint64) (*City, error) {
	c := &City{Seed: seed}
	names := newNamer()
	for year := FirstYear; year <= LastYear; year++ {
		if err := c.populate(year, names); err != nil {
			return nil, err
		}
	}
	c.drawPaths()
	if err := c.fitLastYear(); err != nil {
		return nil, err
	}
	c.fillYears()
	if err := c.giveLabels(); err != nil {
		return nil, err
	}
	return c, nil
}

// populate moves firms over the line, closes some small ones and founds others so
// that the counts of the year hold.
func (c *City) populate(year int, names *namer) error {
	y := year - FirstYear
	r := stream(c.Seed, "populate", year)
	want := aboveScaleAt[y]
	if y > 0 {
		for _, f := range c.Firms {
			f.above[y] = f.above[y-1]
		}
		c.drop(year, 10+r.intn(6), r)
		c.closeSmall(year, 60+r.intn(30), r)
	}
	have := len(c.Above(year))
	pool := c.Below(year)
	for i := 0; have < want; i++ {
		var f *Firm
		if y > 0 && i < len(pool) && i%4 != 3 { // three of four grew up, one is new
			f = pool[(i*7919)%len(pool)]
			if f.above[y] || f.size < 0.4 {
				if i > 4*len(pool) {
					return fmt.Errorf("town: no small firm left to grow in %d", year)
				}
				continue
			}
		} else {
			var err error
			if f, err = c.found(year, names); err != nil {
				return err
			}
		}
		f.above[y] = true
		have++
	}
	for n := len(c.Below(year)); n < below; n++ {
		if _, err := c.found(year, names); err != nil {
			return err
		}
	}
	return nil
}

// drop lets n above-scale firms fall below the line. Firms of the last year stay
// out of it: the article gives only the net change.
func (c *City) drop(year, n int, r *rng) {
	if year == LastYear {
		n /= 2
	}
	above := c.Above(year)
	for i := range n {
		f := above[(r.intn(len(above))+i)%len(above)]
		if f.Class != utilityClass {
			f.above[year-FirstYear] = false
		}
	}
}

func (c *City) closeSmall(year, n int, r *rng) {
	small := c.Below(year)
	for range n {
		f := small[r.intn(len(small))]
		if f.Founded < year && !f.above[year-1-FirstYear] {
			f.Closed = year
		}
	}
}

// found adds a firm. The first year's firms were founded over the twenty years
// before.
func (c *City) found(year int, names *namer) (*Firm, error) {
	id := len(c.Firms) + 1
	r := stream(c.Seed, "firm", id)
	t := r.pick(len(trades), func(i int) float64 { return trades[i].share })
	d := r.pick(len(districts), func(i int) float64 { return districts[i].share })
	f := &Firm{
		ID: id, District: districts[d].code, Class: trades[t].class, Engine: trades[t].engine, Chain: trades[t].chain,
		Founded: year, Labels: map[string]int{}, Faults: map[string]int{}, trade: t, size: r.lognormal(0.9),
	}
	if year == FirstYear {
		f.Founded = year - 1 - r.intn(20)
	}
	if r.float() < 0.7 {
		f.Park = districts[d].park
	}
	var err error
	if f.Name, f.Code, err = names.next(r, d, t, id); err != nil {
		return nil, err
	}
	c.Firms = append(c.Firms, f)
	return f, nil
}

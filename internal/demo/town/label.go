package town

import "fmt"

// giveLabels awards the titles the article counts. Better firms are likelier, and
// a title that builds on another goes only to its holders. The first year is at
// most two back, so that titles of three years still hold.
func (c *City) giveLabels() error {
	above := c.Above(LastYear)
	for n, t := range titled {
		var pool []*Firm
		for _, f := range above {
			switch {
			case f.Utility():
			case t.among == "", t.among == "in_chain" && f.Chain != "", f.Holds(t.among, LastYear):
				pool = append(pool, f)
			}
		}
		if len(pool) < t.count {
			return fmt.Errorf("town: %d firms for %d of %s", len(pool), t.count, t.label)
		}
		merit := func(f *Firm) float64 {
			v := f.In(LastYear)
			return float64(v.RD)/float64(v.Revenue) + float64(v.ValueAdded)/5e7 + 0.03*stream(c.Seed, "merit"+t.label, f.ID).float()
		}
		sortBy(pool, func(a, b *Firm) bool { return merit(a) > merit(b) })
		for i, f := range pool[:t.count] {
			f.Labels[t.label] = LastYear - stream(c.Seed, "since", f.ID*31+n).intn(3)*min(1, i)
		}
	}
	c.giveFaults()
	return nil
}

// giveFaults marks the few firms that vetoes and deductions are for.
func (c *City) giveFaults() {
	for year := FirstYear + 1; year <= LastYear; year++ {
		r := stream(c.Seed, "faults", year)
		above := c.Above(year)
		for _, label := range []string{"safety_accident", "safety_accident_general", "safety_accident_general", "environment_offence", "wage_arrears"} {
			if f := above[r.intn(len(above))]; !f.Utility() {
				f.Faults[label] = year
			}
		}
	}
}

package pack

import (
	"fmt"
	"slices"
	"time"

	"ballast/internal/period"
)

// Entity is what one row of an evaluation is.
type Entity uint8

// The entities found in real schemes.
const (
	LegalPerson   Entity = iota
	Parcel               // 宗地
	MergedTenants        // the firms of one parcel added together, sharing one grade
	Group                // a group through its head firm
)

var entityWords = []string{"legal_person", "parcel", "merged_tenants", "group"}

// String returns the word used in packs.
func (e Entity) String() string { return entityWords[e] }

// Scheme is the rule set of an evaluation: place, evaluated years and version.
type Scheme struct {
	ID      string
	Name    string
	Version string
	Years   []int // the evaluated (data) years it applies to
	Entity  Entity
	AsOf    AsOf    // the day of the evaluated year on which facts and labels are read
	Weights float64 // what the weights of each population add up to, in points: 100

	// AllocateBy is the item by whose share a firm's totals are split over its
	// parcels when Entity is Parcel; the last parcel takes the remainder. "" otherwise.
	AllocateBy string

	Populations []Population
	At          Pos
	Provenance
}

// AsOf is a day of the evaluated year.
type AsOf struct {
	Month time.Month
	Date  int
}

// In returns the day in a year.
func (a AsOf) In(year int) period.Day {
	d, err := period.NewDay(year, a.Month, a.Date)
	if err != nil { // 29 February in a common year
		return period.OfYear(year).Start().AddMonths(int(a.Month)).Add(-1)
	}
	return d
}

func (s Scheme) key() string   { return s.ID }
func (s Scheme) place() Pos    { return s.At }
func (s Scheme) label() string { return s.Name }

func (s Scheme) clone() Scheme {
	s.Years = slices.Clone(s.Years)
	s.Populations = slices.Clone(s.Populations)
	for i := range s.Populations {
		s.Populations[i] = s.Populations[i].clone()
	}
	return s
}

// Covers reports whether the scheme applies to an evaluated year.
func (s Scheme) Covers(year int) bool { return slices.Contains(s.Years, year) }

// Population returns the population of a key.
func (s Scheme) Population(key string) (Population, bool) {
	for _, p := range s.Populations {
		if p.Key == key {
			return p, true
		}
	}
	return Population{}, false
}

// SchemeFor returns the scheme of a year; the last in the order of the pack
// when several apply.
func (p *Pack) SchemeFor(year int) (Scheme, bool) {
	for _, s := range slices.Backward(p.schemes.all) {
		if s.Covers(year) {
			return s.clone(), true
		}
	}
	return Scheme{}, false
}

func readScheme(p *Pack, o *object) {
	s := Scheme{
		ID: o.id("id"), Name: o.text("name"), Version: o.text("version"), At: o.pos(),
		Entity: Entity(o.choice("entity", entityWords)), AsOf: readAsOf(o),
		Weights: o.number("weights_total"), AllocateBy: o.textOr("allocate_by", ""),
	}
	for _, n := range o.items("years") {
		s.Years = append(s.Years, o.src.integerOf(n, "years", 1990, 2999))
	}
	if len(s.Years) == 0 {
		o.src.failAt("yaml", o.node, "缺少“years”：写出适用的评价年度，例如 [2024]")
	}
	o.each("populations", func(o *object) { s.Populations = append(s.Populations, readPopulation(o)) })
	if len(s.Populations) == 0 {
		o.src.failAt("yaml", o.node, "缺少“populations”：至少要有一类评价对象")
	}
	s.Provenance = o.provenance(p.whole)
	p.schemes.add(s)
}

func readAsOf(o *object) AsOf {
	text := o.textOr("as_of", "12-31")
	var month, date int
	if n, err := fmt.Sscanf(text, "%d-%d", &month, &date); err != nil || n != 2 || fmt.Sprintf("%02d-%02d", month, date) != text {
		o.src.failAt("yaml", o.values["as_of"], "“as_of”应是 12-31 这样的月日，现在是“%s”", text)
		return AsOf{time.December, 31}
	}
	if _, err := period.NewDay(2024, time.Month(month), date); err != nil {
		o.src.failAt("yaml", o.values["as_of"], "没有 %d 月 %d 日", month, date)
		return AsOf{time.December, 31}
	}
	return AsOf{time.Month(month), date}
}

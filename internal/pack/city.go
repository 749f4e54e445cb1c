package pack

import (
	"slices"
	"time"

	"ballast/internal/period"
)

// City is pack.yaml: whose pack it is.
type City struct {
	ID          string // stable, used in file names and addresses: pingxiang
	Name        string // 萍乡市
	Version     string // of the pack, chosen by its keepers
	Zone        *time.Location
	Division    string // code of the city itself in GB/T 2260
	Divisions   []Division
	Departments []Department
	Roles       []RoleLabel
	Decrees     []Decree
	Fallback    period.Fallback // what to assume about a year without a holiday notice
	At          Pos
	Provenance
}

// Division is a district, county or zone of the city.
type Division struct {
	Code  string // six digits of GB/T 2260, or a local code for a zone that has none
	Name  string
	Short string // as in tables: 安源; equals Name when not stated
	Local bool   // the code is the city's own, not of GB/T 2260
	At    Pos
}

// Department is an office that owns data or does work. The order in the pack is
// the official order (机构序列) and every list keeps it.
type Department struct {
	Key     string
	Name    string   // 国家税务总局萍乡市税务局
	Short   string   // 税务局
	Aliases []string // other names found in files
	At      Pos
}

// RoleLabel gives a role of the system the name used in this city.
type RoleLabel struct {
	Key  string
	Name string
}

// Decree is a document the pack's rules refer to.
type Decree struct {
	Key    string
	Number string // 赣府字〔2023〕40号
	Title  string
	Issuer string
	Date   period.Day
	URL    string
}

func (c City) clone() City {
	c.Divisions = slices.Clone(c.Divisions)
	c.Departments = slices.Clone(c.Departments)
	for i, d := range c.Departments {
		c.Departments[i].Aliases = slices.Clone(d.Aliases)
	}
	c.Roles = slices.Clone(c.Roles)
	c.Decrees = slices.Clone(c.Decrees)
	return c
}

// DivisionName returns the name of a division's code, or the code itself when
// the pack does not know it.
func (c City) DivisionName(code string) string {
	for _, d := range c.Divisions {
		if d.Code == code {
			return d.Name
		}
	}
	if code == c.Division {
		return c.Name
	}
	return code
}

// Department returns the department of a key.
func (c City) Department(key string) (Department, bool) {
	for _, d := range c.Departments {
		if d.Key == key {
			return d, true
		}
	}
	return Department{}, false
}

var fallbackWords = []string{"none", "weekends_only"}

func readCity(p *Pack, o *object) {
	c := &p.city
	c.At = o.pos()
	c.ID = o.id("id")
	c.Name = o.text("name")
	c.Version = o.text("version")
	c.Zone = readZone(o)
	c.Division = o.text("division")
	c.Fallback = period.Fallback(o.choiceOr("calendar_fallback", 0, fallbackWords))
	o.each("divisions", func(o *object) {
		d := Division{Code: o.text("code"), Name: o.text("name"), Local: o.flagOr("local", false), At: o.pos()}
		d.Short = o.textOr("short", d.Name)
		c.Divisions = append(c.Divisions, d)
	})
	o.each("departments", func(o *object) {
		d := Department{Key: o.key("key"), Name: o.text("name"), Aliases: o.texts("aliases"), At: o.pos()}
		d.Short = o.textOr("short", d.Name)
		c.Departments = append(c.Departments, d)
	})
	o.each("roles", func(o *object) {
		c.Roles = append(c.Roles, RoleLabel{Key: o.key("key"), Name: o.text("name")})
	})
	o.each("decrees", func(o *object) {
		c.Decrees = append(c.Decrees, Decree{
			Key: o.key("key"), Number: o.textOr("number", ""), Title: o.text("title"),
			Issuer: o.textOr("issuer", ""), Date: o.dayOr("date"), URL: o.textOr("url", ""),
		})
	})
	c.Provenance = o.provenance(Template)
	p.whole = c.Status
}

// readZone accepts the zones a Chinese city can be in without a zone database
// on the machine: China has had one fixed offset since 1991.
func readZone(o *object) *time.Location {
	name := o.text("zone")
	if name == "" || name == "Asia/Shanghai" {
		return time.FixedZone("Asia/Shanghai", 8*60*60)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		o.src.failAt("yaml", o.values["zone"], "不认识的时区“%s”，应是 Asia/Shanghai", name)
		return time.UTC
	}
	return zone
}

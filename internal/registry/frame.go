package registry

import (
	"context"
	"slices"

	"ballast/internal/db"
	"ballast/internal/fault"
	"ballast/internal/period"
	"ballast/internal/scope"
)

// Frame is all firms a scope sees as of a day, a column per fact and a row per
// firm in order of id; records merged into others are folded into the survivor.
type Frame struct {
	Day             period.Day
	ID              []int64
	Code            []string
	Name            []string
	District        []string
	Town            []string
	Industry        []string
	Edition         []int
	Status          []Status
	Established     []period.Day // zero: not known
	ProductionSince []period.Day
	Above           []bool   // 规上 in the year of the day
	YearKnown       []bool   // whether the year is recorded at all
	Size            []string // size class of the year; "" not known
	People          []int64  // of the year; -1 not known
	Land            []Area   // by the land rule; 0 for a firm without land
	OwnLand         []Area   // titled and untitled
	RentedIn        []Area
	RentedOut       []Area
	RentedFloor     []Area // floor rented in; unknown floors count as nothing
	OwnsLand        []bool
	Labels          [][]string // keys held on the day, sorted, each once
	Chains          [][]string
	Engines         [][]string
	Parks           [][]string
	Parcels         [][]string // codes of the parcels of its own tenures, sorted
	GroupHead       []int64    // head of its corporate group; 0 none
	row             map[int64]int
}

// Len returns the number of firms.
func (f *Frame) Len() int { return len(f.ID) }

// Row returns the row of a firm, following merges; ok is false when the frame
// does not have it.
func (f *Frame) Row(id int64) (row int, ok bool) {
	row, ok = f.row[id]
	return row, ok
}

// Frame reads all firms of a scope as of a day. Firms whose status is 注销 on
// the day are there too: who takes part is for the evaluation's rules to say.
func (r *Registry) Frame(ctx context.Context, q db.Queryer, s scope.Scope, day period.Day) (*Frame, error) {
	if day.IsZero() {
		return nil, fault.New(fault.Internal, "没有给出日期")
	}
	f := &Frame{Day: day, row: map[int64]int{}}
	if err := f.loadFirms(ctx, q, s); err != nil {
		return nil, err
	}
	f.grow()
	for _, load := range []func(context.Context, db.Queryer) error{f.loadMerged, f.loadYears, f.loadLabels, f.loadMemberships, f.loadTenures, f.loadLeases, f.loadGroups} {
		if err := load(ctx, q); err != nil {
			return nil, err
		}
	}
	f.finish(r.rules.Land)
	return f, nil
}

func (f *Frame) loadFirms(ctx context.Context, q db.Queryer, s scope.Scope) error {
	var a db.Args
	query := `SELECT ` + enterpriseColumns + ` FROM enterprise e JOIN enterprise_version v ON v.enterprise_id = e.id AND v.replaced_at = 0 AND ` + on("v", f.Day) +
		` WHERE e.merged_into = 0 AND ` + s.Where(&a, columns(f.Day)) + ` ORDER BY e.id`
	words := interner{}
	return db.Each(ctx, q, query, a.Values(), func(s db.Scanner) error {
		e, err := scanEnterprise(s)
		if err != nil {
			return err
		}
		f.row[e.ID] = len(f.ID)
		f.ID = append(f.ID, e.ID)
		f.Code = append(f.Code, e.Code)
		f.Name = append(f.Name, e.Name)
		f.District = append(f.District, words.of(e.District))
		f.Town = append(f.Town, words.of(e.Town))
		f.Industry = append(f.Industry, words.of(e.Industry))
		f.Edition = append(f.Edition, e.Edition)
		f.Status = append(f.Status, Status(words.of(string(e.Status))))
		f.Established = append(f.Established, e.Established)
		f.ProductionSince = append(f.ProductionSince, e.ProductionSince)
		return nil
	})
}

// interner keeps one copy of texts that repeat a hundred thousand times.
type interner map[string]string

func (m interner) of(s string) string {
	if t, ok := m[s]; ok {
		return t
	}
	m[s] = s
	return s
}

func (f *Frame) grow() {
	n := len(f.ID)
	f.Above, f.YearKnown, f.Size, f.People = make([]bool, n), make([]bool, n), make([]string, n), make([]int64, n)
	f.Land, f.OwnLand, f.RentedIn, f.RentedOut, f.RentedFloor = make([]Area, n), make([]Area, n), make([]Area, n), make([]Area, n), make([]Area, n)
	f.OwnsLand, f.GroupHead = make([]bool, n), make([]int64, n)
	f.Labels, f.Chains, f.Engines, f.Parks, f.Parcels = make([][]string, n), make([][]string, n), make([][]string, n), make([][]string, n), make([][]string, n)
	for i := range f.People {
		f.People[i] = -1
	}
}

// loadMerged lets rows of merged records count for their survivor.
func (f *Frame) loadMerged(ctx context.Context, q db.Queryer) error {
	return db.Each(ctx, q, `SELECT id, merged_into FROM enterprise WHERE merged_into <> 0`, nil, func(s db.Scanner) error {
		var id, into int64
		err := s.Scan(&id, &into)
		if row, ok := f.row[into]; ok {
			f.row[id] = row
		}
		return err
	})
}

func (f *Frame) loadYears(ctx context.Context, q db.Queryer) error {
	words := interner{}
	return db.Each(ctx, q, `SELECT enterprise_id, year, above_scale, people, revenue, size_class FROM enterprise_year WHERE year = $1`, []any{f.Day.Year()}, func(s db.Scanner) error {
		var id int64
		y, err := scanYear(prefixed{s, &id})
		row, ok := f.row[id]
		if err != nil || !ok || (f.YearKnown[row] && f.ID[row] != id) {
			return err // a survivor's own year goes before that of a merged record
		}
		f.YearKnown[row], f.Above[row], f.Size[row], f.People[row] = true, y.Above, words.of(y.Size), y.People
		return nil
	})
}

func (f *Frame) loadLabels(ctx context.Context, q db.Queryer) error {
	return f.keyed(ctx, q, `SELECT enterprise_id, 'label', label FROM enterprise_label l WHERE removed_at = 0 AND `+on("l", f.Day), map[string][][]string{"label": f.Labels})
}

func (f *Frame) loadMemberships(ctx context.Context, q db.Queryer) error {
	return f.keyed(ctx, q, `SELECT enterprise_id, kind, member_of FROM enterprise_membership m WHERE `+on("m", f.Day),
		map[string][][]string{string(Chain): f.Chains, string(Engine): f.Engines, string(Park): f.Parks})
}

// keyed appends keys to the columns of their kinds, sorted, each once.
func (f *Frame) keyed(ctx context.Context, q db.Queryer, query string, cols map[string][][]string) error {
	words := interner{}
	err := db.Each(ctx, q, query, nil, func(s db.Scanner) error {
		var id int64
		var kind, key string
		err := s.Scan(&id, &kind, &key)
		if row, ok := f.row[id]; ok && cols[kind] != nil {
			cols[kind][row] = append(cols[kind][row], words.of(key))
		}
		return err
	})
	for _, col := range cols {
		for i := range col {
			slices.Sort(col[i])
			col[i] = slices.Compact(col[i])
		}
	}
	return err
}

func (f *Frame) loadTenures(ctx context.Context, q db.Queryer) error {
	err := f.keyed(ctx, q, `SELECT t.enterprise_id, 'parcel', p.code FROM tenure t JOIN parcel p ON p.id = t.parcel_id WHERE `+on("t", f.Day), map[string][][]string{"parcel": f.Parcels})
	if err != nil {
		return err
	}
	return db.Each(ctx, q, `SELECT enterprise_id, kind, area FROM tenure t WHERE `+on("t", f.Day), nil, func(s db.Scanner) error {
		var id int64
		var kind TenureKind
		var area Area
		err := s.Scan(&id, &kind, &area)
		if row, ok := f.row[id]; ok {
			f.OwnLand[row] += area
			f.OwnsLand[row] = f.OwnsLand[row] || kind == Titled
			if kind == Untitled {
				f.Land[row] += area // finish takes the two kinds apart again
			}
		}
		return err
	})
}

func (f *Frame) loadLeases(ctx context.Context, q db.Queryer) error {
	return db.Each(ctx, q, `SELECT lessor_id, lessee_id, area, floor_area FROM lease x WHERE `+on("x", f.Day), nil, func(s db.Scanner) error {
		var lessor, lessee int64
		var area, floor Area
		err := s.Scan(&lessor, &lessee, &area, &floor)
		if row, ok := f.row[lessor]; ok {
			f.RentedOut[row] += area
		}
		if row, ok := f.row[lessee]; ok {
			f.RentedIn[row] += area
			f.RentedFloor[row] += max(floor, 0)
		}
		return err
	})
}

func (f *Frame) loadGroups(ctx context.Context, q db.Queryer) error {
	return db.Each(ctx, q, `SELECT m.enterprise_id, h.head_id FROM enterprise_group_member m JOIN enterprise_group h ON h.id = m.group_id WHERE h.kind = 'corporate' AND `+on("m", f.Day), nil, func(s db.Scanner) error {
		var id, head int64
		err := s.Scan(&id, &head)
		if row, ok := f.row[id]; ok {
			f.GroupHead[row] = head
		}
		return err
	})
}

// finish sums each firm's land by the rule. Until here Land holds the untitled
// part of OwnLand.
func (f *Frame) finish(rule LandRule) {
	for i, untitled := range f.Land {
		u := Use{
			Tenures:   []Tenure{{Kind: Titled, Area: f.OwnLand[i] - untitled}, {Kind: Untitled, Area: untitled}},
			RentedIn:  []Lease{{Area: f.RentedIn[i]}},
			RentedOut: []Lease{{Area: f.RentedOut[i]}},
		}
		f.Land[i] = u.Area(rule)
	}
}

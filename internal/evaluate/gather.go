package evaluate

import (
	"context"
	"slices"
	"strings"

	"ballast/internal/evaluate/scheme"
	"ballast/internal/observe"
	"ballast/internal/pack"
	"ballast/internal/period"
	"ballast/internal/registry"
	"ballast/internal/scope"
)

// Sources are the rooms a round is frozen from.
type Sources struct {
	Registry *registry.Registry
	Values   observe.Read
}

// Gather reads what a round of a year would be frozen with: who exists on the
// scheme's day, the approved values of the year and the year before, labels and
// the grades of the years before. Nothing is stored; Freeze does that.
func (e *Evaluate) Gather(ctx context.Context, src Sources, s scope.Scope, round Round) (*Snapshot, error) {
	sch, ok := e.pack.Schemes().Find(round.Scheme)
	if !ok {
		sch, _ = e.pack.SchemeFor(round.Year)
	}
	facts, frame, err := e.facts(ctx, src, s, sch.AsOf.In(round.Year))
	if err != nil {
		return nil, err
	}
	previous, _, err := e.facts(ctx, src, s, sch.AsOf.In(round.Year-1))
	if err != nil {
		return nil, err
	}
	out := &Snapshot{Year: round.Year, Enterprise: frame.id, Name: frame.name}
	out.Input = scheme.Input{Year: round.Year, Facts: *facts, Previous: previous}
	return out, e.history(ctx, s, out, sch)
}

// who is the identity of the rows of facts.
type who struct {
	id   []int64
	name []string
}

// facts lays one year out as columns, firms in order of credit code.
func (e *Evaluate) facts(ctx context.Context, src Sources, s scope.Scope, day period.Day) (*scheme.Facts, *who, error) {
	frame, err := src.Registry.Frame(ctx, e.db, s, day)
	if err != nil {
		return nil, nil, err
	}
	order := make([]int, 0, frame.Len())
	for i := range frame.Len() {
		if frame.Status[i] != registry.Deregistered {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(frame.Code[a], frame.Code[b]) })
	w := &who{}
	f := &scheme.Facts{Values: map[string][]float64{}, Texts: map[string][]string{}, Flags: map[string][]scheme.Flag{}, Labels: map[string][]bool{}}
	for _, i := range order {
		w.id = append(w.id, frame.ID[i])
		w.name = append(w.name, frame.Name[i])
		f.Keys = append(f.Keys, frame.Code[i])
		attributes(f, frame, i)
	}
	for row, i := range order {
		for _, key := range frame.Labels[i] {
			if f.Labels[key] == nil {
				f.Labels[key] = make([]bool, len(order))
			}
			f.Labels[key][row] = true
		}
	}
	return f, w, e.values(ctx, src, s, period.OfYear(day.Year()), w.id, f)
}

// attributes appends one firm's standard attributes.
func attributes(f *scheme.Facts, frame *registry.Frame, i int) {
	text := func(key, v string) { f.Texts[key] = append(f.Texts[key], v) }
	flag := func(key string, v scheme.Flag) { f.Flags[key] = append(f.Flags[key], v) }
	text("district", frame.District[i])
	text("town", frame.Town[i])
	text("industry", frame.Industry[i])
	text("industry_division", prefix(frame.Industry[i], 2))
	text("size_class", frame.Size[i])
	text("park", first(frame.Parks[i]))
	text("chain", first(frame.Chains[i]))
	text("parcel", first(frame.Parcels[i]))
	text("established", dayText(frame.Established[i]))
	text("production_since", dayText(frame.ProductionSince[i]))
	above := scheme.Unknown
	if frame.YearKnown[i] {
		above = scheme.FlagOf(frame.Above[i])
	}
	flag("above_scale", above)
	flag("owns_land", scheme.FlagOf(frame.OwnsLand[i]))
}

func first(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}

func prefix(s string, n int) string { return s[:min(n, len(s))] }

func dayText(d period.Day) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// values adds the approved values of a year. A stock such as land is a figure of
// the year like any other once its department has handed it in.
func (e *Evaluate) values(ctx context.Context, src Sources, s scope.Scope, p period.Period, ids []int64, f *scheme.Facts) error {
	var keys []string
	for item := range e.pack.Items().All() {
		keys = append(keys, item.Key)
	}
	cols, err := src.Values.Columns(ctx, e.db, s, observe.Query{Period: p, IDs: ids, Items: keys})
	if err != nil {
		return err
	}
	for k, key := range cols.Items {
		item, _ := e.pack.Items().Find(key)
		switch {
		case item.Type.Numeric():
			f.Values[key] = cols.Value[k]
		case item.Type == pack.Flag:
			f.Flags[key] = flags(cols.Text[k])
		default:
			f.Texts[key] = cols.Text[k]
		}
	}
	return nil
}

func flags(texts []string) []scheme.Flag {
	out := make([]scheme.Flag, len(texts))
	for i, t := range texts {
		switch t {
		case "是", "true", "1":
			out[i] = scheme.Yes
		case "否", "false", "0":
			out[i] = scheme.No
		}
	}
	return out
}

// history adds last year's grade and population of every row and how many years
// running it had the worst grade up to then.
func (e *Evaluate) history(ctx context.Context, s scope.Scope, out *Snapshot, sch pack.Scheme) error {
	grades, err := listGrades(ctx, e.db, s, 0, 0)
	if err != nil {
		return err
	}
	byFirm := map[int64]map[int]Grade{}
	for _, g := range grades {
		if byFirm[g.Enterprise] == nil {
			byFirm[g.Enterprise] = map[int]Grade{}
		}
		byFirm[g.Enterprise][g.Year] = g
	}
	worst := map[string]string{}
	for _, p := range sch.Populations {
		worst[p.Key] = p.Bands.Grades[len(p.Bands.Grades)-1].Key
	}
	for _, id := range out.Enterprise {
		last, ok := byFirm[id][out.Year-1]
		out.Input.PreviousGrade = append(out.Input.PreviousGrade, last.Band)
		out.Input.PreviousPopulation = append(out.Input.PreviousPopulation, last.Population)
		n := 0
		for y := out.Year - 1; ok && byFirm[id][y].Band == worst[byFirm[id][y].Population]; y-- {
			if _, ok = byFirm[id][y]; ok {
				n++
			}
		}
		out.Input.WorstYears = append(out.Input.WorstYears, float64(n))
	}
	return nil
}

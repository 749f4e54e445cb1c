package composite

import "math"

// Whole is the share of everyone, in the unit every share is given in: one
// part in ten thousand (万分之一). Shares are integers, so no cut depends on how
// a fraction is stored.
const Whole = 10000

// Rounding says how the cut p·n, rarely a whole number, becomes a number of
// units. Published results differ (5 % of 672 = 33.6 was printed as 33, 5 % of
// 275 = 13.75 as 14), so it is a setting of the rule.
type Rounding uint8

// The rounding modes.
const (
	Exact   Rounding = iota // rank r is inside when Whole·r ≤ p·n; the same cut as Down
	Down                    // floor
	Nearest                 // half up
	Up                      // ceiling
)

// CutTies says what happens when equal totals lie on both sides of a cut.
type CutTies uint8

// The policies for a tie at the cut.
const (
	ByOrder CutTies = iota // the ranking's next key decides, at last the unit code
	AllUp                  // all equals take the better band; the quota is exceeded
	AllDown                // all equals take the worse band; the quota is not filled
)

// Band is one class of a quota, best first.
type Band struct {
	Label string
	// UpTo is the cumulative upper bound in 1/10000 of n: A 20 %, B 45 % are
	// 2000 and 6500. The last band must reach Whole.
	UpTo int
	// Rounding of this cut when it differs from the quota's.
	Rounding *Rounding
}

// Quota deals bands out along a ranking.
type Quota struct {
	Bands    []Band
	Rounding Rounding
	Ties     CutTies
	// CountUngraded puts ungraded units into n, though they take no band.
	CountUngraded bool
}

// NoBand is the band index of a unit that takes none.
const NoBand = math.MaxUint8

// Check reports every fault of the quota itself.
func (q Quota) Check() error {
	var es Errors
	if len(q.Bands) == 0 {
		es.add(BadSpec, "", "分档至少要有一档")
	}
	if len(q.Bands) >= NoBand {
		es.add(BadSpec, "", "分档不能超过 %d 档", NoBand-1)
	}
	last := 0
	for i, b := range q.Bands {
		if b.UpTo < last || b.UpTo > Whole {
			es.add(BadSpec, "", "第 %d 档（%s）的累计比例 %d 必须不小于上一档且不超过 %d", i+1, b.Label, b.UpTo, Whole)
		}
		last = b.UpTo
	}
	if len(q.Bands) > 0 && last != Whole {
		es.add(BadSpec, "", "最后一档的累计比例必须为 %d，现为 %d", Whole, last)
	}
	return es.orNil()
}

// Cuts returns, for a population of n, the last rank inside each band. The last
// band always reaches n.
func (q Quota) Cuts(n int) []int {
	return q.cutsInto(make([]int, 0, len(q.Bands)), n)
}

func (q Quota) cutsInto(cuts []int, n int) []int {
	prev := 0
	for i, b := range q.Bands {
		mode := q.Rounding
		if b.Rounding != nil {
			mode = *b.Rounding
		}
		product := int64(b.UpTo) * int64(n)
		c := product / Whole
		switch {
		case mode == Nearest && product%Whole >= Whole/2, mode == Up && product%Whole > 0:
			c++
		}
		if i == len(q.Bands)-1 {
			c = int64(n)
		}
		prev = max(prev, int(c))
		cuts = append(cuts, prev)
	}
	return cuts
}

// Shortfall is a quota that a tie kept from being met exactly.
type Shortfall struct {
	Group     string
	Band      string
	Quota     int // units the cut allows, cumulative
	Placed    int // units actually above the cut, cumulative
	TiedTotal float64
}

// Banding is the outcome of a quota.
type Banding struct {
	Band   []uint8 // index into Quota.Bands per row, NoBand for none
	Cuts   [][]int // per group: last rank of each band
	Size   []int   // per group: n
	Uneven []Shortfall
}

// Deal ranks the values and deals the bands out, inside each group of g, or
// over everyone when g is nil.
func (q Quota) Deal(values []float64, rule Ranking, f *Frame, g *Group) (*Banding, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	r, err := newRanker(rule, f, len(values))
	if err != nil {
		return nil, err
	}
	var d dealer
	d.init(q, g, len(values))
	d.size(f, g, len(values))
	b := &Banding{Band: make([]uint8, len(values))}
	d.deal(r, r.order(values, 1), b.Band)
	b.Size, b.Uneven = d.sizes, d.uneven
	for k := range d.sizes {
		b.Cuts = append(b.Cuts, q.Cuts(d.sizes[k]))
	}
	return b, nil
}

// dealer deals bands along an order; its scratch is reused between runs.
type dealer struct {
	quota  Quota
	group  *Group
	names  []string
	sizes  []int
	cuts   []int // groups x bands, flat
	state  []dealState
	uneven []Shortfall
}

type dealState struct {
	seen int
	band int
}

func (d *dealer) init(q Quota, g *Group, n int) {
	d.quota, d.group = q, g
	d.names = []string{""}
	if g != nil {
		d.names = g.Names
	}
	d.sizes = make([]int, len(d.names))
	d.state = make([]dealState, len(d.names))
	d.cuts = make([]int, 0, len(d.names)*len(q.Bands))
}

// size counts n per group: graded units, and the ungraded when the quota says so.
func (d *dealer) size(f *Frame, g *Group, n int) {
	clear(d.sizes)
	for i := range n {
		if f != nil && f.Ungraded != nil && f.Ungraded[i] && !d.quota.CountUngraded {
			continue
		}
		if g == nil {
			d.sizes[0]++
		} else {
			d.sizes[g.Code[i]]++
		}
	}
	d.cuts = d.cuts[:0]
	for _, size := range d.sizes {
		d.cuts = d.quota.cutsInto(d.cuts, size)
	}
}

// deal gives every row of the order its band.
func (d *dealer) deal(r *ranker, order []int32, out []uint8) {
	d.uneven = d.uneven[:0]
	if len(order) < len(out) {
		for i := range out {
			out[i] = NoBand
		}
	}
	if d.quota.Ties != ByOrder {
		d.dealTies(r, order, out)
		return
	}
	nb := len(d.quota.Bands)
	for k := range d.state {
		d.state[k] = dealState{}
	}
	if d.group == nil {
		d.dealWhole(order, out)
		return
	}
	for _, row := range order {
		k := int(d.group.Code[row])
		s := &d.state[k]
		s.seen++
		for s.band < nb-1 && s.seen > d.cuts[k*nb+s.band] {
			s.band++
		}
		out[row] = uint8(s.band)
	}
}

// dealWhole is deal for one group: the order cut into slices.
func (d *dealer) dealWhole(order []int32, out []uint8) {
	from := 0
	for b, cut := range d.cuts {
		to := min(cut, len(order))
		if b == len(d.cuts)-1 {
			to = len(order)
		}
		for _, row := range order[from:max(from, to)] {
			out[row] = uint8(b)
		}
		from = max(from, to)
	}
}

// dealTies deals runs of equal totals as one body.
func (d *dealer) dealTies(r *ranker, order []int32, out []uint8) {
	byGroup := make([][]int32, len(d.names))
	for _, row := range order {
		k := 0
		if d.group != nil {
			k = int(d.group.Code[row])
		}
		byGroup[k] = append(byGroup[k], row)
	}
	nb := len(d.quota.Bands)
	for k, rows := range byGroup {
		cuts := d.cuts[k*nb : (k+1)*nb]
		band := 0
		for i := 0; i < len(rows); {
			j := i + 1
			for j < len(rows) && r.values[rows[j]] == r.values[rows[i]] {
				j++
			}
			// The run holds ranks i+1..j. All up: its first rank decides; all
			// down: its last.
			rank := i + 1
			if d.quota.Ties == AllDown {
				rank = j
			}
			for band < nb-1 && rank > cuts[band] {
				band++
			}
			d.note(k, band, tieRun{i, j, r.values[rows[i]]})
			for _, row := range rows[i:j] {
				out[row] = uint8(band)
			}
			i = j
		}
	}
}

// tieRun is a run of equal totals: places from+1 to to of a group.
type tieRun struct {
	from, to int
	total    float64
}

// note records a cut of group k that a run dealt to band crosses.
func (d *dealer) note(k, band int, run tieRun) {
	nb := len(d.quota.Bands)
	for b, cut := range d.cuts[k*nb : (k+1)*nb-1] {
		if run.from < cut && cut < run.to {
			placed := run.from
			if band <= b {
				placed = run.to
			}
			d.uneven = append(d.uneven, Shortfall{d.names[k], d.quota.Bands[b].Label, cut, placed, run.total})
		}
	}
}

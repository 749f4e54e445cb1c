package scheme

import (
	"cmp"
	"math/big"
	"slices"
	"strconv"

	"ballast/internal/fault"
	"ballast/internal/pack"
)

// Holding is one firm's part of a parcel.
type Holding struct {
	Firm   string
	Parcel string
	Area   float64 // floor area in any one unit; NaN or zero is unknown
}

// Part says that a row of the firms is in an entity of the evaluation. A firm
// on several parcels has several parts.
type Part struct {
	Row    int32 // of the facts given
	Entity int32 // of the facts returned
}

// Entities turns facts by firm into facts by the scheme's entity: as they are
// for legal persons; firms of one parcel or group added together; or every
// firm split over its parcels and the parcels' parts added together. A firm
// without a parcel or group stands for itself, under its own code.
func (p *Plan) Entities(f Facts, holdings []Holding) (Facts, []Part, error) {
	if err := f.check("企业"); err != nil {
		return Facts{}, nil, err
	}
	switch p.scheme.Entity {
	case pack.MergedTenants:
		return p.merge(f, wholes(f, "parcel"))
	case pack.Group:
		return p.merge(f, wholes(f, "group_head"))
	case pack.Parcel:
		shares, err := split(f, holdings)
		if err != nil {
			return Facts{}, nil, err
		}
		return p.merge(f, shares)
	}
	parts := make([]Part, len(f.Keys))
	for i := range parts {
		parts[i] = Part{int32(i), int32(i)}
	}
	return f, parts, nil
}

// share is a firm's contribution to an entity: so much of the whole, or what
// the others leave over.
type share struct {
	row    int32
	entity string
	weight *big.Rat // nil: the remainder after the firm's other shares
}

// wholes lists every firm whole, under the code an attribute names.
func wholes(f Facts, attribute string) []share {
	out := make([]share, len(f.Keys))
	for i, code := range f.Keys {
		if c := f.Texts[attribute]; c != nil && c[i] != "" {
			code = c[i]
		}
		out[i] = share{int32(i), code, nil}
	}
	return out
}

// split divides every firm over its parcels by floor area; evenly when an area
// is not known or all are zero. The last parcel takes the remainder.
func split(f Facts, holdings []Holding) ([]share, error) {
	rows := make(map[string]int32, len(f.Keys))
	for i, k := range f.Keys {
		rows[k] = int32(i)
	}
	byFirm := map[int32][]Holding{}
	for _, h := range holdings {
		row, ok := rows[h.Firm]
		if !ok || h.Parcel == "" {
			return nil, fault.New(fault.Invalid, "用地关系里的企业“%s”、宗地“%s”对不上本轮企业", h.Firm, h.Parcel)
		}
		byFirm[row] = append(byFirm[row], h)
	}
	var out []share
	for row := range f.Keys {
		held := byFirm[int32(row)]
		if len(held) == 0 {
			out = append(out, share{int32(row), f.Keys[row], nil})
			continue
		}
		out = append(out, divide(int32(row), held)...)
	}
	return out, nil
}

func divide(row int32, held []Holding) []share {
	sum := new(big.Rat)
	known := true
	for _, h := range held {
		if !(h.Area > 0) {
			known = false
			break
		}
		sum.Add(sum, decimal(h.Area))
	}
	out := make([]share, len(held))
	for i, h := range held {
		w := big.NewRat(1, int64(len(held)))
		if known {
			w = new(big.Rat).Quo(decimal(h.Area), sum)
		}
		if i == len(held)-1 {
			w = nil
		}
		out[i] = share{row, h.Parcel, w}
	}
	return out
}

// decimal returns the exact value of the number as it is written.
func decimal(v float64) *big.Rat {
	r, ok := new(big.Rat).SetString(strconv.FormatFloat(v, 'f', -1, 64))
	if !ok {
		return new(big.Rat)
	}
	return r
}

// splitDigits is how fine a part is: far below any unit in use, coarse enough
// that parts survive being stored as doubles.
const splitDigits = 6

// floorTo rounds down to splitDigits decimals.
func floorTo(r *big.Rat) *big.Rat {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(splitDigits), nil)
	scaled := new(big.Rat).Mul(r, new(big.Rat).SetInt(scale))
	whole := new(big.Int).Div(scaled.Num(), scaled.Denom()) // Euclidean: down for a positive denominator
	return new(big.Rat).SetFrac(whole, scale)
}

// merge adds the shares of each entity together.
func (p *Plan) merge(f Facts, shares []share) (Facts, []Part, error) {
	var codes []string
	seen := map[string]int32{}
	for _, s := range shares {
		if _, ok := seen[s.entity]; !ok {
			seen[s.entity] = 0
			codes = append(codes, s.entity)
		}
	}
	slices.Sort(codes)
	for i, c := range codes {
		seen[c] = int32(i)
	}
	parts := make([]Part, len(shares))
	for i, s := range shares {
		parts[i] = Part{s.row, seen[s.entity]}
	}
	lead := leads(f, codes, parts)
	out := newFacts(len(codes))
	out.Keys = codes
	for key, column := range f.Values {
		item, ok := p.pack.Items().Find(key)
		if ok && item.Additive() {
			out.Values[key] = addShares(column, shares, parts, len(codes))
		} else {
			out.Values[key] = gather(lead, column)
		}
	}
	for key, column := range f.Texts {
		out.Texts[key] = gather(lead, column)
	}
	for key, column := range f.Flags {
		out.Flags[key] = gather(lead, column)
	}
	for key, column := range f.Labels {
		held := make([]bool, len(codes))
		for _, part := range parts {
			held[part.Entity] = held[part.Entity] || column[part.Row]
		}
		out.Labels[key] = held
	}
	return out, parts, nil
}

// leads returns, per entity, the firm whose attributes speak for it: the one
// the entity is named after, else the first by code.
func leads(f Facts, codes []string, parts []Part) []int32 {
	lead := slices.Repeat([]int32{-1}, len(codes))
	order := slices.Clone(parts)
	slices.SortStableFunc(order, func(a, b Part) int { return cmp.Compare(f.Keys[a.Row], f.Keys[b.Row]) })
	for _, part := range order {
		if lead[part.Entity] < 0 || f.Keys[part.Row] == codes[part.Entity] {
			lead[part.Entity] = part.Row
		}
	}
	return lead
}

// addShares adds one item in exact decimals. A missing value of one firm leaves
// the entity with the sum of the others; all missing is missing.
func addShares(column []float64, shares []share, parts []Part, n int) []float64 {
	sums := make([]*big.Rat, n)
	left := map[int32]*big.Rat{} // what is left of a firm's whole
	for i, s := range shares {
		v := column[s.row]
		if v != v {
			continue
		}
		rest, ok := left[s.row]
		if !ok {
			rest = decimal(v)
		}
		part := rest
		if s.weight != nil {
			part = floorTo(new(big.Rat).Mul(decimal(v), s.weight))
			left[s.row] = new(big.Rat).Sub(rest, part)
		}
		e := parts[i].Entity
		if sums[e] == nil {
			sums[e] = new(big.Rat)
		}
		sums[e].Add(sums[e], part)
	}
	out := make([]float64, n)
	for e, sum := range sums {
		out[e] = nan
		if sum != nil {
			out[e], _ = sum.Float64()
		}
	}
	return out
}

package evaluate

import (
	"context"

	"ballast/internal/fault"
	"ballast/internal/pack"
)

// Verification is what anybody who holds a round's bundle and the pack finds.
type Verification struct {
	Year         int
	Enterprises  int    // rows of the bundle
	Scheme       string // id
	PackDigest   string // of the pack the data were frozen with, as the bundle says
	SamePack     bool   // the pack at hand is that pack
	DataDigest   string // SM3 of the bundle, lower-case hexadecimal
	ResultDigest string // SM3 of every stage of the result, before manual adjustments
	Summary      Summary
}

// Verify recomputes one population from the text of a snapshot alone; it needs
// no database. An empty schemeID takes the pack's scheme of the snapshot's year.
//
// Manual adjustments (手动调档) are no part of a bundle yet, so the result digest
// of a run that has some differs from this one. A text that is no snapshot, or
// whose columns do not fit each other, is Invalid; an unknown scheme or population
// NotFound.
func Verify(ctx context.Context, p *pack.Pack, text []byte, schemeID, population string) (Verification, error) {
	s, err := ReadSnapshot(text)
	if err != nil {
		return Verification{}, err
	}
	if schemeID == "" {
		sch, ok := p.SchemeFor(s.Year)
		if !ok {
			return Verification{}, fault.New(fault.NotFound, "数据包里没有 %d 年度的评价办法", s.Year)
		}
		schemeID = sch.ID
	}
	out, err := recompute(ctx, p, s, schemeID, population, pack.Tuning{})
	if err != nil {
		return Verification{}, err
	}
	return Verification{
		Year: s.Year, Enterprises: s.Len(), Scheme: schemeID, PackDigest: s.PackDigest, SamePack: s.PackDigest == p.Digest(),
		DataDigest: digestOf(text), ResultDigest: out.digest, Summary: out.summary,
	}, nil
}

package composite

import "slices"

// place ranks the totals and deals the bands.
func (r *Result) place(workers int) error {
	e, f := r.engine, r.frame
	if err := r.readyRanker(); err != nil {
		return err
	}
	r.order = r.rank.order(r.total, workers)
	r.look = &lookups{}
	r.Rank = resize(r.Rank, f.n)
	quota := len(e.scheme.Quota.Bands) > 0
	if quota {
		r.Band = resize(r.Band, f.n)
	}
	if r.within != nil {
		r.GroupRank = resize(r.GroupRank, f.n)
	}
	if e.scheme.Ranking.Ties == Ordinal && e.scheme.Quota.Ties == ByOrder {
		r.placeOrdinal(workers)
	} else {
		r.rank.whole(r.order, r.Rank)
		if r.within != nil {
			r.rank.within(r.order, r.within, r.GroupRank)
		}
		if quota {
			r.deal.deal(r.rank, r.order, r.Band)
		}
	}
	r.Uneven = slices.Clone(r.deal.uneven)
	return nil
}

// readyRanker prepares ranker and dealer, reusing their scratch.
func (r *Result) readyRanker() error {
	e, f := r.engine, r.frame
	fresh, err := newRanker(e.scheme.Ranking, f, f.n)
	if err != nil {
		return err
	}
	if r.rank != nil {
		fresh.sort, fresh.rounded, fresh.counters = r.rank.sort, r.rank.rounded, r.rank.counters
	}
	r.rank = fresh
	r.deal.init(e.scheme.Quota, r.within, f.n)
	r.deal.size(f, r.within, f.n)
	r.Sizes = slices.Clone(r.deal.sizes)
	r.Cuts = r.Cuts[:0]
	if nb := len(e.scheme.Quota.Bands); nb > 0 {
		for g := range r.deal.sizes {
			r.Cuts = append(r.Cuts, slices.Clone(r.deal.cuts[g*nb:(g+1)*nb]))
		}
	}
	return nil
}

// placeOrdinal deals city rank, group rank and band in one walk of the order,
// cut into one chunk per worker; a first walk counts the groups of each chunk
// so that every chunk knows where its ranks begin.
func (r *Result) placeOrdinal(workers int) {
	n := r.frame.n
	if len(r.order) < n {
		clear(r.Rank)
		clear(r.GroupRank)
		for i := range r.Band {
			r.Band[i] = NoBand
		}
	}
	if n < forkSort {
		workers = 1
	}
	groups := len(r.deal.names)
	seen := make([]int32, workers*groups)
	if workers > 1 && r.within != nil {
		parallelChunks(len(r.order), workers, func(w, from, to int) {
			count := seen[w*groups : (w+1)*groups]
			for _, row := range r.order[from:to] {
				count[r.within.Code[row]]++
			}
		})
		for g := range groups {
			var start int32
			for w := range workers {
				start, seen[w*groups+g] = start+seen[w*groups+g], start
			}
		}
	}
	parallelChunks(len(r.order), workers, func(w, from, to int) {
		r.walk(from, to, seen[w*groups:(w+1)*groups])
	})
}

// walk deals rows [from, to) of the order.
func (r *Result) walk(from, to int, seen []int32) {
	nb := len(r.deal.quota.Bands)
	band := make([]int, len(seen))
	for i, row := range r.order[from:to] {
		rank := int32(from + i + 1)
		r.Rank[row] = rank
		g := int32(0)
		if r.within != nil {
			g = r.within.Code[row]
			seen[g]++
			rank = seen[g]
			r.GroupRank[row] = rank
		}
		if nb == 0 {
			continue
		}
		b := band[g]
		for b < nb-1 && int(rank) > r.deal.cuts[int(g)*nb+b] {
			b++
		}
		band[g] = b
		r.Band[row] = uint8(b)
	}
}

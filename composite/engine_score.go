package composite

// workbench is one goroutine's working block: the scores of every indicator for
// blockRows units, small enough to stay in the cache while the tree is climbed.
type workbench struct {
	score [][]float64
	kids  [][]float64
	gath  []*gather
}

// score climbs the tree.
func (r *Result) score(workers int) error {
	e := r.engine
	if e.table {
		return r.scoreTable(workers)
	}
	blocks := (r.frame.n + blockRows - 1) / blockRows
	workers = min(workers, max(1, blocks))
	errs := make([]error, workers)
	if len(r.benches) < workers {
		r.benches = make([]workbench, workers)
	}
	eachBlock(r.frame.n, workers, func(w, _, from, to int) {
		if errs[w] != nil {
			return
		}
		wb := &r.benches[w]
		if wb.score == nil {
			r.equip(wb)
		}
		r.scoreBlock(wb, from, to)
		for k, s := range e.steps {
			if !r.dirty[s.node] {
				continue
			}
			if err := r.climb(wb, k, from, to); err != nil {
				errs[w] = err
				return
			}
		}
		r.adjust(wb, from, to)
	})
	for _, err := range errs { // workers hold ascending ranges: the first error is the first row's
		if err != nil {
			return err
		}
	}
	return nil
}

// equip gives a goroutine its buffers.
func (r *Result) equip(wb *workbench) {
	e := r.engine
	k := len(e.scheme.Indicators)
	wb.score = make([][]float64, k)
	flat := make([]float64, 0)
	if !e.scheme.KeepScores {
		flat = make([]float64, k*blockRows)
	}
	for i := range wb.score {
		if !e.scheme.KeepScores {
			wb.score[i] = flat[i*blockRows : (i+1)*blockRows]
		}
	}
	most := 0
	wb.gath = make([]*gather, len(e.steps))
	for i, s := range e.steps {
		most = max(most, len(s.kids))
		if !s.linear && e.tree.nodes[s.node].Func != "copeland" {
			wb.gath[i] = newGather(e.tree, s.node)
		}
	}
	wb.kids = make([][]float64, most)
}

// scoreBlock scores every indicator for rows [from, to).
func (r *Result) scoreBlock(wb *workbench, from, to int) {
	for i := range r.values {
		if !r.dirty[r.engine.leaf[i]] {
			if r.scores[i] != nil {
				wb.score[i] = r.scores[i][from:to]
			}
			continue
		}
		dst := wb.score[i]
		if r.scores[i] != nil {
			dst = r.scores[i][from:to]
			wb.score[i] = dst
		}
		r.scoreRows(dst[:to-from], i, from)
	}
}

// scoreRows scores indicator i from row from on.
func (r *Result) scoreRows(dst []float64, i, from int) {
	x := r.values[i][from : from+len(dst)]
	fit, fills := r.fits[i], r.fills[i]
	if fit.code == nil && r.fillBy[i] == nil {
		fit.Curves[0].apply(dst, x, fills[0])
		return
	}
	for j, v := range x {
		y := fit.Curve(from + j).At(v)
		if y != y {
			y = r.fill(i, from+j)
		}
		dst[j] = y
	}
}

// fill is what a missing indicator i scores for a row; NaN keeps it missing.
func (r *Result) fill(i, row int) float64 {
	if g := r.fillBy[i]; g != nil {
		return r.fills[i][g.Code[row]]
	}
	return r.fills[i][0]
}

// climb computes aggregate step k for rows [from, to).
func (r *Result) climb(wb *workbench, k, from, to int) error {
	e := r.engine
	s := &e.steps[k]
	kids := wb.kids[:len(s.kids)]
	for j, c := range s.kids {
		if slot := e.slot[c]; slot >= 0 {
			kids[j] = wb.score[slot][:to-from]
		} else {
			kids[j] = r.nodes[c][from:to]
		}
	}
	dst := r.nodes[s.node][from:to]
	if s.linear {
		weighted(dst, kids, s.weight)
		if e.tree.nodes[s.node].Func == "amean" && s.total != 1 {
			for i, v := range dst {
				dst[i] = v / s.total
			}
		}
		return nil
	}
	g := wb.gath[k]
	for i := range dst {
		y, why := g.row(kids, i)
		switch why {
		case Present:
			dst[i] = y
		case OutOfDomain:
			err := e.tree.domainError(s.node, kids, i).(*Error)
			err.Unit = r.frame.unit(from + i)
			return err
		default:
			dst[i] = missing
		}
	}
	return nil
}

// weighted sets dst to Σ w·x, adding from the first child to the last.
func weighted(dst []float64, kids [][]float64, w []float64) {
	n := len(dst)
	switch len(kids) {
	case 1:
		a, wa := kids[0][:n], w[0]
		for i := range dst {
			dst[i] = wa * a[i]
		}
		return
	case 2:
		a, b, wa, wb := kids[0][:n], kids[1][:n], w[0], w[1]
		for i := range dst {
			dst[i] = float64(wa*a[i]) + float64(wb*b[i])
		}
		return
	case 3:
		a, b, c, wa, wb, wc := kids[0][:n], kids[1][:n], kids[2][:n], w[0], w[1], w[2]
		for i := range dst {
			dst[i] = float64(wa*a[i]) + float64(wb*b[i]) + float64(wc*c[i])
		}
		return
	}
	a, b, c, d := kids[0][:n], kids[1][:n], kids[2][:n], kids[3][:n]
	wa, wb, wc, wd := w[0], w[1], w[2], w[3]
	for i := range dst {
		dst[i] = float64(wa*a[i]) + float64(wb*b[i]) + float64(wc*c[i]) + float64(wd*d[i])
	}
	for k := 4; k < len(kids); k++ {
		x, wx := kids[k][:n], w[k]
		for i := range dst {
			dst[i] += float64(wx * x[i])
		}
	}
}

// adjust finishes the total of rows [from, to).
func (r *Result) adjust(wb *workbench, from, to int) {
	e := r.engine
	total := r.nodes[e.root][from:to]
	if slot := e.slot[e.root]; slot >= 0 && r.dirty[e.root] {
		copy(total, wb.score[slot][:to-from])
	}
	if len(e.scheme.Adjust) == 0 {
		return
	}
	out := r.total[from:to]
	copy(out, total)
	adjustRows(out, e.scheme.Adjust, r.frame, from)
}

// adjustRows applies the adjustments to totals of rows from on.
func adjustRows(out []float64, adjust []Adjust, f *Frame, from int) {
	for _, a := range adjust {
		for i, v := range f.cols[a.Column].Values[from : from+len(out)] {
			switch {
			case v != v:
			case a.Factor:
				out[i] *= v
			default:
				out[i] += v
			}
		}
	}
}

// scoreTable is score for trees with a function that needs whole columns.
func (r *Result) scoreTable(workers int) error {
	e := r.engine
	n := r.frame.n
	cols := make([]*Column, e.tree.Len())
	whole := workbench{}
	r.equip(&whole)
	for i := range r.values {
		r.scores[i] = resize(r.scores[i], n)
		eachBlock(n, workers, func(_, _, from, to int) { r.scoreRows(r.scores[i][from:to], i, from) })
		whole.score[i] = r.scores[i]
		cols[e.leaf[i]] = &Column{Values: r.scores[i]}
	}
	for k, s := range e.steps {
		if e.tree.nodes[s.node].Func == "copeland" {
			c, err := e.tree.copeland(s.node, cols, n)
			if err != nil {
				return err
			}
			copy(r.nodes[s.node], c.Values)
		} else if err := r.climb(&whole, k, 0, n); err != nil {
			return err
		}
		cols[s.node] = &Column{Values: r.nodes[s.node]}
	}
	r.adjust(&whole, 0, n)
	return nil
}

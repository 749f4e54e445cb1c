package composite

// copeland scores each unit by the units it outranks less the units that
// outrank it. A unit outranks another when the weights of the children on which
// it is strictly better, plus half the weights of the ties, exceed one half of
// the weights compared. Under DropAbsent a pair is compared on the children
// both have.
func (t *Tree) copeland(i int, cols []*Column, n int) (*Column, error) {
	nd := t.nodes[i]
	if n > MaxCopeland {
		return nil, faultf(TooBig, nd.Key, "科普兰法要逐对比较，最多 %d 个单位，现有 %d 个", MaxCopeland, n)
	}
	kids := t.children[i]
	weights := make([]float64, len(kids))
	matrix := make([]float64, n*len(kids)) // row-major: one unit's children lie together
	for k, c := range kids {
		weights[k] = t.nodes[c].Weight
		for row, v := range cols[c].Values {
			if v != v && nd.Absent == ZeroAbsent {
				v = 0
			}
			matrix[row*len(kids)+k] = v
		}
	}
	out := &Column{Values: make([]float64, n)}
	skip := make([]bool, n)
	g := newGather(t, i)
	g.mean = meanSum // only the missing rules of row are wanted here
	flat := make([][]float64, len(kids))
	for k, c := range kids {
		flat[k] = cols[c].Values
	}
	for row := range n {
		if _, why := g.row(flat, row); why != Present {
			skip[row] = true
			out.setMissing(row, why)
		}
	}
	for a := range n {
		if skip[a] {
			continue
		}
		x := matrix[a*len(kids) : (a+1)*len(kids)]
		for b := a + 1; b < n; b++ {
			if skip[b] {
				continue
			}
			s := outrank(x, matrix[b*len(kids):(b+1)*len(kids)], weights)
			out.Values[a] += s
			out.Values[b] -= s
		}
	}
	return out, nil
}

// outrank returns 1 when x outranks y, -1 when y outranks x, else 0.
func outrank(x, y, weights []float64) float64 {
	var win, lose float64
	for k, w := range weights {
		switch {
		case x[k] > y[k]:
			win += w
		case x[k] < y[k]:
			lose += w
		}
	}
	// win + tie/2 > 1/2 of all is the same as win > lose, without dividing.
	switch {
	case win > lose:
		return 1
	case win < lose:
		return -1
	}
	return 0
}

package composite

import (
	"cmp"
	"math"
	"slices"
)

// PCA is the principal component analysis of one group of indicators,
// standardised, on complete rows.
type PCA struct {
	Names       []string
	Eigenvalues []float64 // descending
	Share       []float64 // of the total variance
	Loadings    []float64 // first component, unit length; sign fixed so that the sum is not negative
	Squared     []float64 // squared loadings: weights that are never negative and sum to 1
	// Mixed names the indicators whose loading has the other sign: the first
	// component is then no common direction, and the plain loadings no weights.
	Mixed []string
}

// Principal computes the analysis. A column without spread is refused.
func Principal(m Matrix) (*PCA, error) {
	if err := m.check(false); err != nil {
		return nil, err
	}
	full := m.completeRows()
	var es Errors
	if full.rows() < 2 {
		es.add(BadInput, "", "主成分分析至少需要两个完整的单位")
		return nil, es
	}
	for k, c := range full.Columns {
		if s := StdDev(c); !(s > 0) {
			es.add(NoSpread, m.Names[k], "各单位的值相同，不能做主成分分析")
		}
	}
	if len(es) > 0 {
		return nil, es
	}
	r, err := CorrelationMatrix(Pearson, full, full)
	if err != nil {
		return nil, err
	}
	for i := range r {
		r[i][i] = 1
	}
	values, vectors := jacobi(r)
	out := &PCA{Names: m.Names, Eigenvalues: values, Loadings: vectors[0]}
	var sum float64
	for _, v := range out.Loadings {
		sum += v
	}
	for k, v := range out.Loadings {
		if sum < 0 {
			v = -v
			out.Loadings[k] = v
		}
		if v < 0 {
			out.Mixed = append(out.Mixed, m.Names[k])
		}
		out.Squared = append(out.Squared, v*v)
	}
	for _, v := range values {
		out.Share = append(out.Share, v/float64(len(values)))
	}
	return out, nil
}

// SumWeights returns the loadings divided by their sum. It refuses loadings of
// mixed sign: a negative weight would reward the worse value.
func (p *PCA) SumWeights() ([]float64, error) {
	if len(p.Mixed) > 0 {
		return nil, faultf(BadDomain, p.Mixed[0], "第一主成分载荷符号不一，会得出负权重").hint("请用载荷平方作权重，或检查指标方向")
	}
	var sum float64
	for _, v := range p.Loadings {
		sum += v
	}
	out := make([]float64, len(p.Loadings))
	for k, v := range p.Loadings {
		out[k] = v / sum
	}
	return out, nil
}

// jacobi returns eigenvalues, descending, and the matching unit eigenvectors
// (rows) of a symmetric matrix, by cyclic Jacobi rotations. The matrix is not
// changed.
func jacobi(m [][]float64) ([]float64, [][]float64) {
	n := len(m)
	a := make([][]float64, n)
	v := make([][]float64, n) // rows are vectors
	for i := range a {
		a[i] = slices.Clone(m[i])
		v[i] = make([]float64, n)
		v[i][i] = 1
	}
	for range 100 {
		var off float64
		for p := range n {
			for q := p + 1; q < n; q++ {
				off += a[p][q] * a[p][q]
				rotate(a, v, p, q)
			}
		}
		if off < 1e-30 {
			break
		}
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(a[y][y], a[x][x]) })
	values, vectors := make([]float64, n), make([][]float64, n)
	for k, i := range order {
		values[k], vectors[k] = a[i][i], v[i]
	}
	return values, vectors
}

// rotate zeroes a[p][q].
func rotate(a, v [][]float64, p, q int) {
	if a[p][q] == 0 {
		return
	}
	theta := (a[q][q] - a[p][p]) / (2 * a[p][q])
	t := math.Copysign(1/(math.Abs(theta)+math.Sqrt(float64(theta*theta)+1)), theta)
	c := 1 / math.Sqrt(float64(t*t)+1)
	s := t * c
	for k := range a {
		x, y := a[k][p], a[k][q]
		a[k][p], a[k][q] = float64(c*x)-float64(s*y), float64(s*x)+float64(c*y)
	}
	for k := range a {
		x, y := a[p][k], a[q][k]
		a[p][k], a[q][k] = float64(c*x)-float64(s*y), float64(s*x)+float64(c*y)
		x, y = v[p][k], v[q][k]
		v[p][k], v[q][k] = float64(c*x)-float64(s*y), float64(s*x)+float64(c*y)
	}
}

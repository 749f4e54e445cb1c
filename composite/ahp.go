package composite

import "math"

// randomIndex is the mean consistency index of random judgement matrices, by
// size (Saaty 1980).
var randomIndex = [...]float64{0, 0, 0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.54, 1.56, 1.57, 1.59}

// AHP is the outcome of one judgement matrix.
type AHP struct {
	Weights       []float64 // principal eigenvector, sum 1
	GeometricMean []float64 // row geometric means, sum 1
	LambdaMax     float64
	CI, RI, CR    float64
	// WorstRow and WorstCol point at the judgement that is farthest from what
	// the weights imply, Implied is that value: where to ask the expert again.
	WorstRow, WorstCol int
	Implied            float64
}

// Judge computes weights and consistency of a positive reciprocal matrix. It
// refuses a matrix that is not square, positive or reciprocal (1e-6 relative),
// with every fault located. Consistency is reported, not judged: see
// [AHP.Acceptable].
func Judge(m [][]float64) (*AHP, error) {
	n := len(m)
	var es Errors
	if n < 1 || n >= len(randomIndex) {
		es.add(BadSpec, "", "判断矩阵的阶数 %d 应在 1 到 %d 之间", n, len(randomIndex)-1)
		return nil, es
	}
	for i, row := range m {
		if len(row) != n {
			es.add(BadSpec, "", "判断矩阵第 %d 行有 %d 个数，应有 %d 个", i+1, len(row), n)
		}
	}
	if len(es) > 0 {
		return nil, es
	}
	for i := range m {
		for j := range i + 1 {
			a, b := m[i][j], m[j][i]
			switch {
			case !(a > 0) || !(b > 0) || math.IsInf(a, 1) || math.IsInf(b, 1):
				es.add(BadSpec, "", "判断矩阵第 %d 行第 %d 列应为正数", i+1, j+1)
			case math.Abs(a*b-1) > 1e-6:
				es.add(BadSpec, "", "判断矩阵第 %d 行第 %d 列 %g 与对称位置 %g 不互为倒数", i+1, j+1, a, b)
			}
		}
	}
	if len(es) > 0 {
		return nil, es
	}
	out := &AHP{GeometricMean: geometricRows(m)}
	out.Weights, out.LambdaMax = principalVector(m, out.GeometricMean)
	if n > 2 {
		out.CI = (out.LambdaMax - float64(n)) / float64(n-1)
		out.RI = randomIndex[n]
		out.CR = out.CI / out.RI
	}
	out.findWorst(m)
	return out, nil
}

// Acceptable reports whether CR is below a limit, 0.1 by custom.
func (a *AHP) Acceptable(limit float64) bool { return a.CR < limit }

// findWorst looks for the judgement with the largest |ln(a_ij·w_j/w_i)|.
func (a *AHP) findWorst(m [][]float64) {
	worst := -1.0
	for i := range m {
		for j := range i {
			d := math.Abs(log(m[i][j] * a.Weights[j] / a.Weights[i]))
			if d > worst+1e-12 {
				worst = d
				a.WorstRow, a.WorstCol, a.Implied = i, j, a.Weights[i]/a.Weights[j]
			}
		}
	}
}

func geometricRows(m [][]float64) []float64 {
	out := make([]float64, len(m))
	var sum float64
	for i, row := range m {
		var s acc
		for _, v := range row {
			s.add(log(v))
		}
		out[i] = exp(s.value() / float64(len(row)))
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}

// principalVector runs the power iteration from a good start.
func principalVector(m [][]float64, start []float64) ([]float64, float64) {
	w := append([]float64(nil), start...)
	next := make([]float64, len(w))
	lambda := 0.0
	for range 10000 {
		var sum float64
		for i, row := range m {
			next[i] = 0
			for j, v := range row {
				next[i] += float64(v * w[j])
			}
			sum += next[i]
		}
		var shift float64
		for i := range next {
			next[i] /= sum
			shift = max(shift, math.Abs(next[i]-w[i]))
		}
		w, next, lambda = next, w, sum
		if shift < 1e-16 {
			break
		}
	}
	return w, lambda
}

package composite

import "math"

// MinSobol is the smallest base sample for which indices are published without
// a warning; below it first-order indices are often negative.
const MinSobol = 100

// SobolDesign is a plan of replications for variance-based sensitivity: N rows
// of A, N of B, then for every factor N rows of A with that factor from B, each
// row one number in [0,1) per factor.
type SobolDesign struct {
	N, Factors int
	Rows       [][]float64
}

// NewSobolDesign draws the plan for n base rows and d factors.
func NewSobolDesign(n, d int, seed uint64) (*SobolDesign, error) {
	if n < 2 || d < 1 {
		return nil, faultf(BadSpec, "", "敏感性分析至少需要 2 行和 1 个因素，现为 %d 行、%d 个", n, d)
	}
	out := &SobolDesign{N: n, Factors: d}
	for block := range 2 {
		for i := range n {
			rng := newStream(seed, uint64(block*n+i))
			row := make([]float64, d)
			for k := range row {
				row[k] = rng.unit()
			}
			out.Rows = append(out.Rows, row)
		}
	}
	for k := range d {
		for i := range n {
			row := append([]float64(nil), out.Rows[i]...)
			row[k] = out.Rows[n+i][k]
			out.Rows = append(out.Rows, row)
		}
	}
	return out, nil
}

// SobolIndex is the sensitivity of an output to one factor.
type SobolIndex struct {
	First, Total        float64
	FirstLow, FirstHigh float64 // 90 % bootstrap interval; NaN when not asked for
	TotalLow, TotalHigh float64
	FirstRaw            float64 // the uncentred textbook estimator, for comparison with other tools only
}

// Sobol holds the outcome.
type Sobol struct {
	Indices  []SobolIndex
	Variance float64
	Warnings []Warning
}

// SobolPlan says how outputs were made: N base rows, Factors factors, in the
// order of [SobolDesign]. Bootstrap resamples, drawn from Seed, give a 90 %
// interval; 0 gives none.
type SobolPlan struct {
	N, Factors, Bootstrap int
	Seed                  uint64
}

// Indices computes first-order and total indices from the outputs. The first-order estimator is centred:
// mean((yB-m)(yABi-yA))/V, which is what keeps it from large negative values;
// the total one is Σ(yA-yABi)²/(2nV); V is the sample variance of yA and yB
// together.
func (p SobolPlan) Indices(y []float64) (*Sobol, error) {
	n, d := p.N, p.Factors
	if n < 2 || d < 1 || len(y) != n*(d+2) {
		return nil, faultf(BadSpec, "", "%d 行、%d 个因素应有 %d 个结果，实有 %d 个", n, d, n*(d+2), len(y))
	}
	for i, v := range y {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, faultf(BadInput, "", "第 %d 次重算没有有限的结果", i+1)
		}
	}
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	out := &Sobol{}
	out.Indices, out.Variance = sobolOnce(y, n, d, rows)
	if !(out.Variance > 0) {
		return nil, faultf(NoSpread, "", "各次重算结果完全相同，无敏感性可言")
	}
	if n < MinSobol {
		out.Warnings = append(out.Warnings, Warning{Message: "样本行数偏少，敏感性指数误差较大，请看区间"})
	}
	first, total := make([][]float64, d), make([][]float64, d)
	for b := range p.Bootstrap {
		rng := newStream(p.Seed, uint64(b))
		for i := range rows {
			rows[i] = rng.pick(n)
		}
		idx, v := sobolOnce(y, n, d, rows)
		if !(v > 0) {
			continue
		}
		for k := range idx {
			first[k], total[k] = append(first[k], idx[k].First), append(total[k], idx[k].Total)
		}
	}
	for k := range out.Indices {
		x := &out.Indices[k]
		x.FirstLow, x.FirstHigh = Quantile(first[k], 0.05), Quantile(first[k], 0.95)
		x.TotalLow, x.TotalHigh = Quantile(total[k], 0.05), Quantile(total[k], 0.95)
	}
	return out, nil
}

// sobolOnce estimates the indices on some base rows.
func sobolOnce(y []float64, n, d int, rows []int) ([]SobolIndex, float64) {
	both := make([]float64, 0, 2*len(rows))
	for _, i := range rows {
		both = append(both, y[i], y[n+i])
	}
	mean, v := Mean(both), variance(both)
	out := make([]SobolIndex, d)
	for k := range out {
		var raw, centred, total acc
		for _, i := range rows {
			a, b, ab := y[i], y[n+i], y[(2+k)*n+i]
			raw.add(float64(b * (ab - a)))
			centred.add(float64((b - mean) * (ab - a)))
			total.add(float64((a - ab) * (a - ab)))
		}
		m := float64(len(rows))
		out[k] = SobolIndex{First: centred.value() / m / v, FirstRaw: raw.value() / m / v, Total: total.value() / (2 * m * v)}
	}
	return out, v
}

// RankStats summarises the ranks one unit took over the replications.
type RankStats struct{ Mean, Median, Q5, Q95 float64 }

// SummariseRanks computes [RankStats] per unit; ranks[rep][unit]. Rank 0 counts
// as absent.
func SummariseRanks(ranks [][]int32) []RankStats {
	if len(ranks) == 0 {
		return nil
	}
	out := make([]RankStats, len(ranks[0]))
	buf := make([]float64, len(ranks))
	for u := range out {
		for r := range ranks {
			buf[r] = float64(ranks[r][u])
			if ranks[r][u] == 0 {
				buf[r] = math.NaN()
			}
		}
		sorted := sortedPresent(buf, 1)
		out[u] = RankStats{Mean(buf), quantileSorted(sorted, 0.5), quantileSorted(sorted, 0.05), quantileSorted(sorted, 0.95)}
	}
	return out
}

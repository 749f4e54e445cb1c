package composite

import (
	"cmp"
	"math"
	"slices"
)

// This file holds the score functions themselves: one small function per row of
// the method table, each giving the fitted curve of one group.

// open is a linear curve without bounds.
func open(sign, x0, dx float64) Curve {
	return Curve{form: formLinear, sign: sign, x0: x0, dx: dx, dy: 1, lo: math.Inf(-1), hi: math.Inf(1)}
}

// flat is the curve of a column without spread.
func (n Norm) flat(c fitCase, neutral, full float64) (Curve, error) {
	y := neutral
	switch n.Flat {
	case FlatFail:
		return Curve{}, faultf(NoSpread, c.indicator, "所有单位的值相同，无法按极差或标准差计分").in(c.group)
	case FlatFull:
		y = full
	}
	c.warn("所有单位的值相同，一律计 " + num(y) + " 分")
	return Curve{form: formConstant, sign: c.sign, y0: y, lo: y, hi: y}, nil
}

// ends returns the range of sign·x.
func (c fitCase) ends() (lo, hi float64) {
	if c.sign < 0 {
		return -c.s.max, -c.s.min
	}
	return c.s.min, c.s.max
}

func curveMinMax(dlo, dhi float64) func(Norm, fitCase) (Curve, error) {
	return func(n Norm, c fitCase) (Curve, error) {
		lo, hi := c.ends()
		l, u := n.Lo.or(dlo), n.Hi.or(dhi)
		if lo == hi {
			return n.flat(c, (l+u)/2, u)
		}
		out := open(c.sign, lo, hi-lo)
		out.y0, out.dy = l, u-l
		return out, nil
	}
}

func curveZScore(n Norm, c fitCase) (Curve, error) {
	m := n.Mean.or(0)
	if c.s.min == c.s.max {
		return n.flat(c, m, m)
	}
	out := open(c.sign, c.sign*c.s.mean(), c.s.sd)
	out.y0, out.dy = m, n.SD.or(1)
	return out, nil
}

func curveScaled(n Norm, c fitCase) (Curve, error) {
	out := open(c.sign, n.From.or(0), n.To.or(100)-n.From.or(0))
	out.y0, out.dy = n.Lo.or(0), n.Hi.or(100)-n.Lo.or(0)
	return out, nil
}

func checkRange(n Norm, ind string, _ Direction, es *Errors) {
	if n.From.or(0) == n.To.or(100) {
		es.add(BadSpec, ind, "输入范围的两端相同（%g）", n.From.or(0))
	}
}

func curveGoalposts(n Norm, c fitCase) (Curve, error) {
	lo, hi := n.From.Value, n.To.Value
	if c.sign < 0 {
		lo, hi = -hi, -lo
	}
	out := open(c.sign, lo, hi-lo)
	out.y0, out.dy = n.Lo.or(0), n.Hi.or(100)-n.Lo.or(0)
	out.lo, out.hi = n.Lo.or(0), n.Hi.or(100)
	return out, nil
}

func checkGoalposts(n Norm, ind string, _ Direction, es *Errors) {
	if !n.From.Set || !n.To.Set {
		es.add(BadSpec, ind, "目标区间法需要下限与上限")
	} else if !(n.From.Value < n.To.Value) {
		es.add(BadSpec, ind, "目标区间的下限 %g 应小于上限 %g", n.From.Value, n.To.Value)
	}
	if n.Lo.or(0) >= n.Hi.or(100) {
		es.add(BadSpec, ind, "输出范围的下限 %g 应小于上限 %g", n.Lo.or(0), n.Hi.or(100))
	}
}

func curveDist2Max(n Norm, c fitCase) (Curve, error) {
	lo, hi := c.ends()
	if lo == hi {
		return n.flat(c, 0.5, 1)
	}
	return open(c.sign, lo, hi-lo), nil
}

func curveDist2Ref(n Norm, c fitCase) (Curve, error) {
	lo, _ := c.ends()
	ref := c.sign * c.ref
	if ref <= lo {
		return Curve{}, faultf(BadDomain, c.indicator, "参照单位的值 %g 不优于最差值，距离无从计算", c.ref).in(c.group)
	}
	out := open(c.sign, lo, ref-lo)
	out.hi = n.Cap.or(math.Inf(1))
	return out, nil
}

func checkRef(n Norm, ind string, _ Direction, es *Errors) {
	if n.Ref == "" {
		es.add(BadSpec, ind, "参照单位法需要参照单位的代码")
	}
}

func curveDist2Target(n Norm, c fitCase) (Curve, error) {
	lo, _ := c.ends()
	t := c.sign * n.Target.Value
	if t <= lo {
		return Curve{}, faultf(BadDomain, c.indicator, "目标值 %g 不优于最差值 %g，此方法不适用于该指标", n.Target.Value, c.sign*lo).in(c.group)
	}
	out := open(c.sign, lo, t-lo)
	out.hi = n.Cap.or(math.Inf(1))
	return out, nil
}

func checkTarget(n Norm, ind string, _ Direction, es *Errors) {
	if !n.Target.Set || math.IsNaN(n.Target.Value) || math.IsInf(n.Target.Value, 0) {
		es.add(BadSpec, ind, "目标距离法需要目标值")
	}
}

func curveFracMax(n Norm, c fitCase) (Curve, error) {
	_, hi := c.ends()
	if hi == 0 {
		return Curve{}, faultf(BadDomain, c.indicator, "最优值为 0，不能以最优值为分母").in(c.group).hint("请对该指标改用极差法或最优比法")
	}
	return open(c.sign, 0, hi), nil
}

// curveRank makes rank (from 1), Borda (from 0) and percentile-rank curves.
func curveRank(shift float64, share bool) func(Norm, fitCase) (Curve, error) {
	return func(n Norm, c fitCase) (Curve, error) {
		out := Curve{form: formRank, sign: c.sign, lo: math.Inf(-1), hi: math.Inf(1), rank: rankForm{1, shift}}
		if share {
			if c.s.n < 2 {
				return n.flat(c, 0.5, 1)
			}
			out.rank.scale = 1 / float64(c.s.n-1)
		}
		out.ref = make([]float64, c.s.n)
		for i, v := range c.s.sorted {
			if c.sign < 0 {
				out.ref[c.s.n-1-i] = -v
			} else {
				out.ref[i] = v
			}
		}
		return out, nil
	}
}

// curveRatio is value ÷ benchmark × full, or benchmark ÷ value when lower is
// better, between floor and cap (formula F1 of the per-mu rules).
func curveRatio(n Norm, c fitCase) (Curve, error) {
	full := n.Full.or(100)
	out := Curve{form: formLinear, sign: 1, dx: c.bench, dy: full}
	if c.sign < 0 {
		out.form, out.sign, out.x0 = formReciprocal, 1, c.bench
	}
	out.lo = n.Floor.or(math.Inf(-1)) * full
	out.hi = n.Cap.or(math.Inf(1)) * full
	return out, nil
}

// curveBestRatio is value ÷ best value × full (F3); lowest ÷ value when lower
// is better.
func curveBestRatio(n Norm, c fitCase) (Curve, error) {
	best := c.s.max
	if c.sign < 0 {
		best = c.s.min
	}
	if best <= 0 {
		return Curve{}, faultf(BadBenchmark, c.indicator, "最优值 %g 不大于零，不能作基准", best).in(c.group)
	}
	c.bench = best
	n.Cap = At(n.Cap.or(1))
	return curveRatio(n, c)
}

// curveInverse is (2 - value ÷ mean) × full ÷ 2, never below zero (F4).
func curveInverse(n Norm, c fitCase) (Curve, error) {
	full := n.Full.or(100)
	out := open(1, 2*c.bench, -2*c.bench)
	out.dy, out.lo, out.hi = full, n.Floor.or(0)*full, n.Cap.or(1)*full
	return out, nil
}

func checkInverse(n Norm, ind string, dir Direction, es *Errors) {
	if dir != Lower {
		es.add(BadSpec, ind, "均值反比法只用于越低越好的指标")
	}
}

func checkFull(n Norm, ind string, _ Direction, es *Errors) {
	if !(n.Full.or(100) > 0) {
		es.add(BadSpec, ind, "基准分 %g 应大于零", n.Full.Value)
	}
}

func curveSteps(n Norm, c fitCase) (Curve, error) {
	out := Curve{form: formSteps, sign: c.sign, y0: n.Base, points: n.ordered(c.sign)}
	out.lo, out.hi = n.Base, n.Base
	for _, p := range out.points {
		out.lo, out.hi = min(out.lo, p.Y), max(out.hi, p.Y)
	}
	return out, nil
}

func curvePoints(n Norm, c fitCase) (Curve, error) {
	out := Curve{form: formPoints, sign: c.sign, points: n.ordered(c.sign)}
	out.lo, out.hi = out.points[0].Y, out.points[len(out.points)-1].Y
	return out, nil
}

// ordered returns the points by sign·x ascending, that is worst first.
func (n Norm) ordered(sign float64) []Point {
	pts := slices.Clone(n.Points)
	for i := range pts {
		pts[i].X *= sign
	}
	slices.SortFunc(pts, func(a, b Point) int { return cmp.Compare(a.X, b.X) })
	return pts
}

// checkPoints demands a table whose score never falls as the value gets better.
func checkPoints(n Norm, ind string, dir Direction, es *Errors) {
	pts := n.ordered(float64(dir))
	if len(pts) == 0 {
		es.add(BadSpec, ind, "分段表是空的")
		return
	}
	if n.Method == "steps" && n.Base > pts[0].Y {
		es.add(BadSpec, ind, "起始分 %g 高于第一段的 %g", n.Base, pts[0].Y)
	}
	for i := 1; i < len(pts); i++ {
		if pts[i].X == pts[i-1].X {
			es.add(BadSpec, ind, "分段表中界限 %g 重复", float64(dir)*pts[i].X)
		}
		if pts[i].Y < pts[i-1].Y {
			es.add(BadSpec, ind, "分段表在界限 %g 处越好分越低", float64(dir)*pts[i].X)
		}
	}
}

func curveNone(n Norm, c fitCase) (Curve, error) { return open(c.sign, 0, 1), nil }

package composite

import (
	"math"
	"slices"
	"sort"
)

// form is the shape of a fitted score function.
type form uint8

const (
	formLinear     form = iota // y = (sign·x - X0)/DX·DY + Y0, clamped
	formReciprocal             // y = X0/x·DY, clamped; for lower-is-better ratios
	formSteps                  // y of the highest threshold reached
	formPoints                 // straight lines between points
	formRank                   // position among the reference values
	formConstant               // Y0 for every value: a constant column
)

// Point is one corner of a step table or of a piecewise linear function.
type Point struct {
	X float64 // threshold, in the indicator's unit
	Y float64 // score from here on (steps) or at this point (points)
}

// Curve is a score function after fitting: every number it needs is in it, so
// one value is scored, explained and inverted without the rest of the data.
type Curve struct {
	form   form
	sign   float64 // +1, or -1 when lower is better and the method flips signs
	x0, dx float64
	y0, dy float64
	lo, hi float64 // clamp on y
	points []Point
	ref    []float64 // sorted sign·x of the reference units
	rank   rankForm
}

// rankForm says how a position among n becomes a score.
type rankForm struct{ scale, shift float64 }

// clamp limits y; NaN passes through.
func (c *Curve) clamp(y float64) float64 {
	if y < c.lo {
		return c.lo
	}
	if y > c.hi {
		return c.hi
	}
	return y
}

// At scores one value; a missing value stays missing. A value outside the
// method's domain gives NaN.
func (c *Curve) At(x float64) float64 {
	if x != x {
		return x
	}
	switch c.form {
	case formConstant:
		return c.y0
	case formReciprocal:
		if x <= 0 {
			// Nothing used up is the best there is: the cap, when there is one.
			if math.IsInf(c.hi, 1) {
				return math.NaN()
			}
			return c.hi
		}
		return c.clamp(c.x0 / x * c.dy)
	case formSteps:
		i := sort.Search(len(c.points), func(i int) bool { return c.points[i].X > c.sign*x })
		if i == 0 {
			return c.y0
		}
		return c.points[i-1].Y
	case formPoints:
		return c.clamp(c.between(c.sign * x))
	case formRank:
		below := sort.SearchFloat64s(c.ref, c.sign*x)
		return float64(float64(below)*c.rank.scale) + c.rank.shift
	}
	return c.clamp(float64((c.sign*x-c.x0)/c.dx*c.dy) + c.y0)
}

// between interpolates; outside the table the end value holds.
func (c *Curve) between(x float64) float64 {
	p := c.points
	i := sort.Search(len(p), func(i int) bool { return p[i].X > x })
	switch i {
	case 0:
		return p[0].Y
	case len(p):
		return p[len(p)-1].Y
	}
	a, b := p[i-1], p[i]
	return float64((x-a.X)/(b.X-a.X)*(b.Y-a.Y)) + a.Y
}

// Worth returns the value nearest to the worse end that scores at least y, or
// false when no value does. Better values score at least as much.
func (c *Curve) Worth(y float64) (float64, bool) {
	if y > c.hi {
		return 0, false
	}
	switch c.form {
	case formConstant:
		return 0, false
	case formReciprocal:
		if y <= 0 {
			return c.worst(), true
		}
		return c.x0 * c.dy / y, true
	case formSteps:
		if y <= c.y0 {
			return c.worst(), true
		}
		for _, p := range c.points {
			if p.Y >= y {
				return c.sign * p.X, true
			}
		}
		return 0, false
	case formPoints:
		return c.worthPoints(y)
	case formRank:
		need := int(math.Ceil((y - c.rank.shift) / c.rank.scale))
		if need > len(c.ref) {
			return 0, false
		}
		if need <= 0 {
			return c.worst(), true
		}
		// Passing need reference values means lying just above the need-th.
		return c.sign * math.Nextafter(c.ref[need-1], math.Inf(1)), true
	}
	if y <= c.lo {
		return c.worst(), true
	}
	return c.sign * (float64((y-c.y0)/c.dy*c.dx) + c.x0), true
}

// worst is the far end of the value axis on the worse side.
func (c *Curve) worst() float64 {
	s := c.sign
	if c.form == formReciprocal || (c.form == formLinear && (c.dx < 0) != (c.dy < 0)) {
		s = -s
	}
	return math.Inf(-1) * s
}

func (c *Curve) worthPoints(y float64) (float64, bool) {
	p := c.points
	if y <= p[0].Y {
		return c.worst(), true
	}
	for i := 1; i < len(p); i++ {
		if p[i].Y >= y {
			a, b := p[i-1], p[i]
			return c.sign * (float64((y-a.Y)/(b.Y-a.Y)*(b.X-a.X)) + a.X), true
		}
	}
	return 0, false
}

// apply scores a block, giving fill to missing values.
func (c *Curve) apply(dst, x []float64, fill float64) {
	switch c.form {
	case formLinear:
		c.applyLinear(dst, x, fill)
		return
	case formReciprocal:
		if !math.IsInf(c.hi, 1) {
			c.applyReciprocal(dst, x, fill)
			return
		}
	}
	for i, v := range x {
		y := c.At(v)
		if y != y {
			y = fill
		}
		dst[i] = y
	}
}

func (c *Curve) applyLinear(dst, x []float64, fill float64) {
	dst = dst[:len(x)]
	sign, x0, dx, y0, dy, lo, hi := c.sign, c.x0, c.dx, c.y0, c.dy, c.lo, c.hi
	if sign == 1 && x0 == 0 && y0 == 0 {
		for i, v := range x {
			// min and max compile to branch-free code and keep NaN; half the
			// units of a skewed indicator sit at the cap, so a branch is a coin toss.
			y := max(min(v/dx*dy, hi), lo)
			if y != y {
				y = fill
			}
			dst[i] = y
		}
		return
	}
	for i, v := range x {
		y := max(min(float64((sign*v-x0)/dx*dy)+y0, hi), lo)
		if y != y {
			y = fill
		}
		dst[i] = y
	}
}

func (c *Curve) applyReciprocal(dst, x []float64, fill float64) {
	dst = dst[:len(x)]
	b, dy, lo, hi := c.x0, c.dy, c.lo, c.hi
	for i, v := range x {
		y := max(min(b/v*dy, hi), lo)
		if !(v > 0) {
			y = hi
			if v != v {
				y = fill
			}
		}
		dst[i] = y
	}
}

// sortedPresent returns the present values times sign, ascending.
func sortedPresent(x []float64, sign float64) []float64 {
	out := make([]float64, 0, len(x))
	for _, v := range x {
		if v == v {
			out = append(out, sign*v)
		}
	}
	slices.Sort(out)
	return out
}

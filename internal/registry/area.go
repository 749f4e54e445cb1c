package registry

import (
	"math"
	"math/bits"
	"strconv"
	"strings"

	"ballast/internal/fault"
)

// Area is an area of land or floor in units of 1/300 m², the largest unit in
// which 0.01 m², 0.00001 亩 (1 亩 = 2000/3 m²) and a hectare are all whole: what
// a title certificate and a rent ledger say is kept exactly and adds up exactly.
type Area int64

// The units people write.
const (
	SquareMetre Area = 300
	Mu          Area = 200_000 // 亩
	Hectare     Area = 10_000 * SquareMetre
)

// UnknownArea marks an area nobody has stated; it is not zero.
const UnknownArea Area = -1

// areaUnits is every spelling of a unit of area that is read.
var areaUnits = map[string]Area{
	"亩": Mu, "mu": Mu, "㎡": SquareMetre, "m²": SquareMetre, "m2": SquareMetre, "平方米": SquareMetre, "平米": SquareMetre,
	"公顷": Hectare, "ha": Hectare, "hm²": Hectare,
}

// ParseArea reads a plain decimal number in the given unit (亩, 公顷, ㎡, 平方米).
// Digits finer than the unit of storage round half up.
func ParseArea(number, unit string) (Area, error) {
	u, ok := areaUnits[strings.TrimSpace(unit)]
	if !ok {
		return 0, fault.New(fault.Invalid, "不认识的面积单位“%s”", unit).WithHint("可以用：亩、公顷、㎡、平方米。")
	}
	whole, frac, _ := strings.Cut(strings.TrimSpace(number), ".")
	if whole+frac == "" || strings.Trim(whole+frac, "0123456789") != "" || len(whole) > 12 {
		return 0, fault.New(fault.Invalid, "“%s”不是面积", number).WithHint("请写不带单位的数字，如 12.35。")
	}
	if len(frac) > 9 {
		frac = frac[:9]
	}
	w, _ := strconv.ParseInt("0"+whole, 10, 64)
	f, _ := strconv.ParseInt("0"+frac, 10, 64)
	scale := int64(1)
	for range frac {
		scale *= 10
	}
	if w > math.MaxInt64/2/int64(u) {
		return 0, fault.New(fault.Invalid, "面积 %s%s 大得不可能", number, unit)
	}
	return Area(w)*u + Area((2*f*int64(u)+scale)/(2*scale)), nil
}

// AreaOf converts a number of units that came as a float, such as a value
// observed from a file, to the nearest unit of storage.
func AreaOf(x float64, unit Area) Area { return Area(math.Round(x * float64(unit))) }

// Mu returns the area in 亩 as the nearest float64: 12.35 亩 comes back as 12.35.
func (a Area) Mu() float64 { return float64(a) / float64(Mu) }

// SquareMetres returns the area in m².
func (a Area) SquareMetres() float64 { return float64(a) / float64(SquareMetre) }

// Known reports whether the area was stated.
func (a Area) Known() bool { return a >= 0 }

// String returns the area in 亩 with at most five decimals, — when unknown.
func (a Area) String() string {
	if !a.Known() {
		return "—"
	}
	return strconv.FormatFloat(a.Mu(), 'f', -1, 64) + "亩"
}

// Split divides a total, counted in its smallest unit (分, 千瓦时, 人), over
// parcels by floor area, as the industrial-land survey does: each part but the
// last is total × floor ÷ sum cut toward zero, and the last takes what is left,
// so the parts add up to the total exactly. When the floor area of any parcel
// is unknown, or all are zero, it splits evenly by number of parcels. No parcels
// give no parts.
func Split(total int64, floors []Area) []int64 {
	if len(floors) == 0 {
		return nil
	}
	weights, sum := make([]uint64, len(floors)), uint64(0)
	for i, f := range floors {
		if !f.Known() {
			sum = 0
			break
		}
		weights[i] = uint64(f)
		sum += uint64(f)
	}
	if sum == 0 {
		for i := range weights {
			weights[i] = 1
		}
		sum = uint64(len(weights))
	}
	parts, left := make([]int64, len(floors)), total
	for i := range parts[:len(parts)-1] {
		parts[i] = share(total, weights[i], sum)
		left -= parts[i]
	}
	parts[len(parts)-1] = left
	return parts
}

// share returns total × w ÷ sum cut toward zero; w ≤ sum, so the 128-bit
// quotient fits.
func share(total int64, w, sum uint64) int64 {
	negative := total < 0
	magnitude := uint64(total)
	if negative {
		magnitude = -magnitude
	}
	hi, lo := bits.Mul64(magnitude, w)
	q, _ := bits.Div64(hi, lo, sum)
	if negative {
		return -int64(q)
	}
	return int64(q)
}

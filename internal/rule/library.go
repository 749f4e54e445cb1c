package rule

// paramKind is what a function takes in one place.
type paramKind uint8

const (
	pNumber   paramKind = iota // any number
	pFlag                      // any Bool
	pText                      // any String
	pAny                       // any type
	pSame                      // same type as the first argument
	pNumbers                   // a literal list of numbers
	pTexts                     // a literal list of texts
	pWord                      // a literal text
	pDigits                    // a literal whole number, 0 to 12
	pQuota                     // a literal whole number from 1 to the number of conditions
	pRounding                  // a literal text, one of roundings
)

type param struct {
	name string
	kind paramKind
}

// special marks functions that look at missing values themselves. All others
// are strict: a missing argument makes the result missing, with the reason of
// the first missing argument.
type special uint8

const (
	strict special = iota
	spPresent
	spMissing
	spCoalesce
	spAtLeast
)

// function is one row of the library. Exactly one of num, pred and pick is set
// unless special is. They are the meaning of the function for both evaluators;
// kernel, where set, is a faster way to the same bits for whole columns.
type function struct {
	name       string
	zh         string // Chinese name
	phrase     string // in explanations: {1} {2} {3} are the arguments, {*} the rest; "" for name（arguments）
	params     []param
	variadic   bool // the last parameter may be repeated, up to maxVariadic arguments in all
	result     Type // Any: the type of the first argument
	special    special
	num        func(a *args) (float64, Cause)
	pred       func(a *args) bool
	pick       func(a *args) int // index into the text list
	kernel     opcode            // columnar fast path, 0 for none
	check      func(c *checker, n *node)
	docZh      string
	docEn      string
	example    string
	introduced string
}

// maxVariadic is the greatest number of arguments of a variadic function.
const maxVariadic = 16

// args are the arguments of one call, by kind and in order.
type args struct {
	num   []float64
	flag  []bool
	text  []string
	lists [][]float64
	words [][]string
	round rounding
}

// library is the one table of functions. The language reference docs/rules.md
// is generated from it, and a test compares them.
var library = []function{
	{name: "present", zh: "有值", phrase: "{1}有值", params: []param{{"x", pAny}}, result: Bool, special: spPresent,
		docZh: "x 有值则为真。结果从不缺失。", docEn: "True when x has a value. Never missing itself.",
		example: "present(land_mu)", introduced: "1.0"},
	{name: "missing", zh: "缺失", phrase: "{1}缺失", params: []param{{"x", pAny}}, result: Bool, special: spMissing,
		docZh: "x 缺失则为真（字段为空、除数为零等）。结果从不缺失。", docEn: "True when x is missing for any reason. Never missing itself.",
		example: "missing(energy_tce)", introduced: "1.0"},
	{name: "coalesce", zh: "缺失时取", phrase: "{1}（缺失时取 {2}）", params: []param{{"x", pAny}, {"default", pSame}}, result: Any, special: spCoalesce,
		docZh: "x 有值取 x，否则取后一个值。", docEn: "x when present, else the default.",
		example: "coalesce(rd_expense, 0)", introduced: "1.0"},
	{name: "at_least", zh: "至少满足", phrase: "至少满足 {1} 项〔{*}〕", params: []param{{"n", pQuota}, {"condition", pFlag}}, variadic: true, result: Bool, special: spAtLeast, check: checkQuota,
		docZh: "所列条件至少满足 n 项。未知的条件只有在影响结论时才使结果未知。", docEn: "At least n of the conditions hold; an unknown condition matters only when it could decide.",
		example: "at_least(2, has_lab, patents >= 4, rd_expense >= 500)", introduced: "1.0"},

	{name: "min", zh: "取小", params: []param{{"x", pNumber}}, variadic: true, result: Number, num: fnMin, kernel: opMin,
		docZh: "最小的一个。", docEn: "The smallest argument.", example: "min(score, 150)", introduced: "1.0"},
	{name: "max", zh: "取大", params: []param{{"x", pNumber}}, variadic: true, result: Number, num: fnMax, kernel: opMax,
		docZh: "最大的一个。", docEn: "The greatest argument.", example: "max(tax, 0)", introduced: "1.0"},
	{name: "sum", zh: "求和", params: []param{{"x", pNumber}}, variadic: true, result: Number, num: fnSum,
		docZh: "各项之和，从左到右相加；有一项缺失则缺失。", docEn: "The sum, added from left to right; missing when any is.",
		example: "sum(vat, income_tax, other_tax)", introduced: "1.0"},
	{name: "avg", zh: "平均", params: []param{{"x", pNumber}}, variadic: true, result: Number, num: fnAvg,
		docZh: "各项的算术平均；有一项缺失则缺失。", docEn: "The arithmetic mean; missing when any is.",
		example: "avg(rd_2024, rd_2025)", introduced: "1.0"},
	{name: "abs", zh: "绝对值", phrase: "{1} 的绝对值", params: []param{{"x", pNumber}}, result: Number, num: fnAbs, kernel: opAbs,
		docZh: "绝对值。", docEn: "The absolute value.", example: "abs(change)", introduced: "1.0"},
	{name: "floor", zh: "向下取整", params: []param{{"x", pNumber}}, result: Number, num: fnFloor,
		docZh: "不大于 x 的最大整数。", docEn: "The greatest whole number not above x.", example: "floor(years_held / 2)", introduced: "1.0"},
	{name: "ceil", zh: "向上取整", params: []param{{"x", pNumber}}, result: Number, num: fnCeil,
		docZh: "不小于 x 的最小整数。", docEn: "The smallest whole number not below x.", example: "ceil(share * n)", introduced: "1.0"},
	{name: "sqrt", zh: "平方根", phrase: "{1} 的平方根", params: []param{{"x", pNumber}}, result: Number, num: fnSqrt,
		docZh: "平方根；负数则缺失。", docEn: "The square root; missing below zero.", example: "sqrt(now / before) - 1", introduced: "1.0"},
	{name: "round", zh: "修约", phrase: "{1}（修约到 {2} 位小数）", params: []param{{"x", pNumber}, {"digits", pDigits}, {"mode", pRounding}}, result: Number, num: fnRound,
		docZh:   "按给定方式修约到 digits 位小数，以 x 的十进制写法为准（1.005 修约到两位得 1.01）。方式须写明：half_up 四舍五入，half_even 四舍六入五成双，up 远离零，down 趋向零，floor 向下，ceil 向上。",
		docEn:   "Rounds the shortest decimal form of x to digits places (1.005 gives 1.01). The mode must be stated: half_up, half_even, up (away from zero), down (towards zero), floor, ceil.",
		example: "round(score, 2, \"half_up\")", introduced: "1.0"},
	{name: "clamp", zh: "限于", phrase: "{1}（限于 {2} 至 {3}）", params: []param{{"x", pNumber}, {"low", pNumber}, {"high", pNumber}}, result: Number, num: fnClamp, kernel: opClamp,
		docZh: "把 x 限制在 low 与 high 之间；low 大于 high 则缺失。", docEn: "x held within low and high; missing when low > high.",
		example: "clamp(score, 0, 45)", introduced: "1.0"},
	{name: "between", zh: "介于", phrase: "{1} 介于 {2} 与 {3} 之间", params: []param{{"x", pNumber}, {"low", pNumber}, {"high", pNumber}}, result: Bool, pred: fnBetween, kernel: opBetween,
		docZh: "low ≤ x ≤ high，两端都含。", docEn: "low <= x <= high, both ends included.", example: "between(debt_ratio, 0, 0.7)", introduced: "1.0"},
	{name: "growth", zh: "增长率", phrase: "{1} 较 {2} 的增长率", params: []param{{"now", pNumber}, {"before", pNumber}}, result: Number, num: fnGrowth,
		docZh: "now ÷ before − 1。基数为零按除数为零缺失，基数为负则缺失。", docEn: "now / before - 1; missing over a base of zero or below.",
		example: "growth(revenue, revenue_last) >= 0.05", introduced: "1.0"},

	{name: "step", zh: "分段", params: []param{{"x", pNumber}, {"bounds", pNumbers}, {"values", pNumbers}}, result: Number, num: fnStep, kernel: opStep, check: checkSteps,
		docZh:   "分段取值，界限归上段：x < b1 取第一个值，b1 ≤ x < b2 取第二个，以此类推。值比界限多一个，界限递增。",
		docEn:   "Step function; a bound belongs to the step above it. One value more than bounds, bounds ascending.",
		example: "step(rd_ratio, [0.01, 0.02, 0.03, 0.05], [0, 5, 10, 15, 20])", introduced: "1.0"},
	{name: "step_over", zh: "分段（界限归下）", params: []param{{"x", pNumber}, {"bounds", pNumbers}, {"values", pNumbers}}, result: Number, num: fnStepOver, kernel: opStepOver, check: checkSteps,
		docZh:   "分段取值，界限归下段：x ≤ b1 取第一个值，b1 < x ≤ b2 取第二个，以此类推。",
		docEn:   "Step function; a bound belongs to the step below it.",
		example: "step_over(k, [0.6, 0.8, 1.2, 2.0], [1, 2, 3, 4, 5])", introduced: "1.0"},
	{name: "band", zh: "分档", params: []param{{"x", pNumber}, {"bounds", pNumbers}, {"names", pTexts}}, result: String, pick: fnBand, check: checkSteps,
		docZh: "分段取名，界限归上段（同 step）。", docEn: "Like step, but yields a text.",
		example: "band(score, [60, 80], [\"C\", \"B\", \"A\"])", introduced: "1.0"},
	{name: "band_over", zh: "分档（界限归下）", params: []param{{"x", pNumber}, {"bounds", pNumbers}, {"names", pTexts}}, result: String, pick: fnBandOver, check: checkSteps,
		docZh: "分段取名，界限归下段（同 step_over）。", docEn: "Like step_over, but yields a text.",
		example: "band_over(l, [0.6, 2.0], [\"低\", \"中\", \"高\"])", introduced: "1.0"},

	{name: "count", zh: "满足项数", params: []param{{"condition", pFlag}}, variadic: true, result: Number, num: fnCount,
		docZh: "为真的条件有几个；有一个未知则缺失。", docEn: "How many conditions are true; missing when any is unknown.",
		example: "count(has_iso9001, has_brand) * 3", introduced: "1.0"},
	{name: "starts", zh: "开头为", phrase: "{1} 以 {*} 开头", params: []param{{"s", pText}, {"prefix", pWord}}, variadic: true, result: Bool, pred: fnStarts, kernel: opDict,
		docZh: "文字以所列之一开头，用于行业代码、区划代码。", docEn: "True when s begins with one of the prefixes; for industry and division codes.",
		example: "starts(industry, \"25\", \"26\", \"30\")", introduced: "1.0"},
	{name: "days", zh: "相隔天数", phrase: "{1} 至 {2} 的天数", params: []param{{"from", pText}, {"to", pText}}, result: Number, num: fnDays,
		docZh: "从 from 到 to 的天数，日期写作 2026-11-24；to 在前则为负。", docEn: "Days from one date to another, negative when to is earlier. Dates are written 2026-11-24.",
		example: "days(founded, as_of) >= 730", introduced: "1.0"},
	{name: "months", zh: "相隔整月", phrase: "{1} 至 {2} 的整月数", params: []param{{"from", pText}, {"to", pText}}, result: Number, num: fnMonths,
		docZh: "从 from 到 to 满几个月；to 在前则为负。", docEn: "Full months from one date to another, negative when to is earlier.",
		example: "months(started, as_of) >= 6", introduced: "1.0"},
	{name: "years", zh: "相隔整年", phrase: "{1} 至 {2} 的整年数", params: []param{{"from", pText}, {"to", pText}}, result: Number, num: fnYears,
		docZh:   "从 from 到 to 满几年（2 月 29 日的周年在平年算 3 月 1 日）；to 在前则为负。",
		docEn:   "Full years from one date to another (29 February completes on 1 March in common years).",
		example: "years(founded, as_of) >= 3", introduced: "1.0"},
	{name: "year", zh: "年份", phrase: "{1} 的年份", params: []param{{"date", pText}}, result: Number, num: fnYear,
		docZh: "日期的年份。", docEn: "The year of a date.", example: "year(founded) <= 2022", introduced: "1.0"},
}

// libraryByName returns the function of that name, nil when there is none.
func libraryByName(name string) *function {
	for i := range library {
		if library[i].name == name {
			return &library[i]
		}
	}
	return nil
}

// paramAt returns the parameter that argument i binds to, repeating the last
// one of a variadic function; ok is false when there is none.
func (f *function) paramAt(i int) (p param, ok bool) {
	if i < len(f.params) {
		return f.params[i], true
	}
	if f.variadic && i < maxVariadic {
		return f.params[len(f.params)-1], true
	}
	return param{}, false
}

// signature returns the head of the function as written in the reference.
func (f *function) signature() string {
	s := f.name + "("
	for i, p := range f.params {
		if i > 0 {
			s += ", "
		}
		s += p.name
	}
	if f.variadic {
		s += ", …"
	}
	return s + ")"
}

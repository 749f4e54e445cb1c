package composite

import (
	"slices"
	"strconv"
	"strings"
)

// Kind groups the methods by the step they serve.
type Kind string

// The kinds, in pipeline order.
const (
	KindDenominate Kind = "denominate"
	KindScreen     Kind = "screen"
	KindImpute     Kind = "impute"
	KindTreat      Kind = "treat"
	KindNormalise  Kind = "normalise"
	KindScore      Kind = "score"
	KindBenchmark  Kind = "benchmark"
	KindMissing    Kind = "missing"
	KindWeight     Kind = "weight"
	KindAggregate  Kind = "aggregate"
	KindMCDM       Kind = "mcdm"
	KindRank       Kind = "rank"
	KindBand       Kind = "band"
	KindUnderstand Kind = "understand"
)

// Parameter is one setting of a method.
type Parameter struct {
	Name    string
	Default string
	Doc     string // Chinese
}

// Method is one row of the table.
type Method struct {
	Name       string
	Kind       Kind
	Parameters []Parameter
	Doc        string // Chinese: what it computes
	Source     string // where the definition comes from

	fitter fitter
	mean   meanFunc
}

// Parameter texts used by several rows.
var (
	pLo     = Parameter{"lo", "0", "输出下限"}
	pHi     = Parameter{"hi", "100", "输出上限"}
	pCap    = Parameter{"cap", "不封顶", "封顶（与基准的倍数）"}
	pFloor  = Parameter{"floor", "不保底", "保底（与基准的倍数）"}
	pFull   = Parameter{"full", "100", "恰达基准时的得分"}
	pBench  = Parameter{"benchmark", "必填", "基准值来源，见“基准值”一节"}
	pWithin = Parameter{"within", "全体", "在哪个分组内取极值、均值或基准"}
	pFlat   = Parameter{"flat", "neutral", "各单位值相同时：neutral 中间分，full 满分，fail 报错"}
)

// Methods is every method of the package. Documentation and the checks of
// specifications are made from this table and from nothing else.
var Methods = slices.Concat(prepareMethods, normaliseMethods, scoreMethods, weightMethods, aggregateMethods, resultMethods)

// normaliseMethods are the classic normalisations. Lower-is-better indicators
// are multiplied by -1 first.
var normaliseMethods = []Method{
	{Name: "minmax", Kind: KindNormalise, Parameters: []Parameter{pLo, pHi, pWithin, pFlat},
		Doc: "极差法：(x-min)/(max-min)×(hi-lo)+lo", Source: "OECD/JRC Handbook 2008 §5; COINr n_minmax",
		fitter: fitter{curve: curveMinMax(0, 100)}},
	{Name: "zscore", Kind: KindNormalise, Parameters: []Parameter{{"mean", "0", "目标均值"}, {"sd", "1", "目标标准差"}, pWithin, pFlat},
		Doc: "标准分：(x-均值)/样本标准差×sd+mean", Source: "OECD/JRC Handbook 2008 §5; COINr n_zscore",
		fitter: fitter{curve: curveZScore, sd: true}},
	{Name: "scaled", Kind: KindNormalise, Parameters: []Parameter{{"from", "0", "输入下限"}, {"to", "100", "输入上限"}, pLo, pHi},
		Doc: "固定区间线性换算，不截断：(x-from)/(to-from)×(hi-lo)+lo", Source: "COINr n_scaled",
		fitter: fitter{curve: curveScaled, check: checkRange}},
	{Name: "goalposts", Kind: KindNormalise, Parameters: []Parameter{{"from", "必填", "下限目标"}, {"to", "必填", "上限目标"}, pLo, pHi},
		Doc: "目标区间法：(x-from)/(to-from) 截断到 [0,1] 后换算到 lo..hi", Source: "UNDP HDI technical notes; COINr n_goalposts",
		fitter: fitter{curve: curveGoalposts, check: checkGoalposts}},
	{Name: "rank", Kind: KindNormalise, Parameters: []Parameter{pWithin},
		Doc: "名次法：由低到高的名次，并列取最小，越好数越大", Source: "COINr n_rank",
		fitter: fitter{curve: curveRank(1, false), sorted: true}},
	{Name: "prank", Kind: KindNormalise, Parameters: []Parameter{pWithin, pFlat},
		Doc: "百分位次：(名次-1)/(n-1)", Source: "COINr n_prank",
		fitter: fitter{curve: curveRank(0, true), sorted: true}},
	{Name: "borda", Kind: KindNormalise, Parameters: []Parameter{pWithin},
		Doc: "博尔达分：名次-1", Source: "COINr n_borda",
		fitter: fitter{curve: curveRank(0, false), sorted: true}},
	{Name: "dist2max", Kind: KindNormalise, Parameters: []Parameter{pWithin, pFlat},
		Doc: "与最优值的距离：1-(max-x)/(max-min)", Source: "COINr n_dist2max",
		fitter: fitter{curve: curveDist2Max}},
	{Name: "dist2ref", Kind: KindNormalise, Parameters: []Parameter{{"ref", "必填", "参照单位代码"}, {"cap", "不封顶", "上限，通常为 1"}},
		Doc: "与参照单位的距离：1-(ref-x)/(ref-min)", Source: "COINr n_dist2ref",
		fitter: fitter{curve: curveDist2Ref, check: checkRef}},
	{Name: "dist2targ", Kind: KindNormalise, Parameters: []Parameter{{"target", "必填", "目标值（指标单位）"}, {"cap", "不封顶", "上限，通常为 1"}, pWithin},
		Doc: "与目标的距离：(x-min)/(target-min)；目标不优于最差值时拒绝", Source: "COINr n_dist2targ",
		fitter: fitter{curve: curveDist2Target, check: checkTarget}},
	{Name: "fracmax", Kind: KindNormalise, Parameters: []Parameter{pWithin},
		Doc: "占最优值的份额：x/max；最优值为 0 时拒绝", Source: "COINr n_fracmax",
		fitter: fitter{curve: curveFracMax}},
	{Name: "none", Kind: KindNormalise, Doc: "不换算，只乘方向", Source: "COINr n_none",
		fitter: fitter{curve: curveNone}},
}

// scoreMethods are the score functions of enterprise evaluation.
var scoreMethods = []Method{
	{Name: "ratio", Kind: KindScore, Parameters: []Parameter{pBench, pFull, pCap, pFloor, pWithin},
		Doc: "基准比：值÷基准×full；越低越好的指标为基准÷值。封顶、保底按倍数", Source: "黄岩区、淮安市亩均评价办法（式 F1）",
		fitter: fitter{curve: curveRatio, check: checkFull, benchmark: true}},
	{Name: "minmax_floor", Kind: KindScore, Parameters: []Parameter{{"lo", "20", "保底分"}, pHi, pWithin, pFlat},
		Doc: "保底极差法：20+80×(x-min)/(max-min)", Source: "旌德县亩均评价办法（式 F2）",
		fitter: fitter{curve: curveMinMax(20, 100)}},
	{Name: "best_ratio", Kind: KindScore, Parameters: []Parameter{pFull, {"cap", "1", "封顶倍数"}, pFloor, pWithin},
		Doc: "最优比：值÷最高值×full；越低越好的指标为最低值÷值", Source: "早期市级办法（式 F3）",
		fitter: fitter{curve: curveBestRatio, check: checkFull}},
	{Name: "inverse", Kind: KindScore, Parameters: []Parameter{pBench, pFull, {"floor", "0", "保底（与 full 的倍数）"}, {"cap", "1", "封顶（与 full 的倍数）"}, pWithin},
		Doc: "均值反比：(2-值÷均值)×full÷2，值不低于两倍均值时为零", Source: "污染物排放强度计分（式 F4）",
		fitter: fitter{curve: curveInverse, check: checkInverse, benchmark: true}},
	{Name: "steps", Kind: KindScore, Parameters: []Parameter{{"points", "必填", "界限与得分：达到 x 得 y 分"}, {"base", "0", "未达第一界限的得分"}},
		Doc: "分段计分：达到哪一界限得哪一档分；越低越好的指标为不高于界限", Source: "碳效分级（式 F6）",
		fitter: fitter{curve: curveSteps, check: checkPoints}},
	{Name: "points", Kind: KindScore, Parameters: []Parameter{{"points", "必填", "折线各点：x 处得 y 分"}},
		Doc: "折线计分：各点之间按直线，两端之外取端点分", Source: "分段线性评分（通用）",
		fitter: fitter{curve: curvePoints, check: checkPoints}},
}

// FindMethod returns the row of a name among some kinds (all kinds when none is
// given). COINr's prefixes n_, a_ and i_ are accepted.
func FindMethod(name string, kinds ...Kind) (*Method, bool) {
	for _, prefix := range []string{"n_", "a_", "i_"} {
		name = strings.TrimPrefix(name, prefix)
	}
	for i := range Methods {
		m := &Methods[i]
		if m.Name == name && (len(kinds) == 0 || slices.Contains(kinds, m.Kind)) {
			return m, true
		}
	}
	return nil, false
}

// num prints a number for a sentence: the shortest text that reads back.
func num(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

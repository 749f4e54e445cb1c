package composite

// prepareMethods are the steps before scoring.
var prepareMethods = []Method{
	{Name: "ratio_of_columns", Kind: KindDenominate, Doc: "求比值；分母不大于零记为缺失并注明原因", Source: "COINr Denominate（其零分母得无穷大的缺陷不取）"},
	{Name: "missing", Kind: KindScreen, Parameters: []Parameter{{"min_present", "0", "有值指标的最低比例，恰达即留"}, {"keep", "", "一律保留的单位"}, {"drop", "", "一律剔除的单位"}},
		Doc: "按有值指标比例筛选单位", Source: "COINr Screen"},
	{Name: "zeros", Kind: KindScreen, Parameters: []Parameter{{"min_nonzero", "0", "非零指标的最低比例"}}, Doc: "按非零指标比例筛选单位", Source: "COINr Screen"},
	{Name: "both", Kind: KindScreen, Doc: "两个比例都要达到", Source: "COINr Screen"},
	{Name: "mean", Kind: KindImpute, Parameters: []Parameter{{"within", "全体", "取均值的分组"}, {"fallback", "false", "组内无值时改用全体"}},
		Doc: "均值插补；已有的值不变", Source: "COINr i_mean、i_mean_grp"},
	{Name: "median", Kind: KindImpute, Parameters: []Parameter{{"within", "全体", "取中位数的分组"}, {"fallback", "false", "组内无值时改用全体"}},
		Doc: "中位数插补；已有的值不变", Source: "COINr i_median、i_median_grp"},
	{Name: "constant", Kind: KindImpute, Parameters: []Parameter{{"value", "0", "补入的值"}}, Doc: "以常数插补", Source: "通用"},
	{Name: "no_impute", Kind: KindImpute, Doc: "不插补，缺失留给合成规则（写作 none）", Source: "通用"},
	{Name: "auto", Kind: KindTreat, Parameters: []Parameter{{"limit", "5", "缩尾点数上限"}, {"count", "points", "上限数什么：points 点数（并列一起缩，可超），strict 不许超，levels 层数"}, {"skew", "2", "偏度界限"}, {"kurt", "3.5", "峰度界限"}},
		Doc: "|偏度|<2 或峰度<3.5 即不处理；否则逐层缩尾；仍不通过则弃缩尾、对原值取 log_ct", Source: "JRC COIN Tool；COINr Treat"},
	{Name: "winsorise", Kind: KindTreat, Parameters: []Parameter{{"limit", "1", "在偏重的一端缩几层"}}, Doc: "强制缩尾；没有改变任何值时报错", Source: "COINr issue 53"},
	{Name: "log", Kind: KindTreat, Doc: "ln x，各值须大于零", Source: "通用"},
	{Name: "log_ct", Kind: KindTreat, Doc: "ln(x-min+0.01(max-min))", Source: "COINr log_CT"},
	{Name: "log_plus_1", Kind: KindTreat, Doc: "ln(x-min+1)", Source: "COINr log_CT_orig"},
	{Name: "log_gii", Kind: KindTreat, Doc: "ln((max-1)(x-min)/(max-min)+1)，最大值须大于 1", Source: "全球创新指数 2020（COINr log_GII 的缺陷不取）"},
	{Name: "boxcox", Kind: KindTreat, Parameters: []Parameter{{"lambda", "0", "λ；0 即 ln x"}}, Doc: "(x^λ-1)/λ，各值须大于零", Source: "Box & Cox 1964"},
}

// benchmarkMethods are the sources of a benchmark, missingMethods what a
// missing value scores.
var benchmarkMethods = []Method{
	{Name: "constant", Kind: KindBenchmark, Parameters: []Parameter{{"value", "", "基准值"}, {"table", "", "各分组的基准值"}, {"times", "1", "倍数（各来源通用）"}}, Doc: "固定基准值，可按分组给出", Source: "黄岩区办法"},
	{Name: "mean", Kind: KindBenchmark, Parameters: []Parameter{{"of", "本指标", "取自哪一列，如上年值"}}, Doc: "有值单位的平均值", Source: "淮安市办法（上年县均值的 2 倍）"},
	{Name: "positive_mean", Kind: KindBenchmark, Doc: "max(x,0) 的平均值，亏损不拉低基准", Source: "通用：免得亏损使均值为负"},
	{Name: "max", Kind: KindBenchmark, Doc: "最大值", Source: "早期市级办法"},
	{Name: "min", Kind: KindBenchmark, Doc: "最小值", Source: "通用"},
	{Name: "weighted", Kind: KindBenchmark, Parameters: []Parameter{{"weight", "指标的分母", "权数列"}}, Doc: "Σ分子/Σ分母：整体的平均", Source: "统计口径"},
	{Name: "quantile", Kind: KindBenchmark, Parameters: []Parameter{{"q", "0.5", "分位数，线性内插（第 7 型）"}}, Doc: "分位数；中位数写作 median", Source: "Hyndman & Fan 1996"},
	{Name: "own", Kind: KindBenchmark, Parameters: []Parameter{{"of", "必填", "本单位上期值的列"}}, Doc: "以本单位上期值为基准", Source: "通用"},
}

var missingMethods = []Method{
	{Name: "keep", Kind: KindMissing, Doc: "不计分，由上级节点按其缺失规则处理（默认去掉并重新分配权重）", Source: "COINr Aggregate"},
	{Name: "zero", Kind: KindMissing, Doc: "计零分", Source: "常见做法"},
	{Name: "mean_score", Kind: KindMissing, Parameters: []Parameter{{"within", "全体", "取均分的分组"}}, Doc: "计同组平均得分", Source: "黄岩区办法（排放数据缺失）"},
	{Name: "mean_value", Kind: KindMissing, Parameters: []Parameter{{"within", "全体", "取均值的分组"}}, Doc: "按同组平均值计分", Source: "通用"},
	{Name: "median_value", Kind: KindMissing, Parameters: []Parameter{{"within", "全体", "取中位数的分组"}}, Doc: "按同组中位数计分", Source: "通用"},
	{Name: "score", Kind: KindMissing, Parameters: []Parameter{{"value", "0", "得分"}}, Doc: "计固定得分", Source: "通用"},
	{Name: "points", Kind: KindMissing, Parameters: []Parameter{{"value", "0", "总分增减的分数，如 -3"}}, Doc: "总分扣固定分，只用于算术合成", Source: "早期市级办法（能耗空白或为零扣 3 分）"},
	{Name: "fail", Kind: KindMissing, Doc: "报错并列出单位", Source: "通用"},
}

// resultMethods are what is done with scores.
var resultMethods = append(append(append([]Method{}, benchmarkMethods...), missingMethods...),
	Method{Name: "topsis", Kind: KindMCDM, Parameters: []Parameter{{"norm", "vector", "vector、minmax、sum、max"}}, Doc: "与理想点的贴近度 d-/(d+ + d-)", Source: "Hwang & Yoon 1981"},
	Method{Name: "saw", Kind: KindMCDM, Doc: "极差化后的简单加权和", Source: "Hwang & Yoon 1981"},
	Method{Name: "wpm", Kind: KindMCDM, Doc: "加权乘积：x/max（越低越好为 min/x）的加权积", Source: "Bridgman 1922"},
	Method{Name: "vikor", Kind: KindMCDM, Parameters: []Parameter{{"v", "0.5", "整体效用的权重"}}, Doc: "折衷排序 S、R、Q，越小越好", Source: "Opricovic 1998"},
	Method{Name: "competition", Kind: KindRank, Parameters: []Parameter{{"decimals", "不舍入", "比较前保留几位小数"}, {"keys", "", "同分时依次比较的列"}}, Doc: "1 2 2 4：并列取最小", Source: "COINr rank_df"},
	Method{Name: "dense", Kind: KindRank, Doc: "1 2 2 3：不跳号", Source: "通用"},
	Method{Name: "ordinal", Kind: KindRank, Doc: "1 2 3 4：同分依次比较各次序指标，最后比较单位代码", Source: "通用"},
	Method{Name: "quota", Kind: KindBand, Parameters: []Parameter{{"up_to", "必填", "累计比例，万分之一"}, {"rounding", "exact", "exact、down、nearest、up，可逐档另定"}, {"cut_ties", "order", "界线并列：order 比次序，up 都进上档，down 都入下档"}, {"count_ungraded", "false", "不参评单位是否计入总数"}},
		Doc: "按名次比例分档，整数运算：10000×名次 ≤ 比例×总数", Source: "各地亩均评价办法"},
	Method{Name: "pearson", Kind: KindUnderstand, Doc: "积差相关", Source: "Pearson 1895"},
	Method{Name: "spearman", Kind: KindUnderstand, Doc: "平均名次的积差相关", Source: "Spearman 1904"},
	Method{Name: "kendall", Kind: KindUnderstand, Doc: "τ-b，O(n log n)", Source: "Knight 1966"},
	Method{Name: "cronbach", Kind: KindUnderstand, Doc: "α=k/(k-1)·(1-tr C/ΣC)", Source: "Cronbach 1951"},
	Method{Name: "remove_one", Kind: KindUnderstand, Doc: "逐一去掉某级元素后的指数与平均名次变动", Source: "COINr remove_elements"},
	Method{Name: "monte_carlo", Kind: KindUnderstand, Parameters: []Parameter{{"weights", "0", "权重扰动幅度"}, {"benchmarks", "0", "基准值扰动幅度"}, {"noise", "0", "数据误差幅度"}, {"seed", "必填", "种子"}},
		Doc: "重复评价，得出各单位各档概率、名次区间与不稳定单位", Source: "OECD/JRC Handbook 2008 §7"},
	Method{Name: "sobol", Kind: KindUnderstand, Parameters: []Parameter{{"n", "必填", "基本样本行数"}, {"bootstrap", "1000", "自助次数"}}, Doc: "一阶指数（中心化估计）与总指数，附区间", Source: "Saltelli et al. 2010; Jansen 1999"},
	Method{Name: "contribution", Kind: KindUnderstand, Doc: "各指标对总分的贡献，依次相加恰等于总分", Source: "本包"},
	Method{Name: "next_band", Kind: KindUnderstand, Doc: "单靠某一指标进入上一档所需的值，由易到难", Source: "本包"},
	Method{Name: "strengths", Kind: KindUnderstand, Parameters: []Parameter{{"top", "3", "各列几项"}}, Doc: "按名次列出强项与弱项", Source: "COINr get_str_weak"},
	Method{Name: "compare", Kind: KindUnderstand, Doc: "两次结果的名次变动与档次迁移表", Source: "COINr compare_coins"},
)

package composite

import ()

// weightMethods are the ways of finding weights.
var weightMethods = []Method{
	{Name: "given", Kind: KindWeight, Doc: "按元数据或方案给定的权重", Source: "评价办法"},
	{Name: "equal", Kind: KindWeight, Doc: "同级等权", Source: "OECD/JRC Handbook 2008 §6"},
	{Name: "entropy", Kind: KindWeight, Parameters: []Parameter{{"cap", "不封顶", "单项权重上限，超出部分按比例分给其余各项"}},
		Doc: "熵权：p=x/Σx，e=-Σp·ln p/ln n，w∝1-e；要求非负值", Source: "Shannon 1948; Hwang & Yoon 1981 §4"},
	{Name: "critic", Kind: KindWeight, Doc: "CRITIC：标准差×Σ(1-相关系数)", Source: "Diakoulaki et al. 1995"},
	{Name: "pca", Kind: KindWeight, Doc: "第一主成分载荷平方（标准化后组内计算，载荷符号取和为正）", Source: "OECD/JRC Handbook 2008 §6; COINr get_PCA"},
	{Name: "ahp", Kind: KindWeight, Parameters: []Parameter{{"max_cr", "0.1", "一致性比率上限"}},
		Doc: "层次分析法：判断矩阵主特征向量（另给行几何平均），附一致性比率 CR", Source: "Saaty 1980"},
}

// EntropyWeight is the outcome for one column.
type EntropyWeight struct {
	Key                         string
	Entropy, Divergence, Weight float64
	Zeros                       int
	// WithoutZeros is the divergence when zero cells are left out: a large gap
	// says that zeros, not spread, made the weight.
	WithoutZeros float64
}

// EntropyWeights computes e = -Σ p ln p / ln n with p = x/Σx and 0·ln 0 = 0,
// d = 1-e, w = d/Σd. Negative values and columns that sum to zero are refused.
// maxShare caps a single weight (0 means no cap): one zero in a textbook matrix
// moves a criterion from 36 % to 80 %.
func EntropyWeights(m Matrix, maxShare float64) ([]EntropyWeight, error) {
	if err := m.check(false); err != nil {
		return nil, err
	}
	var es Errors
	out := make([]EntropyWeight, len(m.Columns))
	var total float64
	for k, c := range m.Columns {
		w := EntropyWeight{Key: m.Names[k]}
		var err error
		if w.Entropy, err = entropy(m.Names[k], c, false); err != nil {
			es.join(err)
			continue
		}
		for _, v := range c {
			if v == 0 {
				w.Zeros++
			}
		}
		w.Divergence = 1 - w.Entropy
		w.WithoutZeros = w.Divergence
		if w.Zeros > 0 {
			if e, err := entropy(m.Names[k], c, true); err == nil {
				w.WithoutZeros = 1 - e
			}
		}
		total += w.Divergence
		out[k] = w
	}
	if len(es) == 0 && !(total > 0) {
		es.add(NoSpread, "", "各指标都没有差异，熵权无法区分")
	}
	if len(es) > 0 {
		return nil, es
	}
	weights := make([]float64, len(out))
	for k := range out {
		weights[k] = out[k].Divergence / total
	}
	weights, err := CapWeights(weights, maxShare)
	if err != nil {
		return nil, err
	}
	for k := range out {
		out[k].Weight = weights[k]
	}
	return out, nil
}

func entropy(key string, x []float64, skipZeros bool) (float64, error) {
	sum, n := Sum(x)
	var s acc
	for _, v := range x {
		switch {
		case v != v:
		case v < 0:
			return 0, faultf(BadDomain, key, "熵权要求各值不为负，现有 %g", v).hint("请先用极差法化到正区间")
		case v > 0:
			p := v / sum
			s.add(float64(p * log(p)))
		case skipZeros:
			n--
		}
	}
	if n < 2 || !(sum > 0) {
		return 0, faultf(BadDomain, key, "熵权要求至少两个有效值且合计大于零")
	}
	return -s.value() / log(float64(n)), nil
}

// CapWeights limits each share of the sum to maxShare and gives the excess to
// the others in proportion; 0 means no cap.
func CapWeights(w []float64, maxShare float64) ([]float64, error) {
	out := append([]float64(nil), w...)
	if maxShare == 0 {
		return out, nil
	}
	if maxShare*float64(len(w)) < 1 {
		return nil, faultf(BadSpec, "", "权重上限 %g 太低：%d 项合计不到 1", maxShare, len(w))
	}
	total, _ := Sum(out)
	for i := range out {
		out[i] /= total
	}
	capped := make([]bool, len(out))
	for {
		var fixed, free float64
		again := false
		for i, v := range out {
			if capped[i] || v > maxShare {
				again = again || !capped[i]
				capped[i] = true
				fixed += maxShare
			} else {
				free += v
			}
		}
		if !again {
			return out, nil
		}
		for i := range out {
			if capped[i] {
				out[i] = maxShare
			} else {
				out[i] *= (1 - fixed) / free
			}
		}
	}
}

// CriticWeight is the outcome for one column.
type CriticWeight struct {
	Key              string
	SD, Info, Weight float64
}

// CriticWeights computes sd·Σ(1-r) on the data as given (min–max 0..1 is
// usual), shares of the sum as weights. A column without spread is refused.
func CriticWeights(m Matrix) ([]CriticWeight, error) {
	if err := m.check(false); err != nil {
		return nil, err
	}
	var es Errors
	for k, c := range m.Columns {
		if s := StdDev(c); !(s > 0) {
			es.add(NoSpread, m.Names[k], "各单位的值相同，CRITIC 法不适用")
		}
	}
	if len(es) > 0 {
		return nil, es
	}
	r, err := CorrelationMatrix(Pearson, m, m)
	if err != nil {
		return nil, err
	}
	out := make([]CriticWeight, len(m.Columns))
	var total acc
	for k, c := range m.Columns {
		var conflict acc
		for j := range m.Columns {
			if j != k {
				conflict.add(1 - r[k][j])
			}
		}
		sd := StdDev(c)
		out[k] = CriticWeight{Key: m.Names[k], SD: sd, Info: sd * conflict.value()}
		total.add(out[k].Info)
	}
	if !(total.value() > 0) {
		return nil, faultf(NoSpread, "", "各指标完全同向，CRITIC 法无法区分")
	}
	for k := range out {
		out[k].Weight = out[k].Info / total.value()
	}
	return out, nil
}

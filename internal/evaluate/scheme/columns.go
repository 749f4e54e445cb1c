package scheme

import (
	"encoding/binary"
	"encoding/hex"
	"math"

	"github.com/emmansun/gmsm/sm3"
)

// Column is one named stage of a population's result, one row an entity of
// PopulationResult.Rows. Exactly one of Numbers and Texts is set.
type Column struct {
	Name    string // stage, or stage.key: value.tax_per_mu, score.tax_per_mu, total, grade
	Title   string // Chinese
	Unit    string // of Numbers; 分 for points, 名 for ranks
	Numbers []float64
	Texts   []string
}

// Columns returns every stage of a population in the order of the computation:
// raw items and indicator values, benchmarks, scores and their states,
// dimensions, adjustments, totals, ranks, grades and the reasons of moves.
func (r *Result) Columns(population string) []Column {
	for i := range r.Populations {
		if r.Populations[i].Key == population {
			return r.columns(&r.Populations[i])
		}
	}
	return nil
}

func (r *Result) columns(q *PopulationResult) []Column {
	var out []Column
	number := func(name, title, unit string, c []float64) {
		out = append(out, Column{Name: name, Title: title, Unit: unit, Numbers: c})
	}
	text := func(name, title string, c []string) { out = append(out, Column{Name: name, Title: title, Texts: c}) }
	for item := range r.plan.pack.Items().All() {
		if c, ok := r.values.columns[item.Key]; ok {
			number("raw."+item.Key, item.Name, item.Unit, gather(q.Rows, c))
		}
	}
	text("class", "不评级类别", q.texts(func(i int) string { c, _ := q.NotGraded(i); return c.Key }))
	text("own_group", "评价分组", q.Group)
	for _, x := range q.population.Indicators {
		v := r.plan.indicatorOf(x.Indicator)
		if c, ok := r.values.columns[x.Indicator]; ok {
			number("value."+v.Key, v.Name, v.Unit, gather(q.Rows, c))
		}
		if q.scoring == nil {
			continue
		}
		number("benchmark."+v.Key, v.Name+"基准值", v.Unit, q.Benchmarks[v.Key])
		number("score."+v.Key, v.Name+"得分", "分", q.Scores[v.Key])
		text("state."+v.Key, v.Name+"得分说明", q.texts(func(i int) string { return q.States[v.Key][i].Chinese() }))
	}
	if q.scoring != nil {
		for _, d := range q.population.Dimensions {
			number("dimension."+d.Key, d.Name+"得分", "分", q.Dimensions[d.Key])
			number("dimension_rank."+d.Key, d.Name+"名次", "名", ranks(q.DimensionRanks[d.Key]))
		}
		number("subtotal", "指标得分合计", "分", q.Subtotal)
		for _, a := range q.population.Adjustments {
			number("adjustment."+a.Key, a.Name, "分", q.Adjustments[a.Key])
		}
		number("adjustment", "加减分合计", "分", q.Adjustment)
	}
	number("total", "总得分", "分", q.Total)
	number("rank", "名次", "名", ranks(q.Rank))
	if q.DistrictRank != nil {
		number("rank.district", "县区名次", "名", ranks(q.DistrictRank))
	}
	if q.GroupRank != nil {
		number("rank.group", "分档范围内名次", "名", ranks(q.GroupRank))
	}
	text("grade_before", "调整前档次", q.texts(func(i int) string { return q.GradeName(q.GradeBefore[i]) }))
	text("grade", "档次", q.texts(func(i int) string { return q.GradeName(q.Grade[i]) }))
	number("worst_years", "连续末档年数", "年", floats(q.WorstYears))
	text("policy_grade", "政策适用档次", q.texts(q.PolicyGrade))
	text("moves", "调档依据", q.moveTexts(r))
	return out
}

func (q *PopulationResult) texts(of func(i int) string) []string {
	out := make([]string, len(q.Rows))
	for i := range out {
		out[i] = of(i)
	}
	return out
}

// moveTexts joins the moves of each member: 提档 C→B 成长型科技企业最高提到 B 档.
func (q *PopulationResult) moveTexts(r *Result) []string {
	out := make([]string, len(q.Rows))
	for _, m := range q.Moves {
		i := r.position[m.Row]
		if out[i] != "" {
			out[i] += "；"
		}
		out[i] += moveNames[m.Kind] + " " + q.GradeName(m.From) + "→" + q.GradeName(m.To) + " " + m.Reason
	}
	return out
}

var moveNames = []string{"定档", "提档", "降档", "一票否决", "手动调档"}

// ranks turns ranks into numbers; no rank is missing.
func ranks(in []int32) []float64 {
	out := make([]float64, len(in))
	for i, v := range in {
		out[i] = float64(v)
		if v == 0 {
			out[i] = nan
		}
	}
	return out
}

func floats(in []int32) []float64 {
	out := make([]float64, len(in))
	for i, v := range in {
		out[i] = float64(v)
	}
	return out
}

// Digest returns the SM3 digest of the result, in hexadecimal: the scheme, the
// year and every column of every population with its entity codes. It does not
// depend on the order of the input's rows.
func (r *Result) Digest() string {
	h := sm3.New()
	var word [8]byte
	put := func(v uint64) {
		binary.LittleEndian.PutUint64(word[:], v)
		h.Write(word[:])
	}
	str := func(s string) {
		put(uint64(len(s)))
		h.Write([]byte(s))
	}
	str(r.SchemeID)
	str(r.PackDigest)
	put(uint64(r.Year))
	for k := range r.Populations {
		q := &r.Populations[k]
		str(q.Key)
		put(uint64(len(q.Rows)))
		for _, row := range q.Rows {
			str(r.Keys[row])
		}
		for _, c := range r.columns(q) {
			str(c.Name)
			for _, s := range c.Texts {
				str(s)
			}
			for _, v := range c.Numbers {
				put(bitsOf(v))
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// bitsOf gives every NaN the same bits.
func bitsOf(v float64) uint64 {
	if v != v {
		v = math.NaN()
	}
	return math.Float64bits(v)
}

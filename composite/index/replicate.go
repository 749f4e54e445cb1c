package index

import (
	"fmt"

	"ballast/composite"
)

// studyRun is one sensitivity step in progress.
type studyRun struct {
	op      *sensitivity
	x       *execution
	name    string
	node    string
	nominal *data
	base    []int32
	cache   map[string]*data // data sets before the aggregation, by the choices that led there
	params  *sheet
	scores  *sheet
	ranks   *sheet
	all     [][]int32
	y       []float64
}

func newStudyRun(op *sensitivity, x *execution, s *step) (*studyRun, error) {
	st := &studyRun{op: op, x: x, name: s.as, node: op.node, cache: map[string]*data{}}
	st.nominal = x.done[op.chain[len(op.chain)-1]].data
	if st.node == "" {
		root, err := st.nominal.tree.Root()
		if err != nil {
			return nil, err
		}
		st.node = root
	}
	sd, err := side(st.nominal, st.node)
	if err != nil {
		return nil, err
	}
	st.base = sd.Rank
	header := []string{"rep"}
	for _, fa := range op.factors {
		header = append(header, fa.name)
	}
	st.params = newSheet(s.as+"_params", header...)
	st.scores, st.ranks = newSheet(s.as+"_scores", "uCode", "Nominal"), newSheet(s.as+"_ranks", "uCode", "Nominal")
	for i, unit := range sd.Units {
		st.scores.add(unit, formatNumber(sd.Total[i]))
		st.ranks.add(unit, itoa(int(sd.Rank[i])))
	}
	return st, nil
}

// replicate rebuilds the index for one row of choices.
func (st *studyRun) replicate(i int, row []int) error {
	d, err := st.rebuild(row)
	if err != nil {
		return err
	}
	sd, err := side(d, st.node)
	if err != nil {
		return err
	}
	if len(sd.Rank) != len(st.base) {
		return fmt.Errorf("单位数由 %d 变为 %d：会改变单位的步骤不能作因素", len(st.base), len(sd.Rank))
	}
	line := []string{itoa(i + 1)}
	for k, choice := range row {
		line = append(line, st.op.choiceName(k, choice))
	}
	st.params.add(line...)
	col := "r_" + itoa(i+1)
	st.scores.rows[0], st.ranks.rows[0] = append(st.scores.rows[0], col), append(st.ranks.rows[0], col)
	for u := range sd.Rank {
		st.scores.rows[u+1] = append(st.scores.rows[u+1], formatNumber(sd.Total[u]))
		st.ranks.rows[u+1] = append(st.ranks.rows[u+1], itoa(int(sd.Rank[u])))
	}
	st.all, st.y = append(st.all, sd.Rank), append(st.y, composite.MeanRankShift(sd.Rank, st.base))
	return nil
}

// rebuild runs the chain with the chosen operations; what leads up to the
// aggregation is kept for the next replication with the same choices.
func (st *studyRun) rebuild(row []int) (*data, error) {
	cur := st.x.raw()
	path := ""
	last := st.op.chain[len(st.op.chain)-1]
	for _, i := range st.op.chain {
		s := st.x.spec.steps[i]
		op := s.op
		var weights map[string]float64
		for k, fa := range st.op.factors {
			switch {
			case fa.step != i:
			case fa.sets:
				weights = st.op.sets[row[k]].weights
			default:
				op = fa.values[row[k]].op
				path += fmt.Sprintf("/%d=%d", k, row[k])
			}
		}
		if i == last {
			agg, ok := op.(aggregate)
			if !ok {
				return nil, fmt.Errorf("最后一步不是 aggregate")
			}
			agg.override = weights
			return agg.compute(st.x, cur)
		}
		path += fmt.Sprintf("/%d", i)
		if d, ok := st.cache[path]; ok {
			cur = d
			continue
		}
		out, err := op.run(st.x, s, cur)
		if err != nil {
			return nil, err
		}
		cur = out.data
		st.cache[path] = cur
	}
	return cur, nil
}

// finish writes the tables of the study.
func (st *studyRun) finish(op *sensitivity) (*outcome, error) {
	stats := newSheet(st.name+"_rankstats", "uCode", "Nominal", "Mean", "Median", "Q5", "Q95")
	rows := st.all
	if op.sobol {
		rows = st.all[:min(2*op.n, len(st.all))] // A and B are the independent draws
	}
	for u, r := range composite.SummariseRanks(rows) {
		stats.add(st.scores.rows[u+1][0], itoa(int(st.base[u])), formatNumber(r.Mean), formatNumber(r.Median), formatNumber(r.Q5), formatNumber(r.Q95))
	}
	shift := newSheet(st.name+"_output_y", "rep", "MeanAbsRankShift")
	for i, v := range st.y {
		shift.add(itoa(i+1), formatNumber(v))
	}
	out := &outcome{sheets: []*sheet{st.params, st.scores, st.ranks, stats, shift}}
	out.sheets = append(out.sheets, setsSheet(st.name+"_weight_sets", op.sets, st.x.in.tree)...)
	if !op.sobol {
		return out, nil
	}
	idx, err := composite.SobolPlan{N: op.n, Factors: len(op.factors), Bootstrap: op.bootstrap, Seed: op.seed}.Indices(st.y)
	if err != nil {
		return nil, err
	}
	sh := newSheet(st.name+"_indices", "Variable", "Si", "STi", "Si_centred", "Si_q5", "Si_q95", "STi_q5", "STi_q95")
	for k, fa := range op.factors {
		v := idx.Indices[k]
		sh.add(fa.name, formatNumber(v.FirstRaw), formatNumber(v.Total), formatNumber(v.First), formatNumber(v.FirstLow), formatNumber(v.FirstHigh), formatNumber(v.TotalLow), formatNumber(v.TotalHigh))
	}
	out.sheets, out.warnings = append(out.sheets, sh), idx.Warnings
	return out, nil
}

// setsSheet lists the weight sets so that the study can be replayed.
func setsSheet(name string, sets []weightSet, tree *composite.Tree) []*sheet {
	if len(sets) == 0 {
		return nil
	}
	sh := newSheet(name, "wset", "iCode", "Level", "Weight")
	for _, s := range sets {
		for _, nd := range tree.Nodes() {
			if w, ok := s.weights[nd.Key]; ok {
				sh.add(s.name, nd.Key, itoa(tree.Level(nd.Key)), formatNumber(w))
			}
		}
	}
	return []*sheet{sh}
}

package index

import (
	"slices"

	"ballast/composite"
)

// rank numbers columns.
type rank struct {
	rule   composite.Ranking
	within []string
	of     string
}

var tieRules = map[string]composite.Ties{"competition": composite.Competition, "dense": composite.Dense, "ordinal": composite.Ordinal}

// parseRanking reads ties, decimals and keys.
func parseRanking(f *fields, c *parsing) composite.Ranking {
	r := composite.Ranking{Ties: tieRules[f.choice("ties", "competition", "competition", "dense", "ordinal")], Decimals: f.whole("decimals", 0)}
	for _, k := range f.texts("keys") {
		key := composite.TieKey{Column: k}
		if k != "" && k[0] == '-' {
			key = composite.TieKey{Column: k[1:], Lower: true}
		}
		r.Keys = append(r.Keys, key)
	}
	return r
}

func parseRank(f *fields, c *parsing) operation {
	return rank{rule: parseRanking(f, c), within: f.texts("within"), of: f.choice("of", "aggregates", "aggregates", "indicators", "all")}
}

// columns returns what a study looks at.
func (d *data) columns(x *execution, of string) []string {
	switch of {
	case "indicators":
		return x.in.indicators
	case "all":
		return append(slices.Clone(x.in.indicators), d.aggs...)
	}
	return d.aggs
}

func (op rank) run(x *execution, s *step, in *data) (*outcome, error) {
	cols := in.columns(x, op.of)
	if len(cols) == 0 {
		return nil, &composite.Error{Code: composite.BadSpec, Message: "还没有合成结果可排名", Hint: "先写 aggregate 步骤，或用 of: indicators"}
	}
	out := &outcome{}
	sh, err := op.table(s.as, in, cols, "")
	if err != nil {
		return nil, err
	}
	out.sheets = append(out.sheets, sh)
	for _, name := range op.within {
		sh, err := op.table(s.as+"_within_"+name, in, cols, name)
		if err != nil {
			return nil, err
		}
		out.sheets = append(out.sheets, sh)
	}
	return out, nil
}

// table writes one rank column per column, inside a group when one is named;
// rank 0 is left empty.
func (op rank) table(name string, in *data, cols []string, group string) (*sheet, error) {
	header := []string{"uCode"}
	g, ok := in.frame.Group(group)
	if group != "" {
		if !ok {
			return nil, &composite.Error{Code: composite.BadSpec, Message: "没有名为“" + group + "”的分组列"}
		}
		header = append(header, group)
	}
	sh := newSheet(name, append(header, cols...)...)
	for i, unit := range in.frame.Keys {
		sh.add(unit)
		if group != "" {
			sh.rows[i+1] = append(sh.rows[i+1], g.Names[g.Code[i]])
		}
	}
	for _, c := range cols {
		col, _ := in.frame.Column(c)
		r, err := composite.Ranks(col.Values, op.rule, in.frame)
		if group != "" {
			r, err = composite.RanksWithin(col.Values, op.rule, in.frame, g)
		}
		if err != nil {
			return nil, err
		}
		for i, v := range r {
			text := ""
			if v > 0 {
				text = itoa(int(v))
			}
			sh.rows[i+1] = append(sh.rows[i+1], text)
		}
	}
	return sh, nil
}

// band deals classes.
type band struct {
	quota  composite.Quota
	rule   composite.Ranking
	within string
	node   string
}

var roundings = map[string]composite.Rounding{"exact": composite.Exact, "down": composite.Down, "nearest": composite.Nearest, "up": composite.Up}
var cutTies = map[string]composite.CutTies{"order": composite.ByOrder, "up": composite.AllUp, "down": composite.AllDown}

func parseBand(f *fields, c *parsing) operation {
	op := band{within: f.text("within", ""), node: f.text("node", ""), rule: parseRanking(f, c)}
	op.quota.Rounding = roundings[f.choice("rounding", "exact", "exact", "down", "nearest", "up")]
	op.quota.Ties = cutTies[f.choice("cut_ties", "order", "order", "up", "down")]
	for _, n := range f.list("bands") {
		b := newFields(c.rep, n)
		one := composite.Band{Label: b.required("label"), UpTo: b.whole("up_to", -1)}
		if r := b.text("rounding", ""); r != "" {
			mode, ok := roundings[r]
			if !ok {
				c.rep.at(b.keys["rounding"], "没有名为“%s”的取整方式", r)
			}
			one.Rounding = &mode
		}
		b.finish()
		op.quota.Bands = append(op.quota.Bands, one)
	}
	if err := op.quota.Check(); err != nil {
		for _, e := range err.(composite.Errors) {
			c.rep.at(f.node, "%s（bands 的 up_to 是累计的万分比）", e.Message)
		}
	}
	return op
}

func (op band) run(x *execution, s *step, in *data) (*outcome, error) {
	node := op.node
	if node == "" {
		root, err := in.tree.Root()
		if err != nil {
			return nil, err
		}
		node = root
	}
	col, ok := in.frame.Column(node)
	if !ok {
		return nil, &composite.Error{Code: composite.BadSpec, Indicator: node, Message: "没有这一列可分档"}
	}
	var g *composite.Group
	if op.within != "" {
		grp, ok := in.frame.Group(op.within)
		if !ok {
			return nil, &composite.Error{Code: composite.BadSpec, Message: "没有名为“" + op.within + "”的分组列"}
		}
		g = &grp
	}
	b, err := op.quota.Deal(col.Values, op.rule, in.frame, g)
	if err != nil {
		return nil, err
	}
	sh := newSheet(s.as, "uCode", "Group", node, "Band")
	counts := map[string][]int{}
	names := []string{""}
	if g != nil {
		names = g.Names
	}
	for i, unit := range in.frame.Keys {
		group, label := "", ""
		if g != nil {
			group = g.Names[g.Code[i]]
		}
		if counts[group] == nil {
			counts[group] = make([]int, len(op.quota.Bands))
		}
		if k := b.Band[i]; k != composite.NoBand {
			label = op.quota.Bands[k].Label
			counts[group][k]++
		}
		sh.add(unit, group, formatNumber(col.Values[i]), label)
	}
	sum := newSheet(s.as+"_summary", "Group", "n", "Band", "Cut", "Count")
	for k, group := range names {
		for j, bd := range op.quota.Bands {
			sum.add(group, itoa(b.Size[k]), bd.Label, itoa(b.Cuts[k][j]), itoa(counts[group][j]))
		}
	}
	out := &outcome{sheets: []*sheet{sh, sum}}
	for _, u := range b.Uneven {
		out.warnings = append(out.warnings, composite.Warning{Group: u.Group, Message: u.Band + " 档的界线上有并列：名额累计 " + itoa(u.Quota) + "，实入 " + itoa(u.Placed)})
	}
	return out, nil
}

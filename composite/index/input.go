package index

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"ballast/composite"
)

// meta is one row of iMeta that concerns an indicator.
type meta struct {
	direction composite.Direction
	denom     string
	target    float64
	lower     float64 // goalposts
	upper     float64
	name      string
	unit      string
}

// input is the two tables after checking.
type input struct {
	frame      *composite.Frame
	names      map[string]string // unit code -> name
	indicators []string          // in iMeta order
	tree       *composite.Tree
	meta       map[string]meta
}

// Words that tell a lower from an upper goalpost column, whose name is
// goalpost_lower in COINr and something like it elsewhere.
var (
	lowerWords = []string{"low", "min", "lo"}
	upperWords = []string{"up", "high", "max", "hi"}
)

// readInput reads iData and iMeta. Columns neither table explains are kept: as
// a group always, as numbers too when every cell is one.
func readInput(idata, imeta, unit string) (*input, error) {
	mt, err := readTable(imeta)
	if err != nil {
		return nil, err
	}
	dt, err := readTable(idata)
	if err != nil {
		return nil, err
	}
	in := &input{meta: map[string]meta{}, names: map[string]string{}}
	var ps Problems
	types, nodes := in.readMeta(mt, &ps)
	if len(ps) > 0 {
		return nil, ps
	}
	tree, err := composite.NewTree(nodes)
	if err != nil {
		return nil, Problems{{File: imeta, Message: err.Error()}}
	}
	in.tree = tree
	for _, leaf := range tree.Leaves() {
		if !slices.Contains(in.indicators, leaf) {
			ps = append(ps, Problem{File: imeta, Message: "维度 " + leaf + " 下面没有指标"})
		}
	}
	in.readData(dt, unit, types, &ps)
	if len(ps) > 0 {
		return nil, ps
	}
	return in, nil
}

// readMeta returns the type of every code and the nodes of the tree.
func (in *input) readMeta(t *table, ps *Problems) (map[string]string, []composite.Node) {
	for _, need := range []string{"iCode", "Type"} {
		if _, ok := t.col[need]; !ok {
			*ps = append(*ps, Problem{t.file, 1, 1, "元数据缺少“" + need + "”列"})
		}
	}
	if len(*ps) > 0 {
		return nil, nil
	}
	lower, upper := t.goalpost(lowerWords), t.goalpost(upperWords)
	types := map[string]string{}
	var nodes []composite.Node
	for i := range t.rows {
		code, typ := t.cell(i, "iCode"), t.cell(i, "Type")
		if code == "" {
			*ps = append(*ps, t.place(i, "iCode", "代码是空的"))
			continue
		}
		if _, dup := types[code]; dup {
			*ps = append(*ps, t.place(i, "iCode", "代码“%s”重复", code))
		}
		types[code] = typ
		if typ != "Indicator" && typ != "Aggregate" {
			continue
		}
		nodes = append(nodes, composite.Node{Key: code, Name: t.cell(i, "iName"), Parent: blankNA(t.cell(i, "Parent")), Weight: t.optional(i, "Weight", 1, ps)})
		if typ == "Aggregate" {
			continue
		}
		d := t.optional(i, "Direction", math.NaN(), ps)
		if d != 1 && d != -1 {
			*ps = append(*ps, t.place(i, "Direction", "指标“%s”的方向应为 1 或 -1", code))
		}
		in.indicators = append(in.indicators, code)
		in.meta[code] = meta{direction: composite.Direction(d), denom: blankNA(t.cell(i, "Denominator")), name: t.cell(i, "iName"), unit: t.cell(i, "Unit"),
			target: t.optional(i, "Target", math.NaN(), ps), lower: t.optional(i, lower, math.NaN(), ps), upper: t.optional(i, upper, math.NaN(), ps)}
	}
	if len(in.indicators) == 0 {
		*ps = append(*ps, Problem{File: t.file, Message: "元数据中没有 Type 为 Indicator 的行"})
	}
	return types, nodes
}

// goalpost returns the header of a goalpost column, empty when there is none.
func (t *table) goalpost(words []string) string {
	for _, h := range t.header {
		plain := strings.ToLower(strings.NewReplacer("_", "", ".", "", " ", "", "-", "").Replace(h))
		rest, ok := strings.CutPrefix(plain, "goalposts")
		if !ok {
			rest, ok = strings.CutPrefix(plain, "goalpost")
		}
		if ok && slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(rest, w) }) {
			return h
		}
	}
	return ""
}

func blankNA(s string) string {
	if s == "NA" {
		return ""
	}
	return s
}

// optional reads a number that may be absent.
func (t *table) optional(row int, col string, def float64, ps *Problems) float64 {
	s := t.cell(row, col)
	if missingWord(s) {
		return def
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		*ps = append(*ps, t.place(row, col, "“%s”不是数", s))
		return def
	}
	return v
}

// readData builds the frame.
func (in *input) readData(t *table, unit string, types map[string]string, ps *Problems) {
	if _, ok := t.col[unit]; !ok {
		*ps = append(*ps, Problem{t.file, 1, 1, "数据表缺少单位代码列“" + unit + "”"})
		return
	}
	f := composite.NewFrame(len(t.rows))
	f.Keys = t.texts(unit)
	seen := map[string]bool{}
	for i, k := range f.Keys {
		if k == "" || seen[k] {
			*ps = append(*ps, t.place(i, unit, "单位代码“%s”为空或重复；多期数据请一期一表", k))
		}
		seen[k] = true
		in.names[k] = t.cell(i, "uName")
	}
	for _, h := range t.header {
		if h == unit || h == "uName" {
			continue
		}
		typ := types[h]
		strict := typ == "Indicator" || typ == "Denominator"
		if !strict {
			if err := f.AddGroup(h, composite.NewGroup(t.texts(h))); err != nil {
				*ps = append(*ps, Problem{File: t.file, Message: err.Error()})
			}
		}
		v, bad := t.numbers(h)
		if len(bad) > 0 {
			if strict {
				*ps = append(*ps, bad...)
			}
			continue
		}
		if err := f.Add(h, composite.Column{Values: v}); err != nil {
			*ps = append(*ps, Problem{File: t.file, Message: err.Error()})
		}
	}
	for _, code := range in.indicators {
		if _, ok := t.col[code]; !ok {
			*ps = append(*ps, Problem{t.file, 1, 1, "数据表缺少指标列“" + code + "”"})
		}
		if d := in.meta[code].denom; d != "" {
			if _, ok := t.col[d]; !ok {
				*ps = append(*ps, Problem{t.file, 1, 1, "数据表缺少指标“" + code + "”的分母列“" + d + "”"})
			}
		}
	}
	in.frame = f
}

package index

import (
	"maps"
	"slices"
	"strconv"

	"ballast/composite"

	"gopkg.in/yaml.v3"
)

func itoa(n int) string { return strconv.Itoa(n) }

// replaced returns in with its indicator columns replaced.
func (x *execution) replaced(in *data, cols map[string]composite.Column) (*data, error) {
	f, err := in.frame.With(x.in.indicators, cols)
	if err != nil {
		return nil, err
	}
	out := *in
	out.frame = f
	return &out, nil
}

// stageOutcome is a new data set with the table of its indicators.
func (x *execution) stageOutcome(s *step, in *data, cols map[string]composite.Column) (*outcome, error) {
	d, err := x.replaced(in, cols)
	if err != nil {
		return nil, err
	}
	return &outcome{data: d, sheets: []*sheet{columnsSheet(s.as, d.frame, x.in.indicators)}}, nil
}

// perIndicator parses one setting for all indicators and overrides by code.
type perIndicator[T any] struct {
	base T
	own  map[string]T
	at   map[string]*yaml.Node
}

func parsePer[T any](f *fields, c *parsing, one func(f *fields) T) perIndicator[T] {
	out := perIndicator[T]{own: map[string]T{}, at: map[string]*yaml.Node{}}
	entries := f.entries("indicators")
	out.base = one(f)
	for _, e := range entries {
		if e.node.Kind != yaml.MappingNode {
			c.rep.at(e.node, "指标“%s”的设置应是一组“键: 值”", e.key)
			continue
		}
		sub := newFields(c.rep, merged(f.node, e.node, "step", "id", "as", "input", "indicators", "on_error"))
		out.own[e.key] = one(sub)
		sub.finish()
		out.at[e.key] = e.at
	}
	return out
}

// of returns the setting of an indicator.
func (p perIndicator[T]) of(code string) T {
	if v, ok := p.own[code]; ok {
		return v
	}
	return p.base
}

// check refuses overrides for unknown indicators.
func (p perIndicator[T]) check(x *execution) error {
	var ps Problems
	for _, code := range slices.Sorted(maps.Keys(p.own)) {
		if !slices.Contains(x.in.indicators, code) {
			n := p.at[code]
			ps = append(ps, Problem{x.spec.File, n.Line, n.Column, "元数据中没有指标“" + code + "”"})
		}
	}
	if len(ps) > 0 {
		return ps
	}
	return nil
}

// denominate divides by the column the meta data name.
type denominate struct{ scale float64 }

func parseDenominate(f *fields, c *parsing) operation {
	op := denominate{f.number("scale", 1)}
	if op.scale == 0 {
		c.rep.at(f.keys["scale"], "倍数不能为零")
	}
	return op
}

func (op denominate) run(x *execution, s *step, in *data) (*outcome, error) {
	cols := map[string]composite.Column{}
	var warnings []composite.Warning
	for _, code := range x.in.indicators {
		den := x.in.meta[code].denom
		if den == "" {
			continue
		}
		a, _ := in.frame.Column(code)
		b, ok := in.frame.Column(den)
		if !ok {
			return nil, &composite.Error{Code: composite.BadInput, Indicator: code, Message: "没有分母列 " + den}
		}
		q := composite.Ratio(a, b)
		zero := 0
		for i := range q.Values {
			q.Values[i] *= op.scale
			if q.Reason(i) == composite.ZeroDenominator {
				zero++
			}
		}
		if zero > 0 {
			warnings = append(warnings, composite.Warning{Indicator: code, Message: itoa(zero) + " 个单位的分母不大于零，记为缺失"})
		}
		cols[code] = q
	}
	out, err := x.stageOutcome(s, in, cols)
	if err == nil {
		out.warnings = warnings
	}
	return out, err
}

// screen keeps the units with enough data.
type screen struct{ rule composite.Screen }

func parseScreen(f *fields, c *parsing) operation {
	by := f.choice("by", "missing", "missing", "zeros", "both")
	return screen{composite.Screen{By: composite.ScreenBy(by), MinPresent: f.number("min_present", 0),
		MinNonZero: f.number("min_nonzero", 0), Keep: f.texts("keep"), Drop: f.texts("drop")}}
}

func (op screen) run(x *execution, s *step, in *data) (*outcome, error) {
	us, err := op.rule.Apply(in.frame, x.in.indicators)
	if err != nil {
		return nil, err
	}
	sum := newSheet(s.as+"_summary", "uCode", "N_missing", "N_zero", "N_miss_or_zero", "Dat_Avail", "Non_Zero", "LowData", "LowNonZero", "LowDatOrZeroFlag", "Included")
	keep := make([]bool, len(us))
	kept := 0
	for i, u := range us {
		keep[i] = u.Included
		if u.Included {
			kept++
		}
		sum.add(u.Unit, itoa(u.Missing), itoa(u.Zero), itoa(u.Missing+u.Zero), formatNumber(u.Avail), formatNumber(u.NonZero),
			formatBool(u.LowData), formatBool(u.LowNonZero), formatBool(u.LowData || u.LowNonZero), formatBool(u.Included))
	}
	if kept == 0 {
		return nil, &composite.Error{Code: composite.BadSpec, Message: "筛选后没有单位留下", Hint: "请降低比例"}
	}
	d := *in
	d.frame = in.frame.Subset(keep)
	return &outcome{data: &d, sheets: []*sheet{columnsSheet(s.as, d.frame, x.in.indicators), sum}}, nil
}

// impute fills missing cells.
type impute struct {
	rule perIndicator[composite.Impute]
}

func parseImpute(f *fields, c *parsing) operation {
	return impute{parsePer(f, c, func(f *fields) composite.Impute {
		m := composite.Impute{Method: f.choice("method", "mean", "mean", "median", "constant", "none"), Within: f.text("within", ""), Fallback: f.flag("fallback", false)}
		if m.Value = f.number("value", 0); f.keys["value"] != nil && m.Method != "constant" {
			c.rep.at(f.keys["value"], "只有 method: constant 才用 value")
		}
		return m
	})}
}

func (op impute) run(x *execution, s *step, in *data) (*outcome, error) {
	if err := op.rule.check(x); err != nil {
		return nil, err
	}
	cols := map[string]composite.Column{}
	points := newSheet(s.as+"_points", append([]string{"uCode"}, x.in.indicators...)...)
	for _, unit := range in.frame.Keys {
		points.add(append([]string{unit}, make([]string, len(x.in.indicators))...)...)
	}
	var es composite.Errors
	var warnings []composite.Warning
	for k, code := range x.in.indicators {
		im, err := op.rule.of(code).Apply(in.frame, code)
		if err != nil {
			es = collect(es, err)
			continue
		}
		cols[code] = im.Column
		warnings = append(warnings, im.Warnings...)
		for i, filled := range im.Filled {
			if filled {
				points.rows[i+1][k+1] = "imputed"
			}
		}
	}
	if len(es) > 0 {
		return nil, es
	}
	out, err := x.stageOutcome(s, in, cols)
	if err != nil {
		return nil, err
	}
	out.sheets, out.warnings = append(out.sheets, points), warnings
	return out, nil
}

// collect adds an error of the composite package to a list.
func collect(es composite.Errors, err error) composite.Errors {
	switch e := err.(type) {
	case composite.Errors:
		return append(es, e...)
	case *composite.Error:
		return append(es, e)
	}
	return append(es, &composite.Error{Code: composite.BadInput, Message: err.Error()})
}

// treat mends outliers.
type treat struct{ rule perIndicator[composite.Treat] }

func parseTreat(f *fields, c *parsing) operation {
	return treat{parsePer(f, c, func(f *fields) composite.Treat {
		t := composite.Treat{Method: composite.TreatMethod(f.choice("method", "auto", "auto", "winsorise", "none", "log", "log_ct", "log_plus_1", "log_gii", "boxcox")),
			Limit: f.whole("limit", 0), Skew: f.number("skew", 0), Kurt: f.number("kurt", 0), Lambda: f.number("lambda", 0)}
		t.Count = map[string]composite.WinCount{"points": composite.CountPoints, "strict": composite.CountStrict, "levels": composite.CountLevels}[f.choice("count", "points", "points", "strict", "levels")]
		if n := f.keys["limit"]; n != nil && t.Limit < 1 {
			c.rep.at(n, "“limit”应不小于 1")
		}
		return t
	})}
}

func (op treat) run(x *execution, s *step, in *data) (*outcome, error) {
	if err := op.rule.check(x); err != nil {
		return nil, err
	}
	cols := map[string]composite.Column{}
	points := newSheet(s.as+"_points", append([]string{"uCode"}, x.in.indicators...)...)
	for _, unit := range in.frame.Keys {
		points.add(append([]string{unit}, make([]string, len(x.in.indicators))...)...)
	}
	details := newSheet(s.as+"_details", "iCode", "check_SkewKurt0.Pass", "check_SkewKurt0.Skew", "check_SkewKurt0.Kurt", "winsorise.nwin",
		"check_SkewKurt1.Pass", "check_SkewKurt1.Skew", "check_SkewKurt1.Kurt", "check_SkewKurt2.Pass", "check_SkewKurt2.Skew", "check_SkewKurt2.Kurt")
	var es composite.Errors
	var warnings []composite.Warning
	for k, code := range x.in.indicators {
		c, _ := in.frame.Column(code)
		tr, err := op.rule.of(code).Apply(code, c.Values)
		if err != nil {
			es = collect(es, err)
			continue
		}
		cols[code] = composite.Column{Values: tr.Values, Why: c.Why}
		nwin := ""
		if tr.AfterWin != nil {
			nwin = itoa(tr.Winsorised)
		}
		details.add(slices.Concat([]string{code}, checkCells(&tr.Before), []string{nwin}, checkCells(tr.AfterWin), checkCells(tr.AfterLog))...)
		for i, m := range tr.Marks {
			points.rows[i+1][k+1] = m.String()
		}
		if tr.Unsolved {
			warnings = append(warnings, composite.Warning{Indicator: code, Message: "取对数后偏度、峰度检查仍未通过"})
		}
	}
	if len(es) > 0 {
		return nil, es
	}
	out, err := x.stageOutcome(s, in, cols)
	if err != nil {
		return nil, err
	}
	out.sheets, out.warnings = append(out.sheets, details, points), warnings
	return out, nil
}

func checkCells(c *composite.SkewCheck) []string {
	if c == nil {
		return []string{"", "", ""}
	}
	return []string{formatBool(c.Pass), formatNumber(c.Skew), formatNumber(c.Kurt)}
}

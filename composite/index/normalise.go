package index

import (
	"math"
	"strings"

	"ballast/composite"

	"gopkg.in/yaml.v3"
)

// normalise turns indicators into scores.
type normalise struct {
	rule    perIndicator[composite.Norm]
	lenient bool // a refused indicator becomes a missing column with a warning
}

func parseNormalise(f *fields, c *parsing) operation {
	lenient := f.choice("on_error", "fail", "fail", "missing") == "missing"
	return normalise{parsePer(f, c, func(f *fields) composite.Norm { return parseNorm(f, c) }), lenient}
}

// parseNorm reads a method and exactly the parameters its row in the method
// table names.
func parseNorm(f *fields, c *parsing) composite.Norm {
	n := composite.Norm{Method: f.text("method", "minmax")}
	m, ok := composite.FindMethod(n.Method, composite.KindNormalise, composite.KindScore)
	if !ok {
		c.rep.at(f.keys["method"], "没有名为“%s”的标准化或评分方法", n.Method)
		return n
	}
	n.Method = m.Name
	for _, p := range m.Parameters {
		setNorm(f, c, &n, p.Name)
	}
	return n
}

func setNorm(f *fields, c *parsing, n *composite.Norm, name string) {
	limits := map[string]*composite.Limit{"lo": &n.Lo, "hi": &n.Hi, "mean": &n.Mean, "sd": &n.SD, "from": &n.From, "to": &n.To,
		"target": &n.Target, "full": &n.Full, "cap": &n.Cap, "floor": &n.Floor}
	if l, ok := limits[name]; ok {
		if v := f.number(name, 0); f.keys[name] != nil {
			*l = composite.At(v)
		}
		return
	}
	switch name {
	case "ref":
		n.Ref = f.text(name, "")
	case "within":
		n.Within = f.text(name, "")
	case "base":
		n.Base = f.number(name, 0)
	case "flat":
		n.Flat = map[string]composite.Flat{"neutral": composite.FlatNeutral, "full": composite.FlatFull, "fail": composite.FlatFail}[f.choice(name, "neutral", "neutral", "full", "fail")]
	case "points":
		n.Points = parsePoints(f, c)
	case "benchmark":
		n.Benchmark = parseBenchmark(f, c)
	}
}

// parsePoints reads [[x, y], …].
func parsePoints(f *fields, c *parsing) []composite.Point {
	var out []composite.Point
	for _, n := range f.list("points") {
		if n.Kind != yaml.SequenceNode || len(n.Content) != 2 {
			c.rep.at(n, "每一点应写成 [界限, 得分]")
			continue
		}
		x, err1 := parseNumber(n.Content[0].Value)
		y, err2 := parseNumber(n.Content[1].Value)
		if err1 != nil || err2 != nil {
			c.rep.at(n, "界限与得分应是数")
			continue
		}
		out = append(out, composite.Point{X: x, Y: y})
	}
	return out
}

var sources = map[string]composite.Source{"constant": composite.BenchConstant, "mean": composite.BenchMean, "positive_mean": composite.BenchPositive,
	"max": composite.BenchMax, "min": composite.BenchMin, "weighted": composite.BenchWeighted, "quantile": composite.BenchQuantile,
	"median": composite.BenchQuantile, "own": composite.BenchOwn}

func parseBenchmark(f *fields, c *parsing) composite.Benchmark {
	n := f.take("benchmark")
	if n == nil {
		return composite.Benchmark{}
	}
	if n.Kind == yaml.ScalarNode { // a plain number is a constant, a word a source
		if v, err := parseNumber(n.Value); err == nil {
			return composite.Benchmark{Source: composite.BenchConstant, Value: v}
		}
		s, ok := sources[n.Value]
		if !ok {
			c.rep.at(n, "没有名为“%s”的基准值来源", n.Value)
		}
		return composite.Benchmark{Source: s, Q: 0.5}
	}
	b := newFields(c.rep, n)
	name := b.choice("source", "constant", "constant", "mean", "positive_mean", "max", "min", "weighted", "quantile", "median", "own")
	out := composite.Benchmark{Source: sources[name], Value: b.number("value", 0), Times: b.number("times", 0), Q: b.number("q", 0.5), Of: b.text("of", ""), Weight: b.text("weight", "")}
	for _, e := range b.entries("table") {
		v, err := parseNumber(e.node.Value)
		if err != nil {
			c.rep.at(e.node, "分组“%s”的基准值应是数", e.key)
			continue
		}
		if out.Table == nil {
			out.Table = map[string]float64{}
		}
		out.Table[e.key] = v
	}
	b.finish()
	return out
}

func (op normalise) run(x *execution, s *step, in *data) (*outcome, error) {
	if err := op.rule.check(x); err != nil {
		return nil, err
	}
	cols := map[string]composite.Column{}
	var es composite.Errors
	var warnings []composite.Warning
	for _, code := range x.in.indicators {
		n, err := x.completed(op.rule.of(code), code)
		var c composite.Column
		var fit *composite.Fit
		if err == nil {
			c, fit, err = composite.NormaliseIn(in.frame, code, x.in.meta[code].direction, n)
		}
		if err != nil {
			if !op.lenient {
				es = collect(es, err)
				continue
			}
			warnings = append(warnings, composite.Warning{Indicator: code, Message: "方法不适用，整列记为缺失：" + strings.TrimPrefix(err.Error(), "指标 "+code+"：")})
			c = composite.Column{Values: make([]float64, in.frame.Len()), Why: make([]composite.Reason, in.frame.Len())}
			for i := range c.Values {
				c.Values[i], c.Why[i] = math.NaN(), composite.OutOfDomain
			}
		} else {
			warnings = append(warnings, fit.Warnings...)
		}
		cols[code] = c
	}
	if len(es) > 0 {
		return nil, es
	}
	out, err := x.stageOutcome(s, in, cols)
	if err != nil {
		return nil, err
	}
	out.data.directed, out.warnings = true, warnings
	return out, nil
}

// completed takes target and goalposts that the step does not give from the
// meta data.
func (x *execution) completed(n composite.Norm, code string) (composite.Norm, error) {
	m := x.in.meta[code]
	lack := func(what string) error {
		return &composite.Error{Code: composite.BadSpec, Indicator: code, Message: "步骤与元数据都没有给出" + what}
	}
	switch n.Method {
	case "dist2targ":
		if !n.Target.Set {
			if math.IsNaN(m.target) {
				return n, lack("目标值（Target）")
			}
			n.Target = composite.At(m.target)
		}
	case "goalposts":
		if !n.From.Set {
			if math.IsNaN(m.lower) {
				return n, lack("下限（goalpost_lower）")
			}
			n.From = composite.At(m.lower)
		}
		if !n.To.Set {
			if math.IsNaN(m.upper) {
				return n, lack("上限（goalpost_upper）")
			}
			n.To = composite.At(m.upper)
		}
	}
	return n, nil
}

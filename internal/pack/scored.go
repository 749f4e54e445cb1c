package pack

import (
	"maps"
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"
)

// Method is a score function. The names follow the table in
// docs/scheme-language.md, where each cites the rule that uses it.
type Method uint8

// The methods.
const (
	RatioToBenchmark Method = iota // value ÷ benchmark × weight; benchmark ÷ value when lower is better
	MinMax                         // weight × [low + (high−low) × (v−min)/(max−min)] ÷ 100
	BestRatio                      // value ÷ best value of participants × weight
	InverseMean                    // (2 − v ÷ benchmark) × weight ÷ 2, not below zero: lower is better
	RankOnly                       // weight × (n − rank + 1) ÷ n
	Threshold                      // levels by absolute limits
)

var methodWords = []string{"ratio", "min_max", "best_ratio", "inverse_mean", "rank", "threshold"}

// String returns the word used in packs.
func (m Method) String() string { return methodWords[m] }

// Statistic is how a benchmark is drawn from participants.
type Statistic uint8

// The statistics.
const (
	Constant     Statistic = iota // a printed number
	Mean                          // simple mean of the participants' values
	Pooled                        // the formula over the participants' summed items: total tax ÷ total land
	Median                        // middle value
	Maximum                       // highest value
	Minimum                       // lowest value
	MeanPositive                  // mean of max(value, 0): firms with a loss count as zero
)

var statisticWords = []string{"constant", "mean", "pooled", "median", "max", "min", "mean_positive"}

// String returns the word used in packs.
func (s Statistic) String() string { return statisticWords[s] }

// Benchmark is what a value is measured against.
type Benchmark struct {
	Statistic Statistic
	Constants map[int]float64 // of Constant: evaluated year → number; year 0 holds for all
	Per       string          // "" participants of the population; "all" of the round; else an attribute: district, own_group
	Previous  bool            // drawn from the year before the evaluated one
	Times     float64         // factor on a drawn benchmark: 2 × mean
	At        Pos
}

// ConstantFor returns the printed number of a year.
func (b Benchmark) ConstantFor(year int) (float64, bool) {
	if v, ok := b.Constants[year]; ok {
		return v, true
	}
	v, ok := b.Constants[0]
	return v, ok
}

// MissingKind says what happens when an indicator has no value.
type MissingKind uint8

// The missing policies.
const (
	ZeroScore  MissingKind = iota // no points
	MeanScore                     // the mean score of the population on that indicator
	FixedScore                    // stated points, may be negative
	Reweight                      // the indicator drops out and the others take its weight
	FullScore                     // full weight
	NoTotal                       // the firm gets no total and is listed for a decision
)

var missingWords = []string{"zero", "mean_score", "points", "reweight", "full", "no_total"}

// String returns the word used in packs.
func (k MissingKind) String() string { return missingWords[k] }

// Missing is the policy for a value that is not there.
type Missing struct {
	Kind   MissingKind
	Points float64 // of FixedScore
}

// FlatRule says what a min–max score is when all values are equal, where the
// formula would divide by zero.
type FlatRule uint8

// The flat rules.
const (
	FlatFull   FlatRule = iota // everyone gets the high end
	FlatMiddle                 // everyone gets the middle
	FlatFail                   // the run stops with an error
)

var flatWords = []string{"full", "middle", "fail"}

// Level is one step of a threshold method: values up to the bound (inclusive)
// get the share of the weight.
type Level struct {
	Name  string
	UpTo  Limit   // not set: the last level, everything above
	Share float64 // 0–1 of the weight
}

// Treatment bounds the values of an indicator before scoring.
type Treatment struct {
	Lower, Upper Limit // clip to these values
}

// Scored is an indicator with its place in a population's score.
type Scored struct {
	Indicator string
	Dimension string // "" when the population has no dimensions
	Weight    float64
	Method    Method
	Benchmark Benchmark // of the methods that need one
	Low, High float64   // of MinMax: percent of the weight at the worst and at the best value
	Flat      FlatRule  // of MinMax: what all get when all values are equal
	Levels    []Level   // of Threshold
	Cap       Limit     // highest score in multiples of the weight
	Floor     Limit     // lowest score in multiples of the weight
	Missing   Missing
	Treatment Treatment
	Rounding  Rounding // of the indicator's score
	At        Pos
}

func (s Scored) clone() Scored {
	s.Levels = slices.Clone(s.Levels)
	s.Benchmark.Constants = maps.Clone(s.Benchmark.Constants)
	return s
}

func readScored(o *object) Scored {
	s := Scored{
		Indicator: o.key("indicator"), Dimension: o.textOr("dimension", ""), Weight: o.number("weight"),
		Method: Method(o.choice("method", methodWords)), At: o.pos(),
	}
	s.Missing = readMissing(o)
	s.Cap, s.Floor = o.limit("cap"), o.limit("floor")
	switch s.Method {
	case RatioToBenchmark, InverseMean:
		if n := o.require("benchmark"); n != nil {
			o.inner("benchmark", func(o *object) { s.Benchmark = readBenchmark(o) })
		}
	case BestRatio:
		s.Benchmark.Per = o.textOr("per", "")
	case MinMax:
		s.Low, s.High = o.number("low"), o.number("high")
		s.Flat = FlatRule(o.choice("when_equal", flatWords))
		s.Benchmark.Per = o.textOr("per", "")
	case Threshold:
		o.each("levels", func(o *object) {
			s.Levels = append(s.Levels, Level{Name: o.textOr("name", ""), UpTo: o.limit("up_to"), Share: o.number("share")})
		})
	}
	o.inner("treatment", func(o *object) {
		s.Treatment = Treatment{Lower: o.limitOr("lower"), Upper: o.limitOr("upper")}
	})
	if o.has("rounding") {
		s.Rounding = readRounding(o, "rounding")
	}
	return s
}

func readMissing(o *object) Missing {
	n := o.require("missing")
	if n == nil {
		return Missing{}
	}
	if n.Kind != yaml.MappingNode {
		return Missing{Kind: MissingKind(o.src.choiceOf(n, "missing", missingWords))}
	}
	m := Missing{Kind: FixedScore}
	o.inner("missing", func(o *object) { m.Points = o.number("points") })
	return m
}

var yearWords = []string{"current", "previous"}

func readBenchmark(o *object) Benchmark {
	b := Benchmark{Times: 1, At: o.pos()}
	if n := o.optional("constant"); n != nil {
		b.Constants = map[int]float64{}
		if n.Kind == yaml.ScalarNode {
			b.Constants[0], _ = o.src.numberOf(n, "constant")
			return b
		}
		o.entries("constant", func(name string, at, value *yaml.Node) {
			year, err := strconv.Atoi(name)
			if err != nil || year < 1990 || year > 2999 {
				o.src.failAt("yaml", at, "“constant”的键应是年度，现在是“%s”", name)
				return
			}
			b.Constants[year], _ = o.src.numberOf(value, name)
		})
		return b
	}
	b.Statistic = Mean + Statistic(o.choice("statistic", statisticWords[Mean:]))
	b.Per = o.textOr("per", "")
	b.Previous = o.choice("year", yearWords) == 1
	b.Times = o.numberOr("times", 1)
	return b
}

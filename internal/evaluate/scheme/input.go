package scheme

import (
	"fmt"

	"ballast/internal/fault"
	"ballast/internal/pack"
)

// Facts is what is known about the entities of one year, column by column. All
// columns have one row an entity. A column that is absent is missing in every
// row. Run keeps the slices and changes none.
type Facts struct {
	Keys   []string             // entity codes, unique; they settle the last tie
	Values map[string][]float64 // numeric items by key; NaN is missing
	Texts  map[string][]string  // text and date items and attributes; "" is missing; dates as 2024-12-31
	Flags  map[string][]Flag    // flag items and attributes
	Labels map[string][]bool    // labels valid on the round's day; an absent label is held by nobody
}

// Flag is yes, no or not known.
type Flag int8

// The flags. The zero Flag is not known.
const (
	Unknown Flag = iota
	No
	Yes
)

// FlagOf returns Yes or No.
func FlagOf(b bool) Flag {
	if b {
		return Yes
	}
	return No
}

// Input is everything one run depends on.
type Input struct {
	Year int // the evaluated year; the scheme must cover it
	Facts

	PreviousGrade      []string // grade of the round before, "" none; nil: no history
	PreviousPopulation []string
	WorstYears         []float64 // consecutive years of the worst grade up to the round before

	// Previous is last year's facts of last year's entities, for benchmarks
	// drawn from the year before. Given overrides what would be drawn.
	Previous *Facts
	Given    []pack.GivenStat

	// Manual is the grades people set by decision, after all rules; each says
	// why. It comes from the round's process log and from upheld appeals.
	Manual []ManualGrade

	Workers int // goroutines for scoring; 0 is one. Never changes a number
}

// ManualGrade is a grade set by decision for one entity.
type ManualGrade struct {
	Code   string
	Grade  string
	Reason string // the decision's number and ground; required
}

// check refuses columns of unequal length and repeated codes.
func (f *Facts) check(what string) error {
	n := len(f.Keys)
	seen := make(map[string]struct{}, n)
	for i, k := range f.Keys {
		if _, dup := seen[k]; dup || k == "" {
			return fault.New(fault.Invalid, "%s第 %d 行的代码“%s”为空或重复", what, i+1, k)
		}
		seen[k] = struct{}{}
	}
	var bad string
	size := func(name string, got int) {
		if got != n && (bad == "" || name < bad) {
			bad = fmt.Sprintf("%s（%d 行）", name, got)
		}
	}
	for name, c := range f.Values {
		size(name, len(c))
	}
	for name, c := range f.Texts {
		size(name, len(c))
	}
	for name, c := range f.Flags {
		size(name, len(c))
	}
	for name, c := range f.Labels {
		size(name, len(c))
	}
	if bad != "" {
		return fault.New(fault.Invalid, "%s的数据列 %s 与企业数 %d 不符", what, bad, n)
	}
	return nil
}

// check refuses an input that no run should start from.
func (in *Input) check() error {
	if err := in.Facts.check("本年"); err != nil {
		return err
	}
	if in.Previous != nil {
		if err := in.Previous.check("上年"); err != nil {
			return err
		}
	}
	n := len(in.Keys)
	for name, got := range map[string]int{"PreviousGrade": len(in.PreviousGrade), "PreviousPopulation": len(in.PreviousPopulation), "WorstYears": len(in.WorstYears)} {
		if got != 0 && got != n {
			return fault.New(fault.Invalid, "历史列 %s 有 %d 行，与企业数 %d 不符", name, got, n)
		}
	}
	return nil
}

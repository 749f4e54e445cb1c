package sheet

import (
	"fmt"
	"sort"
	"strings"
	"unicode"
)

// Target is something a column can be mapped to.
type Target struct {
	Key      string   // the caller's own name, returned in the mapping
	Name     string   // Chinese name
	Synonyms []string // other names under which departments send it
	Unit     string   // unit in which it is kept, "" for texts
}

// Mapping is the proposal for one target.
type Mapping struct {
	Target    string  // key of the target
	Column    int     // position in the columns given to Match, -1 for none
	Score     float64 // 0 to 1; 1 is the same name
	Reason    string  // Chinese, for the person who confirms
	Ambiguous bool    // another column scored nearly as well: a person must choose
}

// minScore is the least likeness worth proposing, nearScore the distance within
// which two proposals are a question rather than an answer.
const (
	minScore  = 0.5
	nearScore = 0.03
)

// Match proposes a column for every target, in the order of the targets, no
// column twice. It is pure and deterministic: equal input gives equal output.
// Heads are compared without widths, spaces, punctuation, units and periods.
func Match(columns []Column, targets []Target) []Mapping {
	type pair struct {
		target, column int
		score          float64
		reason         string
	}
	var pairs []pair
	best := make([][]float64, len(targets))
	for t, target := range targets {
		for c := range columns {
			score, reason := likeness(columns[c], target)
			if score >= minScore {
				pairs = append(pairs, pair{t, c, score, reason})
				best[t] = append(best[t], score)
			}
		}
	}
	sort.SliceStable(pairs, func(i, j int) bool {
		a, b := pairs[i], pairs[j]
		if a.score != b.score {
			return a.score > b.score
		}
		if a.target != b.target {
			return a.target < b.target
		}
		return a.column < b.column
	})
	out := make([]Mapping, len(targets))
	for t := range targets {
		out[t] = Mapping{Target: targets[t].Key, Column: -1, Reason: "没有相近的列"}
	}
	taken := make(map[int]bool)
	for _, p := range pairs {
		if out[p.target].Column >= 0 || taken[p.column] {
			continue
		}
		taken[p.column] = true
		rivals := 0
		for _, s := range best[p.target] {
			if s >= p.score-nearScore {
				rivals++
			}
		}
		out[p.target] = Mapping{Target: targets[p.target].Key, Column: p.column, Score: p.score, Reason: p.reason, Ambiguous: rivals > 1}
	}
	return out
}

// likeness scores one column against one target.
func likeness(c Column, t Target) (float64, string) {
	names := append([]string{t.Name}, t.Synonyms...)
	score, reason := 0.0, ""
	for i, name := range names {
		s, r := nameLikeness(c, name)
		if i > 0 && s > 0 {
			s, r = s*0.97, fmt.Sprintf("%s（别名“%s”）", r, name)
		}
		if s > score {
			score, reason = s, r
		}
	}
	if score == 0 || t.Unit == "" || c.Unit == "" {
		return score, reason
	}
	have, ok1 := lookUnit(c.Unit)
	want, ok2 := lookUnit(t.Unit)
	if ok1 && ok2 && have.Dimension != want.Dimension {
		return score * 0.7, fmt.Sprintf("%s，但单位“%s”不能换算成“%s”", reason, c.Unit, t.Unit)
	}
	return score, reason
}

// nameLikeness compares a column with one name.
func nameLikeness(c Column, name string) (float64, string) {
	want := foldName(name)
	if want == "" {
		return 0, ""
	}
	full := foldName(c.Name)
	last := full
	if n := len(c.Path); n > 1 {
		part, _ := cutUnit(c.Path[n-1])
		last = foldName(part)
	}
	bare := foldName(dropBrackets(c.Name))
	switch {
	case full == want || foldName(c.Head) == want:
		return 1, "列名相同"
	case bare == want || bare != "" && bare == foldName(dropBrackets(name)):
		return 0.92, "列名相同（不计括号）"
	case last == want && last != full:
		return 0.88, "末级列名相同"
	case full == "":
		return 0, ""
	}
	a, b := float64(len([]rune(full))), float64(len([]rune(want)))
	if b >= 2 && strings.Contains(full, want) || a >= 2 && strings.Contains(want, full) {
		return 0.6 + 0.25*min(a, b)/max(a, b), "列名包含"
	}
	if d := dice(full, want); d >= 0.6 {
		return 0.8 * d, "列名相近"
	}
	return 0, ""
}

// foldName keeps the letters, Chinese characters and digits of a name.
func foldName(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, foldWidth(s))
}

// dropBrackets removes bracketed remarks.
func dropBrackets(s string) string {
	var b strings.Builder
	depth := 0
	for _, r := range foldWidth(s) {
		switch r {
		case '(', '[', '【':
			depth++
		case ')', ']', '】':
			depth = max(0, depth-1)
		default:
			if depth == 0 {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}

// dice is the share of common neighbouring pairs of characters.
func dice(a, b string) float64 {
	ra, rb := []rune(a), []rune(b)
	if len(ra) < 2 || len(rb) < 2 {
		return 0
	}
	pairs := make(map[[2]rune]int)
	for i := range len(ra) - 1 {
		pairs[[2]rune{ra[i], ra[i+1]}]++
	}
	common := 0
	for i := range len(rb) - 1 {
		k := [2]rune{rb[i], rb[i+1]}
		if pairs[k] > 0 {
			pairs[k]--
			common++
		}
	}
	return 2 * float64(common) / float64(len(ra)+len(rb)-2)
}

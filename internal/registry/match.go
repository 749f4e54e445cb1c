package registry

import (
	"cmp"
	"slices"

	"ballast/internal/period"
	"ballast/uscc"
)

// Claim is what a row of a file says which firm it is about.
type Claim struct {
	Code string // as written
	Name string // as written
}

// Verdict is what became of a claim.
type Verdict string

// The verdicts.
const (
	ByCode   Verdict = "code"    // the code passes its check and is known
	ByAlias  Verdict = "alias"   // a person decided this code or name before
	ByName   Verdict = "name"    // the name, folded, is that of exactly one firm
	Doubtful Verdict = "doubt"   // there are candidates; a person must decide
	Unknown  Verdict = "unknown" // nobody comes near
	Refused  Verdict = "refused" // nothing a firm can be looked for by
	Ignored  Verdict = "ignored" // a person decided that it is no firm of ours
)

// Settled reports whether the verdict needs no person.
func (v Verdict) Settled() bool {
	return v == ByCode || v == ByAlias || v == ByName || v == Ignored
}

// Candidate is a firm a claim may mean.
type Candidate struct {
	Enterprise  int64      `json:"enterprise"`
	Code        string     `json:"code"`
	Name        string     `json:"name"`
	Score       float64    `json:"score"` // 0 to 1
	Why         string     `json:"why"`
	Established period.Day `json:"established"`
}

// Resolution is the answer to a claim.
type Resolution struct {
	Verdict    Verdict
	Enterprise int64       // of a settled verdict, after merges; 0 otherwise and when Ignored
	Why        string      // Chinese; what is wrong or remarkable, "" when nothing is
	Candidates []Candidate // of Doubtful, best first
}

// maxCandidates is how many a person is shown.
const maxCandidates = 5

// Scores of evidence other than likeness of names, which scores itself.
const (
	scoreSuggested = 0.9  // the known code one slip away from the one written
	scoreNamesake  = 0.85 // the same folded name under another code
	minSimilarity  = 0.5  // names less alike are not shown
	sameFirm       = 0.55 // a known code with a name less alike than this is remarked
)

// known is what the registry knows that bears on one claim.
type known struct {
	byCode    *Candidate  // the firm of the code
	byAlias   *int64      // what a person decided about the code or the name; 0: none of ours
	byName    []Candidate // firms of the folded name
	suggested []Candidate // firms of codes one slip away
	similar   []Candidate // firms with a name alike
}

// judge decides a claim. It is the one place where the order of evidence is
// written down: code, decision of a person, name, and then a person again.
func judge(c Claim, k known) Resolution {
	code := uscc.Normalise(c.Code)
	verdict := uscc.Check(code)
	if verdict.OK() && k.byCode != nil {
		return judgeCode(c, k)
	}
	if k.byAlias != nil {
		if *k.byAlias == 0 {
			return Resolution{Verdict: Ignored, Why: "已裁定不属于本市登记企业"}
		}
		return Resolution{Verdict: ByAlias, Enterprise: *k.byAlias}
	}
	trouble := codeTrouble(code, verdict)
	if err := CheckName(c.Name); err != nil {
		if len(k.suggested) > 0 {
			return Resolution{Verdict: Doubtful, Why: trouble, Candidates: ranked(k.suggested)}
		}
		return Resolution{Verdict: Refused, Why: join(trouble, nameTrouble(c.Name))}
	}
	// A good code that nobody has is another firm's until a person says otherwise,
	// even when the name is the same: names are reused.
	if len(k.byName) == 1 && !verdict.OK() {
		return Resolution{Verdict: ByName, Enterprise: k.byName[0].Enterprise, Why: trouble}
	}
	all := ranked(slices.Concat(k.byName, k.suggested, k.similar))
	if len(all) == 0 {
		return Resolution{Verdict: Unknown, Why: join(trouble, "登记企业里没有相近的名称")}
	}
	if len(k.byName) > 1 {
		trouble = join(trouble, "同名企业不止一家")
	}
	return Resolution{Verdict: Doubtful, Why: trouble, Candidates: all}
}

// judgeCode decides a claim whose code is known: the code wins unless the name
// is exactly another firm's.
func judgeCode(c Claim, k known) Resolution {
	if c.Name == "" {
		return Resolution{Verdict: ByCode, Enterprise: k.byCode.Enterprise}
	}
	for _, n := range k.byName {
		if n.Enterprise == k.byCode.Enterprise {
			return Resolution{Verdict: ByCode, Enterprise: k.byCode.Enterprise}
		}
	}
	if len(k.byName) > 0 {
		first := *k.byCode
		first.Score, first.Why = scoreSuggested, "代码相符，名称不符"
		return Resolution{Verdict: Doubtful, Why: "代码与名称指向两家不同的企业", Candidates: ranked(append([]Candidate{first}, k.byName...))}
	}
	r := Resolution{Verdict: ByCode, Enterprise: k.byCode.Enterprise}
	if Similarity(c.Name, k.byCode.Name) < sameFirm {
		r.Why = "代码相符，但登记的名称是“" + k.byCode.Name + "”，可能已更名"
	}
	return r
}

func codeTrouble(code string, v uscc.Verdict) string {
	switch {
	case code == "":
		return "没有统一社会信用代码"
	case v.OK():
		return "代码 " + code + " 正确但没有登记"
	}
	return "代码 " + code + " 不对：" + v.Explain()
}

func nameTrouble(name string) string {
	if Fold(name) == "" {
		return "没有企业名称"
	}
	return "名称“" + name + "”被打了星号或太短"
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "；" + b
}

// ranked keeps each firm once with its best score, best first; among equals the
// newest founding date first, as a county's import script resolves namesakes.
func ranked(all []Candidate) []Candidate {
	best := map[int64]Candidate{}
	for _, c := range all {
		if old, ok := best[c.Enterprise]; !ok || c.Score > old.Score {
			best[c.Enterprise] = c
		}
	}
	out := make([]Candidate, 0, len(best))
	for _, id := range sortedKeys(best) {
		out = append(out, best[id])
	}
	slices.SortStableFunc(out, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), b.Established.Compare(a.Established), cmp.Compare(a.Enterprise, b.Enterprise))
	})
	return out[:min(len(out), maxCandidates)]
}

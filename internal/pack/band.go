package pack

// BandKind is how grades are cut.
type BandKind uint8

// The kinds of bands.
const (
	ByShare BandKind = iota // cumulative percent of rank
	ByValue                 // absolute limits of one figure
)

var bandWords = []string{"share", "value"}

// String returns share or value.
func (k BandKind) String() string { return bandWords[k] }

// TieRule says which grade firms with an equal total at a cut get.
type TieRule uint8

// The tie rules.
const (
	ByOrder TieRule = iota // the tie breaks decide; each firm has its own place
	Better                 // all of them the better grade
	Worse                  // all of them the worse grade
)

var tieWords = []string{"order", "better", "worse"}

// String returns the word used in packs.
func (t TieRule) String() string { return tieWords[t] }

// Bands cuts ranks or values into grades.
type Bands struct {
	Kind   BandKind
	Within string    // ByShare: "" the whole population, else an attribute: district, park, own_group
	Of     string    // ByValue: the indicator; "total" for the total
	Round  RoundMode // ByShare: share × n is rounded this way to the last place of a grade
	Figure Rounding  // ByValue: the figure is rounded this way before it meets a bound
	Ties   TieRule
	Grades []Grade // best first
	At     Pos
}

// Grade is one band.
type Grade struct {
	Key  string // A, B, C, D, or free text
	Name string // 优先发展类
	UpTo Limit  // ByShare: cumulative percent, the last 100; ByValue: inclusive upper bound, not set for the last
	At   Pos
}

// Rank returns the position of a grade, 0 best, or -1.
func (b Bands) Rank(key string) int {
	for i, g := range b.Grades {
		if g.Key == key {
			return i
		}
	}
	return -1
}

func readBands(o *object) Bands {
	b := Bands{Kind: BandKind(o.choice("by", bandWords)), At: o.pos()}
	switch b.Kind {
	case ByShare:
		b.Within = o.textOr("within", "")
		b.Round = RoundMode(o.choice("rounding", roundWords))
		b.Ties = TieRule(o.choice("ties", tieWords))
	case ByValue:
		b.Of = o.text("of")
		b.Figure = readRounding(o, "rounding")
	}
	o.each("grades", func(o *object) {
		b.Grades = append(b.Grades, Grade{Key: o.text("grade"), Name: o.text("name"), UpTo: o.limit("up_to"), At: o.pos()})
	})
	if len(b.Grades) < 2 {
		o.src.failAt("yaml", o.node, "至少要有两档")
	}
	return b
}

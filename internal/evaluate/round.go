package evaluate

import (
	"strconv"
	"time"

	"ballast/internal/fault"
)

// Round (评价轮次) is one evaluation of one population in one year.
type Round struct {
	ID         int64
	Year       int    // the evaluated (data) year
	Population string // key in the scheme
	Scheme     string // id in the pack
	Name       string // Chinese, for lists and notices
	State      State
	Version    int64 // grows with every move; a stale one is refused

	DataDigest   string // SM3 of the frozen columns; "" while open
	PackDigest   string // the pack the snapshot was frozen with
	BindingRun   int64  // the run that counts; 0 before one is reconciled
	PublishFrom  string // first day of the publicity window, YYYY-MM-DD
	PublishUntil string // last day, inclusive

	CreatedAt, ChangedAt time.Time
}

// Mode says whether a run counts.
type Mode string

// The modes.
const (
	Trial   Mode = "trial"   // 试算: shown inside, binds nobody
	Binding Mode = "binding" // 正式
)

// Label is the Chinese word of the mode.
func (m Mode) Label() string {
	if m == Binding {
		return "正式"
	}
	return "试算"
}

// Run is one computation of a round. It never changes.
type Run struct {
	ID, Round    int64
	No           int // 1, 2, … within the round
	Mode         Mode
	Note         string // what was tried, Chinese
	Cites        string // the decision it follows; required after publication
	Snapshot     int64
	DataDigest   string
	PackDigest   string
	Engine       string // version of the arithmetic
	ResultDigest string
	Summary      Summary
	Columns      []Column
	CreatedAt    time.Time
	CreatedBy    string
}

// Number is how papers name the run: year, population and count.
func (r Run) Number(round Round) string {
	return r.CreatedAt.Format("20060102") + "-" + two(r.No)
}

func two(n int) string {
	if n < 10 {
		return "0" + string(rune('0'+n))
	}
	return strconv.Itoa(n)
}

// Column names one stage of the computation, as scheme.Result.Columns lists them:
// raw.tax, value.tax_per_mu, benchmark.tax_per_mu, score.tax_per_mu, …, total,
// rank, grade. A column of texts keeps its different words once; the stages then
// hold the place of the word.
type Column struct {
	Name  string   `json:"name"`
	Title string   `json:"title"` // Chinese
	Unit  string   `json:"unit,omitempty"`
	Words []string `json:"words,omitempty"`
}

// Summary counts a run for lists and for reconciliation.
type Summary struct {
	Population int         `json:"population"` // firms of the population
	Ranked     int         `json:"ranked"`
	Bands      []BandCount `json:"bands"`     // in the order of the scheme
	NotGraded  []BandCount `json:"notGraded"` // by class
	Missing    int         `json:"missing"`   // cells that had no value
	Checks     []Check     `json:"checks"`    // reconciliation; all must pass before publishing
	Findings   []string    `json:"findings"`  // what a person should look at, Chinese
}

// BandCount is the number of firms of one band or class.
type BandCount struct {
	Key   string `json:"key"`
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// Check is one line of the reconciliation before publishing.
type Check struct {
	Name   string `json:"name"` // Chinese
	Passed bool   `json:"passed"`
	Detail string `json:"detail"` // the arithmetic, Chinese
}

// Reconciles reports whether every check passed.
func (s Summary) Reconciles() bool {
	for _, c := range s.Checks {
		if !c.Passed {
			return false
		}
	}
	return len(s.Checks) > 0
}

// Adjustment (手动调档) is a person's change of a firm's band, decided outside the
// arithmetic and applied after it.
type Adjustment struct {
	ID, Round, Enterprise int64
	Band                  string
	Reason, Document      string // both required
	DecidedBy             string
	DecidedAt             time.Time
	Withdrawn             bool
}

// Validate reports what a later reader would miss.
func (a Adjustment) Validate() error {
	switch {
	case a.Enterprise == 0:
		return fault.New(fault.Invalid, "没有选企业")
	case a.Band == "":
		return fault.New(fault.Invalid, "没有选调整后的档次")
	case a.Reason == "":
		return fault.New(fault.Invalid, "手动调档要写明理由")
	case a.Document == "":
		return fault.New(fault.Invalid, "手动调档要写明依据文件或会议纪要").WithHint("例如：领导小组会议纪要〔2026〕3号")
	}
	return nil
}

// Grade is one firm's finalised band of one year.
type Grade struct {
	Enterprise int64
	Year       int
	Population string
	Scheme     string
	Run        int64
	Band       string
	Total      float64 // NaN when it was not scored
	Rank       int
}

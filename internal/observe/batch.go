package observe

import (
	"strconv"
	"time"

	"ballast/internal/period"
	"ballast/internal/sheet"
)

// Batch is one hand-in of one department for one period.
type Batch struct {
	ID          int64
	Department  string
	Period      period.Period
	Kind        BatchKind
	FileHash    string // SM3, hexadecimal; "" for a correction
	FileName    string
	State       State
	Version     int // goes up with every change; an approval names the one it saw
	Layout      Layout
	PackDigest  string
	Rows        int
	Values      int
	Unmatched   int // rows whose firm waits for a person
	Errors      int
	Warnings    int
	UploadedBy  string // actor id
	Uploader    string // name at the time
	UploadedAt  time.Time
	SubmittedBy string
	SubmittedAt time.Time
	ApprovedBy  string
	Approver    string
	ApprovedAt  time.Time
	UndoneBy    string
	UndoneAt    time.Time
	Reason      string
}

// BatchKind is where a batch comes from.
type BatchKind string

// The kinds of batch.
const (
	FromFile   BatchKind = "file"       // 报送文件
	Correction BatchKind = "correction" // 异议更正
)

// Layout says what stands where: Items in the order of the packed cells, and for
// each table of the file which columns they are in.
type Layout struct {
	Items  []string `json:"items"`
	Places []Place  `json:"places"`
}

// Place is one column of a file that was read as an item.
type Place struct {
	Table   int    `json:"table"` // counted over the whole file, from 0
	SheetNo int    `json:"sheetNo"`
	Sheet   string `json:"sheet"`
	Header  int    `json:"header"` // row of the head
	Col     int    `json:"col"`
	Head    string `json:"head"`
	Item    string `json:"item"`
	Unit    string `json:"unit"`    // in which the column's numbers are; the item's own when none is written
	Assumed bool   `json:"assumed"` // no unit was written
	Why     string `json:"why"`     // how the head was understood
}

// place returns the column of an item in a table.
func (l Layout) place(table int, item string) (Place, bool) {
	for _, p := range l.Places {
		if p.Table == table && p.Item == item {
			return p, true
		}
	}
	return Place{}, false
}

// Severity of a finding: an error keeps the batch from being submitted, a
// warning is for a person to look at.
type Severity string

// The severities.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Chinese returns 错误 or 提醒.
func (s Severity) Chinese() string {
	if s == Error {
		return "错误"
	}
	return "提醒"
}

// Finding is something wrong or remarkable about one cell.
type Finding struct {
	SheetNo  int // -1 for a finding about no place
	Sheet    string
	Row      int // from 1; 0 for the whole sheet
	Col      int // from 0
	Severity Severity
	Item     string // key; "" when it is not about an item
	Message  string // Chinese: what is wrong and what to do
}

// Address returns the cell of a finding as people write it: 表一!C12, C12 in a
// file without sheets.
func (f Finding) Address() string {
	cell := sheet.ColumnName(f.Col) + strconv.Itoa(f.Row)
	if f.Sheet == "" {
		return cell
	}
	return f.Sheet + "!" + cell
}

// Row is one staged row.
type Row struct {
	ID         int64
	Enterprise int64 // 0: not matched, ignored or dropped
	Table      int
	SheetNo    int
	Sheet      string
	Number     int
	Verdict    string // of registry, or "dropped"
	Queue      int64  // place in the match queue; 0 none
	Code       string // as written
	Name       string
	Cells      []Cell // in the order of Layout.Items
}

// dropped is the verdict of a row a person took out.
const dropped = "dropped"

// ValueID names one value for good: a staged row and an item.
type ValueID struct {
	Row  int64
	Item string
}

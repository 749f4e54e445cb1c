package evaluate

import (
	"encoding/binary"
	"math"
)

// Score is one firm's row of a run.
type Score struct {
	Run          int64
	Enterprise   int64
	Code, Name   string // as frozen
	District     string
	Industry     string  // GB/T 4754 class
	Graded       bool    // took part in the ranking
	Total        float64 // NaN when there is none
	Rank         int     // in the population; 0 when not ranked
	RankDistrict int
	BandFirst    string // before fixed, raise, lower and manual changes
	Band         string // that counts
	Reason       string // why it was changed or not graded, Chinese; "" otherwise
	Stages       []float64
}

// Number returns the number of a stage, NaN when the run has no such column or
// the firm no such value.
func (s Score) Number(columns []Column, name string) float64 {
	for i, c := range columns {
		if c.Name == name && i < len(s.Stages) {
			return s.Stages[i]
		}
	}
	return math.NaN()
}

// Text returns the word of a text stage, "" when there is none.
func (s Score) Text(columns []Column, name string) string {
	for i, c := range columns {
		if c.Name == name && i < len(s.Stages) {
			if k := s.Stages[i]; k >= 0 && int(k) < len(c.Words) {
				return c.Words[int(k)]
			}
		}
	}
	return ""
}

// packStages lays the numbers of a row one after another, eight bytes each, least
// significant first; a missing number is the one quiet NaN.
func packStages(v []float64) []byte {
	out := make([]byte, 0, 8*len(v))
	for _, x := range v {
		if math.IsNaN(x) {
			x = math.NaN()
		}
		out = binary.LittleEndian.AppendUint64(out, math.Float64bits(x))
	}
	return out
}

func unpackStages(b []byte) []float64 {
	out := make([]float64, len(b)/8)
	for i := range out {
		out[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return out
}

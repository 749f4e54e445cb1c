package evaluate

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"

	"ballast/internal/evaluate/scheme"
	"ballast/internal/fault"
	"ballast/internal/pack"

	"github.com/emmansun/gmsm/sm3"
)

// Snapshot is everything a computation reads: the facts of the evaluated year
// and of the year before, and who the rows are. Rows are in order of credit code.
// Its text form is plain JSON with sorted keys, so that an outsider can read and
// recompute it with any tool.
type Snapshot struct {
	Year        int
	Enterprise  []int64  // registry ids, a row each
	Name        []string // as of the freeze
	Input       scheme.Input
	PackDigest  string
	PackVersion string
}

// Len returns the number of enterprises.
func (s *Snapshot) Len() int { return len(s.Enterprise) }

// snapshotFile is the text form.
type snapshotFile struct {
	Format      string           `json:"format"`
	Year        int              `json:"year"`
	PackDigest  string           `json:"packDigest"`
	PackVersion string           `json:"packVersion"`
	Enterprise  []int64          `json:"enterprise"`
	Name        []string         `json:"name"`
	Facts       factsFile        `json:"facts"`
	Previous    *factsFile       `json:"previous,omitempty"`
	Grade       []string         `json:"previousGrade,omitempty"`
	Population  []string         `json:"previousPopulation,omitempty"`
	WorstYears  numbers          `json:"worstYears,omitempty"`
	Given       []pack.GivenStat `json:"given,omitempty"`
}

type factsFile struct {
	Keys   []string                 `json:"keys"`
	Values map[string]numbers       `json:"values,omitempty"`
	Texts  map[string][]string      `json:"texts,omitempty"`
	Flags  map[string][]scheme.Flag `json:"flags,omitempty"`
	Labels map[string][]bool        `json:"labels,omitempty"`
}

const snapshotFormat = "ballast-round-1"

// numbers is a column whose missing values are null.
type numbers []float64

// MarshalJSON writes the shortest decimal that reads back to the same number.
func (n numbers) MarshalJSON() ([]byte, error) {
	out := make([]byte, 0, 12*len(n)+2)
	out = append(out, '[')
	for i, v := range n {
		if i > 0 {
			out = append(out, ',')
		}
		switch {
		case math.IsNaN(v):
			out = append(out, "null"...)
		case math.IsInf(v, 0):
			return nil, fmt.Errorf("evaluate: an infinite value in row %d", i+1)
		default:
			out = strconv.AppendFloat(out, v, 'g', -1, 64)
		}
	}
	return append(out, ']'), nil
}

// UnmarshalJSON reads the column back.
func (n *numbers) UnmarshalJSON(b []byte) error {
	var in []*float64
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	*n = make(numbers, len(in))
	for i, p := range in {
		(*n)[i] = math.NaN()
		if p != nil {
			(*n)[i] = *p
		}
	}
	return nil
}

func toFile(f *scheme.Facts) factsFile {
	out := factsFile{Keys: f.Keys, Texts: f.Texts, Flags: f.Flags, Labels: f.Labels, Values: map[string]numbers{}}
	for k, v := range f.Values {
		out.Values[k] = v
	}
	return out
}

func fromFile(f factsFile) scheme.Facts {
	out := scheme.Facts{Keys: f.Keys, Texts: f.Texts, Flags: f.Flags, Labels: f.Labels, Values: map[string][]float64{}}
	for k, v := range f.Values {
		out.Values[k] = v
	}
	return out
}

// Text returns the canonical text form.
func (s *Snapshot) Text() ([]byte, error) {
	f := snapshotFile{
		Format: snapshotFormat, Year: s.Year, PackDigest: s.PackDigest, PackVersion: s.PackVersion,
		Enterprise: s.Enterprise, Name: s.Name, Facts: toFile(&s.Input.Facts),
		Grade: s.Input.PreviousGrade, Population: s.Input.PreviousPopulation, WorstYears: s.Input.WorstYears, Given: s.Input.Given,
	}
	if s.Input.Previous != nil {
		p := toFile(s.Input.Previous)
		f.Previous = &p
	}
	return json.Marshal(f)
}

// ReadSnapshot reads the text form.
func ReadSnapshot(text []byte) (*Snapshot, error) {
	var f snapshotFile
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "冻结数据读不出来")
	}
	if f.Format != snapshotFormat {
		return nil, fault.New(fault.Invalid, "冻结数据的格式是“%s”，本程序只认 %s", f.Format, snapshotFormat)
	}
	if len(f.Enterprise) != len(f.Facts.Keys) || len(f.Name) != len(f.Facts.Keys) {
		return nil, fault.New(fault.Invalid, "冻结数据的企业数前后不一致")
	}
	s := &Snapshot{Year: f.Year, Enterprise: f.Enterprise, Name: f.Name, PackDigest: f.PackDigest, PackVersion: f.PackVersion}
	s.Input = scheme.Input{Year: f.Year, Facts: fromFile(f.Facts), PreviousGrade: f.Grade, PreviousPopulation: f.Population, WorstYears: f.WorstYears, Given: f.Given}
	if f.Previous != nil {
		p := fromFile(*f.Previous)
		s.Input.Previous = &p
	}
	return s, nil
}

// digestOf is the SM3 of bytes as lower-case hex.
func digestOf(b []byte) string {
	sum := sm3.Sum(b)
	return hex.EncodeToString(sum[:])
}

func compress(b []byte) ([]byte, error) {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// maxSnapshot bounds what a stored snapshot may unfold to: a province of a
// million firms with forty columns.
const maxSnapshot = 2 << 30

func decompress(b []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "冻结数据损坏")
	}
	out, err := io.ReadAll(io.LimitReader(z, maxSnapshot))
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "冻结数据损坏")
	}
	return out, nil
}

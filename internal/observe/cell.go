package observe

import (
	"encoding/binary"
	"math"
	"strconv"

	"ballast/internal/fault"
)

// Cell is one value of one firm: a number in the item's unit, or a text (texts
// and dates as they are kept, flags as 1 and 0). The zero Cell says the file does
// not speak of the item.
type Cell struct {
	Kind     CellKind
	Num      float64
	Text     string
	Original string // as written, where that is more than the number: its unit, its separators
}

// CellKind says what a cell holds.
type CellKind uint8

// The kinds of cell.
const (
	Absent  CellKind = iota // the file has no column of the item
	Number                  // Num
	Text                    // Text
	Bad                     // written, but not readable as the item; Original is what was
	Nothing                 // the column is there, the cell is empty
)

// Missing says why a value is not there.
type Missing uint8

// The reasons, the zero one being none.
const (
	Present     Missing = iota
	NotReported         // no approved batch has a row of the firm with this item
	Blank               // a row is there, its cell empty
)

// Chinese returns the reason as a page shows it.
func (m Missing) Chinese() string { return [...]string{"", "未报送", "报送为空"}[m] }

// String returns the value as kept, — when there is none.
func (c Cell) String() string {
	switch c.Kind {
	case Number:
		return strconv.FormatFloat(c.Num, 'f', -1, 64)
	case Text:
		return c.Text
	case Bad:
		return c.Original
	}
	return "—"
}

// hasOriginal marks a packed cell that is followed by its original text.
const hasOriginal = 0x80

// encodeCells appends cells in a form of about nine bytes a number: a kind byte, the
// eight bytes of a number or a counted text, and where it says more than the
// value itself the counted original.
func encodeCells(b []byte, cells []Cell) []byte {
	b = binary.AppendUvarint(b, uint64(len(cells)))
	for _, c := range cells {
		k := byte(c.Kind)
		if c.Original != "" {
			k |= hasOriginal
		}
		b = append(b, k)
		switch c.Kind {
		case Number:
			b = binary.BigEndian.AppendUint64(b, math.Float64bits(c.Num))
		case Text:
			b = appendText(b, c.Text)
		}
		if c.Original != "" {
			b = appendText(b, c.Original)
		}
	}
	return b
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// decodeCells is the inverse of encodeCells.
func decodeCells(b []byte) ([]Cell, error) {
	n, b, ok := takeUvarint(b)
	if !ok || n > uint64(len(b)) {
		return nil, damaged()
	}
	cells := make([]Cell, n)
	for i := range cells {
		if b, ok = cells[i].take(b); !ok {
			return nil, damaged()
		}
	}
	if len(b) > 0 {
		return nil, damaged()
	}
	return cells, nil
}

func damaged() error { return fault.New(fault.Internal, "一行已存的数值损坏") }

func (c *Cell) take(b []byte) ([]byte, bool) {
	if len(b) == 0 || b[0]&^hasOriginal > byte(Nothing) {
		return nil, false
	}
	k := b[0]
	c.Kind, b = CellKind(k&^hasOriginal), b[1:]
	ok := true
	switch c.Kind {
	case Number:
		if len(b) < 8 {
			return nil, false
		}
		c.Num, b = math.Float64frombits(binary.BigEndian.Uint64(b)), b[8:]
	case Text:
		c.Text, b, ok = takeText(b)
	}
	if ok && k&hasOriginal != 0 {
		c.Original, b, ok = takeText(b)
	}
	return b, ok
}

func takeUvarint(b []byte) (uint64, []byte, bool) {
	v, n := binary.Uvarint(b)
	if n <= 0 {
		return 0, nil, false
	}
	return v, b[n:], true
}

func takeText(b []byte) (string, []byte, bool) {
	n, b, ok := takeUvarint(b)
	if !ok || n > uint64(len(b)) {
		return "", nil, false
	}
	return string(b[:n]), b[n:], true
}

// holds reports whether the cell has a value that can be used.
func (c Cell) holds() bool { return c.Kind == Number || c.Kind == Text }

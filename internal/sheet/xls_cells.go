package sheet

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"sort"

	"ballast/internal/fault"
)

// rows collects the cells of a sheet and yields them by row: the format allows
// rows out of order. The whole file is in memory anyway, and cannot hold more
// than 65,536 rows a sheet.
func (x *xls) rows(ctx context.Context, sheet int, yield func(Row) error) error {
	c := xlsCells{x: x, sheet: x.info[sheet].Name, rows: make(map[int][]xlsCell), pending: -1}
	if err := x.each(sheet, c.record); err != nil {
		return x.damaged(err)
	}
	numbers := make([]int, 0, len(c.rows))
	for n := range c.rows {
		numbers = append(numbers, n)
	}
	sort.Ints(numbers)
	if len(numbers) > x.lim.Rows {
		return fault.New(fault.TooLarge, "文件“%s”工作表“%s”超过 %d 行。", x.name, c.sheet, x.lim.Rows)
	}
	for _, n := range numbers {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := yield(Row{Number: n + 1, Cells: spread(c.rows[n])}); err != nil {
			return err
		}
	}
	return nil
}

// spread lays out the cells of a row by column; of two cells in one place the
// later wins.
func spread(cells []xlsCell) []Cell {
	width := 0
	for i := range cells {
		width = max(width, cells[i].col+1)
	}
	out := make([]Cell, width)
	for i := range cells {
		out[cells[i].col] = cells[i].Cell
	}
	return out
}

// xlsCell is a cell that knows its column. Rows are kept sparse: a hostile
// file could else claim a wide row with every few bytes.
type xlsCell struct {
	col int
	Cell
}

// xlsCells gathers the cells of one sheet.
type xlsCells struct {
	x       *xls
	sheet   string
	rows    map[int][]xlsCell
	pending int // row of a formula whose text result follows, -1 for none
	col     int
}

// record reads one cell record; others pass.
func (c *xlsCells) record(id uint16, b []byte) error {
	if id == recString {
		if c.pending < 0 {
			return nil
		}
		row := c.pending
		c.pending = -1
		s, err := c.x.longString(b)
		if err != nil {
			return err
		}
		return c.put(row, c.col, textCell(string(tidy([]byte(s)))))
	}
	switch id {
	case recLabelSST, recNumber, recRK, recMulRK, recFormula, recLabel, recRString, recBoolErr:
	default:
		return nil
	}
	if len(b) < 6 {
		return errBIFF
	}
	row, col := int(binary.LittleEndian.Uint16(b)), int(binary.LittleEndian.Uint16(b[2:]))
	xf, b := int(binary.LittleEndian.Uint16(b[4:])), b[6:]
	switch id {
	case recLabelSST:
		return c.shared(row, col, b)
	case recNumber:
		if len(b) < 8 {
			return errBIFF
		}
		return c.put(row, col, c.number(math.Float64frombits(binary.LittleEndian.Uint64(b)), xf))
	case recRK:
		if len(b) < 4 {
			return errBIFF
		}
		return c.put(row, col, c.number(rk(b), xf))
	case recMulRK:
		return c.mulRK(row, col, xf, b)
	case recFormula:
		return c.formula(row, col, xf, b)
	case recBoolErr:
		return c.boolErr(row, col, b)
	}
	s, err := c.x.longString(b) // LABEL and RSTRING
	if err != nil {
		return err
	}
	return c.put(row, col, textCell(string(tidy([]byte(s)))))
}

func (c *xlsCells) shared(row, col int, b []byte) error {
	if len(b) < 4 {
		return errBIFF
	}
	i := int(binary.LittleEndian.Uint32(b))
	if i >= len(c.x.sst) {
		return errBIFF
	}
	return c.put(row, col, textCell(c.x.sst[i]))
}

func (c *xlsCells) mulRK(row, col, xf int, b []byte) error {
	// The first format index was taken with the head; (RK, next format) pairs
	// follow, and the last column closes the record.
	for len(b) >= 6 {
		if err := c.put(row, col, c.number(rk(b), xf)); err != nil {
			return err
		}
		xf = int(binary.LittleEndian.Uint16(b[4:]))
		b, col = b[6:], col+1
	}
	return nil
}

// formula reads the cached result: a number, or a marker in its upper half.
func (c *xlsCells) formula(row, col, xf int, b []byte) error {
	if len(b) < 8 {
		return errBIFF
	}
	if b[6] != 0xFF || b[7] != 0xFF {
		return c.put(row, col, c.number(math.Float64frombits(binary.LittleEndian.Uint64(b)), xf))
	}
	switch b[0] {
	case 0:
		c.pending, c.col = row, col
		return nil
	case 1:
		return c.put(row, col, Cell{Kind: Bool, Num: float64(b[2])})
	case 2:
		return c.put(row, col, Cell{Kind: Wrong, Text: biffError(b[2])})
	}
	return nil
}

func (c *xlsCells) boolErr(row, col int, b []byte) error {
	if len(b) < 2 {
		return errBIFF
	}
	if b[1] == 0 {
		return c.put(row, col, Cell{Kind: Bool, Num: float64(b[0])})
	}
	return c.put(row, col, Cell{Kind: Wrong, Text: biffError(b[0])})
}

func (c *xlsCells) number(v float64, xf int) Cell {
	if xf < len(c.x.styles) {
		st := c.x.styles[xf]
		if st.shows != showsNothing {
			return dateCell(v, st.shows, c.x.base1904)
		}
		return Cell{Kind: Number, Num: v, Percent: st.percent}
	}
	return Cell{Kind: Number, Num: v}
}

func (c *xlsCells) put(row, col int, v Cell) error {
	if v.Kind == Blank {
		return nil
	}
	if col >= c.x.lim.Columns || len(v.Text) > c.x.lim.CellBytes {
		return fault.New(fault.TooLarge, "文件“%s”工作表“%s”单元格 %s%d 超出允许的列数或长度。", c.x.name, c.sheet, ColumnName(col), row+1)
	}
	c.rows[row] = append(c.rows[row], xlsCell{col, v})
	return nil
}

// rk decodes the packed number of [MS-XLS] §2.5.217.
func rk(b []byte) float64 {
	u := binary.LittleEndian.Uint32(b)
	var v float64
	if u&2 != 0 {
		v = float64(int32(u) >> 2)
	} else {
		v = math.Float64frombits(uint64(u&^3) << 32)
	}
	if u&1 != 0 {
		v /= 100
	}
	return v
}

func biffError(code byte) string {
	switch code {
	case 0x00:
		return "#NULL!"
	case 0x07:
		return "#DIV/0!"
	case 0x0F:
		return "#VALUE!"
	case 0x17:
		return "#REF!"
	case 0x1D:
		return "#NAME?"
	case 0x24:
		return "#NUM!"
	case 0x2A:
		return "#N/A"
	}
	return fmt.Sprintf("#ERR%d", code)
}

package sheet

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"sort"
	"unicode/utf16"

	"ballast/internal/fault"

	"github.com/richardlehane/mscfb"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// xls reads the binary workbooks of Excel 5 to 2003 (BIFF5 and BIFF8,
// [MS-XLS]) as WPS still writes them. The container is read by mscfb; the
// records are read here, because none of the open readers reports merged
// ranges and hidden sheets, both of which decide what a table means.
type xls struct {
	name     string
	lim      Limits
	data     []byte // the workbook stream
	info     []SheetInfo
	offsets  []int
	biff8    bool
	base1904 bool
	sst      []string
	styles   []cellStyle
}

// Record numbers of [MS-XLS] §2.3.
const (
	recFormula    = 0x0006
	recEOF        = 0x000A
	recDateMode   = 0x0022
	recFilePass   = 0x002F
	recContinue   = 0x003C
	recBoundSheet = 0x0085
	recMulRK      = 0x00BD
	recRString    = 0x00D6
	recXF         = 0x00E0
	recMergeCells = 0x00E5
	recSST        = 0x00FC
	recLabelSST   = 0x00FD
	recNumber     = 0x0203
	recLabel      = 0x0204
	recBoolErr    = 0x0205
	recString     = 0x0207
	recRK         = 0x027E
	recFormat     = 0x041E
	recBOF        = 0x0809
)

var errBIFF = errors.New("sheet: malformed BIFF record")

// openXLS finds the workbook stream and reads the global records.
func openXLS(name string, r io.ReaderAt, size int64, lim Limits) (*xls, error) {
	x := &xls{name: name, lim: lim}
	doc, err := mscfb.New(io.NewSectionReader(r, 0, size))
	if err != nil {
		return nil, x.damaged(err)
	}
	for {
		entry, err := doc.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, x.damaged(err)
		}
		switch entry.Name {
		case "EncryptedPackage":
			return nil, errEncrypted(name)
		case "WordDocument":
			return nil, errOtherFormat(name, "旧版 Word 文档")
		case "PowerPoint Document":
			return nil, errOtherFormat(name, "旧版演示文稿")
		case "Workbook", "Book":
			if entry.Size > size {
				return nil, x.damaged(errBIFF)
			}
			if x.data, err = io.ReadAll(io.LimitReader(entry, size)); err != nil {
				return nil, x.damaged(err)
			}
		}
		if x.data != nil {
			break
		}
	}
	if x.data == nil {
		return nil, errOtherFormat(name, "其他 Office 文档，里面没有工作簿")
	}
	if err := x.readGlobals(); err != nil {
		return nil, x.damaged(err)
	}
	if len(x.info) == 0 {
		return nil, fault.New(fault.Invalid, "文件“%s”里没有工作表。", name)
	}
	return x, nil
}

func (x *xls) damaged(cause error) error {
	return (&xlsx{name: x.name}).damaged(cause)
}

// record returns the record at off: its number, its body, and the offset of
// the next one.
func (x *xls) record(off int) (id uint16, body []byte, next int, err error) {
	if off < 0 || off+4 > len(x.data) {
		return 0, nil, 0, io.ErrUnexpectedEOF
	}
	id = binary.LittleEndian.Uint16(x.data[off:])
	next = off + 4 + int(binary.LittleEndian.Uint16(x.data[off+2:]))
	if next > len(x.data) {
		return 0, nil, 0, io.ErrUnexpectedEOF
	}
	return id, x.data[off+4 : next], next, nil
}

// readGlobals reads the first substream: sheets, strings, formats.
func (x *xls) readGlobals() error {
	id, body, off, err := x.record(0)
	if err != nil || id != recBOF || len(body) < 4 {
		return errBIFF
	}
	switch binary.LittleEndian.Uint16(body) {
	case 0x0600:
		x.biff8 = true
	case 0x0500:
	default:
		return errOtherFormat(x.name, "很旧的 Excel 文件")
	}
	formats := make(map[int]cellStyle)
	for {
		id, body, next, err := x.record(off)
		if err != nil {
			return err
		}
		switch id {
		case recEOF:
			return nil
		case recFilePass:
			return errEncrypted(x.name)
		case recDateMode:
			x.base1904 = len(body) >= 2 && body[0] == 1
		case recBoundSheet:
			if err := x.boundSheet(body); err != nil {
				return err
			}
		case recFormat:
			if len(body) < 3 {
				return errBIFF
			}
			code, err := x.formatCode(body[2:])
			if err != nil {
				return err
			}
			st := cellStyle{}
			st.shows, st.percent = formatShows(code)
			formats[int(binary.LittleEndian.Uint16(body))] = st
		case recXF:
			if len(body) < 4 {
				return errBIFF
			}
			n := int(binary.LittleEndian.Uint16(body[2:]))
			st, ok := formats[n]
			if !ok {
				st.shows, st.percent = builtinFormat(n)
			}
			x.styles = append(x.styles, st)
		case recSST:
			if next, err = x.readSST(off); err != nil {
				return err
			}
		}
		off = next
	}
}

// boundSheet notes one worksheet; charts, macros and modules are left out.
func (x *xls) boundSheet(body []byte) error {
	if len(body) < 8 {
		return errBIFF
	}
	if body[5] != 0 {
		return nil
	}
	name, err := x.shortString(body[6:])
	if err != nil {
		return err
	}
	x.info = append(x.info, SheetInfo{Index: len(x.info), Name: name, Hidden: body[4]&3 != 0})
	x.offsets = append(x.offsets, int(binary.LittleEndian.Uint32(body)))
	if len(x.info) > x.lim.Sheets {
		return fault.New(fault.TooLarge, "文件“%s”的工作表超过 %d 个。", x.name, x.lim.Sheets)
	}
	return nil
}

// shortString reads a string with a length of one byte.
func (x *xls) shortString(b []byte) (string, error) {
	if len(b) < 1 {
		return "", errBIFF
	}
	return x.chars(b[1:], int(b[0]))
}

// formatCode reads the string of a FORMAT record, whose length has two bytes
// in BIFF8.
func (x *xls) formatCode(b []byte) (string, error) {
	if !x.biff8 {
		return x.shortString(b)
	}
	return x.longString(b)
}

// longString reads a string with a length of two bytes.
func (x *xls) longString(b []byte) (string, error) {
	if len(b) < 2 {
		return "", errBIFF
	}
	return x.chars(b[2:], int(binary.LittleEndian.Uint16(b)))
}

// chars reads n characters: in BIFF8 behind a byte that says whether they are
// one or two bytes wide, in BIFF5 in the code page of a Chinese Windows.
func (x *xls) chars(b []byte, n int) (string, error) {
	if !x.biff8 {
		if len(b) < n {
			return "", errBIFF
		}
		out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b[:n])
		return string(out), err
	}
	if len(b) < 1 {
		return "", errBIFF
	}
	wide := b[0]&1 != 0
	b = b[1:]
	if wide {
		n *= 2
	}
	if len(b) < n {
		return "", errBIFF
	}
	return decodeChars(b[:n], wide), nil
}

// decodeChars turns Latin-1 or UTF-16LE into a string.
func decodeChars(b []byte, wide bool) string {
	if !wide {
		r := make([]rune, len(b))
		for i, c := range b {
			r[i] = rune(c)
		}
		return string(r)
	}
	u := make([]uint16, len(b)/2)
	for i := range u {
		u[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(u))
}

func (x *xls) sheets() []SheetInfo { return x.info }

// each runs fn on every record of a sheet's own substream, skipping charts
// embedded in it.
func (x *xls) each(sheet int, fn func(id uint16, body []byte) error) error {
	off := x.offsets[sheet]
	for depth := 0; ; {
		id, body, next, err := x.record(off)
		if err != nil {
			return err
		}
		switch id {
		case recBOF:
			depth++
		case recEOF:
			if depth--; depth <= 0 {
				return nil
			}
		default:
			if depth == 0 {
				return errBIFF
			}
			if depth == 1 {
				if err := fn(id, body); err != nil {
					return err
				}
			}
		}
		off = next
	}
}

func (x *xls) merges(_ context.Context, sheet int) ([]Range, error) {
	var out []Range
	err := x.each(sheet, func(id uint16, b []byte) error {
		if id != recMergeCells || len(b) < 2 {
			return nil
		}
		n := int(binary.LittleEndian.Uint16(b))
		if len(b) < 2+8*n {
			return errBIFF
		}
		for i := range n {
			u := func(k int) int { return int(binary.LittleEndian.Uint16(b[2+8*i+2*k:])) }
			if u(1) >= u(0) && u(3) >= u(2) {
				out = append(out, Range{u(0) + 1, u(2), u(1) + 1, u(3)})
			}
		}
		if len(out) > x.lim.Merges {
			return fault.New(fault.TooLarge, "文件“%s”的合并单元格过多。", x.name)
		}
		return nil
	})
	if err != nil {
		return nil, x.damaged(err)
	}
	return out, nil
}

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

package sheet

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
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
	var err error
	if x.data, err = workbookStream(name, r, size); err != nil {
		return nil, x.damaged(err)
	}
	if err := x.readGlobals(); err != nil {
		return nil, x.damaged(err)
	}
	if len(x.info) == 0 {
		return nil, fault.New(fault.Invalid, "文件“%s”里没有工作表。", name)
	}
	return x, nil
}

// workbookStream takes the workbook out of the compound file. The container
// library is not ours and reads bytes of strangers: should it ever panic, the
// file is damaged and the program goes on.
func workbookStream(name string, r io.ReaderAt, size int64) (data []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			data, err = nil, fmt.Errorf("sheet: compound file: %v", p)
		}
	}()
	doc, err := mscfb.New(io.NewSectionReader(r, 0, size))
	if err != nil {
		return nil, err
	}
	for {
		entry, err := doc.Next()
		if err == io.EOF {
			return nil, errOtherFormat(name, "其他 Office 文档，里面没有工作簿")
		}
		if err != nil {
			return nil, err
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
				return nil, errBIFF
			}
			return io.ReadAll(io.LimitReader(entry, size))
		}
	}
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

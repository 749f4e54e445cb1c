package sheet

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"unicode/utf8"

	"ballast/internal/fault"

	"golang.org/x/text/encoding/simplifiedchinese"
	xunicode "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// csvFile is a text table: one unnamed sheet.
type csvFile struct {
	name  string
	r     io.ReaderAt
	size  int64
	lim   Limits
	enc   string
	bom   int64 // bytes of the byte-order mark
	comma byte
	hint  bool // the first line is Excel's "sep=;"
}

// sniffBytes is how much text decides the separator.
const sniffBytes = 256 << 10

// openCSV decides the encoding over the whole file (a single byte at the end
// can show that a file is not UTF-8) and the separator over its beginning.
func openCSV(ctx context.Context, b *Book) (*csvFile, error) {
	c := &csvFile{name: b.name, r: b.r, size: b.size, lim: b.lim}
	head := make([]byte, min(c.size, 4096))
	if _, err := c.r.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, fault.Wrap(fault.Internal, err, "文件“%s”读取失败。", c.name)
	}
	if err := c.refuseOthers(head); err != nil {
		return nil, err
	}
	if err := c.detectEncoding(ctx, head); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(c.text(), sniffBytes))
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "文件“%s”的文字编码读不出来。", c.name)
	}
	c.comma, c.hint = sniffComma(text)
	return c, nil
}

// refuseOthers recognises what is often renamed to .csv or .xls.
func (c *csvFile) refuseOthers(head []byte) error {
	low := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), " \t\r\n"))
	switch {
	case bytes.HasPrefix(low, []byte("%pdf")):
		return errOtherFormat(c.name, " PDF 文件")
	case bytes.HasPrefix(low, []byte("<?xml")) && bytes.Contains(low, []byte("urn:schemas-microsoft-com:office:spreadsheet")):
		return errOtherFormat(c.name, " XML 2003 表格")
	case bytes.HasPrefix(low, []byte("<html")), bytes.HasPrefix(low, []byte("<!doctype html")), bytes.HasPrefix(low, []byte("<table")), bytes.HasPrefix(low, []byte("<?xml")):
		return errOtherFormat(c.name, "网页格式的文件（不是真正的表格）")
	case bytes.HasPrefix(head, []byte("\x89PNG")), bytes.HasPrefix(head, []byte("\xFF\xD8\xFF")):
		return errOtherFormat(c.name, "图片")
	case bytes.HasPrefix(head, []byte("\x09\x08\x10\x00")), bytes.HasPrefix(head, []byte("\x09\x04\x06\x00")), bytes.HasPrefix(head, []byte("\x09\x02\x06\x00")):
		return errOtherFormat(c.name, "很旧的 Excel 文件")
	case bytes.HasPrefix(head, []byte("Rar!")), bytes.HasPrefix(head, []byte("7z\xBC\xAF")), bytes.HasPrefix(head, []byte("\x1F\x8B")):
		return errOtherFormat(c.name, "压缩包")
	}
	return nil
}

// detectEncoding tells UTF-8, UTF-16 and GB18030 apart: by mark, by zero bytes,
// by validity.
func (c *csvFile) detectEncoding(ctx context.Context, head []byte) error {
	switch {
	case bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")):
		c.enc, c.bom = "UTF-8", 3
	case bytes.HasPrefix(head, []byte("\xFF\xFE")):
		c.enc, c.bom = "UTF-16LE", 2
	case bytes.HasPrefix(head, []byte("\xFE\xFF")):
		c.enc, c.bom = "UTF-16BE", 2
	}
	if c.enc != "" {
		return nil
	}
	var zero [2]int
	for i, b := range head {
		if b == 0 {
			zero[i%2]++
		}
	}
	switch n := len(head) / 2; { // the upper half of every digit and comma is zero in UTF-16
	case zero[1] > n/10+2 && zero[1] > 4*zero[0]:
		c.enc = "UTF-16LE"
		return nil
	case zero[0] > n/10+2 && zero[0] > 4*zero[1]:
		c.enc = "UTF-16BE"
		return nil
	case zero[0]+zero[1] > len(head)/16+2:
		return fault.New(fault.Invalid, "文件“%s”不是表格文件，系统认不出它的格式。", c.name).
			WithHint("可以上传 .xlsx、.xls 和 .csv 文件。")
	}
	valid, err := c.validUTF8(ctx)
	if err != nil {
		return err
	}
	if c.enc = "GB18030"; valid {
		c.enc = "UTF-8"
	}
	return nil
}

func (c *csvFile) validUTF8(ctx context.Context) (bool, error) {
	buf := make([]byte, 256<<10)
	keep := 0
	for off := int64(0); off < c.size; {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		n, err := c.r.ReadAt(buf[keep:min(int64(len(buf)), int64(keep)+c.size-off)], off)
		if n == 0 && err != nil {
			return false, fault.Wrap(fault.Internal, err, "文件“%s”读取失败。", c.name)
		}
		off += int64(n)
		b := buf[:keep+n]
		for len(b) > 0 {
			r, size := utf8.DecodeRune(b)
			if r == utf8.RuneError && size <= 1 {
				if !utf8.FullRune(b) && off < c.size {
					break // cut by the block
				}
				return false, nil
			}
			b = b[size:]
		}
		keep = copy(buf, b)
	}
	return true, nil
}

// text returns the file as UTF-8 without its mark. Bytes that the encoding
// does not know come out as U+FFFD and are reported by row.
func (c *csvFile) text() io.Reader {
	raw := io.NewSectionReader(c.r, c.bom, c.size-c.bom)
	switch c.enc {
	case "GB18030":
		return transform.NewReader(raw, simplifiedchinese.GB18030.NewDecoder())
	case "UTF-16LE":
		return transform.NewReader(raw, xunicode.UTF16(xunicode.LittleEndian, xunicode.IgnoreBOM).NewDecoder())
	case "UTF-16BE":
		return transform.NewReader(raw, xunicode.UTF16(xunicode.BigEndian, xunicode.IgnoreBOM).NewDecoder())
	}
	return raw
}

// sniffComma picks the separator that cuts most lines into the same number of
// fields. Quoted separators do not count.
func sniffComma(text []byte) (comma byte, hint bool) {
	if low := bytes.ToLower(text[:min(len(text), 6)]); len(low) >= 5 && string(low[:4]) == "sep=" {
		if b := low[4]; b == ',' || b == ';' || b == '\t' || b == '|' {
			return b, true
		}
	}
	best, bestScore := byte(','), 0
	for _, b := range []byte{',', '\t', ';', '|'} {
		if s := commaScore(text, b); s > bestScore {
			best, bestScore = b, s
		}
	}
	return best, false
}

// commaScore counts the lines that share the commonest number of separators
// above zero, weighted with that number once.
func commaScore(text []byte, comma byte) int {
	counts := make(map[int]int)
	n, quoted := 0, false
	for _, b := range text {
		switch {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == comma:
			n++
		case b == '\n':
			counts[n]++
			n = 0
		}
	}
	counts[n]++
	score := 0
	for fields, lines := range counts {
		if fields > 0 {
			score = max(score, lines*16+min(fields, 15))
		}
	}
	return score
}

func (c *csvFile) sheets() []SheetInfo { return []SheetInfo{{Name: ""}} }

func (c *csvFile) merges(context.Context, int) ([]Range, error) { return nil, nil }

// rows streams the records. A quoted field may hold line ends: rows are
// records, numbered as a spreadsheet program numbers them.
func (c *csvFile) rows(ctx context.Context, _ int, yield func(Row) error) error {
	r := csvReader{c: c, br: bufio.NewReaderSize(c.text(), 256<<10)}
	for count := 0; ; {
		if r.number%ctxEvery == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		cells, err := r.record()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if r.number == 1 && c.hint {
			continue
		}
		if row := (Row{Number: r.number, Cells: cells}); !row.blank() {
			if count++; count > c.lim.Rows {
				return fault.New(fault.TooLarge, "文件“%s”超过 %d 行。", c.name, c.lim.Rows).WithHint("请分成几个文件上传。")
			}
			if err := yield(row); err != nil {
				return err
			}
		}
	}
}

// csvReader reads records by RFC 4180, forgiving a quote inside a bare field.
type csvReader struct {
	c      *csvFile
	br     *bufio.Reader
	number int // of the current record, from 1
	field  []byte
	width  int
}

// record reads one record; io.EOF when there is none left.
func (r *csvReader) record() ([]Cell, error) {
	if _, err := r.br.Peek(1); err != nil {
		return nil, r.readError(err)
	}
	r.number++
	cells := make([]Cell, 0, r.width)
	for {
		last, err := r.readField()
		if err != nil {
			return nil, err
		}
		if len(cells) >= r.c.lim.Columns && len(bytes.TrimSpace(r.field)) > 0 {
			return nil, fault.New(fault.TooLarge, "文件“%s”第 %d 行超过 %d 列。", r.c.name, r.number, r.c.lim.Columns).
				WithHint("请检查这一行的分隔符和引号。")
		}
		if len(cells) < r.c.lim.Columns {
			cell, err := r.cell(len(cells))
			if err != nil {
				return nil, err
			}
			cells = append(cells, cell)
		}
		if last {
			for len(cells) > 0 && cells[len(cells)-1].Kind == Blank {
				cells = cells[:len(cells)-1]
			}
			r.width = len(cells)
			return cells, nil
		}
	}
}

// cell checks and tidies the current field. ="00123" is how spreadsheet users
// keep zeros in a CSV.
func (r *csvReader) cell(col int) (Cell, error) {
	b := r.field
	if i := bytes.IndexByte(b, 0); i >= 0 {
		return Cell{}, fault.New(fault.Invalid, "文件“%s”单元格 %s%d 含有空字符（NUL），文件可能已损坏。", r.c.name, ColumnName(col), r.number).
			WithHint("请用 WPS 或 Excel 打开，另存为 .xlsx 后重新上传。")
	}
	if bytes.Contains(b, []byte("\uFFFD")) {
		return Cell{}, fault.New(fault.Invalid, "文件“%s”单元格 %s%d 有无法识别的字符（按 %s 编码读取）。", r.c.name, ColumnName(col), r.number, r.c.enc).
			WithHint("请用 WPS 或 Excel 打开，另存为 .xlsx 或 UTF-8 编码的 .csv 后重新上传。")
	}
	b = bytes.TrimFunc(b, isOuterSpace)
	if n := len(b); n >= 3 && b[0] == '=' && b[1] == '"' && b[n-1] == '"' {
		b = bytes.TrimFunc(b[2:n-1], isOuterSpace)
	}
	return textCell(string(b)), nil
}

// readField reads one field into r.field; last is true when it ends the
// record.
func (r *csvReader) readField() (last bool, err error) {
	r.field = r.field[:0]
	b, err := r.br.ReadByte()
	if err != nil {
		return true, r.endOfField(err)
	}
	if b == '"' {
		if err := r.readQuoted(); err != nil {
			return true, err
		}
		if b, err = r.br.ReadByte(); err != nil {
			return true, r.endOfField(err)
		}
	}
	for {
		switch b {
		case r.c.comma:
			return false, nil
		case '\n':
			return true, nil
		case '\r':
			if next, err := r.br.Peek(1); err == nil && next[0] == '\n' {
				r.br.Discard(1)
			}
			return true, nil
		}
		if err := r.add(b); err != nil {
			return true, err
		}
		if b, err = r.br.ReadByte(); err != nil {
			return true, r.endOfField(err)
		}
	}
}

// readQuoted reads behind the closing quote. A quote that is never closed is
// an error: it would swallow the rest of the file into one cell.
func (r *csvReader) readQuoted() error {
	for {
		b, err := r.br.ReadByte()
		if err == io.EOF {
			return fault.New(fault.Invalid, "文件“%s”第 %d 行有一个引号没有闭合。", r.c.name, r.number).
				WithHint("请补上引号，或另存为 .xlsx 后重新上传。")
		}
		if err != nil {
			return r.readError(err)
		}
		if b == '"' {
			next, err := r.br.Peek(1)
			if err != nil || next[0] != '"' {
				return nil
			}
			r.br.Discard(1)
		}
		if err := r.add(b); err != nil {
			return err
		}
	}
}

func (r *csvReader) add(b byte) error {
	if len(r.field) >= r.c.lim.CellBytes {
		return fault.New(fault.TooLarge, "文件“%s”第 %d 行有一个单元格超过 %s。", r.c.name, r.number, bytesText(uint64(r.c.lim.CellBytes))).
			WithHint("请检查这一行的分隔符和引号是否写错。")
	}
	r.field = append(r.field, b)
	return nil
}

// endOfField accepts the end of the file as the end of the last record.
func (r *csvReader) endOfField(err error) error {
	if err == io.EOF {
		return nil
	}
	return r.readError(err)
}

func (r *csvReader) readError(err error) error {
	if err == io.EOF {
		return err
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	return fault.Wrap(fault.Invalid, err, "文件“%s”第 %d 行之后读不下去，文件可能已损坏。", r.c.name, r.number)
}

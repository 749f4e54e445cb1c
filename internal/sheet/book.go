package sheet

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"slices"
	"strings"
	"unicode"

	"ballast/internal/fault"
)

// Format is the kind of a file, told by its content and never by its name.
type Format string

// The formats that can be read.
const (
	XLSX Format = "xlsx"
	XLS  Format = "xls"
	CSV  Format = "csv"
)

// SheetInfo is one sheet of a book.
type SheetInfo struct {
	Index  int // position among the readable sheets, from 0
	Name   string
	Hidden bool // hidden in the file; read like any other, for people to see
	Own    bool // written by this package: seal, lists or findings; never data
}

// Book is an opened spreadsheet. It reads from the file as it is asked, so the
// file must stay open and unchanged while the book is in use. A book may be
// used by one goroutine at a time.
type Book struct {
	name   string
	format Format
	enc    string
	src    source
	merged map[int][]Range
	r      io.ReaderAt
	size   int64
	lim    Limits
}

// Open recognises and opens a spreadsheet of size bytes. name is used in
// messages and in the lineage of values; its extension means nothing. Nothing
// but the directory of the file is read. Open fails with a fault of kind
// Invalid (not a spreadsheet, damaged, encrypted) or TooLarge.
func Open(ctx context.Context, name string, r io.ReaderAt, size int64, lim Limits) (*Book, error) {
	lim = lim.filled()
	name = safeName(name)
	if size <= 0 {
		return nil, fault.New(fault.Invalid, "文件“%s”是空的。", name)
	}
	if size > lim.FileBytes {
		return nil, fault.New(fault.TooLarge, "文件“%s”有 %s，超过上限 %s。", name, bytesText(uint64(size)), bytesText(uint64(lim.FileBytes))).
			WithHint("请分成几个文件上传。")
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b := &Book{name: name, merged: make(map[int][]Range), r: r, size: size, lim: lim}
	var head [8]byte
	n, err := r.ReadAt(head[:min(size, 8)], 0)
	if err != nil && !(errors.Is(err, io.EOF) && n > 0) {
		return nil, fault.Wrap(fault.Internal, err, "文件“%s”读取失败。", name)
	}
	switch start := string(head[:n]); {
	case strings.HasPrefix(start, "PK\x03\x04"), strings.HasPrefix(start, "PK\x05\x06"):
		b.format = XLSX
		b.src, err = openZip(name, r, size, lim)
	case start == "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1":
		b.format = XLS
		b.src, err = openXLS(name, r, size, lim)
	default:
		b.format = CSV
		var c *csvFile
		if c, err = openCSV(ctx, b); err == nil {
			b.src, b.enc = c, c.enc
		}
	}
	if err != nil {
		return nil, err
	}
	return b, nil
}

// openZip tells workbooks from the other things that are zip files.
func openZip(name string, r io.ReaderAt, size int64, lim Limits) (source, error) {
	zr, err := zip.NewReader(r, size)
	if err != nil {
		return nil, (&xlsx{name: name}).damaged(err)
	}
	for _, f := range zr.File {
		switch key := partKey(f.Name); {
		case key == "xl/workbook.bin":
			return nil, errOtherFormat(name, "二进制工作簿（.xlsb）")
		case key == "word/document.xml":
			return nil, errOtherFormat(name, "Word 文档")
		case key == "ppt/presentation.xml":
			return nil, errOtherFormat(name, "演示文稿")
		case key == "content.xml":
			return nil, errOtherFormat(name, "ODF 文档（.ods）")
		case key == "ofd.xml":
			return nil, errOtherFormat(name, "OFD 版式文件")
		}
	}
	looksOffice := false
	for _, f := range zr.File {
		key := partKey(f.Name)
		looksOffice = looksOffice || key == "[content_types].xml" || strings.HasPrefix(key, "xl/")
	}
	if !looksOffice {
		return nil, errOtherFormat(name, "压缩包")
	}
	return openXLSX(name, zr, lim)
}

func errOtherFormat(name, what string) error {
	return fault.New(fault.Invalid, "文件“%s”是%s，不能直接导入。", name, what).
		WithHint("请用 WPS 或 Excel 打开，另存为 .xlsx 后上传；压缩包请先解压。")
}

func errEncrypted(name string) error {
	return fault.New(fault.Invalid, "文件“%s”设了打开密码，系统读不了。", name).
		WithHint("请在 WPS 或 Excel 中去掉密码，另存后重新上传。")
}

// Name returns the file's name as it is shown in messages.
func (b *Book) Name() string { return b.name }

// Format returns the format the content was recognised as.
func (b *Book) Format() Format { return b.format }

// Encoding returns the text encoding of a CSV file (UTF-8, UTF-16LE, UTF-16BE
// or GB18030) and "" for workbooks.
func (b *Book) Encoding() string { return b.enc }

// Sheets lists the sheets in their order, hidden ones included and marked.
func (b *Book) Sheets() []SheetInfo {
	out := slices.Clone(b.src.sheets())
	for i := range out {
		out[i].Own = out[i].Name == sealSheet || out[i].Name == listSheet || out[i].Name == resultSheet
	}
	return out
}

// Ref returns the lineage of a cell: row from 1, column from 0.
func (b *Book) Ref(sheet, row, col int) Ref {
	return Ref{File: b.name, Sheet: b.sheetName(sheet), Row: row, Col: col}
}

func (b *Book) sheetName(sheet int) string {
	if s := b.src.sheets(); sheet >= 0 && sheet < len(s) {
		return s[sheet].Name
	}
	return ""
}

func (b *Book) check(sheet int) error {
	if sheet < 0 || sheet >= len(b.src.sheets()) {
		return fault.New(fault.NotFound, "文件“%s”没有第 %d 个工作表。", b.name, sheet+1)
	}
	return nil
}

// Merges returns the merged ranges of a sheet.
func (b *Book) Merges(ctx context.Context, sheet int) ([]Range, error) {
	if err := b.check(sheet); err != nil {
		return nil, err
	}
	if m, ok := b.merged[sheet]; ok {
		return m, nil
	}
	m, err := b.src.merges(ctx, sheet)
	if err != nil {
		return nil, err
	}
	b.merged[sheet] = m
	return m, nil
}

// errStop ends a pass early without an error.
var errStop = errors.New("stop")

// Rows streams the rows of a sheet in which something is written, as they
// stand in the file except that merged ranges are filled: a text or date is
// repeated through its range with Merged set, so that a district written once
// over five firms belongs to all five; a number is not repeated, since that
// would count it five times, but its range is marked with blank Merged cells.
// Breaking off the loop is allowed; an error ends it.
func (b *Book) Rows(ctx context.Context, sheet int) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		err := b.each(ctx, sheet, func(r Row) error {
			if !yield(r, nil) {
				return errStop
			}
			return nil
		})
		if err != nil && err != errStop {
			yield(Row{}, err)
		}
	}
}

// each is Rows with a callback.
func (b *Book) each(ctx context.Context, sheet int, fn func(Row) error) error {
	m, err := b.Merges(ctx, sheet)
	if err != nil {
		return err
	}
	if len(m) == 0 {
		return b.src.rows(ctx, sheet, fn)
	}
	f := newFiller(m)
	if err := b.src.rows(ctx, sheet, func(r Row) error { return f.feed(r, fn) }); err != nil {
		return err
	}
	return nil
}

// safeName keeps the last element of a path and drops what could break a
// message or a log line.
func safeName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\uFFFD' {
			return -1
		}
		return r
	}, name)
	if r := []rune(name); len(r) > 120 {
		name = string(r[:100]) + "…" + path.Ext(name)
	}
	if name == "" || name == "." || name == "/" {
		return "未命名"
	}
	return name
}

// bytesText writes a size for people.
func bytesText(n uint64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d 字节", n)
}

// isOuterSpace is white space at the edge of a text, invisible marks included.
func isOuterSpace(r rune) bool {
	return unicode.IsSpace(r) || r >= 0x200B && r <= 0x200F || r == 0xFEFF || r == 0x2060 || r == 0
}

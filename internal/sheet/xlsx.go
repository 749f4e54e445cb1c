package sheet

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"path"
	"strings"

	"ballast/internal/fault"
)

// source is what each format gives to the rest of the room. Rows are yielded
// in ascending order and only when something is written in them; merged
// ranges are not yet applied.
type source interface {
	sheets() []SheetInfo
	merges(ctx context.Context, sheet int) ([]Range, error)
	rows(ctx context.Context, sheet int, yield func(Row) error) error
}

// maxParts bounds the directory of a zip package: a workbook of 255 sheets
// with drawings has about two thousand parts.
const maxParts = 20_000

// xlsx reads Office Open XML workbooks (ECMA-376, transitional and strict) as
// a stream. Only the shared strings are kept in memory.
type xlsx struct {
	name     string
	lim      Limits
	zr       *zip.Reader
	main     string               // the workbook part
	parts    map[string]*zip.File // by lower-case path with forward slashes
	info     []SheetInfo
	paths    []string // part of each sheet
	base1904 bool
	styles   []cellStyle
	stylesAt string // part of the styles, "" when there is none
	sstPath  string
	sst      []string
	sstRead  bool
}

// cellStyle is what matters of a cell format.
type cellStyle struct {
	shows   precision
	percent bool
}

// openXLSX reads the directory and the small parts. zr was opened on the whole
// file.
func openXLSX(name string, zr *zip.Reader, lim Limits) (*xlsx, error) {
	x := &xlsx{name: name, lim: lim, zr: zr, parts: make(map[string]*zip.File, len(zr.File))}
	if err := x.checkDirectory(zr); err != nil {
		return nil, err
	}
	main, err := x.mainPart()
	if err != nil {
		return nil, err
	}
	rels, err := x.relations(main)
	if err != nil {
		return nil, err
	}
	x.main = main
	if err := x.readWorkbook(main, rels); err != nil {
		return nil, err
	}
	for _, r := range rels {
		switch r.kind {
		case "sharedStrings":
			x.sstPath = r.target
		case "styles":
			if err := x.readStyles(r.target); err != nil {
				return nil, err
			}
		}
	}
	return x, nil
}

// checkDirectory refuses packages that would unpack to more than allowed,
// before anything is unpacked. The declared sizes are held to on reading.
func (x *xlsx) checkDirectory(zr *zip.Reader) error {
	if len(zr.File) > maxParts {
		return fault.New(fault.TooLarge, "文件“%s”内部有 %d 个部件，超过上限 %d 个，不像正常的表格。", x.name, len(zr.File), maxParts)
	}
	var total uint64
	for _, f := range zr.File {
		if f.Flags&1 != 0 {
			return errEncrypted(x.name)
		}
		total += f.UncompressedSize64
		packed := max(f.CompressedSize64, 1)
		bomb := f.UncompressedSize64 > ratioFloor && f.UncompressedSize64/packed > uint64(x.lim.UnzipRatio)
		if bomb || total > uint64(x.lim.UnzipBytes) || f.UncompressedSize64 > uint64(x.lim.UnzipBytes) {
			return fault.New(fault.TooLarge, "文件“%s”解压后过大（部件 %s 由 %s 解压到 %s），可能是压缩炸弹，已拒绝读取。",
				x.name, f.Name, bytesText(f.CompressedSize64), bytesText(f.UncompressedSize64)).
				WithHint("请删去多余的空白行列和图片后另存，或分成几个文件上传。")
		}
		x.parts[partKey(f.Name)] = f
	}
	return nil
}

// partKey folds a part name: some writers use backslashes, a leading slash or
// other capitals than the reference says.
func partKey(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/"))
}

// open returns a reader of one part that fails when the part is longer than
// its entry says.
func (x *xlsx) open(part string) (io.ReadCloser, error) {
	f := x.parts[partKey(part)]
	if f == nil {
		return nil, x.damaged(errors.New("part missing: " + part))
	}
	rc, err := f.Open()
	if err != nil {
		return nil, x.damaged(err)
	}
	return &partReader{rc, int64(f.UncompressedSize64)}, nil
}

// partReader holds a part to its declared size: a forged entry must not get
// past checkDirectory.
type partReader struct {
	io.ReadCloser
	left int64
}

func (p *partReader) Read(b []byte) (int, error) {
	n, err := p.ReadCloser.Read(b)
	if p.left -= int64(n); p.left < 0 {
		return 0, errors.New("sheet: part longer than declared")
	}
	return n, err
}

// damaged is the fault for every way in which a package can be broken.
func (x *xlsx) damaged(cause error) error {
	var f *fault.Error
	if errors.As(cause, &f) {
		return cause
	}
	if errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded) {
		return cause
	}
	if errors.Is(cause, errXMLToken) {
		return fault.Wrap(fault.TooLarge, cause, "文件“%s”中有一段内容超过上限，已拒绝读取。", x.name)
	}
	return fault.Wrap(fault.Invalid, cause, "文件“%s”已损坏或不完整，读不下去；没有导入任何内容。", x.name).
		WithHint("请用 WPS 或 Excel 打开，另存为 .xlsx 后重新上传。")
}

// relation is one line of a .rels part: the last word of its type and the
// target as a part path.
type relation struct{ id, kind, target string }

// relations reads the relations of a part ("" for the package). A part without
// any has none.
func (x *xlsx) relations(part string) ([]relation, error) {
	dir, file := path.Split(part)
	rels := dir + "_rels/" + file + ".rels"
	if x.parts[partKey(rels)] == nil {
		return nil, nil
	}
	var out []relation
	err := x.scan(rels, func(s *xmlScanner) error {
		if s.token != xmlStart || string(s.name) != "Relationship" || string(s.attr("TargetMode")) == "External" {
			return nil
		}
		target := s.attrString("Target")
		if !strings.HasPrefix(target, "/") {
			target = path.Join(dir, target)
		}
		out = append(out, relation{
			id: s.attrString("Id"), kind: path.Base(s.attrString("Type")), target: strings.TrimPrefix(target, "/"),
		})
		if len(out) > maxParts {
			return errXMLSyntax
		}
		return nil
	})
	return out, err
}

// scan runs fn on every token of a part.
func (x *xlsx) scan(part string, fn func(*xmlScanner) error) error {
	rc, err := x.open(part)
	if err != nil {
		return err
	}
	defer rc.Close()
	s := newXMLScanner(rc, x.maxToken())
	for {
		switch err := s.next(); err {
		case nil:
		case io.EOF:
			return nil
		default:
			return x.damaged(err)
		}
		if err := fn(s); err != nil {
			return x.damaged(err)
		}
	}
}

// maxToken allows every character of a full cell to be written as an entity.
func (x *xlsx) maxToken() int { return 8*x.lim.CellBytes + 64<<10 }

// mainPart finds the workbook through the package relations, or where every
// writer puts it.
func (x *xlsx) mainPart() (string, error) {
	rels, err := x.relations("")
	if err != nil {
		return "", err
	}
	for _, r := range rels {
		if r.kind == "officeDocument" && x.parts[partKey(r.target)] != nil {
			return r.target, nil
		}
	}
	if x.parts["xl/workbook.xml"] != nil {
		return "xl/workbook.xml", nil
	}
	return "", x.damaged(errors.New("no workbook part"))
}

func (x *xlsx) readWorkbook(main string, rels []relation) error {
	worksheets := make(map[string]string)
	for _, r := range rels {
		if r.kind == "worksheet" {
			worksheets[r.id] = r.target
		}
	}
	err := x.scan(main, func(s *xmlScanner) error {
		if s.token != xmlStart {
			return nil
		}
		switch string(s.name) {
		case "workbookPr":
			x.base1904 = s.attrBool("date1904")
		case "sheet":
			target, ok := worksheets[s.attrString("id")]
			if !ok || x.parts[partKey(target)] == nil {
				return nil // a chart sheet, or a dead link
			}
			state := string(s.attr("state"))
			x.info = append(x.info, SheetInfo{Index: len(x.info), Name: s.attrString("name"), Hidden: state == "hidden" || state == "veryHidden"})
			x.paths = append(x.paths, target)
			if len(x.info) > x.lim.Sheets {
				return fault.New(fault.TooLarge, "文件“%s”的工作表超过 %d 个。", x.name, x.lim.Sheets)
			}
		}
		return nil
	})
	if err == nil && len(x.info) == 0 {
		return fault.New(fault.Invalid, "文件“%s”里没有工作表。", x.name)
	}
	return err
}

// readStyles keeps for every cell format whether it shows a date or a
// percentage.
func (x *xlsx) readStyles(part string) error {
	if x.parts[partKey(part)] == nil {
		return nil
	}
	x.stylesAt = part
	type format struct {
		shows   precision
		percent bool
	}
	custom := make(map[int]format)
	inCellXfs := false
	return x.scan(part, func(s *xmlScanner) error {
		name := string(s.name)
		switch {
		case s.token == xmlStart && name == "numFmt":
			p, percent := formatShows(s.attrString("formatCode"))
			custom[s.attrInt("numFmtId", -1)] = format{p, percent}
		case s.token == xmlStart && name == "cellXfs":
			inCellXfs = true
		case s.token == xmlEnd && name == "cellXfs":
			inCellXfs = false
		case s.token == xmlStart && name == "xf" && inCellXfs:
			id := s.attrInt("numFmtId", 0)
			st := cellStyle{}
			if f, ok := custom[id]; ok {
				st = cellStyle(f)
			} else {
				st.shows, st.percent = builtinFormat(id)
			}
			x.styles = append(x.styles, st)
			if len(x.styles) > 1<<16 {
				return errXMLSyntax
			}
		}
		return nil
	})
}

func (x *xlsx) sheets() []SheetInfo { return x.info }

// readStrings loads the shared strings, the one part that must be whole before
// a cell can be read. Texts are cut out of large chunks, so a table of a
// million strings costs its bytes and sixteen more for each.
func (x *xlsx) readStrings() error {
	if x.sstRead || x.sstPath == "" || x.parts[partKey(x.sstPath)] == nil {
		x.sstRead = true
		return nil
	}
	var a arena
	var item []byte
	phonetic, inText := false, false
	err := x.scan(x.sstPath, func(s *xmlScanner) error {
		switch s.token {
		case xmlStart:
			switch string(s.name) {
			case "si":
				item = item[:0]
			case "rPh":
				phonetic = true
			case "t":
				inText = true
			}
		case xmlText:
			if inText && !phonetic {
				if item = append(item, s.content()...); len(item) > x.lim.CellBytes {
					return fault.New(fault.TooLarge, "文件“%s”中有一个单元格的文字超过 %s。", x.name, bytesText(uint64(x.lim.CellBytes)))
				}
			}
		case xmlEnd:
			switch string(s.name) {
			case "rPh":
				phonetic = false
			case "t":
				inText = false
			case "si":
				x.sst = append(x.sst, a.text(tidy(item)))
			}
		}
		return nil
	})
	x.sstRead = err == nil
	return err
}

// arena cuts strings out of shared chunks.
type arena struct{ chunk strings.Builder }

func (a *arena) text(b []byte) string {
	const size = 256 << 10
	if len(b) == 0 {
		return ""
	}
	if a.chunk.Cap()-a.chunk.Len() < len(b) {
		a.chunk = strings.Builder{}
		a.chunk.Grow(max(size, len(b)))
	}
	from := a.chunk.Len()
	a.chunk.Write(b)
	return a.chunk.String()[from:]
}

// tidy resolves the _xHHHH_ escapes of the format and trims outer white space,
// full-width and zero-width included.
func tidy(b []byte) []byte {
	if bytes.Contains(b, []byte("_x")) {
		b = unescapeX(b)
	}
	return bytes.TrimFunc(b, isOuterSpace)
}

// unescapeX resolves _x000D_ and its like (ECMA-376 part 1 §22.9.2.19).
func unescapeX(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if i+7 <= len(b) && b[i] == '_' && b[i+1] == 'x' && b[i+6] == '_' {
			if r, ok := entity(append([]byte("#x"), b[i+2:i+6]...)); ok {
				out = append(out, string(r)...)
				i += 6
				continue
			}
		}
		out = append(out, b[i])
	}
	return out
}

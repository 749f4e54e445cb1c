package sheet

import (
	"bytes"
	"context"
	"io"
	"strconv"

	"ballast/internal/fault"
)

// ctxEvery is how many rows pass between two looks at the context.
const ctxEvery = 512

// rows streams a sheet.
func (x *xlsx) rows(ctx context.Context, sheet int, yield func(Row) error) error {
	if err := x.readStrings(); err != nil {
		return err
	}
	rc, err := x.open(x.paths[sheet])
	if err != nil {
		return err
	}
	defer rc.Close()
	r := &xlsxRows{x: x, s: newXMLScanner(rc, x.maxToken()), sheet: x.info[sheet].Name}
	if err := r.run(ctx, yield); err != nil {
		return x.damaged(err)
	}
	return nil
}

// xlsxRows is one pass over the rows of a sheet.
type xlsxRows struct {
	x     *xlsx
	s     *xmlScanner
	sheet string
	row   Row
	count int
	width int // of the row before, to size the next
	text  []byte
}

// run finds sheetData and yields its rows. The rest of the part is read too:
// a file that breaks off behind the last row is still a broken file.
func (r *xlsxRows) run(ctx context.Context, yield func(Row) error) error {
	last := 0
	for {
		switch err := r.s.next(); err {
		case nil:
		case io.EOF:
			return nil
		default:
			return err
		}
		if r.s.token != xmlStart || string(r.s.name) != "row" {
			continue
		}
		number := r.s.attrInt("r", last+1)
		if number <= last || number > maxRows {
			return fault.New(fault.Invalid, "文件“%s”工作表“%s”的行号错乱：第 %d 行之后出现第 %d 行。", r.x.name, r.sheet, last, number).
				WithHint("请用 WPS 或 Excel 打开，另存为 .xlsx 后重新上传。")
		}
		last = number
		r.row = Row{Number: number, Hidden: r.s.attrBool("hidden"), Cells: make([]Cell, 0, r.width)}
		if err := r.readRow(); err != nil {
			return err
		}
		if len(r.row.Cells) == 0 {
			continue
		}
		if r.count++; r.count > r.x.lim.Rows {
			return fault.New(fault.TooLarge, "文件“%s”工作表“%s”超过 %d 行。", r.x.name, r.sheet, r.x.lim.Rows).
				WithHint("请分成几个文件上传。")
		}
		if r.count%ctxEvery == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		r.width = len(r.row.Cells)
		if err := yield(r.row); err != nil {
			return err
		}
	}
}

// readRow reads up to </row>.
func (r *xlsxRows) readRow() error {
	depth := r.s.depth
	col := -1
	for {
		if err := r.s.next(); err != nil {
			return unexpected(err)
		}
		switch {
		case r.s.token == xmlEnd && r.s.depth < depth:
			return nil
		case r.s.token == xmlStart && string(r.s.name) == "c":
			if err := r.readCell(&col); err != nil {
				return err
			}
		}
	}
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// cellParts is a cell before it is understood.
type cellParts struct {
	typ     byte // 'n' number, 's' shared, 't' text, 'b', 'e', 'd'
	style   int
	formula bool
	value   bool
}

// cellType maps the t attribute to one letter.
func cellType(t []byte) byte {
	switch string(t) {
	case "s":
		return 's'
	case "str", "inlineStr":
		return 't'
	case "b":
		return 'b'
	case "e":
		return 'e'
	case "d":
		return 'd'
	}
	return 'n'
}

// readCell reads one <c> and appends it to the row. col is the column of the
// cell before, from which a cell without an address follows.
func (r *xlsxRows) readCell(col *int) error {
	s := r.s
	at := *col + 1
	if ref := s.attr("r"); ref != nil {
		c, _, ok := parseAddress(ref)
		if !ok || c < at {
			return fault.New(fault.Invalid, "文件“%s”工作表“%s”第 %d 行的单元格次序错乱（%s）。", r.x.name, r.sheet, r.row.Number, ref)
		}
		at = c
	}
	*col = at
	p := cellParts{typ: cellType(s.attr("t")), style: s.attrInt("s", 0)}
	if s.selfClose {
		return s.next()
	}
	if err := r.readParts(&p); err != nil {
		return err
	}
	c, err := r.cell(p, at)
	if err != nil || c.Kind == Blank {
		return err
	}
	if at >= r.x.lim.Columns {
		return fault.New(fault.TooLarge, "文件“%s”工作表“%s”第 %d 行写到了 %s 列，超过 %d 列。", r.x.name, r.sheet, r.row.Number, ColumnName(at), r.x.lim.Columns).
			WithHint("请删去右侧多余的列后重新上传。")
	}
	for len(r.row.Cells) < at {
		r.row.Cells = append(r.row.Cells, Cell{})
	}
	r.row.Cells = append(r.row.Cells, c)
	return nil
}

// readParts collects the text of v or is into r.text, up to </c>.
func (r *xlsxRows) readParts(p *cellParts) error {
	s, depth := r.s, r.s.depth
	r.text = r.text[:0]
	take, phonetic := false, false
	for {
		if err := s.next(); err != nil {
			return unexpected(err)
		}
		switch s.token {
		case xmlStart:
			switch string(s.name) {
			case "v":
				p.value, take = true, true
			case "t":
				p.value, take = true, !phonetic
			case "f":
				p.formula = true
			case "rPh":
				phonetic = true
			}
		case xmlText:
			if take {
				if r.text = append(r.text, s.content()...); len(r.text) > r.x.lim.CellBytes {
					return fault.New(fault.TooLarge, "文件“%s”工作表“%s”第 %d 行有一个单元格的文字超过 %s。", r.x.name, r.sheet, r.row.Number, bytesText(uint64(r.x.lim.CellBytes)))
				}
			}
		case xmlEnd:
			if s.depth < depth {
				return nil
			}
			take = false
			if string(s.name) == "rPh" {
				phonetic = false
			}
		}
	}
}

// cell understands the collected parts.
func (r *xlsxRows) cell(p cellParts, col int) (Cell, error) {
	if !p.value {
		if p.formula {
			return Cell{Kind: Wrong, Text: "公式没有计算结果"}, nil
		}
		return Cell{}, nil
	}
	switch p.typ {
	case 's':
		i, err := strconv.Atoi(string(bytes.TrimSpace(r.text)))
		if err != nil || i < 0 || i >= len(r.x.sst) {
			return Cell{}, fault.New(fault.Invalid, "文件“%s”工作表“%s”单元格 %s%d 指向不存在的文字，文件已损坏。", r.x.name, r.sheet, ColumnName(col), r.row.Number).
				WithHint("请用 WPS 或 Excel 打开，另存为 .xlsx 后重新上传。")
		}
		return textCell(r.x.sst[i]), nil
	case 't', 'd':
		return textCell(string(tidy(r.text))), nil
	case 'e':
		return Cell{Kind: Wrong, Text: string(r.text)}, nil
	}
	body := bytes.TrimSpace(r.text)
	if len(body) == 0 {
		return Cell{}, nil
	}
	v, err := strconv.ParseFloat(string(body), 64)
	if err != nil {
		return textCell(string(tidy(r.text))), nil // some writers forget t="str"
	}
	if p.typ == 'b' {
		return Cell{Kind: Bool, Num: v}, nil
	}
	if p.style > 0 && p.style < len(r.x.styles) {
		st := r.x.styles[p.style]
		if st.shows != showsNothing {
			return dateCell(v, st.shows, r.x.base1904), nil
		}
		return Cell{Kind: Number, Num: v, Percent: st.percent}, nil
	}
	return Cell{Kind: Number, Num: v}, nil
}

// textCell returns a Text cell, or a Blank one for an empty text.
func textCell(s string) Cell {
	if s == "" {
		return Cell{}
	}
	return Cell{Kind: Text, Text: s}
}

// merges reads the merged ranges. They stand behind the rows, so the part is
// unpacked up to there without being parsed, which costs about a tenth of a
// pass over the rows.
func (x *xlsx) merges(ctx context.Context, sheet int) ([]Range, error) {
	rc, err := x.open(x.paths[sheet])
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	rest, err := behindRows(ctx, rc)
	if err != nil || rest == nil {
		return nil, wrapUnless(err, x)
	}
	s := newXMLScanner(io.MultiReader(bytes.NewReader(rest), rc), x.maxToken())
	s.depth = 1 // the root element is open
	var out []Range
	for {
		switch err := s.next(); err {
		case nil:
		case io.EOF:
			return out, nil
		default:
			return nil, x.damaged(err)
		}
		if s.token != xmlStart || string(s.name) != "mergeCell" {
			continue
		}
		if g, ok := parseRange(s.attr("ref")); ok {
			out = append(out, g)
		}
		if len(out) > x.lim.Merges {
			return nil, fault.New(fault.TooLarge, "文件“%s”工作表“%s”的合并单元格超过 %d 处。", x.name, x.info[sheet].Name, x.lim.Merges).
				WithHint("请取消数据区的合并单元格后重新上传。")
		}
	}
}

func wrapUnless(err error, x *xlsx) error {
	if err == nil {
		return nil
	}
	return x.damaged(err)
}

// behindRows reads r until the end tag of sheetData and returns what was read
// beyond it, nil when the sheet has no rows at all.
func behindRows(ctx context.Context, r io.Reader) ([]byte, error) {
	const mark = "sheetData"
	buf := make([]byte, 256<<10)
	end := 0
	for block := 0; ; block++ {
		if block%64 == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		n, err := r.Read(buf[end:])
		end += n
		window := buf[:end]
		for {
			i := bytes.Index(window, []byte(mark))
			if i < 0 || i+len(mark)+2 > len(window) {
				break
			}
			after := window[i+len(mark):]
			opened := bytes.LastIndexByte(window[:i], '<')
			closes := opened >= 0 && opened+1 < len(window) && window[opened+1] == '/' && i-opened < 32
			switch {
			case closes && after[0] == '>':
				return after[1:], nil
			case after[0] == '/' && after[1] == '>':
				return after[2:], nil
			}
			window = after
		}
		if err == io.EOF {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		keep := min(end, 64) // a mark may straddle two reads
		copy(buf, buf[end-keep:end])
		end = keep
	}
}

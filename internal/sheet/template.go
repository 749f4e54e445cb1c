package sheet

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"sort"
	"strings"

	"ballast/internal/fault"

	"github.com/xuri/excelize/v2"
)

// Template is a form to be filled in with a spreadsheet program.
type Template struct {
	Seal   Seal     // what the form is, to be recognised when it comes back
	Key    []byte   // secret that signs the seal
	Sheet  string   // name of the sheet
	Title  string   // first line
	Notes  []string // how to fill it in
	Fields []Field
	Rows   [][]any // prefilled, values as in WriteTable
	Spare  int     // empty rows below that carry the formats and lists too
}

// Seal identifies a template. Meta are facts the office wants back unchanged,
// such as period and department.
type Seal struct {
	ID   string // name and version of the template
	Meta map[string]string
}

const (
	sealSheet = "_ballast" // very hidden: not even offered for showing
	listSheet = "_选项"
	// resultSheet is where WriteMarked lists its findings.
	resultSheet = "校验结果"
)

// WriteTemplate writes the form: units in the heads, header frozen, codes as
// text, drop-down lists, locked columns shaded, last period's values in place,
// and a hidden sheet with the signed seal.
func WriteTemplate(ctx context.Context, w io.Writer, t Template) error {
	if len(t.Key) == 0 || t.Seal.ID == "" || len(t.Fields) == 0 {
		return fault.New(fault.Internal, "模板缺少编号、密钥或列。")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	f := excelize.NewFile()
	defer f.Close()
	fields := make([]Field, len(t.Fields))
	for i, field := range t.Fields {
		if fields[i] = field; field.Required {
			fields[i].Head = "*" + field.Head
		}
	}
	x := &exporter{f: f, e: Export{Sheet: t.Sheet, Title: t.Title, Notes: t.Notes, Fields: fields}}
	if err := x.prepare(); err != nil {
		return err
	}
	if err := x.open(); err != nil {
		return err
	}
	locked, err := lockedStyles(x)
	if err != nil {
		return err
	}
	if err := writeTemplateRows(x, t, locked); err != nil {
		return err
	}
	if err := writeLists(x, t); err != nil {
		return err
	}
	if err := internal(x.sw.Flush()); err != nil {
		return err
	}
	if err := writeSeal(f, t); err != nil {
		return err
	}
	return internal(f.Write(w))
}

// lockedStyles gives each kind of column a shaded twin.
func lockedStyles(x *exporter) (map[FieldKind]int, error) {
	out := make(map[FieldKind]int)
	for kind, format := range map[FieldKind]string{AsText: "@", AsNumber: "General", AsDate: "yyyy-mm-dd", AsPercent: "0.00"} {
		id, err := x.f.NewStyle(&excelize.Style{CustomNumFmt: &format, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F2F2F2"}}})
		if err != nil {
			return nil, internal(err)
		}
		out[kind] = id
	}
	return out, nil
}

func writeTemplateRows(x *exporter, t Template, locked map[FieldKind]int) error {
	for i := range len(t.Rows) + t.Spare {
		var values []any
		if i < len(t.Rows) {
			values = t.Rows[i]
		}
		x.row++
		cells := make([]any, len(t.Fields))
		for k, field := range t.Fields {
			c := excelize.Cell{StyleID: x.styles[field.Kind]}
			if field.Locked {
				c.StyleID = locked[field.Kind]
			}
			if k < len(values) {
				v, err := exportCell(values[k])
				if err != nil {
					return err
				}
				c.Value = v
			}
			cells[k] = c
		}
		if err := x.sw.SetRow(fmt.Sprintf("A%d", x.row), cells); err != nil {
			return internal(err)
		}
	}
	return nil
}

// writeLists puts the choices on a hidden sheet and ties the columns to them:
// a list written into the rule itself may not be longer than 255 characters.
func writeLists(x *exporter, t Template) error {
	first, last := x.header+1, max(x.row, x.header+1)
	lists := 0
	for k, field := range t.Fields {
		area := fmt.Sprintf("%s%d:%s%d", ColumnName(k), first, ColumnName(k), last)
		rule := excelize.NewDataValidation(true)
		rule.Sqref = area
		switch {
		case len(field.Choices) > 0:
			if lists == 0 {
				if _, err := x.f.NewSheet(listSheet); err != nil {
					return internal(err)
				}
			}
			col := ColumnName(lists)
			lists++
			for i, choice := range field.Choices {
				if err := x.f.SetCellStr(listSheet, fmt.Sprintf("%s%d", col, i+1), cleanText(choice)); err != nil {
					return internal(err)
				}
			}
			rule.SetSqrefDropList(fmt.Sprintf("'%s'!$%s$1:$%s$%d", listSheet, col, col, len(field.Choices)))
			rule.SetError(excelize.DataValidationErrorStyleStop, "不在选项中", "请从下拉列表中选择。")
		case field.Help == "":
			continue
		}
		if field.Help != "" {
			rule.SetInput(clip(field.Head, 30), clip(field.Help, 200))
		}
		if err := x.f.AddDataValidation(x.sw.Sheet, rule); err != nil {
			return internal(err)
		}
	}
	if lists > 0 {
		return internal(x.f.SetSheetVisible(listSheet, false))
	}
	return nil
}

func writeSeal(f *excelize.File, t Template) error {
	if _, err := f.NewSheet(sealSheet); err != nil {
		return internal(err)
	}
	rows := [][2]string{{"模板标识，请勿修改", ""}, {"id", t.Seal.ID}}
	for _, k := range t.Seal.keys() {
		rows = append(rows, [2]string{"meta:" + k, t.Seal.Meta[k]})
	}
	rows = append(rows, [2]string{"hmac", t.Seal.mac(t.Key)})
	for i, r := range rows {
		for k, v := range r {
			if err := f.SetCellStr(sealSheet, fmt.Sprintf("%s%d", ColumnName(k), i+1), v); err != nil {
				return internal(err)
			}
		}
	}
	f.SetActiveSheet(0)
	return internal(f.SetSheetVisible(sealSheet, false, true))
}

func (s Seal) keys() []string {
	keys := make([]string, 0, len(s.Meta))
	for k := range s.Meta {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// mac signs the seal. Lengths separate the parts, so that no two seals give
// the same message.
func (s Seal) mac(key []byte) string {
	h := hmac.New(sha256.New, key)
	put := func(v string) { fmt.Fprintf(h, "%d:%s", len(v), v) }
	put("ballast template 1")
	put(s.ID)
	for _, k := range s.keys() {
		put(k)
		put(s.Meta[k])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// ReadSeal returns the seal of a workbook that began as a template. It fails
// with a fault of kind NotFound when the workbook has none, and of kind
// Invalid when the seal was changed or signed with another key. The seal
// vouches for what the form is, not for the numbers in it.
func ReadSeal(ctx context.Context, b *Book, key []byte) (Seal, error) {
	at := -1
	for _, s := range b.Sheets() {
		if s.Name == sealSheet {
			at = s.Index
		}
	}
	if at < 0 {
		return Seal{}, fault.New(fault.NotFound, "文件“%s”不是由系统下载的模板。", b.Name())
	}
	seal, mac := Seal{Meta: make(map[string]string)}, ""
	for r, err := range b.Rows(ctx, at) {
		if err != nil {
			return Seal{}, err
		}
		key, value := r.At(0).String(), r.At(1).String()
		switch {
		case key == "id":
			seal.ID = value
		case key == "hmac":
			mac = value
		case strings.HasPrefix(key, "meta:"):
			seal.Meta[strings.TrimPrefix(key, "meta:")] = value
		}
	}
	if !hmac.Equal([]byte(mac), []byte(seal.mac(key))) {
		return Seal{}, fault.New(fault.Invalid, "文件“%s”的模板标识被改动过，或不是本系统发出的。", b.Name()).
			WithHint("请重新下载模板，把数据粘贴进去后上传。")
	}
	return seal, nil
}

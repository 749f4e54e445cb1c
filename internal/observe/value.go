package observe

import (
	"math"
	"strings"

	"ballast/internal/fault"
	"ballast/internal/pack"
	"ballast/internal/period"
	"ballast/internal/sheet"
)

// readCell reads a cell of a file as a value of an item, in the item's unit. unit
// is the column's. What cannot be read comes back Bad with a fault that says why.
func readCell(c sheet.Cell, item pack.Item, unit string) (Cell, error) {
	text := strings.TrimSpace(c.String())
	_, flag := flags[text] // 无 is an answer to a question of yes or no
	if c.Kind == sheet.Blank || c.Kind == sheet.Text && sheet.IsBlankMark(text) && !(flag && item.Type == pack.Flag) {
		return Cell{Kind: Nothing}, nil
	}
	var out Cell
	var err error
	switch item.Type {
	case pack.Number, pack.Integer:
		out, err = readNumber(c, item, unit)
	case pack.Date:
		out, err = readDate(text)
	case pack.Flag:
		out, err = readFlag(c, text)
	default:
		out = Cell{Kind: Text, Text: text}
	}
	if err != nil {
		return Cell{Kind: Bad, Original: text}, err
	}
	if out.Kind == Nothing {
		return out, nil
	}
	if said := out.String(); said != text {
		out.Original = text
	}
	return out, nil
}

func readNumber(c sheet.Cell, item pack.Item, unit string) (Cell, error) {
	v, err := sheet.ParseCell(c)
	if err != nil {
		return Cell{}, err
	}
	if v.Blank {
		return Cell{Kind: Nothing}, nil
	}
	from := unit
	if v.Unit != "" {
		from = v.Unit
	}
	x, err := convertUnit(v.Num, from, item.Unit)
	if err != nil {
		return Cell{}, err
	}
	if math.IsInf(x, 0) || math.IsNaN(x) {
		return Cell{}, fault.New(fault.Invalid, "数值超出范围")
	}
	if item.Type == pack.Integer && x != math.Trunc(x) {
		return Cell{}, fault.New(fault.Invalid, "“%s”应为整数", item.Name)
	}
	return Cell{Kind: Number, Num: x}, nil
}

func readDate(text string) (Cell, error) {
	s := strings.NewReplacer("年", "-", "月", "-", "日", "", "/", "-", ".", "-").Replace(text)
	s, _, _ = strings.Cut(s, " ")
	s, _, _ = strings.Cut(s, "T")
	parts := strings.Split(s, "-")
	if len(parts) == 3 {
		for i := 1; i < 3; i++ {
			if len(parts[i]) == 1 {
				parts[i] = "0" + parts[i]
			}
		}
		if d, err := period.ParseDay(strings.Join(parts, "-")); err == nil {
			return Cell{Kind: Text, Text: d.String()}, nil
		}
	}
	return Cell{}, fault.New(fault.Invalid, "“%s”不是日期，请写成 2025-07-01", text)
}

var flags = map[string]float64{"是": 1, "有": 1, "1": 1, "√": 1, "对": 1, "y": 1, "yes": 1, "true": 1, "否": 0, "无": 0, "0": 0, "×": 0, "n": 0, "no": 0, "false": 0}

func readFlag(c sheet.Cell, text string) (Cell, error) {
	if c.Kind == sheet.Bool {
		return Cell{Kind: Number, Num: c.Num}, nil
	}
	if v, ok := flags[strings.ToLower(text)]; ok {
		return Cell{Kind: Number, Num: v}, nil
	}
	return Cell{}, fault.New(fault.Invalid, "“%s”应填“是”或“否”", text)
}

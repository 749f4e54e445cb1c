package sheet

import (
	"sort"

	"ballast/internal/fault"
)

// filler applies merged ranges to a stream of rows. It holds only the ranges
// that reach the current row.
type filler struct {
	todo   []Range // by first row, not yet reached
	active []activeRange
}

type activeRange struct {
	Range
	value Cell // of the first cell
}

func newFiller(m []Range) *filler {
	todo := make([]Range, 0, len(m))
	for _, g := range m {
		if g.FirstRow < g.LastRow || g.FirstCol < g.LastCol {
			todo = append(todo, g)
		}
	}
	sort.SliceStable(todo, func(i, j int) bool { return todo[i].FirstRow < todo[j].FirstRow })
	return &filler{todo: todo}
}

// feed fills r and passes it on. Rows between two rows of the file, inside a
// range but empty otherwise, are not invented.
func (f *filler) feed(r Row, fn func(Row) error) error {
	live := f.active[:0]
	for _, a := range f.active {
		if a.LastRow >= r.Number {
			live = append(live, a)
		}
	}
	f.active = live
	for len(f.todo) > 0 && f.todo[0].FirstRow <= r.Number {
		g := f.todo[0]
		f.todo = f.todo[1:]
		if g.LastRow < r.Number {
			continue
		}
		a := activeRange{Range: g}
		if g.FirstRow == r.Number {
			a.value = r.At(g.FirstCol)
		}
		f.active = append(f.active, a)
	}
	width := 0
	for _, a := range f.active {
		if width += a.LastCol - a.FirstCol + 1; width > maxColumns {
			return fault.New(fault.Invalid, "第 %d 行的合并单元格互相重叠，文件已损坏。", r.Number).
				WithHint("请取消合并单元格后重新上传。")
		}
	}
	for _, a := range f.active {
		a.fill(&r)
	}
	return fn(r)
}

// fillWidth bounds how far a value is repeated to the right: a title merged
// over all 16,384 columns must not blow up every row.
const fillWidth = 512

func (a activeRange) fill(r *Row) {
	last := min(a.LastCol, a.FirstCol+fillWidth)
	for len(r.Cells) <= last {
		r.Cells = append(r.Cells, Cell{})
	}
	for c := a.FirstCol; c <= last; c++ {
		if r.Number == a.FirstRow && c == a.FirstCol {
			continue
		}
		copied := Cell{Merged: true}
		if a.value.Kind == Text || a.value.Kind == Date {
			copied = a.value
			copied.Merged = true
		}
		r.Cells[c] = copied
	}
}

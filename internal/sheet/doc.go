// Package sheet reads the spreadsheets departments really send and writes the
// ones people want back. It knows files, cells, heads, units and numbers; it
// knows nothing of enterprises or indicators.
//
// # Reading
//
// [Open] recognises a file by its content: xlsx, old xls, and CSV in UTF-8,
// UTF-16 or GB18030 with any usual separator. A [Book] lists its sheets,
// hidden ones marked, and streams rows within [Limits]; memory does not grow
// with the number of rows (an old xls, at most 65,536 rows, and the shared
// strings of an xlsx are the exceptions).
//
// [Book.Tables] finds the tables of a sheet: lines above (title, 指标：…,
// 单位：万元), one to three levels of heads with merged and blank cells
// resolved into a path, units in titles and heads, data, totals, group labels,
// repeated heads, notes; several tables below one another, also under one
// shared header. [Book.TableRows] streams the rows of one table, [Book.Scan]
// does both in one pass. Every row keeps its number on the sheet and every
// column its index, so [Book.Ref] gives each value its lineage.
//
//	b, err := sheet.Open(ctx, name, file, size, sheet.Limits{})
//	tables, err := b.Tables(ctx, 0)
//	found := sheet.Match(tables[0].Columns, targets)
//	for row, err := range b.TableRows(ctx, tables[0]) {
//		if row.Kind != sheet.Data { continue }
//		v, err := sheet.ParseCell(row.At(col.Index))
//		…
//	}
//
// [ParseCell], [ParseNumber], [ParsePeriod], [ParseUnit] and [Convert] read
// values; they never guess, and tell no value from zero.
//
// # Writing
//
// [WriteMarked] gives the same workbook back with cells coloured and
// commented. [WriteTemplate] makes a form to fill in, prefilled and signed,
// and [ReadSeal] recognises it when it returns. [WriteTable] and [WriteCSV]
// export; what a spreadsheet program would run as a formula is written as
// text.
//
// # Life cycle
//
// A Book reads from the file it was opened on and has nothing to close. It
// belongs to one goroutine at a time. Nothing here keeps state between calls:
// mappings that a department has confirmed are remembered by observe.
//
// # What it never does
//
// It never evaluates formulas, follows links, runs macros or fetches
// anything. It never drops a row silently: rows that are not data come with
// their kind. It never returns part of a damaged file as if it were whole: the
// error comes at the end of the pass at the latest, so a caller commits only
// after a pass without error.
package sheet

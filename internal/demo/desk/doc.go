// Package desk writes the spreadsheets that seven departments of the fictitious
// city would send: each with its own title, head, unit, file format and bad
// habits.
//
// [Write] gives the files of one year as bytes together with what is wrong in
// them, so that the demonstration can play the officer who corrects it and a test
// can check that the importer found every fault. The habits are those seen in
// real files: codes with O for 0, blank or half a code, names with half-width
// brackets or without the word 市, the unit in the title, in the head or in 元
// instead of 万元, GBK and UTF-16, two-level merged heads, a total row, trailing
// notes, full-width digits, a row sent twice, one column in the wrong unit.
//
// What it never does: it does not read files back and does not touch the
// database.
package desk

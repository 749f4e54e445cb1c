// Package word writes the few official documents of a bureau as .docx files that
// open unchanged in Word and WPS.
//
// The layout follows GB/T 9704-2012 (党政机关公文格式): A4, 37 mm head margin,
// 28 mm binding margin, a type area of 156 × 225 mm, title in 小标宋 二号, body in
// 仿宋 三号 with 28 points a line, level-one heads in 黑体, level-two heads in 楷体,
// page numbers "— 1 —". Fonts are set for East Asian text explicitly, because a
// theme font would override them; tables use single line spacing, because the
// fixed spacing of the body cuts their rows.
//
// The door is [Document] and its Write method. The bytes depend on the content
// only: no clock, no random ids.
//
// What it never does: it does not read documents and does not compute what it
// prints.
package word

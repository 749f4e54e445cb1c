// Package town invents the fictitious Pingxiang of the demonstration (演示数据):
// some 3,000 industrial firms over six districts and six years, with every figure
// about firms that the newspaper article of June 2026 prints.
//
// [Generate] is pure and deterministic: the same seed gives the same city to the
// byte on every machine. Names and credit codes are made up; the codes carry
// valid check characters and a subject part that counts upwards, so they cannot
// be mistaken for registered ones by anyone who looks.
//
// The article's totals are the constants of figures.go. Firm values are drawn
// first and then fitted to them by largest remainders, in hundredths of the unit,
// so that sums are exact and not merely close.
//
// What it never does: it does not touch the database and does not know how a
// department writes its spreadsheet; package demo does both.
package town

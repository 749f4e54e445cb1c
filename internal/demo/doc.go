// Package demo builds the fictitious Pingxiang (演示数据) through the real path: it
// takes the spreadsheets that town and desk write and plays the people who hand
// them in, decide doubtful firms, send a file back, approve, compute and publish.
//
// Nothing reaches the database but through the rooms' doors, so the journal of
// the demonstration is as true as any. The clock of the build walks from 2021 to
// 2026 with the work; afterwards the real clock goes on.
//
// The door is [New] and [City.Build]; [City.Progress] may be asked meanwhile.
//
// What it never does: it writes no row by itself and corrects nothing an officer
// could not correct.
package demo

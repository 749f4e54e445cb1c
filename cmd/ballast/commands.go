package main

// commands is every verb of the program, in the order the help shows them.
var commands = []command{
	{"pack", "check|test DIR", "检查数据包，或运行其中的算例", runPack},
}

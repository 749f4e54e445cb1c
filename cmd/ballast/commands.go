package main

// commands is every verb of the program, in the order the help shows them.
var commands = []command{
	{"pack", "check|test DIR", "检查数据包，或运行其中的算例", runPack},
	{"uscc", "check [--json] [代码...]", "核对统一社会信用代码（参数或标准输入，每行一个）", usccCommand},
}

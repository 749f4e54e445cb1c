package main

// commands is every verb of the program, in the order the help shows them.
var commands = []command{
	{"index", "run 流水线.yaml --out 目录", "按流水线文件合成综合指数，逐阶段写出 CSV", runIndex},
}

package main

// commands is every verb of the program, in the order the help shows them.
var commands = []command{
	demoCommand,
	serveCommand,
	userCommand,
	importCommand,
	evaluateCommand,
	verifyCommand,
	{"pack", "check|test DIR", "检查数据包，或运行其中的算例", runPack},
	{"uscc", "check [--json] [代码...]", "核对统一社会信用代码（参数或标准输入，每行一个）", usccCommand},
	{"index", "run 流水线.yaml --out 目录", "按流水线文件合成综合指数，逐阶段写出 CSV", runIndex},
	{"hj212", "decode|encode|listen|send [参数] [文件]", "HJ 212 报文工具：解读、生成、接收、发送", runHJ212},
}

package main

// commands is every verb of the program, in the order the help shows them.
var commands = []command{
	{"hj212", "decode|encode|listen|send [参数] [文件]", "HJ 212 报文工具：解读、生成、接收、发送", runHJ212},
}

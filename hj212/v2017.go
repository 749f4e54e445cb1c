package hj212

// edition2017 is HJ 212-2017: QN in every packet, 24-character MN, version bits
// in Flag, six-character factor codes, information and parameters of devices.
var edition2017 = edition{
	version:      V2017,
	name:         "2017",
	title:        "HJ 212-2017",
	flagBits:     1,
	partDigits:   1,
	maxArea:      950,
	requestCodes: requestCodes2017,
	resultCodes:  resultCodes2017,
}

// requestCodes2017 is HJ 212-2017 table 7 (请求命令返回).
var requestCodes2017 = map[int]string{
	1: "准备执行请求", 2: "请求被拒绝", 3: "PW 错误", 4: "MN 错误", 5: "ST 错误",
	6: "Flag 错误", 7: "QN 错误", 8: "CN 错误", 9: "CRC 校验错误", 100: "未知错误",
}

// resultCodes2017 is HJ 212-2017 table 6 (执行结果定义).
var resultCodes2017 = map[int]string{
	1: "执行成功", 2: "执行失败，但不知道原因", 3: "命令请求条件错误", 4: "通讯超时",
	5: "系统繁忙不能执行", 6: "系统故障", 100: "没有数据",
}

package hj212

// edition2005 is HJ/T 212-2005: free field order, 14-character MN, answers
// that carry the number of the question inside CP, alarms.
var edition2005 = edition{
	version:    V2005,
	name:       "2005",
	title:      "HJ/T 212-2005",
	flagBits:   0,
	partDigits: 4, // table "字段名": PNUM, PNO 0001–9999
	maxArea:    960,
	qnInArea:   true,
	requestCodes: map[int]string{
		1: "准备执行请求", 2: "请求被拒绝", 3: "密码错误",
	},
	resultCodes: map[int]string{
		1: "执行成功", 2: "执行失败，但不知道原因", 100: "没有数据",
	},
}

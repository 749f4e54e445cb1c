package hj212

// Command numbers (CN) with a meaning of their own in this package.
const (
	CNSetTimeout      = 1000
	CNGetTime         = 1011
	CNSetTime         = 1012
	CNAskTime         = 1013
	CNNewKey          = 1014
	CNGetRtdInterval  = 1061
	CNSetRtdInterval  = 1062
	CNGetMinInterval  = 1063
	CNSetMinInterval  = 1064
	CNSetPassword     = 1072
	CNRealtime        = 2011
	CNStopRealtime    = 2012
	CNRawData         = 2013
	CNDeviceState     = 2021
	CNStopDeviceState = 2022
	CNDay             = 2031
	CNDeviceDay       = 2041
	CNMinute          = 2051
	CNNoiseOnce       = 2052
	CNHour            = 2061
	CNStandardCheck   = 2062
	CNAlarmLog        = 2071
	CNAlarm           = 2072
	CNRestart         = 2081
	CNFurnace         = 2111
	CNKeepSample      = 3015
	CNDeviceNumber    = 3019
	CNInfo            = 3020
	CNSetParameter    = 3021
	CNAccepted        = 9011
	CNExecuted        = 9012
	CNNoticeReply     = 9013
	CNDataReply       = 9014
	CNHeartbeat       = 9015
	stInteraction     = "91"
)

// Sender is who sends a command.
type Sender uint8

// The senders.
const (
	FromHost   Sender = 1 << iota // the monitoring centre (上位机)
	FromDevice                    // the data logger (现场机)
)

// Pattern is the exchange a command belongs to (HJ 212-2017 §6.2).
type Pattern uint8

// The patterns.
const (
	PatternRequest Pattern = iota + 1 // 请求命令: 9011, data, 9012
	PatternUpload                     // 上传命令: 9014 if bit A is set
	PatternNotice                     // 通知命令: 9013
	PatternReply                      // 应答: no answer
)

// Shape names the typed body of a command sent one way; see [Body].
type Shape uint8

// The shapes.
const (
	ShapeNone       Shape = iota // an empty data area
	ShapeData                    // *DataBody
	ShapeStates                  // *StatesBody
	ShapeQuery                   // *QueryBody
	ShapeParameters              // *ParametersBody
	ShapeInfo                    // *InfoBody
	ShapeAnswer                  // *AnswerBody
)

// Command is one row of the command table. Commands that go both ways have two
// rows: what the host asks for and what the device sends.
type Command struct {
	CN      int
	From    Sender
	Pattern Pattern
	Name    string // Chinese, as in the standard
	Since   Version
	Until   Version
	Shape   Shape
	// Params are the parameters of the data area in their usual order; a name
	// in brackets may be absent.
	Params string
}

// commands is HJ 212-2017 table 9, with the commands only HJ/T 212-2005 has and
// those public code quotes from HJ 212-2025.
var commands = []Command{
	{1000, FromHost, PatternRequest, "设置超时时间及重发次数", V2005, V2025, ShapeParameters, "OverTime,ReCount"},
	{1001, FromHost, PatternRequest, "设置超限报警时间", V2005, V2005, ShapeParameters, "WarnTime"},
	{1001, FromDevice, PatternUpload, "上传数采仪硬件序号", V2025, V2025, ShapeInfo, ""},
	{1002, FromHost, PatternRequest, "设置数采仪 MN 编码", V2025, V2025, ShapeParameters, "[MN]"},
	{1011, FromHost, PatternRequest, "提取现场机时间", V2005, V2025, ShapeParameters, "[PolId]"},
	{1011, FromDevice, PatternUpload, "上传现场机时间", V2005, V2025, ShapeParameters, "[PolId],SystemTime"},
	{1012, FromHost, PatternRequest, "设置现场机时间", V2005, V2025, ShapeParameters, "[PolId],SystemTime"},
	{1013, FromDevice, PatternNotice, "现场机时间校准请求", V2017, V2025, ShapeParameters, "[PolId]"},
	{1014, FromHost, PatternRequest, "下发新密钥", V2025, V2025, ShapeParameters, "[SKCreateTime],[NewSK]"},
	{1014, FromDevice, PatternNotice, "现场机获取新密钥", V2025, V2025, ShapeParameters, "[SKCreateTime]"},
	{1021, FromHost, PatternRequest, "提取污染物报警门限值", V2005, V2005, ShapeParameters, "[PolId]"},
	{1021, FromDevice, PatternUpload, "上传污染物报警门限值", V2005, V2005, ShapeData, ""},
	{1022, FromHost, PatternRequest, "设置污染物报警门限值", V2005, V2005, ShapeData, ""},
	{1031, FromHost, PatternRequest, "提取上位机地址", V2005, V2005, ShapeNone, ""},
	{1031, FromDevice, PatternUpload, "上传上位机地址", V2005, V2005, ShapeParameters, "[AlarmTarget]"},
	{1032, FromHost, PatternRequest, "设置上位机地址", V2005, V2005, ShapeParameters, "[AlarmTarget]"},
	{1041, FromHost, PatternRequest, "提取数据上报时间", V2005, V2005, ShapeNone, ""},
	{1041, FromDevice, PatternUpload, "上传数据上报时间", V2005, V2005, ShapeParameters, "[ReportTime]"},
	{1042, FromHost, PatternRequest, "设置数据上报时间", V2005, V2005, ShapeParameters, "[ReportTime]"},
	{1061, FromHost, PatternRequest, "提取实时数据间隔", V2005, V2025, ShapeNone, ""},
	{1061, FromDevice, PatternUpload, "上传实时数据间隔", V2005, V2025, ShapeParameters, "RtdInterval"},
	{1062, FromHost, PatternRequest, "设置实时数据间隔", V2005, V2025, ShapeParameters, "RtdInterval"},
	{1063, FromHost, PatternRequest, "提取分钟数据间隔", V2017, V2025, ShapeNone, ""},
	{1063, FromDevice, PatternUpload, "上传分钟数据间隔", V2017, V2025, ShapeParameters, "MinInterval"},
	{1064, FromHost, PatternRequest, "设置分钟数据间隔", V2017, V2025, ShapeParameters, "MinInterval"},
	{1072, FromHost, PatternRequest, "设置现场机密码", V2005, V2025, ShapeParameters, "[NewPW],[PW]"},
	{2011, FromHost, PatternRequest, "取污染物实时数据", V2005, V2025, ShapeNone, ""},
	{2011, FromDevice, PatternUpload, "上传污染物实时数据", V2005, V2025, ShapeData, ""},
	{2012, FromHost, PatternNotice, "停止察看污染物实时数据", V2005, V2025, ShapeNone, ""},
	{2013, FromHost, PatternRequest, "取原始监测数据", V2025, V2025, ShapeQuery, ""},
	{2013, FromDevice, PatternUpload, "上传原始监测数据", V2025, V2025, ShapeData, ""},
	{2021, FromHost, PatternRequest, "取设备运行状态数据", V2005, V2025, ShapeNone, ""},
	{2021, FromDevice, PatternUpload, "上传设备运行状态数据", V2005, V2025, ShapeStates, ""},
	{2022, FromHost, PatternNotice, "停止察看设备运行状态", V2005, V2025, ShapeNone, ""},
	{2031, FromHost, PatternRequest, "取污染物日历史数据", V2005, V2025, ShapeQuery, ""},
	{2031, FromDevice, PatternUpload, "上传污染物日历史数据", V2005, V2025, ShapeData, ""},
	{2041, FromHost, PatternRequest, "取设备运行时间日历史数据", V2005, V2025, ShapeQuery, ""},
	{2041, FromDevice, PatternUpload, "上传设备运行时间日历史数据", V2005, V2025, ShapeStates, ""},
	{2051, FromHost, PatternRequest, "取污染物分钟数据", V2005, V2025, ShapeQuery, ""},
	{2051, FromDevice, PatternUpload, "上传污染物分钟数据", V2005, V2025, ShapeData, ""},
	{2052, FromHost, PatternRequest, "取噪声单次测量数据", V2025, V2025, ShapeQuery, ""},
	{2052, FromDevice, PatternUpload, "上传噪声单次测量数据", V2025, V2025, ShapeData, ""},
	{2061, FromHost, PatternRequest, "取污染物小时数据", V2005, V2025, ShapeQuery, ""},
	{2061, FromDevice, PatternUpload, "上传污染物小时数据", V2005, V2025, ShapeData, ""},
	{2062, FromHost, PatternRequest, "取自动标样核查校准数据", V2025, V2025, ShapeQuery, ""},
	{2062, FromDevice, PatternUpload, "上传自动标样核查校准数据", V2025, V2025, ShapeData, ""},
	{2071, FromHost, PatternRequest, "取污染物报警记录", V2005, V2005, ShapeQuery, ""},
	{2071, FromDevice, PatternUpload, "上传污染物报警记录", V2005, V2005, ShapeData, ""},
	{2072, FromDevice, PatternNotice, "上传报警事件", V2005, V2005, ShapeData, ""},
	{2081, FromDevice, PatternUpload, "上传数采仪开机时间", V2017, V2025, ShapeParameters, "DataTime,RestartTime"},
	{2111, FromDevice, PatternUpload, "上传炉膛温度 5 分钟均值", V2025, V2025, ShapeData, ""},
	{3011, FromHost, PatternRequest, "零点校准量程校准", V2005, V2025, ShapeParameters, "PolId"},
	{3012, FromHost, PatternRequest, "即时采样", V2005, V2025, ShapeParameters, "PolId"},
	{3013, FromHost, PatternRequest, "启动清洗/反吹", V2005, V2025, ShapeParameters, "PolId"},
	{3014, FromHost, PatternRequest, "比对采样（2005：设置采样时间周期）", V2005, V2017, ShapeParameters, "[PolId],[CTime]"},
	{3015, FromHost, PatternRequest, "超标留样", V2017, V2025, ShapeNone, ""},
	{3015, FromDevice, PatternUpload, "上传超标留样信息", V2017, V2025, ShapeParameters, "DataTime,VaseNo"},
	{3016, FromHost, PatternRequest, "设置采样时间周期", V2017, V2025, ShapeParameters, "PolId,CstartTime,[CTime],[Ctime]"},
	{3017, FromHost, PatternRequest, "提取采样时间周期", V2017, V2025, ShapeParameters, "PolId"},
	{3017, FromDevice, PatternUpload, "上传采样时间周期", V2017, V2025, ShapeParameters, "PolId,CstartTime,[CTime],[Ctime]"},
	{3018, FromHost, PatternRequest, "提取出样时间", V2017, V2025, ShapeParameters, "PolId"},
	{3018, FromDevice, PatternUpload, "上传出样时间", V2017, V2025, ShapeParameters, "PolId,Stime"},
	{3019, FromHost, PatternRequest, "提取设备唯一标识", V2017, V2025, ShapeParameters, "PolId"},
	{3019, FromDevice, PatternUpload, "上传设备唯一标识", V2017, V2025, ShapeInfo, "[PolId]"},
	{3020, FromHost, PatternRequest, "提取现场机信息", V2017, V2025, ShapeInfo, "PolId,[InfoId]"},
	{3020, FromDevice, PatternUpload, "上传现场机信息", V2017, V2025, ShapeInfo, "[PolId]"},
	{3021, FromHost, PatternRequest, "设置现场机参数", V2017, V2025, ShapeInfo, "PolId,[InfoId]"},
	{3022, FromHost, PatternRequest, "下发即时留样任务", V2025, V2025, ShapeParameters, "[PolId],[VaseNo]"},
	{3024, FromHost, PatternRequest, "启动标样核查", V2025, V2025, ShapeParameters, "[PolId]"},
	{9011, FromDevice, PatternReply, "请求应答", V2005, V2025, ShapeAnswer, "QnRtn"},
	{9012, FromDevice, PatternReply, "执行结果", V2005, V2025, ShapeAnswer, "ExeRtn"},
	{9013, FromHost | FromDevice, PatternReply, "通知应答", V2005, V2025, ShapeAnswer, ""},
	{9014, FromHost | FromDevice, PatternReply, "数据应答", V2005, V2025, ShapeAnswer, ""},
	{9015, FromDevice, PatternNotice, "心跳包", V2025, V2025, ShapeNone, ""},
}

// Commands returns the command table.
func Commands() []Command { return append([]Command(nil), commands...) }

// LookupCommand returns the row of a command sent by one side. A row of another
// edition is returned too, because devices mix editions: see Command.Since. ok
// is false for reserved and private numbers.
func LookupCommand(cn int, from Sender) (Command, bool) {
	for i := range commands {
		if c := &commands[i]; c.CN == cn && c.From&from != 0 {
			return *c, true
		}
	}
	return Command{}, false
}

// CommandOf returns the row of a command in an edition, if the edition has it.
func CommandOf(v Version, cn int, from Sender) (Command, bool) {
	for i := range commands {
		if c := &commands[i]; c.CN == cn && c.From&from != 0 && c.Since <= v && v <= c.Until {
			return *c, true
		}
	}
	return Command{}, false
}

// systemNames is HJ 212-2017 table 5 (ST), with the two codes of 2025.
var systemNames = map[string]string{
	"21": "地表水质量监测", "22": "空气质量监测", "23": "声环境质量监测", "24": "地下水质量监测",
	"25": "土壤质量监测", "26": "海水质量监测", "27": "挥发性有机物监测", "31": "大气环境污染源",
	"32": "地表水体环境污染源", "33": "地下水体环境污染源", "34": "海洋环境污染源", "35": "土壤环境污染源",
	"36": "声环境污染源", "37": "振动环境污染源", "38": "放射性环境污染源", "39": "工地扬尘污染源",
	"41": "电磁环境污染源", "44": "用电监测", "45": "关键生产工况标记", "51": "烟气排放过程监控",
	"52": "污水排放过程监控", "91": "系统交互",
}

// SystemName returns the Chinese name of a system code (ST).
func SystemName(st string) (string, bool) {
	s, ok := systemNames[st]
	return s, ok
}

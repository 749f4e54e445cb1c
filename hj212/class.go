package hj212

// Class is the second half of a data area key: which sort of value of the
// factor before the hyphen it is (HJ 212-2017 table 5, HJ/T 212-2005 table 4).
type Class uint8

// The classes. ClassNone is a key without a hyphen (DataTime=…), ClassOther a
// key with a hyphen and an unknown second half, which is kept as it is.
const (
	ClassNone Class = iota
	ClassOther
	Rtd           // measured now
	Min           // least of the interval
	Avg           // mean of the interval
	Max           // greatest of the interval
	Cou           // accumulated amount
	ZsRtd         // measured now, converted (折算)
	ZsMin         // least, converted
	ZsAvg         // mean, converted
	ZsMax         // greatest, converted
	ZsCou         // not in any edition, but sent
	FlagClass     // data flag, see DataFlag
	EFlag         // flag of the instrument's maker
	SampleTime    // when the sample was taken
	RS            // state of a treatment device
	RT            // hours a treatment device ran in the day
	Data          // noise of the interval
	DayData       // noise of the daytime
	NightData     // noise of the night
	SN            // number of an instrument
	InfoClass     // field information
	Ala           // 2005: alarm event
	UpValue       // 2005: upper alarm limit
	LowValue      // 2005: lower alarm limit
	CompleteTime  // 2025: when the analysis ended
	SampleType    // 2025: kind of the sample
	SampleRd      // 2025: reading of a standard sample
	StandardValue // 2025: nominal value of a standard sample
	ResultType    // 2025: outcome of a standard sample check

	classCount
)

// classNames is indexed by Class.
var classNames = [classCount]string{
	Rtd: "Rtd", Min: "Min", Avg: "Avg", Max: "Max", Cou: "Cou",
	ZsRtd: "ZsRtd", ZsMin: "ZsMin", ZsAvg: "ZsAvg", ZsMax: "ZsMax", ZsCou: "ZsCou",
	FlagClass: "Flag", EFlag: "EFlag", SampleTime: "SampleTime", RS: "RS", RT: "RT",
	Data: "Data", DayData: "DayData", NightData: "NightData", SN: "SN", InfoClass: "Info",
	Ala: "Ala", UpValue: "UpValue", LowValue: "LowValue",
	CompleteTime: "CompleteTime", SampleType: "SampleType", SampleRd: "SampleRd",
	StandardValue: "StandardValue", ResultType: "ResultType",
}

// String returns the class as written on the wire, empty for ClassNone and
// ClassOther.
func (c Class) String() string {
	if c >= classCount {
		return ""
	}
	return classNames[c]
}

// classOf returns the class written in name, and whether only its case differs
// from the standard's.
func classOf(name []byte) (c Class, folded bool) {
	for i := Rtd; i < classCount; i++ {
		if string(name) == classNames[i] {
			return i, false
		}
	}
	for i := Rtd; i < classCount; i++ {
		if equalFold(name, classNames[i]) {
			return i, true
		}
	}
	return ClassOther, false
}

// equalFold compares ASCII text without regard to case.
func equalFold(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := range b {
		x, y := b[i], s[i]
		if 'A' <= x && x <= 'Z' {
			x |= 0x20
		}
		if 'A' <= y && y <= 'Z' {
			y |= 0x20
		}
		if x != y {
			return false
		}
	}
	return true
}

// DataFlag is the validity letter of a value. The zero value means that none
// was sent.
type DataFlag byte

// The letters of HJ 212-2017 table 8, and those only HJ/T 212-2005 has.
const (
	FlagNormal      DataFlag = 'N' // 正常
	FlagStopped     DataFlag = 'F' // 停运 (2005: 排放源停运)
	FlagMaintenance DataFlag = 'M' // 维护
	FlagManual      DataFlag = 'S' // 手工输入
	FlagFault       DataFlag = 'D' // 故障
	FlagCalibration DataFlag = 'C' // 校准
	FlagOutOfRange  DataFlag = 'T' // 超测量上下限
	FlagComm        DataFlag = 'B' // 与仪表通讯异常
	FlagPower       DataFlag = 'P' // 2005: 电源故障
)

// flagRow describes one letter.
type flagRow struct {
	flag  DataFlag
	zh    string
	valid bool // the value counts as measured in normal operation
	since Version
	until Version
}

// flagTable is the flag dictionary. A letter that is not here is kept and is
// not valid.
var flagTable = []flagRow{
	{FlagNormal, "正常", true, V2005, V2025},
	{FlagStopped, "停运", false, V2005, V2025},
	{FlagMaintenance, "维护", false, V2005, V2025},
	{FlagManual, "手工输入", false, V2005, V2025},
	{FlagFault, "故障", false, V2005, V2025},
	{FlagCalibration, "校准", false, V2005, V2025},
	{FlagOutOfRange, "超测量上下限", false, V2005, V2025},
	{FlagComm, "通讯异常", false, V2017, V2025},
	{FlagPower, "电源故障", false, V2005, V2005},
	{'0', "校准数据（空气站）", false, V2005, V2005},
	{'1', "气象参数（空气站）", false, V2005, V2005},
	{'2', "异常数据（空气站）", false, V2005, V2005},
	{'3', "正常数据（空气站）", true, V2005, V2005},
}

// Known reports whether edition v has the letter.
func (f DataFlag) Known(v Version) bool {
	for _, r := range flagTable {
		if r.flag == f {
			return r.since <= v && v <= r.until
		}
	}
	return false
}

// Valid reports whether a value with this flag was measured in normal
// operation. Unknown letters and the absence of a flag are not valid.
func (f DataFlag) Valid() bool {
	for _, r := range flagTable {
		if r.flag == f {
			return r.valid
		}
	}
	return false
}

// Text returns the meaning in Chinese.
func (f DataFlag) Text() string {
	if f == 0 {
		return "未标记"
	}
	for _, r := range flagTable {
		if r.flag == f {
			return r.zh
		}
	}
	return "未知标记"
}

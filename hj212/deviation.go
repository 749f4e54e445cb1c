package hj212

import "strings"

// Deviation is one way in which a frame differs from the text of the standard.
// Its String is stable: it appears in JSON, in statistics and in station
// configuration.
type Deviation uint8

// The deviations. Their order is their bit in a [DeviationSet]; new ones are
// appended, never inserted.
const (
	Noise Deviation = iota
	SpacePaddedLength
	ShortLengthField
	WrongLength
	OversizeSegment
	LowerCaseCRC
	ShortCRC
	ModbusCRC
	ModbusCRCSwapped
	WrongCRC
	MissingCRLF
	LFOnly
	CROnly
	LiteralCRLF
	MissingSeparator
	CommaSeparator
	StraySpace
	MissingCPStart
	MissingCPEnd
	FieldAfterCP
	DuplicateField
	MissingST
	BadFlag
	BadPart
	BadHeaderField
	NonUTF8Text
	SM4TextForm

	NoQN
	BadQN
	NoFlag
	NoMN
	NoPW
	MNNot24Hex
	FieldOrder
	FieldNameCase
	UnknownField
	OldFactorCode
	CPTooLong
	TrailingSemicolon
	EmptyPair
	PairWithoutEquals
	EqualsInValue
	SplitBitWithoutPNUM
	PNUMWithoutSplitBit
	LongDataTime
	BlankBetweenFrames
	UnknownVersion
	BadBackfill
	EOFTail

	deviationCount
)

// deviationRow says what a deviation is and who may let it pass.
type deviationRow struct {
	name     string
	gated    bool   // refused unless the station's Accept holds it
	tolerant bool   // part of the set that Tolerant accepts
	zh       string // what was seen, for people
	section  string // the sentence of HJ 212-2017 it departs from
}

// deviations is the whole dictionary: gated rows are what real devices do
// against the text of the standard; the others are oddities that leave length,
// CRC and structure intact, so they are named and counted but refuse nothing.
var deviations = [deviationCount]deviationRow{
	Noise:               {"noise", true, true, "帧前有杂散字节", "6.3.1"},
	SpacePaddedLength:   {"space_padded_length", true, true, "长度字段用空格补位", "6.3.1"},
	ShortLengthField:    {"short_length_field", true, true, "长度字段不足四位", "6.3.1"},
	WrongLength:         {"wrong_length", true, false, "长度字段与数据段实际字节数不符", "6.3.1"},
	OversizeSegment:     {"oversize_segment", true, true, "数据段超过 1024 字节", "6.3.1"},
	LowerCaseCRC:        {"lower_case_crc", true, true, "CRC 用小写十六进制", "6.3.1, A"},
	ShortCRC:            {"short_crc", true, true, "CRC 前导零缺失", "6.3.1, A"},
	ModbusCRC:           {"modbus_crc", true, true, "用 Modbus 算法计算 CRC", "A"},
	ModbusCRCSwapped:    {"modbus_crc_swapped", true, true, "用 Modbus 算法计算 CRC 且低字节在前", "A"},
	WrongCRC:            {"crc_mismatch", true, false, "CRC 不符", "A"},
	MissingCRLF:         {"missing_crlf", true, true, "帧尾缺少回车换行", "6.3.1"},
	LFOnly:              {"lf_only", true, true, "帧尾只有换行", "6.3.1"},
	CROnly:              {"cr_only", true, true, "帧尾只有回车", "6.3.1"},
	LiteralCRLF:         {"literal_crlf", true, true, `帧尾是文字“\r\n”`, "6.3.1"},
	MissingSeparator:    {"missing_separator", true, true, "CP 前缺少分号", "6.3.2"},
	CommaSeparator:      {"comma_separator", true, true, "数据段字段之间用了逗号", "6.3.2"},
	StraySpace:          {"stray_space", true, true, "数据段字段前后有空格", "6.3.2"},
	MissingCPStart:      {"missing_cp_start", true, true, "CP= 之后缺少 &&", "6.3.2"},
	MissingCPEnd:        {"missing_cp_end", true, true, "CRC 之前缺少 &&", "6.3.2"},
	FieldAfterCP:        {"field_after_cp", true, true, "CP 之后还有字段", "6.3.2"},
	DuplicateField:      {"duplicate_field", true, true, "数据段字段重复", "6.3.2"},
	MissingST:           {"missing_st", true, true, "缺少 ST", "6.3.2"},
	BadFlag:             {"bad_flag", true, true, "Flag 不是 0 到 255 的整数", "6.3.2"},
	BadPart:             {"bad_part", true, true, "PNUM 或 PNO 不是整数", "6.3.2"},
	BadHeaderField:      {"bad_header_field", true, true, "数据段中有不成“名=值”的内容", "6.3.2"},
	NonUTF8Text:         {"non_utf8_text", true, true, "数据区文字不是 UTF-8（多为 GBK）", "6.3.3"},
	SM4TextForm:         {"sm4_text_form", true, true, "SM4 密文以 {0x..} 文字发送", "2025 6.4"},
	NoQN:                {"no_qn", false, true, "没有 QN", "6.3.2"},
	BadQN:               {"bad_qn", false, true, "QN 不是 17 位数字", "6.3.2"},
	NoFlag:              {"no_flag", false, true, "没有 Flag", "6.3.2"},
	NoMN:                {"no_mn", false, true, "没有 MN", "6.3.2"},
	NoPW:                {"no_pw", false, true, "没有 PW 或 PW 为空", "6.3.2"},
	MNNot24Hex:          {"mn_not_24_hex", false, true, "MN 不是 24 位十六进制", "6.3.2"},
	FieldOrder:          {"field_order", false, true, "数据段字段次序与标准不同", "6.3.2"},
	FieldNameCase:       {"field_name_case", false, true, "字段名大小写与标准不同", "6.3.3"},
	UnknownField:        {"unknown_field", false, true, "数据段有标准以外的字段", "6.3.2"},
	OldFactorCode:       {"old_factor_code", false, true, "2017/2025 帧中使用 2005 因子编码", "B"},
	CPTooLong:           {"cp_over_950", false, true, "数据区超过 950 字节", "6.3.2"},
	TrailingSemicolon:   {"trailing_semicolon", false, true, "数据区以分号结尾", "6.3.3"},
	EmptyPair:           {"empty_pair", false, true, "数据区有空项", "6.3.3"},
	PairWithoutEquals:   {"pair_without_equals", false, true, "数据区有不含等号的项", "6.3.3"},
	EqualsInValue:       {"equals_in_value", false, true, "值中又有等号（缺少分隔符）", "6.3.3"},
	SplitBitWithoutPNUM: {"split_bit_without_pnum", false, true, "Flag 声明拆包但没有 PNUM、PNO", "6.3.2"},
	PNUMWithoutSplitBit: {"pnum_without_split_bit", false, true, "有 PNUM、PNO 但 Flag 未声明拆包", "6.3.2"},
	LongDataTime:        {"data_time_not_14_digits", false, true, "DataTime 不是 14 位数字", "6.3.3"},
	BlankBetweenFrames:  {"blank_between_frames", false, true, "帧间有空白字节", "6.3.1"},
	UnknownVersion:      {"unknown_version", false, true, "Flag 中的版本位未知", "6.3.2"},
	BadBackfill:         {"bad_rf", false, true, "RF 不是 1", "2025"},
	EOFTail:             {"eof_tail", false, true, "输入在最后一帧的 CRC 之后结束", "6.3.1"},
}

// String returns the stable name, such as "lower_case_crc".
func (d Deviation) String() string {
	if d >= deviationCount {
		return "unknown_deviation"
	}
	return deviations[d].name
}

// Text returns what was seen, in Chinese.
func (d Deviation) Text() string {
	if d >= deviationCount {
		return "未知偏差"
	}
	return deviations[d].zh
}

// Section returns the section of HJ 212-2017 (or "2025 …") the deviation
// departs from.
func (d Deviation) Section() string {
	if d >= deviationCount {
		return ""
	}
	return deviations[d].section
}

// Gated reports whether a frame with this deviation is refused unless the
// station's profile accepts it. Deviations that are not gated are only named.
func (d Deviation) Gated() bool { return d < deviationCount && deviations[d].gated }

// Deviations returns every deviation in order, for documentation and
// configuration pages.
func Deviations() []Deviation {
	all := make([]Deviation, deviationCount)
	for i := range all {
		all[i] = Deviation(i)
	}
	return all
}

// ParseDeviation finds a deviation by its stable name.
func ParseDeviation(name string) (Deviation, bool) {
	for i := range deviations {
		if deviations[i].name == name {
			return Deviation(i), true
		}
	}
	return 0, false
}

// DeviationSet is a set of deviations; the zero value is empty.
type DeviationSet uint64

// Of returns the set of the given deviations.
func Of(ds ...Deviation) DeviationSet {
	var s DeviationSet
	for _, d := range ds {
		s |= 1 << d
	}
	return s
}

// gatedSet returns the set of all gated deviations, or with tolerant those
// which the tolerant preset accepts.
func gatedSet(tolerantOnly bool) DeviationSet {
	var s DeviationSet
	for i, r := range deviations {
		if r.gated && (r.tolerant || !tolerantOnly) {
			s |= 1 << i
		}
	}
	return s
}

var (
	allGated      = gatedSet(false)
	tolerantGated = gatedSet(true)
)

// Has reports whether d is in the set.
func (s DeviationSet) Has(d Deviation) bool { return s&(1<<d) != 0 }

// With returns the set with ds added.
func (s DeviationSet) With(ds ...Deviation) DeviationSet { return s | Of(ds...) }

// Without returns the set with ds removed.
func (s DeviationSet) Without(ds ...Deviation) DeviationSet { return s &^ Of(ds...) }

// Gated returns the members that need a station's consent.
func (s DeviationSet) Gated() DeviationSet { return s & allGated }

// Notes returns the members that are only named.
func (s DeviationSet) Notes() DeviationSet { return s &^ allGated }

// Names returns the stable names of the members, in the order of the table.
func (s DeviationSet) Names() []string {
	names := []string{}
	for d := Deviation(0); d < deviationCount; d++ {
		if s.Has(d) {
			names = append(names, d.String())
		}
	}
	return names
}

// String joins the names with commas.
func (s DeviationSet) String() string { return strings.Join(s.Names(), ",") }

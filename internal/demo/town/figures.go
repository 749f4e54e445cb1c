package town

// Figures the article prints of Pingxiang's industry (江西日报 2026-06, S1 in the
// domain notes), and the totals chosen so that they come out. Money is 万元,
// energy 吨标准煤, both in hundredths where a Firm carries them.
const (
	AboveScale2025 = 940 // 规上企业数, +331 against the end of 2020
	AboveScale2020 = 609

	Revenue2025     = 12670500 // 1267.05 亿元
	RevenuePrev2025 = 11953300 // 1195.33 亿元, the same firms a year before: +6.0 %

	ValueAddedPrev2025 = 2941000 // base of the same firms
	ValueAdded2025     = 3167457 // × 1.077: +7.7 %

	EnginesPrev2025 = 1474839 // four growth engines (四大新动能): base share 50.15 %
	Engines2025     = 1694589 // 53.5 % of value added, +14.9 %

	SmartPrev2025 = 300000 // 智能制造
	Smart2025     = 377700 // +25.9 %

	ChainsPrev2025 = 1911650 // ten key chains (重点产业链)
	Chains2025     = 2118108 // +10.8 %

	// Engine firms that belong to no chain, and chain firms that are no engine,
	// fill the difference; the article is silent about the split.
	EngineNoChainPrev2025 = 263189
	EngineNoChain2025     = 297481

	ValueAdded2020 = 1980000
	Energy2020     = 2475000 // 1.25 吨标准煤/万元
	Energy2025     = 3166665 // 0.99975 吨标准煤/万元: −20.02 % against 2020
)

// Counts of titled firms the article prints.
var titled = []struct {
	label string
	count int
	among string // only firms that carry this label qualify; "" for any above-scale firm
}{
	{"specialised", 257, ""},                 // 专精特新
	{"little_giant", 26, "specialised"},      // 专精特新“小巨人”
	{"key_little_giant", 9, "little_giant"},  // 重点“小巨人”
	{"digital_converted", 680, ""},           // 完成数字化改造
	{"digital_l6", 177, "digital_converted"}, // L6 及以上
	{"small_lighthouse", 31, "digital_l6"},   // 小灯塔
	{"smart_factory", 13, "digital_l6"},      // 数智工厂
	{"green_factory_national", 15, ""},       // 国家绿色工厂
	{"green_factory_province", 61, ""},       // 省级绿色工厂
	{"tech_centre_province", 52, ""},         // 省级企业技术中心
	{"design_centre_province", 7, ""},        // 省级工业设计中心
	{"research_institute_province", 3, ""},   // 省级产业技术研究院
	{"chain_leader", 3, "in_chain"},          // 省级链主企业
	{"high_tech", 312, ""},                   // 高新技术企业; the count is invented
}

// aboveScaleAt is the number of above-scale firms at the end of each year. The
// article gives the first and the last; the others are invented.
var aboveScaleAt = [...]int{609, 668, 731, 799, 868, 940}

// Years of the demonstration.
const (
	FirstYear = 2020
	LastYear  = 2025
	years     = LastYear - FirstYear + 1
)

// below is the number of below-scale firms (规下) in every year.
const below = 2000

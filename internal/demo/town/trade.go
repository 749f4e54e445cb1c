package town

// trade is one line of industry with the words its firms are named after and the
// magnitudes their values are drawn from. Classes are GB/T 4754-2017.
type trade struct {
	class  string
	word   string  // in the firm's name
	engine string  // growth engine key, "" for none
	chain  string  // key chain, "" for none
	share  float64 // of firms
	// Medians: value added per head (万元), per mu (万元), energy per value added
	// (吨标准煤/万元), R&D share of revenue, value added share of revenue,
	// emissions (吨 per 万元 of value added).
	perHead, perMu, energy, rd, margin, emit float64
}

// The engines and chains of the article. Engine firms outside a chain and chain
// firms outside an engine both exist, because the totals need them.
var trades = []trade{
	{"3982", "电路", "engine_electronics", "electronics", 7, 22, 210, 0.25, 0.042, 0.24, 0.00004},
	{"3985", "电子材料", "engine_electronics", "electronics", 4, 24, 190, 0.35, 0.045, 0.25, 0.00005},
	{"3976", "光电", "engine_electronics", "", 3, 23, 200, 0.22, 0.044, 0.25, 0.00003},
	{"3073", "工业陶瓷", "engine_materials", "metals", 9, 17, 95, 0.95, 0.034, 0.27, 0.0006},
	{"3393", "粉末冶金", "engine_materials", "metals", 5, 18, 105, 0.80, 0.036, 0.25, 0.0004},
	{"3091", "碳素材料", "engine_materials", "", 3, 19, 98, 1.10, 0.033, 0.25, 0.0006},
	{"3841", "锂电", "engine_materials", "new_energy", 4, 26, 170, 0.55, 0.040, 0.22, 0.0001},
	{"3511", "机械", "engine_intelligent", "equipment", 6, 18, 110, 0.30, 0.035, 0.26, 0.0001},
	{"3442", "压缩机", "engine_intelligent", "equipment", 4, 18, 115, 0.28, 0.036, 0.26, 0.0001},
	{"3599", "智能装备", "engine_intelligent", "", 3, 20, 130, 0.22, 0.046, 0.27, 0.00006},
	{"1371", "食品", "engine_green_food", "food", 5, 13, 90, 0.32, 0.012, 0.22, 0.0002},
	{"1495", "生物食品", "engine_green_food", "food", 3, 14, 96, 0.35, 0.015, 0.23, 0.0002},
	{"1439", "农产品", "engine_green_food", "", 2, 12, 84, 0.30, 0.010, 0.21, 0.0002},
	{"3834", "电瓷", "", "equipment", 8, 15, 82, 1.20, 0.031, 0.28, 0.0007},
	{"3825", "光伏", "", "new_energy", 2, 22, 160, 0.50, 0.034, 0.21, 0.0001},
	{"3591", "环保科技", "", "environmental", 4, 18, 105, 0.35, 0.038, 0.26, 0.0001},
	{"4210", "再生资源", "", "environmental", 3, 16, 88, 0.60, 0.016, 0.18, 0.0003},
	{"2672", "花炮", "", "fireworks", 6, 10, 36, 0.12, 0.010, 0.30, 0.0001},
	{"3031", "建材", "", "building", 6, 13, 62, 1.90, 0.012, 0.26, 0.0012},
	{"3071", "陶瓷", "", "building", 4, 14, 66, 1.80, 0.014, 0.26, 0.0012},
	{"1819", "服饰", "", "clothing_home", 4, 9, 78, 0.14, 0.008, 0.24, 0.00005},
	{"2110", "家居", "", "clothing_home", 3, 10, 70, 0.16, 0.009, 0.24, 0.00008},
	{"2740", "药业", "", "medicine", 2, 20, 120, 0.30, 0.048, 0.33, 0.0001},
	{"3360", "表面处理", "", "", 3, 13, 74, 0.85, 0.018, 0.25, 0.0009},
	{"3021", "混凝土构件", "", "", 4, 13, 58, 0.70, 0.009, 0.22, 0.0008},
	{"3120", "特钢", "", "", 1, 30, 140, 3.60, 0.020, 0.17, 0.0016},
	{"0610", "矿业", "", "", 2, 14, 60, 1.40, 0.006, 0.38, 0.0010},
	{"2922", "塑业", "", "", 3, 13, 80, 0.45, 0.014, 0.22, 0.0003},
	{"4417", "环保能源", "", "", 0.4, 32, 120, 0.90, 0.008, 0.45, 0.0040},
}

// utilityClass marks the waste-to-energy firms, a public utility that schemes
// leave ungraded.
const utilityClass = "4417"

// district is one place of the city with its share of firms.
type district struct {
	code, name string
	share      float64
	park       string
}

var districts = []district{
	{"360302", "安源区", 16, "安源工业园"},
	{"360313", "湘东区", 19, "湘东工业园"},
	{"360321", "莲花县", 11, "莲花工业园"},
	{"360322", "上栗县", 21, "上栗工业园"},
	{"360323", "芦溪县", 18, "芦溪工业园"},
	{"3603KF", "萍乡经开区", 15, "萍乡经济技术开发区"},
}

// brands are made-up two-character words; with a trade and a place they make more
// names than the city needs.
var brandHeads = []rune("昭景瑞恒宏卓亿泰晟弘凯鼎盛锦博远辉诚汇嘉祥华旭腾耀")
var brandTails = []rune("岚澜衡朔沅浔峻棠禾屿彦恺璟霖钰湛烁垚晖岳川拓翊达")

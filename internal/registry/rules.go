package registry

import (
	"fmt"
	"strings"

	"ballast/internal/fault"
	"ballast/internal/pack"
)

// Rules is what the registry needs of the city's pack: which keys exist, and
// the limits of law it applies. Empty sets accept any key.
type Rules struct {
	Divisions map[string]bool
	Labels    map[string]pack.Label
	Chains    map[string]pack.ChainKind
	Sizes     []SizeLimit // largest class first; a firm that meets none is of class SmallestSize
	Land      LandRule
}

// RulesOf takes the rules out of a pack. Size limits and the land rule are not
// part of every pack; the caller sets them.
func RulesOf(p *pack.Pack) Rules {
	r := Rules{Divisions: map[string]bool{}, Labels: map[string]pack.Label{}, Chains: map[string]pack.ChainKind{}, Land: DefaultLand()}
	city := p.City()
	for _, d := range city.Divisions {
		r.Divisions[d.Code] = true
	}
	if city.Division != "" {
		r.Divisions[city.Division] = true
	}
	for l := range p.Labels().All() {
		r.Labels[l.Key] = l
	}
	for c := range p.Chains().All() {
		r.Chains[c.Key] = c.Kind
	}
	return r
}

// SizeLimit is one class of 统计上大中小微型企业划分办法: a firm is of the class
// when it meets both lower limits. The numbers come from the pack.
type SizeLimit struct {
	Class   string // large, medium, small
	People  int64  // 从业人员, at least
	Revenue int64  // 营业收入 in 分, at least
}

// SmallestSize is the class of a firm that meets no limit (微型).
const SmallestSize = "micro"

// SizeClass returns the class of a firm: the first whose both limits it meets.
// 1,200 people and 3 亿元 are medium, 2,000 people and 250 万元 micro. Unknown
// people or revenue (negative), or no limits, give "".
func SizeClass(limits []SizeLimit, people, revenue int64) string {
	if people < 0 || revenue < 0 || len(limits) == 0 {
		return ""
	}
	for _, l := range limits {
		if people >= l.People && revenue >= l.Revenue {
			return l.Class
		}
	}
	return SmallestSize
}

// LandRule says which areas make up a firm's land (用地面积口径): cities differ,
// so it is configuration.
type LandRule struct {
	Titled    bool // 证载面积
	Untitled  bool // 实际使用未办证
	RentedIn  bool // 租入, added
	RentedOut bool // 租出, taken off
}

// DefaultLand counts everything in use: titled, untitled and rented in, less
// rented out.
func DefaultLand() LandRule { return LandRule{true, true, true, true} }

func (r Rules) division(code string) error {
	if code != "" && len(r.Divisions) > 0 && !r.Divisions[code] {
		return fault.New(fault.Invalid, "本市没有区划代码 %s", code).WithHint("请用数据包 pack.yaml 中 divisions 列出的代码。")
	}
	return nil
}

func (r Rules) label(key string) error {
	if _, ok := r.Labels[key]; !ok && len(r.Labels) > 0 {
		return fault.New(fault.Invalid, "数据包里没有标签“%s”", key).WithHint("请先在 labels/*.yaml 中加入它。")
	}
	return nil
}

func (r Rules) membership(kind MembershipKind, key string) error {
	if kind == Park || len(r.Chains) == 0 {
		return nil
	}
	want := pack.KeyChain
	if kind == Engine {
		want = pack.Engine
	}
	if got, ok := r.Chains[key]; !ok || got != want {
		return fault.New(fault.Invalid, "数据包里没有%s“%s”", membershipWords[kind], key).WithHint("请先在 chains/*.yaml 中加入它。")
	}
	return nil
}

// industryDivisions are the 41 industrial divisions (大类) of GB/T 4754-2017,
// 06–46.
var industryDivisions = map[string]string{
	"06": "煤炭开采和洗选业", "07": "石油和天然气开采业", "08": "黑色金属矿采选业", "09": "有色金属矿采选业", "10": "非金属矿采选业", "11": "开采专业及辅助性活动", "12": "其他采矿业",
	"13": "农副食品加工业", "14": "食品制造业", "15": "酒、饮料和精制茶制造业", "16": "烟草制品业", "17": "纺织业", "18": "纺织服装、服饰业", "19": "皮革、毛皮、羽毛及其制品和制鞋业",
	"20": "木材加工和木、竹、藤、棕、草制品业", "21": "家具制造业", "22": "造纸和纸制品业", "23": "印刷和记录媒介复制业", "24": "文教、工美、体育和娱乐用品制造业",
	"25": "石油、煤炭及其他燃料加工业", "26": "化学原料和化学制品制造业", "27": "医药制造业", "28": "化学纤维制造业", "29": "橡胶和塑料制品业", "30": "非金属矿物制品业",
	"31": "黑色金属冶炼和压延加工业", "32": "有色金属冶炼和压延加工业", "33": "金属制品业", "34": "通用设备制造业", "35": "专用设备制造业", "36": "汽车制造业",
	"37": "铁路、船舶、航空航天和其他运输设备制造业", "38": "电气机械和器材制造业", "39": "计算机、通信和其他电子设备制造业", "40": "仪器仪表制造业", "41": "其他制造业",
	"42": "废弃资源综合利用业", "43": "金属制品、机械和设备修理业", "44": "电力、热力生产和供应业", "45": "燃气生产和供应业", "46": "水的生产和供应业",
}

// IndustryDivision returns the name of the industrial division (大类) a GB/T 4754
// class belongs to; ok is false for what is not industry.
func IndustryDivision(class string) (name string, ok bool) {
	if len(class) < 2 {
		return "", false
	}
	name, ok = industryDivisions[class[:2]]
	return name, ok
}

// CheckIndustry refuses what is no class of GB/T 4754: a leading letter of the
// section (门类) must fit and is dropped, two to four digits follow.
func CheckIndustry(class string) (string, error) {
	digits := class
	if class != "" && class[0] >= 'A' && class[0] <= 'T' {
		digits = class[1:]
	}
	valid := len(digits) >= 2 && len(digits) <= 4
	for i := range len(digits) {
		valid = valid && digits[i] >= '0' && digits[i] <= '9'
	}
	if !valid || digits[:2] < "01" || digits[:2] > "97" {
		return "", fault.New(fault.Invalid, "“%s”不是 GB/T 4754 的行业代码", class).WithHint("请写四位小类代码，如 3834。")
	}
	if want := sectionOf(digits[:2]); len(class) != len(digits) && want != 0 && class[0] != want {
		return "", fault.New(fault.Invalid, "行业代码 %s 的门类字母应为 %c", class, want)
	}
	return digits, nil
}

// sectionOf returns the section letter (门类) of the industrial divisions, 0 for
// others.
func sectionOf(division string) byte {
	switch {
	case division >= "06" && division <= "12":
		return 'B'
	case division >= "13" && division <= "43":
		return 'C'
	case division >= "44" && division <= "46":
		return 'D'
	}
	return 0
}

// editionMarks are classes whose name differs between GB/T 4754-2011 and -2017:
// a list of codes and names gives its edition away by them.
var editionMarks = []struct {
	class, word string
	edition     int
}{
	{"3834", "绝缘", 2017}, {"3833", "绝缘", 2011}, {"3833", "光缆", 2017}, {"2667", "动物胶", 2017}, {"2666", "动物胶", 2011},
	{"4417", "生物质", 2017}, {"4412", "热电联产", 2017}, {"4412", "水力", 2011},
}

// Edition tells which edition of GB/T 4754 a list of classes follows (2011 or
// 2017), from the names it gives them. Many public lists are of 2011. It returns
// 0 when no marking class is in the list and a fault when marks contradict each
// other.
func Edition(names map[string]string) (int, error) {
	found, by := 0, ""
	for _, m := range editionMarks {
		name, ok := names[m.class]
		if !ok || !strings.Contains(name, m.word) {
			continue
		}
		if found != 0 && found != m.edition {
			return 0, fault.New(fault.Invalid, "行业代码表混用了两个版本：%s 像 %d 版，%s 像 %d 版", by, found, m.class, m.edition).
				WithHint("请统一为 GB/T 4754-2017（含2019年第1号修改单）。")
		}
		found, by = m.edition, fmt.Sprintf("%s（%s）", m.class, name)
	}
	return found, nil
}

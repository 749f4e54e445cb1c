package registry

import (
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
)

// maxReadings bounds the spellings of initials kept for one name.
const maxReadings = 16

// readings are characters that people read in more than one way in names of
// firms and places; the first letters of each reading. The library knows many
// more readings, most of them dead: they would only make false hits.
var readings = map[rune]string{
	'长': "cz", '重': "zc", '行': "xh", '乐': "ly", '厦': "xs", '会': "hk", '朝': "cz", '盛': "sc", '曾': "zc", '调': "td",
	'传': "cz", '弹': "dt", '藏': "cz", '解': "jx", '单': "sd", '翟': "zd", '尉': "wy", '降': "jx", '石': "s", '车': "cj",
	'都': "d", '系': "xj", '期': "q", '合': "h", '仇': "qc", '缪': "m", '卜': "b", '宿': "s", '奇': "q", '校': "xj",
	'屏': "pb", '强': "q", '兴': "x", '折': "zs", '还': "hx", '剥': "b", '率': "ls", '落': "l", '拓': "t", '模': "m",
	'参': "cs", '呈': "c", '乘': "cs", '沉': "c", '澄': "cd", '颤': "c", '栖': "qx", '召': "zs", '种': "zc", '著': "z",
	'尾': "w", '泊': "b", '炮': "p", '铅': "q", '盖': "g", '轧': "zy", '扎': "z", '芯': "x", '纪': "j", '任': "r",
}

// phrases are words whose characters read one way only, with their initials:
// places first, then words of the industries. Three characters at most.
var phrases = map[string]string{
	"长治": "cz", "长沙": "cs", "长春": "cc", "长兴": "cx", "长丰": "cf", "长江": "cj", "长城": "cc", "长安": "ca", "重庆": "cq", "厦门": "xm",
	"朝阳": "cy", "乐山": "ls", "乐平": "lp", "乐安": "la", "都昌": "dc", "石城": "sc", "会昌": "hc", "铅山": "ys", "六安": "la", "蚌埠": "bb",
	"台州": "tz", "莲花": "lh", "萍乡": "px", "湘东": "xd", "上栗": "sl", "芦溪": "lx", "安源": "ay", "宣风": "xf", "银河": "yh", "桐木": "tm",
	"赤山": "cs", "麻山": "ms", "长平": "cp", "老关": "lg", "腊市": "ls", "白竺": "bz", "坪里": "pl", "重工": "zg", "重型": "zx", "起重": "qz",
	"载重": "zz", "银行": "yh", "商行": "sh", "车行": "ch", "音乐": "yy", "会计": "kj", "弹簧": "th", "弹药": "dy", "花炮": "hp", "烟花": "yh",
	"调味": "tw", "调节": "tj", "调度": "dd", "传动": "cd", "传感": "cg", "轧钢": "zg", "轧辊": "zg", "效率": "xl", "参数": "cs", "人参": "rs",
	"解放": "jf", "种子": "zz", "种业": "zy", "种植": "zz", "压降": "yj", "屏蔽": "pb", "显示屏": "xsp", "汽车": "qc", "机车": "jc", "车间": "cj",
	"储藏": "cc", "西藏": "xz", "茂盛": "ms", "系统": "xt",
}

// Initials returns the first letters of a folded name's pinyin, in small
// letters, one spelling per way the name may be read; characters without a
// reading stay as they are. The most usual spelling comes first.
func Initials(folded string) []string {
	out := []string{""}
	r := []rune(folded)
	for i := 0; i < len(r); {
		if letters, n := phraseAt(r[i:]); n > 0 {
			out = appendAll(out, letters, false)
			i += n
			continue
		}
		out = appendAll(out, letterOf(r[i]), true)
		i++
	}
	return out
}

func phraseAt(r []rune) (letters string, n int) {
	for n := min(3, len(r)); n >= 2; n-- {
		if letters, ok := phrases[string(r[:n])]; ok {
			return letters, n
		}
	}
	return "", 0
}

// appendAll adds letters to every spelling: as one string, or each letter as a
// choice of its own while the number of spellings allows.
func appendAll(out []string, letters string, choice bool) []string {
	if !choice || len(letters) < 2 || len(out)*len(letters) > maxReadings {
		if choice && len(letters) > 1 {
			letters = letters[:1]
		}
		for i := range out {
			out[i] += letters
		}
		return out
	}
	var grown []string
	for _, l := range letters {
		for _, s := range out {
			grown = append(grown, s+string(l))
		}
	}
	return grown
}

// letterOf returns the first letters of a character's readings; a character that
// is no Chinese one stands for itself.
func letterOf(r rune) string {
	if s, ok := readings[r]; ok {
		return s
	}
	// The library's table, not its functions: they take tones off by regular
	// expression, a hundred times slower than looking at the first letter.
	all, ok := pinyin.PinyinDict[int(r)]
	if !ok || all == "" {
		return string(r)
	}
	first, _ := utf8.DecodeRuneInString(all)
	if base, ok := toned[first]; ok {
		first = base
	}
	return string(first)
}

// toned are the letters with tone marks that a reading can begin with.
var toned = map[rune]rune{
	'ā': 'a', 'á': 'a', 'ǎ': 'a', 'à': 'a', 'ē': 'e', 'é': 'e', 'ě': 'e', 'è': 'e', 'ê': 'e',
	'ō': 'o', 'ó': 'o', 'ǒ': 'o', 'ò': 'o', 'ń': 'n', 'ň': 'n', 'ǹ': 'n', 'ḿ': 'm',
}

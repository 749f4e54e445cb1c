package registry

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ballast/internal/fault"
)

// minNameRunes is the shortest name a firm is looked for by: shorter ones match
// by accident. The number is the one of a county's import script.
const minNameRunes = 4

// Fold brings spellings of one firm's name together: full-width forms become
// half-width, brackets of every kind become (), blanks and dots go, letters
// become small, 有限责任公司 becomes 有限公司, and 省 and 市 after the place at the
// head go (江西省萍乡市鑫通… and 江西萍乡鑫通…). It never joins names that differ in
// a word that distinguishes firms.
func Fold(name string) string {
	return foldPlace(strings.ReplaceAll(foldCharacters(name), "有限责任公司", "有限公司"))
}

// foldCharacters is the part of Fold that works on pieces of names as well.
func foldCharacters(name string) string {
	var b strings.Builder
	b.Grow(len(name))
	for _, r := range name {
		if r >= '！' && r <= '～' {
			r -= 0xFEE0
		}
		switch r {
		case '〔', '【', '[', '{', '［', '｛', '﹙':
			r = '('
		case '〕', '】', ']', '}', '］', '｝', '﹚':
			r = ')'
		case '·', '•', '．', '.', '-', '—', '–', '_', '"', '\'', '“', '”', '‘', '’', '、', ',', '，', '。':
			continue
		}
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || r == '　' {
			continue
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// foldPlace drops 省 and 市 where they end a place of two or three characters at
// the head of the name.
func foldPlace(s string) string {
	r := []rune(s)
	at := 0
	for _, suffix := range []rune{'省', '市'} {
		for _, n := range []int{2, 3} {
			if at+n+2 < len(r) && r[at+n] == suffix {
				r = slices.Delete(r, at+n, at+n+1)
				at += n
				break
			}
		}
		if suffix == '省' && at == 0 && len(r) > 4 && string(r[:2]) == "江西" {
			at = 2 // 江西萍乡市…: the province is there without its word
		}
	}
	return string(r)
}

// legalForms end a name and say nothing about which firm it is.
var legalForms = []string{"集团股份有限公司", "集团有限公司", "股份有限公司", "有限公司", "总公司", "分公司", "公司", "总厂", "合伙企业", "(有限合伙)", "(普通合伙)"}

// core is the folded name without its legal form: what distinguishes it.
func core(folded string) string {
	for _, f := range legalForms {
		if rest, ok := strings.CutSuffix(folded, f); ok && rest != "" {
			return rest
		}
	}
	return folded
}

// CheckName refuses a name a firm cannot be looked for by: masked with *, or
// shorter than four characters.
func CheckName(name string) error {
	if strings.ContainsAny(name, "*＊×") {
		return fault.New(fault.Invalid, "企业名称“%s”被打了星号，不能用来匹配", name).WithHint("请提供完整名称或统一社会信用代码。")
	}
	if utf8.RuneCountInString(Fold(name)) < minNameRunes {
		return fault.New(fault.Invalid, "企业名称“%s”太短，不能用来匹配", name).WithHint("请提供营业执照上的全称或统一社会信用代码。")
	}
	return nil
}

// Similarity compares two names by the two-character pieces their cores share
// (Dice's coefficient): 1 equal, 0 nothing in common.
func Similarity(a, b string) float64 {
	x, y := bigrams(core(Fold(a))), bigrams(core(Fold(b)))
	if len(x)+len(y) == 0 {
		return 0
	}
	slices.Sort(x)
	slices.Sort(y)
	common, i, j := 0, 0, 0
	for i < len(x) && j < len(y) {
		switch {
		case x[i] == y[j]:
			common, i, j = common+1, i+1, j+1
		case x[i] < y[j]:
			i++
		default:
			j++
		}
	}
	return 2 * float64(common) / float64(len(x)+len(y))
}

// bigrams returns the two-character pieces of s in order, repeats included.
func bigrams(s string) []string {
	r := []rune(s)
	if len(r) < 2 {
		return nil
	}
	out := make([]string, 0, len(r)-1)
	for i := range r[:len(r)-1] {
		out = append(out, string(r[i:i+2]))
	}
	return out
}

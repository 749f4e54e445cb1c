package rule

import (
	"unicode"
)

// prepared is the source made ready for the CEL parser: Chinese labels replaced
// by field names, ideographic spaces by plain ones. Positions in text map back
// to the original through origin.
type prepared struct {
	text   []rune
	origin []int // origin[i] is the offset in the original of text[i]; one entry more for the end
}

// at maps an offset in the prepared text to the original source.
func (p *prepared) at(offset int) int {
	return p.origin[max(0, min(offset, len(p.origin)-1))]
}

func (p *prepared) put(r rune, from int) {
	p.text = append(p.text, r)
	p.origin = append(p.origin, from)
}

// lexer walks the source once before CEL sees it. It exists for two reasons:
// CEL names are ASCII only, and its messages about stray characters help nobody
// who typed a full-width bracket.
type lexer struct {
	schema *Schema
	src    []rune
	i      int
	out    prepared
	bad    *issues
}

// prepare returns the text for the CEL parser and records what is wrong in bad.
func prepare(schema *Schema, src []rune, bad *issues) *prepared {
	l := &lexer{schema: schema, src: src, bad: bad}
	for l.i < len(src) {
		r := src[l.i]
		switch {
		case r == '\'' || r == '"':
			l.quoted()
		case r == '/' && l.peek(1) == '/':
			for l.i < len(src) && src[l.i] != '\n' {
				l.copy()
			}
		case isWordRune(r):
			l.word()
		case r == '　':
			l.out.put(' ', l.i)
			l.i++
		default:
			l.symbol(r)
		}
	}
	l.out.origin = append(l.out.origin, len(src))
	return &l.out
}

func (l *lexer) peek(n int) rune {
	if l.i+n < len(l.src) {
		return l.src[l.i+n]
	}
	return 0
}

func (l *lexer) copy() {
	l.out.put(l.src[l.i], l.i)
	l.i++
}

// quoted copies a text literal. Escapes are CEL's own business.
func (l *lexer) quoted() {
	start, quote := l.i, l.src[l.i]
	if l.peek(1) == quote && l.peek(2) == quote {
		l.bad.add(start, "用一对引号把文字括起来", "不支持三引号的文字")
	}
	l.copy()
	for l.i < len(l.src) && l.src[l.i] != '\n' {
		r := l.src[l.i]
		l.copy()
		if r == '\\' && l.i < len(l.src) {
			l.copy()
			continue
		}
		if r == quote {
			return
		}
	}
	l.bad.add(start, "", "文字缺少右引号 %c", quote)
}

// word copies a name, number or keyword; a word with Chinese in it is a label
// and is replaced by the field's name.
func (l *lexer) word() {
	start, wide := l.i, false
	for l.i < len(l.src) && isWordRune(l.src[l.i]) {
		wide = wide || l.src[l.i] > unicode.MaxASCII
		l.i++
	}
	text := l.src[start:l.i]
	if digits := leadingDigits(text); wide && digits > 0 {
		l.bad.add(start+digits, "单位记在字段上，公式里只写数字；3万 写 30000", "数字后面不能跟“%s”", string(text[digits:]))
		return
	}
	if wide {
		l.label(start, string(text))
		return
	}
	if hint, ok := englishOperators[string(text)]; ok {
		l.bad.add(start, hint, "不支持 %s", string(text))
	}
	for k, r := range text {
		l.out.put(r, start+k)
	}
}

// leadingDigits counts the digits text begins with.
func leadingDigits(text []rune) int {
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	return n
}

func (l *lexer) label(start int, text string) {
	index, ok := l.schema.labels[text]
	switch {
	case !ok:
		l.bad.add(start, suggest(l.schema.nearest(text)), "没有名为“%s”的字段", text)
		l.out.put('_', start)
	case index == ambiguousLabel:
		l.bad.add(start, "请改用字段的英文名", "有几个字段都叫“%s”", text)
		l.out.put('_', start)
	default:
		for _, r := range l.schema.fields[index].Name {
			l.out.put(r, start)
		}
	}
}

// suggest words the hint for an unknown name.
func suggest(names []string) string {
	if len(names) == 0 {
		return ""
	}
	hint := "是否想写 "
	for i, n := range names {
		if i > 0 {
			hint += "、"
		}
		hint += n
	}
	return hint
}

// symbol copies an operator character or explains what is wrong with it.
func (l *lexer) symbol(r rune) {
	at := l.i
	switch {
	case r == '=' && l.peek(1) == '=', r == '!' && l.peek(1) == '=', r == '<' && l.peek(1) == '=',
		r == '>' && l.peek(1) == '=', r == '&' && l.peek(1) == '&', r == '|' && l.peek(1) == '|':
		l.copy()
		l.copy()
		return
	case r == '=':
		l.bad.add(at, "判断相等写 ==", "单个 = 不是运算符")
	case r == '&', r == '|':
		l.bad.add(at, "“并且”写 &&，“或者”写 ||", "单个 %c 不是运算符", r)
	case r == '%':
		l.bad.add(at, "百分数请写成小数，例如 3% 写 0.03", "不支持 %%")
	case plainSymbols[r]:
	case symbolHints[r] != "":
		l.bad.add(at, symbolHints[r], "不认识的符号“%c”", r)
	case isFullWidthASCII(r):
		l.bad.add(at, "请改用半角的 "+string(r-0xFEE0), "全角字符“%c”", r)
	default:
		l.bad.add(at, "", "不认识的字符“%c”", r)
	}
	l.copy()
}

// plainSymbols are the characters that go to the parser as they are.
var plainSymbols = map[rune]bool{
	' ': true, '\t': true, '\n': true, '\r': true, '\f': true,
	'(': true, ')': true, '[': true, ']': true, '{': true, '}': true, ',': true, '.': true,
	'?': true, ':': true, '+': true, '-': true, '*': true, '/': true, '<': true, '>': true, '!': true,
}

// symbolHints are characters of Chinese text and mathematics with what to write
// instead.
var symbolHints = map[rune]string{
	'≥': "写 >=", '≤': "写 <=", '≠': "写 !=", '×': "乘号写 *", '÷': "除号写 /", '—': "减号写 -", '－': "减号写 -",
	'“': "文字用半角引号括起来，例如 \"C30\"", '”': "文字用半角引号括起来，例如 \"C30\"",
	'‘': "文字用半角引号括起来，例如 'C30'", '’': "文字用半角引号括起来，例如 'C30'",
	'、': "用半角逗号 , 隔开", '。': "小数点写 .", '％': "百分数请写成小数，例如 3% 写 0.03",
	'【': "方括号写 [", '】': "方括号写 ]", '；': "用半角逗号 , 隔开", ';': "用半角逗号 , 隔开",
	'^': "乘方请写成连乘", '‰': "写成小数，例如 5‰ 写 0.005",
}

// englishOperators are words people write for operators.
var englishOperators = map[string]string{
	"and": "“并且”写 &&", "or": "“或者”写 ||", "not": "“不是”写 !",
	"AND": "“并且”写 &&", "OR": "“或者”写 ||", "NOT": "“不是”写 !",
	"null": "判断缺失写 missing(字段)", "if": "写 条件 ? 甲 : 乙", "else": "写 条件 ? 甲 : 乙",
}

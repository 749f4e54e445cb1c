package access

import (
	_ "embed"
	"fmt"
	"strings"
	"time"
	"unicode"

	"ballast/internal/fault"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"
)

// Profile is a set of password rules. The two shipped ones follow different
// schools: classified protection asks for complexity and change, ASVS for length
// and lists. Both refuse well-known passwords and words of the context.
type Profile struct {
	Name      string
	MinLength int           // runes
	MaxLength int           // runes; ASVS 5.0 6.2.9 wants at least 64 allowed
	Classes   int           // how many of capital, small, digit, other must occur; 0 asks for none
	History   int           // how many former passwords may not come back
	MaxAge    time.Duration // the password must be changed after it; 0 never
}

// The profiles.
var (
	// DengBao3 is for installations under 等保三级 (GB/T 22239-2019 §8.1.4.1):
	// complexity and periodic change.
	DengBao3 = Profile{Name: "等保三级", MinLength: 12, MaxLength: 128, Classes: 3, History: 5, MaxAge: 90 * 24 * time.Hour}
	// ASVS5 follows OWASP ASVS 5.0 6.2: no composition rules, no forced change.
	ASVS5 = Profile{Name: "ASVS 5", MinLength: 8, MaxLength: 128, History: 1}
)

// Profiles is every profile a configuration may name.
var Profiles = []Profile{DengBao3, ASVS5}

// maxPasswordBytes bounds what is hashed, whatever the profile.
const maxPasswordBytes = 1024

// normalisePassword folds full-width forms: an input method left on must not lock
// anybody out.
func normalisePassword(s string) string { return norm.NFKC.String(s) }

// Check returns everything that is wrong with a password, in Chinese, nothing
// when it may be used. words are words it may not contain: login, name, city,
// firm. History is checked where the old hashes are.
func (p Profile) Check(password string, words []string) []string {
	pw := normalisePassword(password)
	runes := []rune(pw)
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if len(runes) < p.MinLength {
		say("至少 %d 位，现在是 %d 位", p.MinLength, len(runes))
	}
	if len(runes) > p.MaxLength || len(pw) > maxPasswordBytes {
		say("最多 %d 位", p.MaxLength)
		return wrong
	}
	if n := classes(runes); n < p.Classes {
		say("大写字母、小写字母、数字、其他字符至少要有 %d 种，现在是 %d 种", p.Classes, n)
	}
	if common(pw) {
		say("是人人都会试的常见口令")
	}
	if distinct(runes) < 5 {
		say("不同的字符太少，至少要 5 种")
	}
	if longestRun(runes) > len(runes)/2 && len(runes) > 3 {
		say("大部分是连续或重复的字符")
	}
	if w := contained(pw, words); w != "" {
		say("不能含有“%s”（登录名、姓名、单位或城市的名字）", w)
	}
	return wrong
}

// passwordFault turns the findings into one fault; nil when there are none.
func passwordFault(wrong []string) error {
	if len(wrong) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, "新口令不能用：%s", strings.Join(wrong, "；")).
		WithHint("可用几个不相干的词连起来，再加数字和符号。")
}

func classes(runes []rune) int {
	var upper, lower, digit, other int
	for _, r := range runes {
		switch {
		case unicode.IsUpper(r):
			upper = 1
		case unicode.IsLower(r):
			lower = 1
		case unicode.IsDigit(r):
			digit = 1
		default: // symbols, blanks, Han
			other = 1
		}
	}
	return upper + lower + digit + other
}

func distinct(runes []rune) int {
	seen := map[rune]bool{}
	for _, r := range runes {
		seen[r] = true
	}
	return len(seen)
}

// longestRun returns the length of the longest stretch in which each character
// repeats the one before or follows it by one, up or down: aaaa, 1234, dcba.
func longestRun(runes []rune) int {
	best, run, step := min(len(runes), 1), 1, rune(2)
	for i := 1; i < len(runes); i++ {
		d := runes[i] - runes[i-1]
		switch {
		case d < -1 || d > 1:
			run, step = 1, 2
		case d == step:
			run++
		default:
			run, step = 2, d
		}
		best = max(best, run)
	}
	return best
}

//go:embed common.txt
var commonText string

// common reports whether the password, or what is left of it without the digits
// and symbols people add at either end, is on the list: Password@2026 is
// "password", and 1qaz2wsx is itself.
func common(pw string) bool {
	lower := strings.ToLower(pw)
	core := strings.TrimFunc(lower, func(r rune) bool { return !unicode.IsLetter(r) })
	plain := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, lower)
	// Digits used as letters: P@ssw0rd.
	leet := strings.NewReplacer("@", "a", "4", "a", "0", "o", "1", "i", "$", "s", "5", "s", "3", "e", "7", "t").Replace(lower)
	leet = strings.TrimFunc(leet, func(r rune) bool { return !unicode.IsLetter(r) })
	leetCore := strings.NewReplacer("@", "a", "0", "o", "$", "s", "3", "e").Replace(core)
	for line := range strings.Lines(commonText) {
		w := strings.TrimSpace(line)
		if w == "" || w[0] == '#' {
			continue
		}
		if w == lower || w == core || w == plain || w == leet || w == leetCore {
			return true
		}
	}
	return false
}

// minWord is the shortest word worth refusing, in letters; Chinese words count
// from two characters.
const (
	minWord    = 4
	minHanWord = 2
)

// contained returns the first word that occurs in the password, or "".
func contained(pw string, words []string) string {
	lower := strings.ToLower(pw)
	for _, w := range words {
		w = strings.ToLower(norm.NFKC.String(strings.TrimSpace(w)))
		n := len([]rune(w))
		if n < minHanWord || n == len(w) && n < minWord {
			continue
		}
		if strings.Contains(lower, w) {
			return w
		}
	}
	return ""
}

// personalWords returns the words a person's password may not contain: login,
// name, the name's pinyin.
func personalWords(login, name string) []string {
	words := []string{login, name}
	if at := strings.IndexByte(login, '@'); at > 0 {
		words = append(words, login[:at])
	}
	if py := strings.Join(pinyin.LazyConvert(name, nil), ""); py != "" {
		words = append(words, py)
	}
	return words
}

package desk

import (
	"strconv"
	"strings"

	"ballast/internal/demo/town"
)

// add appends the firm's row with the department's habits of writing codes and
// names, and now and then sends it twice.
func (t *table) add(c *town.City, f *town.Firm, cells func(code, name string) []string) {
	h := habit(c.Seed, t.department, t.year, f.ID)
	code, name, kind := f.Code, f.Name, Kind("")
	switch {
	case h < 8:
		code, kind = strings.Replace(code, "0", "O", 1), BadCode // 字母 O
	case h < 14:
		code, kind = swapLast(code), BadCode
	case h < 20:
		code, kind = "", NoCode
	case h < 26:
		code, kind = code[:17], BadCode // cut by a narrow column
	case h < 50:
		code = strings.ToLower(code[:10]) + " " + code[10:] // only ugly
	}
	switch {
	case strings.ContainsRune(name, '（') && h%2 == 0:
		name = strings.NewReplacer("（", "(", "）", ")").Replace(name)
	case kind == NoCode && strings.HasPrefix(name, "萍乡市") && h%3 == 0:
		name = "萍乡" + strings.TrimPrefix(name, "萍乡市")
		kind = OldName
	case h >= 990:
		name = name + " "
	}
	t.rows = append(t.rows, row{cells(code, name), f, kind})
	if h == 500 || h == 501 {
		t.rows = append(t.rows, row{cells(code, name), f, SentTwice})
	}
}

// habit draws a number in [0, 1000) for one row of one file.
func habit(seed uint64, department string, year, firm int) int {
	z := seed + uint64(year)*1000003 + uint64(firm)*0x9E3779B97F4A7C15
	for _, b := range []byte(department) {
		z = (z ^ uint64(b)) * 0x100000001b3
	}
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return int((z ^ z>>31) % 1000)
}

// swapLast exchanges two neighbouring digits of the subject part that differ, as
// typists do.
func swapLast(code string) string {
	b := []byte(code)
	for i := 15; i > 8; i-- {
		if b[i] != b[i-1] {
			b[i], b[i-1] = b[i-1], b[i]
			break
		}
	}
	return string(b)
}

// decimal writes n parts of 1/scale as a decimal number without trailing zeros.
func decimal(n int64, scale int) string {
	return strconv.FormatFloat(float64(n)/float64(scale), 'f', -1, 64)
}

// squareMetres turns hundredths of 亩 into ㎡ (1 亩 = 2000/3 ㎡), to two digits.
func squareMetres(n int64) string {
	return strconv.FormatFloat(float64(n)*20/3, 'f', 2, 64)
}

// grouped writes a whole number with thousands separators.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func fullWidth(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r - '0' + '０'
		}
		return r
	}, s)
}

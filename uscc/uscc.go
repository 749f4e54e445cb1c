package uscc

import (
	"fmt"
)

// Length is the number of characters of a unified social credit code.
const Length = 18

// OrgLength is the number of characters of an organisation code, its check
// character included and the customary hyphen left out.
const OrgLength = 9

// alphabet is the character set of GB 32100-2015 §4.1 table 1 in value order:
// digits and capitals without I, O, S, V and Z.
const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// weights are the factors w(i) = 3^(i-1) mod 31 of GB 32100-2015 annex A.
var weights = [Length - 1]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}

// orgWeights are the factors of GB 11714-1997 §3.
var orgWeights = [OrgLength - 1]int{3, 7, 9, 10, 5, 8, 4, 2}

// values maps a byte to its value in alphabet, -1 when it is not a member.
var values = func() (t [256]int8) {
	for i := range t {
		t[i] = -1
	}
	for i := 0; i < len(alphabet); i++ {
		t[alphabet[i]] = int8(i)
	}
	return t
}()

// Reason says what is wrong with a code. The zero value is OK.
type Reason uint8

// The reasons, in the order in which Check looks for them.
const (
	OK           Reason = iota
	BadLength           // not 18 (or 9) characters
	BadCharacter        // a character outside the alphabet of the standard
	BadRegion           // the division of registration is not six digits
	BadCheck            // the check character does not match the rest
)

// String returns a short stable English name, for logs and JSON.
func (r Reason) String() string {
	switch r {
	case OK:
		return "ok"
	case BadLength:
		return "length"
	case BadCharacter:
		return "character"
	case BadRegion:
		return "region"
	case BadCheck:
		return "check"
	}
	return "unknown"
}

// Verdict is the answer of [Check] and [CheckOrg]. It is a plain value and
// costs no allocation.
type Verdict struct {
	Reason Reason // the judgement of GB 32100 (of GB 11714 for CheckOrg)
	// Org is the judgement of GB 11714 on characters 9 to 17. It is only
	// given when the characters could be read, and is never the ground for
	// refusing a code whose Reason is OK.
	Org   Reason
	Pos   int  // index of the offending byte, the length for BadLength
	Got   byte // the byte found at Pos; 0 for BadLength
	Want  byte // the check character that would fit, for BadCheck
	Known bool // the registering department and kind are in the tables of the standard
}

// OK reports whether the code passes its own standard.
func (v Verdict) OK() bool { return v.Reason == OK }

// Both reports whether the code passes GB 32100 and, inside it, GB 11714.
func (v Verdict) Both() bool { return v.Reason == OK && v.Org == OK }

// Err returns nil for a good code and an *[Error] for a bad one.
func (v Verdict) Err() error {
	if v.OK() {
		return nil
	}
	return &Error{Verdict: v}
}

// Explain returns one Chinese sentence for people: what is wrong, where, and
// what would fit. For a good code whose inner check fails it says so; for a
// code that passes both it returns "".
func (v Verdict) Explain() string {
	switch v.Reason {
	case BadLength:
		switch v.Pos {
		case 0:
			return "没有代码"
		case 15:
			return "只有15位，像是旧的工商注册号，应为18位"
		case OrgLength:
			return "只有9位，像是组织机构代码，应为18位"
		}
		return fmt.Sprintf("长度为%d位，应为%d位", v.Pos, Length)
	case BadCharacter:
		return fmt.Sprintf("第%d位不能是“%s”（不用I、O、S、V、Z和符号）", v.Pos+1, printable(v.Got))
	case BadRegion:
		return fmt.Sprintf("第3至8位应为六位行政区划数字，第%d位是“%s”", v.Pos+1, printable(v.Got))
	case BadCheck:
		return fmt.Sprintf("校验位应为%c，现为%c，其中有字符写错", v.Want, v.Got)
	}
	if v.Org != OK {
		return "第9至17位不合组织机构代码的校验，请核对"
	}
	return ""
}

func printable(b byte) string {
	if b < 0x20 || b >= 0x7f {
		return fmt.Sprintf("\\x%02X", b)
	}
	return string(rune(b))
}

// Error is the typed error of a bad code.
type Error struct{ Verdict Verdict }

// Error returns an English sentence for logs; [Verdict.Explain] is for people.
func (e *Error) Error() string {
	v := e.Verdict
	switch v.Reason {
	case BadLength:
		return fmt.Sprintf("uscc: length %d", v.Pos)
	case BadCheck:
		return fmt.Sprintf("uscc: check character is %q, want %q", v.Got, v.Want)
	}
	return fmt.Sprintf("uscc: bad %s %q at index %d", v.Reason, v.Got, v.Pos)
}

// Check judges a canonical code (see [Normalise]) by GB 32100-2015 and, as a
// second opinion, the organisation code inside it by GB 11714-1997. It does
// not allocate.
func Check(code string) Verdict {
	v := Verdict{}
	if len(code) != Length {
		v.Reason, v.Pos = BadLength, characters(code)
		return v
	}
	sum := 0
	for i := 0; i < Length; i++ {
		x := values[code[i]]
		if x < 0 {
			v.Reason, v.Pos, v.Got = BadCharacter, i, code[i]
			return v
		}
		if i >= 2 && i < 8 && x > 9 {
			v.Reason, v.Pos, v.Got = BadRegion, i, code[i]
			return v
		}
		if i < Length-1 {
			sum += int(x) * weights[i]
		}
	}
	v.Org = CheckOrg(code[8:17]).Reason
	v.Known = known[values[code[0]]][values[code[1]]]
	if want := alphabet[(31-sum%31)%31]; code[Length-1] != want {
		v.Reason, v.Pos, v.Got, v.Want = BadCheck, Length-1, code[Length-1], want
	}
	return v
}

// CheckOrg judges a canonical organisation code of 9 characters (without the
// hyphen) by GB 11714-1997. It does not allocate.
func CheckOrg(org string) Verdict {
	v := Verdict{}
	if len(org) != OrgLength {
		v.Reason, v.Pos = BadLength, characters(org)
		return v
	}
	sum := 0
	for i := 0; i < OrgLength-1; i++ {
		x := orgValue(org[i])
		if x < 0 {
			v.Reason, v.Pos, v.Got = BadCharacter, i, org[i]
			return v
		}
		sum += x * orgWeights[i]
	}
	if want := orgCheck(sum); org[OrgLength-1] != want {
		v.Reason, v.Pos, v.Got, v.Want = BadCheck, OrgLength-1, org[OrgLength-1], want
	}
	return v
}

// orgCheck turns the weighted sum into the check character: 11 minus the
// remainder, where 10 is written X and 11 is written 0.
func orgCheck(sum int) byte {
	switch c := 11 - sum%11; c {
	case 10:
		return 'X'
	case 11:
		return '0'
	default:
		return byte('0' + c)
	}
}

// orgValue is the value of a character under GB 11714: digits, then A=10 … Z=35.
func orgValue(b byte) int {
	switch {
	case b >= '0' && b <= '9':
		return int(b - '0')
	case b >= 'A' && b <= 'Z':
		return int(b-'A') + 10
	}
	return -1
}

// characters counts runes without allocating; a person counts characters, not
// bytes.
func characters(s string) int {
	n := 0
	for range s {
		n++
	}
	return n
}

// Parts are the fields of a code.
type Parts struct {
	Department     byte   // registering department, for example '9' market regulation
	Kind           byte   // kind of body within the department
	Region         string // six digits of GB/T 2260 at the time of registration
	Org            string // organisation code, 9 characters with its check character
	DepartmentName string // Chinese, "" when the department is not in the table
	KindName       string // Chinese, "" when the kind is not in the table
}

// Split returns the fields of a canonical code. It fails with an *[Error] when
// the code does not pass GB 32100.
func Split(code string) (Parts, error) {
	if v := Check(code); !v.OK() {
		return Parts{}, v.Err()
	}
	return Parts{
		Department: code[0], Kind: code[1], Region: code[2:8], Org: code[8:17],
		DepartmentName: departmentName(code[0]), KindName: kindName(code[0], code[1]),
	}, nil
}

// Make computes both check characters and returns a full code. It is meant for
// fictitious codes in demonstrations and tests: nothing stops the result from
// belonging to somebody, so choose subjects that are never issued, such as
// "00000001". It fails with an *[Error] whose Pos counts from the start of the
// full code.
func Make(department, kind byte, region, org8 string) (string, error) {
	if len(region) != 6 || len(org8) != OrgLength-1 {
		return "", Verdict{Reason: BadLength, Pos: 2 + characters(region) + characters(org8) + 2}.Err()
	}
	sum := 0
	for i := 0; i < len(org8); i++ {
		if values[org8[i]] < 0 {
			return "", Verdict{Reason: BadCharacter, Pos: 8 + i, Got: org8[i]}.Err()
		}
		sum += orgValue(org8[i]) * orgWeights[i]
	}
	var code [Length]byte
	code[0], code[1] = department, kind
	copy(code[2:], region)
	copy(code[8:], org8)
	code[16] = orgCheck(sum)
	code[17] = alphabet[0]
	v := Check(string(code[:]))
	switch v.Reason {
	case BadCheck:
		code[17] = v.Want
	case OK:
	default:
		return "", v.Err()
	}
	return string(code[:]), nil
}

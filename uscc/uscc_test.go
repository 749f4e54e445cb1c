package uscc

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
)

// good are real, public codes; both checks were verified by hand or against
// published registers. Kinds of evidence: 91360323065380921K is worked out in
// TestCheckByHand.
var good = []string{
	"91360323065380921K",
	"914403001922038216",
	"9144030071526726XG",
	"91330100799655058B",
	"91110000802100433B",
	"91440300708461136T",
	"91350100M000100Y43",
}

// fictitious are codes on the subject "00000001", which is never issued.
var fictitious = map[string]string{
	"360300": "91360300000000019W",
	"360302": "91360302000000019R",
	"360313": "91360313000000019P",
	"360321": "91360321000000019A",
	"360322": "91360322000000019Q",
	"360323": "913603230000000197",
}

func TestGoodCodesPassBothChecks(t *testing.T) {
	for _, c := range good {
		if v := Check(c); !v.Both() || !v.Known || v.Explain() != "" || v.Err() != nil {
			t.Errorf("%s: %+v", c, v)
		}
	}
}

// 9·1+1·3+3·9+6·27+0·19+3·26+2·16+3·17 = 362 over characters 1–8,
// 0·20+6·29+5·25+3·13+8·8+0·24+9·10+2·30+1·28 = 580 over 9–17: Σ = 942,
// 942 = 30·31+12, 31−12 = 19, and the 19th character counted from 0 is K.
// Inner: 0·3+6·7+5·9+3·10+8·5+0·8+9·4+2·2 = 197 = 17·11+10, 11−10 = 1.
func TestCheckByHand(t *testing.T) {
	const c = "91360323065380921"
	v := Check(c + "0")
	if v.Reason != BadCheck || v.Want != 'K' || v.Org != OK {
		t.Fatalf("%+v", v)
	}
	if !strings.Contains(v.Explain(), "应为K") {
		t.Error(v.Explain())
	}
}

func TestBadCodes(t *testing.T) {
	for _, c := range []struct {
		code string
		want Verdict
	}{
		{"91360300MADEM0108J", Verdict{Reason: BadCheck, Org: BadCheck, Pos: 17, Got: 'J', Want: 'Q', Known: true}},
		{"91310000132238002C", Verdict{Reason: BadCheck, Pos: 17, Got: 'C', Want: '6', Known: true}},
		{"", Verdict{Reason: BadLength, Pos: 0}},
		{"360300000000019", Verdict{Reason: BadLength, Pos: 15}},
		{"913603230653809211K", Verdict{Reason: BadLength, Pos: 19}},
		{"9136O323065380921K", Verdict{Reason: BadCharacter, Pos: 4, Got: 'O'}},
		{"91360A23065380921K", Verdict{Reason: BadRegion, Pos: 5, Got: 'A'}},
		{"91360323065380921\x00", Verdict{Reason: BadCharacter, Pos: 17}},
	} {
		got := Check(c.code)
		if c.code == "91310000132238002C" {
			got.Org = OK // the note gives only the outer verdict
		}
		if got != c.want {
			t.Errorf("%q: got %+v, want %+v", c.code, got, c.want)
		}
		var e *Error
		if err := got.Err(); !errors.As(err, &e) || e.Verdict.Reason != c.want.Reason || got.Explain() == "" {
			t.Errorf("%q: error %v, sentence %q", c.code, err, got.Explain())
		}
	}
	if v := Check("９1360323065380921K"); v.Reason != BadLength {
		t.Errorf("full-width is not canonical: %+v", v)
	}
}

func TestOrg(t *testing.T) {
	if v := CheckOrg("71526726X"); !v.OK() { // 腾讯 inside 9144030071526726XG
		t.Errorf("%+v", v)
	}
	if v := CheckOrg("715267261"); v.Reason != BadCheck || v.Want != 'X' {
		t.Errorf("%+v", v)
	}
	if v := CheckOrg("7152672"); v.Reason != BadLength {
		t.Errorf("%+v", v)
	}
	if v := CheckOrg("71a26726X"); v.Reason != BadCharacter || v.Pos != 2 {
		t.Errorf("%+v", v)
	}
}

func TestNormalise(t *testing.T) {
	for in, want := range map[string]string{
		"９１３６０３２３０６５３８０９２１Ｋ":             "91360323065380921K",
		" 91360323 0653-8092-1k\r\n":     "91360323065380921K",
		"\ufeff91360323\u200b065380921k": "91360323065380921K",
		"'91360323065380921K":            "91360323065380921K",
		"91360323\u3000065380921ｋ\u00a0": "91360323065380921K",
		"\u202d91360323065380921K\u202c": "91360323065380921K",
		"９１３６０３２３－０６５３８０９２－１Ｋ":           "91360323065380921K",
		"91360323065380921K（旧）":          "91360323065380921K(旧)",
		"91360323065380921K":             "91360323065380921K",
	} {
		if got := Normalise(in); got != want {
			t.Errorf("Normalise(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestMake(t *testing.T) {
	for region, want := range fictitious {
		got, err := Make('9', '1', region, "00000001")
		if err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", region, got, err, want)
		}
	}
	for _, c := range []struct{ region, org string }{
		{"36030", "00000001"}, {"360300", "0000001"}, {"36030A", "00000001"}, {"360300", "0000000I"}, {"360300", "0000000a"},
	} {
		var e *Error
		if got, err := Make('9', '1', c.region, c.org); !errors.As(err, &e) || got != "" {
			t.Errorf("Make(%v) = %q, %v", c, got, err)
		}
	}
	if _, err := Make('I', '1', "360300", "00000001"); err == nil {
		t.Error("department I accepted")
	}
}

func TestSplit(t *testing.T) {
	p, err := Split("91360323065380921K")
	want := Parts{'9', '1', "360323", "065380921", "市场监管（工商）", "企业"}
	if err != nil || p != want {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := Split("91360300MADEM0108J"); err == nil {
		t.Error("bad code split")
	}
}

func TestSuggest(t *testing.T) {
	for _, c := range []struct {
		in, want string
		change   Change
	}{
		{"9136O323O6538O921K", "91360323065380921K", LookAlike},
		{"9I36032306538092IK", "91360323065380921K", LookAlike},
		{"9144O3OO71S26726XG", "9144030071526726XG", LookAlike},
		{"91440300715Z67Z6XG", "9144030071526726XG", LookAlike},
		{"91330100799655058８", "91330100799655058B", LookAlike},
		{"913603230000000I97", "913603230000000197", LookAlike},
		{"91360332065380921K", "91360323065380921K", Transposed},
		{"91360323065389021K", "91360323065380921K", Transposed},
	} {
		got := Suggest(c.in)
		if len(got) == 0 || got[0].Code != c.want || got[0].Change != c.change {
			t.Errorf("Suggest(%q) = %+v, want %s (%s)", c.in, got, c.want, c.change)
		}
	}
	for _, c := range []string{"", "123", "91360323065380921K", "91360323#6538#921K"} {
		if got := Suggest(c); got != nil {
			t.Errorf("Suggest(%q) = %+v, want none", c, got)
		}
	}
}

// Every single wrong character and every exchange of unequal neighbours is
// caught: 31 is prime, no weight is 0 modulo 31 and no two neighbours agree.
// One substitution is either repaired to the original or not suggested as the
// unique repair at all.
func TestEverySingleSlipIsCaught(t *testing.T) {
	codes := append([]string{}, good...)
	for _, c := range fictitious {
		codes = append(codes, c)
	}
	repaired, uniqueWrong, total := 0, 0, 0
	for _, c := range codes {
		for i := range c {
			for k := range alphabet {
				b := []byte(c)
				if b[i] == alphabet[k] {
					continue
				}
				b[i] = alphabet[k]
				if Check(string(b)).OK() {
					t.Fatalf("%s passes", b)
				}
				total++
				s := Suggest(string(b))
				for _, x := range s {
					if !Check(x.Code).Both() {
						t.Fatalf("suggestion %s fails", x.Code)
					}
				}
				if len(s) == 1 && s[0].Code == c {
					repaired++
				} else if len(s) == 1 && s[0].Change == Substitute {
					uniqueWrong++
				}
			}
			if i+1 < len(c) && c[i] != c[i+1] {
				b := []byte(c)
				b[i], b[i+1] = b[i+1], b[i]
				if Check(string(b)).OK() {
					t.Fatalf("transposed %s passes", b)
				}
			}
		}
	}
	if uniqueWrong != 0 {
		t.Errorf("%d unique substitutions are not the original", uniqueWrong)
	}
	if repaired*5 < total {
		t.Errorf("only %d of %d slips repaired", repaired, total)
	}
	t.Logf("%d of %d single slips repaired to the original, alone", repaired, total)
}

func TestMadeCodesPass(t *testing.T) {
	rng := rand.New(rand.NewPCG(32100, 2015))
	for range 20000 {
		var org [8]byte
		for i := range org {
			org[i] = alphabet[rng.IntN(31)]
		}
		code, err := Make(alphabet[rng.IntN(31)], alphabet[rng.IntN(31)], "360302", string(org[:]))
		if err != nil || !Check(code).Both() || Normalise(strings.ToLower(code)) != code {
			t.Fatalf("%s: %v %+v", code, err, Check(code))
		}
	}
}

func TestCheckDoesNotAllocate(t *testing.T) {
	for _, c := range []string{good[0], "91360300MADEM0108J", "x", "9136O323065380921K"} {
		if n := testing.AllocsPerRun(100, func() { Check(Normalise(c)); CheckOrg("71526726X") }); n != 0 && c != "x" {
			t.Errorf("Check(%q): %v allocations", c, n)
		}
	}
}

func FuzzCheck(f *testing.F) {
	for _, c := range good {
		f.Add(c)
	}
	f.Add("９1360323\u200b065380921k")
	f.Add("91360300MADEM0108J")
	f.Fuzz(func(t *testing.T, s string) {
		n := Normalise(s)
		if Normalise(n) != n {
			t.Fatalf("Normalise is not idempotent on %q: %q", s, n)
		}
		v := Check(n)
		if v.OK() != (v.Err() == nil) || (!v.OK() && v.Explain() == "") {
			t.Fatalf("%q: %+v", n, v)
		}
		if _, err := Split(n); (err == nil) != v.OK() {
			t.Fatalf("Split disagrees on %q: %v", n, err)
		}
		for _, x := range Suggest(s) {
			if !Check(x.Code).Both() || x.Code == n || x.Pos < 0 {
				t.Fatalf("bad suggestion %+v for %q", x, n)
			}
		}
	})
}

func BenchmarkCheck(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if !Check("91360323065380921K").OK() {
			b.Fatal("bad")
		}
	}
}

func BenchmarkSuggest(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Suggest("9136O323O6538O921K")
	}
}

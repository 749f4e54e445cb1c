package registry

import (
	"context"
	"strings"
	"testing"

	"ballast/internal/audit"
	"ballast/internal/fault"
	"ballast/internal/scope"
)

func TestResolve(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := context.Background()
		jbc := h.register(Entry{Code: "91360323065380921K", Profile: Profile{Name: "江西金宝城食品工业有限公司"}})
		xt := h.register(firm(11, "江西省萍乡市鑫通机械制造有限责任公司"))
		twin1 := h.register(Entry{Code: code(21), Profile: Profile{Name: "萍乡市同名瓷业有限公司"}, Established: day("2005-01-01")})
		twin2 := h.register(Entry{Code: code(22), Profile: Profile{Name: "萍乡同名瓷业有限公司"}, Established: day("2015-01-01")})
		other := h.register(Entry{Code: code(31), Profile: Profile{Name: "芦溪高强电瓷（集团）有限公司"}, Other: []OtherName{{Name: "芦溪县电瓷二厂", Kind: Former}}})
		for _, c := range []struct {
			name  string
			claim Claim
			want  Verdict
			firm  int64 // of a settled claim, or of the first candidate
		}{
			{"good code", Claim{"91360323065380921K", "江西金宝城食品工业有限公司"}, ByCode, jbc},
			{"full-width small letters and blanks", Claim{"９１３６０３２３ 065380921k ", ""}, ByCode, jbc},
			{"good code, new name", Claim{"91360323065380921K", "江西满江红食品有限公司"}, ByCode, jbc},
			{"good code, another firm's name", Claim{"91360323065380921K", "芦溪高强电瓷（集团）有限公司"}, Doubtful, jbc},
			{"O for 0, right name", Claim{"9136O323065380921K", "江西金宝城食品工业有限公司"}, ByName, jbc},
			{"O for 0, no name", Claim{"9136O323065380921K", ""}, Doubtful, jbc},
			{"name with other brackets and form", Claim{"", "江西萍乡鑫通机械制造有限公司"}, ByName, xt},
			{"half-width brackets", Claim{"330123", "芦溪高强电瓷(集团)有限责任公司"}, ByName, other},
			{"former name", Claim{"", "芦溪县电瓷二厂"}, ByName, other},
			{"namesakes: newest founding first", Claim{"", "萍乡市同名瓷业有限公司"}, Doubtful, twin2},
			{"good unknown code, known name", Claim{code(99), "芦溪县电瓷二厂"}, Doubtful, other},
			{"near name", Claim{"", "萍乡鑫通机械制造厂"}, Doubtful, xt},
			{"masked", Claim{"", "江西金*城食品工业有限公司"}, Refused, 0},
			{"short", Claim{"", "金宝城"}, Refused, 0},
			{"nobody", Claim{"", "上海阿尔法贝塔软件有限公司"}, Unknown, 0},
		} {
			rs, err := h.Matches().Resolve(ctx, h.d, []Claim{c.claim})
			if err != nil {
				t.Fatal(err)
			}
			got := rs[0].Enterprise
			if rs[0].Verdict == Doubtful && len(rs[0].Candidates) > 0 {
				got = rs[0].Candidates[0].Enterprise
			}
			if rs[0].Verdict != c.want || got != c.firm {
				t.Errorf("%s: %s → %d (%s), want %s → %d", c.name, rs[0].Verdict, got, rs[0].Why, c.want, c.firm)
			}
		}
		_ = twin1
	})
}

func TestDecisionIsKept(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := context.Background()
		id := h.register(firm(11, "萍乡市鑫通机械制造有限公司"))
		tax := scope.Departments("", "tax")
		claim := Claim{"330123456", "萍乡鑫通机械厂"}
		resolve := func() Resolution {
			rs, err := h.Matches().Resolve(ctx, h.d, []Claim{claim})
			if err != nil {
				t.Fatal(err)
			}
			return rs[0]
		}
		r := resolve()
		if r.Verdict != Doubtful {
			t.Fatalf("verdict %s, want doubt", r.Verdict)
		}
		var q1, q2 int64
		h.do(func(tx *audit.Tx) (err error) {
			q1, err = h.Matches().Queue(ctx, tx, claim, r, Origin{"tax", "税收2025.xlsx", "Sheet1", 17})
			if err == nil {
				q2, err = h.Matches().Queue(ctx, tx, claim, r, Origin{"tax", "税收2025.xlsx", "Sheet1", 99})
			}
			return err
		})
		if q1 != q2 {
			t.Errorf("the same claim waits twice: %d and %d", q1, q2)
		}
		ws, err := h.Matches().Pending(ctx, h.d, tax, 10)
		if err != nil || len(ws) != 1 || ws[0].Seen != 2 || ws[0].Row != 17 || len(ws[0].Candidates) != 1 || ws[0].Candidates[0].Enterprise != id {
			t.Fatalf("queue %+v %v", ws, err)
		}
		if ws, err := h.Matches().Pending(ctx, h.d, scope.Departments("", "power"), 10); err != nil || len(ws) != 0 {
			t.Errorf("another department sees %d %v", len(ws), err)
		}
		decide := func(firm int64) error {
			return h.try(func(tx *audit.Tx) error { return h.Matches().Decide(ctx, tx, q1, firm, "user:1", "电话核实") })
		}
		if err := decide(id); err != nil {
			t.Fatal(err)
		}
		if err := decide(id); !fault.Is(err, fault.Conflict) {
			t.Errorf("deciding twice: %v, want a conflict", err)
		}
		if r := resolve(); r.Verdict != ByAlias || r.Enterprise != id {
			t.Errorf("after the decision %s %d, want alias %d", r.Verdict, r.Enterprise, id)
		}
	})
}

// A code cut short by a narrow column begins many codes. What a person once
// decided for one firm must not catch another that the row names in full.
func TestCutCodeDoesNotCatchAnotherFirm(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := context.Background()
		first := h.register(firm(10, "萍乡市昭岚电瓷有限公司"))
		second := h.register(firm(11, "萍乡市恒衡机械有限公司"))
		cut := code(10)[:15]
		if cut != code(11)[:15] {
			t.Fatal("the two codes must begin alike")
		}
		claim := Claim{cut, "昭岚电瓷厂"}
		resolve := func(c Claim) Resolution {
			rs, err := h.Matches().Resolve(ctx, h.d, []Claim{c})
			if err != nil {
				t.Fatal(err)
			}
			return rs[0]
		}
		r := resolve(claim)
		h.do(func(tx *audit.Tx) error {
			q, err := h.Matches().Queue(ctx, tx, claim, r, Origin{"tax", "税收.xlsx", "Sheet1", 3})
			if err != nil {
				return err
			}
			return h.Matches().Decide(ctx, tx, q, first, "user:1", "电话核实")
		})
		if r := resolve(claim); r.Enterprise != first {
			t.Errorf("the decision is forgotten: %+v", r)
		}
		if r := resolve(Claim{cut, "萍乡市恒衡机械有限公司"}); r.Enterprise != second {
			t.Errorf("the cut code caught another firm: %+v", r)
		}
	})
}

func TestFold(t *testing.T) {
	for _, pair := range [][2]string{
		{"江西省萍乡市鑫通机械制造有限责任公司", "江西萍乡鑫通机械制造有限公司"},
		{"萍乡市百斯特电瓷有限公司", "萍乡百斯特电瓷有限公司"},
		{"江西（中材）电瓷有限公司", "江西(中材) 电瓷有限公司"},
		{"ＡＢＣ电子科技有限公司", "abc电子科技有限公司"},
		{"江西萍乡市龙发实业股份有限公司", "江西萍乡龙发实业股份有限公司"},
	} {
		if Fold(pair[0]) != Fold(pair[1]) {
			t.Errorf("%s folds to %s, %s to %s", pair[0], Fold(pair[0]), pair[1], Fold(pair[1]))
		}
	}
	for _, pair := range [][2]string{
		{"萍乡市甲瓷业有限公司", "萍乡市甲瓷业股份有限公司"}, {"上栗县烟花一厂", "上栗县烟花二厂"}, {"超市商贸有限公司", "超商贸有限公司"},
	} {
		if Fold(pair[0]) == Fold(pair[1]) {
			t.Errorf("%s and %s both fold to %s", pair[0], pair[1], Fold(pair[0]))
		}
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{
		"重庆重型机械": "cqzxjx", "长治行业": "czhy", "莲花县花炮": "lhxhp", "上栗银行": "slyh", "厦门乐平音乐": "xmlpyy", "萍乡abc": "pxabc",
	} {
		if got := Initials(name); !strings.Contains(strings.Join(got, " "), want) {
			t.Errorf("%s reads %v, want %s among them", name, got, want)
		}
	}
	for _, c := range []struct {
		name   string
		spells []string
	}{{"长行", []string{"cx", "zx", "ch", "zh"}}, {"重庆", []string{"cq"}}, {"长治", []string{"cz"}}} {
		got := Initials(c.name)
		if len(got) != len(c.spells) || got[0] != c.spells[0] {
			t.Errorf("%s reads %v, want %v", c.name, got, c.spells)
		}
	}
}

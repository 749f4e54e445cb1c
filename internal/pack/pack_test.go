package pack

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"ballast/internal/fault"
	"ballast/internal/period"
)

func load(t *testing.T, files fstest.MapFS) *Pack {
	t.Helper()
	p, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDigestFollowsTheRulesAndNothingElse(t *testing.T) {
	files := base(t)
	first := load(t, files).Digest()
	if len(first) != 64 {
		t.Fatalf("digest %q is no SM3", first)
	}
	files["CHANGELOG.md"] = &fstest.MapFile{Data: []byte("# 变更")}
	files["tests/more.yaml"] = &fstest.MapFile{Data: []byte("examples: []")}
	files[".git/x.yaml"] = &fstest.MapFile{Data: []byte("junk")}
	if got := load(t, files).Digest(); got != first {
		t.Error("notes and worked examples change no rule and must not change the digest")
	}
	files["labels/labels.yaml"] = &fstest.MapFile{Data: append([]byte("# 注释\n"), files["labels/labels.yaml"].Data...)}
	if got := load(t, files).Digest(); got == first {
		t.Error("a changed byte of a rule file must change the digest")
	}
}

func TestAPackCannotBeChangedThroughWhatItHandsOut(t *testing.T) {
	p := load(t, base(t))
	s, _ := p.Schemes().Find("one")
	s.Populations[0].Indicators[0].Weight = 1
	s.Populations[0].Indicators[0].Benchmark.Constants[0] = 99
	s.Populations[0].Bands.Grades[0].Key = "Z"
	s.Years[0] = 1999
	c := p.City()
	c.Divisions[0].Name = "改名"
	for e := range p.Examples().All() {
		e.Firms[0].Values["tax"] = -1
		e.Firms[0].Labels[0] = "x"
	}
	for i := range p.Items().All() {
		if len(i.Checks) > 0 {
			i.Checks[0].Message = "改"
		}
	}
	again, _ := p.Schemes().Find("one")
	x := again.Populations[0].Indicators[0]
	e, _ := p.Examples().Find("tests/one.yaml#一家")
	if x.Weight != 60 || x.Benchmark.Constants[0] != 10 || again.Populations[0].Bands.Grades[0].Key != "A" || again.Years[0] != 2024 ||
		p.City().Divisions[0].Name != "甲区" || e.Firms[0].Values["tax"] != 20 || e.Firms[0].Labels[0] != "green" {
		t.Error("a caller changed the pack")
	}
}

func TestTheFormulaInForceIsTheLatestThatBegan(t *testing.T) {
	files := base(t)
	text := strings.Replace(string(files["indicators/figures.yaml"].Data), "formula: tax / staff,",
		"formulas: [{from: 2023-01-01, formula: tax / staff}, {from: 2020-01-01, formula: tax * 2 / staff}],", 1)
	files["indicators/figures.yaml"] = &fstest.MapFile{Data: []byte(text)}
	v, _ := load(t, files).Indicators().Find("tax_per_head")
	for day, want := range map[string]string{"2019-12-31": "", "2020-01-01": "tax * 2 / staff", "2022-12-31": "tax * 2 / staff", "2023-01-01": "tax / staff", "2030-01-01": "tax / staff"} {
		d, _ := period.ParseDay(day)
		f, ok := v.FormulaOn(d)
		if ok != (want != "") || f.Expr.Text != want {
			t.Errorf("on %s: %q, want %q", day, f.Expr.Text, want)
		}
	}
}

func TestRulesWithoutAStatusAreTemplatesOrThePacks(t *testing.T) {
	p := load(t, base(t))
	if s, _ := p.Schemes().Find("one"); s.Status != Published {
		t.Errorf("stated status lost: %v", s.Status)
	}
	if l, _ := p.Labels().Find("green"); l.Status != Foreign {
		t.Errorf("a rule without its own status has the pack's, got %v", l.Status)
	}
	files := base(t)
	files["pack.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(string(files["pack.yaml"].Data), "status: example\n", "", 1))}
	if got := load(t, files).City().Status; got != Template {
		t.Errorf("a pack that does not say is a template, got %v", got)
	}
}

func TestTuningLeavesTheSchemeAlone(t *testing.T) {
	s, _ := load(t, base(t)).Schemes().Find("one")
	capped := Limit{Set: true, Value: 2}
	tuned := Tuning{Cap: &capped, Weights: map[string]float64{"tax_per_mu": 70, "tax_per_head": 30}, UpTo: map[string]float64{"A": 30}}.Apply(s)
	q := tuned.Populations[0]
	if q.Indicators[0].Cap.Value != 2 || q.Indicators[0].Weight != 70 || q.Dimensions[0].Weight != 70 || q.Dimensions[1].Weight != 30 || q.Bands.Grades[0].UpTo.Value != 30 {
		t.Errorf("tuning not applied: %+v", q)
	}
	if old := s.Populations[0]; old.Indicators[0].Weight != 60 || old.Dimensions[0].Weight != 60 || old.Bands.Grades[0].UpTo.Value != 20 {
		t.Error("tuning changed the scheme it was applied to")
	}
}

func TestLimitsOfAPack(t *testing.T) {
	files := base(t)
	files["labels/huge.yaml"] = &fstest.MapFile{Data: make([]byte, maxFileSize+1)}
	if _, err := Load(files); !fault.Is(err, fault.TooLarge) {
		t.Errorf("got %v, want fault.TooLarge", err)
	}
}

func TestShippedPacksLoad(t *testing.T) {
	for _, dir := range []string{"../../packs/pingxiang", "../../packs/examples/huaian", "../../packs/examples/anhui", "../../packs/examples/huangyan",
		"../../packs/examples/jingde", "../../packs/examples/wenling", "../../packs/examples/carbon"} {
		if _, err := Load(os.DirFS(dir)); err != nil {
			t.Errorf("%s:\n%v", dir, err)
		}
	}
}

func TestUnitsAreComparedByWhatTheyMeasure(t *testing.T) {
	for _, c := range []struct {
		num, den, stated string
		same             bool
	}{
		{"万元", "亩", "万元/亩", true},
		{"万元", "亩", "元/亩", false},
		{"元", "亩", "元/亩", true},
		{"亿元", "公顷", "万元/亩", false},
		{"万元", "万元", "比值", true},
		{"万元", "万元", "%", false}, // a fraction is not a percentage
		{"万元", "万千瓦时", "元/千瓦时", true},
		{"万元", "吨标准煤", "万元/吨", false},
	} {
		num, _ := parseUnit(c.num)
		den, _ := parseUnit(c.den)
		stated, ok := parseUnit(c.stated)
		if got := num.over(den).same(stated); !ok || got != c.same {
			t.Errorf("%s ÷ %s = %s: %v, want %v", c.num, c.den, c.stated, got, c.same)
		}
	}
	if _, ok := parseUnit("万元/"); ok {
		t.Error("half a unit is no unit")
	}
}

// FuzzLoad holds the one promise that matters for a hostile file: an answer,
// never a panic.
func FuzzLoad(f *testing.F) {
	for _, s := range []string{"id: x", "a: [", "? {a: b}\n: c", "populations: [{indicators: [{benchmark: {constant: {2021: x}}}]}]", "x: &a [*a]", "examples: [{ladders: [{count: 3}]}]", "- 1", "years: [1e9]", "as_of: 13-45", "\xff\xfe"} {
		f.Add(s, uint8(0))
	}
	names := []string{"schemes/one.yaml", "indicators/figures.yaml", "pack.yaml", "tests/one.yaml", "labels/labels.yaml", "calendar/2025.yaml", "disclosure.yaml"}
	f.Fuzz(func(t *testing.T, text string, which uint8) {
		files := base(t)
		files[names[int(which)%len(names)]] = &fstest.MapFile{Data: []byte(text)}
		p, err := Load(files)
		if (p == nil) == (err == nil) {
			t.Fatal("neither a pack nor an error")
		}
	})
}

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"ballast/internal/config"
	"ballast/internal/evaluate"
	"ballast/internal/fault"
)

// verifyCommand recomputes a published result from its bundle alone, so that
// nobody has to believe the house that published it.
var verifyCommand = command{
	name:  "verify",
	usage: "[--pack 文件夹] [--population above] [--scheme 办法] [--digest 结果摘要] bundle.json",
	help:  "只凭数据包和冻结数据重算一轮评价，核对结果摘要（不用数据库）",
	run:   runVerify,
}

func runVerify(ctx context.Context, w *world, args []string) error {
	fs := newFlags(w, "verify")
	finish := config.Flags(fs, "pack")
	population := fs.String("population", "above", "哪一类评价对象的代号")
	scheme := fs.String("scheme", "", "评价办法的代号；不填就用该年度的")
	digest := fs.String("digest", "", "公布的结果摘要（SM3），与重算的比对")
	words, err := parseMixed(fs, args)
	if err != nil {
		return err
	}
	if len(words) != 1 {
		return errUsage
	}
	cfg, err := finish(w.source())
	if err != nil {
		return err
	}
	p, err := (&house{cfg: cfg}).loadPack()
	if err != nil {
		return err
	}
	text, err := os.ReadFile(words[0])
	if err != nil {
		return fault.Wrap(fault.NotFound, err, "文件打不开：%s", words[0])
	}
	v, err := evaluate.Verify(ctx, p, text, *scheme, *population)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.out, "%s：%d 年度，%d 家企业，办法 %s\n", words[0], v.Year, v.Enterprises, v.Scheme)
	printSummary(w.out, v.Summary)
	fmt.Fprintf(w.out, "数据摘要：%s\n结果摘要：%s\n", v.DataDigest, v.ResultDigest)
	return verdict(w.out, v, *digest)
}

// verdict says whether the recomputation agrees with what was published.
func verdict(out io.Writer, v evaluate.Verification, digest string) error {
	ok := true
	if !v.SamePack {
		fmt.Fprintf(out, "不一致：数据是用另一个规则数据包冻结的（%s）。请用 --pack 指定那一个。\n", v.PackDigest)
		ok = false
	}
	switch {
	case digest == "":
	case strings.EqualFold(strings.TrimSpace(digest), v.ResultDigest):
		fmt.Fprintln(out, "一致：重算的结果摘要与给出的相同。")
	default:
		fmt.Fprintln(out, "不一致：重算的结果摘要与给出的不同。\n冻结数据里还不含手动调档；那一轮有手动调档时，摘要本来就不同。")
		ok = false
	}
	if !ok {
		return errQuiet
	}
	return nil
}

// printSummary prints what a computation counted and whether it adds up.
func printSummary(out io.Writer, s evaluate.Summary) {
	fmt.Fprintf(out, "参评 %d 家，评级 %d 家，缺数 %d 处\n", s.Population, s.Ranked, s.Missing)
	line := func(name string, counts []evaluate.BandCount) {
		if len(counts) == 0 {
			return
		}
		parts := make([]string, len(counts))
		for i, b := range counts {
			parts[i] = fmt.Sprintf("%s %d", b.Name, b.Count)
		}
		fmt.Fprintf(out, "%s：%s\n", name, strings.Join(parts, "，"))
	}
	line("各档", s.Bands)
	line("不评级", s.NotGraded)
	for _, c := range s.Checks {
		word := "通过"
		if !c.Passed {
			word = "未通过"
		}
		fmt.Fprintf(out, "核对 %s：%s（%s）\n", word, c.Name, c.Detail)
	}
	for _, f := range s.Findings {
		fmt.Fprintln(out, "注意："+f)
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"ballast/internal/evaluate/scheme"
	"ballast/internal/fault"
	"ballast/internal/pack"
)

// runPack is ballast pack check|test DIR.
func runPack(ctx context.Context, w *world, args []string) error {
	flags := newFlags(w, "pack")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 2 {
		return errUsage
	}
	var act func(context.Context, *world, string, *pack.Pack) (bool, error)
	switch flags.Arg(0) {
	case "check":
		act = checkPack
	case "test":
		act = testPack
	default:
		return errUsage
	}
	dirs, err := packDirs(flags.Arg(1))
	if err != nil {
		return err
	}
	sound := true
	for _, dir := range dirs {
		p, err := pack.Load(os.DirFS(dir))
		var problems pack.Problems
		if errors.As(err, &problems) {
			fmt.Fprintf(w.out, "%s：%d 处问题\n", dir, len(problems))
			for _, problem := range problems {
				problem.File = path.Join(dir, problem.File)
				fmt.Fprintln(w.out, problem)
			}
			sound = false
			continue
		}
		if err != nil {
			return err
		}
		ok, err := act(ctx, w, dir, p)
		if err != nil {
			return err
		}
		sound = sound && ok
	}
	if !sound {
		return errQuiet
	}
	return nil
}

// packDirs returns the directory itself when it is a pack, else the packs in
// it, in the order of their names.
func packDirs(dir string) ([]string, error) {
	dir = strings.TrimRight(dir, "/")
	if _, err := os.Stat(path.Join(dir, "pack.yaml")); err == nil {
		return []string{dir}, nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, err, "读不到目录 %s", dir)
	}
	var dirs []string
	for _, e := range entries {
		if _, err := os.Stat(path.Join(dir, e.Name(), "pack.yaml")); e.IsDir() && !errors.Is(err, fs.ErrNotExist) {
			dirs = append(dirs, path.Join(dir, e.Name()))
		}
	}
	if len(dirs) == 0 {
		return nil, fault.New(fault.NotFound, "%s 里没有数据包", dir).WithHint("数据包是含有 pack.yaml 的目录，例如 packs/pingxiang")
	}
	return dirs, nil
}

// checkPack prints what a sound pack holds.
func checkPack(_ context.Context, w *world, dir string, p *pack.Pack) (bool, error) {
	city := p.City()
	first, last := "无", ""
	if years := p.Calendar().Years(); len(years) > 0 {
		first, last = fmt.Sprint(years[0]), fmt.Sprintf("—%d", years[len(years)-1])
	}
	fmt.Fprintf(w.out, "%s：通过（%s，%s，%s）\n", dir, city.Name, city.Version, city.Status.Chinese())
	fmt.Fprintf(w.out, "  摘要 SM3 %s\n", p.Digest())
	fmt.Fprintf(w.out, "  数据项 %d，指标 %d，标签 %d，评价办法 %d，产业链 %d，公开字段 %d，算例 %d，历法 %s%s\n",
		p.Items().Len(), p.Indicators().Len(), p.Labels().Len(), p.Schemes().Len(), p.Chains().Len(), p.Disclosures().Len(), p.Examples().Len(), first, last)
	return true, nil
}

// testPack runs the worked examples and prints one line each.
func testPack(ctx context.Context, w *world, dir string, p *pack.Pack) (bool, error) {
	outcomes, err := scheme.RunExamples(ctx, p)
	if err != nil {
		return false, err
	}
	failed := 0
	for _, o := range outcomes {
		if len(o.Failures) == 0 {
			fmt.Fprintf(w.out, "通过    %s %s（%d 项）\n", path.Join(dir, o.Example.At.File), o.Example.Name, o.Checked)
			continue
		}
		failed++
		fmt.Fprintf(w.out, "未通过  %s %s\n", path.Join(dir, o.Example.At.File), o.Example.Name)
		for _, f := range o.Failures {
			f.At.File = path.Join(dir, f.At.File)
			fmt.Fprintf(w.out, "        %s\n", f)
		}
	}
	fmt.Fprintf(w.out, "%s：算例 %d 个，未通过 %d 个\n", dir, len(outcomes), failed)
	return failed == 0, nil
}

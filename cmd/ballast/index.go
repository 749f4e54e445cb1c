package main

import (
	"context"
	"errors"
	"fmt"

	"ballast/composite/index"
	"ballast/internal/fault"
)

// runIndex is `ballast index run SPEC.yaml --out DIR`: a composite index from
// COINr-style tables and a pipeline file, every stage written as CSV.
func runIndex(ctx context.Context, w *world, args []string) error {
	if len(args) == 0 || args[0] != "run" {
		return errUsage
	}
	fs := newFlags(w, "index run")
	out := fs.String("out", "", "存放各阶段 CSV 的目录（必填）")
	if err := fs.Parse(args[1:]); err != nil {
		return err
	}
	spec := fs.Arg(0)
	if fs.NArg() > 1 { // flags may follow the file
		if err := fs.Parse(fs.Args()[1:]); err != nil {
			return err
		}
		if fs.NArg() > 0 {
			return errUsage
		}
	}
	if spec == "" || *out == "" {
		return errUsage
	}
	s, err := index.Load(spec)
	if err != nil {
		return printProblems(w, err)
	}
	rep, err := s.Run(ctx, *out)
	if err != nil {
		return printProblems(w, err)
	}
	for _, line := range rep.Warnings {
		fmt.Fprintln(w.err, "注意："+line)
	}
	fmt.Fprintf(w.out, "已写出 %d 个文件到 %s\n", len(rep.Files), *out)
	return nil
}

// printProblems shows located faults one per line; anything else is a failure
// of the environment.
func printProblems(w *world, err error) error {
	var ps index.Problems
	if !errors.As(err, &ps) {
		return fault.Wrap(fault.Internal, err, "写不出结果").WithHint("请检查目录是否可写、磁盘是否已满")
	}
	for _, p := range ps {
		fmt.Fprintln(w.err, p.String())
	}
	fmt.Fprintf(w.err, "共 %d 处问题，没有写出任何文件。\n", len(ps))
	return errQuiet
}

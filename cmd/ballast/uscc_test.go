package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

func TestUsccCheckPrintsOneVerdictALine(t *testing.T) {
	var out, errs bytes.Buffer
	w := &world{in: strings.NewReader("\ufeff９１３６０３２３０６５３８０９２１ｋ\r\n\r\n9136O323065380921K\n91310000132238002C\n"), out: &out, err: &errs}
	if code := run(context.Background(), w, []string{"uscc", "check"}); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	want := "91360323065380921K\tok\t\t\n" +
		"9136O323065380921K\tbad\t第5位不能是“O”（不用I、O、S、V、Z和符号）\t91360323065380921K\n" +
		"91310000132238002C\tbad\t校验位应为6，现为C，其中有字符写错\t"
	if !strings.HasPrefix(out.String(), want) || strings.Count(out.String(), "\n") != 3 {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestUsccCheckArguments(t *testing.T) {
	var out, errs bytes.Buffer
	w := &world{in: strings.NewReader("must not be read"), out: &out, err: &errs}
	if code := run(context.Background(), w, []string{"uscc", "check", "--json", "91360323065380921k"}); code != 0 {
		t.Errorf("exit code %d, want 0: %s", code, errs.String())
	}
	want := `{"code":"91360323065380921K","input":"91360323065380921k","ok":true,"reason":"ok","org":"ok"}` + "\n"
	if out.String() != want {
		t.Errorf("got %s want %s", out.String(), want)
	}
	if code := run(context.Background(), w, []string{"uscc"}); code != 2 {
		t.Errorf("no verb: exit code %d, want 2", code)
	}
	out.Reset()
	if code := run(context.Background(), w, []string{"uscc", "check", "9136\tok\nx"}); code != 1 || strings.Count(out.String(), "\n") != 1 {
		t.Errorf("forged line: %d %q", code, out.String())
	}
}

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"ballast/internal/fault"
	"ballast/uscc"
)

// usccLineLimit is the longest input line "uscc check" reads; no way of typing
// an 18-character code comes near it.
const usccLineLimit = 64 << 10

// usccAnswer is one verdict in the JSON form, one object a line.
type usccAnswer struct {
	Code    string           `json:"code"`            // normalised
	Input   string           `json:"input,omitempty"` // as typed, when it differs
	OK      bool             `json:"ok"`
	Reason  string           `json:"reason"`        // ok, length, character, region or check
	Org     string           `json:"org,omitempty"` // judgement of the inner organisation code
	Message string           `json:"message,omitempty"`
	Suggest []usccSuggestion `json:"suggest,omitempty"`
}

type usccSuggestion struct {
	Code   string `json:"code"`
	Change string `json:"change"`
}

// usccCommand checks unified social credit codes. It prints one line a code:
//
//	code TAB ok|bad TAB reason TAB suggestions (comma separated)
//
// The columns are always four; reason and suggestions may be empty. A code
// that passes GB 32100 but not the inner organisation check is ok with a
// reason. Exit code 1 when any code is bad.
func usccCommand(ctx context.Context, w *world, args []string) error {
	if len(args) == 0 || args[0] != "check" {
		return errUsage
	}
	fs := newFlags(w, "uscc check")
	asJSON := fs.Bool("json", false, "每行输出一个 JSON 对象")
	if err := fs.Parse(args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return errUsage // the flag set has said what was wrong
	}
	out := bufio.NewWriter(w.out)
	defer out.Flush()
	bad := false
	answer := func(typed string) error {
		a := usccJudge(typed)
		bad = bad || !a.OK
		return usccPrint(out, a, *asJSON)
	}
	if fs.NArg() > 0 {
		for _, typed := range fs.Args() {
			if err := answer(typed); err != nil {
				return err
			}
		}
	} else if err := usccLines(ctx, w.in, answer); err != nil {
		return err
	}
	if bad {
		return errQuiet
	}
	return nil
}

// usccLines feeds each non-blank line of in to answer.
func usccLines(ctx context.Context, in io.Reader, answer func(string) error) error {
	sc := bufio.NewScanner(in)
	sc.Buffer(nil, usccLineLimit)
	for sc.Scan() {
		if err := ctx.Err(); err != nil {
			return err
		}
		line := strings.TrimSpace(strings.TrimPrefix(sc.Text(), "\ufeff"))
		if line == "" {
			continue
		}
		if err := answer(line); err != nil {
			return err
		}
	}
	if err := sc.Err(); err != nil {
		return fault.Wrap(fault.Invalid, err, "标准输入读不下去：有一行超过 %d 字节，或输入中断。", usccLineLimit).
			WithHint("每行只放一个代码。")
	}
	return nil
}

func usccJudge(typed string) usccAnswer {
	code := uscc.Normalise(typed)
	v := uscc.Check(code)
	a := usccAnswer{Code: code, OK: v.OK(), Reason: v.Reason.String(), Message: v.Explain()}
	if code != typed {
		a.Input = typed
	}
	if v.Reason == uscc.OK || v.Reason == uscc.BadCheck {
		a.Org = v.Org.String()
	}
	if !v.OK() {
		for _, s := range uscc.Suggest(code) {
			a.Suggest = append(a.Suggest, usccSuggestion{s.Code, s.Change.String()})
		}
	}
	return a
}

func usccPrint(out io.Writer, a usccAnswer, asJSON bool) error {
	if asJSON {
		b, err := json.Marshal(a)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%s\n", b)
		return err
	}
	word := "ok"
	if !a.OK {
		word = "bad"
	}
	codes := make([]string, len(a.Suggest))
	for i, s := range a.Suggest {
		codes[i] = s.Code
	}
	_, err := fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", oneLine(a.Code), word, a.Message, strings.Join(codes, ","))
	return err
}

// oneLine keeps a hostile argument from forging further output lines or
// columns.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f {
			return '�'
		}
		return r
	}, s)
}

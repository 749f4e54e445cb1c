package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// hj212Run runs one command line with the given standard input.
func hj212Run(t *testing.T, stdin string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	w := &world{in: strings.NewReader(stdin), out: &o, err: &e, getenv: func(string) string { return "" }, now: time.Now}
	code = run(context.Background(), w, append([]string{"hj212"}, args...))
	return code, o.String(), e.String()
}

// sample is HJ 212-2017 annex A.
const sample = "##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&1C80\r\n"

func TestHJ212Decode(t *testing.T) {
	bad := strings.Replace(sample, "1C80", "1c80", 1)
	for _, c := range []struct {
		name, in string
		args     []string
		want     []string // facts of each object
	}{
		{"a frame", sample, nil, []string{"true 0 2017 1062 5 1C80  "}},
		{"deviation, strict", bad + sample, nil, []string{"false 0 2017 1062 5 1C80 lower_case_crc lower_case_crc@107", "true 113 2017 1062 5 1C80  "}},
		{"deviation, tolerant", bad, []string{"--mode", "tolerant"}, []string{"true 0 2017 1062 5 1C80 lower_case_crc "}},
		{"one deviation by name", bad, []string{"--accept", "lower_case_crc"}, []string{"true 0 2017 1062 5 1C80 lower_case_crc "}},
		{"lines", "# a comment\n" + strings.TrimSuffix(sample, "\r\n") + "\tlabel\n" + strings.TrimSuffix(sample, "\r\n") + `\n` + "\n",
			[]string{"--lines"}, []string{"true 0 2017 1062 5 1C80  ", "false 0 2017 1062 5 1C80 lf_only lf_only@111"}},
		{"end of file for CR LF", strings.TrimSuffix(sample, "\r\n"), nil, []string{"true 0 2017 1062 5 1C80  "}},
		{"garbage", "abc", nil, []string{"false 0   0  noise noise@0"}},
	} {
		code, out, errs := hj212Run(t, c.in, append([]string{"decode"}, c.args...)...)
		if code != 0 || errs != "" {
			t.Errorf("%s: exit %d, %s", c.name, code, errs)
		}
		lines := strings.Split(strings.TrimSpace(out), "\n")
		if len(lines) != len(c.want) {
			t.Errorf("%s: %d objects, want %d\n%s", c.name, len(lines), len(c.want), out)
			continue
		}
		for i, line := range lines {
			var d struct {
				OK         bool
				Offset     int
				Version    string
				CN         string
				Flag       int
				CRC        string
				Deviations []string
				Error      *struct {
					Kind   string
					Offset int
				}
			}
			if err := json.Unmarshal([]byte(line), &d); err != nil {
				t.Fatalf("%s: %v\n%s", c.name, err, line)
			}
			got := fmt.Sprintf("%v %d %s %s %d %s %s ", d.OK, d.Offset, d.Version, d.CN, d.Flag, d.CRC, strings.Join(d.Deviations, ","))
			if d.Error != nil {
				got += fmt.Sprintf("%s@%d", d.Error.Kind, d.Error.Offset)
			}
			if got != c.want[i] {
				t.Errorf("%s, object %d: got %q, want %q", c.name, i, got, c.want[i])
			}
		}
	}
	if code, _, _ := hj212Run(t, bad, "decode", "--fail"); code != 1 {
		t.Errorf("--fail: exit %d, want 1", code)
	}
	for _, args := range [][]string{{"decode", "--mode", "lax"}, {"decode", "--accept", "x"}, {"decode", "--key", "12"}, {"decode", "/no/such"}} {
		if code, _, errs := hj212Run(t, "", args...); code != 1 || errs == "" {
			t.Errorf("%v: exit %d, %q", args, code, errs)
		}
	}
	if code, _, _ := hj212Run(t, "", "decode", "a", "b"); code != 2 {
		t.Errorf("two files: exit %d, want 2", code)
	}
}

// TestHJ212EncodeIsTheReverse: decode | encode gives the same bytes.
func TestHJ212EncodeIsTheReverse(t *testing.T) {
	_, doc, _ := hj212Run(t, sample, "decode")
	code, out, errs := hj212Run(t, doc, "encode")
	if code != 0 || out != sample {
		t.Errorf("exit %d %s: got %q, want %q", code, errs, out, sample)
	}
	if _, out, _ = hj212Run(t, doc, "encode", "--lines"); out != strings.ReplaceAll(sample, "\r\n", `\r\n`)+"\n" {
		t.Errorf("--lines gives %q", out)
	}
	if code, _, errs := hj212Run(t, `{"cn":"2011","mn":"A;B"}`, "encode"); code != 1 || !strings.Contains(errs, "第 1 个") {
		t.Errorf("separator in MN: exit %d, %s", code, errs)
	}
}

// TestHJ212ListenAndSend: the two talk to each other over TCP.
func TestHJ212ListenAndSend(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := free.Addr().String()
	free.Close()
	ctx, cancel := context.WithCancel(context.Background())
	pr, pw := io.Pipe()
	w := &world{in: strings.NewReader(""), out: pw, err: io.Discard, getenv: func(string) string { return "" }, now: time.Now}
	done := make(chan int, 1)
	go func() { done <- run(ctx, w, []string{"hj212", "listen", "--addr", addr}) }()
	heard := make(chan string, 1)
	go func() {
		b := make([]byte, 4096)
		n, _ := pr.Read(b)
		heard <- string(b[:n])
		_, _ = io.Copy(io.Discard, pr)
	}()
	_, doc, _ := hj212Run(t, sample, "decode")
	code, out, errs := hj212Run(t, doc, "send", "--addr", addr, "--timeout", "2s")
	if code != 0 || !strings.Contains(out, `"acknowledged":true`) {
		t.Errorf("send: exit %d %q %q", code, out, errs)
	}
	if got := <-heard; !strings.Contains(got, `"cn":"1062"`) {
		t.Errorf("listen printed %q", got)
	}
	cancel()
	if code := <-done; code != 0 {
		t.Errorf("listen: exit %d", code)
	}
}

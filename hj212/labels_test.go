package hj212

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sharedFile finds a file of the shared facts, or skips the test.
func sharedFile(t testing.TB, name string) string {
	t.Helper()
	roots := []string{os.Getenv("BALLAST_SHARED"), "../../shared"}
	for _, r := range roots {
		if r == "" {
			continue
		}
		if p := filepath.Join(r, name); fileExists(p) {
			return p
		}
	}
	t.Skip("not run: shared data absent")
	return ""
}

func fileExists(p string) bool { _, err := os.Stat(p); return err == nil }

type labelled struct{ frame, label, notes string }

func readLabelled(t testing.TB, path string) []labelled {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []labelled
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		if strings.HasPrefix(sc.Text(), "# ") {
			continue
		}
		c := strings.SplitN(sc.Text(), "\t", 3)
		if len(c) != 3 {
			t.Fatalf("line without three columns: %q", sc.Text())
		}
		out = append(out, labelled{strings.NewReplacer(`\r`, "\r", `\n`, "\n").Replace(c[0]), c[1], c[2]})
	}
	return out
}

// outcomes decodes a whole input and returns, in order, "ok" or the kind of
// each error, and the deviations of the messages.
func outcomes(t testing.TB, input string, o Options) (got []string, devs DeviationSet) {
	t.Helper()
	s := NewScanner(strings.NewReader(input), o)
	var m Message
	for range 100 {
		err := s.Next(&m)
		switch e := err.(type) {
		case nil:
			got = append(got, "ok")
			devs |= m.Deviations
		case *Error:
			got = append(got, string(e.Kind))
			devs |= e.Deviations
		default:
			return got, devs
		}
	}
	t.Fatalf("the scanner does not end: %v", got)
	return nil, 0
}

// TestSharedLabels states what each label of the shared frames means:
//
//   - valid, valid_undetected_corruption: length, CRC and structure hold, so both
//     modes accept (an 8-bit check cannot see the second);
//   - valid_lower_crc, valid_crc_oversize, modbus_crc, modbus_swapped_crc,
//     missing_cp_end, short_length_field, space_padded_length, std_typo_*: what
//     real devices send; strict refuses with the deviation's name, tolerant
//     accepts and names it;
//   - bad_crc, bad_length, bad_length_and_crc, truncated: refused in both modes;
//   - sticky_two_valid, garbage_prefix_then_valid, truncated_then_valid: the good
//     frame inside is never lost, the rest is refused or, when tolerant, named.
func TestSharedLabels(t *testing.T) {
	type want struct{ strict, tolerant string }
	wants := map[string]want{
		"valid":                                {"ok", "ok"},
		"valid_undetected_corruption":          {"ok", "ok"},
		"valid_lower_crc":                      {"lower_case_crc", "ok lower_case_crc"},
		"valid_crc_oversize":                   {"oversize_segment", "ok oversize_segment"},
		"modbus_crc":                           {"modbus_crc", "ok modbus_crc"},
		"modbus_swapped_crc":                   {"modbus_crc_swapped", "ok modbus_crc_swapped"},
		"missing_cp_end":                       {"missing_cp_end", "ok missing_cp_end"},
		"short_length_field":                   {"short_length_field", "ok short_length_field"},
		"space_padded_length":                  {"space_padded_length", "ok space_padded_length"},
		"std_typo_missing_semicolon_before_CP": {"missing_separator", "ok missing_separator"},
		"std_typo_comma_after_QN":              {"comma_separator", "ok comma_separator"},
		"bad_crc":                              {"crc_mismatch", "crc_mismatch"},
		"bad_length":                           {"oversize_segment", "wrong_length"},
		"bad_length_and_crc":                   {"wrong_length", "wrong_length"},
		"truncated":                            {"truncated", "truncated"},
		"sticky_two_valid":                     {"missing_crlf ok", "ok ok missing_crlf"},
		"garbage_prefix_then_valid":            {"noise ok", "ok noise"},
		"truncated_then_valid":                 {"truncated ok", "truncated ok"},
	}
	seen := map[string]int{}
	for i, l := range readLabelled(t, sharedFile(t, "hj212/frames.tsv")) {
		w, known := wants[l.label]
		if !known {
			t.Errorf("line %d: label %q has no meaning here", i+2, l.label)
			continue
		}
		seen[l.label]++
		for _, mode := range []struct {
			name, want string
			o          Options
		}{{"strict", w.strict, Strict()}, {"tolerant", w.tolerant, Tolerant()}} {
			got, devs := outcomes(t, l.frame+"\r\n", mode.o)
			said := strings.Join(got, " ")
			outcome, dev := mode.want, ""
			if j := strings.LastIndex(mode.want, "ok "); mode.name == "tolerant" && j >= 0 {
				outcome, dev = mode.want[:j+2], mode.want[j+3:]
				if dev == "ok" {
					outcome, dev = mode.want, ""
				}
			}
			if l.label == "modbus_swapped_crc" && said == "oversize_segment" && strings.Contains(l.notes, "segment>1024") {
				continue // refused before its CRC is looked at
			}
			if said != outcome {
				t.Errorf("line %d %s %s: got %q, want %q (%s)\n%.120s", i+2, l.label, mode.name, said, outcome, devs, l.frame)
			}
			if d, ok := ParseDeviation(dev); dev != "" && (!ok || !devs.Has(d)) {
				t.Errorf("line %d %s %s: deviations %s lack %s", i+2, l.label, mode.name, devs, dev)
			}
			if l.label == "valid" && devs.Gated() != 0 {
				t.Errorf("line %d: a valid frame shows %s", i+2, devs.Gated())
			}
		}
	}
	t.Logf("%v", seen)
}

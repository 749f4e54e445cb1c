package hj212

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
)

type corpusRow struct{ input, strict, tolerant, note string }

// readCorpus reads testdata/corpus.tsv.
func readCorpus(t testing.TB) []corpusRow {
	t.Helper()
	b, err := os.ReadFile("testdata/corpus.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var rows []corpusRow
	for n, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		if strings.HasPrefix(line, "# ") {
			continue
		}
		c := strings.Split(line, "\t")
		if len(c) != 4 {
			t.Fatalf("corpus.tsv:%d: %d columns", n+1, len(c))
		}
		rows = append(rows, corpusRow{unescape(t, c[0]), c[1], c[2], c[3]})
	}
	return rows
}

func unescape(t testing.TB, s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'r':
			b.WriteByte('\r')
		case 'n':
			b.WriteByte('\n')
		case '\\':
			b.WriteByte('\\')
		case 'x':
			v, err := hex.DecodeString(s[i+1 : i+3])
			if err != nil {
				t.Fatal(err)
			}
			b.Write(v)
			i += 2
		default:
			t.Fatalf("escape \\%c", s[i])
		}
	}
	return b.String()
}

// TestCorpus: every row is decoded as written beside it, in both modes, and a
// tolerant frame names the deviation that strict refuses.
func TestCorpus(t *testing.T) {
	for _, r := range readCorpus(t) {
		strict, _ := outcomes(t, r.input, Strict())
		tolerant, devs := outcomes(t, r.input, Tolerant())
		if got := strings.Join(strict, " "); got != r.strict {
			t.Errorf("%s: strict gives %q, want %q\n%.150q", r.note, got, r.strict, r.input)
		}
		if got := strings.Join(tolerant, " "); got != r.tolerant {
			t.Errorf("%s: tolerant gives %q, want %q\n%.150q", r.note, got, r.tolerant, r.input)
		}
		if d, ok := ParseDeviation(strings.Fields(r.strict)[0]); ok && !devs.Has(d) {
			t.Errorf("%s: tolerant names %s, not %s", r.note, devs, d)
		}
	}
}

// pieces reads its input in pieces cut at the given places.
type pieces struct {
	in   string
	cuts []int
	at   int
}

func (p *pieces) Read(b []byte) (int, error) {
	if p.at >= len(p.in) {
		return 0, io.EOF
	}
	end := len(p.in)
	for _, c := range p.cuts {
		if c > p.at {
			end = min(end, c)
			break
		}
	}
	n := copy(b, p.in[p.at:end])
	p.at += n
	return n, nil
}

// transcript is all a scanner says about an input.
func transcript(r io.Reader, o Options) string {
	s := NewScanner(r, o)
	var b strings.Builder
	var m Message
	for {
		err := s.Next(&m)
		var perr *Error
		switch {
		case err == nil:
			fmt.Fprintf(&b, "%d %q %s skip=%d pairs=%d\n", m.Offset, m.Frame(), m.Deviations, m.Skipped, m.NumPairs())
		case errors.As(err, &perr):
			fmt.Fprintf(&b, "%v frame=%d\n", perr, perr.Frame)
		default:
			fmt.Fprintf(&b, "%v at %d\n", err, s.Offset())
			return b.String()
		}
	}
}

// TestEverySplit: an input cut at any byte, and one byte at a time, gives the
// same messages, errors and offsets as in one piece.
func TestEverySplit(t *testing.T) {
	inputs := []string{}
	all := ""
	for _, r := range readCorpus(t) {
		inputs = append(inputs, r.input)
		all += r.input
	}
	for mode, o := range map[string]Options{"strict": Strict(), "tolerant": Tolerant()} {
		for _, in := range inputs {
			want := transcript(strings.NewReader(in), o)
			for cut := 1; cut < len(in); cut++ {
				if got := transcript(&pieces{in: in, cuts: []int{cut}}, o); got != want {
					t.Fatalf("%s cut at %d:\n%s\nwant\n%s", mode, cut, got, want)
				}
			}
		}
		want := transcript(strings.NewReader(all), o)
		if got := transcript(iotestOneByte{strings.NewReader(all)}, o); got != want {
			t.Errorf("%s: one byte at a time differs", mode)
		}
	}
}

type iotestOneByte struct{ r io.Reader }

func (o iotestOneByte) Read(b []byte) (int, error) { return o.r.Read(b[:min(1, len(b))]) }

// TestNoGoodFrameIsLost: noise of any kind between good frames never costs one
// of them, when the noise does not itself declare a longer frame.
func TestNoGoodFrameIsLost(t *testing.T) {
	_, frames := realtimeStream(3)
	noises := []string{"", "\r\n", "#", "##", "##12", "##-1", "GET / HTTP/1.1\r\n\r\n", "\x00\x01\x00\x00\x00\x06\x01\x03",
		"&&1C80\r\n", "##0005AB", string(frames[0][:100]), string(frames[0][:len(frames[0])-1]), "##9999", "###", "####0003"}
	for _, a := range noises {
		for _, b := range noises {
			in := a + string(frames[1]) + b + string(frames[2])
			s := NewScanner(strings.NewReader(in), Strict())
			var m Message
			good := 0
			for {
				err := s.Next(&m)
				if err == nil {
					if !bytes.Equal(m.Frame(), frames[1]) && !bytes.Equal(m.Frame(), frames[2]) {
						t.Errorf("a frame that was not sent: %.60q", m.Frame())
					}
					good++
				} else if errors.Is(err, io.EOF) {
					break
				}
			}
			if good != 2 {
				t.Errorf("%d of 2 good frames after %.20q and %.20q", good, a, b)
			}
		}
	}
}

// TestCRCVectors: HJ 212-2017 annex A, HJ 212-2025 annex A.1 and the tables of
// the domain note, each also bit by bit as the annex words it.
func TestCRCVectors(t *testing.T) {
	for _, c := range []struct {
		in   string
		hj   uint16
		modb uint16
	}{
		{"", 0xFFFF, 0xFFFF},
		{"\x00", 0x4040, 0x40BF},
		{"123456789", 0x2F80, 0x4B37},
		{"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&", 0x1C80, 0x0759},
		{"QN=20240601085857223;ST=32;CN=1011;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&&&", 0x2200, 0xCCF4},
	} {
		if got := CRC([]byte(c.in)); got != c.hj {
			t.Errorf("CRC(%.20q) = %04X, want %04X", c.in, got, c.hj)
		}
		if got := ModbusCRC16([]byte(c.in)); got != c.modb {
			t.Errorf("Modbus(%.20q) = %04X, want %04X", c.in, got, c.modb)
		}
	}
	b := make([]byte, 0, 300)
	for i := range 300 {
		b = append(b, byte(i*7+i>>3))
		if got, want := CRC(b), bitwiseCRC(b); got != want {
			t.Fatalf("CRC of %d bytes = %04X, bit by bit %04X", len(b), got, want)
		}
	}
}

// bitwiseCRC is the wording of annex A.
func bitwiseCRC(b []byte) uint16 {
	r := uint16(0xFFFF)
	for _, c := range b {
		r = r>>8 ^ uint16(c)
		for range 8 {
			low := r & 1
			r >>= 1
			if low == 1 {
				r ^= 0xA001
			}
		}
	}
	return r
}

// TestSM4 checks the block vector of GB/T 32907, the sizes of the annex of HJ
// 212-2025 and both forms on the wire.
func TestSM4(t *testing.T) {
	k, err := NewKey(unhex(t, "0123456789abcdeffedcba9876543210"))
	if err != nil {
		t.Fatal(err)
	}
	block := unhex(t, "0123456789abcdeffedcba9876543210")
	if k.Encipher(block); hex.EncodeToString(block) != "681edf34d206965e86b3e94f536e4246" {
		t.Errorf("SM4 block is %x", block)
	}
	if _, err := NewKey(make([]byte, 15)); err == nil {
		t.Error("a key of 15 bytes was taken")
	}
	key, err := NewKey(bytes.Repeat([]byte{0x30}, 16))
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []struct{ area, blocks, rest int }{{208, 13, 0}, {147, 9, 3}} {
		p := &Packet{Version: V2025, QN: "20240601085857223", ST: "31", CN: CNRealtime, PW: "123456",
			MN: "010000A8900016F000169DC0", Flag: Flags(V2025, true, false)}
		p.Add("DataTime", "20240601085857")
		clear := "DataTime=20240601085857"
		for i := 0; len(clear) < size.area; i++ {
			p.Add("k", strings.Repeat("7", min(9, size.area-len(clear)-3)))
			clear = string(p.appendArea(nil))
		}
		if len(clear) != size.area {
			t.Fatalf("area is %d bytes, want %d", len(clear), size.area)
		}
		plain, err := Encode(p, EncodeOptions{})
		if err != nil {
			t.Fatal(err)
		}
		sent, err := Encode(p, EncodeOptions{Key: key})
		if err != nil {
			t.Fatal(err)
		}
		at := bytes.Index(plain, cpOpen) + len(cpOpen)
		cut := at + 16*size.blocks
		if len(sent) != len(plain) || !bytes.Equal(sent[cut:], plain[cut:]) || !bytes.Equal(sent[:at], plain[:at]) ||
			bytes.Contains(sent[at:cut], []byte("DataTime")) {
			t.Errorf("area of %d: length, clear rest or CRC changed", size.area)
		}
		if rest := len(plain) - 8 - cut; rest != size.rest {
			t.Errorf("area of %d leaves %d clear bytes, want %d", size.area, rest, size.rest)
		}
		checkCipherForms(t, key, plain, sent, at, cut)
	}
}

// checkCipherForms reads the raw form, and the text form with the length of the
// text and with the clear length.
func checkCipherForms(t *testing.T, key *Key, plain, sent []byte, at, cut int) {
	t.Helper()
	var text strings.Builder
	text.WriteString("{")
	for i, c := range sent[at:cut] {
		if i > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, "0x%02X", c)
	}
	text.WriteString("}")
	long := string(sent[6:at]) + text.String() + string(sent[cut:])
	withText := fmt.Sprintf("##%04d%s", len(long)-6, long)
	clearLen := string(sent[:6]) + long
	o := Tolerant()
	o.Key = key
	var m Message
	for name, in := range map[string]string{"raw": string(sent), "text": withText, "text with clear length": clearLen} {
		if err := NewDecoder(o).Decode([]byte(in), &m); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !bytes.Equal(m.Segment(), plain[6:len(plain)-6]) || !m.Enciphered || string(m.Frame()) != in {
			t.Errorf("%s: deciphered to %q", name, m.Segment())
		}
		if m.Deviations.Has(SM4TextForm) != (name != "raw") || m.Deviations.Has(WrongLength) {
			t.Errorf("%s: deviations %s", name, m.Deviations)
		}
	}
	strict := Strict()
	strict.Key = key
	if err := NewDecoder(strict).Decode(sent, &m); err != nil {
		t.Errorf("raw, strict: %v", err)
	}
	for kind, key := range map[Kind]string{KindNoKey: "", KindCipher: "1111111111111111"} {
		strict.Key = nil
		if key != "" {
			k, err := NewKey([]byte(key))
			if err != nil {
				t.Fatal(err)
			}
			strict.Key = k
		}
		var perr *Error
		if err := NewDecoder(strict).Decode(sent, &m); !errors.As(err, &perr) || perr.Kind != kind {
			t.Errorf("with key %q: %v, want %s", key, err, kind)
		}
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestNumbers: fast and slow paths agree with strconv through parseNumber, and
// the text is never touched.
func TestNumbers(t *testing.T) {
	for in, want := range map[string]struct {
		v  float64
		ok bool
	}{
		"0": {0, true}, "1.5": {1.5, true}, "-0.041": {-0.041, true}, "508166.63": {508166.63, true}, ".5": {.5, true},
		"5.": {5, true}, "0.1": {0.1, true}, "123456": {123456, true}, "1234567": {1234567, true}, "12345678": {12345678, true},
		"123.4567": {123.4567, true}, "+1": {1, true}, "1e3": {1000, true}, "999.99": {999.99, true}, "-99": {-99, true},
		"20160801085857": {20160801085857, true}, "9007199254740993": {9007199254740992, true}, "0.30000000000000004": {0.30000000000000004, true},
		"": {0, false}, "-": {0, false}, ".": {0, false}, "1.2.3": {0, false}, "NaN": {0, false}, "Inf": {0, false}, "0x1p4": {0, false},
		"1_000": {0, false}, "--1": {0, false}, "1,5": {1, true}, "abc": {0, false}, "1e999": {0, false}, "０": {0, false},
	} {
		p := &Packet{Version: V2017, ST: "31", CN: 2011, Flag: 4}
		p.Add("a34013-Rtd", "7")
		b, err := Encode(p, EncodeOptions{})
		if err != nil {
			t.Fatal(err)
		}
		seg := strings.Replace(string(b[6:len(b)-6]), "Rtd=7", "Rtd="+in, 1)
		frame := fmt.Sprintf("##%04d%s%04X\r\n", len(seg), seg, CRC([]byte(seg)))
		var m Message
		if err := NewDecoder(Tolerant()).Decode([]byte(frame), &m); err != nil {
			t.Fatal(err)
		}
		n, found := m.Lookup("a34013", Rtd)
		text, _, _ := strings.Cut(in, ",")
		if !found || n.Value != want.v || n.OK != want.ok || string(n.Text) != text {
			t.Errorf("%q: %v %v %q, want %v %v", in, n.Value, n.OK, n.Text, want.v, want.ok)
		}
	}
}

// TestStations: the profile of the station decides, not the scanner's default.
func TestStations(t *testing.T) {
	tolerant := Tolerant().Profile
	profiles := map[string]*Profile{"OLD": &tolerant, "WATER": {Version: V2017}}
	o := Strict()
	o.Station = func(mn []byte) *Profile { return profiles[string(mn)] }
	for _, c := range []struct{ mn, want string }{{"OLD", "ok"}, {"NEW", "lower_case_crc"}} {
		in := ""
		for i := 0; !strings.ContainsAny(in[max(len(in)-6, 0):], "abcdef"); i++ {
			seg := fmt.Sprintf("QN=2026112408300%04d;ST=31;CN=2011;PW=123456;MN=%s;Flag=5;CP=&&&&", i, c.mn)
			in = fmt.Sprintf("##%04d%s%04x\r\n", len(seg), seg, CRC([]byte(seg)))
		}
		if got, _ := outcomes(t, in, o); strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", c.mn, got, c.want)
		}
	}
	seg := "QN=20261124083000000;ST=21;CN=2011;PW=123456;MN=WATER;Flag=9;CP=&&&&"
	var m Message
	if err := NewDecoder(o).Decode(fmt.Appendf(nil, "##%04d%s%04X\r\n", len(seg), seg, CRC([]byte(seg))), &m); err != nil || m.Version != V2017 {
		t.Errorf("version %v, %v: the station's profile says 2017", m.Version, err)
	}
}

// TestZeroAllocations: the steady state of the decode path.
func TestZeroAllocations(t *testing.T) {
	stream, _ := realtimeStream(64)
	s := NewScanner(&loop{b: stream}, Strict())
	var m Message
	next := func() {
		if err := s.Next(&m); err != nil {
			t.Fatal(err)
		}
		for i := range m.NumFactors() {
			if _, ok := m.FactorAt(i).Value(Rtd); !ok {
				t.Fatal("no value")
			}
		}
	}
	for range 200 {
		next()
	}
	if n := testing.AllocsPerRun(500, next); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

// FuzzScanner: no input panics, hangs or makes the scanner keep more than one
// frame; each decoded message keeps its own accounts.
func FuzzScanner(f *testing.F) {
	for _, r := range readCorpus(f) {
		f.Add([]byte(r.input), true)
		f.Add([]byte(r.input), false)
	}
	key, err := NewKey([]byte("0000000000000000"))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, in []byte, strict bool) {
		o := Tolerant()
		if strict {
			o = Strict()
		}
		o.Key = key
		s := NewScanner(bytes.NewReader(in), o)
		var m Message
		for range 3*len(in) + 3 {
			err := s.Next(&m)
			var perr *Error
			if errors.Is(err, io.EOF) {
				if s.Offset() != int64(len(in)) {
					t.Fatalf("%d of %d bytes accounted for", s.Offset(), len(in))
				}
				return
			}
			if errors.As(err, &perr) {
				if perr.Frame < 0 || perr.Offset < perr.Frame || perr.Offset > int64(len(in)) {
					t.Fatalf("offset %d of a frame at %d in %d bytes", perr.Offset, perr.Frame, len(in))
				}
				continue
			}
			if !bytes.Equal(m.Frame(), in[m.Offset:m.Offset+int64(len(m.Frame()))]) {
				t.Fatal("Frame is not what was sent")
			}
			for i := range m.NumPairs() {
				if p := m.PairAt(i); p.Item >= m.NumItems() {
					t.Fatalf("pair %d in item %d of %d", i, p.Item, m.NumItems())
				}
			}
			_ = m.Document()
			_, _ = m.Body(FromDevice)
			_ = m.Clone().Packet()
			checkReencode(t, &m)
		}
		t.Fatal("the scanner does not end")
	})
}

// checkReencode: what Encode accepts reads back as the same packet.
func checkReencode(t *testing.T, m *Message) {
	p := m.Packet()
	b, err := Encode(p, EncodeOptions{MaxSegment: maxSegment})
	if err != nil {
		return
	}
	var again Message
	o := Tolerant()
	o.Version = p.Version
	if err := NewDecoder(o).Decode(b, &again); err != nil {
		t.Fatalf("%v\n%q", err, b)
	}
	if got, want := fmt.Sprintf("%+v", again.Packet()), fmt.Sprintf("%+v", p); got != want {
		t.Fatalf("got  %s\nwant %s\n%q", got, want, b)
	}
}

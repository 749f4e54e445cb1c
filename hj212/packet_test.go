package hj212

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
)

// randomPacket returns a packet any edition can carry.
func randomPacket(r *rand.Rand, v Version) *Packet {
	word := func(n int, alphabet string) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = alphabet[r.IntN(len(alphabet))]
		}
		return string(b)
	}
	const hex, alnum = "0123456789ABCDEF", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/"
	p := &Packet{
		Version: v, QN: word(17, "0123456789"), ST: word(2, "123456789"), CN: 1 + r.IntN(9999),
		PW: word(r.IntN(9), alnum), MN: word(24, hex), Flag: Flags(v, r.IntN(2) == 0, false),
	}
	if r.IntN(3) == 0 {
		p.Flag |= flagSplit
		p.PNUM, p.PNO = 1+r.IntN(9999), 1+r.IntN(9999)
	}
	p.Backfill = v == V2025 && r.IntN(2) == 0
	for range r.IntN(3) {
		p.Extra = append(p.Extra, Field{"x" + word(3, alnum), word(r.IntN(5), alnum)})
	}
	for range r.IntN(8) {
		var it Item
		for range 1 + r.IntN(4) {
			kv := KV{Key: word(1+r.IntN(12), alnum)}
			switch r.IntN(5) {
			case 0:
				kv.Value = fmt.Sprint(r.Float64() * 1000)
			case 1:
				kv.Value = "//" + word(r.IntN(9), "ab,;= 文") + "//"
			case 2:
				kv.Bare = r.IntN(2) == 0
			default:
				kv.Value = word(r.IntN(10), alnum)
			}
			it = append(it, kv)
		}
		p.Items = append(p.Items, it)
	}
	return p
}

// TestRoundTrip: decode(encode(p)) is p, clear and enciphered, for the three
// editions.
func TestRoundTrip(t *testing.T) {
	key, err := NewKey([]byte("0000000000000000"))
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(7, 8))
	done := 0
	for i := range 9000 {
		v := Versions()[i%3]
		p := randomPacket(r, v)
		o := EncodeOptions{}
		d := Strict()
		if i%2 == 0 {
			o.Key, d.Key = key, key
		}
		b, err := Encode(p, o)
		if err != nil {
			if pe := (*Error)(nil); !errors.As(err, &pe) || pe.Kind != KindEncode {
				t.Fatalf("%v", err)
			}
			continue // such as a log the alphabet made ambiguous
		}
		done++
		d.Accept = d.Accept.With(NonUTF8Text) // the alphabet cuts UTF-8 in half
		var m Message
		if err := NewDecoder(d).Decode(b, &m); err != nil {
			t.Fatalf("%v\n%q", err, b)
		}
		if got := m.Packet(); !reflect.DeepEqual(got, p) {
			t.Fatalf("got  %+v\nwant %+v\n%q", got, p, b)
		}
		if !bytes.Equal(m.Frame(), b) {
			t.Fatalf("Frame() is %q, want %q", m.Frame(), b)
		}
	}
	if done < 6000 {
		t.Errorf("only %d packets could be written", done)
	}
}

// TestBodyRoundTrip: the typed body of every row of the command table gives
// back the items it was read from.
func TestBodyRoundTrip(t *testing.T) {
	const at = "20261124030000"
	areas := map[Shape][]Item{
		ShapeData:   {{{Key: "DataTime", Value: at}}, {{Key: "a34013-Rtd", Value: "3.10"}, {Key: "a34013-Flag", Value: "N"}}, {{Key: "odd", Value: "1"}}},
		ShapeStates: {{{Key: "DataTime", Value: at}}, {{Key: "SB1-RS", Value: "1"}}, {{Key: "SB2-RT", Value: "2.5"}}},
		ShapeQuery:  {{{Key: "BeginTime", Value: at}}, {{Key: "EndTime", Value: at}}, {{Key: "PolId", Value: "a34013"}}},
		ShapeInfo:   {{{Key: "PolId", Value: "w01018"}}, {{Key: "InfoId", Value: "i11001"}}, {{Key: "i11001-Info", Value: "//清空,数据;//"}}},
	}
	values := map[string]string{"OverTime": "5", "ReCount": "3", "RtdInterval": "30", "MinInterval": "10",
		"SystemTime": at, "RestartTime": at, "DataTime": at, "VaseNo": "1", "Stime": "40", "PolId": "w01018",
		"CstartTime": "000000", "WarnTime": "60"}
	for _, c := range Commands() {
		p := &Packet{Version: c.Since, CN: c.CN, ST: "31", Flag: Flags(c.Since, true, false)}
		switch c.Shape {
		case ShapeParameters:
			for name := range strings.SplitSeq(c.Params, ",") {
				if !strings.HasPrefix(name, "[") {
					p.Add(name, values[name])
				}
			}
		case ShapeAnswer:
			p.Add("QN", "20261124030000001")
			if c.Params != "" {
				p.Add(c.Params, "1")
			}
		default:
			p.Items = areas[c.Shape]
		}
		for _, from := range []Sender{FromHost, FromDevice} {
			if c.From&from == 0 {
				continue
			}
			b, err := p.Body(from)
			if err != nil {
				t.Errorf("%d %s: %v", c.CN, c.Name, err)
				continue
			}
			q := *p
			if q.SetBody(b); !reflect.DeepEqual(q.Items, p.Items) {
				t.Errorf("%d %s: got %v, want %v", c.CN, c.Name, q.Items, p.Items)
			}
		}
	}
}

// TestBodyErrors: parameters out of the ranges of HJ 212-2017 table 5 are typed
// errors.
func TestBodyErrors(t *testing.T) {
	for _, c := range []struct {
		cn   int
		k, v string
	}{
		{1062, "RtdInterval", "29"}, {1062, "RtdInterval", "3601"}, {1062, "RtdInterval", "x"}, {1062, "Other", "1"},
		{1064, "MinInterval", "7"}, {1012, "SystemTime", "2026"}, {2051, "BeginTime", "20261124000000"},
	} {
		p := &Packet{Version: V2017, CN: c.cn}
		p.Add(c.k, c.v)
		_, err := p.Body(FromHost)
		if pe := (*Error)(nil); !errors.As(err, &pe) || pe.Kind != KindBody {
			t.Errorf("%d %s=%s: got %v, want a body error", c.cn, c.k, c.v, err)
		}
	}
}

// TestEncodeRefuses: what would read back as something else is not written.
func TestEncodeRefuses(t *testing.T) {
	base := func() *Packet { return &Packet{Version: V2017, QN: "1", ST: "31", CN: 2011, MN: "X", Flag: 4} }
	for name, edit := range map[string]func(*Packet){
		"separator in MN":    func(p *Packet) { p.MN = "A;B" },
		"separator in value": func(p *Packet) { p.Add("k", "1;2") },
		"ampersand in value": func(p *Packet) { p.Add("k", "&&0000") },
		"line end in value":  func(p *Packet) { p.Add("k", "a\r\nb") },
		"no command":         func(p *Packet) { p.CN = 0 },
		"RF before 2025":     func(p *Packet) { p.Backfill = true },
		"empty item":         func(p *Packet) { p.Items = []Item{{}} },
		"over 1024 bytes":    func(p *Packet) { p.Add("k", strings.Repeat("1", 1024)) },
		"CP as extra field":  func(p *Packet) { p.Extra = []Field{{"CP", "x"}} },
	} {
		p := base()
		edit(p)
		if b, err := Encode(p, EncodeOptions{}); err == nil {
			t.Errorf("%s: written as %q", name, b)
		}
	}
}

// TestSplitAndAssemble: parts in any order, with duplicates, give the record
// back; each part alone is a readable frame within the limit.
func TestSplitAndAssemble(t *testing.T) {
	p := &Packet{Version: V2017, QN: "20261124030000000", ST: "31", CN: 2061, PW: "123456",
		MN: "010000A8900016F000169DC0", Flag: Flags(V2017, true, false)}
	p.Add("DataTime", "20261124020000")
	for i := range 60 {
		c := fmt.Sprintf("a%05d", i)
		p.Add(c+"-Min", "1.0", c+"-Avg", "2.0", c+"-Max", "3.0", c+"-Flag", "N")
	}
	qn := QNs{Now: func() time.Time { return time.Unix(1, 0) }}
	parts, err := Split(p, 0, func(int) string { return qn.Next() })
	if err != nil || len(parts) < 3 {
		t.Fatalf("%d parts, %v", len(parts), err)
	}
	var frames [][]byte
	seen := map[string]bool{}
	for _, part := range parts {
		b, err := Encode(part, EncodeOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if seen[part.QN] {
			t.Errorf("QN %s twice", part.QN)
		}
		seen[part.QN] = true
		frames = append(frames, b)
	}
	now := time.Unix(0, 0)
	r := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		order := r.Perm(len(frames))
		order = append([]int{order[0]}, order...) // the first comes twice
		var a Assembler
		var last Part
		for i, n := range order {
			var m Message
			if err := NewDecoder(Strict()).Decode(frames[n], &m); err != nil {
				t.Fatal(err)
			}
			last = a.Add(&m, now)
			if last.Duplicate != (i == 1) {
				t.Fatalf("part %d duplicate=%v", i, last.Duplicate)
			}
			if last.Complete != (i == len(order)-1) || !last.Complete && len(last.Missing) == 0 {
				t.Fatalf("part %d complete=%v missing=%v", i, last.Complete, last.Missing)
			}
		}
		if !reflect.DeepEqual(last.Whole.Items, p.Items) || last.Whole.Flag != p.Flag || last.Whole.PNUM != 0 {
			t.Fatalf("whole is %+v", last.Whole)
		}
		if a.Open() != 0 || a.bytes != 0 {
			t.Fatalf("%d open, %d bytes kept", a.Open(), a.bytes)
		}
	}
}

// TestAssemblerBounds: a peer that never completes its records costs a bounded
// memory, and records expire.
func TestAssemblerBounds(t *testing.T) {
	a := Assembler{MaxOpen: 4, TTL: time.Minute}
	now := time.Unix(0, 0)
	var m Message
	for i := range 1000 {
		p := &Packet{Version: V2017, ST: "31", CN: 2061, MN: "M", Flag: 6, PNUM: 3, PNO: 1}
		p.Add("DataTime", fmt.Sprintf("%014d", i))
		b, err := Encode(p, EncodeOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := NewDecoder(Strict()).Decode(b, &m); err != nil {
			t.Fatal(err)
		}
		a.Add(&m, now)
	}
	if a.Open() != 4 {
		t.Errorf("%d records open, want 4", a.Open())
	}
	if gone := a.Expire(now.Add(2 * time.Minute)); len(gone) != 4 || a.Open() != 0 || a.bytes != 0 {
		t.Errorf("%d expired, %d open, %d bytes", len(gone), a.Open(), a.bytes)
	}
	m.PNO = 4
	if got := a.Add(&m, now); !got.Bad {
		t.Errorf("PNO 4 of 3: %+v", got)
	}
}

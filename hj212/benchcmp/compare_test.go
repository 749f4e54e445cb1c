//go:build unix

// Package benchcmp decodes the same real-time frames with ballast/hj212 and
// with the public Go implementations, in one run. See README.md.
package benchcmp

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"syscall"
	"testing"
	"time"

	flash "github.com/flash520/hj212"
	flashproto "github.com/flash520/hj212/protocol"
	teafull "github.com/teafull/hjt212/protocol"

	"ballast/hj212"
)

// frames returns n real-time frames of twelve factors, five of them converted.
func frames(n int) [][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	var out [][]byte
	for i := range n {
		var seg bytes.Buffer
		fmt.Fprintf(&seg, "QN=20261124%02d%02d%02d%03d;ST=31;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20261124%02d%02d00",
			i/3600%24, i/60%60, i%60, i%1000, i/60%24, i%60)
		for j, c := range []string{"a34013", "a21002", "a21026", "a21024", "a21005"} {
			fmt.Fprintf(&seg, ";%s-Rtd=%.*f,%s-ZsRtd=%.*f,%s-Flag=N", c, 1+j%3, r.Float64()*200, c, 1+j%3, r.Float64()*200, c)
		}
		for j, c := range []string{"a19001", "a01011", "a01012", "a01013", "a01014", "a00000", "a01901"} {
			fmt.Fprintf(&seg, ";%s-Rtd=%.*f,%s-Flag=N", c, j%4, r.Float64()*1000, c)
		}
		seg.WriteString("&&")
		out = append(out, fmt.Appendf(nil, "##%04d%s%04X\r\n", seg.Len(), seg.Bytes(), hj212.CRC(seg.Bytes())))
	}
	return out
}

const many = 256

// meter counts frames by processor time, because wall time on a shared machine
// measures the neighbours. Time of the garbage collector is included.
type meter struct{ began time.Duration }

func start(b *testing.B) meter {
	b.ReportAllocs()
	b.ResetTimer()
	return meter{cpu(b)}
}

func (m meter) report(b *testing.B) {
	used := cpu(b) - m.began
	b.ReportMetric(float64(used.Nanoseconds())/float64(b.N), "cpu-ns/frame")
	b.ReportMetric(float64(b.N)/used.Seconds(), "frames/cpu-s")
}

func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkBallast is framing, CRC, fields, every value as text and number,
// factors grouped, into a message that is used again.
func BenchmarkBallast(b *testing.B) {
	fs := frames(many)
	d := hj212.NewDecoder(hj212.Strict())
	var m hj212.Message
	m0 := start(b)
	for i := 0; b.Loop(); i++ {
		if err := d.Decode(fs[i%many], &m); err != nil {
			b.Fatal(err)
		}
	}
	m0.report(b)
}

// BenchmarkBallastPacket is the same and a copy that may be kept, which is what
// the peers make.
func BenchmarkBallastPacket(b *testing.B) {
	fs := frames(many)
	d := hj212.NewDecoder(hj212.Strict())
	var m hj212.Message
	m0 := start(b)
	for i := 0; b.Loop(); i++ {
		if err := d.Decode(fs[i%many], &m); err != nil {
			b.Fatal(err)
		}
		if p := m.Packet(); p.CN != 2011 {
			b.Fatal(p.CN)
		}
	}
	m0.report(b)
}

// BenchmarkTeafull is framing, CRC and a map of texts. It prints every data
// area; the output is thrown away.
func BenchmarkTeafull(b *testing.B) {
	fs := frames(many)
	out := os.Stdout
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	os.Stdout = null
	defer func() { os.Stdout = out; null.Close() }()
	var d teafull.HjtDecoder
	m0 := start(b)
	for i := 0; b.Loop(); i++ {
		if p, err := d.Decoder(fs[i%many]); err != nil || p.CN != 2011 {
			b.Fatal(err)
		}
	}
	m0.report(b)
}

// BenchmarkFlash520Decode is its message decoder alone: no framing, no CRC.
func BenchmarkFlash520Decode(b *testing.B) {
	flashproto.RegisterEntity(31, new(flashproto.MonitorAtmospheric))
	fs := frames(many)
	m0 := start(b)
	for i := 0; b.Loop(); i++ {
		var m flashproto.Message
		if err := m.Decode(fs[i%many][:len(fs[i%many])-6]); err != nil {
			b.Fatal(err)
		}
	}
	m0.report(b)
}

// stream gives the frames for ever; it has the methods the peer's codec asks for.
type stream struct {
	all []byte
	at  int
}

func (s *stream) Read(p []byte) (int, error) {
	n := copy(p, s.all[s.at:])
	s.at = (s.at + n) % len(s.all)
	return n, nil
}
func (s *stream) Write(p []byte) (int, error) { return len(p), nil }
func (s *stream) Close() error                { return nil }

var _ io.ReadWriteCloser = (*stream)(nil)

// BenchmarkFlash520Receive is framing, CRC and decoding out of a stream.
func BenchmarkFlash520Receive(b *testing.B) {
	flashproto.RegisterEntity(31, new(flashproto.MonitorAtmospheric))
	codec, err := (&flash.Protocol{}).NewCodec(&stream{all: bytes.Join(frames(many), nil)})
	if err != nil {
		b.Fatal(err)
	}
	m0 := start(b)
	for b.Loop() {
		if _, err := codec.Receive(); err != nil {
			b.Fatal(err)
		}
	}
	m0.report(b)
}

// BenchmarkBallastScanner is its counterpart.
func BenchmarkBallastScanner(b *testing.B) {
	s := hj212.NewScanner(&stream{all: bytes.Join(frames(many), nil)}, hj212.Strict())
	var m hj212.Message
	m0 := start(b)
	for b.Loop() {
		if err := s.Next(&m); err != nil {
			b.Fatal(err)
		}
	}
	m0.report(b)
}

package hj212

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
)

// realtimeStream returns n different real-time frames of a waste incinerator
// with twelve factors (five of them converted), as a plant sends them.
func realtimeStream(n int) (stream []byte, frames [][]byte) {
	r := rand.New(rand.NewPCG(1, 2))
	pollutants := []string{"a34013", "a21002", "a21026", "a21024", "a21005"}
	others := []string{"a19001", "a01011", "a01012", "a01013", "a01014", "a00000", "a01901"}
	for i := range n {
		var seg bytes.Buffer
		fmt.Fprintf(&seg, "QN=20261124%02d%02d%02d%03d;ST=31;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20261124%02d%02d00",
			i/3600%24, i/60%60, i%60, i%1000, i/60%24, i%60)
		for j, c := range pollutants { // a device keeps the digits of each factor
			fmt.Fprintf(&seg, ";%s-Rtd=%.*f,%s-ZsRtd=%.*f,%s-Flag=N", c, 1+j%3, r.Float64()*200, c, 1+j%3, r.Float64()*200, c)
		}
		for j, c := range others {
			fmt.Fprintf(&seg, ";%s-Rtd=%.*f,%s-Flag=N", c, j%4, r.Float64()*1000, c)
		}
		seg.WriteString("&&")
		f := fmt.Appendf(nil, "##%04d%s%04X\r\n", seg.Len(), seg.Bytes(), CRC(seg.Bytes()))
		frames = append(frames, f)
		stream = append(stream, f...)
	}
	return stream, frames
}

// loop reads the same bytes for ever.
type loop struct {
	b  []byte
	at int
}

func (l *loop) Read(p []byte) (int, error) {
	n := copy(p, l.b[l.at:])
	if l.at += n; l.at == len(l.b) {
		l.at = 0
	}
	return n, nil
}

var _ io.Reader = (*loop)(nil)

// BenchmarkDecode is one real-time frame: framing, CRC, fields, every value as
// text and number, factors grouped.
func BenchmarkDecode(b *testing.B) {
	_, frames := realtimeStream(256)
	d := NewDecoder(Strict())
	var m Message
	b.SetBytes(int64(len(frames[0])))
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		if err := d.Decode(frames[i&255], &m); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
}

// BenchmarkScanner is the same out of a stream, and reads the five converted
// values and flags as telemetry does.
func BenchmarkScanner(b *testing.B) {
	stream, frames := realtimeStream(256)
	s := NewScanner(&loop{b: stream}, Strict())
	var m Message
	var sum float64
	b.SetBytes(int64(len(frames[0])))
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		if err := s.Next(&m); err != nil {
			b.Fatal(err)
		}
		for i := range m.NumFactors() {
			f := m.FactorAt(i)
			if n, ok := f.Value(ZsRtd); ok && f.Flag() == FlagNormal {
				sum += n.Value
			}
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
	_ = sum
}

func BenchmarkCRC(b *testing.B) {
	_, frames := realtimeStream(1)
	seg := frames[0][6 : len(frames[0])-6]
	b.SetBytes(int64(len(seg)))
	for b.Loop() {
		CRC(seg)
	}
}

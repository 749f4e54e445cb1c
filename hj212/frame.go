package hj212

import (
	"bytes"
	"fmt"
)

var frameStart = []byte("##")

const (
	crcLen   = 4
	longTail = 4 // the text \r\n

	// lookahead is how far behind the declared end of a broken frame its true
	// end is looked for. Observed miscounts are below thirty bytes.
	lookahead = 64
)

// outcome says what one step of the decoder found.
type outcome uint8

const (
	needMore outcome = iota // not decidable without more bytes
	gotFrame
	gotError
)

// Decoder finds and decodes frames in a run of bytes. It is the state between
// two steps of a [Scanner]; one Decoder serves one stream, or any number of
// separate frames through [Decoder.Decode].
//
// Framing is driven by the length field alone, because enciphered data may
// contain CR LF, "&&" and "##". When a declared frame turns out to be broken
// the decoder steps two bytes forward and looks for the next "##" with a
// length, so that a good frame inside or behind the broken one is not lost. The
// result depends on the bytes only, not on how the network cut them.
type Decoder struct {
	opts     Options
	skipping bool         // between an error and the next frame start
	noise    int64        // bytes of noise before the next frame
	noiseAt  int64        // where they began
	blank    bool         // they are blanks only
	pending  DeviationSet // of the noise, for the next frame
	skipped  int64        // bytes of it
	scratch  []byte       // deciphered segment
	stats    Stats
}

// Stats counts what a decoder has seen.
type Stats struct {
	Frames     uint64                 // messages given out
	Errors     uint64                 // typed errors given out
	Bytes      uint64                 // bytes consumed
	Deviations [deviationCount]uint64 // messages and errors that show each deviation
}

// Deviation returns the count of one deviation.
func (s *Stats) Deviation(d Deviation) uint64 { return s.Deviations[d] }

// NewDecoder returns a decoder with the given options.
func NewDecoder(o Options) *Decoder {
	o.Limits = o.Limits.withDefaults()
	return &Decoder{opts: o, blank: true}
}

// Stats returns the counts so far.
func (d *Decoder) Stats() Stats { return d.stats }

// Decode decodes the first frame of b into m, which then refers to b. It is
// the door for frames that come alone; b has to be complete. Bytes after the
// frame are ignored.
func (d *Decoder) Decode(b []byte, m *Message) error {
	d.restart()
	for at := 0; ; {
		adv, out, err := d.step(b[at:], int64(at), true, m)
		switch out {
		case gotFrame:
			return nil
		case gotError:
			return err
		}
		d.stats.Bytes += uint64(adv)
		if at += adv; at >= len(b) || adv == 0 {
			return &Error{Kind: KindTruncated, Offset: int64(len(b)), Detail: "没有帧"}
		}
	}
}

func (d *Decoder) restart() {
	d.skipping, d.noise, d.blank, d.pending, d.skipped = false, 0, true, 0, 0
}

// frameHead is a readable "##" and length.
type frameHead struct {
	at   int // of "##" in the buffer
	len  int // bytes of "##" and the length field
	n    int // declared bytes of the segment
	devs DeviationSet

	base  int64 // byte of the input at the start of the buffer
	final bool  // no more bytes will come
}

// place is a byte of a frame, counted from where the frame begins.
type place struct {
	frame int64
	at    int
}

// step takes what it can from the start of b, whose first byte is byte base of
// the input. final says that no more bytes will come. It returns how many bytes
// are done with.
func (d *Decoder) step(b []byte, base int64, final bool, m *Message) (adv int, out outcome, err *Error) {
	h, state := d.findHead(b, base, final)
	switch state {
	case headNone:
		d.count(h.at, base, b)
		if err := d.noiseReport(final); err != nil {
			return h.at, gotError, err
		}
		return h.at, needMore, nil
	case headBad:
		d.skipping = true
		return 2, gotError, d.fault(KindLengthField, place{base, 2}, "“##”之后不是四位长度", 0)
	}
	if h.at > 0 {
		d.count(h.at, base, b)
		return h.at, needMore, nil // decided again at the frame's first byte
	}
	if d.noise > 0 {
		if err := d.noiseVerdict(); err != nil {
			return 0, gotError, err
		}
	}
	if h.n > d.opts.Limits.MaxSegment {
		d.skipping = true
		return 2, gotError, d.fault(DeviationKind(OversizeSegment), place{base, 2},
			fmt.Sprintf("声明的数据段长度 %d 超过上限 %d", h.n, d.opts.Limits.MaxSegment), h.devs)
	}
	h.base, h.final = base, final
	return d.frame(b, h, m)
}

type headState uint8

const (
	headNone  headState = iota // none up to h.at; bytes before h.at are noise
	headBad                    // "##" at 0, where a frame was due, without a length
	headFound                  // at h.at
)

// findHead looks for the next "##" with a length.
func (d *Decoder) findHead(b []byte, base int64, final bool) (frameHead, headState) {
	for at := 0; ; at++ {
		i := 0
		if at > 0 || len(b) < 2 || b[0] != '#' || b[1] != '#' {
			i = bytes.Index(b[at:], frameStart)
		}
		if i < 0 {
			end := len(b)
			if !final && end > 0 && b[end-1] == '#' {
				end--
			}
			return frameHead{at: end}, headNone
		}
		at += i
		h, short, ok := parseLength(b[at:])
		h.at = at
		switch {
		case ok:
			return h, headFound
		case short && !final:
			return frameHead{at: at}, headNone
		case at == 0 && !d.skipping && d.noise == 0 && len(b) > 2 && b[2] != '#':
			return h, headBad
		}
	}
}

// parseLength reads "##" and the length: four digits, or what devices make of
// them. short means that more bytes are needed to tell.
func parseLength(b []byte) (h frameHead, short, ok bool) {
	if len(b) >= 6 {
		c := b[2:6:6]
		x, y, z, w := c[0]-'0', c[1]-'0', c[2]-'0', c[3]-'0'
		if x <= 9 && y <= 9 && z <= 9 && w <= 9 {
			return frameHead{len: 6, n: int(x)*1000 + int(y)*100 + int(z)*10 + int(w)}, false, true
		}
	}
	return parseOddLength(b)
}

func parseOddLength(b []byte) (h frameHead, short, ok bool) {
	at, spaces, digits := 2, 0, 0
	for ; at < len(b) && at < 6; at++ {
		switch c := b[at]; {
		case c == ' ' && digits == 0:
			spaces++
		case c >= '0' && c <= '9':
			digits++
			h.n = h.n*10 + int(c-'0')
		case digits > 0 && spaces == 0 && (c >= 'A' && c <= 'Z'):
			h.len, h.devs = at, Of(ShortLengthField)
			return h, false, true
		default:
			return h, false, false
		}
	}
	if at < 6 {
		return h, true, false
	}
	if digits == 0 {
		return h, false, false
	}
	h.len, h.devs = 6, Of(SpacePaddedLength)
	return h, false, true
}

// count adds b[:n] to the noise, unless it belongs to an error already told.
func (d *Decoder) count(n int, base int64, b []byte) {
	if n == 0 {
		return
	}
	if d.skipping {
		return
	}
	if d.noise == 0 {
		d.noiseAt = base
	}
	d.noise += int64(n)
	if d.blank {
		for _, c := range b[:n] {
			if c != '\r' && c != '\n' && c != ' ' && c != 0 {
				d.blank = false
				break
			}
		}
	}
}

// noiseReport reports noise that no frame followed: at the end of the input,
// or because it grew over the limit.
func (d *Decoder) noiseReport(final bool) *Error {
	if d.noise == 0 || !final && d.noise < int64(d.opts.Limits.MaxNoise) {
		return nil
	}
	n, blank := d.noise, d.blank
	d.noise, d.blank = 0, true
	if blank {
		return nil
	}
	return d.fault(DeviationKind(Noise), place{d.noiseAt, 0}, fmt.Sprintf("%d 字节不属于任何帧", n), Of(Noise))
}

// noiseVerdict decides about the noise before a frame that has been found.
func (d *Decoder) noiseVerdict() *Error {
	n, blank := d.noise, d.blank
	d.noise, d.blank = 0, true
	switch {
	case blank:
		d.pending = d.pending.With(BlankBetweenFrames)
	case d.opts.Accept.Has(Noise):
		d.pending = d.pending.With(Noise)
		d.skipped = n
	default:
		return d.fault(DeviationKind(Noise), place{d.noiseAt, 0}, fmt.Sprintf("帧前有 %d 字节杂散数据", n), Of(Noise))
	}
	return nil
}

// fault builds and counts a typed error.
func (d *Decoder) fault(kind Kind, at place, detail string, devs DeviationSet) *Error {
	d.countError(devs)
	return &Error{Kind: kind, Offset: at.frame + int64(at.at), Frame: at.frame, Detail: detail, Deviations: devs}
}

func (d *Decoder) countError(devs DeviationSet) {
	d.stats.Errors++
	d.countDeviations(devs)
}

func (d *Decoder) countDeviations(s DeviationSet) {
	for i := Deviation(0); s != 0; i, s = i+1, s>>1 {
		if s&1 != 0 {
			d.stats.Deviations[i]++
		}
	}
}

// frame decides about the frame whose head stands at the start of b.
func (d *Decoder) frame(b []byte, h frameHead, m *Message) (int, outcome, *Error) {
	end := h.len + h.n
	if len(b) < end+crcLen && !(h.final && d.shortCRCAtEnd(b, end)) {
		if !h.final {
			return 0, needMore, nil
		}
		return d.broken(b, h, m)
	}
	m.reset()
	m.Offset, m.Declared, m.headLen = h.base, h.n, h.len
	crc, digits, devs := readCRC(b, end)
	if digits == 0 {
		return d.broken(b, h, m)
	}
	tail, tailDevs, short := readTail(b[end+digits:], h.final, d.opts.EndIsTail)
	if short {
		return 0, needMore, nil
	}
	m.Deviations = h.devs | devs
	m.place(m.Deviations, 2)
	m.place(devs, end)
	if h.n > DefaultLimits.MaxSegment {
		m.note(OversizeSegment, 2)
	}
	m.frame = b[: end+digits+tail : end+digits+tail]
	m.seg = b[h.len:end]
	m.CRC = crc
	nonASCII, ok := d.checkCRC(m, end)
	if !ok {
		return d.wrongCRC(b, h, m)
	}
	m.Deviations |= tailDevs
	m.place(tailDevs, end+digits)
	return d.finish(m, nonASCII)
}

// place gives the members of s their byte in the frame.
func (m *Message) place(s DeviationSet, at int) {
	for i := Deviation(0); s != 0; i, s = i+1, s>>1 {
		if s&1 != 0 {
			m.devAt[i] = uint32(at)
		}
	}
}

// finish parses a frame whose CRC holds and asks the station's profile.
func (d *Decoder) finish(m *Message, nonASCII bool) (int, outcome, *Error) {
	size := len(m.frame)
	m.Skipped = d.skipped
	m.Deviations |= d.pending
	m.place(d.pending, 0)
	d.skipping, d.skipped, d.pending = false, 0, 0
	var err *Error
	if len(m.headers) == 0 {
		err = m.parseSegment(&d.opts.Limits, nonASCII)
	} else { // the head was read to find the key
		err = m.parseBody(&d.opts.Limits, nonASCII)
	}
	if err != nil {
		err.Deviations = m.Deviations
		d.countError(m.Deviations)
		return size, gotError, err
	}
	p := d.profile(m)
	m.Version = p.Version
	if m.Version == VersionAuto {
		m.Version = versionOf(m.Flag, m.HasFlag)
	}
	d.remarkCodes(m)
	if refused := m.Deviations.Gated() &^ p.Accept; refused != 0 {
		d.countError(m.Deviations)
		return size, gotError, m.refuse(refused)
	}
	d.stats.Frames++
	if m.Deviations != 0 {
		d.countDeviations(m.Deviations)
	}
	return size, gotFrame, nil
}

// profile returns the profile of the message's station.
func (d *Decoder) profile(m *Message) *Profile {
	if d.opts.Station != nil {
		if p := d.opts.Station(m.MN()); p != nil {
			return p
		}
	}
	return &d.opts.Profile
}

// remarkCodes names 2005 factor codes in frames of later editions.
func (d *Decoder) remarkCodes(m *Message) {
	if m.Version == V2005 {
		return
	}
	for i := range m.factors {
		f := &m.factors[i]
		if f.n <= 3 && m.pairs[f.first].class < RS {
			if _, old := modernCodes[string(m.seg[f.at:f.at+uint16(f.n)])]; old {
				m.note(OldFactorCode, m.headLen+int(f.at))
				return
			}
		}
	}
}

// refuse names the deviation that stands first in the frame; of several at one
// byte the later in the table, which is the graver.
func (m *Message) refuse(refused DeviationSet) *Error {
	first, at, found := Deviation(0), uint32(0), false
	for i, s := Deviation(0), refused; s != 0; i, s = i+1, s>>1 {
		if s&1 != 0 && (!found || m.devAt[i] <= at) {
			found = true
			first, at = i, m.devAt[i]
		}
	}
	return &Error{Kind: DeviationKind(first), Offset: m.Offset + int64(at), Frame: m.Offset,
		Detail: first.Text(), Deviations: m.Deviations}
}

// readCRC reads the CRC field at b[at:]. digits is 0 when there is none, and
// below four when leading zeros were dropped and a tail follows.
func readCRC(b []byte, at int) (crc uint16, digits int, devs DeviationSet) {
	for digits < crcLen && at+digits < len(b) {
		c := b[at+digits]
		v, ok := hexDigit(c)
		if !ok {
			break
		}
		if c >= 'a' {
			devs |= 1 << LowerCaseCRC
		}
		crc = crc<<4 | uint16(v)
		digits++
	}
	if digits == crcLen {
		return crc, digits, devs
	}
	if digits > 0 && (at+digits == len(b) || b[at+digits] == '\r' || b[at+digits] == '\n') {
		return crc, digits, devs.With(ShortCRC)
	}
	return 0, 0, 0
}

// shortCRCAtEnd reports whether the input ends in a CRC that lost its zeros.
func (d *Decoder) shortCRCAtEnd(b []byte, at int) bool {
	if len(b) <= at {
		return false
	}
	_, digits, _ := readCRC(b, at)
	return digits > 0
}

// readTail reads what follows the CRC. short means that more bytes are needed
// to name it.
func readTail(b []byte, final, endIsTail bool) (n int, devs DeviationSet, short bool) {
	if len(b) >= 2 && b[0] == '\r' && b[1] == '\n' {
		return 2, 0, false
	}
	if len(b) == 0 {
		if final && endIsTail {
			return 0, Of(EOFTail), false
		}
		return 0, Of(MissingCRLF), !final
	}
	switch b[0] {
	case '\n':
		return 1, Of(LFOnly), false
	case '\r':
		if len(b) == 1 && !final {
			return 0, 0, true
		}
		return 1, Of(CROnly), false
	case '\\':
		const text = `\r\n`
		if len(b) < longTail {
			if !final && string(b) == text[:len(b)] {
				return 0, 0, true
			}
			break
		}
		if string(b[:longTail]) == text {
			return longTail, Of(LiteralCRLF), false
		}
	}
	return 0, Of(MissingCRLF), false
}

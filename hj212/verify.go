package hj212

import (
	"bytes"
	"fmt"
)

// checkCRC compares the CRC sent with the segment, then with what devices send
// instead, then with the deciphered segment. end is where the CRC stands.
func (d *Decoder) checkCRC(m *Message, end int) (nonASCII, ok bool) {
	want, nonASCII := crcScan(m.seg)
	if want == m.CRC {
		return nonASCII, true
	}
	modbus := ModbusCRC16(m.seg)
	switch m.CRC {
	case modbus:
		m.note(ModbusCRC, end)
		return nonASCII, true
	case modbus<<8 | modbus>>8:
		m.note(ModbusCRCSwapped, end)
		return nonASCII, true
	}
	if high, ok := d.tryCipher(m, nonASCII); ok {
		return high, true
	}
	if !m.Enciphered && bytes.HasSuffix(m.seg, cpClose) && d.accepts(m, WrongCRC) {
		m.note(WrongCRC, end)
		return nonASCII, true
	}
	return nonASCII, false
}

// accepts reports whether the station that the segment names accepts dev. It
// leaves m as it was.
func (d *Decoder) accepts(m *Message, dev Deviation) bool {
	if d.opts.Station == nil {
		return d.opts.Accept.Has(dev)
	}
	if err := m.parseHead(&d.opts.Limits); err != nil {
		m.unparse()
		return false
	}
	p := d.profile(m)
	m.unparse()
	return p.Accept.Has(dev)
}

// tryCipher deciphers the data area and compares the CRC with the clear
// segment. Only whole failure of the clear reading leads here, so a clear frame
// of a station with a key is read as it is.
func (d *Decoder) tryCipher(m *Message, nonASCII bool) (bool, bool) {
	if err := m.parseHead(&d.opts.Limits); err != nil || m.cp.n == 0 {
		m.unparse()
		return nonASCII, false
	}
	key := d.profile(m).Key
	area := m.view(m.cp)
	text := bytes.HasPrefix(area, textOpen)
	if key == nil {
		if text || nonASCII && m.mayBeCipher() {
			m.Enciphered = true
		}
		m.unparse()
		return nonASCII, false
	}
	start, rest := int(m.cp.at), m.seg[m.cp.at+m.cp.n:]
	seg := append(d.scratch[:0], m.seg[:start]...)
	if text {
		var ok bool
		if seg, ok = textCipher(seg, area); !ok {
			m.unparse()
			return nonASCII, false
		}
	} else {
		seg = append(seg, area...)
	}
	key.Decipher(seg[start:])
	seg = append(seg, rest...)
	d.scratch = seg
	crc, high := crcScan(seg)
	if crc != m.CRC {
		m.Enciphered = text || nonASCII && m.mayBeCipher()
		m.wrongKey = true
		m.unparse()
		return nonASCII, false
	}
	if text {
		m.note(SM4TextForm, m.headLen+start)
	}
	m.unparse()
	m.seg, m.Enciphered = seg, true
	return high, true
}

// mayBeCipher reports whether an edition with a cipher would encipher this
// command.
func (m *Message) mayBeCipher() bool {
	return m.HasFlag && m.Flag>>versionShift == edition2025.flagBits && cipher2025(m.CN)
}

// unparse forgets what parseHead found.
func (m *Message) unparse() {
	m.CN, m.Flag, m.HasFlag, m.PNUM, m.PNO, m.Backfill = 0, 0, false, 0, 0, false
	m.qn, m.st, m.pw, m.mn, m.dataTime, m.cp = span{}, span{}, span{}, span{}, span{}, span{}
	m.headers = m.headers[:0]
	m.Deviations &= headDeviations
}

// headDeviations are those that framing and the CRC field find.
var headDeviations = Of(SpacePaddedLength, ShortLengthField, WrongLength, OversizeSegment,
	LowerCaseCRC, ShortCRC, ModbusCRC, ModbusCRCSwapped, WrongCRC, SM4TextForm)

// wrongCRC handles a frame whose CRC field is there but does not fit.
func (d *Decoder) wrongCRC(b []byte, h frameHead, m *Message) (int, outcome, *Error) {
	end := h.len + h.n
	if m.Enciphered {
		kind, what := KindNoKey, "数据区是密文，而该站没有密钥"
		if m.wrongKey {
			kind, what = KindCipher, "用该站密钥解密后 CRC 仍不符"
		}
		d.skipping = true
		return 2, gotError, d.fault(kind, place{h.base, h.len}, what, m.Deviations)
	}
	if !bytes.HasSuffix(m.seg, cpClose) {
		return d.broken(b, h, m)
	}
	d.skipping = true
	return 2, gotError, d.fault(DeviationKind(WrongCRC), place{h.base, end},
		fmt.Sprintf("CRC 为 %04X，应为 %04X", m.CRC, CRC(m.seg)), m.Deviations.With(WrongCRC))
}

// broken handles a frame whose declared length does not lead to a CRC: a wrong
// length, a cut frame with the next one glued to it, or the end of the input.
// The true end is accepted only when the CRC proves it.
//
// What it sees is bounded by lookahead behind the declared end, so that its
// verdict does not depend on how the network cut the bytes.
func (d *Decoder) broken(b []byte, h frameHead, m *Message) (int, outcome, *Error) {
	if window := h.len + h.n + crcLen + reach(b[h.len:], h.n); len(b) >= window {
		b = b[:window]
		h.final = false
	} else if !h.final {
		return 0, needMore, nil
	}
	inner := innerHead(b, h.len)
	n := findEnd(b[h.len:])
	if inner >= 0 && h.len+n > inner || !h.final && h.len+n+crcLen+longTail > len(b) {
		n = -1 // the end of the next frame, or too far away to be sure of its tail
	}
	if n >= 0 && n != h.n && n <= maxSegment {
		if adv, out, err, done := d.salvage(b, h, n, m); done {
			return adv, out, err
		}
	}
	if n < 0 && h.n > len(cpClose) && len(b) > h.len+h.n-len(cpClose) {
		// The ampersands are missing but were counted.
		if adv, out, err, done := d.salvage(b, h, h.n-len(cpClose), m); done {
			return adv, out, err
		}
	}
	d.skipping = true
	end := h.len + h.n
	switch {
	case inner >= 0 && inner < end+crcLen:
		return 2, gotError, d.fault(KindTruncated, place{h.base, inner}, "帧未结束，又出现下一帧的开头", h.devs)
	case len(b) < end+crcLen && n < 0:
		return 2, gotError, d.fault(KindTruncated, place{h.base, len(b)},
			fmt.Sprintf("声明 %d 字节，只收到 %d 字节", h.n, max(len(b)-h.len, 0)), h.devs)
	case n >= 0 && n != h.n:
		return 2, gotError, d.fault(DeviationKind(WrongLength), place{h.base, 2},
			fmt.Sprintf("声明 %d 字节，数据段实为 %d 字节", h.n, n), h.devs.With(WrongLength))
	}
	return 2, gotError, d.fault(KindCRCField, place{h.base, end}, "数据段之后不是四位十六进制 CRC", h.devs)
}

// reach is how far behind the declared end the true end is looked for. Cipher
// as text takes five bytes for one, and some senders declare the clear length.
func reach(seg []byte, declared int) int {
	if declared <= DefaultLimits.MaxSegment {
		head := seg[:min(len(seg), declared)]
		if at := bytes.Index(head, cpOpen); at >= 0 && hasAt(head, at+len(cpOpen), textOpen) {
			return lookahead + 4*declared
		}
	}
	return lookahead
}

// salvage tries n as the true length of the segment. done is false when the
// CRC does not fit it.
func (d *Decoder) salvage(b []byte, h frameHead, n int, m *Message) (int, outcome, *Error, bool) {
	end := h.len + n
	crc, digits, devs := readCRC(b, end)
	if digits == 0 {
		return 0, needMore, nil, false
	}
	tail, tailDevs, _ := readTail(b[end+digits:], true, d.opts.EndIsTail)
	m.reset()
	m.Offset, m.Declared, m.headLen, m.CRC = h.base, h.n, h.len, crc
	m.Deviations = h.devs | devs
	m.place(m.Deviations, 2)
	m.place(devs, end)
	m.frame = b[: end+digits+tail : end+digits+tail]
	m.seg = b[h.len:end]
	nonASCII, ok := d.checkCRC(m, end)
	if !ok || m.Deviations.Has(WrongCRC) {
		return 0, needMore, nil, false
	}
	if !bytes.HasSuffix(m.seg, cpClose) {
		m.note(MissingCPEnd, end)
	} else if len(m.seg) != h.n { // a text-form cipher declares its clear length
		m.note(WrongLength, 2)
	}
	m.Deviations |= tailDevs
	m.place(tailDevs, end+digits)
	adv, out, err := d.finish(m, nonASCII)
	return adv, out, err, true
}

// innerHead returns where the next "##" with four digits and a field begins
// after the head, or -1.
func innerHead(b []byte, from int) int {
	for at := from; ; at++ {
		i := bytes.Index(b[at:], frameStart)
		if i < 0 {
			return -1
		}
		at += i
		if h, _, ok := parseLength(b[at:]); ok && h.devs == 0 {
			return at
		}
	}
}

// findEnd returns the length of the segment that b begins with, judged by the
// closing "&&" with four hex digits behind it, or -1.
func findEnd(b []byte) int {
	at := bytes.Index(b, cpOpen)
	if at < 0 {
		return -1
	}
	for at += len(cpOpen); ; at++ {
		i := bytes.Index(b[at:], cpClose)
		if i < 0 {
			return -1
		}
		at += i
		if _, digits, _ := readCRC(b, at+2); digits == crcLen {
			return at + 2
		}
	}
}

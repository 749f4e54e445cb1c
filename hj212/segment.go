package hj212

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// The bits of the Flag byte, V5…V0 D A from high to low (HJ 212-2017 table 3).
const (
	flagAnswer   = 1 << 0 // A: an answer is wanted
	flagSplit    = 1 << 1 // D: PNUM and PNO are present
	versionShift = 2
)

var (
	cpOpen  = []byte("CP=&&")
	cpName  = []byte("CP=")
	cpClose = []byte("&&")
)

// parseSegment fills m from its segment. A nil result means that the structure was
// readable; what was odd about it is in m.Deviations.
func (m *Message) parseSegment(lim *Limits, nonASCII bool) *Error {
	if err := m.parseHead(lim); err != nil {
		return err
	}
	return m.parseBody(lim, nonASCII)
}

// parseHead finds the data area and reads the fields before (and after) it.
func (m *Message) parseHead(lim *Limits) *Error {
	at, err := m.parseFields(lim, 0, len(m.seg))
	if err != nil {
		return err
	}
	area := at + len(cpOpen)
	if !hasAt(m.seg, at, cpOpen) {
		if !hasAt(m.seg, at, cpName) {
			return m.fail(KindMissingCP, m.headLen+len(m.seg), "数据段中没有 CP")
		}
		area = at + len(cpName)
		m.note(MissingCPStart, m.headLen+area)
	}
	end := len(m.seg) - len(cpClose)
	if end < area || m.seg[end] != '&' || m.seg[end+1] != '&' {
		end = len(m.seg)
		if i := bytes.LastIndex(m.seg[area:], cpClose); i >= 0 {
			end = area + i
			m.note(FieldAfterCP, m.headLen+end+2)
			if _, err := m.parseFields(lim, end+2, len(m.seg)); err != nil {
				return err
			}
		} else {
			m.note(MissingCPEnd, m.headLen+end)
		}
	}
	m.cp = span{uint16(area), uint16(end - area)}
	return nil
}

func hasAt(b []byte, at int, what []byte) bool {
	return at+len(what) <= len(b) && string(b[at:at+len(what)]) == string(what)
}

// parseFields reads NAME=value fields of seg[at:end], separated by semicolons,
// up to CP, and returns where CP (or the end) is. The semicolon before CP may
// be missing.
func (m *Message) parseFields(lim *Limits, at, end int) (int, *Error) {
	seg := m.seg[:end]
	for at < len(seg) {
		if seg[at] == 'C' && hasAt(seg, at, cpName) {
			return at, nil
		}
		start, eq := at, -1
		for ; at < len(seg); at++ {
			c := seg[at]
			if c == ';' || c == ',' {
				break
			}
			if c != '=' {
				continue
			}
			if eq < 0 {
				eq = at
			} else if hasAt(seg, at-2, cpOpen) { // …5CP=&&
				at -= 2
				m.note(MissingSeparator, m.headLen+at)
				return at, m.addField(lim, start, eq, at)
			}
		}
		if at < len(seg) && seg[at] == ',' {
			m.note(CommaSeparator, m.headLen+at)
		}
		if at > start {
			if err := m.addField(lim, start, eq, at); err != nil {
				return at, err
			}
		}
		at++
	}
	return end, nil
}

// addField takes seg[start:end], with its "=" at eq (-1: none).
func (m *Message) addField(lim *Limits, start, eq, end int) *Error {
	if len(m.headers) >= lim.MaxFields {
		return m.fail(KindTooManyPairs, m.headLen+start, "数据段字段过多")
	}
	if m.seg[start] == ' ' || m.seg[end-1] == ' ' {
		m.note(StraySpace, m.headLen+start)
		for start < end-1 && m.seg[start] == ' ' {
			start++
		}
		for end > start+1 && m.seg[end-1] == ' ' {
			end--
		}
		if eq > end-1 {
			eq = -1
		}
	}
	if eq < start {
		m.note(BadHeaderField, m.headLen+start)
		m.headers = append(m.headers, header{value: span{uint16(start), uint16(end - start)}})
		return nil
	}
	h := header{span{uint16(start), uint16(eq - start)}, span{uint16(eq + 1), uint16(end - eq - 1)}}
	m.headers = append(m.headers, h)
	return m.setField(h, m.headLen+start)
}

// setField gives a field its meaning.
func (m *Message) setField(h header, at int) *Error {
	name, v := m.view(h.name), m.view(h.value)
	switch string(name) {
	case "QN":
		m.setSpan(&m.qn, h.value, at)
	case "ST":
		m.setSpan(&m.st, h.value, at)
	case "PW":
		m.setSpan(&m.pw, h.value, at)
	case "MN":
		m.setSpan(&m.mn, h.value, at)
	case "CN":
		n, ok := parseDigits(v, 4)
		if !ok || n == 0 {
			return m.fail(KindBadCN, at, "CN 不是命令编码")
		}
		if m.CN != 0 {
			m.note(DuplicateField, at)
			return nil
		}
		m.CN = n
	case "Flag":
		m.setFlag(v, at)
	case "PNUM":
		m.setPart(&m.PNUM, v, at)
	case "PNO":
		m.setPart(&m.PNO, v, at)
	case "RF":
		m.Backfill = string(v) == "1"
		if !m.Backfill {
			m.note(BadBackfill, at)
		}
	default:
		return m.setOddField(h, name, at)
	}
	return nil
}

// setOddField accepts a known name in another case and keeps unknown names.
func (m *Message) setOddField(h header, name []byte, at int) *Error {
	for _, known := range [...]string{"QN", "ST", "CN", "PW", "MN", "Flag", "PNUM", "PNO", "RF"} {
		if equalFold(name, known) {
			m.note(FieldNameCase, at)
			folded := header{value: h.value}
			return m.setFolded(known, folded, at)
		}
	}
	m.note(UnknownField, at)
	return nil
}

// setFolded is setField for a name whose case was put right.
func (m *Message) setFolded(known string, h header, at int) *Error {
	v := m.view(h.value)
	switch known {
	case "QN":
		m.setSpan(&m.qn, h.value, at)
	case "ST":
		m.setSpan(&m.st, h.value, at)
	case "PW":
		m.setSpan(&m.pw, h.value, at)
	case "MN":
		m.setSpan(&m.mn, h.value, at)
	case "CN":
		n, ok := parseDigits(v, 4)
		if !ok || n == 0 {
			return m.fail(KindBadCN, at, "CN 不是命令编码")
		}
		m.CN = n
	case "Flag":
		m.setFlag(v, at)
	case "PNUM":
		m.setPart(&m.PNUM, v, at)
	case "PNO":
		m.setPart(&m.PNO, v, at)
	case "RF":
		m.Backfill = string(v) == "1"
	}
	return nil
}

func (m *Message) setSpan(dst *span, v span, at int) {
	if dst.at != 0 {
		m.note(DuplicateField, at)
		return
	}
	*dst = v
}

func (m *Message) setFlag(v []byte, at int) {
	n, ok := parseDigits(v, 3)
	if !ok || n > 255 {
		m.note(BadFlag, at)
		return
	}
	if m.HasFlag {
		m.note(DuplicateField, at)
		return
	}
	m.Flag, m.HasFlag = uint8(n), true
}

func (m *Message) setPart(dst *int, v []byte, at int) {
	n, ok := parseDigits(v, 4)
	if !ok {
		m.note(BadPart, at)
		return
	}
	*dst = n
}

// fail builds a typed error at a byte of the frame.
func (m *Message) fail(kind Kind, at int, detail string) *Error {
	return &Error{Kind: kind, Offset: m.Offset + int64(at), Frame: m.Offset, Detail: detail, Deviations: m.Deviations}
}

// parseBody reads the data area and the remarks about the whole segment.
func (m *Message) parseBody(lim *Limits, nonASCII bool) *Error {
	if m.CN == 0 {
		return m.fail(KindMissingCN, m.headLen, "数据段中没有 CN")
	}
	if nonASCII && !utf8.Valid(m.seg) {
		m.note(NonUTF8Text, m.headLen+firstInvalid(m.seg))
	}
	m.remark()
	if err := m.parseArea(lim); err != nil {
		return err
	}
	return nil
}

// firstInvalid returns where b stops being UTF-8.
func firstInvalid(b []byte) int {
	at := 0
	for at < len(b) {
		r, n := utf8.DecodeRune(b[at:])
		if r == utf8.RuneError && n <= 1 {
			return at
		}
		at += n
	}
	return at
}

// remark names what is unusual about the fields.
func (m *Message) remark() {
	if m.st.n == 0 {
		m.note(MissingST, m.headLen)
	}
	if m.qn.n != 17 || !allDigits(m.view(m.qn), 17) {
		if m.qn.at == 0 {
			m.note(NoQN, m.headLen)
		} else {
			m.note(BadQN, m.headLen+int(m.qn.at))
		}
	}
	if m.pw.n == 0 {
		m.note(NoPW, m.headLen)
	}
	if m.mn.n == 0 {
		m.note(NoMN, m.headLen)
	} else if m.mn.n != 24 || !upperHex(m.view(m.mn)) {
		m.note(MNNot24Hex, m.headLen+int(m.mn.at))
	}
	if !m.HasFlag {
		m.note(NoFlag, m.headLen)
	} else if m.Flag>>versionShift > 2 {
		m.note(UnknownVersion, m.headLen)
	}
	split := m.Flag&flagSplit != 0
	if parts := m.PNUM != 0 || m.PNO != 0; split && !parts {
		m.note(SplitBitWithoutPNUM, m.headLen)
	} else if parts && !split {
		m.note(PNUMWithoutSplitBit, m.headLen)
	}
	if m.cp.n > 950 {
		m.note(CPTooLong, m.headLen+int(m.cp.at))
	}
	m.remarkOrder()
}

// remarkOrder checks QN, ST, CN, PW, MN, Flag, PNUM, PNO, RF by the place of
// their first letters; the 2005 edition leaves the order free.
func (m *Message) remarkOrder() {
	if !m.HasFlag || m.Flag>>versionShift == 0 {
		return
	}
	last := 0
	for _, s := range [...]span{m.qn, m.st, m.pw, m.mn} {
		if s.at == 0 {
			continue
		}
		if int(s.at) < last {
			m.note(FieldOrder, m.headLen+int(s.at))
			return
		}
		last = int(s.at)
	}
}

func upperHex(b []byte) bool {
	for _, c := range b {
		if (c < '0' || c > '9') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}

// isFactorCode reports whether w, eight bytes of text loaded little endian,
// begins with a letter and five digits followed by a hyphen: the shape of
// nearly all codes since 2017.
func isFactorCode(w uint64) bool {
	const (
		digits = 0x0000303030303000
		high   = 0x0000F0F0F0F0F000
		six    = 0x0000060606060600
	)
	letter := uint8(w) | 0x20
	return w&high == digits && (w+six)&high == digits &&
		uint8(w>>48) == '-' && letter-'a' < 26
}

// parseArea splits the data area into items (";"), pairs (",") and key, value.
func (m *Message) parseArea(lim *Limits) *Error {
	seg := m.seg
	at, end := int(m.cp.at), int(m.cp.at)+int(m.cp.n)
	// The fast path loads sixteen bytes of key and eight of value at once; the
	// last pair or two of an area are read byte by byte.
	safe := len(seg) - 24
	item, inItem := 0, 0
	for at < end {
		n := len(m.pairs)
		if n == cap(m.pairs) {
			if n >= lim.MaxPairs {
				return m.fail(KindTooManyPairs, m.headLen+at, "数据区的项过多")
			}
			m.pairs = append(make([]pair, 0, min(max(2*n, 64), lim.MaxPairs)), m.pairs...)
		}
		m.pairs = m.pairs[:n+1]
		p := &m.pairs[n]
		p.keyAt, p.item, p.kind = uint16(at), uint16(item), textValue
		val := 0
		if at <= safe {
			val = p.fastKey(seg[at : at+24 : at+24])
		}
		if val != 0 && at+val <= end {
			at = m.fastValue(p, at+val, end)
			inItem++
			m.group(p)
		} else if at = m.value(p, m.slowKey(p, at, end), end); p.keyLen != 0 || p.valLen != 0 {
			inItem++
			m.group(p)
		} else {
			m.pairs = m.pairs[:n]
			m.note(EmptyPair, m.headLen+at)
		}
		if at+1 >= end {
			m.remarkEnd(at, end)
		}
		if at < end && seg[at] == ';' && inItem > 0 {
			item++
			inItem = 0
		}
		at++
	}
	m.items = item
	if inItem > 0 {
		m.items++
	}
	return nil
}

// remarkEnd names a separator with nothing behind it.
func (m *Message) remarkEnd(at, end int) {
	switch {
	case at >= end:
	case m.seg[at] == ';':
		m.note(TrailingSemicolon, m.headLen+at)
	default:
		m.note(EmptyPair, m.headLen+at)
	}
}

// fastValue reads the value of a key that fastKey has read: one letter of a
// flag, or a plain decimal of up to eight characters. Everything else is left
// to value.
func (m *Message) fastValue(p *pair, at, end int) int {
	seg := m.seg
	if at+8 > len(seg) {
		return m.value(p, at, end)
	}
	b := seg[at : at+8 : at+8]
	if p.class == FlagClass {
		if (b[1] == ',' || b[1] == ';') && b[0] != ',' && b[0] != ';' && at+1 < end {
			p.valAt, p.valLen = uint16(at), 1
			return at + 1
		}
		return m.value(p, at, end)
	}
	v, n := shortDecimal(binary.LittleEndian.Uint64(b))
	if n == 0 || at+n > end || at+n < end && seg[at+n] != ',' && seg[at+n] != ';' {
		return m.value(p, at, end)
	}
	p.valAt, p.valLen, p.num, p.kind = uint16(at), uint16(n), v, numberValue
	return at + n
}

// shortDecimal reads digits[.digits] from the start of w, eight bytes of text
// loaded little endian, and returns its value and its length; 0 when it is
// longer than seven bytes, empty or of another shape. It has no branch per
// digit, so the length of a number costs no misprediction.
func shortDecimal(w uint64) (float64, int) {
	const (
		zeros = 0x3030303030303030
		tops  = 0x8080808080808080
	)
	t := w ^ zeros // digits become 0–9
	// The top bit of a byte is set unless the byte is 0–9.
	other := ((t & ^uint64(tops)) + 0x7676767676767676 | t) & tops
	n := bits.TrailingZeros64(other) >> 3
	frac := 0
	if n < 8 && uint8(w>>(8*n)) == '.' {
		other &= other - 1
		m := bits.TrailingZeros64(other) >> 3
		frac = m - n - 1
		// Close the gap where the point was.
		low := uint64(1)<<(8*n) - 1
		t = t&low | t>>8&^low
		n = m
		if frac == 0 || n == 8 || n == 1 {
			return 0, 0
		}
		return decimal8(t<<(72-8*n)) / pow10[frac], n
	}
	if n == 0 || n == 8 {
		return 0, 0
	}
	return decimal8(t << (64 - 8*n)), n
}

// decimal8 is the value of eight digits, one a byte, the first in the low byte.
func decimal8(t uint64) float64 {
	t = t*10 + t>>8
	t = ((t&0x000000FF000000FF)*(100+1000000<<32) + (t>>16&0x000000FF000000FF)*(1+10000<<32)) >> 32
	return float64(uint32(t))
}

// fastKey reads a key of the shape a34013-Rtd= at the start of b and returns
// the length of key and "=", or 0 when the key has another shape.
func (p *pair) fastKey(b []byte) int {
	_ = b[23]
	w := binary.LittleEndian.Uint64(b)
	if !isFactorCode(w) {
		return 0
	}
	const ( // four letters, little endian
		rtd, flag        = 0x3D647452, 0x67616C46 // "Rtd=", "Flag"
		avg, mini        = 0x3D677641, 0x3D6E694D
		maxi, cou        = 0x3D78614D, 0x3D756F43
		zsRtd, zsAvg     = 0x7452735A, 0x7641735A // "ZsRt", "ZsAv"
		zsMin, zsMax     = 0x694D735A, 0x614D735A
		tailD, tailG     = 0x3D64, 0x3D67 // "d=", "g="
		tailN, tailX     = 0x3D6E, 0x3D78
		plain, long, one = 10, 12, 11
	)
	n := uint16(plain)
	tail := binary.LittleEndian.Uint16(b[11:])
	switch v := binary.LittleEndian.Uint32(b[7:]); {
	case v == rtd:
		p.class = Rtd
	case v == flag && b[11] == '=':
		p.class, n = FlagClass, one
	case v == zsRtd && tail == tailD:
		p.class, n = ZsRtd, long
	case v == avg:
		p.class = Avg
	case v == mini:
		p.class = Min
	case v == maxi:
		p.class = Max
	case v == cou:
		p.class = Cou
	case v == zsAvg && tail == tailG:
		p.class, n = ZsAvg, long
	case v == zsMin && tail == tailN:
		p.class, n = ZsMin, long
	case v == zsMax && tail == tailX:
		p.class, n = ZsMax, long
	default:
		return 0
	}
	p.keyLen, p.code = n, 6
	return int(n) + 1
}

// slowKey reads any key and returns where the value begins.
func (m *Message) slowKey(p *pair, at, end int) int {
	seg := m.seg
	start, dash := at, -1
	p.class, p.code = ClassNone, 0
	for ; at < end; at++ {
		switch c := seg[at]; {
		case c == '=':
			p.keyLen = uint16(at - start)
			m.classify(p, start, dash, at)
			return at + 1
		case c == ';' || c == ',':
			p.keyLen = uint16(at - start)
			if at > start {
				m.note(PairWithoutEquals, m.headLen+start)
			}
			return at
		case c == '-' && dash < 0:
			dash = at
		}
	}
	p.keyLen = uint16(at - start)
	if at > start {
		m.note(PairWithoutEquals, m.headLen+start)
	}
	return at
}

// classify splits a key at its hyphen and remembers the first DataTime.
func (m *Message) classify(p *pair, start, dash, eq int) {
	if dash > start && dash-start <= 255 {
		p.code = uint8(dash - start)
		var folded bool
		if p.class, folded = classOf(m.seg[dash+1 : eq]); folded {
			m.note(FieldNameCase, m.headLen+dash+1)
		}
	}
}

// value reads the value at val and returns the byte after it. Text between
// "//" and "//" (logs) may contain separators.
func (m *Message) value(p *pair, val, end int) int {
	seg := m.seg
	at := val
	p.valAt = uint16(val)
	if p.class != FlagClass {
		if at = scanNumber(p, seg, val, end); at > 0 {
			p.valLen = uint16(at - val)
			return m.afterValue(p, at)
		}
		at = val
		if end-at >= 4 && seg[at] == '/' && seg[at+1] == '/' {
			if i := bytes.Index(seg[at+2:end], []byte("//")); i >= 0 {
				at += i + 4
			}
		}
	}
	for at < end && seg[at] != ',' && seg[at] != ';' {
		if seg[at] == '=' {
			m.note(EqualsInValue, m.headLen+at)
		}
		at++
	}
	p.valLen = uint16(at - val)
	return m.afterValue(p, at)
}

func (m *Message) afterValue(p *pair, at int) int {
	if p.code == 0 && p.keyLen == 8 && m.dataTime.at == 0 && string(m.seg[p.keyAt:p.keyAt+8]) == "DataTime" {
		m.dataTime = span{p.valAt, p.valLen}
		if !allDigits(m.view(m.dataTime), 14) {
			m.note(LongDataTime, m.headLen+int(p.valAt))
		}
	}
	return at
}

// scanNumber reads a plain decimal that ends at a separator or at end. It
// returns the byte after it, or 0 when the value is empty or not one.
func scanNumber(p *pair, seg []byte, at, end int) int {
	start := at
	neg := false
	if at < end && seg[at] == '-' {
		neg = true
		at++
	}
	var mant uint64
	first, point := at, 0
	for ; at < end; at++ {
		c := seg[at] - '0'
		if c <= 9 {
			mant = mant*10 + uint64(c)
			continue
		}
		if seg[at] == '.' && point == 0 {
			point = at + 1
			continue
		}
		break
	}
	digits, frac := at-first, 0
	if point > 0 {
		digits--
		frac = at - point
	}
	if at < end && seg[at] != ',' && seg[at] != ';' {
		return slowNumber(p, seg, start, end)
	}
	if digits == 0 {
		return 0
	}
	if digits > 18 || mant > maxExact {
		return slowNumber(p, seg, start, end)
	}
	v := float64(mant)
	if frac > 0 {
		v /= pow10[frac]
	}
	if neg {
		v = -v
	}
	p.num, p.kind = v, numberValue
	return at
}

// slowNumber takes signs, exponents and long mantissas.
func slowNumber(p *pair, seg []byte, start, end int) int {
	at := start
	for at < end && seg[at] != ',' && seg[at] != ';' {
		at++
	}
	v, ok := parseNumber(seg[start:at])
	if !ok {
		return 0
	}
	p.num, p.kind = v, numberValue
	return at
}

// group adds the pair to the run of its factor, or begins a run.
func (m *Message) group(p *pair) {
	if p.code == 0 || p.class == ClassNone {
		return
	}
	i := uint16(len(m.pairs))
	if n := len(m.factors); n > 0 {
		f := &m.factors[n-1]
		if f.last == i-1 && f.n == p.code && sameCode(m.seg, int(f.at), int(p.keyAt), int(f.n)) {
			f.last = i
			return
		}
	}
	m.factors = append(m.factors, factor{at: p.keyAt, n: p.code, first: i - 1, last: i})
}

// sameCode compares n bytes at a and at b. Six-byte codes, nearly all of them,
// take two loads.
func sameCode(seg []byte, a, b, n int) bool {
	if n == 6 && a+8 <= len(seg) && b+8 <= len(seg) {
		const six = 1<<48 - 1
		return (binary.LittleEndian.Uint64(seg[a:])^binary.LittleEndian.Uint64(seg[b:]))&six == 0
	}
	return string(seg[a:a+n]) == string(seg[b:b+n])
}

package hj212

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

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

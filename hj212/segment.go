package hj212

import (
	"bytes"
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

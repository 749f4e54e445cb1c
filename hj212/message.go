package hj212

import "bytes"

// span is a piece of a message's segment. Offsets fit 16 bits because a
// segment has at most 9999 bytes.
type span struct{ at, n uint16 }

// header is one NAME=value of the data segment before CP.
type header struct{ name, value span }

// Kinds of pair text.
const (
	textValue uint8 = iota
	numberValue
)

// pair is one key=value of the data area.
type pair struct {
	num           float64
	keyAt, keyLen uint16
	valAt, valLen uint16
	item          uint16
	code          uint8 // bytes before the hyphen, 0 without one
	class         Class
	kind          uint8
}

// factor is a run of neighbouring pairs with the same code.
type factor struct {
	at          uint16
	n           uint8
	first, last uint16 // pairs [first, last)
}

// Message is one decoded frame. It is made to be used again: a [Scanner] fills
// the same Message for every frame and, once its slices have grown, allocates
// nothing.
//
// Every []byte a Message gives out is a view into the reader's buffer. The
// views are valid until the Message is filled again or the Scanner's Next is
// called; to keep anything longer use [Message.Clone] or [Message.Packet].
type Message struct {
	Version    Version      // edition: the station's, else the one in Flag
	CN         int          // command number
	Flag       uint8        // the Flag byte, 0 when absent
	HasFlag    bool         // a Flag field was sent
	PNUM, PNO  int          // number of parts and number of this one, 0 when absent
	Backfill   bool         // RF=1 (2025): the data is sent later than measured
	Enciphered bool         // the data area came enciphered and was deciphered
	CRC        uint16       // the CRC as sent
	Declared   int          // the length field as sent
	Offset     int64        // byte of the input where "##" stands
	Skipped    int64        // bytes of noise before the frame
	Deviations DeviationSet // everything that was noticed

	frame    []byte // "##" … tail, as received
	seg      []byte // data segment, deciphered
	qn, st   span
	pw, mn   span
	dataTime span
	cp       span
	items    int
	headers  []header
	pairs    []pair
	factors  []factor
	wrongKey bool                   // the station's key was tried in vain
	headLen  int                    // bytes before the segment
	devAt    [deviationCount]uint32 // where in the frame, valid for members of Deviations
}

func (m *Message) view(s span) []byte { return m.seg[s.at : s.at+s.n : s.at+s.n] }

// reset forgets the last frame and keeps the memory.
func (m *Message) reset() {
	m.Version, m.CN, m.Flag, m.HasFlag = 0, 0, 0, false
	m.PNUM, m.PNO, m.Backfill, m.Enciphered = 0, 0, false, false
	m.CRC, m.Declared, m.Offset, m.Skipped, m.Deviations = 0, 0, 0, 0, 0
	m.frame, m.seg = nil, nil
	m.qn, m.st, m.pw, m.mn, m.dataTime, m.cp = span{}, span{}, span{}, span{}, span{}, span{}
	m.items, m.headLen, m.wrongKey = 0, 0, false
	m.headers, m.pairs, m.factors = m.headers[:0], m.pairs[:0], m.factors[:0]
}

// note records a deviation at a byte of the frame; the first place stays.
func (m *Message) note(d Deviation, at int) {
	if !m.Deviations.Has(d) {
		m.Deviations |= 1 << d
		m.devAt[d] = uint32(at)
	}
}

// QN returns the request number, empty when the frame has none.
func (m *Message) QN() []byte { return m.view(m.qn) }

// ST returns the system code as sent, such as "31".
func (m *Message) ST() []byte { return m.view(m.st) }

// PW returns the access password as sent.
func (m *Message) PW() []byte { return m.view(m.pw) }

// MN returns the number of the device as sent.
func (m *Message) MN() []byte { return m.view(m.mn) }

// DataTime returns the text of the first DataTime of the data area.
func (m *Message) DataTime() []byte { return m.view(m.dataTime) }

// CP returns the data area between the double ampersands, deciphered.
func (m *Message) CP() []byte { return m.view(m.cp) }

// Segment returns the data segment, deciphered.
func (m *Message) Segment() []byte { return m.seg }

// Frame returns the frame as received, from "##" to its tail. This is what has
// to be stored: it is never altered.
func (m *Message) Frame() []byte { return m.frame }

// WantsAck reports whether bit A of Flag asks for an answer.
func (m *Message) WantsAck() bool { return m.HasFlag && m.Flag&flagAnswer != 0 }

// DeviationOffset returns the byte of the input where a member of Deviations
// was first seen.
func (m *Message) DeviationOffset(d Deviation) int64 { return m.Offset + int64(m.devAt[d]) }

// Field returns a field of the data segment by its exact name (QN, ST, …, or
// one the standard does not know).
func (m *Message) Field(name string) ([]byte, bool) {
	for _, h := range m.headers {
		if string(m.view(h.name)) == name {
			return m.view(h.value), true
		}
	}
	return nil, false
}

// NumFields returns the number of fields of the segment, CP excluded.
func (m *Message) NumFields() int { return len(m.headers) }

// FieldAt returns field i in the order sent.
func (m *Message) FieldAt(i int) (name, value []byte) {
	h := m.headers[i]
	return m.view(h.name), m.view(h.value)
}

// Pair is one key=value of the data area, in the order sent.
type Pair struct {
	Item   int    // number of the item (between semicolons), from 0
	Key    []byte // the whole key, such as "a34013-Rtd"; the text itself if it has no "="
	Code   []byte // the part before the hyphen, empty without one
	Class  Class  // the part after it
	Number        // the value: text and, if it is one, number
}

// NumItems returns the number of items of the data area.
func (m *Message) NumItems() int { return m.items }

// NumPairs returns the number of pairs of the data area.
func (m *Message) NumPairs() int { return len(m.pairs) }

// PairAt returns pair i in the order sent.
func (m *Message) PairAt(i int) Pair {
	p := &m.pairs[i]
	key := m.seg[p.keyAt : p.keyAt+p.keyLen : p.keyAt+p.keyLen]
	return Pair{Item: int(p.item), Key: key, Code: key[:p.code:p.code], Class: p.class, Number: m.number(p)}
}

func (m *Message) number(p *pair) Number {
	return Number{Text: m.seg[p.valAt : p.valAt+p.valLen : p.valAt+p.valLen], Value: p.num, OK: p.kind == numberValue}
}

// Value returns the text of the first pair with exactly this key.
func (m *Message) Value(key string) ([]byte, bool) {
	for i := range m.pairs {
		p := &m.pairs[i]
		if int(p.keyLen) == len(key) && string(m.seg[p.keyAt:p.keyAt+p.keyLen]) == key {
			return m.seg[p.valAt : p.valAt+p.valLen : p.valAt+p.valLen], true
		}
	}
	return nil, false
}

// Lookup returns the first value of a factor and class anywhere in the data
// area, whatever separators the device used between them.
func (m *Message) Lookup(code string, class Class) (Number, bool) {
	for i := range m.pairs {
		p := &m.pairs[i]
		if p.class == class && int(p.code) == len(code) && string(m.seg[p.keyAt:p.keyAt+uint16(p.code)]) == code {
			return m.number(p), true
		}
	}
	return Number{}, false
}

// Factor is a run of neighbouring values of one factor. A device that sends a
// factor's values apart makes several runs of it; [Message.Lookup] sees them
// all.
type Factor struct {
	m *Message
	f factor
}

// NumFactors returns the number of runs.
func (m *Message) NumFactors() int { return len(m.factors) }

// FactorAt returns run i in the order sent.
func (m *Message) FactorAt(i int) Factor { return Factor{m, m.factors[i]} }

// Code returns the factor code as sent.
func (f Factor) Code() []byte { return f.m.seg[f.f.at : f.f.at+uint16(f.f.n) : f.f.at+uint16(f.f.n)] }

// Value returns the value of one class.
func (f Factor) Value(c Class) (Number, bool) {
	for i := f.f.first; i < f.f.last; i++ {
		if p := &f.m.pairs[i]; p.class == c {
			return f.m.number(p), true
		}
	}
	return Number{}, false
}

// Flag returns the data flag, 0 when none was sent with this run. A flag that
// is longer than one letter is not a flag of any edition and counts as
// unknown ('?').
func (f Factor) Flag() DataFlag {
	n, ok := f.Value(FlagClass)
	switch {
	case !ok || len(n.Text) == 0:
		return 0
	case len(n.Text) > 1:
		return '?'
	}
	return DataFlag(n.Text[0])
}

// NumPairs returns how many values the run has.
func (f Factor) NumPairs() int { return int(f.f.last - f.f.first) }

// PairAt returns value i of the run.
func (f Factor) PairAt(i int) Pair { return f.m.PairAt(int(f.f.first) + i) }

// Clone returns a copy that shares nothing with m and may be kept.
func (m *Message) Clone() *Message {
	c := *m
	c.frame = bytes.Clone(m.frame)
	c.seg = bytes.Clone(m.seg)
	c.headers = append([]header(nil), m.headers...)
	c.pairs = append([]pair(nil), m.pairs...)
	c.factors = append([]factor(nil), m.factors...)
	return &c
}

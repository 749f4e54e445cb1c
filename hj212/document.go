package hj212

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Document is a message or a refused frame as JSON, the form that "ballast
// hj212 decode" prints and "encode" reads. docs/hj212-cli.md describes it.
// Texts are as sent; text that is not UTF-8 is read as GB 18030.
type Document struct {
	OK         bool           `json:"ok"`
	Line       int            `json:"line,omitempty"`
	Offset     int64          `json:"offset"`
	Length     int            `json:"length,omitempty"`
	Version    string         `json:"version,omitempty"`
	QN         string         `json:"qn"`
	ST         string         `json:"st"`
	CN         string         `json:"cn"`
	Command    string         `json:"command,omitempty"`
	PW         string         `json:"pw"`
	MN         string         `json:"mn"`
	Flag       *int           `json:"flag"`
	Answer     bool           `json:"answer"`
	PNUM       *int           `json:"pnum"`
	PNO        *int           `json:"pno"`
	RF         bool           `json:"rf"`
	Extra      []DocPair      `json:"extra,omitempty"`
	CP         [][]DocPair    `json:"cp"`
	Factors    DocFactors     `json:"factors"`
	Enciphered bool           `json:"enciphered,omitempty"`
	Skipped    int64          `json:"skipped,omitempty"`
	CRC        string         `json:"crc,omitempty"`
	Deviations []string       `json:"deviations"`
	Notes      []string       `json:"notes"`
	Error      *DocumentError `json:"error,omitempty"`
}

// DocPair is one key and value. A nil value means that there was no "=".
type DocPair struct {
	Key   string  `json:"key"`
	Value *string `json:"value"`
}

// DocumentError is a typed error. Offset is the byte of the input where the
// defect is.
type DocumentError struct {
	Kind    string `json:"kind"`
	Offset  int64  `json:"offset"`
	Message string `json:"message"`
}

// DocFactor is a factor of a document: its code and its values by class.
type DocFactor struct {
	Code   string
	Values []DocPair
}

// DocFactors keeps factors in the order sent; in JSON it is an object of
// objects, code to class to value. Decimal numbers keep the digits sent.
type DocFactors []DocFactor

// MarshalJSON implements json.Marshaler.
func (f DocFactors) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, x := range f {
		if i > 0 {
			b.WriteByte(',')
		}
		writeJSON(&b, x.Code)
		b.WriteString(":{")
		for j, v := range x.Values {
			if j > 0 {
				b.WriteByte(',')
			}
			writeJSON(&b, v.Key)
			b.WriteByte(':')
			if _, ok := parseNumber([]byte(*v.Value)); ok && v.Key != "Flag" && json.Valid([]byte(*v.Value)) {
				b.WriteString(*v.Value)
			} else {
				writeJSON(&b, *v.Value)
			}
		}
		b.WriteByte('}')
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func writeJSON(b *bytes.Buffer, s string) {
	enc, err := json.Marshal(s)
	if err != nil { // a string always encodes
		enc = []byte(`""`)
	}
	b.Write(enc)
}

// UnmarshalJSON implements json.Unmarshaler. Factors repeat what is in cp and
// are not read back.
func (f *DocFactors) UnmarshalJSON([]byte) error { return nil }

// Text returns b as UTF-8. Bytes that are not UTF-8 are read as GB 18030, which
// holds GBK and GB 2312; what is neither is shown as U+FFFD.
func Text(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	s, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	if err != nil {
		return string(bytes.ToValidUTF8(b, []byte("�")))
	}
	return string(s)
}

// Document returns the message as a document.
func (m *Message) Document() *Document {
	d := &Document{
		OK: true, Offset: m.Offset, Length: len(m.frame), Version: m.Version.String(),
		QN: Text(m.QN()), ST: Text(m.ST()), CN: strconv.Itoa(m.CN), PW: Text(m.PW()), MN: Text(m.MN()),
		Answer: m.WantsAck(), RF: m.Backfill, Enciphered: m.Enciphered, Skipped: m.Skipped,
		CRC: fmt.Sprintf("%04X", m.CRC), CP: [][]DocPair{},
		Deviations: m.Deviations.Gated().Names(), Notes: m.Deviations.Notes().Names(),
	}
	if c, ok := m.command(); ok {
		d.Command = c.Name
	}
	if m.HasFlag {
		d.Flag = clonePtr(int(m.Flag))
	}
	if m.PNUM != 0 || m.PNO != 0 {
		d.PNUM, d.PNO = clonePtr(m.PNUM), clonePtr(m.PNO)
	}
	p := m.Packet()
	for _, f := range p.Extra {
		d.Extra = append(d.Extra, DocPair{Text([]byte(f.Name)), clonePtr(Text([]byte(f.Value)))})
	}
	for _, it := range p.Items {
		item := []DocPair{}
		for _, kv := range it {
			pair := DocPair{Key: Text([]byte(kv.Key))}
			if !kv.Bare {
				pair.Value = clonePtr(Text([]byte(kv.Value)))
			}
			item = append(item, pair)
		}
		d.CP = append(d.CP, item)
	}
	for _, r := range p.dataBody().Factors {
		f := DocFactor{Code: Text([]byte(r.Code))}
		for _, v := range r.Values {
			f.Values = append(f.Values, DocPair{Text([]byte(v.Class)), clonePtr(Text([]byte(v.Text)))})
		}
		d.Factors = append(d.Factors, f)
	}
	return d
}

// command finds the row of the command table, guessing the side: a host's data
// request has no readings.
func (m *Message) command() (Command, bool) {
	from, other := FromDevice, FromHost
	if len(m.factors) == 0 && m.dataTime.at == 0 {
		from, other = FromHost, FromDevice
	}
	if c, ok := CommandOf(m.Version, m.CN, from); ok {
		return c, true
	}
	if c, ok := CommandOf(m.Version, m.CN, other); ok {
		return c, true
	}
	return LookupCommand(m.CN, from|other)
}

// Document returns the error as a document.
func (e *Error) Document() *Document {
	return &Document{
		Offset: e.Frame, CP: [][]DocPair{},
		Deviations: e.Deviations.Gated().Names(), Notes: e.Deviations.Notes().Names(),
		Error: &DocumentError{string(e.Kind), e.Offset, e.Detail},
	}
}

// Refused returns the error as a document, with the fields of the segment if m
// still holds the frame it refuses.
func (m *Message) Refused(e *Error) *Document {
	d := e.Document()
	if m.frame == nil || m.Offset != e.Frame {
		return d
	}
	d.Length = len(m.frame)
	if m.CN == 0 {
		return d
	}
	full := m.Document()
	d.Version, d.QN, d.ST, d.CN, d.Command = full.Version, full.QN, full.ST, full.CN, full.Command
	d.PW, d.MN, d.Flag, d.Answer, d.PNUM, d.PNO, d.RF = full.PW, full.MN, full.Flag, full.Answer, full.PNUM, full.PNO, full.RF
	d.CRC = full.CRC
	return d
}

// Packet returns the packet that a document describes. Flag, when absent, is
// that of the version without an answer bit; documents of version 2005 without
// a flag send none.
func (d *Document) Packet() (*Packet, error) {
	v, ok := ParseVersion(d.Version)
	if !ok {
		return nil, encodeError("version %q 不是 2005、2017 或 2025", d.Version)
	}
	if v == VersionAuto {
		v = V2017
	}
	cn, ok := parseDigits([]byte(d.CN), 4)
	if !ok {
		return nil, encodeError("cn %q 不是命令编码", d.CN)
	}
	p := &Packet{Version: v, QN: d.QN, ST: d.ST, CN: cn, PW: d.PW, MN: d.MN, Backfill: d.RF}
	switch {
	case d.Flag != nil && (*d.Flag < 0 || *d.Flag > 255):
		return nil, encodeError("flag %d 不在 0 到 255 之间", *d.Flag)
	case d.Flag != nil:
		p.Flag = uint8(*d.Flag)
	case v == V2005 && !d.Answer:
		p.NoFlag = true
	default:
		p.Flag = Flags(v, d.Answer, d.PNUM != nil)
	}
	if d.PNUM != nil {
		p.PNUM = *d.PNUM
	}
	if d.PNO != nil {
		p.PNO = *d.PNO
	}
	for _, f := range d.Extra {
		p.Extra = append(p.Extra, Field{f.Key, deref(f.Value)})
	}
	for _, item := range d.CP {
		var it Item
		for _, kv := range item {
			it = append(it, KV{Key: kv.Key, Value: deref(kv.Value), Bare: kv.Value == nil})
		}
		p.Items = append(p.Items, it)
	}
	return p, nil
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

package hj212

import (
	"fmt"
	"strconv"
	"strings"
)

// EncodeOptions says how to write a frame.
type EncodeOptions struct {
	// Key enciphers the data area of those commands for which the packet's
	// edition wants it; nil sends everything clear.
	Key *Key

	// MaxSegment bounds the data segment; 0 is the 1024 bytes of the standard.
	// Longer packets have to be split first.
	MaxSegment int
}

// Encode returns the frame of p, from "##" to CR LF.
func Encode(p *Packet, o EncodeOptions) ([]byte, error) { return AppendFrame(nil, p, o) }

// AppendFrame appends the frame of p to dst. It refuses, with a *Error of
// KindEncode, what could not be read back as the same packet: separators or
// line ends inside values, a segment over the limit, numbers out of range.
func AppendFrame(dst []byte, p *Packet, o EncodeOptions) ([]byte, error) {
	if o.MaxSegment <= 0 {
		o.MaxSegment = DefaultLimits.MaxSegment
	}
	if err := p.check(); err != nil {
		return dst, err
	}
	start := len(dst)
	dst = append(dst, "##0000"...)
	dst = p.appendHead(dst)
	area := len(dst)
	dst = p.appendArea(dst)
	areaEnd := len(dst)
	dst = append(dst, cpClose...)
	seg := dst[start+6:]
	if len(seg) > o.MaxSegment {
		return dst[:start], encodeError("数据段 %d 字节，超过上限 %d，应先拆包", len(seg), o.MaxSegment)
	}
	putLength(dst[start+2:start+6], len(seg))
	crc := CRC(seg)
	if o.Key != nil && p.Enciphered() {
		o.Key.Encipher(dst[area:areaEnd])
	}
	return appendCRC(dst, crc), nil
}

// Enciphered reports whether the packet's edition enciphers this command when
// the device sends it (2025: 2000–2999, 1014, 3020).
func (p *Packet) Enciphered() bool {
	e := p.Version.edition()
	return e.cipher != nil && e.cipher(p.CN)
}

func putLength(dst []byte, n int) {
	for i := 3; i >= 0; i-- {
		dst[i] = byte('0' + n%10)
		n /= 10
	}
}

func appendCRC(dst []byte, crc uint16) []byte {
	const hex = "0123456789ABCDEF"
	return append(dst, hex[crc>>12], hex[crc>>8&15], hex[crc>>4&15], hex[crc&15], '\r', '\n')
}

// appendHead writes the fields up to and with "CP=&&", in the order of HJ
// 212-2017 table 3. Fields the standard does not know follow the known ones.
func (p *Packet) appendHead(b []byte) []byte {
	b = appendField(b, "QN=", p.QN)
	b = appendField(b, "ST=", p.ST)
	b = append(b, "CN="...)
	b = strconv.AppendInt(b, int64(p.CN), 10)
	b = append(b, ';')
	b = appendField(b, "PW=", p.PW)
	b = appendField(b, "MN=", p.MN)
	if !p.NoFlag {
		b = append(b, "Flag="...)
		b = strconv.AppendInt(b, int64(p.Flag), 10)
		b = append(b, ';')
	}
	if p.PNUM != 0 || p.PNO != 0 {
		width := p.Version.edition().partDigits
		b = appendPart(b, "PNUM=", p.PNUM, width)
		b = appendPart(b, "PNO=", p.PNO, width)
	}
	for _, f := range p.Extra {
		if f.Name != "" {
			b = append(b, f.Name...)
			b = append(b, '=')
		}
		b = append(b, f.Value...)
		b = append(b, ';')
	}
	if p.Backfill {
		b = append(b, "RF=1;"...)
	}
	return append(b, cpOpen...)
}

func appendField(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	b = append(b, name...)
	b = append(b, value...)
	return append(b, ';')
}

// appendPart writes a part number with at least width digits.
func appendPart(b []byte, name string, n, width int) []byte {
	b = append(b, name...)
	for limit := 10; width > 1; width, limit = width-1, limit*10 {
		if n < limit {
			b = append(b, "000"[:width-1]...)
			break
		}
	}
	b = strconv.AppendInt(b, int64(n), 10)
	return append(b, ';')
}

func (p *Packet) appendArea(b []byte) []byte {
	for i, it := range p.Items {
		if i > 0 {
			b = append(b, ';')
		}
		for j, kv := range it {
			if j > 0 {
				b = append(b, ',')
			}
			b = append(b, kv.Key...)
			if !kv.Bare {
				b = append(b, '=')
				b = append(b, kv.Value...)
			}
		}
	}
	return b
}

// check refuses what cannot be written unambiguously.
func (p *Packet) check() error {
	if p.CN < 1 || p.CN > 9999 {
		return encodeError("命令编码 %d 不在 1 到 9999 之间", p.CN)
	}
	if p.PNUM < 0 || p.PNUM > 9999 || p.PNO < 0 || p.PNO > 9999 {
		return encodeError("PNUM=%d、PNO=%d 超出四位数", p.PNUM, p.PNO)
	}
	if p.Backfill && !p.Version.edition().backfill {
		return encodeError("RF 是 2025 版字段，%s 版没有", p.Version)
	}
	for _, f := range [...]Field{{"QN", p.QN}, {"ST", p.ST}, {"PW", p.PW}, {"MN", p.MN}} {
		if !plain(f.Value, ";,=&# ") {
			return encodeError("%s 的值 %q 含有分隔符", f.Name, f.Value)
		}
	}
	for _, f := range p.Extra {
		if f.Name == "CP" || knownField(f.Name) || !plain(f.Name, ";,=& ") || !plain(f.Value, ";,& ") ||
			f.Name == "" && strings.Contains(f.Value, "=") || f.Name+f.Value == "" || strings.Contains(f.Value, "CP=") {
			return encodeError("字段 %q=%q 不能写出", f.Name, f.Value)
		}
	}
	for i, it := range p.Items {
		if len(it) == 0 {
			return encodeError("第 %d 项是空的", i+1)
		}
		for _, kv := range it {
			if err := kv.check(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (kv KV) check() error {
	switch {
	case kv.Key == "" && (kv.Bare || kv.Value == ""):
		return encodeError("数据区有空项")
	case !plain(kv.Key, ";,=&"):
		return encodeError("键 %q 含有分隔符", kv.Key)
	case kv.Bare && kv.Value != "":
		return encodeError("键 %q 没有等号却有值", kv.Key)
	}
	v := kv.Value
	if len(v) >= 4 && strings.HasPrefix(v, "//") && strings.HasSuffix(v, "//") && !strings.Contains(v[2:len(v)-2], "//") {
		v = v[2 : len(v)-2] // a log may contain separators
		if plain(v, "&") && !strings.HasSuffix(v, "/") {
			return nil
		}
		return encodeError("日志 %q 不能写出", kv.Value)
	}
	if !plain(v, ";,&") || strings.HasPrefix(v, "//") {
		return encodeError("%s 的值 %q 含有分隔符", kv.Key, kv.Value)
	}
	return nil
}

// plain reports whether s has no control character and none of bad.
func plain(s, bad string) bool {
	for i := range len(s) {
		if s[i] < ' ' || strings.IndexByte(bad, s[i]) >= 0 {
			return false
		}
	}
	return true
}

func encodeError(format string, args ...any) error {
	return &Error{Kind: KindEncode, Detail: fmt.Sprintf(format, args...)}
}

package sheet

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"
)

// xmlToken is what xmlScanner stands on.
type xmlToken uint8

const (
	xmlNone xmlToken = iota
	xmlStart
	xmlEnd
	xmlText
)

// Errors of the XML layer; the doors wrap them into faults.
var (
	errXMLSyntax  = errors.New("sheet: malformed XML")
	errXMLDoctype = errors.New("sheet: document type declarations are refused")
	errXMLToken   = errors.New("sheet: one XML token is longer than allowed")
)

// xmlScanner reads the small XML of spreadsheet parts token by token out of
// one buffer. encoding/xml spends four fifths of an import on allocations for
// names and attributes that this reader only compares; it also hides a cut-off
// file behind a nil token, where half a sheet must be an error.
//
// It resolves the five named and the numeric entities, joins no text across
// tags, skips comments and processing instructions, refuses document types
// (so there are no entity bombs), and checks that tags nest only by depth, not
// by name. Names are reported without their prefix: the parts of the format
// do not use two vocabularies with equal local names where it reads them.
type xmlScanner struct {
	r         io.Reader
	buf       []byte
	pos, end  int
	eof       bool
	max       int // longest token
	depth     int
	token     xmlToken
	name      []byte // local name of a start or end tag
	attrs     []byte // raw attributes of a start tag
	text      []byte // raw text, entities unresolved unless cdata
	cdata     bool
	selfClose bool // the start tag was <x/>: its end tag is reported next
	owesEnd   bool
	scratch   []byte
	raw       []byte    // the current token as it stands in the input; empty for the end of <x/>
	tap       io.Writer // takes what is skipped between tokens: comments and instructions
	base      int       // bytes of input in front of buf
}

// offset returns how many bytes of input the tokens up to the current one
// take.
func (s *xmlScanner) offset() int { return s.base + s.pos }

func newXMLScanner(r io.Reader, max int) *xmlScanner {
	return &xmlScanner{r: r, buf: make([]byte, 64<<10), max: max}
}

// fill reads more input behind the unread bytes, growing the buffer when it is
// full of one token.
func (s *xmlScanner) fill() error {
	if s.eof {
		return io.EOF
	}
	if s.pos > 0 {
		s.base += s.pos
		copy(s.buf, s.buf[s.pos:s.end])
		s.end -= s.pos
		s.pos = 0
	}
	if s.end == len(s.buf) {
		if len(s.buf) >= s.max {
			return errXMLToken
		}
		grown := make([]byte, min(2*len(s.buf), s.max))
		copy(grown, s.buf[:s.end])
		s.buf = grown
	}
	for range 100 {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		if err == io.EOF {
			s.eof = true
			if n > 0 {
				return nil
			}
			return io.EOF
		}
		if err != nil || n > 0 {
			return err
		}
	}
	return io.ErrNoProgress
}

// next moves to the next token. It returns io.EOF only when the document ended
// with every tag closed, and io.ErrUnexpectedEOF when it was cut off.
func (s *xmlScanner) next() error {
	if s.owesEnd {
		s.owesEnd, s.raw = false, nil
		s.token, s.selfClose = xmlEnd, false
		s.depth--
		return nil
	}
	for {
		if s.pos == s.end {
			if err := s.fill(); err != nil {
				return s.atEOF(err)
			}
			continue
		}
		if s.buf[s.pos] != '<' {
			return s.readText()
		}
		if s.end-s.pos < 2 {
			if err := s.fill(); err != nil {
				return s.cutOff(err)
			}
			continue
		}
		switch s.buf[s.pos+1] {
		case '?':
			if err := s.skipTo("?>"); err != nil {
				return err
			}
		case '!':
			done, err := s.declaration()
			if done || err != nil {
				return err
			}
		default:
			return s.readTag()
		}
	}
}

func (s *xmlScanner) atEOF(err error) error {
	if err == io.EOF && s.depth != 0 {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (s *xmlScanner) cutOff(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// readText takes everything up to the next tag. Text outside the root element
// is skipped by callers: they only look at text inside elements they know.
func (s *xmlScanner) readText() error {
	from := 0
	for {
		if i := bytes.IndexByte(s.buf[s.pos+from:s.end], '<'); i >= 0 {
			s.token, s.cdata = xmlText, false
			s.text = s.buf[s.pos : s.pos+from+i]
			s.raw = s.text
			s.pos += from + i
			return nil
		}
		from = s.end - s.pos
		if err := s.fill(); err == io.EOF {
			s.token, s.cdata = xmlText, false
			s.text = s.buf[s.pos:s.end]
			s.raw = s.text
			s.pos = s.end
			return nil
		} else if err != nil {
			return err
		}
	}
}

// find returns the offset from pos just behind mark, reading on as needed.
func (s *xmlScanner) find(mark string) (int, error) {
	from := 0
	for {
		if i := bytes.Index(s.buf[s.pos+from:s.end], []byte(mark)); i >= 0 {
			return from + i + len(mark), nil
		}
		from = max(0, s.end-s.pos-len(mark)+1)
		if err := s.fill(); err != nil {
			return 0, s.cutOff(err)
		}
	}
}

func (s *xmlScanner) skipTo(mark string) error {
	n, err := s.find(mark)
	if err != nil {
		return err
	}
	if s.tap != nil {
		if _, err := s.tap.Write(s.buf[s.pos : s.pos+n]); err != nil {
			return err
		}
	}
	s.pos += n
	return nil
}

// declaration handles <!-- -->, <![CDATA[ ]]> and refuses the rest. done is
// true when it produced a token.
func (s *xmlScanner) declaration() (done bool, err error) {
	const cdata = "<![CDATA["
	for s.end-s.pos < len(cdata) {
		if err := s.fill(); err != nil {
			return false, s.cutOff(err)
		}
	}
	head := s.buf[s.pos:s.end]
	switch {
	case bytes.HasPrefix(head, []byte("<!--")):
		return false, s.skipTo("-->")
	case bytes.HasPrefix(head, []byte(cdata)):
		n, err := s.find("]]>")
		if err != nil {
			return false, err
		}
		s.token, s.cdata = xmlText, true
		s.text = s.buf[s.pos+len(cdata) : s.pos+n-3]
		s.raw = s.buf[s.pos : s.pos+n]
		s.pos += n
		return true, nil
	}
	return false, errXMLDoctype
}

// readTag reads a start or end tag; a '>' inside a quoted value does not end
// it.
func (s *xmlScanner) readTag() error {
	i := 1
	var quote byte
	for {
		for ; s.pos+i < s.end; i++ {
			b := s.buf[s.pos+i]
			switch {
			case quote != 0:
				if b == quote {
					quote = 0
				}
			case b == '"' || b == '\'':
				quote = b
			case b == '>':
				return s.tag(s.buf[s.pos+1:s.pos+i], i+1)
			case b == '<':
				return errXMLSyntax
			}
		}
		if err := s.fill(); err != nil {
			return s.cutOff(err)
		}
	}
}

func (s *xmlScanner) tag(body []byte, length int) error {
	s.raw = s.buf[s.pos : s.pos+length]
	s.pos += length
	s.selfClose = false
	if len(body) > 0 && body[0] == '/' {
		s.token = xmlEnd
		s.name = localName(bytes.TrimRight(body[1:], " \t\r\n"))
		s.depth--
		if s.depth < 0 {
			return errXMLSyntax
		}
		return nil
	}
	if n := len(body); n > 0 && body[n-1] == '/' {
		body = body[:n-1]
		s.selfClose, s.owesEnd = true, true
	}
	n := 0
	for n < len(body) && !isXMLSpace(body[n]) {
		n++
	}
	if n == 0 {
		return errXMLSyntax
	}
	s.token = xmlStart
	s.name, s.attrs = localName(body[:n]), body[n:]
	s.depth++
	if s.depth > 256 {
		return errXMLSyntax
	}
	return nil
}

func localName(b []byte) []byte {
	if i := bytes.IndexByte(b, ':'); i >= 0 {
		return b[i+1:]
	}
	return b
}

func isXMLSpace(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

// attr returns the raw value of the attribute with the given local name, nil
// when there is none. The slice lives until the next token.
func (s *xmlScanner) attr(name string) []byte {
	b := s.attrs
	for {
		for len(b) > 0 && isXMLSpace(b[0]) {
			b = b[1:]
		}
		eq := bytes.IndexByte(b, '=')
		if eq < 0 {
			return nil
		}
		key := localName(bytes.TrimRight(b[:eq], " \t\r\n"))
		b = bytes.TrimLeft(b[eq+1:], " \t\r\n")
		if len(b) < 2 {
			return nil
		}
		close := bytes.IndexByte(b[1:], b[0])
		if (b[0] != '"' && b[0] != '\'') || close < 0 {
			return nil
		}
		if string(key) == name {
			return b[1 : 1+close]
		}
		b = b[close+2:]
	}
}

// attrString is attr with entities resolved.
func (s *xmlScanner) attrString(name string) string {
	return string(s.unescape(s.attr(name)))
}

// attrInt returns the attribute as a number, def when it is absent or none.
func (s *xmlScanner) attrInt(name string, def int) int {
	b := s.attr(name)
	if n, err := strconv.Atoi(string(b)); err == nil {
		return n
	}
	return def
}

// attrBool reports whether the attribute is 1 or true.
func (s *xmlScanner) attrBool(name string) bool {
	switch string(s.attr(name)) {
	case "1", "true", "TRUE", "on":
		return true
	}
	return false
}

// content returns the current text with entities resolved. It lives until the
// next token.
func (s *xmlScanner) content() []byte {
	if s.cdata {
		return s.text
	}
	return s.unescape(s.text)
}

// unescape resolves entities; unknown ones stay as they are written.
func (s *xmlScanner) unescape(b []byte) []byte {
	if bytes.IndexByte(b, '&') < 0 {
		return b
	}
	out := s.scratch[:0]
	for len(b) > 0 {
		amp := bytes.IndexByte(b, '&')
		if amp < 0 {
			out = append(out, b...)
			break
		}
		out = append(out, b[:amp]...)
		b = b[amp:]
		semi := bytes.IndexByte(b[:min(len(b), 12)], ';')
		r, ok := rune(0), false
		if semi > 0 {
			r, ok = entity(b[1:semi])
		}
		if !ok {
			out = append(out, '&')
			b = b[1:]
			continue
		}
		out = utf8.AppendRune(out, r)
		b = b[semi+1:]
	}
	s.scratch = out
	return out
}

func entity(name []byte) (rune, bool) {
	switch string(name) {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := string(name[1:]), 10
	if name[1] == 'x' || name[1] == 'X' {
		digits, base = string(name[2:]), 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || !utf8.ValidRune(rune(n)) {
		return 0, false
	}
	return rune(n), true
}

// skip moves behind the end tag of the element whose start tag is current.
func (s *xmlScanner) skip() error {
	for depth := s.depth; ; {
		if err := s.next(); err != nil {
			return err
		}
		if s.token == xmlEnd && s.depth < depth {
			return nil
		}
	}
}

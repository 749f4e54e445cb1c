package hj212

import (
	"errors"
	"io"
)

// Sizes of a scanner's buffer. It starts small, because most stations send
// frames below one kilobyte and thousands of connections wait at a time, and
// grows only to hold one frame of Limits.MaxSegment, or one of 1024 bytes whose
// cipher came as text.
const (
	firstBuffer   = 2 << 10
	frameOverhead = 32 + lookahead // head, CRC, tail and some of what follows
)

// Scanner reads frames from a stream.
type Scanner struct {
	dec   *Decoder
	r     io.Reader
	buf   []byte
	from  int   // first byte not yet decided
	to    int   // end of the bytes read
	base  int64 // byte of the input at buf[from]
	eof   bool
	flush bool
	err   error
}

// NewScanner returns a scanner of r.
func NewScanner(r io.Reader, o Options) *Scanner {
	return &Scanner{dec: NewDecoder(o), r: r, buf: make([]byte, firstBuffer)}
}

// Stats returns the counts so far.
func (s *Scanner) Stats() Stats { return s.dec.Stats() }

// Offset returns the byte of the input after the last frame or error.
func (s *Scanner) Offset() int64 { return s.base }

// Pending reports how many bytes wait for the rest of a frame.
func (s *Scanner) Pending() int { return s.to - s.from }

// Flush says that the bytes pending will not be continued: the sender has been
// silent for too long. The next calls of Next decide about them as at the end
// of the input and then read on.
func (s *Scanner) Flush() { s.flush = s.to > s.from }

// Next fills m with the next frame. A *Error reports something that is not a
// frame, or a frame that was refused; the scanner stands behind it and Next may
// be called again. Any other error, io.EOF among them, comes from the reader;
// after a time-out Next may be called again and goes on where it was.
func (s *Scanner) Next(m *Message) error {
	for {
		if s.to > s.from || s.eof && s.err == nil {
			adv, out, perr := s.dec.step(s.buf[s.from:s.to], s.base, s.eof || s.flush, m)
			s.from += adv
			s.base += int64(adv)
			s.dec.stats.Bytes += uint64(adv)
			switch {
			case out == gotFrame:
				return nil
			case out == gotError:
				return perr
			case adv > 0:
				continue
			}
		}
		if s.from == s.to {
			s.flush = false
		}
		if s.eof {
			s.err = io.EOF
			return io.EOF
		}
		if err := s.fill(); err != nil {
			return err
		}
	}
}

// fill reads once more, after making room.
func (s *Scanner) fill() error {
	if s.from > 0 {
		copy(s.buf, s.buf[s.from:s.to])
		s.to -= s.from
		s.from = 0
	}
	if s.to == len(s.buf) {
		limit := max(s.dec.opts.Limits.MaxSegment, 5*DefaultLimits.MaxSegment) + frameOverhead
		if len(s.buf) >= limit { // cannot be: such a frame is refused by its head
			s.flush = true
			return nil
		}
		s.buf = append(s.buf, make([]byte, min(len(s.buf), limit-len(s.buf)))...)
	}
	n, err := s.r.Read(s.buf[s.to:])
	s.to += max(n, 0)
	if errors.Is(err, io.EOF) {
		s.eof = true
		return nil
	}
	if n > 0 {
		return nil // an error that lasts comes again
	}
	if err == nil {
		return io.ErrNoProgress
	}
	return err
}

package observe

import (
	"bufio"
	"encoding/gob"
	"errors"
	"io"
	"os"

	"ballast/internal/fault"
)

// spool keeps validated rows in a temporary file until the one transaction that
// stores them, so that a file of any length is read in bounded memory and the
// database's write lock is not held while it is.
type spool struct {
	file *os.File
	buf  *bufio.Writer
	enc  *gob.Encoder
}

// spooled is one row with what was found about it.
type spooled struct {
	Row      Row
	Findings []Finding
	Waiting  []byte // registry.Resolution as JSON, of a row that must wait for a person
}

func newSpool() (*spool, error) {
	f, err := os.CreateTemp("", "ballast-upload-*")
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "临时文件建不了").WithHint("请检查临时文件夹是否已满。")
	}
	// Unlinked at once where the system allows it: nothing stays after a crash.
	_ = os.Remove(f.Name())
	s := &spool{file: f, buf: bufio.NewWriterSize(f, 1<<18)}
	s.enc = gob.NewEncoder(s.buf)
	return s, nil
}

func (s *spool) put(x *spooled) error {
	if err := s.enc.Encode(x); err != nil {
		return fault.Wrap(fault.Unavailable, err, "临时文件写不了").WithHint("请检查临时文件夹是否已满。")
	}
	return nil
}

// each reads everything back once, in order.
func (s *spool) each(f func(*spooled) error) error {
	if err := s.buf.Flush(); err != nil {
		return fault.Wrap(fault.Unavailable, err, "临时文件写不了")
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return fault.Wrap(fault.Unavailable, err, "临时文件读不了")
	}
	dec := gob.NewDecoder(bufio.NewReaderSize(s.file, 1<<18))
	for {
		var x spooled
		if err := dec.Decode(&x); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fault.Wrap(fault.Unavailable, err, "临时文件读不了")
		}
		if err := f(&x); err != nil {
			return err
		}
	}
}

func (s *spool) close() {
	name := s.file.Name()
	s.file.Close()
	_ = os.Remove(name) // where it could not be removed while open
}

package sheet

import "encoding/binary"

// sstReader walks the shared string table, which is cut into CONTINUE records
// wherever 8,224 bytes are full: inside a string too, and then the new piece
// begins with its own width byte.
type sstReader struct {
	x     *xls
	piece []byte
	next  int // offset of the following record
}

// advance moves to the next CONTINUE record.
func (r *sstReader) advance() error {
	id, body, next, err := r.x.record(r.next)
	if err != nil {
		return err
	}
	if id != recContinue {
		return errBIFF
	}
	r.piece, r.next = body, next
	return nil
}

// take returns n bytes that may straddle records but carry no text.
func (r *sstReader) take(n int) ([]byte, error) {
	if len(r.piece) >= n {
		b := r.piece[:n]
		r.piece = r.piece[n:]
		return b, nil
	}
	out := make([]byte, 0, min(n, len(r.x.data)))
	for len(out) < n {
		if len(r.piece) == 0 {
			if err := r.advance(); err != nil {
				return nil, err
			}
			continue
		}
		k := min(n-len(out), len(r.piece))
		out = append(out, r.piece[:k]...)
		r.piece = r.piece[k:]
	}
	return out, nil
}

// text reads n characters.
func (r *sstReader) text(n int, wide bool) (string, error) {
	var out string
	for n > 0 {
		if len(r.piece) == 0 {
			if err := r.advance(); err != nil {
				return "", err
			}
			if len(r.piece) == 0 {
				return "", errBIFF
			}
			wide = r.piece[0]&1 != 0
			r.piece = r.piece[1:]
			continue
		}
		size := 1
		if wide {
			size = 2
		}
		k := min(n, len(r.piece)/size)
		if k == 0 {
			return "", errBIFF
		}
		out += decodeChars(r.piece[:k*size], wide)
		r.piece = r.piece[k*size:]
		n -= k
	}
	return out, nil
}

// readSST reads the table that begins with the record at off and returns the
// offset behind it.
func (x *xls) readSST(off int) (int, error) {
	_, body, next, err := x.record(off)
	if err != nil || len(body) < 8 {
		return 0, errBIFF
	}
	count := int(binary.LittleEndian.Uint32(body[4:]))
	r := &sstReader{x: x, piece: body[8:], next: next}
	x.sst = make([]string, 0, min(count, len(x.data)/3))
	for range count {
		s, err := r.one()
		if err != nil {
			return 0, err
		}
		x.sst = append(x.sst, string(tidy([]byte(s))))
	}
	return r.next, nil
}

// one reads an XLUnicodeRichExtendedString ([MS-XLS] §2.5.293).
func (r *sstReader) one() (string, error) {
	head, err := r.take(3)
	if err != nil {
		return "", err
	}
	n, flags := int(binary.LittleEndian.Uint16(head)), head[2]
	runs, ext := 0, 0
	if flags&8 != 0 {
		b, err := r.take(2)
		if err != nil {
			return "", err
		}
		runs = int(binary.LittleEndian.Uint16(b))
	}
	if flags&4 != 0 {
		b, err := r.take(4)
		if err != nil {
			return "", err
		}
		ext = int(binary.LittleEndian.Uint32(b))
	}
	if ext < 0 || ext > len(r.x.data) {
		return "", errBIFF
	}
	s, err := r.text(n, flags&1 != 0)
	if err != nil {
		return "", err
	}
	if _, err := r.take(4*runs + ext); err != nil {
		return "", err
	}
	return s, nil
}

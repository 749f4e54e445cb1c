package hj212

import (
	"net"
	"sync"
	"time"
)

// link is the sending half of a connection: a bounded queue and one goroutine
// that writes it out under a deadline. A peer that does not take its bytes is
// cut, and nobody else waits for it.
type link struct {
	nc      net.Conn
	out     chan []byte
	done    chan struct{}
	once    sync.Once
	drained chan struct{} // closed when the writer has ended
	timeout time.Duration
	now     func() time.Time

	mu  sync.Mutex
	why error
}

func newLink(nc net.Conn, queue int, timeout time.Duration, now func() time.Time) *link {
	return &link{nc: nc, out: make(chan []byte, queue), done: make(chan struct{}),
		drained: make(chan struct{}), timeout: timeout, now: now}
}

// send queues a frame. It never blocks: a full queue means a peer that does not
// read, and closes the connection.
func (l *link) send(frame []byte) error {
	select {
	case <-l.done:
		return ErrClosed
	default:
	}
	select {
	case l.out <- frame:
		return nil
	default:
		l.close(ErrTooSlow)
		return ErrTooSlow
	}
}

// write is the writer's goroutine.
func (l *link) write() {
	defer close(l.drained)
	for {
		select {
		case b := <-l.out:
			if b == nil {
				return
			}
			if last, err := l.put(b); err != nil {
				l.close(err)
				return
			} else if last {
				return
			}
		case <-l.done:
			return
		}
	}
}

// put writes a frame and all that is queued behind it. last reports that the
// end was queued; see finish.
func (l *link) put(b []byte) (last bool, err error) {
	bufs := net.Buffers{b}
	for len(bufs) < 64 && !last {
		select {
		case more := <-l.out:
			if more == nil {
				last = true
			} else {
				bufs = append(bufs, more)
			}
			continue
		default:
		}
		break
	}
	if err := l.nc.SetWriteDeadline(l.now().Add(l.timeout)); err != nil {
		return last, err
	}
	_, err = bufs.WriteTo(l.nc)
	if ne, ok := err.(net.Error); ok && ne.Timeout() {
		return last, ErrTooSlow
	}
	return last, err
}

// finish waits until everything queued so far has been written, or the link has
// closed. Nothing can be sent after it.
func (l *link) finish() {
	select {
	case l.out <- nil:
		<-l.drained
	case <-l.done:
	}
}

// close ends the connection; the first reason stays.
func (l *link) close(why error) {
	l.once.Do(func() {
		l.mu.Lock()
		l.why = why
		l.mu.Unlock()
		close(l.done)
		l.nc.Close()
	})
}

func (l *link) reason() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.why
}

package hj212

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Conn is one connection of a device, or of a forwarder that speaks for
// several.
type Conn struct {
	server *Server
	link   *link
	addr   netip.Addr
	scan   *Scanner
	slots  chan struct{} // one for each message handed over and not answered
	stop   atomic.Bool
	last   time.Time // of the last good frame
	second time.Time // of the rate
	count  int
	own    sync.WaitGroup // goroutines of this connection

	mu      sync.Mutex
	devices map[string]*deviceState
	waiting map[waitKey]*waiter
}

// deviceState is what a connection has learnt about one device number.
type deviceState struct {
	version Version
	pw, st  string
}

func newConn(s *Server, nc net.Conn, addr netip.Addr) *Conn {
	c := &Conn{server: s, addr: addr, last: s.Now(),
		link:    newLink(nc, s.Limits.MaxQueue, s.Limits.Write, s.Now),
		slots:   make(chan struct{}, s.Limits.MaxUnanswered),
		devices: map[string]*deviceState{}, waiting: map[waitKey]*waiter{}}
	c.scan = NewScanner(armedReader{c}, s.Options)
	return c
}

// Remote returns the address of the peer.
func (c *Conn) Remote() string { return c.link.nc.RemoteAddr().String() }

// Devices returns the device numbers seen on the connection.
func (c *Conn) Devices() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]string, 0, len(c.devices))
	for mn := range c.devices {
		out = append(out, mn)
	}
	return out
}

// Close cuts the connection.
func (c *Conn) Close() { c.link.close(ErrClosed) }

// errStopping ends reading for a graceful shutdown.
var errStopping = errors.New("hj212: stopping")

// armedReader reads under a deadline: a long one between frames, a short one
// inside a frame.
type armedReader struct{ c *Conn }

// Read implements io.Reader.
func (r armedReader) Read(p []byte) (int, error) {
	c := r.c
	if c.stop.Load() {
		return 0, errStopping
	}
	until := c.last.Add(c.server.Limits.Idle)
	if c.scan.Pending() > 0 {
		if t := c.server.Now().Add(c.server.Limits.FramePause); t.Before(until) {
			until = t
		}
	}
	if err := c.link.nc.SetReadDeadline(until); err != nil {
		return 0, err
	}
	if c.stop.Load() { // set after the deadline: stopReading may have come between
		return 0, errStopping
	}
	return c.link.nc.Read(p)
}

// stopReading makes the reader give up soon.
func (c *Conn) stopReading() {
	c.stop.Store(true)
	_ = c.link.nc.SetReadDeadline(time.Unix(1, 0))
}

// run serves the connection until it ends.
func (c *Conn) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stopAfter := context.AfterFunc(ctx, c.stopReading)
	defer stopAfter()
	go c.link.write()
	why := c.read(ctx)
	switch {
	case errors.Is(why, errStopping):
		c.settle()
		why = ErrClosed
	case errors.Is(why, io.EOF):
		// The peer has no more to say but may still listen for its answers.
		t := time.AfterFunc(c.server.Limits.Write, func() { c.link.close(io.EOF) })
		c.settle()
		t.Stop()
	}
	c.link.close(why)
	c.failWaiting()
	<-c.link.drained
	c.own.Wait()
}

// settle waits for the messages handed over, then for their answers to be sent.
func (c *Conn) settle() {
	for range cap(c.slots) {
		select {
		case c.slots <- struct{}{}:
		case <-c.link.done:
			return
		}
	}
	c.link.finish()
}

// read takes frames until the connection ends and returns why. A panic, the
// handler's or ours, costs this connection and no other.
func (c *Conn) read(ctx context.Context) (why error) {
	defer func() {
		if p := recover(); p != nil {
			why = fmt.Errorf("hj212: panic: %v", p)
		}
	}()
	var m Message
	bad := 0
	for {
		err := c.scan.Next(&m)
		var perr *Error
		var nerr net.Error
		switch {
		case err == nil:
			bad = 0
			c.last = c.server.Now()
			if err := c.take(ctx, &m); err != nil {
				return err
			}
		case errors.As(err, &perr):
			c.server.observe(Event{Kind: EventProtocol, Remote: c.Remote(), MN: string(m.MN()), Err: perr})
			if bad++; bad > c.server.Limits.MaxErrors {
				return fmt.Errorf("hj212: %d protocol errors in a row: %w", bad, perr)
			}
		case errors.Is(err, io.EOF):
			return io.EOF
		case c.stop.Load():
			return errStopping
		case errors.As(err, &nerr) && nerr.Timeout():
			if !c.server.Now().Before(c.last.Add(c.server.Limits.Idle)) {
				return ErrTooSlow
			}
			c.scan.Flush()
			continue
		default:
			return err
		}
		if err := c.throttle(); err != nil {
			return err
		}
	}
}

// throttle makes a peer that is over the rate wait for the next second. Its
// bytes stay in the kernel, so the peer feels it and nobody else does.
func (c *Conn) throttle() error {
	if c.count++; c.count < c.server.Limits.MaxRate {
		return nil
	}
	rest := time.Second - c.server.Now().Sub(c.second)
	if rest > 0 && rest <= time.Second {
		t := time.NewTimer(rest)
		defer t.Stop()
		select {
		case <-t.C:
		case <-c.link.done:
			return c.link.reason()
		}
	}
	c.count, c.second = 0, c.server.Now()
	return nil
}

// take handles one message.
func (c *Conn) take(ctx context.Context, m *Message) error {
	if err := c.learn(m); err != nil {
		return err
	}
	if isAnswer(m) {
		c.deliver(m)
		return nil
	}
	c.deliverData(m)
	r := &Reply{conn: c, q: questionOf(m)}
	if m.WantsAck() {
		if m.qn.n > 0 {
			r.hash, r.hashed = c.server.seen.hash(m.seg), true
			if c.server.seen.has(r.hash) {
				c.server.observe(Event{Kind: EventDuplicate, Remote: c.Remote(), MN: r.q.mn})
				return r.again()
			}
		}
		r.wants = true
		select {
		case c.slots <- struct{}{}:
			r.slot = true
		case <-c.link.done:
			return c.link.reason()
		}
	}
	if m.CN == CNHeartbeat || m.CN == CNAskTime && c.server.Calibrate {
		if err := r.Ack(); err != nil {
			return err
		}
		if m.CN == CNAskTime {
			c.calibrate(ctx, r.q.mn)
		}
	}
	c.server.Handler.ServeHJ212(ctx, m, r)
	return nil
}

// learn remembers how each device speaks, for the requests sent to it.
func (c *Conn) learn(m *Message) error {
	if m.mn.n == 0 {
		return nil
	}
	c.mu.Lock()
	d := c.devices[string(m.MN())]
	if d == nil {
		if len(c.devices) >= c.server.Limits.MaxDevices {
			c.mu.Unlock()
			return fmt.Errorf("%w: device numbers on one connection", ErrBusy)
		}
		d = &deviceState{}
		c.devices[string(m.MN())] = d
	}
	d.version = m.Version
	if d.pw != string(m.PW()) && m.pw.n > 0 {
		d.pw = string(m.PW())
	}
	if !isAnswer(m) && d.st != string(m.ST()) {
		d.st = string(m.ST())
	}
	c.mu.Unlock()
	c.server.bind(m, c)
	return nil
}

func (s *Server) bind(m *Message, c *Conn) {
	s.mu.Lock()
	if s.devices[string(m.MN())] != c {
		s.devices[string(m.MN())] = c
	}
	s.mu.Unlock()
}

// Reply answers one message. Its methods may be called from any goroutine and
// more than once; only the first call counts.
type Reply struct {
	conn   *Conn
	q      question
	wants  bool
	slot   bool
	hashed bool
	hash   uint64
	done   atomic.Bool
}

// Conn returns the connection the message came on.
func (r *Reply) Conn() *Conn { return r.conn }

// Ack says that the message is durable. If bit A of the message asked for an
// answer, 9014 (9013 for a notice) with its QN is sent; otherwise nothing is.
func (r *Reply) Ack() error {
	if r.done.Swap(true) {
		return nil
	}
	defer r.release()
	if !r.wants {
		return nil
	}
	if r.hashed {
		r.conn.server.seen.add(r.hash)
	}
	return r.again()
}

// Drop says that the message will not be acknowledged. The device sends it
// again when its time is over: the standard has no negative answer.
func (r *Reply) Drop() {
	if !r.done.Swap(true) {
		r.release()
	}
}

func (r *Reply) release() {
	if r.slot {
		<-r.conn.slots
	}
}

// again sends the answer.
func (r *Reply) again() error {
	cn := CNDataReply
	if c, ok := CommandOf(r.q.version, r.q.cn, FromDevice); ok && c.Pattern == PatternNotice || r.q.cn == CNHeartbeat {
		cn = CNNoticeReply
	}
	b, err := Encode(r.q.answer(cn, 0, 0), EncodeOptions{})
	if err != nil {
		return err
	}
	return r.conn.link.send(b)
}

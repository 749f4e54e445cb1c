package hj212

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// RequestHandler does what the host asks of a device. It runs in the reading
// goroutine of the client; work that takes long belongs elsewhere, with the
// Answer kept.
type RequestHandler interface {
	ServeRequest(ctx context.Context, p *Packet, a *Answer)
}

// RequestHandlerFunc is a function that is a RequestHandler.
type RequestHandlerFunc func(ctx context.Context, p *Packet, a *Answer)

// ServeRequest implements [RequestHandler].
func (f RequestHandlerFunc) ServeRequest(ctx context.Context, p *Packet, a *Answer) { f(ctx, p, a) }

// Client is the device side (现场机): a data logger, a simulator, or a forwarder
// to another platform. Fill the exported fields before Run and leave them
// alone after.
type Client struct {
	// Dial connects. Required.
	Dial func(ctx context.Context) (net.Conn, error)
	// Now is the clock. Required; it has to run in real time.
	Now func() time.Time
	// Options decodes what the host sends; the zero value is strict.
	Options Options
	// Key enciphers what 2025 wants enciphered; nil sends clear.
	Key *Key
	// OverTime and ReCount are the wait for 9014 and the repeats after it. The
	// host may change them with command 1000; see SetTimeout. Zero: 10 s and 3.
	OverTime time.Duration
	ReCount  int
	// Requests answers the host. nil refuses every request (QnRtn=2).
	Requests RequestHandler
	// Backoff is the pause before attempt n (from 1) to connect again. nil
	// doubles from one second to a minute.
	Backoff func(n int) time.Duration
	// Observe gets connects, disconnects and protocol errors; may be nil.
	Observe func(Event)
	// Limits bounds the host as a server bounds its devices.
	Limits SessionLimits

	once    sync.Once
	qns     QNs
	mu      sync.Mutex
	link    *link
	changed chan struct{} // closed and replaced when link changes
	waiting map[string]chan int
}

func (c *Client) init() {
	c.once.Do(func() {
		c.Limits = c.Limits.withDefaults()
		c.qns.Now = c.Now
		c.changed = make(chan struct{})
		c.waiting = map[string]chan int{}
		if c.OverTime <= 0 {
			c.OverTime = 10 * time.Second
		}
		if c.ReCount <= 0 {
			c.ReCount = 3
		}
	})
}

// SetTimeout changes OverTime and ReCount while the client runs.
func (c *Client) SetTimeout(over time.Duration, repeats int) {
	c.init()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.OverTime, c.ReCount = over, repeats
}

// NextQN returns a request number that this client has not used.
func (c *Client) NextQN() string {
	c.init()
	return c.qns.Next()
}

// Run keeps a connection to the host until ctx ends, connecting again after
// every loss. It returns ctx's error.
func (c *Client) Run(ctx context.Context) error {
	if c.Dial == nil || c.Now == nil {
		return errors.New("hj212: a Client needs Dial and a clock")
	}
	c.init()
	for n := 0; ctx.Err() == nil; n++ {
		if n > 0 {
			t := time.NewTimer(c.backoff(n))
			select {
			case <-ctx.Done():
			case <-t.C:
			}
			t.Stop()
			if ctx.Err() != nil {
				break
			}
		}
		nc, err := c.Dial(ctx)
		if err != nil {
			c.observe(Event{Kind: EventRefuse, Err: err})
			continue
		}
		if c.serve(ctx, nc) {
			n = 0
		}
	}
	return ctx.Err()
}

func (c *Client) backoff(n int) time.Duration {
	if c.Backoff != nil {
		return c.Backoff(n)
	}
	return min(time.Second<<min(n-1, 6), time.Minute)
}

func (c *Client) observe(e Event) {
	if c.Observe != nil {
		c.Observe(e)
	}
}

// serve runs one connection and reports whether the host ever spoke.
func (c *Client) serve(ctx context.Context, nc net.Conn) (spoke bool) {
	l := newLink(nc, c.Limits.MaxQueue, c.Limits.Write, c.Now)
	stop := context.AfterFunc(ctx, func() { l.close(ctx.Err()) })
	defer stop()
	go l.write()
	c.setLink(l)
	remote := nc.RemoteAddr().String()
	c.observe(Event{Kind: EventOpen, Remote: remote})
	spoke, why := c.read(ctx, l)
	c.setLink(nil)
	l.close(why)
	<-l.drained
	c.observe(Event{Kind: EventClose, Remote: remote, Err: l.reason()})
	return spoke
}

func (c *Client) setLink(l *link) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.link = l
	close(c.changed)
	c.changed = make(chan struct{})
}

func (c *Client) read(ctx context.Context, l *link) (spoke bool, why error) {
	scan := NewScanner(l.nc, c.Options)
	var m Message
	bad := 0
	for {
		err := scan.Next(&m)
		var perr *Error
		switch {
		case err == nil:
			spoke, bad = true, 0
			c.take(ctx, l, &m)
		case errors.As(err, &perr):
			c.observe(Event{Kind: EventProtocol, Remote: l.nc.RemoteAddr().String(), Err: perr})
			if bad++; bad > c.Limits.MaxErrors {
				return spoke, perr
			}
		case errors.Is(err, io.EOF):
			return spoke, io.EOF
		default:
			return spoke, err
		}
	}
}

// take handles one message of the host.
func (c *Client) take(ctx context.Context, l *link, m *Message) {
	if isAnswer(m) {
		c.mu.Lock()
		w := c.waiting[answerQN(m)]
		c.mu.Unlock()
		if w != nil {
			select {
			case w <- m.CN:
			default:
			}
		}
		return
	}
	a := &Answer{link: l, q: questionOf(m), key: c.Key, qns: &c.qns}
	if c.Requests == nil {
		_ = a.Accept(2)
		return
	}
	c.Requests.ServeRequest(ctx, m.Packet(), a)
}

// current waits for a connection.
func (c *Client) current(ctx context.Context) (*link, error) {
	for {
		c.mu.Lock()
		l, changed := c.link, c.changed
		c.mu.Unlock()
		if l != nil {
			return l, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-changed:
		}
	}
}

// Send sends a packet, with a new QN if it has none. When its Flag asks for an
// answer it waits for 9014 (or 9013), sending again with the same QN after each
// OverTime and after a new connection, and gives ErrNoReply after ReCount
// repeats. Without bit A it returns once the frame is queued.
func (c *Client) Send(ctx context.Context, p *Packet) error {
	c.init()
	q := *p
	if q.QN == "" {
		q.QN = c.qns.Next()
	}
	frame, err := Encode(&q, EncodeOptions{Key: c.Key})
	if err != nil {
		return err
	}
	if !q.WantsAck() {
		l, err := c.current(ctx)
		if err != nil {
			return err
		}
		return l.send(frame)
	}
	reply := make(chan int, 1)
	c.mu.Lock()
	c.waiting[q.QN] = reply
	repeats := c.ReCount
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.waiting, q.QN)
		c.mu.Unlock()
	}()
	for range repeats + 1 {
		if done, err := c.try(ctx, frame, reply); done || err != nil {
			return err
		}
	}
	return ErrNoReply
}

// try sends once and waits OverTime for the answer.
func (c *Client) try(ctx context.Context, frame []byte, reply <-chan int) (bool, error) {
	l, err := c.current(ctx)
	if err != nil {
		return false, err
	}
	if err := l.send(frame); err != nil && !errors.Is(err, ErrClosed) && !errors.Is(err, ErrTooSlow) {
		return false, err
	}
	c.mu.Lock()
	over := c.OverTime
	c.mu.Unlock()
	t := time.NewTimer(over)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false, ctx.Err()
	case <-reply:
		return true, nil
	case <-t.C:
		return false, nil
	}
}

// Answer answers one request of the host. It may be kept and used from any
// goroutine until the connection ends.
type Answer struct {
	link *link
	q    question
	key  *Key
	qns  *QNs
}

// QN returns the number of the request.
func (a *Answer) QN() string { return a.q.qn }

// Accept sends 9011 with QnRtn (1: will be executed).
func (a *Answer) Accept(qnRtn int) error { return a.send(a.q.answer(CNAccepted, qnRtn, 0)) }

// Done sends 9012 with ExeRtn (1: executed, 100: no data).
func (a *Answer) Done(exeRtn int) error { return a.send(a.q.answer(CNExecuted, 0, exeRtn)) }

// Notice sends 9013, the answer to a notice.
func (a *Answer) Notice() error { return a.send(a.q.answer(CNNoticeReply, 0, 0)) }

// Data sends a data frame of the request's command. Empty fields are filled in
// from the request; QN is the request's for one frame, or a new one for each of
// many, as the standard shows for history.
func (a *Answer) Data(p *Packet) error {
	q := *p
	if q.Version == VersionAuto {
		q.Version = a.q.version
	}
	if q.QN == "" {
		q.QN = a.qns.Next()
	}
	if q.CN == 0 {
		q.CN = a.q.cn
	}
	if q.ST == "" {
		q.ST = a.q.st
	}
	if q.PW == "" {
		q.PW = a.q.pw
	}
	if q.MN == "" {
		q.MN = a.q.mn
	}
	if q.Flag == 0 {
		q.Flag = Flags(q.Version, false, false)
	}
	return a.send(&q)
}

func (a *Answer) send(p *Packet) error {
	b, err := Encode(p, EncodeOptions{Key: a.key})
	if err != nil {
		return err
	}
	return a.link.send(b)
}

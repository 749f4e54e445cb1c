package hj212

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Handler takes the messages of all stations.
type Handler interface {
	// ServeHJ212 is called for every message that is not an answer to a request
	// of the server, from the goroutine of its connection, in order. m is valid
	// until it returns; r may be kept. r.Ack has to be called after the message
	// is durable, r.Drop when it will not be; either may happen later and from
	// another goroutine, so that many messages can share one commit.
	ServeHJ212(ctx context.Context, m *Message, r *Reply)
}

// HandlerFunc is a function that is a Handler.
type HandlerFunc func(ctx context.Context, m *Message, r *Reply)

// ServeHJ212 implements [Handler].
func (f HandlerFunc) ServeHJ212(ctx context.Context, m *Message, r *Reply) { f(ctx, m, r) }

// SessionLimits bounds what one peer can cost. Zero fields take the value of
// DefaultSessionLimits.
type SessionLimits struct {
	MaxConns      int           // open connections
	MaxPerAddress int           // open connections of one address
	Idle          time.Duration // without a good frame; then the connection is cut
	FramePause    time.Duration // silence inside a frame after which it counts as broken
	Write         time.Duration // for the peer to take what is sent
	MaxQueue      int           // frames waiting to be sent
	MaxUnanswered int           // messages handed over and neither acknowledged nor dropped
	MaxErrors     int           // protocol errors in a row; then the connection is cut
	MaxRate       int           // frames and errors a second; more are read later
	MaxDevices    int           // device numbers one connection may speak for
	MaxResult     int           // data frames kept for one request
}

// DefaultSessionLimits are the limits a zero SessionLimits stands for.
var DefaultSessionLimits = SessionLimits{
	MaxConns: 8192, MaxPerAddress: 4096, Idle: 30 * time.Minute, FramePause: 2 * time.Second,
	Write: 10 * time.Second, MaxQueue: 256, MaxUnanswered: 256, MaxErrors: 100, MaxRate: 5000,
	MaxDevices: 256, MaxResult: 10000,
}

func (l SessionLimits) withDefaults() SessionLimits {
	d := DefaultSessionLimits
	l.MaxConns, l.MaxPerAddress = orInt(l.MaxConns, d.MaxConns), orInt(l.MaxPerAddress, d.MaxPerAddress)
	l.MaxQueue, l.MaxUnanswered = orInt(l.MaxQueue, d.MaxQueue), orInt(l.MaxUnanswered, d.MaxUnanswered)
	l.MaxErrors, l.MaxRate = orInt(l.MaxErrors, d.MaxErrors), orInt(l.MaxRate, d.MaxRate)
	l.MaxDevices, l.MaxResult = orInt(l.MaxDevices, d.MaxDevices), orInt(l.MaxResult, d.MaxResult)
	for _, p := range [...]struct {
		v *time.Duration
		d time.Duration
	}{{&l.Idle, d.Idle}, {&l.FramePause, d.FramePause}, {&l.Write, d.Write}} {
		if *p.v <= 0 {
			*p.v = p.d
		}
	}
	return l
}

// Event is something an operator may want to know; it goes to Server.Observe.
type Event struct {
	Kind   EventKind
	Remote string
	MN     string // device number, when known
	Err    error  // *Error for EventProtocol
	// Record is set for EventCommand.
	Record *CommandRecord
}

// EventKind says what happened.
type EventKind uint8

// The kinds of event.
const (
	EventOpen      EventKind = iota + 1 // a connection was accepted
	EventClose                          // and ended; Err says why
	EventRefuse                         // a connection was refused by a limit
	EventProtocol                       // a typed protocol error
	EventDuplicate                      // a frame that was answered before was answered again
	EventCommand                        // a remote command was sent, and again when it ended
)

// Server is the host side (上位机). Devices connect to it. Fill the exported
// fields before the first call of Serve and leave them alone after.
type Server struct {
	// Handler takes the messages. Required.
	Handler Handler
	// Now is the clock. Required; it has to run in real time, because network
	// deadlines come from it.
	Now func() time.Time
	// Options decodes. Options.Station gives each device its profile.
	Options Options
	// Limits bounds each peer.
	Limits SessionLimits
	// Calibrate answers a device that asks for the time (1013) with 9013 and
	// then 1012. It is off for hosts that leave the clock to someone else.
	Calibrate bool
	// Observe, if set, gets events. It is called from connection goroutines and
	// must not block.
	Observe func(Event)

	once    sync.Once
	qns     QNs
	mu      sync.Mutex
	closed  bool
	lns     map[net.Listener]bool
	conns   map[*Conn]bool
	perAddr map[netip.Addr]int
	devices map[string]*Conn
	wg      sync.WaitGroup
	seen    seenSet
}

func (s *Server) init() {
	s.once.Do(func() {
		s.Limits = s.Limits.withDefaults()
		s.qns.Now = s.Now
		s.lns, s.conns = map[net.Listener]bool{}, map[*Conn]bool{}
		s.perAddr, s.devices = map[netip.Addr]int{}, map[string]*Conn{}
		s.seen.seed = maphash.MakeSeed()
	})
}

func (s *Server) observe(e Event) {
	if s.Observe != nil {
		s.Observe(e)
	}
}

// Serve accepts connections until the listener fails, ctx ends or Shutdown is
// called; the last two give ErrClosed. It closes ln.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	if s.Handler == nil || s.Now == nil {
		return errors.New("hj212: a Server needs a Handler and a clock")
	}
	s.init()
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		ln.Close()
		return ErrClosed
	}
	s.lns[ln] = true
	s.mu.Unlock()
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	defer stop()
	defer ln.Close()
	pause := 5 * time.Millisecond
	for {
		nc, err := ln.Accept()
		if err == nil {
			pause = 5 * time.Millisecond
			s.admit(ctx, nc)
			continue
		}
		s.mu.Lock()
		closed := s.closed
		s.mu.Unlock()
		if closed || ctx.Err() != nil {
			return ErrClosed
		}
		if ne := net.Error(nil); !errors.As(err, &ne) || errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("hj212: accept: %w", err)
		}
		// Out of descriptors, most likely: wait for some to come back.
		select {
		case <-ctx.Done():
			return ErrClosed
		case <-time.After(pause):
			pause = min(2*pause, time.Second)
		}
	}
}

// admit starts a connection if the limits allow it.
func (s *Server) admit(ctx context.Context, nc net.Conn) {
	addr := addrOf(nc)
	s.mu.Lock()
	if s.closed || len(s.conns) >= s.Limits.MaxConns || s.perAddr[addr] >= s.Limits.MaxPerAddress {
		s.mu.Unlock()
		s.observe(Event{Kind: EventRefuse, Remote: nc.RemoteAddr().String(), Err: ErrBusy})
		nc.Close()
		return
	}
	c := newConn(s, nc, addr)
	s.conns[c] = true
	s.perAddr[addr]++
	s.wg.Add(1)
	s.mu.Unlock()
	s.observe(Event{Kind: EventOpen, Remote: c.Remote()})
	go func() {
		defer s.wg.Done()
		c.run(ctx)
		s.forget(c)
		s.observe(Event{Kind: EventClose, Remote: c.Remote(), Err: c.link.reason()})
	}()
}

func (s *Server) forget(c *Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	if s.perAddr[c.addr]--; s.perAddr[c.addr] <= 0 {
		delete(s.perAddr, c.addr)
	}
	for _, mn := range c.Devices() {
		if s.devices[mn] == c {
			delete(s.devices, mn)
		}
	}
}

func addrOf(nc net.Conn) netip.Addr {
	ap, err := netip.ParseAddrPort(nc.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap()
}

// Conn returns the connection that last carried a frame of the device.
func (s *Server) Conn(mn string) (*Conn, bool) {
	s.init()
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.devices[mn]
	return c, ok
}

// NumConns returns how many connections are open.
func (s *Server) NumConns() int {
	s.init()
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// Shutdown stops accepting and reading, waits until the messages handed over
// are acknowledged or dropped and their answers written, and closes. When ctx
// ends first it closes at once and returns ctx's error.
func (s *Server) Shutdown(ctx context.Context) error {
	s.init()
	s.mu.Lock()
	s.closed = true
	for ln := range s.lns {
		ln.Close()
	}
	for c := range s.conns {
		c.stopReading()
	}
	s.mu.Unlock()
	all := make(chan struct{})
	go func() {
		s.wg.Wait()
		close(all)
	}()
	select {
	case <-all:
		return nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	for c := range s.conns {
		c.link.close(ErrClosed)
	}
	s.mu.Unlock()
	<-all
	return ctx.Err()
}

// seenSet remembers the segments that were acknowledged lately, in two
// generations, so that a resend is answered again without being handled again.
// It is only a shortcut: after a restart it is empty, and the handler has to be
// idempotent by MN, QN and PNO all the same.
type seenSet struct {
	seed      maphash.Seed
	mu        sync.Mutex
	cur, prev map[uint64]struct{}
}

// maxSeen is the size of one generation.
const maxSeen = 1 << 16

func (s *seenSet) hash(segment []byte) uint64 { return maphash.Bytes(s.seed, segment) }

func (s *seenSet) has(h uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.cur[h]
	if !ok {
		_, ok = s.prev[h]
	}
	return ok
}

func (s *seenSet) add(h uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cur == nil || len(s.cur) >= maxSeen {
		s.prev, s.cur = s.cur, map[uint64]struct{}{}
	}
	s.cur[h] = struct{}{}
}

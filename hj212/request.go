package hj212

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// RequestOptions says how long to wait and who asked. Zero fields take the
// defaults of HJ 212-2017 §6.2.3 (10 s, 3 repeats) and a minute for execution.
type RequestOptions struct {
	OverTime  time.Duration // for the answer to a request
	ReCount   int           // repeats after the first; -1: none
	Execution time.Duration // between data frames, and until 9012
	By        string        // who gave the command, for the record
}

func (o RequestOptions) withDefaults() RequestOptions {
	if o.OverTime <= 0 {
		o.OverTime = 10 * time.Second
	}
	switch {
	case o.ReCount < 0:
		o.ReCount = 0
	case o.ReCount == 0:
		o.ReCount = 3
	}
	if o.Execution <= 0 {
		o.Execution = time.Minute
	}
	return o
}

// Result is what became of a request.
type Result struct {
	QN       string
	Sent     int // times the request was sent
	QnRtn    int // of 9011; 0: none came
	ExeRtn   int // of 9012; 0: none came
	Notified bool
	Data     []*Packet // data frames of the same command, in order of arrival
	Dropped  int       // data frames over SessionLimits.MaxResult
}

// CommandRecord is the trace of one remote command.
type CommandRecord struct {
	MN, By  string
	Request *Packet
	Began   time.Time
	Ended   time.Time // zero when the command has just been sent
	Result  *Result   // nil when it has just been sent
	Err     error
}

type waitKey struct{ mn, qn string }

// waiter collects the answers to one request.
type waiter struct {
	cn      int
	answers chan *Packet
}

// NewRequest returns a request or notice with alternating parameter names and
// values. Conn.Request fills in the rest.
func NewRequest(cn int, params ...string) *Packet {
	p := &Packet{CN: cn}
	for i := 0; i+1 < len(params); i += 2 {
		p.Add(params[i], params[i+1])
	}
	return p
}

// History returns a request for 2031, 2041, 2051, 2061 or another history
// command.
func History(cn int, from, to time.Time) *Packet {
	return NewRequest(cn, "BeginTime", FormatTime(from), "EndTime", FormatTime(to))
}

// Request sends p to a device of this connection and waits for its answers:
// 9011, data, 9012 for a request; 9013 for a notice. Version, ST, PW, QN, MN and
// Flag are filled in where empty. ErrNoReply means that all repeats were
// silent. A refusal is no error: see Result.QnRtn and ExeRtn.
func (c *Conn) Request(ctx context.Context, mn string, p *Packet, o RequestOptions) (*Result, error) {
	o = o.withDefaults()
	q := c.prepare(mn, p)
	rec := CommandRecord{MN: mn, By: o.By, Request: q, Began: c.server.Now()}
	c.server.observe(Event{Kind: EventCommand, Remote: c.Remote(), MN: mn, Record: clonePtr(rec)})
	res, err := c.exchange(ctx, mn, q, o)
	rec.Ended, rec.Result, rec.Err = c.server.Now(), res, err
	c.server.observe(Event{Kind: EventCommand, Remote: c.Remote(), MN: mn, Record: &rec, Err: err})
	return res, err
}

func clonePtr[T any](v T) *T { return &v }

// prepare completes a request from what the device has shown of itself.
func (c *Conn) prepare(mn string, p *Packet) *Packet {
	q := *p
	c.mu.Lock()
	d := c.devices[mn]
	if d == nil {
		d = &deviceState{version: V2017}
	}
	dev := *d
	c.mu.Unlock()
	if q.Version == VersionAuto {
		q.Version = dev.version
	}
	if q.QN == "" {
		q.QN = c.server.qns.Next()
	}
	if q.ST == "" {
		q.ST = dev.st
	}
	if q.PW == "" {
		q.PW = dev.pw
	}
	q.MN = mn
	q.Flag = Flags(q.Version, true, false)
	return &q
}

func (c *Conn) exchange(ctx context.Context, mn string, p *Packet, o RequestOptions) (*Result, error) {
	res := &Result{QN: p.QN}
	frame, err := Encode(p, EncodeOptions{Key: c.keyFor(mn, p)})
	if err != nil {
		return res, err
	}
	w := &waiter{cn: p.CN, answers: make(chan *Packet, 64)}
	k := waitKey{mn, p.QN}
	c.mu.Lock()
	if len(c.waiting) >= c.server.Limits.MaxQueue {
		c.mu.Unlock()
		return res, ErrBusy
	}
	c.waiting[k] = w
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.waiting, k)
		c.mu.Unlock()
	}()
	for try := 0; try <= o.ReCount; try++ {
		res.Sent++
		if err := c.link.send(frame); err != nil {
			return res, err
		}
		done, err := c.await(ctx, w, o, res)
		if done || err != nil {
			return res, err
		}
	}
	return res, ErrNoReply
}

// await takes answers until the exchange is over, or OverTime passes without
// any.
func (c *Conn) await(ctx context.Context, w *waiter, o RequestOptions, res *Result) (done bool, err error) {
	wait := o.OverTime
	t := time.NewTimer(wait)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-c.link.done:
			return false, ErrClosed
		case <-t.C:
			if res.QnRtn == 0 && len(res.Data) == 0 {
				return false, nil // silent: send again
			}
			return true, fmt.Errorf("%w: accepted but not executed", ErrNoReply)
		case p := <-w.answers:
			if c.account(p, w, res) {
				return true, nil
			}
			t.Reset(o.Execution)
		}
	}
}

// account enters one answer and reports whether the exchange is over.
func (c *Conn) account(p *Packet, w *waiter, res *Result) bool {
	num := func(key string) int {
		v, _ := p.Value(key)
		n, _ := strconv.Atoi(v)
		return n
	}
	switch p.CN {
	case CNAccepted:
		res.QnRtn = num("QnRtn")
		return res.QnRtn != 1
	case CNExecuted:
		res.ExeRtn = num("ExeRtn")
		return true
	case CNNoticeReply, CNDataReply:
		// Some devices answer a request with 9014 and the codes inside.
		res.Notified = true
		res.QnRtn, res.ExeRtn = num("QnRtn"), num("ExeRtn")
		return true
	}
	if len(res.Data) < c.server.Limits.MaxResult {
		res.Data = append(res.Data, p)
	} else {
		res.Dropped++
	}
	return false
}

// keyFor returns the key for requests that are enciphered. Only what the device
// sends is, with one exception: 1014 brings a new key and goes both ways.
func (c *Conn) keyFor(mn string, p *Packet) *Key {
	if p.Version != V2025 || p.CN != CNNewKey || c.server.Options.Station == nil {
		return nil
	}
	if prof := c.server.Options.Station([]byte(mn)); prof != nil {
		return prof.Key
	}
	return nil
}

// deliver hands 9011–9014 to the request they answer.
func (c *Conn) deliver(m *Message) {
	qn := answerQN(m)
	c.mu.Lock()
	w := c.waiting[waitKey{string(m.MN()), qn}]
	c.mu.Unlock()
	if w != nil {
		w.give(m)
	}
}

// deliverData hands a data frame to the request for it, besides the handler.
func (c *Conn) deliverData(m *Message) {
	c.mu.Lock()
	var ws []*waiter
	for k, w := range c.waiting {
		if w.cn == m.CN && k.mn == string(m.MN()) {
			ws = append(ws, w)
		}
	}
	c.mu.Unlock()
	for _, w := range ws {
		w.give(m)
	}
}

// give never blocks the connection: the request reads at once, and an answer
// over its queue is lost to it, not to the handler.
func (w *waiter) give(m *Message) {
	select {
	case w.answers <- m.Packet():
	default:
	}
}

// failWaiting is called when the connection has ended; await sees link.done.
func (c *Conn) failWaiting() {
	c.mu.Lock()
	clear(c.waiting)
	c.mu.Unlock()
}

// calibrate sets the device's clock after it asked for it (1013).
func (c *Conn) calibrate(ctx context.Context, mn string) {
	c.own.Go(func() { // the outcome goes to Observe
		_, _ = c.SetTime(ctx, mn, c.server.Now(), RequestOptions{By: "1013"})
	})
}

// SetTime sends 1012.
func (c *Conn) SetTime(ctx context.Context, mn string, t time.Time, o RequestOptions) (*Result, error) {
	return c.Request(ctx, mn, NewRequest(CNSetTime, "SystemTime", FormatTime(t)), o)
}

// FirstLink is the order HJ 212-2017 §6.7 asks for when a device connects for
// the first time: time, time-out and repeats, intervals of real-time and minute
// data, real-time data on, device state on. It stops at the first step that is
// not executed and returns the results so far.
func (c *Conn) FirstLink(ctx context.Context, mn string, s FirstLinkSettings, o RequestOptions) ([]*Result, error) {
	itoa := strconv.Itoa
	steps := []*Packet{
		NewRequest(CNSetTime, "SystemTime", FormatTime(c.server.Now())),
		NewRequest(CNSetTimeout, "OverTime", itoa(s.OverTime), "ReCount", itoa(s.ReCount)),
		NewRequest(CNSetRtdInterval, "RtdInterval", itoa(s.RtdInterval)),
		NewRequest(CNSetMinInterval, "MinInterval", itoa(s.MinInterval)),
		NewRequest(pick(s.Realtime, CNRealtime, CNStopRealtime)),
		NewRequest(pick(s.DeviceState, CNDeviceState, CNStopDeviceState)),
	}
	var out []*Result
	for _, p := range steps {
		res, err := c.Request(ctx, mn, p, o)
		out = append(out, res)
		if err != nil {
			return out, fmt.Errorf("hj212: first link, CN=%d: %w", p.CN, err)
		}
		if res.QnRtn > 1 || res.ExeRtn > 1 {
			return out, fmt.Errorf("hj212: first link, CN=%d: QnRtn=%d ExeRtn=%d", p.CN, res.QnRtn, res.ExeRtn)
		}
	}
	return out, nil
}

// FirstLinkSettings are the values of FirstLink. Intervals are seconds
// (RtdInterval) and minutes (MinInterval).
type FirstLinkSettings struct {
	OverTime, ReCount        int
	RtdInterval, MinInterval int
	Realtime, DeviceState    bool
}

func pick(on bool, a, b int) int {
	if on {
		return a
	}
	return b
}

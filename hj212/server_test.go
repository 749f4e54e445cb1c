package hj212

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// start runs a server on a free port and stops it with the test.
func start(t *testing.T, s *Server) string {
	t.Helper()
	if s.Now == nil {
		s.Now = time.Now
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(context.Background(), ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		_ = s.Shutdown(ctx)
		if err := <-done; !errors.Is(err, ErrClosed) {
			t.Errorf("Serve: %v", err)
		}
	})
	return ln.Addr().String()
}

// device is a raw connection for tests.
type device struct {
	t testing.TB
	net.Conn
	scan *Scanner
	m    Message
}

func dial(t testing.TB, addr string) *device {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &device{t: t, Conn: c, scan: NewScanner(c, Strict())}
}

func (d *device) put(p *Packet) {
	d.t.Helper()
	b, err := Encode(p, EncodeOptions{})
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := d.Write(b); err != nil {
		d.t.Fatal(err)
	}
}

// get reads the next frame, or fails after a second.
func (d *device) get() *Packet {
	d.t.Helper()
	_ = d.SetReadDeadline(time.Now().Add(2 * time.Second))
	if err := d.scan.Next(&d.m); err != nil {
		d.t.Fatalf("no frame: %v", err)
	}
	return d.m.Packet()
}

// silent checks that nothing comes.
func (d *device) silent() {
	d.t.Helper()
	_ = d.SetReadDeadline(time.Now().Add(60 * time.Millisecond))
	if err := d.scan.Next(&d.m); err == nil {
		d.t.Fatalf("unexpected frame %q", d.m.Frame())
	}
}

func realtime(v Version, qn string, answer bool) *Packet {
	p := &Packet{Version: v, QN: qn, ST: "31", CN: CNRealtime, PW: "123456",
		MN: "010000A8900016F000169DC0", Flag: Flags(v, answer, false)}
	p.Add("DataTime", "20261124030000")
	p.Add("a34013-Rtd", "3.1", "a34013-Flag", "N")
	return p
}

// TestAckOnlyWhenToldAndAsked: 9014 goes out after Ack and only for bit A, with
// the QN of the data and the Flag of the edition; 2005 names QN and CN inside CP
// and has neither PW nor MN.
func TestAckOnlyWhenToldAndAsked(t *testing.T) {
	replies := make(chan *Reply, 1)
	addr := start(t, &Server{Handler: HandlerFunc(func(_ context.Context, _ *Message, r *Reply) { replies <- r })})
	for _, c := range []struct {
		v    Version
		want string
	}{
		{V2005, "ST=91;CN=9014;CP=&&QN=20261124030000001;CN=2011&&"},
		{V2017, "QN=20261124030000001;ST=91;CN=9014;PW=123456;MN=010000A8900016F000169DC0;Flag=4;CP=&&&&"},
		{V2025, "QN=20261124030000001;ST=91;CN=9014;PW=123456;MN=010000A8900016F000169DC0;Flag=8;CP=&&&&"},
	} {
		d := dial(t, addr)
		d.put(realtime(c.v, "20261124030000000", false))
		if err := (<-replies).Ack(); err != nil {
			t.Fatal(err)
		}
		d.put(realtime(c.v, "20261124030000001", true))
		r := <-replies
		d.silent() // not yet durable, and the first asked for nothing
		if err := r.Ack(); err != nil {
			t.Fatal(err)
		}
		d.get()
		if got := string(d.m.Segment()); got != c.want {
			t.Errorf("%s: got %s\nwant %s", c.v, got, c.want)
		}
	}
}

// TestResendIsAnsweredAgain: a frame sent twice is handled once and answered
// twice, also over a new connection; dropped frames are handled again.
func TestResendIsAnsweredAgain(t *testing.T) {
	var handled atomic.Int32
	drop := atomic.Bool{}
	addr := start(t, &Server{Handler: HandlerFunc(func(_ context.Context, _ *Message, r *Reply) {
		handled.Add(1)
		if drop.Load() {
			r.Drop()
			return
		}
		_ = r.Ack()
	})})
	d := dial(t, addr)
	p := realtime(V2017, "20261124030000001", true)
	drop.Store(true)
	d.put(p)
	d.silent()
	drop.Store(false)
	for i := range 3 {
		if i == 2 {
			d = dial(t, addr)
		}
		d.put(p)
		if got := d.get(); got.CN != CNDataReply || got.QN != p.QN {
			t.Fatalf("answer %d is %+v", i, got)
		}
	}
	if handled.Load() != 2 {
		t.Errorf("handled %d times, want 2", handled.Load())
	}
	other := realtime(V2017, p.QN, true) // a device that never changes its QN
	other.Items[1][0].Value = "9.9"
	d.put(other)
	d.get()
	if handled.Load() != 3 {
		t.Errorf("other data under the same QN was taken for a resend")
	}
}

// TestHostilePeers: peers that send garbage, half frames, endless heads, that
// never read, or that make the handler panic are cut or ignored, and a good peer
// beside them is answered in time.
func TestHostilePeers(t *testing.T) {
	s := &Server{
		Handler: HandlerFunc(func(_ context.Context, m *Message, r *Reply) {
			if string(m.PW()) == "PANIC" {
				panic("handler")
			}
			_ = r.Ack()
		}),
		Options: Tolerant(),
		Limits:  SessionLimits{MaxErrors: 20, MaxQueue: 16, Write: 100 * time.Millisecond, FramePause: 50 * time.Millisecond, MaxRate: 2000},
	}
	addr := start(t, s)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	hostile := func(next func(i int) []byte) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			var c net.Conn
			for i := 0; ; i++ {
				select {
				case <-stop:
					if c != nil {
						c.Close()
					}
					return
				default:
				}
				if c == nil {
					var err error
					if c, err = net.Dial("tcp", addr); err != nil {
						c = nil
						time.Sleep(5 * time.Millisecond)
						continue
					}
				}
				_ = c.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
				if _, err := c.Write(next(i)); err != nil {
					c.Close()
					c = nil
				}
				time.Sleep(time.Millisecond)
			}
		}()
	}
	flood, _ := Encode(realtime(V2017, "20261124030000099", true), EncodeOptions{})
	boom := realtime(V2017, "20261124030000098", true)
	boom.PW = "PANIC"
	bomb, _ := Encode(boom, EncodeOptions{})
	hostile(func(i int) []byte { return []byte(strings.Repeat("\x00\xff#", 4000)) })
	hostile(func(i int) []byte { return []byte(strings.Repeat("##9999", 3000)) })
	hostile(func(i int) []byte { return []byte("##0500QN=") })
	hostile(func(i int) []byte { return []byte(strings.Repeat(string(flood), 50)) }) // never reads its answers
	hostile(func(i int) []byte { return bomb })
	d := dial(t, addr)
	var worst time.Duration
	for i := range 200 {
		began := time.Now()
		d.put(realtime(V2017, fmt.Sprintf("202611240300%05d", i), true))
		if got := d.get(); got.CN != CNDataReply {
			t.Fatalf("answer %d is %+v", i, got)
		}
		worst = max(worst, time.Since(began))
	}
	close(stop)
	wg.Wait()
	if worst > time.Second {
		t.Errorf("the good peer waited %v", worst)
	}
	t.Logf("worst wait of the good peer: %v", worst)
}

// TestBrokenFrameThenSilence: a device whose frame was cut is heard again after
// FramePause although the declared bytes never come.
func TestBrokenFrameThenSilence(t *testing.T) {
	addr := start(t, &Server{Options: Tolerant(), Limits: SessionLimits{FramePause: 30 * time.Millisecond},
		Handler: HandlerFunc(func(_ context.Context, _ *Message, r *Reply) { _ = r.Ack() })})
	d := dial(t, addr)
	fmt.Fprint(d, "##9000QN=20261124030000000;ST=31;CN=20")
	d.put(realtime(V2017, "20261124030000001", true))
	if got := d.get(); got.QN != "20261124030000001" {
		t.Errorf("answer %+v", got)
	}
}

// TestRequest: a remote command is sent again while the device is silent, and
// its data and result come back together.
func TestRequest(t *testing.T) {
	got := make(chan string, 8)
	var records atomic.Int32
	s := &Server{
		Handler: HandlerFunc(func(_ context.Context, m *Message, r *Reply) {
			got <- fmt.Sprint(m.CN)
			_ = r.Ack()
		}),
		Observe: func(e Event) {
			if e.Kind == EventCommand {
				records.Add(1)
			}
		},
	}
	addr := start(t, s)
	d := dial(t, addr)
	p := realtime(V2017, "20261124030000001", true)
	d.put(p)
	d.get()
	<-got
	c, ok := s.Conn(p.MN)
	if !ok {
		t.Fatal("the device is not known")
	}
	type outcome struct {
		res *Result
		err error
	}
	out := make(chan outcome, 1)
	ask := func(r *Packet, o RequestOptions) {
		go func() {
			res, err := c.Request(context.Background(), p.MN, r, o)
			out <- outcome{res, err}
		}()
	}
	fast := RequestOptions{OverTime: 80 * time.Millisecond, ReCount: 2, By: "officer"}
	begin := time.Date(2026, 11, 24, 0, 0, 0, 0, Zone)
	ask(History(CNHour, begin, begin.Add(2*time.Hour)), fast)
	first, again := d.get(), d.get()
	if first.QN != again.QN || first.CN != CNHour || first.Flag != 5 || first.PW != "123456" || first.ST != "31" {
		t.Fatalf("request %+v, repeated %+v", first, again)
	}
	if v, _ := first.Value("BeginTime"); v != "20261124000000" {
		t.Errorf("BeginTime=%s", v)
	}
	ans := func(cn int, kv ...string) {
		a := &Packet{Version: V2017, QN: first.QN, ST: "91", CN: cn, PW: p.PW, MN: p.MN, Flag: 4}
		if kv != nil {
			a.Add(kv...)
		}
		d.put(a)
	}
	ans(CNAccepted, "QnRtn", "1")
	for i := range 2 {
		h := realtime(V2017, fmt.Sprintf("2026112403000010%d", i), false)
		h.CN = CNHour
		d.put(h)
	}
	ans(CNExecuted, "ExeRtn", "1")
	o := <-out
	if o.err != nil || o.res.Sent != 2 || o.res.QnRtn != 1 || o.res.ExeRtn != 1 || len(o.res.Data) != 2 {
		t.Errorf("result %+v, %v", o.res, o.err)
	}
	for range 2 { // the data went to the handler too
		if cn := <-got; cn != "2061" {
			t.Errorf("handler got %s", cn)
		}
	}

	ask(NewRequest(CNSetRtdInterval, "RtdInterval", "30"), fast)
	first = d.get()
	ans(CNAccepted, "QnRtn", "3")
	if o = <-out; o.err != nil || o.res.QnRtn != 3 {
		t.Errorf("refusal: %+v, %v", o.res, o.err)
	}
	ask(NewRequest(CNStopRealtime), fast)
	first = d.get()
	ans(CNNoticeReply)
	if o = <-out; o.err != nil || !o.res.Notified {
		t.Errorf("notice: %+v, %v", o.res, o.err)
	}
	ask(NewRequest(CNGetTime), RequestOptions{OverTime: 20 * time.Millisecond, ReCount: -1})
	if o = <-out; !errors.Is(o.err, ErrNoReply) || o.res.Sent != 1 {
		t.Errorf("silence: %+v, %v", o.res, o.err)
	}
	if n := records.Load(); n != 8 {
		t.Errorf("%d command records, want two for each of four commands", n)
	}
}

// TestHeartbeatAndCalibration: 9015 is answered by 9013; 1013 by 9013 and then
// 1012 with the host's time.
func TestHeartbeatAndCalibration(t *testing.T) {
	addr := start(t, &Server{Calibrate: true,
		Handler: HandlerFunc(func(_ context.Context, _ *Message, r *Reply) { _ = r.Ack() })})
	d := dial(t, addr)
	beat := &Packet{Version: V2025, QN: "20261124030000001", ST: "31", CN: CNHeartbeat, PW: "123456", MN: "X1", Flag: 9}
	d.put(beat)
	if got := d.get(); got.CN != CNNoticeReply || got.QN != beat.QN || got.Flag != 8 {
		t.Errorf("heartbeat answered by %+v", got)
	}
	ask := &Packet{Version: V2017, QN: "20261124030000002", ST: "31", CN: CNAskTime, PW: "123456", MN: "X1", Flag: 5}
	d.put(ask)
	if got := d.get(); got.CN != CNNoticeReply || got.QN != ask.QN {
		t.Errorf("1013 answered by %+v", got)
	}
	set := d.get()
	v, _ := set.Value("SystemTime")
	at, err := ParseTime(v)
	if set.CN != CNSetTime || err != nil || time.Since(at).Abs() > time.Minute {
		t.Errorf("1012 is %+v", set)
	}
}

// TestShutdownWaitsForAnswers: messages handed over before Shutdown are still
// acknowledged and their answers reach the device.
func TestShutdownWaitsForAnswers(t *testing.T) {
	replies := make(chan *Reply, 1)
	s := &Server{Now: time.Now, Handler: HandlerFunc(func(_ context.Context, _ *Message, r *Reply) { replies <- r })}
	addr := start(t, s)
	d := dial(t, addr)
	d.put(realtime(V2017, "20261124030000001", true))
	r := <-replies
	down := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		down <- s.Shutdown(ctx)
	}()
	select {
	case err := <-down:
		t.Fatalf("Shutdown did not wait: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	if err := r.Ack(); err != nil {
		t.Fatal(err)
	}
	if got := d.get(); got.CN != CNDataReply {
		t.Errorf("answer %+v", got)
	}
	if err := <-down; err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	_ = d.SetReadDeadline(time.Now().Add(time.Second))
	if err := d.scan.Next(&d.m); !errors.Is(err, io.EOF) {
		t.Errorf("after Shutdown: %v", err)
	}
}

// TestClientResendsAndReconnects: the client sends again with the same QN until
// it is answered, over a new connection if need be, and answers the host.
func TestClientResendsAndReconnects(t *testing.T) {
	var seen sync.Map
	var n atomic.Int32
	s := &Server{Handler: HandlerFunc(func(_ context.Context, m *Message, r *Reply) {
		seen.Store(string(m.QN()), true)
		switch n.Add(1) {
		case 1:
			r.Drop() // lost
		case 2:
			r.Drop()
			r.Conn().Close()
		default:
			_ = r.Ack()
		}
	})}
	addr := start(t, s)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c := &Client{Now: time.Now, OverTime: 50 * time.Millisecond, ReCount: 5,
		Dial:    func(ctx context.Context) (net.Conn, error) { return (&net.Dialer{}).DialContext(ctx, "tcp", addr) },
		Backoff: func(int) time.Duration { return 10 * time.Millisecond },
		Requests: RequestHandlerFunc(func(_ context.Context, p *Packet, a *Answer) {
			_ = a.Accept(1)
			_ = a.Data(NewRequest(p.CN, "SystemTime", "20261124030000"))
			_ = a.Done(1)
		})}
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	p := realtime(V2017, "", true)
	if err := c.Send(ctx, p); err != nil {
		t.Fatal(err)
	}
	count := 0
	seen.Range(func(any, any) bool { count++; return true })
	if count != 1 || n.Load() != 3 {
		t.Errorf("%d numbers in %d attempts, want one in three", count, n.Load())
	}
	conn, ok := s.Conn(p.MN)
	if !ok {
		t.Fatal("the device is not known")
	}
	res, err := conn.Request(ctx, p.MN, NewRequest(CNGetTime), RequestOptions{})
	if err != nil || res.QnRtn != 1 || res.ExeRtn != 1 || len(res.Data) != 1 {
		t.Errorf("result %+v, %v", res, err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("Run: %v", err)
	}
}

// TestFirstLink: the order of HJ 212-2017 §6.7.
func TestFirstLink(t *testing.T) {
	s := &Server{Handler: HandlerFunc(func(_ context.Context, _ *Message, r *Reply) { _ = r.Ack() })}
	addr := start(t, s)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var mu sync.Mutex
	var order []int
	c := &Client{Now: time.Now,
		Dial: func(ctx context.Context) (net.Conn, error) { return (&net.Dialer{}).DialContext(ctx, "tcp", addr) },
		Requests: RequestHandlerFunc(func(_ context.Context, p *Packet, a *Answer) {
			mu.Lock()
			order = append(order, p.CN)
			mu.Unlock()
			if p.CN == CNStopDeviceState {
				_ = a.Notice()
				return
			}
			_ = a.Accept(1)
			_ = a.Done(1)
		})}
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	p := realtime(V2017, "", true)
	if err := c.Send(ctx, p); err != nil {
		t.Fatal(err)
	}
	conn, _ := s.Conn(p.MN)
	_, err := conn.FirstLink(ctx, p.MN, FirstLinkSettings{OverTime: 5, ReCount: 3, RtdInterval: 30, MinInterval: 10, Realtime: true}, RequestOptions{})
	mu.Lock()
	defer mu.Unlock()
	if got := fmt.Sprint(order); err != nil || got != "[1012 1000 1062 1064 2011 2022]" {
		t.Errorf("order %s, %v", got, err)
	}
	cancel()
	<-ended
}

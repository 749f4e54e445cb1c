package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"ballast/hj212"
	"ballast/internal/fault"
)

// runHJ212 dispatches the tools of field engineers for HJ 212.
func runHJ212(ctx context.Context, w *world, args []string) error {
	if len(args) == 0 {
		return errUsage
	}
	switch args[0] {
	case "decode":
		return hj212Decode(w, args[1:])
	case "encode":
		return hj212Encode(w, args[1:])
	case "listen":
		return hj212Listen(ctx, w, args[1:])
	case "send":
		return hj212Send(ctx, w, args[1:])
	}
	return errUsage
}

// hj212Flags are the flags the verbs share.
type hj212Flags struct {
	mode, version, accept, key string
	lines                      bool
}

func (f *hj212Flags) add(fs *flag.FlagSet) {
	fs.StringVar(&f.mode, "mode", "strict", "strict：只接受合乎标准的帧；tolerant：接受并列明真实设备常见的偏差")
	fs.StringVar(&f.version, "version", "auto", "按 2005、2017 或 2025 版解读；auto 按 Flag 判断")
	fs.StringVar(&f.accept, "accept", "", "另外接受的偏差，逗号分隔，如 wrong_length,crc_mismatch")
	fs.StringVar(&f.key, "key", "", "2025 版 SM4 密钥，32 位十六进制")
}

// addLines adds --lines, whose default is a raw byte stream.
func (f *hj212Flags) addLines(fs *flag.FlagSet) {
	fs.BoolVar(&f.lines, "lines", false, `每行一帧的文本：\r、\n、\t、\\、\xHH 是转义，制表符之后的内容不读，# 加空格开头的行是注释，行尾代替缺省的回车换行`)
}

// options turns the flags into decoding options and the key.
func (f *hj212Flags) options() (o hj212.Options, key *hj212.Key, err error) {
	switch f.mode {
	case "strict":
		o = hj212.Strict()
	case "tolerant":
		o = hj212.Tolerant()
	default:
		return o, nil, fault.New(fault.Invalid, "--mode 只能是 strict 或 tolerant，不是“%s”", f.mode)
	}
	v, ok := hj212.ParseVersion(f.version)
	if !ok {
		return o, nil, fault.New(fault.Invalid, "--version 只能是 auto、2005、2017 或 2025，不是“%s”", f.version)
	}
	o.Version = v
	for name := range strings.SplitSeq(f.accept, ",") {
		if name == "" {
			continue
		}
		d, ok := hj212.ParseDeviation(name)
		if !ok {
			return o, nil, fault.New(fault.Invalid, "没有“%s”这种偏差", name).WithHint("偏差名见 docs/hj212-divergences.md。")
		}
		o.Accept = o.Accept.With(d)
		if d == hj212.OversizeSegment {
			o.Limits.MaxSegment = 9999
		}
	}
	if f.key != "" {
		b, err := hex.DecodeString(f.key)
		if err == nil {
			key, err = hj212.NewKey(b)
		}
		if err != nil {
			return o, nil, fault.Wrap(fault.Invalid, err, "--key 不是 32 位十六进制")
		}
	}
	o.Key = key
	return o, key, nil
}

// openInput opens the one optional file argument, or standard input.
func openInput(w *world, fs *flag.FlagSet) (io.ReadCloser, error) {
	if fs.NArg() > 1 {
		return nil, errUsage
	}
	name := fs.Arg(0)
	if name == "" || name == "-" {
		return io.NopCloser(w.in), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, err, "打不开文件 %s", name)
	}
	return f, nil
}

// jsonWriter prints one document a line.
type jsonWriter struct {
	mu  sync.Mutex
	enc *json.Encoder
	bad int
}

func newJSONWriter(out io.Writer) *jsonWriter {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	return &jsonWriter{enc: enc}
}

func (j *jsonWriter) write(d *hj212.Document) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !d.OK {
		j.bad++
	}
	return j.enc.Encode(d)
}

func hj212Decode(w *world, args []string) error {
	fs := newFlags(w, "hj212 decode")
	var f hj212Flags
	f.add(fs)
	f.addLines(fs)
	fail := fs.Bool("fail", false, "有帧被拒绝时以 1 退出（缺省为 0：错误也是输出）")
	if err := fs.Parse(args); err != nil {
		return usageError(err)
	}
	o, _, err := f.options()
	if err != nil {
		return err
	}
	in, err := openInput(w, fs)
	if err != nil {
		return err
	}
	defer in.Close()
	out := bufio.NewWriter(w.out)
	j := newJSONWriter(out)
	o.EndIsTail = true // a file that ends after the CRC is complete
	if f.lines {
		err = decodeLines(in, o, j)
	} else {
		err = decodeStream(in, o, j, 0)
	}
	if err := errors.Join(err, out.Flush()); err != nil {
		return err
	}
	if *fail && j.bad > 0 {
		return errQuiet
	}
	return nil
}

// usageError keeps the help request and makes every other flag error a usage
// error; the flag set has already said what was wrong.
func usageError(err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return err
	}
	return errUsage
}

// decodeStream prints every frame and error of one input.
func decodeStream(in io.Reader, o hj212.Options, j *jsonWriter, line int) error {
	s := hj212.NewScanner(in, o)
	var m hj212.Message
	for {
		err := s.Next(&m)
		var doc *hj212.Document
		var perr *hj212.Error
		switch {
		case err == nil:
			doc = m.Document()
		case errors.As(err, &perr):
			doc = m.Refused(perr)
		case errors.Is(err, io.EOF):
			return nil
		default:
			return fault.Wrap(fault.Unavailable, err, "读取中断")
		}
		doc.Line = line
		if err := j.write(doc); err != nil {
			return err
		}
	}
}

// decodeLines treats every line as an input of its own.
func decodeLines(in io.Reader, o hj212.Options, j *jsonWriter) error {
	sc := bufio.NewScanner(in)
	sc.Buffer(nil, 1<<20)
	for n := 1; sc.Scan(); n++ {
		text := sc.Text()
		if strings.HasPrefix(text, "# ") || strings.TrimSpace(text) == "" {
			continue
		}
		frame := unescapeLine(text)
		if !strings.ContainsAny(frame[max(len(frame)-2, 0):], "\r\n") {
			frame += "\r\n"
		}
		if err := decodeStream(strings.NewReader(frame), o, j, n); err != nil {
			return err
		}
	}
	if err := sc.Err(); err != nil {
		return fault.Wrap(fault.Invalid, err, "有一行超过 1 MiB")
	}
	return nil
}

// unescapeLine takes the first column and its escapes.
func unescapeLine(text string) string {
	text, _, _ = strings.Cut(text, "\t")
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		switch text[i] {
		case 'r':
			b.WriteByte('\r')
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case '\\':
			b.WriteByte('\\')
		case 'x':
			if v, err := hex.DecodeString(text[i+1 : min(i+3, len(text))]); err == nil && len(v) == 1 {
				b.Write(v)
				i += 2
				continue
			}
			b.WriteString(`\x`)
		default:
			b.WriteByte('\\')
			b.WriteByte(text[i])
		}
	}
	return b.String()
}

// escapeLine is the reverse of unescapeLine.
func escapeLine(frame []byte) string {
	var b strings.Builder
	for _, c := range frame {
		switch {
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '\\':
			b.WriteString(`\\`)
		case c < ' ' || c == 0x7f || c >= 0x80:
			fmt.Fprintf(&b, `\x%02X`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func hj212Encode(w *world, args []string) error {
	fs := newFlags(w, "hj212 encode")
	var f hj212Flags
	f.add(fs)
	fs.BoolVar(&f.lines, "lines", false, `每行输出一帧，回车换行写作 \r\n`)
	split := fs.Bool("split", false, "超过 1024 字节时拆包")
	if err := fs.Parse(args); err != nil {
		return usageError(err)
	}
	_, key, err := f.options()
	if err != nil {
		return err
	}
	in, err := openInput(w, fs)
	if err != nil {
		return err
	}
	defer in.Close()
	qns := hj212.QNs{Now: w.now}
	return eachPacket(in, func(p *hj212.Packet) error {
		parts := []*hj212.Packet{p}
		if *split {
			if parts, err = hj212.Split(p, 0, func(int) string { return qns.Next() }); err != nil {
				return err
			}
		}
		for _, part := range parts {
			frame, err := hj212.Encode(part, hj212.EncodeOptions{Key: key})
			if err != nil {
				return err
			}
			if f.lines {
				_, err = fmt.Fprintln(w.out, escapeLine(frame))
			} else {
				_, err = w.out.Write(frame)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// eachPacket reads documents, one after the other, as decode prints them.
func eachPacket(in io.Reader, do func(*hj212.Packet) error) error {
	dec := json.NewDecoder(in)
	for n := 1; ; n++ {
		var d hj212.Document
		if err := dec.Decode(&d); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fault.Wrap(fault.Invalid, err, "第 %d 个 JSON 对象不可读", n)
		}
		p, err := d.Packet()
		if err == nil {
			err = do(p)
		}
		var perr *hj212.Error
		if errors.As(err, &perr) {
			return fault.Wrap(fault.Invalid, err, "第 %d 个 JSON 对象不能成帧：%s", n, perr.Detail)
		}
		if err != nil {
			return err
		}
	}
}

func hj212Listen(ctx context.Context, w *world, args []string) error {
	fs := newFlags(w, "hj212 listen")
	var f hj212Flags
	f.add(fs)
	addr := fs.String("addr", "127.0.0.1:9212", "监听地址")
	ack := fs.Bool("ack", true, "对要求应答的帧发 9014")
	calibrate := fs.Bool("calibrate", false, "现场机请求校时（1013）时下发 1012")
	if err := fs.Parse(args); err != nil {
		return usageError(err)
	}
	o, _, err := f.options()
	if err != nil {
		return err
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *addr)
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "不能监听 %s", *addr)
	}
	fmt.Fprintf(w.err, "在 %s 等待现场机，按 Ctrl-C 结束\n", ln.Addr())
	j := newJSONWriter(w.out)
	srv := &hj212.Server{Now: w.now, Options: o, Calibrate: *calibrate,
		Handler: hj212.HandlerFunc(func(_ context.Context, m *hj212.Message, r *hj212.Reply) {
			if err := j.write(m.Document()); err != nil || !*ack {
				r.Drop()
				return
			}
			_ = r.Ack() // a closed connection is reported by Observe
		}),
		Observe: func(e hj212.Event) {
			var perr *hj212.Error
			switch {
			case e.Kind == hj212.EventProtocol && errors.As(e.Err, &perr):
				_ = j.write(perr.Document())
			case e.Kind == hj212.EventOpen:
				fmt.Fprintf(w.err, "%s 接入\n", e.Remote)
			case e.Kind == hj212.EventClose:
				fmt.Fprintf(w.err, "%s 断开：%v\n", e.Remote, e.Err)
			}
		}}
	err = srv.Serve(ctx, ln)
	down, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = srv.Shutdown(down)
	if errors.Is(err, hj212.ErrClosed) {
		return nil
	}
	return err
}

func hj212Send(ctx context.Context, w *world, args []string) error {
	fs := newFlags(w, "hj212 send")
	var f hj212Flags
	f.add(fs)
	addr := fs.String("addr", "127.0.0.1:9212", "上位机地址")
	over := fs.Duration("timeout", 10*time.Second, "等待应答的时间（OverTime）")
	repeats := fs.Int("repeat", 3, "重发次数（ReCount）")
	if err := fs.Parse(args); err != nil {
		return usageError(err)
	}
	o, key, err := f.options()
	if err != nil {
		return err
	}
	in, err := openInput(w, fs)
	if err != nil {
		return err
	}
	defer in.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c := &hj212.Client{Now: w.now, Options: o, Key: key, OverTime: *over, ReCount: *repeats,
		Dial: func(ctx context.Context) (net.Conn, error) { return (&net.Dialer{}).DialContext(ctx, "tcp", *addr) },
		Observe: func(e hj212.Event) {
			if e.Err != nil && !errors.Is(e.Err, context.Canceled) {
				fmt.Fprintf(w.err, "%v\n", e.Err)
			}
		}}
	ended := make(chan struct{})
	go func() {
		_ = c.Run(ctx) // ends with ctx
		close(ended)
	}()
	defer func() { cancel(); <-ended }()
	return eachPacket(in, func(p *hj212.Packet) error {
		if p.QN == "" {
			p.QN = c.NextQN()
		}
		limit, cancel := context.WithTimeout(ctx, time.Duration(*repeats+2)**over)
		defer cancel()
		began := w.now()
		if err := c.Send(limit, p); err != nil {
			return fault.Wrap(fault.Unavailable, err, "QN=%s 没有送达 %s", p.QN, *addr)
		}
		_, err := fmt.Fprintf(w.out, "{\"qn\":%q,\"acknowledged\":%v,\"milliseconds\":%d}\n", p.QN, p.WantsAck(), w.now().Sub(began).Milliseconds())
		return err
	})
}

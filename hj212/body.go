package hj212

import (
	"fmt"
	"strconv"
	"strings"
)

// Body is the typed data area of a command: one of *DataBody, *StatesBody,
// *QueryBody, *ParametersBody, *InfoBody, *AnswerBody, *EmptyBody. Whatever a
// body has no field for is in its Rest, in the order sent.
type Body interface {
	// Items returns the body as the items of a packet.
	Items() []Item
}

// DataBody is measurements: real-time, minute, hour, day, noise, furnace, raw
// data, standard checks, alarm limits and alarms of 2005.
type DataBody struct {
	DataTime string // as sent; empty when absent
	Factors  []Reading
	Rest     []KV
}

// Reading is all that was sent about one factor.
type Reading struct {
	Code   string
	Values []ReadingValue // in the order sent
}

// ReadingValue is one class of a reading.
type ReadingValue struct {
	Class string  // "Rtd", "ZsAvg", …, as sent
	Text  string  // as sent
	Value float64 // valid only if OK
	OK    bool
}

// Value returns the value of a class.
func (r *Reading) Value(c Class) (ReadingValue, bool) {
	for _, v := range r.Values {
		if v.Class == c.String() {
			return v, true
		}
	}
	return ReadingValue{}, false
}

// Flag returns the data flag, 0 when none was sent.
func (r *Reading) Flag() DataFlag {
	if v, ok := r.Value(FlagClass); ok && len(v.Text) == 1 {
		return DataFlag(v.Text[0])
	} else if ok && v.Text != "" {
		return '?'
	}
	return 0
}

// Factor returns the reading of a code.
func (b *DataBody) Factor(code string) (*Reading, bool) {
	for i := range b.Factors {
		if b.Factors[i].Code == code {
			return &b.Factors[i], true
		}
	}
	return nil, false
}

// StatesBody is the state (2021) or the running hours of a day (2041) of the
// treatment devices.
type StatesBody struct {
	DataTime string
	Devices  []DeviceState
	Rest     []KV
}

// DeviceState is one treatment device. State is 0 off, 1 running, 2
// calibrating, 3 maintenance, 4 alarm, 5 blow back, -1 not sent; Hours is 0–24,
// -1 not sent.
type DeviceState struct {
	Device string // "SB1"
	State  int
	Hours  float64
}

// QueryBody asks for history (2031, 2041, 2051, 2061, 2071, 2013, 2052, 2062).
type QueryBody struct {
	BeginTime, EndTime string
	PolIDs             []string
	Rest               []KV
}

// ParametersBody is a list of named parameters, checked against the command
// table: times, intervals, passwords, time-outs, sampling.
type ParametersBody struct{ Params []KV }

// Value returns a parameter.
func (b *ParametersBody) Value(name string) (string, bool) {
	for _, kv := range b.Params {
		if kv.Key == name {
			return kv.Value, true
		}
	}
	return "", false
}

// Int returns a parameter that is a whole number.
func (b *ParametersBody) Int(name string) (int, bool) {
	s, ok := b.Value(name)
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// InfoBody is field information: state, logs, parameters, numbers of devices
// (3019–3021, 1001 of 2025).
type InfoBody struct {
	DataTime           string
	PolID, InfoID      string
	BeginTime, EndTime string
	Infos              []Info
	Rest               []KV
}

// Info is one piece of field information. Log text is without its "//".
type Info struct {
	Code  string // "i12001", or a factor code for SN
	Class string // "Info", "SN", or "" when the device left it out
	Text  string
	Log   bool
}

// AnswerBody is 9011–9014. QN and CN are the number and command of the question
// when they stand in the data area, as in 2005.
type AnswerBody struct {
	QN     string
	CN     int
	QnRtn  int // 0: absent
	ExeRtn int // 0: absent
	Rest   []KV
}

// EmptyBody is an empty data area.
type EmptyBody struct{ Rest []KV }

// Body returns the typed data area of the message as sent by one side. The
// error is a *Error of KindBody: a parameter that is missing or of a wrong
// type. Private commands (no row in the table) give an *EmptyBody with
// everything in Rest.
func (m *Message) Body(from Sender) (Body, error) { return m.Packet().Body(from) }

// Body is [Message.Body] of a packet.
func (p *Packet) Body(from Sender) (Body, error) {
	c, ok := CommandOf(p.Version, p.CN, from)
	if !ok {
		c, ok = LookupCommand(p.CN, from)
	}
	if !ok {
		return &EmptyBody{Rest: p.flat()}, nil
	}
	switch c.Shape {
	case ShapeData:
		return p.dataBody(), nil
	case ShapeStates:
		return p.statesBody()
	case ShapeQuery:
		return p.queryBody()
	case ShapeParameters:
		return p.parametersBody(&c)
	case ShapeInfo:
		return p.infoBody(), nil
	case ShapeAnswer:
		return p.answerBody(&c)
	}
	return &EmptyBody{Rest: p.flat()}, nil
}

// SetBody replaces the data area.
func (p *Packet) SetBody(b Body) { p.Items = b.Items() }

func (p *Packet) flat() []KV {
	var out []KV
	for _, it := range p.Items {
		out = append(out, it...)
	}
	return out
}

func (p *Packet) bodyError(format string, args ...any) error {
	return &Error{Kind: KindBody, Detail: fmt.Sprintf("CN=%d：", p.CN) + fmt.Sprintf(format, args...)}
}

func (p *Packet) dataBody() *DataBody {
	b := &DataBody{}
	index := map[string]int{}
	last := ""
	for _, kv := range p.flat() {
		code, class, ok := strings.Cut(kv.Key, "-")
		switch {
		case kv.Key == "DataTime" && b.DataTime == "":
			b.DataTime = kv.Value
		case kv.Key == "Flag" && last != "":
			// "a34001-Rtd=92;Flag=N": the flag belongs to the factor before it.
			i := index[last]
			b.Factors[i].Values = append(b.Factors[i].Values, readingValue("Flag", kv.Value))
		case !ok || code == "" || kv.Bare:
			b.Rest = append(b.Rest, kv)
		default:
			i, have := index[code]
			if !have {
				i = len(b.Factors)
				index[code] = i
				b.Factors = append(b.Factors, Reading{Code: code})
			}
			b.Factors[i].Values = append(b.Factors[i].Values, readingValue(class, kv.Value))
			last = code
		}
	}
	return b
}

func readingValue(class, text string) ReadingValue {
	v, ok := parseNumber([]byte(text))
	return ReadingValue{Class: class, Text: text, Value: v, OK: ok}
}

// Items implements [Body].
func (b *DataBody) Items() []Item {
	items := timeItem(b.DataTime)
	for _, f := range b.Factors {
		var it Item
		for _, v := range f.Values {
			it = append(it, KV{Key: f.Code + "-" + v.Class, Value: v.Text})
		}
		if it != nil {
			items = append(items, it)
		}
	}
	return append(items, restItems(b.Rest)...)
}

func timeItem(t string) []Item {
	if t == "" {
		return nil
	}
	return []Item{{{Key: "DataTime", Value: t}}}
}

func restItems(rest []KV) []Item {
	var items []Item
	for _, kv := range rest {
		items = append(items, Item{kv})
	}
	return items
}

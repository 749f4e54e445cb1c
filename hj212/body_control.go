package hj212

import (
	"strconv"
	"strings"
)

func (p *Packet) statesBody() (*StatesBody, error) {
	b := &StatesBody{}
	index := map[string]int{}
	for _, kv := range p.flat() {
		device, class, ok := strings.Cut(kv.Key, "-")
		if kv.Key == "DataTime" {
			b.DataTime = kv.Value
			continue
		}
		if !ok || class != "RS" && class != "RT" {
			b.Rest = append(b.Rest, kv)
			continue
		}
		i, have := index[device]
		if !have {
			i = len(b.Devices)
			index[device] = i
			b.Devices = append(b.Devices, DeviceState{Device: device, State: -1, Hours: -1})
		}
		v, number := parseNumber([]byte(kv.Value))
		if !number {
			return nil, p.bodyError("%s 的值 %q 不是数", kv.Key, kv.Value)
		}
		if class == "RT" {
			b.Devices[i].Hours = v
		} else {
			b.Devices[i].State = int(v)
		}
	}
	return b, nil
}

// Items implements [Body].
func (b *StatesBody) Items() []Item {
	items := timeItem(b.DataTime)
	for _, d := range b.Devices {
		if d.State >= 0 {
			items = append(items, Item{{Key: d.Device + "-RS", Value: strconv.Itoa(d.State)}})
		}
		if d.Hours >= 0 {
			items = append(items, Item{{Key: d.Device + "-RT", Value: strconv.FormatFloat(d.Hours, 'f', -1, 64)}})
		}
	}
	return append(items, restItems(b.Rest)...)
}

func (p *Packet) queryBody() (*QueryBody, error) {
	b := &QueryBody{}
	for _, kv := range p.flat() {
		switch kv.Key {
		case "BeginTime":
			b.BeginTime = kv.Value
		case "EndTime":
			b.EndTime = kv.Value
		case "PolId":
			b.PolIDs = append(b.PolIDs, kv.Value)
		default:
			b.Rest = append(b.Rest, kv)
		}
	}
	for _, t := range [...]KV{{Key: "BeginTime", Value: b.BeginTime}, {Key: "EndTime", Value: b.EndTime}} {
		if _, err := ParseTime(t.Value); err != nil {
			return nil, p.bodyError("%s=%q 不是 14 位时间", t.Key, t.Value)
		}
	}
	if b.EndTime < b.BeginTime {
		return nil, p.bodyError("EndTime 早于 BeginTime")
	}
	return b, nil
}

// Items implements [Body].
func (b *QueryBody) Items() []Item {
	items := []Item{{{Key: "BeginTime", Value: b.BeginTime}}, {{Key: "EndTime", Value: b.EndTime}}}
	for _, id := range b.PolIDs {
		items = append(items, Item{{Key: "PolId", Value: id}})
	}
	return append(items, restItems(b.Rest)...)
}

// paramRange bounds the whole numbers among the parameters (HJ 212-2017 table
// 5). 2005 allows larger OverTime; that is let pass for its frames.
var paramRange = map[string][2]int{
	"OverTime": {1, 99}, "ReCount": {1, 99}, "RtdInterval": {30, 3600}, "MinInterval": {1, 30},
	"VaseNo": {1, 99}, "Ctime": {1, 24}, "CTime": {1, 24}, "Stime": {1, 120}, "WarnTime": {0, 99999},
}

// minuteIntervals are the values MinInterval may have.
var minuteIntervals = map[int]bool{1: true, 2: true, 3: true, 4: true, 5: true, 6: true,
	10: true, 12: true, 15: true, 20: true, 30: true}

func (p *Packet) parametersBody(c *Command) (*ParametersBody, error) {
	b := &ParametersBody{Params: p.flat()}
	for name := range strings.SplitSeq(c.Params, ",") {
		if name == "" || name[0] == '[' {
			continue
		}
		if _, ok := b.Value(name); !ok {
			return nil, p.bodyError("缺少参数 %s", name)
		}
	}
	for _, kv := range b.Params {
		if err := p.checkParam(kv); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (p *Packet) checkParam(kv KV) error {
	if r, ok := paramRange[kv.Key]; ok {
		n, err := strconv.Atoi(kv.Value)
		low, high := r[0], r[1]
		if p.Version == V2005 && kv.Key == "OverTime" {
			high = 99999
		}
		if err != nil || n < low || n > high {
			return p.bodyError("%s=%q 不在 %d 到 %d 之间", kv.Key, kv.Value, low, high)
		}
		if kv.Key == "MinInterval" && !minuteIntervals[n] {
			return p.bodyError("MinInterval=%d 不是允许的分钟间隔", n)
		}
	}
	switch kv.Key {
	case "SystemTime", "RestartTime", "DataTime":
		if len(kv.Value) == 17 { // seen: with milliseconds
			kv.Value = kv.Value[:14]
		}
		if _, err := ParseTime(kv.Value); err != nil {
			return p.bodyError("%s=%q 不是 14 位时间", kv.Key, kv.Value)
		}
	}
	return nil
}

// Items implements [Body].
func (b *ParametersBody) Items() []Item { return restItems(b.Params) }

func (p *Packet) infoBody() *InfoBody {
	b := &InfoBody{}
	known := map[string]*string{"DataTime": &b.DataTime, "PolId": &b.PolID, "InfoId": &b.InfoID,
		"BeginTime": &b.BeginTime, "EndTime": &b.EndTime}
	for _, kv := range p.flat() {
		if dst := known[kv.Key]; dst != nil && *dst == "" {
			*dst = kv.Value
			continue
		}
		code, class, _ := strings.Cut(kv.Key, "-")
		if kv.Bare || class != "Info" && class != "SN" && !(class == "" && strings.HasPrefix(code, "i")) {
			b.Rest = append(b.Rest, kv)
			continue
		}
		in := Info{Code: code, Class: class, Text: kv.Value}
		if n := len(in.Text); n >= 4 && strings.HasPrefix(in.Text, "//") && strings.HasSuffix(in.Text, "//") {
			in.Text, in.Log = in.Text[2:n-2], true
		}
		b.Infos = append(b.Infos, in)
	}
	return b
}

// Items implements [Body].
func (b *InfoBody) Items() []Item {
	var items []Item
	for _, kv := range [...]KV{{Key: "DataTime", Value: b.DataTime}, {Key: "PolId", Value: b.PolID},
		{Key: "InfoId", Value: b.InfoID}, {Key: "BeginTime", Value: b.BeginTime}, {Key: "EndTime", Value: b.EndTime}} {
		if kv.Value != "" {
			items = append(items, Item{kv})
		}
	}
	for _, in := range b.Infos {
		key, text := in.Code, in.Text
		if in.Class != "" {
			key += "-" + in.Class
		}
		if in.Log {
			text = "//" + text + "//"
		}
		items = append(items, Item{{Key: key, Value: text}})
	}
	return append(items, restItems(b.Rest)...)
}

func (p *Packet) answerBody(c *Command) (*AnswerBody, error) {
	b := &AnswerBody{}
	for _, kv := range p.flat() {
		var dst *int
		switch kv.Key {
		case "QN":
			b.QN = kv.Value
			continue
		case "QnRtn":
			dst = &b.QnRtn
		case "ExeRtn":
			dst = &b.ExeRtn
		case "CN":
			dst = &b.CN
		default:
			b.Rest = append(b.Rest, kv)
			continue
		}
		n, ok := parseDigits([]byte(kv.Value), 4)
		if !ok {
			return nil, p.bodyError("%s=%q 不是整数", kv.Key, kv.Value)
		}
		*dst = n
	}
	if c.Params == "QnRtn" && b.QnRtn == 0 || c.Params == "ExeRtn" && b.ExeRtn == 0 {
		return nil, p.bodyError("缺少参数 %s", c.Params)
	}
	return b, nil
}

// Items implements [Body].
func (b *AnswerBody) Items() []Item {
	var items []Item
	add := func(k, v string) { items = append(items, Item{{Key: k, Value: v}}) }
	if b.QN != "" {
		add("QN", b.QN)
	}
	if b.CN != 0 {
		add("CN", strconv.Itoa(b.CN))
	}
	if b.QnRtn != 0 {
		add("QnRtn", strconv.Itoa(b.QnRtn))
	}
	if b.ExeRtn != 0 {
		add("ExeRtn", strconv.Itoa(b.ExeRtn))
	}
	return append(items, restItems(b.Rest)...)
}

// Items implements [Body].
func (b *EmptyBody) Items() []Item { return restItems(b.Rest) }

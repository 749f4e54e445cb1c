package hj212

import "time"

// Split cuts a packet into parts whose segments have at most maxSegment bytes
// (0: 1024). Items are never cut, DataTime is repeated in every part, each part
// gets PNUM, PNO and the split bit, and qn(i) gives the QN of part i from 0
// (HJ 212-2017 tables C.49, C.50). A packet that fits is returned alone and
// unchanged.
func Split(p *Packet, maxSegment int, qn func(i int) string) ([]*Packet, error) {
	if maxSegment <= 0 {
		maxSegment = DefaultLimits.MaxSegment
	}
	if _, err := Encode(p, EncodeOptions{MaxSegment: maxSegment}); err == nil || p.check() != nil {
		return []*Packet{p}, p.check()
	}
	head, items := dataTimeItems(p.Items)
	base := *p
	base.Flag |= flagSplit
	base.PNUM, base.PNO, base.Items = 9999, 9999, head
	room := maxSegment - segmentLen(&base)
	var parts []*Packet
	var cur []Item
	used := 0
	flush := func() {
		part := base
		part.Items = append(append([]Item(nil), head...), cur...)
		parts = append(parts, &part)
		cur, used = nil, 0
	}
	for _, it := range items {
		n := itemLen(it) + 1
		if n > room {
			return nil, encodeError("一项 %d 字节，单独成包也超过上限 %d", n, maxSegment)
		}
		if used+n > room {
			flush()
		}
		cur, used = append(cur, it), used+n
	}
	flush()
	if len(parts) > 9999 {
		return nil, encodeError("拆成 %d 包，超过 9999", len(parts))
	}
	for i, part := range parts {
		part.PNUM, part.PNO = len(parts), i+1
		if qn != nil {
			part.QN = qn(i)
		}
	}
	return parts, nil
}

// dataTimeItems separates a leading DataTime item, which every part repeats.
func dataTimeItems(items []Item) (head, rest []Item) {
	if len(items) > 0 && len(items[0]) == 1 && items[0][0].Key == "DataTime" {
		return items[:1], items[1:]
	}
	return nil, items
}

func segmentLen(p *Packet) int { return len(p.appendArea(p.appendHead(nil))) + len(cpClose) }

func itemLen(it Item) int {
	return len((&Packet{Items: []Item{it}}).appendArea(nil))
}

// PartKey is what the parts of one record have in common. QN is not part of
// it: every part has its own.
type PartKey struct {
	MN, ST, DataTime string
	CN, PNUM         int
}

// Part is the state of a record after one more part.
type Part struct {
	Key       PartKey
	Single    bool // not a part: the message stands alone
	Bad       bool // PNO is not within 1…PNUM; the part stands alone
	Duplicate bool // this part was there already; the first is kept
	Complete  bool // all parts have arrived
	Missing   []int
	// Whole is the record put together in the order of PNO, once complete.
	Whole *Packet
}

// Assembler puts split packets together. Parts are usable at once; it only
// says when a record is whole, and forgets records that stay incomplete. It is
// for one goroutine.
type Assembler struct {
	MaxOpen  int           // incomplete records kept; the oldest is given up first. 0: 64
	MaxParts int           // parts of one record. 0: 99
	MaxBytes int           // memory of all parts kept, roughly. 0: 4 MiB
	TTL      time.Duration // age at which a record is given up. 0: 10 min

	open  map[PartKey]*record
	order []PartKey
	bytes int
}

type record struct {
	began time.Time
	parts map[int]*Packet
	bytes int
}

// Add takes a message at the given time.
func (a *Assembler) Add(m *Message, now time.Time) Part {
	if m.PNUM <= 1 {
		return Part{Single: true, Complete: true}
	}
	k := PartKey{string(m.MN()), string(m.ST()), string(m.DataTime()), m.CN, m.PNUM}
	if m.PNO < 1 || m.PNO > m.PNUM || m.PNUM > orInt(a.MaxParts, 99) {
		return Part{Key: k, Bad: true}
	}
	a.Expire(now)
	if a.open == nil {
		a.open = map[PartKey]*record{}
	}
	r := a.open[k]
	if r == nil {
		r = &record{began: now, parts: map[int]*Packet{}}
		a.open[k] = r
		a.order = append(a.order, k)
	}
	res := Part{Key: k}
	if _, have := r.parts[m.PNO]; have {
		res.Duplicate = true
	} else {
		r.parts[m.PNO] = m.Packet()
		size := 4 * len(m.Frame())
		r.bytes += size
		a.bytes += size
	}
	if res.Missing = missing(r, m.PNUM); len(res.Missing) == 0 {
		res.Complete, res.Whole = true, whole(r, m.PNUM)
		a.drop(k)
	}
	for len(a.order) > orInt(a.MaxOpen, 64) || a.bytes > orInt(a.MaxBytes, 4<<20) && len(a.order) > 1 {
		a.drop(a.order[0])
	}
	return res
}

// Expire gives up the records that began more than TTL before now and returns
// their keys.
func (a *Assembler) Expire(now time.Time) []PartKey {
	ttl := a.TTL
	if ttl <= 0 {
		ttl = 10 * time.Minute
	}
	var gone []PartKey
	for len(a.order) > 0 && now.Sub(a.open[a.order[0]].began) > ttl {
		gone = append(gone, a.order[0])
		a.drop(a.order[0])
	}
	return gone
}

// Open returns how many records are incomplete.
func (a *Assembler) Open() int { return len(a.order) }

func (a *Assembler) drop(k PartKey) {
	a.bytes -= a.open[k].bytes
	delete(a.open, k)
	for i, o := range a.order {
		if o == k {
			a.order = append(a.order[:i], a.order[i+1:]...)
			return
		}
	}
}

func missing(r *record, n int) []int {
	var out []int
	for i := 1; i <= n; i++ {
		if r.parts[i] == nil {
			out = append(out, i)
		}
	}
	return out
}

// whole joins the parts in order; DataTime is taken once.
func whole(r *record, n int) *Packet {
	w := *r.parts[1]
	w.PNUM, w.PNO = 0, 0
	w.Flag &^= flagSplit
	w.Items = append([]Item(nil), w.Items...)
	for i := 2; i <= n; i++ {
		_, rest := dataTimeItems(r.parts[i].Items)
		w.Items = append(w.Items, rest...)
	}
	return &w
}

func orInt(v, d int) int {
	if v > 0 {
		return v
	}
	return d
}

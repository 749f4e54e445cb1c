package hj212

import "strconv"

// Pair of a packet: one key=value of the data area.
type KV struct {
	Key, Value string
	// Bare: the text Key stood alone, without "=".
	Bare bool
}

// Item is what stands between two semicolons of the data area.
type Item []KV

// Field is a field of the data segment that the standard does not know.
type Field struct{ Name, Value string }

// Packet is a message as a value: it owns its memory, can be built, changed,
// kept and encoded. [Message.Packet] makes one of a decoded frame, and decoding
// its encoding gives an equal Packet.
type Packet struct {
	Version   Version // edition to encode for; never VersionAuto after decoding
	QN        string
	ST        string
	CN        int
	PW        string
	MN        string
	Flag      uint8 // as on the wire; see Flags
	NoFlag    bool  // 2005 only: send no Flag field
	PNUM, PNO int   // 0: not a part
	Backfill  bool  // RF=1
	Extra     []Field
	Items     []Item
}

// Flags returns the Flag byte of edition v with the answer and split bits.
func Flags(v Version, answer, split bool) uint8 {
	f := v.edition().flagBits << versionShift
	if answer {
		f |= flagAnswer
	}
	if split {
		f |= flagSplit
	}
	return f
}

// WantsAck reports whether bit A of Flag asks for an answer.
func (p *Packet) WantsAck() bool { return !p.NoFlag && p.Flag&flagAnswer != 0 }

// Value returns the value of the first pair with this key.
func (p *Packet) Value(key string) (string, bool) {
	for _, it := range p.Items {
		for _, kv := range it {
			if kv.Key == key {
				return kv.Value, true
			}
		}
	}
	return "", false
}

// Add appends an item of alternating keys and values. An odd last key has an
// empty value.
func (p *Packet) Add(keysAndValues ...string) {
	var it Item
	for i := 0; i < len(keysAndValues); i += 2 {
		kv := KV{Key: keysAndValues[i]}
		if i+1 < len(keysAndValues) {
			kv.Value = keysAndValues[i+1]
		}
		it = append(it, kv)
	}
	p.Items = append(p.Items, it)
}

// Packet returns the message as a value that may be kept.
func (m *Message) Packet() *Packet {
	p := &Packet{
		Version: m.Version, QN: string(m.QN()), ST: string(m.ST()), CN: m.CN,
		PW: string(m.PW()), MN: string(m.MN()), Flag: m.Flag, NoFlag: !m.HasFlag,
		PNUM: m.PNUM, PNO: m.PNO, Backfill: m.Backfill,
	}
	for i := range m.headers {
		name, value := m.FieldAt(i)
		if !knownField(string(name)) {
			p.Extra = append(p.Extra, Field{string(name), string(value)})
		}
	}
	p.Items = m.packItems()
	return p
}

func (m *Message) packItems() []Item {
	if m.items == 0 {
		return nil
	}
	items := make([]Item, m.items)
	for i := range m.pairs {
		pr := m.PairAt(i)
		if pr.Item >= len(items) {
			break
		}
		// A bare pair is one whose value does not stand behind a "=".
		bare := int(m.pairs[i].valAt) == int(m.pairs[i].keyAt)+int(m.pairs[i].keyLen)
		items[pr.Item] = append(items[pr.Item], KV{string(pr.Key), string(pr.Text), bare})
	}
	return items
}

func knownField(name string) bool {
	for _, known := range [...]string{"QN", "ST", "CN", "PW", "MN", "Flag", "PNUM", "PNO", "RF"} {
		if equalFold([]byte(name), known) {
			return true
		}
	}
	return false
}

// number formats a value with the digits given; it is what builders use.
func number(v float64, digits int) string { return strconv.FormatFloat(v, 'f', digits, 64) }

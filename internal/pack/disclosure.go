package pack

// Openness says who may see a field outside the offices.
type Openness uint8

// The degrees of openness. The zero value is Never: what the pack does not
// name is not public.
const (
	Never   Openness = iota // not public
	Delayed                 // public some days after it was fixed
	Public                  // public at once
)

var opennessWords = []string{"never", "delayed", "public"}

// String returns the word used in packs.
func (o Openness) String() string { return opennessWords[o] }

// Disclosure is the decision about one field.
type Disclosure struct {
	Field    string // <subject>.<field>: evaluation.grade, item.tax_paid
	Openness Openness
	Delay    int // days, of Delayed
	At       Pos
	Provenance
}

func (d Disclosure) key() string       { return d.Field }
func (d Disclosure) clone() Disclosure { return d }
func (d Disclosure) place() Pos        { return d.At }
func (d Disclosure) label() string     { return d.Field }

func readDisclosure(p *Pack, o *object) {
	o.each("fields", func(o *object) {
		d := Disclosure{Field: o.text("field"), Openness: Openness(o.choice("openness", opennessWords)), At: o.pos()}
		if d.Openness == Delayed {
			d.Delay = o.integer("delay_days", 1, 3660)
		}
		d.Provenance = o.provenance(p.whole)
		p.disclosures.add(d)
	})
}

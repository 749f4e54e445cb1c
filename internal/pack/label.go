package pack

// LabelKind groups labels by what they are.
type LabelKind uint8

// The kinds of label.
const (
	Honour  LabelKind = iota // a title or recognition: 省级绿色工厂, 专精特新
	Fault                    // an event that counts against the firm: 安全事故
	Special                  // a condition that changes how it is treated: 在建重大项目
)

var labelWords = []string{"honour", "fault", "special"}

// String returns the word used in packs.
func (k LabelKind) String() string { return labelWords[k] }

// Label is a mark a firm may carry for a time, with evidence. Labels drive
// bonuses, vetoes and exemptions.
type Label struct {
	Key    string
	Name   string
	Kind   LabelKind
	Source string // key of the department that grants or reports it
	Years  int    // validity in whole years from the grant; 0: as stated with each grant
	At     Pos
	Provenance
}

func (l Label) key() string   { return l.Key }
func (l Label) clone() Label  { return l }
func (l Label) place() Pos    { return l.At }
func (l Label) label() string { return l.Name }

func readLabels(p *Pack, o *object) {
	o.each("labels", func(o *object) {
		p.labels.add(Label{
			Key: o.key("key"), Name: o.text("name"), Kind: LabelKind(o.choice("kind", labelWords)),
			Source: o.key("source"), Years: o.integerOr("years", 0, 0, 50), At: o.pos(),
			Provenance: o.provenance(p.whole),
		})
	})
}

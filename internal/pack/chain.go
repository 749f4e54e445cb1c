package pack

// ChainKind tells an industrial chain from a growth engine.
type ChainKind uint8

// The kinds of chain.
const (
	KeyChain ChainKind = iota // 重点产业链
	Engine                    // 新动能
)

var chainWords = []string{"chain", "engine"}

// String returns chain or engine.
func (k ChainKind) String() string { return chainWords[k] }

// Chain is an industrial chain or a growth engine of the city.
type Chain struct {
	Key  string
	Name string
	Kind ChainKind
	At   Pos
	Provenance
}

func (c Chain) key() string   { return c.Key }
func (c Chain) clone() Chain  { return c }
func (c Chain) place() Pos    { return c.At }
func (c Chain) label() string { return c.Name }

func readChains(p *Pack, o *object) {
	o.each("chains", func(o *object) {
		p.chains.add(Chain{
			Key: o.key("key"), Name: o.text("name"), Kind: ChainKind(o.choiceOr("kind", 0, chainWords)),
			At: o.pos(), Provenance: o.provenance(p.whole),
		})
	})
}

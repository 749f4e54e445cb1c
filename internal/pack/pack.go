package pack

import (
	"ballast/internal/period"
)

// Pack is a city as data. It is immutable: every accessor returns a copy or a
// read-only view.
type Pack struct {
	city     City
	whole    Status // of pack.yaml; what a rule without its own status has
	notices  []period.Notice
	calendar *period.Calendar
	files    []File
	digest   string

	attributes  List[Attribute]
	items       List[Item]
	indicators  List[Indicator]
	labels      List[Label]
	schemes     List[Scheme]
	chains      List[Chain]
	disclosures List[Disclosure]
	examples    List[Example]
}

// File is one file of a pack with the SM3 digest of its bytes, in hexadecimal.
type File struct {
	Name   string
	Digest string
}

// City returns whose pack it is.
func (p *Pack) City() City { return p.city.clone() }

// Digest returns the SM3 digest of the rules, in hexadecimal: over the names
// and bytes of every YAML file but the worked examples, which explain rules and
// change none.
func (p *Pack) Digest() string { return p.digest }

// Files returns the files the digest is made of, by name.
func (p *Pack) Files() []File { return append([]File(nil), p.files...) }

// Calendar returns the working-day calendar with the fallback the pack states.
func (p *Pack) Calendar() *period.Calendar { return p.calendar.WithFallback(p.city.Fallback) }

// Attributes returns the facts about a firm that are no figures, the registry's
// standard ones first.
func (p *Pack) Attributes() *List[Attribute] { return &p.attributes }

// Items returns the raw figures.
func (p *Pack) Items() *List[Item] { return &p.items }

// Indicators returns the derived figures.
func (p *Pack) Indicators() *List[Indicator] { return &p.indicators }

// Labels returns the marks a firm may carry.
func (p *Pack) Labels() *List[Label] { return &p.labels }

// Schemes returns the rule sets of evaluations.
func (p *Pack) Schemes() *List[Scheme] { return &p.schemes }

// Chains returns the industrial chains and growth engines.
func (p *Pack) Chains() *List[Chain] { return &p.chains }

// Disclosures returns the decisions on what is public.
func (p *Pack) Disclosures() *List[Disclosure] { return &p.disclosures }

// Examples returns the worked examples.
func (p *Pack) Examples() *List[Example] { return &p.examples }

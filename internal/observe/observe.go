package observe

import (
	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/fault"
	"ballast/internal/pack"
	"ballast/internal/registry"
	"ballast/internal/rule"
)

// Config is what the room stands on.
type Config struct {
	Pack     *pack.Pack
	Registry *registry.Registry
	DB       *db.DB
	Pen      *audit.Pen
	UndoDays int    // how many days after approval a batch may be undone; 0: never
	SealKey  []byte // secret that signs templates
}

// Observe is the door of the room. It is safe for concurrent use.
type Observe struct {
	Config
	schema *rule.Schema
	cross  []crossCheck // every cross check of the pack, compiled
}

// New compiles the pack's checks.
func New(c Config) (*Observe, error) {
	schema, err := c.Pack.Schema(pack.StageFormula)
	if err != nil {
		return nil, err
	}
	o := &Observe{Config: c, schema: schema}
	for item := range c.Pack.Items().All() {
		for _, check := range item.Checks {
			if check.Kind != pack.Cross {
				continue
			}
			p, err := rule.Compile(schema, check.Rule.Text, rule.Bool)
			if err != nil {
				return nil, fault.Wrap(fault.Invalid, err, "数据项“%s”的校验规则写错了：%s", item.Name, check.Rule.Text)
			}
			o.cross = append(o.cross, crossCheck{item.Key, check, p})
		}
	}
	return o, nil
}

// Windows are when departments may hand in.
func (o *Observe) Windows() Windows { return Windows{o} }

// Drafts are hand-ins before they are submitted: look, rematch, amend, drop.
func (o *Observe) Drafts() Drafts { return Drafts{o} }

// Answers are what firms say about their values.
func (o *Observe) Answers() Answers { return Answers{o} }

// Read gives values, batches, findings and boards.
func (o *Observe) Read() Read { return Read{o} }

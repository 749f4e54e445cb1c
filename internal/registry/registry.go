package registry

// Registry is the door of the room. It holds only the pack's rules and is safe
// for concurrent use.
type Registry struct{ rules Rules }

// New returns the registry of a city.
func New(rules Rules) *Registry { return &Registry{rules} }

// Enterprises are the firms: register, change, find, list, merge.
func (r *Registry) Enterprises() Enterprises { return Enterprises{r.rules} }

// Links are memberships, labels and years of firms.
func (r *Registry) Links() Links { return Links{r.rules} }

// Land are parcels, tenures and leases.
func (r *Registry) Land() Land { return Land{r.rules} }

// Meters are accounts of power, water and gas.
func (r *Registry) Meters() Meters { return Meters{} }

// Groups are groups of firms.
func (r *Registry) Groups() Groups { return Groups{} }

// Matches find the firm a file's row is about.
func (r *Registry) Matches() Matches { return Matches{} }

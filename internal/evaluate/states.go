package evaluate

import "ballast/internal/fault"

// State is where a round stands.
type State string

// The states, in order.
const (
	Open       State = "open"       // 开放: data is still coming in
	Frozen     State = "frozen"     // 已冻结: the data of this round no longer change
	Computed   State = "computed"   // 已计算
	Reconciled State = "reconciled" // 已核对: counts and weights add up, someone has signed
	Published  State = "published"  // 公示中
	Finalised  State = "finalised"  // 已定稿
)

// Label is the Chinese word of the state.
func (s State) Label() string {
	switch s {
	case Open:
		return "数据开放"
	case Frozen:
		return "已冻结"
	case Computed:
		return "已计算"
	case Reconciled:
		return "已核对"
	case Published:
		return "公示中"
	case Finalised:
		return "已定稿"
	}
	return string(s)
}

// Verb is a move of a round.
type Verb string

// The verbs.
const (
	Freeze    Verb = "freeze"
	Thaw      Verb = "thaw"
	Compute   Verb = "compute"
	Reconcile Verb = "reconcile"
	Publish   Verb = "publish"
	Finalise  Verb = "finalise"
)

// Move is one row of the table of states.
type Move struct {
	From       State
	Verb       Verb
	To         State
	Permission string // access permission key
	Label      string // on the button
}

// Moves is the whole life cycle of a round.
var Moves = []Move{
	{Open, Freeze, Frozen, "round.freeze", "冻结数据"},
	{Frozen, Thaw, Open, "round.freeze", "退回补数据"},
	{Frozen, Compute, Computed, "round.compute", "计算"},
	{Computed, Compute, Computed, "round.compute", "重新计算"},
	{Computed, Thaw, Open, "round.freeze", "退回补数据"},
	{Computed, Reconcile, Reconciled, "round.compute", "核对通过"},
	{Reconciled, Compute, Computed, "round.compute", "重新计算"},
	{Reconciled, Publish, Published, "round.publish", "公示"},
	{Published, Compute, Computed, "round.compute", "按复核决定重算"},
	{Published, Finalise, Finalised, "round.finalise", "定稿"},
}

// Next returns the state a verb leads to, or a Conflict that says what is
// possible instead.
func Next(from State, verb Verb) (Move, error) {
	possible := ""
	for _, m := range Moves {
		if m.From != from {
			continue
		}
		if m.Verb == verb {
			return m, nil
		}
		if possible != "" {
			possible += "、"
		}
		possible += m.Label
	}
	if possible == "" {
		return Move{}, fault.New(fault.Conflict, "本轮%s，不能再改动", from.Label())
	}
	return Move{}, fault.New(fault.Conflict, "本轮%s，不能做这一步", from.Label()).WithHint("现在可以：%s。", possible)
}

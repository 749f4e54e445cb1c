package observe

import (
	"ballast/internal/fault"
)

// State is where a batch stands.
type State string

// The states of a batch.
const (
	Draft     State = "draft"     // 待提交
	Submitted State = "submitted" // 待审核
	Approved  State = "approved"  // 已入库
	Withdrawn State = "withdrawn" // 已撤回
	Undone    State = "undone"    // 已撤销入库
)

// stateNames is every state with its Chinese name.
var stateNames = map[State]string{Draft: "待提交", Submitted: "待审核", Approved: "已入库", Withdrawn: "已撤回", Undone: "已撤销入库"}

// Chinese returns the name shown on pages.
func (s State) Chinese() string { return stateNames[s] }

// Verb is what a person does to a batch.
type Verb string

// The verbs.
const (
	Submit   Verb = "submit"   // 提交审核
	Return   Verb = "return"   // 退回修改
	Withdraw Verb = "withdraw" // 撤回
	Approve  Verb = "approve"  // 审核入库
	Undo     Verb = "undo"     // 撤销入库
)

// transition is one row of the life cycle of a batch.
type transition struct {
	from       State
	verb       Verb
	to         State
	permission string // key in access's permission table
	other      bool   // by another person than who handed in and submitted
	reason     bool   // a reason must be given
}

// transitions is the whole life cycle.
var transitions = []transition{
	{Draft, Submit, Submitted, "observe.upload", false, false},
	{Draft, Withdraw, Withdrawn, "observe.upload", false, false},
	{Submitted, Withdraw, Withdrawn, "observe.upload", false, false},
	{Submitted, Return, Draft, "observe.approve", true, true},
	{Submitted, Approve, Approved, "observe.approve", true, false},
	{Approved, Undo, Undone, "observe.undo", false, true},
}

// Permission returns the permission a verb needs, for the route table.
func Permission(v Verb) string {
	for _, t := range transitions {
		if t.verb == v {
			return t.permission
		}
	}
	return ""
}

// Verbs returns what may be done to a batch in a state.
func Verbs(s State) []Verb {
	var out []Verb
	for _, t := range transitions {
		if t.from == s {
			out = append(out, t.verb)
		}
	}
	return out
}

// next finds the transition, or says why there is none.
func next(from State, v Verb) (transition, error) {
	for _, t := range transitions {
		if t.from == from && t.verb == v {
			return t, nil
		}
	}
	return transition{}, fault.New(fault.Conflict, "这一批现在是“%s”，不能这样操作", from.Chinese()).WithHint("请刷新页面看最新状态。")
}

package composite

import (
	"cmp"
	"math"
	"slices"
)

// Absent says what a node does about missing children. It is one policy for
// every kind of mean.
type Absent uint8

// The policies of a node.
const (
	DropAbsent Absent = iota // leave them out and divide by the weights of the rest
	AnyAbsent                // one missing child makes the node missing
	ZeroAbsent               // count them as zero
)

// Node is one element of the tree: an indicator when nothing names it as
// parent, an aggregate otherwise. The function belongs to the node, so two
// nodes of one level may differ.
type Node struct {
	Key    string
	Name   string  // Chinese title, for people
	Parent string  // empty for a root
	Weight float64 // inside the parent; only its share of the siblings' sum counts
	Func   string  // aggregates: a method of kind "aggregate"; empty means amean
	Power  float64 // genmean
	Absent Absent
	// MinShare makes the node missing when present children / children is less.
	MinShare float64
}

// Tree is a checked hierarchy of any depth. It is immutable.
type Tree struct {
	nodes    []Node
	index    map[string]int
	parent   []int
	children [][]int
	level    []int // leaves 1, a node one more than its highest child
	up       []int // aggregates, children before parents
}

// NewTree checks and orders nodes. It reports every fault at once: repeated
// keys, unknown parents, circles, weights below zero, children whose weights
// sum to zero, unknown functions.
func NewTree(nodes []Node) (*Tree, error) {
	t := &Tree{nodes: slices.Clone(nodes), index: map[string]int{}}
	var es Errors
	t.link(&es)
	if len(es) > 0 {
		return nil, es
	}
	t.climb(&es)
	for i := range t.nodes {
		t.checkNode(i, &es)
	}
	if len(es) > 0 {
		return nil, es
	}
	for i := range t.nodes {
		if len(t.children[i]) > 0 {
			t.up = append(t.up, i)
		}
	}
	slices.SortStableFunc(t.up, func(a, b int) int { return cmp.Compare(t.level[a], t.level[b]) })
	return t, nil
}

func (t *Tree) link(es *Errors) {
	n := len(t.nodes)
	t.parent, t.children, t.level = make([]int, n), make([][]int, n), make([]int, n)
	for i, nd := range t.nodes {
		if nd.Key == "" {
			es.add(BadSpec, "", "第 %d 个节点没有代码", i+1)
		}
		if _, dup := t.index[nd.Key]; dup {
			es.add(BadSpec, nd.Key, "节点代码重复")
		}
		t.index[nd.Key] = i
	}
	for i, nd := range t.nodes {
		t.parent[i] = -1
		if nd.Parent == "" {
			continue
		}
		p, ok := t.index[nd.Parent]
		if !ok {
			es.add(BadSpec, nd.Key, "上级“%s”不存在", nd.Parent)
			continue
		}
		t.parent[i] = p
		t.children[p] = append(t.children[p], i)
	}
}

// climb sets the levels and finds circles.
func (t *Tree) climb(es *Errors) {
	const visiting = -1
	var visit func(i int) int
	visit = func(i int) int {
		switch {
		case t.level[i] == visiting:
			es.add(BadSpec, t.nodes[i].Key, "上下级关系成环")
			t.level[i] = 1
			return 1
		case t.level[i] > 0:
			return t.level[i]
		}
		t.level[i] = visiting
		top := 0
		for _, c := range t.children[i] {
			top = max(top, visit(c))
		}
		t.level[i] = top + 1
		return top + 1
	}
	for i := range t.nodes {
		visit(i)
	}
}

func (t *Tree) checkNode(i int, es *Errors) {
	nd := &t.nodes[i]
	if nd.Weight < 0 || math.IsNaN(nd.Weight) || math.IsInf(nd.Weight, 0) {
		es.add(BadSpec, nd.Key, "权重 %g 应为不小于零的数", nd.Weight)
	}
	kids := t.children[i]
	if len(kids) == 0 {
		return
	}
	var sum float64
	for _, c := range kids {
		sum += t.nodes[c].Weight
	}
	if !(sum > 0) {
		es.add(BadSpec, nd.Key, "下级权重之和为零")
	}
	m, ok := FindMethod(cmp.Or(nd.Func, "amean"), KindAggregate)
	if !ok {
		es.add(BadSpec, nd.Key, "没有名为“%s”的合成方法", nd.Func)
		return
	}
	nd.Func = m.Name
	if m.Name == "genmean" && (nd.Power == 0 || math.IsNaN(nd.Power) || math.IsInf(nd.Power, 0)) {
		es.add(BadSpec, nd.Key, "幂平均的指数不能为 0")
		es.hintLast("指数为 0 时请用几何平均 gmean")
	}
	if !(nd.MinShare >= 0 && nd.MinShare <= 1) {
		es.add(BadSpec, nd.Key, "最低有效比例 %g 应在 0 与 1 之间", nd.MinShare)
	}
}

// hintLast adds a hint to the newest fault.
func (es *Errors) hintLast(text string) { (*es)[len(*es)-1].Hint = text }

// Len returns the number of nodes.
func (t *Tree) Len() int { return len(t.nodes) }

// Node returns the node of a key.
func (t *Tree) Node(key string) (Node, bool) {
	i, ok := t.index[key]
	if !ok {
		return Node{}, false
	}
	return t.nodes[i], true
}

// Leaves returns the indicator keys in declaration order.
func (t *Tree) Leaves() []string { return t.keys(func(i int) bool { return len(t.children[i]) == 0 }) }

// Aggregates returns the aggregate keys, children before parents, otherwise in
// declaration order.
func (t *Tree) Aggregates() []string {
	out := make([]string, len(t.up))
	for k, i := range t.up {
		out[k] = t.nodes[i].Key
	}
	return out
}

// Children returns the keys directly below a node, in declaration order.
func (t *Tree) Children(key string) []string {
	var out []string
	if i, ok := t.index[key]; ok {
		for _, c := range t.children[i] {
			out = append(out, t.nodes[c].Key)
		}
	}
	return out
}

// Level returns 1 for an indicator and one more than its highest child for an
// aggregate; 0 for an unknown key.
func (t *Tree) Level(key string) int {
	if i, ok := t.index[key]; ok {
		return t.level[i]
	}
	return 0
}

// Root returns the only node without a parent.
func (t *Tree) Root() (string, error) {
	roots := t.keys(func(i int) bool { return t.parent[i] < 0 })
	if len(roots) != 1 {
		return "", faultf(BadSpec, "", "应有一个总指数，现有 %d 个没有上级的节点", len(roots))
	}
	return roots[0], nil
}

func (t *Tree) keys(keep func(i int) bool) []string {
	var out []string
	for i := range t.nodes {
		if keep(i) {
			out = append(out, t.nodes[i].Key)
		}
	}
	return out
}

// Nodes returns a copy of the nodes, to be changed and given to [NewTree] again.
func (t *Tree) Nodes() []Node { return slices.Clone(t.nodes) }

// EffectiveWeights returns, by key, the weight of every node in its root: the
// product of its shares and its ancestors'.
func (t *Tree) EffectiveWeights() map[string]float64 {
	out := make(map[string]float64, len(t.nodes))
	var walk func(i int, w float64)
	walk = func(i int, w float64) {
		out[t.nodes[i].Key] = w
		var sum float64
		for _, c := range t.children[i] {
			sum += t.nodes[c].Weight
		}
		for _, c := range t.children[i] {
			walk(c, w*(t.nodes[c].Weight/sum))
		}
	}
	for i := range t.nodes {
		if t.parent[i] < 0 {
			walk(i, 1)
		}
	}
	return out
}

// WithWeights returns a tree with some weights replaced, by key. A key that is
// no node is an error, as is a weight that changes nothing in the tree.
func (t *Tree) WithWeights(weights map[string]float64) (*Tree, error) {
	nodes := t.Nodes()
	var es Errors
	for _, key := range slices.Sorted(mapKeys(weights)) {
		i, ok := t.index[key]
		if !ok {
			es.add(BadSpec, key, "权重所指的节点不存在")
			continue
		}
		nodes[i].Weight = weights[key]
	}
	if len(es) > 0 {
		return nil, es
	}
	return NewTree(nodes)
}

// WithFunc returns a tree whose aggregates all use one function.
func (t *Tree) WithFunc(name string, power float64) (*Tree, error) {
	nodes := t.Nodes()
	for i := range nodes {
		if len(t.children[i]) > 0 {
			nodes[i].Func, nodes[i].Power = name, power
		}
	}
	return NewTree(nodes)
}

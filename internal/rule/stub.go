package rule

type plan struct{}
type scratchPool struct{}
type opcode uint8
const (
	opMin opcode = iota+1
	opMax
	opAbs
	opClamp
)
func (n *node) describe(*Schema) string { return "" }

package rule

// opcode names a kernel.
type opcode uint8

const (
	opNone opcode = iota

	// Standing values: filled before the kernels run.
	opNumField
	opFlagField
	opTextField
	opNumConst
	opFlagConst
	opTextConst

	opAdd
	opAddK
	opSub
	opKSub
	opMul
	opMulK
	opDiv
	opDivK
	opKDiv
	opAbs
	opMin
	opMax
	opClamp
	opStep
	opStepOver
	opCondNum
	opCoalesceNum
	opCallNum

	opTest
	opTestK
	opInNums
	opDict
	opTextSame
	opInTexts
	opSame
	opAnd
	opOr
	opNot
	opPresent
	opAtLeast
	opCondFlag
	opCoalesceFlag
	opCallFlag

	opCondText
	opCoalesceText
	opCallText

	opBetween // planned as two tests; no kernel
)

// standing reports whether the value is there before the kernels run.
func (op opcode) standing() bool { return op <= opTextConst }

// arithmetic reports whether the operation is + - * or /.
func (op opcode) arithmetic() bool { return op >= opAdd && op <= opKDiv }

// chains reports whether a chain may run through the operation: it works on raw
// arguments and, read once, may stay raw itself.
func (op opcode) chains() bool { return op.arithmetic() || op == opClamp }

// literalFirst and literalLast report which side of an operation is a literal.
func (op opcode) literalFirst() bool { return op == opKSub || op == opKDiv }
func (op opcode) literalLast() bool {
	return op == opAddK || op == opMulK || op == opDivK || op == opClamp
}

// kernels computes value i of a chunk from its arguments, one row of the table
// per opcode. Every kernel yields, row by row, the value or the reason that
// CEL's interpreter yields; FuzzColumnsAgree holds them to it.
var kernels = [...]func(s *scratch, v *value, i int){
	opAdd:         kAdd,
	opAddK:        kAddK,
	opSub:         kSub,
	opKSub:        kKSub,
	opMul:         kMul,
	opMulK:        kMulK,
	opDiv:         kDiv,
	opDivK:        kDivK,
	opKDiv:        kKDiv,
	opAbs:         kAbs,
	opMin:         kMin,
	opMax:         kMax,
	opClamp:       kClamp,
	opStep:        kStep,
	opStepOver:    kStepOver,
	opCondNum:     kCondNum,
	opCoalesceNum: kCoalesceNum,
	opCallNum:     kCallNum,

	opTest:         kTest,
	opTestK:        kTestK,
	opInNums:       kInNums,
	opDict:         kDict,
	opTextSame:     kTextSame,
	opInTexts:      kInTexts,
	opSame:         kSame,
	opAnd:          kAnd,
	opOr:           kOr,
	opNot:          kNot,
	opPresent:      kPresent,
	opAtLeast:      kAtLeast,
	opCondFlag:     kCondFlag,
	opCoalesceFlag: kCoalesceFlag,
	opCallFlag:     kCallFlag,

	opCondText:     kCondText,
	opCoalesceText: kCoalesceText,
	opCallText:     kCallText,
}

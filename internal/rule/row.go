package rule

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"

	"ballast/internal/fault"
)

// EvalRow evaluates the expression for one row with CEL's own interpreter. A
// missing result is no error: it is a Value with Missing set and the reason in
// Why. A fault of kind Internal means that the row gave a field a value of
// another type than the schema says.
func (p *Program) EvalRow(row Row) (Value, error) {
	vars := &activation{schema: p.schema, row: row}
	out, _, err := p.row.Eval(vars)
	if vars.err != nil {
		return Value{}, vars.err
	}
	if out == nil {
		return Value{}, fault.Wrap(fault.Internal, err, "公式计算失败")
	}
	return p.value(out)
}

// value turns a CEL result into a Value.
func (p *Program) value(out ref.Val) (Value, error) {
	switch v := out.(type) {
	case types.Double:
		return Value{Type: Number, Num: float64(v)}, nil
	case types.Bool:
		return Value{Type: Bool, Bool: bool(v)}, nil
	case types.String:
		return Value{Type: String, Str: string(v)}, nil
	case *types.Err:
		if c := p.missingCode(v); c != 0 {
			return Value{Type: p.root.typ, Missing: true, Why: p.schema.reason(c)}, nil
		}
		return Value{}, fault.Wrap(fault.Internal, v, "公式计算失败")
	}
	return Value{}, fault.New(fault.Internal, "公式得出意外的类型")
}

// missingCode reads the reason out of a CEL error, 0 when it is a real error.
func (p *Program) missingCode(e *types.Err) code {
	switch cause := e.Unwrap().(type) {
	case missingErr:
		return code(cause)
	case causeErr:
		if c, ok := p.blame[e.NodeID()]; ok && Cause(cause) == DivideByZero {
			return c
		}
		return newCode(Cause(cause), noField)
	}
	return 0
}

// activation gives CEL the fields of a row.
type activation struct {
	schema *Schema
	row    Row
	err    error // first field of a wrong type
}

// ResolveName implements CEL's activation.
func (a *activation) ResolveName(name string) (any, bool) {
	i, ok := a.schema.index[name]
	if !ok {
		return nil, false
	}
	v := a.row.Field(name)
	if v.Missing || v.Type == Any {
		return a.schema.missing[i], true
	}
	f := a.schema.fields[i]
	if v.Type != f.Type {
		if a.err == nil {
			a.err = fault.New(fault.Internal, "字段“%s”应为%s，数据里是%s", a.schema.label(i), f.Type, v.Type)
		}
		return a.schema.missing[i], true
	}
	switch v.Type {
	case Number:
		if !finite(v.Num) {
			return a.schema.missing[i], true
		}
		return types.Double(v.Num), true
	case Bool:
		return types.Bool(v.Bool), true
	}
	return types.String(v.Str), true
}

// Parent implements CEL's activation: there is none.
func (a *activation) Parent() interpreter.Activation { return nil }

package rule

import (
	"fmt"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// environment builds the CEL environment of a schema once. It starts from
// nothing: no standard library, no macros; only the operators of operatorTable
// on our three types and the functions of the library.
func (s *Schema) environment() (*cel.Env, error) {
	s.envOnce.Do(func() {
		opts := []cel.EnvOption{cel.ClearMacros()}
		for _, f := range s.fields {
			opts = append(opts, cel.Variable(f.Name, celType(f.Type)))
		}
		opts = append(opts, celOperators()...)
		for i := range library {
			opts = append(opts, celFunction(&library[i]))
		}
		s.env, s.envErr = cel.NewCustomEnv(opts...)
	})
	return s.env, s.envErr
}

func celType(t Type) *cel.Type {
	switch t {
	case Number:
		return cel.DoubleType
	case Bool:
		return cel.BoolType
	}
	return cel.StringType
}

// causeErr is the Go error of a value that became missing inside a function.
// CEL labels the value with the id of the call, which leads back to the field
// to blame.
type causeErr Cause

func (causeErr) Error() string { return "missing" }

// celNumber turns a function's answer into a CEL value.
func celNumber(x float64, cause Cause) ref.Val {
	if cause == None && !finite(x) {
		cause = NotFinite
	}
	if cause != None {
		return types.WrapErr(causeErr(cause))
	}
	return types.Double(x)
}

// celOperators declares the operators. CEL's planner has its own code for &&,
// ||, ?:, == and !=, with the semantics we want (Kleene logic over errors);
// those are declared for the checker only.
func celOperators() []cel.EnvOption {
	number, flag := cel.DoubleType, cel.BoolType
	arithmetic := func(op, id string, f func(a, b float64) (float64, Cause)) cel.EnvOption {
		return cel.Function(op, cel.Overload(id, []*cel.Type{number, number}, number,
			cel.BinaryBinding(func(a, b ref.Val) ref.Val {
				return celNumber(f(float64(a.(types.Double)), float64(b.(types.Double))))
			})))
	}
	compare := func(op, id string, f func(a, b float64) bool) cel.EnvOption {
		return cel.Function(op, cel.Overload(id, []*cel.Type{number, number}, flag,
			cel.BinaryBinding(func(a, b ref.Val) ref.Val {
				return types.Bool(f(float64(a.(types.Double)), float64(b.(types.Double))))
			})))
	}
	opts := []cel.EnvOption{
		arithmetic(operators.Add, "num_add", func(a, b float64) (float64, Cause) { return a + b, None }),
		arithmetic(operators.Subtract, "num_sub", func(a, b float64) (float64, Cause) { return a - b, None }),
		arithmetic(operators.Multiply, "num_mul", func(a, b float64) (float64, Cause) { return float64(a * b), None }),
		arithmetic(operators.Divide, "num_div", func(a, b float64) (float64, Cause) {
			if b == 0 {
				return 0, DivideByZero
			}
			return a / b, None
		}),
		compare(operators.Less, "num_lt", func(a, b float64) bool { return a < b }),
		compare(operators.LessEquals, "num_le", func(a, b float64) bool { return a <= b }),
		compare(operators.Greater, "num_gt", func(a, b float64) bool { return a > b }),
		compare(operators.GreaterEquals, "num_ge", func(a, b float64) bool { return a >= b }),
		cel.Function(operators.Negate, cel.Overload("num_neg", []*cel.Type{number}, number,
			cel.UnaryBinding(func(a ref.Val) ref.Val { return -a.(types.Double) }))),
		cel.Function(operators.LogicalNot, cel.Overload("not", []*cel.Type{flag}, flag,
			cel.UnaryBinding(func(a ref.Val) ref.Val { return !a.(types.Bool) }))),
		cel.Function(operators.LogicalAnd, cel.Overload("and", []*cel.Type{flag, flag}, flag)),
		cel.Function(operators.LogicalOr, cel.Overload("or", []*cel.Type{flag, flag}, flag)),
	}
	var eq, ne, cond, in []cel.FunctionOpt
	for _, t := range []*cel.Type{number, flag, cel.StringType} {
		eq = append(eq, cel.Overload("eq_"+t.String(), []*cel.Type{t, t}, flag))
		ne = append(ne, cel.Overload("ne_"+t.String(), []*cel.Type{t, t}, flag))
		cond = append(cond, cel.Overload("cond_"+t.String(), []*cel.Type{flag, t, t}, t))
		in = append(in, cel.Overload("in_"+t.String(), []*cel.Type{t, cel.ListType(t)}, flag,
			cel.BinaryBinding(func(x, list ref.Val) ref.Val { return list.(traits.Container).Contains(x) })))
	}
	return append(opts, cel.Function(operators.Equals, eq...), cel.Function(operators.NotEquals, ne...),
		cel.Function(operators.Conditional, cond...), cel.Function(operators.In, in...))
}

// celFunction declares one row of the library: an overload per number of
// arguments and, for functions that take any type, per type.
func celFunction(f *function) cel.EnvOption {
	var opts []cel.FunctionOpt
	arities := 1
	if f.variadic {
		arities = maxVariadic - len(f.params) + 1
	}
	firsts := []Type{Number}
	if f.params[0].kind == pAny {
		firsts = []Type{Number, Bool, String}
	}
	for extra := range arities {
		for _, first := range firsts {
			opts = append(opts, celOverload(f, len(f.params)+extra, first))
		}
	}
	return cel.Function(f.name, opts...)
}

func celOverload(f *function, n int, first Type) cel.FunctionOpt {
	params := make([]*cel.Type, n)
	for i := range params {
		p, _ := f.paramAt(i)
		params[i] = celParam(p.kind, first)
	}
	result := celType(f.result)
	if f.result == Any {
		result = celType(first)
	}
	impl := strictBinding(f, n)
	id := fmt.Sprintf("%s_%d_%d", f.name, n, first)
	opts := []cel.OverloadOpt{}
	if f.special != strict {
		impl = specialBindings[f.special]
		opts = append(opts, cel.OverloadIsNonStrict())
	}
	switch n {
	case 1:
		opts = append(opts, cel.UnaryBinding(func(a ref.Val) ref.Val { return impl(a) }))
	case 2:
		opts = append(opts, cel.BinaryBinding(func(a, b ref.Val) ref.Val { return impl(a, b) }))
	default:
		opts = append(opts, cel.FunctionBinding(impl))
	}
	return cel.Overload(id, params, result, opts...)
}

func celParam(k paramKind, first Type) *cel.Type {
	switch k {
	case pNumber, pDigits, pQuota:
		return cel.DoubleType
	case pFlag:
		return cel.BoolType
	case pNumbers:
		return cel.ListType(cel.DoubleType)
	case pTexts:
		return cel.ListType(cel.StringType)
	case pAny, pSame:
		return celType(first)
	}
	return cel.StringType
}

// strictBinding calls a function of the library with CEL values. CEL has
// already answered for missing arguments.
func strictBinding(f *function, n int) func(vals ...ref.Val) ref.Val {
	return func(vals ...ref.Val) ref.Val {
		var a args
		for i, v := range vals {
			p, _ := f.paramAt(i)
			a.add(p.kind, v)
		}
		switch {
		case f.num != nil:
			return celNumber(f.num(&a))
		case f.pred != nil:
			return types.Bool(f.pred(&a))
		}
		return types.String(a.words[0][f.pick(&a)])
	}
}

// add appends one CEL value to the arguments.
func (a *args) add(kind paramKind, v ref.Val) {
	switch kind {
	case pNumber, pDigits, pQuota:
		a.num = append(a.num, float64(v.(types.Double)))
	case pFlag:
		a.flag = append(a.flag, bool(v.(types.Bool)))
	case pText, pWord:
		a.text = append(a.text, string(v.(types.String)))
	case pRounding:
		a.round = roundings[string(v.(types.String))]
	case pNumbers:
		list := v.(traits.Lister)
		n := int(list.Size().(types.Int))
		nums := make([]float64, n)
		for i := range nums {
			nums[i] = float64(list.Get(types.Int(i)).(types.Double))
		}
		a.lists = append(a.lists, nums)
	case pTexts:
		list := v.(traits.Lister)
		n := int(list.Size().(types.Int))
		words := make([]string, n)
		for i := range words {
			words[i] = string(list.Get(types.Int(i)).(types.String))
		}
		a.words = append(a.words, words)
	}
}

// specialBindings are the functions that look at missing values.
var specialBindings = map[special]func(vals ...ref.Val) ref.Val{
	spPresent: func(vals ...ref.Val) ref.Val { return types.Bool(!types.IsError(vals[0])) },
	spMissing: func(vals ...ref.Val) ref.Val { return types.Bool(types.IsError(vals[0])) },
	spCoalesce: func(vals ...ref.Val) ref.Val {
		if types.IsError(vals[0]) {
			return vals[1]
		}
		return vals[0]
	},
	spAtLeast: func(vals ...ref.Val) ref.Val {
		need := int(vals[0].(types.Double))
		var unknown ref.Val
		holds, open := 0, 0
		for _, v := range vals[1:] {
			switch {
			case types.IsError(v):
				open++
				if unknown == nil {
					unknown = v
				}
			case v == types.True:
				holds++
			}
		}
		switch {
		case holds >= need:
			return types.True
		case holds+open < need:
			return types.False
		}
		return unknown
	},
}

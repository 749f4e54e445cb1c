package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what sort of trouble a fault is. The zero value is Internal, so an
// error nobody classified is never shown in detail to a user.
type Kind uint8

// The kinds. Adding one means adding a row in Kind.String and in the status
// tables of web and api.
const (
	Internal        Kind = iota // a defect or an environment failure; the user can only retry
	Invalid                     // the input is wrong and can be corrected
	NotFound                    // there is no such thing, or it may not be seen
	Conflict                    // the thing changed meanwhile, or a rule of order forbids the act
	Denied                      // known user, act not permitted
	Unauthenticated             // nobody is signed in, or the session ended
	TooLarge                    // over a stated limit of size, rows or time
	Limited                     // too many attempts; try later
	Unavailable                 // a part is not ready or out of reach; retry will help
)

// String returns the stable code used in logs and in problem+json.
func (k Kind) String() string {
	switch k {
	case Invalid:
		return "invalid"
	case NotFound:
		return "not_found"
	case Conflict:
		return "conflict"
	case Denied:
		return "denied"
	case Unauthenticated:
		return "unauthenticated"
	case TooLarge:
		return "too_large"
	case Limited:
		return "limited"
	case Unavailable:
		return "unavailable"
	}
	return "internal"
}

// Error is a fault. Build one with [New] or [Wrap].
type Error struct {
	Kind    Kind
	Message string // a Chinese sentence safe for every user
	Hint    string // what to do next, in Chinese; may be empty
	cause   error
}

// New returns a fault with a Chinese sentence built as by fmt.Sprintf.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Wrap returns a fault that keeps cause for operators. The cause's text is not
// part of Message.
func Wrap(kind Kind, cause error, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...), cause: cause}
}

// WithHint returns a copy of e that tells the user what to do next.
func (e *Error) WithHint(format string, args ...any) *Error {
	c := *e
	c.Hint = fmt.Sprintf(format, args...)
	return &c
}

// Error returns the full text for operators: kind, sentence and cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Kind.String())
	b.WriteString(": ")
	b.WriteString(e.Message)
	if e.Hint != "" {
		b.WriteString("（" + e.Hint + "）")
	}
	if e.cause != nil {
		b.WriteString(": ")
		b.WriteString(e.cause.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// KindOf returns the kind of the outermost fault in err's chain, Internal when
// there is none. KindOf(nil) is Internal as well: ask only about errors.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is reports whether err carries a fault of the given kind.
func Is(err error, kind Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == kind
}

// Public returns the sentence and hint that may be shown for err. An error that
// is no fault gives a general sentence, never its own text.
func Public(err error) (message, hint string) {
	var e *Error
	if errors.As(err, &e) {
		return e.Message, e.Hint
	}
	return "系统内部错误，已记录。", "请稍后重试；若仍出现，请把时间告诉系统管理员。"
}

// In adds the name of the call and its key arguments to *errp, for use with
// defer at the top of a function. It keeps the fault in the chain.
func In(errp *error, format string, args ...any) {
	if *errp != nil {
		*errp = fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), *errp)
	}
}

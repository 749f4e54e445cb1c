package fault

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

func TestCauseStaysWithOperators(t *testing.T) {
	err := fmt.Errorf("load: %w", Wrap(Invalid, io.ErrUnexpectedEOF, "第 %d 行读不出来", 3).WithHint("另存为 xlsx 再上传"))
	if !Is(err, Invalid) || KindOf(err) != Invalid {
		t.Fatalf("kind lost: %v", err)
	}
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("cause lost for operators")
	}
	msg, hint := Public(err)
	if msg != "第 3 行读不出来" || hint != "另存为 xlsx 再上传" {
		t.Errorf("public text = %q, %q", msg, hint)
	}
	if !strings.Contains(err.Error(), "unexpected EOF") {
		t.Error("operators must see the cause")
	}
}

func TestUnclassifiedErrorShowsNothing(t *testing.T) {
	msg, _ := Public(errors.New("pq: password authentication failed for user ballast"))
	if strings.Contains(msg, "password") {
		t.Errorf("internal text leaked: %q", msg)
	}
	if KindOf(errors.New("x")) != Internal || Is(errors.New("x"), Internal) {
		t.Error("a plain error is Internal by kind but carries no fault")
	}
}

func TestInNamesTheCall(t *testing.T) {
	f := func() (err error) {
		defer In(&err, "evaluate.Freeze(%d)", 7)
		return New(Conflict, "本轮已冻结")
	}
	if err := f(); err.Error() != "evaluate.Freeze(7): conflict: 本轮已冻结" {
		t.Errorf("got %q", err)
	}
}

package office

import (
	"strconv"
	"strings"

	"ballast/internal/evaluate"
	"ballast/internal/fault"
	"ballast/internal/pack"
	"ballast/internal/period"
	"ballast/internal/web"
)

// step reads which round is moved and the version its mover saw.
func (o *office) step(a *web.Ask) (evaluate.Step, error) {
	id, err := a.ID("id")
	if err != nil {
		return evaluate.Step{}, err
	}
	if err := a.Parse(); err != nil {
		return evaluate.Step{}, err
	}
	v, err := strconv.ParseInt(a.PostFormValue("version"), 10, 64)
	if err != nil {
		return evaluate.Step{}, fault.New(fault.Invalid, "表单不完整").WithHint("请刷新轮次页面后重试。")
	}
	return evaluate.Step{Round: id, Version: v, Reason: strings.TrimSpace(a.PostFormValue("reason"))}, nil
}

func (o *office) freezeRound(a *web.Ask) error {
	st, err := o.step(a)
	if err != nil {
		return err
	}
	if o.Gatherer == nil {
		return fault.New(fault.Conflict, "本系统还没有接通数据归集，不能冻结数据").WithHint("请联系系统管理员。")
	}
	r, err := o.Evaluate.Round(a.Context(), st.Round)
	if err != nil {
		return err
	}
	s, err := o.Gatherer.Gather(a.Context(), a.Scope(), r)
	if err != nil {
		return err
	}
	if _, err = o.Evaluate.Freeze(a.Context(), a.Person, st, s); err != nil {
		return err
	}
	return a.Done(roundPath(st.Round), "已冻结 "+web.Int(s.Len())+" 家企业的数据。")
}

func (o *office) thawRound(a *web.Ask) error {
	st, err := o.step(a)
	if err != nil {
		return err
	}
	if _, err = o.Evaluate.Thaw(a.Context(), a.Person, st); err != nil {
		return err
	}
	return a.Done(roundPath(st.Round), "已退回补数据。")
}

func (o *office) computeRound(a *web.Ask) error {
	st, err := o.step(a)
	if err != nil {
		return err
	}
	t, err := tuning(a)
	if err != nil {
		return err
	}
	run, err := o.Evaluate.Compute(a.Context(), a.Person, evaluate.Request{
		Step: st, Mode: evaluate.Mode(a.PostFormValue("mode")), Note: strings.TrimSpace(a.PostFormValue("note")),
		Cites: strings.TrimSpace(a.PostFormValue("cites")), Tuning: t,
	}, nil)
	if err != nil {
		return err
	}
	return a.Done(roundPath(st.Round), run.Mode.Label()+"完成：评级 "+web.Int(run.Summary.Ranked)+" 家。")
}

// tuning reads the changes of a trial; fields left empty change nothing.
func tuning(a *web.Ask) (pack.Tuning, error) {
	var t pack.Tuning
	for key, values := range a.PostForm {
		text := strings.TrimSpace(values[0])
		grade, band := strings.CutPrefix(key, "upto-")
		indicator, weight := strings.CutPrefix(key, "weight-")
		if text == "" || !band && !weight {
			continue
		}
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || v < 0 || v > 100 {
			return t, fault.New(fault.Invalid, "试算的“%s”应是 0 到 100 的数", text)
		}
		if band {
			if t.UpTo == nil {
				t.UpTo = map[string]float64{}
			}
			t.UpTo[grade] = v
			continue
		}
		if t.Weights == nil {
			t.Weights = map[string]float64{}
		}
		t.Weights[indicator] = v
	}
	return t, nil
}

func (o *office) reconcileRound(a *web.Ask) error {
	st, err := o.step(a)
	if err != nil {
		return err
	}
	run, err := strconv.ParseInt(a.PostFormValue("run"), 10, 64)
	if err != nil {
		return fault.New(fault.Invalid, "没有选是哪一次计算")
	}
	if _, err = o.Evaluate.Reconcile(a.Context(), a.Person, st, run); err != nil {
		return err
	}
	return a.Done(roundPath(st.Round), "已核对通过，可以由局领导公示。")
}

func (o *office) publishRound(a *web.Ask) error {
	st, err := o.step(a)
	if err != nil {
		return err
	}
	from, err := period.ParseDay(a.PostFormValue("from"))
	if err != nil {
		return err
	}
	days, err := strconv.Atoi(a.PostFormValue("days"))
	if err != nil {
		return fault.New(fault.Invalid, "公示期应是工作日数")
	}
	r, err := o.Evaluate.Publish(a.Context(), a.Person, st, from, days)
	if err != nil {
		return err
	}
	return a.Done(roundPath(st.Round), "已公示，"+window(r)+"。")
}

func (o *office) finaliseRound(a *web.Ask) error {
	st, err := o.step(a)
	if err != nil {
		return err
	}
	if _, err = o.Evaluate.Finalise(a.Context(), a.Person, st, o.today()); err != nil {
		return err
	}
	return a.Done(roundPath(st.Round), "已定稿，档次已写入各企业的历年记录。")
}

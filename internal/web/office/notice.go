package office

import (
	"fmt"
	"io"
	"strings"

	"ballast/internal/audit"
	"ballast/internal/evaluate"
	"ballast/internal/fault"
	"ballast/internal/period"
	"ballast/internal/web"
	"ballast/internal/word"
)

// showNotice answers with the publicity notice (公示) of a round: counts, the
// window, and each graded firm with its grade. Totals and figures are not in it:
// what is public is the grade.
func (o *office) showNotice(a *web.Ask) error {
	r, err := o.loadRound(a)
	if err != nil {
		return err
	}
	switch {
	case !a.Scope().WholeCity():
		return fault.New(fault.Denied, "公示文本包含全市企业，您只看“%s”", a.Scope().Why())
	case r.BindingRun == 0:
		return fault.New(fault.Conflict, "本轮%s，还没有可以公示的结果", r.State.Label()).WithHint("核对通过以后再导出公示文本。")
	}
	run, err := o.Evaluate.Run(a.Context(), r.BindingRun)
	if err != nil {
		return err
	}
	page, err := o.Evaluate.Scores(a.Context(), a.Scope(), run.ID, evaluate.ScoreFilter{})
	if err != nil {
		return err
	}
	doc := o.notice(r, run, page.Scores)
	act := audit.Act{Actor: a.Person.Actor("web"), Verb: "office.export", Subject: fmt.Sprint("round:", r.ID)}
	err = o.Pen.Do(a.Context(), act, func(tx *audit.Tx) error {
		tx.Note("document", "notice")
		tx.Note("run", run.ID)
		return nil
	})
	if err != nil {
		return err
	}
	return a.Download(r.Name+"公示.docx", web.DOCX, func(w io.Writer) error { return doc.Write(w) })
}

func (o *office) notice(r evaluate.Round, run evaluate.Run, scores []evaluate.Score) *word.Document {
	var counts []string
	for _, b := range run.Summary.Bands {
		counts = append(counts, fmt.Sprintf("%s类（%s）%d家", b.Key, b.Name, b.Count))
	}
	d := &word.Document{Title: "关于" + r.Name + "结果的公示", Signer: "", Date: o.today().Chinese()}
	d.Body = append(d.Body, word.Para(fmt.Sprintf("%s已完成计算和核对，共评价企业%d家，其中评级%d家：%s。现将结果予以公示。",
		r.Name, run.Summary.Population, run.Summary.Ranked, strings.Join(counts, "，"))))
	d.Body = append(d.Body, word.Para(noticeWindow(r)))
	for _, b := range run.Summary.Bands {
		t := word.Table{Caption: fmt.Sprintf("%s类（%s）企业名单，%d家", b.Key, b.Name, b.Count),
			Columns: []word.Column{{Head: "序号", Width: 1, Align: word.Centre}, {Head: "企业名称", Width: 6, Align: word.Left}, {Head: "县区", Width: 2, Align: word.Centre}, {Head: "类别", Width: 1, Align: word.Centre}}}
		for _, s := range scores {
			if s.Graded && s.Band == b.Key {
				t.Rows = append(t.Rows, []string{fmt.Sprint(len(t.Rows) + 1), s.Name, o.place(s.District), s.Band})
			}
		}
		if len(t.Rows) > 0 {
			d.Body = append(d.Body, t)
		}
	}
	d.Body = append(d.Body, word.Note("运行编号 "+run.Number(r)+"；结果摘要（SM3）"+run.ResultDigest+"。名单按名次排列，不公布得分。"))
	return d
}

func noticeWindow(r evaluate.Round) string {
	from, errA := period.ParseDay(r.PublishFrom)
	until, errB := period.ParseDay(r.PublishUntil)
	if errA != nil || errB != nil {
		return "公示期以正式公示日期为准。公示期内对结果有异议的，请向市工业和信息化局提出。"
	}
	return "公示期自" + from.Chinese() + "至" + until.Chinese() + "。公示期内对结果有异议的，请以书面形式向市工业和信息化局提出，并附依据。"
}

package office

import (
	"strconv"

	"ballast/internal/access"
	"ballast/internal/audit"
	"ballast/internal/fault"
	"ballast/internal/web"
)

// journalPage is the journal (操作日志), newest first.
type journalPage struct {
	web.Base
	Entries   []journalLine
	Older     int64 // sequence number to page back from; 0 at the end
	MayVerify bool
	Report    *audit.Report // nil until verified
}

func (*journalPage) Template() string { return "journal.html" }

type journalLine struct {
	Seq                                             int64
	At, Actor, Via, Verb, Word, Subject, Why, Facts string
}

// journalStep is how many entries a page shows.
const journalStep = 100

func (o *office) showJournal(a *web.Ask) error {
	p, err := o.journal(a)
	if err != nil {
		return err
	}
	return a.Show(p)
}

// verifyJournal recomputes the whole chain and shows what it found. It changes
// nothing; it is a POST because it is work that no link should start.
func (o *office) verifyJournal(a *web.Ask) error {
	p, err := o.journal(a)
	if err != nil {
		return err
	}
	rep, err := audit.Verify(a.Context(), o.DB)
	if err != nil {
		return err
	}
	p.Report = &rep
	return a.Show(p)
}

func (o *office) journal(a *web.Ask) (*journalPage, error) {
	f := audit.Filter{Limit: journalStep + 1}
	if b := a.URL.Query().Get("before"); b != "" {
		n, err := strconv.ParseInt(b, 10, 64)
		if err != nil || n <= 0 {
			return nil, fault.New(fault.Invalid, "页码不对").WithHint("请从菜单重新打开操作日志。")
		}
		f.Before = n
	}
	entries, err := audit.Entries(a.Context(), o.DB, a.Person.JournalScope(), f)
	if err != nil {
		return nil, err
	}
	p := &journalPage{Base: web.Base{Title: "操作日志"}, MayVerify: a.Person.Can(access.JournalVerify)}
	if len(entries) > journalStep {
		entries = entries[:journalStep]
		p.Older = entries[journalStep-1].Seq
	}
	for _, e := range entries {
		p.Entries = append(p.Entries, journalLine{e.Seq, web.Instant(e.At), e.ActorName, e.Via, e.Verb, verbWord(e.Verb), subject(e.Subject), e.Reason, e.Facts})
	}
	return p, nil
}

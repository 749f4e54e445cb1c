package evaluate

import (
	"context"
	"fmt"

	"ballast/internal/access"
	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/evaluate/scheme"
	"ballast/internal/fault"
	"ballast/internal/pack"
	"ballast/internal/period"
)

// EngineVersion names the arithmetic of this program. It grows when the same
// snapshot and pack could give other bytes.
const EngineVersion = "1"

// Evaluate is the door of the room.
type Evaluate struct {
	db   *db.DB
	pen  *audit.Pen
	pack *pack.Pack
}

// New opens the room over a database with the city's pack.
func New(d *db.DB, pen *audit.Pen, p *pack.Pack) *Evaluate { return &Evaluate{d, pen, p} }

// act describes a write on a round.
func act(by access.Person, verb string, round int64, reason string) audit.Act {
	return audit.Act{Actor: by.Actor("web"), Verb: "evaluate." + verb, Subject: fmt.Sprint("round:", round), Reason: reason}
}

// may refuses who lacks the permission.
func may(by access.Person, permission string) error {
	if !by.Can(access.Permission(permission)) {
		return fault.New(fault.Denied, "%s", by.WhyCan(access.Permission(permission)))
	}
	return nil
}

// Open creates the round of a year and a population of a scheme.
func (e *Evaluate) Open(ctx context.Context, by access.Person, year int, schemeID, population string) (Round, error) {
	if err := may(by, string(access.RoundOpen)); err != nil {
		return Round{}, err
	}
	s, ok := e.pack.Schemes().Find(schemeID)
	if !ok || !s.Covers(year) {
		return Round{}, fault.New(fault.Invalid, "数据包里没有适用于 %d 年度的评价办法“%s”", year, schemeID)
	}
	pop, ok := s.Population(population)
	if !ok {
		return Round{}, fault.New(fault.Invalid, "评价办法“%s”没有“%s”这一类评价对象", s.Name, population)
	}
	r := Round{Year: year, Population: population, Scheme: schemeID, Name: fmt.Sprintf("%d年度%s（%s）", year, s.Name, pop.Name), State: Open}
	err := e.pen.Do(ctx, act(by, "open", 0, ""), func(tx *audit.Tx) error {
		id, err := insertRound(ctx, tx, r)
		if err != nil {
			return err
		}
		tx.About(fmt.Sprint("round:", id), 0)
		r, err = loadRound(ctx, tx, id)
		return err
	})
	return r, err
}

// Step names a move by the round and the version its mover saw.
type Step struct {
	Round   int64
	Version int64
	Reason  string // required for thawing
}

// move loads the round, checks permission, state and version, lets change fill
// in the rest and saves, all in one act.
func (e *Evaluate) move(ctx context.Context, by access.Person, st Step, verb Verb, change func(*audit.Tx, *Round) error) (Round, error) {
	var r Round
	err := e.pen.Do(ctx, act(by, string(verb), st.Round, st.Reason), func(tx *audit.Tx) error {
		var err error
		if r, err = loadRound(ctx, tx, st.Round); err != nil {
			return err
		}
		m, err := Next(r.State, verb)
		if err != nil {
			return err
		}
		if err := may(by, m.Permission); err != nil {
			return err
		}
		r.State = m.To
		if err := change(tx, &r); err != nil {
			return err
		}
		tx.Note("from", m.From)
		tx.Note("to", m.To)
		if err := saveRound(ctx, tx, r, st.Version); err != nil {
			return err
		}
		r, err = loadRound(ctx, tx, st.Round)
		return err
	})
	return r, err
}

// Freeze stores the snapshot of a round and closes it to new data.
func (e *Evaluate) Freeze(ctx context.Context, by access.Person, st Step, s *Snapshot) (Round, error) {
	s.PackDigest, s.PackVersion = e.pack.Digest(), e.pack.City().Version
	text, err := s.Text()
	if err != nil {
		return Round{}, err
	}
	data, err := compress(text)
	if err != nil {
		return Round{}, err
	}
	return e.move(ctx, by, st, Freeze, func(tx *audit.Tx, r *Round) error {
		switch {
		case s.Year != r.Year:
			return fault.New(fault.Internal, "冻结的数据是 %d 年的，本轮是 %d 年", s.Year, r.Year)
		case s.Len() == 0:
			return fault.New(fault.Conflict, "%d 年还没有任何企业的数据", r.Year).WithHint("请先完成数据归集。")
		}
		r.DataDigest, r.PackDigest, r.BindingRun = digestOf(text), s.PackDigest, 0
		tx.Note("enterprises", s.Len())
		tx.Note("data", r.DataDigest)
		tx.Note("pack", r.PackDigest)
		_, err := insertSnapshot(ctx, tx, r.ID, r.DataDigest, tx.Now, s.Len(), data)
		return err
	})
}

// Thaw opens a round that is not yet reconciled again for data, with a reason.
func (e *Evaluate) Thaw(ctx context.Context, by access.Person, st Step) (Round, error) {
	if st.Reason == "" {
		return Round{}, fault.New(fault.Invalid, "退回补数据要写明理由")
	}
	return e.move(ctx, by, st, Thaw, func(_ *audit.Tx, r *Round) error {
		r.DataDigest, r.PackDigest, r.BindingRun = "", "", 0
		return nil
	})
}

// Request asks for a computation.
type Request struct {
	Step
	Mode   Mode
	Note   string
	Cites  string      // the decision it follows; required once the round was published
	Tuning pack.Tuning // of a trial: changed weights, cap, floor or band shares
}

// Progress is told how far a long computation is.
type Progress func(done, total int, what string)

// Compute runs the scheme over the frozen data and keeps the result as a new run.
// A binding run must use the pack the data were frozen with and no tuning.
func (e *Evaluate) Compute(ctx context.Context, by access.Person, req Request, progress Progress) (Run, error) {
	if progress == nil {
		progress = func(int, int, string) {}
	}
	r, err := loadRound(ctx, e.db, req.Round)
	if err != nil {
		return Run{}, err
	}
	if err := e.checkRequest(r, req); err != nil {
		return Run{}, err
	}
	progress(0, 3, "读取冻结数据")
	snapshotID, snap, err := e.Frozen(ctx, r.ID)
	if err != nil {
		return Run{}, err
	}
	progress(1, 3, fmt.Sprintf("计算 %d 家企业", snap.Len()))
	out, err := recompute(ctx, e.pack, snap, r.Scheme, r.Population, req.Tuning)
	if err != nil {
		return Run{}, err
	}
	adjustments, err := listAdjustments(ctx, e.db, r.ID)
	if err != nil {
		return Run{}, err
	}
	if err := out.adjust(e.pack, r, adjustments); err != nil {
		return Run{}, err
	}
	progress(2, 3, fmt.Sprintf("保存 %d 家企业的结果", len(out.scores)))
	run := Run{
		Round: r.ID, Mode: req.Mode, Note: req.Note, Cites: req.Cites, Snapshot: snapshotID, DataDigest: r.DataDigest,
		PackDigest: e.pack.Digest(), Engine: EngineVersion, ResultDigest: out.digest, Summary: out.summary, Columns: out.columns, CreatedBy: by.Name,
	}
	_, err = e.move(ctx, by, req.Step, Compute, func(tx *audit.Tx, r *Round) error {
		if r.DataDigest != run.DataDigest {
			return fault.New(fault.Conflict, "计算期间数据被重新冻结，这次结果没有保存").WithHint("请重新计算。")
		}
		var err error
		if run, err = insertRun(ctx, tx, run); err != nil {
			return err
		}
		r.BindingRun = 0
		tx.Note("run", run.ID)
		tx.Note("mode", run.Mode)
		tx.Note("result", run.ResultDigest)
		return insertScores(ctx, tx, run.ID, out.scores)
	})
	if err == nil {
		progress(3, 3, "完成")
	}
	return run, err
}

func (e *Evaluate) checkRequest(r Round, req Request) error {
	if _, err := Next(r.State, Compute); err != nil {
		return err
	}
	switch {
	case req.Mode != Trial && req.Mode != Binding:
		return fault.New(fault.Invalid, "请选试算或正式")
	case r.State == Published && req.Cites == "":
		return fault.New(fault.Invalid, "公示以后重算，要写明依据的复核决定")
	case req.Mode == Binding && !req.Tuning.IsZero():
		return fault.New(fault.Invalid, "正式计算不能改动规则").WithHint("要改权重或分档，先试算比较，再改数据包。")
	case req.Mode == Binding && r.PackDigest != e.pack.Digest():
		return fault.New(fault.Conflict, "冻结以后规则数据包变了，不能作正式计算").WithHint("请退回补数据后重新冻结，或恢复原来的数据包。")
	}
	return nil
}

// recompute is the arithmetic alone: whoever holds a snapshot and the pack gets
// the same bytes.
func recompute(ctx context.Context, p *pack.Pack, s *Snapshot, schemeID, population string, t pack.Tuning) (*outcome, error) {
	plan, err := planOf(p, schemeID, t)
	if err != nil {
		return nil, err
	}
	in := s.Input
	in.Workers = 2
	result, err := plan.Run(ctx, in)
	if err != nil {
		return nil, err
	}
	return layout(p, s, result, population)
}

func planOf(p *pack.Pack, schemeID string, t pack.Tuning) (*scheme.Plan, error) {
	if t.IsZero() {
		return scheme.Compile(p, schemeID)
	}
	s, ok := p.Schemes().Find(schemeID)
	if !ok {
		return nil, fault.New(fault.NotFound, "数据包里没有评价办法“%s”", schemeID)
	}
	return scheme.CompileScheme(p, t.Apply(s))
}

// Frozen returns the newest snapshot of a round and its id.
func (e *Evaluate) Frozen(ctx context.Context, round int64) (int64, *Snapshot, error) {
	id, digest, data, err := loadSnapshot(ctx, e.db, round)
	if err != nil {
		return 0, nil, err
	}
	text, err := decompress(data)
	if err != nil {
		return 0, nil, err
	}
	if digestOf(text) != digest {
		return 0, nil, fault.New(fault.Internal, "冻结数据与它的摘要不符，可能被改动过")
	}
	s, err := ReadSnapshot(text)
	return id, s, err
}

// Reconcile signs a binding run whose checks all pass as the one that counts.
func (e *Evaluate) Reconcile(ctx context.Context, by access.Person, st Step, runID int64) (Round, error) {
	return e.move(ctx, by, st, Reconcile, func(tx *audit.Tx, r *Round) error {
		run, err := loadRun(ctx, tx, runID)
		if err != nil {
			return err
		}
		switch {
		case run.Round != r.ID || run.DataDigest != r.DataDigest:
			return fault.New(fault.Conflict, "这次计算用的不是本轮现在冻结的数据").WithHint("请重新计算。")
		case run.Mode != Binding:
			return fault.New(fault.Conflict, "试算结果不能作为正式结果").WithHint("请先作一次正式计算。")
		case !run.Summary.Reconciles():
			return fault.New(fault.Conflict, "核对没有通过：%s", firstFailed(run.Summary))
		}
		r.BindingRun = run.ID
		tx.Note("run", run.ID)
		return nil
	})
}

func firstFailed(s Summary) string {
	for _, c := range s.Checks {
		if !c.Passed {
			return c.Name + "（" + c.Detail + "）"
		}
	}
	return ""
}

// Publish opens the publicity window (公示期) of n working days that begins on
// from, the first day counted.
func (e *Evaluate) Publish(ctx context.Context, by access.Person, st Step, from period.Day, workdays int) (Round, error) {
	if workdays < 1 || workdays > 60 {
		return Round{}, fault.New(fault.Invalid, "公示期应在 1 到 60 个工作日之间")
	}
	until, err := e.pack.Calendar().AddWorkdays(from.Add(-1), workdays)
	if err != nil {
		return Round{}, err
	}
	return e.move(ctx, by, st, Publish, func(tx *audit.Tx, r *Round) error {
		r.PublishFrom, r.PublishUntil = from.String(), until.Day.String()
		tx.Note("from", r.PublishFrom)
		tx.Note("until", r.PublishUntil)
		return nil
	})
}

// Finalise ends a round after its publicity window and writes the grades into
// the firms' histories. today is the day in the city's zone.
func (e *Evaluate) Finalise(ctx context.Context, by access.Person, st Step, today period.Day) (Round, error) {
	return e.move(ctx, by, st, Finalise, func(tx *audit.Tx, r *Round) error {
		if today.String() <= r.PublishUntil {
			return fault.New(fault.Conflict, "公示期到 %s，期满才能定稿", r.PublishUntil)
		}
		n, err := insertGrades(ctx, tx, *r, r.BindingRun)
		tx.Note("grades", n)
		return err
	})
}

// Adjust records a person's change of one firm's band. It replaces an earlier one
// of the same firm and counts from the next computation on.
func (e *Evaluate) Adjust(ctx context.Context, by access.Person, a Adjustment) error {
	if err := may(by, string(access.RoundCompute)); err != nil {
		return err
	}
	if err := a.Validate(); err != nil {
		return err
	}
	do := act(by, "adjust", a.Round, a.Reason)
	do.Enterprise = a.Enterprise
	return e.pen.Do(ctx, do, func(tx *audit.Tx) error {
		r, err := loadRound(ctx, tx, a.Round)
		if err != nil {
			return err
		}
		if r.State == Finalised {
			return fault.New(fault.Conflict, "本轮已定稿，不能再调档")
		}
		if _, err := withdrawAdjustments(ctx, tx, a.Round, a.Enterprise); err != nil {
			return err
		}
		a.DecidedBy = by.Name
		tx.Note("band", a.Band)
		tx.Note("document", a.Document)
		_, err = insertAdjustment(ctx, tx, a)
		return err
	})
}

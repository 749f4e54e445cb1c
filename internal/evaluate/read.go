package evaluate

import (
	"context"
	"math"
	"slices"

	"ballast/internal/fault"
	"ballast/internal/scope"
)

// Rounds lists every round, newest year first. That a round exists is no secret
// inside the bureau; its scores are scoped.
func (e *Evaluate) Rounds(ctx context.Context) ([]Round, error) { return listRounds(ctx, e.db) }

// Round returns one round.
func (e *Evaluate) Round(ctx context.Context, id int64) (Round, error) {
	return loadRound(ctx, e.db, id)
}

// Runs lists the runs of a round, newest first.
func (e *Evaluate) Runs(ctx context.Context, round int64) ([]Run, error) {
	return listRuns(ctx, e.db, round)
}

// Run returns one run.
func (e *Evaluate) Run(ctx context.Context, id int64) (Run, error) { return loadRun(ctx, e.db, id) }

// Page is one page of a list with the count of the whole.
type Page struct {
	Scores []Score
	Total  int
}

// Scores lists a run's rows inside the scope.
func (e *Evaluate) Scores(ctx context.Context, s scope.Scope, run int64, f ScoreFilter) (Page, error) {
	n, err := countScores(ctx, e.db, s, run, f)
	if err != nil {
		return Page{}, err
	}
	scores, err := listScores(ctx, e.db, s, run, f)
	return Page{scores, n}, err
}

// Distribution counts a run's bands by "district" or "industry" (division).
func (e *Evaluate) Distribution(ctx context.Context, s scope.Scope, run int64, by string) ([]Cross, error) {
	return crossScores(ctx, e.db, s, run, by)
}

// History returns a firm's finalised grades, newest first.
func (e *Evaluate) History(ctx context.Context, s scope.Scope, enterprise int64) ([]Grade, error) {
	return listGrades(ctx, e.db, s, enterprise, 0)
}

// Sheet is what an enterprise's score sheet (评分单) shows.
type Sheet struct {
	Round   Round
	Run     Run
	Score   Score
	Of      int         // ranked firms of the population
	OfLocal int         // of the firm's district
	Next    string      // the next better band; "" at the top or when not graded
	Line    float64     // lowest total of that band; NaN when there is none
	Cuts    []BandCount // ranks at which bands end: Count is the last rank
	History []Grade
}

// Gap is how many points are missing to the next band's line.
func (s Sheet) Gap() float64 { return s.Line - s.Score.Total }

// Sheet returns one firm's row of a run with where it stands. A firm's own people
// see a round's sheet from the publication on; until then it is NotFound for them,
// unless inside is set for officials.
func (e *Evaluate) Sheet(ctx context.Context, s scope.Scope, run, enterprise int64, inside bool) (Sheet, error) {
	var out Sheet
	var err error
	if out.Run, err = loadRun(ctx, e.db, run); err != nil {
		return out, err
	}
	if out.Round, err = loadRound(ctx, e.db, out.Run.Round); err != nil {
		return out, err
	}
	shown := out.Round.BindingRun == run && (out.Round.State == Published || out.Round.State == Finalised)
	if !inside && !shown {
		return out, fault.New(fault.NotFound, "这一轮还没有公示")
	}
	scores, err := listScores(ctx, e.db, s, run, ScoreFilter{Enterprises: []int64{enterprise}})
	if err != nil {
		return out, err
	}
	if len(scores) == 0 {
		return out, fault.New(fault.NotFound, "这家企业没有参加这一轮评价，或不在您的查看范围")
	}
	out.Score = scores[0]
	if out.History, err = listGrades(ctx, e.db, s, enterprise, 0); err != nil {
		return out, err
	}
	return out, e.standing(ctx, &out)
}

// standing fills in where a firm stands among all, which its own scope does not
// show: counts and the line, never another firm's row.
func (e *Evaluate) standing(ctx context.Context, out *Sheet) error {
	out.Of = out.Run.Summary.Ranked
	out.Line = math.NaN()
	err := e.db.QueryRow(ctx, `SELECT count(*) FROM score WHERE run_id = $1 AND district = $2 AND rank_population > 0`,
		out.Run.ID, out.Score.District).Scan(&out.OfLocal)
	if err != nil {
		return err
	}
	bands := out.Run.Summary.Bands
	at := slices.IndexFunc(bands, func(b BandCount) bool { return b.Key == out.Score.BandFirst })
	if !out.Score.Graded || at <= 0 {
		return nil
	}
	out.Next = bands[at-1].Key
	var line *float64
	err = e.db.QueryRow(ctx, `SELECT min(total) FROM score WHERE run_id = $1 AND band_first = $2`, out.Run.ID, out.Next).Scan(&line)
	if err == nil && line != nil {
		out.Line = *line
	}
	return err
}

// Current returns the run that counts for a year and population as the asker may
// see it: the binding run of a published or finalised round.
func (e *Evaluate) Current(ctx context.Context, year int, population string) (Run, error) {
	rounds, err := listRounds(ctx, e.db)
	if err != nil {
		return Run{}, err
	}
	for _, r := range rounds {
		if r.Year == year && r.Population == population && r.BindingRun != 0 && (r.State == Published || r.State == Finalised) {
			return loadRun(ctx, e.db, r.BindingRun)
		}
	}
	return Run{}, fault.New(fault.NotFound, "%d 年度还没有公示的结果", year)
}

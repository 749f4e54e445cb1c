package evaluate

import (
	"context"
	"database/sql"
	"math"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/fault"
	"ballast/internal/scope"
)

// scoreScope says how a score row carries the dimensions of a scope.
var scoreScope = scope.Columns{
	Enterprise: "s.enterprise_id",
	District:   "s.district",
	Chain:      "s.enterprise_id IN (SELECT enterprise_id FROM enterprise_chain WHERE chain IN %s)",
}

const scoreColumns = `s.run_id, s.enterprise_id, s.code, s.name, s.district, s.industry, s.graded, s.total, s.rank_population, s.rank_district, s.band_first, s.band, s.reason, s.stages`

func scanScore(r db.Scanner) (Score, error) {
	var s Score
	var total sql.NullFloat64
	var stages []byte
	err := r.Scan(&s.Run, &s.Enterprise, &s.Code, &s.Name, &s.District, &s.Industry, &s.Graded, &total,
		&s.Rank, &s.RankDistrict, &s.BandFirst, &s.Band, &s.Reason, &stages)
	s.Total = math.NaN()
	if total.Valid {
		s.Total = total.Float64
	}
	s.Stages = unpackStages(stages)
	return s, err
}

func insertScores(ctx context.Context, tx *audit.Tx, run int64, scores []Score) error {
	cols := []string{"run_id", "enterprise_id", "code", "name", "district", "industry", "graded", "total", "rank_population",
		"rank_district", "band_first", "band", "reason", "stages"}
	const chunk = 1000
	for len(scores) > 0 {
		n := min(chunk, len(scores))
		rows := make([][]any, n)
		for i, s := range scores[:n] {
			rows[i] = []any{run, s.Enterprise, s.Code, s.Name, s.District, s.Industry, flag(s.Graded), nullable(s.Total),
				s.Rank, s.RankDistrict, s.BandFirst, s.Band, s.Reason, packStages(s.Stages)}
		}
		if err := tx.Insert(ctx, "score", cols, rows, ""); err != nil {
			return err
		}
		scores = scores[n:]
	}
	return nil
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func nullable(x float64) any {
	if math.IsNaN(x) {
		return nil
	}
	return x
}

// ScoreFilter narrows and orders a list of scores. Zero fields do not narrow.
type ScoreFilter struct {
	Enterprises []int64 // from a search; nil for all
	District    string
	Band        string
	Industry    string // prefix of the class
	Sort        string // "rank" (default), "rank_district", "name", "total", "band", "district"
	Desc        bool
	Limit       int // 0 for all
	Offset      int
}

// sortColumns is the whole list of what a score list may be ordered by. Firms
// without a rank come last.
var sortColumns = map[string]string{
	"":              "CASE WHEN s.rank_population = 0 THEN 1 ELSE 0 END, s.rank_population",
	"rank":          "CASE WHEN s.rank_population = 0 THEN 1 ELSE 0 END, s.rank_population",
	"rank_district": "CASE WHEN s.rank_district = 0 THEN 1 ELSE 0 END, s.rank_district",
	"name":          "s.name",
	"total":         "CASE WHEN s.total IS NULL THEN 1 ELSE 0 END, s.total",
	"band":          "s.band",
	"district":      "s.district",
	"industry":      "s.industry",
}

func listScores(ctx context.Context, q db.Queryer, sc scope.Scope, run int64, f ScoreFilter) ([]Score, error) {
	order, ok := sortColumns[f.Sort]
	if !ok {
		return nil, fault.New(fault.Invalid, "不能按“%s”排序", f.Sort)
	}
	if f.Desc {
		order += " DESC"
	}
	var a db.Args
	query := `SELECT ` + scoreColumns + ` FROM score s WHERE ` + scoreWhere(&a, sc, run, f) + ` ORDER BY ` + order + `, s.enterprise_id`
	if f.Limit > 0 {
		query += ` LIMIT ` + a.Add(f.Limit) + ` OFFSET ` + a.Add(f.Offset)
	}
	return db.List(ctx, q, query, a.Values(), scanScore)
}

func countScores(ctx context.Context, q db.Queryer, sc scope.Scope, run int64, f ScoreFilter) (int, error) {
	var a db.Args
	var n int
	query := `SELECT count(*) FROM score s WHERE ` + scoreWhere(&a, sc, run, f)
	return n, q.QueryRow(ctx, query, a.Values()...).Scan(&n)
}

func scoreWhere(a *db.Args, sc scope.Scope, run int64, f ScoreFilter) string {
	w := `s.run_id = ` + a.Add(run) + ` AND ` + sc.Where(a, scoreScope)
	if f.Enterprises != nil {
		ids := make([]any, len(f.Enterprises))
		for i, id := range f.Enterprises {
			ids[i] = id
		}
		w += ` AND s.enterprise_id IN ` + a.List(ids...)
	}
	if f.District != "" {
		w += ` AND s.district = ` + a.Add(f.District)
	}
	if f.Band != "" {
		w += ` AND s.band = ` + a.Add(f.Band)
	}
	if f.Industry != "" {
		w += ` AND substr(s.industry, 1, ` + a.Add(len(f.Industry)) + `) = ` + a.Add(f.Industry)
	}
	return w
}

// Cross is one cell of the distribution: how many firms of a district or division
// got a band.
type Cross struct {
	Group string // district code, or two digits of the industry class
	Band  string
	Count int
}

// crossScores counts bands by district, or by industry division.
func crossScores(ctx context.Context, q db.Queryer, sc scope.Scope, run int64, by string) ([]Cross, error) {
	group := "s.district"
	if by == "industry" {
		group = "substr(s.industry, 1, 2)"
	}
	var a db.Args
	query := `SELECT ` + group + `, s.band, count(*) FROM score s WHERE ` + scoreWhere(&a, sc, run, ScoreFilter{}) + ` GROUP BY ` + group + `, s.band ORDER BY 1, 2`
	return db.List(ctx, q, query, a.Values(), func(s db.Scanner) (Cross, error) {
		var c Cross
		return c, s.Scan(&c.Group, &c.Band, &c.Count)
	})
}

// insertGrades copies a run's bands into the firms' history.
func insertGrades(ctx context.Context, tx *audit.Tx, r Round, run int64) (int64, error) {
	return tx.Exec(ctx, `INSERT INTO grade (enterprise_id, year, population, scheme, run_id, band, total, rank)
		SELECT enterprise_id, CAST($1 AS BIGINT), CAST($2 AS TEXT), CAST($3 AS TEXT), run_id, band, total, rank_population FROM score WHERE run_id = $4`,
		r.Year, r.Population, r.Scheme, run)
}

// listGrades returns the finalised bands of firms in the scope, newest first. A
// zero enterprise means all.
func listGrades(ctx context.Context, q db.Queryer, sc scope.Scope, enterprise int64, year int) ([]Grade, error) {
	var a db.Args
	query := `SELECT s.enterprise_id, s.year, s.population, s.scheme, s.run_id, s.band, s.total, s.rank FROM grade s
		LEFT JOIN score x ON x.run_id = s.run_id AND x.enterprise_id = s.enterprise_id WHERE ` +
		sc.Where(&a, scope.Columns{Enterprise: "s.enterprise_id", District: "x.district", Chain: scoreScope.Chain})
	if enterprise != 0 {
		query += ` AND s.enterprise_id = ` + a.Add(enterprise)
	}
	if year != 0 {
		query += ` AND s.year = ` + a.Add(year)
	}
	return db.List(ctx, q, query+` ORDER BY s.year DESC, s.enterprise_id`, a.Values(), func(r db.Scanner) (Grade, error) {
		var g Grade
		var total sql.NullFloat64
		err := r.Scan(&g.Enterprise, &g.Year, &g.Population, &g.Scheme, &g.Run, &g.Band, &total, &g.Rank)
		g.Total = math.NaN()
		if total.Valid {
			g.Total = total.Float64
		}
		return g, err
	})
}

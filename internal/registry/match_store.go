package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/fault"
	"ballast/internal/scope"
	"ballast/uscc"
)

// Matches finds the firm a row of a file is about, and keeps the doubtful ones
// for a person.
type Matches struct{}

// Kinds of alias.
const (
	aliasCode = "code"
	aliasName = "name"
)

// chunk is how many claims are looked up by one statement.
const chunk = 300

// Resolve answers claims in order. It holds memory for the claims given, not
// for the registry: import in pieces.
func (m Matches) Resolve(ctx context.Context, q db.Queryer, claims []Claim) ([]Resolution, error) {
	out := make([]Resolution, 0, len(claims))
	for part := range slices.Chunk(claims, chunk) {
		ks, err := lookup(ctx, q, part)
		if err != nil {
			return nil, err
		}
		for i, c := range part {
			r := judge(c, ks[i])
			if !r.Verdict.Settled() && CheckName(c.Name) == nil {
				if ks[i].similar, err = similar(ctx, q, c.Name); err != nil {
					return nil, err
				}
				r = judge(c, ks[i])
			}
			out = append(out, r)
		}
	}
	return out, nil
}

// lookup gathers what exact look-ups know about each claim.
func lookup(ctx context.Context, q db.Queryer, claims []Claim) ([]known, error) {
	codes, folds := map[string]bool{}, map[string]bool{}
	suggested := make([][]uscc.Suggestion, len(claims))
	for i, c := range claims {
		code := uscc.Normalise(c.Code)
		if code != "" {
			codes[code] = true
		}
		if f := Fold(c.Name); f != "" {
			folds[f] = true
		}
		if !uscc.Check(code).OK() {
			suggested[i] = uscc.Suggest(code)
			for _, s := range suggested[i] {
				codes[s.Code] = true
			}
		}
	}
	byCode, err := candidatesByCode(ctx, q, keys(codes))
	if err != nil {
		return nil, err
	}
	byName, err := candidatesByName(ctx, q, keys(folds))
	if err != nil {
		return nil, err
	}
	aliases, err := aliasesOf(ctx, q, keys(codes), keys(folds))
	if err != nil {
		return nil, err
	}
	out := make([]known, len(claims))
	for i, c := range claims {
		k, code, fold := &out[i], uscc.Normalise(c.Code), Fold(c.Name)
		if b, ok := byCode[code]; ok {
			k.byCode = &b
		}
		if CheckName(c.Name) == nil {
			k.byName = byName[fold]
		}
		if a, ok := aliases[aliasCode+code]; ok && !contradicts(code, a, k.byName) {
			k.byAlias = &a
		} else if a, ok := aliases[aliasName+fold]; ok {
			k.byAlias = &a
		}
		for _, s := range suggested[i] {
			if b, ok := byCode[s.Code]; ok {
				b.Score, b.Why = scoreSuggested, "代码疑有"+s.Change.String()
				k.suggested = append(k.suggested, b)
			}
		}
	}
	return out, nil
}

// contradicts reports whether a broken code that was once decided to mean firm
// stands beside the full name of another: a code cut short by a narrow column is
// the beginning of many codes, so the name goes before it.
func contradicts(code string, firm int64, named []Candidate) bool {
	return !uscc.Check(code).OK() && len(named) > 0 && !slices.ContainsFunc(named, func(c Candidate) bool { return c.Enterprise == firm })
}

func keys(m map[string]bool) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// candidateColumns follow a merge to the surviving record s, as it is today: rows
// of a file may be older than the record of their firm.
const (
	candidateColumns = `s.id, s.code, v.name, s.established`
	candidateJoin    = ` JOIN enterprise s ON s.id = CASE WHEN e.merged_into <> 0 THEN e.merged_into ELSE e.id END JOIN enterprise_version v ON v.enterprise_id = s.id AND v.replaced_at = 0 AND v.valid_to = '9999-12-31'`
)

func eachCandidate(ctx context.Context, q db.Queryer, query string, vals []any, f func(key string, c Candidate)) error {
	return db.Each(ctx, q, query, vals, func(s db.Scanner) error {
		var key, established string
		var c Candidate
		if err := s.Scan(&key, &c.Enterprise, &c.Code, &c.Name, &established); err != nil {
			return err
		}
		c.Established = readDay(established)
		f(key, c)
		return nil
	})
}

func candidatesByCode(ctx context.Context, q db.Queryer, codes []string) (map[string]Candidate, error) {
	out := map[string]Candidate{}
	for part := range slices.Chunk(codes, chunk) {
		var a db.Args
		err := eachCandidate(ctx, q, `SELECT e.code, `+candidateColumns+` FROM enterprise e`+candidateJoin+` WHERE e.code <> '' AND e.code IN `+a.List(anys(part)...), a.Values(),
			func(key string, c Candidate) { out[key] = c })
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func candidatesByName(ctx context.Context, q db.Queryer, folds []string) (map[string][]Candidate, error) {
	out := map[string][]Candidate{}
	for part := range slices.Chunk(folds, chunk) {
		var a db.Args
		err := eachCandidate(ctx, q, `SELECT DISTINCT n.folded, `+candidateColumns+` FROM enterprise_name n JOIN enterprise e ON e.id = n.enterprise_id`+candidateJoin+
			` WHERE n.kind <> 'short' AND n.folded IN `+a.List(anys(part)...), a.Values(),
			func(key string, c Candidate) {
				c.Score, c.Why = scoreNamesake, "名称相同"
				out[key] = append(out[key], c)
			})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// aliasesOf returns decisions by kind+alias, following merges.
func aliasesOf(ctx context.Context, q db.Queryer, codes, folds []string) (map[string]int64, error) {
	out := map[string]int64{}
	for kind, list := range map[string][]string{aliasCode: codes, aliasName: folds} {
		for part := range slices.Chunk(list, chunk) {
			var a db.Args
			err := db.Each(ctx, q, `SELECT l.alias, l.enterprise_id, COALESCE(e.merged_into, 0) FROM enterprise_alias l LEFT JOIN enterprise e ON e.id = l.enterprise_id
				WHERE l.kind = `+a.Add(kind)+` AND l.alias IN `+a.List(anys(part)...), a.Values(), func(s db.Scanner) error {
				var alias string
				var id, into int64
				err := s.Scan(&alias, &id, &into)
				if into != 0 {
					id = into
				}
				out[kind+alias] = id
				return err
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// similar finds firms whose names share pieces with the name: candidates by the
// three rarest pieces, scored by [Similarity].
func similar(ctx context.Context, q db.Queryer, name string) ([]Candidate, error) {
	pieces := bigrams(core(Fold(name)))
	if len(pieces) == 0 {
		return nil, nil
	}
	rare, err := rarestTokens(ctx, q, pieces, 3)
	if err != nil || len(rare) == 0 {
		return nil, err
	}
	var a db.Args
	var out []Candidate
	query := `SELECT n.name, ` + candidateColumns + ` FROM enterprise_name n JOIN enterprise e ON e.id = n.enterprise_id` + candidateJoin +
		` WHERE n.enterprise_id IN (SELECT t.enterprise_id FROM enterprise_token t WHERE t.token IN ` + a.List(anys(rare)...) + ` LIMIT 500)`
	err = eachCandidate(ctx, q, query, a.Values(), func(key string, c Candidate) {
		if score := Similarity(name, key); score >= minSimilarity {
			c.Score, c.Why = score*scoreNamesake, "名称相近"
			out = append(out, c)
		}
	})
	return ranked(out), err
}

// rarestTokens returns up to n tokens that some firm has, rarest first.
func rarestTokens(ctx context.Context, q db.Queryer, list []string, n int) ([]string, error) {
	count := map[string]int{}
	for _, tok := range list {
		if _, seen := count[tok]; seen {
			continue
		}
		var c int
		if err := q.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM enterprise_token WHERE token = $1 LIMIT 500) c`, tok).Scan(&c); err != nil {
			return nil, err
		}
		if c > 0 {
			count[tok] = c
		}
	}
	rare := make([]string, 0, len(count))
	for tok := range count {
		rare = append(rare, tok)
	}
	slices.SortFunc(rare, func(a, b string) int {
		if count[a] != count[b] {
			return count[a] - count[b]
		}
		if a < b {
			return -1
		}
		return 1
	})
	return rare[:min(n, len(rare))], nil
}

// Origin says where a claim stood.
type Origin struct {
	Department string
	File       string
	Sheet      string
	Row        int
}

// Waiting is a claim in the queue (待匹配).
type Waiting struct {
	ID int64
	Claim
	Origin
	State      string // open, matched, ignored
	Why        string
	Candidates []Candidate
	Seen       int // how often the claim has come
	OpenedAt   time.Time
	DecidedAt  time.Time
	DecidedBy  string
	Enterprise int64
	Reason     string
}

// Queue puts an unsettled claim before a person and returns its place. The same
// claim waits once, however often it comes.
func (m Matches) Queue(ctx context.Context, tx *audit.Tx, c Claim, r Resolution, o Origin) (int64, error) {
	if r.Verdict.Settled() {
		return 0, fault.New(fault.Internal, "已经匹配的企业不进队列")
	}
	cands, err := json.Marshal(r.Candidates)
	if err != nil {
		return 0, fault.Wrap(fault.Internal, err, "候选写不出来")
	}
	var id int64
	err = tx.QueryRow(ctx, `INSERT INTO match_queue (code, name, folded, state, why, candidates, department, file, sheet, row_no, opened_at)
		VALUES ($1, $2, $3, 'open', $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (code, folded) WHERE state = 'open' DO UPDATE SET seen = match_queue.seen + 1, candidates = excluded.candidates, why = excluded.why RETURNING id`,
		uscc.Normalise(c.Code), c.Name, Fold(c.Name), r.Why, string(cands), o.Department, o.File, o.Sheet, o.Row, tx.Now.UnixMilli()).Scan(&id)
	return id, err
}

// Pending returns the open claims the scope sees: a department its own, the city
// all; oldest first.
func (m Matches) Pending(ctx context.Context, q db.Queryer, s scope.Scope, limit int) ([]Waiting, error) {
	var a db.Args
	query := `SELECT id, code, name, department, file, sheet, row_no, state, why, candidates, seen, opened_at, decided_at, decided_by, enterprise_id, reason
		FROM match_queue m WHERE state = 'open' AND ` + s.Where(&a, scope.Columns{Department: "m.department"}) + ` ORDER BY id LIMIT ` + a.Add(max(1, min(limit, 1000)))
	return db.List(ctx, q, query, a.Values(), scanWaiting)
}

func scanWaiting(s db.Scanner) (Waiting, error) {
	var w Waiting
	var cands string
	var opened, decided int64
	err := s.Scan(&w.ID, &w.Code, &w.Name, &w.Department, &w.File, &w.Sheet, &w.Row, &w.State, &w.Why, &cands, &w.Seen, &opened, &decided, &w.DecidedBy, &w.Enterprise, &w.Reason)
	if err != nil {
		return w, err
	}
	w.OpenedAt = time.UnixMilli(opened).UTC()
	if decided != 0 {
		w.DecidedAt = time.UnixMilli(decided).UTC()
	}
	if err := json.Unmarshal([]byte(cands), &w.Candidates); err != nil {
		return w, fault.Wrap(fault.Internal, err, "匹配队列 %d 的候选读不出来", w.ID)
	}
	return w, nil
}

// Decide settles a waiting claim: it means the firm, or with firm 0 no firm of
// ours. The decision is kept as an alias of the code, or of the name where there
// is no code, so the same claim never waits again. Deciding twice is a conflict.
func (m Matches) Decide(ctx context.Context, tx *audit.Tx, id, firm int64, by, reason string) error {
	var code, folded, state string
	err := tx.QueryRow(ctx, `SELECT code, folded, state FROM match_queue WHERE id = $1`, id).Scan(&code, &folded, &state)
	if fault.Is(err, fault.NotFound) {
		return fault.Wrap(fault.NotFound, err, "匹配队列里没有第 %d 条", id)
	}
	if err != nil {
		return err
	}
	if state != "open" {
		return fault.New(fault.Conflict, "这一条已经有人裁定了").WithHint("请刷新页面看结果。")
	}
	to := "ignored"
	if firm != 0 {
		to = "matched"
		if err := exists(ctx, tx, firm); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE match_queue SET state = $1, decided_at = $2, decided_by = $3, enterprise_id = $4, reason = $5 WHERE id = $6`,
		to, tx.Now.UnixMilli(), by, firm, reason, id); err != nil {
		return err
	}
	kind, alias := aliasCode, code
	if code == "" {
		kind, alias = aliasName, folded
	}
	tx.Note("decision", fmt.Sprintf("%s %s → enterprise:%d", kind, alias, firm))
	if alias == "" {
		return nil // neither code nor name: nothing to remember it by
	}
	_, err = tx.Exec(ctx, `INSERT INTO enterprise_alias (kind, alias, enterprise_id, decided_by, decided_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (kind, alias) DO UPDATE SET enterprise_id = excluded.enterprise_id, decided_by = excluded.decided_by, decided_at = excluded.decided_at`,
		kind, alias, firm, by, tx.Now.UnixMilli())
	return err
}

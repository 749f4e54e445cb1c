package registry

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"ballast/internal/db"
	"ballast/uscc"
)

// endMark closes every text in the search body, so that its last character too
// begins a token and a search for one character is a range over tokens.
const endMark = "\n"

// maxTerms is how many words of a query are looked at.
const maxTerms = 6

// body returns what a search looks into: every name as written and folded, and
// the initials of both, one a line. What is written matters too: a person may
// type 萍乡市, which folding takes out of the name.
func body(names []string) string {
	var lines []string
	for _, n := range names {
		for _, f := range []string{foldCharacters(n), Fold(n)} {
			lines = append(lines, f)
			lines = append(lines, Initials(f)...)
		}
	}
	slices.Sort(lines)
	return strings.Join(slices.Compact(lines), endMark) + endMark
}

// tokens returns the distinct two-character pieces of a body. No piece joins two
// lines.
func tokens(body string) []string {
	var out []string
	for line := range strings.SplitSeq(body, endMark) {
		out = append(out, bigrams(line+endMark)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// term is one word of a query.
type term struct {
	text string // folded
	code string // the word as a code prefix, "" when it cannot be one
}

// terms cuts a query at blanks. A word that looks like the head of a credit code
// is looked for as that as well.
func terms(query string) []term {
	var out []term
	for _, w := range strings.Fields(query) {
		t := term{text: foldCharacters(w)}
		if c := uscc.Normalise(w); len(c) >= 2 && strings.Trim(c, "0123456789ABCDEFGHJKLMNPQRTUWXY") == "" && strings.ContainsAny(c, "0123456789") {
			t.code = c
		}
		if t.text != "" || t.code != "" {
			out = append(out, t)
		}
		if len(out) == maxTerms {
			break
		}
	}
	return out
}

// condition returns an SQL condition on the enterprise id expression for one
// term: candidates from the token table, driven by the rarest token, each
// verified against the whole body. All hits and only hits.
func (t term) condition(ctx context.Context, q db.Queryer, a *db.Args, id string) (string, error) {
	var parts []string
	if t.code != "" {
		parts = append(parts, `SELECT ec.id FROM enterprise ec WHERE ec.code >= `+a.Add(t.code)+` AND ec.code < `+a.Add(t.code+"~")+` AND ec.code <> ''`)
	}
	switch utf8.RuneCountInString(t.text) {
	case 0:
	case 1:
		r, _ := utf8.DecodeRuneInString(t.text)
		parts = append(parts, `SELECT st.enterprise_id FROM enterprise_token st WHERE st.token >= `+a.Add(t.text)+` AND st.token < `+a.Add(string(r+1)))
	default:
		list := bigrams(t.text)
		slices.Sort(list)
		list = slices.Compact(list)
		driver, err := rarest(ctx, q, list)
		if err != nil {
			return "", err
		}
		tok := a.Add(list[driver])
		sub := `SELECT st.enterprise_id FROM enterprise_token st WHERE st.token = ` + tok
		if utf8.RuneCountInString(t.text) > 2 {
			// REPLACE finds a substring by code point on both engines alike.
			sub = `SELECT st.enterprise_id FROM enterprise_token st JOIN enterprise_search sb ON sb.enterprise_id = st.enterprise_id WHERE st.token = ` + tok +
				` AND REPLACE(sb.body, ` + a.Add(t.text) + `, '') <> sb.body`
		}
		parts = append(parts, sub)
	}
	return id + " IN (" + strings.Join(parts, " UNION ") + ")", nil
}

// probe is how far tokens are counted when the rarest is chosen.
const probe = 2000

// rarest returns the index of the token that fewest firms have.
func rarest(ctx context.Context, q db.Queryer, list []string) (int, error) {
	best, least := 0, probe+1
	for i, tok := range list {
		var n int
		err := q.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM enterprise_token WHERE token = $1 LIMIT 2000) c`, tok).Scan(&n)
		if err != nil {
			return 0, err
		}
		if n < least {
			best, least = i, n
		}
		if n == 0 {
			break // no firm has it: nothing else need be counted
		}
	}
	return best, nil
}

// index rewrites the search rows of firms from their names.
func index(ctx context.Context, tx db.Queryer, w writer, ids []int64) error {
	for chunk := range slices.Chunk(ids, 200) {
		names := map[int64][]string{}
		var a db.Args
		err := db.Each(ctx, tx, `SELECT enterprise_id, name FROM enterprise_name WHERE enterprise_id IN `+a.List(anys(chunk)...), a.Values(), func(s db.Scanner) error {
			var id int64
			var name string
			err := s.Scan(&id, &name)
			names[id] = append(names[id], name)
			return err
		})
		if err != nil {
			return err
		}
		if err := writeIndex(ctx, tx, w, chunk, names); err != nil {
			return err
		}
	}
	return nil
}

func writeIndex(ctx context.Context, q db.Queryer, w writer, ids []int64, names map[int64][]string) error {
	old := map[int64]string{}
	var a db.Args
	err := db.Each(ctx, q, `SELECT enterprise_id, body FROM enterprise_search WHERE enterprise_id IN `+a.List(anys(ids)...), a.Values(), func(s db.Scanner) error {
		var id int64
		var b string
		err := s.Scan(&id, &b)
		old[id] = b
		return err
	})
	if err != nil {
		return err
	}
	var bodies, toks [][]any
	for _, id := range ids {
		b := body(names[id])
		before, after := tokens(old[id]), tokens(b)
		bodies = append(bodies, []any{id, b})
		for _, t := range after {
			if _, had := slices.BinarySearch(before, t); !had {
				toks = append(toks, []any{t, id})
			}
		}
		// By token and firm, the primary key: the table has no index by firm, since
		// only a renamed firm ever loses tokens.
		for _, t := range before {
			if _, has := slices.BinarySearch(after, t); !has {
				if _, err := w.Exec(ctx, `DELETE FROM enterprise_token WHERE token = $1 AND enterprise_id = $2`, t, id); err != nil {
					return err
				}
			}
		}
	}
	err = w.Insert(ctx, "enterprise_search", []string{"enterprise_id", "body"}, bodies, "ON CONFLICT (enterprise_id) DO UPDATE SET body = excluded.body")
	if err != nil {
		return err
	}
	return w.Insert(ctx, "enterprise_token", []string{"token", "enterprise_id"}, toks, "")
}

// writer is what index needs of a transaction.
type writer interface {
	Exec(ctx context.Context, query string, args ...any) (int64, error)
	Insert(ctx context.Context, table string, cols []string, rows [][]any, suffix string) error
}

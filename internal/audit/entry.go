package audit

import (
	"context"
	"crypto/subtle"
	"encoding/binary"
	"time"

	"ballast/internal/db"
	"ballast/internal/scope"

	"github.com/emmansun/gmsm/sm3"
)

// Entry is one row of the journal (操作日志).
type Entry struct {
	Seq        int64
	At         time.Time
	ActorID    string
	ActorName  string
	Via        string
	Verb       string
	Subject    string
	Enterprise int64
	Reason     string
	Facts      string // JSON object with sorted keys
	Hash       []byte // SM3 over the previous hash and this row
}

// chain returns the entry's hash given the hash before it. Every field goes in
// with its length, so no two different rows give the same input.
func (e *Entry) chain(prev []byte) []byte {
	h := sm3.New()
	put := func(b []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	num := func(v int64) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(v))
		put(n[:])
	}
	put(prev)
	num(e.Seq)
	num(e.At.UnixMilli())
	for _, s := range []string{e.ActorID, e.ActorName, e.Via, e.Verb, e.Subject} {
		put([]byte(s))
	}
	num(e.Enterprise)
	put([]byte(e.Reason))
	put([]byte(e.Facts))
	return h.Sum(nil)
}

const entryColumns = `seq, at, actor_id, actor_name, via, verb, subject, enterprise_id, reason, facts, hash`

func scanEntry(s db.Scanner) (Entry, error) {
	var e Entry
	var at int64
	err := s.Scan(&e.Seq, &at, &e.ActorID, &e.ActorName, &e.Via, &e.Verb, &e.Subject, &e.Enterprise, &e.Reason, &e.Facts, &e.Hash)
	e.At = time.UnixMilli(at).UTC()
	return e, err
}

// Filter narrows Entries. Zero fields do not narrow.
type Filter struct {
	Subject    string
	ActorID    string
	Verb       string
	Enterprise int64
	Before     int64 // only entries with a smaller sequence number, for paging back
	Limit      int   // at most this many, newest first; 0 means 100
}

// Entries reads the journal, newest first. A whole-city scope sees all; an
// enterprise scope sees what was done about that enterprise; others see nothing.
func Entries(ctx context.Context, q db.Queryer, s scope.Scope, f Filter) ([]Entry, error) {
	var a db.Args
	query := `SELECT ` + entryColumns + ` FROM journal WHERE ` + s.Where(&a, scope.Columns{Enterprise: "enterprise_id"})
	eq := func(col string, v any, set bool) {
		if set {
			query += " AND " + col + " = " + a.Add(v)
		}
	}
	eq("subject", f.Subject, f.Subject != "")
	eq("actor_id", f.ActorID, f.ActorID != "")
	eq("verb", f.Verb, f.Verb != "")
	eq("enterprise_id", f.Enterprise, f.Enterprise != 0)
	if f.Before > 0 {
		query += " AND seq < " + a.Add(f.Before)
	}
	if f.Limit <= 0 {
		f.Limit = 100
	}
	query += " ORDER BY seq DESC LIMIT " + a.Add(f.Limit)
	return db.List(ctx, q, query, a.Values(), scanEntry)
}

// Report is the result of Verify.
type Report struct {
	Entries  int64  // rows read
	Intact   bool   // the chain holds from the first row to the head
	BrokenAt int64  // sequence number of the first row that does not fit; 0 when intact
	Why      string // Chinese; what does not fit
}

// Verify recomputes the whole chain and compares it with the head. A broken
// chain is a report, not an error; an error means the journal could not be read.
func Verify(ctx context.Context, q db.Queryer) (Report, error) {
	r := Report{Intact: true}
	var prev []byte
	err := db.Each(ctx, q, `SELECT `+entryColumns+` FROM journal ORDER BY seq`, nil, func(s db.Scanner) error {
		e, err := scanEntry(s)
		if err != nil || !r.Intact {
			return err
		}
		r.Entries++
		switch {
		case e.Seq != r.Entries:
			r.fail(r.Entries, "序号不连续：缺少这一条")
		case subtle.ConstantTimeCompare(e.Hash, e.chain(prev)) != 1:
			r.fail(e.Seq, "这一条的内容与它的哈希不符")
		}
		prev = e.Hash
		return nil
	})
	if err != nil || !r.Intact {
		return r, err
	}
	var h head
	if err := q.QueryRow(ctx, `SELECT seq, hash FROM journal_head WHERE id = 1`).Scan(&h.seq, &h.hash); err != nil {
		return r, err
	}
	if h.seq != r.Entries || (r.Entries > 0 && subtle.ConstantTimeCompare(h.hash, prev) != 1) {
		r.fail(r.Entries+1, "末尾的记录少了")
	}
	return r, nil
}

func (r *Report) fail(at int64, why string) { r.Intact, r.BrokenAt, r.Why = false, at, why }

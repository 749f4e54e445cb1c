package registry

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/db/dbtest"
)

// syllables of made-up firm names; 重 and 长 are read in two ways.
var (
	places = []string{"萍乡市", "江西省萍乡市", "芦溪县", "上栗县", "莲花县", "湘东", "安源", "长治", "重庆"}
	heads  = []rune("鑫通百斯特高强华泰金龙永盛长兴重瑞宏祥明辉丰达正邦万利行乐")
	trades = []string{"精密机械", "电瓷电气", "花炮", "食品", "新材料", "石油化工", "光电科技", "陶瓷", "重工机械", "密封件"}
	forms  = []string{"有限公司", "有限责任公司", "股份有限公司", "厂", "（集团）有限公司"}
)

func names(n int, seed uint64) []string {
	r := rand.New(rand.NewPCG(seed, 1))
	out := make([]string, n)
	for i := range out {
		var head []rune
		for range 2 + r.IntN(3) {
			head = append(head, heads[r.IntN(len(heads))])
		}
		out[i] = places[r.IntN(len(places))] + string(head) + trades[r.IntN(len(trades))] + forms[r.IntN(len(forms))]
	}
	return out
}

func fill(t testing.TB, h house, list []string) {
	t.Helper()
	entries := make([]Entry, len(list))
	for i, n := range list {
		entries[i] = firm(i+1, n)
	}
	err := h.try(func(tx *audit.Tx) error {
		_, err := h.Enterprises().RegisterAll(context.Background(), tx, entries)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// truth finds by looking at every name.
func truth(list []string, query string) []int64 {
	var ids []int64
	for i, n := range list {
		all := true
		for _, w := range strings.Fields(query) {
			w = foldCharacters(w)
			hit := strings.HasPrefix(code(i+1), strings.ToUpper(w)) && strings.ContainsAny(w, "0123456789")
			for _, f := range []string{foldCharacters(n), Fold(n)} {
				hit = hit || strings.Contains(f, w)
				for _, s := range Initials(f) {
					hit = hit || strings.Contains(s, w)
				}
			}
			all = all && hit
		}
		if all {
			ids = append(ids, int64(i+1))
		}
	}
	return ids
}

var queries = []string{
	"机械", "精密", "密机", "精密机", "石油", "萍乡", "萍乡市", "江西省萍乡市", "鑫", "重", "机械 萍乡", "精密机械有限责任公司", "（集团）", "(集团)",
	"jxjx", "cqjmjx", "px", "cz", "hp", "91360300000000", "9136030000000", "不存在", "精密 石油", "JMJX",
}

func TestSearchFindsAllAndOnlyTheRightOnes(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		list := names(600, 3)
		fill(t, h, list)
		r := rand.New(rand.NewPCG(5, 5))
		all := slices.Clone(queries)
		for range 60 { // any piece of any name
			n := []rune(list[r.IntN(len(list))])
			at := r.IntN(len(n))
			all = append(all, string(n[at:min(len(n), at+1+r.IntN(4))]))
		}
		for _, q := range all {
			got, err := h.Enterprises().IDs(context.Background(), h.d, city, Filter{Day: day("2026-01-01"), Text: q})
			if want := truth(list, q); err != nil || !slices.Equal(got, want) {
				t.Errorf("%q finds %d firms, want %d (%v)", q, len(got), len(want), err)
			}
		}
		got, err := h.Enterprises().IDs(context.Background(), h.d, city, Filter{Day: day("2026-01-01"), Text: "—"})
		if err != nil || len(got) != 0 {
			t.Errorf("a query of signs finds %d firms %v, want none", len(got), err)
		}
	})
}

// BenchmarkSearch measures queries over 100,000 names; the time to register them
// is reported once.
func BenchmarkSearch(b *testing.B) {
	d, w := dbtest.SQLite(b)
	benchmarkSearch(b, d, w)
}

func BenchmarkSearchPostgres(b *testing.B) {
	d, w := dbtest.Postgres(b)
	benchmarkSearch(b, d, w)
}

func benchmarkSearch(b *testing.B, d *db.DB, w *db.Writer) {
	h := house{New(Rules{}), nil, d, audit.NewPen(w, time.Now)}
	list := names(100_000, 9)
	start := time.Now()
	fill(b, h, list)
	fmt.Printf("100,000 firms registered and indexed in %v\n", time.Since(start).Round(time.Millisecond))
	for _, q := range []string{"机械", "密机", "精密机", "石油", "鑫通", "萍乡 鑫通", "cqjmjx", "91360300000001"} {
		b.Run(strings.ReplaceAll(q, " ", "+"), func(b *testing.B) {
			for range b.N {
				p, err := h.Enterprises().List(context.Background(), d, city, Filter{Day: day("2026-01-01"), Text: q, Limit: 20})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(p.Total), "hits")
			}
		})
	}
	b.Run("frame", func(b *testing.B) {
		for range b.N {
			f, err := h.Frame(context.Background(), d, city, day("2026-01-01"))
			if err != nil || f.Len() != len(list) {
				b.Fatal(fmt.Sprint(f.Len(), err))
			}
		}
	})
}

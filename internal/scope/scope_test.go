package scope_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"ballast/internal/db"
	"ballast/internal/db/dbtest"
	"ballast/internal/scope"
)

func TestEmptyScopeSeesNothing(t *testing.T) {
	var a db.Args
	var s scope.Scope
	if got := s.Where(&a, scope.Columns{Enterprise: "id", District: "d"}); got != "1=0" {
		t.Errorf("Where = %q", got)
	}
	if s.Allows(scope.Row{Enterprise: 1, District: "360302"}) || s.Allows(scope.Row{}) {
		t.Error("the zero scope allowed a row")
	}
	// A scope whose only dimension the query cannot express sees nothing either.
	if got := scope.Chains("链长办", "ec").Where(&a, scope.Columns{Enterprise: "id"}); got != "1=0" {
		t.Errorf("Where = %q", got)
	}
}

// Where, run by a real engine, and Allows must agree on every row.
func TestWhereAgreesWithAllows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *db.Writer) {
		r := rand.New(rand.NewPCG(1, 2))
		districts := []string{"", "360302", "360313", "360321"}
		deps := []string{"", "tax", "power"}
		for range 60 {
			s := randomScope(r, districts, deps)
			for id := range int64(6) {
				row := scope.Row{Enterprise: id, District: districts[r.IntN(4)], Department: deps[r.IntN(3)]}
				var a db.Args
				q := fmt.Sprintf("SELECT count(*) FROM (SELECT CAST(%s AS BIGINT) AS id, CAST(%s AS TEXT) AS d, CAST(%s AS TEXT) AS p) x WHERE ",
					a.Add(row.Enterprise), a.Add(row.District), a.Add(row.Department))
				q += s.Where(&a, scope.Columns{Enterprise: "x.id", District: "x.d", Department: "x.p"})
				var n int
				if err := d.QueryRow(context.Background(), q, a.Values()...).Scan(&n); err != nil {
					t.Fatal(err)
				}
				if (n == 1) != s.Allows(row) {
					t.Fatalf("Where says %d, Allows says %v for %+v in %+v", n, s.Allows(row), row, s)
				}
			}
		}
	})
}

// randomScope never names an empty code or id 0, as access never does.
func randomScope(r *rand.Rand, districts, deps []string) scope.Scope {
	var s scope.Scope
	if r.IntN(8) == 0 {
		s = scope.Union(s, scope.City("全市"))
	}
	if r.IntN(2) == 0 {
		s = scope.Union(s, scope.Districts("本县区", districts[1+r.IntN(3)]))
	}
	if r.IntN(3) == 0 {
		s = scope.Union(s, scope.Departments("本部门", deps[1+r.IntN(2)]))
	}
	if r.IntN(2) == 0 {
		s = scope.Union(s, scope.Enterprises("本企业", 1+r.Int64N(5), 1+r.Int64N(5)))
	}
	return s
}

func TestUnionKeepsReasons(t *testing.T) {
	s := scope.Union(scope.Enterprises("包联企业", 9, 3, 9), scope.Districts("本县区", "360323"))
	if s.Why() != "包联企业；本县区" || !slices.Equal(s.EnterpriseIDs(), []int64{3, 9}) {
		t.Errorf("%q %v", s.Why(), s.EnterpriseIDs())
	}
	if s.WholeCity() || s.Empty() {
		t.Error("a union of parts is neither the city nor empty")
	}
}

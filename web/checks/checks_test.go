package checks_test

import (
	"strings"
	"testing"
	"time"

	"packhouse/internal/access"
	"packhouse/internal/check"
	"packhouse/internal/link"
	"packhouse/internal/pgtest"
	"packhouse/web/checks"
	"packhouse/web/edge"
	"packhouse/web/edge/edgetest"
	"packhouse/web/staff"
)

func open(t *testing.T) (*pgtest.Database, *edge.Router) {
	t.Helper()
	db := pgtest.DB(t)
	e, err := edge.New(edge.Config{DB: db.DB, Read: db.Pools.Read, Quick: db.Pools.Write, Key: edgetest.Key, BaseURL: "https://oms.example.test", Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	proof, err := access.NewProof(edgetest.Key)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := link.NewKeys(edgetest.Key)
	if err != nil {
		t.Fatal(err)
	}
	r := e.Router()
	staff.New(staff.Config{Read: db.Pools.Read, Proof: proof, Links: keys}).Routes(r)
	checks.Routes(r, checks.Deps{Snapshots: db.Pools.Replica})
	return db, r
}

// A27
func TestThePageSaysWhatIsCheckedAndThenWhetherItHolds(t *testing.T) {
	t.Parallel()
	db, r := open(t)
	b := edgetest.New(t, r).SignIn(edgetest.Add(t, db, access.Admin))
	before := b.Get("/checks")
	if n := before.Doc().Find("tbody tr").Length(); before.Status != 200 || n != len(check.All()) || before.Doc().Find(`a[href="/checks?run=1"]`).Length() != 1 {
		t.Errorf("status %d with %d checks", before.Status, n)
	}
	if strings.Contains(before.Body, "invariant.") {
		t.Error("a check has no sentence")
	}
	clean := b.Get("/checks?run=1")
	if !strings.Contains(clean.Body, "checks hold.") || clean.Doc().Find("tbody tr .badge.green").Length() != len(check.All()) {
		t.Errorf("a new house is not clean: %s", clean.Body)
	}
	for _, sql := range []string{`create sequence near maxvalue 10`, `select setval('near', 9)`} {
		if _, err := db.Pools.Write.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	broken := b.Get("/checks?run=1")
	if broken.Status != 200 || broken.Doc().Find("tbody tr .badge.red").Length() != 1 || !strings.Contains(broken.Body, "sequence near is at 9 of 10") || !strings.Contains(broken.Body, "1 of ") {
		t.Errorf("%d %s", broken.Status, broken.Body)
	}
}

// A87
func TestOnlyWhoMayRunChecksSeesThem(t *testing.T) {
	t.Parallel()
	db, r := open(t)
	for _, role := range access.Roles {
		want := 403
		if role.May(access.CheckRun) {
			want = 200
		}
		if got := edgetest.New(t, r).SignIn(edgetest.Add(t, db, role)).Get("/checks?run=1").Status; got != want {
			t.Errorf("%s: %d, want %d", role, got, want)
		}
	}
	if got := edgetest.New(t, r).Get("/checks").Status; got == 200 {
		t.Error("the public sees the checks")
	}
}

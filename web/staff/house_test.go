package staff_test

import (
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"packhouse/internal/access"
	"packhouse/internal/link"
	"packhouse/internal/pgtest"
	"packhouse/web/edge"
	"packhouse/web/edge/edgetest"
	"packhouse/web/staff"
)

// house is the staff pages over a database of the test's own.
type house struct {
	*pgtest.Database
	router *edge.Router
	proof  *access.Proof
	links  link.Keys
}

func open(t *testing.T, change ...func(*edge.Config)) *house {
	t.Helper()
	db := pgtest.DB(t)
	h := &house{Database: db}
	c := edge.Config{DB: db.DB, Read: db.Pools.Read, Quick: db.Pools.Write, Key: edgetest.Key, BaseURL: "https://oms.example.test", Clock: time.Now, Log: slog.New(slog.DiscardHandler)}
	for _, f := range change {
		f(&c)
	}
	e, err := edge.New(c)
	if err != nil {
		t.Fatal(err)
	}
	if h.proof, err = access.NewProof(edgetest.Key); err != nil {
		t.Fatal(err)
	}
	if h.links, err = link.NewKeys(edgetest.Key); err != nil {
		t.Fatal(err)
	}
	h.router = e.Router()
	staff.New(staff.Config{Read: db.Pools.Read, Proof: h.proof, Links: h.links}).Routes(h.router)
	h.router.Get("/", access.OrderRead, func(*edge.Request) (edge.Reply, error) { return edge.SeeOther("/account"), nil })
	return h
}

func (h *house) browser(t *testing.T) *edgetest.Browser { return edgetest.New(t, h.router) }

// as is a browser of a new member of staff with the role, signed in.
func (h *house) as(t *testing.T, role access.Role) (*edgetest.Browser, edgetest.Staff) {
	t.Helper()
	who := edgetest.Add(t, h.Database, role)
	return h.browser(t).SignIn(who), who
}

func (h *house) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := h.Pools.Write.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func (h *house) count(t *testing.T, sql string, args ...any) (n int) {
	t.Helper()
	if err := h.Pools.Write.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// events counts audit lines of a kind.
func (h *house) events(t *testing.T, kind string) int {
	t.Helper()
	return h.count(t, `select count(*) from events where kind = $1`, kind)
}

func inside(b *edgetest.Browser) bool { return b.Get("/account").Status == http.StatusOK }

// A87
func TestRouteTableOfTheStaffPages(t *testing.T) {
	t.Parallel()
	got := edgetest.Table(open(t).router.Routes())
	const file = "testdata/routes.golden"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("the routes or their permissions changed; run with UPDATE=1 and look at the difference:\n%s", got)
	}
}

// A87
func TestEachRoleReachesWhatThePermissionTableSays(t *testing.T) {
	t.Parallel()
	h := open(t)
	browsers := map[access.Role]*edgetest.Browser{}
	for _, role := range access.Roles {
		browsers[role], _ = h.as(t, role)
	}
	path := func(p string) string { return strings.NewReplacer("{id}", "999999", "{token}", "none").Replace(p) }
	edgetest.Matrix(t, h.router.Routes(), path, h.browser(t), browsers)
	if h.events(t, "access.refused") == 0 {
		t.Error("no refusal left an audit line")
	}
}

package site_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"packhouse/internal/access"
	"packhouse/web/edge/edgetest"
)

// The table is the answer to "who may open what": a change of it is a line in
// a review. UPDATE=1 writes it anew.
func TestTheRouteTableIsAsAgreed(t *testing.T) {
	t.Parallel()
	h := open(t)
	const golden = "testdata/routes.golden"
	have := edgetest.Table(h.Routes())
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(golden, []byte(have), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if have != string(want) {
		t.Errorf("the routes are not those of %s; read the difference, then run this test with UPDATE=1\n%s", golden, difference(string(want), have))
	}
}

func difference(want, have string) string {
	in := func(lines, line string) bool { return strings.Contains("\n"+lines, "\n"+line+"\n") }
	var b strings.Builder
	for _, l := range strings.Split(want, "\n") {
		if l != "" && !in(have, l) {
			fmt.Fprintf(&b, "- %s\n", l)
		}
	}
	for _, l := range strings.Split(have, "\n") {
		if l != "" && !in(want, l) {
			fmt.Fprintf(&b, "+ %s\n", l)
		}
	}
	return b.String()
}

// A87, findings 8, 12, 13
func TestEveryRouteAsksEachRoleForItsPermission(t *testing.T) {
	t.Parallel()
	h := open(t)
	edgetest.Matrix(t, h.Routes(), h.nowhere, h.nobody(), h.staff)
}

// A87
func TestEveryRefusalLeavesALineInTheAuditTrail(t *testing.T) {
	t.Parallel()
	h := open(t)
	const lines = "select count(*) from events where kind = 'access.refused' and data ->> 'route' = $1 and actor_id = $2"
	picker := h.who[access.Warehouse]
	for _, r := range h.Routes() {
		if mounted(r) || r.Permission == access.Public || r.Permission == access.SecretLink || r.Permission == access.SignedIn || access.Warehouse.May(r.Permission) {
			continue
		}
		var form url.Values
		if r.Method == http.MethodPost {
			form = url.Values{}
		}
		a := h.staff[access.Warehouse].Send(r.Method, h.path(r.Pattern), form)
		if a.Status != http.StatusForbidden {
			t.Errorf("%s %s as a picker: status %d, want 403", r.Method, r.Pattern, a.Status)
		}
		if n := h.one(lines, r.Method+" "+r.Pattern, int64(picker.ID)); n != 1 {
			t.Errorf("%s %s: %d audit lines, want 1", r.Method, r.Pattern, n)
		}
	}
}

// allowListed is what somebody without a login may reach. Findings 4.
var allowListed = map[string]bool{
	"/login": true, "/login/code": true, "/logout": true, "/forgot": true, "/reset/{token}": true, "/invite/{token}": true,
	"/o": true, "/o/": true, "/o/{secret}": true, "/o/{secret}/cancel": true,
	"/shop": true, "/shop/order": true, "/shop/order/check": true, "/shop/order/more": true, "/shop/brand.css": true,
	"/shop/login": true, "/shop/login/{secret}": true, "/shop/logout": true,
	"/static/*": true, "/_gallery": true,
}

func TestWithoutALoginOnlyTheListedPagesAnswer(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, r := range h.Routes() {
		if allowListed[r.Pattern] {
			continue
		}
		var form url.Values
		if r.Method == http.MethodPost {
			form = url.Values{}
		}
		a := h.nobody().Send(r.Method, h.path(r.Pattern), form)
		switch {
		case a.Status == http.StatusUnauthorized, a.Status == http.StatusNotFound:
		case r.Method == http.MethodGet && a.Status == http.StatusSeeOther && strings.HasPrefix(a.Location(), "/login"):
		default:
			t.Errorf("%s %s without a login: status %d to %q", r.Method, r.Pattern, a.Status, a.Location())
		}
	}
}

// Findings 1, 2, 5, 7
func TestOnlyItsOwnSecretOpensAnOrder(t *testing.T) {
	t.Parallel()
	h := open(t)
	order := h.one("select min(id) from sales_orders where state = 'placed'")
	x := h.nobody()
	if a := x.Get("/o/" + h.status(order)); a.Status != 200 {
		t.Fatalf("the order's own secret: status %d", a.Status)
	}
	nothing := x.Get("/o/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	if nothing.Status != 404 {
		t.Fatalf("a secret that was never made: status %d", nothing.Status)
	}
	number := h.one("select number::bigint from sales_orders where id = $1", order)
	login := strings.TrimPrefix(h.path("/shop/login/{secret}"), "/shop/login/")
	for _, secret := range []string{
		fmt.Sprint(number), fmt.Sprint(order), "", "%20", "%00", "null", "undefined", "-1", "..", "%2e%2e%2fadmin", login,
		h.status(order)[:10], h.status(order) + "A", strings.ToUpper(h.status(order)) + "_", strings.Repeat("A", 200_000),
	} {
		a := x.Get("/o/" + secret)
		if a.Status != 404 || a.Text() != nothing.Text() {
			t.Errorf("secret %.30q: status %d, and a page other than for any wrong secret: %.200s", secret, a.Status, a.Text())
		}
	}
	if a := x.Get("/shop/login/" + h.status(order)); a.Status != 404 {
		t.Errorf("an order's secret at the door of sign-in: status %d, want 404", a.Status)
	}
	for _, q := range []string{"?token=", "?token[]=", "?token=null", "?secret=" + h.status(order)} {
		if a := x.Get("/o/" + q); a.Status != 404 {
			t.Errorf("/o/%s: status %d, want 404", q, a.Status)
		}
	}
}

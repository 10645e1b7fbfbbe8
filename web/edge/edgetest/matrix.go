package edgetest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"packhouse/internal/access"
	"packhouse/web/edge"
)

// Matrix asks for every route as nobody and as each role, and fails where the
// answer is not what the route's permission and the permission table say.
//
// path makes a path from a pattern; an id in it should name nothing, so that a
// command which is allowed changes nothing. Browsers are signed in, by role.
func Matrix(t *testing.T, routes []edge.Route, path func(pattern string) string, nobody *Browser, staff map[access.Role]*Browser) {
	t.Helper()
	for _, route := range routes {
		if strings.HasSuffix(route.Pattern, "/*") {
			continue
		}
		open := route.Permission == access.Public || route.Permission == access.SecretLink
		if !open {
			refuseNobody(t, route, ask(nobody, route, path))
		}
		for role, b := range staff {
			if open || route.Permission == access.SignedIn && route.Method == http.MethodPost {
				continue // anybody may, and some of these sign the browser out
			}
			a := ask(b, route, path)
			may := route.Permission == access.SignedIn || role.May(route.Permission)
			switch {
			case !may && a.Status != http.StatusForbidden:
				t.Errorf("%s %s as %s: status %d, want 403", route.Method, route.Pattern, role, a.Status)
			case may && (a.Status == http.StatusForbidden || a.Status == http.StatusUnauthorized || strings.HasPrefix(a.Location(), "/login")):
				t.Errorf("%s %s as %s: refused with %d, though the role has %s", route.Method, route.Pattern, role, a.Status, route.Permission)
			case may && a.Status >= 500:
				t.Errorf("%s %s as %s: status %d: %.200s", route.Method, route.Pattern, role, a.Status, a.Body)
			}
		}
	}
}

func ask(b *Browser, route edge.Route, path func(string) string) *Answer {
	var form url.Values
	if route.Method == http.MethodPost {
		form = url.Values{}
	}
	return b.Send(route.Method, path(route.Pattern), form)
}

func refuseNobody(t *testing.T, route edge.Route, a *Answer) {
	t.Helper()
	if route.Method == http.MethodPost && a.Status != http.StatusUnauthorized {
		t.Errorf("%s %s as nobody: status %d, want 401", route.Method, route.Pattern, a.Status)
	}
	if route.Method == http.MethodGet && (a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Location(), "/login")) {
		t.Errorf("%s %s as nobody: status %d to %q, want 303 to /login", route.Method, route.Pattern, a.Status, a.Location())
	}
}

// Table prints the route table for a golden file.
func Table(routes []edge.Route) string {
	var b strings.Builder
	for _, r := range routes {
		fmt.Fprintf(&b, "%-5s %-40s %s\n", r.Method, r.Pattern, r.Permission)
	}
	return b.String()
}

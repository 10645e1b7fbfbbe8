package pgtest

import (
	"net/url"
	"strings"
	"testing"
)

// Admin is the address of a test's database as the server's superuser, for
// filling it past the rules and for asking for plans.
func Admin(t testing.TB, db *Database) string {
	t.Helper()
	own, err := url.Parse(db.URL)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return strings.Replace(shared(t).server.AdminURL(), "/postgres?", own.Path+"?", 1)
}

//go:build data

package main

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"packhouse/internal/pgtest"
)

// Section 6: after the real orders the check is clean.
func TestTheCheckIsCleanAfterRealOrders(t *testing.T) {
	t.Parallel()
	dir := cmp.Or(os.Getenv("DATA_SAMPLES"), filepath.Join("..", "..", "..", "shared", "data"))
	file := filepath.Join(dir, "uci-online-retail", "online_retail.csv.gz")
	db := pgtest.DB(t)
	env := environment("DATABASE_URL", db.URL)
	code, out, errs := oms(t, env, "import", "uci", file, "--from", "2011-01-17", "--to", "2011-01-18")
	if code != done || !strings.Contains(out, "orders, of which") {
		t.Fatalf("%d\n%s%s", code, out, errs)
	}
	t.Log(out)
	if code, out, errs := oms(t, env, "check"); code != done || !strings.Contains(out, "0 violated") {
		t.Errorf("%d\n%s%s", code, out, errs)
	}
}

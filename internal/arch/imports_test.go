package arch

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// ground is the floor everything stands on: each room with all of ours that it
// knows. None of them knows a word of the business but trade and words.
var ground = map[string]string{
	"internal/id":             "",
	"internal/problem":        "",
	"internal/money":          "internal/problem",
	"internal/trade":          "internal/id internal/money internal/problem",
	"internal/words":          "internal/money internal/problem",
	"internal/pg":             "",
	"internal/list":           "internal/pg",
	"internal/txn":            "internal/id internal/pg internal/problem",
	"internal/access":         "internal/id internal/pg internal/problem internal/txn",
	"internal/link":           "internal/id internal/pg internal/problem internal/txn",
	"internal/job":            "internal/id internal/list internal/pg internal/problem internal/txn",
	"internal/pgrun":          "internal/pgrun/filelock",
	"internal/pgrun/filelock": "",
	"internal/migrate":        "migrations",
	"internal/backup":         "internal/migrate",
	"internal/catcher":        "",
	"internal/check":          "internal/problem internal/words",
	"migrations":              "",
}

// capabilities own tables and rules. They stand on the ground and never know
// one another.
var capabilities = []string{
	"internal/catalog", "internal/channel", "internal/customers", "internal/files", "internal/fulfilment", "internal/inventory",
	"internal/notify", "internal/sales", "internal/settings", "internal/tax", "internal/work",
}

// capabilityGround is the part of the ground that capabilities may stand on:
// what starts servers, migrates and checks is not for them.
var capabilityGround = []string{
	"internal/id", "internal/problem", "internal/money", "internal/trade", "internal/words", "internal/pg", "internal/list", "internal/txn", "internal/link", "internal/job",
}

// adapters map the words of one outside format; they know no table.
var adapters = map[string]string{
	"internal/channel/uci": "internal/money internal/problem internal/trade",
}

// above are the rooms that join capabilities; the value is what they may know
// beside capabilities and their ground.
var above = map[string]string{
	"internal/flow":   "internal/access",
	"internal/worker": "internal/flow internal/catcher internal/access internal/check",
	"internal/replay": "internal/flow internal/channel/uci",
	"internal/demo":   "internal/flow",
}

// webRooms are the sections of the address bar.
var webRooms = []string{
	"web/accounts", "web/checks", "web/mails", "web/orders", "web/products", "web/settings", "web/shop", "web/staff", "web/stock", "web/today", "web/track",
}

// webParts are what the sections are made of.
var webParts = map[string]string{
	"web/static": "",
	"web/ui":     "web/static internal/list internal/money",
	"web/edge":   "web/ui internal/access internal/id internal/list internal/pg internal/problem internal/txn internal/words",
	"web/parts":  "web/ui internal/access internal/id internal/list internal/money internal/problem internal/sales internal/settings internal/trade internal/words",
}

// testRooms are for tests alone: no code that ships may know them.
var testRooms = []string{"internal/arch", "internal/million", "internal/pgtest", "internal/pgtest/company", "internal/smtptest", "web/e2e", "web/edge/edgetest"}

// allowed answers what a room may know; ok is false for a room nobody has put
// on a floor.
func allowed(path string) (may func(string) bool, ok bool) {
	among := func(lists ...[]string) func(string) bool {
		return func(p string) bool { return slices.Contains(slices.Concat(lists...), p) }
	}
	words := strings.Fields
	switch {
	case slices.Contains(capabilities, path):
		return among(capabilityGround), true
	case slices.Contains(webRooms, path):
		return among(words("web/edge web/ui web/parts web/paths web/static internal/flow internal/access internal/check internal/files"), capabilityGround, capabilities), true
	case slices.Contains(testRooms, path):
		return func(string) bool { return true }, true
	case path == "web/site":
		return among(words("web/edge web/ui web/parts web/static internal/access"), webRooms, capabilityGround, capabilities), true
	case path == "cmd/oms":
		return func(p string) bool { return !slices.Contains(testRooms, p) }, true
	}
	for _, table := range []map[string]string{ground, adapters, webParts} {
		if row, there := table[path]; there {
			return among(words(row)), true
		}
	}
	if row, there := above[path]; there {
		return among(words(row), capabilityGround, capabilities), true
	}
	return nil, false
}

func TestEveryRoomKnowsOnlyWhatItsFloorAllows(t *testing.T) {
	t.Parallel()
	for _, r := range rooms(t) {
		may, there := allowed(r.Path)
		if !there {
			t.Errorf("%s stands on no floor: give it a row in internal/arch/imports_test.go", r.Path)
			continue
		}
		for _, i := range r.Imports {
			if isOurs(i) && !may(i) {
				t.Errorf("%s must not know %s", r.Path, i)
			}
		}
	}
}

func TestNoRowNamesARoomThatIsGone(t *testing.T) {
	t.Parallel()
	there := map[string]bool{}
	for _, r := range rooms(t) {
		there[r.Path] = true
	}
	rows := slices.Concat(capabilities, webRooms, testRooms, slices.Collect(maps.Keys(ground)), slices.Collect(maps.Keys(above)), slices.Collect(maps.Keys(adapters)), slices.Collect(maps.Keys(webParts)))
	for _, path := range rows {
		if !there[path] {
			t.Errorf("the table names %s, and there is no such room", path)
		}
	}
}

// keepers are the few rooms that may touch something of others; a path ending
// in / stands for all below it.
var keepers = map[string]string{
	// The pools: opened in pg, kept in txn; River in worker and its tests takes a pool, and cmd wires.
	"github.com/jackc/pgx/v5/pgxpool": "internal/pg internal/txn internal/worker cmd/oms",
	// PostgreSQL itself: whoever owns SQL, and cmd's doctor.
	"github.com/jackc/pgx/v5": "internal/pg internal/txn internal/list internal/access internal/link internal/job internal/check internal/migrate internal/backup internal/pgrun internal/worker cmd/oms " +
		strings.Join(capabilities, " "),
	"github.com/jackc/pgx/v5/pgconn":    "internal/pg internal/txn internal/access internal/backup internal/migrate internal/pgrun internal/check cmd/oms",
	"net/http":                          "web/ cmd/oms",
	"os/exec":                           "internal/pgrun cmd/oms",
	"github.com/riverqueue/":            "internal/txn internal/job internal/worker cmd/oms",
	"github.com/pressly/goose/":         "internal/migrate",
	"github.com/go-chi/chi/":            "web/edge",
	"github.com/alexedwards/scs/":       "web/edge internal/access",
	"github.com/alexedwards/argon2id":   "internal/access",
	"github.com/pquerna/otp":            "internal/access web/staff",
	"github.com/boombuler/barcode":      "internal/access web/staff",
	"github.com/a-h/templ":              "web/ internal/notify",
	"github.com/govalues/decimal":       "internal/money",
	"github.com/nyaruka/phonenumbers":   "internal/trade",
	"github.com/wneessen/go-mail":       "internal/notify",
	"github.com/emersion/go-smtp":       "internal/catcher",
	"github.com/prometheus/":            "web/edge web/site internal/worker cmd/oms",
	"github.com/chromedp/":              "web/e2e",
	"github.com/PuerkitoBio/goquery":    "",
	"github.com/anishathalye/porcupine": "",
	"pgregory.net/rapid":                "",
	"net/smtp":                          "",
	"html/template":                     "",
	"text/template":                     "",
	"unsafe":                            "",
	"database/sql":                      "internal/migrate",
	"database/sql/driver":               "internal/money internal/trade internal/id", // how a value is stored

}

func TestWhatIsOthersIsTouchedOnlyByItsKeepers(t *testing.T) {
	t.Parallel()
	for _, r := range rooms(t) {
		for _, i := range r.Imports {
			if isOurs(i) || slices.Contains(testRooms, r.Path) {
				continue
			}
			row, kept := keeper(i)
			if !kept {
				if strings.Contains(strings.SplitN(i, "/", 2)[0], ".") && !strings.HasPrefix(i, "golang.org/x/") {
					t.Errorf("%s uses %s, and nobody keeps that: give it a row in keepers", r.Path, i)
				}
				continue
			}
			if !slices.ContainsFunc(strings.Fields(row), func(may string) bool {
				return may == r.Path || strings.HasSuffix(may, "/") && strings.HasPrefix(r.Path, may)
			}) {
				t.Errorf("%s must not use %s; only %q may", r.Path, i, row)
			}
		}
	}
}

// keeper finds the longest row that covers an import.
func keeper(path string) (row string, ok bool) {
	best := ""
	for of := range keepers {
		if of == path || strings.HasPrefix(path, strings.TrimSuffix(of, "/")+"/") {
			if len(of) > len(best) {
				best = of
			}
		}
	}
	row, ok = keepers[best]
	return row, ok
}

package arch

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// clocks may read the machine's clock; everybody else is told the time, so
// that a test and an import can tell another.
var clocks = map[string]string{
	"cmd/oms":      "the wiring hands the clock on",
	"internal/txn": "measures",
	"internal/id":  "the time within a command's key orders keys and decides nothing",
}

func TestNobodyElseReadsTheClock(t *testing.T) {
	t.Parallel()
	forEachSelector(t, func(r room, n *ast.SelectorExpr, pkg, name string) {
		if pkg == "time" && slices.Contains([]string{"Now", "Since", "Until"}, name) && clocks[r.Path] == "" && !slices.Contains(testRooms, r.Path) {
			t.Errorf("%s: time.%s; take the time as an argument, or tx.Now", at(n), name)
		}
		if pkg == "time" && name == "Sleep" && r.Path != "cmd/oms" {
			t.Errorf("%s: time.Sleep; wait for what is meant, with a context", at(n))
		}
	})
}

// unsafeNames turn text into markup, script or an address without a look at it.
var unsafeNames = map[string][]string{
	"templ": {"Raw", "JSUnsafeFuncCall", "JSExpression", "Script", "SafeCSS", "SafeURL", "ToGoHTML", "FromGoHTML"},
}

func TestNoTextBecomesMarkupUnescaped(t *testing.T) {
	t.Parallel()
	forEachSelector(t, func(r room, n *ast.SelectorExpr, pkg, name string) {
		generated := strings.HasSuffix(fset.Position(n.Pos()).Filename, "_templ.go") // names SafeURL for what it has cleaned
		if slices.Contains(unsafeNames[pkg], name) && !(generated && name == "SafeURL") {
			t.Errorf("%s: %s.%s puts text on the page unescaped", at(n), pkg, name)
		}
	})
	inline := map[string]*regexp.Regexp{
		"an inline style":             regexp.MustCompile(`(?i)<[a-z][^<>]*\sstyle\s*=|<style`),
		"an inline handler":           regexp.MustCompile(`(?i)<[a-z][^<>]*\son[a-z]+\s*=\s*["{]`),
		"an inline script":            regexp.MustCompile(`(?i)<script(?:\s+[^>]*)?>\s*[^<\s]`),
		"a script as address":         regexp.MustCompile(`(?i)["'{]\s*javascript:`),
		"htmx's own script attribute": regexp.MustCompile(`(?i)\shx-(on|vals="js|vars)`),
		"markup from text":            regexp.MustCompile(`templ\.(Raw|SafeURL|JSUnsafe\w*)`),
	}
	files(t, ".templ", func(path, text string) {
		if !strings.HasPrefix(path, "web/") { // mails carry their own styles; they meet no policy of ours
			return
		}
		for what, found := range inline {
			if m := found.FindString(text); m != "" {
				t.Errorf("%s holds %s: %q", path, what, m)
			}
		}
	})
}

func TestOurScriptsBuildNoMarkupFromText(t *testing.T) {
	t.Parallel()
	bad := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|createContextualFragment|localStorage|sessionStorage`)
	seen := 0
	files(t, ".js", func(path, text string) {
		if strings.Contains(path, "testdata/") || path == "web/static/js/htmx.js" { // theirs, as shipped by them
			return
		}
		seen++
		if m := bad.FindString(text); m != "" {
			t.Errorf("%s uses %s", path, m)
		}
	})
	if seen == 0 {
		t.Error("no script of ours was found; the search is broken")
	}
}

func TestTestsNeitherSkipNorSleep(t *testing.T) {
	t.Parallel()
	bad := regexp.MustCompile(`\.` + `Skip(f|Now)?\(|time\.` + `Sleep\(`)
	files(t, "_test.go", func(path, text string) {
		if strings.HasPrefix(path, "internal/bench/") { // measures from outside and tests nothing
			return
		}
		if m := bad.FindString(text); m != "" {
			t.Errorf("%s calls %q: a missing thing fails, and a wait waits for what is meant", path, m)
		}
	})
}

func TestNothingIsLeftForLater(t *testing.T) {
	t.Parallel()
	bad := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME)\b`)
	for _, suffix := range []string{".go", ".templ", ".sql", "app.js", ".css"} {
		files(t, suffix, func(path, text string) {
			if m := bad.FindString(text); m != "" {
				t.Errorf("%s says %s", path, m)
			}
		})
	}
}

// chance is who may throw dice that are not the cryptographer's.
var chance = map[string]string{"internal/txn": "spreads retries", "internal/pgtest": "names test databases"}

func TestOnlyRetriesAreLeftToChance(t *testing.T) {
	t.Parallel()
	for _, r := range rooms(t) {
		if slices.ContainsFunc(r.Imports, func(i string) bool { return strings.HasPrefix(i, "math/rand") }) && chance[r.Path] == "" {
			t.Errorf("%s uses math/rand: what must not be guessed comes from crypto/rand", r.Path)
		}
	}
}

// forEachSelector visits pkg.Name where pkg is an imported package.
func forEachSelector(t *testing.T, see func(r room, n *ast.SelectorExpr, pkg, name string)) {
	t.Helper()
	for _, r := range rooms(t) {
		for _, f := range r.Files {
			if ast.IsGenerated(f.Tree) && !strings.HasSuffix(f.Path, "_templ.go") {
				continue
			}
			ast.Inspect(f.Tree, func(n ast.Node) bool {
				if sel, ok := n.(*ast.SelectorExpr); ok {
					if id, ok := sel.X.(*ast.Ident); ok && id.Obj == nil {
						see(r, sel, id.Name, sel.Sel.Name)
					}
				}
				return true
			})
		}
	}
}

package arch

import (
	"go/ast"
	"regexp"
	"strings"
	"testing"

	"packhouse/internal/words"
)

var looksLikeCode = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$`)

// speaking are the calls whose argument, by place, is the code of a sentence.
var speaking = map[string]int{"Refuse": 0, "At": 1, "Add": 1, "Say": 0}

func TestEverySentenceThatIsSaidIsWritten(t *testing.T) {
	t.Parallel()
	english := words.For("en")
	checked := 0
	want := func(n ast.Node, code string) {
		checked++
		if !english.Has(code) {
			t.Errorf("%s: no English sentence for %q", at(n), code)
		}
	}
	for _, r := range rooms(t) {
		for _, f := range r.Files {
			ast.Inspect(f.Tree, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					if code, ok := saidBy(r, n); ok {
						want(n, code)
					}
					if kind, ok := eventOf(r, n); ok {
						want(n, "event."+kind)
					}
				case *ast.CompositeLit:
					switch name := typeName(n.Type); name {
					case "Refusal", "Fix", "Conflict", "Field":
						if code, ok := element(r, n, "Code"); ok && code != "" {
							want(n, code)
						}
					case "Event":
						if kind, ok := element(r, n, "Kind"); ok && strings.Contains(kind, ".") {
							want(n, "event."+kind)
						}
					}
				}
				return true
			})
		}
	}
	if checked < 400 {
		t.Errorf("only %d sentences looked up; the search for them is broken", checked)
	}
}

// saidBy is the code a call says or refuses with, where it is a constant.
func saidBy(r room, call *ast.CallExpr) (code string, ok bool) {
	sel, isSel := call.Fun.(*ast.SelectorExpr)
	if !isSel {
		return "", false
	}
	i, speaks := speaking[sel.Sel.Name]
	if !speaks || len(call.Args) <= i {
		return "", false
	}
	if sel.Sel.Name == "At" && typeName(sel.X) != "problem" {
		return "", false
	}
	code, ok = text(r, call.Args[i])
	// Add is also what values and times have.
	return code, ok && looksLikeCode.MatchString(code) && (sel.Sel.Name != "Add" || addsProblem(sel.X))
}

// addsProblem reports whether Add is called on a list of problems, by the name
// such a list has in this house.
func addsProblem(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "v" || e.Name == "bad" || e.Name == "invalid" || e.Name == "problems"
	case *ast.SelectorExpr:
		return addsProblem(e.Sel)
	}
	return false
}

// eventOf is the kind of event that a room's small maker of events is asked
// for.
func eventOf(r room, call *ast.CallExpr) (kind string, ok bool) {
	id, isIdent := call.Fun.(*ast.Ident)
	if !isIdent || id.Name != "event" && id.Name != "happened" || len(call.Args) == 0 {
		return "", false
	}
	return text(r, call.Args[0])
}

func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

func element(r room, lit *ast.CompositeLit, key string) (string, bool) {
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok && typeName(kv.Key) == key {
			return text(r, kv.Value)
		}
	}
	return "", false
}

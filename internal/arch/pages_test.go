package arch

import (
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// Every page is reached from a route, and web/site asks for every route that
// shows one (TestEveryPageIsShownToSomebody); so a page that no test renders is
// one that nobody can reach, and it fails here.
func TestEveryComponentIsReachedFromARoute(t *testing.T) {
	t.Parallel()
	for _, r := range rooms(t) {
		if !slices.Contains(webRooms, r.Path) {
			continue
		}
		uses := map[string][]string{} // function → what it names
		components := map[string]ast.Node{}
		for _, f := range r.Files {
			for _, d := range f.Tree.Decls {
				switch d := d.(type) {
				case *ast.FuncDecl:
					uses[d.Name.Name] = append(uses[d.Name.Name], mentioned(d)...)
					if strings.HasSuffix(f.Path, "_templ.go") && returnsComponent(d) {
						components[d.Name.Name] = d
					}
				case *ast.GenDecl:
					// what a variable at the top is made of is used where the variable is
					for _, spec := range d.Specs {
						if v, ok := spec.(*ast.ValueSpec); ok {
							for _, name := range v.Names {
								uses[name.Name] = append(uses[name.Name], mentioned(v)...)
							}
						}
					}
				}
			}
		}
		reached := map[string]bool{}
		var walk func(string)
		walk = func(name string) {
			if reached[name] {
				return
			}
			reached[name] = true
			for _, next := range uses[name] {
				walk(next)
			}
		}
		walk("Routes")
		for name, n := range components {
			if !reached[name] {
				t.Errorf("%s: no route of %s leads to %s", at(n), r.Path, name)
			}
		}
	}
}

func mentioned(n ast.Node) []string {
	var all []string
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			all = append(all, id.Name)
		}
		return true
	})
	return all
}

func returnsComponent(d *ast.FuncDecl) bool {
	return d.Type.Results != nil && len(d.Type.Results.List) == 1 && typeName(d.Type.Results.List[0].Type) == "Component"
}

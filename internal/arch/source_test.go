package arch

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// room is one package of ours, by its folder under the root.
type room struct {
	Path    string   // "internal/sales"
	Imports []string // of the code that ships, ours without the module's name
	Files   []*file
}

// file is one parsed Go file that ships.
type file struct {
	Path string
	Tree *ast.File
}

const module = "packhouse"

// root is the folder of go.mod.
func root(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

var (
	loadOnce sync.Once
	loaded   []room
	loadErr  error
	fset     = token.NewFileSet()
)

// rooms lists every package of the module.
func rooms(t testing.TB) []room {
	t.Helper()
	dir := root(t)
	loadOnce.Do(func() { loaded, loadErr = load(dir) })
	if loadErr != nil {
		t.Fatalf("read the house: %v", loadErr)
	}
	return loaded
}

func load(dir string) ([]room, error) {
	list := exec.Command("go", "list", "-e", "-json=ImportPath,Dir,Imports,GoFiles,IgnoredGoFiles", "./...")
	list.Dir = dir
	out, err := list.Output()
	if err != nil {
		return nil, err
	}
	var all []room
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p struct {
			ImportPath, Dir                  string
			Imports, GoFiles, IgnoredGoFiles []string
		}
		if err := d.Decode(&p); err != nil {
			return nil, err
		}
		r := room{Path: ours(p.ImportPath)}
		for _, i := range p.Imports {
			r.Imports = append(r.Imports, ours(i))
		}
		for _, name := range append(p.GoFiles, p.IgnoredGoFiles...) {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			tree, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.ParseComments)
			if err != nil {
				return nil, err
			}
			r.Files = append(r.Files, &file{Path: r.Path + "/" + name, Tree: tree})
		}
		all = append(all, r)
	}
	return all, nil
}

func ours(path string) string { return strings.TrimPrefix(path, module+"/") }

// isOurs reports whether an import stripped by ours is a room of the house.
func isOurs(path string) bool {
	return path == "migrations" || strings.HasPrefix(path, "internal/") && !strings.Contains(path, ".") || strings.HasPrefix(path, "web/") || strings.HasPrefix(path, "cmd/")
}

// at is where a node stands, for a message.
func at(n ast.Node) string {
	p := fset.Position(n.Pos())
	return filepath.Base(filepath.Dir(p.Filename)) + "/" + filepath.Base(p.Filename) + ":" + strconv.Itoa(p.Line)
}

// text is the value of a string constant: a literal, another constant of the
// room, or such joined by plus signs.
func text(r room, e ast.Expr) (s string, ok bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(e.Value)
		return s, err == nil
	case *ast.ParenExpr:
		return text(r, e.X)
	case *ast.Ident:
		if v := r.constant(e.Name); v != nil {
			return text(r, v)
		}
	case *ast.BinaryExpr:
		a, okA := text(r, e.X)
		b, okB := text(r, e.Y)
		return a + b, okA && okB && e.Op == token.ADD
	}
	return "", false
}

// constant finds what a constant of the room is set to, nil if it has none of
// the name.
func (r room) constant(name string) ast.Expr {
	for _, f := range r.Files {
		for _, d := range f.Tree.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, spec := range g.Specs {
				v := spec.(*ast.ValueSpec)
				for i, n := range v.Names {
					if n.Name == name && i < len(v.Values) {
						return v.Values[i]
					}
				}
			}
		}
	}
	return nil
}

// files reads every file under the root whose name ends as asked, generated
// and hidden folders left out.
func files(t testing.TB, suffix string, see func(path, text string)) {
	t.Helper()
	dir := root(t)
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); path != dir && (strings.HasPrefix(name, ".") || name == "bin" || name == "data" || name == "tmp") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, suffix) {
			return nil
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		see(filepath.ToSlash(rel), string(raw))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

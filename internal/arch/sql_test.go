package arch

import (
	"context"
	"fmt"
	"go/ast"
	"go/token"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/catalog"
	"packhouse/internal/job"
	"packhouse/internal/list"
	"packhouse/internal/notify"
	"packhouse/internal/pgtest"
	"packhouse/internal/sales"
	"packhouse/internal/settings"
)

// statement is one SQL constant.
type statement struct {
	Room, Name, Where, SQL string
}

// withoutConstants are the rooms whose statements are not constants, and why.
var withoutConstants = map[string]string{
	"internal/list":           "the one place where a statement is put together, from fragments in code; TestEveryListIsAStatement prepares them all",
	"internal/txn":            "passes on what rooms give it",
	"internal/pg":             "passes on what rooms give it",
	"internal/check":          "its queries stand in the table of invariants; its own tests run every one against a planted fault",
	"internal/backup":         "copies whatever tables there are",
	"internal/migrate":        "runs the migrations",
	"internal/pgrun":          "makes roles and databases, before there is a schema",
	"internal/pgrun/filelock": "",
}

var looksLikeSQL = regexp.MustCompile(`(?is)^\s*(select|insert|update|delete|with|merge|truncate|lock|begin|set|analyze|notify|listen)\b.*\s`)

// statements are the SQL constants of all rooms, by room and name.
func statements(t testing.TB) map[string]statement {
	t.Helper()
	all := map[string]statement{}
	for _, r := range rooms(t) {
		if slices.Contains(testRooms, r.Path) {
			continue
		}
		for _, f := range r.Files {
			for _, d := range f.Tree.Decls {
				g, ok := d.(*ast.GenDecl)
				if !ok || g.Tok != token.CONST {
					continue
				}
				for _, spec := range g.Specs {
					v := spec.(*ast.ValueSpec)
					for i, name := range v.Names {
						if i >= len(v.Values) {
							continue
						}
						s, ok := text(r, v.Values[i])
						if !ok || !strings.HasSuffix(name.Name, "SQL") && !looksLikeSQL.MatchString(s) {
							continue
						}
						if _, exempt := withoutConstants[r.Path]; !exempt && name.IsExported() {
							t.Errorf("%s: %s is exported; another room could run it", at(name), name.Name)
						}
						all[r.Path+"."+name.Name] = statement{r.Path, name.Name, at(name), s}
					}
				}
			}
		}
	}
	return all
}

// position of the SQL among the arguments of the calls that take one, by name
// and by how many arguments there must at least be.
var sqlArgument = map[string]int{"Query": 1, "QueryRow": 1, "Exec": 1, "Queue": 0, "Read": 0, "ReadAll": 3, "ReadOne": 3}

// runs answers the SQL argument of a call, if it is one that runs SQL.
func runs(call *ast.CallExpr) (sql ast.Expr, ok bool) {
	sel, isSel := call.Fun.(*ast.SelectorExpr)
	if !isSel {
		return nil, false
	}
	on, _ := sel.X.(*ast.Ident)
	name := sel.Sel.Name
	i, known := sqlArgument[name]
	switch {
	case !known || len(call.Args) <= i:
		return nil, false
	case (name == "Queue" || name == "Read") && (on == nil || on.Name != "tx"):
		return nil, false // notify.Queue, settings.Read
	case (name == "ReadAll" || name == "ReadOne") && (on == nil || on.Name != "txn"):
		return nil, false
	}
	return call.Args[i], true
}

func TestEveryStatementThatRunsIsAConstant(t *testing.T) {
	t.Parallel()
	known := statements(t)
	for _, r := range rooms(t) {
		if _, exempt := withoutConstants[r.Path]; exempt || slices.Contains(testRooms, r.Path) {
			continue
		}
		// A function that only passes its parameter on moves the duty to its callers.
		passing := map[string]int{}
		for _, f := range r.Files {
			each(f, func(fn *ast.FuncDecl, call *ast.CallExpr) {
				if sql, ok := runs(call); ok {
					if i := parameter(fn, sql); i >= 0 {
						passing[fn.Name.Name] = i
					}
				}
			})
		}
		for _, f := range r.Files {
			each(f, func(fn *ast.FuncDecl, call *ast.CallExpr) {
				sql, ok := runs(call)
				if !ok {
					if i, through := passing[called(call)]; through && i < len(call.Args) {
						sql, ok = call.Args[i], true
					}
				}
				if !ok || parameter(fn, sql) >= 0 && passing[fn.Name.Name] == parameter(fn, sql) {
					return
				}
				for _, name := range names(fn, sql) {
					if _, there := known[r.Path+"."+name]; !there {
						t.Errorf("%s: %s runs %q, which is no SQL constant of %s", at(call), fn.Name.Name, name, r.Path)
					}
				}
			})
		}
	}
}

// names are the constants an SQL argument can stand for: its own name, or, of
// a local variable, those given to it.
func names(fn *ast.FuncDecl, e ast.Expr) []string {
	id, ok := e.(*ast.Ident)
	if !ok {
		return []string{fmt.Sprintf("an expression at %s", at(e))}
	}
	var given []string
	ast.Inspect(fn, func(n ast.Node) bool {
		a, ok := n.(*ast.AssignStmt)
		if !ok {
			return true
		}
		for i, left := range a.Lhs {
			if l, ok := left.(*ast.Ident); ok && l.Name == id.Name && len(a.Lhs) == len(a.Rhs) {
				if r, ok := a.Rhs[i].(*ast.Ident); ok {
					given = append(given, r.Name)
				} else {
					given = append(given, "something made up")
				}
			}
		}
		return true
	})
	if given == nil {
		return []string{id.Name}
	}
	return given
}

func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.IndexExpr:
		if id, ok := f.X.(*ast.Ident); ok {
			return id.Name
		}
	}
	return ""
}

// parameter is the place of an argument among fn's parameters, -1 if none.
func parameter(fn *ast.FuncDecl, e ast.Expr) int {
	id, ok := e.(*ast.Ident)
	if !ok {
		return -1
	}
	i := 0
	for _, p := range fn.Type.Params.List {
		for _, name := range p.Names {
			if name.Name == id.Name {
				return i
			}
			i++
		}
	}
	return -1
}

// each visits the calls of a file with the function they stand in.
func each(f *file, see func(*ast.FuncDecl, *ast.CallExpr)) {
	for _, d := range f.Tree.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				see(fn, call)
			}
			return true
		})
	}
}

var everyColumn = regexp.MustCompile(`(?i)(\bselect\s+|,\s*|\breturning\s+)(\w+\.)?\*`)

func TestNoStatementReadsEveryColumn(t *testing.T) {
	t.Parallel()
	for _, s := range statements(t) {
		if everyColumn.MatchString(plain(s.SQL)) {
			t.Errorf("%s: %s reads *; list the columns, so that a new one surprises nobody", s.Where, s.Name)
		}
	}
}

// owners says which room alone writes a table, by the table's name or the
// beginning of it that ends in an underscore; the longest wins.
var owners = map[string]string{
	"events": "internal/txn", "commands": "internal/txn", "river_": "internal/job",
	"access_": "internal/access", "settings_": "internal/settings", "files": "internal/files", "links": "internal/link",
	"tax_": "internal/tax", "catalog_": "internal/catalog", "customers": "internal/customers", "customer_": "internal/customers",
	"inventory_": "internal/inventory", "channels": "internal/channel", "channel_": "internal/channel",
	"sales_": "internal/sales", "fulfilment_": "internal/fulfilment", "notify_": "internal/notify",
	"goose_": "internal/migrate",
}

// lent are the statements that write another room's table, each with its
// reason.
var lent = map[string]string{
	"internal/txn.jobSQL": "a job is part of the commit that is its reason",
}

func owner(table string) string {
	best, room := "", ""
	for of, r := range owners {
		if (of == table || strings.HasSuffix(of, "_") && strings.HasPrefix(table, of)) && len(of) > len(best) {
			best, room = of, r
		}
	}
	return room
}

var (
	writing   = regexp.MustCompile(`(?i)\b(insert\s+into|delete\s+from|merge\s+into|truncate(?:\s+table)?|update)\s+(?:only\s+)?(\w+)`)
	notWrites = regexp.MustCompile(`(?i)\b(for\s+(no\s+key\s+)?update|do\s+update)\b`)
	comments  = regexp.MustCompile(`--[^\n]*|/\*(?s:.*?)\*/`)
	quoted    = regexp.MustCompile(`'(?:[^']|'')*'`)
)

// plain is a statement without comments and quoted text.
func plain(sql string) string {
	return quoted.ReplaceAllString(comments.ReplaceAllString(sql, " "), "''")
}

func TestATableIsWrittenByItsRoomAlone(t *testing.T) {
	t.Parallel()
	for _, s := range statements(t) {
		if s.Room == "internal/backup" {
			continue // restores every table as it was
		}
		for _, m := range writing.FindAllStringSubmatch(notWrites.ReplaceAllString(plain(s.SQL), " "), -1) {
			if of := owner(m[2]); of != s.Room && lent[s.Room+"."+s.Name] == "" {
				t.Errorf("%s: %s of %s writes %s, which belongs to %q", s.Where, s.Name, s.Room, m[2], of)
			}
		}
	}
}

func TestEveryTableHasItsRoom(t *testing.T) {
	t.Parallel()
	for _, table := range tables(t) {
		if owner(table) == "" {
			t.Errorf("nobody owns table %s: give it a row in owners", table)
		}
	}
}

func tables(t *testing.T) []string {
	t.Helper()
	rows, err := pgtest.DB(t).Pools.Read.Query(t.Context(), "select tablename::text from pg_tables where schemaname = 'public' order by 1")
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestPostgreSQLUnderstandsEveryStatement(t *testing.T) {
	t.Parallel()
	conn := connect(t)
	known := statements(t)
	if len(known) < 300 {
		t.Fatalf("only %d statements found; the search for them is broken", len(known))
	}
	for _, name := range slices.Sorted(keys(known)) {
		s := known[name]
		switch s.Room {
		case "internal/migrate", "internal/pgrun", "internal/pg", "internal/backup":
			continue // several statements of a session in one text, or of a server without our schema
		}
		if err := prepare(t.Context(), conn, s.SQL); err != nil {
			t.Errorf("%s: %s: %v", s.Where, s.Name, err)
		}
	}
}

func TestEveryListIsAStatement(t *testing.T) {
	t.Parallel()
	conn := connect(t)
	for name, spec := range map[string]*list.Spec{"orders": sales.List, "products": &catalog.Shelf, "mails": notify.Outbox, "jobs": job.Board, "settings": &settings.Log} {
		filters := map[string][]string{"": nil}
		for f, filter := range spec.Filters {
			for _, try := range []string{"1", "x", "2026-02-03", "10.00", "yes", "EUR", "review", "goods", "withdrawn", "sale", "queued", "order.received", "available", "staff", "settings", "channel"} {
				if _, ok := filter.Read([]string{try}); ok {
					filters[f] = []string{try}
				}
			}
			if filters[f] == nil {
				t.Errorf("list of %s: no value found for filter %s", name, f)
			}
		}
		for sort := range spec.Sorts {
			for _, dir := range []string{"", "-"} {
				for f, v := range filters {
					for _, way := range []string{"", "after", "before"} {
						values := url.Values{"sort": {dir + sort}}
						if f != "" {
							values[f] = v
						}
						if way != "" {
							values.Set(way, example(spec.Sorts[sort].Type)+"~7")
						}
						sql, _ := spec.Parse(values).SQL(51)
						if err := prepare(t.Context(), conn, sql); err != nil {
							t.Errorf("list of %s as %v: %v\n%s", name, values, err, sql)
						}
					}
				}
			}
		}
	}
}

// example is a value of a sort's type.
func example(kind string) string {
	switch kind {
	case "timestamptz":
		return "2026-02-03T04:05:06Z"
	case "date":
		return "2026-02-03"
	case "bigint", "int", "integer", "numeric":
		return "5"
	}
	return "x"
}

func connect(t *testing.T) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), pgtest.DB(t).URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

func prepare(ctx context.Context, conn *pgx.Conn, sql string) error {
	_, err := conn.PgConn().Prepare(ctx, "", sql, nil)
	return err
}

package access_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"testing"

	"packhouse/internal/access"
	"packhouse/internal/id"
)

// A87
func TestTheDocumentIsTheTable(t *testing.T) {
	t.Parallel()
	const file = "../../docs/permissions.md"
	got := access.Document()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Error("docs/permissions.md is not the permission table; run this test with UPDATE=1 and read the difference")
	}
}

func TestEveryPermissionHasOneRowInTheTable(t *testing.T) {
	t.Parallel()
	parsed, err := parser.ParseFile(token.NewFileSet(), "permission.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{}
	for _, rule := range access.Table {
		rows[rule.Permission.String()]++
		if rule.Means == "" || len(rule.Roles) == 0 {
			t.Errorf("%s has no words or nobody", rule.Permission)
		}
		if named, ok := access.Named(rule.Permission.String()); !ok || named != rule.Permission {
			t.Errorf("%s is not found by its name", rule.Permission)
		}
	}
	made := 0
	ast.Inspect(parsed, func(n ast.Node) bool {
		if lit, ok := n.(*ast.CompositeLit); ok && len(lit.Elts) == 1 {
			if name, ok := lit.Elts[0].(*ast.BasicLit); ok && name.Kind == token.STRING {
				switch s := name.Value[1 : len(name.Value)-1]; s {
				case "public", "signed-in", "secret-link":
				default:
					made++
					if rows[s] != 1 {
						t.Errorf("%s stands in %d rows", s, rows[s])
					}
				}
			}
		}
		return true
	})
	if made != len(access.Table) || made < 20 {
		t.Errorf("%d permissions, %d rows", made, len(access.Table))
	}
}

// A87
func TestTheWarehouseSeesNoPricesCostsOrRefunds(t *testing.T) {
	t.Parallel()
	picker := access.Person{ID: 1, Role: access.Warehouse}
	for _, p := range []access.Permission{access.PriceRead, access.PriceManage, access.CostRead, access.RefundRead, access.RefundIssue, access.OrderDiscount, access.CustomerRead, access.StaffManage, access.SettingsRead, access.AuditRead} {
		if access.Can(picker, p) {
			t.Errorf("a picker has %s", p)
		}
	}
	for _, p := range []access.Permission{access.FulfilmentWork, access.StockAdjust, access.OrderRead, access.SignedIn, access.Public} {
		if !access.Can(picker, p) {
			t.Errorf("a picker lacks %s", p)
		}
	}
}

func TestNobodyAndThoseWhoMustEnrolMayNothing(t *testing.T) {
	t.Parallel()
	for _, rule := range access.Table {
		if access.Can(access.Person{}, rule.Permission) || access.Can(access.Person{Role: access.Admin}, rule.Permission) {
			t.Errorf("nobody has %s", rule.Permission)
		}
		if access.Can(access.Person{ID: 1, Role: access.Admin, MustEnrol: true}, rule.Permission) {
			t.Errorf("who must set up a second factor has %s", rule.Permission)
		}
		if access.Can(access.Person{ID: 1, Role: "owner"}, rule.Permission) {
			t.Errorf("an unknown role has %s", rule.Permission)
		}
	}
	if !access.Can(access.Person{ID: 1, Role: access.Admin, MustEnrol: true}, access.SignedIn) || access.Can(access.Person{}, access.SignedIn) {
		t.Error("signed in is not told from nobody")
	}
}

func TestAPersonWithoutLocationsWorksEverywhere(t *testing.T) {
	t.Parallel()
	if !(access.Person{}).At(7) {
		t.Error("unbound, and not everywhere")
	}
	bound := access.Person{Locations: []id.Location{3, 5}}
	if !bound.At(5) || bound.At(7) {
		t.Error("bound to 3 and 5, and not there or elsewhere")
	}
}

func TestRolesAreRead(t *testing.T) {
	t.Parallel()
	for _, r := range access.Roles {
		if got, ok := access.ParseRole(string(r)); !ok || got != r {
			t.Errorf("%s is read as %s", r, got)
		}
	}
	for _, s := range []string{"", "Admin", "owner", "admin "} {
		if _, ok := access.ParseRole(s); ok || slices.Contains(access.Roles, access.Role(s)) {
			t.Errorf("%q is a role", s)
		}
	}
}

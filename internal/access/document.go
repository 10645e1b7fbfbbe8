package access

import (
	"fmt"
	"strings"
)

// Document is the permission table as text for docs/permissions.md.
func Document() string {
	var b strings.Builder
	b.WriteString("# Who may do what\n\nPrinted from the table in `internal/access/permission.go`, which is also what decides. Signed in, one sees it under\n`/staff/roles`. `make gen` writes it anew.\n\n")
	b.WriteString("| permission | opens |")
	for _, r := range Roles {
		fmt.Fprintf(&b, " %s |", r)
	}
	b.WriteString("\n|---|---|" + strings.Repeat(":-:|", len(Roles)) + "\n")
	for _, rule := range Table {
		fmt.Fprintf(&b, "| `%s` | %s |", rule.Permission, rule.Means)
		for _, r := range Roles {
			if r.May(rule.Permission) {
				b.WriteString(" yes |")
			} else {
				b.WriteString(" – |")
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

package notify

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// plain is the text part, of the same letter.
func plain(l letter) string {
	var b strings.Builder
	b.WriteString(l.Hello + "\n\n")
	for _, text := range l.Texts {
		b.WriteString(text + "\n\n")
	}
	if l.URL != "" {
		fmt.Fprintf(&b, "%s:\n%s\n\n", l.Button, l.URL)
	}
	for _, row := range l.Rows {
		name := row.Name
		if row.SKU != "" {
			name += " (" + row.SKU + ")"
		}
		b.WriteString(apart(row.Quantity+" × "+name, row.Amount) + "\n")
	}
	if len(l.Totals) > 0 {
		b.WriteString(strings.Repeat("-", plainWidth) + "\n")
	}
	for _, t := range l.Totals {
		b.WriteString(apart(t.Label, t.Amount) + "\n")
	}
	if len(l.Rows) > 0 {
		b.WriteString("\n")
	}
	if len(l.Address) > 0 {
		fmt.Fprintf(&b, "%s\n%s\n\n", l.DeliverTo, strings.Join(l.Address, "\n"))
	}
	b.WriteString("-- \n" + strings.Join(l.Foot, "\n") + "\n")
	return b.String()
}

const plainWidth = 72

// apart puts two texts at the ends of a line, or the second on the next line
// where both do not fit.
func apart(left, right string) string {
	if right == "" {
		return left
	}
	room := plainWidth - utf8.RuneCountInString(left) - utf8.RuneCountInString(right)
	if room >= 2 {
		return left + strings.Repeat(" ", room) + right
	}
	return left + "\n" + strings.Repeat(" ", max(plainWidth-utf8.RuneCountInString(right), 0)) + right
}

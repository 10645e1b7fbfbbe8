package parts

import (
	"strings"

	"packhouse/internal/settings"
	"packhouse/web/ui"
)

// Brand is the company's name and colour on top of its customers' pages. The
// colour stands in the address of the sheet, so that a new one is seen at once.
func Brand(c settings.Company) ui.Brand {
	return ui.Brand{Name: c.Name, Href: "/shop", Sheet: "/shop/brand.css?colour=" + strings.TrimPrefix(c.Colour, "#"), Foot: []string{c.Name + " · " + c.Email}}
}

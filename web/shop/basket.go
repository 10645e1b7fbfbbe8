package shop

import (
	"net/url"
	"slices"
	"strings"

	"packhouse/internal/catalog"
)

// line is one line as typed.
type line struct {
	Code     string
	Quantity string
	Seen     string // the price of a piece that stood beside it
}

// In an address the basket is "b=2~TRAY-OAK-L" once per line: it can be kept
// as a bookmark, sent to a colleague, and gone back to.
const basketField = "b"

// maxBasket bounds what an address can hold; the order itself is bounded by
// the company's settings.
const maxBasket = 100

func readBasket(values url.Values) []line {
	var out []line
	for _, b := range values[basketField] {
		n, code, ok := strings.Cut(b, "~")
		if code = strings.TrimSpace(code); ok && code != "" && len(out) < maxBasket {
			out = append(out, line{Code: code, Quantity: strings.TrimSpace(n)})
		}
	}
	return out
}

func basketQuery(lines []line) url.Values {
	v := url.Values{}
	for _, l := range lines {
		v.Add(basketField, l.Quantity+"~"+l.Code)
	}
	return v
}

// with is the basket with a line more. What is in it already gets the new
// quantity: pressing "add" again after going back must not double it.
func with(lines []line, add line) []line {
	for i := range lines {
		if catalog.Key(lines[i].Code) == catalog.Key(add.Code) {
			out := slices.Clone(lines)
			out[i].Quantity = add.Quantity
			return out
		}
	}
	return append(slices.Clone(lines), add)
}

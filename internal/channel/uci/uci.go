// Package uci reads the order lines of a giftware wholesaler as the "Online
// Retail" data set has them (UCI Machine Learning Repository): one row per line
// of an invoice. It says what each row means to us and knows no table.
//
// Words: a row is what stands in the file, a line is a row that could be read.
// An invoice is all lines of one number, wherever they stand; a document says
// what it is: a sale, a cancellation (its number begins with C) or a bad debt
// (with A). What a sale brings is taken; every other line is left, with the
// reason why.
//
// What is taken of a sale: every line with pieces and a price, and lines at
// price 0 that came along with such a line. Codes that stand for no article
// (postage, carriage, fees, gift vouchers) are services: billed, never picked.
package uci

import (
	"strings"
	"time"

	"packhouse/internal/money"
	"packhouse/internal/trade"
)

// Line is one line of an invoice. Quantity is in pieces, the price per piece in
// pounds.
type Line struct {
	No          int // of the row in the file; the heading is row 1
	Invoice     string
	Code        string
	Description string
	Quantity    int64
	Price       money.UnitPrice
	At          time.Time
	When        string // At as the file writes it
	Customer    string // their number there; empty where the file has none
	Country     string // as the file calls it
}

// Value is what the line is worth, exactly.
func (l Line) Value() Value { return valueOf(l.Price, l.Quantity) }

// Document is what an invoice is.
type Document string

// The documents, told apart by the first letter of the number.
const (
	Sale         Document = "sale"
	Cancellation Document = "cancellation"
	BadDebt      Document = "bad_debt"
)

// DocumentOf says what an invoice of the number is.
func DocumentOf(invoice string) Document {
	switch {
	case strings.HasPrefix(strings.ToUpper(invoice), "C"):
		return Cancellation
	case strings.HasPrefix(strings.ToUpper(invoice), "A"):
		return BadDebt
	}
	return Sale
}

// services are the codes that stand for no article.
var services = map[string]bool{
	"post": true, "dot": true, "c2": true, // postage and carriage
	"m": true, "d": true, "s": true, // charged by hand, discount, samples
	"bank charges": true, "amazonfee": true, "cruk": true, "b": true,
}

// Service reports whether the code stands for something billed and never
// picked.
func Service(code string) bool {
	key := Key(code)
	return services[key] || strings.HasPrefix(key, "gift_")
}

// Key is the code as codes are compared: 85099B and 85099b are one.
func Key(code string) string { return strings.ToLower(code) }

// CountryCode is the ISO code of a country as the file calls it; empty for
// "Unspecified", "European Community" and whatever else is none.
func CountryCode(name string) string {
	code := trade.Address{Country: name}.Normalize().Country
	if !trade.KnownCountry(code) {
		return ""
	}
	return code
}

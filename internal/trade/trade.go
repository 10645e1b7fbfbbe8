// Package trade holds the small words that every room shares: addresses as
// countries shape them, e-mail addresses, phone numbers, tax numbers,
// quantities, days and periods, and clean text. It reads what people type,
// normalises it or says what is wrong with it, and knows no table.
//
// Words: address (where parcels or letters go), quantity (whole pieces),
// demand (what a line wants of a SKU), day (a date without a time or zone),
// period (days from one through another), note on an address (a warning, never
// a refusal).
package trade

import "packhouse/internal/id"

// LineRef points at one line of one order. A SKU does not: real orders repeat
// a SKU on several lines.
type LineRef struct {
	Order id.Order
	Line  id.Line
}

// Demand is what a line wants of a SKU, in pieces.
type Demand struct {
	Line     id.Line
	SKU      id.SKU
	Quantity int
}

// TotalBySKU adds demands up per SKU, as stock is locked and reserved.
func TotalBySKU(demands []Demand) map[id.SKU]int {
	total := make(map[id.SKU]int, len(demands))
	for _, d := range demands {
		total[d.SKU] += d.Quantity
	}
	return total
}

// Package tax computes what an order costs: the lines, the discounts, the tax
// and the totals, as EN 16931 asks of an invoice. The sums are pure; the
// tables tax_classes and tax_rates are this room's, and read.go finds the
// rates that hold in a place on a day.
//
// Words: class (what kind of goods the law sees: "standard", "reduced"), rate
// (parts per million), net, tax, gross; before (a line at its price, before any
// discount), spread (an amount divided over pieces to the minor unit).
//
// The rules, in their order:
//
//  1. A line is price × quantity, rounded once, less its own discounts.
//  2. The discount of the order is cut over the lines by what they cost, by
//     largest remainder.
//  3. Tax is computed per rate on the sum of its lines (BR-CO-17, BR-S-09),
//     never per line, and rounded once; then cut over those lines, so that the
//     lines add up to the total.
//  4. Where prices include tax, what the customer pays is exact, and net is
//     that less the tax within it.
//  5. Net and tax of a line are spread over its pieces as buckets, so that any
//     sequence of part cancellations, invoices and refunds adds up.
package tax

import (
	"packhouse/internal/money"
)

// MaxTotal is the most an order may come to, in minor units: the schema
// refuses more, and so do we before it.
const MaxTotal = 100_000_000_000

// Order is what is asked. Its discount is an amount, a rate, or both: the rate
// is taken of the lines first.
type Order struct {
	Currency      money.Currency
	IncludesTax   bool // whether prices and discounts are with tax
	DiscountMinor int64
	DiscountRate  money.Rate
	Lines         []Line
}

// Line is one line of what is asked. Its discount is an amount, a rate, or
// both: the rate is taken of the line at its price.
type Line struct {
	Price           money.UnitPrice // of one piece
	Quantity        int64           // pieces, at least 1
	Class           string
	Rate            money.Rate
	DiscountMinor   int64
	DiscountRate    money.Rate
	NoOrderDiscount bool // the discount of the order leaves it alone: shipping
}

// Totals are the answer, in minor units. Net + Tax = Gross, here and in every
// part, and every part adds up to its whole.
type Totals struct {
	Lines []LineTotals
	Rates []RateTotals
	Net   int64
	Tax   int64
	Gross int64
}

// LineTotals is the money of one line. Before, Discount and OrderDiscount are
// with tax where prices are: Before - Discount - OrderDiscount is Gross then,
// and Net otherwise.
type LineTotals struct {
	Before        int64
	Discount      int64
	OrderDiscount int64
	Net           int64
	Tax           int64
	Gross         int64
	UnitNet       money.Buckets // Net over the pieces
	UnitTax       money.Buckets // Tax over the pieces
}

// RateTotals is the tax of one rate: what an invoice lists below its lines.
type RateTotals struct {
	Rate  money.Rate
	Net   int64
	Tax   int64
	Gross int64
}

// paid is what the line costs as its price is meant, after all discounts.
func (l LineTotals) paid() int64 { return l.Before - l.Discount - l.OrderDiscount }

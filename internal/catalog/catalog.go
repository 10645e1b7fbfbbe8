// Package catalog owns what can be ordered and for how much: products, their
// variants (SKUs) with barcodes, measures and units, what a kit is made of,
// what may stand in for what, and price lists.
//
// Words: product (what a customer would call one thing), SKU or variant (what
// is ordered and counted, named by its code), piece (the stock unit every
// quantity here counts), sold unit (what an order counts, a whole number of
// pieces), pack size (orders come in multiples of so many pieces), service
// (ordered but never picked), kit (sold as one, picked as its parts), part,
// substitute, withdrawn (no longer sold, still in stock and in old orders),
// price list, base list, break (a price from a quantity on). Not: article,
// item number, bundle, deleted.
//
// How much there is of anything belongs to internal/inventory; what an order
// charged belongs to internal/sales, which keeps a snapshot of what it was told
// here.
package catalog

// Kind says what a product is made of. It is fixed when the product is made:
// stock, orders and kits rest on it.
type Kind string

// The kinds of product.
const (
	Goods   Kind = "goods"   // counted and picked
	Service Kind = "service" // ordered and billed, never picked
	Kit     Kind = "kit"     // ordered as one, picked as its parts
)

// Kinds in the order they are shown.
var Kinds = []Kind{Goods, Service, Kit}

// ParseKind reads a kind as stored or sent by a form.
func ParseKind(s string) (Kind, bool) {
	for _, k := range Kinds {
		if string(k) == s {
			return k, true
		}
	}
	return "", false
}

// Stocked reports whether pieces of it lie on a shelf.
func (k Kind) Stocked() bool { return k == Goods }

// The limits of what may be typed; the schema holds the same.
const (
	maxName     = 200
	maxText     = 5000
	maxCode     = 64
	maxShort    = 60
	maxGrams    = 100_000_000
	maxMM       = 1_000_000
	maxPieces   = 1_000_000
	maxInKit    = 10_000
	maxParts    = 100
	maxAttrs    = 50
	maxBarcodes = 50
)

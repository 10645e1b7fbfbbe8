// Package sales owns the customer order: its lines, its holds, its promises
// and its life from draft to closed.
//
// Words: an order is placed by a customer or by staff, confirmed by sales (or
// by itself, where its channel says so), closed when everything has left, or
// cancelled. A line is ordered in pieces; some may be cancelled. A hold stops
// what it names until it is lifted. A promise is a day for a quantity; a new
// one never overwrites the first. What is reserved, picked, shipped, paid is
// counted by the rooms that do it and never set here by hand.
package sales

import (
	"time"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/trade"
)

// Head is what an order says of itself apart from its state. Money is in
// minor units of Currency; days are civil days (midnight UTC).
type Head struct {
	ID               id.Order
	Number           string
	Channel          id.Channel
	Entity           id.Entity
	Customer         id.Customer
	ExternalRef      string
	Currency         money.Currency
	PricesIncludeTax bool
	ContactName      string
	Email            string
	Phone            string
	Language         string
	ShipTo           trade.Address
	BillTo           trade.Address
	TaxID            string
	TermsDays        int
	DeliveryMethod   string
	RequestedDay     *time.Time
	Wish             Wish
	PONumber         string
	NoteCustomer     string
	NoteInternal     string
	DiscountReason   string
	Goods            int64 // lines before discounts, as priced
	Discount         int64 // all discounts, as priced
	Shipping         int64 // as priced
	Net              int64 // of what is not cancelled
	Tax              int64
	Total            int64
}

// Wish says whether the customer takes what is ready or waits for all.
type Wish string

// The two wishes.
const (
	AsReady  Wish = "as_ready"
	Together Wish = "together"
)

// Line is one line of an order. Quantities are pieces, money minor units.
// Several lines may carry one SKU: never key anything by SKU within an order.
type Line struct {
	ID            id.Line
	Position      int
	Kind          LineKind
	Parent        id.Line
	SKU           id.SKU
	Code          string
	Name          string
	TaxClass      string
	TaxRate       money.Rate
	Quantity      int
	Cancelled     int
	SoldUnit      string
	UnitRatio     int
	UnitPrice     money.UnitPrice // per sold unit
	IncludesTax   bool
	PriceSource   string // which rule or person set the price
	DiscountRate  money.Rate
	Discount      int64
	Reason        string // of the discount
	OrderDiscount int64
	Net           int64
	Tax           int64
	Total         int64
	CancelledNet  int64
	CancelledTax  int64
}

// LineKind is what a line stands for.
type LineKind string

// The kinds of line.
const (
	Goods    LineKind = "goods"
	Service  LineKind = "service"
	Kit      LineKind = "kit"
	KitPart  LineKind = "kit_part"
	Fee      LineKind = "fee"
	Shipping LineKind = "shipping"
)

// Stocked reports whether the line takes pieces from a shelf: a kit does so
// by its parts, a service and a fee never.
func (l Line) Stocked() bool { return l.Kind == Goods || l.Kind == KitPart }

// Open is what is still wanted, in pieces.
func (l Line) Open() int { return l.Quantity - l.Cancelled }

// netPerPiece and taxPerPiece are the line's money spread over its pieces.
func (l Line) netPerPiece() money.Buckets { return money.Spread(l.Net, int64(l.Quantity)) }
func (l Line) taxPerPiece() money.Buckets { return money.Spread(l.Tax, int64(l.Quantity)) }

// Hold stops what it names until it is lifted.
type Hold struct {
	ID         id.Hold
	Type       string
	Reason     string
	OwnerRole  string
	Owner      id.User
	OwnerName  string
	Blocks     []string // confirm, pick, ship, invoice
	KeepsStock bool
	NextType   string // the hold that follows when this one is lifted
	NextReason string
	PlacedAt   time.Time
	PlacedBy   string
}

// HoldTypes are the kinds of hold, in the order in which forms offer them.
var HoldTypes = []string{"address", "payment", "credit", "stock", "fraud", "customer", "review", "other"}

// Blockable are the actions a hold may stop.
var Blockable = []string{"confirm", "pick", "ship", "invoice"}

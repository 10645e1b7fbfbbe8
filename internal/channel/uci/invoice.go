package uci

import "time"

// Invoice is all lines of one number, in the order of the file.
type Invoice struct {
	No    string
	Lines []Line
}

// Left is a line that is not taken, and the code of the reason.
type Left struct {
	Line
	Why string
}

// Why a line that could be read is left.
const (
	ForReturns      = "waits_for_returns" // a cancellation: what comes back has no order yet
	OfBadDebt       = "bad_debt"
	StockAdjustment = "stock_adjustment" // a correction booked without an order
	Negative        = "negative_quantity"
	NegativePrice   = "negative_price"
	Nothing         = "no_quantity"
	Unpriced        = "nothing_priced" // no line of the invoice has a price
	TwoCustomers    = "two_customers"
)

// Sold reports whether the line makes its invoice a sale: pieces at a price.
func (l Line) Sold() bool {
	return DocumentOf(l.Invoice) == Sale && l.Quantity > 0 && l.Price.Sign() > 0
}

// Divide says which lines are taken as an order, and why the others are left.
func (i Invoice) Divide() (taken []Line, left []Left) {
	priced, mixed := false, false
	for _, l := range i.Lines {
		priced = priced || l.Sold()
		mixed = mixed || l.Customer != i.Lines[0].Customer || l.Country != i.Lines[0].Country
	}
	for _, l := range i.Lines {
		if why := l.why(priced, mixed); why != "" {
			left = append(left, Left{l, why})
			continue
		}
		taken = append(taken, l)
	}
	return taken, left
}

func (l Line) why(priced, mixed bool) string {
	switch document := DocumentOf(l.Invoice); {
	case document == Cancellation:
		return ForReturns
	case document == BadDebt:
		return OfBadDebt
	case l.Price.Sign() < 0:
		return NegativePrice
	case l.Quantity == 0:
		return Nothing
	case l.Quantity < 0 && l.Price.IsZero():
		return StockAdjustment
	case l.Quantity < 0:
		return Negative
	case !priced:
		return Unpriced
	case mixed:
		return TwoCustomers
	}
	return ""
}

// At is when the invoice was written: the time of its earliest line.
func (i Invoice) At() time.Time {
	at := i.Lines[0].At
	for _, l := range i.Lines[1:] {
		if l.At.Before(at) {
			at = l.At
		}
	}
	return at
}

// Words is all the invoice says of its order, the same whenever and in
// whatever zone it is read.
func (i Invoice) Words() []string {
	out := []string{i.No}
	for _, l := range i.Lines {
		out = append(out, l.Code, l.When, l.Customer, l.Country, l.Price.String(), itoa(l.Quantity))
	}
	return out
}

package flow

import (
	"context"
	"time"

	"packhouse/internal/channel"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/link"
	"packhouse/internal/money"
	"packhouse/internal/notify"
	"packhouse/internal/problem"
	"packhouse/internal/sales"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

// NewOrder is an order as somebody asks for it, at a form, at the staff's own
// entry or by an integration.
type NewOrder struct {
	Channel        id.Channel
	ExternalRef    string      // of the channel; one order each
	Customer       id.Customer // 0: found or made by e-mail and tax id
	Kind           string      // "person", "company"
	ContactName    string
	Email          string
	Phone          string
	TaxID          string
	Language       string
	ShipTo         trade.Address
	BillTo         trade.Address // zero: as ShipTo
	DeliveryMethod string        // "standard", "pickup"
	RequestedDay   *time.Time
	Wish           sales.Wish
	PONumber       string
	NoteCustomer   string
	NoteInternal   string
	Lines          []NewLine
	Discount       OrderDiscount
	Shipping       *int64 // minor units; nil: what the channel charges
	NoMail         bool
	NoTax          bool // an order of the past: its prices are all that was charged, whoever it goes to
	AtShop         bool // only what the shop shows may be ordered
}

// NewLine is one line as it was asked for.
type NewLine struct {
	Code         string // SKU or barcode
	Pieces       int64
	Price        *money.UnitPrice // per piece, set by a person or a channel; nil: by the price lists
	PriceSource  string           // with Price: who set it
	DiscountRate money.Rate
	Reason       string // of the discount
}

// OrderDiscount is off the whole order: an amount or a rate, with its reason.
type OrderDiscount struct {
	Minor  int64
	Rate   money.Rate
	Reason string
}

// Placement is what placing gave.
type Placement struct {
	Order     id.Order `json:"order"`
	Number    string   `json:"number"`
	Link      id.Link  `json:"link"`      // of the customer's status page
	Confirmed bool     `json:"confirmed"` // it confirmed itself, as its channel allows
	Total     int64    `json:"total"`     // minor units
}

// PlaceOrder takes an order: prices it, finds its customer, keeps its goods
// for a while where the channel says so, and writes to the customer. It waits
// for review unless its channel confirms valid orders by themselves.
func PlaceOrder(ctx context.Context, tx *txn.Tx, in NewOrder) (Placement, error) {
	ch, err := channel.Get(ctx, tx, in.Channel)
	if err != nil {
		return Placement{}, err
	}
	if !ch.Active {
		return Placement{}, problem.Refuse("refused.channel_closed", "channel", ch.Name)
	}
	head, err := in.head(ctx, tx, ch)
	if err != nil {
		return Placement{}, err
	}
	mail := reserveMail(tx, head.Email)
	lines, err := in.price(ctx, tx, ch, &head)
	if err != nil {
		return Placement{}, err
	}
	o, err := sales.New(head.Head, lines, tx.At())
	if err != nil {
		return Placement{}, err
	}
	sales.Insert(tx, o)
	tx.Record(txn.Event{Kind: "order.placed", Subject: txn.About("order", o.ID), Order: o.ID, Public: true,
		Data: map[string]any{"channel": ch.Name, "number": o.Number, "reference": o.ExternalRef, "total": money.Of(o.Total, o.Currency)}})
	done := Placement{Order: o.ID, Number: o.Number, Total: o.Total}
	sendMail(tx, ch, o, notify.OrderReceived, *mail, in.NoMail || !ch.NeedsReview)
	if err := done.open(ctx, tx, in.AtShop); err != nil {
		return Placement{}, err
	}
	second := new(id.Mail)
	if !ch.NeedsReview {
		second = reserveMail(tx, o.Email)
	}
	facts, _, err := factsOf(ctx, tx, o)
	if err != nil {
		return Placement{}, err
	}
	held, checks, err := softHold(ctx, tx, o, ch, &facts)
	if err != nil {
		return Placement{}, err
	}
	if _, failed := checks.Blocking(); !ch.NeedsReview && !failed {
		_, err := confirm(ctx, tx, o, ch, facts, held, *second, in.NoMail)
		done.Confirmed = true
		return done, err
	}
	sales.SaveProgress(tx, o, checks, sales.Counts{Reserved: pieces(held)})
	return done, nil
}

// open makes the link of the customer's status page. Only the shop shows it at
// once; elsewhere the mail carries it.
func (p *Placement) open(ctx context.Context, tx *txn.Tx, now bool) error {
	if !now {
		link.Lay(tx, link.Status, "order", int64(p.Order))
		return nil
	}
	l, err := link.Make(ctx, tx, link.Status, "order", int64(p.Order), 0)
	p.Link = l.ID
	return err
}

// softHold keeps what there is of the order's goods for a while, if the
// channel does so, and makes the checks.
func softHold(ctx context.Context, tx *txn.Tx, o *sales.Order, ch channel.Channel, facts *sales.Facts) ([]inventory.Allocation, sales.Checks, error) {
	needs, terms, until := needsOf(o, nil), termsOf(ch), ch.Until(tx.Now())
	if until.IsZero() || tx.Actor().Kind == txn.Import {
		levels, err := inventory.LevelsFor(ctx, tx, needs, terms)
		facts.Shorts = shortsOf(inventory.Decide(needs, levels, terms))
		return nil, o.Run(*facts), err
	}
	levels, err := inventory.Lock(ctx, tx, o.ID, needs, terms)
	if err != nil {
		return nil, nil, err
	}
	plan := inventory.Decide(needs, levels, terms)
	facts.Shorts = shortsOf(plan)
	checks := o.Run(*facts)
	if _, failed := checks.Blocking(); !ch.NeedsReview && !failed {
		until = time.Time{} // it is about to confirm itself
	}
	if err := inventory.Reserve(tx, o.ID, plan.Shares, levels, until); err != nil {
		return nil, nil, err
	}
	held := make([]inventory.Allocation, len(plan.Shares))
	for i, s := range plan.Shares {
		held[i] = inventory.Allocation{Line: s.Line, SKU: s.SKU, Location: s.Location, Quantity: s.Quantity, Expires: until}
	}
	return held, checks, nil
}

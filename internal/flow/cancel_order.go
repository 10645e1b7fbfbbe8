package flow

import (
	"context"
	"slices"

	"packhouse/internal/channel"
	"packhouse/internal/fulfilment"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/money"
	"packhouse/internal/notify"
	"packhouse/internal/sales"
	"packhouse/internal/txn"
)

// Cancelling says what to cancel and why. Without takes it is the whole order.
type Cancelling struct {
	Seen   int64
	Takes  []sales.Take
	Reason string
	NoMail bool
}

// Cancellation is what cancelling gave.
type Cancellation struct {
	Order  id.Order `json:"order"`
	Number string   `json:"number"`
	Whole  bool     `json:"whole"` // the order itself is cancelled
	Freed  int      `json:"freed"` // pieces back in free stock
}

// CancelOrder takes pieces, or all of it, off an order: frees exactly what was
// reserved for them, withdraws them from open work and writes to the customer
// when the order ends.
func CancelOrder(ctx context.Context, tx *txn.Tx, order id.Order, what Cancelling) (Cancellation, error) {
	o := sales.Lock(tx, order)
	if err := tx.Flush(ctx); err != nil {
		return Cancellation{}, err
	}
	if err := o.Expect(what.Seen); err != nil {
		return Cancellation{}, err
	}
	ch, err := channel.Get(ctx, tx, o.Channel)
	if err != nil {
		return Cancellation{}, err
	}
	mail := reserveMail(tx, o.Email)
	before, takes := o.Total, what.Takes
	if len(takes) == 0 {
		takes = everything(o)
		err = o.Cancel(what.Reason, 0, tx.At())
	} else {
		takes, err = o.CancelPieces(takes, nil, what.Reason, tx.At())
	}
	if err != nil {
		return Cancellation{}, err
	}
	kept, freed, err := release(ctx, tx, o)
	if err != nil {
		return Cancellation{}, err
	}
	sales.SaveCancelled(tx, o)
	sales.Save(tx, o)
	done := Cancellation{Order: o.ID, Number: o.Number, Whole: o.State() == sales.Cancelled, Freed: freed}
	recordCancelled(tx, o, takes, what.Reason, before, done)
	if done.Whole {
		sendMail(tx, ch, o, notify.OrderCancelled, *mail, what.NoMail)
	}
	return done, refreshProgress(ctx, tx, o, ch, kept)
}

// everything is all that is still open on an order.
func everything(o *sales.Order) []sales.Take {
	var out []sales.Take
	for _, l := range o.Lines {
		if l.Open() > 0 {
			out = append(out, sales.Take{Line: l.ID, Pieces: l.Open()})
		}
	}
	return out
}

// release frees what the order holds beyond what it still wants, the last
// reserved first, and withdraws it from open work. It answers what the order
// keeps.
func release(ctx context.Context, tx *txn.Tx, o *sales.Order) (kept []inventory.Allocation, freed int, err error) {
	held, err := inventory.LockAllocations(ctx, tx, o.ID)
	if err != nil {
		return nil, 0, err
	}
	over := make(map[id.Line]int, len(o.Lines))
	for _, l := range o.Lines {
		over[l.ID] = -l.Open()
	}
	for _, a := range held {
		over[a.Line] += a.Quantity
	}
	var from []inventory.Allocation
	var quantities []int
	var less []fulfilment.Less
	for _, a := range slices.Backward(held) {
		n := max(0, min(a.Quantity, over[a.Line]))
		if n > 0 {
			over[a.Line] -= n
			freed += n
			from, quantities = append(from, a), append(quantities, n)
			less = append(less, fulfilment.Less{Line: a.Line, Location: a.Location, Quantity: n})
		}
		if a.Quantity -= n; a.Quantity > 0 {
			kept = append(kept, a)
		}
	}
	if o.ConfirmedAt().IsZero() {
		less = nil
	}
	if err := fulfilment.Withdraw(ctx, tx, o.ID, less); err != nil {
		return nil, 0, err
	}
	inventory.Release(tx, from, quantities)
	return kept, freed, nil
}

func recordCancelled(tx *txn.Tx, o *sales.Order, takes []sales.Take, reason string, before int64, done Cancellation) {
	e := txn.Event{Kind: "order.cancelled", Subject: txn.About("order", o.ID), Order: o.ID, Public: true}
	data := map[string]any{"reason": reason, "freed": done.Freed}
	if !done.Whole {
		e.Kind = "order.reduced"
		type line struct {
			SKU    string `json:"sku"`
			Pieces int    `json:"pieces"`
		}
		var lines []line
		n := 0
		for _, t := range takes {
			if l, ok := o.Line(t.Line); ok && l.Kind != sales.KitPart {
				lines = append(lines, line{l.Code, t.Pieces})
				n += t.Pieces
			}
		}
		data["lines"], data["pieces"] = lines, n
		data["before"], data["after"] = money.Of(before, o.Currency), money.Of(o.Total, o.Currency)
	}
	e.Data = data
	tx.Record(e)
}

// refreshProgress rewrites what the lists show, after a change to a placed or
// confirmed order.
func refreshProgress(ctx context.Context, tx *txn.Tx, o *sales.Order, ch channel.Channel, held []inventory.Allocation) error {
	var checks sales.Checks
	if o.State() == sales.Placed {
		var err error
		if checks, _, err = reviewWith(ctx, tx, o, held); err != nil {
			return err
		}
	}
	latest, err := latestPromise(ctx, tx, o)
	if err != nil {
		return err
	}
	name := ""
	if len(held) > 0 {
		p, _ := ch.Place(held[0].Location)
		name = p.Name
	}
	sales.SaveProgress(tx, o, checks, sales.Counts{Reserved: pieces(held), Waits: name, Promised: latest})
	return nil
}

package flow

import (
	"context"
	"slices"
	"time"

	"packhouse/internal/channel"
	"packhouse/internal/fulfilment"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/notify"
	"packhouse/internal/sales"
	"packhouse/internal/txn"
)

// Confirming says how to confirm.
type Confirming struct {
	Seen   int64 // version of the order on the screen; 0: not looked
	NoMail bool  // the person who confirms keeps the mail back
}

// Confirmation is what confirming gave, in pieces.
type Confirmation struct {
	Order       id.Order `json:"order"`
	Number      string   `json:"number"`
	Reserved    int      `json:"reserved"`
	Backordered int      `json:"backordered"`
}

// ConfirmOrder accepts a placed order: reserves its stock, makes the work of
// each location, records the promise and writes to the customer, all at once
// or not at all. Refused by the order's state, by a hold, by the first
// blocking check that fails.
func ConfirmOrder(ctx context.Context, tx *txn.Tx, order id.Order, how Confirming) (Confirmation, error) {
	var held []inventory.Allocation
	o := sales.Lock(tx, order)
	inventory.ReadAllocations(tx, order, &held)
	if err := tx.Flush(ctx); err != nil {
		return Confirmation{}, err
	}
	if err := o.Expect(how.Seen); err != nil {
		return Confirmation{}, err
	}
	mail := reserveMail(tx, o.Email)
	facts, ch, err := factsOf(ctx, tx, o)
	if err != nil {
		return Confirmation{}, err
	}
	return confirm(ctx, tx, o, ch, facts, held, *mail, how.NoMail)
}

// confirm is the part that an order confirming itself shares.
func confirm(ctx context.Context, tx *txn.Tx, o *sales.Order, ch channel.Channel, facts sales.Facts, held []inventory.Allocation, mail id.Mail, quiet bool) (Confirmation, error) {
	claim, err := claimStock(ctx, tx, o, ch, held)
	if err != nil {
		return Confirmation{}, err
	}
	facts.Shorts = shortsOf(claim.plan)
	checks := o.Run(facts)
	if err := o.Confirm(checks, tx.At()); err != nil {
		return Confirmation{}, err
	}
	if err := claim.take(tx, o); err != nil {
		return Confirmation{}, err
	}
	promised := startWork(tx, o, ch, claim.shares(), claim.plan.Shorts, "")
	sales.Save(tx, o)
	done := Confirmation{Order: o.ID, Number: o.Number, Reserved: claim.reserved(), Backordered: claim.missing()}
	tx.Record(txn.Event{Kind: "order.confirmed", Subject: txn.About("order", o.ID), Order: o.ID, Public: true,
		Data: map[string]any{"reserved": done.Reserved, "backordered": done.Backordered}})
	sendMail(tx, ch, o, notify.OrderConfirmed, mail, quiet)
	sales.SaveProgress(tx, o, checks, sales.Counts{Reserved: done.Reserved, Waits: placeName(ch, claim.shares()), Promised: promised})
	return done, nil
}

// claim is stock under lock for an order: what it held already and what it
// takes now.
type claim struct {
	held   []inventory.Allocation
	levels []inventory.Level
	plan   inventory.Plan
}

// claimStock locks the levels that the order still needs and decides. An order
// whose soft holds cover it locks no level at all.
func claimStock(ctx context.Context, tx *txn.Tx, o *sales.Order, ch channel.Channel, held []inventory.Allocation) (claim, error) {
	c, terms := claim{held: held}, termsOf(ch)
	needs, reach := needsOf(o, held), terms
	ending := slices.ContainsFunc(held, func(a inventory.Allocation) bool { return a.Ending(tx.Now()) })
	if ending {
		// A sweep may take what ends while this command runs, so those levels are locked too: all of them in one go with
		// what the order still wants, for two steps of locks could meet another command's halfway.
		needs, reach.Locations = needsOf(o, nil), places(terms.Locations, held)
	}
	if len(needs) == 0 {
		return c, nil
	}
	var err error
	if c.levels, err = inventory.Lock(ctx, tx, o.ID, needs, reach); err != nil {
		return c, err
	}
	if ending {
		if c.held, err = inventory.AllocationsOf(ctx, tx, o.ID); err != nil {
			return c, err
		}
		needs = needsOf(o, c.held)
	}
	c.plan = inventory.Decide(needs, c.levels, terms)
	return c, nil
}

// places are the locations, and those where something is held already.
func places(at []id.Location, held []inventory.Allocation) []id.Location {
	all := slices.Clone(at)
	for _, a := range held {
		if !slices.Contains(all, a.Location) {
			all = append(all, a.Location)
		}
	}
	return all
}

// take makes the claim last.
func (c claim) take(tx *txn.Tx, o *sales.Order) error {
	var soft []inventory.Allocation
	for _, a := range c.held {
		if a.Soft {
			soft = append(soft, a)
		}
	}
	inventory.Firm(tx, soft)
	return inventory.Reserve(tx, o.ID, c.plan.Shares, c.levels, time.Time{})
}

// shares are all pieces the order has, held before and taken now.
func (c claim) shares() []inventory.Share {
	out := make([]inventory.Share, 0, len(c.held)+len(c.plan.Shares))
	for _, a := range c.held {
		out = append(out, inventory.Share{Line: a.Line, SKU: a.SKU, Location: a.Location, Quantity: a.Quantity})
	}
	return append(out, c.plan.Shares...)
}

func (c claim) reserved() int {
	n := pieces(c.held)
	for _, s := range c.plan.Shares {
		n += s.Quantity
	}
	return n
}

func (c claim) missing() int {
	n := 0
	for _, s := range c.plan.Shorts {
		n += s.Missing
	}
	return n
}

// startWork makes the work of each location for the shares, records a promise
// for every piece, also for those that wait, and answers the latest day
// promised.
func startWork(tx *txn.Tx, o *sales.Order, ch channel.Channel, shares []inventory.Share, shorts []inventory.Short, reason string) *time.Time {
	var works []fulfilment.Work
	var promises []sales.Promise
	var latest *time.Time
	at := make(map[id.Location]int)
	for _, s := range shares {
		place, _ := ch.Place(s.Location)
		i, seen := at[s.Location]
		if !seen {
			due := leaves(place, tx.At(), o.RequestedDay)
			i = len(works)
			at[s.Location] = i
			works = append(works, fulfilment.Work{Location: s.Location, Kind: workKind(o), Due: &due})
			if latest == nil || latest.Before(due) {
				latest = &due
			}
		}
		works[i].Pieces = append(works[i].Pieces, fulfilment.Piece{Line: s.Line, SKU: s.SKU, Quantity: s.Quantity})
		promises = append(promises, sales.Promise{Line: int64(s.Line), Pieces: s.Quantity, Day: works[i].Due, Zone: place.Zone, Source: "stock"})
	}
	for _, s := range shorts {
		promises = append(promises, sales.Promise{Line: int64(s.Line), Pieces: s.Missing, Zone: "UTC", Source: "backorder"})
	}
	fulfilment.Start(tx, o.ID, merged(works))
	sales.SavePromises(tx, o, promises, reason)
	return latest
}

// merged adds up the pieces of one line that came from one location in two
// shares, since a line stands once in a piece of work.
func merged(works []fulfilment.Work) []fulfilment.Work {
	for i, w := range works {
		seen := make(map[id.Line]int, len(w.Pieces))
		var out []fulfilment.Piece
		for _, p := range w.Pieces {
			if j, ok := seen[p.Line]; ok {
				out[j].Quantity += p.Quantity
				continue
			}
			seen[p.Line] = len(out)
			out = append(out, p)
		}
		works[i].Pieces = out
	}
	return works
}

func workKind(o *sales.Order) string {
	if o.DeliveryMethod == "pickup" {
		return "pickup"
	}
	return "ship"
}

func placeName(ch channel.Channel, shares []inventory.Share) string {
	if len(shares) == 0 {
		return ""
	}
	p, _ := ch.Place(shares[0].Location)
	return p.Name
}

package flow

import (
	"context"
	"slices"

	"packhouse/internal/channel"
	"packhouse/internal/fulfilment"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/problem"
	"packhouse/internal/sales"
	"packhouse/internal/txn"
)

// HoldOrder puts a hold on an order; one that does not keep the stock frees it
// and withdraws the open work.
func HoldOrder(ctx context.Context, tx *txn.Tx, order id.Order, seen int64, h sales.Hold) (id.Hold, error) {
	o, ch, err := lockWithChannel(ctx, tx, order, seen)
	if err != nil {
		return 0, err
	}
	if err := o.PlaceHold(h); err != nil {
		return 0, err
	}
	hold, err := sales.SaveHold(ctx, tx, o, h)
	if err != nil {
		return 0, err
	}
	if !h.KeepsStock {
		if err := letGo(ctx, tx, o); err != nil {
			return 0, err
		}
	}
	held, err := inventory.AllocationsOf(ctx, tx, o.ID)
	if err != nil {
		return 0, err
	}
	sales.Save(tx, o)
	return hold, refreshProgress(ctx, tx, o, ch, held)
}

// letGo frees all stock of an order and withdraws its open work.
func letGo(ctx context.Context, tx *txn.Tx, o *sales.Order) error {
	held, err := inventory.LockAllocations(ctx, tx, o.ID)
	if err != nil {
		return err
	}
	quantities := make([]int, len(held))
	less := make([]fulfilment.Less, len(held))
	for i, a := range held {
		quantities[i] = a.Quantity
		less[i] = fulfilment.Less{Line: a.Line, Location: a.Location, Quantity: a.Quantity}
	}
	if o.State() == sales.Confirmed {
		if err := fulfilment.Withdraw(ctx, tx, o.ID, less); err != nil {
			return err
		}
	}
	inventory.Release(tx, held, quantities)
	return nil
}

// LiftHold takes one hold away. The hold that was to follow it takes its
// place; when none is left, a confirmed order whose stock was freed reserves
// again what there is.
func LiftHold(ctx context.Context, tx *txn.Tx, order id.Order, seen int64, hold id.Hold, reason string) error {
	o, ch, err := lockWithChannel(ctx, tx, order, seen)
	if err != nil {
		return err
	}
	if reason == "" {
		return problem.At("reason", "required")
	}
	lifted, follows, err := o.LiftHold(hold)
	if err != nil {
		return err
	}
	sales.SaveLift(tx, o, lifted, reason)
	if follows != nil {
		o.Holds = append(o.Holds, *follows)
		if _, err := sales.SaveHold(ctx, tx, o, *follows); err != nil {
			return err
		}
	}
	free := slices.ContainsFunc(o.Holds, func(h sales.Hold) bool { return !h.KeepsStock })
	held, err := inventory.AllocationsOf(ctx, tx, o.ID)
	if err != nil {
		return err
	}
	if o.State() == sales.Confirmed && !free {
		if held, err = reserveMore(ctx, tx, o, ch, held, "hold lifted"); err != nil {
			return err
		}
	}
	sales.Save(tx, o)
	return refreshProgress(ctx, tx, o, ch, held)
}

// ReserveNow gives a confirmed order what has come in since it was confirmed.
// Refused while a hold frees its stock, and when nothing can be had.
func ReserveNow(ctx context.Context, tx *txn.Tx, order id.Order, seen int64) (got int, err error) {
	o, ch, err := lockWithChannel(ctx, tx, order, seen)
	if err != nil {
		return 0, err
	}
	if err := o.MayReserve(); err != nil {
		return 0, err
	}
	held, err := inventory.AllocationsOf(ctx, tx, o.ID)
	if err != nil {
		return 0, err
	}
	before := pieces(held)
	if held, err = reserveMore(ctx, tx, o, ch, held, "stock came in"); err != nil {
		return 0, err
	}
	if got = pieces(held) - before; got == 0 {
		return 0, problem.Refuse("refused.nothing_to_reserve")
	}
	sales.Save(tx, o)
	tx.Record(txn.Event{Kind: "order.reserved", Subject: txn.About("order", o.ID), Order: o.ID, Data: map[string]any{"pieces": got}})
	return got, refreshProgress(ctx, tx, o, ch, held)
}

// reserveMore reserves what can be had of what is missing, and makes its work.
// What a confirmed order holds nobody else changes while it is locked, so only
// the levels of what it still wants are locked, in one step.
func reserveMore(ctx context.Context, tx *txn.Tx, o *sales.Order, ch channel.Channel, held []inventory.Allocation, reason string) ([]inventory.Allocation, error) {
	more, err := claimStock(ctx, tx, o, ch, held)
	if err != nil {
		return nil, err
	}
	if err := more.take(tx, o); err != nil {
		return nil, err
	}
	if len(more.plan.Shares) > 0 {
		startWork(tx, o, ch, more.plan.Shares, nil, reason)
	}
	for _, s := range more.plan.Shares {
		held = append(held, inventory.Allocation{Line: s.Line, SKU: s.SKU, Location: s.Location, Quantity: s.Quantity})
	}
	return held, nil
}

// lockWithChannel locks an order and reads its channel.
func lockWithChannel(ctx context.Context, tx *txn.Tx, order id.Order, seen int64) (*sales.Order, channel.Channel, error) {
	o := sales.Lock(tx, order)
	if err := tx.Flush(ctx); err != nil {
		return nil, channel.Channel{}, err
	}
	if err := o.Expect(seen); err != nil {
		return nil, channel.Channel{}, err
	}
	ch, err := channel.Get(ctx, tx, o.Channel)
	return o, ch, err
}

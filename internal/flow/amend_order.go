package flow

import (
	"context"

	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/sales"
	"packhouse/internal/txn"
)

// AmendOrder changes who, where to and when, on an order that has not left.
func AmendOrder(ctx context.Context, tx *txn.Tx, order id.Order, seen int64, a sales.Amendment) error {
	o, ch, err := lockWithChannel(ctx, tx, order, seen)
	if err != nil {
		return err
	}
	before := o.Amendment()
	changed, err := o.Amend(a)
	if err != nil {
		return err
	}
	if len(changed) == 0 {
		tx.Quiet("nothing was changed")
		return nil
	}
	held, err := inventory.AllocationsOf(ctx, tx, o.ID)
	if err != nil {
		return err
	}
	sales.Save(tx, o)
	sales.SaveSearch(tx, o)
	sales.RecordAmended(tx, o, before, changed)
	return refreshProgress(ctx, tx, o, ch, held)
}

// NoteOrder puts a remark on an order's timeline.
func NoteOrder(ctx context.Context, tx *txn.Tx, n sales.Note) error {
	if _, err := sales.Get(ctx, tx, n.Order); err != nil {
		return err
	}
	return n.Record(tx)
}

package catalog

import (
	"context"

	"packhouse/internal/id"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// Withdraw stops the sale of a variant: new orders with it are refused, old
// ones and its stock stay. A reason is required.
func Withdraw(ctx context.Context, tx *txn.Tx, sku id.SKU, seen int64, reason string) error {
	v := &problem.Invalid{}
	reason = text(v, "reason", reason, maxName, true)
	if err := v.Err(); err != nil {
		return err
	}
	return sale(ctx, tx, sku, seen, reason, false)
}

// Reinstate sells a withdrawn variant again.
func Reinstate(ctx context.Context, tx *txn.Tx, sku id.SKU, seen int64) error {
	return sale(ctx, tx, sku, seen, "", true)
}

const saleSQL = `
	update catalog_skus set withdrawn_at = case when $2 then null else now() end, version = version + 1 where id = $1`

func sale(ctx context.Context, tx *txn.Tx, sku id.SKU, seen int64, reason string, on bool) error {
	s, _, err := lockSKU(ctx, tx, sku)
	if err != nil {
		return err
	}
	if s.Version != seen {
		return stale(ctx, tx, s.Product, sku, seen, s.Version)
	}
	if s.Withdrawn() != on {
		tx.Quiet("the variant was so already")
		return nil
	}
	kind, before, after := "sku.withdrawn", "sold", "withdrawn"
	if on {
		kind, before, after = "sku.reinstated", after, before
	}
	tx.Queue(saleSQL, 1, nil, sku, on)
	tx.Record(txn.Event{Kind: kind, Subject: about(s.Product), Data: happening{
		SKU: sku, Code: s.Code, Reason: reason, Version: seen + 1, Changes: []problem.Change{{Field: "sale", Before: before, After: after}}}})
	return nil
}

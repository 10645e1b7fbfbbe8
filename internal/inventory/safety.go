package inventory

import (
	"context"

	"packhouse/internal/id"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

const safetySQL = `
	update inventory_levels
	set safety = $3
	where sku_id = $1 and location_id = $2 and condition = 'sellable'`

// SetSafety sets how many pieces of a SKU a location never promises. What is
// reserved already stays reserved.
func SetSafety(ctx context.Context, tx *txn.Tx, sku id.SKU, at id.Location, pieces int) error {
	v := &problem.Invalid{}
	if pieces < 0 {
		v.Add("safety", "too_small", "min", 0)
	}
	if pieces > MaxPieces {
		v.Add("safety", "too_large", "max", MaxPieces)
	}
	if err := v.Err(); err != nil {
		return err
	}
	here := shelf{sku, at, Sellable}
	levels, err := lockShelves(ctx, tx, []shelf{here})
	if err != nil {
		return err
	}
	h := levels[here]
	if h.safety == pieces {
		tx.Quiet("the safety stock is what it was")
		return nil
	}
	tx.Queue(safetySQL, 1, errLevels, sku, at, pieces)
	tx.Record(txn.Event{Kind: "stock.safety_set", Subject: txn.About("sku", sku), Data: map[string]any{
		"sku": h.sku, "location": h.location, "location_id": at, "before": h.safety, "after": pieces,
	}})
	return nil
}

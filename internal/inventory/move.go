package inventory

import (
	"context"

	"packhouse/internal/id"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// ConditionMove changes the condition of pieces that stay where they lie: what
// was sellable is damaged, what was in quarantine is sellable again. Bin zero
// is the location's main bin.
type ConditionMove struct {
	SKU      id.SKU
	Location id.Location
	Bin      id.Bin
	Lot      string
	From, To Condition
	Quantity int // pieces, above zero
	Reason   string
}

// MoveCondition writes the two movements of a change of condition. What is
// reserved cannot become unsellable: whoever knows better releases it first.
func MoveCondition(ctx context.Context, tx *txn.Tx, m ConditionMove) error {
	v := &problem.Invalid{}
	if m.SKU == 0 {
		v.Add("sku", "required")
	}
	if m.Location == 0 {
		v.Add("location", "required")
	}
	checkCount(v, m.Quantity)
	if _, ok := ParseCondition(string(m.From)); !ok {
		v.Add("from", "not_a_choice")
	}
	if _, ok := ParseCondition(string(m.To)); !ok {
		v.Add("to", "not_a_choice")
	} else if m.From == m.To {
		v.Add("to", "stock.same_condition")
	}
	if m.Reason == "" {
		v.Add("reason", "stock.reason_needed")
	}
	checkWords(v, m.Reason, m.Lot)
	if err := v.Err(); err != nil {
		return err
	}
	from, to := shelf{m.SKU, m.Location, m.From}, shelf{m.SKU, m.Location, m.To}
	levels, err := lockShelves(ctx, tx, []shelf{from, to})
	if err != nil {
		return err
	}
	if m.Bin == 0 {
		m.Bin = levels[from].main
	}
	h := levels[from]
	if err := movePair(ctx, tx, levels, entry{shelf: from, Bin: m.Bin, Lot: m.Lot, Quantity: m.Quantity, Reason: m.Reason}, to, m.Bin); err != nil {
		return err
	}
	tx.Record(txn.Event{Kind: "stock.condition_changed", Subject: txn.About("sku", m.SKU), Data: map[string]any{
		"sku": h.sku, "location": h.location, "location_id": m.Location, "bin_id": m.Bin, "lot": m.Lot, "quantity": m.Quantity,
		"from": "stock.condition." + string(m.From), "to": "stock.condition." + string(m.To), "reason": m.Reason,
		"before": h.onHand, "after": h.onHand - m.Quantity,
	}})
	return nil
}

// BinMove carries pieces from one bin of a location to another. Condition
// empty is sellable; the reason is optional.
type BinMove struct {
	SKU       id.SKU
	Location  id.Location
	From, To  id.Bin
	Condition Condition
	Lot       string
	Quantity  int // pieces, above zero
	Reason    string
}

// MoveBin writes the two movements of a change of bin; the level stays.
func MoveBin(ctx context.Context, tx *txn.Tx, m BinMove) error {
	if m.Condition == "" {
		m.Condition = Sellable
	}
	v := &problem.Invalid{}
	if m.SKU == 0 {
		v.Add("sku", "required")
	}
	if m.Location == 0 {
		v.Add("location", "required")
	}
	checkCount(v, m.Quantity)
	if m.From == 0 {
		v.Add("from", "required")
	}
	if m.To == 0 {
		v.Add("to", "required")
	} else if m.From == m.To {
		v.Add("to", "stock.same_bin")
	}
	checkWords(v, m.Reason, m.Lot)
	if err := v.Err(); err != nil {
		return err
	}
	at := shelf{m.SKU, m.Location, m.Condition}
	levels, err := lockShelves(ctx, tx, []shelf{at})
	if err != nil {
		return err
	}
	if err := movePair(ctx, tx, levels, entry{shelf: at, Bin: m.From, Lot: m.Lot, Quantity: m.Quantity, Reason: m.Reason}, at, m.To); err != nil {
		return err
	}
	tx.Record(txn.Event{Kind: "stock.bin_changed", Subject: txn.About("sku", m.SKU), Data: map[string]any{
		"sku": levels[at].sku, "location": levels[at].location, "location_id": m.Location, "from_bin_id": m.From, "to_bin_id": m.To,
		"condition": "stock.condition." + string(m.Condition), "lot": m.Lot, "quantity": m.Quantity, "reason": m.Reason,
	}})
	return nil
}

func checkCount(v *problem.Invalid, n int) {
	switch {
	case n < 1:
		v.Add("quantity", "too_small", "min", 1)
	case n > MaxPieces:
		v.Add("quantity", "too_large", "max", MaxPieces)
	}
}

// movePair takes e.Quantity pieces from e's place and puts them into bin at to.
// The two lines carry one key, and cancel out.
func movePair(ctx context.Context, tx *txn.Tx, levels map[shelf]*held, e entry, to shelf, bin id.Bin) error {
	e.Kind, e.Pair, e.Cause, e.Quantity = Moved, id.NewKey(), Cause{Type: "move"}, -e.Quantity
	bins, err := takeFrom(ctx, tx, []entry{e})
	if err != nil {
		return err
	}
	if to != e.shelf {
		if err := levels[e.shelf].leave(e.shelf, e.Quantity); err != nil {
			return err
		}
		if err := levels[to].leave(to, -e.Quantity); err != nil {
			return err
		}
	}
	if err := bins.take(e); err != nil {
		return err
	}
	back := e
	back.shelf, back.Bin, back.Quantity = to, bin, -e.Quantity
	// Within one level the pieces arrive before they leave, so that it never stands below what is reserved on the way.
	if to == e.shelf {
		post(tx, back, noBin())
		post(tx, e, noBin())
		return nil
	}
	post(tx, e, noBin())
	post(tx, back, noBin())
	return nil
}

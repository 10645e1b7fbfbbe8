package inventory

import (
	"context"
	"fmt"
	"slices"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// Adjustment changes how many pieces lie somewhere. Bin zero is the location's
// main bin, Condition empty is sellable.
type Adjustment struct {
	SKU       id.SKU
	Location  id.Location
	Bin       id.Bin
	Condition Condition
	Lot       string
	Delta     int  // pieces, not zero; opening and receive only add
	Kind      Kind // Opening, Receive or Correction
	Reason    string
	UnitCost  money.UnitPrice // of one piece; zero takes that of the last movement of the SKU here
	Cause     Cause           // zero is the adjustment itself
}

// check notes what is wrong with an adjustment as such.
func (a Adjustment) check(v *problem.Invalid) {
	if a.SKU == 0 {
		v.Add("sku", "required")
	}
	if a.Location == 0 {
		v.Add("location", "required")
	}
	checkPieces(v, "delta", a.Delta)
	switch a.Kind {
	case Correction:
		if a.Reason == "" {
			v.Add("reason", "stock.reason_needed")
		}
	case Opening, Receive:
		if a.Delta < 0 {
			v.Add("delta", "too_small", "min", 1)
		}
	default:
		v.Add("kind", "not_a_choice")
	}
	checkWords(v, a.Reason, a.Lot)
}

func checkPieces(v *problem.Invalid, path string, n int) {
	switch {
	case n == 0:
		v.Add(path, "stock.zero")
	case n > MaxPieces || n < -MaxPieces:
		v.Add(path, "too_large", "max", MaxPieces)
	}
}

func checkWords(v *problem.Invalid, reason, lot string) {
	if len([]rune(reason)) > MaxReason+40 { // the chosen reason stands before the words
		v.Add("note", "too_long", "max", MaxReason)
	}
	if len([]rune(lot)) > MaxLot {
		v.Add("lot", "too_long", "max", MaxLot)
	}
}

// leave refuses when delta would take the level below zero or below what is
// reserved, and names the numbers. It touches no database.
func (h held) leave(s shelf, delta int) error {
	after := h.onHand + delta
	switch {
	case after < 0:
		return problem.Refuse("refused.stock_below_zero", "sku", h.sku, "location", h.location,
			"condition", "stock.condition."+string(s.Condition), "on_hand", h.onHand, "less", -delta)
	case delta < 0 && after < h.reserved:
		return &problem.Refusal{Code: "refused.stock_reserved",
			Args: problem.With("sku", h.sku, "location", h.location, "on_hand", h.onHand, "reserved", h.reserved, "less", -delta, "free", h.onHand-h.reserved),
			Fix:  problem.Fix{Code: "do.show_reservations", Path: fmt.Sprintf("/stock/reservations?sku=%d&location=%d", s.SKU, s.Location), Permission: "stock:read"}}
	case after > MaxPieces:
		return problem.Refuse("refused.stock_too_much", "sku", h.sku, "location", h.location, "max", MaxPieces)
	}
	return nil
}

// Adjusted is what an adjustment did.
type Adjusted struct {
	Before, After int // on hand of the condition, in pieces
}

// Adjust changes a level by one movement with its reason. It refuses with a
// problem.Invalid what is not well formed, and with a problem.Refusal what
// would fall below zero, below what is reserved, or below what the bin holds.
func Adjust(ctx context.Context, tx *txn.Tx, a Adjustment) (Adjusted, error) {
	done, err := AdjustAll(ctx, tx, []Adjustment{a})
	if err != nil {
		return Adjusted{}, err
	}
	return done[0], nil
}

// AdjustAll makes several adjustments in the order given, all or none, with
// one lock of all their levels: for imports and opening stock.
func AdjustAll(ctx context.Context, tx *txn.Tx, all []Adjustment) ([]Adjusted, error) {
	v := &problem.Invalid{}
	all = slices.Clone(all)
	want := make([]shelf, len(all))
	for i := range all {
		if all[i].Condition == "" {
			all[i].Condition = Sellable
		}
		all[i].check(v)
		want[i] = shelf{all[i].SKU, all[i].Location, all[i].Condition}
	}
	if err := v.Err(); err != nil || len(all) == 0 {
		return nil, err
	}
	levels, err := lockShelves(ctx, tx, want)
	if err != nil {
		return nil, err
	}
	entries := make([]entry, len(all))
	for i, a := range all {
		entries[i] = a.entry(levels[want[i]].main)
	}
	bins, err := takeFrom(ctx, tx, entries)
	if err != nil {
		return nil, err
	}
	done := make([]Adjusted, len(all))
	for i, e := range entries {
		h := levels[e.shelf]
		if err := h.leave(e.shelf, e.Quantity); err != nil {
			return nil, err
		}
		if err := bins.take(e); err != nil {
			return nil, err
		}
		done[i] = Adjusted{h.onHand, h.onHand + e.Quantity}
		post(tx, e, noBin())
		recordAdjusted(tx, e, h)
		h.onHand += e.Quantity
	}
	return done, nil
}

func (a Adjustment) entry(main id.Bin) entry {
	e := entry{shelf: shelf{a.SKU, a.Location, a.Condition}, Bin: a.Bin, Lot: a.Lot, Quantity: a.Delta,
		Kind: a.Kind, Cost: a.UnitCost, Reason: a.Reason, Cause: a.Cause}
	if e.Bin == 0 {
		e.Bin = main
	}
	if e.Cause.Type == "" {
		e.Cause.Type = "adjustment"
	}
	return e
}

func noBin() error { return problem.At("bin", "stock.no_such_bin") }

// contents of the bins that a command takes from, counted down as it goes.
type contents map[id.Bin]*binContents

// takeFrom reads the bins from which something leaves; where nothing does it
// costs nothing.
func takeFrom(ctx context.Context, tx *txn.Tx, entries []entry) (contents, error) {
	var bins []id.Bin
	var skus []id.SKU
	for _, e := range entries {
		if e.Quantity < 0 {
			bins, skus = append(bins, e.Bin), append(skus, e.SKU)
		}
	}
	if len(bins) == 0 {
		return nil, nil
	}
	return readBins(ctx, tx, bins, skus)
}

// take counts the entry into what is known of the bins, and refuses when its
// bin holds less than is to leave.
func (c contents) take(e entry) error {
	bin := c[e.Bin]
	if bin == nil {
		if e.Quantity < 0 {
			return noBin()
		}
		return nil
	}
	at := binPlace{e.SKU, e.Condition, e.Lot}
	if bin.in[at]+e.Quantity < 0 {
		return binShort(bin.code, bin.in[at], -e.Quantity)
	}
	bin.in[at] += e.Quantity
	return nil
}

// recordAdjusted tells the timeline what changed, from how many to how many.
func recordAdjusted(tx *txn.Tx, e entry, h *held) {
	kind := "stock.adjusted"
	switch e.Kind {
	case Receive:
		kind = "stock.received"
	case Opening:
		kind = "stock.opened"
	}
	tx.Record(txn.Event{Kind: kind, Subject: txn.About("sku", e.SKU), Data: map[string]any{
		"sku": h.sku, "location": h.location, "location_id": e.Location, "bin_id": e.Bin, "condition": "stock.condition." + string(e.Condition), "lot": e.Lot,
		"before": h.onHand, "after": h.onHand + e.Quantity, "delta": e.Quantity, "reason": e.Reason,
	}})
}

// unknownPlace turns a foreign key that found nothing into the field it was
// typed in.
func unknownPlace(err error, doing string) error {
	switch name, _ := pg.Violates(err); name {
	case "inventory_levels_sku_id_fkey":
		return problem.At("sku", "stock.no_such_sku")
	case "inventory_levels_location_id_fkey":
		return problem.At("location", "stock.no_such_location")
	case "inventory_levels_condition_check":
		return problem.At("condition", "not_a_choice")
	}
	return fmt.Errorf("%s: %w", doing, err)
}

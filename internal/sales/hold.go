package sales

import (
	"context"
	"slices"
	"strings"

	"packhouse/internal/id"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// PlaceHold stops what the hold names. Several may stand at once.
func (o *Order) PlaceHold(h Hold) error {
	v := &problem.Invalid{}
	if !slices.Contains(HoldTypes, h.Type) {
		v.Add("type", "required")
	}
	if strings.TrimSpace(h.Reason) == "" {
		v.Add("reason", "required")
	}
	if len(h.Reason) > 500 {
		v.Add("reason", "too_long", "max", 500)
	}
	if len(h.Blocks) == 0 {
		v.Add("blocks", "required")
	}
	for _, b := range h.Blocks {
		if !slices.Contains(Blockable, b) {
			v.Add("blocks", "required")
		}
	}
	if h.NextType != "" && !slices.Contains(HoldTypes, h.NextType) {
		v.Add("next_type", "required")
	}
	if (h.NextType == "") != (h.NextReason == "") {
		v.Add("next_reason", "required")
	}
	if err := v.Err(); err != nil {
		return err
	}
	if o.state != Placed && o.state != Confirmed {
		return problem.Refuse("refused.hold_state", "state", o.state.word())
	}
	o.Holds = append(o.Holds, h)
	return nil
}

// LiftHold takes one hold away and answers the one that follows it, if any. An
// order that has ended keeps the holds it ended with.
func (o *Order) LiftHold(h id.Hold) (lifted Hold, follows *Hold, err error) {
	if o.state != Placed && o.state != Confirmed {
		return Hold{}, nil, problem.Refuse("refused.hold_state", "state", o.state.word())
	}
	i := slices.IndexFunc(o.Holds, func(x Hold) bool { return x.ID == h })
	if i < 0 {
		return Hold{}, nil, problem.Missing("hold")
	}
	lifted = o.Holds[i]
	o.Holds = slices.Delete(o.Holds, i, i+1)
	if lifted.NextType != "" {
		follows = &Hold{Type: lifted.NextType, Reason: lifted.NextReason, OwnerRole: lifted.OwnerRole, Owner: lifted.Owner,
			OwnerName: lifted.OwnerName, Blocks: lifted.Blocks, KeepsStock: lifted.KeepsStock}
	}
	return lifted, follows, nil
}

const addHoldSQL = `
	insert into sales_holds (order_id, type, reason, owner_role, owner_id, owner_name, blocks, keeps_stock, next_type, next_reason, placed_at, placed_by)
	values ($1, $2, $3, $4, nullif($5, 0), $6, $7, $8, nullif($9, ''), $10, $11, $12)
	returning id`

// SaveHold writes a placed hold with its event.
func SaveHold(ctx context.Context, tx *txn.Tx, o *Order, h Hold) (id.Hold, error) {
	var hold id.Hold
	err := tx.QueryRow(ctx, addHoldSQL, o.ID, h.Type, h.Reason, h.OwnerRole, h.Owner, h.OwnerName, h.Blocks, h.KeepsStock, h.NextType, h.NextReason,
		tx.At(), tx.Actor().Name).Scan(&hold)
	if err != nil {
		return 0, err
	}
	tx.Record(txn.Event{Kind: "order.held", Subject: txn.About("order", o.ID), Order: o.ID,
		Data: map[string]any{"type": "hold." + h.Type, "reason": h.Reason, "owner": h.Keeper(), "blocks": strings.Join(h.Blocks, ", "), "keeps_stock": h.KeepsStock}})
	return hold, nil
}

const liftHoldSQL = `
	update sales_holds set lifted_at = $2, lifted_by = $3, lift_reason = $4
	where id = $1 and lifted_at is null`

// SaveLift writes a lifted hold with its event.
func SaveLift(tx *txn.Tx, o *Order, h Hold, reason string) {
	tx.Queue(liftHoldSQL, 1, &problem.Stale{What: "hold", Version: o.version}, h.ID, tx.At(), tx.Actor().Name, reason)
	tx.Record(txn.Event{Kind: "order.released", Subject: txn.About("order", o.ID), Order: o.ID,
		Data: map[string]any{"type": "hold." + h.Type, "was": h.Reason, "reason": reason}})
}

// MayReserve says why a confirmed order may not take more stock; nil: it may.
func (o *Order) MayReserve() error {
	if o.state != Confirmed {
		return problem.Refuse("refused.reserve_state", "state", o.state.word())
	}
	for _, h := range o.Holds {
		if !h.KeepsStock {
			return h.refusal(o.ID)
		}
	}
	return nil
}

package customers

import (
	"context"
	"fmt"

	"packhouse/internal/id"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

const eraseSQL = `
	update customers
	set name = 'Erased customer ' || number, email = null, phone = '', phone_digits = '', tax_id = null,
	    note_public = '', note_internal = '', custom = '{}', erased_at = $3, version = version + 1
	where id = $1 and version = $2 and erased_at is null`

const eraseAddressesSQL = `delete from customer_addresses where customer_id = $1`

const eraseContactsSQL = `delete from customer_contacts where customer_id = $1`

const eraseSessionsSQL = `delete from customer_sessions where customer_id = $1`

// Erase removes a customer's personal data on request: the name becomes
// "Erased customer 1001", e-mail, phone, tax number, notes, addresses and
// contacts are gone, and so is every way to sign in. The number, the terms and
// what was sold stay. openOrders is how many orders still need the data: while
// there are any it refuses. The snapshots on closed orders belong to
// internal/sales.
func Erase(ctx context.Context, tx *txn.Tx, customer id.Customer, seen int64, openOrders int, reason string) error {
	if reason == "" {
		return problem.At("reason", "required")
	}
	if len([]rune(reason)) > 500 {
		return problem.At("reason", "too_long", "max", 500)
	}
	c, err := lock(ctx, tx, customer)
	if err != nil {
		return err
	}
	switch {
	case c.Version != seen:
		return stale(ctx, tx, c, seen)
	case openOrders > 0:
		return &problem.Refusal{Code: "refused.customer_has_orders", Args: problem.With("n", openOrders),
			Fix: problem.Fix{Code: "do.show_orders", Path: fmt.Sprintf("/customers/%d?orders=open", customer), Permission: "customer:read"}}
	}
	tx.Queue(eraseSQL, 1, &problem.Stale{What: "customer", Version: c.Version}, customer, seen, tx.Now())
	tx.Queue(eraseAddressesSQL, -1, nil, customer)
	tx.Queue(eraseContactsSQL, -1, nil, customer)
	tx.Queue(eraseSessionsSQL, -1, nil, customer)
	tx.Record(txn.Event{Kind: "customer.erased", Subject: txn.About("customer", customer), Data: happening{Number: c.Number, Version: seen + 1, Reason: reason}})
	return tx.Flush(ctx)
}

package customers

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

// Address is one of a customer's addresses.
type Address struct {
	ID       id.Address
	Label    string // "Warehouse gate 3"; may be empty
	Shipping bool
	Billing  bool
	trade.Address
}

func (a Address) checked(v *problem.Invalid) Address {
	a.Label = trade.ReadLine(v, "label", a.Label, 60)
	a.Address = a.Address.Normalize()
	a.Validate("address", v)
	if !a.Shipping && !a.Billing {
		v.Add("shipping", "customer.address_for_nothing")
	}
	return a
}

const addAddressSQL = `
	insert into customer_addresses (customer_id, label, address, country, shipping, billing)
	select $1, $2, $3, $4, $5, $6
	where (select count(*) from customer_addresses a where a.customer_id = $1) < $7
	returning id`

// AddAddress adds an address, as its country shapes it.
func AddAddress(ctx context.Context, tx *txn.Tx, customer id.Customer, a Address) (id.Address, error) {
	v := &problem.Invalid{}
	a = a.checked(v)
	if err := v.Err(); err != nil {
		return 0, err
	}
	c, err := lock(ctx, tx, customer)
	if err != nil {
		return 0, err
	}
	var made id.Address
	err = tx.QueryRow(ctx, addAddressSQL, customer, a.Label, a.Address, a.Country, a.Shipping, a.Billing, maxAddresses).Scan(&made)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, problem.Refuse("refused.too_many_addresses", "max", maxAddresses)
	}
	if err != nil {
		return 0, fmt.Errorf("add an address: %w", err)
	}
	tx.Record(txn.Event{Kind: "customer.address_added", Subject: txn.About("customer", customer), Data: happening{Number: c.Number, Address: made}})
	return made, nil
}

const changeAddressSQL = `
	update customer_addresses
	set label = $3, address = $4, country = $5, shipping = $6, billing = $7
	where id = $2 and customer_id = $1`

// ChangeAddress rewrites an address. Orders keep the one they were placed with.
func ChangeAddress(ctx context.Context, tx *txn.Tx, customer id.Customer, a Address) error {
	v := &problem.Invalid{}
	a = a.checked(v)
	if err := v.Err(); err != nil {
		return err
	}
	c, err := lock(ctx, tx, customer)
	if err != nil {
		return err
	}
	tx.Queue(changeAddressSQL, 1, problem.Missing("address"), customer, a.ID, a.Label, a.Address, a.Country, a.Shipping, a.Billing)
	tx.Record(txn.Event{Kind: "customer.address_changed", Subject: txn.About("customer", customer), Data: happening{Number: c.Number, Address: a.ID}})
	return tx.Flush(ctx)
}

const removeAddressSQL = `delete from customer_addresses where id = $2 and customer_id = $1`

// RemoveAddress takes an address away. Orders keep the one they were placed
// with.
func RemoveAddress(ctx context.Context, tx *txn.Tx, customer id.Customer, a id.Address) error {
	c, err := lock(ctx, tx, customer)
	if err != nil {
		return err
	}
	tx.Queue(removeAddressSQL, 1, problem.Missing("address"), customer, a)
	tx.Record(txn.Event{Kind: "customer.address_removed", Subject: txn.About("customer", customer), Data: happening{Number: c.Number, Address: a}})
	return tx.Flush(ctx)
}

const addressesSQL = `
	select a.id, a.label, a.shipping, a.billing, a.address
	from customer_addresses a
	where a.customer_id = $1
	order by a.id
	limit 500`

// Addresses are a customer's addresses in the order they were added; the first
// for shipping and the first for billing are what a new order begins with.
func Addresses(ctx context.Context, r pg.Reader, customer id.Customer) ([]Address, error) {
	rows, err := r.Query(ctx, addressesSQL, customer)
	if err != nil {
		return nil, fmt.Errorf("read addresses: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a Address, err error) {
		err = row.Scan(&a.ID, &a.Label, &a.Shipping, &a.Billing, &a.Address)
		return a, err
	})
}

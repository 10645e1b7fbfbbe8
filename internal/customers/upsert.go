package customers

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

// Imported is a customer as a file knows them.
type Imported struct {
	ExternalRef string // their number there; required, and how they are found again
	Details
	Address *trade.Address // nil: none known
}

const byRefSQL = `
	select c.id, c.number, coalesce(c.external_ref, ''), c.kind, c.name, coalesce(c.email, ''), c.phone, coalesce(c.tax_id, ''), c.language, c.terms_days,
	       c.credit_limit_minor, coalesce(c.currency, ''), coalesce(c.price_list_id, 0), c.tax_exempt, c.note_public, c.note_internal, c.version, c.created_at, coalesce(c.erased_at, 'epoch'), false
	from customers c
	where c.external_ref = $1`

const importSQL = `
	insert into customers (external_ref, kind, name, email, phone, phone_digits, tax_id, language, terms_days, tax_exempt, created_at)
	values ($1, $2, $3, nullif($4, ''), $5, $6, nullif($7, ''), $8, $9, $10, $11)
	on conflict do nothing
	returning id, number, version`

// Upsert finds the customer of a file by their number there, or makes them;
// created says which. One that is there stays as it is: a second import
// changes nothing, and brings no erased data back. An e-mail or tax number that
// another customer has is already_used at its field.
func Upsert(ctx context.Context, tx *txn.Tx, in Imported) (c Customer, created bool, err error) {
	v := &problem.Invalid{}
	if in.ExternalRef = trade.ReadLine(v, "external_ref", in.ExternalRef, 100); in.ExternalRef == "" {
		v.Add("external_ref", "required")
	}
	in.Details = in.Checked(v)
	if err := v.Err(); err != nil {
		return Customer{}, false, err
	}
	for range 2 {
		rows, err := tx.Query(ctx, byRefSQL, in.ExternalRef)
		if err != nil {
			return Customer{}, false, fmt.Errorf("find customer %s: %w", in.ExternalRef, err)
		}
		var made bool
		c, err = pgx.CollectOneRow(rows, func(row pgx.CollectableRow) (Customer, error) { return scanCustomer(row, &made) })
		if err == nil {
			return c, false, nil
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return Customer{}, false, fmt.Errorf("find customer %s: %w", in.ExternalRef, err)
		}
		c = Customer{ExternalRef: in.ExternalRef, Details: in.Details, CreatedAt: tx.At()}
		err = tx.QueryRow(ctx, importSQL, in.ExternalRef, in.Kind, in.Name, in.Email, in.Phone, trade.PhoneDigits(in.Phone), in.TaxID, in.Language, in.TermsDays,
			in.TaxExempt, tx.At()).Scan(&c.ID, &c.Number, &c.Version)
		if errors.Is(err, pgx.ErrNoRows) { // another import was first, or the e-mail is taken
			if err := free(ctx, tx, 0, in.Details); err != nil {
				return Customer{}, false, err
			}
			continue
		}
		if err != nil {
			return Customer{}, false, fmt.Errorf("import customer %s: %w", in.ExternalRef, err)
		}
		tx.Record(txn.Event{Kind: "customer.imported", Subject: txn.About("customer", c.ID), Data: happening{Number: c.Number, Version: c.Version}})
		if in.Address != nil {
			a := in.Address.Normalize()
			tx.Queue(addAddressSQL, 1, nil, c.ID, "", a, a.Country, true, true, maxAddresses)
		}
		return c, true, nil
	}
	return Customer{}, false, errors.New("customers: an imported customer appears and disappears")
}

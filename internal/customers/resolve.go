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

// Identity is who says they order. It finds a customer or makes one; it never
// changes one, since anybody can type anybody's e-mail address.
type Identity struct {
	Kind     string // "person" or "company"; empty: a company when a tax id is given
	Name     string
	Email    string
	Phone    string
	TaxID    string
	Language string
}

// Resolved is what an order snapshots of its customer.
type Resolved struct {
	ID        id.Customer
	Name      string
	Email     string
	Phone     string
	TaxID     string
	Language  string
	TermsDays int
	PriceList id.PriceList
	TaxExempt bool
	Created   bool
}

const resolveSQL = `
	select c.id, c.name, coalesce(c.email, ''), c.phone, coalesce(c.tax_id, ''), c.language, c.terms_days, coalesce(c.price_list_id, 0), c.tax_exempt
	from customers c
	where c.erased_at is null and (c.id = $1 or $1 = 0 and (lower(c.email) = lower(nullif($2, '')) or c.tax_id = nullif($3, '')))
	order by (c.tax_id = $3) desc nulls last
	limit 1`

// Two orders of one new customer may arrive at once: the second waits for the
// first and then takes its row.
const addSQL = `
	insert into customers (kind, name, email, phone, phone_digits, tax_id, language)
	values ($1, $2, nullif($3, ''), $4, $5, nullif($6, ''), $7)
	on conflict do nothing
	returning id`

// Resolve finds the customer with the id, or the one with the e-mail address
// or tax id, or makes one. A problem.NotFound when the id is nobody's.
func Resolve(ctx context.Context, tx *txn.Tx, customer id.Customer, who Identity) (Resolved, error) {
	c, err := find(ctx, tx, customer, who)
	if !errors.Is(err, pgx.ErrNoRows) {
		return c, err
	}
	if customer != 0 {
		return Resolved{}, problem.Missing("customer")
	}
	if who.Language == "" {
		who.Language = "en"
	}
	if who.Kind != "company" && (who.Kind != "" || who.TaxID == "") {
		who.Kind = "person"
	} else {
		who.Kind = "company"
	}
	err = tx.QueryRow(ctx, addSQL, who.Kind, who.Name, who.Email, who.Phone, trade.PhoneDigits(who.Phone), who.TaxID, who.Language).Scan(&c.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return find(ctx, tx, 0, who)
	}
	if err != nil {
		return Resolved{}, fmt.Errorf("make a customer: %w", err)
	}
	tx.Record(txn.Event{Kind: "customer.created", Subject: txn.About("customer", c.ID), Data: map[string]any{"by": "order"}})
	return Resolved{ID: c.ID, Name: who.Name, Email: who.Email, Phone: who.Phone, TaxID: who.TaxID, Language: who.Language, Created: true}, nil
}

func find(ctx context.Context, r pg.Reader, customer id.Customer, who Identity) (c Resolved, err error) {
	err = r.QueryRow(ctx, resolveSQL, customer, who.Email, who.TaxID).
		Scan(&c.ID, &c.Name, &c.Email, &c.Phone, &c.TaxID, &c.Language, &c.TermsDays, &c.PriceList, &c.TaxExempt)
	return c, err
}

const creditLimitSQL = `select c.credit_limit_minor from customers c where c.id = $1`

// CreditLimit is a customer's limit in minor units; limited is false when they
// have none.
func CreditLimit(ctx context.Context, r pg.Reader, customer id.Customer) (minor int64, limited bool, err error) {
	var limit *int64
	if err := r.QueryRow(ctx, creditLimitSQL, customer).Scan(&limit); err != nil {
		return 0, false, fmt.Errorf("read a credit limit: %w", err)
	}
	if limit == nil {
		return 0, false, nil
	}
	return *limit, true, nil
}

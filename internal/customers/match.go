package customers

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

// Identity is what an order says about who orders.
type Identity struct {
	Kind     string // Person or Company; empty: Company when there is a tax number
	Name     string
	Email    string
	Phone    string
	TaxID    string
	Country  string // of a tax or phone number typed without its prefix
	Language string
}

// Resolve is the customer an order is for: the one given, or the one Match
// finds or makes.
func Resolve(ctx context.Context, tx *txn.Tx, given id.Customer, who Identity) (Customer, error) {
	if given == 0 {
		c, _, err := Match(ctx, tx, who)
		return c, err
	}
	c, err := ByID(ctx, tx, given)
	if err == nil && c.Erased() {
		return Customer{}, problem.Refuse("refused.customer_erased", "number", c.Number)
	}
	return c, err
}

// Both are looked for and, where neither is there, a customer is made, in one
// statement. When another command makes the same customer at the same moment,
// nothing comes back; a second try then sees it.
const matchSQL = `
	with found (id, number, ref, kind, name, email, phone, tax_id, language, terms_days, credit, currency, price_list, exempt, note_public, note_internal, version, created_at, erased_at, made) as (
		select c.id, c.number, coalesce(c.external_ref, ''), c.kind, c.name, coalesce(c.email, ''), c.phone, coalesce(c.tax_id, ''), c.language, c.terms_days,
		       c.credit_limit_minor, coalesce(c.currency, ''), coalesce(c.price_list_id, 0), c.tax_exempt, c.note_public, c.note_internal, c.version, c.created_at, coalesce(c.erased_at, 'epoch'),
		       false
		from customers c
		where lower(c.email) = lower(nullif($3, '')) or c.tax_id = nullif($6, '')
		order by c.tax_id = nullif($6, '') desc nulls last
		limit 1),
	made (id, number, ref, kind, name, email, phone, tax_id, language, terms_days, credit, currency, price_list, exempt, note_public, note_internal, version, created_at, erased_at, made) as (
		insert into customers (kind, name, email, phone, phone_digits, tax_id, language, created_at)
		select $1, $2, nullif($3, ''), $4, $5, nullif($6, ''), $7, coalesce($8::timestamptz, now())
		where not exists (select 1 from found)
		on conflict do nothing
		returning id, number, '', kind, name, coalesce(email, ''), phone, coalesce(tax_id, ''), language, terms_days,
		          credit_limit_minor, '', 0::bigint, tax_exempt, note_public, note_internal, version, created_at, timestamptz 'epoch', true)
	select id, number, ref, kind, name, email, phone, tax_id, language, terms_days, credit, currency, price_list, exempt, note_public, note_internal, version, created_at, erased_at, made from found
	union all
	select id, number, ref, kind, name, email, phone, tax_id, language, terms_days, credit, currency, price_list, exempt, note_public, note_internal, version, created_at, erased_at, made from made`

// Match is the customer with this tax number or else this e-mail, or a new one
// made of what is said; created says which. A customer who is known is returned
// as stored and not changed by anything in who. A tax number that cannot be
// right is left out, since the order itself is checked for that.
func Match(ctx context.Context, tx *txn.Tx, who Identity) (c Customer, created bool, err error) {
	if who, err = who.clean(); err != nil {
		return Customer{}, false, err
	}
	for range 3 {
		var since any
		if at := tx.Actor().At; !at.IsZero() {
			since = at
		}
		rows, err := tx.Query(ctx, matchSQL, who.Kind, who.Name, who.Email, who.Phone, trade.PhoneDigits(who.Phone), who.TaxID, who.Language, since)
		if err != nil {
			return Customer{}, false, fmt.Errorf("find the customer: %w", err)
		}
		c, err = pgx.CollectOneRow(rows, func(row pgx.CollectableRow) (Customer, error) { return scanCustomer(row, &created) })
		if errors.Is(err, pgx.ErrNoRows) {
			continue
		}
		if err != nil {
			return Customer{}, false, fmt.Errorf("find the customer: %w", err)
		}
		if created {
			tx.Record(txn.Event{Kind: "customer.created", Subject: txn.About("customer", c.ID), Data: happening{Number: c.Number, Version: c.Version}})
		}
		return c, created, nil
	}
	return Customer{}, false, errors.New("customers: a customer with this e-mail or tax number appears and disappears")
}

// clean makes of what was typed what a customer can be made of.
func (who Identity) clean() (Identity, error) {
	v := &problem.Invalid{}
	if who.Kind == "" && who.TaxID != "" {
		who.Kind = Company
	}
	if who.Kind != Company {
		who.Kind = Person
	}
	who.Name = trade.ReadLine(v, "name", who.Name, maxName)
	who.Email = trade.ReadEmail(v, "email", who.Email)
	who.Phone = phone(v, "phone", who.Phone, who.Country)
	if clean, err := trade.TaxID(who.TaxID, who.Country); err == nil {
		who.TaxID = clean
	} else {
		who.TaxID = ""
	}
	if who.Language = strings.ToLower(who.Language); who.Language == "" {
		who.Language = Languages[0]
	}
	if who.Name == "" {
		who.Name = who.Email
	}
	if who.Name == "" && !v.Has("name") {
		v.Add("name", "required")
	}
	return who, v.Err()
}

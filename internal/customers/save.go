package customers

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

// happening is what an event of a customer keeps: no personal values.
type happening struct {
	Number  string           `json:"number"`
	Version int64            `json:"version,omitempty"`
	Changes []problem.Change `json:"changes,omitempty"`
	Address id.Address       `json:"address,omitempty"`
	Contact int64            `json:"contact,omitempty"`
	Reason  string           `json:"reason,omitempty"`
}

func number(n int) string { return strconv.Itoa(n) }

func limit(a *money.Amount) string {
	if a == nil {
		return ""
	}
	return a.Plain() + " " + string(a.Currency)
}

func yes(b bool) string {
	if b {
		return "word.yes"
	}
	return "word.no"
}

const createSQL = `
	insert into customers (kind, name, email, phone, phone_digits, tax_id, language, terms_days, credit_limit_minor, currency, price_list_id, tax_exempt, note_public, note_internal)
	values ($1, $2, nullif($3, ''), $4, $5, nullif($6, ''), $7, $8, $9, $10, nullif($11::bigint, 0), $12, $13, $14)
	returning id, number, version`

// Create makes a customer. An e-mail or tax number that another one has is
// customer.email_taken or customer.tax_id_taken {number} at its field.
func Create(ctx context.Context, tx *txn.Tx, d Details) (id.Customer, error) {
	v := &problem.Invalid{}
	d = d.Checked(v)
	if err := v.Err(); err != nil {
		return 0, err
	}
	if err := free(ctx, tx, 0, d); err != nil {
		return 0, err
	}
	minor, currency := credit(d.CreditLimit)
	var c Customer
	err := tx.QueryRow(ctx, createSQL, d.Kind, d.Name, d.Email, d.Phone, trade.PhoneDigits(d.Phone), d.TaxID, d.Language, d.TermsDays, minor, currency,
		d.PriceList, d.TaxExempt, d.NotePublic, d.NoteInternal).Scan(&c.ID, &c.Number, &c.Version)
	if err != nil {
		return 0, taken(err, "make a customer")
	}
	tx.Record(txn.Event{Kind: "customer.created", Subject: txn.About("customer", c.ID), Data: happening{Number: c.Number, Version: c.Version}})
	return c.ID, nil
}

func credit(a *money.Amount) (minor, currency any) {
	if a == nil {
		return nil, nil
	}
	return a.Minor, string(a.Currency)
}

const takenBySQL = `
	select c.number, coalesce(lower(c.email) = lower(nullif($2, '')), false)
	from customers c
	where c.id <> $1 and (lower(c.email) = lower(nullif($2, '')) or c.tax_id = nullif($3, ''))
	order by 2 desc
	limit 2`

// free names the customer who has the e-mail or tax number already, so that the
// page can lead there. The unique indexes decide; this only says who.
func free(ctx context.Context, r pg.Reader, self id.Customer, d Details) error {
	rows, err := r.Query(ctx, takenBySQL, self, d.Email, d.TaxID)
	if err != nil {
		return fmt.Errorf("look for the same customer: %w", err)
	}
	v := &problem.Invalid{}
	var other string
	var mail bool
	_, err = pgx.ForEachRow(rows, []any{&other, &mail}, func() error {
		if mail {
			v.Add("email", "customer.email_taken", "number", other)
		} else {
			v.Add("tax_id", "customer.tax_id_taken", "number", other)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("look for the same customer: %w", err)
	}
	return v.Err()
}

func taken(err error, doing string) error {
	switch name, _ := pg.Violates(err); name {
	case "customers_email_key":
		return problem.At("email", "already_used")
	case "customers_tax_id_key":
		return problem.At("tax_id", "already_used")
	case "customers_price_list_id_fkey":
		return problem.At("price_list", "not_a_choice")
	}
	return fmt.Errorf("%s: %w", doing, err)
}

const lockSQL = `
	select c.id, c.number, coalesce(c.external_ref, ''), c.kind, c.name, coalesce(c.email, ''), c.phone, coalesce(c.tax_id, ''), c.language, c.terms_days,
	       c.credit_limit_minor, coalesce(c.currency, ''), coalesce(c.price_list_id, 0), c.tax_exempt, c.note_public, c.note_internal, c.version, c.created_at, coalesce(c.erased_at, 'epoch'), false
	from customers c
	where c.id = $1
	for no key update`

// lock takes the customer for this command, unless their data was erased.
func lock(ctx context.Context, tx *txn.Tx, c id.Customer) (Customer, error) {
	got, err := one(ctx, tx, lockSQL, c)
	if err == nil && got.Erased() {
		return Customer{}, problem.Refuse("refused.customer_erased", "number", got.Number)
	}
	return got, err
}

func one(ctx context.Context, r pg.Reader, sql string, c id.Customer) (Customer, error) {
	rows, err := r.Query(ctx, sql, c)
	if err != nil {
		return Customer{}, fmt.Errorf("read customer %d: %w", c, err)
	}
	var made bool
	got, err := pgx.CollectOneRow(rows, func(row pgx.CollectableRow) (Customer, error) { return scanCustomer(row, &made) })
	if errors.Is(err, pgx.ErrNoRows) {
		return Customer{}, problem.Missing("customer")
	}
	return got, err
}

func scanCustomer(row pgx.CollectableRow, made *bool) (c Customer, err error) {
	var minor *int64
	var currency string
	err = row.Scan(&c.ID, &c.Number, &c.ExternalRef, &c.Kind, &c.Name, &c.Email, &c.Phone, &c.TaxID, &c.Language, &c.TermsDays,
		&minor, &currency, &c.PriceList, &c.TaxExempt, &c.NotePublic, &c.NoteInternal, &c.Version, &c.CreatedAt, &c.ErasedAt, made)
	if minor != nil {
		a := money.Of(*minor, money.Currency(currency))
		c.CreditLimit = &a
	}
	if c.ErasedAt.Unix() == 0 {
		c.ErasedAt = time.Time{}
	}
	return c, err
}

const changeSQL = `
	update customers
	set kind = $3, name = $4, email = nullif($5, ''), phone = $6, phone_digits = $7, tax_id = nullif($8, ''), language = $9, terms_days = $10,
	    credit_limit_minor = $11, currency = $12, price_list_id = nullif($13::bigint, 0), tax_exempt = $14, note_public = $15, note_internal = $16, version = version + 1
	where id = $1 and version = $2 and erased_at is null`

// Change writes what a person says about a customer they saw as seen. One
// changed since is problem.Stale, with what the other one changed.
func Change(ctx context.Context, tx *txn.Tx, customer id.Customer, seen int64, d Details) error {
	v := &problem.Invalid{}
	d = d.Checked(v)
	if err := v.Err(); err != nil {
		return err
	}
	before, err := lock(ctx, tx, customer)
	if err != nil {
		return err
	}
	if before.Version != seen {
		return stale(ctx, tx, before, seen)
	}
	changes := before.changes(d)
	if len(changes) == 0 {
		tx.Quiet("nothing was changed")
		return nil
	}
	if err := free(ctx, tx, customer, d); err != nil {
		return err
	}
	minor, currency := credit(d.CreditLimit)
	tag, err := tx.Exec(ctx, changeSQL, customer, seen, d.Kind, d.Name, d.Email, d.Phone, trade.PhoneDigits(d.Phone), d.TaxID, d.Language, d.TermsDays,
		minor, currency, d.PriceList, d.TaxExempt, d.NotePublic, d.NoteInternal)
	if err != nil {
		return taken(err, "change a customer")
	}
	if tag.RowsAffected() != 1 {
		return stale(ctx, tx, before, seen)
	}
	tx.Record(txn.Event{Kind: "customer.changed", Subject: txn.About("customer", customer),
		Data: happening{Number: before.Number, Version: seen + 1, Changes: tellable(changes)}})
	return nil
}

const sinceSQL = `
	select e.actor_name, e.recorded_at, e.data
	from events e
	where e.subject_type = 'customer' and e.subject_id = $1 and e.order_id is null and (e.data->>'version')::bigint > $2
	order by e.id`

// stale says who changed the customer since, and what stands there now. The
// values are read from the customer: the events do not have personal ones.
func stale(ctx context.Context, tx *txn.Tx, now Customer, seen int64) error {
	s := &problem.Stale{What: "customer", Version: now.Version}
	rows, err := tx.Query(ctx, sinceSQL, now.ID, seen)
	if err != nil {
		return fmt.Errorf("read who changed the customer: %w", err)
	}
	values := map[string]string{}
	for _, c := range (Details{}).changes(now.Details) {
		values[c.Field] = c.After
	}
	told := map[string]bool{}
	var h happening
	_, err = pgx.ForEachRow(rows, []any{&s.ByName, &s.At, &h}, func() error {
		for _, c := range h.Changes {
			if !told[c.Field] {
				told[c.Field] = true
				s.Changes = append(s.Changes, problem.Change{Field: c.Field, Before: c.Before, After: values[c.Field]})
			}
		}
		h = happening{}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read who changed the customer: %w", err)
	}
	return s
}

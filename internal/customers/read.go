package customers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

const byIDSQL = `
	select c.id, c.number, coalesce(c.external_ref, ''), c.kind, c.name, coalesce(c.email, ''), c.phone, coalesce(c.tax_id, ''), c.language, c.terms_days,
	       c.credit_limit_minor, coalesce(c.currency, ''), coalesce(c.price_list_id, 0), c.tax_exempt, c.note_public, c.note_internal, c.version, c.created_at, coalesce(c.erased_at, 'epoch'), false
	from customers c
	where c.id = $1`

// ByID reads a customer.
func ByID(ctx context.Context, r pg.Reader, customer id.Customer) (Customer, error) {
	return one(ctx, r, byIDSQL, customer)
}

const creditLimitSQL = `select c.credit_limit_minor from customers c where c.id = $1`

// CreditLimit is the read of a customer's limit in minor units into dest, to
// travel with others; dest is nil when they have none. A customer who is not
// there is a problem.NotFound.
func CreditLimit(dest **int64, customer id.Customer) pg.Query {
	return pg.One(problem.Missing("customer"), []any{dest}, creditLimitSQL, customer)
}

const lockCreditSQL = `select c.id from customers c where c.id = $1 for no key update`

// LockCredit queues the lock under which a customer's exposure is added up: two
// orders at once must not both fit into what one of them leaves.
func LockCredit(tx *txn.Tx, customer id.Customer) {
	var locked id.Customer
	txn.ReadOne(tx, problem.Missing("customer"), []any{&locked}, lockCreditSQL, customer)
}

// Standing is what a customer has ordered. Sums are per currency.
type Standing struct {
	Orders    int // placed ones since the year began
	Open      int // not closed nor cancelled
	Ever      int
	Last      id.Order // 0 if none
	LastNo    string
	LastAt    time.Time
	Volume    []money.Amount // of what was placed in the last twelve months and not cancelled
	OpenTotal []money.Amount // of the open orders
}

const standingSQL = `
	select p.currency, count(*) filter (where p.placed_at >= date_trunc('year', now() at time zone $2) at time zone $2)::int,
	       count(*) filter (where p.bucket in ('review', 'work', 'waiting', 'shipped'))::int, count(*)::int,
	       coalesce(sum(p.total_minor) filter (where p.placed_at >= now() - interval '12 months' and p.bucket <> 'cancelled'), 0)::bigint,
	       coalesce(sum(p.total_minor) filter (where p.bucket in ('review', 'work', 'waiting', 'shipped')), 0)::bigint
	from sales_order_progress p
	where p.customer_id = $1 and p.bucket <> 'draft'
	group by p.currency
	order by p.currency`

const lastOrderSQL = `
	select p.order_id, p.number, p.placed_at
	from sales_order_progress p
	where p.customer_id = $1 and p.bucket <> 'draft'
	order by p.placed_at desc, p.order_id desc
	limit 1`

// Card is a customer's standing for the eyes of a person; zone is the IANA name
// of the zone in which the company's year begins.
func Card(ctx context.Context, r pg.Reader, customer id.Customer, zone string) (Standing, error) {
	var s Standing
	rows, err := r.Query(ctx, standingSQL, customer, zone)
	if err != nil {
		return s, fmt.Errorf("read a customer's standing: %w", err)
	}
	var currency money.Currency
	var year, open, ever int
	var volume, owed int64
	_, err = pgx.ForEachRow(rows, []any{&currency, &year, &open, &ever, &volume, &owed}, func() error {
		s.Orders, s.Open, s.Ever = s.Orders+year, s.Open+open, s.Ever+ever
		if volume > 0 {
			s.Volume = append(s.Volume, money.Of(volume, currency))
		}
		if owed > 0 {
			s.OpenTotal = append(s.OpenTotal, money.Of(owed, currency))
		}
		return nil
	})
	if err != nil {
		return s, fmt.Errorf("read a customer's standing: %w", err)
	}
	err = r.QueryRow(ctx, lastOrderSQL, customer).Scan(&s.Last, &s.LastNo, &s.LastAt)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return s, fmt.Errorf("read a customer's last order: %w", err)
	}
	return s, nil
}

// Which of a customer's orders are shown.
const (
	OrdersAll  = ""
	OrdersOpen = "open"
	OrdersYear = "year" // placed since the year began
	Orders12   = "12"   // placed in the last twelve months and not cancelled
)

// OrderQuery asks for one page of a customer's orders, the newest first.
type OrderQuery struct {
	Customer id.Customer
	Which    string
	Zone     string // IANA name
	After    OrderCursor
	Before   OrderCursor
	Limit    int
}

// OrderCursor is a row of the list; a page begins after it or ends before it.
type OrderCursor struct {
	At time.Time
	ID id.Order
}

// Ordered is an order as its customer's page shows it.
type Ordered struct {
	ID       id.Order
	Number   string
	Bucket   string
	State    string
	PlacedAt time.Time
	Lines    int
	Pieces   int
	Total    money.Amount
	Sentence string // code
	Args     problem.Args
}

const ordersSQL = `
	select p.order_id, p.number, p.bucket, p.state, p.placed_at, p.line_count, p.ordered, p.total_minor, p.currency, p.sentence, p.args
	from sales_order_progress p
	where p.customer_id = $1 and p.bucket <> 'draft'
	  and case $2 when 'open' then p.bucket in ('review', 'work', 'waiting', 'shipped')
	              when 'year' then p.placed_at >= date_trunc('year', now() at time zone $3) at time zone $3
	              when '12' then p.placed_at >= now() - interval '12 months' and p.bucket <> 'cancelled' else true end
	  and ($5::bigint = 0 or (p.placed_at, p.order_id) < ($4::timestamptz, $5)) and ($7::bigint = 0 or (p.placed_at, p.order_id) > ($6::timestamptz, $7))
	order by case when $7 = 0 then p.placed_at end desc, case when $7 = 0 then p.order_id end desc,
	         case when $7 <> 0 then p.placed_at end, case when $7 <> 0 then p.order_id end
	limit $8`

// Orders are a customer's orders. more says that there is another page in the
// direction asked.
func Orders(ctx context.Context, r pg.Reader, q OrderQuery) (page []Ordered, more bool, err error) {
	rows, err := r.Query(ctx, ordersSQL, pg.Planned, q.Customer, q.Which, q.Zone, q.After.At, q.After.ID, q.Before.At, q.Before.ID, q.Limit+1)
	if err != nil {
		return nil, false, fmt.Errorf("read a customer's orders: %w", err)
	}
	page, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (o Ordered, err error) {
		err = row.Scan(&o.ID, &o.Number, &o.Bucket, &o.State, &o.PlacedAt, &o.Lines, &o.Pieces, &o.Total.Minor, &o.Total.Currency, &o.Sentence, &o.Args)
		return o, err
	})
	if err != nil {
		return nil, false, fmt.Errorf("read a customer's orders: %w", err)
	}
	more = len(page) > q.Limit
	if more {
		page = page[:q.Limit]
	}
	if q.Before.ID != 0 {
		slices.Reverse(page)
	}
	return page, more, nil
}

// Happened is one entry of a customer's timeline.
type Happened struct {
	ID      id.Event
	At      time.Time
	By      string
	Kind    string // "customer.changed"
	Fields  []string
	Changes []problem.Change // of fields that are not personal
	Reason  string
}

const historySQL = `
	select e.id, e.occurred_at, e.actor_name, e.kind, e.data
	from events e
	where e.subject_type = 'customer' and e.subject_id = $1 and e.order_id is null
	order by e.id desc
	limit $2`

// History is what happened to a customer, the last first.
func History(ctx context.Context, r pg.Reader, customer id.Customer, limit int) ([]Happened, error) {
	rows, err := r.Query(ctx, historySQL, customer, limit)
	if err != nil {
		return nil, fmt.Errorf("read the history of customer %d: %w", customer, err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Happened, error) {
		var h Happened
		var d happening
		err := row.Scan(&h.ID, &h.At, &h.By, &h.Kind, &d)
		h.Reason = d.Reason
		for _, c := range d.Changes {
			if c.Before == "" && c.After == "" {
				h.Fields = append(h.Fields, c.Field)
			} else {
				h.Changes = append(h.Changes, c)
			}
		}
		return h, err
	})
}

// Twin is another customer who may be the same one, and why.
type Twin struct {
	Found
	SamePhone bool
	SameName  bool
}

const twinsSQL = `
	select c.id, c.number, c.name, coalesce(c.email, ''), c.phone, coalesce(a.address->>'city', ''), coalesce(a.country, ''),
	       length(me.phone_digits) >= 7 and right(c.phone_digits, 9) = right(me.phone_digits, 9), packhouse_fold(c.name) = packhouse_fold(me.name)
	from (select x.id, x.name, x.phone_digits from customers x where x.id = $1 and x.erased_at is null) me
	join customers c on c.id <> me.id and c.erased_at is null
	 and (c.search like $2 and packhouse_fold(c.name) = packhouse_fold(me.name)
	      or $3 <> '' and c.search like $3 and length(me.phone_digits) >= 7 and right(c.phone_digits, 9) = right(me.phone_digits, 9))
	left join lateral (select x.address, x.country from customer_addresses x where x.customer_id = c.id order by x.id limit 1) a on true
	order by c.id
	limit 5`

// Twins are up to five other customers with the same name or telephone: a hint
// that somebody was entered twice.
func Twins(ctx context.Context, r pg.Reader, c Customer) ([]Twin, error) {
	if c.Erased() {
		return nil, nil
	}
	name := patterns(c.Name)[0]
	rows, err := r.Query(ctx, twinsSQL, pg.Planned, c.ID, name, dialled(c.Phone))
	if err != nil {
		return nil, fmt.Errorf("look for the same customer: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (t Twin, err error) {
		err = row.Scan(&t.ID, &t.Number, &t.Name, &t.Email, &t.Phone, &t.City, &t.Country, &t.SamePhone, &t.SameName)
		return t, err
	})
}

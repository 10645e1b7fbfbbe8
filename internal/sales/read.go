package sales

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
)

const getSQL = `
	select o.id, o.number, o.state, o.version, o.channel_id, o.entity_id, coalesce(o.customer_id, 0), coalesce(o.external_ref, ''), o.currency, o.prices_include_tax,
	       o.contact_name, o.email, o.phone, o.language, o.ship_to, o.bill_to, o.tax_id, o.terms_days, o.delivery_method, o.requested_day, o.wish,
	       o.po_number, o.note_customer, o.note_internal, o.discount_reason, o.goods_minor, o.discount_minor, o.shipping_minor,
	       o.net_minor, o.tax_minor, o.total_minor, coalesce(o.placed_at, 'epoch'), coalesce(o.confirmed_at, 'epoch'),
	       o.changed_by, o.changed_at, o.cancel_reason
	from sales_orders o
	where o.id = $1`

// Get reads an order with its lines and open holds, without a lock: for pages.
func Get(ctx context.Context, r pg.Reader, order id.Order) (*Order, error) {
	o := &Order{}
	var state string
	var placed, confirmed time.Time
	dest := append(o.headDest(&state), &placed, &confirmed, &o.changedBy, &o.changedAt, &o.reason)
	if err := r.QueryRow(ctx, getSQL, order).Scan(dest...); err != nil {
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, problem.Missing("order")
		}
		return nil, fmt.Errorf("read order %d: %w", order, err)
	}
	o.state, _ = parseState(state)
	o.from, o.placedAt, o.confirmed = o.state, unepoch(placed), unepoch(confirmed)
	rows, err := r.Query(ctx, linesSQL, order)
	if err != nil {
		return nil, err
	}
	if o.Lines, err = pgx.CollectRows(rows, scanLine); err != nil {
		return nil, fmt.Errorf("read the lines of order %d: %w", order, err)
	}
	if rows, err = r.Query(ctx, holdsSQL, order); err != nil {
		return nil, err
	}
	if o.Holds, err = pgx.CollectRows(rows, scanHold); err != nil {
		return nil, fmt.Errorf("read the holds of order %d: %w", order, err)
	}
	return o, nil
}

// ConfirmedAt is when it was confirmed; zero when it was not.
func (o *Order) ConfirmedAt() time.Time { return o.confirmed }

// ChangedBy is who changed it last, and when.
func (o *Order) ChangedBy() (string, time.Time) { return o.changedBy, o.changedAt }

// CancelReason is why it was cancelled.
func (o *Order) CancelReason() string { return o.reason }

const exposureSQL = `
	select coalesce(sum(o.total_minor), 0)::bigint
	from sales_orders o
	where o.customer_id = $1 and o.id <> $2 and o.state in ('placed', 'confirmed')`

// Exposure is what a customer has on other open orders, in minor units.
func Exposure(ctx context.Context, r pg.Reader, customer id.Customer, except id.Order) (minor int64, err error) {
	err = r.QueryRow(ctx, exposureSQL, customer, except).Scan(&minor)
	return minor, err
}

// PromiseRow is a promise as it was made.
type PromiseRow struct {
	Line     id.Line
	Pieces   int
	Day      *time.Time
	Zone     string
	Source   string
	Reason   string
	Author   string
	Recorded time.Time
}

const promisesSQL = `
	select p.line_id, p.quantity, p.promised_day, p.zone, p.source, p.reason, p.author, p.recorded_at
	from sales_promises p
	where p.order_id = $1
	order by p.id`

// Promises are all promises of an order, the first first.
func Promises(ctx context.Context, r pg.Reader, order id.Order) ([]PromiseRow, error) {
	rows, err := r.Query(ctx, promisesSQL, order)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[PromiseRow])
}

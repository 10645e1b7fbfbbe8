package fulfilment

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
)

// Row is a piece of work as an order's page shows it.
type Row struct {
	ID       id.Fulfilment
	Location string
	Kind     string
	State    string
	Pieces   int
	Due      *time.Time
	Since    time.Time
}

const ofOrderSQL = `
	select f.id, l.name, f.kind, f.state,
	       (select coalesce(sum(x.quantity - x.cancelled), 0)::int from fulfilment_lines x where x.fulfilment_id = f.id), f.due_day, f.created_at
	from fulfilment_orders f
	join inventory_locations l on l.id = f.location_id
	where f.order_id = $1
	order by f.id`

// OfOrder is the work an order made.
func OfOrder(ctx context.Context, r pg.Reader, order id.Order) ([]Row, error) {
	rows, err := r.Query(ctx, ofOrderSQL, order)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Row])
}

const openAtSQL = `
	select f.id, l.name, f.kind, f.state,
	       (select coalesce(sum(x.quantity - x.cancelled), 0)::int from fulfilment_lines x where x.fulfilment_id = f.id), f.due_day, f.created_at,
	       f.order_id, p.number, p.customer_name, p.holds
	from fulfilment_orders f
	join inventory_locations l on l.id = f.location_id
	join sales_order_progress p on p.order_id = f.order_id
	where f.state in ('open', 'in_progress') and f.location_id = any($1)
	order by f.due_day, f.id
	limit $2`

// Waiting is open work with the order it belongs to.
type Waiting struct {
	Row
	Order    id.Order
	Number   string
	Customer string
	Holds    int
}

// Open is the open work of locations, the most urgent first.
func OpenAt(ctx context.Context, r pg.Reader, at []id.Location, limit int) ([]Waiting, error) {
	rows, err := r.Query(ctx, openAtSQL, at, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (w Waiting, err error) {
		err = row.Scan(&w.ID, &w.Location, &w.Kind, &w.State, &w.Pieces, &w.Due, &w.Since, &w.Order, &w.Number, &w.Customer, &w.Holds)
		return w, err
	})
}

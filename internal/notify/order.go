package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
)

// Order is what a mail shows of an order. Money is in minor units of Currency,
// as the lines are priced (with tax or without).
type Order struct {
	ID               id.Order
	Number           string
	Currency         money.Currency
	PricesIncludeTax bool
	Contact          string
	PONumber         string
	ShipTo           trade.Address
	Goods            int64
	Discount         int64
	Shipping         int64
	Net              int64
	Tax              int64
	Total            int64
	Lines            []Line
	Promised         *time.Time // the last day promised; nil when none is
	Open             bool       // some pieces have no day yet
}

// Line is one line as the customer reads it. Quantities are pieces.
type Line struct {
	Name      string `json:"name"`
	SKU       string `json:"sku"`
	Ordered   int    `json:"ordered"`
	Cancelled int    `json:"cancelled"`
	Amount    int64  `json:"amount"` // before discounts, as priced, of what is not cancelled
}

// Shipping and kit parts are not lines to a customer: the one is among the
// totals, the others stand in their kit. Of several promises for a line the
// latest counts.
const orderSQL = `
	select o.id, o.number, o.currency, o.prices_include_tax, o.contact_name, o.po_number, o.ship_to,
	       o.goods_minor, o.discount_minor, o.shipping_minor, o.net_minor, o.tax_minor, o.total_minor,
	       l.lines, p.day, coalesce(p.open, false)
	from sales_orders o
	cross join lateral (
		select coalesce(jsonb_agg(jsonb_build_object(
		           'name', l.name, 'sku', l.sku_code, 'ordered', l.quantity, 'cancelled', l.cancelled,
		           'amount', l.net_minor - l.cancelled_net_minor + case when o.prices_include_tax then l.tax_minor - l.cancelled_tax_minor else 0 end
		                     + case when l.cancelled = 0 then l.discount_minor + l.order_discount_minor else 0 end
		       ) order by l.position), '[]') as lines
		from sales_order_lines l
		where l.order_id = o.id and l.kind not in ('kit_part', 'shipping')
	) l
	cross join lateral (
		select max(q.promised_day) as day, bool_or(q.promised_day is null) as open
		from sales_promises q
		where q.order_id = o.id
		  and q.recorded_at = (select max(r.recorded_at) from sales_promises r where r.order_id = o.id and r.line_id = q.line_id)
	) p
	where o.id = $1`

// ReadOrder is all a mail needs of an order in one query; problem.NotFound when
// there is none.
func ReadOrder(ctx context.Context, r pg.Reader, which id.Order) (Order, error) {
	var o Order
	var address, lines []byte
	err := r.QueryRow(ctx, orderSQL, int64(which)).Scan(&o.ID, &o.Number, &o.Currency, &o.PricesIncludeTax, &o.Contact, &o.PONumber, &address,
		&o.Goods, &o.Discount, &o.Shipping, &o.Net, &o.Tax, &o.Total, &lines, &o.Promised, &o.Open)
	if errors.Is(err, pgx.ErrNoRows) {
		return Order{}, problem.Missing("order")
	}
	if err != nil {
		return Order{}, fmt.Errorf("read order %d for its mail: %w", which, err)
	}
	if err := json.Unmarshal(address, &o.ShipTo); err != nil {
		return Order{}, fmt.Errorf("read the address of order %d: %w", which, err)
	}
	if err := json.Unmarshal(lines, &o.Lines); err != nil {
		return Order{}, fmt.Errorf("read the lines of order %d: %w", which, err)
	}
	return o, nil
}

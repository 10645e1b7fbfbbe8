package sales

import (
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

const lockSQL = `
	select o.id, o.number, o.state, o.version, o.channel_id, o.entity_id, coalesce(o.customer_id, 0), coalesce(o.external_ref, ''), o.currency, o.prices_include_tax,
	       o.contact_name, o.email, o.phone, o.language, o.ship_to, o.bill_to, o.tax_id, o.terms_days, o.delivery_method, o.requested_day, o.wish,
	       o.po_number, o.note_customer, o.note_internal, o.discount_reason, o.goods_minor, o.discount_minor, o.shipping_minor,
	       o.net_minor, o.tax_minor, o.total_minor, coalesce(o.placed_at, 'epoch'), coalesce(o.confirmed_at, 'epoch'),
	       o.changed_by, o.changed_at
	from sales_orders o
	where o.id = $1
	for no key update`

const linesSQL = `
	select l.id, l.position, l.kind, coalesce(l.parent_line_id, 0), coalesce(l.sku_id, 0), l.sku_code, l.name, l.tax_class, l.tax_rate_ppm, l.quantity, l.cancelled,
	       l.sold_unit, l.unit_ratio, l.unit_price, l.price_includes_tax, l.price_source, l.discount_ppm, l.discount_minor, l.discount_reason, l.order_discount_minor,
	       l.net_minor, l.tax_minor, l.total_minor, l.cancelled_net_minor, l.cancelled_tax_minor
	from sales_order_lines l
	where l.order_id = $1
	order by l.position`

const holdsSQL = `
	select h.id, h.type, h.reason, h.owner_role, coalesce(h.owner_id, 0), h.owner_name, h.blocks, h.keeps_stock, coalesce(h.next_type, ''), h.next_reason,
	       h.placed_at, h.placed_by
	from sales_holds h
	where h.order_id = $1 and h.lifted_at is null
	order by h.id`

// Lock queues the read of an order with its lines and open holds, and its
// lock; the order is filled when the next round trip is made (tx.Flush). It is
// a problem.NotFound when there is none.
func Lock(tx *txn.Tx, order id.Order) *Order {
	o := &Order{}
	var state string
	var placed, confirmed time.Time
	dest := append(o.headDest(&state), &placed, &confirmed, &o.changedBy, &o.changedAt)
	tx.Read(lockSQL, func(rows pgx.Rows) error {
		if !rows.Next() {
			if err := rows.Err(); err != nil {
				return err
			}
			return problem.Missing("order")
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		o.state, _ = parseState(state)
		o.from = o.state
		o.placedAt, o.confirmed = unepoch(placed), unepoch(confirmed)
		rows.Close()
		return rows.Err()
	}, order)
	tx.Tick()
	txn.ReadAll(tx, &o.Lines, scanLine, linesSQL, order)
	txn.ReadAll(tx, &o.Holds, scanHold, holdsSQL, order)
	return o
}

func (o *Order) headDest(state *string) []any {
	return []any{&o.ID, &o.Number, state, &o.version, &o.Channel, &o.Entity, &o.Customer, &o.ExternalRef, &o.Currency, &o.PricesIncludeTax,
		&o.ContactName, &o.Email, &o.Phone, &o.Language, &o.ShipTo, &o.BillTo, &o.TaxID, &o.TermsDays, &o.DeliveryMethod, &o.RequestedDay, &o.Wish,
		&o.PONumber, &o.NoteCustomer, &o.NoteInternal, &o.DiscountReason, &o.Goods, &o.Discount, &o.Shipping,
		&o.Net, &o.Tax, &o.Total}
}

func unepoch(t time.Time) time.Time {
	if t.Unix() == 0 {
		return time.Time{}
	}
	return t
}

func scanLine(row pgx.CollectableRow) (l Line, err error) {
	err = row.Scan(&l.ID, &l.Position, &l.Kind, &l.Parent, &l.SKU, &l.Code, &l.Name, &l.TaxClass, &l.TaxRate, &l.Quantity, &l.Cancelled,
		&l.SoldUnit, &l.UnitRatio, &l.UnitPrice, &l.IncludesTax, &l.PriceSource, &l.DiscountRate, &l.Discount, &l.Reason, &l.OrderDiscount,
		&l.Net, &l.Tax, &l.Total, &l.CancelledNet, &l.CancelledTax)
	return l, err
}

func scanHold(row pgx.CollectableRow) (h Hold, err error) {
	err = row.Scan(&h.ID, &h.Type, &h.Reason, &h.OwnerRole, &h.Owner, &h.OwnerName, &h.Blocks, &h.KeepsStock, &h.NextType, &h.NextReason, &h.PlacedAt, &h.PlacedBy)
	return h, err
}

// The one statement that moves an order from state to state.
const saveSQL = `
	update sales_orders
	set state = $4, version = version + 1, customer_id = nullif($5, 0), contact_name = $6, email = $7, phone = $8, language = $9, ship_to = $10, bill_to = $11,
	    tax_id = $12, delivery_method = $13, requested_day = $14, wish = $15, po_number = $16, note_customer = $17, note_internal = $18,
	    net_minor = $19, tax_minor = $20, total_minor = $21, placed_at = $22, confirmed_at = $23, closed_at = $24, cancelled_at = $25,
	    cancel_reason = $26, changed_at = $27, changed_by = $28
	where id = $1 and state = $2 and version = $3`

// Save writes the order as its verbs left it; its lines only where pieces were
// cancelled (SaveCancelled).
func Save(tx *txn.Tx, o *Order) {
	tx.Queue(saveSQL, 1, &problem.Stale{What: "order", ByName: o.changedBy, At: o.changedAt, Version: o.version},
		o.ID, o.from.name, o.version, o.state.name, o.Customer, o.ContactName, o.Email, o.Phone, o.Language, o.ShipTo, o.BillTo,
		o.TaxID, o.DeliveryMethod, o.RequestedDay, o.Wish, o.PONumber, o.NoteCustomer, o.NoteInternal,
		o.Net, o.Tax, o.Total, orNull(o.placedAt), orNull(o.confirmed), orNull(o.closedAt), orNull(o.cancelled),
		o.reason, tx.Now(), tx.Actor().Name)
	o.from = o.state
	o.version++
}

func orNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

const cancelledSQL = `
	update sales_order_lines l
	set cancelled = c.cancelled, cancelled_net_minor = c.net, cancelled_tax_minor = c.tax
	from (select unnest($2::bigint[]) as id, unnest($3::int[]) as cancelled, unnest($4::bigint[]) as net, unnest($5::bigint[]) as tax) c
	where l.id = c.id and l.order_id = $1`

// SaveCancelled writes what was cancelled of each line.
func SaveCancelled(tx *txn.Tx, o *Order) {
	n := len(o.Lines)
	ids, pieces, net, tax := make([]id.Line, n), make([]int, n), make([]int64, n), make([]int64, n)
	for i, l := range o.Lines {
		ids[i], pieces[i], net[i], tax[i] = l.ID, l.Cancelled, l.CancelledNet, l.CancelledTax
	}
	tx.Queue(cancelledSQL, int64(n), nil, o.ID, ids, pieces, net, tax)
}

const insertSQL = `
	insert into sales_orders (id, number, state, channel_id, entity_id, customer_id, external_ref, currency, prices_include_tax,
	    contact_name, email, phone, language, ship_to, bill_to, tax_id, terms_days, delivery_method, requested_day, wish,
	    po_number, note_customer, note_internal, discount_reason, goods_minor, discount_minor, shipping_minor, net_minor, tax_minor, total_minor,
	    placed_at, created_at, changed_at, changed_by)
	values ($1, $2, $3, $4, $5, nullif($6, 0), nullif($7, ''), $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
	    $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $32, $33)`

const insertLinesSQL = `
	insert into sales_order_lines (id, order_id, position, kind, parent_line_id, sku_id, sku_code, name, tax_class, tax_rate_ppm, quantity,
	    sold_unit, unit_ratio, unit_price, price_includes_tax, price_source, discount_ppm, discount_minor, discount_reason, order_discount_minor,
	    net_minor, tax_minor, total_minor, unit_net_minor, unit_net_extra, unit_tax_minor, unit_tax_extra)
	select l.id, $1, l.position, l.kind, nullif(l.parent, 0), nullif(l.sku, 0), l.code, l.name, l.tax_class, l.rate, l.quantity,
	       l.unit, l.ratio, l.price, $2, l.source, l.discount_ppm, l.discount, l.reason, l.order_discount,
	       l.net, l.tax, l.net + l.tax, l.net / l.quantity, l.net % l.quantity, l.tax / l.quantity, l.tax % l.quantity
	from unnest($3::bigint[], $4::int[], $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::int[], $12::int[],
	            $13::text[], $14::int[], $15::numeric[], $16::text[], $17::int[], $18::bigint[], $19::text[], $20::bigint[], $21::bigint[], $22::bigint[])
	     as l (id, position, kind, parent, sku, code, name, tax_class, rate, quantity,
	           unit, ratio, price, source, discount_ppm, discount, reason, order_discount, net, tax)`

const searchSQL = `
	insert into sales_order_search (order_id, words) values ($1, packhouse_fold($2))
	on conflict (order_id) do update set words = excluded.words where sales_order_search.words <> excluded.words`

// Insert queues a new order in the state it was made with, its lines and the
// words it is found by. Ids and number come from Reserve.
func Insert(tx *txn.Tx, o *Order) {
	tx.Queue(insertSQL, 1, nil, o.ID, o.Number, o.state.name, o.Channel, o.Entity, o.Customer, o.ExternalRef, o.Currency, o.PricesIncludeTax,
		o.ContactName, o.Email, o.Phone, o.Language, o.ShipTo, o.BillTo, o.TaxID, o.TermsDays, o.DeliveryMethod, o.RequestedDay, o.Wish,
		o.PONumber, o.NoteCustomer, o.NoteInternal, o.DiscountReason, o.Goods, o.Discount, o.Shipping, o.Net, o.Tax, o.Total,
		orNull(o.placedAt), tx.At(), tx.Actor().Name)
	o.from, o.version = o.state, 1
	InsertLines(tx, o)
	SaveSearch(tx, o)
}

// InsertLines queues the order's lines.
func InsertLines(tx *txn.Tx, o *Order) {
	n := len(o.Lines)
	if n == 0 {
		return
	}
	var c struct {
		ids, parents, skus            []int64
		kinds, codes, names, classes  []string
		units, sources, reasons       []string
		prices                        []string
		positions, rates, qty, ratios []int
		discountPPM                   []int
		discounts, shares, nets, tax  []int64
	}
	for _, l := range o.Lines {
		c.ids, c.parents, c.skus = append(c.ids, int64(l.ID)), append(c.parents, int64(l.Parent)), append(c.skus, int64(l.SKU))
		c.kinds, c.codes, c.names, c.classes = append(c.kinds, string(l.Kind)), append(c.codes, l.Code), append(c.names, l.Name), append(c.classes, l.TaxClass)
		c.units, c.sources, c.reasons = append(c.units, l.SoldUnit), append(c.sources, l.PriceSource), append(c.reasons, l.Reason)
		c.prices = append(c.prices, l.UnitPrice.Decimal().String())
		c.positions, c.rates, c.qty, c.ratios = append(c.positions, l.Position), append(c.rates, int(l.TaxRate)), append(c.qty, l.Quantity), append(c.ratios, l.UnitRatio)
		c.discountPPM, c.discounts, c.shares = append(c.discountPPM, int(l.DiscountRate)), append(c.discounts, l.Discount), append(c.shares, l.OrderDiscount)
		c.nets, c.tax = append(c.nets, l.Net), append(c.tax, l.Tax)
	}
	tx.Queue(insertLinesSQL, int64(n), nil, o.ID, o.PricesIncludeTax, c.ids, c.positions, c.kinds, c.parents, c.skus, c.codes, c.names, c.classes, c.rates, c.qty,
		c.units, c.ratios, c.prices, c.sources, c.discountPPM, c.discounts, c.reasons, c.shares, c.nets, c.tax)
}

// SaveSearch queues the words the order is found by.
func SaveSearch(tx *txn.Tx, o *Order) { tx.Queue(searchSQL, -1, nil, o.ID, o.words()) }

const reserveIDsSQL = `
	select nextval('sales_orders_id_seq'), nextval('sales_order_number_seq')::text,
	       array(select nextval('sales_order_lines_id_seq') from generate_series(1, $1))`

// ReserveIDs queues the reading of the ids and the number for a new order of n
// lines, so that everything that refers to them can be written in one go.
func ReserveIDs(tx *txn.Tx, h *Head, n int, lines *[]id.Line) {
	txn.ReadOne(tx, fmt.Errorf("sales: no ids"), []any{&h.ID, &h.Number, lines}, reserveIDsSQL, n)
}

// New makes an order that is placed at once.
func New(h Head, lines []Line, at time.Time) (*Order, error) {
	o := &Order{Head: h, Lines: lines, state: Draft}
	return o, o.Place(at)
}

// Spread is how the line's money lies on its pieces.
func (l Line) Spread() (net, tax money.Buckets) { return l.netPerPiece(), l.taxPerPiece() }

package inventory

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"packhouse/internal/id"
	"packhouse/internal/txn"
)

var seed atomic.Int64

// room is a place to test in: two goods, a location with its main bin and one
// more.
type room struct {
	skus     []id.SKU
	location id.Location
	main     id.Bin
	shelf    id.Bin
	prefix   string // of the codes of its goods
}

func setup(t testing.TB, tx *txn.Tx) room {
	t.Helper()
	ctx := t.Context()
	var r room
	n := seed.Add(1)
	r.prefix = fmt.Sprintf("T%d-", n)
	for i := range 2 {
		r.skus = append(r.skus, goods(t, tx, fmt.Sprintf("T%d-%d", n, i)))
	}
	var err error
	r.location, err = AddLocation(ctx, tx, Location{Code: fmt.Sprintf("L%d", n), Name: "Hamburg", Kind: Warehouse, Calendar: Calendar{Zone: "Europe/Berlin", Workdays: [7]bool{true, true, true, true, true}}})
	must(t, err)
	must(t, tx.QueryRow(ctx, `select id from inventory_bins where location_id = $1 and main`, r.location).Scan(&r.main))
	r.shelf, err = AddBin(ctx, tx, Bin{Location: r.location, Code: "A-01", Kind: "shelf"})
	must(t, err)
	return r
}

func goods(t testing.TB, tx *txn.Tx, code string) id.SKU {
	t.Helper()
	var sku id.SKU
	must(t, tx.QueryRow(t.Context(), `
		with c as (insert into tax_classes (code, name) values ('tax-' || $1, 'Standard') returning id),
		p as (insert into catalog_products (name, kind, tax_class_id) select 'Mug ' || $1, 'goods', c.id from c returning id)
		insert into catalog_skus (product_id, code, title) select p.id, $1, 'Mug ' || $1 from p returning id`, code).Scan(&sku))
	return sku
}

// line makes an order line to allocate to.
func line(t testing.TB, tx *txn.Tx, sku id.SKU) (order id.Order, line id.Line) {
	t.Helper()
	must(t, tx.QueryRow(t.Context(), `
		with e as (insert into settings_entities (name, country, currency) values ('Us', 'DE', 'EUR') returning id),
		c as (insert into channels (code, name, kind, entity_id, currency, prices_include_tax) select 'ch' || $2, 'Shop', 'shop', e.id, 'EUR', true from e returning id, entity_id),
		o as (insert into sales_orders (number, state, channel_id, entity_id, currency, prices_include_tax) select 'O' || $2, 'draft', c.id, c.entity_id, 'EUR', true from c returning id)
		insert into sales_order_lines (order_id, position, kind, sku_id, name, tax_class, tax_rate_ppm, quantity, unit_price, price_includes_tax, price_source,
			net_minor, tax_minor, total_minor, unit_net_minor, unit_net_extra, unit_tax_minor, unit_tax_extra)
		select o.id, 1, 'goods', $1, 'Mug', 'standard', 0, 100, 0, true, 'base', 0, 0, 0, 0, 0, 0, 0 from o
		returning order_id, id`, sku, fmt.Sprint(seed.Add(1))).Scan(&order, &line))
	return order, line
}

// reserve sets pieces aside; until zero is for good.
func reserve(t testing.TB, tx *txn.Tx, r room, sku id.SKU, pieces int, until time.Time) {
	t.Helper()
	order, l := line(t, tx, sku)
	needs, terms := []Need{{Line: l, SKU: sku, Quantity: pieces}}, Terms{Locations: []id.Location{r.location}}
	levels, err := Lock(t.Context(), tx, order, needs, terms)
	must(t, err)
	plan := Decide(needs, levels, terms)
	if len(plan.Shorts) > 0 {
		t.Fatalf("the test reserves more than there is: %+v", plan.Shorts)
	}
	must(t, Reserve(tx, order, plan.Shares, levels, until))
	must(t, tx.Flush(t.Context()))
}

func (r room) opening(t testing.TB, tx *txn.Tx, sku id.SKU, pieces int) {
	t.Helper()
	_, err := Adjust(t.Context(), tx, Adjustment{SKU: sku, Location: r.location, Delta: pieces, Kind: Opening})
	must(t, err)
	must(t, tx.Flush(t.Context()))
}

// faults are the levels whose numbers do not agree with the ledger, the bins or
// the live allocations.
func faults(ctx context.Context, tx *txn.Tx) (n int, err error) {
	err = tx.QueryRow(ctx, `
		select count(*)
		from (select sku_id, location_id, condition, on_hand, reserved from inventory_levels) l
		full join (select sku_id, location_id, condition, sum(quantity) as q from inventory_movements group by 1, 2, 3) m using (sku_id, location_id, condition)
		full join (select s.sku_id, b.location_id, s.condition, sum(s.quantity) as q from inventory_bin_stock s join inventory_bins b on b.id = s.bin_id group by 1, 2, 3) b using (sku_id, location_id, condition)
		full join (select sku_id, location_id, 'sellable' as condition, sum(quantity) as q from inventory_allocations where state in ('soft', 'firm') group by 1, 2) a using (sku_id, location_id, condition)
		where coalesce(l.on_hand, 0) <> coalesce(m.q, 0) or coalesce(l.on_hand, 0) <> coalesce(b.q, 0) or coalesce(l.reserved, 0) <> coalesce(a.q, 0)`).Scan(&n)
	return n, err
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

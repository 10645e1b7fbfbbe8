package notify_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"packhouse/internal/id"
	"packhouse/internal/link"
	"packhouse/internal/notify"
	"packhouse/internal/txn"
)

var counter atomic.Int64

// house is the company of these tests.
var house = notify.House{Name: "Brenner & Sons", Colour: "#0b5f66", From: "orders@brenner.example", BaseURL: "https://oms.brenner.example", Zone: "Europe/Berlin"}

func testKeys(t testing.TB) link.Keys {
	t.Helper()
	k, err := link.NewKeys([]byte("a secret key of more than thirty-two characters"))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// sample is what differs between the orders of these tests.
type sample struct {
	contact, item, language string
	state                   string
}

// newOrder writes an order as it would stand after confirmation: two lines, one
// with two of its five pieces cancelled, a discount, delivery, a promise, and
// its status link. It writes tables of other rooms, which only a test may.
func newOrder(t testing.TB, ctx context.Context, tx *txn.Tx, s sample) (id.Order, string) {
	t.Helper()
	n := counter.Add(1)
	number := fmt.Sprintf("T%d", n)
	if s.contact == "" {
		s.contact = "Ada Byron"
	}
	if s.item == "" {
		s.item = "Enamel mug"
	}
	var entity, channel, customer, order, line int64
	one := func(into *int64, sql string, args ...any) {
		t.Helper()
		if err := tx.QueryRow(ctx, sql, args...).Scan(into); err != nil {
			t.Fatalf("%v\n%s", err, sql)
		}
	}
	one(&entity, `insert into settings_entities (name, country, currency) values ('Brenner', 'DE', 'EUR') returning id`)
	one(&channel, `insert into channels (code, name, kind, entity_id, currency, prices_include_tax) values ($1, 'Shop', 'shop', $2, 'EUR', true) returning id`, "mail-"+number, entity)
	one(&customer, `insert into customers (kind, name, email) values ('person', $1, $2) returning id`, "Customer "+number, number+"@example.org")
	one(&order, `
		insert into sales_orders (number, state, channel_id, entity_id, customer_id, currency, prices_include_tax, contact_name, email, language, ship_to, po_number,
		    goods_minor, discount_minor, shipping_minor, net_minor, tax_minor, total_minor, placed_at, confirmed_at)
		values ($1, 'confirmed', $2, $3, $4, 'EUR', true, $5, 'ada@example.org', 'en', $6, 'PO-77', 128450, 450, 495, 107979, 20516, 128495, now(), now()) returning id`,
		number, channel, entity, customer, s.contact, `{"name":"Ada Byron","line1":"Lindenstraße 5","city":"Köln","postcode":"50674","country":"DE"}`)
	one(&line, `
		insert into sales_order_lines (order_id, position, kind, sku_code, name, tax_class, tax_rate_ppm, quantity, cancelled, unit_price, price_includes_tax, price_source,
		    net_minor, tax_minor, total_minor, unit_net_minor, unit_net_extra, unit_tax_minor, unit_tax_extra, cancelled_net_minor, cancelled_tax_minor)
		values ($1, 1, 'fee', 'MUG-01', $2, 'standard', 190000, 5, 2, 12.5, true, 'base', 5000, 1250, 6250, 1000, 0, 250, 0, 2000, 500) returning id`, order, s.item)
	if _, err := tx.Exec(ctx, `insert into sales_promises (order_id, line_id, quantity, promised_day, zone, source, author) values ($1, $2, 3, '2025-12-04', 'Europe/Berlin', 'stock', 'test')`, order, line); err != nil {
		t.Fatal(err)
	}
	link.Lay(tx, link.Status, "order", order)
	tx.Record(txn.Event{Kind: "order.confirmed", Subject: txn.Subject{Type: "order", ID: order}, Order: id.Order(order)})
	return id.Order(order), number
}

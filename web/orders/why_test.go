package orders_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"packhouse/internal/access"
	"packhouse/internal/catalog"
	"packhouse/internal/channel"
	"packhouse/internal/customers"
	"packhouse/internal/flow"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/money"
	"packhouse/internal/pgtest"
	"packhouse/internal/pgtest/company"
	"packhouse/internal/sales"
	"packhouse/internal/settings"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
	"packhouse/internal/words"
	"packhouse/web/edge"
	"packhouse/web/edge/edgetest"
	"packhouse/web/orders"
	"packhouse/web/staff"
)

// house is the section over a database of its own.
type house struct {
	*pgtest.Database
	company.Fixture
	t testing.TB
	h *edge.Router
}

func open(t *testing.T) *house {
	t.Helper()
	db := pgtest.DB(t)
	h := &house{Database: db, Fixture: company.Plant(t, db), t: t}
	e, err := edge.New(edge.Config{DB: db.DB, Read: db.Pools.Read, Quick: db.Pools.Write, Key: edgetest.Key, BaseURL: "http://localhost",
		Words: words.For, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	h.h = e.Router()
	proof, err := access.NewProof(edgetest.Key)
	if err != nil {
		t.Fatal(err)
	}
	staff.New(staff.Config{Read: db.Pools.Read, Proof: proof}).Routes(h.h)
	orders.Routes(h.h, orders.Deps{Read: db.Pools.Read, Clock: time.Now, Company: func() settings.Company { return settings.Default() }})
	return h
}

func (h *house) as(role access.Role) *edgetest.Browser {
	return edgetest.New(h.t, h.h).SignIn(edgetest.Add(h.t, h.Database, role))
}

func do[T any](h *house, fn func(context.Context, *txn.Tx) (T, error)) T {
	h.t.Helper()
	out, err := txn.Do(h.t.Context(), h.DB, pgtest.Actor, txn.Once(), fn)
	if err != nil {
		h.t.Fatal(err)
	}
	return out.Value
}

var lane = trade.Address{Name: "Reception", Line1: "Lange Straße 9", City: "Berlin", Postcode: "10115", Country: "DE"}

func (h *house) place(change func(*flow.NewOrder), lines ...flow.NewLine) id.Order {
	h.t.Helper()
	in := flow.NewOrder{Channel: h.Desk, ContactName: "Reception", Email: "reception@example.test", ShipTo: lane, Lines: lines}
	if change != nil {
		change(&in)
	}
	return do(h, func(ctx context.Context, tx *txn.Tx) (flow.Placement, error) { return flow.PlaceOrder(ctx, tx, in) }).Order
}

func (h *house) confirm(o id.Order) id.Order {
	h.t.Helper()
	do(h, func(ctx context.Context, tx *txn.Tx) (flow.Confirmation, error) {
		return flow.ConfirmOrder(ctx, tx, o, flow.Confirming{})
	})
	return o
}

func (h *house) hold(o id.Order, hold sales.Hold) id.Order {
	h.t.Helper()
	do(h, func(ctx context.Context, tx *txn.Tx) (id.Hold, error) { return flow.HoldOrder(ctx, tx, o, 0, hold) })
	return o
}

func (h *house) channel(change func(*channel.Channel)) {
	h.t.Helper()
	do(h, func(ctx context.Context, tx *txn.Tx) (int, error) {
		ch, err := channel.Get(ctx, tx, h.Desk)
		if err != nil {
			return 0, err
		}
		change(&ch)
		return 0, channel.Change(ctx, tx, ch)
	})
}

// refuse makes the desk confirm all or nothing.
func (h *house) refuse() { h.channel(func(c *channel.Channel) { c.Shortage = channel.Refuse }) }

func (h *house) exec(sql string, args ...any) {
	h.t.Helper()
	if _, err := h.Pools.Write.Exec(h.t.Context(), sql, args...); err != nil {
		h.t.Fatal(err)
	}
}

func one(code string, pieces int64) flow.NewLine { return flow.NewLine{Code: code, Pieces: pieces} }

// A79: whatever keeps an order from going on, its page says so in one sentence
// and shows the button that solves it, or says who can press it.
func TestAnOrderSaysWhatItWaitsForAndHowThatIsSolved(t *testing.T) {
	t.Parallel()
	blocks := func(what ...string) sales.Hold {
		return sales.Hold{Type: "payment", Reason: "Transfer not seen", OwnerRole: "manager", Blocks: what, KeepsStock: true}
	}
	for name, c := range map[string]struct {
		order func(h *house) id.Order
		says  string // part of the sentence
		fix   string // part of an address on the page that solves it; "" for a button of the step itself
		press string // action of the step's own button
	}{
		"ready": {order: func(h *house) id.Order { return h.place(nil, one(h.Tray.Code, 1)) }, says: "Ready to confirm", press: "/confirm"},
		"address without a street": {order: func(h *house) id.Order {
			o := h.place(nil, one(h.Tray.Code, 1))
			h.exec(`update sales_orders set ship_to = ship_to || '{"line1": ""}' where id = $1`, o)
			return o
		}, says: "The address is not complete", fix: "/edit"},
		"address with a postcode of another shape": {order: func(h *house) id.Order {
			o := h.place(nil, one(h.Tray.Code, 1))
			h.exec(`update sales_orders set ship_to = ship_to || '{"postcode": "ABC"}' where id = $1`, o)
			return o
		}, says: "Postcode", fix: "/edit"},
		"fewer than are sold": {order: func(h *house) id.Order {
			h.exec(`update catalog_skus set min_quantity = 5 where id = $1`, h.Tray.SKU)
			return h.place(nil, one(h.Tray.Code, 2))
		}, says: "at least 5", fix: "/cancel"},
		"no whole packs": {order: func(h *house) id.Order { return h.place(nil, one(h.Napkin.Code, 3)) }, says: "whole packs of 2", fix: "/cancel"},
		"withdrawn since": {order: func(h *house) id.Order {
			o := h.place(nil, one(h.Tray.Code, 1))
			do(h, func(ctx context.Context, tx *txn.Tx) (int, error) {
				return 0, catalog.Withdraw(ctx, tx, h.Tray.SKU, 1, "replaced")
			})
			return o
		}, says: "was withdrawn", fix: "/cancel"},
		"beyond the company's limits": {order: func(h *house) id.Order {
			do(h, func(ctx context.Context, tx *txn.Tx) (int, error) {
				s, version, err := settings.Read(ctx, tx)
				if err != nil {
					return 0, err
				}
				s.MaxTotal = 100
				return 0, settings.Change(ctx, tx, s, version)
			})
			return h.place(nil, one(h.Tray.Code, 1))
		}, says: "beyond the company's limits", fix: "/cancel"},
		"over the credit limit": {order: func(h *house) id.Order {
			limit := money.Of(1000, "EUR")
			who := do(h, func(ctx context.Context, tx *txn.Tx) (id.Customer, error) {
				return customers.Create(ctx, tx, customers.Details{Kind: customers.Company, Name: "Short of Cash Ltd", Language: "en", CreditLimit: &limit})
			})
			return h.place(func(in *flow.NewOrder) { in.Customer = who }, one(h.Tray.Code, 1))
		}, says: "above the credit limit", fix: "/customers/"},
		"a tax number that cannot be": {order: func(h *house) id.Order {
			o := h.place(nil, one(h.Tray.Code, 1))
			h.exec(`update sales_orders set tax_id = 'DE123456789' where id = $1`, o)
			return o
		}, says: "not well formed", fix: "/edit"},
		"nothing there": {order: func(h *house) id.Order { h.refuse(); return h.place(nil, one(h.Candle.Code, 3)) }, says: "3 of 3 pieces are not there", fix: "/stock/goods/"},
		"a part there":  {order: func(h *house) id.Order { h.refuse(); return h.place(nil, one(h.Tray.Code, 60)) }, says: "10 of 60 pieces are not there; 50 are free", fix: "/stock/goods/"},
		"two lines of one article together too many": {order: func(h *house) id.Order {
			h.refuse()
			return h.place(nil, one(h.Tray.Code, 30), one(h.Tray.Code, 30))
		}, says: "10 of 30 pieces are not there", fix: "/stock/goods/"},
		"held from confirming": {order: func(h *house) id.Order { return h.hold(h.place(nil, one(h.Tray.Code, 1)), blocks("confirm")) },
			says: "Held (Payment): Transfer not seen", fix: "#holds"},
		"held without its stock": {order: func(h *house) id.Order {
			b := blocks("ship")
			b.KeepsStock = false
			return h.hold(h.place(nil, one(h.Tray.Code, 1)), b)
		}, says: "Held (Payment)", fix: "#holds"},
		"two holds": {order: func(h *house) id.Order {
			o := h.hold(h.place(nil, one(h.Tray.Code, 1)), blocks("confirm"))
			return h.hold(o, sales.Hold{Type: "fraud", Reason: "New address", OwnerRole: "sales", Blocks: []string{"confirm"}, KeepsStock: true})
		}, says: "Transfer not seen", fix: "#holds"},
		"confirmed and to pick": {order: func(h *house) id.Order { return h.confirm(h.place(nil, one(h.Tray.Code, 2))) }, says: "2 pieces are ready to pick at Hamburg"},
		"confirmed, a part waits": {order: func(h *house) id.Order {
			h.channel(func(c *channel.Channel) { c.Shortage = channel.Backorder })
			return h.confirm(h.place(nil, one(h.Tray.Code, 60)))
		}, says: "50 pieces are reserved; 10 wait for stock", press: "/reserve"},
		"confirmed, all waits": {order: func(h *house) id.Order {
			h.channel(func(c *channel.Channel) { c.Shortage = channel.Backorder })
			return h.confirm(h.place(nil, one(h.Candle.Code, 3)))
		}, says: "3 pieces wait for stock", press: "/reserve"},
		"confirmed, services only": {order: func(h *house) id.Order { return h.confirm(h.place(nil, one(h.Engraving.Code, 1))) }, says: "services only"},
		"confirmed and held from picking": {order: func(h *house) id.Order {
			return h.hold(h.confirm(h.place(nil, one(h.Tray.Code, 1))), blocks("pick"))
		}, says: "Held (Payment)", fix: "#holds"},
		"confirmed, held, its stock freed": {order: func(h *house) id.Order {
			b := blocks("pick")
			b.KeepsStock = false
			return h.hold(h.confirm(h.place(nil, one(h.Tray.Code, 1))), b)
		}, says: "Held (Payment)", fix: "#holds"},
		"stock came in since": {order: func(h *house) id.Order {
			h.channel(func(c *channel.Channel) { c.Shortage = channel.Backorder })
			o := h.confirm(h.place(nil, one(h.Candle.Code, 3)))
			do(h, func(ctx context.Context, tx *txn.Tx) (inventory.Adjusted, error) {
				return inventory.Adjust(ctx, tx, inventory.Adjustment{SKU: h.Candle.SKU, Location: h.Warehouse, Delta: 5, Kind: inventory.Receive, Reason: "delivery"})
			})
			return o
		}, says: "3 pieces wait for stock", press: "/reserve"},
		"cancelled": {order: func(h *house) id.Order {
			o := h.place(nil, one(h.Tray.Code, 1))
			do(h, func(ctx context.Context, tx *txn.Tx) (flow.Cancellation, error) {
				return flow.CancelOrder(ctx, tx, o, flow.Cancelling{Reason: "Ordered by mistake"})
			})
			return o
		}, says: "Cancelled: Ordered by mistake"},
		"a shortage where the channel backorders": {order: func(h *house) id.Order {
			h.channel(func(c *channel.Channel) { c.Shortage = channel.Backorder })
			return h.place(nil, one(h.Tray.Code, 60))
		}, says: "10 of 60 pieces are not there", press: "/confirm"},
		"a warning only": {order: func(h *house) id.Order {
			h.channel(func(c *channel.Channel) { c.Checks = map[string]channel.Severity{"pack": channel.Warn} })
			return h.place(nil, one(h.Napkin.Code, 3))
		}, says: "whole packs of 2", press: "/confirm"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			h.t = t
			o := c.order(h)
			page := h.as(access.Sales).Get("/orders/" + id.Text(o))
			next := page.Doc().Find(".next")
			if said := strings.Join(strings.Fields(next.Text()), " "); page.Status != 200 || !strings.Contains(said, c.says) {
				t.Errorf("%d: the page says %q, and not %q", page.Status, said, c.says)
			}
			if c.fix != "" && next.Find(`a[href*="`+c.fix+`"]`).Length() == 0 {
				t.Errorf("no way to %s beside the sentence", c.fix)
			}
			if c.press != "" && next.Find(`form[action$="`+c.press+`"] button`).Length() != 1 {
				t.Errorf("no button for %s", c.press)
			}
			if c.press != "/confirm" {
				a := h.as(access.Sales).Post("/orders/"+id.Text(o)+"/confirm", url.Values{"command": {string(id.NewKey())}})
				if a.Status != 422 || strings.Contains(a.Text(), "ready_to") {
					t.Errorf("confirming all the same answered %d", a.Status)
				}
			}
		})
	}
}

package flow_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"packhouse/internal/catalog"
	"packhouse/internal/channel"
	"packhouse/internal/check"
	"packhouse/internal/flow"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/money"
	"packhouse/internal/pgtest"
	"packhouse/internal/pgtest/company"
	"packhouse/internal/problem"
	"packhouse/internal/sales"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

// house is a company to run commands on, with many connections.
type house struct {
	*pgtest.Database
	company.Fixture
	API       id.Channel // confirms all or nothing and holds nothing beforehand; asks Hamburg and then Altona
	Back      id.Channel // backorders what is missing, asks Altona first, and its prices are without tax
	Net       id.PriceList
	wide      *txn.DB
	deadlocks func() int64
}

func open(t testing.TB) *house {
	t.Helper()
	h := &house{Database: pgtest.DB(t)}
	h.Fixture = company.Plant(t, h.Database)
	h.wide, h.deadlocks = pgtest.Wide(t, h.Database, 40, nil)
	h.Net = must(do(h, func(ctx context.Context, tx *txn.Tx) (id.PriceList, error) {
		list, err := catalog.CreateList(ctx, tx, catalog.ListInput{Code: "NET", Name: "Base without tax", Currency: "EUR", Base: true})
		if err != nil {
			return 0, err
		}
		for _, p := range []company.Product{h.Tray, h.Napkin, h.Candle} {
			if err := catalog.SetPrice(ctx, tx, catalog.PriceInput{List: list, Code: p.Code, Least: 1, Unit: money.MustUnitPrice("3.333")}); err != nil {
				return 0, err
			}
		}
		return list, nil
	}))(t)
	h.API = must(do(h, func(ctx context.Context, tx *txn.Tx) (id.Channel, error) {
		return channel.Create(ctx, tx, channel.Channel{Code: "api", Name: "API", Kind: "api", Entity: h.Entity, Currency: "EUR", PricesIncludeTax: true, NeedsReview: true,
			Shortage: channel.Refuse, SendsMail: true, Active: true, Locations: []channel.Place{{ID: h.Warehouse}, {ID: h.Store}}})
	}))(t)
	h.Back = must(do(h, func(ctx context.Context, tx *txn.Tx) (id.Channel, error) {
		return channel.Create(ctx, tx, channel.Channel{Code: "back", Name: "Backorders", Kind: "api", Entity: h.Entity, Currency: "EUR", PricesIncludeTax: false, NeedsReview: true,
			Shortage: channel.Backorder, SendsMail: true, Active: true, Locations: []channel.Place{{ID: h.Store}, {ID: h.Warehouse}}})
	}))(t)
	return h
}

// must ends the test on an error: must(f())(t).
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func do[T any](h *house, fn func(context.Context, *txn.Tx) (T, error)) (T, error) {
	out, err := txn.Do(context.Background(), h.wide, pgtest.Actor, txn.Once(), fn)
	return out.Value, err
}

var made atomic.Int64

// product makes one with stock in Hamburg and in Altona.
func (h *house) product(t testing.TB, hamburg, altona int) company.Product {
	t.Helper()
	code := fmt.Sprintf("ART-%d", made.Add(1))
	p := must(do(h, func(ctx context.Context, tx *txn.Tx) (company.Product, error) {
		product, sku, err := catalog.Create(ctx, tx, catalog.ProductInput{Name: "Article " + code, Kind: catalog.Goods, TaxClass: "standard"},
			catalog.SKUInput{Code: code, SoldUnit: "piece", UnitRatio: 1, PackSize: 1, MinQuantity: 1})
		if err != nil {
			return company.Product{}, err
		}
		if err := catalog.SetPrice(ctx, tx, catalog.PriceInput{List: h.Net, Code: code, Least: 1, Unit: money.MustUnitPrice("6.529")}); err != nil {
			return company.Product{}, err
		}
		return company.Product{Product: product, SKU: sku, Code: code}, catalog.SetPrice(ctx, tx, catalog.PriceInput{List: h.Base, Code: code, Least: 1, Unit: money.MustUnitPrice("7.77")})
	}))(t)
	h.receive(t, p, h.Warehouse, hamburg)
	h.receive(t, p, h.Store, altona)
	return p
}

func (h *house) receive(t testing.TB, p company.Product, at id.Location, pieces int) {
	t.Helper()
	if pieces == 0 {
		return
	}
	must(do(h, func(ctx context.Context, tx *txn.Tx) (inventory.Adjusted, error) {
		return inventory.Adjust(ctx, tx, inventory.Adjustment{SKU: p.SKU, Location: at, Delta: pieces, Kind: inventory.Receive, UnitCost: money.MustUnitPrice("1")})
	}))(t)
}

func line(p company.Product, pieces int64) flow.NewLine {
	return flow.NewLine{Code: p.Code, Pieces: pieces}
}

var someone atomic.Int64

func newOrder(ch id.Channel, lines ...flow.NewLine) flow.NewOrder {
	in := asked("", 0)
	in.Channel, in.Lines, in.Email = ch, lines, fmt.Sprintf("ida%d@example.com", someone.Add(1)%7)
	return in
}

func (h *house) place(t testing.TB, ch id.Channel, lines ...flow.NewLine) id.Order {
	t.Helper()
	return must(h.tryPlace(newOrder(ch, lines...)))(t).Order
}

func (h *house) tryPlace(in flow.NewOrder) (flow.Placement, error) {
	return do(h, func(ctx context.Context, tx *txn.Tx) (flow.Placement, error) { return flow.PlaceOrder(ctx, tx, in) })
}

func (h *house) confirm(order id.Order) (flow.Confirmation, error) {
	return do(h, func(ctx context.Context, tx *txn.Tx) (flow.Confirmation, error) {
		return flow.ConfirmOrder(ctx, tx, order, flow.Confirming{})
	})
}

func (h *house) cancel(order id.Order, takes ...sales.Take) (flow.Cancellation, error) {
	return do(h, func(ctx context.Context, tx *txn.Tx) (flow.Cancellation, error) {
		return flow.CancelOrder(ctx, tx, order, flow.Cancelling{Takes: takes, Reason: "customer asked"})
	})
}

func (h *house) hold(order id.Order, hold sales.Hold) (id.Hold, error) {
	return do(h, func(ctx context.Context, tx *txn.Tx) (id.Hold, error) { return flow.HoldOrder(ctx, tx, order, 0, hold) })
}

func (h *house) lift(order id.Order, hold id.Hold) error {
	_, err := do(h, func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
		return struct{}{}, flow.LiftHold(ctx, tx, order, 0, hold, "settled by phone")
	})
	return err
}

func (h *house) reserveNow(order id.Order) (int, error) {
	return do(h, func(ctx context.Context, tx *txn.Tx) (int, error) { return flow.ReserveNow(ctx, tx, order, 0) })
}

func (h *house) order(t testing.TB, order id.Order) *sales.Order {
	t.Helper()
	return must(sales.Get(t.Context(), h.Pools.Read, order))(t)
}

func (h *house) count(t testing.TB, sql string, args ...any) (n int) {
	t.Helper()
	if err := h.Pools.Read.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// reserved is how many pieces of a product are set aside, by the level and by
// the allocations alike.
func (h *house) reserved(t testing.TB, p company.Product) int {
	t.Helper()
	level := h.count(t, `select coalesce(sum(reserved), 0) from inventory_levels where sku_id = $1`, p.SKU)
	held := h.count(t, `select coalesce(sum(quantity), 0) from inventory_allocations where sku_id = $1 and state in ('soft', 'firm')`, p.SKU)
	if level != held {
		t.Errorf("%s: level %d, allocations %d", p.Code, level, held)
	}
	return level
}

// holds is how many pieces the order has.
func (h *house) holds(t testing.TB, order id.Order) int {
	t.Helper()
	return h.count(t, `select coalesce(sum(quantity), 0) from inventory_allocations where order_id = $1 and state in ('soft', 'firm')`, order)
}

// clean runs every invariant.
func (h *house) clean(t testing.TB) {
	t.Helper()
	for _, r := range must(check.Run(context.Background(), h.Pools.Read))(t) {
		if !r.Fine() {
			t.Errorf("%s %s: %d, such as %s", r.ID, r.Says, r.Rows, strings.Join(r.Sample, "; "))
		}
	}
}

// quiet fails when commands crossed that have one order of locks.
func (h *house) quiet(t testing.TB) {
	t.Helper()
	if n := h.deadlocks(); n > 0 {
		t.Errorf("%d deadlocks", n)
	}
}

// together runs fn for each number at once.
func together(n int, fn func(i int)) {
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			fn(i)
		})
	}
	close(start)
	wg.Wait()
}

// refused reports whether a rule said no with this code.
func refused(err error, code string) bool {
	r, ok := errors.AsType[*problem.Refusal](err)
	return ok && r.Code == code
}

func somewhere(name string) trade.Address {
	return trade.Address{Name: name, Line1: "Große Straße 1", City: "Hamburg", Postcode: "20457", Country: "DE"}
}

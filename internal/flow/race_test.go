package flow_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"packhouse/internal/flow"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/money"
	"packhouse/internal/pgtest"
	"packhouse/internal/problem"
	"packhouse/internal/sales"
	"packhouse/internal/txn"
)

// A26
func TestTwoHundredConfirmsForFiftyPiecesConfirmFifty(t *testing.T) {
	t.Parallel()
	h := open(t)
	for range 3 {
		p := h.product(t, 30, 20)
		orders := make([]id.Order, 200)
		together(len(orders), func(i int) { orders[i] = h.place(t, h.API, line(p, 1)) })
		var confirmed, short atomic.Int64
		together(len(orders), func(i int) {
			switch _, err := h.confirm(orders[i]); {
			case err == nil:
				confirmed.Add(1)
			case refused(err, "why.short"):
				short.Add(1)
			default:
				t.Errorf("confirm: %v", err)
			}
		})
		if confirmed.Load() != 50 || short.Load() != 150 || h.reserved(t, p) != 50 {
			t.Errorf("%d confirmed, %d refused, %d reserved", confirmed.Load(), short.Load(), h.reserved(t, p))
		}
	}
	h.quiet(t)
	h.clean(t)
}

// A26
func TestTwoHundredConfirmsForFiftyPiecesReserveFiftyAndBackorderTheRest(t *testing.T) {
	t.Parallel()
	h := open(t)
	for range 3 {
		p := h.product(t, 17, 33)
		orders := make([]id.Order, 200)
		together(len(orders), func(i int) { orders[i] = h.place(t, h.Back, line(p, 1)) })
		var reserved, waiting atomic.Int64
		together(len(orders), func(i int) {
			done, err := h.confirm(orders[i])
			if err != nil {
				t.Errorf("confirm: %v", err)
			}
			reserved.Add(int64(done.Reserved))
			waiting.Add(int64(done.Backordered))
		})
		if reserved.Load() != 50 || waiting.Load() != 150 || h.reserved(t, p) != 50 {
			t.Errorf("%d reserved, %d waiting, the level says %d", reserved.Load(), waiting.Load(), h.reserved(t, p))
		}
	}
	h.quiet(t)
	h.clean(t)
}

// A26
func TestTwoHundredOrdersPlacedAtOnceHoldFiftyPieces(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.product(t, 50, 0)
	together(200, func(int) { h.place(t, h.Shop, line(p, 1)) })
	if n := h.reserved(t, p); n != 50 {
		t.Errorf("%d pieces are held", n)
	}
	h.quiet(t)
	h.clean(t)
}

// A26
func TestOrdersThatNameTheirArticlesInOppositeOrderNeverBlockEachOther(t *testing.T) {
	t.Parallel()
	h := open(t)
	a, b, c := h.product(t, 60, 60), h.product(t, 60, 60), h.product(t, 60, 60)
	orders := make([]id.Order, 120)
	together(len(orders), func(i int) {
		lines := []flow.NewLine{line(a, 1), line(b, 2), line(c, 1)}
		if i%2 == 1 {
			lines[0], lines[2] = lines[2], lines[0]
		}
		orders[i] = h.place(t, []id.Channel{h.API, h.Back}[i/2%2], lines...) // the two ask the locations in opposite order
	})
	together(len(orders), func(i int) {
		if _, err := h.confirm(orders[i]); err != nil && !refused(err, "why.short") {
			t.Errorf("confirm: %v", err)
		}
		if i%3 == 0 {
			if _, err := h.cancel(orders[i]); err != nil {
				t.Errorf("cancel: %v", err)
			}
		}
		if i%10 == 0 {
			h.receive(t, b, h.Store, 3)
		}
	})
	for _, p := range []int{h.reserved(t, a), h.reserved(t, c)} {
		if p > 120 {
			t.Errorf("%d reserved of 120", p)
		}
	}
	h.quiet(t)
	h.clean(t)
}

// A26
func TestOrdersThatHoldAPartAndWantMoreNeverBlockEachOther(t *testing.T) {
	t.Parallel()
	h := open(t)
	for range 3 {
		a, b := h.product(t, 0, 0), h.product(t, 0, 0)
		orders := make([]id.Order, 60)
		// Half of them get their a first, the others their b; then both wait for what the others have enough of.
		h.receive(t, a, h.Warehouse, 30)
		together(30, func(i int) { orders[i] = h.place(t, h.Back, line(a, 1), line(b, 1)) })
		together(30, func(i int) { must(h.confirm(orders[i]))(t) })
		h.receive(t, b, h.Warehouse, 60)
		together(30, func(i int) { orders[30+i] = h.place(t, h.Back, line(b, 1), line(a, 1)) })
		together(30, func(i int) { must(h.confirm(orders[30+i]))(t) })
		h.receive(t, a, h.Warehouse, 30)
		together(len(orders), func(i int) {
			if _, err := h.reserveNow(orders[i]); err != nil {
				t.Errorf("reserve: %v", err)
			}
		})
		if x, y := h.reserved(t, a), h.reserved(t, b); x != 60 || y != 60 {
			t.Errorf("%d and %d reserved, want 60 of each", x, y)
		}
	}
	h.quiet(t)
	h.clean(t)
}

// A26, A33
func TestConfirmingOrdersWhoseHoldsAreEndingNeverBlocksOthers(t *testing.T) {
	t.Parallel()
	h := open(t)
	a, b := h.product(t, 0, 0), h.product(t, 40, 0)
	orders := make([]id.Order, 40)
	together(len(orders), func(i int) { orders[i] = h.place(t, h.Shop, line(b, 1), line(a, 1)) }) // holds b, for there is no a yet
	h.receive(t, a, h.Warehouse, 80)
	h.endHolds(t, b)
	more := make([]id.Order, 40)
	together(len(more), func(i int) { more[i] = h.place(t, h.API, line(b, 1), line(a, 1)) })
	together(80, func(i int) {
		order := orders[i/2]
		if i%2 == 1 {
			order = more[i/2]
		}
		if _, err := h.confirm(order); err != nil && !refused(err, "why.short") {
			t.Errorf("confirm: %v", err)
		}
	})
	if n := h.reserved(t, b); n != 40 {
		t.Errorf("%d reserved of 40", n)
	}
	h.quiet(t)
	h.clean(t)
}

// A26
func TestSeveralLinesOfOneArticleAreServedFromOneRemainder(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, c := range []struct {
		name            string
		hamburg, altona int
		lines           []int64
		channel         id.Channel
		reserved, short int // short < 0: refused
	}{
		{"two that fit exactly", 4, 0, []int64{2, 2}, h.API, 4, 0},
		{"two of which the second is one short", 3, 0, []int64{2, 2}, h.API, 0, -1},
		{"two of which the second waits in part", 3, 0, []int64{2, 2}, h.Back, 3, 1},
		{"three over two places", 4, 3, []int64{3, 3, 1}, h.API, 7, 0},
		{"four over two places, one short", 4, 3, []int64{3, 3, 1, 1}, h.API, 0, -1},
		{"five of which three wait", 2, 1, []int64{1, 2, 3, 1, 1}, h.Back, 3, 5},
		{"five that want everything", 5, 5, []int64{2, 2, 2, 2, 2}, h.Back, 10, 0},
		{"two of nothing", 0, 0, []int64{1, 1}, h.Back, 0, 2},
	} {
		p := h.product(t, c.hamburg, c.altona)
		var lines []flow.NewLine
		for _, n := range c.lines {
			lines = append(lines, line(p, n))
		}
		done, err := h.confirm(h.place(t, c.channel, lines...))
		if c.short < 0 {
			if !refused(err, "why.short") {
				t.Errorf("%s: %v", c.name, err)
			}
		} else if err != nil || done.Reserved != c.reserved || done.Backordered != c.short {
			t.Errorf("%s: %+v, %v", c.name, done, err)
		}
		if n := h.reserved(t, p); n != c.reserved {
			t.Errorf("%s: %d reserved", c.name, n)
		}
	}
	h.clean(t)
}

// A02
func TestTheSameFormTwentyTimesAtOnceIsOneOrder(t *testing.T) {
	t.Parallel()
	h := open(t)
	cmd := txn.NewCommand(id.NewKey(), "tray=2")
	in := newOrder(h.Shop, line(h.Tray, 2))
	var first atomic.Int64
	var mu sync.Mutex
	seen := map[string]bool{}
	together(20, func(int) {
		out, err := txn.Do(t.Context(), h.wide, pgtest.Actor, cmd, func(ctx context.Context, tx *txn.Tx) (flow.Placement, error) { return flow.PlaceOrder(ctx, tx, in) })
		if err != nil {
			t.Errorf("place: %v", err)
		}
		if !out.Repeated {
			first.Add(1)
		}
		mu.Lock()
		defer mu.Unlock()
		seen[out.Value.Number] = true
	})
	if first.Load() != 1 || len(seen) != 1 || orders(t, h.Pools.Read) != 1 || h.reserved(t, h.Tray) != 2 {
		t.Errorf("%d firsts, numbers %v, %d orders, %d held", first.Load(), seen, orders(t, h.Pools.Read), h.reserved(t, h.Tray))
	}
	if n := h.count(t, `select count(*) from notify_mails`); n != 1 {
		t.Errorf("%d mails", n)
	}
	h.clean(t)
}

func TestTheSameNewCustomerTwentyTimesAtOnceIsOne(t *testing.T) {
	t.Parallel()
	h := open(t)
	together(20, func(i int) {
		in := newOrder(h.API, line(h.Tray, 1))
		in.Email = []string{"new@example.com", "New@Example.com"}[i%2]
		if _, err := h.tryPlace(in); err != nil {
			t.Errorf("place: %v", err)
		}
	})
	if n := h.count(t, `select count(*) from customers`); n != 1 {
		t.Errorf("%d customers", n)
	}
	if n := h.count(t, `select count(distinct customer_id) from sales_orders`); n != 1 || orders(t, h.Pools.Read) != 20 {
		t.Errorf("%d orders of %d customers", orders(t, h.Pools.Read), n)
	}
	h.clean(t)
}

func TestOfAConfirmAndACancelAtOnceNothingIsLeftHalf(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.product(t, 1000, 0)
	late := 0
	for range 25 {
		order := h.place(t, h.API, line(p, 2))
		var confirmErr, cancelErr error
		together(2, func(i int) {
			if i == 0 {
				_, confirmErr = h.confirm(order)
			} else {
				_, cancelErr = h.cancel(order)
			}
		})
		if cancelErr != nil || confirmErr != nil && !refused(confirmErr, "refused.order_confirmed") {
			t.Fatalf("confirm %v, cancel %v", confirmErr, cancelErr)
		}
		if confirmErr != nil {
			late++
		}
		if o := h.order(t, order); o.State() != sales.Cancelled || h.holds(t, order) != 0 || o.Total != 0 {
			t.Errorf("the order is %s with %d pieces", o.State(), h.holds(t, order))
		}
	}
	t.Logf("the cancel was first %d times of 25", late)
	if h.reserved(t, p) != 0 {
		t.Errorf("%d pieces stay reserved", h.reserved(t, p))
	}
	h.clean(t)
}

// A10
func TestOfTwoWhoSawTheSameOrderTheSecondIsToldWhoWasFirst(t *testing.T) {
	t.Parallel()
	h := open(t)
	for range 10 {
		order := h.place(t, h.API, line(h.Tray, 1))
		seen := h.order(t, order).Version()
		errs := make([]error, 2)
		together(2, func(i int) {
			_, errs[i] = do(h, func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
				if i == 0 {
					_, err := flow.ConfirmOrder(ctx, tx, order, flow.Confirming{Seen: seen})
					return struct{}{}, err
				}
				_, err := flow.CancelOrder(ctx, tx, order, flow.Cancelling{Seen: seen, Reason: "changed their mind"})
				return struct{}{}, err
			})
		})
		lost := errs[0]
		if lost == nil {
			lost = errs[1]
		}
		s, ok := errors.AsType[*problem.Stale](lost)
		if (errs[0] == nil) == (errs[1] == nil) || !ok || s.ByName != pgtest.Actor.Name {
			t.Fatalf("confirm %v, cancel %v", errs[0], errs[1])
		}
	}
	h.clean(t)
}

// A27
func TestStockThatIsTakenAwayWhileItIsReservedNeverFallsBelow(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.product(t, 40, 0)
	orders := make([]id.Order, 40)
	together(len(orders), func(i int) { orders[i] = h.place(t, h.API, line(p, 1)) })
	var confirmed, taken atomic.Int64
	together(80, func(i int) {
		if i%2 == 0 {
			if _, err := h.confirm(orders[i/2]); err == nil {
				confirmed.Add(1)
			} else if !refused(err, "why.short") {
				t.Errorf("confirm: %v", err)
			}
			return
		}
		_, err := do(h, func(ctx context.Context, tx *txn.Tx) (inventory.Adjusted, error) {
			return inventory.Adjust(ctx, tx, inventory.Adjustment{SKU: p.SKU, Location: h.Warehouse, Delta: -1, Kind: inventory.Correction, Reason: "count", UnitCost: money.MustUnitPrice("1")})
		})
		switch {
		case err == nil:
			taken.Add(1)
		case !refused(err, "refused.stock_reserved") && !refused(err, "refused.stock_below_zero"):
			t.Errorf("adjust: %v", err)
		}
	})
	if confirmed.Load()+taken.Load() != 40 {
		t.Errorf("%d confirmed and %d taken of 40", confirmed.Load(), taken.Load())
	}
	h.quiet(t)
	h.clean(t)
}

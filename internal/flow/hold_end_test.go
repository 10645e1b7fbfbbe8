package flow_test

import (
	"context"
	"testing"

	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/money"
	"packhouse/internal/pgtest/company"
	"packhouse/internal/txn"
)

// endHolds lets time pass for what is kept of a product.
func (h *house) endHolds(t testing.TB, p company.Product) {
	t.Helper()
	must(h.Pools.Write.Exec(t.Context(), `update inventory_allocations set expires_at = now() - interval '1 second' where sku_id = $1 and state = 'soft'`, p.SKU))(t)
}

func (h *house) free(t testing.TB, p company.Product) int {
	t.Helper()
	levels := must(inventory.LevelsFor(t.Context(), h.Pools.Read, []inventory.Need{{SKU: p.SKU, Quantity: 1}}, inventory.Terms{Locations: []id.Location{h.Warehouse, h.Store}}))(t)
	n := 0
	for _, l := range levels {
		n += l.Free()
	}
	return n
}

// A33
func TestAHoldThatHasEndedIsFreeAtOnceWithoutAnyJob(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.product(t, 10, 0)
	first := h.place(t, h.Shop, line(p, 6))
	if h.free(t, p) != 4 {
		t.Fatalf("%d free while the hold lasts", h.free(t, p))
	}
	h.endHolds(t, p)
	if h.free(t, p) != 10 || h.reserved(t, p) != 6 {
		t.Errorf("%d free, %d still counted", h.free(t, p), h.reserved(t, p))
	}
	h.clean(t)
	second := h.place(t, h.API, line(p, 9))
	if done, err := h.confirm(second); err != nil || done.Reserved != 9 {
		t.Errorf("the freed pieces could not be had: %+v, %v", done, err)
	}
	if h.holds(t, first) != 0 || h.reserved(t, p) != 9 {
		t.Errorf("the first still holds %d; %d are counted", h.holds(t, first), h.reserved(t, p))
	}
	if _, err := h.confirm(first); !refused(err, "why.short") {
		t.Errorf("the first was confirmed over the second: %v", err)
	}
	h.clean(t)
}

// A33
func TestAHoldThatHasEndedAndThatNobodyTookIsKeptByItsOrder(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.product(t, 5, 0)
	order := h.place(t, h.Shop, line(p, 5))
	h.endHolds(t, p)
	if done, err := h.confirm(order); err != nil || done.Reserved != 5 {
		t.Errorf("%+v, %v", done, err)
	}
	if n := h.count(t, `select count(*) from inventory_allocations where order_id = $1 and state = 'firm' and expires_at is null`, order); n != 1 {
		t.Errorf("%d lasting allocations", n)
	}
	h.clean(t)
}

// A33
func TestTidyingLetsGoOnlyOfWhatHasEnded(t *testing.T) {
	t.Parallel()
	h := open(t)
	p, q := h.product(t, 10, 0), h.product(t, 10, 0)
	ended, lasting := h.place(t, h.Shop, line(p, 4)), h.place(t, h.Shop, line(q, 3))
	h.endHolds(t, p)
	sweep := func() int {
		return must(do(h, func(ctx context.Context, tx *txn.Tx) (int, error) {
			tx.Quiet("tidying")
			return inventory.Sweep(ctx, tx)
		}))(t)
	}
	if n := sweep(); n != 1 {
		t.Errorf("%d levels were tidied", n)
	}
	if h.holds(t, ended) != 0 || h.holds(t, lasting) != 3 || h.reserved(t, p) != 0 {
		t.Errorf("ended %d, lasting %d, counted %d", h.holds(t, ended), h.holds(t, lasting), h.reserved(t, p))
	}
	if n := sweep(); n != 0 {
		t.Errorf("%d levels were tidied a second time", n)
	}
	h.clean(t)
}

// A33
func TestAnEndedHoldDoesNotKeepStockFromBeingCorrected(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.product(t, 5, 0)
	h.place(t, h.Shop, line(p, 5))
	takeAll := func() error {
		_, err := do(h, func(ctx context.Context, tx *txn.Tx) (inventory.Adjusted, error) {
			return inventory.Adjust(ctx, tx, inventory.Adjustment{SKU: p.SKU, Location: h.Warehouse, Delta: -5, Kind: inventory.Correction, Reason: "lost", UnitCost: money.MustUnitPrice("1")})
		})
		return err
	}
	if err := takeAll(); !refused(err, "refused.stock_reserved") {
		t.Errorf("what is held was taken: %v", err)
	}
	h.endHolds(t, p)
	if err := takeAll(); err != nil {
		t.Errorf("an ended hold kept it: %v", err)
	}
	h.clean(t)
}

// A33
func TestTidyingWhileOthersReserveAndConfirmLosesNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.product(t, 30, 0)
	orders := make([]id.Order, 30)
	together(len(orders), func(i int) { orders[i] = h.place(t, h.Shop, line(p, 1)) })
	h.endHolds(t, p)
	more := make([]id.Order, 30)
	together(len(more), func(i int) { more[i] = h.place(t, h.API, line(p, 1)) })
	together(90, func(i int) {
		switch i % 3 {
		case 0:
			if _, err := h.confirm(orders[i/3]); err != nil && !refused(err, "why.short") {
				t.Errorf("confirm: %v", err)
			}
		case 1:
			if _, err := h.confirm(more[i/3]); err != nil && !refused(err, "why.short") {
				t.Errorf("confirm: %v", err)
			}
		case 2:
			if _, err := do(h, func(ctx context.Context, tx *txn.Tx) (int, error) {
				tx.Quiet("tidying")
				return inventory.Sweep(ctx, tx)
			}); err != nil {
				t.Errorf("tidy: %v", err)
			}
		}
	})
	if n := h.reserved(t, p); n != 30 {
		t.Errorf("%d reserved of 30", n)
	}
	h.quiet(t)
	h.clean(t)
}
